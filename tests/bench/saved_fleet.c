/*
 * saved_fleet DIR [RECORDS [LEAVES [AUTHORITIES]]]: writes a saved run as large
 * as asked (1000000, 500000, 2000), for measuring what `audit` needs for it.
 * Every certificate is truly signed, so judging is real work; verdicts are
 * left empty, for the auditor.  Nothing is scanned.  Host i and host
 * i + LEAVES show one leaf; ten hosts are a site; six leaves in a hundred are
 * wrong, each in one of the ways of `enum fault`.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "rundir/manifest.h"
#include "rundir/trust_files.h"
#include "x509/certificate.h"
#include "model/result.h"
#include "tests/lab/pki.h"

enum {
	NOW = 1795425300,
	ROOTS = 20,	/* in the store; one more is not */
	LEAF_KEYS = 50, /* shared: making a key costs more than signing */
	HOSTS_A_SITE = 10,
	HOST_SIZE = 64,
	BUFFER = 1 << 20,
};

enum fault {
	MISSING_INTERMEDIATE,
	PRIVATE_ROOT,
	EXPIRED,
	OTHER_NAME,
	UNREACHABLE,
	UNSEEN_ISSUER,
	HEALTHY, /* and all above */
};

struct issuer {
	struct pki_certificate made;
	struct digest sha256;
	char name[32], subject[64], aia[48], key[32];
};

struct fleet {
	size_t records, leaves, authorities, sites;
	struct pki pki;
	struct issuer roots[ROOTS + 1];
	struct issuer *issuers;	       /* below root i % ROOTS */
	struct issuer foreign, unseen; /* below the root not in the store */
	struct digest *sha256;	       /* of each leaf */
	struct text lines;
	FILE *certificates, *hosts;
};

static void
refuse(const char *what)
{
	fprintf(stderr, "saved_fleet: %s: %s\n", what, strerror(errno));
	exit(2);
}

static enum fault
fault_of(size_t leaf)
{
	uint32_t mixed = (uint32_t)leaf * UINT32_C(2654435761);

	mixed = (mixed >> 16) % 100;
	return mixed < HEALTHY ? (enum fault)mixed : HEALTHY;
}

static size_t
site_of(const struct fleet *fleet, size_t host)
{
	return host % fleet->sites;
}

static void
host_name(const struct fleet *fleet, size_t host, char out[HOST_SIZE])
{
	snprintf(out, HOST_SIZE, "h%07zu.site%06zu.test", host,
	    site_of(fleet, host));
}

/* The line of certs.ndjson, and the digest by which records name it. */
static void
keep_certificate(
    struct fleet *fleet, const struct octets *der, struct digest *sha256)
{
	struct certificate *certificate =
	    certificate_new(bytes_of(der->data, der->length));

	if (certificate->damage != NULL) {
		fprintf(stderr, "saved_fleet: %s\n", certificate->damage);
		exit(2);
	}
	*sha256 = certificate->sha256;
	fleet->lines.size = 0;
	certificate_write(&fleet->lines, certificate);
	fwrite(fleet->lines.data, 1, fleet->lines.size, fleet->certificates);
	certificate_free(certificate);
}

static void
make_issuer(struct fleet *fleet, struct issuer *own, const char *name,
    const struct issuer *above)
{
	snprintf(own->name, sizeof(own->name), "%s", name);
	snprintf(own->subject, sizeof(own->subject),
	    "/C=NL/O=Bench Trust/CN=Bench %s", name);
	snprintf(own->key, sizeof(own->key), "ec256/%s", name);
	snprintf(own->aia, sizeof(own->aia), "der/%s",
	    above == NULL ? "" : above->name);
	own->made.recipe = (struct recipe){
		.name = own->name,
		.subject = own->subject,
		.issuer = above == NULL ? own->name : above->name,
		.usage = "keyCertSign,cRLSign",
		.aia = above == NULL ? NULL : own->aia,
		.from = -DAYS(400),
		.to = DAYS(3000),
	};
	own->made.key = key_ring_get(&fleet->pki.keys, own->key);
	pki_issue(
	    &fleet->pki, &own->made, above == NULL ? &own->made : &above->made);
}

/* What no host sends has no line: neither roots nor the unseen issuer. */
static void
make_authorities(struct fleet *fleet)
{
	char name[32];

	for (size_t i = 0; i <= ROOTS; i++) {
		snprintf(name, sizeof(name), "Root %zu", i);
		make_issuer(fleet, &fleet->roots[i], name, NULL);
	}
	for (size_t i = 0; i < fleet->authorities; i++) {
		snprintf(name, sizeof(name), "CA %zu", i);
		make_issuer(
		    fleet, &fleet->issuers[i], name, &fleet->roots[i % ROOTS]);
		keep_certificate(fleet, &fleet->issuers[i].made.der,
		    &fleet->issuers[i].sha256);
	}
	make_issuer(fleet, &fleet->foreign, "Foreign CA", &fleet->roots[ROOTS]);
	keep_certificate(
	    fleet, &fleet->foreign.made.der, &fleet->foreign.sha256);
	keep_certificate(
	    fleet, &fleet->roots[ROOTS].made.der, &fleet->roots[ROOTS].sha256);
	make_issuer(fleet, &fleet->unseen, "Unseen CA", &fleet->roots[ROOTS]);
}

static const struct issuer *
issuer_of(const struct fleet *fleet, size_t leaf)
{
	switch (fault_of(leaf)) {
	case PRIVATE_ROOT:
		return &fleet->foreign;
	case UNSEEN_ISSUER:
		return &fleet->unseen;
	default:
		return &fleet->issuers[site_of(fleet, leaf) %
				       fleet->authorities];
	}
}

static void
make_leaf(struct fleet *fleet, size_t leaf)
{
	const struct issuer *issuer = issuer_of(fleet, leaf);
	enum fault fault = fault_of(leaf);
	char first[HOST_SIZE], second[HOST_SIZE], san[3 * HOST_SIZE];
	char aia[HOST_SIZE], key[32];
	struct pki_certificate made = { .key = NULL };

	host_name(fleet, leaf, first);
	host_name(fleet, leaf + fleet->leaves, second);
	snprintf(san, sizeof(san),
	    fault == OTHER_NAME ? "DNS:other.%s" : "DNS:%s,DNS:%s", first,
	    second);
	snprintf(aia, sizeof(aia), "der/%s", issuer->name);
	snprintf(key, sizeof(key), "ec256/leaf%zu", leaf % LEAF_KEYS);
	made.recipe = (struct recipe){
		.name = first,
		.host = first,
		.issuer = issuer->name,
		.san = san,
		.usage = "digitalSignature",
		.purposes = "serverAuth",
		.aia = aia,
		.from = fault == EXPIRED ? -DAYS(100) : -DAYS(20),
		.to =
		    fault == EXPIRED ? -DAYS(10) : DAYS(1 + (long)(leaf % 70)),
	};
	made.key = key_ring_get(&fleet->pki.keys, key);
	pki_issue(&fleet->pki, &made, &issuer->made);
	keep_certificate(fleet, &made.der, &fleet->sha256[leaf]);
	octets_clear(&made.der);
}

static size_t
received(const struct fleet *fleet, size_t leaf, struct digest chain[3])
{
	enum fault fault = fault_of(leaf);

	chain[0] = fleet->sha256[leaf];
	chain[1] = issuer_of(fleet, leaf)->sha256;
	chain[2] = fleet->roots[ROOTS].sha256;
	if (fault == UNREACHABLE)
		return 0;
	if (fault == MISSING_INTERMEDIATE || fault == UNSEEN_ISSUER)
		return 1;
	return fault == PRIVATE_ROOT ? 3 : 2;
}

static void
write_record(struct fleet *fleet, size_t host)
{
	struct digest chain[3];
	char name[HOST_SIZE];
	struct result result = {
		.seen = {
			.ordinal = host + 1,
			.input = name,
			.host = name,
			.ip = "192.0.2.1",
			.sni = name,
			.port = 443,
			.timestamp = NOW,
			.attempts = 1,
			.timing = { 1, 20, 40 },
			.tls = { .version = "TLS1.3",
			    .cipher = "AES-128-GCM",
			    .group = "X25519",
			    .proof = true },
			.received = chain,
			.received_count = received(
			    fleet, host % fleet->leaves, chain),
		},
	};

	host_name(fleet, host, name);
	result.seen.has_tls = result.seen.received_count > 0;
	if (!result.seen.has_tls) {
		result.seen.status = STATUS_CONNECTION_TIMEOUT;
		result.seen.error = "no answer";
		result.verdict.class_id = CLASS_UNREACHABLE;
	}
	fleet->lines.size = 0;
	result_write(&fleet->lines, &result);
	fwrite(fleet->lines.data, 1, fleet->lines.size, fleet->hosts);
}

static void
write_store(struct fleet *fleet, const char *directory)
{
	struct bytes roots[ROOTS];
	struct bundle bundle = { .certificates = roots, .count = ROOTS };
	const struct trust_store *stores[1];
	char *error = NULL;

	for (size_t i = 0; i < ROOTS; i++)
		roots[i] = bytes_of(fleet->roots[i].made.der.data,
		    fleet->roots[i].made.der.length);
	stores[0] =
	    trust_store_from_bundle("trust", "saved_fleet", &bundle, &error);
	if (stores[0] == NULL || trust_files_write(directory, stores, 1) < 0)
		refuse("stores");
	trust_store_free((struct trust_store *)stores[0]);
}

static void
write_manifest(const struct fleet *fleet, const char *directory)
{
	const char *stores[] = { "trust" };
	struct manifest manifest = {
		.id = "saved-fleet",
		.version = "0",
		.command = "scan",
		.started = NOW,
		.finished = NOW + 1,
		.clock = NOW,
		.stores = stores,
		.store_count = 1,
		.totals.targets = fleet->records,
		.totals.records = fleet->records,
		.totals.threads = 1,
	};

	if (manifest_write(directory, &manifest) < 0)
		refuse("run.json");
}

static FILE *
create(const char *directory, const char *name)
{
	char *path = file_join(directory, name);
	FILE *file = fopen(path, "we");

	if (file == NULL || setvbuf(file, NULL, _IOFBF, BUFFER) != 0)
		refuse(path);
	free(path);
	return file;
}

static void
write_run(struct fleet *fleet, const char *directory)
{
	if (file_make_directory(directory) < 0)
		refuse(directory);
	fleet->certificates = create(directory, "certs.ndjson");
	fleet->hosts = create(directory, "hosts.ndjson");
	make_authorities(fleet);
	write_store(fleet, directory);
	for (size_t i = 0; i < fleet->leaves; i++)
		make_leaf(fleet, i);
	for (size_t i = 0; i < fleet->records; i++)
		write_record(fleet, i);
	if (fclose(fleet->certificates) != 0 || fclose(fleet->hosts) != 0)
		refuse(directory);
	write_manifest(fleet, directory);
}

static void
clear(struct fleet *fleet)
{
	for (size_t i = 0; i <= ROOTS; i++)
		octets_clear(&fleet->roots[i].made.der);
	for (size_t i = 0; i < fleet->authorities; i++)
		octets_clear(&fleet->issuers[i].made.der);
	octets_clear(&fleet->foreign.made.der);
	octets_clear(&fleet->unseen.made.der);
	pki_clear(&fleet->pki);
	text_free(&fleet->lines);
	free(fleet->issuers);
	free(fleet->sha256);
}

static size_t
number(int argc, char **argv, int at, size_t otherwise)
{
	return at < argc ? strtoul(argv[at], NULL, 10) : otherwise;
}

int
main(int argc, char **argv)
{
	struct fleet fleet = {
		.records = number(argc, argv, 2, 1000000),
		.leaves = number(argc, argv, 3, 500000),
		.authorities = number(argc, argv, 4, 2000),
	};

	if (argc < 2 || fleet.leaves == 0 || fleet.authorities == 0 ||
	    fleet.records > 2 * fleet.leaves) {
		fprintf(stderr, "saved_fleet DIR [RECORDS [LEAVES "
				"[AUTHORITIES]]], at most two records a "
				"leaf\n");
		return 2;
	}
	pki_init(&fleet.pki, NOW);
	fleet.pki.aia_port = 80;
	fleet.sites =
	    fleet.records / HOSTS_A_SITE + (fleet.records < HOSTS_A_SITE);
	fleet.issuers = memory_array(fleet.authorities, sizeof(struct issuer));
	fleet.sha256 = memory_array(fleet.leaves, sizeof(struct digest));
	write_run(&fleet, argv[1]);
	clear(&fleet);
	return 0;
}
