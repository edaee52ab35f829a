/*
 * The senders' log and its two answers: the first host by name that sent a
 * certificate, in the whole fleet and in a site.  Independent of the order in
 * which hosts answered, so the verdict is too.
 */
#include "run/fleet_certificates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/memory.h"

enum { MOST_AUTHORITIES = 50000, MOST_LINE = 512 };

struct senders {
	struct certificate_index *index; /* filled by settle, sorted */
	struct map *known; /* SHA-256 -> struct certificate, owned */
	struct arena *arena;
	struct seen *sites; /* those expected */
	struct map *first;  /* key -> struct place */
	FILE *log;
};

/* The key of a place: a certificate, and a site or nothing. */
struct place {
	struct bytes key;
	const char *host;
};

struct senders *
senders_new(void)
{
	struct senders *senders = memory_new(sizeof(*senders));

	senders->index = certificate_index_new();
	senders->known = map_new();
	senders->arena = arena_new();
	senders->sites = seen_new();
	senders->first = map_new();
	senders->log = tmpfile();
	return senders;
}

void
senders_free(struct senders *senders)
{
	struct bytes key;
	void *certificate;

	if (senders == NULL)
		return;
	certificate_index_free(senders->index);
	for (size_t at = 0; map_next(senders->known, &at, &key, &certificate);)
		certificate_free(certificate);
	map_free(senders->known);
	seen_free(senders->sites);
	map_free(senders->first);
	arena_free(senders->arena);
	if (senders->log != NULL)
		fclose(senders->log);
	free(senders);
}

void
senders_learn(
    struct senders *senders, const struct digest *sha256, struct bytes der)
{
	struct certificate *certificate;

	if (map_count(senders->known) >= MOST_AUTHORITIES ||
	    map_get(senders->known, digest_bytes(sha256)) != NULL)
		return;
	certificate = certificate_new(der);
	map_put(
	    senders->known, digest_bytes(&certificate->sha256), certificate);
}

const struct certificate_index *
senders_certificates(const struct senders *senders)
{
	return senders->index;
}

/* An entry: lengths of host and site, count, then the three. */
int
senders_note(struct senders *senders, const char *host, const char *site,
    const struct digest *sent, size_t count)
{
	uint16_t header[3] = { (uint16_t)strlen(host), (uint16_t)strlen(site),
		(uint16_t)count };

	if (count == 0)
		return 0;
	if (senders->log == NULL || header[0] >= MOST_LINE ||
	    header[1] >= MOST_LINE)
		return -1;
	if (fwrite(header, sizeof(header), 1, senders->log) != 1 ||
	    fwrite(host, 1, header[0], senders->log) != header[0] ||
	    fwrite(site, 1, header[1], senders->log) != header[1] ||
	    fwrite(sent, sizeof(*sent), count, senders->log) != count)
		return -1;
	return 0;
}

void
senders_expect(struct senders *senders, const char *site)
{
	seen_add(senders->sites, bytes_from_string(site));
}

static struct bytes
place_key(
    uint8_t key[32 + MOST_LINE], const struct digest *sha256, const char *site)
{
	size_t size = strlen(site);

	memcpy(key, sha256->octets, 32);
	memcpy(key + 32, site, size);
	return bytes_of(key, 32 + size);
}

static void
offer(struct senders *senders, const struct digest *sha256, const char *site,
    const char *host)
{
	uint8_t octets[32 + MOST_LINE];
	struct bytes key = place_key(octets, sha256, site);
	struct place *place = map_get(senders->first, key);

	if (place == NULL) {
		place = arena_alloc(senders->arena, sizeof(*place));
		place->key = arena_bytes(senders->arena, key);
		place->host = arena_string(senders->arena, host);
		map_put(senders->first, place->key, place);
	} else if (strcmp(host, place->host) < 0) {
		place->host = arena_string(senders->arena, host);
	}
}

static int
read_entry(struct senders *senders)
{
	uint16_t header[3];
	char host[MOST_LINE], site[MOST_LINE];
	bool expected;

	if (fread(header, sizeof(header), 1, senders->log) != 1)
		return 0;
	if (fread(host, 1, header[0], senders->log) != header[0] ||
	    fread(site, 1, header[1], senders->log) != header[1])
		return -1;
	host[header[0]] = site[header[1]] = '\0';
	expected = seen_has(senders->sites, bytes_from_string(site));
	for (size_t i = 0; i < header[2]; i++) {
		struct digest sha256;

		if (fread(&sha256, sizeof(sha256), 1, senders->log) != 1)
			return -1;
		offer(senders, &sha256, "", host);
		if (expected)
			offer(senders, &sha256, site, host);
	}
	return 1;
}

static int
by_digest(const void *a, const void *b)
{
	const struct certificate *const *left = a, *const *right = b;

	return digest_compare(&(*left)->sha256, &(*right)->sha256);
}

/* In the order of their digests, whatever order they were seen in. */
static void
sort_certificates(struct senders *senders)
{
	size_t count = 0, most = map_count(senders->known);
	const struct certificate **list = memory_array(most + 1, sizeof(*list));
	struct bytes key;
	void *certificate;

	for (size_t at = 0; map_next(senders->known, &at, &key, &certificate);)
		list[count++] = certificate;
	qsort(list, count, sizeof(*list), by_digest);
	for (size_t i = 0; i < count; i++)
		certificate_index_add(senders->index, list[i]);
	free(list);
}

int
senders_settle(struct senders *senders)
{
	int more;

	sort_certificates(senders);
	if (senders->log == NULL || fflush(senders->log) != 0 ||
	    fseek(senders->log, 0, SEEK_SET) != 0)
		return -1;
	while ((more = read_entry(senders)) > 0)
		;
	return more;
}

const char *
senders_where(const struct senders *senders, const struct digest *sha256,
    const char *site)
{
	uint8_t octets[32 + MOST_LINE];
	const struct place *place = NULL;

	if (site != NULL && strlen(site) < MOST_LINE)
		place =
		    map_get(senders->first, place_key(octets, sha256, site));
	if (place == NULL)
		place = map_get(senders->first, place_key(octets, sha256, ""));
	return place == NULL ? NULL : place->host;
}
