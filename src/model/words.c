/*
 * The words of a record, one table a list.  What they mean is decided where
 * records are made.
 */
#include "model/words.h"

#include <stddef.h>
#include <string.h>

#include "base/fatal.h"

static const char *const status_words[STATUS_COUNT] = {
	[STATUS_SUCCESS] = "success",
	[STATUS_DNS_ERROR] = "dns-error",
	[STATUS_CONNECTION_REFUSED] = "connection-refused",
	[STATUS_CONNECTION_TIMEOUT] = "connection-timeout",
	[STATUS_CONNECTION_RESET] = "connection-reset",
	[STATUS_CONNECTION_CLOSED] = "connection-closed",
	[STATUS_IO_TIMEOUT] = "io-timeout",
	[STATUS_STARTTLS_ERROR] = "starttls-error",
	[STATUS_HANDSHAKE_ERROR] = "handshake-error",
	[STATUS_PROTOCOL_ERROR] = "protocol-error",
	[STATUS_INVALID_INPUT] = "invalid-input",
	[STATUS_UNKNOWN_ERROR] = "unknown-error",
};

static const char *const class_words[CLASS_COUNT] = {
	[CLASS_OK] = "ok",
	[CLASS_MISSING_INTERMEDIATE] = "missing_intermediate",
	[CLASS_WRONG_ROOT] = "wrong_root",
	[CLASS_EXPIRED] = "expired",
	[CLASS_NAME_MISMATCH] = "name_mismatch",
	[CLASS_UNKNOWN_ISSUER] = "unknown_issuer",
	[CLASS_INVALID_CHAIN] = "invalid_chain",
	[CLASS_WEAK] = "weak",
	[CLASS_REVOKED] = "revoked",
	[CLASS_UNREACHABLE] = "unreachable",
	[CLASS_NO_TLS] = "no_tls",
};

static const char *const class_titles[CLASS_COUNT] = {
	[CLASS_OK] = "ok",
	[CLASS_MISSING_INTERMEDIATE] = "missing intermediate",
	[CLASS_WRONG_ROOT] = "wrong root",
	[CLASS_EXPIRED] = "expired",
	[CLASS_NAME_MISMATCH] = "name mismatch",
	[CLASS_UNKNOWN_ISSUER] = "unknown issuer",
	[CLASS_INVALID_CHAIN] = "invalid chain",
	[CLASS_WEAK] = "weak key or signature",
	[CLASS_REVOKED] = "revoked",
	[CLASS_UNREACHABLE] = "unreachable",
	[CLASS_NO_TLS] = "no TLS",
};

static const char *const severity_words[SEVERITY_COUNT] = {
	[SEVERITY_OK] = "ok",
	[SEVERITY_NOTICE] = "notice",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_ERROR] = "error",
};

static const char *
word_at(const char *const words[], unsigned index, unsigned count)
{
	if (index >= count)
		fatal_bug("a word was asked for that no list has");
	return words[index];
}

/* The word's index; `count` when it is none of the list. */
static unsigned
index_of(const char *const words[], unsigned count, const char *word)
{
	unsigned i = 0;

	if (word == NULL)
		return count;
	while (i < count && strcmp(words[i], word) != 0)
		i++;
	return i;
}

const char *
status_word(enum status status)
{
	return word_at(status_words, status, STATUS_COUNT);
}

const char *
class_word(enum class_id class_id)
{
	return word_at(class_words, class_id, CLASS_COUNT);
}

const char *
class_title(enum class_id class_id)
{
	return word_at(class_titles, class_id, CLASS_COUNT);
}

const char *
severity_word(enum severity severity)
{
	return word_at(severity_words, severity, SEVERITY_COUNT);
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
	unsigned index = index_of(status_words, STATUS_COUNT, word);

	if (index == STATUS_COUNT)
		return false;
	*status = (enum status)index;
	return true;
}

bool
class_from_word(const char *word, enum class_id *class_id)
{
	unsigned index = index_of(class_words, CLASS_COUNT, word);

	if (index == CLASS_COUNT)
		return false;
	*class_id = (enum class_id)index;
	return true;
}

bool
severity_from_word(const char *word, enum severity *severity)
{
	unsigned index = index_of(severity_words, SEVERITY_COUNT, word);

	if (index == SEVERITY_COUNT)
		return false;
	*severity = (enum severity)index;
	return true;
}
