/*
 * The file: a line that names its form, then entries of 16 octets of the hash
 * and 8 of the time, big-endian, in ascending order, then the SHA-256 of all
 * that.
 */
#include "system/face_cache.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "x509/certificate.h"

enum {
	KEY_SIZE = 16,
	ENTRY_SIZE = KEY_SIZE + 8,
	SUM_SIZE = sizeof(struct digest)
};

static const char magic[] = "fleetscan faces 1\n";
enum { MAGIC_SIZE = sizeof(magic) - 1 };

struct entry {
	unsigned char key[KEY_SIZE];
	int64_t seen;
};

struct face_cache {
	char *path;
	int64_t now;
	struct entry *known; /* sorted; not written to while threads read */
	size_t known_count;
	/* Each thread takes the next place: no two write to one. */
	struct entry *fresh;
	size_t fresh_most;
	atomic_size_t fresh_count;
};

static int
by_key(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	return memcmp(left->key, right->key, KEY_SIZE);
}

/* NULL, or why the text is not such a file. */
static const char *
find_damage(const struct text *text)
{
	size_t whole = MAGIC_SIZE + SUM_SIZE;
	struct digest digest;

	if (text->size < whole || memcmp(text->data, magic, MAGIC_SIZE) != 0)
		return "is not a file of faces";
	certificate_digest(
	    bytes_of(text->data, text->size - SUM_SIZE), &digest);
	if ((text->size - whole) % ENTRY_SIZE != 0 ||
	    memcmp(digest.octets, text->data + text->size - SUM_SIZE,
		SUM_SIZE) != 0)
		return "is damaged";
	return NULL;
}

static void
load(struct face_cache *cache)
{
	struct text text = { 0 };
	const unsigned char *at;
	const char *damage;
	size_t count;

	if (file_read(cache->path,
		MAGIC_SIZE + SUM_SIZE + (size_t)FACE_CACHE_MOST * ENTRY_SIZE,
		&text) < 0) {
		if (errno != ENOENT)
			log_warning(
			    "%s is not used: %s", cache->path, strerror(errno));
		text_free(&text);
		return;
	}
	damage = find_damage(&text);
	if (damage != NULL) {
		log_warning("%s %s: it is not used", cache->path, damage);
		text_free(&text);
		return;
	}
	count = (text.size - MAGIC_SIZE - SUM_SIZE) / ENTRY_SIZE;
	cache->known = memory_array(count + 1, sizeof(*cache->known));
	at = (const unsigned char *)text.data + MAGIC_SIZE;
	for (size_t i = 0; i < count; i++, at += ENTRY_SIZE) {
		struct entry *entry = &cache->known[cache->known_count];

		memcpy(entry->key, at, KEY_SIZE);
		entry->seen =
		    (int64_t)number_at(at + KEY_SIZE, ENTRY_SIZE - KEY_SIZE);
		/* A day of the future is another clock's. */
		if (entry->seen <= cache->now &&
		    cache->now - entry->seen < FACE_CACHE_DAYS * 86400)
			cache->known_count++;
	}
	text_free(&text);
}

struct face_cache *
face_cache_new(const char *path, int64_t now)
{
	struct face_cache *cache = memory_new(sizeof(*cache));

	cache->path = memory_string(path);
	cache->now = now;
	load(cache);
	/* Pages that nothing is written to take no memory. */
	cache->fresh_most = FACE_CACHE_MOST - cache->known_count;
	cache->fresh =
	    memory_array(cache->fresh_most + 1, sizeof(*cache->fresh));
	return cache;
}

void
face_cache_free(struct face_cache *cache)
{
	if (cache == NULL)
		return;
	free(cache->known);
	free(cache->fresh);
	free(cache->path);
	free(cache);
}

bool
face_cache_has(void *context, const struct digest *key)
{
	const struct face_cache *cache = context;
	struct entry wanted;

	memcpy(wanted.key, key->octets, KEY_SIZE);
	return cache->known_count > 0 &&
	       bsearch(&wanted, cache->known, cache->known_count,
		   sizeof(wanted), by_key) != NULL;
}

void
face_cache_note(void *context, const struct digest *key)
{
	struct face_cache *cache = context;
	size_t at = atomic_fetch_add(&cache->fresh_count, 1);

	if (at >= cache->fresh_most)
		return;
	memcpy(cache->fresh[at].key, key->octets, KEY_SIZE);
	cache->fresh[at].seen = cache->now;
}

static void
append_entry(struct text *out, const struct entry *entry)
{
	unsigned char octets[ENTRY_SIZE];

	memcpy(octets, entry->key, KEY_SIZE);
	number_put(
	    octets + KEY_SIZE, ENTRY_SIZE - KEY_SIZE, (uint64_t)entry->seen);
	text_append_bytes(out, bytes_of(octets, sizeof(octets)));
}

int
face_cache_save(struct face_cache *cache)
{
	size_t noted = atomic_load(&cache->fresh_count), count = 0;
	size_t fresh = noted < cache->fresh_most ? noted : cache->fresh_most;
	size_t most = cache->known_count + fresh;
	struct entry *all = memory_array(most + 1, sizeof(*all));
	struct text out = { 0 };
	struct digest digest;
	int result = -1;

	if (fresh == 0) {
		free(all);
		return 0;
	}
	for (size_t i = 0; i < fresh; i++)
		all[count++] = cache->fresh[i];
	for (size_t i = 0; i < cache->known_count; i++)
		all[count++] = cache->known[i];
	qsort(all, count, sizeof(*all), by_key);
	text_append(&out, magic);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || by_key(&all[i - 1], &all[i]) != 0)
			append_entry(&out, &all[i]);
	free(all);
	certificate_digest(bytes_of(out.data, out.size), &digest);
	text_append_bytes(&out, digest_bytes(&digest));
	if (file_make_parents(cache->path) == 0)
		result = file_write(cache->path, bytes_of(out.data, out.size));
	text_free(&out);
	return result;
}
