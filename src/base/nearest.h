/* The known word that is most similar to an unknown one, for messages. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/*
 * Of these words the one that begins with `typed`, or whose distance to it is
 * one or two; NULL when none is near enough.  Of equally near ones the first.
 */
const char *nearest_word(
    const char *typed, const char *const words[], size_t count);

#endif
