/*
 * The rows of report.html.  While records pass, each is a line of JSON in a
 * temporary file of its severity; marks within it enclose what many rows have
 * in common.  At the end the lines are read again, the worst first: what the
 * marks enclose goes to the table of values and its number into the row, until
 * the page is full.
 */
#include "report/html.h"

#include <errno.h>
#include <stdlib.h>

#include "base/memory.h"
#include "rundir/archive.h"
#include "x509/certificate.h"

enum {
	SHARES_DEEP = 8,  /* how deep they nest */
	LINES_MOST = 200, /* rows for a reader without a script */
	TIERS = SEVERITY_COUNT
};

/* One severity's rows: each its link and its data, a line each. */
struct tier {
	FILE *rows;
	uint64_t count;
	struct text lines; /* of the first of them */
	size_t line_ends[LINES_MOST], line_count;
};

struct value {
	struct value *next; /* the one before it in the table */
	size_t number;
	size_t size;
	char text[];
};

struct html_rows {
	struct tier tiers[TIERS]; /* the worst first */
	struct map *values;
	struct value *last;
	struct text table, rows, lines;
	struct seen *links;
	size_t shown;
};

struct html_rows *
html_rows_new(void)
{
	struct html_rows *rows = memory_new(sizeof(*rows));

	rows->values = map_new();
	rows->links = seen_new();
	for (size_t i = 0; i < TIERS; i++) {
		rows->tiers[i].rows = tmpfile();
		if (rows->tiers[i].rows == NULL) {
			int failure = errno;

			html_rows_free(rows);
			errno = failure;
			return NULL;
		}
	}
	return rows;
}

void
html_rows_free(struct html_rows *rows)
{
	if (rows == NULL)
		return;
	for (size_t i = 0; i < TIERS; i++) {
		if (rows->tiers[i].rows != NULL)
			fclose(rows->tiers[i].rows);
		text_free(&rows->tiers[i].lines);
	}
	for (struct value *next; rows->last != NULL; rows->last = next) {
		next = rows->last->next;
		free(rows->last);
	}
	map_free(rows->values);
	seen_free(rows->links);
	text_free(&rows->table);
	text_free(&rows->rows);
	text_free(&rows->lines);
	free(rows);
}

void
html_links_resolve(
    struct text *out, struct bytes marked, const struct html_rows *rows)
{
	const char *at = (const char *)marked.data, *end = at + marked.size;

	while (at < end) {
		const char *link = memchr(at, MARK_LINK, (size_t)(end - at));
		const char *name, *stop;
		bool is_link;

		if (link == NULL)
			link = end;
		text_append_bytes(out, bytes_of(at, (size_t)(link - at)));
		if (link == end)
			break;
		link++;
		name = memchr(link, MARK_LINK_END, (size_t)(end - link));
		name++;
		stop = memchr(name, MARK_LINK_END, (size_t)(end - name));
		is_link = rows == NULL ||
			  html_rows_have(
			      rows, bytes_of(link, (size_t)(name - 1 - link)));
		if (is_link) {
			text_append(out, "<a href=\"#host=");
			text_append_bytes(
			    out, bytes_of(link, (size_t)(name - 1 - link)));
			text_append(out, "\">");
		}
		text_append_bytes(out, bytes_of(name, (size_t)(stop - name)));
		if (is_link)
			text_append(out, "</a>");
		at = stop + 1;
	}
}

/* What is not ok is worst, whatever its severity is. */
static size_t
tier_of(const struct result *result)
{
	return result_is_good(result)
		   ? (size_t)(SEVERITY_ERROR - result->verdict.severity)
		   : 0;
}

int
html_rows_add(struct html_rows *rows, const struct result *result,
    const struct history_host *past, struct arena *scratch)
{
	size_t at = tier_of(result);
	struct tier *tier = &rows->tiers[at];
	struct text line = { NULL, 0, 0 };
	uint64_t before = 0;
	int failure = 0;

	for (size_t i = 0; i <= at; i++)
		before += rows->tiers[i].count;
	if (before >= HTML_ROWS_MOST)
		return 0;
	tier->count++;
	html_fragment(&line, result_place(scratch, result));
	text_append_char(&line, '\n');
	html_host(&line, result, past, scratch);
	text_append_char(&line, '\n');
	if (fwrite(line.data, 1, line.size, tier->rows) != line.size)
		failure = errno;
	text_free(&line);
	if (tier->line_count < LINES_MOST) {
		html_host_line(&tier->lines, result, scratch);
		tier->line_ends[tier->line_count++] = tier->lines.size;
	}
	return failure;
}

/* The number of this value, which is new or stands in the table already. */
static size_t
intern(struct html_rows *rows, struct bytes text)
{
	struct value *value = map_get(rows->values, text);

	if (value != NULL)
		return value->number;
	value = memory_new(sizeof(*value) + text.size);
	value->number = map_count(rows->values);
	value->size = text.size;
	value->next = rows->last;
	rows->last = value;
	memcpy(value->text, text.data, text.size);
	map_put(rows->values, bytes_of(value->text, value->size), value);
	if (value->number > 0)
		text_append_char(&rows->table, ',');
	text_append_bytes(&rows->table, text);
	return value->number;
}

static void
append_dates(struct html_rows *rows, struct archive *archive,
    const char *digits, struct arena *arena)
{
	char hex[DIGEST_HEX_SIZE] = { 0 };
	struct digest sha256;
	struct bytes der;
	struct certificate *certificate;

	memcpy(hex, digits, sizeof(hex) - 1);
	if (archive == NULL || !digest_from_hex(&sha256, hex) ||
	    !archive_certificate(archive, &sha256, arena, &der))
		return;
	certificate = certificate_new(der);
	if (certificate->damage == NULL)
		text_printf(&rows->rows, ",\"%s\",\"%s\"",
		    html_date(arena, certificate->not_before),
		    html_date(arena, certificate->not_after));
	certificate_free(certificate);
}

/*
 * The line with the number of each value in the place of the value.  Marks come
 * in pairs: text of a record has no control character left (html_text.c).
 */
static void
append_row(struct html_rows *rows, const char *line, size_t size,
    struct archive *archive, struct arena *arena)
{
	struct text *out = &rows->rows;
	size_t begins[SHARES_DEEP] = { 0 }, depth = 0;

	for (size_t i = 0; i < size; i++)
		if (line[i] == MARK_SHARED && depth < SHARES_DEEP) {
			begins[depth++] = out->size;
		} else if (line[i] == MARK_SHARED_END && depth > 0) {
			size_t begin = begins[--depth];
			size_t number = intern(rows,
			    bytes_of(out->data + begin, out->size - begin));

			out->size = begin;
			text_printf(out, "%zu", number);
		} else if (line[i] == MARK_DATES) {
			append_dates(rows, archive, line + i + 1, arena);
			i += DIGEST_HEX_SIZE - 1;
		} else {
			text_append_char(out, line[i]);
		}
}

static int
settle_tier(struct html_rows *rows, struct tier *tier, struct archive *archive,
    size_t budget)
{
	char *line = NULL;
	size_t room = 0, from = 0;
	int failure = 0;
	struct arena *arena = arena_new();

	if (fflush(tier->rows) != 0 || fseeko(tier->rows, 0, SEEK_SET) < 0)
		failure = errno;
	for (uint64_t i = 0;
	     i < tier->count && failure == 0 && rows->shown < HTML_ROWS_MOST;
	     i++) {
		size_t before = rows->rows.size;
		struct text link = { NULL, 0, 0 };
		ssize_t size = getline(&line, &room, tier->rows);

		if (size > 0) {
			text_append_bytes(
			    &link, bytes_of(line, (size_t)size - 1));
			size = getline(&line, &room, tier->rows);
		}
		if (size <= 0) {
			failure = EIO;
			text_free(&link);
			break;
		}
		if (rows->shown > 0)
			text_append(&rows->rows, ",\n");
		append_row(rows, line, (size_t)size - 1, archive, arena);
		arena_reset(arena);
		if (rows->rows.size + rows->table.size > budget) {
			rows->rows.size = before;
			text_free(&link);
			break;
		}
		seen_add(rows->links, bytes_of(link.data, link.size));
		text_free(&link);
		rows->shown++;
		if (i < tier->line_count && rows->shown <= LINES_MOST &&
		    rows->lines.size < HTML_LINES_SIZE_MOST) {
			text_append_bytes(
			    &rows->lines, bytes_of(tier->lines.data + from,
					      tier->line_ends[i] - from));
			from = tier->line_ends[i];
		}
	}
	free(line);
	arena_free(arena);
	return failure;
}

int
html_rows_settle(struct html_rows *rows, struct archive *archive, size_t budget)
{
	int failure = 0;

	for (size_t i = 0; i < TIERS && failure == 0; i++) {
		size_t before = rows->shown;

		failure = settle_tier(rows, &rows->tiers[i], archive, budget);
		/* A page that is full holds nothing better. */
		if (rows->shown - before < rows->tiers[i].count)
			break;
	}
	return failure;
}

size_t
html_rows_shown(const struct html_rows *rows)
{
	return rows->shown;
}

bool
html_rows_have(const struct html_rows *rows, struct bytes link)
{
	return seen_has(rows->links, link);
}

void
html_rows_write(const struct html_rows *rows, FILE *stream)
{
	fputs("{\"values\":[", stream);
	if (rows->table.size > 0)
		fwrite(rows->table.data, 1, rows->table.size, stream);
	fputs("],\n\"rows\":[", stream);
	if (rows->rows.size > 0)
		fwrite(rows->rows.data, 1, rows->rows.size, stream);
	fputs("]}", stream);
}

const struct text *
html_rows_lines(const struct html_rows *rows)
{
	return &rows->lines;
}
