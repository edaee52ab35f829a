/* Writes PEM.  Reads none. */
#include "x509/pem.h"

#include "base/base64.h"

/* RFC 7468 2: lines of exactly 64 characters, but for the last. */
enum { LINE_CHARACTERS = 64 };

/*
 * Readers, ours too, find "-----BEGIN" anywhere in a line: of a row of dashes
 * only the first is left as it is.
 */
static void
append_comment(struct text *out, const char *comment)
{
	struct text clean = { NULL, 0, 0 };

	text_append_clean(&clean, bytes_from_string(comment));
	text_append(out, "# ");
	for (size_t i = 0; i < clean.size; i++) {
		if (i > 0 && clean.data[i] == '-' && clean.data[i - 1] == '-')
			text_append(out, "\\2D");
		else
			text_append_char(out, clean.data[i]);
	}
	text_append_char(out, '\n');
	text_free(&clean);
}

void
pem_append(struct text *out, const char *comment, struct bytes der)
{
	struct text body = { NULL, 0, 0 };

	if (comment != NULL)
		append_comment(out, comment);
	text_append(out, "-----BEGIN CERTIFICATE-----\n");
	base64_append(&body, der);
	for (size_t at = 0; at < body.size; at += LINE_CHARACTERS) {
		size_t left = body.size - at;

		text_append_bytes(
		    out, bytes_of(body.data + at,
			     left < LINE_CHARACTERS ? left : LINE_CHARACTERS));
		text_append_char(out, '\n');
	}
	text_append(out, "-----END CERTIFICATE-----\n");
	text_free(&body);
}
