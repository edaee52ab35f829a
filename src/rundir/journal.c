/*
 * Buffers of whole lines and the files they go to.  Does not read the lines.
 * write(2) is called with whole lines only, certificates first.
 */
#include "rundir/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

enum { FLUSH_SIZE = 1 << 16 };

/* What a power cut may cost; a sync may take a tenth of a second. */
#define SYNC_NS (5 * UINT64_C(1000000000))

struct line_file {
	int fd; /* -1: not kept */
	struct text buffer;
};

struct journal {
	struct line_file certificates, records, pending, stream;
	FILE *pending_stream;
	struct seen *written;
	uint64_t pending_count;
	uint64_t synced_ns; /* when the disk was last asked */
	bool is_kept;	    /* in a directory */
	int error;	    /* errno of the first failure */
};

static int
open_in(const char *directory, const char *name)
{
	char *path = file_join(directory, name);
	int fd = file_open_own(path, O_RDWR | O_APPEND | O_CREAT);

	free(path);
	return fd;
}

struct journal *
journal_open(const char *directory, FILE *stream)
{
	struct journal *journal = memory_new(sizeof(*journal));
	FILE *unlinked;

	journal->certificates.fd = journal->records.fd = -1;
	journal->pending.fd = -1;
	journal->stream.fd = stream == NULL ? -1 : fileno(stream);
	journal->written = seen_new();
	journal->synced_ns = clock_monotonic_ns();
	journal->is_kept = directory != NULL;
	if (directory != NULL) {
		journal->certificates.fd = open_in(directory, "certs.ndjson");
		journal->records.fd = open_in(directory, "hosts.ndjson");
		journal->pending.fd = open_in(directory, "pending.ndjson");
	} else if ((unlinked = tmpfile()) != NULL) {
		journal->pending.fd =
		    fcntl(fileno(unlinked), F_DUPFD_CLOEXEC, 3);
		fclose(unlinked);
	}
	if (journal->pending.fd >= 0 &&
	    (directory == NULL ||
		(journal->certificates.fd >= 0 && journal->records.fd >= 0)))
		return journal;
	journal->stream.fd = -1;
	journal->error = errno;
	journal_close(journal);
	return NULL;
}

void
journal_go_on(
    struct journal *journal, struct seen *certificates, uint64_t pending)
{
	seen_free(journal->written);
	journal->written = certificates;
	journal->pending_count = pending;
}

/*
 * Writes the buffer.  Where the disk is full in the middle of a line, the
 * torn line is cut off, so that the file holds whole lines only; a pipe keeps
 * what it was given, and what cannot be cut here --resume cuts.
 */
static void
drain(struct journal *journal, struct line_file *file)
{
	size_t done = 0, torn = 0;
	struct stat status;

	while (
	    file->fd >= 0 && journal->error == 0 && done < file->buffer.size) {
		ssize_t count = write(file->fd, file->buffer.data + done,
		    file->buffer.size - done);

		if (count < 0 && errno != EINTR && errno != EAGAIN)
			journal->error = errno;
		if (count > 0)
			done += (size_t)count;
	}
	if (journal->error != 0)
		while (
		    torn < done && file->buffer.data[done - torn - 1] != '\n')
			torn++;
	if (torn > 0 && fstat(file->fd, &status) == 0 &&
	    S_ISREG(status.st_mode) && status.st_size >= (off_t)torn &&
	    ftruncate(file->fd, status.st_size - (off_t)torn) < 0)
		log_debug("a torn line stays: %s", strerror(errno));
	text_clear(&file->buffer);
}

static int
flush(struct journal *journal)
{
	drain(journal, &journal->certificates);
	drain(journal, &journal->pending);
	drain(journal, &journal->records);
	drain(journal, &journal->stream);
	errno = journal->error;
	return journal->error == 0 ? 0 : -1;
}

static void
sync_file(struct journal *journal, const struct line_file *file)
{
	if (journal->is_kept && journal->error == 0 && fdatasync(file->fd) < 0)
		journal->error = errno;
}

/* Flushes, and waits until the disk has it all. */
static int
sync_all(struct journal *journal)
{
	flush(journal);
	sync_file(journal, &journal->certificates);
	sync_file(journal, &journal->pending);
	sync_file(journal, &journal->records);
	journal->synced_ns = clock_monotonic_ns();
	errno = journal->error;
	return journal->error == 0 ? 0 : -1;
}

int
journal_flush(struct journal *journal)
{
	if (clock_monotonic_ns() - journal->synced_ns >= SYNC_NS)
		return sync_all(journal);
	return flush(journal);
}

static void
append(struct journal *journal, struct line_file *file, struct bytes line)
{
	if (file->fd < 0)
		return;
	text_append_bytes(&file->buffer, line);
	if (file->buffer.size >= FLUSH_SIZE)
		journal_flush(journal);
}

void
journal_certificate(
    struct journal *journal, const struct digest *sha256, struct bytes line)
{
	if (journal->certificates.fd >= 0 &&
	    seen_add(journal->written, digest_bytes(sha256)))
		append(journal, &journal->certificates, line);
}

void
journal_record(struct journal *journal, struct bytes line)
{
	append(journal, &journal->records, line);
	append(journal, &journal->stream, line);
}

void
journal_pending(struct journal *journal, struct bytes line)
{
	journal->pending_count++;
	append(journal, &journal->pending, line);
}

uint64_t
journal_pending_count(const struct journal *journal)
{
	return journal->pending_count;
}

FILE *
journal_pending_stream(struct journal *journal)
{
	if (sync_all(journal) < 0)
		return NULL;
	if (journal->pending_stream == NULL) {
		int fd = fcntl(journal->pending.fd, F_DUPFD_CLOEXEC, 3);

		journal->pending_stream = fd < 0 ? NULL : fdopen(fd, "r");
	}
	if (journal->pending_stream != NULL)
		rewind(journal->pending_stream);
	return journal->pending_stream;
}

static void
close_file(struct line_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	text_free(&file->buffer);
}

int
journal_close(struct journal *journal)
{
	int result = sync_all(journal);

	if (journal->pending_stream != NULL)
		fclose(journal->pending_stream);
	journal->stream.fd = -1; /* the caller's */
	text_free(&journal->stream.buffer);
	close_file(&journal->certificates);
	close_file(&journal->records);
	close_file(&journal->pending);
	seen_free(journal->written);
	free(journal);
	return result;
}
