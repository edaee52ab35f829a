/* Pieces of an arena: aligned, zeroed, apart; and the growing array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdalign.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/memory.h"

static void
pieces_are_aligned_zeroed_and_apart(void **state)
{
	static const size_t sizes[] = { 0, 1, 7, 16, 4000, 5000, 1, 300000 };
	struct arena *arena = arena_new();

	(void)state;
	for (int round = 0; round < 3; round++) {
		uint8_t *pieces[8];

		for (size_t i = 0; i < 8; i++) {
			pieces[i] = arena_alloc(arena, sizes[i]);
			assert_int_equal(
			    (uintptr_t)pieces[i] % alignof(max_align_t), 0);
			for (size_t j = 0; j < sizes[i]; j++)
				assert_int_equal(pieces[i][j], 0);
			memset(pieces[i], (int)i + 1, sizes[i]);
		}
		for (size_t i = 0; i < 8; i++)
			for (size_t j = 0; j < sizes[i]; j++)
				assert_int_equal(pieces[i][j], i + 1);
		arena_reset(arena);
	}
	arena_free(arena);
	arena_free(NULL);
}

static void
strings_are_copied(void **state)
{
	struct arena *arena = arena_new();
	char original[] = "abc";
	char *copy = arena_string(arena, original);
	struct bytes octets = arena_bytes(arena, bytes_of("a\0b", 3));

	(void)state;
	original[0] = 'x';
	assert_string_equal(copy, "abc");
	assert_null(arena_string(arena, NULL));
	assert_true(bytes_equal(octets, bytes_of("a\0b", 3)));
	assert_int_equal(arena_bytes(arena, bytes_of(NULL, 0)).size, 0);
	assert_string_equal(
	    arena_printf(arena, "%s-%d-%5000d", "x", 7, 1) + 4 + 4999, "1");
	arena_free(arena);
}

static void
an_array_grows(void **state)
{
	size_t capacity = 0;
	int *array = NULL;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		array =
		    memory_grow(array, (size_t)i, &capacity, sizeof(*array));
		array[i] = i;
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(array[i], i);
	assert_true(capacity >= 1000 && capacity < 2000);
	free(array);
}

static void
copies_live_on_the_heap(void **state)
{
	char *string = memory_string("abc");
	char *octets = memory_copy("abc", 3);

	(void)state;
	assert_string_equal(string, "abc");
	assert_memory_equal(octets, "abc", 3);
	assert_null(memory_string(NULL));
	free(string);
	free(octets);
	free(memory_new(0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_aligned_zeroed_and_apart),
		cmocka_unit_test(strings_are_copied),
		cmocka_unit_test(an_array_grows),
		cmocka_unit_test(copies_live_on_the_heap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
