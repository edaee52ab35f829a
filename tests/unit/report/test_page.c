/*
 * report.html and metrics.prom out of the samples: every string escaped for
 * its format, totals below no rows, one series a label set.  What a browser
 * makes of the page is tests/e2e/page.py's to see.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "report/html.h"
#include "tests/unit/report/sample.h"

enum { LIMIT = 1 << 22 };

static void
strings_become_text(void **state)
{
	static const struct {
		const char *string, *text;
	} rows[] = {
		{ NULL, "" },
		{ "", "" },
		{ "plain", "plain" },
		{ "<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;" },
		{ "{}", "{}" },
		{ "a\nb\x1b", "a\\0Ab\\1B" },
		{ "\xff", "\\FF" },
		{ "x\xe2\x80\xaey", "x\\E2\\80\\AEy" },
		{ "\xc3\xa9", "\xc3\xa9" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text out = { NULL, 0, 0 }, want = { NULL, 0, 0 };

		html_fill(&out, "<i title=\"{}\">{}</i>", rows[i].string,
		    rows[i].string);
		text_printf(&want, "<i title=\"%s\">%s</i>", rows[i].text,
		    rows[i].text);
		assert_string_equal(out.data, want.data);
		text_free(&out);
		text_free(&want);
	}
}

/* The file that this writer makes of these results. */
static void
write_report(const struct result results[], size_t count, uint64_t records,
    bool prom_hosts, const char *name, struct text *out)
{
	struct report_run run = {
		.id = "2026-11-23T091500Z",
		.version = "\"te\\st\"\n",
		.started = SAMPLE_NOW,
		.finished = SAMPLE_NOW + 2,
		.now = SAMPLE_NOW,
		.seconds = 1.5,
		.totals = { .targets = records, .records = records },
		.trust = "system",
		.directory = "reports/x",
		.sites = sample_sites(results, count),
		.prom_hosts = prom_hosts,
	};
	struct sample_others others;
	struct report_terminal terminal = { NULL, false };
	char directory[] = "/tmp/test_page.XXXXXX";
	static const char *const files[] = { "hosts.csv", "sites.csv",
		"summary.json", "report.html", "metrics.prom", "hosts.ndjson" };
	struct report *report;
	const char *failed;
	char *path;

	assert_non_null(mkdtemp(directory));
	run.archive = sample_archive(directory, results, count);
	sample_others_open(&others);
	run.changes = changes_diff(others.changes);
	report = report_open(&run, directory, REPORT_ALL);
	assert_non_null(report);
	for (size_t i = 0; i < count; i++)
		report_result(report, &results[i]);
	assert_int_equal(report_finish(report, &terminal, &failed), 0);
	sample_others_close(&others);
	archive_close(run.archive);
	sites_free(run.sites);
	path = file_join(directory, name);
	assert_int_equal(file_read(path, LIMIT, out), 0);
	free(path);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		path = file_join(directory, files[i]);
		unlink(path);
		free(path);
	}
	assert_int_equal(rmdir(directory), 0);
}

static size_t
count_of(const struct text *text, const char *word)
{
	size_t count = 0;

	for (const char *at = text->data; (at = strstr(at, word)) != NULL; at++)
		count++;
	return count;
}

static void
page_has_a_row_a_host(void **state)
{
	static const char *const wanted[] = {
		"<b>5</b> of 6 hosts are not ok",
		"sent by api.example.com:443",
		"\"not sent\"",
		"\"Issuing CA 1\"",
		"\"in store system\"",
		"\"connection-refused: 192.0.2.5 port 443: connection "
		"refused\"",
		"\"CN=\\\\1B]0;owned\\\\07",
		"Since 2026-11-23: 60 worse, 1 renewed, 1 still broken",
		"(compared with run fleetscan-",
		"<details class=\"change error\" open><summary><b>60</b> worse",
		"\\1B[2J\\E2\\80\\AEtxt.&lt;b&gt;&amp;.example "
		"<span>ok -&gt; expired</span>",
		"and 10 more: <code>fleetscan diff</code>",
		"<details class=change><summary><b>1</b> renewed",
		"usual: Issuing CA 1 &lt;- Root CA",
		"<span>1 certificate \xc2\xb7 refused by openssl, curl</span>",
		"<a href=\"#host=evil.example:8443\">evil.example:8443</a> ",
		"<b>fix 1</b> of the repair kit: "
		"<code>fleetscan fix reports/x</code>",
	};
	struct text page = { NULL, 0, 0 }, lines = { NULL, 0, 0 };

	(void)state;
	write_report(
	    samples, SAMPLE_COUNT, SAMPLE_COUNT, false, "report.html", &page);
	lines.data = strstr(page.data, "<table class=plain>");
	assert_non_null(lines.data);
	assert_int_equal(count_of(&lines, "<tr><th scope=row>"), SAMPLE_COUNT);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (strstr(page.data, wanted[i]) == NULL)
			fail_msg("the page lacks %s", wanted[i]);
	/* Marks of links and of values are for the making of the page only. */
	for (char mark[] = "\1"; mark[0] < 6; mark[0]++)
		assert_int_equal(count_of(&page, mark), 0);
	assert_int_equal(count_of(&page, "\x1b"), 0);
	assert_int_equal(count_of(&page, "\xe2\x80\xae"), 0);
	text_free(&page);
}

/* More hosts than the page has rows: the first that is ok has none. */
static void
large_page_leaves_out_the_best(void **state)
{
	enum { COUNT = HTML_ROWS_MOST + 1 };
	struct result *results = calloc(COUNT, sizeof(*results));
	struct text page = { NULL, 0, 0 };

	(void)state;
	assert_non_null(results);
	for (size_t i = 0; i < COUNT; i++)
		results[i] = samples[SAMPLE_UNREACHABLE];
	results[0] = samples[SAMPLE_OK];
	results[0].seen.host = "best.example";
	write_report(results, COUNT, COUNT, false, "report.html", &page);
	assert_non_null(strstr(page.data,
	    "Of 10,001 hosts, 10,000 of them not ok, the page holds the "
	    "10,000 worst"));
	assert_null(strstr(page.data, "\"best.example"));
	text_free(&page);
	free(results);
}

static void
metrics_are_escaped_and_complete(void **state)
{
	static const char *const wanted[] = {
		"fleetscan_build_info{version=\"\\\"te\\\\st\\\"\\n\"} 1\n",
		"fleetscan_scan_duration_seconds 1.500\n",
		"fleetscan_targets 6\n",
		"fleetscan_targets_failed 1\n",
		"fleetscan_hosts{class=\"ok\"} 1\n",
		"fleetscan_hosts{class=\"revoked\"} 0\n",
		"fleetscan_waived_hosts{class=\"revoked\"} 0\n",
		"fleetscan_client_refuses_hosts{client=\"curl\"} 2\n",
		"fleetscan_cause_hosts{class=\"missing_intermediate\","
		"cause=\"leaf_only\",subject=\"CN=Issuing CA 1,O=Example\\\\, "
		"Inc.\"} 1\n",
		"fleetscan_site_hosts{site=\"example.com\",class=\"ok\"} 1\n",
		/* The one that ended a day ago, and has not vanished. */
		("fleetscan_site_earliest_not_after_timestamp_seconds{"
		 "site=\"example.com\"} 1795338900\n"),
		"fleetscan_expiring_hosts{days=\"7\"} 1\n",
	};
	struct text metrics = { NULL, 0, 0 };

	(void)state;
	write_report(samples, SAMPLE_COUNT, SAMPLE_COUNT, false, "metrics.prom",
	    &metrics);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (strstr(metrics.data, wanted[i]) == NULL)
			fail_msg("%s lacks %s", metrics.data, wanted[i]);
	text_free(&metrics);
}

/* Two roots of one name are two causes and, to a dashboard, one series. */
static void
label_sets_are_unique(void **state)
{
	struct step other_path[3];
	struct result pair[2];
	struct text metrics = { NULL, 0, 0 };

	(void)state;
	pair[0] = pair[1] = samples[SAMPLE_WRONG_ROOT];
	memcpy(other_path, sample_path, sizeof(other_path));
	other_path[2].sha256.octets[0] = 0x44;
	pair[1].verdict.path = other_path;
	write_report(pair, 2, 2, false, "metrics.prom", &metrics);
	assert_int_equal(count_of(&metrics, "fleetscan_cause_hosts{"), 1);
	assert_non_null(
	    strstr(metrics.data, "subject=\"CN=Root CA,O=Example\\\\, "
				 "Inc.\"} 2\n"));
	text_free(&metrics);
}

/* Sites past the bound are one series; none is lost. */
static void
sites_are_bounded(void **state)
{
	enum { SITES = 250 };
	struct result *results = calloc(SITES, sizeof(*results));
	struct text metrics = { NULL, 0, 0 };
	char names[SITES][32];

	(void)state;
	assert_non_null(results);
	for (int i = 0; i < SITES; i++) {
		results[i] = samples[SAMPLE_OK];
		snprintf(names[i], sizeof(names[i]), "s%03d.example", i);
		results[i].seen.site = names[i];
	}
	write_report(results, SITES, SITES, false, "metrics.prom", &metrics);
	assert_int_equal(count_of(&metrics, "fleetscan_site_hosts{"), 201);
	assert_non_null(strstr(metrics.data,
	    "fleetscan_site_hosts{site=\"(other)\",class=\"ok\"} 50\n"));
	text_free(&metrics);
	free(results);
}

/* --prom-hosts: one series a host, none of which may be there twice. */
static void
hosts_have_series_where_asked_for(void **state)
{
	static const char *const wanted[] = {
		"# TYPE fleetscan_host_info gauge\n"
		"fleetscan_host_info{host=\"api.example.com\",",
		"fleetscan_host_info{host=\"www.example.com\",port=\"443\","
		"ip=\"192.0.2.1\",site=\"example.com\","
		"class=\"missing_intermediate\",cause=\"leaf_only\"} 1\n",
		"fleetscan_host_info{host=\"gone.example.com\",port=\"443\","
		"ip=\"\",site=\"example.com\",class=\"unreachable\","
		"cause=\"connection-refused\"} 1\n",
		"fleetscan_host_not_after_timestamp_seconds{"
		"host=\"api.example.com\",port=\"443\",ip=\"192.0.2.1\"} "
		"1795857300\n",
	};
	struct result results[SAMPLE_COUNT + 4];
	struct text metrics = { NULL, 0, 0 };

	(void)state;
	memcpy(results, samples, sizeof(samples));
	for (size_t i = SAMPLE_COUNT; i < SAMPLE_COUNT + 4; i++)
		results[i] = samples[SAMPLE_OK];
	results[SAMPLE_COUNT].verdict.class_id = CLASS_EXPIRED;
	results[SAMPLE_COUNT + 1].seen.sni = "other.example.com";
	results[SAMPLE_COUNT + 2].seen.starttls = "smtp";
	results[SAMPLE_COUNT + 3].seen.status = STATUS_INVALID_INPUT;
	results[SAMPLE_COUNT + 3].seen.host = "no host here";
	write_report(samples, SAMPLE_COUNT, SAMPLE_COUNT, false, "metrics.prom",
	    &metrics);
	assert_null(strstr(metrics.data, "fleetscan_host_info"));
	text_clear(&metrics);
	write_report(results, SAMPLE_COUNT + 4, SAMPLE_COUNT + 4, true,
	    "metrics.prom", &metrics);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (strstr(metrics.data, wanted[i]) == NULL)
			fail_msg("%s lacks %s", metrics.data, wanted[i]);
	assert_int_equal(
	    count_of(&metrics, "\nfleetscan_host_info{"), SAMPLE_COUNT + 2);
	assert_int_equal(count_of(&metrics, "sni=\"other.example.com\""), 2);
	assert_int_equal(count_of(&metrics, "no host here"), 0);
	text_clear(&metrics);
	write_report(samples, 0, 0, true, "metrics.prom", &metrics);
	assert_null(strstr(metrics.data, "fleetscan_host_info"));
	text_free(&metrics);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_become_text),
		cmocka_unit_test(page_has_a_row_a_host),
		cmocka_unit_test(large_page_leaves_out_the_best),
		cmocka_unit_test(metrics_are_escaped_and_complete),
		cmocka_unit_test(label_sets_are_unique),
		cmocka_unit_test(sites_are_bounded),
		cmocka_unit_test(hosts_have_series_where_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
