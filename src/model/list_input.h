/*
 * The octets of one list: a file, a pipe or standard input.  What is not read
 * yet is not in memory.  UTF-16 with its byte order mark comes out as UTF-8,
 * and the mark of UTF-8 is dropped.
 */
#ifndef MODEL_LIST_INPUT_H
#define MODEL_LIST_INPUT_H

#include "base/bytes.h"

enum {
	LIST_SAMPLE_LINES = 100,
	LIST_SAMPLE_OCTETS = 256 * 1024,
	LIST_LINE_MOST = 4096,
	LIST_SKIP_MOST = 64 * 1024 * 1024,
	LIST_FIFO_SECONDS = 60
};

struct list_input;

/* "-" is standard input.  NULL with errno; EISDIR for a directory. */
struct list_input *list_input_open(const char *path);
void list_input_close(struct list_input *);

/*
 * The first LIST_SAMPLE_LINES lines, or what is there until a pipe has been
 * silent for a second; at most LIST_SAMPLE_OCTETS.  Nothing is taken, and
 * nothing may have been taken before.  -1 with errno; ETIMEDOUT: nobody wrote
 * to a FIFO for LIST_FIFO_SECONDS.
 */
int list_input_sample(struct list_input *, struct bytes *sample);
bool list_input_is_utf16(const struct list_input *);

/*
 * 1 a line without its end (LF or CRLF), valid until the next call; 0 the
 * end; -1 with errno: EMSGSIZE a line of more than LIST_LINE_MOST octets,
 * which was passed over (go on); EFBIG one of more than LIST_SKIP_MOST.
 */
int list_input_line(struct list_input *, struct bytes *line);

/* One octet; -1 the end, -2 an error with errno. */
int list_input_octet(struct list_input *);

/* Of the line read last, or of the octet read last; from 1. */
uint64_t list_input_number(const struct list_input *);

#endif
