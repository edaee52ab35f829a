/*
 * What was asked for, as run.json keeps it: options as they were typed, lists,
 * arguments.
 */
#ifndef CMD_REQUEST_H
#define CMD_REQUEST_H

#include "cmd/options.h"
#include "model/client_profile.h"
#include "rundir/manifest.h"

/*
 * Fills in the manifest's options, and the directory they were typed in.
 * Everything is in the arena; the text is clean UTF-8.
 */
void request_describe(
    struct arena *, struct manifest *, const struct given_options *);

/* Copies of strings in the arena, clean. */
const char **request_strings(
    struct arena *, const char *const *strings, size_t count);

/* The clients that judge, as run.json and reports name them. */
struct manifest_client *request_clients(
    struct arena *, const struct client_profiles *);

#endif
