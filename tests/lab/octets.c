/*
 * Growing octets, and the small lists of words the lab's tables are written
 * in.  Knows neither DER nor TLS.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lab/octets.h"

void
lab_bug(const char *what, const char *where)
{
	fprintf(stderr, "lab: %s: %s\n", what, where ? where : "(nothing)");
	abort();
}

void *
lab_alloc(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (memory == NULL)
		lab_bug("out of memory", "lab_alloc");
	return memory;
}

char *
lab_copy_text(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(lab_alloc(1, size), text, size);
}

static void
reserve(struct octets *octets, size_t more)
{
	size_t wanted = octets->length + more;
	size_t capacity = octets->capacity ? octets->capacity : 64;

	if (wanted <= octets->capacity)
		return;
	while (capacity < wanted)
		capacity *= 2;
	octets->data = realloc(octets->data, capacity);
	if (octets->data == NULL)
		lab_bug("out of memory", "reserve");
	octets->capacity = capacity;
}

void
octets_add(struct octets *octets, const void *data, size_t length)
{
	if (length == 0)
		return;
	reserve(octets, length);
	memcpy(octets->data + octets->length, data, length);
	octets->length += length;
}

void
octets_add_byte(struct octets *octets, uint8_t byte)
{
	octets_add(octets, &byte, 1);
}

void
octets_add_u16(struct octets *octets, unsigned value)
{
	octets_add_byte(octets, (uint8_t)(value >> 8));
	octets_add_byte(octets, (uint8_t)value);
}

void
octets_add_u24(struct octets *octets, unsigned value)
{
	octets_add_byte(octets, (uint8_t)(value >> 16));
	octets_add_u16(octets, value & 0xffff);
}

void
octets_add_text(struct octets *octets, const char *text)
{
	octets_add(octets, text, strlen(text));
}

void
octets_add_format(struct octets *octets, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0)
		lab_bug("bad format", format);
	reserve(octets, (size_t)length + 1);
	va_start(arguments, format);
	vsnprintf((char *)octets->data + octets->length, (size_t)length + 1,
	    format, arguments);
	va_end(arguments);
	octets->length += (size_t)length;
}

void
octets_append(struct octets *octets, const struct octets *more)
{
	octets_add(octets, more->data, more->length);
}

void
octets_insert(struct octets *octets, size_t at, const void *data, size_t length)
{
	reserve(octets, length);
	memmove(
	    octets->data + at + length, octets->data + at, octets->length - at);
	memcpy(octets->data + at, data, length);
	octets->length += length;
}

void
octets_fill(struct octets *octets, uint8_t value, size_t length)
{
	reserve(octets, length);
	memset(octets->data + octets->length, value, length);
	octets->length += length;
}

void
octets_clear(struct octets *octets)
{
	free(octets->data);
	*octets = (struct octets){ 0 };
}

char *
octets_take_text(struct octets *octets)
{
	char *text;

	octets_add_byte(octets, 0);
	text = (char *)octets->data;
	*octets = (struct octets){ 0 };
	return text;
}

struct octets
octets_copy(const struct octets *octets)
{
	struct octets copy = { 0 };

	octets_append(&copy, octets);
	return copy;
}

bool
list_next(const char **cursor, char separator, struct span *item)
{
	const char *text = *cursor;
	const char *end;

	while (*text == separator)
		text++;
	if (*text == '\0')
		return false;
	end = strchr(text, separator);
	if (end == NULL)
		end = text + strlen(text);
	*item = (struct span){ text, (size_t)(end - text) };
	*cursor = end;
	return true;
}

bool
span_is(struct span span, const char *text)
{
	return strlen(text) == span.length &&
	       memcmp(span.text, text, span.length) == 0;
}

bool
span_begins(struct span span, const char *prefix)
{
	size_t length = strlen(prefix);

	return length <= span.length && memcmp(span.text, prefix, length) == 0;
}

struct span
span_after(struct span span, size_t length)
{
	return (struct span){ span.text + length, span.length - length };
}

char *
span_copy(struct span span)
{
	char *text = lab_alloc(1, span.length + 1);

	if (span.length > 0)
		memcpy(text, span.text, span.length);
	return text;
}

unsigned long
span_number(struct span span)
{
	unsigned long number = 0;

	for (size_t i = 0; i < span.length; i++) {
		if (span.text[i] < '0' || span.text[i] > '9')
			return 0;
		number = number * 10 + (unsigned long)(span.text[i] - '0');
	}
	return number;
}
