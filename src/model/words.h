/*
 * The closed word lists of a record: each enum has its word, and back.
 * Sources: the tables of statuses and classes in reports/README.md.
 */
#ifndef MODEL_WORDS_H
#define MODEL_WORDS_H

#include <stdbool.h>

#include "model/tls_facts.h"

enum status {
	STATUS_SUCCESS,
	STATUS_DNS_ERROR,
	STATUS_CONNECTION_REFUSED,
	STATUS_CONNECTION_TIMEOUT,
	STATUS_CONNECTION_RESET,
	STATUS_CONNECTION_CLOSED,
	STATUS_IO_TIMEOUT,
	STATUS_STARTTLS_ERROR,
	STATUS_PROXY_ERROR,
	STATUS_HANDSHAKE_ERROR,
	STATUS_PROTOCOL_ERROR,
	STATUS_INVALID_INPUT,
	STATUS_UNKNOWN_ERROR,
	STATUS_COUNT
};

/* In the order they are listed for people; class_rank() is their weight. */
enum class_id {
	CLASS_OK,
	CLASS_MISSING_INTERMEDIATE,
	CLASS_WRONG_ROOT,
	CLASS_EXPIRED,
	CLASS_NAME_MISMATCH,
	CLASS_UNKNOWN_ISSUER,
	CLASS_INVALID_CHAIN,
	CLASS_WEAK,
	CLASS_REVOKED,
	CLASS_UNREACHABLE,
	CLASS_NO_TLS,
	CLASS_COUNT
};

enum severity {
	SEVERITY_OK,
	SEVERITY_NOTICE,
	SEVERITY_WARNING,
	SEVERITY_ERROR,
	SEVERITY_COUNT
};

const char *status_word(enum status);
const char *stage_word(enum handshake_stage);
const char *failer_word(enum handshake_failer);
const char *class_word(enum class_id);
const char *class_title(enum class_id); /* "missing intermediate" */
const char *severity_word(enum severity);

/* OK where the class is fine, ERROR or WARNING as the class weighs. */
enum severity class_severity(enum class_id);

/* False when the word is none of the list. */
bool status_from_word(const char *, enum status *);
bool class_from_word(const char *, enum class_id *);
bool severity_from_word(const char *, enum severity *);
bool stage_from_word(const char *, enum handshake_stage *);
bool failer_from_word(const char *, enum handshake_failer *);

#endif
