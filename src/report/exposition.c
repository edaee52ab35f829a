/* Formats and escapes; knows no metric. */
#include "report/exposition.h"

#include <inttypes.h>

void
exposition_family(struct text *out, const char *name, const char *help)
{
	text_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* Backslash, quote and newline are escaped. */
void
exposition_label(struct text *out, const char *name, const char *value)
{
	bool is_first = out->data[out->size - 1] != '"';

	text_printf(out, "%s%s=\"", is_first ? "{" : ",", name);
	for (; value != NULL && *value != '\0'; value++) {
		if (*value == '\\' || *value == '"')
			text_append_char(out, '\\');
		if (*value == '\n')
			text_append(out, "\\n");
		else
			text_append_char(out, *value);
	}
	text_append_char(out, '"');
}

void
exposition_value(struct text *out, int64_t value)
{
	if (out->data[out->size - 1] == '"')
		text_append_char(out, '}');
	text_printf(out, " %" PRId64 "\n", value);
}
