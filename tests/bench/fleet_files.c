/*
 * fleet_files DIR HOSTS CERTIFICATES ec|rsa DEAD: the files of a fleet for
 * bench.py.  Every host has a name and an address of its own; those of one
 * certificate share its wildcard.  One certificate in twenty is wrong on
 * purpose; DEAD hosts in a hundred have an address that does not answer.
 * Written to DIR: hosts.txt, truth.csv (host,class), dns.hosts, root.pem,
 * servers.conf for nginx, and a file of chain and key for each certificate.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gnutls/x509.h>

#include "base/file.h"
#include "x509/pem.h"
#include "tests/lab/pki.h"

enum {
	RSA_KEYS = 8, /* shared, for each takes a tenth of a second */
	WRONG_ONE_IN = 20,
	NAME_SIZE = 64,
};

enum fault {
	HEALTHY,
	MISSING_INTERMEDIATE,
	WRONG_ROOT,
	EXPIRED,
	NAME_MISMATCH,
	FAULT_COUNT
};

static const char *const classes[FAULT_COUNT] = { "ok", "missing_intermediate",
	"wrong_root", "expired", "name_mismatch" };

struct issuer {
	struct pki_certificate made;
	char name[32], subject[64], key[32], aia[48];
};

struct fleet {
	const char *directory, *key_kind;
	unsigned hosts, certificates, dead;
	struct pki pki;
	struct issuer root, issuing, private_root, private_issuing;
};

static void
refuse(const char *what)
{
	fprintf(stderr, "fleet_files: %s: %s\n", what, strerror(errno));
	exit(2);
}

static FILE *
create(const struct fleet *fleet, const char *name)
{
	char *path = file_join(fleet->directory, name);
	FILE *file = fopen(path, "we");

	if (file == NULL)
		refuse(path);
	free(path);
	return file;
}

static void
finish(FILE *file, const char *name)
{
	if (fclose(file) != 0)
		refuse(name);
}

static enum fault
fault_of(unsigned certificate)
{
	if (certificate % WRONG_ONE_IN != WRONG_ONE_IN - 1)
		return HEALTHY;
	return certificate / WRONG_ONE_IN % (FAULT_COUNT - 1) + 1;
}

/* Spread over the list; 37 and 100 have no divisor in common. */
static bool
is_dead(const struct fleet *fleet, unsigned host)
{
	return host * 37 % 100 < fleet->dead;
}

static void
make_issuer(struct fleet *fleet, struct issuer *own, const char *name,
    const struct issuer *above)
{
	snprintf(own->name, sizeof(own->name), "%s", name);
	snprintf(own->subject, sizeof(own->subject),
	    "/C=NL/O=Bench Fleet/CN=Bench %s", name);
	snprintf(own->key, sizeof(own->key), "%s/%s", fleet->key_kind, name);
	snprintf(own->aia, sizeof(own->aia), "der/%s", name);
	own->made.recipe = (struct recipe){
		.name = own->name,
		.subject = own->subject,
		.issuer = above == NULL ? own->name : above->name,
		.usage = "keyCertSign,cRLSign",
		.path_length = above == NULL ? NULL : "0",
		.aia = above == NULL ? NULL : above->aia,
		.from = -DAYS(400),
		.to = DAYS(3000),
	};
	own->made.key = key_ring_get(&fleet->pki.keys, own->key);
	pki_issue(
	    &fleet->pki, &own->made, above == NULL ? &own->made : &above->made);
}

static void
make_leaf(struct fleet *fleet, unsigned number, struct pki_certificate *leaf)
{
	enum fault fault = fault_of(number);
	const struct issuer *issuer =
	    fault == WRONG_ROOT ? &fleet->private_issuing : &fleet->issuing;
	bool is_rsa = strcmp(fleet->key_kind, "rsa2048") == 0;
	char name[NAME_SIZE], san[NAME_SIZE], key[NAME_SIZE];

	snprintf(name, sizeof(name), "leaf %u", number);
	snprintf(san, sizeof(san), "DNS:*.%s%05u.fleet.test",
	    fault == NAME_MISMATCH ? "other" : "c", number);
	snprintf(key, sizeof(key), "%s/leaf%u", fleet->key_kind,
	    is_rsa ? number % RSA_KEYS : number);
	leaf->recipe = (struct recipe){
		.name = name,
		.host = name,
		.issuer = issuer->name,
		.san = san,
		.usage = "digitalSignature",
		.purposes = "serverAuth",
		.aia = issuer->aia,
		.from = fault == EXPIRED ? -DAYS(90) : -DAYS(20),
		.to = fault == EXPIRED ? -DAYS(9) : DAYS(70),
	};
	leaf->key = key_ring_get(&fleet->pki.keys, key);
	pki_issue(&fleet->pki, leaf, &issuer->made);
	if (leaf->der.length == 0)
		refuse("a certificate could not be made");
}

static void
put_certificate(FILE *file, const struct pki_certificate *certificate)
{
	struct text pem = { .size = 0 };

	pem_append(&pem, NULL,
	    bytes_of(certificate->der.data, certificate->der.length));
	fwrite(pem.data, 1, pem.size, file);
	text_free(&pem);
}

static void
put_key(FILE *file, const struct key *key)
{
	gnutls_x509_privkey_t exported;
	gnutls_datum_t pem;

	if (gnutls_privkey_export_x509(key->private_key, &exported) < 0 ||
	    gnutls_x509_privkey_export2_pkcs8(exported, GNUTLS_X509_FMT_PEM,
		NULL, GNUTLS_PKCS_PLAIN, &pem) < 0)
		refuse("a key could not be written");
	fwrite(pem.data, 1, pem.size, file);
	gnutls_free(pem.data);
	gnutls_x509_privkey_deinit(exported);
}

static void
write_certificate(struct fleet *fleet, unsigned number, FILE *servers)
{
	enum fault fault = fault_of(number);
	struct pki_certificate leaf = { .key = NULL };
	char name[NAME_SIZE];
	FILE *file;

	snprintf(name, sizeof(name), "c%05u.pem", number);
	make_leaf(fleet, number, &leaf);
	file = create(fleet, name);
	put_certificate(file, &leaf);
	if (fault == WRONG_ROOT) {
		put_certificate(file, &fleet->private_issuing.made);
		put_certificate(file, &fleet->private_root.made);
	} else if (fault != MISSING_INTERMEDIATE) {
		put_certificate(file, &fleet->issuing.made);
	}
	put_key(file, leaf.key);
	finish(file, name);
	octets_clear(&leaf.der);
	fprintf(servers,
	    "server { listen 443 ssl; server_name *.c%05u.fleet.test;"
	    " ssl_certificate %s; ssl_certificate_key %s; return 204; }\n",
	    number, name, name);
}

static void
write_certificates(struct fleet *fleet)
{
	FILE *servers = create(fleet, "servers.conf");
	FILE *root = create(fleet, "root.pem");

	make_issuer(fleet, &fleet->root, "Root", NULL);
	make_issuer(fleet, &fleet->issuing, "Issuing", &fleet->root);
	make_issuer(fleet, &fleet->private_root, "Private Root", NULL);
	make_issuer(fleet, &fleet->private_issuing, "Private Issuing",
	    &fleet->private_root);
	for (unsigned i = 0; i < fleet->certificates; i++)
		write_certificate(fleet, i, servers);
	put_certificate(root, &fleet->root.made);
	finish(root, "root.pem");
	finish(servers, "servers.conf");
}

/* Those that answer in 10.0.0.0/8 above 10.1, the others in 198.18.0.0/15. */
static void
write_hosts(const struct fleet *fleet)
{
	FILE *hosts = create(fleet, "hosts.txt");
	FILE *truth = create(fleet, "truth.csv");
	FILE *names = create(fleet, "dns.hosts");

	for (unsigned i = 0; i < fleet->hosts; i++) {
		unsigned certificate = i % fleet->certificates;
		bool dead = is_dead(fleet, i);
		char name[NAME_SIZE];

		snprintf(name, sizeof(name), "h%06u.c%05u.fleet.test", i,
		    certificate);
		fprintf(hosts, "%s\n", name);
		fprintf(truth, "%s,%s\n", name,
		    dead ? "unreachable" : classes[fault_of(certificate)]);
		fprintf(names, "%s.%u.%u %s\n",
		    dead	   ? "198.18"
		    : i >> 16 == 0 ? "10.1"
				   : "10.2",
		    i >> 8 & 255, i & 255, name);
	}
	finish(hosts, "hosts.txt");
	finish(truth, "truth.csv");
	finish(names, "dns.hosts");
}

static void
clear(struct fleet *fleet)
{
	octets_clear(&fleet->root.made.der);
	octets_clear(&fleet->issuing.made.der);
	octets_clear(&fleet->private_root.made.der);
	octets_clear(&fleet->private_issuing.made.der);
	pki_clear(&fleet->pki);
}

int
main(int argc, char **argv)
{
	struct fleet fleet = { .hosts = 0 };

	if (argc == 6) {
		fleet.directory = argv[1];
		fleet.hosts = (unsigned)strtoul(argv[2], NULL, 10);
		fleet.certificates = (unsigned)strtoul(argv[3], NULL, 10);
		fleet.key_kind =
		    strcmp(argv[4], "rsa") == 0 ? "rsa2048" : "ec256";
		fleet.dead = (unsigned)strtoul(argv[5], NULL, 10);
	}
	if (fleet.hosts == 0 || fleet.hosts > 2 << 16 ||
	    fleet.certificates == 0 || fleet.certificates > 99999) {
		fprintf(
		    stderr, "fleet_files DIR HOSTS CERTIFICATES ec|rsa DEAD\n");
		return 2;
	}
	if (file_make_directory(fleet.directory) < 0)
		refuse(fleet.directory);
	pki_init(&fleet.pki, time(NULL));
	fleet.pki.aia_port = 80;
	write_certificates(&fleet);
	write_hosts(&fleet);
	clear(&fleet);
	return 0;
}
