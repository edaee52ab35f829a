/*
 * Lines out of one buffer (file.h): what is not read yet is not in memory.
 * A line over the limit is passed over without being kept.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

enum { FIRST_BUFFER = 64 * 1024 };

struct line_reader {
	int fd; /* -1: read from the stream instead */
	bool owns_fd;
	FILE *stream;
	size_t limit;
	char *buffer;
	size_t capacity;
	size_t start, end; /* what is read and not yet given out */
	bool at_end;
	uint64_t offset;      /* of the current line */
	uint64_t next_offset; /* of buffer[start] */
};

static struct line_reader *
reader_new(size_t limit)
{
	struct line_reader *reader = memory_new(sizeof(*reader));

	reader->fd = -1;
	reader->limit = limit;
	reader->capacity = FIRST_BUFFER;
	reader->buffer = memory_array(reader->capacity, 1);
	return reader;
}

struct line_reader *
line_reader_open(const char *path, size_t limit)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct line_reader *reader;

	if (fd < 0)
		return NULL;
	reader = reader_new(limit);
	reader->fd = fd;
	reader->owns_fd = !is_stdin;
	return reader;
}

struct line_reader *
line_reader_open_stream(FILE *stream, size_t limit)
{
	struct line_reader *reader = reader_new(limit);

	reader->stream = stream;
	return reader;
}

void
line_reader_close(struct line_reader *reader)
{
	if (reader == NULL)
		return;
	if (reader->owns_fd)
		close(reader->fd);
	free(reader->buffer);
	free(reader);
}

/* Room at the end: by moving up, or else by growing. */
static void
make_room(struct line_reader *reader)
{
	size_t held = reader->end - reader->start;

	if (reader->start > 0 && held <= reader->capacity / 2) {
		memmove(reader->buffer, reader->buffer + reader->start, held);
		reader->start = 0;
		reader->end = held;
	}
	if (reader->end == reader->capacity) {
		reader->buffer =
		    memory_resize(reader->buffer, reader->capacity, 2);
		reader->capacity *= 2;
	}
}

static ssize_t
read_some(struct line_reader *reader, char *into, size_t room)
{
	ssize_t got;

	if (reader->stream != NULL) {
		got = (ssize_t)fread(into, 1, room, reader->stream);
		return got == 0 && ferror(reader->stream) ? -1 : got;
	}
	do
		got = read(reader->fd, into, room);
	while (got < 0 && errno == EINTR);
	return got;
}

/* 0, or -1 with errno; the end of the input sets at_end. */
static int
fill(struct line_reader *reader)
{
	ssize_t got;

	make_room(reader);
	got = read_some(reader, reader->buffer + reader->end,
	    reader->capacity - reader->end);
	if (got < 0)
		return -1;
	reader->at_end = got == 0;
	reader->end += (size_t)got;
	return 0;
}

static void
consume(struct line_reader *reader, size_t size)
{
	reader->start += size;
	reader->next_offset += size;
}

/* Drops the rest of a line that is too long. */
static int
skip_line(struct line_reader *reader)
{
	for (;;) {
		const char *at = reader->buffer + reader->start;
		size_t held = reader->end - reader->start;
		const char *end = memchr(at, '\n', held);

		if (end != NULL || reader->at_end) {
			consume(reader,
			    end != NULL ? (size_t)(end - at) + 1 : held);
			errno = EMSGSIZE;
			return -1;
		}
		consume(reader, held);
		reader->start = reader->end = 0;
		if (fill(reader) < 0)
			return -1;
	}
}

/* `size` octets without the line end, of which `taken` are used up. */
static int
give(struct line_reader *reader, size_t size, size_t taken, struct bytes *line)
{
	const char *at = reader->buffer + reader->start;

	if (size > 0 && at[size - 1] == '\r')
		size--;
	consume(reader, taken);
	if (size > reader->limit) {
		errno = EMSGSIZE;
		return -1;
	}
	*line = bytes_of(at, size);
	return 1;
}

int
line_reader_next(struct line_reader *reader, struct bytes *line)
{
	size_t searched = 0;

	reader->offset = reader->next_offset;
	for (;;) {
		const char *at = reader->buffer + reader->start;
		size_t held = reader->end - reader->start;
		const char *end = memchr(at + searched, '\n', held - searched);

		if (end != NULL)
			return give(reader, (size_t)(end - at),
			    (size_t)(end - at) + 1, line);
		if (reader->at_end && held == 0)
			return 0;
		if (reader->at_end)
			return give(reader, held, held, line);
		/* One more than the limit may still be a CR. */
		if (held > reader->limit + 1)
			return skip_line(reader);
		searched = held;
		if (fill(reader) < 0)
			return -1;
	}
}

uint64_t
line_reader_offset(const struct line_reader *reader)
{
	return reader->offset;
}

bool
file_line_at(int fd, uint64_t offset, struct arena *arena, struct bytes *line)
{
	enum { FIRST_ROOM = 8192 };
	size_t room = FIRST_ROOM, size = 0;
	const char *end = NULL;
	char *buffer = arena_room(arena, room);
	ssize_t got = 1;

	while (end == NULL && got > 0) {
		if (size == room) {
			char *larger = arena_room(arena, 2 * room);

			buffer = memcpy(larger, buffer, size);
			room *= 2;
		}
		got = pread(
		    fd, buffer + size, room - size, (off_t)(offset + size));
		if (got > 0) {
			end = memchr(buffer + size, '\n', (size_t)got);
			size += (size_t)got;
		}
	}
	if (end != NULL)
		size = (size_t)(end - buffer);
	*line = bytes_of(buffer, size);
	return got >= 0 && size > 0;
}
