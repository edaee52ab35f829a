/*
 * A host's chain, drawn from the leaf up: what it sends, what it does not
 * send and where that is, and what the path ends at.
 */
#include "base/columns.h"
#include "report/html.h"

/* How one certificate stands in the chain, in a word and in the drawing. */
struct place {
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
append_link(struct text *out, const struct place *place, const char *subject,
    struct arena *scratch)
{
	html_fill(out, "<li class=\"{}\"><em>{}</em> <b>{}</b>", place->kind,
	    place->word, result_common_name(scratch, subject));
	html_fill(out, "<span>{}</span>", subject);
	if (place->remark != NULL)
		html_fill(out, "<span class=remark>{}</span>", place->remark);
	html_raw(out, "</li>");
}

/* The last of the path: trusted, or the reason why nothing is. */
static struct place
root_place(const struct result *result, struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;

	for (size_t i = 0; i < verdict->store_count; i++)
		if (verdict->stores[i].trusted)
			return (struct place){ "anchor", "anchor",
				arena_printf(scratch, "in store %s",
				    verdict->stores[i].name) };
	if (verdict->path[verdict->path_length - 1].from == SOURCE_STORE)
		return (struct place){ "anchor", "anchor",
			verdict->store_count == 0
			    ? NULL
			    : arena_printf(scratch, "in store %s",
				  verdict->stores[0].name) };
	return (struct place){ "untrusted", "root",
		verdict->store_count == 0
		    ? "in no store"
		    : arena_printf(scratch, "not in store %s",
			  verdict->stores[0].name) };
}

static struct place
step_place(const struct result *result, size_t at, struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;
	const struct step *step = &verdict->path[at];
	const struct step *missing = find_missing(verdict, &step->sha256);
	int place = received_place(&result->seen, &step->sha256);

	if (missing != NULL)
		return (struct place){ "missing", "not sent",
			source_text(scratch, missing->from, missing->where) };
	if (step == result_root(result))
		return root_place(result, scratch);
	if (place >= 0)
		return (struct place){ "received", "sent",
			arena_printf(
			    scratch, "place %d in the order sent", place) };
	return (struct place){ "found", "found",
		source_text(scratch, step->from, step->where) };
}

/* The record knows these by their digest alone. */
static void
append_unused(
    struct text *out, const struct result *result, struct arena *scratch)
{
	struct place place = { "unused", "sent, not needed", NULL };
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
	static const struct place place = { "unknown", "unknown issuer",
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

void
html_host_chain(
    struct text *out, const struct result *result, struct arena *scratch)
{
	const struct verdict *verdict = &result->verdict;

	if (result->seen.received_count == 0)
		return;
	html_raw(out, "<h4>Chain</h4><ol class=chain>");
	for (size_t i = 0; i < verdict->path_length; i++) {
		struct place place = step_place(result, i, scratch);

		append_link(out, &place, verdict->path[i].subject, scratch);
	}
	append_end(out, result, scratch);
	append_unused(out, result, scratch);
	html_raw(out, "</ol>");
}
