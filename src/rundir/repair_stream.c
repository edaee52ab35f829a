/*
 * First a torn last line is cut off, then every line is decided upon, then
 * the file is changed, if at all.  What a line says is its owner's business.
 */
#include "rundir/repair_stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

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

/* Where the last newline is, and what is behind it is not a line. */
static int
find_end(int fd, off_t *end)
{
	char block[BLOCK];
	off_t at = lseek(fd, 0, SEEK_END);

	while (at > 0) {
		size_t size = at < BLOCK ? (size_t)at : BLOCK;
		ssize_t got = pread(fd, block, size, at - (off_t)size);
		const char *newline;

		if (got != (ssize_t)size)
			return -1;
		newline = memrchr(block, '\n', size);
		at -= (off_t)size;
		if (newline == NULL)
			continue;
		*end = at + (newline - block) + 1;
		return 0;
	}
	*end = 0;
	return at < 0 ? -1 : 0;
}

static int
cut_torn_line(int fd)
{
	off_t end;

	if (find_end(fd, &end) < 0)
		return -1;
	return end == lseek(fd, 0, SEEK_END) ? 0 : ftruncate(fd, end);
}

static void
note(struct stream_repair *repair, uint32_t decision, bool *has_gap)
{
	repair->decisions = memory_grow(repair->decisions, repair->count,
	    &repair->capacity, sizeof(*repair->decisions));
	repair->decisions[repair->count++] = decision;
	if (decision == LINE_DROP) {
		*has_gap = true;
		return;
	}
	repair->is_gapped =
	    repair->is_gapped || *has_gap || decision != LINE_KEEP;
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
		note(repair, decision, &has_gap);
	} while (true);
	line_reader_close(reader);
	return more;
}

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

/* The same lines are read as the time before: nobody else writes here. */
static int
copy_kept(struct stream_repair *repair, FILE *out)
{
	struct line_reader *reader;
	struct bytes line;
	int result = 0;

	rewind(repair->stream);
	reader = line_reader_open_stream(repair->stream, RECORD_LINE_MOST);
	for (size_t i = 0; i < repair->count && result == 0; i++) {
		uint32_t decision = repair->decisions[i];
		int more = line_reader_next(reader, &line);

		if (more == 1 && decision != LINE_DROP)
			write_line(out, line, decision);
		else if (decision != LINE_DROP)
			result = -1;
	}
	line_reader_close(reader);
	return result;
}

/* A disk that cannot be read twice must not cost what it holds. */
static int
replace(struct stream_repair *repair)
{
	struct file_draft *draft = file_draft_open(repair->path);

	if (draft == NULL)
		return -1;
	if (copy_kept(repair, file_draft_stream(draft)) == 0)
		return file_draft_commit(draft);
	file_draft_abandon(draft);
	errno = EIO;
	return -1;
}

static int
repair_file(struct stream_repair *repair, line_decision *decide, void *context)
{
	int fd = fileno(repair->stream);

	if (cut_torn_line(fd) < 0 || fseeko(repair->stream, 0, SEEK_SET) < 0 ||
	    decide_all(repair, decide, context) < 0)
		return -1;
	if (repair->is_gapped)
		return replace(repair);
	return repair->end == (uint64_t)lseek(fd, 0, SEEK_END)
		   ? 0
		   : ftruncate(fd, (off_t)repair->end);
}

int
repair_stream(const char *directory, const char *name, line_decision *decide,
    void *context)
{
	char *path = file_join(directory, name);
	struct stream_repair repair = { .path = path };
	int result = 0;

	repair.stream = fopen(path, "r+e");
	if (repair.stream != NULL) {
		result = repair_file(&repair, decide, context);
		fclose(repair.stream);
	} else if (errno != ENOENT) {
		result = -1;
	}
	free(repair.decisions);
	free(path);
	return result;
}
