/*
 * One host: a row with the main facts, and behind it everything that its
 * record says.  Its chain is drawn from the leaf up: what it sends, what it
 * does not send and where that is, and what the path ends at.
 */
#include "report/html.h"

#include "base/columns.h"

enum { NAMES_MOST = 12 };

/* A waived host is marked by what is left of it, not by its class. */
static const char *
tone_of(const struct result *result)
{
	return result->verdict.class_id == CLASS_OK || result_is_waived(result)
		   ? severity_word(result->verdict.severity)
		   : html_class_tone(result->verdict.class_id);
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
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];
		const struct finding_text *text =
		    finding_text_find(finding->id, finding->cause);
		const char *severity = severity_word(finding->severity);

		html_fill(out, "<li class=\"{}\"><b>{}</b> {}<p>{}</p>",
		    severity, severity,
		    text == NULL ? finding->id : text->title, finding->detail);
		if (text != NULL)
			html_fill(out, "<p class=repair>{}</p>", text->advice);
		html_raw(out, "</li>");
	}
	html_raw(out, "</ul>");
}

/* How one certificate stands in the chain, in a word and in the drawing. */
struct chain_place {
	const char *kind;   /* the drawing's class */
	const char *word;   /* the same to read */
	const char *remark; /* or NULL */
};

static void
append_link(struct text *out, const struct chain_place *place,
    const char *subject, struct arena *scratch)
{
	html_fill(out, "<li class=\"{}\"><em>{}</em> <b>{}</b><span>{}</span>",
	    place->kind, place->word, result_common_name(scratch, subject),
	    subject);
	if (place->remark != NULL)
		html_fill(out, "<span class=remark>{}</span>", place->remark);
	html_raw(out, "</li>");
}

/* The last of the path: trusted, or the reason why it is not. */
static struct chain_place
root_place(const struct result *result, struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;
	const struct store_verdict *stores = verdict->stores;
	size_t count = verdict->store_count;

	for (size_t i = 0; i < count; i++)
		if (stores[i].trusted)
			return (struct chain_place){ "anchor", "anchor",
				arena_printf(
				    scratch, "in store %s", stores[i].name) };
	if (verdict->path[verdict->path_length - 1].from == SOURCE_STORE)
		return (struct chain_place){ "anchor", "anchor",
			count == 0 ? NULL
				   : arena_printf(scratch, "in store %s",
					 stores[0].name) };
	return (struct chain_place){ "untrusted", "root",
		count == 0 ? "in no store"
			   : arena_printf(
				 scratch, "not in store %s", stores[0].name) };
}

static struct chain_place
step_place(const struct result *result, size_t at, struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;
	const struct observation *seen = &result->seen;
	const struct step *step = &verdict->path[at];

	for (size_t i = 0; i < verdict->missing_count; i++)
		if (digest_equal(&verdict->missing[i].sha256, &step->sha256))
			return (struct chain_place){ "missing", "not sent",
				source_text(scratch, verdict->missing[i].from,
				    verdict->missing[i].where) };
	if (step == result_root(result))
		return root_place(result, scratch);
	for (size_t i = 0; i < seen->received_count; i++)
		if (digest_equal(&seen->received[i], &step->sha256))
			return (struct chain_place){ "received", "sent",
				arena_printf(scratch,
				    "place %zu in the order sent", i) };
	return (struct chain_place){ "found", "found",
		source_text(scratch, step->from, step->where) };
}

static void
append_chain(
    struct text *out, const struct result *result, struct arena *scratch)
{
	static const struct chain_place unknown = { "unknown", "unknown issuer",
		"neither sent nor found" };
	struct chain_place unused = { "unused", "sent, not needed", NULL };
	const struct verdict *verdict = &result->verdict;
	const struct observation *seen = &result->seen;
	const struct finding *finding = result_class_finding(result);
	const char *issuer = result->leaf.issuer;

	if (seen->received_count == 0)
		return;
	html_raw(out, "<h4>Chain</h4><ol class=chain>");
	for (size_t i = 0; i < verdict->path_length; i++) {
		struct chain_place place = step_place(result, i, scratch);

		append_link(out, &place, verdict->path[i].subject, scratch);
	}
	/* Where the path breaks off, the name of the next issuer is known. */
	for (size_t i = 0; finding != NULL && i < finding->evidence_count; i++)
		if (issuer != NULL &&
		    strcmp(finding->evidence[i].key, "issuer") == 0)
			issuer = finding->evidence[i].value;
	if (result_root(result) == NULL && issuer != NULL &&
	    verdict->path_length > 0)
		append_link(out, &unknown, issuer, scratch);
	/* A chain that could not be read at all has no path. */
	if (verdict->path_length == 0)
		unused.word = "sent";
	/* The record has only the digest of those that are not on the path. */
	for (size_t i = 0; i < seen->received_count; i++) {
		char hex[DIGEST_HEX_SIZE];
		size_t at = 0;

		while (at < verdict->path_length &&
		       !digest_equal(
			   &verdict->path[at].sha256, &seen->received[i]))
			at++;
		if (at < verdict->path_length)
			continue;
		digest_to_hex(&seen->received[i], hex);
		append_link(out, &unused,
		    arena_printf(scratch, "place %zu, SHA-256 %.16s…", i, hex),
		    scratch);
	}
	html_raw(out, "</ol>");
	for (size_t i = 0; i < verdict->aia_count; i++)
		if (verdict->aia[i].why != NULL &&
		    !string_equal(verdict->aia[i].result, "not_asked"))
			html_fill(out, "<p class=source>AIA {}: {}</p>",
			    verdict->aia[i].url, verdict->aia[i].why);
}

/* Clients that do the same for the same reason are one line. */
static void
append_clients(struct text *out, const struct verdict *verdict)
{
	static const char *const verbs[] = {
		[ACCEPTS_NO] = "refuses",
		[ACCEPTS_YES] = "accepts",
		[ACCEPTS_UNKNOWN] = "unknown",
	};
	const struct client_verdict *clients = verdict->clients;
	size_t count = verdict->client_count, accepting = 0;

	for (size_t i = 0; i < count; i++)
		accepting += clients[i].accepts == ACCEPTS_YES;
	/* That all clients accept the host needs no list: it is the rule. */
	if (accepting == count)
		return;
	html_raw(out, "<h4>Clients</h4><ul class=clients>");
	for (size_t i = 0; i < count; i++) {
		const char *verb = verbs[clients[i].accepts];
		size_t first = 0;

		while (!client_verdict_equal(&clients[first], &clients[i]))
			first++;
		if (first < i)
			continue;
		html_fill(out, "<li class=\"{}\"><b>{}</b> {}", verb, verb,
		    clients[i].id);
		for (size_t j = i + 1; j < count; j++)
			if (client_verdict_equal(&clients[j], &clients[i]))
				html_fill(out, ", {}", clients[j].id);
		if (clients[i].reason != NULL)
			html_fill(out, "<q>{}</q>", clients[i].reason);
		html_raw(out, "</li>");
	}
	html_raw(out, "</ul>");
}

static void
append_fact(struct text *out, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		html_fill(out, "<dt>{}<dd>{}", name, value);
}

static void
append_leaf(
    struct text *out, const struct leaf_facts *leaf, struct arena *scratch)
{
	char hex[DIGEST_HEX_SIZE];

	if (!leaf->present)
		return;
	append_fact(out, "subject", leaf->subject);
	if (leaf->name_count > 0)
		html_raw(out, "<dt>names<dd>");
	for (size_t i = 0; i < leaf->name_count && i < NAMES_MOST; i++)
		html_fill(out, "{}{}", i == 0 ? "" : ", ", leaf->names[i]);
	if (leaf->name_count > NAMES_MOST)
		html_fill(out, " and {} more",
		    count_text(scratch, leaf->name_count - NAMES_MOST));
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

void
html_host(struct text *out, const struct result *result, struct arena *scratch)
{
	const struct observation *seen = &result->seen;
	const struct verdict *verdict = &result->verdict;
	const struct leaf_facts *leaf = &result->leaf;
	const struct finding *worst = result_class_finding(result);
	const char *tone = "";
	size_t refused = 0;

	/* The closed row, with what the script filters by as its attributes. */
	html_fill(out,
	    "<details class=\"host {}\" data-class=\"{}\" data-site=\"{}\" "
	    "data-refused=\"",
	    tone_of(result), class_word(verdict->class_id), result->seen.site);
	for (size_t i = 0; i < verdict->client_count; i++)
		if (verdict->clients[i].accepts == ACCEPTS_NO) {
			if (refused++ > 0)
				html_raw(out, " ");
			html_fill(out, "{}", verdict->clients[i].id);
		}
	html_raw(out, "\">");
	for (size_t i = 0; i < verdict->finding_count && worst == NULL; i++)
		if (verdict->findings[i].severity == verdict->severity)
			worst = &verdict->findings[i];
	html_fill(out,
	    "<summary><span class=name>{}</span><span class=word>{}</span>"
	    "<span class=what>{}</span><span class=site>{}</span>"
	    "<span class=issuer>{}</span>",
	    result_place(scratch, result), result_title(result),
	    worst == NULL ? result->seen.error : worst->detail,
	    result->seen.site, leaf->issuer_cn);
	if (leaf->days_left < 7)
		tone = leaf->days_left < 0 ? " past" : " near";
	if (leaf->present && !leaf->undated)
		html_fill(out, "<span class=\"days{}\">{}</span>", tone,
		    arena_printf(scratch, "%lld", (long long)leaf->days_left));
	else
		html_raw(out, "<span class=days></span>");
	html_fill(out, "<span class=refused>{}</span></summary>",
	    refused == 0 ? NULL : count_text(scratch, refused));
	html_raw(out, "<div class=detail>");
	append_findings(out, result);
	append_chain(out, result, scratch);
	append_clients(out, &result->verdict);
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
	html_raw(out, "</dl></div></details>\n");
}
