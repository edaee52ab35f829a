/*
 * A run on disk, read back: records in input order, certificates by their
 * SHA-256.  Memory is eight octets a record, sixteen a certificate and the DER
 * of the CA certificates, 16 MiB at most; a last line that a kill cut short is
 * passed over.
 */
#ifndef RUNDIR_ARCHIVE_H
#define RUNDIR_ARCHIVE_H

#include "base/arena.h"
#include "model/result.h"

struct archive;

/*
 * `run` is a run directory, or a hosts.ndjson in one.  NULL with a sentence
 * in *error (heap; the caller frees) when there is no such run.
 */
struct archive *archive_open(const char *run, char **error);
void archive_close(struct archive *);

/* Has no records and certificates from now on, and gives back their memory. */
void archive_empty(struct archive *);

const char *archive_directory(const struct archive *);

/* Records, in input order: 0 .. count - 1. */
size_t archive_count(const struct archive *);

/* The record's place in the input, without reading all of it; 0: none. */
uint64_t archive_ordinal(struct archive *, size_t at);

/* The first record of this ordinal or a higher one; none: the count. */
size_t archive_find(struct archive *, uint64_t ordinal);

/* Lines that could not be read as a record, and were left out. */
size_t archive_damaged(const struct archive *);

/*
 * Reads one record; everything is in the arena, which is not reset.  The
 * raw line, if asked for, too.  False when it cannot be read (any more).
 */
bool archive_read(struct archive *, size_t at, struct arena *, struct result *,
    struct bytes *line);

/* The same, with these parts (enum result_part) of it alone. */
bool archive_read_parts(struct archive *, size_t at, struct arena *,
    unsigned parts, struct result *);

/* The record as it is written, in the arena; false as above. */
bool archive_line(
    struct archive *, size_t at, struct arena *, struct bytes *line);

/* The certificate's DER in the arena; false when the run does not hold it. */
bool archive_certificate(
    struct archive *, const struct digest *, struct arena *, struct bytes *der);

/* Tells of every CA certificate of the run once, in the order written. */
void archive_each_authority(struct archive *,
    void (*tell)(void *context, struct bytes der), void *context);

/*
 * Completes seen->chain from the run's certificates.  False when one is not
 * there, or no host is named: such a record cannot be judged again.
 */
bool archive_fill_chain(
    struct archive *, struct arena *, struct observation *seen);

/*
 * Those alone that further offers got; archive_fill_chain does so too.  Not
 * needed to judge: one that is not there is named only.
 */
void archive_fill_other_chains(
    struct archive *, struct arena *, struct observation *seen);

#endif
