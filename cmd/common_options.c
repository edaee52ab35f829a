/* The shared option groups: their rows, defaults and checks. */
#include "cmd/common_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "x509/trust_store.h"
#include "report/report.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum {
	DEFAULT_CONCURRENCY = 500,
	DEFAULT_PER_IP = 4,
	DEFAULT_TIMEOUT_MS = 10000,
	FETCH_RUN_TIMEOUT_MS = 60000,
	DEFAULT_RETRIES = 1,
	MOST_DAYS = 36500 /* a century */
};

void
command_options_init(struct command_options *options)
{
	*options = (struct command_options){
		.scan = {
			.concurrency = DEFAULT_CONCURRENCY,
			.per_ip = DEFAULT_PER_IP,
			.faces = FACES_AUTO,
			.timeout_ms = DEFAULT_TIMEOUT_MS,
			.retries = DEFAULT_RETRIES,
		},
		.aia = AIA_FETCH,
		.fetch_timeout_ms = FETCH_RUN_TIMEOUT_MS,
		.crl = AIA_CACHE,
		.formats = REPORT_ALL,
		.level = LOG_NORMAL,
	};
}

void
command_options_clear(struct command_options *options)
{
	string_list_clear(&options->lists);
	fail_on_clear(&options->fail_on);
	for (size_t i = 0; i < options->scan.resolver_count; i++)
		free((char *)options->scan.resolvers[i]);
	free(options->scan.resolvers);
	for (size_t i = 0; i < options->scan.override_count; i++) {
		free((char *)options->overrides[i].host);
		free((char *)options->overrides[i].ip);
	}
	free(options->overrides);
	for (size_t i = 0; i < options->scan.connect_to_count; i++) {
		free((char *)options->connect_to[i].host);
		free((char *)options->connect_to[i].to_host);
	}
	free(options->connect_to);
	proxy_clear(&options->scan.proxy);
	fetch_proxy_clear(&options->fetch_proxy);
	judging_settings_clear(&options->judging);
	given_options_clear(&options->given);
	option_file_clear(&options->file);
	command_options_init(options);
}

static const char *
parse_store(void *group, const char *value)
{
	struct store_settings *stores =
	    &((struct command_options *)group)->judging.stores;
	const char *equals = strchr(value, '=');
	char *name;

	if (equals == NULL || equals[1] == '\0')
		return "is not NAME=PATH";
	if (!trust_store_is_name(bytes_of(value, (size_t)(equals - value))))
		return "names are of letters, digits, '.', '_' and '-'";
	name = memory_string(value);
	name[equals - value] = '\0';
	if (store_settings_names(stores, name)) {
		free(name);
		return "names a store that was named before";
	}
	store_settings_add(stores, name, equals + 1, false);
	return NULL;
}

static const char *
parse_intermediates(void *group, const char *value)
{
	struct judging_settings *judging =
	    &((struct command_options *)group)->judging;

	if (*value == '\0')
		return "is empty";
	if (strcmp(value, "none") == 0)
		judging->no_intermediates = true;
	else
		string_list_add(&judging->intermediates, value);
	return judging->no_intermediates && judging->intermediates.count > 0
		   ? "\"none\" and a file exclude each other"
		   : NULL;
}

static const char *
parse_fetch_proxy(void *group, const char *value)
{
	struct command_options *options = group;

	fetch_proxy_clear(&options->fetch_proxy);
	return fetch_proxy_parse(&options->fetch_proxy, value, "http");
}

static const char *
parse_at(void *group, const char *value)
{
	struct judging_settings *judging =
	    &((struct command_options *)group)->judging;

	judging->has_now = true;
	return clock_parse(value, clock_now(), &judging->now)
		   ? NULL
		   : "invalid time: 2026-11-23T09:15:00Z, 1795332688 or +30d";
}

static const char *
parse_formats(void *group, const char *value)
{
	struct command_options *options = group;

	options->has_formats = true;
	return report_formats_parse(value, &options->formats)
		   ? NULL
		   : "is not a list of";
}

static const char *
parse_fail_on(void *group, const char *value)
{
	struct command_options *options = group;

	return fail_on_parse(&options->fail_on, value)
		   ? NULL
		   : "is not none, notice, warning, error, a list of classes, "
		     "or tag=NAME:LEVEL";
}

bool
judge_options_check(const struct command_options *options, const char *command)
{
	if (options->judging.warn_days == 0 ||
	    options->judging.crit_days <= options->judging.warn_days)
		return true;
	options_complain(command, "--crit-days", "is more than --warn-days");
	return false;
}

#define OPTION(member) offsetof(struct command_options, member)

static const struct option_row trust_rows[] = {
	{ .name = "trust",
	    .argument = "FILE|DIR",
	    .kind = OPTION_LIST,
	    .is_path = true,
	    .offset = OPTION(judging.stores.files),
	    .help = "use this store and no other; repeatable, joined "
		    "(default: the system's)" },
	{ .name = "trust-add",
	    .argument = "FILE",
	    .kind = OPTION_LIST,
	    .is_path = true,
	    .offset = OPTION(judging.stores.added),
	    .help = "add these roots to the store in use, for every client" },
	{ .name = "store",
	    .argument = "NAME=PATH",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_store,
	    .help = "judge against this store too; the client of that name "
		    "uses it" },
};

static const char *const offline_words[] = { "off", "cache", NULL };
static const char *const fetching_words[] = { "off", "cache", "fetch", NULL };

/* Offline commands have the first rows, those that fetch all but the first. */
enum { FIRST_FETCHING = 2, OFFLINE_ROWS = 4 };

static const struct option_row found_rows[] = {
	{ .name = "aia",
	    .argument = "off|cache",
	    .kind = OPTION_WORD,
	    .offset = OPTION(aia),
	    .words = offline_words,
	    .help = "use what AIA brought before (default: cache)" },
	{ .name = "crl",
	    .argument = "off|cache",
	    .kind = OPTION_WORD,
	    .offset = OPTION(crl),
	    .words = offline_words,
	    .help = "look for revocation in the OCSP responses and CRLs of "
		    "the run, and in the CRLs of the cache directory (default: "
		    "cache)" },
	{ .name = "intermediates",
	    .argument = "FILE",
	    .kind = OPTION_FUNCTION,
	    .is_path = true,
	    .parse = parse_intermediates,
	    .help = "known intermediates: PEM, or the CCADB's CSV with its PEM "
		    "column; repeatable; \"none\": no file, no "
		    "learned cache and no remembered signatures" },
	{ .name = "cache",
	    .argument = "DIR",
	    .kind = OPTION_STRING,
	    .is_path = true,
	    .offset = OPTION(judging.cache),
	    .help = "where learned intermediates, CRLs, good signatures and "
		    "what is known of faces are kept between runs "
		    "(default: $XDG_CACHE_HOME/fleetscan)" },
	{ .name = "aia",
	    .argument = "off|cache|fetch",
	    .kind = OPTION_WORD,
	    .offset = OPTION(aia),
	    .words = fetching_words,
	    .help = "follow AIA to missing issuers (default: fetch)" },
	{ .name = "crl",
	    .argument = "off|cache|fetch",
	    .kind = OPTION_WORD,
	    .offset = OPTION(crl),
	    .words = fetching_words,
	    .help = "look for revocation in CRLs; cache: in those that an "
		    "earlier run fetched (default: cache)" },
	{ .name = "ocsp",
	    .kind = OPTION_FLAG,
	    .offset = OPTION(ocsp),
	    .help = "ask the OCSP responder of each certificate of a path, "
		    "once a run" },
	{ .name = "aia-allow-private",
	    .kind = OPTION_FLAG,
	    .offset = OPTION(aia_allow_private),
	    .help = "follow AIA, CRL and OCSP URLs also to loopback and "
		    "private addresses" },
	{ .name = "fetch-proxy",
	    .argument = "URL|env|none",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_fetch_proxy,
	    .kept = proxy_url_without_password,
	    .help = "fetch AIA, CRLs and OCSP through http://HOST:PORT or "
		    "socks5://HOST:PORT, USER:PASSWORD@ before HOST; env: as "
		    "http_proxy, all_proxy and no_proxy say. Hosts need a "
		    "public address here too, without --aia-allow-private "
		    "(default: none)" },
	{ .name = "fetch-timeout",
	    .argument = "SEC",
	    .kind = OPTION_SECONDS,
	    .offset = OPTION(fetch_timeout_ms),
	    .least = 0,
	    .most = 86400000,
	    .help = "all fetching beyond the last probe; what was not asked "
		    "then stays unknown (default: 60)" },
};

static const struct option_row judge_rows[] = {
	{ .name = "at",
	    .argument = "TIME",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_at,
	    .help = "judge by this time: RFC 3339, epoch seconds, or +30d" },
	{ .name = "warn-days",
	    .argument = "N",
	    .kind = OPTION_UNSIGNED,
	    .offset = OPTION(judging.warn_days),
	    .least = 1,
	    .most = MOST_DAYS,
	    .help = "expiring soon (default: 30, or a third of a shorter "
		    "validity)" },
	{ .name = "crit-days",
	    .argument = "N",
	    .kind = OPTION_UNSIGNED,
	    .offset = OPTION(judging.crit_days),
	    .least = 1,
	    .most = MOST_DAYS,
	    .help = "expiring very soon (default: 7, or a ninth)" },
	{ .name = "policy",
	    .argument = "FILE",
	    .kind = OPTION_STRING,
	    .is_path = true,
	    .offset = OPTION(judging.policy),
	    .help = "expected CAs, thresholds, waivers and hosts to ignore; "
		    "\"none\": not the saved run's either" },
	{ .name = "expect",
	    .argument = "DIR",
	    .kind = OPTION_STRING,
	    .is_path = true,
	    .offset = OPTION(judging.expect),
	    .help = "PEM files of the certificates that hosts ought to serve: "
		    "an older one is stale; \"none\": not the saved run's "
		    "either" },
};

/* Checked against data/clients.json once that is read. */
static const struct option_row client_rows[] = {
	{ .name = "clients",
	    .argument = "LIST",
	    .kind = OPTION_STRING,
	    .offset = OPTION(judging.clients),
	    .help = "which clients judge: ids separated by commas, default or "
		    "all (default: default; a saved run: its own)" },
};

static const char *const progress_words[] = { "auto", "on", "off", NULL };

static const struct option_row output_rows[] = {
	{ .letter = 'o',
	    .name = "out",
	    .argument = "DIR",
	    .kind = OPTION_STRING,
	    .is_passing = true,
	    .offset = OPTION(directory),
	    .help = "the run directory (default: reports/TIME)" },
	{ .name = "json",
	    .kind = OPTION_FLAG,
	    .is_passing = true,
	    .offset = OPTION(json),
	    .help = "records on stdout; without -o nothing else is written" },
	{ .letter = 'f',
	    .name = "format",
	    .argument = "LIST",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_formats,
	    .list_word = report_format_word,
	    .help = "which reports to write (default: all):" },
	{ .name = "prom-hosts",
	    .kind = OPTION_FLAG,
	    .offset = OPTION(prom_hosts),
	    .help = "metrics.prom gets series of every host too" },
	{ .name = "by-tag",
	    .kind = OPTION_FLAG,
	    .offset = OPTION(by_tag),
	    .help = "for each tag of the list: a mail in by-tag/TAG, counts in "
		    "tags.csv, report.html and metrics.prom" },
	{ .name = "keep",
	    .argument = "N",
	    .kind = OPTION_UNSIGNED,
	    .offset = OPTION(keep),
	    .least = 1,
	    .most = 1000000,
	    .help = "runs to keep, this one too: older finished ones beside "
		    "it are removed (default: all)" },
	{ .name = "fail-on",
	    .argument = "LEVEL",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_fail_on,
	    .help =
		"exit 1 if a host has this severity (notice, warning, error) "
		"or a higher one, or is of CLASS,...; tag=NAME:LEVEL, "
		"repeatable: a host with this tag (default: none)" },
	{ .name = "progress",
	    .argument = "auto|on|off",
	    .kind = OPTION_WORD,
	    .is_passing = true,
	    .offset = OPTION(progress),
	    .words = progress_words,
	    .help = "on stderr (default: auto, on a terminal)" },
	{ .letter = 'q',
	    .name = "quiet",
	    .kind = OPTION_CHOICE,
	    .is_passing = true,
	    .offset = OPTION(level),
	    .value = LOG_QUIET,
	    .help = "print less" },
	{ .letter = 'v',
	    .name = "verbose",
	    .kind = OPTION_CHOICE,
	    .is_passing = true,
	    .offset = OPTION(level),
	    .value = LOG_VERBOSE,
	    .help = "print more" },
	{ .name = "no-color",
	    .kind = OPTION_FLAG,
	    .is_passing = true,
	    .offset = OPTION(no_color),
	    .help = "no colours" },
};

struct option_group
trust_group(struct command_options *options)
{
	return (struct option_group){ "Trust", trust_rows, COUNT(trust_rows),
		options };
}

struct option_group
crl_group(struct command_options *options)
{
	enum { CRL_ROW = 1 };

	return (struct option_group){ "Revocation", found_rows + CRL_ROW, 1,
		options };
}

struct option_group
found_group(struct command_options *options, bool can_fetch)
{
	static const char title[] = "Missing certificates";

	if (!can_fetch)
		return (struct option_group){ title, found_rows, OFFLINE_ROWS,
			options };
	return (struct option_group){ title, found_rows + FIRST_FETCHING,
		COUNT(found_rows) - FIRST_FETCHING, options };
}

struct option_group
judge_group(struct command_options *options)
{
	return (struct option_group){ "Judging", judge_rows, COUNT(judge_rows),
		options };
}

struct option_group
client_group(struct command_options *options)
{
	return (struct option_group){ "Clients", client_rows,
		COUNT(client_rows), options };
}

struct option_group
output_group(struct command_options *options)
{
	return (struct option_group){ "Output", output_rows, COUNT(output_rows),
		options };
}
