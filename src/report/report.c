/*
 * The table of writers, and the one tally they share.  Each writer sees
 * every result once and keeps none.
 */
#include "report/report.h"

#include <errno.h>
#include <stdlib.h>

#include "base/columns.h"
#include "base/file.h"
#include "base/memory.h"
#include "fleet/siblings.h"
#include "report/addresses_text.h"
#include "report/diagnosis.h"
#include "report/terminal.h"
#include "report/writer.h"

/* hosts.ndjson is written while the run goes on: nothing is left to do. */
static const struct writer stream_writer = {
	.file = "hosts.ndjson",
	.word = "ndjson",
};

/* A row NAME is the NAME_writer of a file in this folder.  Those with the same
 * word follow one another; the bit of -f is the place in this table. */
#define WRITER_ROWS(ROW) \
	ROW(stream)      \
	ROW(csv)         \
	ROW(sites)       \
	ROW(tags)        \
	ROW(summary)     \
	ROW(html)        \
	ROW(prometheus)

#define DECLARE(name) extern const struct writer name##_writer;
#define POINTER(name) &name##_writer,

WRITER_ROWS(DECLARE)

static const struct writer *const writers[] = { WRITER_ROWS(POINTER) };

enum { WRITERS = sizeof(writers) / sizeof(writers[0]) };

struct open_writer {
	const struct writer *writer;
	struct file_draft *draft;
	struct sheet sheet;
};

struct report {
	const struct report_run *run;
	struct tally tally;
	struct arena *scratch;
	struct open_writer open[WRITERS];
	size_t open_count;
	struct text diagnoses[2]; /* without and with colours */
	uint64_t diagnosed_name;  /* ordinal of one with several addresses */
	unsigned diagnosed_addresses;
};

const char *
report_format_word(size_t at)
{
	for (size_t i = 0; i < WRITERS; i++) {
		const char *word = writers[i]->word;

		/* Writers of one word are rows that follow each other. */
		if (word != NULL &&
		    (i == 0 || !string_equal(writers[i - 1]->word, word)) &&
		    at-- == 0)
			return word;
	}
	return NULL;
}

/* The writers that have this word; 0: none. */
static unsigned
bits_of(const char *word, size_t size)
{
	unsigned bits = 0;

	for (size_t i = 0; i < WRITERS; i++)
		if (writers[i]->word != NULL &&
		    strlen(writers[i]->word) == size &&
		    memcmp(writers[i]->word, word, size) == 0)
			bits |= 1u << i;
	return bits;
}

bool
report_formats_parse(const char *list, unsigned *formats)
{
	unsigned found = 0;

	for (bool is_last = false; !is_last;) {
		size_t size = strcspn(list, ",");
		unsigned bits = bits_of(list, size);

		if (bits == 0)
			return false;
		found |= bits;
		is_last = list[size] == '\0';
		list += size + 1;
	}
	*formats = found;
	return true;
}

bool
report_formats_have(unsigned formats, const char *word)
{
	return (formats & bits_of(word, strlen(word))) != 0;
}

/* -1 with errno. */
static int
open_writer(
    struct report *report, const struct writer *writer, const char *directory)
{
	struct open_writer *open = &report->open[report->open_count];
	char *path = file_join(directory, writer->file);

	open->writer = writer;
	open->draft = file_draft_open(path);
	free(path);
	if (open->draft == NULL)
		return -1;
	open->sheet = (struct sheet){
		.stream = file_draft_stream(open->draft),
		.run = report->run,
		.tally = &report->tally,
		.scratch = report->scratch,
	};
	report->open_count++;
	return 0;
}

static void
flush_line(struct sheet *sheet)
{
	if (sheet->line.size > 0)
		fwrite(sheet->line.data, 1, sheet->line.size, sheet->stream);
	text_clear(&sheet->line);
	arena_reset(sheet->scratch);
}

struct report *
report_open(
    const struct report_run *run, const char *directory, unsigned formats)
{
	struct report *report = memory_new(sizeof(*report));

	report->run = run;
	report->scratch = arena_new();
	tally_init(&report->tally, run->now, run->by_tag);
	for (size_t i = 0; i < WRITERS && directory != NULL; i++) {
		if (writers[i] == &stream_writer ||
		    (writers[i]->by_tag && !run->by_tag) ||
		    (writers[i]->word != NULL && (formats & 1u << i) == 0))
			continue;
		if (open_writer(report, writers[i], directory) == 0)
			continue;
		report_abandon(report);
		return NULL;
	}
	for (size_t i = 0; i < report->open_count; i++) {
		struct open_writer *open = &report->open[i];

		if (open->writer->begin != NULL)
			open->writer->begin(&open->sheet);
		flush_line(&open->sheet);
	}
	return report;
}

/*
 * Of a name with several addresses: the first, and the first ones that differ.
 * All are in the table before.
 */
static bool
is_diagnosed(struct report *report, const struct result *result)
{
	if (result->seen.name_group == NULL)
		return true;
	if (report->diagnosed_name != result->seen.ordinal) {
		report->diagnosed_name = result->seen.ordinal;
		report->diagnosed_addresses = 1;
		return true;
	}
	return result_finding(result, FINDING_BACKEND_DIFFERS) != NULL &&
	       ++report->diagnosed_addresses <= REPORT_DIAGNOSED_MOST;
}

static void
diagnose(struct report *report, const struct result *result)
{
	const struct report_run *run = report->run;
	struct sibling_facts siblings = { .count = 0 };
	struct arena *arena;

	if (run->totals.targets > REPORT_DIAGNOSED_MOST ||
	    !is_diagnosed(report, result))
		return;
	arena = arena_new();
	if (run->siblings != NULL)
		siblings_find(run->siblings, result, arena, &siblings);
	for (int colors = 0; colors < 2; colors++) {
		struct text *text = &report->diagnoses[colors];

		if (text->size > 0)
			text_append_char(text, '\n');
		diagnosis_append(text, run, &siblings, result, colors == 1);
	}
	arena_free(arena);
}

void
report_result(struct report *report, const struct result *result)
{
	tally_result(&report->tally, result);
	diagnose(report, result);
	for (size_t i = 0; i < report->open_count; i++) {
		struct open_writer *open = &report->open[i];

		if (open->writer->result != NULL)
			open->writer->result(&open->sheet, result);
		flush_line(&open->sheet);
	}
}

void
report_authority(struct report *report, const struct certificate *certificate)
{
	tally_authority(&report->tally, certificate);
}

static void
report_free(struct report *report)
{
	int failure = errno;

	for (size_t i = 0; i < report->open_count; i++) {
		struct open_writer *open = &report->open[i];

		if (open->writer->free_own != NULL)
			open->writer->free_own(open->sheet.own);
		text_free(&open->sheet.line);
	}
	text_free(&report->diagnoses[0]);
	text_free(&report->diagnoses[1]);
	tally_clear(&report->tally);
	arena_free(report->scratch);
	free(report);
	errno = failure;
}

void
report_abandon(struct report *report)
{
	int failure = errno;

	if (report == NULL)
		return;
	for (size_t i = 0; i < report->open_count; i++)
		file_draft_abandon(report->open[i].draft);
	errno = failure;
	report_free(report);
}

/* "Reports in DIR (hosts.csv, summary.json)": two lines where one is short. */
static void
append_place(struct text *out, const struct report *report)
{
	enum { WIDTH = 80 };
	struct text files = { NULL, 0, 0 };
	size_t start;

	if (report->run->directory == NULL || report->open_count == 0)
		return;
	for (size_t i = 0; i < report->open_count; i++)
		text_printf(&files, "%s%s", i == 0 ? "(" : ", ",
		    report->open[i].writer->file);
	text_append_char(&files, ')');
	text_append_char(out, '\n');
	start = out->size;
	text_append(out, "Reports in ");
	text_append_cell(out, report->run->directory, SIZE_MAX);
	text_append(
	    out, text_columns(bytes_of(out->data + start, out->size - start)) +
			     1 + files.size >
			 WIDTH
		     ? "\n  "
		     : " ");
	text_append(out, files.data);
	text_append_char(out, '\n');
	text_free(&files);
}

static int
print_terminal(struct report *report, const struct report_terminal *terminal)
{
	struct text *diagnoses = &report->diagnoses[terminal->colors];
	struct text all = { .size = 0 }, *text = &all;
	const struct tally_names *names = &report->tally.names;
	bool is_summary = report->run->totals.targets > REPORT_DIAGNOSED_MOST;
	bool is_written;

	for (size_t i = 0; !is_summary && i < names->count; i++) {
		addresses_append(text, &names->list[i], terminal->colors);
		text_append_char(text, '\n');
	}
	if (diagnoses->size > 0)
		text_append_bytes(
		    text, bytes_of(diagnoses->data, diagnoses->size));
	if (is_summary)
		terminal_append_summary(
		    text, report->run, &report->tally, terminal->colors);
	else if (text->size > 0)
		diagnosis_append_versions(text, report->run);
	append_place(text, report);
	/* A diagnosis names the kit itself. */
	if (is_summary && report->run->directory != NULL &&
	    wanted_count(report->tally.wanted) > 0) {
		text_append(text, "Repair kit: fleetscan fix ");
		text_append_cell(text, report->run->directory, SIZE_MAX);
		text_append_char(text, '\n');
	}
	if (text->size > 0)
		fwrite(text->data, 1, text->size, terminal->stream);
	text_free(&all);
	is_written = fflush(terminal->stream) == 0 && !ferror(terminal->stream);
	return is_written ? 0 : -1;
}

int
report_finish(struct report *report, const struct report_terminal *terminal,
    const char **failed)
{
	struct sites *sites = report->run->sites;
	int end;
	int failure = 0, error;

	for (size_t i = 0; sites != NULL && i < sites_count(sites); i++)
		tally_add_site(&report->tally, sites_at(sites, i));
	tally_names_end(&report->tally.names);
	/* All are tried, also after one that failed; the first is named. */
	for (size_t i = 0; i < report->open_count; i++) {
		struct open_writer *open = &report->open[i];

		if (open->writer->finish != NULL)
			open->writer->finish(&open->sheet);
		flush_line(&open->sheet);
		error = open->sheet.failure;
		if (error != 0)
			file_draft_abandon(open->draft);
		else if (file_draft_commit(open->draft) < 0)
			error = errno;
		if (error == 0 || failure != 0)
			continue;
		failure = error;
		*failed = open->writer->file;
	}
	errno = failure;
	end = failure == 0 ? 0 : -1;
	if (terminal->stream != NULL && print_terminal(report, terminal) < 0 &&
	    end == 0) {
		*failed = "standard output";
		end = -1;
	}
	report_free(report);
	return end;
}
