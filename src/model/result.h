/*
 * A result: one target's record, as plain data: what was seen and what we
 * say of it.  hosts.ndjson is its written form; result_read gives back the
 * same bytes when written again.
 */
#ifndef MODEL_RESULT_H
#define MODEL_RESULT_H

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "model/finding.h"
#include "model/observation.h"
#include "model/source.h"
#include "model/words.h"

struct certificate;

/* The leaf's facts that people ask for; absent when nothing was received. */
struct leaf_facts {
	bool present;
	struct digest sha256, spki_sha256;
	const char *subject, *subject_cn;
	const char **names; /* DNS names and addresses of the SAN */
	size_t name_count;
	const char *issuer, *issuer_cn;
	const char *serial; /* hexadecimal */
	bool undated;	    /* the dates could not be read: written null */
	int64_t not_before, not_after;
	int64_t days_left; /* whole days at the judging clock, rounded down */
	const char *key;   /* "EC P-256", "RSA 2048", "Ed25519" */
	const char *signature; /* "ECDSA-SHA256" */
};

/* A certificate on a path, or one that should have been sent. */
struct step {
	struct digest sha256;
	const char *subject;
	enum source from;
	const char *where; /* file, URL or host; NULL where not asked */
};

struct store_verdict {
	const char *name;
	bool trusted;
	const char *reason; /* NULL when trusted */
	const char *anchor; /* subject of the anchor, or NULL */
};

/* What an AIA URL that was looked at led to. */
struct aia_lookup {
	const char *url;
	const char *result; /* found, not_the_issuer, refused, failed or
			       not_asked */
	const char *why;    /* a sentence; NULL where it was found */
};

enum revocation_status {
	REVOCATION_NOT_CHECKED, /* no evidence was looked at */
	REVOCATION_GOOD,
	REVOCATION_REVOKED,
	REVOCATION_UNKNOWN, /* what was looked at proves nothing */
	REVOCATION_COUNT
};

/* What CRLs, OCSP responders and the staple say of the path's certificates. */
struct revocation {
	bool present; /* not in records of older versions */
	enum revocation_status status;
	const char *source; /* "crl", "ocsp", "staple"; NULL: none */
	const char *reason; /* RFC 5280 5.3.1's word, or NULL */
	int64_t since;	    /* when it was revoked; 0: it is not */
	int64_t checked_at; /* the judging clock; 0: not checked */
	const char *detail; /* a sentence, or NULL */
	bool is_late;	    /* of a certificate there was no time to fetch it */
};

enum sct_validity { SCT_NOT_KNOWN, SCT_VALID, SCT_INVALID };

/* A signed certificate timestamp (RFC 6962). */
struct sct_facts {
	const char *log;    /* its name, or its id in hexadecimal */
	const char *run_by; /* "operator" in records; NULL: not known */
	int64_t timestamp;
	const char *source; /* "certificate", "tls", "staple" */
	enum sct_validity valid;
};

enum acceptance { ACCEPTS_NO, ACCEPTS_YES, ACCEPTS_UNKNOWN };

struct client_verdict {
	const char *id;
	enum acceptance accepts;
	const char *reason; /* NULL when accepted */
};

/* Do both have the same answer, for the same reason? */
bool client_verdict_equal(
    const struct client_verdict *, const struct client_verdict *);

/* A face that the record is not that of. */
struct face_verdict {
	struct face seen;
	const char **subjects; /* of what was received */
	size_t subject_count;  /* 0 in records of older versions */
	struct step *missing;
	size_t missing_count;
	enum class_id class_id;
	const char *cause;    /* NULL for ok */
	const char **clients; /* ids of those that get it */
	size_t client_count;
};

struct verdict {
	enum class_id class_id;
	const char *cause; /* NULL for ok */
	enum severity severity;
	struct finding *findings;
	size_t finding_count;
	struct step *path; /* leaf first */
	size_t path_length;
	struct step *missing;
	size_t missing_count;
	struct store_verdict *stores;
	size_t store_count;
	struct client_verdict *clients;
	size_t client_count;
	struct aia_lookup *aia;
	size_t aia_count;
	struct revocation revocation;
	bool has_scts; /* not in records of older versions */
	struct sct_facts *scts;
	size_t sct_count;
	struct face_verdict *faces;
	size_t face_count;
	bool expired, self_signed, mismatched, untrusted, revoked;
};

struct result {
	struct observation seen;
	struct leaf_facts leaf;
	struct verdict verdict;
};

/* Appends one line with its final newline. */
void result_write(struct text *, const struct result *);

/*
 * Everything is in the arena.  False with a reason (in the arena or static)
 * when the line is no record of ours.
 */
bool result_read(
    struct arena *, struct bytes line, struct result *, const char **reason);

/* What of a verdict costs to read; all else of a record is always read. */
enum result_part {
	RESULT_FINDINGS = 1 << 0,
	RESULT_LEAF = 1 << 1,
	RESULT_PATH = 1 << 2,
	RESULT_MISSING = 1 << 3,
	RESULT_STORES = 1 << 4,
	RESULT_CLIENTS = 1 << 5,
	RESULT_OTHER = 1 << 6, /* AIA, revocation, SCTs */
	RESULT_ALL = (1 << 7) - 1
};

/* The same with these parts alone: the others are empty. */
bool result_read_parts(struct arena *, struct bytes line, unsigned parts,
    struct result *, const char **reason);

/*
 * One observation that waits for its verdict, with its chain inside
 * (base64), so that it can be judged from this line alone.
 */
void pending_write(struct text *, const struct observation *);
bool pending_read(struct arena *, struct bytes line, struct observation *,
    const char **reason);

/* One line of certs.ndjson, and back: the DER is all that is read. */
void certificate_write(struct text *, const struct certificate *);
bool certificate_line_read(struct arena *, struct bytes line,
    struct digest *sha256, struct bytes *der, const char **reason);

/* Convenience for writers: "HOST:PORT", with brackets around an IPv6. */
const char *result_endpoint(struct arena *, const struct result *);

/* The same for people: with the address, where the name has several, and with
   the domain whose MX host it is. */
const char *result_place(struct arena *, const struct result *);

/*
 * The finding that names the class; for ok the one error that it may have
 * (handshake_failed), else NULL.
 */
const struct finding *result_class_finding(const struct result *);

/* That one, or the first of the record's severity; NULL: there is none. */
const struct finding *result_worst_finding(const struct result *);

/* The first with this id; NULL: none. */
const struct finding *result_finding(const struct result *, enum finding_id);

/*
 * Its class is ok and it has no error.  Whether a host is good is asked here,
 * never by the class alone.
 */
bool result_is_good(const struct result *);

/*
 * The cause of its class; of class ok with an error, that finding's id; NULL:
 * neither.
 */
const char *result_cause(const struct result *);

/* The title of its class, or of the error that a record of class ok has. */
const char *result_title(const struct result *);

/* Does a policy waive everything that its class stands for? */
bool result_is_waived(const struct result *);

/*
 * Was its issuer not found because the time for fetching was over?  Such a
 * verdict says nothing about a change.
 */
bool result_lacks_fetch(const struct result *);
/* The same, or evidence of revocation: --resume asks again. */
bool result_lacks_time(const struct result *);

/* The class that it counts as: what is waived is no fault, while it is. */
enum class_id result_counted_class(const struct result *);

/* The root that the judged path ends at, trusted or not; NULL: it has none. */
const struct step *result_root(const struct result *);

/*
 * Does the judged path end at a root that the default store does not trust?
 * One that only the policy does not expect is trusted.
 */
bool result_root_is_untrusted(const struct result *);

/* What this client says; NULL where it was not asked. */
const struct client_verdict *verdict_client(
    const struct verdict *, const char *id);

/*
 * The most specific CN of a name as records show it (RFC 4514), unescaped;
 * the whole name where it has none.  NULL stays NULL.
 */
const char *result_common_name(struct arena *, const char *name);

/* "CN=R11": the short name of a CA; the whole name where it has no CN. */
const char *result_short_name(struct arena *, const char *name);

#endif
