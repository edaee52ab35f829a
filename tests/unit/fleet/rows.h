/*
 * Runs for tests: rows of hosts, written as hosts.ndjson in a temporary
 * directory, and opened as an archive.
 */
#ifndef TESTS_UNIT_FLEET_ROWS_H
#define TESTS_UNIT_FLEET_ROWS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "rundir/archive.h"
#include "rundir/manifest.h"
#include "model/site.h"

enum { ROWS_NOW = 1795425300, ROWS_DAY = 86400 };

/* What is left out is that of a healthy host. */
struct row {
	const char *host;
	enum class_id class_id;
	const char *cause;
	enum status status; /* not success: nothing was received */
	const char *issuer, *root, *key, *tls;
	const char *ip;
	const char *names; /* one more name of the leaf */
	size_t received;
	int days;     /* that the leaf is still valid; 0: 90 */
	uint8_t leaf; /* another number, another certificate */
	uint16_t port;
	bool chain_kept; /* received in spite of the status */
	uint8_t missing; /* another number, another certificate; 0: none */
	bool waived;	 /* by a policy */
	bool fails;	 /* the handshake, after a chain of class ok */
};

struct rows_run {
	char directory[32];
	struct archive *archive;
};

static inline const char *
row_or(const char *value, const char *fallback)
{
	return value == NULL ? fallback : value;
}

static inline void
row_observe(struct arena *arena, const struct row *row, size_t ordinal,
    struct observation *seen)
{
	bool received = row->status == STATUS_SUCCESS || row->chain_kept;
	struct digest *chain = arena_array(arena, 16, sizeof(*chain));

	for (size_t i = 0; i < 16; i++)
		memset(chain[i].octets, (int)(row->leaf + i),
		    sizeof(chain[i].octets));
	*seen = (struct observation){
		.ordinal = ordinal,
		.input = row->host,
		.host = row->host,
		.site = site_of_host(arena, row->host),
		.ip = row->ip,
		.sni = row->host,
		.port = row->port == 0 ? 443 : row->port,
		.timestamp = ROWS_NOW,
		.status = row->status,
		.error = row->status == STATUS_SUCCESS ? NULL : "no answer",
		.attempts = 1,
		.timing = { -1, -1, -1 },
		.has_tls = received,
		.tls = { .version = row_or(row->tls, "TLS1.3") },
		.received = chain,
		.received_count =
		    received ? (row->received == 0 ? 2 : row->received) : 0,
	};
}

static inline void
row_leaf(struct arena *arena, const struct row *row, struct leaf_facts *leaf)
{
	const char **names = arena_array(arena, 2, sizeof(*names));

	names[0] = row->host;
	names[1] = row->names;
	*leaf = (struct leaf_facts){
		.present = true,
		.subject = arena_printf(arena, "CN=%s", row->host),
		.subject_cn = row->host,
		.names = names,
		.name_count = row->names == NULL ? 1 : 2,
		.issuer = arena_printf(
		    arena, "CN=%s,O=Trust", row_or(row->issuer, "Issuing CA")),
		.issuer_cn = row_or(row->issuer, "Issuing CA"),
		.not_after =
		    ROWS_NOW +
		    (int64_t)(row->days == 0 ? 90 : row->days) * ROWS_DAY,
		.days_left = row->days == 0 ? 90 : row->days,
		.key = row_or(row->key, "EC P-256"),
		.signature = "ECDSA-SHA256",
	};
	memset(leaf->sha256.octets, row->leaf, sizeof(leaf->sha256.octets));
}

static inline void
row_waive(struct arena *arena, const struct row *row, struct verdict *verdict)
{
	static const struct evidence evidence[] = {
		{ "waived_until", "1800000000" },
	};
	struct finding *finding = arena_alloc(arena, sizeof(*finding));

	*finding = (struct finding){
		.id = class_word(row->class_id),
		.cause = row->cause,
		.severity = SEVERITY_NOTICE,
		.cert = -1,
		.detail = "known",
		.evidence = evidence,
		.evidence_count = 1,
	};
	verdict->findings = finding;
	verdict->finding_count = 1;
	verdict->severity = SEVERITY_NOTICE;
}

/* The one error that a record of class ok can have. */
static inline void
row_fail(struct verdict *verdict)
{
	static struct finding finding = {
		.id = "handshake_failed",
		.cause = "handshake-error",
		.severity = SEVERITY_ERROR,
		.cert = -1,
		.detail = "alert internal_error after the chain",
	};

	verdict->findings = &finding;
	verdict->finding_count = 1;
}

static inline void
row_judge(struct arena *arena, const struct row *row, bool received,
    struct verdict *verdict)
{
	static struct client_verdict clients[2][2] = {
		{ { "curl", ACCEPTS_YES, NULL },
		    { "openssl", ACCEPTS_YES, NULL } },
		{ { "curl", ACCEPTS_NO, "(60) no" },
		    { "openssl", ACCEPTS_NO,
			"20 unable to get local issuer certificate" } },
	};
	static const struct step leaf = { .from = SOURCE_RECEIVED };
	struct step *path = arena_array(arena, 2, sizeof(*path));
	struct step *missing = arena_alloc(arena, sizeof(*missing));
	bool bad = row->class_id != CLASS_OK || row->fails;

	path[0] = leaf;
	path[0].subject = arena_printf(arena, "CN=%s", row->host);
	path[1].from = SOURCE_STORE;
	path[1].subject =
	    arena_printf(arena, "CN=%s", row_or(row->root, "Root CA"));
	*missing = (struct step){ .subject = "CN=Missing CA",
		.from = SOURCE_AIA,
		.where = "http://aia.test/ca" };
	memset(missing->sha256.octets, row->missing,
	    sizeof(missing->sha256.octets));
	*verdict = (struct verdict){
		.class_id = row->class_id,
		.cause = row->cause,
		.severity = bad ? SEVERITY_ERROR : SEVERITY_OK,
		.path = path,
		.path_length = received ? 2 : 0,
		.missing = missing,
		.missing_count = row->missing != 0,
		.clients = clients[bad],
		.client_count = 2,
	};
	if (row->waived)
		row_waive(arena, row, verdict);
	if (row->fails)
		row_fail(verdict);
}

static inline void
row_result(struct arena *arena, const struct row *row, size_t ordinal,
    struct result *result)
{
	memset(result, 0, sizeof(*result));
	row_observe(arena, row, ordinal, &result->seen);
	if (result->seen.received_count > 0)
		row_leaf(arena, row, &result->leaf);
	row_judge(
	    arena, row, result->seen.received_count > 0, &result->verdict);
}

/* Into this directory, which is made; `started` 0: without a run.json. */
static inline void
rows_write(const char *directory, const struct row *rows, size_t count,
    int64_t started)
{
	struct arena *arena = arena_new();
	struct text out = { .size = 0 };
	char *path = file_join(directory, "hosts.ndjson");
	FILE *file;

	file_make_directory(directory);
	for (size_t i = 0; i < count; i++) {
		struct result result;

		row_result(arena, &rows[i], i + 1, &result);
		result_write(&out, &result);
	}
	file = fopen(path, "w");
	if (file != NULL) {
		fwrite(out.data, 1, out.size, file);
		fclose(file);
	}
	if (started != 0)
		manifest_write(directory, &(struct manifest){ .id = "run",
					      .version = "0",
					      .command = "scan",
					      .started = started,
					      .finished = started + 1,
					      .clock = started });
	free(path);
	text_free(&out);
	arena_free(arena);
}

static inline void
rows_open(struct rows_run *run, const struct row *rows, size_t count)
{
	char *error = NULL;

	snprintf(
	    run->directory, sizeof(run->directory), "/tmp/fleetscan-XXXXXX");
	if (mkdtemp(run->directory) == NULL)
		abort();
	rows_write(run->directory, rows, count, 0);
	run->archive = archive_open(run->directory, &error);
	free(error);
	if (run->archive == NULL)
		abort();
}

static inline void
rows_remove(const char *directory)
{
	static const char *const names[] = { "hosts.ndjson", "run.json",
		"report.html" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = file_join(directory, names[i]);

		unlink(path);
		free(path);
	}
	rmdir(directory);
}

static inline void
rows_close(struct rows_run *run)
{
	archive_close(run->archive);
	rows_remove(run->directory);
}

#endif
