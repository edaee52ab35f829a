/*
 * What hosts have in common: one row a cause with what repairs it, and which
 * clients mind which of them.
 */
#include <stdlib.h>

#include "base/columns.h"
#include "report/html.h"

enum {
	CAUSES_MOST = 100,
	MATRIX_MOST = 24 /* rows that are still looked at */
};

static void
append_list(struct text *out, const struct tally_cause *cause)
{
	html_raw(out, "<ul class=examples>");
	for (size_t i = 0; i < cause->example_count; i++)
		html_fill(out,
		    "<li><a href=\"#hosts\" data-find=\"{}\">{}</a></li>",
		    cause->examples[i], cause->examples[i]);
	html_raw(out, "</ul>");
}

static void
append_examples(struct sheet *sheet, const struct tally_cause *cause)
{
	enum { OPEN_MOST = 2 }; /* a longer list would push causes away */
	struct text *out = &sheet->line;

	if (cause->hosts <= OPEN_MOST) {
		append_list(out, cause);
		return;
	}
	html_raw(out, "<details><summary>");
	if (cause->hosts > cause->example_count)
		html_fill(out, "the first {} of {}",
		    count_text(sheet->scratch, cause->example_count),
		    html_hosts(sheet->scratch, cause->hosts));
	else
		html_fill(out, "{}", html_hosts(sheet->scratch, cause->hosts));
	html_raw(out, "</summary>");
	append_list(out, cause);
	html_raw(out, "</details>");
}

/* The whole name of the certificate and where it can be had. */
static void
append_certificate(struct sheet *sheet, const struct tally_cause *cause)
{
	if (cause->subject != NULL)
		html_fill(&sheet->line,
		    "<p class=name>{}</p><p class=source>{}</p>",
		    result_common_name(sheet->scratch, cause->subject),
		    cause->subject);
	if (cause->is_missing)
		html_fill(&sheet->line, "<p class=source>{}</p>",
		    source_text(sheet->scratch, cause->from, cause->where));
}

/* What heals it where clients cannot wait for the server. */
static void
append_kit(struct sheet *sheet, const struct tally_cause *cause)
{
	size_t fix = cause->is_missing
			 ? wanted_number(sheet->tally->wanted, &cause->sha256)
			 : 0;

	if (fix == 0 || sheet->run->directory == NULL)
		return;
	html_fill(&sheet->line,
	    "<p class=kit><b>fix {}</b> of the repair kit: "
	    "<code>fleetscan fix {}</code></p>",
	    count_text(sheet->scratch, fix), sheet->run->directory);
}

static void
append_cause(struct sheet *sheet, const struct tally_cause *cause)
{
	const struct finding_kind *kind =
	    finding_kind_find(class_word(cause->class_id), cause->cause);
	struct text *out = &sheet->line;

	html_fill(out, "<tr><td class=number><b>{}</b></td><th scope=row>",
	    count_text(sheet->scratch, cause->hosts));
	html_class(out, cause->class_id);
	html_fill(out, "<p class=title>{}</p></th><td class=where>",
	    kind == NULL ? cause->cause : kind->title);
	append_certificate(sheet, cause);
	append_examples(sheet, cause);
	html_fill(out, "</td><td class=repair>{}",
	    kind == NULL ? NULL : kind->advice);
	append_kit(sheet, cause);
	html_raw(out, "</td></tr>\n");
}

static void
append_rest(struct sheet *sheet, size_t count, size_t shown)
{
	if (count > shown)
		html_fill(&sheet->line,
		    "<p class=quiet>{} more causes are in "
		    "<a href=\"summary.json\">summary.json</a>.</p>\n",
		    count_text(sheet->scratch, count - shown));
}

void
html_causes(struct sheet *sheet)
{
	size_t count;
	const struct tally_cause **causes = tally_causes(sheet->tally, &count);
	size_t shown = count < CAUSES_MOST ? count : CAUSES_MOST;

	if (count == 0)
		html_raw(&sheet->line, "<p class=quiet>None.</p>\n");
	else
		html_raw(&sheet->line,
		    "<table class=causes><thead><tr>"
		    "<th scope=col class=number>Hosts<th scope=col>Cause"
		    "<th scope=col>Where<th scope=col>What repairs it"
		    "</tr></thead><tbody>\n");
	for (size_t i = 0; i < shown; i++)
		append_cause(sheet, causes[i]);
	if (count > 0)
		html_raw(&sheet->line, "</tbody></table>\n");
	append_rest(sheet, count, shown);
	free(causes);
}

/* What one client does with the hosts of a row: all, none, or so many. */
static void
append_cell(struct sheet *sheet, const char *client, uint64_t accepts,
    uint64_t refuses, uint64_t hosts)
{
	struct arena *scratch = sheet->scratch;
	const char *refused = count_text(scratch, refuses);
	const char *tone = "some", *mark = refused, *word = "refused";

	if (refuses == hosts)
		tone = "no", mark = "✕", word = "refuses all";
	else if (accepts == hosts)
		tone = "yes", mark = "✓", word = "accepts all";
	else if (refuses == 0)
		tone = "unknown", mark = "?", word = "partly unknown";
	html_fill(&sheet->line,
	    "<td class=\"{}\" title=\"{}: {} refused, {} accepted, of {}\">"
	    "<span aria-hidden=true>{}</span><span class=spoken>{} {}</span>",
	    tone, client, refused, count_text(scratch, accepts),
	    count_text(scratch, hosts), mark, mark == refused ? mark : NULL,
	    word);
}

/* Hosts that are ok can still have a client that minds. */
static void
append_ok_row(struct sheet *sheet)
{
	const struct tally *tally = sheet->tally;

	if (tally->classes[CLASS_OK] == 0)
		return;
	html_raw(&sheet->line, "<tr><th scope=row>");
	html_class(&sheet->line, CLASS_OK);
	html_fill(&sheet->line, "</th><td class=number>{}</td>",
	    count_text(sheet->scratch, tally->classes[CLASS_OK]));
	for (size_t i = 0; i < tally->client_count && i < TALLY_MATRIX; i++) {
		const struct tally_client *client = &tally->clients[i];

		append_cell(sheet, client->id, client->ok_accepts,
		    client->ok_refuses, tally->classes[CLASS_OK]);
	}
	html_raw(&sheet->line, "</tr>\n");
}

static void
append_cause_row(struct sheet *sheet, const struct tally_cause *cause)
{
	const struct tally *tally = sheet->tally;

	html_raw(&sheet->line, "<tr><th scope=row>");
	html_class(&sheet->line, cause->class_id);
	html_fill(&sheet->line,
	    "<p class=what>{}</p></th><td class=number>{}</td>",
	    html_cause_name(sheet->scratch, cause),
	    count_text(sheet->scratch, cause->hosts));
	for (size_t i = 0; i < tally->client_count && i < TALLY_MATRIX; i++)
		append_cell(sheet, tally->clients[i].id, cause->accepts[i],
		    cause->refuses[i], cause->hosts);
	html_raw(&sheet->line, "</tr>\n");
}

static void
append_matrix_head(struct sheet *sheet)
{
	const struct tally *tally = sheet->tally;
	struct text *out = &sheet->line;

	html_raw(out,
	    "<div class=scroll tabindex=0 role=region "
	    "aria-label=\"Clients by cause\"><table class=matrix><thead><tr>"
	    "<th scope=col>Cause<th scope=col class=number>Hosts");
	for (size_t i = 0; i < tally->client_count && i < TALLY_MATRIX; i++)
		html_fill(out,
		    "<th scope=col class=client><a href=\"#hosts\" "
		    "data-client=\"{}\">{}</a>",
		    tally->clients[i].id, tally->clients[i].id);
	html_raw(out, "</tr></thead><tbody>\n");
}

static void
append_matrix_sums(struct sheet *sheet)
{
	const struct tally *tally = sheet->tally;
	struct text *out = &sheet->line;

	html_fill(out,
	    "</tbody><tfoot><tr><th scope=row>refused in all</th>"
	    "<td class=number>{}</td>",
	    count_text(sheet->scratch, tally->records));
	for (size_t i = 0; i < tally->client_count && i < TALLY_MATRIX; i++)
		html_fill(out, "<td>{}</td>",
		    count_text(sheet->scratch, tally->clients[i].refuses));
	html_raw(out, "</tr></tfoot></table></div>\n");
}

void
html_clients(struct sheet *sheet)
{
	size_t count;
	const struct tally_cause **causes = tally_causes(sheet->tally, &count);
	size_t shown = count < MATRIX_MOST ? count : MATRIX_MOST;

	append_matrix_head(sheet);
	append_ok_row(sheet);
	for (size_t i = 0; i < shown; i++)
		append_cause_row(sheet, causes[i]);
	append_matrix_sums(sheet);
	html_raw(&sheet->line,
	    "<p class=quiet>✓ accepts all hosts of the row · ✕ refuses them "
	    "all · a number: refuses so many · ? depends on something that "
	    "was not looked at</p>\n");
	append_rest(sheet, count, shown);
	free(causes);
}
