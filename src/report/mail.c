/* Lines of at most 998 octets (RFC 5322 2.1.1), encoded words (RFC 2047). */
#include "report/mail.h"

#include <stdlib.h>

#include "base/base64.h"
#include "base/columns.h"
#include "base/file.h"
#include "base/utf8.h"

enum {
	LONGEST_LINE = 998,
	LONGEST_SUBJECT = 200, /* it is to be read at a glance */
	ENCODED_MOST = 45      /* octets in a word of at most 75 characters */
};

static bool
is_ascii(const struct text *text)
{
	for (size_t i = 0; i < text->size; i++)
		if ((text->data[i] & 0x80) != 0)
			return false;
	return true;
}

/* Characters stay whole. */
static void
append_body(struct text *out, const struct text *body)
{
	struct bytes rest = bytes_of(body->data, body->size);

	while (rest.size > 0) {
		const uint8_t *end = memchr(rest.data, '\n', rest.size);
		size_t size =
		    end == NULL ? rest.size : (size_t)(end - rest.data);
		bool is_long = size > LONGEST_LINE;

		if (is_long)
			size = utf8_valid_prefix(
			    bytes_of(rest.data, LONGEST_LINE));
		text_append_bytes(out, bytes_of(rest.data, size));
		text_append_char(out, '\n');
		size += !is_long && end != NULL;
		rest = bytes_of(rest.data + size, rest.size - size);
	}
}

static void
append_subject(struct text *out, const char *subject)
{
	struct text clean = { .size = 0 };
	struct bytes rest;

	text_append_cell(&clean, subject, LONGEST_SUBJECT);
	text_append(out, "Subject: ");
	if (is_ascii(&clean)) {
		text_append(out, clean.data);
		text_append_char(out, '\n');
		text_free(&clean);
		return;
	}
	rest = bytes_of(clean.data, clean.size);
	while (rest.size > 0) {
		size_t size = utf8_valid_prefix(bytes_of(rest.data,
		    rest.size < ENCODED_MOST ? rest.size : ENCODED_MOST));

		text_append(out, "=?utf-8?B?");
		base64_append(out, bytes_of(rest.data, size));
		text_append(out, "?=\n");
		rest = bytes_of(rest.data + size, rest.size - size);
		if (rest.size > 0)
			text_append_char(out, ' ');
	}
	text_free(&clean);
}

void
mail_append(struct text *out, const char *subject, const struct text *body)
{
	append_subject(out, subject);
	if (!is_ascii(body))
		text_append(out, "MIME-Version: 1.0\n"
				 "Content-Type: text/plain; charset=utf-8\n"
				 "Content-Transfer-Encoding: 8bit\n");
	text_append_char(out, '\n');
	append_body(out, body);
}

bool
mail_append_place(struct text *out, const char *label, const char *directory,
    const char *name)
{
	char *path = file_join(directory, name);
	char *full = file_exists(path) ? realpath(path, NULL) : NULL;
	bool exists = full != NULL;

	if (exists) {
		text_append(out, label);
		text_append_cell(out, full, SIZE_MAX);
		text_append_char(out, '\n');
	}
	free(full);
	free(path);
	return exists;
}
