/*
 * A few results that the report's tests share, each of another class.  The last
 * one holds what a hostile host may send.
 */
#ifndef TESTS_UNIT_REPORT_SAMPLE_H
#define TESTS_UNIT_REPORT_SAMPLE_H

#include <stdlib.h>

#include "fleet/changes.h"
#include "fleet/siblings.h"
#include "fleet/tally.h"
#include "model/result.h"
#include "report/report.h"
#include "tests/unit/fleet/rows.h"

enum { SAMPLE_NOW = 1795425300 }; /* 2026-11-23T09:15:00Z, a Monday */

enum sample {
	SAMPLE_OK,
	SAMPLE_MISSING,
	SAMPLE_WRONG_ROOT,
	SAMPLE_EXPIRED_CA,
	SAMPLE_UNREACHABLE,
	SAMPLE_HOSTILE,
	SAMPLE_COUNT
};

static const struct digest sample_chain[] = {
	{ { 0x11 } },
	{ { 0x22 } },
	{ { 0x33 } },
};

static struct step sample_path[] = {
	{ { { 0x11 } }, "CN=*.example.com", SOURCE_RECEIVED, NULL },
	{ { { 0x22 } }, "CN=Issuing CA 1,O=Example\\, Inc.", SOURCE_FLEET,
	    NULL },
	{ { { 0x33 } }, "CN=Root CA,O=Example\\, Inc.", SOURCE_STORE, NULL },
};

static struct step sample_missing[] = {
	{ { { 0x22 } }, "CN=Issuing CA 1,O=Example\\, Inc.", SOURCE_FLEET,
	    "api.example.com:443" },
};

static struct finding sample_leaf_only[] = {
	{ "missing_intermediate", "leaf_only", SEVERITY_ERROR, -1,
	    "the server does not send CN=Issuing CA 1", NULL, 0 },
};

static struct finding sample_private_root[] = {
	{ "wrong_root", "private_root", SEVERITY_ERROR, 2,
	    "the path ends at CN=Root CA, which the store system does not "
	    "trust",
	    NULL, 0 },
	{ "root_sent", NULL, SEVERITY_NOTICE, 2, "CN=Root CA is a root", NULL,
	    0 },
};

static struct finding sample_expired_ca[] = {
	{ "expired", "intermediate_expired", SEVERITY_ERROR, 1,
	    "CN=Issuing CA 1 expired at 2026-11-01T00:00:00Z", NULL, 0 },
};

static struct finding sample_refused[] = {
	{ "unreachable", "connection-refused", SEVERITY_ERROR, -1,
	    "192.0.2.5 port 443: connection refused", NULL, 0 },
};

static struct finding sample_hostile_finding[] = {
	{ "name_mismatch", "other_name", SEVERITY_ERROR, 0,
	    "\x1b[2Jevil \xe2\x80\xaetxt.example is not a name", NULL, 0 },
};

static struct store_verdict sample_trusted[] = {
	{ "system", true, NULL, "CN=Root CA,O=Example\\, Inc." },
};

static struct store_verdict sample_untrusted[] = {
	{ "system", false, "issuer_not_sent", NULL },
};

static struct client_verdict sample_happy[] = {
	{ "openssl", ACCEPTS_YES, NULL },
	{ "curl", ACCEPTS_YES, NULL },
	{ "chrome", ACCEPTS_YES, NULL },
};

static struct client_verdict sample_unhappy[] = {
	{ "openssl", ACCEPTS_NO, "unable to get local issuer certificate" },
	{ "curl", ACCEPTS_NO, "unable to get local issuer certificate" },
	{ "chrome", ACCEPTS_UNKNOWN, "fetches the issuer" },
};

static const char *sample_names[] = { "*.example.com", "example.com" };
static const char *sample_tags[] = { "prod", "=web" };

#define SAMPLE_LEAF(end, days)                                                \
	{                                                                     \
		.present = true, .sha256 = { { 0x11 } },                      \
		.subject = "CN=*.example.com", .subject_cn = "*.example.com", \
		.names = sample_names, .name_count = 2,                       \
		.issuer = "CN=Issuing CA 1,O=Example\\, Inc.",                \
		.issuer_cn = "Issuing CA 1", .serial = "01",                  \
		.not_before = SAMPLE_NOW - 86400, .not_after = (end),         \
		.days_left = (days), .key = "EC P-256",                       \
		.signature = "ECDSA-SHA256",                                  \
	}

#define SAMPLE_SEEN(place, name, count)                                    \
	.ordinal = (place), .input = (name), .host = (name), .port = 443,  \
	.site = "example.com", .ip = "192.0.2.1", .timestamp = SAMPLE_NOW, \
	.attempts = 1, .has_tls = true, .tls = { .version = "TLS1.3" },    \
	.received = sample_chain, .received_count = (count)

static const struct result samples[SAMPLE_COUNT] = {
	[SAMPLE_OK] = {
		.seen = { SAMPLE_SEEN(1, "api.example.com", 2),
		    .tags = sample_tags, .tag_count = 2 },
		.leaf = SAMPLE_LEAF(SAMPLE_NOW + 5 * 86400, 5),
		.verdict = { .path = sample_path, .path_length = 3,
		    .stores = sample_trusted, .store_count = 1,
		    .clients = sample_happy, .client_count = 3 },
	},
	[SAMPLE_MISSING] = {
		.seen = { SAMPLE_SEEN(2, "www.example.com", 1) },
		.leaf = SAMPLE_LEAF(SAMPLE_NOW + 60 * 86400, 60),
		.verdict = { .class_id = CLASS_MISSING_INTERMEDIATE,
		    .cause = "leaf_only", .severity = SEVERITY_ERROR,
		    .findings = sample_leaf_only, .finding_count = 1,
		    .path = sample_path, .path_length = 3,
		    .missing = sample_missing, .missing_count = 1,
		    .stores = sample_untrusted, .store_count = 1,
		    .clients = sample_unhappy, .client_count = 3,
		    .untrusted = true },
	},
	[SAMPLE_WRONG_ROOT] = {
		.seen = { SAMPLE_SEEN(3, "intra.example.com", 3) },
		.leaf = SAMPLE_LEAF(SAMPLE_NOW + 400 * 86400, 400),
		.verdict = { .class_id = CLASS_WRONG_ROOT,
		    .cause = "private_root", .severity = SEVERITY_ERROR,
		    .findings = sample_private_root, .finding_count = 2,
		    .path = sample_path, .path_length = 3,
		    .stores = sample_untrusted, .store_count = 1,
		    .clients = sample_unhappy, .client_count = 3,
		    .untrusted = true },
	},
	[SAMPLE_EXPIRED_CA] = {
		.seen = { SAMPLE_SEEN(4, "old.example.com", 2) },
		.leaf = SAMPLE_LEAF(SAMPLE_NOW - 86400, -1),
		.verdict = { .class_id = CLASS_EXPIRED,
		    .cause = "intermediate_expired",
		    .severity = SEVERITY_ERROR,
		    .findings = sample_expired_ca, .finding_count = 1,
		    .path = sample_path, .path_length = 3,
		    .stores = sample_untrusted, .store_count = 1,
		    .expired = true },
	},
	[SAMPLE_UNREACHABLE] = {
		.seen = { .ordinal = 5, .input = "gone.example.com",
		    .host = "gone.example.com", .port = 443,
		    .site = "example.com", .timestamp = SAMPLE_NOW,
		    .status = STATUS_CONNECTION_REFUSED, .attempts = 2,
		    .error = "192.0.2.5 port 443: connection refused" },
		.verdict = { .class_id = CLASS_UNREACHABLE,
		    .cause = "connection-refused",
		    .severity = SEVERITY_ERROR, .findings = sample_refused,
		    .finding_count = 1 },
	},
	[SAMPLE_HOSTILE] = {
		.seen = { .ordinal = 6, .input = "=cmd|'/C calc'!A0",
		    .host = "evil.example", .port = 8443,
		    .site = "evil.example", .timestamp = SAMPLE_NOW,
		    .attempts = 1, .received = sample_chain,
		    .received_count = 1 },
		.leaf = { .present = true, .undated = true,
		    .subject = "CN=\x1b]0;owned\x07",
		    .subject_cn = "@\x1b]0;owned\x07,\"x\"\n",
		    .issuer = "O=no common name" },
		.verdict = { .class_id = CLASS_NAME_MISMATCH,
		    .cause = "other_name", .severity = SEVERITY_ERROR,
		    .findings = sample_hostile_finding, .finding_count = 1,
		    .untrusted = true, .mismatched = true },
	},
};

/* These results as a run in a directory; rows_remove takes its file away. */
static inline struct archive *
sample_archive(
    const char *directory, const struct result results[], size_t count)
{
	char *path = file_join(directory, "hosts.ndjson"), *error = NULL;
	struct text lines = { NULL, 0, 0 };
	struct archive *archive;

	for (size_t i = 0; i < count; i++)
		result_write(&lines, &results[i]);
	file_write(path, bytes_of(lines.data, lines.size));
	archive = archive_open(directory, &error);
	if (archive == NULL)
		abort();
	text_free(&lines);
	free(path);
	return archive;
}

/* As publish.c does: the sites of these results, to be freed. */
static inline struct sites *
sample_sites(const struct result results[], size_t count)
{
	struct sites *sites = sites_new();

	for (size_t i = 0; i < count; i++)
		sites_add(sites, i, &results[i]);
	if (sites_settle(sites) < 0)
		abort();
	return sites;
}

/* Two more runs, of which the second is worse, and siblings of the samples. */
struct sample_others {
	struct rows_run older, newer, family;
	struct changes *changes;
	struct siblings *siblings;
};

enum { SAMPLE_WORSE = 60, SAMPLE_HOSTS = SAMPLE_WORSE + 2 };

static inline void
sample_others_open(struct sample_others *others)
{
	static const struct row family[] = {
		{ .host = "a.example.com",
		    .issuer = "Issuing CA 1",
		    .days = 5 },
		{ .host = "b.example.com",
		    .issuer = "Issuing CA 1",
		    .days = 5 },
	};
	struct row from[SAMPLE_HOSTS], to[SAMPLE_HOSTS];
	char names[SAMPLE_HOSTS][32], *error = NULL;
	struct arena *arena = arena_new();

	for (int i = 0; i < SAMPLE_HOSTS; i++) {
		snprintf(names[i], sizeof(names[i]), "h%d.example.com", i);
		from[i] = (struct row){ .host = names[i] };
	}
	from[0].host = "kilas.example.com";
	from[1].host = "a-host-with-quite-a-long-name.and-a-domain.example.com";
	from[1].port = 8443;
	from[2].host = "\x1b[2J\xe2\x80\xaetxt.<b>&.example";
	from[3].host = "\xe4\xb8\xad\xe6\x96\x87.example";
	from[SAMPLE_WORSE + 1].class_id = CLASS_EXPIRED;
	memcpy(to, from, sizeof(to));
	for (int i = 0; i < SAMPLE_WORSE; i++)
		to[i].class_id = CLASS_EXPIRED;
	to[0].class_id = CLASS_MISSING_INTERMEDIATE;
	to[1].leaf = 9;
	to[SAMPLE_WORSE].leaf = 9;
	to[SAMPLE_WORSE].days = 150;
	rows_open(&others->older, from, SAMPLE_HOSTS);
	rows_open(&others->newer, to, SAMPLE_HOSTS);
	rows_open(&others->family, family, sizeof(family) / sizeof(family[0]));
	others->siblings = siblings_open(others->family.directory, &error);
	others->changes = changes_open(others->older.directory, &error);
	for (size_t i = 0; i < archive_count(others->newer.archive); i++) {
		struct result result;

		if (archive_read(
			others->newer.archive, i, arena, &result, NULL))
			changes_add(others->changes, i, &result);
	}
	if (changes_settle(others->changes, others->newer.archive) < 0)
		abort();
	arena_free(arena);
}

static inline void
sample_others_close(struct sample_others *others)
{
	changes_free(others->changes);
	siblings_free(others->siblings);
	rows_close(&others->older);
	rows_close(&others->newer);
	rows_close(&others->family);
}

#endif
