/* Lays one host's chain out.  Every name is made harmless on the way. */
#include "report/showcerts.h"

#include "base/columns.h"
#include "report/verify_error.h"
#include "x509/certificate.h"

struct showing {
	struct text *out;
	struct archive *archive;
	const struct result *result;
	struct arena *scratch;
	struct certificate **sent;  /* NULL each: not in this run */
	struct certificate *anchor; /* NULL: none, or not in this run */
	int64_t now;
};

static void
append_line(struct text *out, const char *label, const char *name)
{
	text_append(out, label);
	text_append_cell(out, name == NULL ? "" : name, SIZE_MAX);
	text_append_char(out, '\n');
}

static void
append_heading(struct showing *show)
{
	const struct result *result = show->result;

	text_append_cell(
	    show->out, result_endpoint(show->scratch, result), SIZE_MAX);
	text_printf(show->out, "   %s", class_title(result->verdict.class_id));
	if (result->seen.ip != NULL) {
		text_append(show->out, "   ");
		text_append_cell(show->out, result->seen.ip, SIZE_MAX);
	}
	text_append_char(show->out, '\n');
	if (result->seen.error != NULL)
		append_line(show->out, "   ", result->seen.error);
}

static bool
is_missing(const struct verdict *verdict, const struct step *step)
{
	for (size_t i = 0; i < verdict->missing_count; i++)
		if (digest_equal(&verdict->missing[i].sha256, &step->sha256))
			return true;
	return false;
}

static void
append_missing(struct showing *show, const struct step *step)
{
	append_line(show->out, "   -- not sent: ", step->subject);
	append_line(show->out, "      ",
	    source_text(show->scratch, step->from, step->where));
}

/* What the server left out between this certificate and the next it sent. */
static void
append_gap(struct showing *show, const struct digest *sha256, bool *told)
{
	const struct verdict *verdict = &show->result->verdict;
	size_t at = 0;

	while (at < verdict->path_length &&
	       !digest_equal(&verdict->path[at].sha256, sha256))
		at++;
	for (at++; at < verdict->path_length &&
		   is_missing(verdict, &verdict->path[at]);
	     at++) {
		for (size_t i = 0; i < verdict->missing_count; i++)
			if (digest_equal(&verdict->missing[i].sha256,
				&verdict->path[at].sha256))
				append_missing(show, &verdict->missing[i]);
		*told = true;
	}
}

static struct certificate *
read_certificate(struct showing *show, const struct digest *sha256)
{
	struct bytes der;

	return archive_certificate(show->archive, sha256, show->scratch, &der)
		   ? certificate_new(der)
		   : NULL;
}

static void
read_certificates(struct showing *show)
{
	const struct observation *seen = &show->result->seen;
	const struct verdict *verdict = &show->result->verdict;
	const struct step *last = verdict->path + verdict->path_length - 1;

	show->sent = arena_array(
	    show->scratch, seen->received_count, sizeof(*show->sent));
	for (size_t i = 0; i < seen->received_count; i++)
		show->sent[i] = read_certificate(show, &seen->received[i]);
	if (verdict->path_length > 0 && last->from == SOURCE_STORE)
		show->anchor = read_certificate(show, &last->sha256);
}

static void
free_certificates(struct showing *show)
{
	for (size_t i = 0; i < show->result->seen.received_count; i++)
		certificate_free(show->sent[i]);
	certificate_free(show->anchor);
}

/* A chain that is not all there says nothing of how far OpenSSL gets. */
static size_t
count_certificates(const struct showing *show)
{
	size_t count = show->result->seen.received_count;

	for (size_t i = 0; i < count; i++)
		if (show->sent[i] == NULL)
			return 0;
	return count;
}

static void
append_certificate(struct showing *show, size_t at)
{
	const struct certificate *certificate = show->sent[at];
	char hex[DIGEST_HEX_SIZE];

	text_printf(show->out, "%2zu ", at);
	if (certificate == NULL) {
		digest_to_hex(&show->result->seen.received[at], hex);
		append_line(show->out, "s:not in this run, sha256 ", hex);
		return;
	}
	append_line(show->out, "s:", certificate->subject);
	append_line(show->out, "   i:", certificate->issuer);
	if (certificate->damage != NULL)
		append_line(show->out, "   -- ", certificate->damage);
}

static void
append_anchor(struct showing *show)
{
	const struct verdict *verdict = &show->result->verdict;
	const struct step *root = result_root(show->result);

	if (root == NULL || root->from == SOURCE_RECEIVED ||
	    is_missing(verdict, root))
		return;
	text_append(show->out, result_root_is_untrusted(show->result)
				   ? "   -- ends at: "
				   : "   -- anchor: ");
	text_append_cell(
	    show->out, root->subject == NULL ? "" : root->subject, SIZE_MAX);
	if (verdict->store_count > 0 && verdict->stores[0].trusted) {
		text_append(show->out, " in store ");
		text_append_cell(show->out, verdict->stores[0].name, SIZE_MAX);
	}
	text_append_char(show->out, '\n');
}

static void
append_errors(struct showing *show)
{
	struct verify_error errors[VERIFY_ERRORS];
	const struct openssl_chain chain = {
		.sent = (const struct certificate *const *)show->sent,
		.sent_count = count_certificates(show),
		.anchor = show->anchor,
		.now = show->now,
	};
	size_t count = verify_errors(show->result, &chain, errors);

	for (size_t i = 0; i < count; i++) {
		if (errors[i].number == 0) {
			append_line(show->out, "error: ", errors[i].text);
			return;
		}
		text_printf(show->out, "depth=%zu ", errors[i].depth);
		append_line(show->out, "", errors[i].subject);
		text_printf(show->out, "verify error:num=%d:%s\n",
		    errors[i].number, errors[i].text);
	}
	if (count == 0)
		text_append(show->out, "Verify return code: 0 (ok)\n");
	else
		text_printf(show->out, "Verify return code: %d (%s)\n",
		    errors[count - 1].number, errors[count - 1].text);
}

/* Found, but the judged path does not go over it. */
static void
append_other_missing(struct showing *show)
{
	const struct verdict *verdict = &show->result->verdict;

	for (size_t i = 0; i < verdict->missing_count; i++)
		append_missing(show, &verdict->missing[i]);
}

void
showcerts_append(struct text *out, struct archive *archive,
    const struct result *result, int64_t now)
{
	struct showing show = {
		.out = out,
		.archive = archive,
		.result = result,
		.scratch = arena_new(),
		.now = now,
	};
	const struct observation *seen = &result->seen;
	bool told = false;

	read_certificates(&show);
	append_heading(&show);
	for (size_t i = 0; i < seen->received_count; i++) {
		append_certificate(&show, i);
		append_gap(&show, &seen->received[i], &told);
	}
	if (!told)
		append_other_missing(&show);
	if (seen->received_count > 0) {
		append_anchor(&show);
		append_errors(&show);
	}
	free_certificates(&show);
	arena_free(show.scratch);
}
