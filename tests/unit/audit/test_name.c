/* Hosts against names, a row each; certificates are made of their SAN. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/client_names.h"
#include "audit/constraints.h"
#include "audit/name.h"
#include "model/client_trait.h"

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

/* Wildcards that only some clients read, and what a client must read of them:
   the way alone; 0: none does. */
static const struct {
	const char *host, *san;
	uint64_t way;
} odd_rows[] = {
	{ "www.example.com", "w*.example.com", WAY_BIT(WAY_WILDCARD_BACK) },
	{ "www.example.com", "*w.example.com", WAY_BIT(WAY_WILDCARD_FRONT) },
	{ "www.example.com", "w*w.example.com", WAY_BIT(WAY_WILDCARD_PARTIAL) },
	{ "w-w.example.com", "w-*.example.com", WAY_BIT(WAY_WILDCARD_PARTIAL) },
	{ "www.example.com", "x*.example.com", 0 },
	{ "www.example.com", "w*.example.org", 0 },
	{ "www.example.com", "w*.com", 0 },
	{ "www.com", "w*.example.com", 0 },
	{ "www.example", "w*.example.com", 0 },
	{ "a.www.example.com", "a.*.example.com", WAY_BIT(WAY_WILDCARD_INNER) },
	{ "b.www.example.com", "a.*.example.com", 0 },
	{ "xn--a.example.com", "xn--*.example.com",
	    WAY_BIT(WAY_WILDCARD_A_LABEL) },
	{ "ww.example.com", "ww*.example.com",
	    WAY_BIT(WAY_WILDCARD_NOTHING) | WAY_BIT(WAY_WILDCARD_BACK) },
};

static void
test_odd_wildcards(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(odd_rows) / sizeof(odd_rows[0]); i++) {
		struct general_name san = dns(odd_rows[i].san);
		struct certificate leaf = { .alternative_names = { &san, 1 },
			.has_alternative_names = true };
		struct host_name host = host_name_of(odd_rows[i].host);
		uint64_t way = odd_rows[i].way;
		struct client_fits fits;

		client_fits_find(&host, &leaf, &fits);
		if (fits.count != (way != 0) ||
		    (way != 0 && fits.needs[0] != way) ||
		    client_fits_read(&fits, way) != (way != 0))
			fail_msg("%s against %s: %zu, %llx", odd_rows[i].host,
			    odd_rows[i].san, fits.count,
			    (unsigned long long)fits.needs[0]);
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
		struct constraint_budget budget = {
			CONSTRAINTS_MOST_COMPARISONS, NULL
		};

		if ((constraints_check(&issuer, &leaf, NULL, &budget) ==
			CONSTRAINT_ALLOWS) != constraint_rows[i].allowed)
			fail_msg("constraint row %zu: %s", i,
			    constraint_rows[i].name);
	}
}

static struct general_name
mailbox(const char *text)
{
	return (struct general_name){ .kind = NAME_EMAIL,
		.value = bytes_from_string(text) };
}

/* In the subject alone, or beside alternative names. */
static const struct {
	const char *constraint, *name;
	bool excluded, has_alternative_names, allowed;
} mailbox_rows[] = {
	{ "a@example.com", "a@example.com", false, false, true },
	{ "a@example.com", "A@example.com", false, false, false },
	{ "a@example.com", "a@EXAMPLE.com", false, false, true },
	{ "example.com", "A@example.com", false, false, true },
	{ "a@example.com", "A@example.com", true, false, true },
	{ "a@example.com", "a@Example.com", true, false, false },
	{ "example.com", "a@example.org", false, false, false },
	{ "example.com", "a@example.org", false, true, true },
};

static void
test_mailboxes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mailbox_rows) / sizeof(*mailbox_rows);
	     i++) {
		struct general_name subtree =
		    mailbox(mailbox_rows[i].constraint);
		struct general_name name = mailbox(mailbox_rows[i].name);
		struct name_list list = { &subtree, 1 }, none = { NULL, 0 };
		bool excluded = mailbox_rows[i].excluded;
		struct certificate issuer = {
			.has_name_constraints = true,
			.permitted = excluded ? none : list,
			.excluded = excluded ? list : none,
		};
		struct certificate leaf = {
			.subject_empty = true,
			.has_alternative_names =
			    mailbox_rows[i].has_alternative_names,
			.subject_mailboxes = { &name, 1 },
		};
		struct constraint_budget budget = {
			CONSTRAINTS_MOST_COMPARISONS, NULL
		};

		if ((constraints_check(&issuer, &leaf, NULL, &budget) ==
			CONSTRAINT_ALLOWS) != mailbox_rows[i].allowed)
			fail_msg(
			    "mailbox row %zu: %s", i, mailbox_rows[i].name);
	}
}

/* Names times constraints is what a hostile pair makes us compute. */
static const struct {
	size_t names, constraints;
	unsigned of_host;
	enum constraint_answer answer;
} budget_rows[] = {
	{ 1024, 1024, 0, CONSTRAINT_ALLOWS },
	{ 1025, 1024, 0, CONSTRAINT_UNDECIDED },
	{ 1024, 1024, CONSTRAINTS_MOST_OF_A_HOST - (1 << 20),
	    CONSTRAINT_ALLOWS },
	{ 1024, 1024, CONSTRAINTS_MOST_OF_A_HOST - (1 << 20) + 1,
	    CONSTRAINT_UNDECIDED },
};

static void
test_constraint_budget(void **state)
{
	enum { MANY = 1025 };
	struct general_name names[MANY];

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		names[i] = dns("www.example.com");
	for (size_t i = 0; i < sizeof(budget_rows) / sizeof(*budget_rows);
	     i++) {
		struct certificate issuer = {
			.has_name_constraints = true,
			.permitted = { names, budget_rows[i].constraints },
		};
		struct certificate leaf = {
			.subject_empty = true,
			.alternative_names = { names, budget_rows[i].names },
		};
		unsigned of_host = budget_rows[i].of_host;
		struct constraint_budget budget = {
			CONSTRAINTS_MOST_COMPARISONS, &of_host
		};

		assert_int_equal(
		    constraints_check(&issuer, &leaf, NULL, &budget),
		    budget_rows[i].answer);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_odd_wildcards),
		cmocka_unit_test(test_addresses_and_absence),
		cmocka_unit_test(test_constraints),
		cmocka_unit_test(test_mailboxes),
		cmocka_unit_test(test_constraint_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
