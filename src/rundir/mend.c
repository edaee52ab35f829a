/*
 * First a torn last line is cut off, then every line is decided upon, then
 * the file is changed, if at all.  What a line says is its owner's business.
 */
#include "rundir/mend.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "rundir/archive.h"

enum { BLOCK = 1 << 16 };

struct mending {
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
note(struct mending *mending, uint32_t decision, bool *has_gap)
{
	mending->decisions = memory_grow(mending->decisions, mending->count,
	    &mending->capacity, sizeof(*mending->decisions));
	mending->decisions[mending->count++] = decision;
	if (decision == MEND_DROP) {
		*has_gap = true;
		return;
	}
	mending->is_gapped =
	    mending->is_gapped || *has_gap || decision != MEND_KEEP;
}

/* A line ends where the next one begins. */
static int
decide_all(struct mending *mending, mend_decision *decide, void *context)
{
	struct line_reader *reader =
	    line_reader_open_stream(mending->stream, RECORD_LINE_MOST);
	struct bytes line;
	bool has_gap = false;
	uint32_t decision = MEND_DROP;
	int more;

	do {
		more = line_reader_next(reader, &line);
		if (decision != MEND_DROP)
			mending->end = line_reader_offset(reader);
		if (more == 0 || (more < 0 && errno != EMSGSIZE))
			break;
		decision = more < 0 || line.size == 0 ? MEND_DROP
						      : decide(context, line);
		note(mending, decision, &has_gap);
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

	if (decision != MEND_KEEP &&
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
copy_kept(struct mending *mending, FILE *out)
{
	struct line_reader *reader;
	struct bytes line;
	int result = 0;

	rewind(mending->stream);
	reader = line_reader_open_stream(mending->stream, RECORD_LINE_MOST);
	for (size_t i = 0; i < mending->count && result == 0; i++) {
		uint32_t decision = mending->decisions[i];
		int more = line_reader_next(reader, &line);

		if (more == 1 && decision != MEND_DROP)
			write_line(out, line, decision);
		else if (decision != MEND_DROP)
			result = -1;
	}
	line_reader_close(reader);
	return result;
}

/* A disk that cannot be read twice must not cost what it holds. */
static int
replace(struct mending *mending)
{
	struct file_draft *draft = file_draft_open(mending->path);

	if (draft == NULL)
		return -1;
	if (copy_kept(mending, file_draft_stream(draft)) == 0)
		return file_draft_commit(draft);
	file_draft_abandon(draft);
	errno = EIO;
	return -1;
}

static int
mend(struct mending *mending, mend_decision *decide, void *context)
{
	int fd = fileno(mending->stream);

	if (cut_torn_line(fd) < 0 || fseeko(mending->stream, 0, SEEK_SET) < 0 ||
	    decide_all(mending, decide, context) < 0)
		return -1;
	if (mending->is_gapped)
		return replace(mending);
	return mending->end == (uint64_t)lseek(fd, 0, SEEK_END)
		   ? 0
		   : ftruncate(fd, (off_t)mending->end);
}

int
mend_stream(const char *directory, const char *name, mend_decision *decide,
    void *context)
{
	char *path = file_join(directory, name);
	struct mending mending = { .path = path };
	int result = 0;

	mending.stream = fopen(path, "r+e");
	if (mending.stream != NULL) {
		result = mend(&mending, decide, context);
		fclose(mending.stream);
	} else if (errno != ENOENT) {
		result = -1;
	}
	free(mending.decisions);
	free(path);
	return result;
}
