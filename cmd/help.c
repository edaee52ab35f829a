/* The help of one command, out of the table that also parses its options. */
#include "base/columns.h"
#include "base/text.h"
#include "cmd/options.h"

enum { HELP_COLUMN = 30 };

static void
append_row(struct text *out, const struct option_row *row)
{
	struct text help = { NULL, 0, 0 };
	size_t start = out->size;

	if (row->help == NULL)
		return;
	if (row->letter != 0)
		text_printf(
		    out, "  -%c%s", row->letter, row->name == NULL ? "" : ", ");
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
	text_append(&help, row->help);
	option_append_words(row, &help);
	cell_append_wrapped(out, help.data, HELP_COLUMN);
	text_free(&help);
}

/* What every command takes. */
static const struct option_row general_rows[] = {
	{ .name = "config",
	    .argument = "FILE",
	    .help = "more options, one NAME = VALUE a line; those of the "
		    "command line take precedence" },
	{ .letter = 'h', .name = "help", .help = "this text" },
};

static void
append_general(struct text *out, bool takes_file)
{
	text_append(out, "\nGeneral\n");
	if (takes_file)
		append_row(out, &general_rows[0]);
	append_row(out, &general_rows[1]);
}

void
usage_print(const struct usage *usage, FILE *stream)
{
	struct text out = { NULL, 0, 0 };

	text_printf(&out, "Usage: fleetscan %s\n", usage->synopsis);
	cell_append_wrapped(&out, usage->about, 0);
	for (size_t i = 0; i < usage->group_count; i++) {
		const struct option_group *group = &usage->groups[i];

		text_printf(&out, "\n%s\n", group->title);
		for (size_t j = 0; j < group->count; j++)
			append_row(&out, &group->rows[j]);
	}
	append_general(&out, usage->file != NULL);
	text_printf(&out, "\nExamples\n%s", usage->example);
	fwrite(out.data, 1, out.size, stream);
	text_free(&out);
}
