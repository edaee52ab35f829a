/*
 * Command lines by table, over getopt_long.  Values are stored and checked
 * one by one; what options mean together is their command's business.
 */
#include "cmd/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "cmd/commands.h"

/* getopt's values of rows: above every letter. */
enum { FIRST_ROW = 0x1000, HELP_VALUE = 0xfff };

/* The tables in getopt's own form. */
struct tables {
	char *letters;
	struct option *names;
	size_t row_count;
};

void
option_list_add(struct option_list *list, const char *item)
{
	list->items = memory_grow(
	    list->items, list->count, &list->capacity, sizeof(char *));
	list->items[list->count++] = item;
}

void
option_list_clear(struct option_list *list)
{
	free(list->items);
	*list = (struct option_list){ NULL, 0, 0 };
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

/* NULL, or what is wrong; numbers make the sentence in the buffer. */
static const char *
store(const struct option_row *row, void *settings, const char *value,
    char sentence[80])
{
	void *place = (char *)settings + row->offset;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)place = true;
		return NULL;
	case OPTION_CHOICE:
		*(unsigned *)place = row->value;
		return NULL;
	case OPTION_WORD:
		snprintf(sentence, 80, "is not one of %s", row->argument);
		return read_word(row, value, place) ? NULL : sentence;
	case OPTION_UNSIGNED:
		snprintf(sentence, 80, "is not a number from %u to %u",
		    row->least, row->most);
		return option_unsigned(value, row->least, row->most, place)
			   ? NULL
			   : sentence;
	case OPTION_SECONDS:
		snprintf(sentence, 80, "is not a time from %g to %g seconds",
		    row->least / 1000.0, row->most / 1000.0);
		return read_milliseconds(value, place) &&
			       *(unsigned *)place >= row->least &&
			       *(unsigned *)place <= row->most
			   ? NULL
			   : sentence;
	case OPTION_STRING:
		*(const char **)place = value;
		return *value == '\0' ? "is empty" : NULL;
	case OPTION_LIST:
		option_list_add(place, value);
		return *value == '\0' ? "is empty" : NULL;
	case OPTION_FUNCTION:
		return row->parse(settings, value);
	}
	log_bug("an option of no kind");
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

/* A leading ':' asks getopt to tell a missing value from an unknown option. */
static struct tables
tables_new(const struct usage *usage)
{
	size_t count = count_rows(usage);
	struct tables tables = {
		memory_new(2 * count + 3),
		memory_array(count + 2, sizeof(struct option)),
		count,
	};
	char *letter = tables.letters;
	struct option *name = tables.names;

	*letter++ = ':';
	*letter++ = 'h';
	*name++ = (struct option){ "help", no_argument, NULL, HELP_VALUE };
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

static void
tables_free(struct tables *tables)
{
	free(tables->letters);
	free(tables->names);
}

/* "--rate", or "-4" where there is no long form. */
static const char *
spell(const struct option_row *row, char out[64])
{
	if (row->name != NULL)
		snprintf(out, 64, "--%s", row->name);
	else
		snprintf(out, 64, "-%c", row->letter);
	return out;
}

/* getopt said ':' or '?': which option it was depends on how it was typed. */
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
	else if (optopt != 0) {
		snprintf(name, sizeof(name), "-%c", optopt);
		options_complain(usage->command, name, "is no option");
	} else
		options_complain(
		    usage->command, argv[optind - 1], "is no option");
	return OPTIONS_WRONG;
}

static int
take_option(const struct usage *usage, int value, char **argv)
{
	const struct option_row *row;
	const char *wrong;
	char sentence[80], name[64];
	void *settings;

	if (value == HELP_VALUE || value == 'h') {
		usage_print(usage, stdout);
		return OPTIONS_HELP;
	}
	if (value == ':' || value == '?')
		return complain_of_usage(usage, value, argv);
	row = row_of(usage, value, &settings);
	if (row == NULL)
		log_bug("getopt made an option up");
	wrong = store(row, settings, optarg, sentence);
	if (wrong == NULL)
		return 0;
	options_complain(usage->command, spell(row, name), wrong);
	return OPTIONS_WRONG;
}

int
options_parse(const struct usage *usage, int argc, char **argv)
{
	struct tables tables = tables_new(usage);
	int value, end = 0;

	opterr = 0;
	optind = 0; /* glibc: start afresh */
	while (end == 0 && (value = getopt_long(argc, argv, tables.letters,
				tables.names, NULL)) != -1)
		end = take_option(usage, value, argv);
	tables_free(&tables);
	return end < 0 ? end : optind;
}
