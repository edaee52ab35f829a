/* Writes PEM.  Reads none. */
#include "x509/pem.h"

#include "base/base64.h"
#include "base/clock.h"

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

static void
append_block(struct text *out, const char *label, struct bytes der)
{
	struct text body = { NULL, 0, 0 };

	text_printf(out, "-----BEGIN %s-----\n", label);
	base64_append(&body, der);
	for (size_t at = 0; at < body.size; at += LINE_CHARACTERS) {
		size_t left = body.size - at;

		text_append_bytes(
		    out, bytes_of(body.data + at,
			     left < LINE_CHARACTERS ? left : LINE_CHARACTERS));
		text_append_char(out, '\n');
	}
	text_printf(out, "-----END %s-----\n", label);
	text_free(&body);
}

void
pem_append(struct text *out, const char *comment, struct bytes der)
{
	if (comment != NULL)
		append_comment(out, comment);
	append_block(out, "CERTIFICATE", der);
}

/* X509_CERT_AUX: serverAuth is what it is trusted for, or [0] rejected for. */
#define SERVER_AUTH "\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"
static const char allows_servers[] = "\x30\x0c\x30\x0a" SERVER_AUTH;
static const char rejects_servers[] = "\x30\x0c\xa0\x0a" SERVER_AUTH;

static void
append_trusted(
    struct text *out, struct bytes der, const struct store_terms *terms)
{
	struct text whole = { NULL, 0, 0 };
	const char *uses = terms->rejected || terms->distrusted
			       ? rejects_servers
			       : allows_servers;

	text_append_bytes(&whole, der);
	if (uses == rejects_servers || terms->allowed)
		text_append_bytes(
		    &whole, bytes_of(uses, sizeof(allows_servers) - 1));
	append_block(
	    out, "TRUSTED CERTIFICATE", bytes_of(whole.data, whole.size));
	text_free(&whole);
}

void
pem_append_stored(struct text *out, const char *comment, struct bytes der,
    const struct store_terms *terms)
{
	char date[CLOCK_TEXT_SIZE];

	if (terms == NULL) {
		pem_append(out, comment, der);
		return;
	}
	append_comment(out, comment);
	text_printf(out, "[p11-kit-object-v1]\n%s\n",
	    terms->distrusted ? "x-distrusted: true" : "trusted: true");
	if (terms->has_distrust_after) {
		clock_format(terms->distrust_after, date);
		/* 2026-09-30T00:00:00Z as GeneralizedTime: digits alone. */
		text_append(out, "nss-server-distrust-after: \"");
		for (const char *at = date; *at != '\0'; at++)
			if (strchr("-:T", *at) == NULL)
				text_append_char(out, *at);
		text_append(out, "\"\n");
	}
	if (terms->distrusted || terms->rejected || terms->allowed ||
	    terms->is_trusted_form)
		append_trusted(out, der, terms);
	if (!terms->distrusted && !terms->is_trusted_form)
		append_block(out, "CERTIFICATE", der);
}
