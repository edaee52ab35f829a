/* The tally counts right, and what hosts share becomes one row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fleet/tally.h"
#include "tests/unit/report/sample.h"

enum { DAY = 86400 };

static void
samples_are_counted(void **state)
{
	struct tally tally;

	(void)state;
	tally_init(&tally, SAMPLE_NOW, false);
	for (int i = 0; i < SAMPLE_COUNT; i++)
		tally_result(&tally, &samples[i]);
	assert_int_equal(tally.records, SAMPLE_COUNT);
	assert_int_equal(tally.classes[CLASS_OK], 1);
	assert_int_equal(tally.classes[CLASS_MISSING_INTERMEDIATE], 1);
	assert_int_equal(tally.classes[CLASS_REVOKED], 0);
	assert_int_equal(tally.statuses[STATUS_SUCCESS], SAMPLE_COUNT - 1);
	assert_int_equal(tally.statuses[STATUS_CONNECTION_REFUSED], 1);
	assert_int_equal(tally.severities[SEVERITY_ERROR], SAMPLE_COUNT - 1);
	assert_int_equal(tally.days_7, 1);
	assert_int_equal(tally.days_30, 1);
	assert_int_equal(tally.days_90, 2);
	assert_int_equal(tally.weeks[0].leaves, 1);
	assert_int_equal(tally.weeks[8].leaves, 1);
	assert_int_equal(tally.client_count, 3);
	assert_string_equal(tally.clients[1].id, "curl");
	assert_int_equal(tally.clients[1].accepts, 1);
	assert_int_equal(tally.clients[1].refuses, 2);
	assert_int_equal(tally.clients[2].unknown, 2);
	assert_int_equal(tally.retried, 1);
	tally_clear(&tally);
}

/* What each sample's row in the causes must say. */
static const struct {
	enum sample sample;
	const char *subject;
	uint8_t first_octet; /* of the SHA-256; 0: none */
	const char *where;
} rows[] = {
	{ SAMPLE_MISSING, "CN=Issuing CA 1,O=Example\\, Inc.", 0x22,
	    "api.example.com:443" },
	{ SAMPLE_WRONG_ROOT, "CN=Root CA,O=Example\\, Inc.", 0x33, NULL },
	{ SAMPLE_EXPIRED_CA, "CN=Issuing CA 1,O=Example\\, Inc.", 0x22, NULL },
	{ SAMPLE_UNREACHABLE, NULL, 0, NULL },
	{ SAMPLE_HOSTILE, NULL, 0, NULL },
};

static void
assert_same(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		assert_true(a == b);
	else
		assert_string_equal(a, b);
}

static void
causes_name_the_certificate_at_fault(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct result *result = &samples[rows[i].sample];
		const struct tally_cause **causes;
		struct tally tally;
		size_t count;

		tally_init(&tally, SAMPLE_NOW, false);
		tally_result(&tally, result);
		tally_result(&tally, result);
		causes = tally_causes(&tally, &count);
		assert_int_equal(count, 1);
		assert_int_equal(causes[0]->hosts, 2);
		assert_int_equal(causes[0]->class_id, result->verdict.class_id);
		assert_same(causes[0]->subject, rows[i].subject);
		assert_same(causes[0]->where, rows[i].where);
		assert_int_equal(
		    causes[0]->has_certificate, rows[i].first_octet != 0);
		assert_int_equal(
		    causes[0]->sha256.octets[0], rows[i].first_octet);
		free(causes);
		tally_clear(&tally);
	}
}

/* Leaf only or gap: the same certificate is missing, so one row. */
static void
hosts_that_miss_the_same_are_one_row(void **state)
{
	struct result gap = samples[SAMPLE_MISSING];
	const struct tally_cause **causes;
	struct tally tally;
	size_t count;

	(void)state;
	gap.verdict.cause = "gap";
	tally_init(&tally, SAMPLE_NOW, false);
	for (int i = 0; i < 30; i++)
		tally_result(&tally, &samples[SAMPLE_MISSING]);
	tally_result(&tally, &samples[SAMPLE_WRONG_ROOT]);
	tally_result(&tally, &gap);
	causes = tally_causes(&tally, &count);
	assert_int_equal(count, 2);
	assert_int_equal(causes[0]->hosts, 31);
	assert_string_equal(causes[0]->cause, "leaf_only");
	assert_int_equal(causes[0]->example_count, TALLY_EXAMPLES);
	assert_string_equal(causes[0]->examples[0], "www.example.com:443");
	assert_int_equal(causes[1]->class_id, CLASS_WRONG_ROOT);
	assert_int_equal(
	    tally_cause_count(&tally, CLASS_MISSING_INTERMEDIATE), 1);
	free(causes);
	tally_clear(&tally);
}

/* What a policy does not expect is the root, or the leaf's issuer. */
static void
unexpected_cas_are_named(void **state)
{
	static const struct {
		struct evidence evidence;
		const char *subject;
	} cas[] = {
		{ { "root", "CN=Root CA" }, "CN=Root CA,O=Example\\, Inc." },
		{ { "issuer", "CN=Issuing CA 1" },
		    "CN=Issuing CA 1,O=Example\\, Inc." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cas) / sizeof(cas[0]); i++) {
		struct finding finding = { .id = "wrong_root",
			.cause = "unexpected_root",
			.cert = -1,
			.evidence = &cas[i].evidence,
			.evidence_count = 1 };
		struct result result = samples[SAMPLE_WRONG_ROOT];
		const struct tally_cause **causes;
		struct tally tally;
		size_t count;

		result.verdict.cause = "unexpected_root";
		result.verdict.findings = &finding;
		result.verdict.finding_count = 1;
		tally_init(&tally, SAMPLE_NOW, false);
		tally_result(&tally, &result);
		causes = tally_causes(&tally, &count);
		assert_int_equal(count, 1);
		assert_string_equal(causes[0]->subject, cas[i].subject);
		assert_true(tally_cause_is_unexpected(causes[0]));
		assert_int_equal(tally.waived[CLASS_WRONG_ROOT], 0);
		assert_int_equal(tally.worst_count, 1);
		free(causes);
		tally_clear(&tally);
	}
}

static void
waived_hosts_are_counted_and_not_the_worst(void **state)
{
	struct evidence until = { FINDING_WAIVED_UNTIL, "2027-01-31" };
	struct finding finding = { .id = "wrong_root",
		.cause = "private_root",
		.severity = SEVERITY_NOTICE,
		.cert = -1,
		.evidence = &until,
		.evidence_count = 1 };
	struct result result = samples[SAMPLE_WRONG_ROOT];
	struct tally tally;

	(void)state;
	result.verdict.findings = &finding;
	result.verdict.finding_count = 1;
	result.verdict.severity = SEVERITY_NOTICE;
	tally_init(&tally, SAMPLE_NOW, false);
	tally_result(&tally, &result);
	assert_int_equal(tally.classes[CLASS_WRONG_ROOT], 1);
	assert_int_equal(tally.waived[CLASS_WRONG_ROOT], 1);
	assert_int_equal(tally.severities[SEVERITY_NOTICE], 1);
	assert_int_equal(tally.worst_count, 0);
	tally_clear(&tally);
}

static void
worst_hosts_are_the_first_of_the_heaviest(void **state)
{
	struct tally tally;

	(void)state;
	tally_init(&tally, SAMPLE_NOW, false);
	for (int i = 0; i < 2 * TALLY_WORST; i++)
		tally_result(&tally, &samples[SAMPLE_UNREACHABLE]);
	assert_int_equal(tally.worst_count, TALLY_WORST);
	tally_result(&tally, &samples[SAMPLE_MISSING]);
	tally_result(&tally, &samples[SAMPLE_WRONG_ROOT]);
	tally_result(&tally, &samples[SAMPLE_OK]);
	assert_int_equal(tally.worst_count, TALLY_WORST);
	assert_int_equal(tally.worst[0].class_id, CLASS_WRONG_ROOT);
	assert_int_equal(tally.worst[1].class_id, CLASS_MISSING_INTERMEDIATE);
	assert_int_equal(tally.worst[2].class_id, CLASS_UNREACHABLE);
	assert_string_equal(tally.worst[0].endpoint, "intra.example.com:443");
	tally_clear(&tally);
}

/* A million sites are as many numbers as memory has room for, and a sum. */
static void
sites_past_the_bound_are_summed_up(void **state)
{
	struct site_group site = { .site = "a.example",
		.hosts = 2,
		.ok = 1,
		.outliers = 1,
		.ends = true,
		.first_end = SAMPLE_NOW };
	const struct site_group **sites;
	struct tally tally;
	size_t count;

	(void)state;
	tally_init(&tally, SAMPLE_NOW, false);
	for (int i = 0; i < TALLY_SITES + 3; i++) {
		tally_add_site(&tally, &site);
		site.first_end--;
		site.site = "b.example";
	}
	sites = tally_sites(&tally, &count);
	assert_int_equal(count, TALLY_SITES);
	assert_string_equal(sites[0]->site, "a.example");
	assert_string_equal(sites[1]->site, "b.example");
	assert_int_equal(tally.all_sites, TALLY_SITES + 3);
	assert_int_equal(tally.sites_not_ok, TALLY_SITES + 3);
	assert_int_equal(tally.other_sites.hosts, 6);
	assert_int_equal(tally.other_sites.outliers, 3);
	assert_int_equal(
	    tally.other_sites.first_end, SAMPLE_NOW - TALLY_SITES - 2);
	free(sites);
	tally_clear(&tally);
}

/* Each host has an unknown issuer of its own. */
static void
causes_past_the_bound_are_one(void **state)
{
	struct result result = samples[SAMPLE_UNREACHABLE];
	const struct tally_cause **causes;
	struct tally tally;
	uint64_t hosts = 0;
	char issuer[32];
	size_t count;

	(void)state;
	tally_init(&tally, SAMPLE_NOW, false);
	result.verdict.class_id = CLASS_UNKNOWN_ISSUER;
	result.leaf.issuer = issuer;
	for (int i = 0; i < TALLY_CAUSES + 5; i++) {
		snprintf(issuer, sizeof(issuer), "CN=%d", i);
		tally_result(&tally, &result);
	}
	causes = tally_causes(&tally, &count);
	assert_int_equal(count, TALLY_CAUSES + 1);
	assert_int_equal(causes[0]->hosts, 5);
	assert_null(causes[0]->subject);
	for (size_t i = 0; i < count; i++)
		hosts += causes[i]->hosts;
	assert_int_equal(hosts, TALLY_CAUSES + 5);
	free(causes);
	tally_clear(&tally);
}

/* Seconds from the judging clock, and the week it falls into; -1: none. */
static void
weeks_begin_on_monday(void **state)
{
	static const struct {
		int64_t from_now;
		int week;
	} ends[] = {
		{ 0, 0 },
		{ -1, -1 },
		{ 7 * DAY - 9 * 3600 - 900 - 1, 0 }, /* Sunday 23:59:59 */
		{ 7 * DAY - 9 * 3600 - 900, 1 },
		{ 52 * 7 * DAY, 52 },
		{ 53 * 7 * DAY, -1 },
		{ INT64_C(200000000000), -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct certificate authority = { .times_valid = true,
			.not_after = SAMPLE_NOW + ends[i].from_now };
		struct tally tally;

		tally_init(&tally, SAMPLE_NOW, false);
		tally_authority(&tally, &authority);
		for (int week = 0; week < TALLY_WEEKS; week++)
			assert_int_equal(tally.weeks[week].authorities,
			    week == ends[i].week);
		tally_clear(&tally);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_counted),
		cmocka_unit_test(causes_name_the_certificate_at_fault),
		cmocka_unit_test(hosts_that_miss_the_same_are_one_row),
		cmocka_unit_test(unexpected_cas_are_named),
		cmocka_unit_test(waived_hosts_are_counted_and_not_the_worst),
		cmocka_unit_test(worst_hosts_are_the_first_of_the_heaviest),
		cmocka_unit_test(sites_past_the_bound_are_summed_up),
		cmocka_unit_test(causes_past_the_bound_are_one),
		cmocka_unit_test(weeks_begin_on_monday),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
