/*
 * The records of a run by what was asked for (host, port, SNI, STARTTLS), so
 * that two runs can be compared; and a fingerprint of what was found, so that
 * most records are read once.  24 octets a record.
 */
#ifndef RUNDIR_RUN_INDEX_H
#define RUNDIR_RUN_INDEX_H

#include "base/hash.h"
#include "rundir/archive.h"

/* What an entry, and comparing two records of one host, is made from. */
enum {
	RUN_ENTRY_PARTS = RESULT_FINDINGS | RESULT_LEAF | RESULT_PATH,
};

struct run_entry {
	uint64_t key;	       /* of the target */
	uint64_t state;	       /* of all that a comparison looks at */
	uint32_t record;       /* in the archive */
	uint32_t address : 22; /* of the IP: tells one name's records apart */
	uint32_t grouped : 1;  /* one of several addresses of a name */
	uint32_t matched : 1;  /* for the comparison */
	uint32_t class_id : 7;
	uint32_t good : 1; /* result_is_good */
};

struct run_index {
	struct run_entry *entries; /* by key, then address, then record */
	size_t count, capacity;
};

/* Two indexes compare only when made with one hash key. */
struct run_index *run_index_new(struct archive *, const struct hash_key *);

/* The same entry by entry: empty, put each, then settle. */
struct run_index *run_index_empty(void);
void run_index_put(struct run_index *, const struct run_entry *);
void run_index_settle(struct run_index *);
void run_index_free(struct run_index *);

/* The entry of one record; the scratch is emptied. */
struct run_entry run_entry_of(const struct result *, size_t record,
    const struct hash_key *, struct text *scratch);

/* When the run began, by its run.json, else by its first record; 0: empty. */
int64_t run_started(struct archive *);

#endif
