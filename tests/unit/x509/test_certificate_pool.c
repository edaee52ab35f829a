/* model/certificate_pool.h: each certificate once, and what goes when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "x509/certificate_pool.h"
#include "tests/unit/model/build.h"

/* A certificate with this serial; a CA, or not. */
static void
build(struct text *out, unsigned serial, bool is_ca)
{
	char hex[32];
	struct parts parts = { .serial = hex };

	snprintf(hex, sizeof(hex), "0204 01%06x", serial);
	if (is_ca)
		parts.extensions = "300c 0603551d13 0405 3003 0101ff";
	text_clear(out);
	build_certificate(out, &parts);
}

static void
test_once(void **state)
{
	struct certificate_pool *pool = certificate_pool_new();
	struct text der = { NULL, 0, 0 };
	const struct certificate *first, *other;

	(void)state;
	build(&der, 1, false);
	first = certificate_pool_add(pool, text_octets(&der), NULL);
	assert_ptr_equal(
	    first, certificate_pool_add(pool, text_octets(&der), NULL));
	assert_ptr_not_equal(first->der.data, der.data);
	build(&der, 2, false);
	other = certificate_pool_add(pool, text_octets(&der), NULL);
	assert_ptr_not_equal(first, other);
	certificate_pool_free(pool);
	text_free(&der);
}

static void
test_damaged_are_kept(void **state)
{
	struct certificate_pool *pool = certificate_pool_new();
	const struct certificate *noise =
	    certificate_pool_add(pool, bytes_of("noise", 5), NULL);

	(void)state;
	assert_non_null(noise->damage);
	assert_int_equal(noise->der.size, 5);
	assert_ptr_equal(
	    noise, certificate_pool_add(pool, bytes_of("noise", 5), NULL));
	assert_non_null(certificate_pool_add(pool, bytes_of(NULL, 0), NULL));
	certificate_pool_free(pool);
}

/* With ASan: what was let go is not touched, what stays is whole. */
static void
test_trim(void **state)
{
	enum { LEAVES = 6000 };
	struct certificate_pool *pool = certificate_pool_new();
	const struct certificate *authority, *last;
	struct text der = { NULL, 0, 0 };

	(void)state;
	build(&der, 0, true);
	authority = certificate_pool_add(pool, text_octets(&der), NULL);
	for (unsigned i = 1; i <= LEAVES; i++) {
		build(&der, i, false);
		last = certificate_pool_add(pool, text_octets(&der), NULL);
	}
	certificate_pool_trim(pool);
	assert_ptr_equal(
	    last, certificate_pool_add(pool, text_octets(&der), NULL));
	assert_string_equal(last->subject, "CN=subject");
	build(&der, 0, true);
	assert_ptr_equal(
	    authority, certificate_pool_add(pool, text_octets(&der), NULL));
	build(&der, 1, false);
	assert_string_equal(
	    certificate_pool_add(pool, text_octets(&der), NULL)->serial_hex,
	    "01000001");
	certificate_pool_free(pool);
	text_free(&der);
}

static void
test_cap(void **state)
{
	enum { CAP = 8192, AUTHORITIES = CAP + 2 * 2048 };
	struct certificate_pool *pool = certificate_pool_new();
	struct text der = { NULL, 0, 0 };
	bool fresh;

	(void)state;
	for (unsigned i = 0; i < AUTHORITIES; i++) {
		build(&der, i, true);
		certificate_pool_add(pool, text_octets(&der), NULL);
	}
	certificate_pool_trim(pool);
	for (unsigned i = CAP - 1; i <= CAP; i++) {
		build(&der, i, true);
		certificate_pool_add(pool, text_octets(&der), &fresh);
		assert_int_equal(fresh, i == CAP);
	}
	certificate_pool_free(pool);
	text_free(&der);
}

static struct certificate *
certificate_of(const struct parts *parts)
{
	struct text der = { NULL, 0, 0 };
	struct certificate *certificate;

	build_certificate(&der, parts);
	certificate = certificate_new(text_octets(&der));
	text_free(&der);
	return certificate;
}

static void
test_index(void **state)
{
	struct certificate_index *index = certificate_index_new();
	struct certificate *one = certificate_of(&(struct parts){ 0 });
	struct certificate *two =
	    certificate_of(&(struct parts){ .serial = "0201 02" });
	/* The same name in other letters and another string type. */
	struct certificate *three = certificate_of(&(struct parts){
	    .subject = "3012 3110 300e 0603550403 1307 5355424a454354" });
	struct certificate *nobody =
	    certificate_of(&(struct parts){ .subject = "3000" });
	struct certificate_list list;

	(void)state;
	assert_true(certificate_index_add(index, one));
	assert_true(certificate_index_add(index, nobody));
	assert_true(certificate_index_add(index, two));
	assert_true(certificate_index_add(index, three));
	assert_false(certificate_index_add(index, two));
	list = certificate_index_find(index, one->subject_key);
	assert_int_equal(list.count, 3);
	assert_ptr_equal(list.certificates[0], one);
	assert_ptr_equal(list.certificates[1], two);
	assert_ptr_equal(list.certificates[2], three);
	list = certificate_index_find(index, nobody->subject_key);
	assert_int_equal(list.count, 1);
	list = certificate_index_find(index, one->issuer_key_name);
	assert_int_equal(list.count, 0);
	list = certificate_index_all(index);
	assert_int_equal(list.count, 4);
	assert_ptr_equal(list.certificates[1], nobody);
	assert_ptr_equal(certificate_index_get(index, &two->sha256), two);
	assert_null(certificate_index_get(index, &two->spki_sha256));
	certificate_index_free(index);
	certificate_free(one);
	certificate_free(two);
	certificate_free(three);
	certificate_free(nobody);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_damaged_are_kept),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_index),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
