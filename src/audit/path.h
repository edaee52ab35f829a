/*
 * Path building: a depth-first search from the leaf over every certificate
 * that could be its issuer's, and theirs.  The chain in wire order is only a
 * hint; the path with the fewest faults wins.
 *
 * Everything is bounded and nothing depends on timing: budgets count what was
 * looked at for this host, whether or not a worker remembered the answer.
 */
#ifndef AUDIT_PATH_H
#define AUDIT_PATH_H

#include "audit/fault.h"
#include "base/arena.h"
#include "x509/certificate_pool.h"
#include "x509/signature.h"
#include "x509/trust_store.h"
#include "model/source.h"

enum {
	PATH_MOST_DEPTH =
	    104, /* leaf and anchor too: more than OpenSSL's 100 */
	PATH_MOST_PATHS = 200,	   /* ends looked at, a search */
	PATH_MOST_SIGNATURES = 320 /* signatures looked at, a host */
};

/* Does the AKI of a certificate match the SKI of its possible issuer? */
enum key_id_match { KEY_ID_FITS, KEY_ID_ABSENT, KEY_ID_DIFFERS };
enum key_id_match key_id_compare(
    const struct certificate *subject, const struct certificate *issuer);
/*
 * The AKI may also name one certificate of the issuer, by serial number and
 * issuer name.  False where it names another one, as after the CA was renewed
 * with its key; true where the AKI has neither.
 */
bool authority_serial_fits(
    const struct certificate *subject, const struct certificate *issuer);
bool authority_name_fits(
    const struct certificate *subject, const struct certificate *issuer);

struct path_step {
	const struct certificate *certificate;
	enum source from;
	int received; /* index in the chain as sent; -1: not sent */
	enum signature_result signature; /* by the step above it */
	bool signed_above;		 /* false for the last step */
};

enum path_end {
	PATH_OPEN,	  /* the issuer of the last one was not found */
	PATH_SELF_SIGNED, /* a root that the store does not trust */
	PATH_REFUSED,	  /* a certificate that the store itself excludes */
	PATH_ANCHOR
};

struct path {
	struct path_step steps[PATH_MOST_DEPTH];
	size_t length;
	enum path_end end;
	struct faults faults;
};

/* Certificates that were found elsewhere than in the handshake. */
struct found_source {
	const struct certificate_index *certificates;
	enum source from;
};

/* Edges already tried for this host; shared by all its searches. */
struct edge_memory;
struct edge_memory *edge_memory_new(struct arena *, struct signature_memory *);
/* The signature of this edge, and false when the budget is spent. */
bool edge_signature(struct edge_memory *, const struct certificate *subject,
    const struct certificate *issuer, enum signature_result *);
bool edge_memory_exhausted(const struct edge_memory *);

struct path_question {
	struct arena *arena;
	struct edge_memory *edges;
	const struct certificate *const *received; /* leaf first */
	size_t received_count;
	const struct trust_store *store;
	const struct found_source *found; /* in order of preference */
	size_t found_count;
	/* Judges a whole path (its steps and end are set), filling faults. */
	void (*validate)(const void *context, struct path *);
	/* A quick lower bound: faults of this step alone, in any path. */
	size_t (*step_faults)(
	    const void *context, const struct path *, size_t step);
	const void *context;
};

struct path_answer {
	struct path path; /* the best: anchored, refused, self-signed, else
			     the one that got furthest */
	bool exhausted;	  /* a budget ended the search */
};

/* The chain has at least the leaf. */
void path_search(const struct path_question *, struct path_answer *);

/* Is this very certificate on it? */
bool path_holds(const struct path *, const struct digest *sha256);

/* Does this certificate's own key sign it? */
bool path_is_self_signed(struct edge_memory *, const struct certificate *);

#endif
