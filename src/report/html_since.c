/*
 * What is new since the last run: a line a group, which opens on the hosts.
 * What got worse is open from the start.
 */
#include "base/columns.h"
#include "report/html.h"

const struct report_since *
html_since_of(const struct sheet *sheet)
{
	const struct report_run *run = sheet->run;

	return run->since == NULL ? NULL : run->since(run->context);
}

static void
append_change(struct text *out, const struct report_change *change)
{
	html_fill(out,
	    "<li><a href=\"#hosts\" data-find=\"{}\">{}</a> <span>{}</span>"
	    "</li>\n",
	    change->host, change->host, change->words);
}

static void
append_hosts(struct text *out, const struct report_change_group *group,
    struct arena *scratch)
{
	html_raw(out, "<ul>\n");
	for (size_t i = 0; i < group->named_count; i++)
		append_change(out, &group->named[i]);
	if (group->named_count < group->hosts)
		html_fill(out,
		    "<li class=quiet>and {} more: <code>fleetscan diff</code> "
		    "lists them all</li>\n",
		    count_text(scratch, group->hosts - group->named_count));
	html_raw(out, "</ul>");
}

static void
append_group(struct text *out, const struct report_change_group *group,
    struct arena *scratch)
{
	const char *count = count_text(scratch, group->hosts);

	/* What is as it was is counted in the sentence above. */
	if (group->named_count == 0)
		return;
	if (group->is_bad)
		html_raw(out, "<details class=\"change error\" open>");
	else
		html_raw(out, "<details class=change>");
	html_fill(out, "<summary><b>{}</b> {}</summary>", count, group->word);
	append_hosts(out, group, scratch);
	html_raw(out, "</details>\n");
}

void
html_since(struct sheet *sheet)
{
	const struct report_since *since = html_since_of(sheet);

	html_fill(&sheet->line,
	    "<p>{} <span class=source>(compared with run {})</span></p>\n",
	    since->summary, since->run);
	html_raw(&sheet->line, "<div class=changes>");
	for (size_t i = 0; i < since->group_count; i++)
		append_group(&sheet->line, &since->groups[i], sheet->scratch);
	html_raw(&sheet->line, "</div>\n");
}
