/*
 * The top of the page: what the morning looks like in one sentence, the facts
 * of the run, and a card a class.
 */
#include "base/columns.h"
#include "report/html.h"

/* Line drawings of 24 x 24, made for this page; one a class. */
static const char *const drawings[CLASS_COUNT] = {
	[CLASS_OK] = "<circle cx=12 cy=12 r=9 /><path d=\"m8 12 3 3 5-6\"/>",
	[CLASS_MISSING_INTERMEDIATE] =
	    "<path d=\"M9 8H7a4 4 0 0 0 0 8h2m6-8h2a4 4 0 0 1 0 8h-2\"/>"
	    "<path d=\"M12 5v3m0 8v3\"/>",
	[CLASS_WRONG_ROOT] =
	    "<path d=\"M12 3v9m0 0-5 5m5-5 5 5M7 17v4m10-4v4\"/>"
	    "<path d=\"m9 3 6 0\"/>",
	[CLASS_EXPIRED] = "<circle cx=12 cy=12 r=9 /><path d=\"M12 7v5l3 3\"/>",
	[CLASS_NAME_MISMATCH] = "<path d=\"M5 9h14M5 15h14M16 4 8 20\"/>",
	[CLASS_UNKNOWN_ISSUER] =
	    "<circle cx=12 cy=12 r=9 /><path d=\"M9.5 9.5a2.5 2.5 0 1 1 "
	    "3.5 2.3c-.7.3-1 .8-1 1.7m0 3v.1\"/>",
	[CLASS_INVALID_CHAIN] = "<path d=\"M8 3h8l5 5v8l-5 5H8l-5-5V8z\"/>"
				"<path d=\"m9 9 6 6m0-6-6 6\"/>",
	[CLASS_WEAK] =
	    "<path d=\"M12 4 2.5 20h19z\"/><path d=\"M12 10v4m0 3v.1\"/>",
	[CLASS_REVOKED] = "<circle cx=12 cy=12 r=9 /><path d=\"m6 6 12 12\"/>",
	[CLASS_UNREACHABLE] = "<path d=\"M3 12h6m6 0h6M9 8v8m6-8v8\"/>",
	[CLASS_NO_TLS] = "<rect x=5 y=11 width=14 height=9 rx=2 />"
			 "<path d=\"M8 11V8a4 4 0 0 1 7.5-2\"/>",
};

void
html_symbols(struct text *out)
{
	html_raw(out, "<svg class=symbols aria-hidden=true>");
	for (int i = 0; i < CLASS_COUNT; i++)
		text_printf(out,
		    "<symbol id=\"i-%s\" viewBox=\"0 0 24 24\">%s</symbol>",
		    class_word((enum class_id)i), drawings[i]);
	html_raw(out, "</svg>\n");
}

static uint64_t
count_broken(const struct tally *tally)
{
	return tally->records - tally->classes[CLASS_OK];
}

static void
append_headline(struct sheet *sheet)
{
	const struct tally *tally = sheet->tally;
	struct arena *scratch = sheet->scratch;
	uint64_t broken = count_broken(tally);

	if (broken == 0)
		html_fill(&sheet->line, "<h1>{}, all ok</h1>\n",
		    html_hosts(scratch, tally->records));
	else
		html_fill(&sheet->line, "<h1><b>{}</b> of {} not ok</h1>\n",
		    count_text(scratch, broken),
		    tally->records == 1
			? "1 host is"
			: arena_printf(scratch, "%s hosts are",
			      count_text(scratch, tally->records)));
	if (tally->days_30 > 0)
		html_fill(&sheet->line,
		    "<p class=lede>{} whose certificate ends within 30 "
		    "days, {} of them within 7.</p>\n",
		    html_hosts(scratch, tally->days_30),
		    count_text(scratch, tally->days_7));
}

static void
append_fact(struct text *out, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		html_fill(
		    out, "<div><dt>{}</dt><dd>{}</dd></div>", name, value);
}

static void
append_facts(struct sheet *sheet)
{
	const struct report_run *run = sheet->run;
	struct arena *scratch = sheet->scratch;
	struct text *out = &sheet->line;

	html_raw(out, "<dl class=facts>");
	append_fact(out, "scanned", html_time(scratch, run->started));
	if (run->now < run->started - 60 || run->now > run->finished + 60)
		append_fact(out, "judged as of", html_time(scratch, run->now));
	append_fact(out, "took", arena_printf(scratch, "%.1f s", run->seconds));
	append_fact(out, "targets", count_text(scratch, run->targets));
	append_fact(out, "trust store", run->trust);
	append_fact(out, "run", run->id);
	for (size_t i = 0; i < run->option_count; i++)
		append_fact(out, run->options[i].name, run->options[i].value);
	html_raw(out, "</dl>\n");
}

/* How the classes share the fleet: the cards below say the same in words. */
static void
append_bar(struct sheet *sheet)
{
	const struct tally *tally = sheet->tally;

	html_raw(&sheet->line, "<div class=bar aria-hidden=true>");
	for (int i = 0; i < CLASS_COUNT; i++)
		if (tally->classes[i] > 0)
			text_printf(&sheet->line,
			    "<i class=\"%s\" style=\"flex-grow:%llu\"></i>",
			    html_class_tone((enum class_id)i),
			    (unsigned long long)tally->classes[i]);
	html_raw(&sheet->line, "</div>\n");
}

static void
append_card(struct sheet *sheet, enum class_id class_id)
{
	uint64_t count = sheet->tally->classes[class_id];

	html_fill(&sheet->line,
	    "<li><a class=\"card {}\" href=\"#hosts\" data-class=\"{}\">",
	    html_class_tone(class_id), class_word(class_id));
	html_class(&sheet->line, class_id);
	html_fill(&sheet->line, "<b>{}</b><small>{}</small></a></li>\n",
	    count_text(sheet->scratch, count),
	    html_percent(sheet->scratch, count, sheet->tally->records));
}

/* What no host has is one line, not a row of empty cards. */
static void
append_absent(struct sheet *sheet)
{
	struct text list = { NULL, 0, 0 };

	for (int i = 0; i < CLASS_COUNT; i++) {
		if (sheet->tally->classes[i] > 0)
			continue;
		text_append(&list, list.size == 0 ? "" : ", ");
		text_append(&list, class_title((enum class_id)i));
	}
	if (list.size > 0)
		html_fill(&sheet->line, "<p class=quiet>No host: {}.</p>\n",
		    list.data);
	text_free(&list);
}

void
html_overview(struct sheet *sheet)
{
	append_headline(sheet);
	append_facts(sheet);
	append_bar(sheet);
	html_raw(&sheet->line, "<ul class=cards>\n");
	for (int i = 0; i < CLASS_COUNT; i++)
		if (sheet->tally->classes[i] > 0)
			append_card(sheet, (enum class_id)i);
	html_raw(&sheet->line, "</ul>\n");
	append_absent(sheet);
}
