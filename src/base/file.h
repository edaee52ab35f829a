/*
 * Files whole or line by line.  Functions that fail return -1 or NULL with
 * errno set; the caller names the file in its message.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/text.h"

/* Appends the whole file; EFBIG when it is larger than limit octets. */
int file_read(const char *path, size_t limit, struct text *);

/* Creates the directory and its parents. */
int file_make_directory(const char *path);
/* Those in which the file of this path is to be. */
int file_make_parents(const char *path);

/*
 * Removes a directory with all that is in it, or a file; links are removed,
 * never followed.  -1 with errno at the first thing that would not go.
 */
int file_remove_tree(const char *path);

/*
 * Opens a file of ours to be written in place, with the flags of open(2).  In a
 * directory where others may write too, a link or a pipe of that name is not
 * ours: -1 with errno.
 */
int file_open_own(const char *path, int flags);

bool file_exists(const char *path);
bool file_is_directory(const char *path);

/* "DIR/NAME" on the heap; the caller frees. */
char *file_join(const char *directory, const char *name);

/* "reports/X/", as shells complete it, becomes "reports/X"; "/" stays. */
void file_trim_slashes(char *path);

/*
 * A file that appears whole or not at all: written beside its final name,
 * flushed and renamed by commit.  Abandon removes the temporary.  After
 * either, the object is gone.  Commit returns -1 and removes the temporary
 * when anything since open failed (a full disk shows here).
 */
struct file_draft;
struct file_draft *file_draft_open(const char *path);
FILE *file_draft_stream(struct file_draft *);
int file_draft_commit(struct file_draft *);
void file_draft_abandon(struct file_draft *);

/* All of a file so; -1 with errno. */
int file_write(const char *path, struct bytes content);

/*
 * The same without waiting for the disk: for one of thousands of small files
 * that can all be made again.
 */
int file_write_unsynced(const char *path, struct bytes content);

/*
 * Lines of any length up to limit, from a path or "-" for standard input.
 * next: 1 a line (without its end, LF or CRLF; NULs kept), 0 the end, -1 an
 * error with errno (EMSGSIZE: this line was longer and was skipped; go on).
 * The line is valid until the next call.  A path is read as it comes, so that
 * a pipe's lines do not wait for each other; a stream is read block by block.
 */
enum { RECORD_LINE_MOST = 4 << 20 }; /* in the files of a run */
struct line_reader;
struct line_reader *line_reader_open(const char *path, size_t limit);
struct line_reader *line_reader_open_stream(
    FILE *, size_t limit); /* borrowed */
int line_reader_next(struct line_reader *, struct bytes *line);
uint64_t line_reader_offset(const struct line_reader *); /* start of the line */
void line_reader_close(struct line_reader *);

/*
 * The line at this offset without its newline, in the arena; false where there
 * is none.  The file's own position stays: threads may read at once.
 */
bool file_line_at(int fd, uint64_t offset, struct arena *, struct bytes *line);

#endif
