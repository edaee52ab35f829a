/*
 * Command lines: what a good one sets, and what a bad one is told.  The
 * commands' own files are no library, so they are taken in as they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"

#include "cmd/common_options.c"
#include "cmd/help.c"
#include "cmd/options.c"
#include "cmd/scan_options.c"

enum { MOST_ARGUMENTS = 24 };

/* Splits at blanks; options_parse permutes what it is given. */
static int
split(char *line, char *argv[MOST_ARGUMENTS])
{
	static char command[] = "scan";
	int argc = 0;
	char *word;

	argv[argc++] = command;
	while ((word = strsep(&line, " ")) != NULL)
		if (*word != '\0' || line != NULL)
			argv[argc++] = word;
	argv[argc] = NULL;
	return argc;
}

/*
 * What went to stderr is appended to *said, what to stdout is dropped.  The
 * options borrow from the line's copy in the arena.
 */
static int
parse(struct arena *arena, const char *line, struct command_options *options,
    struct text *said)
{
	char *argv[MOST_ARGUMENTS];
	char template[] = "/tmp/test_options.XXXXXX";
	int file = mkstemp(template), old = dup(STDERR_FILENO), end;
	int null = open("/dev/null", O_WRONLY), old_output;

	fflush(stdout);
	old_output = dup(STDOUT_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(file, STDERR_FILENO);
	command_options_init(options);
	end = scan_options_parse(
	    options, split(arena_string(arena, line), argv), argv);
	fflush(stdout);
	dup2(old_output, STDOUT_FILENO);
	dup2(old, STDERR_FILENO);
	close(old_output);
	close(null);
	close(old);
	close(file);
	if (file_read(template, 4096, said) < 0)
		fail();
	unlink(template);
	return end;
}

static const struct {
	const char *line, *said;
} wrong[] = {
	{ "", "no targets: name hosts, or a list of them with -l FILE" },
	{ "a --frobnicate", "--frobnicate: unknown option; \"fleetscan help "
			    "scan\" lists them" },
	{ "a --frobnicate=1", "--frobnicate=1: unknown option; \"fleetscan "
			      "help scan\" lists them" },
	{ "a --time-out=1", "--time-out=1: unknown option; did you mean "
			    "--timeout?" },
	{ "a --re 1", "--re: unknown option; did you mean --resume?" },
	{ "a -y", "-y: unknown option; \"fleetscan help scan\" lists them" },
	/* as curl, tlsx and openssl have them */
	{ "a -x http://h:1", "-x: unknown option; here it is --proxy URL" },
	{ "-json a", "-json: unknown option; here it is --json" },
	{ "a -silent", "-silent: unknown option; here it is --quiet" },
	{ "-connect-to a:1:b:2 a", "-connect-to: unknown option; here it is "
				   "--connect-to HOST1:PORT1:HOST2:PORT2" },
	{ "a -proxy=h:1", "-proxy=h:1: unknown option; here it is --proxy "
			  "URL" },
	{ "a -q -timeout 3", "-timeout: unknown option; here it is --timeout "
			     "SEC" },
	{ "-list hosts.txt", "-list: unknown option; here it is --list FILE" },
	{ "-connect a:443", "-connect: unknown option; HOST:PORT is named "
			    "without an option" },
	{ "a --cacert ca.pem", "--cacert: unknown option; here it is --trust "
			       "FILE" },
	{ "a -k", "-k: unknown option; every host is connected to, trusted or "
		  "not" },
	{ "a -retry 2", "-retry: unknown option; here it is --retries N" },
	/* letters with a value behind them, not a word */
	{ "a -c5x", "--concurrency: is not a number from 1 to 1000000" },
	{ "a -p -1", "--port: is not a number from 1 to 65535" },
	{ "a -c", "--concurrency: needs a value" },
	{ "a --rate", "--rate: needs a value" },
	{ "a --json=yes", "--json: takes no value" },
	{ "a --help=1", "--help: takes no value" },
	{ "a --rate 0", "--rate: is not a number from 1 to 1000000" },
	{ "a --rate 1k", "--rate: is not a number from 1 to 1000000" },
	{ "a --rate -1", "--rate: is not a number from 1 to 1000000" },
	{ "a --rate 99999999999", "--rate: is not a number from 1 to "
				  "1000000" },
	{ "a -p 65536", "--port: is not a number from 1 to 65535" },
	{ "a -t 0", "--timeout: is not a time from 0.1 to 3600 seconds" },
	{ "a -t 1.", "--timeout: is not a time from 0.1 to 3600 seconds" },
	{ "a -t 1e3", "--timeout: is not a time from 0.1 to 3600 seconds" },
	{ "a --aia maybe", "--aia: is not one of off|cache|fetch" },
	{ "a --handshake half", "--handshake: is not one of "
				"full|certificate" },
	{ "a --starttls telnet",
	    "--starttls: is none of " STARTTLS_NAMES "auto none" },
	{ "a --shard 3/3", "--shard: I is not from 0 to N-1" },
	{ "a --shard -1/3", "--shard: I is not from 0 to N-1" },
	{ "a --shard 3", "--shard: is not I/N or auto/N" },
	{ "a --shard 0/0", "--shard: is not I/N or auto/N" },
	{ "a --shard auto/3",
	    "--shard: auto: JOB_COMPLETION_INDEX, SLURM_ARRAY_TASK_ID and "
	    "AWS_BATCH_JOB_ARRAY_INDEX are not set" },
	{ "a --at tomorrow",
	    "--at: invalid time: 2026-11-23T09:15:00Z, 1795332688 or +30d" },
	{ "a --fail-on bad",
	    "--fail-on: is not none, notice, warning, error, a list of "
	    "classes, or tag=NAME:LEVEL" },
	{ "a --fail-on expired,ok",
	    "--fail-on: is not none, notice, warning, error, a list of "
	    "classes, or tag=NAME:LEVEL" },
	{ "a -f csv,xml", "--format: is not a list of ndjson, csv, html, "
			  "prom" },
	{ "a --store x", "--store: is not NAME=PATH" },
	{ "a --store ../x=y", "--store: names are of letters, digits, '.', "
			      "'_' and '-'" },
	{ "a --store x=1 --store x=2",
	    "--store: names a store that was named before" },
	{ "a --intermediates none --intermediates f",
	    "--intermediates: \"none\" and a file exclude each other" },
	{ "a --resume", "--resume: needs the interrupted run's directory, -o "
			"DIR" },
	{ "a --warn-days 7 --crit-days 30",
	    "--crit-days: is more than --warn-days" },
	{ "a -r dns.example", "--resolver: is not a list of IP or IP:PORT" },
	{ "a -r 192.0.2.1,", "--resolver: is not a list of IP or IP:PORT" },
	{ "a --resolve a:443",
	    "--resolve: is not HOST:PORT:IP or HOST:PORT:IP:PORT" },
	{ "a --resolve a:0:192.0.2.1",
	    "--resolve: is not HOST:PORT:IP or HOST:PORT:IP:PORT" },
	{ "a --resolve a:443:b",
	    "--resolve: is not HOST:PORT:IP or HOST:PORT:IP:PORT" },
	{ "a --config", "--config: needs a value" },
	{ "a --config x --config y", "--config: was given before" },
	{ "a --config /no/such/file",
	    "--config: /no/such/file: No such file or directory" },
	{ "a --out=", "--out: is empty" },
	{ "a --trust=", "--trust: is empty" },
};

static void
bad_lines_are_told_why(void **state)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct text said = { NULL, 0, 0 }, expected = { NULL, 0, 0 };
		struct command_options options;

		text_printf(&expected, "fleetscan: scan: %s\n", wrong[i].said);
		assert_int_equal(parse(*state, wrong[i].line, &options, &said),
		    OPTIONS_WRONG);
		assert_string_equal(said.data, expected.data);
		command_options_clear(&options);
		text_free(&said);
		text_free(&expected);
	}
}

/* Parses a line that must be good; returns the first argument's index. */
static int
parse_good(
    struct arena *arena, const char *line, struct command_options *options)
{
	struct text said = { NULL, 0, 0 };
	int end = parse(arena, line, options, &said);

	if (said.size > 0)
		fail_msg("%s: %s", line, said.data);
	text_free(&said);
	return end;
}

static void
defaults_are_the_contract(void **state)
{
	struct command_options options;

	assert_int_equal(parse_good(*state, "a.example", &options), 1);
	assert_int_equal(options.port, 0);
	assert_int_equal(options.scan.greeting_ms, 30000);
	assert_int_equal(options.scan.concurrency, 500);
	assert_int_equal(options.scan.threads, 0);
	assert_int_equal(options.scan.rate, 0);
	assert_int_equal(options.scan.per_ip, 4);
	assert_int_equal(options.scan.timeout_ms, 10000);
	assert_int_equal(options.scan.retries, 1);
	assert_int_equal(options.scan.family, FAMILY_ANY);
	assert_int_equal(options.scan.depth, HANDSHAKE_FULL);
	assert_int_equal(options.aia, AIA_FETCH);
	assert_false(options.judging.has_now);
	assert_int_equal(options.judging.warn_days, 0);
	assert_int_equal(options.formats, REPORT_ALL);
	assert_int_equal(options.fail_on.all.severity, SEVERITY_OK);
	assert_int_equal(options.progress, PROGRESS_AUTO);
	assert_int_equal(options.level, LOG_NORMAL);
	assert_int_equal(options.shard.count, 0);
	command_options_clear(&options);
}

static void
values_go_where_they_belong(void **state)
{
	struct command_options options;

	assert_int_equal(parse_good(*state,
			     "-c 7 --threads=2 a --rate 100 b "
			     "--per-ip=1 -t 2.5",
			     &options),
	    9);
	assert_int_equal(options.scan.concurrency, 7);
	assert_int_equal(options.scan.threads, 2);
	assert_int_equal(options.scan.rate, 100);
	assert_int_equal(options.scan.per_ip, 1);
	assert_int_equal(options.scan.timeout_ms, 2500);
	command_options_clear(&options);

	parse_good(*state, "-6 --retries 0 -lx -l - --sni n -p 8443 --strict",
	    &options);
	assert_int_equal(options.scan.family, FAMILY_V6);
	assert_int_equal(options.scan.retries, 0);
	assert_int_equal(options.lists.count, 2);
	assert_string_equal(options.lists.items[1], "-");
	assert_int_equal(options.port, 8443);
	assert_true(options.strict);
	command_options_clear(&options);

	parse_good(*state,
	    "a --trust x --trust y --store s=/p=q --aia off -q --json",
	    &options);
	assert_int_equal(options.judging.stores.files.count, 2);
	assert_string_equal(options.judging.stores.named[0].name, "s");
	assert_string_equal(options.judging.stores.named[0].path, "/p=q");
	assert_int_equal(options.aia, AIA_OFF);
	assert_int_equal(options.level, LOG_QUIET);
	assert_true(options.json);
	command_options_clear(&options);

	parse_good(*state,
	    "a --at 1795332688 --intermediates none -f csv --shard 2/3",
	    &options);
	assert_true(options.judging.has_now);
	assert_int_equal(options.judging.now, 1795332688);
	assert_true(options.judging.no_intermediates);
	assert_true(report_formats_have(options.formats, "csv"));
	assert_false(report_formats_have(options.formats, "html"));
	assert_int_equal(options.shard.index, 2);
	assert_int_equal(options.shard.count, 3);
	command_options_clear(&options);
}

static void
addresses_are_read(void **state)
{
	struct command_options options;
	const struct resolve_override *overrides;

	parse_good(*state,
	    "a -r 127.0.0.1:5353,[::1]:53 -r 192.0.2.1 "
	    "--resolve WWW.Example.:443:127.0.0.1:8443 "
	    "--resolve *:443:[::1]:8443 --resolve b:1:::1",
	    &options);
	assert_int_equal(options.scan.resolver_count, 3);
	assert_string_equal(options.scan.resolvers[0], "127.0.0.1:5353");
	assert_string_equal(options.scan.resolvers[2], "192.0.2.1");
	assert_int_equal(options.scan.override_count, 3);
	overrides = options.scan.overrides;
	assert_string_equal(overrides[0].host, "www.example");
	assert_int_equal(overrides[0].port, 443);
	assert_string_equal(overrides[0].ip, "127.0.0.1");
	assert_int_equal(overrides[0].to_port, 8443);
	assert_string_equal(overrides[1].host, "*");
	assert_string_equal(overrides[1].ip, "::1");
	assert_int_equal(overrides[1].to_port, 8443);
	assert_string_equal(overrides[2].ip, "::1");
	assert_int_equal(overrides[2].to_port, 0);
	command_options_clear(&options);
}

static void
shards_come_from_the_batch_system(void **state)
{
	struct command_options options;

	setenv("SLURM_ARRAY_TASK_ID", "4", 1);
	parse_good(*state, "a --shard auto/5", &options);
	assert_int_equal(options.shard.index, 4);
	command_options_clear(&options);
	unsetenv("SLURM_ARRAY_TASK_ID");
}

static const struct {
	const char *list;
	enum class_id class_id;
	enum severity severity;
	bool matches;
} fail_ons[] = {
	{ "none", CLASS_EXPIRED, SEVERITY_ERROR, false },
	{ "error", CLASS_EXPIRED, SEVERITY_ERROR, true },
	{ "error", CLASS_WEAK, SEVERITY_WARNING, false },
	{ "warning", CLASS_WEAK, SEVERITY_WARNING, true },
	{ "warning", CLASS_OK, SEVERITY_NOTICE, false },
	{ "expired", CLASS_EXPIRED, SEVERITY_ERROR, true },
	{ "expired", CLASS_WRONG_ROOT, SEVERITY_ERROR, false },
	{ "expired,wrong_root", CLASS_WRONG_ROOT, SEVERITY_ERROR, true },
	{ "error,weak", CLASS_WEAK, SEVERITY_WARNING, true },
	{ "tag=web:warning", CLASS_WEAK, SEVERITY_WARNING, true },
	{ "tag=a\\\"\xc3\xbc:b]:weak", CLASS_WEAK, SEVERITY_WARNING, true },
	{ "tag=eb:warning", CLASS_WEAK, SEVERITY_WARNING, false },
	{ "tag=web:error", CLASS_WEAK, SEVERITY_WARNING, false },
	{ "tag=eb:warning,weak", CLASS_WEAK, SEVERITY_WARNING, true },
	{ "expired,tag=web:weak", CLASS_WEAK, SEVERITY_WARNING, true },
};

/* The tags of the host, and how its record has them. */
static const char *const host_tags[] = { "a\\\"\xc3\xbc:b]", "web" };
static const char host_line[] =
    "{\"host\":\"\\\"tags\\\":[\\\"eb\\\"]\","
    "\"tags\":[\"a\\\\\\\"\xc3\xbc:b]\",\"web\"],\"status\":\"eb\"}";

static void
fail_on_knows_severities_and_classes(void **state)
{
	for (size_t i = 0; i < sizeof(fail_ons) / sizeof(fail_ons[0]); i++) {
		struct command_options options;
		struct text line = { NULL, 0, 0 };

		text_printf(&line, "a --fail-on=%s", fail_ons[i].list);
		parse_good(*state, line.data, &options);
		assert_int_equal(
		    fail_on_matches(&options.fail_on, fail_ons[i].class_id,
			fail_ons[i].severity, host_tags, 2),
		    fail_ons[i].matches);
		assert_int_equal(
		    fail_on_matches_line(&options.fail_on, fail_ons[i].class_id,
			fail_ons[i].severity, bytes_from_string(host_line)),
		    fail_ons[i].matches);
		command_options_clear(&options);
		text_free(&line);
	}
}

/* The file's path on the heap; the caller removes it. */
static char *
write_options(const char *text)
{
	char *path = memory_string("/tmp/test_options.XXXXXX");
	int file = mkstemp(path);

	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	close(file);
	return path;
}

static int
parse_with_file(struct arena *arena, const char *file, const char *before,
    const char *after, struct command_options *options, struct text *said)
{
	char *path = write_options(file);
	int end = parse(arena,
	    arena_printf(arena, "%s --config %s %s", before, path, after),
	    options, said);

	unlink(path);
	free(path);
	return end;
}

static void
a_file_goes_before_the_command_line(void **state)
{
	struct command_options options;
	struct text said = { NULL, 0, 0 };

	assert_int_equal(
	    parse_with_file(*state,
		"\xef\xbb\xbf# nightly\n"
		"concurrency = 7   # few\n"
		"--rate 100\n"
		"-t 2.5\r\n"
		"list = \"my # hosts.txt\"\n"
		"trust = a.pem\n"
		"strict\n"
		"json = yes\n"
		"no-color = no\n"
		"at = 1795332688\n"
		"6",
		"--rate 5 -l second", "--trust b.pem a", &options, &said),
	    9);
	assert_int_equal(said.size, 0);
	assert_int_equal(options.scan.concurrency, 7);
	assert_int_equal(options.scan.rate, 5);
	assert_int_equal(options.scan.timeout_ms, 2500);
	assert_int_equal(options.scan.family, FAMILY_V6);
	assert_int_equal(options.lists.count, 2);
	assert_string_equal(options.lists.items[0], "my # hosts.txt");
	assert_string_equal(options.lists.items[1], "second");
	assert_int_equal(options.judging.stores.files.count, 2);
	assert_string_equal(options.judging.stores.files.items[0], "a.pem");
	assert_true(options.strict);
	assert_true(options.json);
	assert_false(options.no_color);
	text_free(&said);
	assert_int_equal(options.judging.now, 1795332688);
	command_options_clear(&options);
}

static const struct {
	const char *file, *said; /* behind the file's name */
} bad_files[] = {
	{ "\n# x\nconcurency = 1\n",
	    ":3: concurency: unknown option; did you mean --concurrency?" },
	{ "frobnicate\n",
	    ":1: frobnicate: unknown option; \"fleetscan help scan\" lists "
	    "them" },
	{ "rate = fast\n", ":1: rate is not a number from 1 to 1000000" },
	{ "rate\n", ":1: rate needs a value" },
	{ "rate =\n", ":1: the line has no value behind the =" },
	{ "strict = maybe\n", ":1: strict takes no value" },
	{ "out = \"x\n", ":1: the line does not end with its quoted value" },
	{ "= 3\n", ":1: the line is no line of the form NAME = VALUE" },
	{ "config = other\n",
	    ":1: config is for the command line: a file names no other" },
};

static void
a_bad_file_is_told_where(void **state)
{
	for (size_t i = 0; i < COUNT(bad_files); i++) {
		struct command_options options;
		struct text said = { NULL, 0, 0 };

		assert_int_equal(parse_with_file(*state, bad_files[i].file, "",
				     "a", &options, &said),
		    OPTIONS_WRONG);
		assert_memory_equal(said.data, "fleetscan: /tmp/", 16);
		said.data[said.size - 1] = '\0';
		assert_string_equal(
		    strchr(said.data + 10, ':'), bad_files[i].said);
		command_options_clear(&options);
		text_free(&said);
	}
}

static bool
is_listed(const struct resume_option *options, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(options[i].name, name) == 0)
			return true;
	return false;
}

/* What run.json can ask again; of a batch system's part the number. */
static void
what_was_given_is_told(void **state)
{
	static const struct {
		const char *name, *value;
		bool is_passing;
	} want[] = {
		{ "timeout", "2.5", false },
		{ "quiet", NULL, true },
		{ "4", NULL, false },
		{ "shard", "2/5", false },
		{ "out", "d", true },
		{ "resolver", "192.0.2.1", false },
	};
	struct command_options options;
	const struct given_options *given = &options.given;
	struct arena *arena = arena_new();
	size_t count;
	const struct resume_option *listed = scan_options_list(arena, &count);
	char name[64];

	setenv("SLURM_ARRAY_TASK_ID", "2", 1);
	parse_good(*state,
	    "-t 2.5 -q host.test -4 --shard=auto/5 -o d -r 192.0.2.1",
	    &options);
	unsetenv("SLURM_ARRAY_TASK_ID");
	assert_int_equal(given->count, 6);
	for (size_t i = 0; i < given->count; i++) {
		const struct given_option *option = &given->items[i];

		assert_string_equal(
		    option_row_name(option->row, name), want[i].name);
		assert_int_equal(option->row->is_passing, want[i].is_passing);
		assert_true(is_listed(listed, count, name));
		if (want[i].value == NULL)
			assert_null(option->value);
		else
			assert_string_equal(option->value, want[i].value);
	}
	assert_false(is_listed(listed, count, "frobnicate"));
	arena_free(arena);
	command_options_clear(&options);
}

static void
help_is_no_failure(void **state)
{
	struct command_options options;

	assert_int_equal(parse_good(*state, "--help", &options), OPTIONS_HELP);
	assert_int_equal(parse_good(*state, "a -h", &options), OPTIONS_HELP);
	assert_int_equal(options_exit_code(OPTIONS_HELP), EXIT_CODE_FINISHED);
	assert_int_equal(options_exit_code(OPTIONS_WRONG), EXIT_CODE_USAGE);
	command_options_clear(&options);
}

static void
help_fits_the_terminal(void **state)
{
	struct command_options options;
	struct option_group groups[GROUP_COUNT];
	const struct usage usage = { .command = "scan",
		.synopsis = "scan",
		.about = "About.",
		.example = "  scan\n",
		.groups = groups,
		.group_count = GROUP_COUNT };
	char *data = NULL;
	size_t size = 0, columns = 0;
	FILE *stream = open_memstream(&data, &size);

	(void)state;
	command_options_init(&options);
	list_groups(&options, groups);
	usage_print(&usage, stream);
	fclose(stream);
	assert_non_null(strstr(data, "  -c, --concurrency N         targets"));
	for (size_t i = 0; i < size; i++) {
		columns = data[i] == '\n' ? 0 : columns + 1;
		assert_in_range(columns, 0, 80);
	}
	free(data);
}

static int
begin(void **state)
{
	*state = arena_new();
	return 0;
}

static int
end(void **state)
{
	arena_free(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_lines_are_told_why),
		cmocka_unit_test(defaults_are_the_contract),
		cmocka_unit_test(values_go_where_they_belong),
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(shards_come_from_the_batch_system),
		cmocka_unit_test(fail_on_knows_severities_and_classes),
		cmocka_unit_test(a_file_goes_before_the_command_line),
		cmocka_unit_test(a_bad_file_is_told_where),
		cmocka_unit_test(what_was_given_is_told),
		cmocka_unit_test(help_is_no_failure),
		cmocka_unit_test(help_fits_the_terminal),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
