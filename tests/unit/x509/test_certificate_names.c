/* Distinguished names: which are the same, and how they are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "x509/certificate.h"
#include "x509/certificate_names.h"
#include "tests/unit/hex.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

/* One attribute: a type of three octets, and a value. */
#define CN "0603 550403"
#define O "0603 55040a"
#define C "0603 550406"

struct text_row {
	const char *hex, *shown; /* NULL: not a name */
};

static const struct text_row text_rows[] = {
	{ "3000", "" },
	{ "300c 310a 3008" CN "0c01 61", "CN=a" },
	/* RFC 4514 2.1: backwards */
	{ "3023 310b 3009" C "1302 5553 310a 3008" O "0c01 4f 3108 3006" CN
	  "0c00",
	    NULL },
	{ "3025 310b 3009" C "1302 5553 310a 3008" O "0c01 4f 310a 3008" CN
	  "0c01 61",
	    "CN=a,O=O,C=US" },
	{ "3016 3114 3008" CN "0c01 61 3008" O "0c01 62", "CN=a+O=b" },
	/* escapes: RFC 4514 2.4 */
	{ "3014 3112 3010" CN "0c09 2023612c5c2b3b2220",
	    "CN=\\ #a\\,\\\\\\+\\;\\\"\\ " },
	{ "300d 310b 3009" CN "0c02 2320", "CN=\\#\\ " },
	{ "300c 310a 3008" CN "0c01 20", "CN=\\ " },
	{ "300d 310b 3009" CN "0c02 0041", "CN=\\00A" },
	{ "300d 310b 3009" CN "0c02 c3a9", "CN=\xc3\xa9" },
	{ "300d 310b 3009" CN "0c02 c328", "CN=\\C3(" },
	{ "300d 310b 3009" CN "0c02 0a7f", "CN=\\0A\\7F" },
	/* the string types */
	{ "300c 310a 3008" CN "1401 e9", "CN=\xc3\xa9" },
	{ "300f 310d 300b" CN "1e04 004120ac", "CN=A\xe2\x82\xac" },
	{ "300f 310d 300b" CN "1e04 d83dde00", "CN=\xf0\x9f\x98\x80" },
	{ "300d 310b 3009" CN "1e02 d83d", "CN=\\ED\\A0\\BD" },
	{ "300e 310c 300a" CN "1e03 004100", "CN=#1e03004100" },
	{ "300f 310d 300b" CN "1c04 0001f600", "CN=\xf0\x9f\x98\x80" },
	{ "300f 310d 300b" CN "1c04 00110000", "CN=#1c0400110000" },
	{ "300c 310a 3008" CN "0201 05", "CN=#020105" },
	/* types without a word */
	{ "300c 310a 3008 0603 2a0304 0c01 61", "1.2.3.4=#0c0161" },
	{ "301a 3118 3016 060a 0992268993f22c640119 1608 6578616d706c6531",
	    "DC=example1" },
	/* not names */
	{ "", NULL },
	{ "0500", NULL },
	{ "3000 00", NULL },
	{ "3002 3000", NULL },
	{ "3004 3102 3000", NULL },
	{ "300e 310c 300a" CN "0c01 61 0500", NULL },
};

static void
test_text(void **state)
{
	struct certificate_reader reader = { .certificate = reader_place(
						 bytes_of("", 0)) };

	(void)state;
	for (size_t i = 0; i < COUNT(text_rows); i++) {
		const struct text_row *row = &text_rows[i];
		struct text text = { NULL, 0, 0 };
		struct certificate_name name;
		bool is_name;

		hex_append(&text, row->hex);
		is_name = reader_name(&reader, text_octets(&text), &name);
		if (is_name != (row->shown != NULL) ||
		    (is_name && strcmp(name.text, row->shown) != 0))
			fail_msg("%s: %s", row->hex,
			    is_name ? name.text : "not a name");
		text_free(&text);
	}
	certificate_free(reader.certificate);
	text_free(&reader.text);
	text_free(&reader.value);
	free(reader.attributes.list);
}

struct pair_row {
	const char *left, *right;
	bool same;
};

#define ONE(value) "310a 3008" CN value
#define TWO(value) "310b 3009" CN value
#define THREE(value) "310c 300a" CN value

static const struct pair_row pair_rows[] = {
	/* string types, case and white space do not count */
	{ "300c" ONE("0c01 61"), "300c" ONE("1301 41"), true },
	{ "300c" ONE("0c01 61"), "300c" ONE("1601 61"), true },
	{ "300c" ONE("0c01 61"), "300c" ONE("1401 61"), true },
	{ "300c" ONE("0c01 61"), "300d" TWO("1e02 0041"), true },
	{ "300c" ONE("0c01 61"), "300e" THREE("0c03 206109"), true },
	{ "300e" THREE("0c03 612062"), "3010 310e 300c" CN "1305 4120200a62",
	    true },
	{ "300e" THREE("0c03 612062"), "300d" TWO("0c02 6162"), false },
	{ "300d" TWO("0c02 c3a9"), "300c" ONE("1401 e9"), true },
	/* only ASCII has a lower case here */
	{ "300d" TWO("0c02 c389"), "300d" TWO("0c02 c3a9"), false },
	{ "300c" ONE("0c01 61"), "300c" ONE("0c01 62"), false },
	{ "300c" ONE("0c01 61"), "300c 310a 3008" O "0c01 61", false },
	/* what is no string is compared as it is, with its type */
	{ "300c" ONE("0201 41"), "300c" ONE("0201 61"), false },
	{ "300c" ONE("0201 61"), "300c" ONE("0a01 61"), false },
	{ "300c" ONE("0201 61"), "300c" ONE("0c01 61"), false },
	/* order counts between relative names, not within one */
	{ "3016 3114 3008" CN "0c01 61 3008" O "0c01 62",
	    "3016 3114 3008" O "0c01 62 3008" CN "0c01 61", true },
	{ "3018" ONE("0c01 61") ONE("0c01 62"),
	    "3018" ONE("0c01 62") ONE("0c01 61"), false },
	{ "3018" ONE("0c01 61") ONE("0c01 62"),
	    "3016 3114 3008" CN "0c01 61 3008" CN "0c01 62", false },
	{ "3000", "300c" ONE("0c01 61"), false },
	{ "3000", "3000", true },
};

static struct bytes
canonical(struct arena *arena, const char *hex)
{
	struct text text = { NULL, 0, 0 };
	struct bytes out;

	hex_append(&text, hex);
	if (!name_canonical(arena, text_octets(&text), &out))
		fail_msg("%s is not a name", hex);
	text_free(&text);
	return out;
}

static void
test_same(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < COUNT(pair_rows); i++) {
		const struct pair_row *row = &pair_rows[i];

		if (bytes_equal(canonical(arena, row->left),
			canonical(arena, row->right)) != row->same)
			fail_msg("%s and %s", row->left, row->right);
	}
	assert_int_equal(canonical(arena, "3000").size, 0);
	arena_free(arena);
}

static bool
is_within(struct bytes name, struct bytes subtree)
{
	return name.size >= subtree.size &&
	       memcmp(name.data, subtree.data, subtree.size) == 0;
}

static void
test_subtrees(void **state)
{
	struct arena *arena = arena_new();
	struct bytes a = canonical(arena, "300c" ONE("0c01 61"));
	struct bytes ab =
	    canonical(arena, "3018" ONE("1301 41") ONE("0c01 62"));
	struct bytes aa = canonical(arena, "300d" TWO("0c02 6161"));
	struct bytes set =
	    canonical(arena, "3016 3114 3008" CN "0c01 61 3008" O "0c01 62");

	(void)state;
	assert_true(is_within(ab, a));
	assert_true(is_within(a, a));
	assert_false(is_within(a, ab));
	assert_false(is_within(aa, a));
	assert_false(is_within(set, a));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_subtrees),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
