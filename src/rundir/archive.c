/*
 * Offsets into hosts.ndjson and certs.ndjson, built in one pass each.  Reads of
 * a line only its key.
 */
#include "rundir/archive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "model/record_line.h"

struct record_place {
	uint64_t ordinal, offset;
	struct record_part part;
};

struct certificate_place {
	uint64_t prefix; /* the digest's first eight octets */
	uint64_t offset;
};

/* Kept in memory: a few hundred stand in the chains of all hosts. */
struct authority {
	struct digest sha256;
	struct bytes der;
};

enum { AUTHORITIES_MOST = 4096, AUTHORITY_MOST_SIZE = 4096 };

struct archive {
	char *directory;
	FILE *records, *certificates;
	uint64_t *offsets; /* of records, in input order */
	size_t count;
	size_t damaged;
	struct certificate_place *certificate_places;
	size_t certificate_count, certificate_capacity;
	struct authority *authorities; /* sorted; DER in the arena */
	size_t authority_count, authority_capacity;
	struct arena *arena;
};

static uint64_t
prefix_of(const struct digest *digest)
{
	uint64_t prefix;

	memcpy(&prefix, digest->octets, sizeof(prefix));
	return prefix;
}

/* Of places in an array of them. */
static int
by_ordinal(const void *a, const void *b, void *places)
{
	const struct record_place *all = places;
	const struct record_place *left = &all[*(const uint32_t *)a];
	const struct record_place *right = &all[*(const uint32_t *)b];
	int order = record_part_compare(&left->part, &right->part);

	if (left->ordinal != right->ordinal)
		return left->ordinal < right->ordinal ? -1 : 1;
	if (order != 0)
		return order;
	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static int
by_prefix(const void *a, const void *b)
{
	const struct certificate_place *left = a, *right = b;

	return left->prefix < right->prefix ? -1 : left->prefix > right->prefix;
}

static int
index_records(struct archive *archive)
{
	struct line_reader *reader =
	    line_reader_open_stream(archive->records, RECORD_LINE_MOST);
	struct record_place *places = NULL;
	size_t count = 0, capacity = 0;
	struct bytes line;
	uint64_t ordinal;
	uint32_t *order;
	int more;

	while ((more = line_reader_next(reader, &line)) != 0) {
		if (more < 0 && errno != EMSGSIZE)
			break;
		if (more < 0 || line.size == 0 || count == UINT32_MAX ||
		    !record_line_ordinal(line, &ordinal, NULL)) {
			archive->damaged++;
			continue;
		}
		places = memory_grow(places, count, &capacity, sizeof(*places));
		places[count++] = (struct record_place){
			ordinal,
			line_reader_offset(reader),
			record_line_part(line),
		};
	}
	line_reader_close(reader);
	/* Their numbers are sorted: of the places themselves qsort would make
	   a copy. */
	order = memory_array(count + 1, sizeof(*order));
	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	if (count > 1)
		qsort_r(order, count, sizeof(*order), by_ordinal, places);
	/* Of two records of one target (and address) the later one counts: it
	   was resumed. */
	archive->offsets = memory_array(count + 1, sizeof(*archive->offsets));
	for (size_t i = 0; i < count; i++) {
		const struct record_place *place = &places[order[i]];
		const struct record_place *next =
		    i + 1 < count ? &places[order[i + 1]] : NULL;

		if (next == NULL || place->ordinal != next->ordinal ||
		    record_part_compare(&place->part, &next->part) != 0)
			archive->offsets[archive->count++] = place->offset;
	}
	free(places);
	free(order);
	return more;
}

static int
by_digest(const void *a, const void *b)
{
	const struct authority *left = a, *right = b;

	return memcmp(&left->sha256, &right->sha256, sizeof(left->sha256));
}

static void
keep_authority(
    struct archive *archive, struct arena *scratch, struct bytes line)
{
	struct authority authority;
	const char *reason;

	if (archive->authority_count == AUTHORITIES_MOST ||
	    !certificate_line_is_authority(line))
		return;
	arena_reset(scratch);
	if (!certificate_line_read(
		scratch, line, &authority.sha256, &authority.der, &reason) ||
	    authority.der.size > AUTHORITY_MOST_SIZE)
		return;
	authority.der = arena_bytes(archive->arena, authority.der);
	archive->authorities =
	    memory_grow(archive->authorities, archive->authority_count,
		&archive->authority_capacity, sizeof(*archive->authorities));
	archive->authorities[archive->authority_count++] = authority;
}

static void
index_certificates(struct archive *archive)
{
	struct arena *scratch = arena_new();
	struct line_reader *reader =
	    line_reader_open_stream(archive->certificates, RECORD_LINE_MOST);
	struct digest digest;
	struct bytes line;
	int more;

	while ((more = line_reader_next(reader, &line)) != 0) {
		if (more < 0 && errno != EMSGSIZE)
			break;
		if (more < 0 || !certificate_line_digest(line, &digest))
			continue;
		archive->certificate_places = memory_grow(
		    archive->certificate_places, archive->certificate_count,
		    &archive->certificate_capacity,
		    sizeof(*archive->certificate_places));
		archive->certificate_places[archive->certificate_count++] =
		    (struct certificate_place){
			    prefix_of(&digest),
			    line_reader_offset(reader),
		    };
		keep_authority(archive, scratch, line);
	}
	line_reader_close(reader);
	arena_free(scratch);
	if (archive->authority_count > 1)
		qsort(archive->authorities, archive->authority_count,
		    sizeof(*archive->authorities), by_digest);
	if (archive->certificate_count > 1)
		qsort(archive->certificate_places, archive->certificate_count,
		    sizeof(*archive->certificate_places), by_prefix);
}

static FILE *
open_in(const char *directory, const char *name)
{
	char *path = file_join(directory, name);
	FILE *file = fopen(path, "re");

	free(path);
	return file;
}

struct archive *
archive_open(const char *run, char **error)
{
	struct archive *archive = memory_new(sizeof(*archive));
	const char *slash = strrchr(run, '/');

	archive->arena = arena_new();
	if (file_is_directory(run)) {
		archive->directory = memory_string(run);
		archive->records = open_in(run, "hosts.ndjson");
	} else {
		archive->directory =
		    slash == NULL
			? memory_string(".")
			: strndup(
			      run, slash == run ? 1 : (size_t)(slash - run));
		archive->records = fopen(run, "re");
	}
	if (archive->records == NULL || index_records(archive) < 0) {
		if (asprintf(error, "%s: no run can be read here: %s", run,
			strerror(errno)) < 0)
			*error = NULL;
		archive_close(archive);
		return NULL;
	}
	archive->certificates = open_in(archive->directory, "certs.ndjson");
	if (archive->certificates != NULL)
		index_certificates(archive);
	return archive;
}

void
archive_empty(struct archive *archive)
{
	free(archive->offsets);
	free(archive->certificate_places);
	free(archive->authorities);
	archive->offsets = NULL;
	archive->certificate_places = NULL;
	archive->authorities = NULL;
	archive->count = archive->certificate_count = 0;
	archive->authority_count = 0;
}

void
archive_close(struct archive *archive)
{
	if (archive == NULL)
		return;
	if (archive->records != NULL)
		fclose(archive->records);
	if (archive->certificates != NULL)
		fclose(archive->certificates);
	archive_empty(archive);
	arena_free(archive->arena);
	free(archive->directory);
	free(archive);
}

const char *
archive_directory(const struct archive *archive)
{
	return archive->directory;
}

size_t
archive_count(const struct archive *archive)
{
	return archive->count;
}

size_t
archive_damaged(const struct archive *archive)
{
	return archive->damaged;
}

bool
archive_line(
    struct archive *archive, size_t at, struct arena *arena, struct bytes *line)
{
	return file_line_at(
	    fileno(archive->records), archive->offsets[at], arena, line);
}

uint64_t
archive_ordinal(struct archive *archive, size_t at)
{
	struct arena *arena = arena_new();
	uint64_t ordinal = 0;
	struct bytes line;

	if (!archive_line(archive, at, arena, &line) ||
	    !record_line_ordinal(line, &ordinal, NULL))
		ordinal = 0;
	arena_free(arena);
	return ordinal;
}

size_t
archive_find(struct archive *archive, uint64_t ordinal)
{
	size_t low = 0, high = archive_count(archive);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (archive_ordinal(archive, middle) < ordinal)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
archive_read(struct archive *archive, size_t at, struct arena *arena,
    struct result *result, struct bytes *line)
{
	struct bytes raw;
	const char *reason;

	if (!archive_line(archive, at, arena, &raw))
		return false;
	if (line != NULL)
		*line = raw;
	return result_read(arena, raw, result, &reason);
}

bool
archive_read_parts(struct archive *archive, size_t at, struct arena *arena,
    unsigned parts, struct result *result)
{
	struct bytes line;
	const char *reason;

	return archive_line(archive, at, arena, &line) &&
	       result_read_parts(arena, line, parts, result, &reason);
}

bool
archive_certificate(struct archive *archive, const struct digest *digest,
    struct arena *arena, struct bytes *der)
{
	struct certificate_place key = { prefix_of(digest), 0 }, *place = NULL;
	struct authority wanted = { .sha256 = *digest }, *authority = NULL;
	struct digest found;
	struct bytes line;
	const char *reason;

	if (archive->authority_count > 0)
		authority = bsearch(&wanted, archive->authorities,
		    archive->authority_count, sizeof(wanted), by_digest);
	if (authority != NULL) {
		*der = arena_bytes(arena, authority->der);
		return true;
	}
	if (archive->certificate_count > 0)
		place = bsearch(&key, archive->certificate_places,
		    archive->certificate_count, sizeof(key), by_prefix);
	return place != NULL &&
	       file_line_at(fileno(archive->certificates), place->offset, arena,
		   &line) &&
	       certificate_line_read(arena, line, &found, der, &reason) &&
	       digest_equal(&found, digest);
}

static const struct bytes *
find_chain(struct archive *archive, struct arena *arena,
    const struct digest *received, size_t count)
{
	struct bytes *chain = arena_array(arena, count, sizeof(*chain));

	for (size_t i = 0; i < count; i++)
		if (!archive_certificate(
			archive, &received[i], arena, &chain[i]))
			return NULL;
	return chain;
}

void
archive_fill_other_chains(
    struct archive *archive, struct arena *arena, struct observation *seen)
{
	struct tls_facts *tls = &seen->tls;
	struct offer_answer *answers;

	struct face *faces =
	    arena_array(arena, seen->face_count, sizeof(*faces));

	for (size_t i = 0; i < seen->face_count; i++) {
		faces[i] = seen->faces[i];
		if (faces[i].chain == NULL)
			faces[i].chain = find_chain(archive, arena,
			    faces[i].received, faces[i].received_count);
	}
	seen->faces = faces;
	if (tls->offer_count == 0)
		return;
	answers = arena_array(arena, tls->offer_count, sizeof(*answers));
	for (size_t i = 0; i < tls->offer_count; i++) {
		answers[i] = tls->offers[i];
		if (answers[i].received_count > 0)
			answers[i].chain = find_chain(archive, arena,
			    answers[i].received, answers[i].received_count);
	}
	tls->offers = answers;
}

bool
archive_fill_chain(
    struct archive *archive, struct arena *arena, struct observation *seen)
{
	seen->chain =
	    find_chain(archive, arena, seen->received, seen->received_count);
	archive_fill_other_chains(archive, arena, seen);
	return seen->chain != NULL && seen->host != NULL;
}

void
archive_each_authority(struct archive *archive,
    void (*tell)(void *context, struct bytes der), void *context)
{
	struct line_reader *reader;
	struct arena *arena;
	struct digest sha256;
	struct bytes line, der;
	const char *reason;

	if (archive->certificates == NULL)
		return;
	rewind(archive->certificates);
	reader =
	    line_reader_open_stream(archive->certificates, RECORD_LINE_MOST);
	arena = arena_new();
	while (line_reader_next(reader, &line) == 1) {
		arena_reset(arena);
		if (certificate_line_is_authority(line) &&
		    certificate_line_read(arena, line, &sha256, &der, &reason))
			tell(context, der);
	}
	arena_free(arena);
	line_reader_close(reader);
}
