/* The word somebody may have meant, for messages about one that is unknown. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/*
 * Of these words the one that begins as `typed` does, or that a slip or two
 * of the fingers away from it lies; NULL when none is near enough to be
 * named.  Of equally near ones the first.
 */
const char *nearest_word(
    const char *typed, const char *const words[], size_t count);

#endif
