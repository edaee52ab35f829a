/* model/policy.h: what a file says, and where it is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "model/policy.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

#define POLICY(lists) "{\"schema\":\"fleetscan/policy/1\"" lists "}"
#define EXPECT(members) \
	POLICY(",\"expect\":[{\"hosts\":[\"a.example\"]" members "}]")
#define ROOT(ca) EXPECT(",\"roots\":[{\"cn\":\"A\"}," ca "]")
#define THRESHOLD(members) \
	POLICY(",\"thresholds\":[{\"tags\":[\"t\"]" members "}]")
#define WAIVER(members) \
	POLICY(",\"waivers\":[{\"sites\":[\"example.com\"]" members "}]")
#define WAIVED_UNTIL(until) \
	WAIVER(",\"finding\":\"expired\",\"reason\":\"r\",\"until\":" until)
#define IGNORE(entry) POLICY(",\"ignore\":[" entry "]")
#define HEX32 "0123456789abcdef0123456789ABCDEF"
#define COLONS16 "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:AB:CD:EF"

static const char *const sound[] = {
	POLICY(""),
	POLICY(",\"$schema\":\"policy.json\""),
	EXPECT(",\"roots\":[{\"cn\":\"A\"}],\"issuers\":[{\"cn\":\"B\"}]"),
	EXPECT(",\"issuers\":[{\"subject\":\"CN=B\"}],\"reason\":\"r\""),
	ROOT("{\"sha256\":\"" HEX32 HEX32 "\"}"),
	ROOT("{\"spki_sha256\":\"" COLONS16 ":" COLONS16 "\"}"),
	THRESHOLD(",\"warn_days\":1"),
	THRESHOLD(",\"warn_days\":36500,\"crit_days\":36500"),
	WAIVED_UNTIL("\"2028-02-29\""),
	WAIVED_UNTIL("\"2028-02-29T12:00:00+02:00\""),
	WAIVER(",\"cause\":\"sha1\",\"reason\":\"r\",\"until\":\"2027-01-31\""),
	IGNORE("{\"hosts\":[\"*\"]}"),
};

static void
test_sound_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sound); i++) {
		char *error = NULL;
		struct bytes text = bytes_from_string(sound[i]);
		struct policy *policy = policy_read(text, "p.json", &error);

		if (policy == NULL)
			fail_msg("%s: %s", sound[i], error);
		assert_true(bytes_equal(policy_text(policy), text));
		policy_free(policy);
	}
	policy_free(NULL);
}

static const struct {
	const char *text, *error;
} wrong[] = {
	{ "", "p.json: not JSON at octet 1" },
	{ "{", "p.json: not JSON at octet 1" },
	{ "[]", "p.json: is not an object" },
	{ "{}", "p.json: schema: is not \"fleetscan/policy/1\"" },
	{ "{\"schema\":\"fleetscan/policy/2\"}",
	    "p.json: schema: is not \"fleetscan/policy/1\"" },
	{ POLICY(",\"waiver\":[]"), "p.json: waiver: no such member" },
	{ POLICY(",\"a\\u001bb\":[]"), "p.json: a\\1Bb: no such member" },
	{ POLICY(",\"ignore\":[{\"hosts\":[\"a\"]}],\"ignore\":[]"),
	    "p.json: ignore: appears twice" },
	{ POLICY(",\"ignore\":{}"), "p.json: ignore: is not a list" },
	{ POLICY(",\"ignore\":[]"), "p.json: ignore: is empty" },
	{ POLICY(",\"ignore\":null"), "p.json: ignore: is not a list" },

	{ IGNORE("7"), "p.json: ignore[0]: is not an object" },
	{ IGNORE("{}"), "p.json: ignore[0]: names no sites, hosts or tags" },
	{ IGNORE("{\"hosts\":[\"a\"]},{\"host\":[\"a\"]}"),
	    "p.json: ignore[1].host: no such member" },
	{ IGNORE("{\"hosts\":[\"a\"],\"until\":\"2027-01-31\"}"),
	    "p.json: ignore[0].until: no such member" },
	{ IGNORE("{\"hosts\":\"a\"}"),
	    "p.json: ignore[0].hosts: is not a list" },
	{ IGNORE("{\"hosts\":[\"a\",7]}"),
	    "p.json: ignore[0].hosts[1]: is not a text" },
	{ IGNORE("{\"hosts\":[\"\"]}"),
	    "p.json: ignore[0].hosts[0]: is empty" },
	{ IGNORE("{\"hosts\":[\"a\\nb\"]}"),
	    "p.json: ignore[0].hosts[0]: has a control character" },
	{ IGNORE("{\"hosts\":[\"a:x\"]}"),
	    "p.json: ignore[0].hosts[0]: a port is a number from 1 to "
	    "65535" },
	{ IGNORE("{\"sites\":[\"www.example.com\"]}"),
	    "p.json: ignore[0].sites[0]: is a host within a site: name it "
	    "under hosts" },
	{ IGNORE("{\"tags\":[]}"), "p.json: ignore[0].tags: is empty" },
	{ IGNORE("{\"tags\":[\"t\"],\"reason\":true}"),
	    "p.json: ignore[0].reason: is not a text" },

	{ EXPECT(""), "p.json: expect[0]: expects neither roots nor issuers" },
	{ EXPECT(",\"roots\":[]"), "p.json: expect[0].roots: is empty" },
	{ ROOT("{}"), "p.json: expect[0].roots[1]: is not an object with one "
		      "of cn, subject, sha256 and spki_sha256" },
	{ ROOT("\"R1\""), "p.json: expect[0].roots[1]: is not an object with "
			  "one of cn, subject, sha256 and spki_sha256" },
	{ ROOT("{\"cn\":\"a\",\"subject\":\"b\"}"),
	    "p.json: expect[0].roots[1]: is not an object with one of cn, "
	    "subject, sha256 and spki_sha256" },
	{ ROOT("{\"name\":\"a\"}"),
	    "p.json: expect[0].roots[1].name: no such member" },
	{ ROOT("{\"cn\":null}"),
	    "p.json: expect[0].roots[1].cn: is not a text" },
	{ ROOT("{\"sha256\":\"" HEX32 "\"}"),
	    "p.json: expect[0].roots[1].sha256: is not a SHA-256: 64 "
	    "hexadecimal digits" },
	{ ROOT("{\"spki_sha256\":\"" HEX32 HEX32 "0\"}"),
	    "p.json: expect[0].roots[1].spki_sha256: is not a SHA-256: 64 "
	    "hexadecimal digits" },
	{ ROOT("{\"sha256\":\"0:" HEX32 HEX32 "\"}"),
	    "p.json: expect[0].roots[1].sha256: is not a SHA-256: 64 "
	    "hexadecimal digits" },

	{ THRESHOLD(""),
	    "p.json: thresholds[0]: sets neither warn_days nor crit_days" },
	{ THRESHOLD(",\"warn_days\":0"), "p.json: thresholds[0].warn_days: is "
					 "not a number of days from 1 to "
					 "36500" },
	{ THRESHOLD(",\"warn_days\":36501"),
	    "p.json: thresholds[0].warn_days: is not a number of days from 1 "
	    "to 36500" },
	{ THRESHOLD(",\"crit_days\":1.5"), "p.json: thresholds[0].crit_days: "
					   "is not a number of days from 1 to "
					   "36500" },
	{ THRESHOLD(",\"crit_days\":\"7\""),
	    "p.json: thresholds[0].crit_days: is not a number of days from 1 "
	    "to 36500" },
	{ THRESHOLD(",\"warn_days\":7,\"crit_days\":8"),
	    "p.json: thresholds[0].crit_days: is more than warn_days" },

	{ WAIVER(""),
	    "p.json: waivers[0]: waives neither a finding nor a cause" },
	{ WAIVER(",\"finding\":\"expird\""),
	    "p.json: waivers[0].finding: no such class or finding" },
	{ WAIVER(",\"finding\":\"ok\""),
	    "p.json: waivers[0].finding: no such class or finding" },
	{ WAIVER(",\"finding\":\"waiver_expired\""),
	    "p.json: waivers[0].finding: cannot be waived" },
	{ WAIVER(",\"finding\":\"expired\""),
	    "p.json: waivers[0].reason: is missing" },
	{ WAIVER(",\"finding\":\"expired\",\"reason\":\"r\""),
	    "p.json: waivers[0].until: is missing" },
	{ WAIVED_UNTIL("20270131"), "p.json: waivers[0].until: is not a text" },
	{ WAIVED_UNTIL("\"1800000000\""),
	    "p.json: waivers[0].until: is not a date: 2027-01-31, or "
	    "2027-01-31T12:00:00Z" },
	{ WAIVED_UNTIL("\"+30d\""),
	    "p.json: waivers[0].until: is not a date: 2027-01-31, or "
	    "2027-01-31T12:00:00Z" },
	{ WAIVED_UNTIL("\"2027-02-29\""),
	    "p.json: waivers[0].until: is not a date: 2027-01-31, or "
	    "2027-01-31T12:00:00Z" },
	{ WAIVED_UNTIL("\"2027-01-31T12\""),
	    "p.json: waivers[0].until: is not a date: 2027-01-31, or "
	    "2027-01-31T12:00:00Z" },
};

static void
assert_refused(struct bytes text, const char *expected)
{
	char *error = NULL;
	struct policy *policy = policy_read(text, "p.json", &error);

	if (policy != NULL)
		fail_msg("accepted, and not: %s", expected);
	assert_string_equal(error, expected);
	free(error);
}

static void
test_mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_refused(
		    bytes_from_string(wrong[i].text), wrong[i].error);
}

static void
test_limits(void **state)
{
	struct text text = { .size = 0 };

	(void)state;
	text_append(&text, "{\"schema\":\"fleetscan/policy/1\",\"ignore\":[0");
	for (size_t i = 0; i < POLICY_MOST_ENTRIES; i++)
		text_append(&text, ",0");
	text_append(&text, "]}");
	assert_refused(bytes_of(text.data, text.size),
	    "p.json: ignore: has more than 10000 entries");
	text_clear(&text);
	text_append(&text, "{\"schema\":\"fleetscan/policy/1\",\"ignore\":[{"
			   "\"tags\":[\"");
	for (size_t i = 0; i < 1001; i++)
		text_append_char(&text, 'x');
	text_append(&text, "\"]}]}");
	assert_refused(bytes_of(text.data, text.size),
	    "p.json: ignore[0].tags[0]: is longer than 1000 octets");
	text_free(&text);
}

static const struct {
	const char *written, *last;
} ends[] = {
	{ "2027-01-31", "2027-01-31T23:59:59Z" },
	{ "2028-02-29", "2028-02-29T23:59:59Z" },
	{ "2027-01-31T12:00:00Z", "2027-01-31T12:00:00Z" },
	{ "2027-01-31T12:00:00+02:00", "2027-01-31T10:00:00Z" },
};

/* A day still counts, to its end; a time to its second. */
static void
test_until(void **state)
{
	struct host_subject subject = { .host = "www.example.com",
		.site = "example.com" };

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct text text = { .size = 0 };
		const struct policy_waiver *waiver;
		char last[CLOCK_TEXT_SIZE], *error = NULL;
		struct policy *policy;
		size_t at = 0;

		text_printf(&text, WAIVED_UNTIL("\"%s\""), ends[i].written);
		policy = policy_read(
		    bytes_of(text.data, text.size), "p.json", &error);
		assert_non_null(policy);
		waiver = policy_next_waiver(policy, &subject, &at);
		assert_non_null(waiver);
		clock_format(waiver->until, last);
		assert_string_equal(last, ends[i].last);
		assert_string_equal(waiver->until_text, ends[i].written);
		assert_null(policy_next_waiver(policy, &subject, &at));
		policy_free(policy);
		text_free(&text);
	}
}

static struct policy *
read_example(void)
{
	struct text text = { .size = 0 };
	struct policy *policy;
	char *error = NULL;

	assert_int_equal(
	    file_read("data/policy-example.json", POLICY_MOST_SIZE, &text), 0);
	policy = policy_read(bytes_of(text.data, text.size), "e", &error);
	if (policy == NULL)
		fail_msg("%s", error);
	text_free(&text);
	return policy;
}

/* The file that the README sends people to does what it says. */
static void
test_example(void **state)
{
	const char *payments[] = { "payments" }, *legacy[] = { "legacy" };
	struct host_subject web = {
		.host = "www.example.com", .site = "example.com", .port = 443
	};
	struct host_subject db = {
		.host = "db.example.net", .site = "example.net", .port = 5432
	};
	struct host_subject old = { .host = "a.example.org",
		.site = "example.org",
		.tags = legacy,
		.tag_count = 1 };
	struct policy *policy = read_example();
	const struct policy_threshold *days;
	size_t at = 0;

	(void)state;
	assert_int_equal(policy_expectation_of(policy, &web)->roots.count, 2);
	assert_int_equal(policy_expectation_of(policy, &db)->issuers.count, 2);
	db.port = 443;
	assert_null(policy_expectation_of(policy, &db));
	assert_null(policy_threshold_of(policy, &web));
	web.tags = payments;
	web.tag_count = 1;
	days = policy_threshold_of(policy, &web);
	assert_int_equal(days->warn_days, 45);
	assert_int_equal(days->crit_days, 14);
	assert_false(policy_ignores(policy, &web));
	web.host = "a.b.test.example.com";
	assert_true(policy_ignores(policy, &web));
	assert_string_equal(
	    policy_next_waiver(policy, &old, &at)->finding, "old_protocol");
	old.tag_count = 0;
	at = 0;
	assert_null(policy_next_waiver(policy, &old, &at));
	policy_free(policy);
}

/* The first entry that names the host decides, however exactly another does. */
static void
test_order(void **state)
{
	struct host_subject subject = { .host = "a.example", .port = 443 };
	char *error = NULL;
	struct policy *policy = policy_read(
	    bytes_from_string(
		POLICY(",\"thresholds\":["
		       "{\"hosts\":[\"b.example\"],\"warn_days\":1},"
		       "{\"hosts\":[\"*.example\"],\"warn_days\":2},"
		       "{\"hosts\":[\"a.example:443\"],\"warn_days\":3}]")),
	    "p.json", &error);

	(void)state;
	assert_int_equal(policy_threshold_of(policy, &subject)->warn_days, 2);
	policy_free(policy);
}

static void
test_names_of_cas(void **state)
{
	const struct certificate ca = {
		.subject = "CN=A,O=B",
		.subject_cn = "A",
		.sha256 = { { 1 } },
		.spki_sha256 = { { 2 } },
	};
	const struct certificate nameless = { .subject = "" };
	const struct {
		struct policy_ca name;
		bool holds;
	} rows[] = {
		{ { POLICY_CA_CN, "A", { { 0 } } }, true },
		{ { POLICY_CA_CN, "a", { { 0 } } }, false },
		{ { POLICY_CA_CN, "CN=A,O=B", { { 0 } } }, false },
		{ { POLICY_CA_SUBJECT, "CN=A,O=B", { { 0 } } }, true },
		{ { POLICY_CA_SUBJECT, "A", { { 0 } } }, false },
		{ { POLICY_CA_SHA256, "", { { 1 } } }, true },
		{ { POLICY_CA_SHA256, "", { { 2 } } }, false },
		{ { POLICY_CA_SPKI, "", { { 2 } } }, true },
		{ { POLICY_CA_SPKI, "", { { 1 } } }, false },
	};
	struct policy_cas none = { NULL, 0 };

	(void)state;
	assert_true(policy_cas_hold(&none, &ca));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct policy_cas cas = { &rows[i].name, 1 };

		assert_int_equal(policy_cas_hold(&cas, &ca), rows[i].holds);
		assert_false(policy_cas_hold(&cas, &nameless));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound_files),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_until),
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_names_of_cas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
