/*
 * Other runs: which of them one is compared with, what is new since then, and
 * how a lone host differs from its siblings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fleet/siblings.h"
#include "rundir/run_list.h"
#include "fleet/changes.h"
#include "fleet/missing.h"
#include "report/diff_text.h"
#include "report/sites_text.h"
#include "tests/unit/fleet/rows.h"
#include "tests/unit/fleet/tree.h"

/* A run in this directory: what it scanned, and when; ended 0: it did not. */
static void
write_run(struct arena *arena, const char *root, const char *name,
    const char *list, const char *shard, int64_t started, int64_t ended)
{
	const char *lists[] = { list };
	char *path = arena_printf(arena, "%s/%s", root, name);
	struct manifest manifest = {
		.id = name,
		.version = "0",
		.command = "scan",
		.lists = lists,
		.list_count = list != NULL,
		.shard = shard,
		.started = started,
		.finished = ended,
		.clock = started,
	};

	assert_int_equal(file_make_directory(path), 0);
	assert_int_equal(manifest_write(path, &manifest), 0);
	tree_file(arena, path, "hosts.ndjson", bytes_from_string(""));
}

static const struct {
	const char *list, *shard;
	const char *newest; /* the run that is found; NULL: none */
} searches[] = {
	{ "hosts.txt", NULL, "d" },
	{ "other.txt", NULL, "b" },
	{ "hosts.txt", "1/4", "e" },
	{ "hosts.txt", "2/4", NULL },
	{ "unknown.txt", NULL, NULL },
	{ "unknown.txt", "1/4", NULL },
};

static void
runs_are_found_by_what_they_scanned(void **state)
{
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	struct run_list list;

	(void)state;
	write_run(arena, root, "a", "hosts.txt", NULL, 100, 101);
	write_run(arena, root, "b", "other.txt", NULL, 200, 201);
	write_run(arena, root, "c", NULL, NULL, 500, 501);
	write_run(arena, root, "d", "hosts.txt", NULL, 300, 301);
	write_run(arena, root, "e", "hosts.txt", "1/4", 400, 401);
	write_run(arena, root, "f", "hosts.txt", NULL, 600, 0);
	write_run(arena, root, "g", "hosts.txt", NULL, 700, 701);
	assert_int_equal(
	    symlink("a", arena_printf(arena, "%s/latest", root)), 0);
	tree_file(arena, root, "damaged/run.json", bytes_from_string("{"));
	write_run(arena, root, "h", "hosts.txt", NULL, 650, 651);
	unlink(arena_printf(arena, "%s/h/hosts.ndjson", root));
	assert_int_equal(run_list_read(&list, root, 700), 0);
	assert_int_equal(list.count, 6);
	for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
		const char *lists[] = { searches[i].list };
		struct manifest manifest = { .lists = lists,
			.list_count = 1,
			.shard = searches[i].shard };
		const struct old_run *run = run_list_earlier(&list, &manifest);

		if (searches[i].newest == NULL)
			assert_null(run);
		else
			assert_string_equal(
			    run->path, arena_printf(arena, "%s/%s", root,
					   searches[i].newest));
	}
	assert_string_equal(run_list_newest_fleet(&list)->path,
	    arena_printf(arena, "%s/d", root));
	run_list_clear(&list);
	assert_int_equal(run_list_read(&list, "/nonexistent", 700), -1);
	assert_null(run_list_newest_fleet(&list));
	tree_free(root);
	arena_free(arena);
}

/* Both runs, fed as publishing does. */
static struct changes *
compare(const struct rows_run *older, struct rows_run *newer)
{
	char *error = NULL;
	struct changes *changes = changes_open(older->directory, &error);
	struct arena *arena = arena_new();

	assert_non_null(changes);
	for (size_t i = 0; i < archive_count(newer->archive); i++) {
		struct result result;

		assert_true(
		    archive_read(newer->archive, i, arena, &result, NULL));
		changes_add(changes, i, &result);
	}
	assert_int_equal(changes_settle(changes, newer->archive), 0);
	arena_free(arena);
	return changes;
}

enum { MANY = 60 };

/* Every host of the first MANY gets worse, the next is renewed. */
static void
changes_are_counted_and_some_are_named(void **state)
{
	struct row older[MANY + 1], newer[MANY + 1];
	struct rows_run from, to;
	struct arena *arena = arena_new();
	const struct diff *diff;
	const struct change *first;
	const char *host, *story;
	size_t count;
	struct changes *changes;
	struct text mail = { .size = 0 };

	(void)state;
	for (size_t i = 0; i <= MANY; i++) {
		older[i] = (struct row){ .host = arena_printf(
					     arena, "h%zu.example.com", i) };
		newer[i] = older[i];
		if (i < MANY)
			newer[i].class_id = CLASS_EXPIRED;
	}
	newer[MANY].leaf = 9;
	newer[MANY].days = 150;
	rows_open(&from, older, MANY + 1);
	rows_open(&to, newer, MANY + 1);
	changes = compare(&from, &to);
	diff = changes_diff(changes);
	assert_non_null(diff);
	assert_string_equal(diff_summary_text(diff, arena),
	    "Since 2026-11-23: 60 worse, 1 renewed");
	assert_non_null(strstr(from.directory, diff_older_name(diff)));
	first = diff_group(diff, GROUP_WORSE, &count);
	assert_int_equal(count, MANY);
	assert_true(change_is_bad(first));
	assert_true(diff_change_text(diff, first, arena, &host, &story));
	assert_string_equal(host, "h0.example.com");
	assert_string_equal(story, "ok -> expired");
	first = diff_group(diff, GROUP_RENEWED, &count);
	assert_int_equal(count, 1);
	assert_false(change_is_bad(first));
	assert_null(diff_group(diff, GROUP_BETTER, &count));
	diff_append_mail(diff, &mail);
	assert_non_null(strstr(mail.data, "60 hosts got worse, 0 better"));
	text_free(&mail);
	changes_free(changes);
	rows_close(&from);
	rows_close(&to);
	arena_free(arena);
}

/* A run of another fleet is not compared. */
static void
strangers_are_not_compared(void **state)
{
	static const struct row one[] = { { .host = "a.example" } };
	static const struct row other[] = { { .host = "b.example" } };
	struct rows_run from, to;
	struct changes *changes;

	(void)state;
	rows_open(&from, one, 1);
	rows_open(&to, other, 1);
	changes = compare(&from, &to);
	assert_null(changes_diff(changes));
	changes_free(changes);
	rows_close(&from);
	rows_close(&to);
}

static void
a_run_that_is_not_there_is_told(void **state)
{
	char *error = NULL;

	(void)state;
	assert_null(changes_open("/nonexistent", &error));
	assert_non_null(strstr(error, "/nonexistent"));
	free(error);
	error = NULL;
	assert_null(siblings_open("/nonexistent", &error));
	assert_non_null(error);
	free(error);
}

/*
 * Three good siblings, a host of another site that sends what is missing, and
 * the host itself as it was.
 */
static const struct row family[] = {
	{ .host = "www.example.com" },
	{ .host = "api.example.com" },
	{ .host = "blog.example.com", .leaf = 40 },
	{ .host = "kilas.example.com", .issuer = "Old CA" },
	{ .host = "a.stranger.org", .leaf = 40 },
};

static const struct {
	struct row host;
	bool is_known;
	size_t siblings;
	const char *differs, *sender;
} lone[] = {
	{ { .host = "kilas.example.com" }, true, 3, NULL, NULL },
	{ { .host = "kilas.example.com",
	      .class_id = CLASS_MISSING_INTERMEDIATE,
	      .issuer = "Atlas CA",
	      .received = 1,
	      .missing = 41 },
	    true, 3,
	    "issuer Atlas CA, siblings have Issuing CA; sends 1 certificate, "
	    "siblings send 2",
	    "blog.example.com" },
	{ { .host = "www.elsewhere.org",
	      .class_id = CLASS_MISSING_INTERMEDIATE,
	      .missing = 41 },
	    true, 0, NULL, "a.stranger.org" },
	{ { .host = "www.elsewhere.org" }, false, 0, NULL, NULL },
	{ { .host = "new.example.com",
	      .class_id = CLASS_UNREACHABLE,
	      .status = STATUS_CONNECTION_REFUSED },
	    false, 0, NULL, NULL },
};

static void
assert_words(const char *got, const char *want)
{
	if (want == NULL)
		assert_null(got);
	else
		assert_string_equal(got, want);
}

static void
a_lone_host_is_held_against_its_siblings(void **state)
{
	struct rows_run run;
	char *error = NULL;
	struct siblings *siblings;

	(void)state;
	rows_open(&run, family, sizeof(family) / sizeof(family[0]));
	siblings = siblings_open(run.directory, &error);
	assert_non_null(siblings);
	for (size_t i = 0; i < sizeof(lone) / sizeof(lone[0]); i++) {
		struct arena *arena = arena_new();
		struct sibling_facts found;
		struct result result;

		row_result(arena, &lone[i].host, 1, &result);
		assert_int_equal(
		    siblings_find(siblings, &result, arena, &found),
		    lone[i].is_known);
		if (lone[i].is_known) {
			assert_string_equal(found.run, run.directory);
			assert_int_equal(found.count, lone[i].siblings);
			assert_words(sites_comparison_text(arena, found.differs,
					 found.difference_count),
			    lone[i].differs);
		}
		if (lone[i].sender != NULL)
			assert_words(found.senders[0], lone[i].sender);
		arena_free(arena);
	}
	siblings_free(siblings);
	rows_close(&run);
}

/* Most hosts first; of as many, who came first. */
static void
missing_certificates_are_numbered(void **state)
{
	static const uint8_t missing[] = { 5, 3, 7, 3, 7, 3, 0 };
	static const struct {
		uint8_t certificate;
		size_t number;
	} wants[] = { { 3, 1 }, { 7, 2 }, { 5, 3 }, { 9, 0 } };
	struct wanted *wanted = wanted_new();
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(missing); i++) {
		struct row row = { .host = "h.example",
			.class_id = CLASS_MISSING_INTERMEDIATE,
			.missing = missing[i] };
		struct result result;

		row_result(arena, &row, i + 1, &result);
		wanted_add(wanted, &result);
	}
	assert_int_equal(wanted_count(wanted), 3);
	for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
		struct digest sha256;

		memset(&sha256, wants[i].certificate, sizeof(sha256));
		assert_int_equal(
		    wanted_number(wanted, &sha256), wants[i].number);
	}
	arena_free(arena);
	wanted_free(wanted);
	wanted_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_are_found_by_what_they_scanned),
		cmocka_unit_test(changes_are_counted_and_some_are_named),
		cmocka_unit_test(strangers_are_not_compared),
		cmocka_unit_test(a_run_that_is_not_there_is_told),
		cmocka_unit_test(a_lone_host_is_held_against_its_siblings),
		cmocka_unit_test(missing_certificates_are_numbered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
