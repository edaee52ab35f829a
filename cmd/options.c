/*
 * Command lines by table, over getopt_long, and files of options.  First all
 * that was given is gathered, then values are stored and checked one by one;
 * what options mean together is their command's business.
 */
#include "cmd/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "cmd/commands.h"

/* getopt's values of rows: above every letter. */
enum { FIRST_ROW = 0x1000, HELP_VALUE = 0xfff, CONFIG_VALUE = 0xffe };
enum { SENTENCE_SIZE = 256 }; /* with the words of a list */

/* One option as it was given. */
struct gathered {
	const struct option_row *row;
	void *settings;
	const char *value; /* NULL: none */
	unsigned line;	   /* of the file; 0: on the command line */
};

struct gathering {
	struct gathered *items;
	size_t count, capacity;
	const char *path; /* of the file; NULL: none */
};

/* The tables in getopt's own form. */
struct tables {
	char *letters;
	struct option *names;
	size_t row_count;
};

void
given_options_clear(struct given_options *given)
{
	free(given->items);
	*given = (struct given_options){ NULL, 0, 0 };
}

void
options_complain(const char *command, const char *option, const char *sentence)
{
	log_error("%s: %s: %s", command, option, sentence);
}

int
options_exit_code(int end)
{
	return end == OPTIONS_HELP ? EXIT_CODE_FINISHED : EXIT_CODE_USAGE;
}

bool
option_unsigned(const char *text, unsigned least, unsigned most, unsigned *out)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long value;

	if (digits == 0 || digits > 10 || text[digits] != '\0')
		return false;
	errno = 0;
	value = strtoul(text, NULL, 10);
	if (errno != 0 || value < least || value > most)
		return false;
	*out = (unsigned)value;
	return true;
}

/* "10", "2.5", "0.25": to the millisecond. */
static bool
read_milliseconds(const char *text, unsigned *out)
{
	size_t whole = strspn(text, "0123456789");
	size_t fraction = 0, point = 0;
	char *end;
	double value;

	if (text[whole] == '.') {
		point = 1;
		fraction = strspn(text + whole + 1, "0123456789");
	}
	if (whole == 0 || whole > 9 || (point == 1 && fraction == 0) ||
	    text[whole + point + fraction] != '\0')
		return false;
	value = strtod(text, &end) * 1000 + 0.5;
	if (*end != '\0' || value >= (double)UINT_MAX)
		return false;
	*out = (unsigned)value;
	return true;
}

static bool
read_word(const struct option_row *row, const char *text, unsigned *out)
{
	for (unsigned i = 0; row->words[i] != NULL; i++) {
		if (strcmp(row->words[i], text) != 0)
			continue;
		*out = i;
		return true;
	}
	return false;
}

void
option_append_words(const struct option_row *row, struct text *out)
{
	for (size_t i = 0; row->list_word != NULL; i++) {
		const char *word = row->list_word(i);

		if (word == NULL)
			return;
		text_printf(out, "%s %s", i == 0 ? "" : ",", word);
	}
}

/* NULL, or what is wrong; numbers make the sentence in the buffer. */
static const char *
store(const struct option_row *row, void *settings, const char *value,
    char sentence[SENTENCE_SIZE])
{
	void *place = (char *)settings + row->offset;
	struct text words = { NULL, 0, 0 };
	const char *wrong;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)place = true;
		return NULL;
	case OPTION_CHOICE:
		*(unsigned *)place = row->value;
		return NULL;
	case OPTION_WORD:
		snprintf(
		    sentence, SENTENCE_SIZE, "is not one of %s", row->argument);
		return read_word(row, value, place) ? NULL : sentence;
	case OPTION_UNSIGNED:
		snprintf(sentence, SENTENCE_SIZE,
		    "is not a number from %u to %u", row->least, row->most);
		return option_unsigned(value, row->least, row->most, place)
			   ? NULL
			   : sentence;
	case OPTION_SECONDS:
		snprintf(sentence, SENTENCE_SIZE,
		    "is not a time from %g to %g seconds", row->least / 1000.0,
		    row->most / 1000.0);
		return read_milliseconds(value, place) &&
			       *(unsigned *)place >= row->least &&
			       *(unsigned *)place <= row->most
			   ? NULL
			   : sentence;
	case OPTION_STRING:
		*(const char **)place = value;
		return *value == '\0' ? "is empty" : NULL;
	case OPTION_LIST:
		string_list_add(place, value);
		return *value == '\0' ? "is empty" : NULL;
	case OPTION_FUNCTION:
		wrong = row->parse(settings, value);
		if (wrong == NULL || row->list_word == NULL)
			return wrong;
		text_append(&words, wrong);
		option_append_words(row, &words);
		snprintf(sentence, SENTENCE_SIZE, "%s", words.data);
		text_free(&words);
		return sentence;
	}
	fatal_bug("an option of no kind");
}

static size_t
count_rows(const struct usage *usage)
{
	size_t count = 0;

	for (size_t i = 0; i < usage->group_count; i++)
		count += usage->groups[i].count;
	return count;
}

static const struct option_row *
row_at(const struct usage *usage, size_t index, void **settings)
{
	for (size_t i = 0; i < usage->group_count; i++) {
		const struct option_group *group = &usage->groups[i];

		*settings = group->settings;
		if (index < group->count)
			return &group->rows[index];
		index -= group->count;
	}
	return NULL;
}

/* By getopt's value: a letter, or the number of a row. */
static const struct option_row *
row_of(const struct usage *usage, int value, void **settings)
{
	size_t count = count_rows(usage);

	if (value >= FIRST_ROW)
		return row_at(usage, (size_t)value - FIRST_ROW, settings);
	for (size_t i = 0; value != 0 && i < count; i++) {
		const struct option_row *row = row_at(usage, i, settings);

		if (row->letter == value)
			return row;
	}
	return NULL;
}

/* By its name, or by its letter as a word; NULL: there is no such option. */
static const struct option_row *
row_named(const struct usage *usage, const char *name, void **settings)
{
	size_t count = count_rows(usage);

	for (size_t i = 0; i < count; i++) {
		const struct option_row *row = row_at(usage, i, settings);
		char letter[] = { row->letter, '\0' };

		if (row->name != NULL && strcmp(row->name, name) == 0)
			return row;
		if (row->letter != 0 && strcmp(letter, name) == 0)
			return row;
	}
	return NULL;
}

/* A leading ':' asks getopt to tell a missing value from an unknown option. */
static struct tables
tables_new(const struct usage *usage)
{
	size_t count = count_rows(usage);
	struct tables tables = {
		memory_new(2 * count + 3),
		memory_array(count + 3, sizeof(struct option)),
		count,
	};
	char *letter = tables.letters;
	struct option *name = tables.names;

	*letter++ = ':';
	*letter++ = 'h';
	*name++ = (struct option){ "help", no_argument, NULL, HELP_VALUE };
	if (usage->file != NULL)
		*name++ = (struct option){ "config", required_argument, NULL,
			CONFIG_VALUE };
	for (size_t i = 0; i < count; i++) {
		void *settings;
		const struct option_row *row = row_at(usage, i, &settings);
		bool takes = row->argument != NULL;

		if (row->letter != 0)
			*letter++ = row->letter;
		if (row->letter != 0 && takes)
			*letter++ = ':';
		if (row->name != NULL)
			*name++ = (struct option){ row->name,
				takes ? required_argument : no_argument, NULL,
				FIRST_ROW + (int)i };
	}
	return tables;
}

const char *
option_row_name(const struct option_row *row, char out[64])
{
	if (row->name != NULL)
		snprintf(out, 64, "%s", row->name);
	else
		snprintf(out, 64, "%c", row->letter);
	return out;
}

/* "--rate", or "-4" where there is no long form. */
static const char *
spell(const struct option_row *row, char out[64])
{
	char name[64];

	option_row_name(row, name);
	snprintf(out, 64, "%s%.60s", row->name != NULL ? "--" : "-", name);
	return out;
}

/* What users of curl, tlsx, zgrab2 and openssl type, with one dash or two, the
   option here, and what is said. */
static const struct {
	const char *typed, *meant, *sentence;
} habits[] = {
	{ "cacert", "trust", "here it is --trust FILE" },
	{ "capath", "trust", "here it is --trust DIR" },
	{ "k", "trust", "every host is connected to, trusted or not" },
	{ "insecure", "trust", "every host is connected to, trusted or not" },
	{ "silent", "quiet", "here it is --quiet" },
	{ "s", "quiet", "here it is -q" },
	{ "max-time", "timeout", "here it is --timeout SEC" },
	{ "connect-timeout", "timeout", "here it is --timeout SEC" },
	{ "servername", "sni", "here it is --sni NAME" },
	{ "rate-limit", "rate", "here it is --rate N" },
	{ "cc", "trust", "here it is --trust FILE" },
	{ "CAfile", "trust", "here it is --trust FILE" },
	{ "CApath", "trust", "here it is --trust DIR" },
	{ "j", "json", "here it is --json" },
	{ "nc", "no-color", "here it is --no-color" },
	{ "m", "timeout", "here it is -t SEC" },
	{ "retry", "retries", "here it is --retries N" },
	{ "resolvers", "resolver", "here it is --resolver IP,..." },
	{ "dns-servers", "resolver", "here it is --resolver IP,..." },
	{ "ip-version", "all-ips", "here it is -4 or -6" },
	{ "iv", "all-ips", "here it is -4 or -6" },
	{ "scan-all-ips", "all-ips", "here it is --all-ips" },
	{ "sa", "all-ips", "here it is --all-ips" },
	{ "senders", "concurrency", "here it is --concurrency N" },
	{ "output", "out", "here it is --out DIR" },
	{ "output-file", "out", "here it is --out DIR" },
	{ "input-file", "list", "here it is --list FILE" },
	{ "host", "list", "a host is named without an option" },
	{ "u", "list", "a host is named without an option" },
	{ "connect", "list", "HOST:PORT is named without an option" },
	{ "x", "proxy", "here it is --proxy URL" },
	{ "socks5", "proxy", "here it is --proxy socks5://HOST:PORT" },
	{ "socks5-hostname", "proxy", "here it is --proxy socks5://HOST:PORT" },
	{ "proxy-user", "proxy",
	    "here it is --proxy http://USER:PASSWORD@HOST:PORT" },
	{ "U", "proxy", "here it is --proxy http://USER:PASSWORD@HOST:PORT" },
	{ "noproxy", "proxy",
	    "without --proxy targets are connected to directly" },
};

static const char *
find_habit(const char *typed, const char *const names[], size_t count)
{
	for (size_t i = 0; i < sizeof(habits) / sizeof(habits[0]); i++)
		for (size_t k = 0; k < count; k++)
			if (strcmp(habits[i].typed, typed) == 0 &&
			    strcmp(habits[i].meant, names[k]) == 0)
				return habits[i].sentence;
	return NULL;
}

/* A sentence that ends with what to do next.  False: nothing here is meant by
   it, as far as is known. */
static bool
describe_unknown(const struct usage *usage, const char *typed, char out[160])
{
	size_t count = count_rows(usage), named = 0;
	const char **names = memory_array(count + 2, sizeof(*names));
	const struct option_row *same = NULL;
	const char *near, *habit;
	void *settings;

	for (size_t i = 0; i < count; i++) {
		const struct option_row *row = row_at(usage, i, &settings);

		if (row->name == NULL || row->help == NULL)
			continue;
		names[named++] = row->name;
		if (strcmp(row->name, typed) == 0)
			same = row;
	}
	names[named++] = "help";
	if (usage->file != NULL)
		names[named++] = "config";
	/* Of one letter nothing is near. */
	near = strlen(typed) > 1 ? nearest_word(typed, names, named) : NULL;
	habit = find_habit(typed, names, named);
	if (same != NULL)
		snprintf(out, 160, "unknown option; here it is --%s%s%.100s",
		    same->name, same->argument == NULL ? "" : " ",
		    same->argument == NULL ? "" : same->argument);
	else if (habit != NULL)
		snprintf(out, 160, "unknown option; %s", habit);
	else if (near != NULL)
		snprintf(out, 160, "unknown option; did you mean --%s?", near);
	else
		snprintf(out, 160,
		    "unknown option; \"fleetscan help %s\" lists them",
		    usage->command);
	free(names);
	return same != NULL || habit != NULL;
}

/* "--rat=3" is asked about as "rat". */
static void
complain_of_unknown(const struct usage *usage, const char *argument)
{
	char sentence[160];
	char *name = memory_string(argument + strspn(argument, "-"));

	name[strcspn(name, "=")] = '\0';
	describe_unknown(usage, name, sentence);
	options_complain(usage->command, argument, sentence);
	free(name);
}

/*
 * getopt returned ':' or '?': which option it was depends on how it was typed.
 */
static int
complain_of_usage(const struct usage *usage, int failure, char **argv)
{
	void *settings;
	const struct option_row *row = row_of(usage, optopt, &settings);
	char name[64];

	if (row != NULL)
		options_complain(usage->command, spell(row, name),
		    failure == ':' ? "needs a value" : "takes no value");
	else if (optopt == HELP_VALUE)
		options_complain(usage->command, "--help", "takes no value");
	else if (optopt == CONFIG_VALUE)
		options_complain(usage->command, "--config", "needs a value");
	else if (optopt != 0) {
		snprintf(name, sizeof(name), "-%c", optopt);
		complain_of_unknown(usage, name);
	} else
		complain_of_unknown(usage, argv[optind - 1]);
	return OPTIONS_WRONG;
}

/*
 * "-proxy", as users of tlsx and openssl type it, is "-p" with a value to
 * getopt.  The word of a letter that getopt returned is at optind while letters
 * of it are left, else before.  True once it has complained.
 */
static bool
is_long_with_one_dash(const struct usage *usage, int letter, char **argv)
{
	for (int at = optind - 1; at <= optind && argv[at] != NULL; at++) {
		const char *word = argv[at];
		char sentence[160];
		char *name;
		bool is_meant;

		if (at < 1 || word[0] != '-' || word[1] != letter ||
		    word[2] == '\0')
			continue;
		name = memory_string(word + 1);
		name[strcspn(name, "=")] = '\0';
		is_meant = describe_unknown(usage, name, sentence);
		free(name);
		if (!is_meant)
			continue;
		options_complain(usage->command, word, sentence);
		return true;
	}
	return false;
}

static void
keep(struct gathering *list, struct gathered given)
{
	list->items = memory_grow(
	    list->items, list->count, &list->capacity, sizeof(*list->items));
	list->items[list->count++] = given;
}

/* One value of getopt's: 0, or an enum options_end. */
static int
gather(
    const struct usage *usage, int value, char **argv, struct gathering *list)
{
	struct gathered given = { .value = optarg };

	if ((value == ':' || value == '?' || value < CONFIG_VALUE) &&
	    is_long_with_one_dash(
		usage, value == ':' || value == '?' ? optopt : value, argv))
		return OPTIONS_WRONG;
	if (value == HELP_VALUE || value == 'h') {
		usage_print(usage, stdout);
		return OPTIONS_HELP;
	}
	if (value == ':' || value == '?')
		return complain_of_usage(usage, value, argv);
	if (value == CONFIG_VALUE && list->path != NULL) {
		options_complain(
		    usage->command, "--config", "was given before");
		return OPTIONS_WRONG;
	}
	if (value == CONFIG_VALUE) {
		list->path = optarg;
		return 0;
	}
	given.row = row_of(usage, value, &given.settings);
	if (given.row == NULL)
		fatal_bug("getopt made an option up");
	keep(list, given);
	return 0;
}

static void
complain_of_line(
    const struct option_file *file, const char *name, const char *sentence)
{
	log_error("%s:%u: %s %s", file->path, file->line, name, sentence);
}

/* A flag needs no value; "yes" says what it means, "no" leaves it alone. */
static bool
is_answer(const struct option_row *row, const char *value, bool *unsaid)
{
	static const char *const words[] = { "yes", "true", "on", "no", "false",
		"off" };

	for (size_t i = 0; row->argument == NULL && i < 6; i++)
		if (strcmp(value, words[i]) == 0) {
			*unsaid = i >= 3;
			return true;
		}
	return false;
}

static bool
gather_line(const struct usage *usage, const struct option_line *line,
    struct gathering *list)
{
	struct gathered given = { .value = line->value,
		.line = usage->file->line };
	char sentence[160];
	bool unsaid = false;

	given.row = row_named(usage, line->name, &given.settings);
	if (given.row == NULL && strcmp(line->name, "config") == 0)
		snprintf(sentence, sizeof(sentence),
		    "is for the command line: a file names no other");
	else if (given.row == NULL) {
		describe_unknown(usage, line->name, sentence);
		log_error("%s:%u: %s: %s", usage->file->path, given.line,
		    line->name, sentence);
		return false;
	} else if (given.row->argument != NULL && line->value == NULL)
		snprintf(sentence, sizeof(sentence), "needs a value");
	else if (given.row->argument == NULL && line->value != NULL &&
		 !is_answer(given.row, line->value, &unsaid))
		snprintf(sentence, sizeof(sentence), "takes no value");
	else {
		if (!unsaid)
			keep(list, given);
		return true;
	}
	complain_of_line(usage->file, line->name, sentence);
	return false;
}

/* Every option of the file; false once it has complained. */
static bool
gather_file(const struct usage *usage, struct gathering *list)
{
	struct option_line line;
	const char *wrong;
	int next;

	if (option_file_read(usage->file, list->path) < 0) {
		log_error("%s: --config: %s: %s", usage->command, list->path,
		    strerror(errno));
		return false;
	}
	while ((next = option_file_next(usage->file, &line, &wrong)) > 0)
		if (!gather_line(usage, &line, list))
			return false;
	if (next < 0)
		complain_of_line(usage->file, "the line", wrong);
	return next == 0;
}

static bool
take(const struct usage *usage, const struct gathered *given)
{
	char sentence[SENTENCE_SIZE], name[64];
	struct given_options *noted = usage->given;
	const char *wrong =
	    store(given->row, given->settings, given->value, sentence);

	if (wrong == NULL) {
		if (noted != NULL) {
			noted->items = memory_grow(noted->items, noted->count,
			    &noted->capacity, sizeof(*noted->items));
			noted->items[noted->count++] =
			    (struct given_option){ given->row,
				    given->row->argument == NULL
					? NULL
					: given->value };
		}
		return true;
	}
	spell(given->row, name);
	if (given->line == 0) {
		options_complain(usage->command, name, wrong);
		return false;
	}
	log_error("%s:%u: %s %s", usage->file->path, given->line,
	    name + strspn(name, "-"), wrong);
	return false;
}

int
options_parse(const struct usage *usage, int argc, char **argv)
{
	struct tables tables = tables_new(usage);
	struct gathering list = { .count = 0 };
	int value, end = 0;

	opterr = 0;
	optind = 0; /* glibc: start afresh */
	while (end == 0 && (value = getopt_long(argc, argv, tables.letters,
				tables.names, NULL)) != -1)
		end = gather(usage, value, argv, &list);
	if (end == 0 && list.path != NULL && !gather_file(usage, &list))
		end = OPTIONS_WRONG;
	/* The file's before the command line's. */
	for (int from_file = 1; end == 0 && from_file >= 0; from_file--)
		for (size_t i = 0; end == 0 && i < list.count; i++)
			if ((list.items[i].line != 0) == (from_file == 1) &&
			    !take(usage, &list.items[i]))
				end = OPTIONS_WRONG;
	free(tables.letters);
	free(tables.names);
	free(list.items);
	return end < 0 ? end : optind;
}
