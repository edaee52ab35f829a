/*
 * The heap: where there is no memory left, a message and exit 4.
 *
 * That holds for the libraries too.  Some of them take a failed allocation for
 * a bad signature or a malformed certificate, others end the program: so
 * malloc(3) itself is replaced here, as the manual of the GNU C library allows,
 * and never returns NULL.  A sanitizer has replaced it already, and other C
 * libraries have no second name for theirs.
 */
#include "base/memory.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"

#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) &&               \
    !defined(__SANITIZE_THREAD__) && !__has_feature(address_sanitizer) && \
    !__has_feature(memory_sanitizer) && !__has_feature(thread_sanitizer)
#define REPLACES_MALLOC 1
#else
#define REPLACES_MALLOC 0
#endif

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

#if REPLACES_MALLOC
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

/* A larger request of a library is no lack of memory but a wrong number, and
   what it does with that is its own. */
static const size_t largest_request = (size_t)1 << 30;

static void *
must_at_once(void *memory, size_t size)
{
	if (memory == NULL && size > 0 && size < largest_request)
		fatal_at_once("out of memory");
	return memory;
}

void *
malloc(size_t size)
{
	return must_at_once(__libc_malloc(size), size);
}

void *
calloc(size_t count, size_t size)
{
	return must_at_once(__libc_calloc(count, size), count * size);
}

void *
realloc(void *memory, size_t size)
{
	return must_at_once(__libc_realloc(memory, size), size);
}

void *
memalign(size_t alignment, size_t size)
{
	return must_at_once(__libc_memalign(alignment, size), size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int
posix_memalign(void **out, size_t alignment, size_t size)
{
	if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0)
		return EINVAL;
	*out = memalign(alignment, size);
	return *out == NULL && size > 0 ? ENOMEM : 0;
}

void
free(void *memory)
{
	__libc_free(memory);
}
#endif

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
