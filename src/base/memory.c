/*
 * The heap: where there is no memory left, a message and exit 4.
 */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"

/* malloc(0) may return NULL, which is no failure. */
static size_t
at_least_one(size_t size)
{
	return size == 0 ? 1 : size;
}

static void *
must(void *memory)
{
	if (memory == NULL)
		fatal("out of memory");
	return memory;
}

void *
memory_new(size_t size)
{
	return must(calloc(1, at_least_one(size)));
}

void *
memory_array(size_t count, size_t size)
{
	return must(calloc(at_least_one(count), at_least_one(size)));
}

void *
memory_resize(void *memory, size_t count, size_t size)
{
	return must(
	    reallocarray(memory, at_least_one(count), at_least_one(size)));
}

char *
memory_string(const char *string)
{
	return string == NULL ? NULL : must(strdup(string));
}

void *
memory_copy(const void *octets, size_t size)
{
	void *copy = must(malloc(at_least_one(size)));

	if (size > 0)
		memcpy(copy, octets, size);
	return copy;
}

void *
memory_grow(void *array, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return array;
	*capacity = *capacity == 0 ? 8 : *capacity * 2;
	return memory_resize(array, *capacity, size);
}
