/*
 * The sites whose hosts differ: what is usual there, and who is the odd one
 * out in what.  Which that are is for who compares them all.
 */
#include <stdlib.h>

#include "base/columns.h"
#include "report/html.h"

enum { SITES_MOST = 100 };

static void
append_odd(struct text *out, const struct report_odd *odd)
{
	html_fill(out, "<li><a href=\"#hosts\" data-find=\"{}\">{}</a> ",
	    odd->host, odd->host);
	if (odd->class_id != CLASS_OK)
		html_class(out, odd->class_id);
	html_fill(out, " <span>{}</span></li>\n", odd->words);
}

/* `number`: the site's place among those that were told. */
static void
append_differences(
    struct sheet *sheet, const struct tally_site *site, size_t number)
{
	const struct report_run *run = sheet->run;
	struct text *out = &sheet->line;
	struct report_site told;

	if (run->site == NULL ||
	    !run->site(run->context, number, sheet->scratch, &told))
		return;
	if (told.usual != NULL)
		html_fill(out, "<p class=source>usual: {}</p>", told.usual);
	html_raw(out, "<ul class=odd>\n");
	for (size_t i = 0; i < told.odd_count; i++)
		append_odd(out, &told.odd[i]);
	html_raw(out, "</ul>");
	if (told.odd_count < site->outliers)
		html_fill(out,
		    "<p class=source>and {} more; <code>fleetscan sites</code> "
		    "tells of each</p>",
		    count_text(
			sheet->scratch, site->outliers - told.odd_count));
}

static void
append_site(struct sheet *sheet, const struct tally_site *site, size_t number)
{
	struct arena *scratch = sheet->scratch;

	html_fill(&sheet->line,
	    "<tr><th scope=row><a href=\"#hosts\" data-site=\"{}\">{}</a></th>"
	    "<td class=number>{}</td><td class=number>{}</td>"
	    "<td class=broken>",
	    site->site, site->site, count_text(scratch, site->hosts - site->ok),
	    count_text(scratch, site->hosts));
	append_differences(sheet, site, number);
	html_fill(&sheet->line, "</td><td class=date>{}</td></tr>\n",
	    site->dated ? html_date(scratch, site->earliest) : NULL);
}

static void
append_rest(struct sheet *sheet, size_t shown)
{
	struct arena *scratch = sheet->scratch;
	uint64_t sites = sheet->tally->all_sites, odd = sheet->tally->sites_odd;

	if (odd > shown)
		html_fill(&sheet->line,
		    "<p class=quiet>{} more sites with odd hosts are in "
		    "<a href=\"summary.json\">summary.json</a>.</p>\n",
		    count_text(scratch, odd - shown));
	html_fill(&sheet->line,
	    "<p class=quiet>In {} of {} sites all hosts are ok and alike."
	    "</p>\n",
	    count_text(scratch, sites - odd), count_text(scratch, sites));
}

static void
append_head(struct text *out)
{
	html_raw(out,
	    "<table class=sites><thead><tr><th scope=col>Site"
	    "<th scope=col class=number>Not ok"
	    "<th scope=col class=number>Hosts<th scope=col>Odd ones out"
	    "<th scope=col>Earliest end</tr></thead><tbody>\n");
}

/* They come most deviating first: behind these, all hosts are alike. */
void
html_sites(struct sheet *sheet)
{
	size_t count, shown = 0;
	const struct tally_site **sites = tally_sites(sheet->tally, &count);

	while (
	    shown < count && shown < SITES_MOST && sites[shown]->outliers > 0) {
		if (shown == 0)
			append_head(&sheet->line);
		append_site(sheet, sites[shown], shown);
		shown++;
	}
	if (shown > 0)
		html_raw(&sheet->line, "</tbody></table>\n");
	append_rest(sheet, shown);
	free(sites);
}
