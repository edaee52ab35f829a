/*
 * The two NDJSON streams of a run and its pending observations, appended in
 * whole lines: what a kill leaves behind can be read and gone on with.
 * Certificates reach the disk before the record that names them; every few
 * seconds the disk is asked to keep what it has, in that order too.
 */
#ifndef RUNDIR_JOURNAL_H
#define RUNDIR_JOURNAL_H

#include <stdio.h>

#include "base/bytes.h"
#include "base/map.h"

struct journal;

/*
 * directory NULL: nothing is kept, and what is pending goes to an unlinked
 * temporary file.  `stream` (may be NULL) gets every record too.  NULL with
 * errno when a file cannot be made.
 */
struct journal *journal_open(const char *directory, FILE *stream);

/*
 * The files hold this much already: certificates (taken) that are not to be
 * written again, and pending lines.
 */
void journal_go_on(
    struct journal *, struct seen *certificates, uint64_t pending);

/* Certificates are written once a run, whoever sends them. */
void journal_certificate(
    struct journal *, const struct digest *, struct bytes line);
void journal_record(struct journal *, struct bytes line);
void journal_pending(struct journal *, struct bytes line);

/*
 * Hands what is buffered to the system; -1 once anything failed (errno): the
 * files then end with the last line that was written whole.
 */
int journal_flush(struct journal *);

/* The pending lines so far, flushed; the stream is the journal's. */
FILE *journal_pending_stream(struct journal *);
uint64_t journal_pending_count(const struct journal *);

/* Syncs and closes.  0 or -1. */
int journal_close(struct journal *);

#endif
