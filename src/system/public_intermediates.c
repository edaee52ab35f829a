/* Reads lists of intermediates and keeps one.  Downloads nothing. */
#include "system/public_intermediates.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/map.h"
#include "x509/bundle.h"
#include "x509/certificate.h"
#include "x509/pem.h"

static const char heading[] = "# fleetscan public intermediates: ";

enum { MOST_HEADING = 8192 };

const char *
public_intermediates_path(struct arena *arena, const char *cache_directory)
{
	return arena_printf(
	    arena, "%s/public-intermediates.pem", cache_directory);
}

/* "1751 certificates of 2026-11-28T09:15:00Z, https://..." */
static bool
read_heading(
    struct arena *arena, struct bytes line, struct public_intermediates *list)
{
	char *text = arena_string(arena,
	    arena_printf(arena, "%.*s", (int)line.size, (char *)line.data));
	char *date, *from;

	if (!starts_with(text, heading))
		return false;
	list->count = strtoul(text + strlen(heading), &date, 10);
	if (!starts_with(date, " certificates of "))
		return false;
	date += strlen(" certificates of ");
	from = strstr(date, ", ");
	if (from == NULL)
		return false;
	*from = '\0';
	list->from = from + 2;
	return clock_parse(date, 0, &list->date);
}

bool
public_intermediates_find(
    struct arena *arena, const char *path, struct public_intermediates *list)
{
	struct line_reader *reader = line_reader_open(path, MOST_HEADING);
	struct bytes line;
	bool found = false;

	*list = (struct public_intermediates){ .path = path };
	if (reader == NULL)
		return false;
	found = line_reader_next(reader, &line) > 0 &&
		read_heading(arena, line, list);
	line_reader_close(reader);
	return found;
}

/*
 * A block or a quoted field that has no end.  A list that was cut between two
 * of its certificates is told by the HTTP client alone.
 */
static bool
is_cut_short(struct bytes list)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----END ";
	struct bytes rest = list;
	size_t begins = 0, ends = 0, quotes = 0;
	bool is_table =
	    list.size > 0 && memchr(list.data, '"', list.size) != NULL;

	for (const uint8_t *at; rest.size > 0 && (at = memchr(rest.data, '-',
						      rest.size)) != NULL;) {
		size_t size = (size_t)(list.data + list.size - at);
		size_t step = 1;

		if (size >= strlen(begin) &&
		    memcmp(at, begin, strlen(begin)) == 0) {
			begins++;
			step = strlen(begin);
		} else if (size >= strlen(end) &&
			   memcmp(at, end, strlen(end)) == 0) {
			ends++;
			step = strlen(end);
		}
		rest = bytes_of(at + step, size - step);
	}
	for (size_t i = 0; is_table && i < list.size; i++)
		quotes += list.data[i] == '"';
	return begins > ends || quotes % 2 != 0;
}

static bool
is_useful(struct bytes der)
{
	struct certificate *certificate = certificate_new(der);
	bool useful = certificate->damage == NULL &&
		      certificate_is_authority(certificate);

	certificate_free(certificate);
	return useful;
}

const char *
public_intermediates_read(struct arena *arena, struct bytes octets,
    struct public_intermediates *list, const char **error)
{
	struct bundle bundle = { .count = 0 };
	struct text body = { NULL, 0, 0 };
	char date[CLOCK_TEXT_SIZE];
	struct map *known;
	const char *text;

	list->count = list->skipped = 0;
	if (is_cut_short(octets)) {
		*error = "is cut short: a certificate in it has no end";
		return NULL;
	}
	if (bundle_read_bytes(arena, octets, &bundle) < 0) {
		*error = "holds no certificate: it is neither CSV with a PEM "
			 "column, as the CCADB publishes it, nor PEM";
		return NULL;
	}
	known = map_new();
	for (size_t i = 0; i < bundle.count; i++) {
		struct bytes der = bundle.certificates[i];

		if (map_put(known, der, known) != NULL)
			continue;
		if (is_useful(der)) {
			pem_append(&body, NULL, der);
			list->count++;
		} else {
			list->skipped++;
		}
	}
	map_free(known);
	list->skipped += bundle.skipped;
	if (list->count == 0)
		*error = "holds no CA certificate";
	clock_format(list->date, date);
	text = list->count == 0
		   ? NULL
		   : arena_printf(arena, "%s%zu certificates of %s, %s\n%s",
			 heading, list->count, date,
			 text_clean(arena, bytes_from_string(list->from)),
			 body.data);
	text_free(&body);
	return text;
}

int
public_intermediates_write(const char *path, const char *text)
{
	return file_make_parents(path) < 0
		   ? -1
		   : file_write(path, bytes_from_string(text));
}
