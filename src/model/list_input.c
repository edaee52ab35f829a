/*
 * One buffer over a file descriptor.  What the octets mean is known in the
 * list forms.
 */
#include "model/list_input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

enum { READ_SIZE = 32 * 1024, SILENCE_MS = 1000 };

enum encoding { ENCODING_UNKNOWN, ENCODING_UTF8, UTF16_LITTLE, UTF16_BIG };

struct list_input {
	int fd;
	bool is_regular, is_fifo, at_end;
	enum encoding encoding;
	uint8_t raw[READ_SIZE]; /* UTF-16 that is not yet converted */
	size_t raw_size;
	uint8_t *data;
	size_t start, end, capacity; /* what is read and not yet taken */
	uint64_t line_ends, number;
};

struct list_input *
list_input_open(const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	/* Not blocking, or a FIFO without a writer would hold us here. */
	int fd = is_stdin ? STDIN_FILENO
			  : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct list_input *input;
	struct stat status;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
		if (!is_stdin)
			close(fd);
		errno = EISDIR;
		return NULL;
	}
	input = memory_new(sizeof(*input));
	input->fd = fd;
	input->is_regular = S_ISREG(status.st_mode);
	input->is_fifo = S_ISFIFO(status.st_mode) && !is_stdin;
	return input;
}

void
list_input_close(struct list_input *input)
{
	if (input == NULL)
		return;
	if (input->fd != STDIN_FILENO)
		close(input->fd);
	free(input->data);
	free(input);
}

static void
append_code_point(struct list_input *input, uint32_t c)
{
	uint8_t *at = input->data + input->end;

	if (c < 0x80) {
		*at++ = (uint8_t)c;
	} else if (c < 0x800) {
		*at++ = (uint8_t)(0xc0 | c >> 6);
		*at++ = (uint8_t)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*at++ = (uint8_t)(0xe0 | c >> 12);
		*at++ = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		*at++ = (uint8_t)(0x80 | (c & 0x3f));
	} else {
		*at++ = (uint8_t)(0xf0 | c >> 18);
		*at++ = (uint8_t)(0x80 | (c >> 12 & 0x3f));
		*at++ = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		*at++ = (uint8_t)(0x80 | (c & 0x3f));
	}
	input->end = (size_t)(at - input->data);
}

/* RFC 2781 2.2; half a surrogate pair, or half a unit, becomes U+FFFD. */
static void
convert_utf16(struct list_input *input)
{
	enum { REPLACEMENT = 0xfffd };
	bool big = input->encoding == UTF16_BIG;
	const uint8_t *raw = input->raw;
	size_t at = 0, left;

	while ((left = input->raw_size - at) >= 2) {
		uint32_t c = (uint32_t)raw[at + !big] << 8 | raw[at + big];
		uint32_t low;

		if (c >= 0xd800 && c < 0xdc00) {
			if (left < 4 && !input->at_end)
				break;
			low = left < 4 ? 0
				       : (uint32_t)raw[at + 2 + !big] << 8 |
					     raw[at + 2 + big];
			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) +
				    (low - 0xdc00);
				at += 2;
			} else {
				c = REPLACEMENT;
			}
		} else if (c >= 0xdc00 && c < 0xe000) {
			c = REPLACEMENT;
		}
		append_code_point(input, c);
		at += 2;
	}
	if (input->at_end && left > 0) {
		append_code_point(input, REPLACEMENT);
		at += left;
	}
	input->raw_size -= at;
	memmove(input->raw, input->raw + at, input->raw_size);
}

/* By the mark at the start, which is dropped. */
static void
find_encoding(struct list_input *input)
{
	const uint8_t *raw = input->raw;
	size_t mark = 0;

	input->encoding = ENCODING_UTF8;
	if (input->raw_size >= 3 && memcmp(raw, "\xef\xbb\xbf", 3) == 0) {
		mark = 3;
	} else if (input->raw_size >= 2 && raw[0] == 0xff && raw[1] == 0xfe) {
		input->encoding = UTF16_LITTLE;
		mark = 2;
	} else if (input->raw_size >= 2 && raw[0] == 0xfe && raw[1] == 0xff) {
		input->encoding = UTF16_BIG;
		mark = 2;
	}
	input->raw_size -= mark;
	memmove(input->raw, input->raw + mark, input->raw_size);
}

/* 0, or -1 with errno; the end of the input sets at_end. */
static int
fill(struct list_input *input)
{
	ssize_t got;

	if (input->start > 0) {
		input->end -= input->start;
		memmove(input->data, input->data + input->start, input->end);
		input->start = 0;
	}
	do
		got = read(input->fd, input->raw + input->raw_size,
		    READ_SIZE - input->raw_size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -1;
	input->at_end = got == 0;
	input->raw_size += (size_t)got;
	if (input->encoding == ENCODING_UNKNOWN) {
		/* A pipe may give the mark octet by octet. */
		if (input->raw_size < 3 && !input->at_end)
			return 0;
		find_encoding(input);
	}
	/* Two octets of UTF-16 are at most three of UTF-8. */
	while (input->capacity < input->end + input->raw_size * 3 / 2 + 3) {
		size_t capacity =
		    input->capacity == 0 ? 2 * READ_SIZE : input->capacity * 2;

		input->data = memory_resize(input->data, capacity, 1);
		input->capacity = capacity;
	}
	if (input->encoding != ENCODING_UTF8) {
		convert_utf16(input);
		return 0;
	}
	memcpy(input->data + input->end, input->raw, input->raw_size);
	input->end += input->raw_size;
	input->raw_size = 0;
	return 0;
}

int
list_input_sample(struct list_input *input, struct bytes *sample)
{
	struct pollfd waits = { .fd = input->fd, .events = POLLIN };
	size_t counted = 0, lines = 0;
	int flags = fcntl(input->fd, F_GETFL);

	if (input->is_fifo && poll(&waits, 1, LIST_FIFO_SECONDS * 1000) == 0) {
		errno = ETIMEDOUT;
		return -1;
	}
	if (input->fd != STDIN_FILENO && flags >= 0)
		fcntl(input->fd, F_SETFL, flags & ~O_NONBLOCK);
	while (!input->at_end && lines < LIST_SAMPLE_LINES &&
	       input->end < LIST_SAMPLE_OCTETS) {
		if (lines > 0 && !input->is_regular &&
		    poll(&waits, 1, SILENCE_MS) == 0)
			break;
		if (fill(input) < 0)
			return -1;
		for (; counted < input->end; counted++)
			lines += input->data[counted] == '\n';
	}
	*sample = bytes_of(input->data, input->end);
	if (sample->size > LIST_SAMPLE_OCTETS)
		sample->size = LIST_SAMPLE_OCTETS;
	return 0;
}

bool
list_input_is_utf16(const struct list_input *input)
{
	return input->encoding == UTF16_LITTLE || input->encoding == UTF16_BIG;
}

int
list_input_line(struct list_input *input, struct bytes *line)
{
	size_t searched = 0, skipped = 0, size;

	for (;;) {
		const uint8_t *at = input->data + input->start;
		size_t held = input->end - input->start;
		const uint8_t *end =
		    held == searched
			? NULL
			: memchr(at + searched, '\n', held - searched);

		if (end == NULL && input->at_end && held + skipped == 0)
			return 0;
		if (end == NULL && !input->at_end) {
			if (skipped > LIST_SKIP_MOST) {
				errno = EFBIG;
				return -1;
			}
			/* One octet more may be a CR. */
			if (held > LIST_LINE_MOST + 1) {
				skipped += held;
				input->start = input->end;
				held = 0;
			}
			searched = held;
			if (fill(input) < 0)
				return -1;
			continue;
		}
		size = end != NULL ? (size_t)(end - at) : held;
		input->start += size + (end != NULL);
		input->number = ++input->line_ends;
		if (size > 0 && at[size - 1] == '\r')
			size--;
		if (size + skipped > LIST_LINE_MOST) {
			errno = EMSGSIZE;
			return -1;
		}
		*line = bytes_of(at, size);
		return 1;
	}
}

int
list_input_octet(struct list_input *input)
{
	uint8_t octet;

	while (input->start == input->end) {
		if (input->at_end)
			return -1;
		if (fill(input) < 0)
			return -2;
	}
	octet = input->data[input->start++];
	input->number = input->line_ends + 1;
	input->line_ends += octet == '\n';
	return octet;
}

uint64_t
list_input_number(const struct list_input *input)
{
	return input->number;
}
