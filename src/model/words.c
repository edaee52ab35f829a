/*
 * The words of a record, one table a list.  What they mean is decided where
 * records are made.
 */
#include "model/words.h"

#include <stddef.h>
#include <string.h>

#include "base/fatal.h"

struct word_row {
	const char *word;
	const char *title; /* for people; NULL: not needed */
};

static const struct word_row statuses[STATUS_COUNT] = {
	[STATUS_SUCCESS] = { "success", NULL },
	[STATUS_DNS_ERROR] = { "dns-error", NULL },
	[STATUS_CONNECTION_REFUSED] = { "connection-refused", NULL },
	[STATUS_CONNECTION_TIMEOUT] = { "connection-timeout", NULL },
	[STATUS_CONNECTION_RESET] = { "connection-reset", NULL },
	[STATUS_CONNECTION_CLOSED] = { "connection-closed", NULL },
	[STATUS_IO_TIMEOUT] = { "io-timeout", NULL },
	[STATUS_STARTTLS_ERROR] = { "starttls-error", NULL },
	[STATUS_PROXY_ERROR] = { "proxy-error", NULL },
	[STATUS_HANDSHAKE_ERROR] = { "handshake-error", NULL },
	[STATUS_PROTOCOL_ERROR] = { "protocol-error", NULL },
	[STATUS_INVALID_INPUT] = { "invalid-input", NULL },
	[STATUS_UNKNOWN_ERROR] = { "unknown-error", NULL },
};

static const struct word_row stages[STAGE_COUNT] = {
	[STAGE_HELLO] = { "hello", NULL },
	[STAGE_CERTIFICATE] = { "certificate", NULL },
	[STAGE_KEY_EXCHANGE] = { "key_exchange", NULL },
	[STAGE_FINISHED] = { "finished", NULL },
	[STAGE_APPLICATION] = { "application", NULL },
};

static const struct word_row failers[FAILED_BY_COUNT] = {
	[FAILED_BY_NOBODY] = { "nobody", NULL },
	[FAILED_BY_SERVER] = { "server", NULL },
	[FAILED_BY_LIBRARY] = { "library", NULL },
};

static const struct word_row classes[CLASS_COUNT] = {
	[CLASS_OK] = { "ok", "ok" },
	[CLASS_MISSING_INTERMEDIATE] = { "missing_intermediate",
	    "missing intermediate" },
	[CLASS_WRONG_ROOT] = { "wrong_root", "wrong root" },
	[CLASS_EXPIRED] = { "expired", "expired" },
	[CLASS_NAME_MISMATCH] = { "name_mismatch", "name mismatch" },
	[CLASS_UNKNOWN_ISSUER] = { "unknown_issuer", "unknown issuer" },
	[CLASS_INVALID_CHAIN] = { "invalid_chain", "invalid chain" },
	[CLASS_WEAK] = { "weak", "weak key or signature" },
	[CLASS_REVOKED] = { "revoked", "revoked" },
	[CLASS_UNREACHABLE] = { "unreachable", "unreachable" },
	[CLASS_NO_TLS] = { "no_tls", "no TLS" },
};

static const struct word_row severities[SEVERITY_COUNT] = {
	[SEVERITY_OK] = { "ok", NULL },
	[SEVERITY_NOTICE] = { "notice", NULL },
	[SEVERITY_WARNING] = { "warning", NULL },
	[SEVERITY_ERROR] = { "error", NULL },
};

static const struct word_row *
row_at(const struct word_row rows[], unsigned index, unsigned count)
{
	if (index >= count)
		fatal_bug("a word was asked for that no list has");
	return &rows[index];
}

/* -1: the word is none of the list. */
static int
find(const struct word_row rows[], int count, const char *word)
{
	for (int i = 0; word != NULL && i < count; i++)
		if (strcmp(rows[i].word, word) == 0)
			return i;
	return -1;
}

const char *
status_word(enum status status)
{
	return row_at(statuses, status, STATUS_COUNT)->word;
}

const char *
stage_word(enum handshake_stage stage)
{
	return row_at(stages, stage, STAGE_COUNT)->word;
}

const char *
failer_word(enum handshake_failer failer)
{
	return row_at(failers, failer, FAILED_BY_COUNT)->word;
}

const char *
class_word(enum class_id class_id)
{
	return row_at(classes, class_id, CLASS_COUNT)->word;
}

const char *
class_title(enum class_id class_id)
{
	return row_at(classes, class_id, CLASS_COUNT)->title;
}

const char *
severity_word(enum severity severity)
{
	return row_at(severities, severity, SEVERITY_COUNT)->word;
}

enum severity
class_severity(enum class_id class_id)
{
	if (class_id == CLASS_OK)
		return SEVERITY_OK;
	return class_id == CLASS_WEAK ? SEVERITY_WARNING : SEVERITY_ERROR;
}

bool
status_from_word(const char *word, enum status *status)
{
	int at = find(statuses, STATUS_COUNT, word);

	if (at >= 0)
		*status = (enum status)at;
	return at >= 0;
}

bool
class_from_word(const char *word, enum class_id *class_id)
{
	int at = find(classes, CLASS_COUNT, word);

	if (at >= 0)
		*class_id = (enum class_id)at;
	return at >= 0;
}

bool
severity_from_word(const char *word, enum severity *severity)
{
	int at = find(severities, SEVERITY_COUNT, word);

	if (at >= 0)
		*severity = (enum severity)at;
	return at >= 0;
}

bool
stage_from_word(const char *word, enum handshake_stage *stage)
{
	int at = find(stages, STAGE_COUNT, word);

	if (at >= 0)
		*stage = (enum handshake_stage)at;
	return at >= 0;
}

bool
failer_from_word(const char *word, enum handshake_failer *failer)
{
	int at = find(failers, FAILED_BY_COUNT, word);

	if (at >= 0)
		*failer = (enum handshake_failer)at;
	return at >= 0;
}
