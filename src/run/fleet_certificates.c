/*
 * The log of senders and its two results: the first host by name that sent a
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

struct fleet_certificates {
	struct certificate_index *index; /* filled by settle, sorted */
	struct map *known; /* SHA-256 -> struct certificate, owned */
	struct arena *arena;
	struct seen *sites; /* those expected */
	struct map *first;  /* key -> struct sender */
	FILE *log;
};

/* The first host that sent a certificate: of a site, or of the fleet. */
struct sender {
	struct bytes key; /* the certificate and the site, or nothing */
	const char *host;
};

struct fleet_certificates *
fleet_certificates_new(void)
{
	struct fleet_certificates *fleet = memory_new(sizeof(*fleet));

	fleet->index = certificate_index_new();
	fleet->known = map_new();
	fleet->arena = arena_new();
	fleet->sites = seen_new();
	fleet->first = map_new();
	fleet->log = tmpfile();
	return fleet;
}

void
fleet_certificates_free(struct fleet_certificates *fleet)
{
	struct bytes key;
	void *certificate;

	if (fleet == NULL)
		return;
	certificate_index_free(fleet->index);
	for (size_t at = 0; map_next(fleet->known, &at, &key, &certificate);)
		certificate_free(certificate);
	map_free(fleet->known);
	seen_free(fleet->sites);
	map_free(fleet->first);
	arena_free(fleet->arena);
	if (fleet->log != NULL)
		fclose(fleet->log);
	free(fleet);
}

void
fleet_certificates_learn(struct fleet_certificates *fleet,
    const struct digest *sha256, struct bytes der)
{
	struct certificate *certificate;

	if (map_count(fleet->known) >= MOST_AUTHORITIES ||
	    map_get(fleet->known, digest_bytes(sha256)) != NULL)
		return;
	certificate = certificate_new(der);
	map_put(fleet->known, digest_bytes(&certificate->sha256), certificate);
}

const struct certificate_index *
fleet_certificates_index(const struct fleet_certificates *fleet)
{
	return fleet->index;
}

/* An entry: lengths of host and site, count, then the three. */
int
fleet_certificates_note(struct fleet_certificates *fleet, const char *host,
    const char *site, const struct digest *sent, size_t count)
{
	uint16_t header[3] = { (uint16_t)strlen(host), (uint16_t)strlen(site),
		(uint16_t)count };

	if (count == 0)
		return 0;
	if (fleet->log == NULL || header[0] >= MOST_LINE ||
	    header[1] >= MOST_LINE)
		return -1;
	if (fwrite(header, sizeof(header), 1, fleet->log) != 1 ||
	    fwrite(host, 1, header[0], fleet->log) != header[0] ||
	    fwrite(site, 1, header[1], fleet->log) != header[1] ||
	    fwrite(sent, sizeof(*sent), count, fleet->log) != count)
		return -1;
	return 0;
}

void
fleet_certificates_expect(struct fleet_certificates *fleet, const char *site)
{
	seen_add(fleet->sites, bytes_from_string(site));
}

static struct bytes
sender_key(
    uint8_t key[32 + MOST_LINE], const struct digest *sha256, const char *site)
{
	size_t size = strlen(site);

	memcpy(key, sha256->octets, 32);
	memcpy(key + 32, site, size);
	return bytes_of(key, 32 + size);
}

static void
offer(struct fleet_certificates *fleet, const struct digest *sha256,
    const char *site, const char *host)
{
	uint8_t octets[32 + MOST_LINE];
	struct bytes key = sender_key(octets, sha256, site);
	struct sender *sender = map_get(fleet->first, key);

	if (sender == NULL) {
		sender = arena_alloc(fleet->arena, sizeof(*sender));
		sender->key = arena_bytes(fleet->arena, key);
		sender->host = arena_string(fleet->arena, host);
		map_put(fleet->first, sender->key, sender);
	} else if (strcmp(host, sender->host) < 0) {
		sender->host = arena_string(fleet->arena, host);
	}
}

static int
read_entry(struct fleet_certificates *fleet)
{
	uint16_t header[3];
	char host[MOST_LINE], site[MOST_LINE];
	bool expected;

	if (fread(header, sizeof(header), 1, fleet->log) != 1)
		return 0;
	if (fread(host, 1, header[0], fleet->log) != header[0] ||
	    fread(site, 1, header[1], fleet->log) != header[1])
		return -1;
	host[header[0]] = site[header[1]] = '\0';
	expected = seen_has(fleet->sites, bytes_from_string(site));
	for (size_t i = 0; i < header[2]; i++) {
		struct digest sha256;

		if (fread(&sha256, sizeof(sha256), 1, fleet->log) != 1)
			return -1;
		offer(fleet, &sha256, "", host);
		if (expected)
			offer(fleet, &sha256, site, host);
	}
	return 1;
}

int
fleet_certificates_settle(struct fleet_certificates *fleet)
{
	int more;

	certificate_index_add_sorted(fleet->index, fleet->known);
	if (fleet->log == NULL || fflush(fleet->log) != 0 ||
	    fseek(fleet->log, 0, SEEK_SET) != 0)
		return -1;
	while ((more = read_entry(fleet)) > 0)
		;
	return more;
}

const char *
fleet_certificates_where(const struct fleet_certificates *fleet,
    const struct digest *sha256, const char *site)
{
	uint8_t octets[32 + MOST_LINE];
	const struct sender *sender = NULL;

	if (site != NULL && strlen(site) < MOST_LINE)
		sender =
		    map_get(fleet->first, sender_key(octets, sha256, site));
	if (sender == NULL)
		sender = map_get(fleet->first, sender_key(octets, sha256, ""));
	return sender == NULL ? NULL : sender->host;
}
