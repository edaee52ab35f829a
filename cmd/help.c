/* The help of one command, out of the table that also parses its options. */
#include <string.h>

#include "base/text.h"
#include "cmd/options.h"

enum { WIDTH = 80, HELP_COLUMN = 30 };

/* Words up to the width, further lines below the first one. */
static void
append_wrapped(struct text *out, const char *words, size_t column)
{
	size_t at = column;

	while (*words != '\0') {
		size_t length = strcspn(words, " ");

		if (at > column && at + 1 + length >= WIDTH) {
			text_printf(out, "\n%*s", (int)column, "");
			at = column;
		}
		if (at > column) {
			text_append_char(out, ' ');
			at++;
		}
		text_append_bytes(out, bytes_of(words, length));
		at += length;
		words += length;
		words += strspn(words, " ");
	}
	text_append_char(out, '\n');
}

static void
append_row(struct text *out, const struct option_row *row)
{
	size_t start = out->size;

	if (row->help == NULL)
		return;
	if (row->letter != 0)
		text_printf(out, "  -%c%s", row->letter,
		    row->name == NULL ? "" : ", ");
	else
		text_append(out, "      ");
	if (row->name != NULL)
		text_printf(out, "--%s", row->name);
	if (row->argument != NULL)
		text_printf(out, " %s", row->argument);
	if (out->size - start >= HELP_COLUMN) {
		text_append_char(out, '\n');
		start = out->size;
	}
	text_printf(out, "%*s", (int)(HELP_COLUMN - (out->size - start)), "");
	append_wrapped(out, row->help, HELP_COLUMN);
}

void
usage_print(const struct usage *usage, FILE *stream)
{
	struct text out = { NULL, 0, 0 };

	text_printf(&out, "Usage: fleetscan %s\n", usage->synopsis);
	append_wrapped(&out, usage->about, 0);
	for (size_t i = 0; i < usage->group_count; i++) {
		const struct option_group *group = &usage->groups[i];

		text_printf(&out, "\n%s\n", group->title);
		for (size_t j = 0; j < group->count; j++)
			append_row(&out, &group->rows[j]);
	}
	text_printf(&out, "\nExample\n%s", usage->example);
	fwrite(out.data, 1, out.size, stream);
	text_free(&out);
}
