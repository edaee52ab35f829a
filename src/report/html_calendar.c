/*
 * When certificates end: a year of weeks, drawn, and the same as a table for
 * whoever cannot see the drawing.
 */
#include <time.h>

#include "base/columns.h"
#include "report/html.h"

/* Units of the drawing, which scales. */
enum {
	WEEK_WIDTH = 20,
	BAR_WIDTH = 14,
	PLOT_TOP = 22,
	PLOT_HEIGHT = 120,
	BASE = PLOT_TOP + PLOT_HEIGHT,
	BAR_LEAST = 4, /* one host among thousands is still visible */
	WIDTH = TALLY_WEEKS * WEEK_WIDTH,
	HEIGHT = BASE + 26
};

static uint64_t
count_week(const struct tally_week *week)
{
	return week->leaves + week->authorities;
}

static unsigned
bar_height(uint64_t count, uint64_t highest)
{
	unsigned height = (unsigned)((double)count / (double)highest *
				     (PLOT_HEIGHT - BAR_LEAST));

	return count == 0 ? 0 : height + BAR_LEAST;
}

/* "998", "9.8k", "12k": of five digits there is no room. */
static const char *
short_count(struct arena *scratch, uint64_t count)
{
	if (count < 1000)
		return arena_printf(scratch, "%u", (unsigned)count);
	if (count < 9950)
		return arena_printf(scratch, "%.1fk", (double)count / 1000);
	if (count < 999500)
		return arena_printf(scratch, "%.0fk", (double)count / 1000);
	return arena_printf(scratch, "%.1fM", (double)count / 1e6);
}

/* Every so many weeks have a label, by the width of the widest one. */
static size_t
label_stride(struct sheet *sheet)
{
	enum { DIGIT_WIDTH = 7 };
	size_t widest = 0;

	for (size_t i = 0; i < TALLY_WEEKS; i++) {
		size_t width = strlen(short_count(
		    sheet->scratch, count_week(&sheet->tally->weeks[i])));

		if (width > widest)
			widest = width;
	}
	return (widest * DIGIT_WIDTH + WEEK_WIDTH - 1) / WEEK_WIDTH;
}

/* Servers' certificates at the bottom, those of CAs on top of them. */
static void
draw_week(struct sheet *sheet, size_t at, uint64_t highest, bool labelled)
{
	const struct tally_week *week = &sheet->tally->weeks[at];
	struct arena *scratch = sheet->scratch;
	unsigned leaves = bar_height(week->leaves, highest);
	unsigned authorities = bar_height(week->authorities, highest);
	unsigned x = (unsigned)at * WEEK_WIDTH + (WEEK_WIDTH - BAR_WIDTH) / 2;

	const char *monday =
	    html_date(scratch, tally_week_start(sheet->tally, at));

	/* Whoever uses the keyboard has the links of the table. */
	html_fill(&sheet->line,
	    "<a href=\"#week={}\" tabindex=-1><title>week of {}: {} server "
	    "certificates, {} CA certificates</title>",
	    monday, monday, count_text(scratch, week->leaves),
	    count_text(scratch, week->authorities));
	if (leaves > 0)
		text_printf(&sheet->line,
		    "<rect class=\"leaves%s\" x=\"%u\" y=\"%u\" width=\"%d\" "
		    "height=\"%u\" rx=\"2\"/>",
		    at < 5 ? " soon" : "", x, BASE - leaves, BAR_WIDTH, leaves);
	if (authorities > 0)
		text_printf(&sheet->line,
		    "<rect class=\"authorities\" x=\"%u\" y=\"%u\" "
		    "width=\"%d\" height=\"%u\" rx=\"2\"/>",
		    x, BASE - leaves - authorities, BAR_WIDTH, authorities);
	if (labelled)
		text_printf(&sheet->line,
		    "<text class=\"count\" x=\"%u\" y=\"%u\">%s</text>",
		    x + BAR_WIDTH / 2, BASE - leaves - authorities - 5,
		    short_count(scratch, count_week(week)));
	html_raw(&sheet->line, "</a>\n");
}

void
html_calendar(struct sheet *sheet)
{
	const struct tally *tally = sheet->tally;
	struct arena *scratch = sheet->scratch;
	uint64_t highest = 0;
	size_t stride = label_stride(sheet);
	int month = -1;

	for (size_t i = 0; i < TALLY_WEEKS; i++)
		if (count_week(&tally->weeks[i]) > highest)
			highest = count_week(&tally->weeks[i]);
	html_fill(&sheet->line,
	    "<ul class=soon><li><b>{}</b> within 7 days</li>"
	    "<li><b>{}</b> within 30 days</li>"
	    "<li><b>{}</b> within 90 days</li></ul>\n",
	    count_text(scratch, tally->days_7),
	    count_text(scratch, tally->days_30),
	    count_text(scratch, tally->days_90));
	if (highest == 0) {
		html_raw(&sheet->line,
		    "<p class=quiet>Nothing ends within a year.</p>\n");
		return;
	}
	text_printf(&sheet->line,
	    "<div class=scroll tabindex=0 role=region "
	    "aria-label=\"Expiry calendar\"><svg class=calendar role=img "
	    "aria-label=\"Certificates that end, by week; the table below "
	    "has the numbers\" viewBox=\"-8 0 %d %d\">\n"
	    "<defs><pattern id=hatch width=5 height=5 "
	    "patternUnits=userSpaceOnUse patternTransform=\"rotate(45)\">"
	    "<path d=\"M0 0v5\"/></pattern></defs>",
	    WIDTH + 8, HEIGHT);
	/* A month stands below the first week that begins in it. */
	for (size_t i = 0; i < TALLY_WEEKS; i++) {
		time_t start = (time_t)tally_week_start(sheet->tally, i);
		char name[16];
		struct tm civil;

		if (gmtime_r(&start, &civil) == NULL || civil.tm_mon == month)
			continue;
		/*
		 * Next to the January after it there is no room for the year.
		 */
		strftime(name, sizeof(name), civil.tm_mon == 0 ? "%b %Y" : "%b",
		    &civil);
		if (i > 0)
			text_printf(&sheet->line,
			    "<path class=month d=\"M%zu %dv%d\"/>",
			    i * WEEK_WIDTH, PLOT_TOP, PLOT_HEIGHT + 22);
		html_fill(&sheet->line,
		    "<text class=month x=\"{}\" y=\"{}\">{}</text>\n",
		    arena_printf(sheet->scratch, "%zu", i * WEEK_WIDTH + 5),
		    arena_printf(sheet->scratch, "%d", BASE + 19), name);
		month = civil.tm_mon;
	}
	text_printf(
	    &sheet->line, "<path class=base d=\"M0 %d.5h%d\"/>\n", BASE, WIDTH);
	for (size_t i = 0, next = 0; i < TALLY_WEEKS; i++) {
		if (count_week(&tally->weeks[i]) == 0)
			continue;
		draw_week(sheet, i, highest, i >= next);
		if (i >= next)
			next = i + stride;
	}
	html_raw(&sheet->line, "</svg></div>\n");
	html_raw(&sheet->line,
	    "<p class=\"quiet legend\"><i class=leaves></i> certificates of "
	    "servers, by host <i class=authorities></i> certificates of CAs "
	    "in use, each once</p>\n");
	html_raw(&sheet->line,
	    "<details class=numbers><summary>As a table</summary><table>"
	    "<thead><tr><th scope=col>Week of<th scope=col class=number>Server "
	    "certificates<th scope=col class=number>CA certificates</tr>"
	    "</thead><tbody>\n");
	for (size_t i = 0; i < TALLY_WEEKS; i++) {
		const struct tally_week *week = &tally->weeks[i];
		const char *monday =
		    html_date(scratch, tally_week_start(tally, i));

		if (count_week(week) == 0)
			continue;
		html_fill(&sheet->line,
		    "<tr><th scope=row><a href=\"#week={}\">{}</a></th><td "
		    "class=number>{}</td>"
		    "<td class=number>{}</td></tr>\n",
		    monday, monday, count_text(scratch, week->leaves),
		    count_text(scratch, week->authorities));
	}
	html_raw(&sheet->line, "</tbody></table></details>\n");
}
