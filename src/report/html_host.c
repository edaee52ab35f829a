/*
 * One host: a row with the main facts, and behind it everything that its
 * record says.  Its chain is drawn from the leaf up: what it sends, what it
 * does not send and where that is, and what the path ends at.
 */
#include "report/html.h"

#include "base/columns.h"

enum { NAMES_MOST = 12 };

static const char *
tone_of(const struct result *result)
{
	const char *tone = html_class_tone(result->verdict.class_id);

	return result->verdict.class_id == CLASS_OK || result_is_waived(result)
		   ? severity_word(result->verdict.severity)
		   : tone;
}

static const struct finding *
worst_finding(const struct result *result)
{
	const struct verdict *verdict = &result->verdict;
	const struct finding *worst = result_class_finding(result);

	for (size_t i = 0; i < verdict->finding_count && worst == NULL; i++)
		if (verdict->findings[i].severity == verdict->severity)
			worst = &verdict->findings[i];
	return worst;
}

static size_t
count_clients(const struct verdict *verdict, enum acceptance accepts)
{
	size_t count = 0;

	for (size_t i = 0; i < verdict->client_count; i++)
		count += verdict->clients[i].accepts == accepts;
	return count;
}

/* What the script filters by. */
static void
append_keys(struct text *out, const struct result *result)
{
	const struct verdict *verdict = &result->verdict;
	bool is_first = true;

	html_fill(out,
	    "<details class=\"host {}\" data-class=\"{}\" data-site=\"{}\" "
	    "data-refused=\"",
	    tone_of(result), class_word(verdict->class_id), result->seen.site);
	for (size_t i = 0; i < verdict->client_count; i++) {
		if (verdict->clients[i].accepts != ACCEPTS_NO)
			continue;
		html_fill(
		    out, "{}{}", is_first ? "" : " ", verdict->clients[i].id);
		is_first = false;
	}
	html_raw(out, "\">");
}

static void
append_days(
    struct text *out, const struct leaf_facts *leaf, struct arena *scratch)
{
	const char *tone = "";

	if (!leaf->present || leaf->undated) {
		html_raw(out, "<span class=days></span>");
		return;
	}
	if (leaf->days_left < 7)
		tone = leaf->days_left < 0 ? " past" : " near";
	html_fill(out, "<span class=\"days{}\">{}</span>", tone,
	    arena_printf(scratch, "%lld", (long long)leaf->days_left));
}

static void
append_refusals(
    struct text *out, const struct verdict *verdict, struct arena *scratch)
{
	size_t refused = count_clients(verdict, ACCEPTS_NO);

	html_fill(out, "<span class=refused>{}</span>",
	    refused == 0 ? NULL : count_text(scratch, refused));
}

static void
append_summary(
    struct text *out, const struct result *result, struct arena *scratch)
{
	const struct finding *worst = worst_finding(result);

	html_fill(out,
	    "<summary><span class=name>{}</span><span class=word>{}</span>"
	    "<span class=what>{}</span><span class=site>{}</span>"
	    "<span class=issuer>{}</span>",
	    result_endpoint(scratch, result),
	    class_title(result->verdict.class_id),
	    worst == NULL ? result->seen.error : worst->detail,
	    result->seen.site, result->leaf.issuer_cn);
	append_days(out, &result->leaf, scratch);
	append_refusals(out, &result->verdict, scratch);
	html_raw(out, "</summary>");
}

static void
append_finding(struct text *out, const struct finding *finding)
{
	const struct finding_text *text =
	    finding_text_find(finding->id, finding->cause);

	html_fill(out, "<li class=\"{}\"><b>{}</b> {}",
	    severity_word(finding->severity), severity_word(finding->severity),
	    text == NULL ? finding->id : text->title);
	html_fill(out, "<p>{}</p>", finding->detail);
	if (text != NULL)
		html_fill(out, "<p class=repair>{}</p>", text->advice);
	html_raw(out, "</li>");
}

static void
append_findings(struct text *out, const struct result *result)
{
	const struct verdict *verdict = &result->verdict;

	if (result->seen.error != NULL)
		html_fill(out, "<p class=failure>{}: {}</p>",
		    status_word(result->seen.status), result->seen.error);
	if (verdict->finding_count == 0)
		return;
	html_raw(out, "<ul class=findings>");
	for (size_t i = 0; i < verdict->finding_count; i++)
		append_finding(out, &verdict->findings[i]);
	html_raw(out, "</ul>");
}

/* Clients that do the same for the same reason are one line. */
static void
append_client_group(
    struct text *out, const struct verdict *verdict, size_t first)
{
	static const char *const verbs[] = {
		[ACCEPTS_NO] = "refuses",
		[ACCEPTS_YES] = "accepts",
		[ACCEPTS_UNKNOWN] = "unknown",
	};
	const struct client_verdict *one = &verdict->clients[first];

	for (size_t i = 0; i < first; i++)
		if (client_verdict_equal(&verdict->clients[i], one))
			return;
	html_fill(out, "<li class=\"{}\"><b>{}</b> {}", verbs[one->accepts],
	    verbs[one->accepts], one->id);
	for (size_t i = first + 1; i < verdict->client_count; i++)
		if (client_verdict_equal(&verdict->clients[i], one))
			html_fill(out, ", {}", verdict->clients[i].id);
	if (one->reason != NULL)
		html_fill(out, "<q>{}</q>", one->reason);
	html_raw(out, "</li>");
}

static void
append_clients(struct text *out, const struct verdict *verdict)
{
	size_t accepted = count_clients(verdict, ACCEPTS_YES);

	/* That everyone is happy needs no list: most hosts are so. */
	if (accepted == verdict->client_count)
		return;
	html_raw(out, "<h4>Clients</h4><ul class=clients>");
	for (size_t i = 0; i < verdict->client_count; i++)
		append_client_group(out, verdict, i);
	html_raw(out, "</ul>");
}

static void
append_fact(struct text *out, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		html_fill(out, "<dt>{}<dd>{}", name, value);
}

static void
append_names(
    struct text *out, const struct leaf_facts *leaf, struct arena *scratch)
{
	if (leaf->name_count == 0)
		return;
	html_raw(out, "<dt>names<dd>");
	for (size_t i = 0; i < leaf->name_count && i < NAMES_MOST; i++)
		html_fill(out, "{}{}", i == 0 ? "" : ", ", leaf->names[i]);
	if (leaf->name_count > NAMES_MOST)
		html_fill(out, " and {} more",
		    count_text(scratch, leaf->name_count - NAMES_MOST));
}

static void
append_leaf(
    struct text *out, const struct leaf_facts *leaf, struct arena *scratch)
{
	char hex[DIGEST_HEX_SIZE];

	if (!leaf->present)
		return;
	append_fact(out, "subject", leaf->subject);
	append_names(out, leaf, scratch);
	append_fact(out, "issuer", leaf->issuer);
	if (!leaf->undated)
		html_fill(out, "<dt>valid<dd>{} to {}",
		    html_date(scratch, leaf->not_before),
		    html_time(scratch, leaf->not_after));
	append_fact(out, "key", leaf->key);
	append_fact(out, "signature", leaf->signature);
	append_fact(out, "serial", leaf->serial);
	digest_to_hex(&leaf->sha256, hex);
	append_fact(out, "SHA-256", hex);
}

static void
append_facts(
    struct text *out, const struct result *result, struct arena *scratch)
{
	const struct observation *seen = &result->seen;

	html_raw(out, "<dl>");
	append_fact(out, "address", seen->ip);
	append_fact(out, "site", seen->site);
	if (seen->has_tls && seen->tls.version != NULL)
		append_fact(out, "TLS",
		    arena_printf(scratch, "%s %s %s", seen->tls.version,
			seen->tls.cipher == NULL ? "" : seen->tls.cipher,
			seen->tls.group == NULL ? "" : seen->tls.group));
	append_leaf(out, &result->leaf, scratch);
	append_fact(out, "STARTTLS", seen->starttls);
	for (size_t i = 0; i < seen->tag_count; i++)
		append_fact(out, "tag", seen->tags[i]);
	if (seen->input != NULL && seen->host != NULL &&
	    strcmp(seen->input, seen->host) != 0)
		append_fact(out, "listed as", seen->input);
	append_fact(out, "seen", html_time(scratch, seen->timestamp));
	if (seen->attempts > 1)
		append_fact(
		    out, "attempts", count_text(scratch, seen->attempts));
	html_raw(out, "</dl>");
}

/* How one certificate stands in the chain, in a word and in the drawing. */
struct chain_place {
	const char *kind;   /* the drawing's class */
	const char *word;   /* the same to read */
	const char *remark; /* or NULL */
};

static const struct step *
find_missing(const struct verdict *verdict, const struct digest *sha256)
{
	for (size_t i = 0; i < verdict->missing_count; i++)
		if (digest_equal(&verdict->missing[i].sha256, sha256))
			return &verdict->missing[i];
	return NULL;
}

static bool
is_on_path(const struct verdict *verdict, const struct digest *sha256)
{
	for (size_t i = 0; i < verdict->path_length; i++)
		if (digest_equal(&verdict->path[i].sha256, sha256))
			return true;
	return false;
}

static int
received_place(const struct observation *seen, const struct digest *sha256)
{
	for (size_t i = 0; i < seen->received_count; i++)
		if (digest_equal(&seen->received[i], sha256))
			return (int)i;
	return -1;
}

static void
append_link(struct text *out, const struct chain_place *place,
    const char *subject, struct arena *scratch)
{
	html_fill(out, "<li class=\"{}\"><em>{}</em> <b>{}</b>", place->kind,
	    place->word, result_common_name(scratch, subject));
	html_fill(out, "<span>{}</span>", subject);
	if (place->remark != NULL)
		html_fill(out, "<span class=remark>{}</span>", place->remark);
	html_raw(out, "</li>");
}

/* The last of the path: trusted, or the reason why nothing is. */
static struct chain_place
root_place(const struct result *result, struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;

	for (size_t i = 0; i < verdict->store_count; i++)
		if (verdict->stores[i].trusted)
			return (struct chain_place){ "anchor", "anchor",
				arena_printf(scratch, "in store %s",
				    verdict->stores[i].name) };
	if (verdict->path[verdict->path_length - 1].from == SOURCE_STORE)
		return (struct chain_place){ "anchor", "anchor",
			verdict->store_count == 0
			    ? NULL
			    : arena_printf(scratch, "in store %s",
				  verdict->stores[0].name) };
	return (struct chain_place){ "untrusted", "root",
		verdict->store_count == 0
		    ? "in no store"
		    : arena_printf(scratch, "not in store %s",
			  verdict->stores[0].name) };
}

static struct chain_place
step_place(const struct result *result, size_t at, struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;
	const struct step *step = &verdict->path[at];
	const struct step *missing = find_missing(verdict, &step->sha256);
	int place = received_place(&result->seen, &step->sha256);

	if (missing != NULL)
		return (struct chain_place){ "missing", "not sent",
			source_text(scratch, missing->from, missing->where) };
	if (step == result_root(result))
		return root_place(result, scratch);
	if (place >= 0)
		return (struct chain_place){ "received", "sent",
			arena_printf(
			    scratch, "place %d in the order sent", place) };
	return (struct chain_place){ "found", "found",
		source_text(scratch, step->from, step->where) };
}

/* The record knows these by their digest alone. */
static void
append_unused(
    struct text *out, const struct result *result, struct arena *scratch)
{
	struct chain_place place = { "unused", "sent, not needed", NULL };
	const struct observation *seen = &result->seen;

	/* A chain that could not be read at all has no path. */
	if (result->verdict.path_length == 0)
		place.word = "sent";

	for (size_t i = 0; i < seen->received_count; i++) {
		char hex[DIGEST_HEX_SIZE];

		if (is_on_path(&result->verdict, &seen->received[i]))
			continue;
		digest_to_hex(&seen->received[i], hex);
		append_link(out, &place,
		    arena_printf(scratch, "place %zu, SHA-256 %.16s…", i, hex),
		    scratch);
	}
}

/* Where the path breaks off, the name that leads on is still known. */
static void
append_end(struct text *out, const struct result *result, struct arena *scratch)
{
	static const struct chain_place place = { "unknown", "unknown issuer",
		"neither sent nor found" };
	const struct finding *finding = result_class_finding(result);
	const char *issuer = result->leaf.issuer;

	if (result_root(result) != NULL || issuer == NULL ||
	    result->verdict.path_length == 0)
		return;
	for (size_t i = 0; finding != NULL && i < finding->evidence_count; i++)
		if (strcmp(finding->evidence[i].key, "issuer") == 0)
			issuer = finding->evidence[i].value;
	append_link(out, &place, issuer, scratch);
}

static void
append_host_chain(
    struct text *out, const struct result *result, struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;

	if (result->seen.received_count == 0)
		return;
	html_raw(out, "<h4>Chain</h4><ol class=chain>");
	for (size_t i = 0; i < verdict->path_length; i++) {
		struct chain_place place = step_place(result, i, scratch);

		append_link(out, &place, verdict->path[i].subject, scratch);
	}
	append_end(out, result, scratch);
	append_unused(out, result, scratch);
	html_raw(out, "</ol>");
}

void
html_host(struct text *out, const struct result *result, struct arena *scratch)
{
	append_keys(out, result);
	append_summary(out, result, scratch);
	html_raw(out, "<div class=story>");
	append_findings(out, result);
	append_host_chain(out, result, scratch);
	append_clients(out, &result->verdict);
	append_facts(out, result, scratch);
	html_raw(out, "</div></details>\n");
}
