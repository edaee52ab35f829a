/* Both hash tables against plain counting, and what they cost. */
#include <inttypes.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/hash.h"
#include "base/map.h"

/* CPython 3.11's hash() is SipHash-1-3, under a zero key if seeded with 0. */
struct vector {
	const char *message;
	uint64_t hash;
};

static const struct vector vectors[] = {
	{ "a", UINT64_C(0x407448d2b89b1813) },
	{ "abcdefg", UINT64_C(0x6db12aae9070f506) },
	{ "abcdefgh", UINT64_C(0x3f7b849c0b8e35ea) },
	{ "abcdefghi", UINT64_C(0xf89b34a3d11eb6e5) },
	{ "example.com", UINT64_C(0x7e0432aaedb1758c) },
	{ "api.example.com:443", UINT64_C(0xf06ec6f2dfeecff1) },
	{ "0123456789abcdef0123456789abcdef", UINT64_C(0x508d775b6fd5229b) },
};

static void
hashes_are_siphash_1_3(void **state)
{
	const struct hash_key zero = { 0, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++)
		assert_int_equal(
		    hash_bytes(&zero, bytes_from_string(vectors[i].message)),
		    vectors[i].hash);
}

static void
keys_are_random(void **state)
{
	struct hash_key a = hash_key_random(), b = hash_key_random();

	(void)state;
	assert_true(a.k0 != b.k0 || a.k1 != b.k1);
}

enum { MANY = 2000 };

/*
 * A deterministic walk of puts and removals over few keys, compared with a
 * plain array at every step: gaps that close wrongly lose entries.
 */
static void
a_map_is_what_an_array_says(void **state)
{
	struct map *map = map_new();
	uint32_t keys[MANY], random = 1;
	void *truth[MANY] = { NULL };
	size_t count = 0;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		keys[i] = i * 2654435761u;
	for (uint32_t step = 0; step < 100000; step++) {
		random = random * 1664525 + 1013904223;
		size_t i = (random >> 8) % MANY;
		struct bytes key = bytes_of(&keys[i], sizeof(keys[i]));

		assert_ptr_equal(map_get(map, key), truth[i]);
		if (random >> 31 == 0) {
			assert_ptr_equal(map_put(map, key, &keys[i]), truth[i]);
			count += truth[i] == NULL;
			truth[i] = &keys[i];
		} else {
			assert_ptr_equal(map_remove(map, key), truth[i]);
			count -= truth[i] != NULL;
			truth[i] = NULL;
		}
		assert_int_equal(map_count(map), count);
	}
	for (size_t i = 0; i < MANY; i++)
		assert_ptr_equal(
		    map_get(map, bytes_of(&keys[i], sizeof(keys[i]))),
		    truth[i]);
	map_free(map);
	map_free(NULL);
}

static void
a_walk_sees_every_entry_once(void **state)
{
	struct map *map = map_new();
	int values[100] = { 0 };
	char keys[100][4];
	struct bytes key;
	void *value;
	size_t at = 0, seen = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(keys[i], sizeof(keys[i]), "%d", i);
		map_put(map, bytes_from_string(keys[i]), &values[i]);
	}
	while (map_next(map, &at, &key, &value)) {
		++*(int *)value;
		seen++;
		assert_int_equal(key.data[0], keys[(int *)value - values][0]);
	}
	assert_int_equal(seen, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(values[i], 1);
	map_free(map);
}

static void
seen_remembers_each_key_once(void **state)
{
	struct seen *seen = seen_new();
	char key[16];

	(void)state;
	assert_false(seen_has(seen, bytes_from_string("0")));
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 50000; i++) {
			snprintf(key, sizeof(key), "%d", i);
			assert_int_equal(
			    seen_add(seen, bytes_from_string(key)), round == 0);
		}
	assert_true(seen_has(seen, bytes_from_string("49999")));
	assert_false(seen_has(seen, bytes_from_string("50000")));
	seen_free(seen);
	seen_free(NULL);
}

static size_t
allocated_octets(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* Counted octets, not time; a sanitizer's malloc does not count them. */
static void
a_million_cost_under_20_octets_each(void **state)
{
	const uint32_t checkpoints = 100000, million = 1000000;
	size_t before = allocated_octets(), added = 0;
	struct seen *seen = seen_new();

	(void)state;
	for (uint32_t i = 0; i < million; i++) {
		added += seen_add(seen, bytes_of(&i, sizeof(i)));
		if ((i + 1) % checkpoints == 0)
			assert_true(
			    allocated_octets() - before < (i + 1) * (size_t)20);
	}
	assert_int_equal(added, million);
	if (allocated_octets() - before > 0)
		print_message("%.1f octets an entry\n",
		    (double)(allocated_octets() - before) / million);
	seen_free(seen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_siphash_1_3),
		cmocka_unit_test(keys_are_random),
		cmocka_unit_test(a_map_is_what_an_array_says),
		cmocka_unit_test(a_walk_sees_every_entry_once),
		cmocka_unit_test(seen_remembers_each_key_once),
		cmocka_unit_test(a_million_cost_under_20_octets_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
