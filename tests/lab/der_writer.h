/*
 * Writes DER (X.690) into octets: whatever is asked for, right or wrong, for
 * the certificates no library would make.  Nothing is checked.
 */
#ifndef LAB_DER_WRITER_H
#define LAB_DER_WRITER_H

#include <time.h>

#include "tests/lab/octets.h"

enum der_tag {
	TAG_BOOLEAN = 0x01,
	TAG_INTEGER = 0x02,
	TAG_BIT_STRING = 0x03,
	TAG_OCTET_STRING = 0x04,
	TAG_NULL = 0x05,
	TAG_OID = 0x06,
	TAG_ENUMERATED = 0x0a,
	TAG_UTF8_STRING = 0x0c,
	TAG_PRINTABLE_STRING = 0x13,
	TAG_TELETEX_STRING = 0x14,
	TAG_IA5_STRING = 0x16,
	TAG_UTC_TIME = 0x17,
	TAG_GENERALIZED_TIME = 0x18,
	TAG_BMP_STRING = 0x1e,
	TAG_SEQUENCE = 0x30,
	TAG_SET = 0x31,
};

#define TAG_CONTEXT(n) (0x80 | (n))
#define TAG_CONTEXT_CONSTRUCTED(n) (0xa0 | (n))

/*
 * Whatever is written between the two becomes the content:
 *	size_t inside = put_open(out, TAG_SEQUENCE);
 *	...
 *	put_close(out, inside);
 */
size_t put_open(struct octets *, unsigned tag);
void put_close(struct octets *, size_t inside);

void put_value(struct octets *, unsigned tag, const void *, size_t length);
void put_text(struct octets *, unsigned tag, const char *);
void put_integer(struct octets *, unsigned long);
void put_boolean(struct octets *, bool);
void put_null(struct octets *);
void put_oid(struct octets *, struct span dotted);
void put_oid_text(struct octets *, const char *dotted);
void put_bit_string(struct octets *, const void *, size_t, unsigned unused);
void put_generalized_time(struct octets *, time_t);

/* UTCTime from 1950 to 2049, else GeneralizedTime: RFC 5280 4.1.2.5. */
void put_time(struct octets *, time_t);

#endif
