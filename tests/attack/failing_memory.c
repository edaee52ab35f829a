/*
 * Preloaded (LD_PRELOAD): the allocation number FAIL_AT fails, with
 * FAIL_FOREVER set every one from there on too.  FAIL_COUNT names a file that
 * gets the number of allocations at the end.
 *
 * The program replaces malloc(3) by one that calls __libc_malloc: that is what
 * is replaced here.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static atomic_ulong count;
static unsigned long fail_at;
static int forever, counting;

/* The next one with this name, looked up once. */
#define NEXT(name)                     \
	static __typeof__(&name) next; \
	if (next == NULL)              \
	*(void **)&next = dlsym(RTLD_NEXT, #name)

static int
fails(void)
{
	unsigned long at;

	if (!counting)
		return 0;
	at = atomic_fetch_add(&count, 1) + 1;
	if (fail_at == 0 || (forever ? at < fail_at : at != fail_at))
		return 0;
	errno = ENOMEM;
	return 1;
}

static void
tell_count(void)
{
	const char *path = getenv("FAIL_COUNT");
	char text[32];
	int fd, size;

	counting = 0;
	if (path == NULL)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	size = snprintf(text, sizeof(text), "%lu\n", atomic_load(&count));
	if (fd < 0 || write(fd, text, (size_t)size) != size)
		_exit(99);
	close(fd);
}

__attribute__((constructor)) static void
begin(void)
{
	const char *at = getenv("FAIL_AT");

	fail_at = at == NULL ? 0 : strtoul(at, NULL, 10);
	forever = getenv("FAIL_FOREVER") != NULL;
	atexit(tell_count);
	counting = 1;
}

void *
__libc_malloc(size_t size)
{
	NEXT(__libc_malloc);
	return fails() ? NULL : next(size);
}

void *
__libc_calloc(size_t number, size_t size)
{
	NEXT(__libc_calloc);
	return fails() ? NULL : next(number, size);
}

void *
__libc_realloc(void *memory, size_t size)
{
	NEXT(__libc_realloc);
	return fails() ? NULL : next(memory, size);
}

void *
__libc_memalign(size_t alignment, size_t size)
{
	NEXT(__libc_memalign);
	return fails() ? NULL : next(alignment, size);
}
