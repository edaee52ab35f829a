/*
 * The sites with most broken hosts.  Which host of a site is the odd one out
 * is told by `fleetscan sites`, which compares them all.
 */
#include <stdlib.h>

#include "report/cells.h"
#include "report/html.h"

enum { SITES_MOST = 100 };

static void
append_classes(struct sheet *sheet, const struct tally_site *site)
{
	html_raw(&sheet->line, "<ul class=classes>");
	for (int i = 0; i < CLASS_COUNT; i++) {
		if (site->classes[i] == 0 || i == CLASS_OK)
			continue;
		html_fill(&sheet->line,
		    "<li><a href=\"#hosts\" data-site=\"{}\" "
		    "data-class=\"{}\">{} ",
		    site->site, class_word((enum class_id)i),
		    count_text(sheet->scratch, site->classes[i]));
		html_class(&sheet->line, (enum class_id)i);
		html_raw(&sheet->line, "</a></li>");
	}
	html_raw(&sheet->line, "</ul>");
}

static void
append_site(struct sheet *sheet, const struct tally_site *site)
{
	struct arena *scratch = sheet->scratch;

	html_fill(&sheet->line,
	    "<tr><th scope=row><a href=\"#hosts\" data-site=\"{}\">{}</a></th>"
	    "<td class=number>{}</td><td class=number>{}</td>"
	    "<td class=broken>",
	    site->site, site->site, count_text(scratch, site->hosts - site->ok),
	    count_text(scratch, site->hosts));
	append_classes(sheet, site);
	html_fill(&sheet->line, "</td><td class=date>{}</td></tr>\n",
	    site->dated ? html_date(scratch, site->earliest) : NULL);
}

/* Sites come with most broken hosts first: behind these, all are ok. */
static size_t
count_broken(const struct tally_site **sites, size_t count)
{
	size_t broken = 0;

	while (broken < count && sites[broken]->ok < sites[broken]->hosts)
		broken++;
	return broken;
}

static void
append_rest(struct sheet *sheet, uint64_t sites, uint64_t broken, size_t shown)
{
	struct arena *scratch = sheet->scratch;

	if (broken > shown)
		html_fill(&sheet->line,
		    "<p class=quiet>{} more sites with broken hosts are in "
		    "<a href=\"summary.json\">summary.json</a>.</p>\n",
		    count_text(scratch, broken - shown));
	html_fill(&sheet->line,
	    "<p class=quiet>{} of {} sites have no broken host.</p>\n",
	    count_text(scratch, sites - broken), count_text(scratch, sites));
}

void
html_sites(struct sheet *sheet)
{
	size_t count, broken, shown;
	const struct tally_site **sites = tally_sites(sheet->tally, &count);

	broken = count_broken(sites, count);
	shown = broken < SITES_MOST ? broken : SITES_MOST;
	if (shown > 0)
		html_raw(&sheet->line,
		    "<table class=sites><thead><tr><th scope=col>Site"
		    "<th scope=col class=number>Not ok"
		    "<th scope=col class=number>Hosts<th scope=col>Odd ones out"
		    "<th scope=col>Earliest end</tr></thead><tbody>\n");
	for (size_t i = 0; i < shown; i++)
		append_site(sheet, sites[i]);
	if (shown > 0)
		html_raw(&sheet->line, "</tbody></table>\n");
	append_rest(
	    sheet, sheet->tally->all_sites, sheet->tally->sites_not_ok, shown);
	free(sites);
}
