/*
 * Certificate policies along a path: rows of certificates, the one below the
 * root first, as words: "P:ab" lists policies a and b, "*" is anyPolicy,
 * "M:ab" maps a to b, "E0" requires an explicit policy, "H0" inhibits mapping,
 * "I0" inhibits anyPolicy, "self" is self-issued.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "audit/certificate_policies.h"

enum { MOST_LISTED = 4, MOST_CERTIFICATES = 6 };

struct row {
	enum policies_result result;
	size_t step; /* from the leaf */
	const char *certificates[MOST_CERTIFICATES];
};

static const struct row rows[] = {
	/* RFC 5280 6.1: nothing is demanded unless somebody demands it. */
	{ POLICIES_HOLD, 0, { "P:a", "P:b" } },
	{ POLICIES_HOLD, 0, { "", "" } },
	{ POLICIES_HOLD, 0, { "P:a E0", "P:a" } },
	{ POLICIES_FAIL, 0, { "P:a E0", "P:b" } },
	{ POLICIES_FAIL, 0, { "P:a E0", "" } },
	{ POLICIES_FAIL, 1, { "E0", "P:a", "P:a" } },
	/* 6.1.4 (h): the count goes down with each that is not self-issued. */
	{ POLICIES_HOLD, 0, { "E4", "", "" } },
	{ POLICIES_FAIL, 0, { "P:a E1", "P:a", "" } },
	{ POLICIES_FAIL, 0, { "E2", "", "" } },
	{ POLICIES_HOLD, 0, { "E3", "", "" } },
	{ POLICIES_HOLD, 0, { "E2", "self", "" } },
	/* 6.1.5 (b): the leaf's own demand. */
	{ POLICIES_FAIL, 0, { "P:a", "P:b E0" } },
	{ POLICIES_HOLD, 0, { "P:a", "P:a E0" } },
	{ POLICIES_HOLD, 0, { "P:a", "P:b E1" } },
	/* anyPolicy */
	{ POLICIES_HOLD, 0, { "P:* E0", "P:a" } },
	{ POLICIES_HOLD, 0, { "P:a E0", "P:*" } },
	{ POLICIES_FAIL, 0, { "P:a E0 I0", "P:*" } },
	{ POLICIES_HOLD, 0, { "P:a E0 I1", "P:*", "P:a" } },
	{ POLICIES_FAIL, 0, { "P:a E0 I1", "P:*", "P:*" } },
	{ POLICIES_HOLD, 0, { "P:a E0 I0", "P:* self", "P:a" } },
	{ POLICIES_FAIL, 0, { "P:a E0 I0", "P:* self" } },
	{ POLICIES_FAIL, 0, { "P:* E0", "P:a", "P:b" } },
	/* mappings */
	{ POLICIES_HOLD, 0, { "P:a M:ab E0", "P:b" } },
	{ POLICIES_FAIL, 0, { "P:a M:ab E0", "P:a" } },
	{ POLICIES_HOLD, 0, { "P:a M:ab M:ac E0", "P:c" } },
	{ POLICIES_HOLD, 0, { "P:* M:ab E0", "P:b" } },
	{ POLICIES_HOLD, 0, { "P:* M:ab E0", "P:c" } },
	{ POLICIES_FAIL, 0, { "P:a E0 H0", "P:a M:ab", "P:b" } },
	{ POLICIES_HOLD, 0, { "P:a E0 H1", "P:a M:ab", "P:b" } },
	{ POLICIES_FAIL, 0, { "P:a E0 H1", "P:a", "P:a M:ab", "P:b" } },
	{ POLICIES_HOLD, 0, { "P:ac E0 H0", "P:ac M:ab", "P:c" } },
	{ POLICIES_FAIL, 1, { "P:a M:*b", "P:b" } },
	{ POLICIES_HOLD, 0, { "P:a", "P:b M:*b" } },
};

/* What a row's words point to. */
struct made {
	struct certificate certificate;
	struct certificate_policies policies;
	struct bytes listed[MOST_LISTED];
	struct policy_mapping mapped[MOST_LISTED];
};

static void
make(const char *words, struct made *made)
{
	struct certificate_policies *policies = &made->policies;

	for (const char *word = words; *word != '\0'; word++) {
		uint32_t number = (uint32_t)(word[1] - '0');

		switch (*word) {
		case 'P':
			for (word += 2; *word != '\0' && *word != ' '; word++)
				if (*word == '*')
					policies->has_any = true;
				else
					made->listed[policies->count++] =
					    bytes_of(word, 1);
			break;
		case 'M':
			policies->maps_any |= word[2] == '*';
			made->mapped[policies->mapping_count++] =
			    (struct policy_mapping){ bytes_of(word + 2, 1),
				    bytes_of(word + 3, 1) };
			word += 3;
			break;
		case 'E':
			policies->has_require_explicit = true;
			policies->require_explicit = number;
			break;
		case 'H':
			policies->has_inhibit_mapping = true;
			policies->inhibit_mapping = number;
			break;
		case 'I':
			policies->has_inhibit_any = true;
			policies->inhibit_any = number;
			break;
		case 's':
			made->certificate.self_issued = true;
			word += 3;
			break;
		}
		if (*word == '\0')
			break;
	}
	policies->list = made->listed;
	policies->mappings = made->mapped;
	if (words[0] != '\0' && words[0] != 's')
		made->certificate.policies = policies;
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct made made[MOST_CERTIFICATES + 1] = { 0 };
		struct path path = { .end = PATH_ANCHOR };
		enum policies_result result;
		size_t count = 0, step = 0;

		while (count < MOST_CERTIFICATES &&
		       rows[i].certificates[count] != NULL)
			count++;
		for (size_t k = 0; k < count; k++) {
			make(rows[i].certificates[k], &made[count - 1 - k]);
			path.steps[count - 1 - k].certificate =
			    &made[count - 1 - k].certificate;
		}
		path.steps[count].certificate = &made[count].certificate;
		path.length = count + 1;
		result = certificate_policies_check(&path, &step);
		if (result != rows[i].result)
			print_error("row %zu: %s | %s\n", i,
			    rows[i].certificates[0], rows[i].certificates[1]);
		assert_int_equal(result, rows[i].result);
		if (result != POLICIES_HOLD)
			assert_int_equal(step, rows[i].step);
	}
}

/* More policies than are looked at are no verdict. */
static void
test_too_many(void **state)
{
	static uint8_t names[POLICIES_MOST + 1][2];
	static struct bytes list[POLICIES_MOST + 1];
	struct certificate_policies many = { .list = list,
		.count = POLICIES_MOST + 1,
		.has_require_explicit = true };
	struct certificate leaf = { .policies = &many }, root = { 0 };
	struct path path = { .end = PATH_ANCHOR, .length = 2 };
	size_t step;

	(void)state;
	for (size_t i = 0; i <= POLICIES_MOST; i++) {
		names[i][0] = (uint8_t)(i >> 8);
		names[i][1] = (uint8_t)i;
		list[i] = bytes_of(names[i], 2);
	}
	path.steps[0].certificate = &leaf;
	path.steps[1].certificate = &root;
	assert_int_equal(
	    certificate_policies_check(&path, &step), POLICIES_UNDECIDED);
	many.count--;
	assert_int_equal(
	    certificate_policies_check(&path, &step), POLICIES_HOLD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
