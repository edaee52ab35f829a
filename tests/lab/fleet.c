/*
 * The fleet of the demo: seven invented organisations with some fifty hosts,
 * most in order, the others with the usual faults.  The example of the README
 * is kilas.example.test: another issuer than its siblings, and only a leaf
 * sent.
 */
#include "tests/lab/scenario.h"

const struct recipe lab_fleet_authorities[] = {
	{ .name = "GlobalRoot",
	    .issuer = "self",
	    .subject = "/C=BE/O=Meridian Trust Services"
		       "/CN=Meridian Global Root CA" },
	{ .name = "GlobalTls",
	    .issuer = "GlobalRoot",
	    .aia = "der/GlobalRoot",
	    .subject = "/C=BE/O=Meridian Trust Services"
		       "/CN=Meridian TLS Issuing CA 2025" },
	{ .name = "GlobalPolicy",
	    .issuer = "GlobalRoot",
	    .aia = "der/GlobalRoot",
	    .subject = "/C=BE/O=Meridian Trust Services"
		       "/CN=Meridian Policy CA 3" },
	{ .name = "GlobalEv",
	    .issuer = "GlobalPolicy",
	    .aia = "der/GlobalPolicy",
	    .path_length = "0",
	    .subject = "/C=BE/O=Meridian Trust Services"
		       "/CN=Meridian EV Issuing CA 1" },
	{ .name = "AtlasRoot",
	    .issuer = "self",
	    .key = "rsa2048/AtlasRoot",
	    .subject = "/C=NO/O=Atlas Certification AS"
		       "/CN=Atlas Primary Root CA - G3" },
	{ .name = "AtlasDv",
	    .issuer = "AtlasRoot",
	    .aia = "der/AtlasRoot",
	    .subject = "/C=NO/O=Atlas Certification AS"
		       "/CN=Atlas DV TLS CA - G2" },
	{ .name = "AtlasOld",
	    .issuer = "AtlasRoot",
	    .aia = "der/AtlasRoot",
	    .from = -DAYS(3700),
	    .to = -DAYS(12),
	    .subject = "/C=NO/O=Atlas Certification AS"
		       "/CN=Atlas TLS CA - G1" },
	{ .name = "LumenRoot",
	    .issuer = "self",
	    .subject = "/C=US/O=Lumen Free Certificates/CN=Lumen Root X1" },
	{ .name = "LumenE7",
	    .issuer = "LumenRoot",
	    .aia = "der/LumenRoot",
	    .subject = "/C=US/O=Lumen Free Certificates/CN=E7" },
	{ .name = "CorporateRoot",
	    .issuer = "self",
	    .subject = "/C=NL/O=Polder Energie NV"
		       "/CN=Polder Energie Root CA" },
	{ .name = "CorporateTls",
	    .issuer = "CorporateRoot",
	    .aia = "",
	    .subject = "/C=NL/O=Polder Energie NV"
		       "/CN=Polder Energie Servers CA" },
};

const size_t lab_fleet_authority_count =
    sizeof(lab_fleet_authorities) / sizeof(lab_fleet_authorities[0]);

#define AT(name, ip) .id = name, .host = name, .address = ip, .trust = "fleet"
#define MERIDIAN .sent = "leaf GlobalTls", .leaf = { .issuer = "GlobalTls" }
#define EXTENDED \
	.sent = "leaf GlobalEv GlobalPolicy", .leaf = { .issuer = "GlobalEv" }
#define ATLAS .sent = "leaf AtlasDv", .leaf = { .issuer = "AtlasDv" }
#define LUMEN .sent = "leaf LumenE7", .leaf = { .issuer = "LumenE7" }
#define CORPORATE                    \
	.sent = "leaf CorporateTls", \
	.leaf = { .issuer = "CorporateTls", .aia = "" }

#define EXAMPLE "127.0.0.21"
#define BOOKS "127.0.0.22"
#define BANK "127.0.0.23"
#define ENERGY "127.0.0.24"
#define BICYCLES "127.0.0.25"
#define TOWN "127.0.0.26"
#define TINKERERS "127.0.0.27"

const struct scenario lab_fleet_hosts[] = {
	/* Twelve of one site; the last differs. */
	{ AT("www.example.test", EXAMPLE), MERIDIAN },
	{ AT("api.example.test", EXAMPLE), MERIDIAN },
	{ AT("blog.example.test", EXAMPLE), MERIDIAN },
	{ AT("shop.example.test", EXAMPLE), MERIDIAN },
	{ AT("mail.example.test", EXAMPLE), MERIDIAN },
	{ AT("static.example.test", EXAMPLE), MERIDIAN },
	{ AT("status.example.test", EXAMPLE), MERIDIAN },
	{ AT("docs.example.test", EXAMPLE), MERIDIAN },
	{ AT("login.example.test", EXAMPLE), MERIDIAN },
	{ AT("search.example.test", EXAMPLE), MERIDIAN },
	{ AT("dev.example.test", EXAMPLE), MERIDIAN },
	{ AT("kilas.example.test", EXAMPLE), .sent = "leaf",
	    .leaf = { .issuer = "AtlasDv" } },

	/* Sends the intermediate that kilas does not. */
	{ AT("www.northwind-books.test", BOOKS), ATLAS },
	{ AT("shop.northwind-books.test", BOOKS), ATLAS },
	{ AT("covers.northwind-books.test", BOOKS), ATLAS },
	{ AT("reviews.northwind-books.test", BOOKS), ATLAS },
	{ AT("authors.northwind-books.test", BOOKS), .sent = "leaf AtlasDv",
	    .leaf = { .issuer = "AtlasDv",
		.from = -DAYS(92),
		.to = -DAYS(2) } },
	{ AT("old-shop.northwind-books.test", BOOKS), .sent = "leaf AtlasOld",
	    .leaf = { .issuer = "AtlasOld",
		.from = -DAYS(300),
		.to = DAYS(60) } },

	/* Two intermediates, in all orders; clients must show certificates. */
	{ AT("www.harbour-bank.test", BANK), EXTENDED },
	{ AT("pay.harbour-bank.test", BANK), EXTENDED },
	{ AT("business.harbour-bank.test", BANK), EXTENDED },
	{ AT("cards.harbour-bank.test", BANK), EXTENDED },
	{ AT("invest.harbour-bank.test", BANK),
	    .sent = "leaf GlobalPolicy GlobalEv",
	    .leaf = { .issuer = "GlobalEv" } },
	{ AT("loans.harbour-bank.test", BANK), .sent = "leaf GlobalEv",
	    .leaf = { .issuer = "GlobalEv" } },
	{ AT("careers.harbour-bank.test", BANK),
	    .sent = "leaf GlobalEv GlobalPolicy GlobalRoot",
	    .leaf = { .issuer = "GlobalEv" } },
	{ AT("partners.harbour-bank.test", BANK), EXTENDED,
	    .service = { .client_certificate = CLIENT_CERTIFICATE_REQUIRED } },

	/* A company with a root of its own, and one host without. */
	{ AT("www.polder-energie.test", ENERGY), MERIDIAN },
	{ AT("intranet.polder-energie.test", ENERGY), CORPORATE },
	{ AT("wiki.polder-energie.test", ENERGY), CORPORATE },
	{ AT("hr.polder-energie.test", ENERGY), CORPORATE },
	{ AT("meters.polder-energie.test", ENERGY),
	    .sent = "leaf CorporateTls CorporateRoot",
	    .leaf = { .issuer = "CorporateTls", .aia = "" } },
	{ AT("printer.polder-energie.test", ENERGY), .sent = "leaf",
	    .leaf = { .issuer = "self",
		.from = -DAYS(700),
		.to = DAYS(2900) } },

	/* Small and neglected. */
	{ AT("www.velo-rental.test", BICYCLES), LUMEN },
	{ AT("booking.velo-rental.test", BICYCLES), LUMEN },
	{ AT("maps.velo-rental.test", BICYCLES), .sent = "leaf LumenE7",
	    .leaf = { .issuer = "LumenE7",
		.san = "DNS:www.velo-rental.test,DNS:velo-rental.test" } },
	{ AT("photos.velo-rental.test", BICYCLES), .sent = "leaf LumenE7",
	    .leaf = { .issuer = "LumenE7",
		.from = -DAYS(121),
		.to = -DAYS(31) } },
	{ AT("forum.velo-rental.test", BICYCLES), .sent = "",
	    .leaf = { .issuer = "LumenE7" },
	    .service = { .manner = MANNER_PLAIN_HTTP } },
	{ AT("staging.velo-rental.test", BICYCLES), .sent = "",
	    .leaf = { .issuer = "LumenE7" },
	    .service = { .manner = MANNER_DEAD } },

	/* A town hall's machines, some of them old. */
	{ AT("www.amberfield.test", TOWN), ATLAS },
	{ AT("permits.amberfield.test", TOWN), ATLAS },
	{ AT("library.amberfield.test", TOWN), .sent = "leaf AtlasDv",
	    .leaf = { .issuer = "AtlasDv", .key = "rsa2048" },
	    .service = { .priority =
			     "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0" } },
	{ AT("parking.amberfield.test", TOWN), .sent = "leaf AtlasDv",
	    .leaf = { .issuer = "AtlasDv", .signature = SIGNED_SHA1 } },
	{ AT("archive.amberfield.test", TOWN), .sent = "leaf AtlasDv AtlasDv",
	    .leaf = { .issuer = "AtlasDv", .from = -DAYS(80), .to = DAYS(5) } },
	{ AT("tourism.amberfield.test", TOWN), .sent = "",
	    .leaf = { .issuer = "AtlasDv" },
	    .service = { .manner = MANNER_DEAD } },

	/* One listener and one wildcard for many names, chosen by SNI. */
	{ AT("www.tinker-labs.test", TINKERERS), .sent = "leaf LumenE7",
	    .leaf = { .issuer = "LumenE7",
		.san = "DNS:*.tinker-labs.test,DNS:tinker-labs.test" } },
	{ AT("git.tinker-labs.test", TINKERERS),
	    .shares = "www.tinker-labs.test",
	    .sent = "leaf:www.tinker-labs.test LumenE7",
	    .leaf = { .issuer = "LumenE7" } },
	{ AT("ci.tinker-labs.test", TINKERERS),
	    .shares = "www.tinker-labs.test",
	    .sent = "leaf:www.tinker-labs.test LumenE7",
	    .leaf = { .issuer = "LumenE7" } },
	{ AT("builds.ci.tinker-labs.test", TINKERERS),
	    .shares = "www.tinker-labs.test",
	    .sent = "leaf:www.tinker-labs.test LumenE7",
	    .leaf = { .issuer = "LumenE7" } },
	{ AT("chat.tinker-labs.test", TINKERERS), .sent = "leaf",
	    .leaf = { .issuer = "LumenE7" } },
	{ AT("mirror.tinker-labs.test", TINKERERS), .sent = "leaf",
	    .leaf = { .issuer = "LumenE7" } },
	{ AT("lab.tinker-labs.test", TINKERERS), .sent = "",
	    .leaf = { .issuer = "LumenE7" },
	    .service = { .manner = MANNER_RESET } },
};

const size_t lab_fleet_host_count =
    sizeof(lab_fleet_hosts) / sizeof(lab_fleet_hosts[0]);
