/*
 * A finding: one thing that is wrong with a host, or that its administrator
 * should tidy.  The catalogue has one row an id: what it weighs, how it is
 * called, what to do.  Rules (in audit) decide; writers (in report) explain.
 * To add one: its value here and its row in finding.c.
 */
#ifndef MODEL_FINDING_H
#define MODEL_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "model/words.h"

/* The classes first, in the order of enum class_id but without ok. */
enum finding_id {
	FINDING_MISSING_INTERMEDIATE,
	FINDING_WRONG_ROOT,
	FINDING_EXPIRED,
	FINDING_NAME_MISMATCH,
	FINDING_UNKNOWN_ISSUER,
	FINDING_INVALID_CHAIN,
	FINDING_WEAK,
	FINDING_REVOKED,
	FINDING_UNREACHABLE,
	FINDING_NO_TLS,
	FINDING_WRONG_ORDER,
	FINDING_EXTRA_CERTIFICATE,
	FINDING_DUPLICATE_CERTIFICATE,
	FINDING_ROOT_SENT,
	FINDING_EXPIRED_EXTRA,
	FINDING_EXPIRED_CROSS_SIGN,
	FINDING_EXPIRING,
	FINDING_VALIDITY_TOO_LONG,
	FINDING_CLIENT_CERT_REQUIRED,
	FINDING_HANDSHAKE_FAILED,
	FINDING_STAPLE_MISSING,
	FINDING_STAPLE_INVALID,
	FINDING_REVOCATION_EVIDENCE,
	FINDING_TOO_FEW_SCTS,
	FINDING_AKI_MISMATCH,
	FINDING_NAME_ENCODING,
	FINDING_SERIAL_NUMBER,
	FINDING_STARTTLS_INJECTION,
	FINDING_OLD_PROTOCOL,
	FINDING_WEAK_KEY_EXCHANGE,
	FINDING_CHAIN_TOO_LONG,
	FINDING_DISTRUSTED_BY,
	FINDING_BACKEND_DIFFERS,
	FINDING_STALE_CERTIFICATE,
	FINDING_DANE_MISMATCH,
	FINDING_DANE_FAILURE,
	FINDING_FACE_DIFFERS,
	FINDING_BIG_HELLO_REFUSED,
	FINDING_ROOT_LEAVES,
	FINDING_BUDGET_EXHAUSTED,
	FINDING_WAIVER_EXPIRED,
	FINDING_COUNT,
	FINDING_NONE = FINDING_COUNT
};

struct evidence {
	const char *key, *value;
};

struct finding {
	const char *id;	   /* as in records: another version may know more */
	const char *cause; /* finer; NULL where there is none */
	enum severity severity;
	int cert;	    /* index in received; -1: none of them */
	const char *detail; /* one sentence, derived from evidence */
	const struct evidence *evidence;
	size_t evidence_count;
};

struct finding_text {
	const char *title;  /* "Intermediate not sent" */
	const char *advice; /* what the administrator does about it */
};

/* Evidence of a finding that a policy waives: the day it is waived until. */
#define FINDING_WAIVED_UNTIL "waived_until"
bool finding_is_waived(const struct finding *);

const char *finding_word(enum finding_id);
enum severity finding_severity(enum finding_id);

/* FINDING_NONE: another version's, or none at all (NULL). */
enum finding_id finding_id_find(const char *word);

/* False for FINDING_NONE. */
bool finding_is(const struct finding *, enum finding_id);

/* The finding that a class is named after; FINDING_NONE for ok. */
enum finding_id finding_of_class(enum class_id);

/* By the words of a record; NULL: no such id.  Any cause has a text. */
const struct finding_text *finding_text_find(const char *id, const char *cause);

#endif
