/*
 * A chain of blocks, the newest being cut from.  Blocks grow with the arena,
 * so that a certificate costs one and a large file a handful.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "base/memory.h"

enum { FIRST_BLOCK = 4096 - 64, LARGEST_BLOCK = 256 * 1024 };

struct block {
	struct block *older;
	size_t size, used;
	alignas(max_align_t) unsigned char octets[];
};

struct arena {
	struct block *newest;
};

static struct block *
block_new(size_t size, struct block *older)
{
	struct block *block;

	if (size > SIZE_MAX - sizeof(*block))
		fatal("out of memory");
	block = malloc(sizeof(*block) + size);
	if (block == NULL)
		fatal("out of memory");
	block->older = older;
	block->size = size;
	block->used = 0;
	return block;
}

struct arena *
arena_new(void)
{
	struct arena *arena = memory_new(sizeof(*arena));

	arena->newest = block_new(FIRST_BLOCK, NULL);
	return arena;
}

static void
free_older(struct block *block)
{
	while (block != NULL) {
		struct block *older = block->older;

		free(block);
		block = older;
	}
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	free_older(arena->newest);
	free(arena);
}

/*
 * The newest block, nearly always the largest, stays: what is reset for each
 * record soon asks for no more.
 */
void
arena_reset(struct arena *arena)
{
	struct block *kept = arena->newest;

	if (kept->size > LARGEST_BLOCK) {
		free_older(kept);
		arena->newest = block_new(FIRST_BLOCK, NULL);
		return;
	}
	free_older(kept->older);
	kept->older = NULL;
	kept->used = 0;
}

void *
arena_room(struct arena *arena, size_t size)
{
	const size_t mask = alignof(max_align_t) - 1;
	void *piece;

	if (size > SIZE_MAX / 2)
		fatal("out of memory");
	size = (size + mask) & ~mask;
	if (size > arena->newest->size - arena->newest->used) {
		size_t larger = arena->newest->size * 2;

		if (larger > LARGEST_BLOCK)
			larger = LARGEST_BLOCK;
		arena->newest =
		    block_new(larger < size ? size : larger, arena->newest);
	}
	piece = arena->newest->octets + arena->newest->used;
	arena->newest->used += size;
	return piece;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	return memset(arena_room(arena, size), 0, size);
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		fatal("out of memory");
	return arena_alloc(arena, total);
}

char *
arena_string(struct arena *arena, const char *string)
{
	size_t size;

	if (string == NULL)
		return NULL;
	size = strlen(string) + 1;
	return memcpy(arena_room(arena, size), string, size);
}

struct bytes
arena_bytes(struct arena *arena, struct bytes bytes)
{
	uint8_t *copy = arena_room(arena, bytes.size);

	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	return bytes_of(copy, bytes.size);
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	char *text;
	int size;

	va_start(arguments, format);
	size = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (size < 0)
		fatal_bug("format cannot be printed");
	text = arena_room(arena, (size_t)size + 1);
	va_start(arguments, format);
	vsnprintf(text, (size_t)size + 1, format, arguments);
	va_end(arguments);
	return text;
}
