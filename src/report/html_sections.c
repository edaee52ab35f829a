/*
 * The sections of the page above the list of hosts: the totals, what changed,
 * the causes, the sites and the clients.
 */
#include "report/html.h"

#include <stdlib.h>

#include "base/columns.h"
#include "report/diff_text.h"
#include "report/sites_text.h"

enum {
	CHANGES_MOST = 50,
	SITES_MOST = 100,
	OUTLIERS_MOST = 6, /* `fleetscan sites` lists them all */
	CAUSES_MOST = 100, /* roots that leave */
	MATRIX_MOST = 24   /* rows that are still looked at */
};

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

static void
append_run_fact(struct text *out, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		html_fill(
		    out, "<div><dt>{}</dt><dd>{}</dd></div>", name, value);
}

/* The classes as parts of one bar, then as cards with their numbers. */
static void
append_classes(struct sheet *sheet)
{
	const struct tally *tally = sheet->tally;
	struct text absent = { NULL, 0, 0 }, *out = &sheet->line;
	enum { ROW_MOST = 6 };
	size_t tiles = 0, rows;

	for (int i = 0; i < CLASS_COUNT; i++)
		tiles += tally->classes[i] > 0;
	rows = tiles == 0 ? 1 : (tiles + ROW_MOST - 1) / ROW_MOST;
	html_raw(out, "<div class=bar aria-hidden=true>");
	for (int i = 0; i < CLASS_COUNT; i++)
		if (tally->classes[i] > 0)
			text_printf(out,
			    "<i class=\"%s\" style=\"flex-grow:%llu\"></i>",
			    html_class_tone((enum class_id)i),
			    (unsigned long long)tally->classes[i]);
	/* Rows of tiles as equal as their number allows. */
	text_printf(out, "</div>\n<ul class=cards style=\"--row:%zu\">\n",
	    (tiles + rows - 1) / rows);
	for (int i = 0; i < CLASS_COUNT; i++) {
		enum class_id class_id = (enum class_id)i;
		uint64_t count = tally->classes[i];

		if (count == 0) {
			text_append(&absent, absent.size == 0 ? "" : ", ");
			text_append(&absent, class_title(class_id));
			continue;
		}
		html_fill(out,
		    "<li><a class=\"card {}\" href=\"#hosts\" "
		    "data-class=\"{}\">",
		    html_class_tone(class_id), class_word(class_id));
		html_class(out, class_id);
		html_fill(out, "<b>{}</b><small>{}</small></a></li>\n",
		    count_text(sheet->scratch, count),
		    html_percent(sheet->scratch, count, tally->records));
	}
	html_raw(out, "</ul>\n");
	if (absent.size > 0)
		html_fill(
		    out, "<p class=quiet>No host: {}.</p>\n", absent.data);
	text_free(&absent);
}

void
html_overview(struct sheet *sheet)
{
	const struct tally *tally = sheet->tally;
	struct arena *scratch = sheet->scratch;
	uint64_t broken =
	    tally->records - tally->classes[CLASS_OK] + tally->failing;
	struct text *out = &sheet->line;
	const struct report_run *run = sheet->run;

	if (broken == 0)
		html_fill(out, "<h1>{}, all ok</h1>\n",
		    html_hosts(scratch, tally->records));
	else
		html_fill(out, "<h1><b>{}</b> of {} not ok</h1>\n",
		    count_text(scratch, broken),
		    tally->records == 1
			? "1 host is"
			: arena_printf(scratch, "%s hosts are",
			      count_text(scratch, tally->records)));
	if (tally->days_30 > 0)
		html_fill(out,
		    "<p class=lede>{} whose certificate ends within 30 "
		    "days, {} of them within 7.</p>\n",
		    html_hosts(scratch, tally->days_30),
		    count_text(scratch, tally->days_7));
	html_raw(out, "<dl class=facts>");
	append_run_fact(out, "scanned", html_time(scratch, run->started));
	if (run->now < run->started - 60 || run->now > run->finished + 60)
		append_run_fact(
		    out, "judged as of", html_time(scratch, run->now));
	append_run_fact(
	    out, "took", arena_printf(scratch, "%.1f s", run->seconds));
	append_run_fact(
	    out, "targets", count_text(scratch, run->totals.targets));
	if (tally->names.addresses > 0)
		append_run_fact(
		    out, "addresses", count_text(scratch, tally->records));
	append_run_fact(out, "trust store", run->trust);
	append_run_fact(out, "run", run->id);
	for (size_t i = 0; i < run->option_count; i++)
		append_run_fact(
		    out, run->options[i].name, run->options[i].value);
	html_raw(out, "</dl>\n");
	append_classes(sheet);
}

/* A line a group of changes, which opens on the hosts. */
static void
append_changes(struct text *out, const struct diff *diff,
    enum change_group group, struct arena *scratch)
{
	size_t count, named = 0;
	const struct change *changes = diff_group(diff, group, &count);

	/* Hosts that are broken as before are counted in the summary only. */
	if (changes == NULL)
		return;
	if (change_is_bad(changes))
		html_raw(out, "<details class=\"change error\" open>");
	else
		html_raw(out, "<details class=change>");
	html_fill(out, "<summary><b>{}</b> {}</summary><ul>\n",
	    count_text(scratch, diff->groups[group]), change_group_word(group));
	for (size_t i = 0; i < count && i < CHANGES_MOST; i++) {
		const char *host, *detail;

		if (!diff_change_text(
			diff, &changes[i], scratch, &host, &detail))
			continue;
		html_raw(out, "<li>");
		html_host_link(out, host);
		html_fill(out, " <span>{}</span></li>\n", detail);
		named++;
	}
	if (named < diff->groups[group])
		html_fill(out,
		    "<li class=quiet>and {} more: <code>fleetscan diff</code> "
		    "lists them all</li>\n",
		    count_text(scratch, diff->groups[group] - named));
	html_raw(out, "</ul></details>\n");
}

void
html_changes(struct sheet *sheet)
{
	const struct diff *diff = sheet->run->changes;

	html_fill(&sheet->line,
	    "<p>{} <span class=source>(compared with run {})</span></p>\n",
	    diff_summary_text(diff, sheet->scratch), diff_older_name(diff));
	html_raw(&sheet->line, "<div class=changes>");
	for (unsigned i = 0; i < GROUPS; i++)
		append_changes(
		    &sheet->line, diff, (enum change_group)i, sheet->scratch);
	html_raw(&sheet->line, "</div>\n");
}

/* The first hosts of a row. */
static void
append_examples(
    struct sheet *sheet, uint64_t hosts, char *const *examples, size_t count)
{
	enum { OPEN_MOST = 2 }; /* a longer list would hide the rows below */
	struct arena *scratch = sheet->scratch;
	struct text *out = &sheet->line;

	if (hosts > OPEN_MOST && hosts > count)
		html_fill(out, "<details><summary>the first {} of {}</summary>",
		    count_text(scratch, count), html_hosts(scratch, hosts));
	else if (hosts > OPEN_MOST)
		html_fill(out, "<details><summary>{}</summary>",
		    html_hosts(scratch, hosts));
	html_raw(out, "<ul class=examples>");
	for (size_t i = 0; i < count; i++) {
		html_raw(out, "<li>");
		html_host_link(out, examples[i]);
		html_raw(out, "</li>");
	}
	html_raw(out, "</ul>");
	if (hosts > OPEN_MOST)
		html_raw(out, "</details>");
}

static void
append_cause(struct sheet *sheet, const struct tally_cause *cause)
{
	const struct finding_text *text =
	    finding_text_find(class_word(cause->class_id), cause->cause);
	size_t fix = cause->is_missing
			 ? wanted_number(sheet->tally->wanted, &cause->sha256)
			 : 0;
	struct arena *scratch = sheet->scratch;
	struct text *out = &sheet->line;

	html_fill(out, "<tr><td class=number><b>{}</b></td><th scope=row>",
	    count_text(scratch, cause->hosts));
	html_fill(out, "<p class=title>{}</p></th><td class=where>",
	    text == NULL ? cause->cause : text->title);
	if (cause->subject != NULL)
		html_fill(out, "<p class=name>{}</p><p class=source>{}</p>",
		    result_common_name(scratch, cause->subject),
		    cause->subject);
	if (cause->is_missing)
		html_fill(out, "<p class=source>{}</p>",
		    source_text(scratch, cause->from, cause->where));
	append_examples(
	    sheet, cause->hosts, cause->examples, cause->example_count);
	html_fill(out, "</td><td class=repair>{}",
	    text == NULL ? NULL : text->advice);
	/* For clients that cannot wait until the server is repaired. */
	if (fix > 0 && sheet->run->directory != NULL)
		html_fill(out,
		    "<p class=kit><b>fix {}</b> of the repair kit: "
		    "<code>fleetscan fix {}</code></p>",
		    count_text(scratch, fix), sheet->run->directory);
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

/* "143 different intermediates missing" */
static const char *
group_title(struct arena *scratch, enum class_id class_id, size_t causes)
{
	static const char *const words[CLASS_COUNT] = {
		[CLASS_MISSING_INTERMEDIATE] =
		    "different intermediates missing",
		[CLASS_WRONG_ROOT] = "different roots",
		[CLASS_UNKNOWN_ISSUER] = "different issuers",
		[CLASS_EXPIRED] = "different certificates or reasons",
	};

	if (causes == 1)
		return "1 cause";
	return arena_printf(scratch, "%s %s", count_text(scratch, causes),
	    words[class_id] == NULL ? "different causes" : words[class_id]);
}

/* A class with many causes is one line, which opens. */
static void
append_cause_group(struct sheet *sheet, enum class_id class_id,
    const struct tally_cause *const causes[], size_t count)
{
	enum { OPEN_MOST = 3, GROUP_MOST = 50 };
	struct text *out = &sheet->line;
	struct arena *scratch = sheet->scratch;
	uint64_t hosts = 0;
	size_t of_class = 0, shown = 0;

	for (size_t i = 0; i < count; i++)
		if (causes[i]->class_id == class_id) {
			hosts += causes[i]->hosts;
			of_class++;
		}
	html_raw(out, "<details class=group");
	if (of_class <= OPEN_MOST)
		html_raw(out, " open");
	html_raw(out, "><summary>");
	html_class(out, class_id);
	html_fill(out, "<b>{}</b> <span>{}</span></summary>\n",
	    html_hosts(scratch, hosts),
	    group_title(scratch, class_id, of_class));
	html_raw(out, "<table class=causes><thead><tr>"
		      "<th scope=col class=number>Hosts<th scope=col>Cause"
		      "<th scope=col>Where<th scope=col>What repairs it"
		      "</tr></thead><tbody>\n");
	for (size_t i = 0; i < count && shown < GROUP_MOST; i++)
		if (causes[i]->class_id == class_id) {
			append_cause(sheet, causes[i]);
			shown++;
		}
	html_raw(out, "</tbody></table>\n");
	append_rest(sheet, of_class, shown);
	html_raw(out, "</details>\n");
}

void
html_causes(struct sheet *sheet)
{
	size_t count;
	const struct tally_cause **causes = tally_causes(sheet->tally, &count);
	bool done[CLASS_COUNT] = { false };

	if (count == 0)
		html_raw(&sheet->line, "<p class=quiet>None.</p>\n");
	for (size_t i = 0; i < count; i++) {
		enum class_id class_id = causes[i]->class_id;

		if (done[class_id])
			continue;
		done[class_id] = true;
		append_cause_group(sheet, class_id, &causes[i], count - i);
	}
	free(causes);
}

bool
html_has_roots(const struct sheet *sheet)
{
	size_t count;

	free(tally_roots_list(sheet->tally->roots, &count));
	return count > 0;
}

void
html_roots(struct sheet *sheet)
{
	struct arena *scratch = sheet->scratch;
	struct text *out = &sheet->line;
	size_t count;
	const struct tally_root **roots =
	    tally_roots_list(sheet->tally->roots, &count);

	html_raw(out,
	    "<table class=causes><thead><tr>"
	    "<th scope=col class=number>Hosts<th scope=col>Depend on the root"
	    "<th scope=col>Where<th scope=col>Clients"
	    "</tr></thead><tbody>\n");
	for (size_t i = 0; i < count && i < CAUSES_MOST; i++) {
		const struct tally_root *root = roots[i];

		html_fill(out,
		    "<tr><td class=number><b>{}</b></td><th scope=row>"
		    "<p class=title>{}</p></th><td class=where>"
		    "<p class=source>{}</p>",
		    count_text(scratch, root->hosts), root->sentence,
		    root->subject);
		append_examples(
		    sheet, root->hosts, root->examples, root->example_count);
		html_raw(out, "</td><td class=repair>");
		for (size_t k = 0; k < root->client_count; k++)
			html_fill(
			    out, "{}{}", k == 0 ? "" : ", ", root->clients[k]);
		if (root->repairable > 0)
			html_fill(out,
			    "<p class=kit>{}: a cross-certificate that leads "
			    "to a root which is kept is known</p>",
			    html_hosts(scratch, root->repairable));
		html_raw(out, "</td></tr>\n");
	}
	html_raw(out, "</tbody></table>\n");
	if (count > CAUSES_MOST)
		html_fill(out,
		    "<p class=quiet>{} more are in "
		    "<a href=\"summary.json\">summary.json</a>.</p>\n",
		    count_text(scratch, count - CAUSES_MOST));
	free(roots);
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

/* NULL: the run does not say. */
static const char *
version_of(const struct report_run *run, const char *client)
{
	for (size_t i = 0; i < run->client_count; i++)
		if (strcmp(run->clients[i].id, client) == 0)
			return run->clients[i].version;
	return NULL;
}

void
html_clients(struct sheet *sheet)
{
	const struct tally *tally = sheet->tally;
	struct arena *scratch = sheet->scratch;
	struct text *out = &sheet->line;
	size_t count;
	const struct tally_cause **causes = tally_causes(tally, &count);
	size_t shown = count < MATRIX_MOST ? count : MATRIX_MOST;
	size_t clients = tally->client_count < TALLY_MATRIX
			     ? tally->client_count
			     : TALLY_MATRIX;
	uint64_t ok = tally->classes[CLASS_OK] - tally->failing;
	const struct report_run *run = sheet->run;

	html_raw(out,
	    "<div class=scroll tabindex=0 role=region "
	    "aria-label=\"Clients by cause\"><table class=matrix><thead><tr>"
	    "<th scope=col>Cause<th scope=col class=number>Hosts");
	for (size_t i = 0; i < clients; i++)
		html_fill(out,
		    "<th scope=col class=client title=\"{}\"><a "
		    "href=\"#hosts\" data-client=\"{}\">{}</a>",
		    version_of(run, tally->clients[i].id), tally->clients[i].id,
		    tally->clients[i].id);
	html_raw(out, "</tr></thead><tbody>\n");
	/* Some clients refuse hosts that are ok. */
	if (ok > 0) {
		html_raw(out, "<tr><th scope=row>");
		html_class(out, CLASS_OK);
		html_fill(out, "</th><td class=number>{}</td>",
		    count_text(scratch, ok));
		for (size_t i = 0; i < clients; i++)
			append_cell(sheet, tally->clients[i].id,
			    tally->clients[i].ok_accepts,
			    tally->clients[i].ok_refuses, ok);
		html_raw(out, "</tr>\n");
	}
	for (size_t k = 0; k < shown; k++) {
		const struct tally_cause *cause = causes[k];

		html_raw(out, "<tr><th scope=row>");
		html_class(out, cause->class_id);
		html_fill(out,
		    "<p class=what>{}</p></th><td class=number>{}</td>",
		    html_cause_name(scratch, cause),
		    count_text(scratch, cause->hosts));
		for (size_t i = 0; i < clients; i++)
			append_cell(sheet, tally->clients[i].id,
			    cause->accepts[i], cause->refuses[i], cause->hosts);
		html_raw(out, "</tr>\n");
	}
	html_fill(out,
	    "</tbody><tfoot><tr><th scope=row>refused in all</th>"
	    "<td class=number>{}</td>",
	    count_text(scratch, tally->records));
	for (size_t i = 0; i < clients; i++)
		html_fill(out, "<td>{}</td>",
		    count_text(scratch, tally->clients[i].refuses));
	html_raw(out,
	    "</tr></tfoot></table></div>\n"
	    "<p class=quiet>✓ accepts all hosts of the row · ✕ refuses them "
	    "all · a number: refuses so many · ? depends on something that "
	    "was not looked at</p>\n"
	    "<p class=quiet>Nothing is said of the stores of Apple, Windows "
	    "and Android.</p>\n");
	append_rest(sheet, count, shown);
	free(causes);
	if (run->client_count == 0)
		return;
	html_raw(out, "<details class=versions><summary>Versions of the "
		      "clients</summary><dl>");
	for (size_t i = 0; i < run->client_count; i++)
		html_fill(out, "<dt>{}<dd>{}<span class=quiet> as of {}</span>",
		    run->clients[i].id, run->clients[i].version,
		    run->clients[i].date);
	html_raw(out, "</dl></details>\n");
}

/* How the outliers of a site differ, worst first. */
static void
append_outliers(struct sheet *sheet, size_t at)
{
	const struct report_run *run = sheet->run;
	const struct site_group *group = sites_at(run->sites, at);
	struct arena *scratch = sheet->scratch;
	struct text *out = &sheet->line;
	size_t shown = 0;

	if (group->baseline != BASELINE_NONE)
		html_fill(out, "<p class=source>usual: {}</p>",
		    sites_usual_text(scratch, group));
	html_raw(out, "<ul class=odd>\n");
	for (size_t i = 0; i < group->outliers && i < OUTLIERS_MOST; i++) {
		struct site_outlier outlier;
		const char *name;

		if (!sites_outlier(
			run->sites, group, i, run->archive, scratch, &outlier))
			continue;
		name = sites_outlier_name(scratch, &outlier);
		html_raw(out, "<li>");
		html_host_link(out, name);
		html_raw(out, " ");
		if (outlier.class_id != CLASS_OK)
			html_class(out, outlier.class_id);
		else if (!outlier.good)
			html_fill(out, "{}", outlier.title);
		html_fill(out, " <span>{}</span></li>\n",
		    sites_outlier_text(scratch, &outlier));
		shown++;
	}
	html_raw(out, "</ul>");
	if (shown < group->outliers)
		html_fill(out,
		    "<p class=source>and {} more; <code>fleetscan sites</code> "
		    "lists all</p>",
		    count_text(scratch, group->outliers - shown));
}

/* They come most deviating first: in those after these, all hosts are alike. */
void
html_sites(struct sheet *sheet)
{
	const struct tally *tally = sheet->tally;
	struct arena *scratch = sheet->scratch;
	struct text *out = &sheet->line;
	size_t shown = 0;

	while (shown < tally->site_count && shown < SITES_MOST &&
	       tally->sites[shown].outliers > 0) {
		const struct site_group *site = &tally->sites[shown];

		if (shown == 0)
			html_raw(out,
			    "<table class=sites><thead><tr><th scope=col>Site"
			    "<th scope=col class=number>Not ok"
			    "<th scope=col class=number>Hosts"
			    "<th scope=col>Outliers"
			    "<th scope=col>Earliest end</tr></thead><tbody>\n");
		html_fill(out,
		    "<tr><th scope=row><a href=\"#hosts\" data-site=\"{}\">{}"
		    "</a></th><td class=number>{}</td><td class=number>{}</td>"
		    "<td class=broken>",
		    site->site, site->site,
		    count_text(scratch, site->hosts - site->ok),
		    count_text(scratch, site->hosts));
		append_outliers(sheet, shown++);
		html_fill(out, "</td><td class=date>{}</td></tr>\n",
		    site->ends ? html_date(scratch, site->first_end) : NULL);
	}
	if (shown > 0)
		html_raw(out, "</tbody></table>\n");
	if (tally->sites_odd > shown)
		html_fill(out,
		    "<p class=quiet>{} more sites with odd hosts are in "
		    "<a href=\"summary.json\">summary.json</a>.</p>\n",
		    count_text(scratch, tally->sites_odd - shown));
	html_fill(out,
	    "<p class=quiet>In {} of {} sites all hosts are ok and alike."
	    "</p>\n",
	    count_text(scratch, tally->all_sites - tally->sites_odd),
	    count_text(scratch, tally->all_sites));
}
