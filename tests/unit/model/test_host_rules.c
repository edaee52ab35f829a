/* model/host_rules.h: which rules are for a host, and what names none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "model/host_rules.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

enum { NAMES_MOST = 3 };

static const struct {
	const char *sites[NAMES_MOST], *hosts[NAMES_MOST], *tags[NAMES_MOST];
} rules[] = {
	/* 0 */ { .hosts = { "www.example.com" } },
	/* 1 */ { .hosts = { "www.example.com:8443", "[2001:DB8::1]:443" } },
	/* 2 */ { .sites = { "example.com" } },
	/* 3 */ { .hosts = { "*.api.example.com" } },
	/* 4 */ { .hosts = { "*.api.example.com:8443" } },
	/* 5 */ { .tags = { "red", "blue" } },
	/* 6 */ { .sites = { "example.org" }, .tags = { "red" } },
	/* 7 */
	{ .hosts = { "B\xc3\xbc"
		     "cher.example.",
	      "192.0.2.1", "2001:db8::2" } },
	/* 8 */ { .sites = { "localhost" }, .hosts = { "*:9999" } },
	/* 9 */ { .hosts = { "*.com" }, .tags = { "blue" } },
};

static const struct {
	const char *host, *site;
	uint16_t port;
	const char *tags[NAMES_MOST];
	const char *found; /* the numbers of its rules */
} questions[] = {
	{ "www.example.com", "example.com", 443, { NULL }, "02" },
	{ "www.example.com", "example.com", 8443, { NULL }, "012" },
	{ "www.example.com", "example.com", 443, { "blue" }, "0259" },
	{ "www.example.com", "example.com", 443, { "red", "blue" }, "0259" },
	{ "example.com", "example.com", 443, { NULL }, "2" },
	{ "example.com", NULL, 443, { NULL }, "" },
	{ "api.example.com", "example.com", 443, { NULL }, "2" },
	{ "a.api.example.com", "example.com", 443, { NULL }, "23" },
	{ "b.a.api.example.com", "example.com", 8443, { NULL }, "234" },
	{ "xapi.example.com", "example.com", 8443, { NULL }, "2" },
	{ "www.example.org", "example.org", 443, { NULL }, "" },
	{ "www.example.org", "example.org", 443, { "green" }, "" },
	{ "www.example.org", "example.org", 443, { "red" }, "56" },
	{ "xn--bcher-kva.example", "xn--bcher-kva.example", 1, { NULL }, "7" },
	{ "192.0.2.1", "192.0.2.1", 443, { NULL }, "7" },
	{ "2001:db8::1", "2001:db8::1", 443, { NULL }, "1" },
	{ "2001:db8::1", "2001:db8::1", 444, { NULL }, "" },
	{ "2001:db8::2", "2001:db8::2", 444, { NULL }, "7" },
	{ "localhost", "localhost", 443, { NULL }, "8" },
	{ "other.example.net", "example.net", 9999, { NULL }, "8" },
	{ "com", "com", 443, { "blue" }, "5" },
};

static void
name_all(struct host_rules *built, const char *const names[NAMES_MOST],
    const char *(*name)(struct host_rules *, const char *))
{
	for (size_t i = 0; i < NAMES_MOST && names[i] != NULL; i++)
		assert_null(name(built, names[i]));
}

static struct host_rules *
build(void)
{
	struct host_rules *built = host_rules_new();

	for (size_t i = 0; i < COUNT(rules); i++) {
		assert_int_equal(host_rules_add(built), i);
		name_all(built, rules[i].sites, host_rules_name_site);
		name_all(built, rules[i].hosts, host_rules_name_host);
		name_all(built, rules[i].tags, host_rules_name_tag);
	}
	return built;
}

static void
test_each_host_finds_its_rules(void **state)
{
	struct host_rules *built = build();

	(void)state;
	for (size_t i = 0; i < COUNT(questions); i++) {
		struct host_subject subject = {
			.host = questions[i].host,
			.site = questions[i].site,
			.port = questions[i].port,
			.tags = questions[i].tags,
		};
		char found[COUNT(rules) + 1] = "";
		size_t at = 0, count = 0;

		while (questions[i].tags[subject.tag_count] != NULL)
			subject.tag_count++;
		while ((at = host_rules_next(built, &subject, at)) !=
		       HOST_RULES_NONE)
			found[count++] = (char)('0' + at++);
		if (strcmp(found, questions[i].found) != 0)
			fail_msg("%s:%u: %s, not %s", questions[i].host,
			    questions[i].port, found, questions[i].found);
	}
	host_rules_free(built);
}

/* The middle of many rules under one name is found as well as its ends. */
static void
test_many_rules_of_one_host(void **state)
{
	enum { MANY = 1000 };
	struct host_rules *built = host_rules_new();
	struct host_subject subject = { .host = "a.example", .port = 443 };

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		host_rules_add(built);
		assert_null(host_rules_name_host(
		    built, i % 2 == 0 ? "a.example" : "a.example:444"));
	}
	for (size_t i = 0; i < MANY - 1; i++)
		assert_int_equal(
		    host_rules_next(built, &subject, i), i + i % 2);
	assert_true(
	    host_rules_next(built, &subject, MANY - 1) == HOST_RULES_NONE);
	host_rules_free(built);
}

static const struct {
	const char *(*name)(struct host_rules *, const char *);
	const char *text, *sentence; /* its beginning */
} wrong[] = {
	{ host_rules_name_host, "", "is empty" },
	{ host_rules_name_host, "*.", "is empty" },
	{ host_rules_name_host, "*x.example.com", "a star stands alone" },
	{ host_rules_name_host, "w*.example.com", "a star stands alone" },
	{ host_rules_name_host, "a.*.example.com", "a star stands alone" },
	{ host_rules_name_host, "*.*.example.com", "a star stands alone" },
	{ host_rules_name_host, "*:0", "a star stands alone" },
	{ host_rules_name_host, "*.192.0.2.1", "a star stands alone" },
	{ host_rules_name_host, "a.example:99999", "a port is a number" },
	{ host_rules_name_host, "a.example:", "a port is a number" },
	{ host_rules_name_host, "192.0.2.0/24", "address blocks" },
	{ host_rules_name_host, "https://a.example", "address blocks" },
	{ host_rules_name_host, "a b.example", "" },
	{ host_rules_name_host, "[a.example]", "" },
	{ host_rules_name_site, "www.example.com", "is a host within a site" },
	{ host_rules_name_site, "*.example.com", "" },
	{ host_rules_name_site, "", "" },
	{ host_rules_name_tag, "", "is empty" },
};

static void
test_what_names_nothing(void **state)
{
	struct host_rules *built = host_rules_new();

	(void)state;
	host_rules_add(built);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		const char *sentence = wrong[i].name(built, wrong[i].text);

		if (sentence == NULL || strncmp(sentence, wrong[i].sentence,
					    strlen(wrong[i].sentence)) != 0)
			fail_msg("%s: %s", wrong[i].text,
			    sentence == NULL ? "accepted" : sentence);
	}
	host_rules_free(built);
	host_rules_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_host_finds_its_rules),
		cmocka_unit_test(test_many_rules_of_one_host),
		cmocka_unit_test(test_what_names_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
