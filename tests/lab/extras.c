/*
 * More scenarios of the kind in scenario.c: faults seen in the wild that the
 * measurement of real clients left out.
 */
#include "tests/lab/scenario.h"

#define TLS12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"
/* In this order, whatever the client would like better. */
#define PREFERS(what) TLS12 ":%SERVER_PRECEDENCE:" what
#define LEAF_ONLY .sent = "leaf"
#define BELOW(ca) .leaf = { .issuer = ca }

const struct scenario lab_extra_scenarios[] = {
	/* The intermediate is missing. */
	{ .id = "leaf-noaia", LEAF_ONLY, .leaf = { .aia = "" } },
	{ .id = "two-both-missing", LEAF_ONLY, BELOW("I2B") },
	{ .id = "aia-by-name", LEAF_ONLY, .leaf = { .aia = "name:der/I1" } },
	{ .id = "aia-spin", LEAF_ONLY, .leaf = { .aia = "spin/I1" } },
	{ .id = "aia-slow", LEAF_ONLY, .leaf = { .aia = "slow/I1" } },
	{ .id = "aia-empty", LEAF_ONLY, .leaf = { .aia = "empty/I1" } },
	{ .id = "aia-to-https",
	    LEAF_ONLY,
	    .leaf = { .aia = "redirect-https/I1" } },
	{ .id = "aia-to-closed",
	    LEAF_ONLY,
	    .leaf = { .aia = "redirect-closed/I1" } },
	{ .id = "inter-in-store", .trust = "r1+i1", LEAF_ONLY },
	{ .id = "upper-in-store", .trust = "r1+i2a", LEAF_ONLY, BELOW("I2B") },
	{ .id = "inter-cut", .sent = "leaf raw:cut:I1" },

	/* Orders and strays. */
	{ .id = "root-sent", .sent = "leaf I1 R1" },
	{ .id = "leaf-last", .sent = "I1 leaf" },
	{ .id = "dup-leaf", .sent = "leaf leaf I1" },
	{ .id = "strays", .sent = "leaf P1 D1 I1" },
	{ .id = "strays-20",
	    .sent = "leaf I2A I2B I3 I5 I6a I6b P1 R2 Incx Incp "
		    "D1 D2 D3 D4 D5 D6 D7 D8 D9 D10 I1" },
	{ .id = "expired-stray", .sent = "leaf I1 I3old" },

	/* Dates. */
	{ .id = "not-yet-valid", .leaf = { .from = DAYS(2), .to = DAYS(92) } },
	{ .id = "inter-not-yet", .sent = "leaf I4soon", BELOW("I4soon") },
	{ .id = "inter-expired", .sent = "leaf I3old", BELOW("I3") },
	{ .id = "root-expired",
	    .trust = "r5old",
	    .sent = "leaf I5",
	    BELOW("I5") },
	{ .id = "expiring", .leaf = { .from = -DAYS(85), .to = DAYS(5) } },
	{ .id = "expired-and-other-name",
	    .leaf = { .san = "DNS:other.lab.test",
		.from = -DAYS(93),
		.to = -DAYS(3) } },

	/* Paths and anchors. */
	{ .id = "cross-dead-second",
	    .sent = "leaf I7byR1 I7byR2",
	    BELOW("I7byR1") },
	{ .id = "twin-right-first", .sent = "leaf I6b I6a", BELOW("I6b") },
	{ .id = "inter-is-anchor", .trust = "i1" },
	{ .id = "leaf-in-store",
	    .trust = "leaf",
	    LEAF_ONLY,
	    .leaf = { .issuer = "P1", .aia = "" } },
	{ .id = "selfsigned", LEAF_ONLY, BELOW("self") },
	{ .id = "issuer-other-string", .leaf = { .issuer_string_tag = 0x13 } },
	{ .id = "leaf-no-aki", .leaf = { .switches = NO_AUTHORITY_KEY_ID } },

	/* Names. */
	{ .id = "san-trailing-dot",
	    .leaf = { .san = "DNS:san-trailing-dot.lab.test." } },
	{ .id = "san-uppercase",
	    .leaf = { .san = "DNS:SAN-UPPERCASE.LAB.TEST" } },
	{ .id = "underscore", .host = "under_score.lab.test" },
	{ .id = "underscore-wildcard",
	    .host = "under_score.wild.lab.test",
	    .leaf = { .san = "DNS:*.wild.lab.test" } },
	{ .id = "nul-in-name",
	    .leaf = { .san = "",
		.extra =
		    "2.5.29.17::3021821f6e756c2d696e2d6e616d652e6c61622e7465"
		    "7374002e6576696c2e74657374" } },
	{ .id = "no-names", .leaf = { .subject = "/O=Nobody", .san = "" } },

	/* Rules. */
	{ .id = "eku-none", .leaf = { .purposes = "" } },
	{ .id = "eku-code", .leaf = { .purposes = "codeSigning" } },
	{ .id = "path-length",
	    .sent = "leaf Ibelow0 Ipath0",
	    BELOW("Ibelow0") },
	{ .id = "inter-no-bc", .sent = "leaf Inobc", BELOW("Inobc") },
	{ .id = "inter-crit-unknown", .sent = "leaf Icrit", BELOW("Icrit") },
	{ .id = "inter-no-ski", .sent = "leaf Inoski", BELOW("Inoski") },
	{ .id = "nc-ip",
	    .sent = "leaf Incip",
	    .leaf = { .issuer = "Incip",
		.san = "DNS:nc-ip.lab.test,IP:127.0.0.9" } },
	{ .id = "nc-directory",
	    .sent = "leaf Incdir",
	    .leaf = { .issuer = "Incdir",
		.subject = "/O=Lab/CN=nc-directory.lab.test" } },
	{ .id = "nc-other-name", .sent = "leaf Incother", BELOW("Incother") },
	{ .id = "extension-twice",
	    .leaf = { .switches = DUPLICATE_EXTENSION } },
	{ .id = "algorithms-differ",
	    .leaf = { .switches = ALGORITHMS_DIFFER } },

	/* Keys and signatures. */
	{ .id = "rsa1024-leaf", .leaf = { .key = "rsa1024" } },
	{ .id = "rsa1024-inter", .sent = "leaf Irsa1024", BELOW("Irsa1024") },
	{ .id = "rsa3072-leaf", .leaf = { .key = "rsa3072" } },
	{ .id = "rsa16384-leaf", .leaf = { .key = "rsa16384e" } },
	{ .id = "p521-leaf", .leaf = { .key = "ec521" } },
	{ .id = "pss-key", .leaf = { .key = "pss2048" } },
	{ .id = "p384-inter",
	    .sent = "leaf Ip384",
	    .leaf = { .issuer = "Ip384", .signature = SIGNED_SHA384 } },
	{ .id = "inter-flipped", .sent = "leaf raw:flip:I1" },

	/* Stapled answers. */
	{ .id = "muststaple-none", .leaf = { .switches = MUST_STAPLE } },
	{ .id = "staple-expired", .service = { .staple = STAPLE_EXPIRED } },
	{ .id = "staple-unknown", .service = { .staple = STAPLE_UNKNOWN } },
	{ .id = "staple-forged", .service = { .staple = STAPLE_FORGED } },
	{ .id = "staple-later", .service = { .staple = STAPLE_TRY_LATER } },
	{ .id = "staple-garbage", .service = { .staple = STAPLE_GARBAGE } },

	/* Handshakes. */
	{ .id = "tls10",
	    .leaf = { .key = "rsa2048" },
	    .service = { .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.0" } },
	{ .id = "tls13",
	    .service = { .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3" } },
	{ .id = "3des-only",
	    .leaf = { .key = "rsa2048" },
	    .service = { .priority = TLS12 ":-KX-ALL:+RSA:-CIPHER-ALL:+3DES-"
					   "CBC:-MAC-ALL:+SHA1" } },
	{ .id = "prefers-rsa-kx",
	    .leaf = { .key = "rsa2048" },
	    .service = { .priority = PREFERS("-KX-ALL:+RSA:+ECDHE-RSA") } },
	{ .id = "leaf-only-rsa-kx",
	    LEAF_ONLY,
	    .leaf = { .key = "rsa2048" },
	    .service = { .priority = PREFERS("-KX-ALL:+RSA:+ECDHE-RSA") } },
	{ .id = "prefers-dhe",
	    .leaf = { .key = "rsa2048" },
	    .service = { .priority = PREFERS("-KX-ALL:+DHE-RSA:+ECDHE-RSA:"
					     "-GROUP-ALL:+GROUP-SECP256R1"),
		.dh_bits = 2048 } },
	{ .id = "prefers-dhe-1024",
	    .leaf = { .key = "rsa2048" },
	    .service = { .priority = PREFERS("-KX-ALL:+DHE-RSA:+ECDHE-RSA:"
					     "-GROUP-ALL:+GROUP-SECP256R1"),
		.dh_bits = 1024 } },
	{ .id = "dhe-or-rsa",
	    .leaf = { .key = "rsa2048" },
	    .service = { .priority =
			     PREFERS("-KX-ALL:+DHE-RSA:+RSA:-GROUP-ALL"),
		.dh_bits = 2048 } },
	{ .id = "prefers-cbc",
	    .leaf = { .key = "rsa2048" },
	    .service = { .priority = PREFERS("-KX-ALL:+ECDHE-RSA:-CIPHER-ALL:"
					     "+AES-128-CBC:+AES-128-GCM") } },
	{ .id = "prefers-cbc-sha2",
	    .leaf = { .key = "rsa2048" },
	    .service = { .priority =
			     PREFERS("-KX-ALL:+ECDHE-RSA:-MAC-ALL:+SHA256:"
				     "+AEAD:-CIPHER-ALL:+AES-128-CBC:"
				     "+AES-128-GCM") } },
	{ .id = "cbc-sha2-only",
	    .leaf = { .key = "rsa2048" },
	    .service = { .priority =
			     TLS12 ":-KX-ALL:+ECDHE-RSA:-MAC-ALL:+SHA256:"
				   "-CIPHER-ALL:+AES-128-CBC" } },
	{ .id = "prefers-3des",
	    .leaf = { .key = "rsa2048" },
	    .service = { .priority = PREFERS("-KX-ALL:+ECDHE-RSA:-CIPHER-ALL:"
					     "+3DES-CBC:+AES-128-GCM") } },
	{ .id = "3des-or-rsa-cbc",
	    .leaf = { .key = "rsa2048" },
	    .service = { .priority = PREFERS("-KX-ALL:+RSA:-CIPHER-ALL:"
					     "+3DES-CBC:+AES-128-CBC") } },
	{ .id = "rc4-only",
	    .leaf = { .key = "rsa2048" },
	    .service = { .priority =
			     TLS12 ":-KX-ALL:+RSA:-CIPHER-ALL:+ARCFOUR-128" } },
	{ .id = "camellia-only",
	    .leaf = { .key = "rsa2048" },
	    .service = { .priority = TLS12 ":-KX-ALL:+RSA:-CIPHER-ALL:"
					   "+CAMELLIA-128-CBC" } },
	{ .id = "ccm-only",
	    .leaf = { .key = "rsa2048" },
	    .service = { .priority = TLS12 ":-KX-ALL:+RSA:-CIPHER-ALL:"
					   "+AES-128-CCM" } },
	{ .id = "p521-group-only",
	    .service = { .priority = TLS13 ":-GROUP-ALL:+GROUP-SECP521R1" } },
	{ .id = "x448-group-only",
	    .service = { .priority = TLS13 ":-GROUP-ALL:+GROUP-X448" } },
	{ .id = "ffdhe-group-only",
	    .service = { .priority = TLS13 ":-GROUP-ALL:+GROUP-FFDHE2048" } },
	{ .id = "prefers-x448-group",
	    .service = { .priority = TLS13 ":%SERVER_PRECEDENCE:-GROUP-ALL:"
					   "+GROUP-X448:+GROUP-X25519" } },
	{ .id = "client-cert-13",
	    .service = { .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3",
		.client_certificate = CLIENT_CERTIFICATE_REQUIRED } },

	/* No handshake at all, or half of one. */
	{ .id = "close-at-once",
	    .sent = "",
	    .service = { .manner = MANNER_CLOSE_AT_ONCE } },
	{ .id = "smtp", .sent = "", .service = { .manner = MANNER_SMTP } },
	{ .id = "garbage",
	    .sent = "",
	    .service = { .manner = MANNER_GARBAGE } },
	{ .id = "unknown-name",
	    .sent = "",
	    .service = { .manner = MANNER_UNKNOWN_NAME } },
	{ .id = "dead", .sent = "", .service = { .manner = MANNER_DEAD } },
	{ .id = "raw-then-silent", .service = { .manner = MANNER_RAW } },
	{ .id = "raw-then-closed", .service = { .manner = MANNER_RAW_CLOSE } },
	{ .id = "raw-overlong", .service = { .manner = MANNER_RAW_OVERLONG } },
};

const size_t lab_extra_scenario_count =
    sizeof(lab_extra_scenarios) / sizeof(lab_extra_scenarios[0]);
