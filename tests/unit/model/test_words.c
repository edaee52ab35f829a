/* Every word there and back, and no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/source.h"
#include "model/words.h"

static void
statuses_go_both_ways(void **state)
{
	enum status read;

	(void)state;
	for (enum status s = 0; s < STATUS_COUNT; s++) {
		assert_non_null(status_word(s));
		assert_true(status_from_word(status_word(s), &read));
		assert_int_equal(read, s);
	}
	assert_string_equal(status_word(STATUS_INVALID_INPUT), "invalid-input");
	assert_false(status_from_word("Success", &read));
	assert_false(status_from_word(NULL, &read));
}

static void
classes_go_both_ways(void **state)
{
	enum class_id read;

	(void)state;
	for (enum class_id c = 0; c < CLASS_COUNT; c++) {
		assert_non_null(class_title(c));
		assert_true(class_from_word(class_word(c), &read));
		assert_int_equal(read, c);
	}
	assert_string_equal(
	    class_title(CLASS_MISSING_INTERMEDIATE), "missing intermediate");
	assert_false(class_from_word("", &read));
}

static void
the_other_words_go_both_ways(void **state)
{
	enum severity severity;
	enum source source;
	enum handshake_stage stage;
	enum handshake_failer failer;

	(void)state;
	for (enum severity s = 0; s < SEVERITY_COUNT; s++) {
		assert_true(severity_from_word(severity_word(s), &severity));
		assert_int_equal(severity, s);
	}
	for (enum source s = 0; s < SOURCE_COUNT; s++) {
		assert_true(source_from_word(source_word(s), &source));
		assert_int_equal(source, s);
	}
	for (enum handshake_stage s = 0; s < STAGE_COUNT; s++) {
		assert_true(stage_from_word(stage_word(s), &stage));
		assert_int_equal(stage, s);
	}
	for (enum handshake_failer f = FAILED_BY_SERVER; f <= FAILED_BY_LIBRARY;
	     f++) {
		assert_true(failer_from_word(failer_word(f), &failer));
		assert_int_equal(failer, f);
	}
	assert_false(failer_from_word("client", &failer));
	assert_false(severity_from_word("fatal", &severity));
	assert_false(source_from_word("network", &source));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses_go_both_ways),
		cmocka_unit_test(classes_go_both_ways),
		cmocka_unit_test(the_other_words_go_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
