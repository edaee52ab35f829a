/*
 * One CRL of a run: what is known of it, and a line of crls.ndjson.  Not for
 * sharing between threads.
 */
#ifndef RUN_CRL_LIST_H
#define RUN_CRL_LIST_H

#include "audit/revocation_source.h"
#include "base/json.h"
#include "base/text.h"
#include "x509/crl.h"

enum crl_list_state {
	LIST_NEW,
	LIST_QUEUED, /* on its way */
	LIST_ABSENT, /* not in the cache, and no network */
	LIST_FAILED, /* `error` says why */
	LIST_READ,   /* `reader` holds it, `path` is its file */
	LIST_SAVED   /* only what crls.ndjson says */
};

struct crl_revoked {
	const char *serial; /* hexadecimal */
	const char *reason;
	int64_t since;
};

struct crl_list {
	struct arena *arena;
	const char *url, *path, *error;
	enum crl_list_state state;
	bool is_late; /* LIST_FAILED: the time for fetching was over */

	/* LIST_READ */
	struct crl_reader *reader;
	const struct crl *crl;
	uint32_t *index; /* of the serials, sorted; NULL: the file is read */
	size_t index_count;

	/* Facts; of LIST_READ and LIST_SAVED */
	const char *issuer;
	int64_t this_update, next_update;
	bool has_next_update, is_other_point;
	unsigned scope;
	const char *cause, *why; /* NULL: verified, with issuer_key */
	bool is_checked;
	struct digest issuer_key;

	struct crl_revoked *revoked; /* of certificates of the run */
	size_t revoked_count, revoked_capacity;
};

struct crl_list *crl_list_new(const char *url);
void crl_list_free(struct crl_list *);

/*
 * Reads the file; false: it is damaged, or cannot be read (state and error
 * are as before).  `most` entries are indexed.
 */
bool crl_list_load(struct crl_list *, const char *path, size_t most);

/*
 * Takes a reader that came to its end, with its index; as crl_list_load.  The
 * state stays the caller's to set, under the lock by which others read it.
 */
void crl_list_take(struct crl_list *, struct crl_reader *, const char *path,
    uint32_t *index, size_t index_count);

/* Is its time now?  What is not is fetched again where that is allowed. */
bool crl_list_is_current(const struct crl_list *, int64_t now);

/*
 * Answers for `subject`; true where a serial was found revoked for the first
 * time, and is the last of `revoked`.
 */
bool crl_list_ask(struct crl_list *, struct arena *,
    const struct certificate *subject, const struct certificate *issuer,
    struct signature_memory *, int64_t now, struct revocation_answer *);

/* A line; of `revoked` those from `first` on. */
void crl_list_write(
    const struct crl_list *, int64_t now, size_t first, struct text *);

/* The URL that a line is about; NULL: it is no such line. */
const char *crl_list_url_of_line(const struct json *);
/* Adds what the line says; see crls_remember. */
void crl_list_read(struct crl_list *, const struct json *, bool is_whole);

/* A collector for crl_reader_new. */
struct crl_index {
	uint32_t *list;
	size_t count, capacity, most;
};
void crl_index_add(void *index, const struct crl_entry *);
void crl_index_sort(struct crl_index *);

#endif
