/*
 * What a run directory holds when a report is finished, and what the terminal
 * shows: every octet of a host escaped for its format.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/columns.h"
#include "base/file.h"
#include "base/json.h"
#include "report/report.h"
#include "tests/unit/json_copy.h"
#include "tests/unit/report/sample.h"

enum { LIMIT = 1 << 20 };

static const struct report_option options[] = { { "concurrency", "500" } };

static struct report_run
run_of(uint64_t targets)
{
	return (struct report_run){
		.id = "2026-11-23T091500Z",
		.version = "test",
		.started = SAMPLE_NOW,
		.finished = SAMPLE_NOW + 2,
		.now = SAMPLE_NOW,
		.seconds = 1.5,
		.options = options,
		.option_count = 1,
		.totals = { .targets = targets,
		    .records = targets,
		    .threads = 2 },
		.directory = "reports/x",
		.trust = "system",
	};
}

static void
remove_file(const char *directory, const char *name)
{
	char *path = file_join(directory, name);

	unlink(path);
	free(path);
}

/* A report on these samples; the terminal's text is appended to *screen. */
static int
make_report(const char *directory, unsigned formats, int first, int end,
    bool colors, bool knows_others, struct text *screen, const char **failed)
{
	struct report_run run = run_of((uint64_t)(end - first));
	struct report_terminal terminal = { NULL, colors };
	struct sample_others others;
	struct report *report;
	char *data = NULL;
	size_t size = 0;
	int result;

	run.sites = sample_sites(&samples[first], (size_t)(end - first));
	if (directory != NULL)
		run.archive = sample_archive(
		    directory, &samples[first], (size_t)(end - first));
	if (knows_others) {
		sample_others_open(&others);
		run.changes = changes_diff(others.changes);
		run.siblings = others.siblings;
	}
	report = report_open(&run, directory, formats);
	assert_non_null(report);
	for (int i = first; i < end; i++)
		report_result(report, &samples[i]);
	terminal.stream = open_memstream(&data, &size);
	result = report_finish(report, &terminal, failed);
	fclose(terminal.stream);
	sites_free(run.sites);
	archive_close(run.archive);
	if (directory != NULL)
		remove_file(directory, "hosts.ndjson");
	if (knows_others)
		sample_others_close(&others);
	text_append(screen, data);
	free(data);
	return result;
}

static char *
make_directory(void)
{
	char template[] = "/tmp/test_report.XXXXXX";

	assert_non_null(mkdtemp(template));
	return strdup(template);
}

static void
read_file(const char *directory, const char *name, struct text *out)
{
	char *path = file_join(directory, name);

	assert_int_equal(file_read(path, LIMIT, out), 0);
	free(path);
}

static bool
has_file(const char *directory, const char *name)
{
	char *path = file_join(directory, name);
	bool exists = file_exists(path);

	free(path);
	return exists;
}

static const char csv[] =
    "host,port,ip,site,status,class,cause,severity,refused_by,issuer_cn,"
    "root_cn,subject_cn,not_after,days_left,missing,missing_from,key,"
    "tls_version,received,error,tags,input,ordinal,what,repair,not_before,"
    "serial,sha256,names,starttls\r\n"
    "api.example.com,443,192.0.2.1,example.com,success,ok,,ok,,Issuing CA "
    "1,Root CA,*.example.com,2026-11-28T09:15:00Z,5,,,EC P-256,TLS1.3,2,,"
    "\"prod;'=web\",api.example.com,1,,,2026-11-22T09:15:00Z,01,"
    "1100000000000000000000000000000000000000000000000000000000000000,"
    "\"*.example.com;example.com\",\r\n"
    "www.example.com,443,192.0.2.1,example.com,success,"
    "missing_intermediate,leaf_only,error,\"openssl;curl\",Issuing CA 1,"
    "Root CA,*.example.com,2027-01-22T09:15:00Z,60,\"CN=Issuing CA 1,"
    "O=Example\\, Inc.\",fleet,EC P-256,TLS1.3,1,,,www.example.com,2,the "
    "server does not send CN=Issuing CA 1,\"Put the missing certificates "
    "behind the server's own in the file it serves, leaf first, and reload "
    "the server.\",2026-11-22T09:15:00Z,01,"
    "1100000000000000000000000000000000000000000000000000000000000000,"
    "\"*.example.com;example.com\",\r\n"
    "intra.example.com,443,192.0.2.1,example.com,success,wrong_root,"
    "private_root,error,\"openssl;curl\",Issuing CA 1,Root CA,"
    "*.example.com,2027-12-28T09:15:00Z,400,,,EC P-256,TLS1.3,3,,,"
    "intra.example.com,3,\"the path ends at CN=Root CA, which the store "
    "system does not trust\",\"Install a certificate from a CA that the "
    "clients trust; if the private CA is meant to be, add its root to the "
    "clients' stores and to --trust-add.\",2026-11-22T09:15:00Z,01,"
    "1100000000000000000000000000000000000000000000000000000000000000,"
    "\"*.example.com;example.com\",\r\n"
    "old.example.com,443,192.0.2.1,example.com,success,expired,"
    "intermediate_expired,error,,Issuing CA 1,Root CA,*.example.com,"
    "2026-11-22T09:15:00Z,-1,,,EC P-256,TLS1.3,2,,,old.example.com,4,"
    "CN=Issuing CA 1 expired at 2026-11-01T00:00:00Z,\"Let the server send "
    "the intermediate's current version; if the CA has none, renew the "
    "server's certificate.\",2026-11-22T09:15:00Z,01,"
    "1100000000000000000000000000000000000000000000000000000000000000,"
    "\"*.example.com;example.com\",\r\n"
    "gone.example.com,443,,example.com,connection-refused,unreachable,"
    "connection-refused,error,,,,,,,,,,,0,192.0.2.5 port 443: connection "
    "refused,,gone.example.com,5,192.0.2.5 port 443: connection refused,"
    "\"Start the service, or correct the port.\",,,,,\r\n"
    "evil.example,8443,,evil.example,success,name_mismatch,other_name,"
    "error,,,,\"'@\033]0;owned\007,\"\"x\"\"\012\",,,,,,,1,,,'=cmd|'/C "
    "calc'!A0,6,\033[2Jevil \342\200\256txt.example is not a name,\"Get a "
    "certificate that lists this name, or let the server choose the right "
    "one by SNI.\",,,"
    "0000000000000000000000000000000000000000000000000000000000000000,,\r\n";

static void
csv_is_written_to_the_letter(void **state)
{
	char *directory = make_directory();
	struct text file = { NULL, 0, 0 }, screen = { NULL, 0, 0 };
	const char *failed;
	unsigned formats;

	(void)state;
	assert_true(report_formats_parse("csv", &formats));
	assert_int_equal(make_report(directory, formats, 0, SAMPLE_COUNT, false,
			     false, &screen, &failed),
	    0);
	read_file(directory, "hosts.csv", &file);
	assert_string_equal(file.data, csv);
	assert_true(has_file(directory, "sites.csv"));
	remove_file(directory, "hosts.csv");
	remove_file(directory, "sites.csv");
	remove_file(directory, "summary.json");
	assert_int_equal(rmdir(directory), 0);
	text_free(&file);
	text_free(&screen);
	free(directory);
}

/* A path through the summary and what stands there, as JSON. */
static const struct {
	const char *path[4];
	const char *value;
} facts[] = {
	{ { "schema" }, "\"fleetscan/1\"" },
	{ { "run", "id" }, "\"2026-11-23T091500Z\"" },
	{ { "run", "started" }, "\"2026-11-23T09:15:00Z\"" },
	{ { "run", "seconds" }, "1.5" },
	{ { "run", "options" }, "{\"concurrency\":\"500\"}" },
	{ { "run", "records" }, "6" },
	{ { "classes", "ok" }, "1" },
	{ { "classes", "revoked" }, "0" },
	{ { "statuses", "connection-refused" }, "1" },
	{ { "severities", "error" }, "5" },
	{ { "clients", "curl" },
	    "{\"accepts\":1,\"refuses\":2,\"unknown\":0}" },
	{ { "expiring", "days_7" }, "1" },
	{ { "expiring", "days_90" }, "2" },
	{ { "expiring", "weeks" },
	    "[{\"week\":\"2026-W48\",\"leaves\":1,\"intermediates\":0},"
	    "{\"week\":\"2027-W03\",\"leaves\":1,\"intermediates\":0}]" },
	{ { "sites" }, "[{\"site\":\"example.com\",\"hosts\":5,\"ok\":1,"
		       "\"outliers\":4},{\"site\":\"evil.example\","
		       "\"hosts\":1,\"ok\":0,\"outliers\":1}]" },
};

static void
assert_fact(const struct json *json, size_t row)
{
	struct text text = { NULL, 0, 0 }, expected = { NULL, 0, 0 };

	for (size_t i = 0; i < 4 && facts[row].path[i] != NULL; i++)
		json = json_get(json, facts[row].path[i]);
	if (json == NULL)
		fail_msg("no %s", facts[row].path[0]);
	json_print_copy(json, &text);
	text_printf(&expected, "{\"copy\":%s}", facts[row].value);
	assert_string_equal(text.data, expected.data);
	text_free(&expected);
	text_free(&text);
}

static void
summary_holds_the_facts(void **state)
{
	char *directory = make_directory();
	struct text file = { NULL, 0, 0 }, screen = { NULL, 0, 0 };
	const struct json *cause;
	struct json *json;
	char error[80];
	const char *failed;

	(void)state;
	make_report(
	    directory, 0, 0, SAMPLE_COUNT, false, false, &screen, &failed);
	assert_false(has_file(directory, "hosts.csv"));
	assert_false(has_file(directory, "sites.csv"));
	read_file(directory, "summary.json", &file);
	json = json_parse(bytes_of(file.data, file.size), error);
	assert_non_null(json);
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		assert_fact(json, i);
	cause = json_first(json_get(json, "causes"));
	assert_string_equal(
	    json_string(json_get(cause, "class")), "missing_intermediate");
	assert_string_equal(json_string(json_get(cause, "from")), "fleet");
	assert_string_equal(
	    json_string(json_get(cause, "where")), "api.example.com:443");
	assert_int_equal(json_length(json_get(cause, "examples")), 1);
	json_free(json);
	remove_file(directory, "summary.json");
	assert_int_equal(rmdir(directory), 0);
	text_free(&file);
	text_free(&screen);
	free(directory);
}

/* No control but newlines (and colours, where asked), no reordering. */
static void
assert_harmless(const struct text *screen)
{
	for (size_t i = 0; i < screen->size; i++) {
		unsigned char c = (unsigned char)screen->data[i];

		if (c != '\n' && (c < 0x20 || c == 0x7f))
			fail_msg("octet %02x at %zu", c, i);
	}
	assert_null(strstr(screen->data, "\xe2\x80\xae"));
}

static void
assert_narrow(const struct text *screen)
{
	const char *line = screen->data, *end;

	for (; (end = strchr(line, '\n')) != NULL; line = end + 1)
		if (text_columns(bytes_of(line, (size_t)(end - line))) > 80)
			fail_msg(
			    "wider than 80: %.*s", (int)(end - line), line);
}

/* Samples from first to before end, and what the screen must show. */
struct screen {
	int first, end;
	const char *shown;
};

static const struct screen screens[] = {
	{ 0, SAMPLE_COUNT, "6 targets in 1.5 s\n" },
	{ 0, SAMPLE_COUNT,
	    "  ok                            1  16.7 %   1 expires within 30 "
	    "days, 1 within 7\n" },
	{ 0, SAMPLE_COUNT,
	    "      1  miss CN=Issuing CA 1             "
	    "sent by api.example.com:443   fix 1\n" },
	{ 0, SAMPLE_COUNT,
	    "      1  end at CN=Root CA (private)      "
	    "intra.example.com:443\n" },
	{ 0, SAMPLE_COUNT, "      1  unreachable, connection refused  gone." },
	{ 0, SAMPLE_COUNT, "%   1 private root\n" },
	{ 0, SAMPLE_COUNT, "%   1 tried again\n" },
	{ 0, SAMPLE_COUNT, "\nThe worst hosts\n" },
	{ 0, SAMPLE_COUNT, "\nRepair kit: fleetscan fix reports/x\n" },
	{ 0, SAMPLE_COUNT, "Reports in reports/x (summary.json)\n" },
	{ 1, 2,
	    "www.example.com:443   missing intermediate   refused by 2 of "
	    "3 clients\n" },
	{ 1, 2, "  received  0  CN=*.example.com" },
	{ 1, 2, "until 2027-01-22\n" },
	{ 1, 2, "issued by CN=Issuing CA 1,O=Example\\, Inc." },
	{ 1, 2, "not sent\n" },
	{ 1, 2, "  missing   1  CN=Issuing CA 1,O=Example\\, Inc.\n" },
	{ 1, 2, "sent by api.example.com:443\n" },
	{ 1, 2, "  anchor    2  CN=Root CA,O=Example\\, Inc." },
	{ 1, 2, "in store system\n" },
	{ 1, 2,
	    "  refuses   openssl, curl: unable to get local issuer "
	    "certificate\n" },
	{ 1, 2, "  unknown   chrome: fetches the issuer\n" },
	{ 1, 2, "  repair    Put the missing certificates behind" },
	{ 1, 2, "\n            fleetscan fix reports/x\n" },
	{ 2, 3,
	    "intra.example.com:443   wrong root   refused by 2 of 3 clients\n"
	    "  ends at CN=Root CA (private, self-signed)\n" },
	{ 2, 3,
	    "            fleetscan fix reports/x --trust-root\n"
	    "            "
	    "3300000000000000000000000000000000000000000000000000000"
	    "000000000\n" },
	{ 2, 3, "  ends at   2  CN=Root CA,O=Example\\, Inc." },
	{ 2, 3, "not in store system\n" },
	{ 2, 3, "  notice    The root is sent: CN=Root CA is a root\n" },
	{ 3, 4, "ended 2026-11-22\n" },
	{ 4, 5,
	    "gone.example.com:443   unreachable\n\n"
	    "  error     The connection is refused: 192.0.2.5 port 443: "
	    "connection refused\n" },
	{ 5, 6, "\\1B]0;owned\\07" },
};

/* The same where an earlier run is there to be asked. */
static const struct screen informed_screens[] = {
	{ 0, SAMPLE_COUNT,
	    "\nSince 2026-11-23: 60 worse, 1 renewed, 1 still broken "
	    "(fleetscan-" },
	{ 0, SAMPLE_COUNT,
	    "worse        kilas.example.com            "
	    "ok -> missing intermediate\n"
	    "worse        a-host-with-quite-a-long-name.and-a-domain."
	    "example.com:8443\n"
	    "             ok -> expired (new certificate)\n" },
	{ 0, SAMPLE_COUNT, "\n  and 50 more in report.html\n" },
	{ 1, 2, "\n  siblings  it differs from its 2 siblings in /tmp/fleet" },
	{ 1, 2, " sends 1\n            certificate, siblings send 2\n" },
	{ 0, 1, "\n  siblings  it is like its 2 siblings in /tmp/fleet" },
};

static void
check_screens(const struct screen rows[], size_t count, bool knows_others)
{
	for (size_t i = 0; i < count; i++) {
		char *directory = make_directory();
		struct text screen = { NULL, 0, 0 };
		const char *failed;

		make_report(directory, 0, rows[i].first, rows[i].end, false,
		    knows_others, &screen, &failed);
		if (strstr(screen.data, rows[i].shown) == NULL)
			fail_msg(
			    "no \"%s\" in:\n%s", rows[i].shown, screen.data);
		assert_harmless(&screen);
		assert_narrow(&screen);
		remove_file(directory, "summary.json");
		rmdir(directory);
		text_free(&screen);
		free(directory);
	}
}

static void
screens_show_what_matters(void **state)
{
	(void)state;
	check_screens(screens, sizeof(screens) / sizeof(screens[0]), false);
	check_screens(informed_screens,
	    sizeof(informed_screens) / sizeof(informed_screens[0]), true);
}

static void
colours_come_only_when_asked_for(void **state)
{
	struct text plain = { NULL, 0, 0 }, colored = { NULL, 0, 0 };
	const char *failed;

	(void)state;
	make_report(NULL, 0, 0, SAMPLE_COUNT, false, true, &plain, &failed);
	make_report(NULL, 0, 0, SAMPLE_COUNT, true, true, &colored, &failed);
	make_report(NULL, 0, 1, 2, true, false, &colored, &failed);
	assert_null(strchr(plain.data, '\033'));
	assert_non_null(strstr(colored.data, "\033[31m"));
	assert_null(strstr(plain.data, "Reports in"));
	text_free(&plain);
	text_free(&colored);
}

static void
a_directory_that_is_not_there_is_told(void **state)
{
	struct report_run run = run_of(1);

	(void)state;
	assert_null(report_open(&run, "/nonexistent/directory", REPORT_ALL));
}

static void
an_abandoned_report_leaves_nothing(void **state)
{
	char *directory = make_directory();
	struct report_run run = run_of(1);
	struct report *report = report_open(&run, directory, REPORT_ALL);

	(void)state;
	assert_non_null(report);
	report_result(report, &samples[SAMPLE_OK]);
	report_abandon(report);
	report_abandon(NULL);
	assert_int_equal(rmdir(directory), 0);
	free(directory);
}

/* The terminal is a file on a full disk. */
static void
a_full_terminal_is_told(void **state)
{
	struct report_run run = run_of(1);
	struct report *report = report_open(&run, NULL, REPORT_ALL);
	struct report_terminal terminal = { fopen("/dev/full", "w"), false };
	const char *failed = NULL;

	(void)state;
	assert_non_null(terminal.stream);
	report_result(report, &samples[SAMPLE_OK]);
	assert_int_equal(report_finish(report, &terminal, &failed), -1);
	assert_string_equal(failed, "standard output");
	fclose(terminal.stream);
}

static void
format_lists_are_read(void **state)
{
	static const struct {
		const char *list, *words; /* NULL: refused */
	} rows[] = {
		{ "csv", "csv" },
		{ "ndjson,csv,html,prom", "ndjson,csv,html,prom" },
		{ "csv,csv", "csv" },
		{ "prom,csv", "csv,prom" },
		{ "", NULL },
		{ "csv,", NULL },
		{ "cs", NULL },
		{ "csv,xml", NULL },
		{ "csv csv", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text words = { .size = 0 };
		unsigned formats = 0;
		const char *word;

		assert_int_equal(report_formats_parse(rows[i].list, &formats),
		    rows[i].words != NULL);
		for (size_t k = 0; (word = report_format_word(k)) != NULL; k++)
			if (report_formats_have(formats, word))
				text_printf(&words, "%s%s",
				    words.size > 0 ? "," : "", word);
		assert_true(string_equal(words.data, rows[i].words));
		text_free(&words);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_is_written_to_the_letter),
		cmocka_unit_test(summary_holds_the_facts),
		cmocka_unit_test(screens_show_what_matters),
		cmocka_unit_test(colours_come_only_when_asked_for),
		cmocka_unit_test(a_directory_that_is_not_there_is_told),
		cmocka_unit_test(an_abandoned_report_leaves_nothing),
		cmocka_unit_test(a_full_terminal_is_told),
		cmocka_unit_test(format_lists_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
