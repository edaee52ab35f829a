/*
 * A bounded reader of DER (X.690): it never allocates, never recurses and
 * never reads past its input.  Only definite, minimal lengths of at most four
 * octets and single-octet tags are DER; all else is refused.
 */
#ifndef X509_DER_H
#define X509_DER_H

#include "base/bytes.h"

enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_ENUMERATED = 0x0a,
	DER_UTF8_STRING = 0x0c,
	DER_NUMERIC_STRING = 0x12,
	DER_PRINTABLE_STRING = 0x13,
	DER_T61_STRING = 0x14,
	DER_IA5_STRING = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_VISIBLE_STRING = 0x1a,
	DER_UNIVERSAL_STRING = 0x1c,
	DER_BMP_STRING = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31
};

/* [n] primitive and [n] constructed */
#define DER_CONTEXT(n) (0x80 | (n))
#define DER_CONTEXT_CONSTRUCTED(n) (0xa0 | (n))

/* A reader is the rest of what there is to read. */
struct der {
	struct bytes rest;
};

struct der_item {
	uint8_t tag;
	struct bytes content;
	struct bytes whole; /* tag and length too */
};

static inline struct der
der_of(struct bytes octets)
{
	return (struct der){ octets };
}

static inline bool
der_at_end(const struct der *der)
{
	return der->rest.size == 0;
}

/*
 * Tag and length alone, for input that may be cut short: `content` may be
 * more than there is after the `header` octets.
 */
bool der_header(struct bytes, uint8_t *tag, size_t *header, size_t *content);

/* The next element of any tag; false at the end or when it is not DER. */
bool der_next(struct der *, struct der_item *);

/* The next element if it has this tag; the reader stays where it is if not. */
bool der_take(struct der *, uint8_t tag, struct der_item *);

/* Steps into the next element if it has this tag. */
bool der_enter(struct der *, uint8_t tag, struct der *inside);

/* The tag that comes next; 0 at the end. */
uint8_t der_peek(const struct der *);

/*
 * Content readers: the whole content, or false.  A boolean is true for any
 * octet but 0, as the libraries read it.
 */
bool der_boolean(struct bytes content, bool *);
bool der_unsigned(struct bytes content, uint32_t *); /* minimal, >= 0 */
/* BIT STRING: the octets without the leading count of unused bits. */
bool der_bit_string(
    struct bytes content, struct bytes *octets, unsigned *unused);
/* What RFC 5280 4.1.2.5 forbids and some parsers read; bits. */
enum der_time_form {
	DER_TIME_NO_SECONDS = 1 << 0,
	DER_TIME_LONG_NO_SECONDS = 1 << 1, /* the same, of GeneralizedTime */
	DER_TIME_ZONE = 1 << 2,		   /* "+0100" */
	DER_TIME_ZONE_NO_SECONDS = 1 << 4, /* UTCTime, beside both */
	DER_TIME_FRACTION = 1 << 3	   /* GeneralizedTime's, cut off */
};

/*
 * UTCTime and GeneralizedTime, in seconds since epoch; *forms is 0 for those
 * that RFC 5280 4.1.2.5 allows ("Z", seconds, no fraction).
 */
bool der_time(uint8_t tag, struct bytes content, int64_t *, unsigned *forms);

/* "1.2.840.113549"; false when malformed or longer than the buffer. */
bool der_oid_text(struct bytes content, char *out, size_t size);

/* The content octets of an object identifier, for tables of them. */
#define OID(literal)                                            \
	{                                                       \
		(const uint8_t *)(literal), sizeof(literal) - 1 \
	}

#endif
