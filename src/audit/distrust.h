/*
 * Distrust that is part of a client's code: it refuses what a root issued after
 * a day, whatever store the root is in, or refuses a root that no program lists
 * any more.  Which do is data (data/distrust.json), with its sources.  What a
 * program says of the roots in its own list is in model/roots.h.
 */
#ifndef AUDIT_DISTRUST_H
#define AUDIT_DISTRUST_H

#include "base/arena.h"
#include "x509/certificate.h"

/* What of the leaf is compared with the rule's date. */
enum distrust_kind {
	DISTRUST_ISSUED_AFTER, /* its first day */
	DISTRUST_FROM	       /* nothing: all are refused from then on */
};

struct distrust_rule {
	const char *id;	      /* "chrome-entrust" */
	const char *sentence; /* for people */
	const char *source;
	const char **clients; /* ids as in records */
	size_t client_count;
	const struct digest **roots; /* SHA-256 of certificates */
	size_t root_count;
	enum distrust_kind kind;
	int64_t date; /* seconds; the last good one, or the first
			 bad one of DISTRUST_FROM */
};

struct distrust {
	const struct distrust_rule *rules;
	size_t count;
};

/*
 * Reads the text of a distrust.json; `name` is what messages call it.
 * Everything is in the arena.  NULL with a sentence in *error that says
 * where: "distrust.json: rules[3].date: no such date".
 */
const struct distrust *distrust_read(
    struct arena *, struct bytes, const char *name, const char **error);

bool distrust_rule_names(const struct distrust_rule *, const char *client);

/*
 * The first of these rules that refuses this leaf although its path ends at
 * `anchor`; NULL: none is.
 */
const struct distrust_rule *distrust_find(const struct distrust_rule *const *,
    size_t count, const struct certificate *leaf,
    const struct certificate *anchor, int64_t now);

#endif
