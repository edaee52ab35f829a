/* Hashes targets and findings of a run.  Compares nothing. */
#include "rundir/run_index.h"

#include <stdlib.h>

#include "base/memory.h"
#include "rundir/manifest.h"

enum { ADDRESS_BITS = 22 };

/* With its final NUL, so that two strings never run into one. */
static void
add(struct text *text, const char *string)
{
	if (string != NULL)
		text_append_bytes(text, bytes_of(string, strlen(string) + 1));
	else
		text_append_char(text, '\1');
}

static uint64_t
finish(struct text *text, const struct hash_key *key)
{
	uint64_t hash = hash_bytes(key, bytes_of(text->data, text->size));

	text_clear(text);
	return hash;
}

struct run_entry
run_entry_of(const struct result *result, size_t record,
    const struct hash_key *key, struct text *scratch)
{
	const struct observation *seen = &result->seen;
	const struct leaf_facts *leaf = &result->leaf;
	const struct step *root = result_root(result);
	struct run_entry entry = {
		.record = (uint32_t)record,
		.class_id = result->verdict.class_id & 0x7fu,
		.good = result_is_good(result),
		.grouped = seen->addresses > 1,
	};
	uint64_t names = 0;

	text_clear(scratch);
	add(scratch, seen->host != NULL ? seen->host : seen->input);
	text_append_bytes(scratch, bytes_of(&seen->port, sizeof(seen->port)));
	add(scratch, seen->sni);
	add(scratch, seen->starttls);
	add(scratch, seen->mx_domain);
	entry.key = finish(scratch, key);

	/* The order of names in a certificate does not matter: a sum. */
	for (size_t i = 0; i < leaf->name_count; i++)
		names += hash_bytes(key, bytes_from_string(leaf->names[i]));
	add(scratch, class_word(result->verdict.class_id));
	add(scratch, result_cause(result));
	add(scratch, result_is_waived(result) ? "waived" : NULL);
	add(scratch, status_word(seen->status));
	add(scratch, leaf->issuer);
	add(scratch, root == NULL ? NULL : root->subject);
	add(scratch, leaf->key);
	add(scratch, seen->has_tls ? seen->tls.version : NULL);
	text_append_bytes(scratch, bytes_of(&names, sizeof(names)));
	text_append_bytes(
	    scratch, bytes_of(&leaf->sha256, sizeof(leaf->sha256)));
	text_append_bytes(scratch,
	    bytes_of(&seen->received_count, sizeof(seen->received_count)));
	entry.state = finish(scratch, key);

	add(scratch, seen->ip);
	entry.address =
	    finish(scratch, key) & ((UINT32_C(1) << ADDRESS_BITS) - 1);
	return entry;
}

static int
by_key(const void *left, const void *right)
{
	const struct run_entry *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return a->record < b->record ? -1 : a->record > b->record;
}

struct run_index *
run_index_empty(void)
{
	struct run_index *index = memory_new(sizeof(*index));

	index->entries =
	    memory_grow(NULL, 0, &index->capacity, sizeof(*index->entries));
	return index;
}

void
run_index_put(struct run_index *index, const struct run_entry *entry)
{
	index->entries = memory_grow(index->entries, index->count,
	    &index->capacity, sizeof(*index->entries));
	index->entries[index->count++] = *entry;
}

void
run_index_settle(struct run_index *index)
{
	if (index->count > 1)
		qsort(index->entries, index->count, sizeof(*index->entries),
		    by_key);
}

struct run_index *
run_index_new(struct archive *archive, const struct hash_key *key)
{
	struct run_index *index = run_index_empty();
	struct arena *arena = arena_new();
	struct text scratch = { .size = 0 };

	for (size_t i = 0; i < archive_count(archive); i++) {
		struct run_entry entry;
		struct result result;

		arena_reset(arena);
		if (!archive_read_parts(
			archive, i, arena, RUN_ENTRY_PARTS, &result))
			continue;
		entry = run_entry_of(&result, i, key, &scratch);
		run_index_put(index, &entry);
	}
	run_index_settle(index);
	text_free(&scratch);
	arena_free(arena);
	return index;
}

void
run_index_free(struct run_index *index)
{
	if (index == NULL)
		return;
	free(index->entries);
	free(index);
}

int64_t
run_started(struct archive *archive)
{
	struct arena *arena = arena_new();
	struct manifest manifest;
	struct result result;
	const char *reason;
	int64_t started = 0;

	if (manifest_read(
		arena, archive_directory(archive), &manifest, &reason))
		started = manifest.started;
	else if (archive_count(archive) > 0 &&
		 archive_read(archive, 0, arena, &result, NULL))
		started = result.seen.timestamp;
	arena_free(arena);
	return started;
}
