/*
 * The public intermediates that `fleetscan intermediates update` keeps for
 * later runs: one PEM file beside the learned cache, with the day it is of and
 * where it came from in its first line.
 */
#ifndef SYSTEM_PUBLIC_INTERMEDIATES_H
#define SYSTEM_PUBLIC_INTERMEDIATES_H

#include "base/arena.h"
#include "base/bytes.h"

enum { PUBLIC_INTERMEDIATES_DAYS = 90 }; /* older ones are worth a word */

struct public_intermediates {
	const char *path;
	int64_t date; /* of the update */
	const char *from;
	size_t count, skipped; /* CA certificates; others, and damaged ones */
};

const char *public_intermediates_path(
    struct arena *, const char *cache_directory);

/* What the first line says; false when there is no such file, or line. */
bool public_intermediates_find(
    struct arena *, const char *path, struct public_intermediates *);

/*
 * Takes the CA certificates of a downloaded or named list (CSV with a PEM
 * column, or PEM).  The text for the file is in the arena; NULL with half a
 * sentence in *error when it is not whole or holds none.
 */
const char *public_intermediates_read(struct arena *, struct bytes list,
    struct public_intermediates *, const char **error);

/* Replaces the file as a whole; -1 with errno, and the old one stays. */
int public_intermediates_write(const char *path, const char *text);

#endif
