/*
 * The sources of certificates: where one on a path, or one that should have
 * been sent, came from.  To add a source: its row here, and where its
 * certificates are in run/sources.c.
 */
#ifndef MODEL_SOURCE_H
#define MODEL_SOURCE_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * Name, word in records, words for people before the place, and two facts.
 * Is it kept in the learned cache?  Files and stores are read by the
 * next run anyway; what a fleet sent or AIA gave may be gone then.  And was it
 * fetched?  Then it is tried after the intermediates of the store: an
 * installed certificate is preferred to a fetched one.
 */
#define SOURCES(ROW)                                            \
	ROW(RECEIVED, "received", "sent by", false, false)      \
	ROW(FLEET, "fleet", "sent by", true, false)             \
	ROW(KNOWN, "known", "found in", false, false)           \
	ROW(STORE, "store", "in the trust store", false, false) \
	ROW(AIA, "aia", "found at", true, true)

#define SOURCE_ENUM(name, word, found, is_learned, is_fetched) SOURCE_##name,
enum source { SOURCES(SOURCE_ENUM) SOURCE_COUNT };

const char *source_word(enum source);
bool source_is_learned(enum source);
bool source_is_fetched(enum source);

/* "sent by api.example.com", "in the trust store" */
const char *source_text(struct arena *, enum source, const char *where);

/* False when the word is none of the list. */
bool source_from_word(const char *, enum source *);

#endif
