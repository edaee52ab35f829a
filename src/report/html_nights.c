/*
 * The last 90 nights of the run's list, out of history.db: a line a class, and
 * the same as a table for whoever cannot see the drawing.
 */
#include <stdlib.h>

#include "base/columns.h"
#include "base/memory.h"
#include "fleet/history_file.h"
#include "report/html.h"

enum {
	DAYS = 90,
	NIGHTS_MOST = 400, /* drawn; a list may be scanned more than daily */
	WIDTH = 1060,
	TOP = 10,
	HEIGHT = 130,
	BASE = TOP + HEIGHT
};

struct nights {
	struct history_night list[NIGHTS_MOST];
	size_t count;
	uint64_t highest;
};

static void
keep(void *context, const struct history_night *night)
{
	struct nights *nights = context;

	if (nights->count == NIGHTS_MOST) {
		memmove(nights->list, nights->list + 1,
		    sizeof(nights->list) - sizeof(nights->list[0]));
		nights->count--;
	}
	nights->list[nights->count++] = *night;
	for (int i = 0; i < CLASS_COUNT; i++)
		if (i != CLASS_OK && night->classes[i] > nights->highest)
			nights->highest = night->classes[i];
}

/* To be freed; its strings are not. */
static struct nights *
read_nights(const struct sheet *sheet)
{
	struct nights *nights = memory_new(sizeof(*nights));

	if (sheet->run->history != NULL)
		history_file_nights(sheet->run->history, sheet->run->list,
		    sheet->run->started - (int64_t)DAYS * 86400, keep, nights);
	return nights;
}

/* A single night is no line. */
bool
html_has_nights(const struct sheet *sheet)
{
	struct nights *nights = read_nights(sheet);
	bool has = nights->count > 1;

	free(nights);
	return has;
}

static bool
class_occurs(const struct nights *nights, int class_id)
{
	for (size_t i = 0; i < nights->count; i++)
		if (nights->list[i].classes[class_id] > 0)
			return true;
	return false;
}

static void
draw_class(struct text *out, const struct nights *nights, int class_id)
{
	int64_t first = nights->list[0].started;
	int64_t span = nights->list[nights->count - 1].started - first;

	text_printf(out, "<polyline class=\"night-%d\" points=\"", class_id);
	for (size_t i = 0; i < nights->count; i++) {
		const struct history_night *night = &nights->list[i];
		double x = span == 0 ? 0
				     : (double)(night->started - first) /
					   (double)span * WIDTH;
		double y = nights->highest == 0
			       ? 0
			       : (double)night->classes[class_id] /
				     (double)nights->highest * HEIGHT;

		text_printf(out, "%s%.1f,%.1f", i == 0 ? "" : " ", x, BASE - y);
	}
	html_raw(out, "\"/>\n");
}

void
html_nights(struct sheet *sheet)
{
	struct nights *nights = read_nights(sheet);
	struct arena *scratch = sheet->scratch;
	struct text *out = &sheet->line;
	const struct history_night *last = &nights->list[nights->count - 1];

	text_printf(out,
	    "<div class=scroll tabindex=0 role=region "
	    "aria-label=\"The last nights\"><svg class=nights role=img "
	    "aria-label=\"Hosts that are not ok, a line a class; the table "
	    "below has the numbers\" viewBox=\"-8 0 %d %d\">\n"
	    "<path class=base d=\"M0 %d.5h%d\"/>\n",
	    WIDTH + 16, BASE + 24, BASE, WIDTH);
	for (int i = 0; i < CLASS_COUNT; i++)
		if (i != CLASS_OK && class_occurs(nights, i))
			draw_class(out, nights, i);
	html_fill(out,
	    "<text x=0 y=8>{}</text><text x=0 y=\"{}\">{}</text>"
	    "<text class=last x=\"{}\" y=\"{}\">{}</text></svg></div>\n",
	    html_hosts(scratch, nights->highest),
	    arena_printf(scratch, "%d", BASE + 18),
	    html_date(scratch, nights->list[0].started),
	    arena_printf(scratch, "%d", WIDTH),
	    arena_printf(scratch, "%d", BASE + 18),
	    html_date(scratch, last->started));
	html_raw(out, "<p class=\"quiet legend\">");
	for (int i = 0; i < CLASS_COUNT; i++)
		if (i != CLASS_OK && class_occurs(nights, i))
			html_fill(out, "<i class=\"line night-{}\"></i> {} ",
			    arena_printf(scratch, "%d", i),
			    class_title((enum class_id)i));
	html_raw(out, "</p>\n<details class=numbers><summary>As a table"
		      "</summary><div class=scroll><table><thead><tr>"
		      "<th scope=col>Night<th scope=col class=number>Records");
	for (int i = 0; i < CLASS_COUNT; i++)
		if (class_occurs(nights, i))
			html_fill(out, "<th scope=col class=number>{}",
			    class_title((enum class_id)i));
	html_raw(out, "</tr></thead><tbody>\n");
	for (size_t k = nights->count; k > 0; k--) {
		const struct history_night *night = &nights->list[k - 1];

		html_fill(out, "<tr><th scope=row>{}</th><td class=number>{}",
		    html_time(scratch, night->started),
		    count_text(scratch, night->records));
		for (int i = 0; i < CLASS_COUNT; i++)
			if (class_occurs(nights, i))
				html_fill(out, "<td class=number>{}",
				    count_text(scratch, night->classes[i]));
		html_raw(out, "</tr>\n");
	}
	html_raw(out, "</tbody></table></div></details>\n");
	free(nights);
}
