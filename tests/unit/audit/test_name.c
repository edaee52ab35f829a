/* Hosts against names, a row each; certificates are made of their SAN. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/constraints.h"
#include "audit/name.h"

static const uint8_t v4[] = { 192, 0, 2, 1 };

static struct general_name
dns(const char *name)
{
	return (struct general_name){ NAME_DNS, bytes_from_string(name) };
}

static const struct {
	const char *host, *san;
	enum name_match want;
} name_rows[] = {
	{ "www.example.com", "www.example.com", NAME_MATCHES },
	{ "www.example.com", "WWW.Example.COM", NAME_MATCHES },
	{ "www.example.com", "*.example.com", NAME_MATCHES },
	{ "a.b.example.com", "*.example.com", NAME_MISMATCH_WILDCARD_DEPTH },
	{ "example.com", "*.example.com", NAME_MISMATCH_OTHER },
	{ "example.com", "www.example.com", NAME_MISMATCH_OTHER },
	{ "www.example.com", "w*.example.com", NAME_MISMATCH_OTHER },
	{ "a.www.example.com", "a.*.example.com", NAME_MISMATCH_OTHER },
	{ "www.example.com", "*", NAME_MISMATCH_OTHER },
	{ "shop.co.uk", "*.co.uk", NAME_MISMATCH_OTHER },
	{ "wild.test", "*.test", NAME_MISMATCH_OTHER },
	{ "com", "*.com", NAME_MISMATCH_OTHER },
	{ "a_b.example.com", "*.example.com", NAME_MATCHES },
	{ "xn--mnchen-3ya.example.com", "*.example.com", NAME_MATCHES },
	{ "www.example.com", "www.example.com.", NAME_MISMATCH_OTHER },
	{ "www.example.com", "", NAME_MISMATCH_OTHER },
	{ "192.0.2.1", "192.0.2.1", NAME_MISMATCH_OTHER },
};

static void
test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(name_rows) / sizeof(name_rows[0]); i++) {
		struct general_name san = dns(name_rows[i].san);
		struct certificate leaf = { .alternative_names = { &san, 1 } };
		struct host_name host = host_name_of(name_rows[i].host);

		if (name_match(&host, &leaf) != name_rows[i].want)
			fail_msg("%s against %s", name_rows[i].host,
			    name_rows[i].san);
	}
}

static void
test_addresses_and_absence(void **state)
{
	struct general_name address = { NAME_ADDRESS, { v4, sizeof(v4) } };
	struct general_name email = { NAME_EMAIL,
		bytes_from_string("a@example.com") };
	struct certificate with_address = { .alternative_names = {
						&address, 1 } };
	struct certificate with_email = { .alternative_names = { &email, 1 } };
	struct certificate bare = { .version = 1 };
	struct host_name there = host_name_of("192.0.2.1");
	struct host_name elsewhere = host_name_of("192.0.2.2");
	struct host_name name = host_name_of("www.example.com");

	(void)state;
	assert_int_equal(name_match(&there, &with_address), NAME_MATCHES);
	assert_int_equal(
	    name_match(&elsewhere, &with_address), NAME_MISMATCH_OTHER);
	assert_int_equal(name_match(&name, &with_email), NAME_MISMATCH_NO_SAN);
	assert_int_equal(name_match(&name, &bare), NAME_MISMATCH_NO_SAN);
}

static const struct {
	const char *permitted, *excluded, *name;
	bool allowed;
} constraint_rows[] = {
	{ "example.com", NULL, "www.example.com", true },
	{ "example.com", NULL, "example.com", true },
	{ "example.com", NULL, "badexample.com", false },
	{ ".example.com", NULL, "www.example.com", true },
	{ ".example.com", NULL, "example.com", false },
	{ "", NULL, "anything.test", true },
	{ "example.com", NULL, "*.example.com", true },
	{ "www.example.com", NULL, "*.example.com", false },
	{ NULL, "example.com", "www.example.com", false },
	{ NULL, "example.com", "example.org", true },
	{ NULL, "www.example.com", "*.example.com", false },
	{ NULL, "a.www.example.com", "*.example.com", true },
	{ NULL, "", "example.org", false },
	{ "example.com", "www.example.com", "www.example.com", false },
	{ "example.com", "www.example.com", "api.example.com", true },
};

static void
test_constraints(void **state)
{
	(void)state;
	for (size_t i = 0;
	     i < sizeof(constraint_rows) / sizeof(constraint_rows[0]); i++) {
		const char *permitted = constraint_rows[i].permitted;
		const char *excluded = constraint_rows[i].excluded;
		struct general_name in = dns(permitted ? permitted : "");
		struct general_name out = dns(excluded ? excluded : "");
		struct general_name name = dns(constraint_rows[i].name);
		struct certificate issuer = {
			.has_name_constraints = true,
			.permitted = { &in, permitted != NULL },
			.excluded = { &out, excluded != NULL },
		};
		struct certificate leaf = {
			.subject_empty = true,
			.alternative_names = { &name, 1 },
		};
		unsigned budget = CONSTRAINTS_MOST_COMPARISONS;

		if (constraints_allow(&issuer, &leaf, NULL, &budget) !=
		    constraint_rows[i].allowed)
			fail_msg("constraint row %zu: %s", i,
			    constraint_rows[i].name);
	}
}

/* Names times constraints is what a hostile pair makes us compute. */
static void
test_constraint_budget(void **state)
{
	enum { MANY = 1000 };
	struct general_name names[MANY];
	struct certificate issuer = {
		.has_name_constraints = true,
		.permitted = { names, MANY },
	};
	struct certificate leaf = {
		.subject_empty = true,
		.alternative_names = { names, MANY },
	};
	unsigned budget = CONSTRAINTS_MOST_COMPARISONS;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		names[i] = dns("www.example.com");
	assert_false(constraints_allow(&issuer, &leaf, NULL, &budget));
	assert_int_equal(budget, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_addresses_and_absence),
		cmocka_unit_test(test_constraints),
		cmocka_unit_test(test_constraint_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
