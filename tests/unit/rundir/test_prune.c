/* Which directories --keep removes, and which it never removes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rundir/manifest.h"
#include "rundir/prune.h"
#include "tests/unit/fleet/tree.h"

enum { NEWEST = 2000000000 };

struct fixture {
	struct arena *arena;
	char *root;
};

static void
put_run(struct fixture *fixture, const char *name, int64_t started,
    int64_t finished)
{
	struct manifest manifest = { .id = name,
		.version = "1",
		.command = "scan",
		.started = started,
		.finished = finished };
	const char *record =
	    arena_printf(fixture->arena, "%s/stores/system.pem", name);

	tree_file(fixture->arena, fixture->root, record, bytes_of("x", 1));
	assert_int_equal(manifest_write(arena_printf(fixture->arena, "%s/%s",
					    fixture->root, name),
			     &manifest),
	    0);
}

static const char *
path_of(struct fixture *fixture, const char *name)
{
	return arena_printf(fixture->arena, "%s/%s", fixture->root, name);
}

/* A reports directory as years leave it. */
static void
fill(struct fixture *fixture)
{
	put_run(fixture, "2026-01-01T000000Z", 100, 101);
	put_run(fixture, "2026-01-02T000000Z", 200, 201);
	put_run(fixture, "2026-01-02T000000Z-2", 200, 201);
	put_run(fixture, "2026-01-03T000000Z", 300, 301);
	put_run(fixture, "2026-01-03T120000Z", 350, 0); /* interrupted */
	put_run(fixture, "2026-01-04T000000Z", 400, 401);
	put_run(fixture, "2033-05-18T033320Z", NEWEST, NEWEST + 1);
	put_run(fixture, "2033-05-19T000000Z", NEWEST + 9, NEWEST + 10);
	put_run(fixture, "before-the-change", 50, 51);
	put_run(fixture, "2026-01-01T000000Z.bak", 100, 101);
	tree_file(fixture->arena, fixture->root, "2026-01-01T010101Z/notes",
	    bytes_of("x", 1));
	tree_file(fixture->arena, fixture->root, "2026-01-01T020202Z/run.json",
	    bytes_of("{}", 2));
	assert_int_equal(symlink("2026-01-01T000000Z",
			     path_of(fixture, "2026-01-01T030303Z")),
	    0);
}

static bool
is_there(struct fixture *fixture, const char *name)
{
	return file_exists(path_of(fixture, name));
}

static void
prune(struct fixture *fixture, size_t keep)
{
	prune_runs(path_of(fixture, "2033-05-18T033320Z/"), NEWEST, keep);
}

static void
the_oldest_runs_go(void **state)
{
	struct fixture *fixture = *state;

	fill(fixture);
	prune(fixture, 6);
	assert_true(is_there(fixture, "2026-01-01T000000Z"));
	prune(fixture, 3);
	assert_false(is_there(fixture, "2026-01-01T000000Z"));
	assert_false(is_there(fixture, "2026-01-02T000000Z"));
	assert_false(is_there(fixture, "2026-01-02T000000Z-2"));
	assert_true(is_there(fixture, "2026-01-03T000000Z"));
	assert_true(is_there(fixture, "2026-01-04T000000Z"));
	assert_true(is_there(fixture, "2033-05-18T033320Z/stores/system.pem"));
}

static void
all_else_stays(void **state)
{
	static const char *const names[] = { "2026-01-03T120000Z",
		"2033-05-18T033320Z", "2033-05-19T000000Z", "before-the-change",
		"2026-01-01T000000Z.bak", "2026-01-01T010101Z/notes",
		"2026-01-01T020202Z/run.json" };
	struct fixture *fixture = *state;

	fill(fixture);
	prune(fixture, 1);
	assert_false(is_there(fixture, "2026-01-04T000000Z"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_true(is_there(fixture, names[i]));
}

/* A link is no run, and what it points to is not reached through it. */
static void
no_link_is_followed(void **state)
{
	struct fixture *fixture = *state;
	struct stat status;

	fill(fixture);
	put_run(fixture, "elsewhere/kept", 1, 2);
	assert_int_equal(
	    symlink("elsewhere/kept", path_of(fixture, "2026-01-01T040404Z")),
	    0);
	assert_int_equal(
	    symlink("../../elsewhere",
		path_of(fixture, "2026-01-03T000000Z/stores/link")),
	    0);
	prune(fixture, 1);
	assert_false(is_there(fixture, "2026-01-03T000000Z"));
	assert_true(is_there(fixture, "elsewhere/kept/stores/system.pem"));
	assert_int_equal(
	    lstat(path_of(fixture, "2026-01-01T040404Z"), &status), 0);
}

static void
the_latest_run_stays(void **state)
{
	struct fixture *fixture = *state;

	fill(fixture);
	assert_int_equal(
	    symlink("2026-01-02T000000Z", path_of(fixture, "latest")), 0);
	prune(fixture, 1);
	assert_true(is_there(fixture, "latest/run.json"));
	assert_false(is_there(fixture, "2026-01-04T000000Z"));
}

static void
what_a_killed_program_left_goes(void **state)
{
	struct fixture *fixture = *state;

	fill(fixture);
	tree_file(fixture->arena, fixture->root,
	    ".pruned-2025-01-01T000000Z/hosts.csv", bytes_of("x", 1));
	tree_file(
	    fixture->arena, fixture->root, ".pruned-mine", bytes_of("x", 1));
	prune(fixture, 100);
	assert_false(is_there(fixture, ".pruned-2025-01-01T000000Z"));
	assert_true(is_there(fixture, ".pruned-mine"));
}

static int
begin(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->arena = arena_new();
	fixture->root = tree_new(fixture->arena);
	*state = fixture;
	return 0;
}

static int
end(void **state)
{
	struct fixture *fixture = *state;

	tree_free(fixture->root);
	arena_free(fixture->arena);
	free(fixture);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_oldest_runs_go, begin, end),
		cmocka_unit_test_setup_teardown(all_else_stays, begin, end),
		cmocka_unit_test_setup_teardown(
		    no_link_is_followed, begin, end),
		cmocka_unit_test_setup_teardown(
		    the_latest_run_stays, begin, end),
		cmocka_unit_test_setup_teardown(
		    what_a_killed_program_left_goes, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
