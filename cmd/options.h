/*
 * Command lines by table: a row names an option, its help and where its value
 * goes.  Rows come in groups, so that commands share them; each group fills
 * one struct, whose members the rows name by offsetof.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/option_file.h"
#include "base/string_list.h"
#include "base/text.h"

enum option_kind {
	OPTION_FLAG,	 /* bool: true */
	OPTION_CHOICE,	 /* an enum: `value` */
	OPTION_WORD,	 /* an enum: the place of the word in `words` */
	OPTION_UNSIGNED, /* unsigned, from `least` to `most` */
	OPTION_SECONDS,	 /* unsigned milliseconds; "2.5" is read too */
	OPTION_STRING,	 /* const char *, borrowed from argv or the file */
	OPTION_LIST,	 /* struct string_list, one more each time */
	OPTION_FUNCTION	 /* whatever `parse` makes of it */
};

struct option_row {
	char letter;	      /* 0: none */
	const char *name;     /* the long form; NULL: none */
	const char *argument; /* as the help shows it; NULL: takes none */
	const char *help;     /* NULL: not in the help */
	enum option_kind kind;
	size_t offset; /* in the group's struct */
	unsigned value;
	unsigned least, most;
	const char *const *words; /* ends with NULL */

	/* The words of a list that `parse` takes, NULL after the last: the help
	   and what `parse` says is wrong end with them.  Or NULL. */
	const char *(*list_word)(size_t at);
	bool is_path;	 /* of a file: relative to where the program began */
	bool is_passing; /* of this one call: not among run.json's options */

	/* The value as run.json has it, without a password, on the heap; NULL:
	   as it was given. */
	char *(*kept)(const char *value);

	/* NULL, or a sentence (static) on what is wrong with the value. */
	const char *(*parse)(void *settings, const char *value);
};

struct option_group {
	const char *title; /* heading in the help */
	const struct option_row *rows;
	size_t count;
	void *settings;
};

/* One option as it was typed; the value is borrowed as OPTION_STRING is. */
struct given_option {
	const struct option_row *row;
	const char *value; /* NULL: it takes none */
};

/* In the order they were taken: the file's, then the command line's. */
struct given_options {
	struct given_option *items;
	size_t count, capacity;
};

void given_options_clear(struct given_options *);

/* What run.json calls an option: its long form, else its letter. */
const char *option_row_name(const struct option_row *, char out[64]);

/* Appends the words of the row's list: " ndjson, csv". */
void option_append_words(const struct option_row *, struct text *);

/* A command as its help shows it. */
struct usage {
	const char *command;  /* "scan" */
	const char *synopsis; /* "scan [options] [HOST]..." */
	const char *about;    /* one or two sentences */
	const char *example;  /* lines that end with a newline */
	const struct option_group *groups;
	size_t group_count;

	/* --config FILE is read into it, and has to live as long as the
	   settings do; NULL: the command takes none. */
	struct option_file *file;
	struct given_options *given; /* gets what was typed; or NULL */
};

enum options_end {
	OPTIONS_WRONG = -1, /* said on stderr: exit 2 */
	OPTIONS_HELP = -2   /* --help was asked for, and printed: exit 0 */
};

/*
 * Fills the groups' structs.  Options and arguments may come in any order;
 * the index of the first argument in argv (which is permuted) is returned,
 * or an enum options_end.  What --config FILE says goes before the command
 * line, which therefore wins, or adds where an option repeats.
 */
int options_parse(const struct usage *, int argc, char **argv);

/* "fleetscan: scan: --rate: SENTENCE" on stderr. */
void options_complain(
    const char *command, const char *option, const char *sentence);

/* What a command ends with when it parsed to an enum options_end. */
int options_exit_code(int end);

void usage_print(const struct usage *, FILE *);

/* A whole decimal number from least to most; else false. */
bool option_unsigned(
    const char *, unsigned least, unsigned most, unsigned *out);

#endif
