/* Mistyped words, and the known word that is found for each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/nearest.h"

static const char *const words[] = { "scan", "stores", "concurrency",
	"resolver", "retries", "aia" };

static const struct {
	const char *typed, *meant; /* NULL: nobody knows */
} rows[] = {
	{ "scna", "scan" },
	{ "sacn", "scan" },
	{ "scan", "scan" },
	{ "stroes", "stores" },
	{ "store", "stores" },
	{ "concurency", "concurrency" },
	{ "conc", "concurrency" },
	{ "re", "resolver" },
	{ "reties", "retries" },
	{ "aja", "aia" },
	{ "bib", NULL },
	{ "frobnicate", NULL },
	{ "", NULL },
	{ "scanscanscanscanscanscanscanscanscanscanscan", NULL },
};

static void
a_near_word_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *near = nearest_word(
		    rows[i].typed, words, sizeof(words) / sizeof(words[0]));

		if (rows[i].meant == NULL) {
			assert_null(near);
			continue;
		}
		assert_non_null(near);
		assert_string_equal(near, rows[i].meant);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_near_word_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
