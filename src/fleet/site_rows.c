/* Two temporary files: rows, and the strings that they stand for. */
#include "fleet/site_rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/memory.h"

enum { STRINGS = 1 + SITE_VALUES };

/* What one read takes: rows are first asked for one after the other, and the
   words of most rows fit. */
enum { ROWS_AT_ONCE = 32, WORDS_AT_ONCE = 320 };

struct site_rows {
	struct hash_key key;
	FILE *rows, *words;
	uint64_t words_size;
	uint32_t count;
	int error;
	struct site_row block[ROWS_AT_ONCE]; /* rows at hand */
	uint32_t first, held;
};

static void
fail(struct site_rows *rows)
{
	if (rows->error == 0)
		rows->error = errno == 0 ? EIO : errno;
}

struct site_rows *
site_rows_new(void)
{
	struct site_rows *rows = memory_new(sizeof(*rows));

	rows->key = hash_key_random();
	rows->rows = tmpfile();
	rows->words = tmpfile();
	if (rows->rows == NULL || rows->words == NULL)
		fail(rows);
	return rows;
}

void
site_rows_free(struct site_rows *rows)
{
	if (rows == NULL)
		return;
	if (rows->rows != NULL)
		fclose(rows->rows);
	if (rows->words != NULL)
		fclose(rows->words);
	free(rows);
}

static uint64_t
fingerprint(const struct site_rows *rows, const char *string)
{
	uint64_t print;

	if (string == NULL)
		return 0;
	print = hash_bytes(&rows->key, bytes_from_string(string));
	return print == 0 ? 1 : print;
}

static void
read_words(
    const struct result *result, struct arena *arena, struct site_words *words)
{
	const struct observation *seen = &result->seen;
	const struct step *root = result_root(result);

	*words = (struct site_words){ .site = seen->site };
	if (seen->received_count == 0)
		return;
	words->values[SITE_FIELD_ISSUER] = result->leaf.issuer_cn;
	if (root != NULL)
		words->values[SITE_FIELD_ROOT] =
		    result_common_name(arena, root->subject);
	words->values[SITE_FIELD_RECEIVED] =
	    arena_printf(arena, "%zu", seen->received_count);
	words->values[SITE_FIELD_KEY] = result->leaf.key;
	if (seen->has_tls)
		words->values[SITE_FIELD_TLS] = seen->tls.version;
}

void
site_rows_add(struct site_rows *rows, size_t record,
    const struct result *result, struct arena *arena)
{
	const struct verdict *verdict = &result->verdict;
	const char *strings[STRINGS];
	uint32_t sizes[STRINGS];
	struct site_words words;
	struct site_row row;

	if (rows->error != 0)
		return;
	read_words(result, arena, &words);
	memset(&row, 0, sizeof(row));
	row.site = fingerprint(rows, words.site);
	for (size_t i = 0; i < SITE_VALUES; i++)
		row.values[i] = fingerprint(rows, words.values[i]);
	row.words = rows->words_size;
	row.not_after = result->leaf.not_after;
	row.record = (uint32_t)record;
	row.class_id = (uint8_t)verdict->class_id;
	row.good = result_is_good(result);
	for (size_t i = 0; i < verdict->client_count; i++)
		row.failing += verdict->clients[i].accepts == ACCEPTS_NO &&
			       row.failing < UINT8_MAX;
	row.delivered = result->seen.received_count > 0;
	row.odd = result_finding(result, FINDING_BACKEND_DIFFERS) != NULL;
	row.dated = result->leaf.present && !result->leaf.undated;
	/* Lengths first: one more than the string's, 0 where there is none. */
	strings[0] = words.site;
	memcpy(&strings[1], words.values, sizeof(words.values));
	for (size_t i = 0; i < STRINGS; i++)
		sizes[i] =
		    strings[i] == NULL ? 0 : (uint32_t)strlen(strings[i]) + 1;
	if (fwrite(sizes, sizeof(sizes), 1, rows->words) != 1)
		fail(rows);
	rows->words_size += sizeof(sizes);
	for (size_t i = 0; i < STRINGS; i++) {
		if (sizes[i] > 0 &&
		    fwrite(strings[i], sizes[i], 1, rows->words) != 1)
			fail(rows);
		rows->words_size += sizes[i];
	}
	if (fwrite(&row, sizeof(row), 1, rows->rows) != 1)
		fail(rows);
	rows->count++;
}

uint32_t
site_rows_count(const struct site_rows *rows)
{
	return rows->count;
}

void
site_rows_settle(struct site_rows *rows)
{
	if (rows->error == 0 &&
	    (fflush(rows->rows) != 0 || fflush(rows->words) != 0))
		fail(rows);
}

/* Up to `most` octets, fewer at the file's end; 0 with its error noted. */
static size_t
read_at(struct site_rows *rows, FILE *file, uint64_t at, void *to, size_t most)
{
	ssize_t got = -1;

	errno = 0;
	if (rows->error == 0)
		got = pread(fileno(file), to, most, (off_t)at);
	if (got <= 0)
		fail(rows);
	return got > 0 ? (size_t)got : 0;
}

void
site_rows_read(struct site_rows *rows, uint32_t at, struct site_row *row)
{
	if (at - rows->first >= rows->held) {
		rows->first = at;
		rows->held = (uint32_t)(read_at(rows, rows->rows,
					    (uint64_t)at * sizeof(*row),
					    rows->block, sizeof(rows->block)) /
					sizeof(*row));
		if (rows->held == 0)
			fail(rows);
	}
	if (rows->held > 0)
		*row = rows->block[at - rows->first];
	else
		memset(row, 0, sizeof(*row));
}

void
site_rows_words(struct site_rows *rows, const struct site_row *row,
    struct arena *arena, struct site_words *words)
{
	const char *strings[STRINGS] = { NULL };
	uint32_t sizes[STRINGS] = { 0 };
	size_t wanted = sizeof(sizes), most = WORDS_AT_ONCE, got, at;
	char *text = arena_alloc(arena, most);

	got = read_at(rows, rows->words, row->words, text, most);
	if (got >= sizeof(sizes))
		memcpy(sizes, text, sizeof(sizes));
	for (size_t i = 0; i < STRINGS; i++)
		wanted += sizes[i];
	if (wanted > most) {
		text = arena_alloc(arena, wanted);
		got = read_at(rows, rows->words, row->words, text, wanted);
	}
	if (got < wanted)
		fail(rows);
	at = sizeof(sizes);
	for (size_t i = 0; i < STRINGS && got >= wanted; i++) {
		if (sizes[i] > 0)
			strings[i] = text + at;
		at += sizes[i];
	}
	words->site = strings[0];
	memcpy(words->values, &strings[1], sizeof(words->values));
}

int
site_rows_error(const struct site_rows *rows)
{
	return rows->error;
}
