/*
 * The DER writer.  A construct is opened, filled and closed; its length is
 * put in front when it is closed, so nobody has to count beforehand.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/lab/der_writer.h"

enum { LENGTH_OCTETS = 5 };

/* X.690 8.1.3: one octet below 128, else a count and that many octets. */
static size_t
encode_length(size_t length, uint8_t out[LENGTH_OCTETS])
{
	size_t count = 0;

	if (length < 0x80) {
		out[0] = (uint8_t)length;
		return 1;
	}
	for (size_t rest = length; rest > 0; rest >>= 8)
		count++;
	out[0] = (uint8_t)(0x80 | count);
	for (size_t i = 0; i < count; i++)
		out[count - i] = (uint8_t)(length >> (8 * i));
	return count + 1;
}

size_t
put_open(struct octets *out, unsigned tag)
{
	octets_add_byte(out, (uint8_t)tag);
	return out->length;
}

void
put_close(struct octets *out, size_t inside)
{
	uint8_t length[LENGTH_OCTETS];
	size_t count = encode_length(out->length - inside, length);

	octets_insert(out, inside, length, count);
}

void
put_value(struct octets *out, unsigned tag, const void *data, size_t length)
{
	size_t inside = put_open(out, tag);

	octets_add(out, data, length);
	put_close(out, inside);
}

/* BMPString wants two octets a character; the lab's names are ASCII there. */
void
put_text(struct octets *out, unsigned tag, const char *text)
{
	size_t inside = put_open(out, tag);

	for (const char *c = text; *c != '\0'; c++) {
		if (tag == TAG_BMP_STRING)
			octets_add_byte(out, 0);
		octets_add_byte(out, (uint8_t)*c);
	}
	put_close(out, inside);
}

void
put_integer(struct octets *out, unsigned long value)
{
	size_t inside = put_open(out, TAG_INTEGER);
	int shift = 0;

	while (shift < 56 && (value >> shift) > 0x7f)
		shift += 8;
	for (; shift >= 0; shift -= 8)
		octets_add_byte(out, (uint8_t)(value >> shift));
	put_close(out, inside);
}

void
put_boolean(struct octets *out, bool value)
{
	put_value(out, TAG_BOOLEAN, value ? "\xff" : "\0", 1);
}

void
put_null(struct octets *out)
{
	put_value(out, TAG_NULL, NULL, 0);
}

static void
add_base_128(struct octets *out, unsigned long value)
{
	int shift = 0;

	while (value >> (shift + 7))
		shift += 7;
	for (; shift > 0; shift -= 7)
		octets_add_byte(out, (uint8_t)(0x80 | (value >> shift)));
	octets_add_byte(out, value & 0x7f);
}

void
put_oid(struct octets *out, struct span dotted)
{
	size_t inside = put_open(out, TAG_OID);
	char *text = span_copy(dotted);
	const char *cursor = text;
	unsigned long first = 0;
	struct span arc;

	for (int i = 0; list_next(&cursor, '.', &arc); i++) {
		unsigned long number = span_number(arc);

		if (i == 0)
			first = number * 40;
		else
			add_base_128(out, i == 1 ? first + number : number);
	}
	put_close(out, inside);
	free(text);
}

void
put_oid_text(struct octets *out, const char *dotted)
{
	put_oid(out, (struct span){ dotted, strlen(dotted) });
}

void
put_bit_string(
    struct octets *out, const void *data, size_t length, unsigned unused)
{
	size_t inside = put_open(out, TAG_BIT_STRING);

	octets_add_byte(out, (uint8_t)unused);
	octets_add(out, data, length);
	put_close(out, inside);
}

__attribute__((format(strftime, 3, 0))) static void
put_formatted_time(
    struct octets *out, unsigned tag, const char *format, const struct tm *tm)
{
	char text[32];

	strftime(text, sizeof(text), format, tm);
	put_text(out, tag, text);
}

void
put_generalized_time(struct octets *out, time_t time)
{
	struct tm tm;

	gmtime_r(&time, &tm);
	put_formatted_time(out, TAG_GENERALIZED_TIME, "%Y%m%d%H%M%SZ", &tm);
}

void
put_time(struct octets *out, time_t time)
{
	struct tm tm;

	gmtime_r(&time, &tm);
	if (tm.tm_year < 50 || tm.tm_year >= 150)
		put_generalized_time(out, time);
	else
		put_formatted_time(out, TAG_UTC_TIME, "%y%m%d%H%M%SZ", &tm);
}
