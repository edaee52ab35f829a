/*
 * Two runs: every known change is named once, in the right words, and
 * nothing else is.  A row is one host before and after.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/json.h"
#include "report/diff_text.h"
#include "report/diff_write.h"
#include "rundir/run_index.h"
#include "tests/unit/fleet/rows.h"

#define MISSING .class_id = CLASS_MISSING_INTERMEDIATE, .cause = "leaf_only"
#define EXPIRED .class_id = CLASS_EXPIRED, .cause = "leaf_expired"
#define WRONG .class_id = CLASS_WRONG_ROOT, .cause = "private_root"
#define NAME .class_id = CLASS_NAME_MISMATCH, .cause = "other_name"
#define WEAK .class_id = CLASS_WEAK, .cause = "sha1"
#define REFUSED                                                             \
	.class_id = CLASS_UNREACHABLE, .status = STATUS_CONNECTION_REFUSED, \
	.cause = "connection-refused"
#define NO_NAME                                                    \
	.class_id = CLASS_UNREACHABLE, .status = STATUS_DNS_ERROR, \
	.cause = "dns-error"
#define TIMEOUT                                                             \
	.class_id = CLASS_UNREACHABLE, .status = STATUS_CONNECTION_TIMEOUT, \
	.cause = "connection-timeout"
#define SILENT                                                 \
	.class_id = CLASS_NO_TLS, .status = STATUS_IO_TIMEOUT, \
	.cause = "io-timeout"
#define RESET                                                        \
	.class_id = CLASS_NO_TLS, .status = STATUS_CONNECTION_RESET, \
	.cause = "connection-reset"
#define NOT_TLS                                                    \
	.class_id = CLASS_NO_TLS, .status = STATUS_PROTOCOL_ERROR, \
	.cause = "protocol-error"

/* A host without a row before is new, without one after it is gone. */
enum side { BOTH, ONLY_OLD, ONLY_NEW };

static const struct {
	enum side side;
	struct row before, after;
	const char *change; /* NULL: nothing to tell */
	const char *fields;
	const char *with_all; /* with --all; NULL: as above */
} hosts[] = {
	/* 1-11: worse */
	{ BOTH, { 0 }, { MISSING }, "worse", "class", NULL },
	{ BOTH, { 0 }, { MISSING, .leaf = 2, .issuer = "R11" }, "worse",
	    "class leaf issuer", NULL },
	{ BOTH, { 0 }, { EXPIRED, .days = -1 }, "worse", "class", NULL },
	{ BOTH, { 0 }, { WRONG, .leaf = 3, .root = "Corp" }, "worse",
	    "class leaf root", NULL },
	{ BOTH, { 0 }, { NAME, .leaf = 4, .names = "x.org" }, "worse",
	    "class leaf names", NULL },
	{ BOTH, { 0 }, { WEAK }, "worse", "class", NULL },
	{ BOTH, { WEAK }, { EXPIRED }, "worse", "class", NULL },
	{ BOTH, { MISSING }, { WRONG }, "worse", "class", NULL },
	{ BOTH, { TIMEOUT }, { MISSING }, "worse", "class", NULL },
	{ BOTH, { REFUSED }, { EXPIRED }, "worse", "class", NULL },
	{ BOTH, { 0 }, { .fails = true }, "worse", "cause", NULL },
	/* 12-17: new, good or broken */
	{ ONLY_NEW, { 0 }, { 0 }, "new", "", NULL },
	{ ONLY_NEW, { 0 }, { MISSING }, "new", "", NULL },
	{ ONLY_NEW, { 0 }, { NO_NAME }, "new", "", NULL },
	{ ONLY_NEW, { 0 }, { TIMEOUT }, "new", "", NULL },
	{ ONLY_NEW, { 0 }, { .port = 8443 }, "new", "", NULL },
	{ ONLY_NEW, { 0 }, { .fails = true }, "new", "", NULL },
	/* 18-21: reached no more, for a reason that stays */
	{ BOTH, { 0 }, { REFUSED }, "unreachable", "class", NULL },
	{ BOTH, { 0 }, { NO_NAME }, "unreachable", "class", NULL },
	{ BOTH, { 0 }, { NOT_TLS }, "unreachable", "class", NULL },
	{ BOTH, { MISSING }, { REFUSED }, "unreachable", "class", NULL },
	/* 22-28: better */
	{ BOTH, { .fails = true }, { 0 }, "better", "cause", NULL },
	{ BOTH, { MISSING }, { .received = 3 }, "better", "class received",
	    NULL },
	{ BOTH, { EXPIRED }, { .leaf = 5 }, "better", "class leaf", NULL },
	{ BOTH, { WRONG, .root = "Corp" }, { .leaf = 6 }, "better",
	    "class leaf root", NULL },
	{ BOTH, { WRONG }, { WEAK }, "better", "class", NULL },
	{ BOTH, { REFUSED }, { 0 }, "better", "class", NULL },
	{ BOTH, { NOT_TLS }, { 0 }, "better", "class", NULL },
	/* 29-39: changed */
	{ BOTH, { 0 }, { .leaf = 7, .days = 150 }, "changed", "leaf", NULL },
	{ BOTH, { 0 }, { .leaf = 8, .days = 20 }, "changed", "leaf", NULL },
	{ BOTH, { 0 }, { .leaf = 9, .issuer = "R12" }, "changed", "leaf issuer",
	    NULL },
	{ BOTH, { 0 }, { .root = "Root X2" }, "changed", "root", NULL },
	{ BOTH, { 0 }, { .leaf = 10, .key = "RSA 2048" }, "changed", "leaf key",
	    NULL },
	{ BOTH, { 0 }, { .leaf = 11, .names = "www.org" }, "changed",
	    "leaf names", NULL },
	{ BOTH, { 0 }, { .tls = "TLS1.2" }, "changed", "tls", NULL },
	{ BOTH, { 0 }, { .received = 3 }, "changed", "received", NULL },
	{ BOTH, { WRONG }, { MISSING }, "changed", "class", NULL },
	{ BOTH, { MISSING },
	    { .class_id = CLASS_MISSING_INTERMEDIATE,
		.cause = "gap",
		.received = 3 },
	    "changed", "cause received", NULL },
	{ BOTH, { REFUSED }, { NO_NAME }, "changed", "cause", NULL },
	/* 40-43: gone */
	{ ONLY_OLD, { 0 }, { 0 }, "gone", "", NULL },
	{ ONLY_OLD, { EXPIRED }, { 0 }, "gone", "", NULL },
	{ ONLY_OLD, { TIMEOUT }, { 0 }, "gone", "", NULL },
	{ ONLY_OLD, { .port = 8443 }, { 0 }, "gone", "", NULL },
	/* Nothing to tell */
	{ BOTH, { 0 }, { 0 }, NULL, "", NULL },
	{ BOTH, { MISSING }, { MISSING }, NULL, "", NULL },
	{ BOTH, { .fails = true }, { .fails = true }, NULL, "", NULL },
	{ BOTH, { NO_NAME }, { NO_NAME }, NULL, "", NULL },
	{ BOTH, { .ip = "192.0.2.1" }, { .ip = "192.0.2.2" }, NULL, "", NULL },
	/* Timeouts of one night */
	{ BOTH, { 0 }, { TIMEOUT }, NULL, "class", "unreachable" },
	{ BOTH, { 0 }, { SILENT }, NULL, "class", "unreachable" },
	{ BOTH, { 0 }, { RESET }, NULL, "class", "unreachable" },
	{ BOTH, { SILENT }, { 0 }, NULL, "class", "better" },
	{ BOTH, { TIMEOUT }, { SILENT }, NULL, "class", "changed" },
};

enum { HOSTS = sizeof(hosts) / sizeof(hosts[0]), CHANGES = 43, SAME = 5 };

struct pair {
	struct rows_run older, newer;
	struct hash_key key;
	struct run_index *from, *to;
};

static void
pair_index(struct pair *pair)
{
	pair->key = hash_key_random();
	pair->from = run_index_new(pair->older.archive, &pair->key);
	pair->to = run_index_new(pair->newer.archive, &pair->key);
}

static void
pair_close(struct pair *pair)
{
	run_index_free(pair->from);
	run_index_free(pair->to);
	rows_close(&pair->older);
	rows_close(&pair->newer);
}

static const char *
host_name(struct arena *arena, size_t at)
{
	return arena_printf(arena, "h%zu.example.com", at + 1);
}

/* The newer run in another order: places say nothing. */
static void
open_hosts(struct pair *pair, struct arena *arena)
{
	struct row older[HOSTS], newer[HOSTS];
	size_t old_count = 0, new_count = 0;

	for (size_t i = 0; i < HOSTS; i++) {
		size_t back = HOSTS - 1 - i;

		if (hosts[i].side != ONLY_NEW) {
			older[old_count] = hosts[i].before;
			older[old_count++].host = host_name(arena, i);
		}
		if (hosts[back].side != ONLY_OLD) {
			newer[new_count] = hosts[back].after;
			newer[new_count++].host = host_name(arena, back);
		}
	}
	rows_open(&pair->older, older, old_count);
	rows_open(&pair->newer, newer, new_count);
	pair_index(pair);
}

static void
append_fields(const struct json *fields, struct text *out)
{
	for (const struct json *at = json_first(fields); at != NULL;
	     at = json_next(at))
		text_printf(
		    out, "%s%s", out->size > 0 ? " " : "", json_string(at));
}

/* One line of the JSON against the table; counts how often it is named. */
static void
check_line(struct bytes line, bool all, unsigned seen[HOSTS])
{
	char error[80];
	struct json *json = json_parse(line, error);
	const char *host = json_string(json_get(json, "host"));
	struct text fields = { .size = 0 };
	const char *change;
	size_t at;

	assert_non_null(host);
	at = strtoul(host + 1, NULL, 10) - 1;
	assert_true(at < HOSTS);
	change = all && hosts[at].with_all != NULL ? hosts[at].with_all
						   : hosts[at].change;
	text_append(&fields, "");
	append_fields(json_get(json, "fields"), &fields);
	if (change == NULL)
		fail_msg("%s has no change", host);
	print_message("%s\n", host);
	assert_string_equal(json_string(json_get(json, "change")), change);
	assert_string_equal(fields.data, hosts[at].fields);
	assert_int_equal(
	    json_is_null(json_get(json, "from")), hosts[at].side == ONLY_NEW);
	assert_int_equal(
	    json_is_null(json_get(json, "to")), hosts[at].side == ONLY_OLD);
	seen[at]++;
	text_free(&fields);
	json_free(json);
}

static void
check_hosts(bool all)
{
	struct diff_settings settings = { .all = all };
	struct arena *arena = arena_new();
	struct text line = { .size = 0 };
	unsigned seen[HOSTS] = { 0 };
	struct pair pair;
	struct diff diff;

	open_hosts(&pair, arena);
	diff_init(&diff, pair.older.archive, pair.from, pair.newer.archive,
	    pair.to, &settings);
	for (size_t i = 0; i < diff.count; i++) {
		text_clear(&line);
		diff_append_json(&diff, &diff.changes[i], &line);
		check_line(bytes_of(line.data, line.size), all, seen);
		if (i > 0)
			assert_true(
			    diff.changes[i - 1].group <= diff.changes[i].group);
	}
	for (size_t i = 0; i < HOSTS; i++)
		assert_int_equal(
		    seen[i], hosts[i].change != NULL ||
				 (all && hosts[i].with_all != NULL));
	if (!all)
		assert_int_equal(diff.count, CHANGES);
	assert_int_equal(diff.damped, all ? 0 : HOSTS - CHANGES - SAME);
	assert_int_equal(diff.groups[GROUP_RENEWED], 1);
	diff_clear(&diff);
	pair_close(&pair);
	text_free(&line);
	arena_free(arena);
}

static void
each_change_is_named_once(void **state)
{
	(void)state;
	check_hosts(false);
}

static void
all_tells_of_timeouts(void **state)
{
	(void)state;
	check_hosts(true);
}

/* Of --all-ips: the same addresses belong together, the rest in order. */
static void
addresses_tell_records_of_one_name_apart(void **state)
{
	static const struct row older[] = {
		{ .host = "a.example.com", .ip = "192.0.2.1" },
		{ .host = "a.example.com", .ip = "192.0.2.2", MISSING },
		{ .host = "a.example.com", .ip = "192.0.2.3" },
	};
	static const struct row newer[] = {
		{ .host = "a.example.com", .ip = "192.0.2.9" },
		{ .host = "a.example.com", .ip = "192.0.2.2", MISSING },
		{ .host = "a.example.com", .ip = "192.0.2.1", EXPIRED },
	};
	struct diff_settings settings = { .all = false };
	struct pair pair;
	struct diff diff;

	(void)state;
	rows_open(&pair.older, older, 3);
	rows_open(&pair.newer, newer, 3);
	pair_index(&pair);
	diff_init(&diff, pair.older.archive, pair.from, pair.newer.archive,
	    pair.to, &settings);
	assert_int_equal(diff.count, 1);
	assert_int_equal(diff.changes[0].kind, CHANGE_WORSE);
	assert_int_equal(diff.changes[0].from, 0);
	assert_int_equal(diff.changes[0].to, 2);
	assert_int_equal(diff.groups[GROUP_STILL], 1);
	diff_clear(&diff);
	pair_close(&pair);
}

/* A %s stands for the newer run's directory. */
__attribute__((format(printf, 4, 0))) static void
check_mail(const struct row *before, const struct row *after, size_t count,
    const char *expected)
{
	struct diff_settings settings = { .all = false };
	struct text out = { .size = 0 };
	struct pair pair;
	struct diff diff;

	rows_open(&pair.older, before, count);
	rows_open(&pair.newer, after, count);
	pair_index(&pair);
	diff_init(&diff, pair.older.archive, pair.from, pair.newer.archive,
	    pair.to, &settings);
	diff_append_mail(&diff, &out);
	if (expected == NULL)
		assert_int_equal(out.size, 0);
	else {
		struct text want = { .size = 0 };

		text_printf(&want, expected, pair.newer.directory);
		assert_string_equal(out.data, want.data);
		text_free(&want);
	}
	text_free(&out);
	diff_clear(&diff);
	pair_close(&pair);
}

/* A waived fault is no change, until its waiver ends. */
static void
waived_hosts_are_not_mailed(void **state)
{
	static const struct row good[] = { { .host = "a.example.com" } };
	static const struct row waived[] = { { .host = "a.example.com",
	    .class_id = CLASS_WRONG_ROOT,
	    .cause = "private_root",
	    .waived = true } };
	static const struct row ended[] = { { .host = "a.example.com",
	    .class_id = CLASS_WRONG_ROOT,
	    .cause = "private_root" } };

	(void)state;
	check_mail(good, waived, 1, NULL);
	check_mail(ended, waived, 1, NULL);
	check_mail(waived, ended, 1,
	    "Subject: fleetscan: 1 host got worse, 0 better (1 scanned)\n\n"
	    "worse        a.example.com\n"
	    "             wrong root, waived -> wrong root; curl, openssl "
	    "fail\n\n");
}

static void
mail_comes_only_when_something_got_worse(void **state)
{
	static const struct row good[] = {
		{ .host = "a.example.com" },
		{ .host = "b.example.com" },
		{ .host = "c.example.com", .port = 8443 },
	};
	static const struct row bad[] = {
		{ .host = "a.example.com", MISSING, .leaf = 2, .issuer = "X" },
		{ .host = "b.example.com" },
		{ .host = "c.example.com", .port = 8443, REFUSED },
	};

	(void)state;
	check_mail(good, good, 3, NULL);
	check_mail(bad, good, 3, NULL);
	check_mail(good, bad, 3,
	    "Subject: fleetscan: 2 hosts got worse, 0 better (3 scanned)\n\n"
	    "worse        a.example.com\n"
	    "             ok -> missing intermediate (new issuer); curl, "
	    "openssl fail\n"
	    "unreachable  c.example.com:8443\n"
	    "             ok -> connection-refused\n\n"
	    "repair kit: fleetscan fix %s\n");
	check_mail(good + 2, bad + 2, 1,
	    "Subject: fleetscan: 1 host got worse, 0 better (1 scanned)\n\n"
	    "unreachable  c.example.com:8443\n"
	    "             ok -> connection-refused\n\n");
}

/* A host's own octets go into JSON, CSV, text: all must be escaped. */
static void
hostile_names_stay_where_they_belong(void **state)
{
	static const struct row before[] = { { .host = "\x1b]0;\"=,\r\na" } };
	static const struct row after[] = {
		{ .host = "\x1b]0;\"=,\r\na", .leaf = 1, .issuer = "\x1b[2J\n" }
	};
	struct diff_settings settings = { .all = false };
	struct text out = { .size = 0 };
	struct pair pair;
	struct diff diff;

	(void)state;
	rows_open(&pair.older, before, 1);
	rows_open(&pair.newer, after, 1);
	pair_index(&pair);
	diff_init(&diff, pair.older.archive, pair.from, pair.newer.archive,
	    pair.to, &settings);
	assert_int_equal(diff.count, 1);
	diff_append_text(&diff, &diff.changes[0], &out);
	diff_append_json(&diff, &diff.changes[0], &out);
	assert_null(strchr(out.data, '\x1b'));
	assert_ptr_equal(strrchr(out.data, '\n'), out.data + out.size - 1);
	text_free(&out);
	diff_clear(&diff);
	pair_close(&pair);
}

/* What five nights said of a host that is broken on the sixth. */
static const struct {
	const char *host;
	struct row nights[5];
	int since, first_broken, last_good; /* nights from 1; 0: never */
	unsigned flaps, runs;
} pasts[] = {
	{ "since-three.org",
	    { { 0 }, { 0 }, { MISSING }, { MISSING }, { MISSING } }, 3, 3, 2, 0,
	    6 },
	{ "always.org",
	    { { MISSING }, { MISSING }, { MISSING }, { MISSING }, { MISSING } },
	    1, 1, 0, 0, 6 },
	{ "flaps.org", { { MISSING }, { 0 }, { MISSING }, { 0 }, { MISSING } },
	    5, 1, 4, 2, 6 },
	{ "timeout.org",
	    { { 0 }, { MISSING }, { TIMEOUT }, { TIMEOUT }, { MISSING } }, 2, 2,
	    1, 0, 4 },
	{ "fails.org",
	    { { 0 }, { .fails = true }, { .fails = true }, { .fails = true },
		{ .fails = true } },
	    2, 2, 1, 0, 6 },
	{ "tonight.org", { { 0 }, { 0 }, { 0 }, { 0 }, { 0 } }, 6, 6, 5, 0, 6 },
};

enum { PASTS = sizeof(pasts) / sizeof(pasts[0]), NIGHTS = 5 };

static int64_t
night_start(int night)
{
	return night == 0 ? 0 : ROWS_NOW + (int64_t)night * ROWS_DAY;
}

static void
write_night(const char *directory, size_t night)
{
	struct row rows[PASTS];

	for (size_t i = 0; i < PASTS; i++) {
		rows[i] = pasts[i].nights[NIGHTS - 1].fails
			      ? (struct row){ .fails = true }
			      : (struct row){ MISSING };
		rows[i].host = pasts[i].host;
		if (night < NIGHTS) {
			rows[i] = pasts[i].nights[night];
			rows[i].host = pasts[i].host;
		}
	}
	rows_write(directory, rows, PASTS, night_start((int)night + 1));
}

static void
history_tells_since_when(void **state)
{
	char root[] = "/tmp/fleetscan-XXXXXX", *error = NULL;
	char *nights[NIGHTS + 1], *latest;
	struct hash_key key = hash_key_random();
	struct archive *newest;
	struct run_index *index;
	struct history *history;

	(void)state;
	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i <= NIGHTS; i++) {
		char name[] = { 'z', '\0' };

		/* Names say nothing about the order. */
		name[0] = (char)('z' - (int)i);
		nights[i] = file_join(root, name);
		write_night(nights[i], i);
	}
	latest = file_join(root, "latest");
	assert_int_equal(symlink(nights[2], latest), 0);
	newest = archive_open(nights[NIGHTS], &error);
	assert_non_null(newest);
	index = run_index_new(newest, &key);
	assert_null(history_read("/nonexistent", newest, index, &key, &error));
	free(error);
	history = history_read(root, newest, index, &key, &error);
	assert_non_null(history);
	for (size_t i = 0; i < PASTS; i++) {
		const struct history_facts *facts = history_of(history, i);

		print_message("%s\n", pasts[i].host);
		assert_non_null(facts);
		assert_int_equal(facts->since, night_start(pasts[i].since));
		assert_int_equal(
		    facts->first_broken, night_start(pasts[i].first_broken));
		assert_int_equal(
		    facts->last_good, night_start(pasts[i].last_good));
		assert_int_equal(facts->flaps, pasts[i].flaps);
		assert_int_equal(facts->runs, pasts[i].runs);
	}
	assert_null(history_of(history, PASTS));
	history_free(history);
	run_index_free(index);
	archive_close(newest);
	unlink(latest);
	free(latest);
	for (size_t i = 0; i <= NIGHTS; i++) {
		rows_remove(nights[i]);
		free(nights[i]);
	}
	rmdir(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_change_is_named_once),
		cmocka_unit_test(all_tells_of_timeouts),
		cmocka_unit_test(addresses_tell_records_of_one_name_apart),
		cmocka_unit_test(mail_comes_only_when_something_got_worse),
		cmocka_unit_test(waived_hosts_are_not_mailed),
		cmocka_unit_test(hostile_names_stay_where_they_belong),
		cmocka_unit_test(history_tells_since_when),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
