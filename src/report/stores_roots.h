/*
 * The root programs beside what is here: how many of a store's anchors stand in
 * today's list of each, and which hosts of a run depend on a root that some of
 * these lists lack.
 */
#ifndef REPORT_STORES_ROOTS_H
#define REPORT_STORES_ROOTS_H

#include <stdio.h>

#include "base/json.h"
#include "model/roots.h"
#include "rundir/archive.h"
#include "x509/trust_store.h"

/* "Chrome 156 has 98 of its 100, ...; 2 are in none", words and as members. */
void store_roots_append(
    struct text *, const struct roots *, const struct trust_store *);
void store_roots_add(struct json_writer *object, const struct roots *,
    const struct trust_store *);

/* The roots that hosts of the run depend on, with most hosts first. */
struct run_roots;
struct run_roots *run_roots_new(const struct roots *, struct archive *);
void run_roots_free(struct run_roots *);
void run_roots_append_text(const struct run_roots *, struct text *);

/* One object and a newline for each root. */
void run_roots_append_json(const struct run_roots *, struct text *);

/* A header row, then one for each host whose root some list lacks. */
void run_roots_write_csv(const struct roots *, struct archive *, FILE *stream);

#endif
