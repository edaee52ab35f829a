/* Lays one host's chain out.  Control characters in names are escaped. */
#include "report/showcerts.h"

#include "audit/client_openssl.h"
#include "audit/clients.h"
#include "base/columns.h"

struct showing {
	struct text *out;
	struct archive *archive;
	const struct result *result;
	struct arena *scratch;
	const struct audit_settings *settings;
	struct certificate **sent; /* NULL each: not in this run */
};

static void
append_line(struct text *out, const char *label, const char *name)
{
	text_append(out, label);
	text_append_cell(out, name == NULL ? "" : name, SIZE_MAX);
	text_append_char(out, '\n');
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

/* False where a certificate is missing: then OpenSSL's path is not known. */
static bool
find_errors(struct showing *show,
    struct openssl_error errors[OPENSSL_MOST_ERRORS], size_t *count)
{
	const struct observation *seen = &show->result->seen;
	const struct host_name host = host_name_of(observation_name(seen));
	struct signature_memory *signatures;
	const struct client_profile *openssl;
	struct validation validation;
	struct client_facts facts;
	struct path path;

	*count = 0;
	if (show->settings == NULL)
		return false;
	for (size_t i = 0; i < seen->received_count; i++)
		if (show->sent[i] == NULL)
			return false;
	signatures = signature_memory_new();
	validation = (struct validation){
		.now = show->settings->now,
		.use = key_use_of(&seen->tls),
	};
	facts = (struct client_facts){
		.seen = seen,
		.received = (const struct certificate *const *)show->sent,
		.host = &host,
		.validation = &validation,
		.edges = edge_memory_new(show->scratch, signatures),
	};
	openssl = clients_find_path(
	    show->settings->clients, "openssl", &facts, &path);
	if (openssl != NULL)
		*count = client_openssl_errors(openssl, &facts, &path, errors);
	signature_memory_free(signatures);
	return openssl != NULL;
}

/*
 * The record says whether openssl accepts, and why not: a handshake that fails
 * for it has no list of errors.
 */
static void
append_errors(struct showing *show)
{
	const struct verdict *verdict = &show->result->verdict;
	struct openssl_error errors[OPENSSL_MOST_ERRORS];
	size_t count;
	bool is_known = find_errors(show, errors, &count);

	for (size_t i = 0; i < verdict->client_count; i++) {
		const struct client_verdict *client = &verdict->clients[i];

		if (strcmp(client->id, "openssl") != 0)
			continue;
		is_known = true;
		if (client->accepts == ACCEPTS_YES) {
			count = 0;
		} else if (!client_openssl_explains(
			       errors, count, client->reason)) {
			append_line(show->out, "error: ", client->reason);
			return;
		}
	}
	for (size_t i = 0; i < count; i++) {
		text_printf(show->out, "depth=%zu ", errors[i].depth);
		append_line(show->out, "", errors[i].subject);
		text_printf(show->out, "verify error:num=%d:%s\n",
		    errors[i].number, errors[i].words);
	}
	if (count > 0)
		text_printf(show->out, "Verify return code: %d (%s)\n",
		    errors[count - 1].number, errors[count - 1].words);
	else if (is_known)
		text_append(show->out, "Verify return code: 0 (ok)\n");
}

void
showcerts_append(struct text *out, struct archive *archive,
    const struct result *result, const struct audit_settings *settings)
{
	struct showing show = {
		.out = out,
		.archive = archive,
		.result = result,
		.scratch = arena_new(),
		.settings = settings,
	};
	const struct observation *seen = &result->seen;
	const struct verdict *verdict = &result->verdict;
	struct bytes der;
	bool told = false;

	show.sent =
	    arena_array(show.scratch, seen->received_count, sizeof(*show.sent));
	for (size_t i = 0; i < seen->received_count; i++)
		if (archive_certificate(
			archive, &seen->received[i], show.scratch, &der))
			show.sent[i] = certificate_new(der);
	text_append_cell(out, result_place(show.scratch, result), SIZE_MAX);
	text_printf(out, "   %s", result_title(result));
	if (seen->ip != NULL) {
		text_append(out, "   ");
		text_append_cell(out, seen->ip, SIZE_MAX);
	}
	text_append_char(out, '\n');
	if (seen->error != NULL)
		append_line(out, "   ", seen->error);
	for (size_t i = 0; i < seen->received_count; i++) {
		append_certificate(&show, i);
		append_gap(&show, &seen->received[i], &told);
	}
	/* Found, but the judged path does not go over it. */
	for (size_t i = 0; i < verdict->missing_count && !told; i++)
		append_missing(&show, &verdict->missing[i]);
	if (seen->received_count > 0) {
		append_anchor(&show);
		append_errors(&show);
	}
	for (size_t i = 0; i < seen->received_count; i++)
		certificate_free(show.sent[i]);
	arena_free(show.scratch);
}
