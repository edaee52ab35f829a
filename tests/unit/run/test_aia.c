/* AIA against the lab's own HTTP server: each URL once, levels, dead ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run/aia.h"
#include "tests/lab/lab.h"

static struct lab *lab;

static int
start_lab(void **state)
{
	struct lab_options options = { .parts = LAB_SCENARIOS | LAB_EXTRAS };

	(void)state;
	lab = lab_start(&options);
	return lab == NULL ? -1 : 0;
}

static int
stop_lab(void **state)
{
	(void)state;
	lab_stop(lab);
	return 0;
}

static struct certificate *
certificate_of(const char *name)
{
	size_t size = 0;
	const unsigned char *der = lab_der(lab, name, &size);

	assert_non_null(der);
	return certificate_new(bytes_of(der, size));
}

static void
want(struct aia *aia, const char *name)
{
	struct certificate *certificate = certificate_of(name);

	aia_want(aia, certificate);
	certificate_free(certificate);
}

static void
count_url(void *context, const char *url, const struct aia_answer *answer)
{
	uint64_t *count = context;

	(void)url;
	(void)answer;
	++*count;
}

static uint64_t
url_count(const struct aia *aia)
{
	uint64_t count = 0;

	aia_each(aia, count_url, &count);
	return count;
}

static bool
has(const struct aia *aia, const char *name)
{
	struct certificate *certificate = certificate_of(name);
	bool found = certificate_index_get(
			 aia_certificates(aia), &certificate->sha256) != NULL;

	certificate_free(certificate);
	return found;
}

/* Scenario leaves whose AIA leads to these certificates, or to none. */
static const struct {
	const char *leaf, *found;
} rows[] = {
	{ "leaf:leaf-aia", "I1" },
	{ "leaf:aia-pem", "I1" },
	{ "leaf:aia-p7c", "I1" },
	{ "leaf:aia-redirect", "I1" },
	{ "leaf:aia-second-ok", "I1" },
	{ "leaf:aia-line", "I1" },
	{ "leaf:aia-gzip", "I1" },
	{ "leaf:aia-other-first", "I1" },
	{ "leaf:two-both-missing", "I2A" },
	{ "leaf:aia-404", NULL },
	{ "leaf:aia-refused", NULL },
	{ "leaf:aia-garbage", NULL },
	{ "leaf:aia-html", NULL },
	{ "leaf:aia-huge", NULL },
	{ "leaf:aia-https", NULL },
};

static void
test_answers(void **state)
{
	struct fetch_options options = { .allow_private = true };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct aia *aia = aia_new(&options);

		want(aia, rows[i].leaf);
		assert_int_equal(aia_fetch(aia), 0);
		if (rows[i].found != NULL && !has(aia, rows[i].found))
			fail_msg("%s: not found", rows[i].leaf);
		if (rows[i].found == NULL &&
		    certificate_index_all(aia_certificates(aia)).count != 0)
			fail_msg("%s: something was found", rows[i].leaf);
		aia_free(aia);
	}
}

/* However many hosts name it; and nothing private unless allowed. */
static void
test_once(void **state)
{
	struct fetch_options options = { .allow_private = true };
	struct fetch_options strict = { .allow_private = false };
	size_t before = lab_aia_count(lab, "/der/I1");
	struct aia *aia = aia_new(&options);

	(void)state;
	for (int i = 0; i < 50; i++)
		want(aia, "leaf:leaf-aia");
	assert_int_equal(aia_fetch(aia), 0);
	assert_int_equal(lab_aia_count(lab, "/der/I1"), before + 1);
	/* I1 itself names the place of its issuer. */
	assert_int_equal(url_count(aia), 2);
	aia_free(aia);

	aia = aia_new(&strict);
	want(aia, "leaf:leaf-aia");
	assert_int_equal(aia_fetch(aia), 0);
	assert_int_equal(lab_aia_count(lab, "/der/I1"), before + 1);
	assert_int_equal(certificate_index_all(aia_certificates(aia)).count, 0);
	aia_free(aia);
}

/* A names B as its issuer's place, and B names A. */
static void
test_loop_ends(void **state)
{
	struct fetch_options options = { .allow_private = true };
	struct aia *aia = aia_new(&options);

	(void)state;
	want(aia, "leaf:aia-loop");
	assert_int_equal(aia_fetch(aia), 0);
	assert_in_range(url_count(aia), 1, 4);
	aia_free(aia);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_loop_ends),
	};

	return cmocka_run_group_tests(tests, start_lab, stop_lab);
}
