/*
 * Heap memory that is always there: running out of it ends the program with
 * a message, so no caller checks.  Release with free().
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

void *memory_new(size_t size);		       /* zeroed */
void *memory_array(size_t count, size_t size); /* zeroed, overflow checked */
void *memory_resize(void *, size_t count, size_t size);
char *memory_string(const char *); /* a copy; NULL stays NULL */
void *memory_copy(const void *, size_t size);

/*
 * Room for one more element in a growing array: doubles *capacity when count
 * has reached it and returns the (moved) array.
 */
void *memory_grow(void *array, size_t count, size_t *capacity, size_t size);

#endif
