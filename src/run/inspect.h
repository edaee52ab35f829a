/*
 * One chain without a server: a PEM file judged as if a host had sent it. Keeps
 * nothing of it.
 */
#ifndef RUN_INSPECT_H
#define RUN_INSPECT_H

#include "audit/audit.h"
#include "run/known.h"

struct inspection {
	const struct audit_settings *settings;
	const struct known *known;
	const char *host; /* as typed */
	uint16_t port;
	const char *const *paths; /* PEM files, joined, leaf first */
	size_t path_count;
};

/*
 * The record's line (NDJSON) is appended.  -1 with a sentence in *error
 * (heap; the caller frees) when the host or a file cannot be used.
 */
int inspect_chain(const struct inspection *, struct text *line, enum class_id *,
    enum severity *, char **error);

#endif
