/* The page's section of tags: how the hosts of each owner are. */
#include "report/html.h"

#include <stdlib.h>

#include "base/columns.h"

enum { SHOWN_MOST = 500 };

bool
html_has_tags(const struct sheet *sheet)
{
	size_t count = 0;

	if (sheet->tally->tags != NULL)
		free(tally_tags_list(sheet->tally->tags, &count));
	return count > 0;
}

static void
append_counts(struct sheet *sheet, const struct tally_tag *tag)
{
	struct arena *scratch = sheet->scratch;

	html_fill(&sheet->line,
	    "<td class=number>{}</td><td class=number>{}</td>"
	    "<td class=number>{}</td><td>",
	    count_text(scratch, tag->severities[SEVERITY_ERROR]),
	    count_text(scratch, tag->severities[SEVERITY_WARNING]),
	    count_text(scratch, tag->hosts));
	html_class(&sheet->line, tally_tag_worst(tag));
	html_raw(&sheet->line, "</td></tr>\n");
}

void
html_tags(struct sheet *sheet)
{
	const struct tally_tags *tags = sheet->tally->tags;
	struct text *out = &sheet->line;
	size_t count;
	const struct tally_tag **list = tally_tags_list(tags, &count);
	size_t shown = count < SHOWN_MOST ? count : SHOWN_MOST;
	struct tally_tag rest = tally_tags_rest(tags, list, count, shown);

	html_raw(out, "<table class=tags><thead><tr><th scope=col>Tag"
		      "<th scope=col class=number>Errors"
		      "<th scope=col class=number>Warnings"
		      "<th scope=col class=number>Hosts"
		      "<th scope=col>Worst</tr></thead><tbody>\n");
	for (size_t i = 0; i < shown; i++) {
		html_fill(out,
		    "<tr><th scope=row><a href=\"#hosts\" data-tag=\"{}\">{}"
		    "</a></th>",
		    list[i]->name, list[i]->name);
		append_counts(sheet, list[i]);
	}
	if (rest.hosts > 0) {
		html_raw(out, "<tr><th scope=row>the others</th>");
		append_counts(sheet, &rest);
	}
	html_raw(out,
	    "</tbody></table>\n<p class=quiet>A host counts for each of its "
	    "tags; all tags are in <a href=\"tags.csv\">tags.csv</a>.</p>\n");
	free(list);
}
