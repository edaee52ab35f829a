/*
 * The file: a magic that names its form, the number of entries (8 octets), then
 * entries of 24 octets of the pair's hash and 4 of the day when it was last of
 * use, all big-endian and in ascending order.  It is only ever replaced by a
 * rename, so a mapping of it stays whole.  Nothing in an entry can do harm:
 * they are compared with, and one that is damaged fits no pair.
 */
#include "system/verified.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"

enum {
	ID_SIZE = sizeof(struct signature_id),
	ENTRY_SIZE = ID_SIZE + 4,
	HEADER_SIZE = 32,
	PLACES = 1 << 21,
	DAY_SECONDS = 86400,
	/* A date is renewed only when it is this old: most runs that add
	   nothing then have nothing to write. */
	STALE_DAYS = 7,
	AGES = 4096 /* days; what is older is all the same */
};

static const char magic[24] = "fleetscan signatures 1\n";

struct verified {
	char *path;
	struct good_signatures signatures;
	uint32_t today;
	void *map; /* NULL: there is no file, or none to use */
	size_t map_size;
	const uint8_t *entries; /* in the map */
	size_t count;
	atomic_uchar *used; /* which of them, in this run */
	/* Each thread takes the next place: no two write to one. */
	struct signature_id *fresh;
	atomic_size_t added; /* beyond VERIFIED_MOST: not kept */
	size_t fresh_count;  /* once all have been added */
	/* Places in `fresh`, plus 1, by hash: what one thread verified, the
	   others need not.  At most half full. */
	atomic_uint *places;
};

/* NULL, or why a file with these facts is not used. */
static const char *
find_fault(const struct stat *facts)
{
	const uint64_t most =
	    HEADER_SIZE + (uint64_t)VERIFIED_MOST * ENTRY_SIZE;

	if (!S_ISREG(facts->st_mode))
		return "it is no regular file";
	if (facts->st_uid != geteuid())
		return "it belongs to another user";
	if ((facts->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "it may be written by other users";
	if (facts->st_size < HEADER_SIZE || (uint64_t)facts->st_size > most)
		return "it is damaged";
	return NULL;
}

/* NULL, or why it is not used. */
static const char *
map_file(struct verified *verified, int fd)
{
	struct stat facts;
	const uint8_t *octets;
	const char *fault;
	uint64_t count;

	if (fstat(fd, &facts) < 0)
		return strerror(errno);
	fault = find_fault(&facts);
	if (fault != NULL)
		return fault;
	verified->map_size = (size_t)facts.st_size;
	verified->map =
	    mmap(NULL, verified->map_size, PROT_READ, MAP_SHARED, fd, 0);
	if (verified->map == MAP_FAILED) {
		verified->map = NULL;
		return strerror(errno);
	}
	octets = verified->map;
	if (memcmp(octets, magic, sizeof(magic)) != 0)
		return "it is no file of signatures of this version";
	count = number_at(octets + sizeof(magic), 8);
	if (count != (verified->map_size - HEADER_SIZE) / ENTRY_SIZE ||
	    HEADER_SIZE + count * ENTRY_SIZE != verified->map_size)
		return "it is damaged";
	/* Lookups go anywhere in it. */
	madvise(verified->map, verified->map_size, MADV_RANDOM);
	verified->entries = octets + HEADER_SIZE;
	verified->count = (size_t)count;
	return NULL;
}

/*
 * The id is a part of a SHA-256 value: any octets of it are a hash.  Returns
 * whether it is there; else *place is the one to fill.
 */
static bool
find_fresh(const struct verified *verified, const struct signature_id *id,
    size_t *place)
{
	unsigned number;

	memcpy(&number, id->octets, sizeof(number));
	for (*place = number % PLACES;; *place = (*place + 1) % PLACES) {
		number = atomic_load_explicit(
		    &verified->places[*place], memory_order_acquire);
		if (number == 0)
			return false;
		if (memcmp(&verified->fresh[number - 1], id, sizeof(*id)) == 0)
			return true;
	}
}

static bool
has(void *context, const struct signature_id *id)
{
	struct verified *verified = context;
	size_t place;
	size_t low = 0, high = verified->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(verified->entries + middle * ENTRY_SIZE,
		    id->octets, ID_SIZE);

		if (order == 0) {
			atomic_store_explicit(
			    &verified->used[middle], 1, memory_order_relaxed);
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return find_fresh(verified, id, &place);
}

static bool
add(void *context, const struct signature_id *id)
{
	struct verified *verified = context;
	size_t at = atomic_fetch_add(&verified->added, 1), place;
	unsigned empty = 0;

	if (at >= VERIFIED_MOST)
		return false;
	verified->fresh[at] = *id;
	/* Another thread may take the place, or have verified the same. */
	while (!find_fresh(verified, id, &place) &&
	       !atomic_compare_exchange_strong(
		   &verified->places[place], &empty, (unsigned)at + 1))
		empty = 0;
	return true;
}

struct verified *
verified_open(const char *path, int64_t now)
{
	struct verified *verified = memory_new(sizeof(*verified));
	/* A pipe of that name must not be waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *fault = NULL;

	verified->path = memory_string(path);
	verified->today = (uint32_t)(now / DAY_SECONDS);
	verified->signatures = (struct good_signatures){ verified, has, add };
	if (fd >= 0)
		fault = map_file(verified, fd);
	else if (errno != ENOENT)
		fault = strerror(errno);
	if (fd >= 0)
		close(fd);
	if (fault != NULL)
		log_warning("%s is not used and made anew: %s", path, fault);
	verified->used =
	    memory_array(verified->count + 1, sizeof(*verified->used));
	/* Pages that nothing is written to take no memory. */
	verified->fresh = memory_array(VERIFIED_MOST, sizeof(*verified->fresh));
	verified->places = memory_array(PLACES, sizeof(*verified->places));
	return verified;
}

void
verified_free(struct verified *verified)
{
	if (verified == NULL)
		return;
	if (verified->map != NULL)
		munmap(verified->map, verified->map_size);
	free((void *)verified->used);
	free(verified->fresh);
	free((void *)verified->places);
	free(verified->path);
	free(verified);
}

const struct good_signatures *
verified_signatures(const struct verified *verified)
{
	return &verified->signatures;
}

/* All that is known, in ascending order and each once. */
struct verified_walk {
	const struct verified *verified;
	size_t old, fresh;
	const uint8_t *last; /* NULL: nothing yet */
	uint32_t age;	     /* of the last, in days */
};

static uint32_t
age_of(const struct verified *verified, size_t at)
{
	const uint8_t *day = verified->entries + at * ENTRY_SIZE + ID_SIZE;
	uint32_t then = (uint32_t)number_at(day, 4), age;

	/* A day of the future is another clock's. */
	if (then >= verified->today)
		return 0;
	age = verified->today - then;
	return age < AGES ? age : AGES - 1;
}

/* Also of a damaged file: what is out of order is left out. */
static bool
walk_next(struct verified_walk *walk)
{
	const struct verified *verified = walk->verified;

	for (;;) {
		const uint8_t *old = NULL, *next = NULL;

		if (walk->old < verified->count)
			old = verified->entries + walk->old * ENTRY_SIZE;
		if (walk->fresh < verified->fresh_count)
			next = verified->fresh[walk->fresh].octets;
		if (old == NULL && next == NULL)
			return false;
		if (next == NULL ||
		    (old != NULL && memcmp(old, next, ID_SIZE) < 0)) {
			next = old;
			walk->age = verified->used[walk->old] != 0
					? 0
					: age_of(verified, walk->old);
			walk->old++;
		} else {
			walk->age = 0;
			walk->fresh++;
		}
		if (walk->last == NULL ||
		    memcmp(walk->last, next, ID_SIZE) < 0) {
			walk->last = next;
			return true;
		}
	}
}

static bool
is_worth_saving(const struct verified *verified)
{
	if (verified->fresh_count > 0)
		return true;
	for (size_t i = 0; i < verified->count; i++)
		if (verified->used[i] != 0 && age_of(verified, i) >= STALE_DAYS)
			return true;
	return false;
}

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, ID_SIZE);
}

/*
 * Whole days leave, the oldest first; of the last day that has room for some,
 * those with the lowest hashes stay: the same ones every night, so that a fleet
 * beyond the bound still finds a part of itself.
 */
static void
write_entries(const struct verified *verified, FILE *stream)
{
	size_t *ages = memory_array(AGES, sizeof(*ages)), left = VERIFIED_MOST;
	uint8_t header[HEADER_SIZE], entry[ENTRY_SIZE];
	struct verified_walk walk = { .verified = verified };

	while (walk_next(&walk))
		ages[walk.age]++;
	for (size_t i = 0; i < AGES; i++) {
		if (ages[i] > left)
			ages[i] = left;
		left -= ages[i];
	}
	memcpy(header, magic, sizeof(magic));
	number_put(header + sizeof(magic), 8, VERIFIED_MOST - left);
	fwrite(header, 1, sizeof(header), stream);
	walk = (struct verified_walk){ .verified = verified };
	while (walk_next(&walk)) {
		if (ages[walk.age] == 0)
			continue;
		ages[walk.age]--;
		memcpy(entry, walk.last, ID_SIZE);
		number_put(entry + ID_SIZE, 4, verified->today - walk.age);
		fwrite(entry, 1, sizeof(entry), stream);
	}
	free(ages);
}

int
verified_save(struct verified *verified)
{
	struct file_draft *draft;
	int failure;

	verified->fresh_count = atomic_load(&verified->added);
	if (verified->fresh_count > VERIFIED_MOST)
		verified->fresh_count = VERIFIED_MOST;
	if (!is_worth_saving(verified))
		return 0;
	qsort(verified->fresh, verified->fresh_count, sizeof(*verified->fresh),
	    by_id);
	draft = file_make_parents(verified->path) == 0
		    ? file_draft_open(verified->path)
		    : NULL;
	if (draft == NULL)
		return -1;
	/* It says which certificates this user met. */
	if (fchmod(fileno(file_draft_stream(draft)), S_IRUSR | S_IWUSR) < 0) {
		failure = errno;
		file_draft_abandon(draft);
		errno = failure;
		return -1;
	}
	write_entries(verified, file_draft_stream(draft));
	return file_draft_commit(draft);
}
