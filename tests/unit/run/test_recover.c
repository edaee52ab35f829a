/*
 * What an interrupted run left, repaired: a row is a stream and what is to be
 * left of it.  Whole runs with chains are in tests/e2e/resume.py.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "base/base64.h"
#include "base/memory.h"
#include "rundir/manifest.h"
#include "rundir/repair_stream.h"
#include "run/recover.h"
#include "x509/certificate.h"
#include "tests/unit/fleet/rows.h"
#include "tests/unit/fleet/tree.h"

static void
write_octets(const char *path, const void *octets, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(octets, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void
assert_text(const char *path, const char *want)
{
	struct text text = { .size = 0 };

	assert_int_equal(file_read(path, 1 << 20, &text), 0);
	assert_string_equal(text.data == NULL ? "" : text.data, want);
	text_free(&text);
}

/* Streams: k keeps a line, d drops it, a digit is its new ordinal. */

static const struct {
	const char *name, *before, *after;
	bool is_replaced; /* by another file */
} streams[] = {
	{ "nothing at all", "", "", false },
	{ "all is well", "k1\nk2\n", "k1\nk2\n", false },
	{ "a torn last line", "k1\nk2\nk3", "k1\nk2\n", false },
	{ "one torn line alone", "k1", "", false },
	{ "damage at the end", "k1\nd\nd\n", "k1\n", false },
	{ "an empty line at the end", "k1\n\n", "k1\n", false },
	{ "damage in the middle", "k1\nd\nk2\n", "k1\nk2\n", true },
	{ "damage at the start", "d\nk2\nk3", "k2\n", true },
	{ "nothing is kept", "d\nd\n", "", false },
	{ "a new ordinal", "k1\n7{\"ordinal\":4,\"x\":1}\nk2\n",
	    "k1\n7{\"ordinal\":7,\"x\":1}\nk2\n", true },
};

static uint32_t
decide(void *context, struct bytes line)
{
	unsigned *lines = context;

	(*lines)++;
	if (line.data[0] == 'k')
		return LINE_KEEP;
	return line.data[0] == 'd' ? LINE_DROP : (uint32_t)(line.data[0] - '0');
}

static void
streams_are_mended(void **state)
{
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	const char *path = arena_printf(arena, "%s/s.ndjson", root);

	(void)state;
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		struct stat before, after;
		unsigned lines = 0;

		print_message("# %s\n", streams[i].name);
		write_octets(
		    path, streams[i].before, strlen(streams[i].before));
		assert_int_equal(stat(path, &before), 0);
		assert_int_equal(
		    repair_stream(root, "s.ndjson", decide, &lines), 0);
		assert_text(path, streams[i].after);
		assert_int_equal(stat(path, &after), 0);
		assert_int_equal(
		    before.st_ino != after.st_ino, streams[i].is_replaced);
	}
	assert_int_equal(repair_stream(root, "none.ndjson", decide, NULL), 0);
	tree_free(root);
	arena_free(arena);
}

/* Blocks are read backwards: the last newline may be far from the end. */
static void
a_long_torn_line_is_cut(void **state)
{
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	const char *path = arena_printf(arena, "%s/s.ndjson", root);
	char *octets = memory_new(200000);
	unsigned lines = 0;

	(void)state;
	memcpy(octets, "k1\n", 3);
	write_octets(path, octets, 200000);
	assert_int_equal(repair_stream(root, "s.ndjson", decide, &lines), 0);
	assert_text(path, "k1\n");
	assert_int_equal(lines, 1);
	free(octets);
	tree_free(root);
	arena_free(arena);
}

/* The targets */

static struct target_list *
list_of(const char *root, const char *text)
{
	struct target_list_options options = { .defaults = { .port = 443 } };
	struct target_list *list = target_list_new(&options);
	char *path = file_join(root, "list");

	write_octets(path, text, strlen(text));
	assert_int_equal(target_list_add_file(list, path), 0);
	free(path);
	return list;
}

static struct resume_targets *
targets_of(const char *root, const char *text)
{
	const struct shard all = { .count = 0 };
	struct target_list *list = list_of(root, text);
	struct resume_targets *targets = resume_targets_new(list, &all);

	assert_non_null(targets);
	target_list_free(list);
	resume_targets_sort(targets);
	return targets;
}

static void
targets_are_recognised(void **state)
{
	static const char *staging[] = { "staging" };
	static const struct {
		const char *name;
		struct observation seen;
		uint32_t ordinal;
	} rows[] = {
		{ "by name and port",
		    { .input = "a.test", .host = "a.test", .port = 443 }, 1 },
		{ "wherever it was found",
		    { .input = "b.test:8443",
			.host = "b.test",
			.port = 8443,
			.ip = "192.0.2.9" },
		    2 },
		{ "one of a block, by its address",
		    { .input = "192.0.2.0/30",
			.host = "192.0.2.2",
			.port = 443,
			.ip = "192.0.2.2" },
		    5 },
		{ "by the address that the list gave it",
		    { .input = "c.test,2001:db8::0:1",
			.host = "c.test",
			.port = 443,
			.ip = "2001:db8::1" },
		    0 },
		{ "another port is another target",
		    { .input = "a.test", .host = "a.test", .port = 8443 }, 0 },
		{ "other tags, too",
		    { .input = "a.test",
			.host = "a.test",
			.port = 443,
			.tags = staging,
			.tag_count = 1 },
		    0 },
		{ "a bad line, by its place",
		    { .input = "no host",
			.host = "no host",
			.port = 443,
			.ordinal = 7,
			.status = STATUS_INVALID_INPUT },
		    7 },
		{ "a bad line from elsewhere",
		    { .input = "no host",
			.host = "no host",
			.port = 443,
			.ordinal = 8,
			.status = STATUS_INVALID_INPUT },
		    0 },
		{ "one that is not listed",
		    { .input = "z.test", .host = "z.test", .port = 443 }, 0 },
	};
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	struct resume_targets *targets = targets_of(
	    root, "a.test\nb.test:8443\n192.0.2.0/30\nno host\na.test\n");

	(void)state;
	assert_int_equal(resume_targets_count(targets, RESUME_TARGET_OPEN), 7);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("# %s\n", rows[i].name);
		assert_int_equal(resume_targets_take(targets, &rows[i].seen,
				     RESUME_TARGET_DONE),
		    rows[i].ordinal);
		assert_int_equal(resume_targets_lists(targets, &rows[i].seen),
		    rows[i].ordinal != 0);
		/* A place is taken once. */
		assert_int_equal(resume_targets_take(targets, &rows[i].seen,
				     RESUME_TARGET_PENDING),
		    0);
	}
	resume_targets_free(targets);
	tree_free(root);
	arena_free(arena);
}

/* Of a name of which each address has a record. */
static void
addresses_are_taken_one_by_one(void **state)
{
	static const struct {
		const char *ip;
		uint32_t ordinal;
		bool is_open; /* the name, afterwards */
	} rows[] = {
		{ "192.0.2.2", 2, true },
		{ "192.0.2.2", 0, true },
		{ "2001:db8::1", 2, true },
		{ "192.0.2.1", 2, false },
		{ "192.0.2.3", 0, false },
	};
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	struct resume_targets *targets = targets_of(root, "a.test\nb.test\n");
	struct target model = {
		.input = "b.test", .host = "b.test", .port = 443
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct observation seen = {
			.input = "b.test",
			.host = "b.test",
			.port = 443,
			.ip = rows[i].ip,
			.name_group = "b.test",
			.addresses = 3,
		};

		assert_int_equal(
		    resume_targets_take(targets, &seen, RESUME_TARGET_DONE),
		    rows[i].ordinal);
		assert_int_equal(
		    resume_targets_is_open(targets, &model), rows[i].is_open);
	}
	assert_true(resume_targets_has_part(targets, &model, "192.0.2.2"));
	assert_false(resume_targets_has_part(targets, &model, "192.0.2.3"));
	resume_targets_free(targets);
	tree_free(root);
	arena_free(arena);
}

/* Of a domain with two MX hosts, one of which has two addresses. */
static void
mail_hosts_are_taken_one_by_one(void **state)
{
	static const struct {
		const char *host, *ip;
		unsigned addresses;
		uint32_t ordinal;
		bool is_host_done, is_open; /* afterwards */
	} rows[] = {
		{ "mx1.test", "192.0.2.1", 2, 1, false, true },
		{ "mx1.test", "192.0.2.1", 2, 0, false, true },
		{ "mx2.test", "192.0.2.1", 0, 1, true, true },
		{ "mx2.test", "192.0.2.9", 0, 0, true, true },
		{ "mx1.test", "192.0.2.2", 2, 1, true, false },
	};
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	struct resume_targets *targets = targets_of(root, "a.test\n");
	struct target domain = {
		.input = "a.test", .host = "a.test", .port = 443
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct observation seen = {
			.input = "a.test",
			.host = rows[i].host,
			.port = 443,
			.ip = rows[i].ip,
			.name_group =
			    rows[i].addresses > 0 ? rows[i].host : NULL,
			.addresses = rows[i].addresses,
			.mx_domain = "a.test",
			.mx_hosts = 2,
		};
		struct target host = domain;

		host.host = rows[i].host;
		host.mx_domain = "a.test";
		assert_int_equal(
		    resume_targets_take(targets, &seen, RESUME_TARGET_DONE),
		    rows[i].ordinal);
		assert_int_equal(resume_targets_has_part(targets, &host, NULL),
		    rows[i].is_host_done);
		assert_int_equal(
		    resume_targets_is_open(targets, &domain), rows[i].is_open);
	}
	resume_targets_free(targets);
	tree_free(root);
	arena_free(arena);
}

static void
what_is_not_taken_is_open(void **state)
{
	struct observation seen = {
		.input = "a.test", .host = "a.test", .port = 443
	};
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	struct resume_targets *targets = targets_of(root, "a.test\nb.test\n");
	struct target_list *list = list_of(root, "a.test\nb.test\nc.test\n");
	static const bool open[] = { false, true, true };
	struct target *target;

	(void)state;
	assert_int_equal(
	    resume_targets_take(targets, &seen, RESUME_TARGET_PENDING), 1);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(target_list_next(list, &target), 1);
		assert_int_equal(
		    resume_targets_is_open(targets, target), open[i]);
		target_free(target);
	}
	target_list_free(list);
	resume_targets_free(targets);
	tree_free(root);
	arena_free(arena);
}

/* Recovery: what is left of three records, of which one is not of this run. */

static void
recover_here(const char *root, const char *list, struct run_outcome *outcome,
    struct recovery *found)
{
	struct resume_targets *targets = targets_of(root, list);
	struct fleet_certificates *senders = fleet_certificates_new();

	memset(outcome, 0, sizeof(*outcome));
	assert_int_equal(
	    recover(root, targets, NULL, senders, outcome, found), 0);
	seen_free(found->certificates);
	fleet_certificates_free(senders);
	resume_targets_free(targets);
}

static void
records_follow_the_list(void **state)
{
	static const struct row rows[] = {
		{ .host = "a.test",
		    .status = STATUS_CONNECTION_REFUSED,
		    .class_id = CLASS_UNREACHABLE },
		{ .host = "b.test",
		    .status = STATUS_CONNECTION_REFUSED,
		    .class_id = CLASS_UNREACHABLE },
		{ .host = "c.test" }, /* its certificates are not there */
	};
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	const char *draft = arena_printf(arena, "%s/a.csv.tmp.Ab12Cd", root);
	struct run_outcome outcome;
	struct recovery found;
	struct archive *archive;
	struct result result;
	char *error = NULL;

	(void)state;
	rows_write(root, rows, 3, 0);
	write_octets(draft, "x", 1);
	recover_here(root, "new.test\nb.test\nc.test\n", &outcome, &found);
	assert_false(file_exists(draft));
	assert_int_equal(outcome.totals.records, 1);
	assert_int_equal(outcome.counts[CLASS_UNREACHABLE][SEVERITY_ERROR], 1);
	assert_int_equal(found.gone, 1);
	assert_int_equal(found.again, 1);
	archive = archive_open(root, &error);
	assert_int_equal(archive_count(archive), 1);
	assert_true(archive_read(archive, 0, arena, &result, NULL));
	assert_int_equal(result.seen.ordinal, 2);
	assert_string_equal(result.seen.host, "b.test");
	archive_close(archive);

	/* The place in today's list is the one that counts. */
	recover_here(root, "b.test\n", &outcome, &found);
	archive = archive_open(root, &error);
	assert_true(archive_read(archive, 0, arena, &result, NULL));
	assert_int_equal(result.seen.ordinal, 1);
	archive_close(archive);
	tree_free(root);
	arena_free(arena);
}

/* An octet of its own is certificate enough: nothing looks inside. */
static void
write_certificates(const char *root, struct arena *arena, size_t count,
    struct digest digests[])
{
	struct text lines = { .size = 0 };
	char *path = file_join(root, "certs.ndjson");

	for (size_t i = 0; i < count; i++) {
		struct bytes der = bytes_of(&"abcdef"[i], 1);
		char hex[DIGEST_HEX_SIZE];

		certificate_digest(der, &digests[i]);
		digest_to_hex(&digests[i], hex);
		text_printf(&lines,
		    "{\"sha256\":\"%s\",\"der\":\"%s\",\"is_ca\":true}\n", hex,
		    base64_encode(arena, der));
	}
	write_octets(path, lines.data, lines.size);
	text_free(&lines);
	free(path);
}

/* Of the chains that other offers got and that other faces have, too. */
static void
named_certificates_stay(void **state)
{
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	struct digest digests[4];
	struct offer_answer other = {
		.offer = OFFER_BIT(OFFER_RSA),
		.reply = REPLY_ACCEPTED,
		.received = &digests[1],
		.received_count = 1,
	};
	struct face face = {
		.offer = FACE_RSA,
		.chain = &(struct bytes){ (const uint8_t *)"c", 1 },
		.received_count = 1,
	};
	struct observation seen = {
		.ordinal = 1,
		.input = "a.test",
		.host = "a.test",
		.port = 443,
		.status = STATUS_SUCCESS,
		.has_tls = true,
		.tls = { .offers = &other, .offer_count = 1 },
		.chain = &(struct bytes){ (const uint8_t *)"a", 1 },
		.received = digests,
		.received_count = 1,
		.faces = &face,
		.face_count = 1,
	};
	struct text line = { .size = 0 };
	struct run_outcome outcome;
	struct recovery found;
	struct archive *archive;
	struct bytes der;
	char *error = NULL;

	(void)state;
	write_certificates(root, arena, 4, digests);
	pending_write(&line, &seen);
	write_octets(arena_printf(arena, "%s/pending.ndjson", root), line.data,
	    line.size);
	recover_here(root, "a.test\n", &outcome, &found);
	assert_int_equal(found.pending, 1);
	write_octets(arena_printf(arena, "%s/hosts.ndjson", root), "", 0);
	archive = archive_open(root, &error);
	assert_non_null(archive);
	assert_true(archive_certificate(archive, &digests[0], arena, &der));
	assert_true(archive_certificate(archive, &digests[1], arena, &der));
	assert_true(archive_certificate(archive, &digests[2], arena, &der));
	assert_false(archive_certificate(archive, &digests[3], arena, &der));
	archive_close(archive);
	text_free(&line);
	tree_free(root);
	arena_free(arena);
}

/* --fail-on says the same of a run that was interrupted. */
static void
waived_records_count_as_before(void **state)
{
	static const struct row rows[] = {
		{ .host = "a.test",
		    .status = STATUS_CONNECTION_REFUSED,
		    .class_id = CLASS_UNREACHABLE,
		    .waived = true },
	};
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	struct run_outcome outcome;
	struct recovery found;

	(void)state;
	rows_write(root, rows, 1, 0);
	recover_here(root, "a.test\n", &outcome, &found);
	assert_int_equal(outcome.counts[CLASS_OK][SEVERITY_NOTICE], 1);
	tree_free(root);
	arena_free(arena);
}

/* run.json keeps enough to ask the same again. */
static void
a_request_is_read_back(void **state)
{
	static const struct manifest_option options[] = {
		{ "aia-allow-private", NULL },
		{ "resolve", "a:1:192.0.2.1" },
		{ "resolve", "b:1:192.0.2.1" },
		{ "4", NULL },
	};
	const char *lists[] = { "hosts.txt", "-" }, *hosts[] = { "a.test" };
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	struct manifest read, written = {
		.id = "id",
		.version = "1",
		.command = "scan",
		.started = ROWS_NOW,
		.clock = ROWS_NOW,
		.options = options,
		.option_count = 4,
		.lists = lists,
		.list_count = 2,
		.arguments = hosts,
		.argument_count = 1,
		.working_directory = "/srv",
		.shard = "1/4",
		.totals.list_hash = UINT64_C(0xfedcba9876543210),
	};
	const char *reason;

	(void)state;
	assert_int_equal(manifest_write(root, &written), 0);
	assert_true(manifest_read(arena, root, &read, &reason));
	assert_int_equal(read.finished, 0);
	assert_int_equal(read.option_count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(read.options[i].name, options[i].name);
		if (options[i].value == NULL)
			assert_null(read.options[i].value);
		else
			assert_string_equal(
			    read.options[i].value, options[i].value);
	}
	assert_int_equal(read.list_count, 2);
	assert_string_equal(read.lists[1], "-");
	assert_int_equal(read.argument_count, 1);
	assert_string_equal(read.arguments[0], "a.test");
	assert_string_equal(read.working_directory, "/srv");
	assert_string_equal(read.shard, "1/4");
	assert_true(read.totals.list_hash == written.totals.list_hash);
	tree_free(root);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_mended),
		cmocka_unit_test(a_long_torn_line_is_cut),
		cmocka_unit_test(targets_are_recognised),
		cmocka_unit_test(addresses_are_taken_one_by_one),
		cmocka_unit_test(mail_hosts_are_taken_one_by_one),
		cmocka_unit_test(what_is_not_taken_is_open),
		cmocka_unit_test(records_follow_the_list),
		cmocka_unit_test(named_certificates_stay),
		cmocka_unit_test(waived_records_count_as_before),
		cmocka_unit_test(a_request_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
