/*
 * Takes DER apart, one element at a time.  What the elements mean is for the
 * callers; certificates are read elsewhere.
 */
#include "x509/der.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { DER_MOST_LENGTH_OCTETS = 4 };

bool
der_header(struct bytes octets, uint8_t *tag, size_t *header, size_t *content)
{
	if (octets.size < 2 || (octets.data[0] & 0x1f) == 0x1f)
		return false;
	*tag = octets.data[0];
	*header = 2;
	*content = octets.data[1];
	if (*content < 0x80)
		return true;

	size_t count = *content & 0x7f;
	if (count == 0 || count > DER_MOST_LENGTH_OCTETS ||
	    octets.size < 2 + count || octets.data[2] == 0)
		return false;
	*content = (size_t)number_at(octets.data + 2, count);
	*header = 2 + count;
	return *content >= 0x80;
}

bool
der_next(struct der *der, struct der_item *item)
{
	size_t header, content;

	if (!der_header(der->rest, &item->tag, &header, &content) ||
	    content > der->rest.size - header)
		return false;
	item->content = bytes_of(der->rest.data + header, content);
	item->whole = bytes_of(der->rest.data, header + content);
	der->rest = bytes_of(item->whole.data + item->whole.size,
	    der->rest.size - item->whole.size);
	return true;
}

bool
der_take(struct der *der, uint8_t tag, struct der_item *item)
{
	return der_peek(der) == tag && der_next(der, item);
}

bool
der_enter(struct der *der, uint8_t tag, struct der *inside)
{
	struct der_item item;

	if (!der_take(der, tag, &item))
		return false;
	*inside = der_of(item.content);
	return true;
}

uint8_t
der_peek(const struct der *der)
{
	return der_at_end(der) ? 0 : der->rest.data[0];
}

bool
der_boolean(struct bytes content, bool *value)
{
	if (content.size != 1)
		return false;
	*value = content.data[0] != 0;
	return true;
}

bool
der_unsigned(struct bytes content, uint32_t *value)
{
	/* Not negative, and in the fewest octets (X.690 8.3.2). */
	if (content.size == 0 || content.data[0] >= 0x80 ||
	    (content.size > 1 && content.data[0] == 0 &&
		content.data[1] < 0x80))
		return false;
	if (content.data[0] == 0)
		content = bytes_of(content.data + 1, content.size - 1);
	if (content.size > sizeof(*value))
		return false;
	*value = (uint32_t)number_at(content.data, content.size);
	return true;
}

bool
der_bit_string(struct bytes content, struct bytes *octets, unsigned *unused)
{
	if (content.size == 0 || content.data[0] > 7 ||
	    (content.size == 1 && content.data[0] != 0))
		return false;
	*unused = content.data[0];
	*octets = bytes_of(content.data + 1, content.size - 1);
	return true;
}

/* The next `digits` digits; -1 when something else is there. */
static int
take_number(struct bytes *content, size_t digits)
{
	int number = 0;

	if (content->size < digits)
		return -1;
	for (size_t i = 0; i < digits; i++) {
		if (content->data[i] < '0' || content->data[i] > '9')
			return -1;
		number = number * 10 + (content->data[i] - '0');
	}
	*content = bytes_of(content->data + digits, content->size - digits);
	return number;
}

/* "+0100" is an hour before "Z"; false when it is neither. */
static bool
take_zone(struct bytes *content, int64_t *time, unsigned *forms)
{
	char sign = content->size > 0 ? (char)content->data[0] : '\0';
	int hours, minutes, seconds;

	if (sign != 'Z' && sign != '+' && sign != '-')
		return false;
	*content = bytes_of(content->data + 1, content->size - 1);
	if (sign == 'Z')
		return true;
	hours = take_number(content, 2);
	minutes = take_number(content, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return false;
	seconds = (hours * 60 + minutes) * 60;
	*time -= sign == '+' ? seconds : -seconds;
	*forms |= DER_TIME_ZONE;
	if ((*forms & DER_TIME_NO_SECONDS) != 0)
		*forms |= DER_TIME_ZONE_NO_SECONDS;
	return true;
}

bool
der_time(uint8_t tag, struct bytes content, int64_t *time, unsigned *forms)
{
	bool is_long = tag == DER_GENERALIZED_TIME;
	int second = 0;

	if (tag != DER_UTC_TIME && !is_long)
		return false;
	*forms = 0;

	/* RFC 5280 4.1.2.5.1: two digits from 50 on are of the last century. */
	int year = take_number(&content, is_long ? 4 : 2);
	if (!is_long && year >= 0)
		year += year >= 50 ? 1900 : 2000;
	int month = take_number(&content, 2);
	int day = take_number(&content, 2);
	int hour = take_number(&content, 2);
	int minute = take_number(&content, 2);
	if (content.size > 0 && memchr("Z+-", content.data[0], 3) != NULL)
		*forms |=
		    is_long ? DER_TIME_LONG_NO_SECONDS : DER_TIME_NO_SECONDS;
	else
		second = take_number(&content, 2);

	if (year < 0 || !clock_is_date(year, month, day) || hour < 0 ||
	    hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return false;
	*time = clock_from_civil(year, month, day, hour, minute, second);
	/* A second is the finest that we compare. */
	if (is_long && content.size > 0 && content.data[0] == '.') {
		content = bytes_of(content.data + 1, content.size - 1);
		if (take_number(&content, 1) < 0)
			return false;
		while (take_number(&content, 1) >= 0)
			continue;
		*forms |= DER_TIME_FRACTION;
	}
	return take_zone(&content, time, forms) && content.size == 0;
}

/* One arc (X.690 8.19.2): base 128, the fewest octets, at most 63 bits. */
static bool
take_arc(struct bytes *content, uint64_t *arc)
{
	*arc = 0;
	for (size_t i = 0; i < content->size && i < 9; i++) {
		uint8_t octet = content->data[i];
		if (i == 0 && octet == 0x80)
			return false;
		*arc = *arc << 7 | (octet & 0x7f);
		if (octet < 0x80) {
			*content = bytes_of(
			    content->data + i + 1, content->size - i - 1);
			return true;
		}
	}
	return false;
}

bool
der_oid_text(struct bytes content, char *out, size_t size)
{
	uint64_t arc;

	if (!take_arc(&content, &arc))
		return false;
	/* The first two arcs share a number (X.690 8.19.4). */
	unsigned root = arc < 80 ? (unsigned)(arc / 40) : 2;
	int length = snprintf(
	    out, size, "%u.%llu", root, (unsigned long long)(arc - root * 40));

	while (length > 0 && (size_t)length < size && content.size > 0) {
		if (!take_arc(&content, &arc))
			return false;
		out += length;
		size -= (size_t)length;
		length = snprintf(out, size, ".%llu", (unsigned long long)arc);
	}
	return length > 0 && (size_t)length < size;
}
