/*
 * Which host of a site differs, and what openssl would say: each a row. A case
 * gives hosts, what is usual among them and who must be named.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fleet/sites.h"
#include "report/sites_text.h"
#include "report/sites_write.h"
#include "tests/unit/fleet/rows.h"

enum { MOST_HOSTS = 6 };

#define BROKEN .class_id = CLASS_MISSING_INTERMEDIATE, .cause = "leaf_only"

/* "HOST:field,field;HOST:" in the order that they must come in. */
static const struct {
	const char *what;
	struct row hosts[MOST_HOSTS];
	enum site_baseline baseline;
	const char *issuer; /* the usual one; NULL: none */
	const char *outliers;
} cases[] = {
	{ "all alike",
	    { { .host = "a.example.com" }, { .host = "b.example.com" } },
	    BASELINE_HEALTHY, "Issuing CA", "" },
	{ "one new subdomain, another issuer, no intermediate",
	    { { .host = "a.example.com" }, { .host = "b.example.com" },
		{ .host = "kilas.example.com",
		    BROKEN,
		    .issuer = "Other CA",
		    .root = "Other Root",
		    .received = 1 } },
	    BASELINE_HEALTHY, "Issuing CA",
	    "kilas.example.com:issuer_cn,root,received;" },
	{ "the healthy majority counts, not the broken one",
	    { { .host = "a.example.com", BROKEN, .issuer = "Other CA" },
		{ .host = "b.example.com", BROKEN, .issuer = "Other CA" },
		{ .host = "c.example.com" } },
	    BASELINE_HEALTHY, "Issuing CA",
	    "a.example.com:issuer_cn;b.example.com:issuer_cn;" },
	{ "none is healthy: all are compared",
	    { { .host = "a.example.com", BROKEN },
		{ .host = "b.example.com", BROKEN },
		{ .host = "c.example.com", BROKEN, .key = "RSA 2048" } },
	    BASELINE_ALL, "Issuing CA",
	    "c.example.com:key;a.example.com:;b.example.com:;" },
	{ "a tie has no usual value",
	    { { .host = "a.example.com" },
		{ .host = "b.example.com", .issuer = "Other CA" } },
	    BASELINE_HEALTHY, NULL, "" },
	{ "less than half is not usual",
	    { { .host = "a.example.com", .issuer = "A" },
		{ .host = "b.example.com", .issuer = "A" },
		{ .host = "c.example.com", .issuer = "B" },
		{ .host = "d.example.com", .issuer = "C" },
		{ .host = "e.example.com", .issuer = "D" } },
	    BASELINE_HEALTHY, NULL, "" },
	{ "exactly half is, if no other value has it",
	    { { .host = "a.example.com", .issuer = "A" },
		{ .host = "b.example.com", .issuer = "A" },
		{ .host = "c.example.com", .issuer = "B" },
		{ .host = "d.example.com", .issuer = "C" } },
	    BASELINE_HEALTHY, "A",
	    "c.example.com:issuer_cn;d.example.com:issuer_cn;" },
	{ "one fails after a chain like the others', and is not healthy",
	    { { .host = "a.example.com", .fails = true, .issuer = "B" },
		{ .host = "b.example.com" } },
	    BASELINE_HEALTHY, "Issuing CA", "a.example.com:issuer_cn;" },
	{ "all fail after the chain",
	    { { .host = "a.example.com", .fails = true } }, BASELINE_ALL,
	    "Issuing CA", "a.example.com:;" },
	{ "one host alone differs from nobody",
	    { { .host = "a.example.com", BROKEN, .received = 1 } },
	    BASELINE_ALL, "Issuing CA", "a.example.com:;" },
	{ "30 days before the others is no more than usual",
	    { { .host = "a.example.com" }, { .host = "b.example.com" },
		{ .host = "www.example.com", .days = 60 } },
	    BASELINE_HEALTHY, "Issuing CA", "" },
	{ "of two that end apart neither is odd",
	    { { .host = "a.example.com" },
		{ .host = "www.example.com", .days = 29 } },
	    BASELINE_HEALTHY, "Issuing CA", "" },
	{ "61 days before the others",
	    { { .host = "a.example.com" }, { .host = "b.example.com" },
		{ .host = "www.example.com", .days = 29 } },
	    BASELINE_HEALTHY, "Issuing CA", "www.example.com:expiry;" },
	{ "broken, then different, then not reached",
	    { { .host = "a.example.com" }, { .host = "b.example.com" },
		{ .host = "c.example.com",
		    .tls = "TLS1.2",
		    .key = "RSA 2048",
		    .issuer = "Other CA" },
		{ .host = "d.example.com",
		    .class_id = CLASS_UNREACHABLE,
		    .status = STATUS_DNS_ERROR,
		    .cause = "dns-error" },
		{ .host = "e.example.com", BROKEN },
		{ .host = "f.example.com" } },
	    BASELINE_HEALTHY, "Issuing CA",
	    "e.example.com:;c.example.com:issuer_cn,key,tls_version;"
	    "d.example.com:;" },
	{ "nothing was delivered",
	    { { .host = "a.example.com",
		.class_id = CLASS_NO_TLS,
		.status = STATUS_PROTOCOL_ERROR } },
	    BASELINE_NONE, NULL, "a.example.com:;" },
};

static size_t
count_rows(const struct row *rows)
{
	size_t count = 0;

	while (count < MOST_HOSTS && rows[count].host != NULL)
		count++;
	return count;
}

static void
append_outliers(struct text *out, struct sites *sites,
    const struct site_group *group, struct archive *archive)
{
	struct arena *arena = arena_new();
	struct site_outlier *list;
	size_t count;

	list = sites_outliers(sites, group, archive, arena, &count);
	assert_int_equal(count, group->outliers);
	text_append(out, "");
	for (size_t i = 0; i < count; i++) {
		text_printf(out, "%s:", list[i].host);
		for (size_t k = 0; k < list[i].difference_count; k++)
			text_printf(out, "%s%s", k > 0 ? "," : "",
			    site_field_word(list[i].differs[k].field));
		text_append_char(out, ';');
	}
	arena_free(arena);
}

static void
outliers_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text found = { .size = 0 };
		const struct site_group *group;
		struct rows_run run;
		struct sites *sites;

		print_message("%s\n", cases[i].what);
		rows_open(&run, cases[i].hosts, count_rows(cases[i].hosts));
		sites = sites_of_run(run.archive);
		assert_int_equal(sites_count(sites), 1);
		group = sites_find(sites, "example.com");
		assert_non_null(group);
		assert_int_equal(group->baseline, cases[i].baseline);
		if (cases[i].issuer == NULL)
			assert_null(group->usual[SITE_FIELD_ISSUER]);
		else
			assert_string_equal(
			    group->usual[SITE_FIELD_ISSUER], cases[i].issuer);
		append_outliers(&found, sites, group, run.archive);
		assert_string_equal(found.data, cases[i].outliers);
		text_free(&found);
		sites_free(sites);
		rows_close(&run);
	}
}

static const struct row fleet[] = {
	{ .host = "a.even.net" },
	{ .host = "b.even.net" },
	{ .host = "a.example.com" },
	{ .host = "b.example.com" },
	{ .host = "\x1b[31m=kilas.example.com",
	    BROKEN,
	    .issuer = "Other\x1b",
	    .received = 1 },
	{ .host = "a.off.org",
	    .class_id = CLASS_UNREACHABLE,
	    .status = STATUS_DNS_ERROR },
	{ .host = "b.off.org",
	    .class_id = CLASS_UNREACHABLE,
	    .status = STATUS_DNS_ERROR },
};

static void
most_deviating_site_comes_first(void **state)
{
	static const char *const order[] = { "example.com", "off.org",
		"even.net" };
	struct rows_run run;
	struct sites *sites;

	(void)state;
	rows_open(&run, fleet, sizeof(fleet) / sizeof(fleet[0]));
	sites = sites_of_run(run.archive);
	assert_int_equal(sites_count(sites), 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(sites_at(sites, i)->site, order[i]);
	assert_null(sites_find(sites, "absent.org"));
	sites_free(sites);
	rows_close(&run);
}

/* More hosts than are at hand at once: the last is found like the first. */
static void
a_large_site_is_read_from_disk(void **state)
{
	enum { HOSTS = SITES_CACHED_ROWS + 5 };
	struct row *hosts = calloc(HOSTS, sizeof(*hosts));
	struct arena *arena = arena_new();
	const struct site_group *group;
	struct site_outlier odd;
	struct rows_run run;
	struct sites *sites;

	(void)state;
	assert_non_null(hosts);
	for (size_t i = 0; i < HOSTS; i++)
		hosts[i].host = arena_printf(arena, "h%zu.example.com", i);
	hosts[HOSTS - 1].key = "RSA 2048";
	hosts[HOSTS - 2].class_id = CLASS_MISSING_INTERMEDIATE;
	rows_open(&run, hosts, HOSTS);
	sites = sites_of_run(run.archive);
	group = sites_at(sites, 0);
	assert_int_equal(group->hosts, HOSTS);
	assert_int_equal(group->outliers, 2);
	assert_string_equal(group->usual[SITE_FIELD_KEY], "EC P-256");
	assert_true(sites_outlier(sites, group, 0, run.archive, arena, &odd));
	assert_string_equal(odd.host, hosts[HOSTS - 2].host);
	assert_true(sites_outlier(sites, group, 1, run.archive, arena, &odd));
	assert_string_equal(odd.host, hosts[HOSTS - 1].host);
	assert_string_equal(odd.differs[0].value, "RSA 2048");
	sites_free(sites);
	rows_close(&run);
	arena_free(arena);
	free(hosts);
}

/* No escape of a host's reaches the terminal, no line passes 80 columns. */
static void
text_is_harmless_and_narrow(void **state)
{
	struct text out = { .size = 0 };
	const struct site_group *group;
	struct rows_run run;
	struct sites *sites;
	size_t column = 0;

	(void)state;
	rows_open(&run, fleet, sizeof(fleet) / sizeof(fleet[0]));
	sites = sites_of_run(run.archive);
	group = sites_at(sites, 0);
	sites_append_headline(sites, group, run.archive, &out);
	for (size_t i = 0; i < out.size; i++)
		if (out.data[i] == '\n')
			out.data[i] = ' ';
	assert_non_null(strstr(out.data, "siblings have Issuing CA"));
	assert_non_null(strstr(out.data, "fails in curl, openssl"));
	text_clear(&out);
	sites_append_headline(sites, group, run.archive, &out);
	sites_append_text(sites, group, run.archive, &out);
	for (size_t i = 0; i < out.size; i++) {
		column += ((unsigned char)out.data[i] & 0xc0) != 0x80;
		assert_true(column <= 81);
		if (out.data[i] == '\n')
			column = 0;
	}
	sites_append_chains(sites, group, run.archive, NULL, &out);
	assert_null(strchr(out.data, '\x1b'));
	/* Without the certificates only the recorded error is known. */
	assert_non_null(strstr(
	    out.data, "error: 20 unable to get local issuer certificate\n"));
	text_free(&out);
	sites_free(sites);
	rows_close(&run);
}

static void
csv_has_a_row_a_difference(void **state)
{
	static const char *const lines[] = {
		"site,hosts,ok,host,port,ip,class,field,value,usual,"
		"refused_by\r\n",
		",missing_intermediate,issuer_cn,",
		",missing_intermediate,received,1,2,\"curl;openssl\"\r\n",
		"off.org,2,0,a.off.org,443,,unreachable,class,unreachable,ok,"
		"\"curl;openssl\"\r\n",
	};
	struct rows_run run;
	struct sites *sites;
	char *data = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&data, &size);

	(void)state;
	rows_open(&run, fleet, sizeof(fleet) / sizeof(fleet[0]));
	sites = sites_of_run(run.archive);
	sites_write_csv(sites, run.archive, stream);
	fclose(stream);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (strstr(data, lines[i]) == NULL)
			fail_msg("%s is not in %s", lines[i], data);
	size = 0;
	for (const char *at = data; (at = strchr(at, '\n')) != NULL; at++)
		size++;
	assert_int_equal(size, 5);
	free(data);
	sites_free(sites);
	rows_close(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outliers_are_named),
		cmocka_unit_test(most_deviating_site_comes_first),
		cmocka_unit_test(a_large_site_is_read_from_disk),
		cmocka_unit_test(text_is_harmless_and_narrow),
		cmocka_unit_test(csv_has_a_row_a_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
