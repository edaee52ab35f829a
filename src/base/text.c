/*
 * Growing strings, and strings from the network made safe to show.  Escaping
 * for a format (JSON, CSV, HTML) is its writer's business.
 */
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "base/memory.h"
#include "base/utf8.h"

void
text_write(struct text *text, FILE *stream)
{
	if (text->size > 0)
		fwrite(text->data, 1, text->size, stream);
	text_clear(text);
}

void
text_clear(struct text *text)
{
	text->size = 0;
	if (text->data != NULL)
		text->data[0] = '\0';
}

void
text_free(struct text *text)
{
	free(text->data);
	*text = (struct text){ NULL, 0, 0 };
}

void
text_reserve(struct text *text, size_t extra)
{
	size_t wanted;

	/* One more for the final NUL, which `size` does not count. */
	if (extra < text->capacity - text->size)
		return;
	if (extra > SIZE_MAX / 2 - text->size)
		fatal("out of memory");
	wanted = text->size + extra + 1;
	if (wanted < text->capacity * 2)
		wanted = text->capacity * 2;
	if (wanted < 64)
		wanted = 64;
	text->data = memory_resize(text->data, wanted, 1);
	text->capacity = wanted;
	text->data[text->size] = '\0';
}

void
text_append_bytes(struct text *text, struct bytes bytes)
{
	text_reserve(text, bytes.size);
	if (bytes.size > 0)
		memcpy(text->data + text->size, bytes.data, bytes.size);
	text->size += bytes.size;
	text->data[text->size] = '\0';
}

void
text_append(struct text *text, const char *string)
{
	text_append_bytes(text, bytes_from_string(string));
}

void
text_append_char(struct text *text, char c)
{
	text_reserve(text, 1);
	text->data[text->size++] = c;
	text->data[text->size] = '\0';
}

void
text_printf(struct text *text, const char *format, ...)
{
	va_list arguments;
	int size;

	text_reserve(text, 64);
	va_start(arguments, format);
	size = vsnprintf(text->data + text->size, text->capacity - text->size,
	    format, arguments);
	va_end(arguments);
	if (size < 0)
		fatal_bug("format cannot be printed");
	if ((size_t)size >= text->capacity - text->size) {
		text_reserve(text, (size_t)size);
		va_start(arguments, format);
		vsnprintf(text->data + text->size, (size_t)size + 1, format,
		    arguments);
		va_end(arguments);
	}
	text->size += (size_t)size;
}

void
text_append_escaped(struct text *text, struct bytes octets)
{
	for (size_t i = 0; i < octets.size; i++)
		text_printf(text, "\\%02X", octets.data[i]);
}

void
text_append_hex(struct text *text, struct bytes octets)
{
	static const char digits[] = "0123456789abcdef";
	char *out;

	text_reserve(text, 2 * octets.size);
	out = text->data + text->size;
	for (size_t i = 0; i < octets.size; i++) {
		*out++ = digits[octets.data[i] >> 4];
		*out++ = digits[octets.data[i] & 15];
	}
	*out = '\0';
	text->size += 2 * octets.size;
}

void
text_append_clean(struct text *text, struct bytes bytes)
{
	while (bytes.size > 0) {
		uint32_t code_point;
		size_t length = utf8_printable_ascii(bytes);
		bool passes = true;

		if (length == 0) {
			length = utf8_decode(bytes, &code_point);
			passes = length > 0 && !utf8_is_control(code_point) &&
				 !utf8_reorders(code_point);
			if (length == 0)
				length = 1;
		}
		if (passes)
			text_append_bytes(text, bytes_of(bytes.data, length));
		else
			text_append_escaped(text, bytes_of(bytes.data, length));
		bytes.data += length;
		bytes.size -= length;
	}
}

char *
text_clean(struct arena *arena, struct bytes bytes)
{
	struct text text = { NULL, 0, 0 };
	char *clean;

	if (utf8_printable_ascii(bytes) == bytes.size) {
		clean = arena_alloc(arena, bytes.size + 1);
		if (bytes.size > 0)
			memcpy(clean, bytes.data, bytes.size);
		return clean;
	}
	text_append_clean(&text, bytes);
	clean = arena_string(arena, text.data);
	text_free(&text);
	return clean;
}

bool
text_has_word(const char *words, const char *word)
{
	size_t size = strlen(word);

	for (const char *at = words; at != NULL; at = strchr(at, ' ')) {
		at += *at == ' ';
		if (strncmp(at, word, size) == 0 &&
		    (at[size] == ' ' || at[size] == '\0'))
			return true;
	}
	return false;
}
