/*
 * A certificate revocation list (RFC 5280 section 5), read as its octets come:
 * lists of a million entries are in use.  What is signed is hashed on the way,
 * each entry is told once, and nothing of it stays here.
 */
#ifndef X509_CRL_H
#define X509_CRL_H

#include "base/arena.h"
#include "x509/der.h"
#include "x509/signature.h"

enum {
	CRL_MOST_ELEMENT = 64 << 10, /* an entry, a name, the extensions */
	CRL_MOST_UNHASHED = 8 << 20, /* of a list signed as a whole */
	CRL_MOST_HASH_OCTETS = 64
};

/* What a list is not about, and why it may not be used; bits. */
enum crl_scope {
	CRL_ONLY_LEAVES = 1 << 0, /* onlyContainsUserCerts */
	CRL_ONLY_CAS = 1 << 1,
	CRL_ONLY_ATTRIBUTES = 1 << 2,
	CRL_SOME_REASONS = 1 << 3,
	CRL_INDIRECT = 1 << 4,
	CRL_DELTA = 1 << 5,
	CRL_UNKNOWN_CRITICAL = 1 << 6 /* of the list or of an entry */
};

struct crl_entry {
	struct bytes serial; /* content octets */
	int64_t since;
	const char *reason; /* RFC 5280 5.3.1's word; NULL: not said */
};

/* All but the entries. */
struct crl {
	const char *damage;  /* NULL, or a sentence: then the rest is void */
	struct bytes issuer; /* Name, whole */
	struct bytes authority_key_id; /* size 0: none */
	int64_t this_update, next_update;
	bool has_next_update;
	unsigned scope;	    /* enum crl_scope */
	bool has_point;	    /* it is for one distribution point alone */
	struct bytes point; /* its DistributionPointName */
	size_t entry_count;
	struct bytes algorithm, signature;
	struct bytes signed_octets; /* where it could not be hashed */
	uint8_t hash[CRL_MOST_HASH_OCTETS];
	size_t hash_size; /* 0: not hashed */
};

struct crl_reader;

/* `tell` comes for each entry, whose octets are valid until it returns. */
struct crl_reader *crl_reader_new(
    void (*tell)(void *context, const struct crl_entry *), void *context);
void crl_reader_free(struct crl_reader *);

/* The next octets, cut anywhere; false: no CRL, the rest is not needed. */
bool crl_reader_push(struct crl_reader *, struct bytes);

/* After the last octets; valid as long as the reader. */
const struct crl *crl_reader_end(struct crl_reader *);

/* Was it signed with this certificate's key?  Says nothing else of it. */
enum signature_result crl_signature(const struct crl *,
    const struct certificate *issuer, struct signature_memory *);

/* Is it for the distribution point of this URL?  True where it is for all. */
bool crl_has_point(const struct crl *, const char *url);

/* Its issuer as RFC 4514 has it, clean; in the arena or static. */
const char *crl_issuer_text(struct arena *, const struct crl *);

/* CRLReason, in an extension's value; NULL: none of the words. */
const char *crl_reason_word(struct der);

#endif
