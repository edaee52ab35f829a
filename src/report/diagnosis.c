/*
 * One host's story out of its record: the chain as it was sent and as it
 * should be, who minds, and what the catalogue advises.
 */
#include "report/diagnosis.h"

#include "base/clock.h"
#include "base/columns.h"
#include "report/colors.h"
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

static size_t
count_refusing(const struct verdict *verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < verdict->client_count; i++)
		count += verdict->clients[i].accepts == ACCEPTS_NO;
	return count;
}

/* Who made a root that is not trusted, as far as the cause tells. */
static const char *
root_remark(const char *cause)
{
	static const struct {
		const char *cause, *remark;
	} remarks[] = {
		{ "self_signed", "self-signed, no CA" },
		{ "private_root", "private, self-signed" },
		{ "distrusted_root", "distrusted" },
	};

	for (size_t i = 0; i < sizeof(remarks) / sizeof(remarks[0]); i++)
		if (cause != NULL && strcmp(remarks[i].cause, cause) == 0)
			return remarks[i].remark;
	return "not trusted";
}

/* "wrong root   refused by 16 of 16 clients" */
static void
append_class(struct text *out, const struct verdict *verdict, bool colors)
{
	color_begin(out, verdict->severity, colors);
	text_append(out, class_title(verdict->class_id));
	color_end(out, colors);
	if (verdict->client_count > 0)
		text_printf(out, "   refused by %zu of %zu clients",
		    count_refusing(verdict), verdict->client_count);
	text_append_char(out, '\n');
}

/*
 * A host whose root is not trusted must not be taken for one that lacks an
 * intermediate: the root stands at the top.
 */
static void
append_wrong_end(struct text *out, const struct result *result, bool colors,
    struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;
	const struct step *root = result_root(result);

	if (!result_root_is_untrusted(result) || root == NULL ||
	    root->subject == NULL)
		return;
	text_append(out, "  ");
	color_begin(out, SEVERITY_ERROR, colors);
	cell_append_wrapped(out,
	    arena_printf(scratch, "ends at %s (%s)",
		result_short_name(scratch, root->subject),
		root_remark(verdict->cause)),
	    2);
	color_end(out, colors);
}

static void
append_heading(struct text *out, const struct result *result, bool colors,
    struct arena *scratch)
{
	enum { ENDPOINT_MOST = 36 }; /* beside it the class still has room */
	const char *endpoint = result_endpoint(scratch, result);
	size_t start = out->size, columns;

	text_append_cell(out, endpoint, SIZE_MAX);
	columns = text_columns(bytes_of(out->data + start, out->size - start));
	text_append(out, columns > ENDPOINT_MOST ? "\n  " : "   ");
	append_class(out, &result->verdict, colors);
	append_wrong_end(out, result, colors, scratch);
}

/*
 * What happened after the chain had come.  Without a chain the finding says
 * it.
 */
static void
append_status(
    struct text *out, const struct observation *seen, struct arena *scratch)
{
	if (seen->status == STATUS_SUCCESS || seen->received_count == 0)
		return;
	append_label(out, "status");
	cell_append_wrapped(out,
	    arena_printf(scratch, "%s: %s", status_word(seen->status),
		seen->error == NULL ? "no more is known" : seen->error),
	    BODY_COLUMN);
}

/* The name of a received certificate, as far as the record tells. */
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

static const char *
validity_text(const struct leaf_facts *leaf, struct arena *scratch)
{
	if (!leaf->present || leaf->undated)
		return NULL;
	return arena_printf(scratch, "%s %s",
	    leaf->days_left < 0 ? "ended" : "until",
	    date_text(scratch, leaf->not_after));
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

static void
append_received(
    struct text *out, const struct result *result, struct arena *scratch)
{
	for (size_t i = 0; i < result->seen.received_count; i++) {
		append_certificate(out, i == 0 ? "received" : "", i,
		    name_of_received(result, i, scratch),
		    i == 0 ? validity_text(&result->leaf, scratch) : NULL);
		if (i == 0)
			append_issuer(out, result, scratch);
	}
}

static size_t
place_on_path(const struct verdict *verdict, const struct digest *sha256)
{
	for (size_t i = 0; i < verdict->path_length; i++)
		if (digest_equal(&verdict->path[i].sha256, sha256))
			return i;
	return 0;
}

/* Another run may know who sends it, where this one was of a host alone. */
static void
append_sender(struct text *out, const struct sibling_facts *siblings, size_t at,
    enum source from, struct arena *scratch)
{
	if (siblings->senders == NULL || siblings->senders[at] == NULL ||
	    from == SOURCE_FLEET)
		return;
	append_label(out, "");
	text_append(out, "   ");
	cell_append_wrapped(out,
	    arena_printf(scratch, "sent by %s in %s", siblings->senders[at],
		siblings->run),
	    BODY_COLUMN + 3);
}

static void
append_missing(struct text *out, const struct result *result,
    const struct sibling_facts *siblings, struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;

	for (size_t i = 0; i < verdict->missing_count; i++) {
		const struct step *step = &verdict->missing[i];

		append_certificate(out, i == 0 ? "missing" : "",
		    place_on_path(verdict, &step->sha256),
		    step->subject == NULL ? "a certificate without a name"
					  : step->subject,
		    NULL);
		append_label(out, "");
		text_append(out, "   ");
		text_append_cell(out,
		    source_text(scratch, step->from, step->where), SIZE_MAX);
		text_append_char(out, '\n');
		append_sender(out, siblings, i, step->from, scratch);
	}
}

/* A trusted end and an untrusted one must not look alike. */
static void
append_root(struct text *out, const struct result *result, bool colors,
    struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;
	const struct step *root = result_root(result);
	const char *store =
	    verdict->store_count > 0 ? verdict->stores[0].name : "";
	bool wrong = result_root_is_untrusted(result);

	if (root == NULL || root->subject == NULL)
		return;
	if (wrong)
		color_begin(out, SEVERITY_ERROR, colors);
	append_certificate(out, wrong ? "ends at" : "anchor",
	    verdict->path_length - 1, root->subject,
	    arena_printf(scratch, "%sin store %s", wrong ? "not " : "", store));
	if (wrong)
		color_end(out, colors);
}

static bool
is_answer_told(const struct verdict *verdict, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (client_verdict_equal(
			&verdict->clients[i], &verdict->clients[at]))
			return true;
	return false;
}

/* "curl, python: unable to get local issuer certificate" */
static void
append_answer(struct text *out, const struct verdict *verdict, size_t first,
    const char *label, struct arena *scratch)
{
	const struct client_verdict *clients = verdict->clients;
	const char *line = clients[first].id;

	for (size_t i = first + 1; i < verdict->client_count; i++)
		if (client_verdict_equal(&clients[i], &clients[first]))
			line = arena_printf(
			    scratch, "%s, %s", line, clients[i].id);
	if (clients[first].reason != NULL)
		line = arena_printf(
		    scratch, "%s: %s", line, clients[first].reason);
	append_label(out, label);
	cell_append_wrapped(out, line, BODY_COLUMN);
}

static void
append_clients(struct text *out, const struct verdict *verdict,
    enum acceptance accepts, const char *label, struct arena *scratch)
{
	for (size_t i = 0; i < verdict->client_count; i++) {
		if (verdict->clients[i].accepts != accepts ||
		    is_answer_told(verdict, i))
			continue;
		append_answer(out, verdict, i, label, scratch);
		label = "";
	}
}

static void
append_finding(struct text *out, const struct finding *finding, bool colors,
    struct arena *scratch)
{
	const struct finding_text *text =
	    finding_text_find(finding->id, finding->cause);
	const char *title = text == NULL ? finding->id : text->title;

	color_begin(out, finding->severity, colors);
	append_label(out, severity_word(finding->severity));
	color_end(out, colors);
	cell_append_wrapped(out,
	    finding->detail == NULL
		? title
		: arena_printf(scratch, "%s: %s", title, finding->detail),
	    BODY_COLUMN);
}

static void
append_findings(struct text *out, const struct verdict *verdict, bool colors,
    struct arena *scratch)
{
	for (size_t i = 0; i < verdict->finding_count; i++)
		append_finding(out, &verdict->findings[i], colors, scratch);
}

static void
append_siblings(struct text *out, const struct sibling_facts *siblings,
    struct arena *scratch)
{
	const char *hosts = arena_printf(scratch, "%s%s in %s",
	    count_text(scratch, siblings->count),
	    siblings->count == 1 ? " sibling" : " siblings", siblings->run);
	const char *differences = sites_comparison_text(
	    scratch, siblings->differs, siblings->difference_count);

	if (siblings->count == 0)
		return;
	append_label(out, "siblings");
	cell_append_wrapped(out,
	    differences == NULL
		? arena_printf(scratch, "it is like its %s", hosts)
		: arena_printf(scratch, "it differs from its %s: %s", hosts,
		      differences),
	    BODY_COLUMN);
}

static void
append_body(struct text *out, const char *words)
{
	append_label(out, "");
	cell_append_wrapped(out, words, BODY_COLUMN);
}

/* What the run's repair kit has for it; nothing where no run was written. */
static void
append_kit(struct text *out, const struct report_run *run,
    const struct verdict *verdict, struct arena *scratch)
{
	size_t count = verdict->missing_count;

	if (run->directory == NULL || count == 0)
		return;
	append_body(out,
	    count == 1 ? "For clients that cannot wait: one certificate for "
			 "their trust store."
		       : arena_printf(scratch,
			     "For clients that cannot wait: %zu certificates "
			     "for their trust store.",
			     count));
	append_label(out, "");
	text_printf(out, "fleetscan fix ");
	text_append_cell(out, run->directory, SIZE_MAX);
	text_append_char(out, '\n');
}

/* Nothing heals a wrong root but to trust it, by name and on purpose. */
static void
append_trust(
    struct text *out, const struct report_run *run, const struct result *result)
{
	const struct step *root = result_root(result);
	char hex[DIGEST_HEX_SIZE];

	if (run->directory == NULL || root == NULL ||
	    !result_root_is_untrusted(result))
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
append_repair(struct text *out, const struct report_run *run,
    const struct result *result, struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;
	const struct finding_text *text;

	if (verdict->class_id == CLASS_OK)
		return;
	text = finding_text_find(class_word(verdict->class_id), verdict->cause);
	if (text == NULL)
		return;
	text_append_char(out, '\n');
	append_label(out, "repair");
	cell_append_wrapped(out, text->advice, BODY_COLUMN);
	append_kit(out, run, verdict, scratch);
	append_trust(out, run, result);
}

void
diagnosis_append(struct text *out, const struct report_run *run,
    const struct sibling_facts *siblings, const struct result *result,
    bool colors)
{
	struct arena *scratch = arena_new();
	const struct verdict *verdict = &result->verdict;

	append_heading(out, result, colors, scratch);
	if (result->seen.received_count > 0)
		text_append_char(out, '\n');
	append_status(out, &result->seen, scratch);
	append_received(out, result, scratch);
	append_missing(out, result, siblings, scratch);
	append_root(out, result, colors, scratch);
	if (verdict->finding_count > 0)
		text_append_char(out, '\n');
	append_findings(out, verdict, colors, scratch);
	if (verdict->client_count > 0)
		text_append_char(out, '\n');
	append_clients(out, verdict, ACCEPTS_NO, "refuses", scratch);
	append_clients(out, verdict, ACCEPTS_YES, "accepts", scratch);
	append_clients(out, verdict, ACCEPTS_UNKNOWN, "unknown", scratch);
	append_siblings(out, siblings, scratch);
	append_repair(out, run, result, scratch);
	arena_free(scratch);
}
