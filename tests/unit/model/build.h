/*
 * Certificates that no library would make: each field as DER in hexadecimal, a
 * valid one where the row has none.  The signature is never good.
 */
#ifndef TESTS_UNIT_MODEL_BUILD_H
#define TESTS_UNIT_MODEL_BUILD_H

#include "tests/unit/hex.h"

struct parts {
	const char *version, *serial, *algorithm, *issuer, *validity, *subject;
	const char *key, *unique_ids;
	const char *extensions; /* the elements of the list; NULL: no list */
	const char *after_tbs;	/* algorithm and signature */
	const char *after;	/* the end of the certificate */
	size_t cut;		/* octets taken off the end */
};

/* CN=issuer, CN=subject, an EC P-256 key, ecdsa-with-SHA256 */
#define BUILD_ALGORITHM "300a 0608 2a8648ce3d040302"
#define BUILD_ISSUER "3011 310f 300d 0603550403 0c06 697373756572"
#define BUILD_SUBJECT "3012 3110 300e 0603550403 0c07 7375626a656374"
#define BUILD_VALIDITY \
	"301e 170d 3234303130313030303030305a 170d 3235303130313030303030305a"
#define BUILD_KEY                                                          \
	"3059 3013 0607 2a8648ce3d0201 0608 2a8648ce3d030107 0342 00 04"   \
	"6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" \
	"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define BUILD_SIGNATURE BUILD_ALGORITHM " 0309 00 3006 020101 020101"

static inline void
build_element(struct text *out, uint8_t tag, const struct text *content)
{
	text_append_char(out, (char)tag);
	if (content->size >= 0x80) {
		text_append_char(out, (char)0x83);
		text_append_char(out, (char)(content->size >> 16));
		text_append_char(out, (char)(content->size >> 8));
		/* The fewest octets are asked for. */
		if (content->size < 0x10000) {
			out->size -= 3;
			text_append_char(
			    out, (char)(content->size < 0x100 ? 0x81 : 0x82));
			if (content->size >= 0x100)
				text_append_char(
				    out, (char)(content->size >> 8));
		}
	}
	text_append_char(out, (char)content->size);
	text_append_bytes(out, text_octets(content));
}

static inline void
build_field(struct text *out, const char *hex, const char *otherwise)
{
	hex_append(out, hex != NULL ? hex : otherwise);
}

static inline void
build_extensions(struct text *out, const char *hex)
{
	struct text list = { NULL, 0, 0 }, sequence = { NULL, 0, 0 };

	if (hex == NULL)
		return;
	hex_append(&list, hex);
	build_element(&sequence, 0x30, &list);
	build_element(out, 0xa3, &sequence);
	text_free(&list);
	text_free(&sequence);
}

/* Appends one certificate. */
static inline void
build_certificate(struct text *out, const struct parts *parts)
{
	struct text tbs = { NULL, 0, 0 }, whole = { NULL, 0, 0 };

	build_field(&tbs, parts->version, "a003 020102");
	build_field(&tbs, parts->serial, "0201 01");
	build_field(&tbs, parts->algorithm, BUILD_ALGORITHM);
	build_field(&tbs, parts->issuer, BUILD_ISSUER);
	build_field(&tbs, parts->validity, BUILD_VALIDITY);
	build_field(&tbs, parts->subject, BUILD_SUBJECT);
	build_field(&tbs, parts->key, BUILD_KEY);
	build_field(&tbs, parts->unique_ids, "");
	build_extensions(&tbs, parts->extensions);
	build_element(&whole, 0x30, &tbs);
	build_field(&whole, parts->after_tbs, BUILD_SIGNATURE);
	build_element(out, 0x30, &whole);
	build_field(out, parts->after, "");
	out->size -= parts->cut;
	text_free(&tbs);
	text_free(&whole);
}

#endif
