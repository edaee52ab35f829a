/* fleet/program.h: programs that end well, badly, late, and not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "system/program.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

enum { MOST_OCTETS = 1000, TIMEOUT_MS = 1000, SOON_MS = 5000 };

struct program_row {
	const char *script;
	const char *output; /* NULL: does not matter */
	const char *reason; /* NULL: it is to end well */
};

static const struct program_row rows[] = {
	{ "echo hello", "hello\n", NULL },
	{ "echo hello >&2", "", NULL },
	{ "echo \"$WORD $HOME\"", "given \n", NULL },
	{ "cat", "", NULL }, /* nothing to read */
	{ "echo hello; exit 3", "hello\n", "ended with exit code 3" },
	{ "kill -9 $$", "", "was ended by signal 9" },
	{ "sleep 20", "", "took longer than 1 seconds" },
	{ "sleep 20 & wait", "", "took longer than 1 seconds" },
	{ "exec >&-; sleep 20", "", "took longer than 1 seconds" },
	{ "head -c 1000 /dev/zero", NULL, NULL },
	{ "while :; do echo more; done", NULL,
	    "printed more than 1000 octets" },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *const argv[] = { "/bin/sh", "-c", rows[i].script,
			NULL };
		const char *const environment[] = { "WORD=given",
			"PATH=/usr/bin:/bin", NULL };
		struct program program = { argv, environment, MOST_OCTETS,
			TIMEOUT_MS };
		struct text output = { NULL, 0, 0 };
		struct arena *arena = arena_new();
		uint64_t start = clock_monotonic_ns();
		const char *reason;
		int status = program_run(arena, &program, &output, &reason);

		if (status != (rows[i].reason == NULL ? 0 : -1))
			fail_msg("row %zu: %d %s", i, status, reason);
		if (rows[i].reason != NULL)
			assert_string_equal(reason, rows[i].reason);
		if (rows[i].output != NULL && output.size > 0)
			assert_string_equal(output.data, rows[i].output);
		if (rows[i].output != NULL)
			assert_int_equal(output.size, strlen(rows[i].output));
		assert_true(
		    clock_monotonic_ns() - start < SOON_MS * UINT64_C(1000000));
		text_free(&output);
		arena_free(arena);
	}
}

static void
test_no_such_program(void **state)
{
	const char *const argv[] = { "/nowhere/keytool", NULL };
	const char *const environment[] = { NULL };
	struct program program = { argv, environment, 1, TIMEOUT_MS };
	struct text output = { NULL, 0, 0 };
	struct arena *arena = arena_new();
	const char *reason;

	(void)state;
	assert_int_equal(program_run(arena, &program, &output, &reason), -1);
	assert_non_null(strstr(reason, "could not be started"));
	arena_free(arena);
	text_free(&output);
}

static void
test_find(void **state)
{
	static const struct {
		const char *search_path, *name, *found;
	} paths[] = {
		{ "/nowhere:/bin", "sh", "/bin/sh" },
		{ "/bin:/nowhere", "sh", "/bin/sh" },
		{ "::/bin", "sh", "/bin/sh" },
		{ "/nowhere", "sh", NULL },
		{ "/", "bin", NULL }, /* a directory */
		{ "/etc", "passwd", NULL },
		{ "", "sh", NULL },
		{ NULL, "sh", NULL },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		const char *found =
		    program_find(arena, paths[i].search_path, paths[i].name);

		if (paths[i].found == NULL)
			assert_null(found);
		else
			assert_string_equal(found, paths[i].found);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_no_such_program),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
