/* What the answers to large ClientHellos come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "model/big_hello.h"

#define ANSWERS(to_whole, to_split, to_small, a_group)                \
	{                                                             \
		.sent = 1560, .answer = HELLO_##to_whole,             \
		.split = HELLO_##to_split, .small = HELLO_##to_small, \
		.group = a_group,                                     \
	}

static const struct {
	struct big_hello hello;
	enum big_hello_fate fate;
	const char *group;
} rows[] = {
	{ { .sent = 0 }, BIG_HELLO_UNKNOWN, NULL },
	{ ANSWERS(SERVER, SERVER, NONE, "X25519-MLKEM768"), BIG_HELLO_TAKEN,
	    "chosen" },
	{ ANSWERS(SERVER, RETRY, NONE, "X25519"), BIG_HELLO_TAKEN, "refused" },
	/* TLS 1.2 does not tell in the ServerHello. */
	{ ANSWERS(SERVER, NONE, NONE, NULL), BIG_HELLO_TAKEN, "refused" },
	{ ANSWERS(RETRY, RETRY, NONE, "SECP384R1"), BIG_HELLO_TAKEN, "retry" },
	{ ANSWERS(RESET, SILENCE, SERVER, NULL), BIG_HELLO_REFUSED, NULL },
	{ ANSWERS(ALERT, ALERT, RETRY, NULL), BIG_HELLO_REFUSED, "refused" },
	/* There was no time for the second. */
	{ ANSWERS(SILENCE, NONE, SERVER, NULL), BIG_HELLO_REFUSED, NULL },
	{ ANSWERS(SERVER, CLOSED, SERVER, "X25519"), BIG_HELLO_DEPENDS,
	    "refused" },
	{ ANSWERS(FOREIGN, SERVER, SERVER, NULL), BIG_HELLO_DEPENDS, NULL },
	/* Another reason, or none that is known */
	{ ANSWERS(ALERT, NONE, ALERT, NULL), BIG_HELLO_UNKNOWN, "refused" },
	{ ANSWERS(SERVER, RESET, RESET, NULL), BIG_HELLO_UNKNOWN, "refused" },
	{ ANSWERS(RESET, NONE, NONE, NULL), BIG_HELLO_UNKNOWN, NULL },
};

static void
test_fates(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (big_hello_fate(&rows[i].hello) != rows[i].fate)
			fail_msg("row %zu: %d", i,
			    (int)big_hello_fate(&rows[i].hello));
		if (!string_equal(
			big_hello_group(&rows[i].hello), rows[i].group))
			fail_msg("row %zu: group", i);
	}
}

static void
test_texts(void **state)
{
	static const struct {
		struct big_hello hello;
		const char *text;
	} said[] = {
		{ ANSWERS(SERVER, SERVER, NONE, "X25519"),
		    "a ServerHello, X25519" },
		{ ANSWERS(RESET, SILENCE, SERVER, NULL),
		    "a reset; in two segments no answer; without "
		    "X25519MLKEM768 a ServerHello" },
		{ { .sent = 1560,
		      .answer = HELLO_ALERT,
		      .alert = "decode_error" },
		    "an alert, decode_error" },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		assert_string_equal(
		    big_hello_text(arena, &said[i].hello), said[i].text);
	arena_free(arena);
}

static void
test_words(void **state)
{
	enum hello_answer back = HELLO_NONE;

	(void)state;
	assert_null(hello_answer_word(HELLO_NONE));
	for (int i = HELLO_NONE + 1; i < HELLO_ANSWER_COUNT; i++) {
		assert_true(hello_answer_from_word(
		    hello_answer_word((enum hello_answer)i), &back));
		assert_int_equal(back, i);
	}
	assert_false(hello_answer_from_word(NULL, &back));
	assert_false(hello_answer_from_word("hello", &back));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fates),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
