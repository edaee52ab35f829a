/*
 * One host's diagnosis out of its record: the chain as it was sent and as it
 * should be, which clients refuse it, and what repairs it.
 */
#include "report/diagnosis.h"

#include "base/clock.h"
#include "base/columns.h"
#include "report/colors.h"
#include "report/dane_text.h"
#include "report/face_text.h"
#include "report/sites_text.h"

enum {
	LABEL_COLUMNS = 10,
	BODY_COLUMN = 12,
	NAME_COLUMNS = 44,
	REMARK_COLUMNS = 20
};

/* Two blanks, a label, and what follows begins in BODY_COLUMN. */
static void
append_label(struct text *out, const char *label)
{
	text_append(out, "  ");
	cell_append(out, label, LABEL_COLUMNS);
}

/* A name and a remark (or NULL) in the columns after the place. */
static void
append_name(struct text *out, const char *name, const char *remark)
{
	if (remark == NULL) {
		text_append_cell(out, name, NAME_COLUMNS + 1 + REMARK_COLUMNS);
	} else {
		cell_append(out, name, NAME_COLUMNS);
		text_append_char(out, ' ');
		text_append_cell(out, remark, REMARK_COLUMNS);
	}
	text_append_char(out, '\n');
}

/* One certificate of the chain and its place in it. */
static void
append_certificate(struct text *out, const char *label, size_t number,
    const char *name, const char *remark)
{
	append_label(out, label);
	text_printf(out, "%zu  ", number);
	append_name(out, name, remark);
}

/* What kind of root that is that is not trusted, as far as the cause says. */
static const struct {
	const char *cause, *remark;
} root_remarks[] = {
	{ "self_signed", "self-signed, no CA" },
	{ "private_root", "private, self-signed" },
	{ "distrusted_root", "distrusted" },
};

/*
 * "www.example.com:443 wrong root refused by 16 of 16 clients".  The root is
 * named in this first line, so that an untrusted root is not confused with a
 * missing intermediate.
 */
static void
append_heading(struct text *out, const struct result *result, bool colors,
    struct arena *scratch)
{
	enum { ENDPOINT_MOST = 36 }; /* beside it the class still has room */
	const struct verdict *verdict = &result->verdict;
	const struct step *root = result_root(result);
	const char *remark = "not trusted";
	size_t start = out->size, columns, refusing = 0;

	text_append_cell(out, result_place(scratch, result), SIZE_MAX);
	columns = text_columns(bytes_of(out->data + start, out->size - start));
	text_append(out, columns > ENDPOINT_MOST ? "\n  " : "   ");
	color_begin(out, verdict->severity, colors);
	text_append(out, result_title(result));
	color_end(out, colors);
	for (size_t i = 0; i < verdict->client_count; i++)
		refusing += verdict->clients[i].accepts == ACCEPTS_NO;
	if (verdict->client_count > 0)
		text_printf(out, "   refused by %zu of %zu clients", refusing,
		    verdict->client_count);
	text_append_char(out, '\n');
	if (!result_root_is_untrusted(result) || root == NULL ||
	    root->subject == NULL)
		return;
	for (size_t i = 0; i < sizeof(root_remarks) / sizeof(*root_remarks);
	     i++)
		if (string_equal(root_remarks[i].cause, verdict->cause))
			remark = root_remarks[i].remark;
	text_append(out, "  ");
	color_begin(out, SEVERITY_ERROR, colors);
	cell_append_wrapped(out,
	    arena_printf(scratch, "ends at %s (%s)",
		result_short_name(scratch, root->subject), remark),
	    2);
	color_end(out, colors);
}

/* The name of a received certificate, as far as the record has it. */
static const char *
name_of_received(
    const struct result *result, size_t index, struct arena *scratch)
{
	const struct digest *sha256 = &result->seen.received[index];
	const struct verdict *verdict = &result->verdict;
	char hex[DIGEST_HEX_SIZE];

	for (size_t i = 0; i < verdict->path_length; i++)
		if (digest_equal(&verdict->path[i].sha256, sha256) &&
		    verdict->path[i].subject != NULL)
			return verdict->path[i].subject;
	if (index == 0 && result->leaf.subject != NULL)
		return result->leaf.subject;
	digest_to_hex(sha256, hex);
	return arena_printf(
	    scratch, "a certificate not on the path, %.16s…", hex);
}

/* The leaf's issuer, when the server does not send it. */
static void
append_issuer(
    struct text *out, const struct result *result, struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;
	const char *remark = NULL;

	if (verdict->self_signed || result->leaf.issuer == NULL)
		return;
	if (verdict->path_length > 1) {
		if (observation_received(
			&result->seen, &verdict->path[1].sha256))
			return;
		remark = "not sent";
	} else if (verdict->class_id == CLASS_UNKNOWN_ISSUER) {
		remark = "not sent, not found";
	}
	append_label(out, "");
	text_append(out, "   ");
	append_name(out,
	    arena_printf(scratch, "issued by %s", result->leaf.issuer), remark);
}

/* What the server sends, what it does not, and what the path ends at. */
static void
append_chain(struct text *out, const struct result *result,
    const struct sibling_facts *siblings, bool colors, struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;
	const struct observation *seen = &result->seen;
	const struct leaf_facts *leaf = &result->leaf;
	const struct step *root = result_root(result);
	bool wrong = result_root_is_untrusted(result);
	const char *store =
	    verdict->store_count > 0 ? verdict->stores[0].name : "";
	const char *validity = NULL;

	/* Without a chain the finding is the explanation. */
	if (seen->status != STATUS_SUCCESS && seen->received_count > 0) {
		append_label(out, "status");
		cell_append_wrapped(out,
		    arena_printf(scratch, "%s: %s", status_word(seen->status),
			seen->error == NULL ? "no more is known" : seen->error),
		    BODY_COLUMN);
	}
	if (seen->tlsa_count > 0 || seen->tlsa_error != NULL) {
		append_label(out, "DANE");
		cell_append_wrapped(out, dane_text(scratch, seen), BODY_COLUMN);
	}
	if (leaf->present && !leaf->undated)
		validity = arena_printf(scratch, "%s %s",
		    leaf->days_left < 0 ? "ended" : "until",
		    date_text(scratch, leaf->not_after));
	for (size_t i = 0; i < seen->received_count; i++) {
		append_certificate(out, i == 0 ? "received" : "", i,
		    name_of_received(result, i, scratch),
		    i == 0 ? validity : NULL);
		if (i == 0)
			append_issuer(out, result, scratch);
	}
	for (size_t i = 0; i < verdict->missing_count; i++) {
		const struct step *step = &verdict->missing[i];
		size_t at = 0;

		while (at < verdict->path_length &&
		       !digest_equal(&verdict->path[at].sha256, &step->sha256))
			at++;
		append_certificate(out, i == 0 ? "missing" : "",
		    at == verdict->path_length ? 0 : at,
		    step->subject == NULL ? "a certificate without a name"
					  : step->subject,
		    NULL);
		append_label(out, "");
		text_append(out, "   ");
		text_append_cell(out,
		    source_text(scratch, step->from, step->where), SIZE_MAX);
		text_append_char(out, '\n');
		/* A run of one host has no data on what others send. */
		if (siblings->senders == NULL || siblings->senders[i] == NULL ||
		    step->from == SOURCE_FLEET)
			continue;
		append_label(out, "");
		text_append(out, "   ");
		cell_append_wrapped(out,
		    arena_printf(scratch, "sent by %s in %s",
			siblings->senders[i], siblings->run),
		    BODY_COLUMN + 3);
	}
	if (root == NULL || root->subject == NULL)
		return;
	/* A trusted end and an untrusted one are shown differently. */
	if (wrong)
		color_begin(out, SEVERITY_ERROR, colors);
	append_certificate(out, wrong ? "ends at" : "anchor",
	    verdict->path_length - 1, root->subject,
	    arena_printf(scratch, "%sin store %s", wrong ? "not " : "", store));
	if (wrong)
		color_end(out, colors);
}

/* What other offers get: the same columns, a block a face. */
static void
append_faces(
    struct text *out, const struct verdict *verdict, struct arena *scratch)
{
	for (size_t i = 0; i < verdict->face_count; i++) {
		const struct face_verdict *face = &verdict->faces[i];

		text_append_char(out, '\n');
		append_label(out, "other");
		cell_append_wrapped(out, face_text(scratch, face), BODY_COLUMN);
		for (size_t k = 0; k < face->seen.received_count; k++)
			append_certificate(out, k == 0 ? "received" : "", k,
			    face_received_text(scratch, face, k), NULL);
		for (size_t k = 0; k < face->missing_count; k++) {
			const struct step *step = &face->missing[k];

			append_label(out, k == 0 ? "missing" : "");
			text_append(out, "   ");
			append_name(out,
			    step->subject == NULL
				? "a certificate without a name"
				: step->subject,
			    source_text(scratch, step->from, step->where));
		}
	}
}

/* "curl, python: unable to get local issuer certificate": a line an answer. */
static void
append_clients(struct text *out, const struct verdict *verdict,
    enum acceptance accepts, const char *label, struct arena *scratch)
{
	const struct client_verdict *clients = verdict->clients;

	for (size_t i = 0; i < verdict->client_count; i++) {
		const char *line = clients[i].id;
		size_t first = 0;

		while (!client_verdict_equal(&clients[first], &clients[i]))
			first++;
		if (clients[i].accepts != accepts || first < i)
			continue;
		for (size_t j = i + 1; j < verdict->client_count; j++)
			if (client_verdict_equal(&clients[j], &clients[i]))
				line = arena_printf(
				    scratch, "%s, %s", line, clients[j].id);
		if (clients[i].reason != NULL)
			line = arena_printf(
			    scratch, "%s: %s", line, clients[i].reason);
		append_label(out, label);
		cell_append_wrapped(out, line, BODY_COLUMN);
		label = "";
	}
}

static void
append_body(struct text *out, const char *words)
{
	append_label(out, "");
	cell_append_wrapped(out, words, BODY_COLUMN);
}

static void
append_repair(struct text *out, const struct report_run *run,
    const struct result *result, struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;
	const struct step *root = result_root(result);
	size_t count = verdict->missing_count;
	const struct finding_text *text =
	    finding_text_find(class_word(verdict->class_id), verdict->cause);
	const struct finding *finding = result_class_finding(result), *stale;
	char hex[DIGEST_HEX_SIZE];

	if (verdict->class_id == CLASS_OK && finding != NULL)
		text = finding_text_find(finding->id, finding->cause);
	if (text == NULL)
		return;
	text_append_char(out, '\n');
	append_label(out, "repair");
	cell_append_wrapped(out, text->advice, BODY_COLUMN);
	stale = result_finding(result, FINDING_STALE_CERTIFICATE);
	if (stale != NULL && stale != finding)
		append_body(
		    out, finding_text_find(stale->id, stale->cause)->advice);
	/* A run that was not written has no repair kit. */
	if (run->directory == NULL)
		return;
	if (count > 0) {
		append_body(out,
		    count == 1
			? "For clients that cannot wait: one certificate for "
			  "their trust store."
			: arena_printf(scratch,
			      "For clients that cannot wait: %zu certificates "
			      "for their trust store.",
			      count));
		append_label(out, "");
		text_append(out, "fleetscan fix ");
		text_append_cell(out, run->directory, SIZE_MAX);
		text_append_char(out, '\n');
	}
	/*
	 * An untrusted root is accepted only by clients to whose store it is
	 * added.
	 */
	if (root == NULL || !result_root_is_untrusted(result))
		return;
	digest_to_hex(&root->sha256, hex);
	append_body(out, "Or trust this root on purpose:");
	append_label(out, "");
	text_append(out, "fleetscan fix ");
	text_append_cell(out, run->directory, SIZE_MAX);
	text_append(out, " --trust-root\n");
	append_body(out, hex);
}

static void
append_fact(struct text *out, const char *label, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	append_label(out, label);
	cell_append_wrapped(out, value, BODY_COLUMN);
}

/* The server and its certificate, by what people look them up by. */
static void
append_facts(
    struct text *out, const struct result *result, struct arena *scratch)
{
	enum { NAMES_MOST = 8 };
	const struct observation *seen = &result->seen;
	const struct leaf_facts *leaf = &result->leaf;
	char hex[DIGEST_HEX_SIZE];

	if (!leaf->present)
		return;
	text_append_char(out, '\n');
	if (result->verdict.mismatched && leaf->name_count > 0)
		append_fact(out, "names",
		    names_text(
			scratch, leaf->names, leaf->name_count, NAMES_MOST));
	if (!leaf->undated)
		append_fact(out, "valid",
		    arena_printf(scratch, "from %s until %s",
			date_text(scratch, leaf->not_before),
			date_text(scratch, leaf->not_after)));
	append_fact(out, "key", leaf->key);
	append_fact(out, "serial", leaf->serial);
	digest_to_hex(&leaf->sha256, hex);
	append_fact(out, "SHA-256", hex);
	append_fact(out, "address", seen->ip);
	if (seen->has_tls && seen->tls.version != NULL)
		append_fact(out, "TLS",
		    seen->tls.group == NULL
			? seen->tls.version
			: arena_printf(scratch, "%s, group %s",
			      seen->tls.version, seen->tls.group));
	if (seen->tls.big_hello.sent > 0)
		append_fact(out, "hello",
		    arena_printf(scratch, "with X25519MLKEM768: %s",
			big_hello_text(scratch, &seen->tls.big_hello)));
}

void
diagnosis_append(struct text *out, const struct report_run *run,
    const struct sibling_facts *siblings, const struct result *result,
    bool colors)
{
	struct arena *scratch = arena_new();
	const struct verdict *verdict = &result->verdict;
	const char *hosts;

	append_heading(out, result, colors, scratch);
	if (result->seen.received_count > 0)
		text_append_char(out, '\n');
	append_chain(out, result, siblings, colors, scratch);
	append_faces(out, verdict, scratch);
	if (verdict->finding_count > 0)
		text_append_char(out, '\n');
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];
		const struct finding_text *text =
		    finding_text_find(finding->id, finding->cause);
		const char *title = text == NULL ? finding->id : text->title;

		color_begin(out, finding->severity, colors);
		append_label(out, severity_word(finding->severity));
		color_end(out, colors);
		cell_append_wrapped(out,
		    finding->detail == NULL ? title
					    : arena_printf(scratch, "%s: %s",
						  title, finding->detail),
		    BODY_COLUMN);
	}
	for (size_t i = 0; i < verdict->aia_count; i++) {
		const struct aia_lookup *row = &verdict->aia[i];

		if (row->why == NULL ||
		    (string_equal(row->result, "not_asked") &&
			verdict->class_id != CLASS_UNKNOWN_ISSUER))
			continue;
		append_label(out, "AIA");
		cell_append_wrapped(out,
		    arena_printf(scratch, "%s: %s", row->url, row->why),
		    BODY_COLUMN);
	}
	append_facts(out, result, scratch);
	if (verdict->client_count > 0)
		text_append_char(out, '\n');
	append_clients(out, verdict, ACCEPTS_NO, "refuses", scratch);
	append_clients(out, verdict, ACCEPTS_YES, "accepts", scratch);
	append_clients(out, verdict, ACCEPTS_UNKNOWN, "unknown", scratch);
	if (siblings->count > 0) {
		const char *count = count_text(scratch, siblings->count);
		const char *differences = sites_comparison_text(
		    scratch, siblings->differs, siblings->difference_count);

		hosts = arena_printf(scratch, "sibling%s in %s",
		    plural(siblings->count), siblings->run);
		append_label(out, "siblings");
		cell_append_wrapped(out,
		    differences == NULL
			? arena_printf(
			      scratch, "it is like its %s %s", count, hosts)
			: arena_printf(scratch, "it differs from its %s %s: %s",
			      count, hosts, differences),
		    BODY_COLUMN);
	}
	append_repair(out, run, result, scratch);
	arena_free(scratch);
}

void
diagnosis_append_versions(struct text *out, const struct report_run *run)
{
	struct text line = { .size = 0 };

	for (size_t i = 0; i < run->client_count; i++) {
		const struct manifest_client *client = &run->clients[i];
		const char *date = client->date;

		/* Of "curl 7.88.1, OpenSSL 3.0.22, Debian 12" the first. */
		text_printf(&line, "%s%.*s", i == 0 ? "" : ", ",
		    (int)strcspn(client->version, ","), client->version);
		if (i + 1 == run->client_count ||
		    strcmp(date, client[1].date) != 0)
			text_printf(&line, " as of %s", date);
	}
	if (line.size > 0) {
		text_append_char(out, '\n');
		append_label(out, "clients");
		cell_append_wrapped(out, line.data, BODY_COLUMN);
	}
	text_free(&line);
}
