/* Colours of severities on a terminal (ECMA-48 SGR). */
#include "report/colors.h"

void
color_begin(struct text *out, enum severity severity, bool colors)
{
	static const char *const codes[SEVERITY_COUNT] = {
		[SEVERITY_OK] = "\033[32m",
		[SEVERITY_NOTICE] = "\033[36m",
		[SEVERITY_WARNING] = "\033[33m",
		[SEVERITY_ERROR] = "\033[31m",
	};

	if (colors)
		text_append(out, codes[severity]);
}

void
color_end(struct text *out, bool colors)
{
	if (colors)
		text_append(out, "\033[0m");
}
