/* Strings cut to the columns of a terminal, and lists of names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/columns.h"

struct cell_row {
	const char *string;
	size_t columns;
	const char *cell;
};

static const struct cell_row cell_rows[] = {
	{ "abc", 5, "abc" },
	{ "abc", 3, "abc" },
	{ "abcd", 3, "ab…" },
	{ "abcd", 1, "…" },
	{ "abcd", 0, "" },
	{ "", 0, "" },
	{ "\xe4\xb8\xad\xe6\x96\x87", 4, "\xe4\xb8\xad\xe6\x96\x87" },
	{ "\xe4\xb8\xad\xe6\x96\x87", 3, "\xe4\xb8\xad…" },
	{ "\xe4\xb8\xad\xe6\x96\x87", 2, "…" },
	{ "e\xcc\x81x", 2, "e\xcc\x81x" },	  /* combining accent */
	{ "a\xe2\x80\xae", 10, "a\\E2\\80\\AE" }, /* right-to-left */
	{ "a\xe2\x80\xae", 9, "a…" },		  /* never half an escape */
	{ "\x1b[2J", 10, "\\1B[2J" },
};

static void
cells_are_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cell_rows) / sizeof(*cell_rows); i++) {
		struct text text = { NULL, 0, 0 };

		text_append_cell(
		    &text, cell_rows[i].string, cell_rows[i].columns);
		assert_string_equal(text.data, cell_rows[i].cell);
		text_free(&text);
	}
}

static void
names_are_listed_up_to_a_number(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d", "e" };
	static const char *const lists[] = { NULL, "a", "a, b", "a, b, c",
		"a, b and 2 more", "a, b and 3 more" };
	struct arena *arena = arena_new();

	(void)state;
	assert_null(names_text(arena, names, 0, 2));
	for (size_t count = 1; count <= 5; count++)
		assert_string_equal(
		    names_text(arena, names, count, 2), lists[count]);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_cut),
		cmocka_unit_test(names_are_listed_up_to_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
