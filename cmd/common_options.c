/* The shared option groups: their rows, defaults and checks. */
#include "cmd/common_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "x509/trust_store.h"
#include "report/report.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* A century: longer than any certificate anybody wants to be warned of. */
enum { MOST_DAYS = 36500 };

void
trust_settings_init(struct trust_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
}

void
trust_settings_clear(struct trust_settings *settings)
{
	option_list_clear(&settings->trust);
	option_list_clear(&settings->trust_add);
	for (size_t i = 0; i < settings->store_count; i++)
		free((char *)settings->stores[i].name);
	free(settings->stores);
	trust_settings_init(settings);
}

void
found_settings_init(struct found_settings *settings, enum aia_mode aia)
{
	*settings = (struct found_settings){ .aia = aia };
}

void
found_settings_clear(struct found_settings *settings)
{
	option_list_clear(&settings->intermediates);
}

void
judge_settings_init(struct judge_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
}

void
output_settings_init(struct output_settings *settings)
{
	*settings = (struct output_settings){
		.formats = REPORT_ALL,
		.level = LOG_NORMAL,
	};
}

static const char *
parse_store(void *group, const char *value)
{
	struct trust_settings *settings = group;
	const char *equals = strchr(value, '=');
	char *name;

	if (equals == NULL || equals[1] == '\0')
		return "is not NAME=PATH";
	if (!trust_store_is_name(bytes_of(value, (size_t)(equals - value))))
		return "names are of letters, digits, '.', '_' and '-'";
	name = memory_string(value);
	name[equals - value] = '\0';
	for (size_t i = 0; i < settings->store_count; i++)
		if (strcmp(settings->stores[i].name, name) == 0) {
			free(name);
			return "names a store that was named before";
		}
	settings->stores = memory_grow(settings->stores, settings->store_count,
	    &settings->store_capacity, sizeof(*settings->stores));
	settings->stores[settings->store_count++] =
	    (struct store_option){ name, equals + 1 };
	return NULL;
}

static const char *
parse_intermediates(void *group, const char *value)
{
	struct found_settings *settings = group;

	if (*value == '\0')
		return "is empty";
	if (strcmp(value, "none") == 0)
		settings->no_intermediates = true;
	else
		option_list_add(&settings->intermediates, value);
	return settings->no_intermediates && settings->intermediates.count > 0
		   ? "\"none\" and a file exclude each other"
		   : NULL;
}

static const char *
parse_at(void *group, const char *value)
{
	struct judge_settings *settings = group;

	settings->has_at = true;
	return clock_parse(value, clock_now(), &settings->at)
		   ? NULL
		   : "is no time: 2026-11-23T09:15:00Z, 1795332688 or +30d";
}

static const char *
parse_formats(void *group, const char *value)
{
	struct output_settings *settings = group;

	settings->has_formats = true;
	return report_formats_parse(value, &settings->formats)
		   ? NULL
		   : "is not a list of";
}

static bool
add_fail_on(struct fail_on *fail_on, const char *word)
{
	enum severity severity;
	enum class_id class_id;

	if (severity_from_word(word, &severity) && severity != SEVERITY_OK) {
		if (fail_on->severity == SEVERITY_OK ||
		    severity < fail_on->severity)
			fail_on->severity = severity;
		return true;
	}
	if (!class_from_word(word, &class_id) || class_id == CLASS_OK)
		return false;
	fail_on->classes |= 1u << class_id;
	return true;
}

static const char *
parse_fail_on(void *group, const char *value)
{
	struct output_settings *settings = group;
	char *list, *rest, *word;
	bool known = true;

	settings->fail_on = (struct fail_on){ SEVERITY_OK, 0 };
	if (strcmp(value, "none") == 0)
		return NULL;
	list = rest = memory_string(value);
	while (known && (word = strsep(&rest, ",")) != NULL)
		known = add_fail_on(&settings->fail_on, word);
	free(list);
	return known ? NULL
		     : "is not none, notice, warning, error or a list of "
		       "classes";
}

bool
fail_on_matches(const struct fail_on *fail_on, enum class_id class_id,
    enum severity severity)
{
	if (fail_on->severity != SEVERITY_OK && severity >= fail_on->severity)
		return true;
	/* No class weighs so little but one that the policy waives. */
	return severity > SEVERITY_NOTICE &&
	       (fail_on->classes & 1u << class_id) != 0;
}

bool
judge_settings_check(const struct judge_settings *settings, const char *command)
{
	if (settings->warn_days == 0 ||
	    settings->crit_days <= settings->warn_days)
		return true;
	options_complain(command, "--crit-days", "is more than --warn-days");
	return false;
}

#define TRUST(member) offsetof(struct trust_settings, member)
#define FOUND(member) offsetof(struct found_settings, member)
#define JUDGE(member) offsetof(struct judge_settings, member)
#define OUTPUT(member) offsetof(struct output_settings, member)

static const struct option_row trust_rows[] = {
	{ .name = "trust",
	    .argument = "FILE|DIR",
	    .kind = OPTION_LIST,
	    .is_path = true,
	    .offset = TRUST(trust),
	    .help = "the one trust store of the run; repeated: joined "
		    "(default: the system's)" },
	{ .name = "trust-add",
	    .argument = "FILE",
	    .kind = OPTION_LIST,
	    .is_path = true,
	    .offset = TRUST(trust_add),
	    .help = "add these roots to the store in use" },
	{ .name = "store",
	    .argument = "NAME=PATH",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_store,
	    .help = "judge against this store too" },
};

static const char *const offline_words[] = { "off", "cache", NULL };
static const char *const fetching_words[] = { "off", "cache", "fetch", NULL };

/* Offline commands have the first rows, those that fetch all but the first. */
enum { FIRST_FETCHING = 1, OFFLINE_ROWS = 3 };

static const struct option_row found_rows[] = {
	{ .name = "aia",
	    .argument = "off|cache",
	    .kind = OPTION_WORD,
	    .offset = FOUND(aia),
	    .words = offline_words,
	    .help = "use what AIA brought before (default: cache)" },
	{ .name = "intermediates",
	    .argument = "FILE",
	    .kind = OPTION_FUNCTION,
	    .is_path = true,
	    .parse = parse_intermediates,
	    .help = "known intermediates: PEM, or the CCADB's CSV with its PEM "
		    "column; repeatable; \"none\": no file and no "
		    "learned cache" },
	{ .name = "cache",
	    .argument = "DIR",
	    .kind = OPTION_STRING,
	    .is_path = true,
	    .offset = FOUND(cache),
	    .help = "where learned intermediates are kept between runs "
		    "(default: $XDG_CACHE_HOME/fleetscan)" },
	{ .name = "aia",
	    .argument = "off|cache|fetch",
	    .kind = OPTION_WORD,
	    .offset = FOUND(aia),
	    .words = fetching_words,
	    .help = "follow AIA to missing issuers (default: fetch)" },
	{ .name = "aia-allow-private",
	    .kind = OPTION_FLAG,
	    .offset = FOUND(aia_allow_private),
	    .help = "let AIA reach loopback and private addresses" },
};

static const struct option_row judge_rows[] = {
	{ .name = "at",
	    .argument = "TIME",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_at,
	    .help = "judge by this clock: RFC 3339, epoch seconds, or +30d" },
	{ .name = "warn-days",
	    .argument = "N",
	    .kind = OPTION_UNSIGNED,
	    .offset = JUDGE(warn_days),
	    .least = 1,
	    .most = MOST_DAYS,
	    .help = "expiring soon (default: 30, or a third of a shorter "
		    "validity)" },
	{ .name = "crit-days",
	    .argument = "N",
	    .kind = OPTION_UNSIGNED,
	    .offset = JUDGE(crit_days),
	    .least = 1,
	    .most = MOST_DAYS,
	    .help = "expiring very soon (default: 7, or a ninth)" },
	{ .name = "policy",
	    .argument = "FILE",
	    .kind = OPTION_STRING,
	    .is_path = true,
	    .offset = JUDGE(policy),
	    .help = "expected CAs, thresholds, waivers and hosts to ignore; "
		    "\"none\": not the saved run's either" },
};

static const char *const progress_words[] = { "auto", "on", "off", NULL };

static const struct option_row output_rows[] = {
	{ .letter = 'o',
	    .name = "out",
	    .argument = "DIR",
	    .kind = OPTION_STRING,
	    .is_passing = true,
	    .offset = OUTPUT(directory),
	    .help = "the run directory (default: reports/TIME)" },
	{ .name = "json",
	    .kind = OPTION_FLAG,
	    .is_passing = true,
	    .offset = OUTPUT(json),
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
	    .offset = OUTPUT(prom_hosts),
	    .help = "metrics.prom gets series of every host too" },
	{ .name = "keep",
	    .argument = "N",
	    .kind = OPTION_UNSIGNED,
	    .offset = OUTPUT(keep),
	    .least = 1,
	    .most = 1000000,
	    .help = "runs to keep, this one too: older finished ones beside "
		    "it are removed (default: all)" },
	{ .name = "fail-on",
	    .argument = "LEVEL",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_fail_on,
	    .help = "exit 1 at what weighs notice, warning or error, or is of "
		    "CLASS,... (default: none)" },
	{ .name = "progress",
	    .argument = "auto|on|off",
	    .kind = OPTION_WORD,
	    .is_passing = true,
	    .offset = OUTPUT(progress),
	    .words = progress_words,
	    .help = "on stderr (default: auto, on a terminal)" },
	{ .letter = 'q',
	    .name = "quiet",
	    .kind = OPTION_CHOICE,
	    .is_passing = true,
	    .offset = OUTPUT(level),
	    .value = LOG_QUIET,
	    .help = "say less" },
	{ .letter = 'v',
	    .name = "verbose",
	    .kind = OPTION_CHOICE,
	    .is_passing = true,
	    .offset = OUTPUT(level),
	    .value = LOG_VERBOSE,
	    .help = "say more" },
	{ .name = "no-color",
	    .kind = OPTION_FLAG,
	    .is_passing = true,
	    .offset = OUTPUT(no_color),
	    .help = "no colours" },
};

struct option_group
trust_group(struct trust_settings *settings)
{
	return (struct option_group){ "Trust", trust_rows, COUNT(trust_rows),
		settings };
}

struct option_group
found_group(struct found_settings *settings, bool can_fetch)
{
	static const char title[] = "Missing certificates";

	if (!can_fetch)
		return (struct option_group){ title, found_rows, OFFLINE_ROWS,
			settings };
	return (struct option_group){ title, found_rows + FIRST_FETCHING,
		COUNT(found_rows) - FIRST_FETCHING, settings };
}

struct option_group
judge_group(struct judge_settings *settings)
{
	return (struct option_group){ "Judging", judge_rows, COUNT(judge_rows),
		settings };
}

struct option_group
output_group(struct output_settings *settings)
{
	return (struct option_group){ "Output", output_rows, COUNT(output_rows),
		settings };
}
