/*
 * audit/rules_policy.c: which path the policy does not expect, what a waiver
 * makes of a finding, and what becomes of the waiver when it has ended.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "audit/rules.h"
#include "base/clock.h"
#include "model/policy.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

static const char text[] =
    "{\"schema\":\"fleetscan/policy/1\",\"expect\":["
    "{\"hosts\":[\"a.example\"],\"roots\":[{\"cn\":\"R1\"},{\"cn\":\"R2\"}]},"
    "{\"hosts\":[\"b.example\"],\"issuers\":[{\"cn\":\"I1\"}]},"
    "{\"hosts\":[\"c.example\"],\"roots\":[{\"cn\":\"R1\"},{\"cn\":\"R2\"},"
    "{\"cn\":\"R3\"},{\"cn\":\"R4\"},{\"cn\":\"R5\"}],"
    "\"issuers\":[{\"cn\":\"I1\"}]}],"
    "\"thresholds\":["
    "{\"hosts\":[\"a.example\"],\"warn_days\":50},"
    "{\"hosts\":[\"b.example\"],\"crit_days\":50},"
    "{\"hosts\":[\"c.example\"],\"warn_days\":20,\"crit_days\":10}],"
    "\"waivers\":["
    "{\"hosts\":[\"a.example\"],\"finding\":\"expired\","
    "\"until\":\"2027-01-31\",\"reason\":\"first\"},"
    "{\"hosts\":[\"b.example\"],\"finding\":\"expired\","
    "\"cause\":\"leaf_expired\",\"until\":\"2027-01-31T12:00:00Z\","
    "\"reason\":\"second\"},"
    "{\"hosts\":[\"b.example\",\"c.example\"],\"cause\":\"sha1\","
    "\"until\":\"2027-12-31\",\"reason\":\"third\"},"
    "{\"hosts\":[\"d.example\"],\"finding\":\"expired\","
    "\"until\":\"2027-01-31\",\"reason\":\"fourth\"},"
    "{\"hosts\":[\"d.example\"],\"finding\":\"expired\","
    "\"until\":\"2027-02-28\",\"reason\":\"extended\"},"
    "{\"hosts\":[\"e.example\"],\"finding\":\"root_sent\","
    "\"until\":\"2027-01-31\",\"reason\":\"notice\"}]}";

static int
set_up(void **state)
{
	char *error = NULL;

	*state = policy_read(bytes_from_string(text), "p.json", &error);
	return *state == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	policy_free(*state);
	return 0;
}

static int64_t
time_of(const char *string)
{
	int64_t time;

	assert_true(clock_parse(string, 0, &time));
	return time;
}

/* The names of a path, leaf first, "!" where it ends at no anchor. */
static const struct {
	const char *host, *path[3];
	bool open;
	const char *details[2];
} paths[] = {
	{ "a.example", { "a", "I1", "R1" }, false, { NULL } },
	{ "a.example", { "a", "I1", "R2" }, false, { NULL } },
	{ "a.example", { "a", "R1", "R3" }, false,
	    { "the path ends at CN=R3; the policy expects CN=R1 or CN=R2" } },
	{ "a.example", { "a", "I1", "R3" }, true, { NULL } },
	{ "b.example", { "b", "I1", "R3" }, false, { NULL } },
	{ "b.example", { "b", "I2", "I1" }, false,
	    { "the certificate is issued by CN=I2; the policy expects "
	      "CN=I1" } },
	{ "b.example", { "I1" }, false, { NULL } },
	{ "b.example", { "b" }, false,
	    { "the certificate is issued by CN=b; the policy expects "
	      "CN=I1" } },
	{ "c.example", { "c", "I1", "R5" }, false, { NULL } },
	{ "c.example", { "c", "I2", "R6" }, false,
	    { "the path ends at CN=R6; the policy expects CN=R1, CN=R2, CN=R3 "
	      "or 2 more",
		"the certificate is issued by CN=I2; the policy expects "
		"CN=I1" } },
	{ "other.example", { "o", "I2", "R6" }, false, { NULL } },
};

static void
unexpected_cas_are_found(void **state)
{
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct certificate certificates[3];
		struct path path = { .end = paths[i].open ? PATH_SELF_SIGNED
							  : PATH_ANCHOR };
		struct audit_settings settings = { .policy = *state };
		struct observation seen = { .host = paths[i].host };
		struct audit_view view = {
			.settings = &settings, .seen = &seen, .path = &path
		};
		struct findings findings = { .arena = arena_new() };
		size_t expected = 0;

		for (; path.length < 3 && paths[i].path[path.length] != NULL;
		     path.length++) {
			certificates[path.length] = (struct certificate){
				.subject = paths[i].path[path.length],
				.subject_cn = paths[i].path[path.length],
			};
			path.steps[path.length].certificate =
			    &certificates[path.length];
		}
		policy_rules[0].find(&view, &findings);
		while (expected < 2 && paths[i].details[expected] != NULL)
			expected++;
		print_message("# row %zu\n", i);
		assert_int_equal(findings.count, expected);
		for (size_t j = 0; j < expected; j++) {
			const struct finding *finding = &findings.list[j];

			assert_string_equal(finding->id, "wrong_root");
			assert_string_equal(finding->cause, "unexpected_root");
			assert_int_equal(finding->severity, SEVERITY_ERROR);
			assert_string_equal(
			    finding->detail, paths[i].details[j]);
		}
		arena_free(findings.arena);
	}
}

struct told {
	const char *id, *cause;
	enum severity severity;
	const char *detail; /* its end */
};

#define EXPIRED                                                   \
	{                                                         \
		"expired", "leaf_expired", SEVERITY_ERROR, "late" \
	}
#define WAIVED(word, cause, reason)                                            \
	{                                                                      \
		word, cause, SEVERITY_NOTICE, "late (waived until " reason ")" \
	}
#define ENDED(words)                                            \
	{                                                       \
		"waiver_expired", NULL, SEVERITY_WARNING, words \
	}

static const struct {
	const char *host, *now;
	enum status status;
	struct told before[2], after[3];
} waivers[] = {
	{ "a.example", "2027-01-31T23:59:59Z", STATUS_SUCCESS, { EXPIRED },
	    { WAIVED("expired", "leaf_expired", "2027-01-31: first") } },
	{ "a.example", "2027-02-01", STATUS_SUCCESS, { EXPIRED },
	    { EXPIRED, ENDED("the waiver of expired ended on 2027-01-31: "
			     "first") } },
	{ "a.example", "2027-02-01", STATUS_SUCCESS,
	    { { "weak", "sha1", SEVERITY_WARNING, "late" } },
	    { { "weak", "sha1", SEVERITY_WARNING, "late" } } },
	{ "a.example", "2027-02-01", STATUS_SUCCESS, { { .id = NULL } },
	    { { .id = NULL } } },
	{ "a.example", "2027-01-01", STATUS_INVALID_INPUT, { EXPIRED },
	    { EXPIRED } },
	{ "b.example", "2027-01-31T12:00:00Z", STATUS_SUCCESS,
	    { EXPIRED,
		{ "expired", "intermediate_expired", SEVERITY_ERROR, "late" } },
	    { WAIVED("expired", "leaf_expired", "2027-01-31T12:00:00Z: second"),
		{ "expired", "intermediate_expired", SEVERITY_ERROR,
		    "late" } } },
	{ "b.example", "2027-01-31T12:00:01Z", STATUS_SUCCESS,
	    { EXPIRED, { "weak", "sha1", SEVERITY_WARNING, "late" } },
	    { EXPIRED, WAIVED("weak", "sha1", "2027-12-31: third"),
		ENDED("the waiver of expired ended on 2027-01-31T12:00:00Z: "
		      "second") } },
	{ "c.example", "2028-01-01", STATUS_SUCCESS,
	    { { "weak", "sha1", SEVERITY_WARNING, "late" } },
	    { { "weak", "sha1", SEVERITY_WARNING, "late" },
		ENDED("the waiver of sha1 ended on 2027-12-31: third") } },
	{ "d.example", "2027-01-01", STATUS_SUCCESS, { EXPIRED },
	    { WAIVED("expired", "leaf_expired", "2027-01-31: fourth") } },
	{ "d.example", "2027-02-01", STATUS_SUCCESS, { EXPIRED },
	    { WAIVED("expired", "leaf_expired", "2027-02-28: extended") } },
	{ "e.example", "2027-01-01", STATUS_SUCCESS,
	    { { "root_sent", NULL, SEVERITY_NOTICE, NULL } },
	    { { "root_sent", NULL, SEVERITY_NOTICE,
		"(waived until 2027-01-31: notice)" } } },
	{ "other.example", "2027-01-01", STATUS_SUCCESS, { EXPIRED },
	    { EXPIRED } },
};

static void
assert_told(const struct finding *finding, const struct told *told)
{
	bool waived = finding_is_waived(finding);

	assert_string_equal(finding->id, told->id);
	assert_int_equal(finding->severity, told->severity);
	assert_string_equal(
	    finding->detail == NULL ? "" : finding->detail, told->detail);
	assert_int_equal(waived, strstr(told->detail, "(waived") != NULL);
}

static void
waivers_hold_until_their_end(void **state)
{
	for (size_t i = 0; i < COUNT(waivers); i++) {
		struct audit_settings settings = { .policy = *state,
			.now = time_of(waivers[i].now) };
		struct observation seen = { .host = waivers[i].host,
			.status = waivers[i].status };
		struct audit_view view = { .settings = &settings,
			.seen = &seen };
		struct findings findings = { .arena = arena_new() };
		size_t expected = 0;

		for (size_t j = 0; j < 2 && waivers[i].before[j].id != NULL;
		     j++)
			findings_add(&findings,
			    finding_id_find(waivers[i].before[j].id),
			    waivers[i].before[j].cause, -1,
			    waivers[i].before[j].detail);
		waive_findings(&view, &findings);
		while (expected < 3 && waivers[i].after[expected].id != NULL)
			expected++;
		print_message("# row %zu\n", i);
		assert_int_equal(findings.count, expected);
		for (size_t j = 0; j < expected; j++)
			assert_told(&findings.list[j], &waivers[i].after[j]);
		arena_free(findings.arena);
	}
}

/* A leaf of a year, so many days before its end. */
static const struct {
	const char *host;
	int days_left;
	unsigned warn_days, crit_days; /* the run's */
	const char *cause;	       /* NULL: not expiring */
} thresholds[] = {
	{ "other.example", 29, 0, 0, "soon" },
	{ "other.example", 31, 0, 0, NULL },
	{ "other.example", 31, 40, 35, "critical" },
	{ "other.example", 31, 0, 35, "critical" },
	{ "a.example", 49, 0, 0, "soon" },
	{ "a.example", 51, 60, 0, NULL },
	{ "a.example", 6, 0, 0, "critical" },
	{ "b.example", 49, 0, 0, "critical" },
	{ "b.example", 51, 0, 0, NULL },
	{ "b.example", 51, 60, 0, "soon" },
	{ "c.example", 21, 0, 0, NULL },
	{ "c.example", 19, 0, 0, "soon" },
	{ "c.example", 9, 5, 2, "critical" },
};

static void
thresholds_are_the_hosts_own(void **state)
{
	enum { DAY = 86400, NOW = 1800000000 };

	for (size_t i = 0; i < COUNT(thresholds); i++) {
		struct certificate leaf = { .times_valid = true,
			.subject_cn = "leaf",
			.not_after =
			    NOW + (int64_t)thresholds[i].days_left * DAY };
		const struct certificate *received[] = { &leaf };
		struct audit_settings settings = { .policy = *state,
			.now = NOW,
			.warn_days = thresholds[i].warn_days,
			.crit_days = thresholds[i].crit_days };
		struct observation seen = { .host = thresholds[i].host };
		struct path path = { .length = 1,
			.steps = { { .certificate = &leaf } } };
		struct audit_view view = { .settings = &settings,
			.seen = &seen,
			.path = &path,
			.received = received,
			.received_count = 1 };
		struct findings findings = { .arena = arena_new() };

		leaf.not_before = leaf.not_after - (int64_t)365 * DAY;
		for (const struct audit_rule *rule = date_rules;
		     rule->find != NULL; rule++)
			if (strcmp(rule->name, "expiring") == 0)
				rule->find(&view, &findings);
		print_message("# row %zu\n", i);
		assert_int_equal(
		    findings.count, thresholds[i].cause == NULL ? 0 : 1);
		if (findings.count == 1)
			assert_string_equal(
			    findings.list[0].cause, thresholds[i].cause);
		arena_free(findings.arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unexpected_cas_are_found),
		cmocka_unit_test(waivers_hold_until_their_end),
		cmocka_unit_test(thresholds_are_the_hosts_own),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
