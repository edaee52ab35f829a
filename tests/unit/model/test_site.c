/* Registrable domains, public suffixes, and hosts that have neither. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/site.h"

static const struct {
	const char *host, *site;
} site_rows[] = {
	{ "www.example.com", "example.com" },
	{ "a.b.c.example.com", "example.com" },
	{ "example.com", "example.com" },
	{ "www.example.co.uk", "example.co.uk" },
	{ "co.uk", "co.uk" },
	{ "localhost", "localhost" },
	{ "host.fleet.test", "fleet.test" },
	{ "user.github.io", "user.github.io" },
	{ "a.user.github.io", "user.github.io" },
	{ "www.xn--mnchen-3ya.de", "xn--mnchen-3ya.de" },
	{ "192.0.2.1", "192.0.2.1" },
	{ "2001:db8::1", "2001:db8::1" },
	{ "fe80::1%eth0", "fe80::1%eth0" },
	{ "", "" },
};

static void
hosts_have_sites(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(site_rows) / sizeof(*site_rows); i++)
		assert_string_equal(
		    site_of_host(arena, site_rows[i].host), site_rows[i].site);
	arena_free(arena);
}

static const struct {
	const char *name;
	bool is_suffix;
} suffix_rows[] = {
	{ "com", true },
	{ "co.uk", true },
	{ "test", true }, /* unlisted: the rule "*" */
	{ "example.co.uk", false },
	{ "example.com", false },
	{ "github.io", false }, /* of the private section */
	{ "fleet.test", false },
};

static void
suffixes_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(suffix_rows) / sizeof(*suffix_rows); i++)
		if (site_is_public_suffix(suffix_rows[i].name) !=
		    suffix_rows[i].is_suffix)
			fail_msg("%s", suffix_rows[i].name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_have_sites),
		cmocka_unit_test(suffixes_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
