/*
 * First a torn last line is cut off, then every line is decided upon, then the
 * file is changed, if at all.  The content of a line is its owner's.
 */
#include "rundir/repair_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fatal.h"
#include "base/file.h"
#include "base/memory.h"
#include "model/record_line.h"

enum { BLOCK = 1 << 16 };

struct stream_repair {
	const char *path;
	FILE *stream;
	uint32_t *decisions;
	size_t count, capacity;
	uint64_t end;	/* of the last line that stays */
	bool is_gapped; /* one before it goes, or is numbered anew */
};

/* What is behind the last newline is not a line. */
static int
cut_torn_line(int fd)
{
	char block[BLOCK];
	off_t size = lseek(fd, 0, SEEK_END), at = size, end = 0;

	while (at > 0 && end == 0) {
		size_t part = at < BLOCK ? (size_t)at : BLOCK;
		const char *newline;

		at -= (off_t)part;
		if (pread(fd, block, part, at) != (ssize_t)part)
			return -1;
		newline = memrchr(block, '\n', part);
		if (newline != NULL)
			end = at + (newline - block) + 1;
	}
	if (size < 0)
		return -1;
	return end == size ? 0 : ftruncate(fd, end);
}

/* A line ends where the next one begins. */
static int
decide_all(struct stream_repair *repair, line_decision *decide, void *context)
{
	struct line_reader *reader =
	    line_reader_open_stream(repair->stream, RECORD_LINE_MOST);
	struct bytes line;
	bool has_gap = false;
	uint32_t decision = LINE_DROP;
	int more;

	do {
		more = line_reader_next(reader, &line);
		if (decision != LINE_DROP)
			repair->end = line_reader_offset(reader);
		if (more == 0 || (more < 0 && errno != EMSGSIZE))
			break;
		decision = more < 0 || line.size == 0 ? LINE_DROP
						      : decide(context, line);
		repair->decisions =
		    memory_grow(repair->decisions, repair->count,
			&repair->capacity, sizeof(*repair->decisions));
		repair->decisions[repair->count++] = decision;
		if (decision == LINE_DROP)
			has_gap = true;
		else if (has_gap || decision != LINE_KEEP)
			repair->is_gapped = true;
	} while (true);
	line_reader_close(reader);
	return more;
}

/* One line, with its record's new ordinal where the decision is one. */
static void
write_line(FILE *out, struct bytes line, uint32_t decision)
{
	struct bytes digits;
	uint64_t ordinal;
	size_t before = 0;

	if (decision != LINE_KEEP &&
	    record_line_ordinal(line, &ordinal, &digits)) {
		before = (size_t)(digits.data - line.data);
		fwrite(line.data, 1, before, out);
		fprintf(out, "%" PRIu32, decision);
		before += digits.size;
	}
	fwrite(line.data + before, 1, line.size - before, out);
	fputc('\n', out);
}

/*
 * The same lines as in the first pass: only this process writes here.  Where
 * the second read fails, the file stays as it was.
 */
static int
replace(struct stream_repair *repair)
{
	struct file_draft *draft = file_draft_open(repair->path);
	struct line_reader *reader;
	struct bytes line;
	bool whole = true;

	if (draft == NULL)
		return -1;
	rewind(repair->stream);
	reader = line_reader_open_stream(repair->stream, RECORD_LINE_MOST);
	for (size_t i = 0; i < repair->count && whole; i++) {
		uint32_t decision = repair->decisions[i];
		int more = line_reader_next(reader, &line);

		whole = more == 1 || decision == LINE_DROP;
		if (whole && decision != LINE_DROP)
			write_line(file_draft_stream(draft), line, decision);
	}
	line_reader_close(reader);
	if (whole)
		return file_draft_commit(draft);
	file_draft_abandon(draft);
	errno = EIO;
	return -1;
}

int
repair_stream(const char *directory, const char *name, line_decision *decide,
    void *context)
{
	char *path = file_join(directory, name);
	struct stream_repair repair = { .path = path };
	int result = -1, fd = file_open_own(path, O_RDWR);

	if (fd < 0) {
		result = errno == ENOENT ? 0 : -1;
		free(path);
		return result;
	}
	repair.stream = fdopen(fd, "r+");
	if (repair.stream == NULL)
		fatal("out of memory");
	if (cut_torn_line(fd) == 0 && fseeko(repair.stream, 0, SEEK_SET) == 0 &&
	    decide_all(&repair, decide, context) >= 0) {
		if (repair.is_gapped)
			result = replace(&repair);
		else if (repair.end == (uint64_t)lseek(fd, 0, SEEK_END))
			result = 0;
		else
			result = ftruncate(fd, (off_t)repair.end);
	}
	fclose(repair.stream);
	free(repair.decisions);
	free(path);
	return result;
}
