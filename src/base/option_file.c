/* Reads a file of options line by line, cutting the words out in place. */
#include "base/option_file.h"

#include <string.h>

#include "base/file.h"

enum { FILE_MOST = 1 << 20 };

static const char byte_order_mark[] = "\xef\xbb\xbf";

int
option_file_read(struct option_file *file, const char *path)
{
	size_t mark = sizeof(byte_order_mark) - 1;

	*file = (struct option_file){ .path = path };
	if (file_read(path, FILE_MOST, &file->text) < 0)
		return -1;
	file->rest = file->text.data;
	if (strncmp(file->rest, byte_order_mark, mark) == 0)
		file->rest += mark;
	return 0;
}

void
option_file_clear(struct option_file *file)
{
	text_free(&file->text);
	*file = (struct option_file){ .path = NULL };
}

static char *
skip_blanks(char *at)
{
	return at + strspn(at, " \t");
}

static bool
is_end(const char *at)
{
	return *at == '\0' || *at == '#';
}

/* Up to a comment, without the blanks before it. */
static void
cut_bare(char *value)
{
	char *end = value;

	for (char *at = value; *at != '\0'; at++) {
		bool blank = *at == ' ' || *at == '\t';

		if (blank && at[1] == '#')
			break;
		if (!blank)
			end = at + 1;
	}
	*end = '\0';
}

/* The line is not empty, and no comment. */
static const char *
cut(char *at, struct option_line *out)
{
	char *end;
	bool has_equals;

	at += strspn(at, "-");
	end = at + strcspn(at, " \t=");
	if (end == at)
		return "is no line of the form NAME = VALUE";
	out->name = at;
	at = skip_blanks(end);
	has_equals = *at == '=';
	if (has_equals)
		at = skip_blanks(at + 1);
	*end = '\0';
	out->value = NULL;
	if (is_end(at))
		return has_equals ? "has no value behind the =" : NULL;
	if (*at != '"') {
		cut_bare(at);
	} else {
		end = strchr(++at, '"');
		if (end == NULL || !is_end(skip_blanks(end + 1)))
			return "does not end with its quoted value";
		*end = '\0';
	}
	out->value = at;
	return NULL;
}

/* NULL at the end of the file. */
static char *
next_line(struct option_file *file, size_t *size)
{
	char *line = file->rest, *stop = file->text.data + file->text.size;
	char *end;

	if (line >= stop)
		return NULL;
	end = memchr(line, '\n', (size_t)(stop - line));
	file->rest = end == NULL ? stop : end + 1;
	file->line++;
	if (end == NULL)
		end = stop;
	if (end > line && end[-1] == '\r')
		end--;
	*end = '\0';
	*size = (size_t)(end - line);
	return line;
}

int
option_file_next(
    struct option_file *file, struct option_line *out, const char **wrong)
{
	char *line;
	size_t size;

	while ((line = next_line(file, &size)) != NULL) {
		if (strlen(line) < size) {
			*wrong = "holds a NUL";
			return -1;
		}
		line = skip_blanks(line);
		if (is_end(line))
			continue;
		*wrong = cut(line, out);
		return *wrong == NULL ? 1 : -1;
	}
	return 0;
}
