/*
 * One host as the data that the page's script draws: a row with the main
 * facts, and behind it everything that its record says.  The order of the
 * members is page.js's too.  Its chain stands from the leaf up: what it sends,
 * what it does not send and where that is, and what the path ends at.
 */
#include "report/dane_text.h"
#include "report/face_text.h"
#include "report/html.h"

#include "base/base64.h"
#include "base/columns.h"
#include "audit/name.h"
#include "report/history_write.h"

enum { NAMES_MOST = 8 };

/* A waived host is marked by what is left of it, not by its class. */
static const char *
tone_of(const struct result *result)
{
	return result->verdict.class_id == CLASS_OK || result_is_waived(result)
		   ? severity_word(result->verdict.severity)
		   : html_class_tone(result->verdict.class_id);
}

/* A value that many rows have: it stands in the table of values, once. */
static void
share(struct text *out, const char *string)
{
	html_share_begin(out);
	html_json_string(out, string);
	html_share_end(out);
}

/* ", " and a value that hardly any other row has. */
static void
append_own(struct text *out, const char *string)
{
	text_append_char(out, ',');
	html_json_string(out, string);
}

static void
append_shared(struct text *out, const char *string)
{
	text_append_char(out, ',');
	share(out, string);
}

/* Severity, title, detail, advice. */
static void
append_findings(struct text *out, const struct verdict *verdict)
{
	html_share_begin(out);
	text_append_char(out, '[');
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];
		const struct finding_text *text =
		    finding_text_find(finding->id, finding->cause);

		text_append(out, i == 0 ? "[" : ",[");
		share(out, severity_word(finding->severity));
		append_shared(out, text == NULL ? finding->id : text->title);
		append_shared(out, finding->detail);
		append_shared(out, text == NULL ? NULL : text->advice);
		text_append_char(out, ']');
	}
	text_append_char(out, ']');
	html_share_end(out);
}

/* How one certificate stands in the chain, in a word and in the drawing. */
struct chain_place {
	const char *kind;   /* the drawing's class */
	const char *word;   /* the same to read */
	const char *remark; /* or NULL */
};

/*
 * Kind, word, common name, the whole name where that says more, remark, and
 * the dates: of the leaf from its record, of others from the certificate,
 * which is read once for the page.
 */
static void
append_link(struct text *out, const struct chain_place *place,
    const char *subject, const struct digest *sha256,
    const struct leaf_facts *leaf, struct arena *scratch)
{
	const char *name = result_common_name(scratch, subject);
	bool is_leaf = sha256 != NULL && leaf->present &&
		       digest_equal(sha256, &leaf->sha256);

	if (out->data[out->size - 1] != '[')
		text_append_char(out, ',');
	if (!is_leaf)
		html_share_begin(out);
	text_append_char(out, '[');
	share(out, place->kind);
	append_shared(out, place->word);
	append_own(out, name);
	append_own(
	    out, string_equal(arena_printf(scratch, "CN=%s", name), subject)
		     ? NULL
		     : subject);
	append_shared(out, place->remark);
	if (is_leaf && !leaf->undated) {
		append_own(out, html_date(scratch, leaf->not_before));
		append_own(out, html_date(scratch, leaf->not_after));
	} else if (sha256 != NULL && !is_leaf) {
		html_dates_of(out, sha256);
	}
	text_append_char(out, ']');
	if (!is_leaf)
		html_share_end(out);
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

	html_share_begin(out);
	text_append_char(out, '[');
	for (size_t i = 0; i < verdict->path_length; i++) {
		struct chain_place place = step_place(result, i, scratch);

		append_link(out, &place, verdict->path[i].subject,
		    &verdict->path[i].sha256, &result->leaf, scratch);
	}
	/* Where the path breaks off, the name of the next issuer is known. */
	for (size_t i = 0; finding != NULL && i < finding->evidence_count; i++)
		if (issuer != NULL &&
		    strcmp(finding->evidence[i].key, "issuer") == 0)
			issuer = finding->evidence[i].value;
	if (result_root(result) == NULL && issuer != NULL &&
	    verdict->path_length > 0)
		append_link(
		    out, &unknown, issuer, NULL, &result->leaf, scratch);
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
		    &seen->received[i], &result->leaf, scratch);
	}
	text_append_char(out, ']');
	html_share_end(out);
}

/* Headline, and what the server sends and does not send there. */
static void
append_faces(
    struct text *out, const struct result *result, struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;

	html_share_begin(out);
	text_append_char(out, '[');
	for (size_t i = 0; i < verdict->face_count; i++) {
		const struct face_verdict *face = &verdict->faces[i];

		text_append(out, i == 0 ? "[" : ",[");
		html_json_string(out, face_text(scratch, face));
		text_append(out, ",[");
		for (size_t k = 0; k < face->seen.received_count; k++) {
			struct chain_place place = { "received", "sent",
				arena_printf(scratch,
				    "place %zu in the order sent", k) };

			append_link(out, &place,
			    face_received_text(scratch, face, k),
			    &face->seen.received[k], &result->leaf, scratch);
		}
		for (size_t k = 0; k < face->missing_count; k++) {
			const struct step *step = &face->missing[k];
			struct chain_place place = { "missing", "not sent",
				source_text(scratch, step->from, step->where) };

			append_link(out, &place, step->subject, &step->sha256,
			    &result->leaf, scratch);
		}
		text_append(out, "]]");
	}
	text_append_char(out, ']');
	html_share_end(out);
}

/*
 * Clients that do the same for the same reason: verb, reason, ids.  Of a host
 * that sent no certificate there is nothing to say.
 */
static void
append_clients(struct text *out, const struct result *result)
{
	static const char *const verbs[] = {
		[ACCEPTS_NO] = "refuses",
		[ACCEPTS_YES] = "accepts",
		[ACCEPTS_UNKNOWN] = "unknown",
	};
	const struct client_verdict *clients = result->verdict.clients;
	size_t count = result->verdict.client_count;
	const char *between = "";

	if (result->seen.received_count == 0)
		count = 0;
	html_share_begin(out);
	text_append_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		size_t first = 0;

		while (!client_verdict_equal(&clients[first], &clients[i]))
			first++;
		if (first < i)
			continue;
		text_append(out, between);
		between = ",";
		text_append_char(out, '[');
		share(out, verbs[clients[i].accepts]);
		append_shared(out, clients[i].reason);
		for (size_t j = i; j < count; j++)
			if (client_verdict_equal(&clients[j], &clients[i]))
				append_shared(out, clients[j].id);
		text_append_char(out, ']');
	}
	text_append_char(out, ']');
	html_share_end(out);
}

/* Only of a certificate whose names were found good. */
static bool
name_fits(const char *name, const char *asked)
{
	const char *dot = strchr(asked, '.');

	if (dns_is_wildcard(bytes_from_string(name)))
		return dot != NULL && dns_equal(bytes_from_string(name + 1),
					  bytes_from_string(dot));
	return dns_equal(bytes_from_string(name), bytes_from_string(asked));
}

/*
 * How many names; whether the first that follows is the one that fits the
 * host; the first names, that one before the others.
 */
static void
append_names(struct text *out, const struct result *result)
{
	const struct leaf_facts *leaf = &result->leaf;
	const char *asked = observation_name(&result->seen);
	size_t fits = 0, named = 0;

	if (asked == NULL || result->verdict.mismatched)
		fits = leaf->name_count;
	while (fits < leaf->name_count && !name_fits(leaf->names[fits], asked))
		fits++;
	html_share_begin(out);
	text_printf(out, "[%zu,%d", leaf->name_count, fits < leaf->name_count);
	if (fits < leaf->name_count) {
		append_own(out, leaf->names[fits]);
		named++;
	}
	for (size_t i = 0; i < leaf->name_count && named < NAMES_MOST; i++)
		if (i != fits) {
			append_own(out, leaf->names[i]);
			named++;
		}
	text_append_char(out, ']');
	html_share_end(out);
}

/* Label and value, one after the other; "=" begins a digest in base64. */
static void
append_fact(struct text *out, const char *name, const char *value, bool is_own)
{
	if (value == NULL || *value == '\0')
		return;
	if (out->data[out->size - 1] != '[')
		text_append_char(out, ',');
	share(out, name);
	if (is_own)
		append_own(out, value);
	else
		append_shared(out, value);
}

static void
append_digest(struct text *out, const char *name, const struct digest *digest)
{
	struct text value = { NULL, 0, 0 };

	text_append_char(&value, '=');
	base64_append(&value, bytes_of(digest, sizeof(*digest)));
	append_fact(out, name, value.data, true);
	text_free(&value);
}

static void
append_leaf(
    struct text *out, const struct leaf_facts *leaf, struct arena *scratch)
{
	html_share_begin(out);
	text_append_char(out, '[');
	if (leaf->present) {
		append_fact(out, "subject", leaf->subject, true);
		append_fact(out, "issuer", leaf->issuer, false);
		if (!leaf->undated)
			append_fact(out, "valid",
			    arena_printf(scratch, "%s to %s",
				html_date(scratch, leaf->not_before),
				html_time(scratch, leaf->not_after)),
			    true);
		append_fact(out, "key", leaf->key, false);
		append_fact(out, "signature", leaf->signature, false);
		append_fact(out, "serial", leaf->serial, true);
		append_digest(out, "SHA-256", &leaf->sha256);
		append_digest(out, "SHA-256 of the key", &leaf->spki_sha256);
	}
	text_append_char(out, ']');
	html_share_end(out);
}

/* What belongs to the host and not to its certificate. */
static void
append_facts(struct text *out, const struct result *result,
    const struct history_host *past, struct arena *scratch)
{
	const struct observation *seen = &result->seen;
	const struct verdict *verdict = &result->verdict;

	text_append_char(out, '[');
	if (past != NULL)
		append_fact(out, "broken since",
		    history_state_text(scratch, past, ""), false);
	append_fact(out, "address", seen->ip, true);
	if (seen->has_tls && seen->tls.version != NULL)
		append_fact(out, "TLS",
		    arena_printf(scratch, "%s %s %s", seen->tls.version,
			seen->tls.cipher == NULL ? "" : seen->tls.cipher,
			seen->tls.group == NULL ? "" : seen->tls.group),
		    false);
	if (seen->tls.big_hello.sent > 0)
		append_fact(out, "ClientHello with X25519MLKEM768",
		    big_hello_text(scratch, &seen->tls.big_hello), false);
	append_fact(out, "STARTTLS", seen->starttls, false);
	append_fact(out, "MX of", seen->mx_domain, false);
	if (seen->tlsa_count > 0 || seen->tlsa_error != NULL)
		append_fact(out, "DANE", dane_text(scratch, seen), false);
	append_fact(out, "site", seen->site, false);
	for (size_t i = 0; i < seen->tag_count; i++)
		append_fact(out, "tag", seen->tags[i], false);
	if (seen->input != NULL && seen->host != NULL &&
	    strcmp(seen->input, seen->host) != 0)
		append_fact(out, "listed as", seen->input, true);
	for (size_t i = 0; i < verdict->aia_count; i++)
		if (verdict->aia[i].why != NULL &&
		    !string_equal(verdict->aia[i].result, "not_asked"))
			append_fact(out, "AIA",
			    arena_printf(scratch, "%s: %s", verdict->aia[i].url,
				verdict->aia[i].why),
			    false);
	append_fact(out, "seen", html_time(scratch, seen->timestamp), true);
	if (seen->attempts > 1)
		append_fact(out, "attempts",
		    count_text(scratch, seen->attempts), false);
	text_append_char(out, ']');
}

static const char *
what_is_wrong(const struct result *result)
{
	const struct finding *worst = result_worst_finding(result);

	return worst == NULL ? result->seen.error : worst->detail;
}

void
html_host(struct text *out, const struct result *result,
    const struct history_host *past, struct arena *scratch)
{
	const struct observation *seen = &result->seen;
	const struct verdict *verdict = &result->verdict;
	const struct leaf_facts *leaf = &result->leaf;
	const char *asked = observation_name(seen), *between = "\"";

	text_append_char(out, '[');
	html_json_string(out, result_place(scratch, result));
	text_append_char(out, ',');
	html_share_begin(out);
	text_append_char(out, '[');
	html_json_string(out, class_word(verdict->class_id));
	append_own(out, tone_of(result));
	append_own(out, result_title(result));
	text_append_char(out, ']');
	html_share_end(out);
	append_shared(out, what_is_wrong(result));
	append_shared(out, seen->site);
	append_shared(out, leaf->issuer_cn);
	if (leaf->present && !leaf->undated)
		text_printf(out, ",%lld,", (long long)leaf->days_left);
	else
		text_append(out, ",null,");
	html_share_begin(out);
	for (size_t i = 0; i < verdict->client_count; i++)
		if (verdict->clients[i].accepts == ACCEPTS_NO) {
			text_append(out, between);
			html_json_inner(out, verdict->clients[i].id);
			between = " ";
		}
	text_append(out, *between == '"' ? "\"\"" : "\"");
	html_share_end(out);
	if (seen->error != NULL)
		append_shared(out, arena_printf(scratch, "%s: %s",
				       status_word(seen->status), seen->error));
	else
		text_append(out, ",0");
	text_append_char(out, ',');
	append_findings(out, verdict);
	/* The name that the certificate has to have, where it lacks it. */
	if (leaf->present && verdict->mismatched)
		append_own(out, asked);
	else
		text_append(out, ",0");
	text_append_char(out, ',');
	append_names(out, result);
	text_append_char(out, ',');
	append_chain(out, result, scratch);
	text_append_char(out, ',');
	append_leaf(out, leaf, scratch);
	text_append_char(out, ',');
	append_facts(out, result, past, scratch);
	text_append_char(out, ',');
	append_clients(out, result);
	text_append_char(out, ',');
	append_faces(out, result, scratch);
	text_append_char(out, ']');
}

void
html_host_line(
    struct text *out, const struct result *result, struct arena *scratch)
{
	const struct leaf_facts *leaf = &result->leaf;

	html_fill(out,
	    "<tr><th scope=row>{}<td>{}<td>{}<td>{}<td class=number>{}",
	    result_place(scratch, result), result_title(result),
	    what_is_wrong(result), leaf->issuer_cn,
	    leaf->present && !leaf->undated
		? arena_printf(scratch, "%lld", (long long)leaf->days_left)
		: NULL);
}
