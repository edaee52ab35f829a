/* Which command line goes on with an interrupted run, and which is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "run/resume_request.h"

static const struct resume_option known[] = {
	{ .name = "rate" },
	{ .name = "4" },
	{ .name = "list", .is_path = true, .repeats = true },
	{ .name = "trust", .is_path = true, .repeats = true },
};

enum { KNOWN = sizeof(known) / sizeof(known[0]), MOST = 4 };

/* "rate=5", "4", "list=hosts.txt", and other words as arguments. */
static struct manifest
manifest_of(struct arena *arena, const char *words, const char *directory)
{
	struct manifest_option *options =
	    arena_array(arena, MOST, sizeof(*options));
	struct manifest manifest = { .options = options,
		.lists = arena_array(arena, MOST, sizeof(char *)),
		.arguments = arena_array(arena, MOST, sizeof(char *)),
		.working_directory = directory };
	char *rest = arena_string(arena, words), *word;

	while ((word = strsep(&rest, " ")) != NULL) {
		char *value = strchr(word, '=');

		if (value != NULL)
			*value++ = '\0';
		if (strcmp(word, "list") == 0)
			manifest.lists[manifest.list_count++] = value;
		else if (value != NULL || strcmp(word, "4") == 0)
			options[manifest.option_count++] =
			    (struct manifest_option){ word, value };
		else if (*word != '\0')
			manifest.arguments[manifest.argument_count++] = word;
	}
	return manifest;
}

static void
test_join(void **state)
{
	static const struct {
		const char *before, *now; /* typed in /a and in /b */
		const char *joined;	  /* or a part of why not */
	} rows[] = {
		{ "rate=5 4 x.test", "", "scan --rate=5 -4 -q -- x.test" },
		{ "rate=5 x.test", "rate=5", "scan --rate=5 -q -- x.test" },
		{ "rate=5 rate=6 x.test", "rate=6",
		    "scan --rate=5 --rate=6 -q -- x.test" },
		{ "rate=5 x.test", "rate=6", "--rate: 6 here, 5 in the run" },
		{ "x.test", "4", "-4: given here, not given in the run" },
		{ "x.test", "rate=6", "--rate: 6 here, not given in the run" },
		/* Paths are compared and passed on as the run meant them. */
		{ "trust=r.pem x.test", "trust=/a/r.pem",
		    "scan --trust=/a/r.pem -q -- x.test" },
		{ "trust=r.pem x.test", "trust=r.pem",
		    "--trust: /b/r.pem here, /a/r.pem in the run" },
		{ "trust=r.pem trust=s.pem x.test", "trust=/a/s.pem",
		    "--trust: /a/s.pem here, /a/r.pem, /a/s.pem in the run" },
		{ "trust=/r.pem list=h.txt", "",
		    "scan --trust=/r.pem -q --list=/a/h.txt --" },
		/* Today's targets take the place of the run's. */
		{ "list=h.txt x.test", "list=new.txt y.test",
		    "scan -q --list=new.txt -- y.test" },
		{ "list=-", "list=-", "scan -q --list=- --" },
		{ "list=-", "", "came from standard input" },
		{ "gone=1 x.test", "", "unknown option gone in this version" },
	};
	static const struct manifest_option quiet = { "q", NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct manifest before =
		    manifest_of(arena, rows[i].before, "/a");
		struct manifest now = manifest_of(arena, rows[i].now, "/b");
		struct resume_request request = { known, KNOWN, &before, &now,
			&quiet, 1 };
		struct resumed_request resumed =
		    resume_request_join(arena, &request);
		struct text joined = { .size = 0 };

		if (resumed.argv == NULL) {
			assert_non_null(strstr(resumed.error, rows[i].joined));
		} else {
			for (int k = 0; k < resumed.argc; k++)
				text_printf(&joined, "%s%s", k == 0 ? "" : " ",
				    resumed.argv[k]);
			assert_string_equal(joined.data, rows[i].joined);
			assert_null(resumed.argv[resumed.argc]);
		}
		text_free(&joined);
		arena_free(arena);
	}
}

static void
test_is_a_scan(void **state)
{
	static const struct {
		const char *command;
		size_t stores;
		const char *reason;
	} rows[] = {
		{ "scan", 1, NULL },
		{ "scan", 0, "run: run.json names no trust store" },
		{ NULL, 1, "run: run.json names no command" },
		{ "merge", 1,
		    "run is no scan, but a run of merge: make it again in "
		    "another directory" },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct manifest manifest = { .command = rows[i].command,
			.store_count = rows[i].stores };
		const char *reason = resume_not_a_scan(arena, &manifest, "run");

		assert_true(string_equal(reason, rows[i].reason));
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_is_a_scan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
