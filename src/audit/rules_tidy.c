/*
 * Findings about what was sent beside the path: order, unrelated certificates,
 * duplicates, roots, expired cross-signed ones.  Current clients accept all of
 * it; old ones do not.
 */
#include "audit/rules.h"

/* Seen: Firefox takes 6 intermediates, PHP 8, and Java 10 certificates. */
enum { MOST_INTERMEDIATES = 6, MOST_SENT = 10 };

static bool
is_repeated(const struct audit_view *view, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (digest_equal(&view->received[i]->sha256,
			&view->received[at]->sha256))
			return true;
	return false;
}

/* RFC 5246 7.4.2 wants each certificate to certify the one before it. */
static void
find_wrong_order(const struct audit_view *view, struct findings *findings)
{
	int last = 0;

	for (size_t i = 1; i < view->path->length; i++) {
		int at = view->path->steps[i].received;

		if (at < 0)
			continue;
		if (at < last) {
			findings_add(findings, FINDING_WRONG_ORDER, NULL, at,
			    arena_printf(findings->arena,
				"%s is sent before the certificate it signed",
				name_for_people(
				    findings->arena, view->received[at])));
			return;
		}
		last = at;
	}
}

static void
find_duplicates(const struct audit_view *view, struct findings *findings)
{
	for (size_t i = 1; i < view->received_count; i++)
		if (is_repeated(view, i))
			findings_add(findings, FINDING_DUPLICATE_CERTIFICATE,
			    NULL, (int)i,
			    arena_printf(findings->arena,
				"%s is sent more than once",
				name_for_people(
				    findings->arena, view->received[i])));
}

static void
find_sent_roots(const struct audit_view *view, struct findings *findings)
{
	for (size_t i = 1; i < view->received_count; i++) {
		const struct certificate *sent = view->received[i];

		if (!is_repeated(view, i) &&
		    path_is_self_signed(view->edges, sent))
			findings_add(findings, FINDING_ROOT_SENT, NULL, (int)i,
			    arena_printf(findings->arena,
				"%s is a root: clients have it or do not "
				"trust it",
				name_for_people(findings->arena, sent)));
	}
}

/*
 * Another certificate for a name and key that the judged path has too: some
 * clients follow it, and fail where it or the root that signed it has expired.
 */
static bool
is_other_version(const struct audit_view *view, const struct certificate *sent,
    bool *misleads)
{
	int64_t now = view->settings->now;
	struct certificate_list anchors = certificate_index_find(
	    trust_store_anchors(view->settings->stores[0]),
	    sent->issuer_key_name);
	bool found = false;

	for (size_t i = 1; i < view->path->length; i++) {
		const struct certificate *on = view->path->steps[i].certificate;

		found = found ||
			(digest_equal(&on->spki_sha256, &sent->spki_sha256) &&
			    bytes_equal(on->subject_key, sent->subject_key));
	}
	*misleads = sent->times_valid && sent->not_after < now;
	for (size_t i = 0; i < anchors.count; i++)
		*misleads =
		    *misleads || anchors.certificates[i]->not_after < now;
	return found;
}

static void
report_stray(
    const struct audit_view *view, size_t at, struct findings *findings)
{
	const struct certificate *sent = view->received[at];
	const char *name = name_for_people(findings->arena, sent);
	bool misleads;

	if (is_other_version(view, sent, &misleads)) {
		if (misleads)
			findings_add(findings, FINDING_EXPIRED_CROSS_SIGN, NULL,
			    (int)at,
			    arena_printf(findings->arena,
				"%s, issued by %s, leads old clients into an "
				"expired path",
				name, sent->issuer));
	} else if (sent->times_valid && sent->not_after < view->settings->now) {
		findings_add(findings, FINDING_EXPIRED_EXTRA, NULL, (int)at,
		    arena_printf(findings->arena,
			"%s is not needed, and has expired", name));
	} else {
		findings_add(findings, FINDING_EXTRA_CERTIFICATE, NULL, (int)at,
		    sent->version == 0
			? "what is sent here is not a certificate"
			: arena_printf(
			      findings->arena, "%s is not on the path", name));
	}
}

static void
find_strays(const struct audit_view *view, struct findings *findings)
{
	for (size_t i = 1; i < view->received_count; i++)
		if (!path_holds(view->path, &view->received[i]->sha256) &&
		    !is_repeated(view, i))
			report_stray(view, i, findings);
}

static void
find_long_chain(const struct audit_view *view, struct findings *findings)
{
	size_t ends = view->path->end == PATH_ANCHOR ? 2 : 1;

	if (view->path->length > MOST_INTERMEDIATES + ends)
		findings_add(findings, FINDING_CHAIN_TOO_LONG, NULL, -1,
		    arena_printf(findings->arena,
			"there are %zu intermediates; some clients stop at %d",
			view->path->length - ends, MOST_INTERMEDIATES));
	else if (view->received_count > MOST_SENT)
		findings_add(findings, FINDING_CHAIN_TOO_LONG, NULL, -1,
		    arena_printf(findings->arena,
			"%zu certificates are sent; some clients stop at %d",
			view->received_count, MOST_SENT));
}

/*
 * RFC 5280 4.2.1.1: the identifier only helps to find the issuer, the signature
 * proves it.  After a CA is renewed the identifier may still have the serial
 * number of the old certificate.
 */
static void
find_key_id_mismatch(const struct audit_view *view, struct findings *findings)
{
	const struct path *path = view->path;

	for (size_t i = 0; i + 1 < path->length; i++) {
		const struct certificate *subject = path->steps[i].certificate;
		const struct certificate *issuer =
		    path->steps[i + 1].certificate;
		const char *what = NULL;

		if (path->steps[i].signature != SIGNATURE_GOOD)
			continue;
		if (key_id_compare(subject, issuer) == KEY_ID_DIFFERS)
			what = "is not that of the key which signed it";
		else if (!authority_serial_fits(subject, issuer))
			what = "has another serial number than that of its "
			       "issuer's certificate";
		else if (!authority_name_fits(subject, issuer))
			what = "has another name than that of the CA which "
			       "issued its issuer's certificate";
		if (what == NULL)
			continue;
		findings_add(findings, FINDING_AKI_MISMATCH, NULL,
		    i == 0 ? 0 : path->steps[i].received,
		    arena_printf(findings->arena,
			"the authority key identifier of %s %s",
			name_for_people(findings->arena, subject), what));
	}
}

/* Go and Firefox compare names octet by octet (FACTS). */
static void
find_name_encoding(const struct audit_view *view, struct findings *findings)
{
	const struct path *path = view->path;

	for (size_t i = 0; i + 1 < path->length; i++) {
		const struct certificate *subject = path->steps[i].certificate;
		const struct certificate *issuer =
		    path->steps[i + 1].certificate;

		if (bytes_equal(subject->raw_issuer, issuer->raw_subject))
			continue;
		findings_add(findings, FINDING_NAME_ENCODING, NULL,
		    i == 0 ? 0 : path->steps[i].received,
		    arena_printf(findings->arena,
			"%s spells its issuer's name in another encoding "
			"than the issuer does",
			name_for_people(findings->arena, subject)));
	}
}

/* RFC 5280 4.1.2.2: positive, 20 octets at most.  The anchor's is no matter. */
static void
find_serial_numbers(const struct audit_view *view, struct findings *findings)
{
	enum { MOST_SERIAL_OCTETS = 20 };
	const struct path *path = view->path;
	size_t end = path->length - (path->end == PATH_ANCHOR);

	for (size_t i = 0; i < end; i++) {
		const struct path_step *step = &path->steps[i];
		struct bytes serial = step->certificate->serial;
		const char *cause = NULL;
		size_t zeros = 0;

		while (zeros < serial.size && serial.data[zeros] == 0)
			zeros++;
		if (serial.size == 0)
			continue;
		if (zeros == serial.size)
			cause = "zero";
		else if (serial.data[0] >= 0x80)
			cause = "negative";
		else if (serial.size > MOST_SERIAL_OCTETS)
			cause = "too_long";
		if (cause == NULL)
			continue;
		findings_add(findings, FINDING_SERIAL_NUMBER, cause,
		    i == 0 ? 0 : step->received,
		    arena_printf(findings->arena,
			"the serial number of %s is %s",
			name_for_people(findings->arena, step->certificate),
			step->certificate->serial_hex));
	}
}

static void
find_spent_budget(const struct audit_view *view, struct findings *findings)
{
	if (edge_memory_exhausted(view->edges))
		findings_add(findings, FINDING_BUDGET_EXHAUSTED, NULL, -1,
		    "the search for a path was ended by its budget");
}

const struct audit_rule tidy_rules[] = {
	{ "order", find_wrong_order },
	{ "duplicates", find_duplicates },
	{ "roots", find_sent_roots },
	{ "strays", find_strays },
	{ "length", find_long_chain },
	{ "key identifiers", find_key_id_mismatch },
	{ "name encodings", find_name_encoding },
	{ "serial numbers", find_serial_numbers },
	{ "budget", find_spent_budget },
	{ NULL, NULL },
};
