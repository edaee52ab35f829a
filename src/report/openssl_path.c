/* Follows issuers as OpenSSL does.  Says nothing of faults and of trust. */
#include "report/openssl_path.h"

/* X509_check_issued() without the key usage. */
static bool
may_have_issued(
    const struct certificate *issuer, const struct certificate *subject)
{
	return bytes_equal(issuer->subject_key, subject->issuer_key_name) &&
	       (subject->authority_key_id.size == 0 ||
		   issuer->subject_key_id.size == 0 ||
		   bytes_equal(
		       issuer->subject_key_id, subject->authority_key_id));
}

static bool
is_same(const struct certificate *a, const struct certificate *b)
{
	return a != NULL && b != NULL && digest_equal(&a->sha256, &b->sha256);
}

static bool
is_on_path(
    const struct openssl_path *path, const struct certificate *certificate)
{
	for (size_t i = 0; i < path->count; i++)
		if (is_same(path->steps[i], certificate))
			return true;
	return false;
}

bool
openssl_is_over(const struct certificate *certificate, int64_t now)
{
	return now != 0 && certificate->times_valid &&
	       now > certificate->not_after;
}

bool
openssl_is_early(const struct certificate *certificate, int64_t now)
{
	return now != 0 && certificate->times_valid &&
	       now < certificate->not_before;
}

/* The first that is valid, else the one that lasts longest. */
static const struct certificate *
find_issuer(const struct openssl_path *path, const struct openssl_chain *chain)
{
	const struct certificate *last = path->steps[path->count - 1];
	const struct certificate *best = NULL;

	for (size_t i = 0; i < chain->sent_count; i++) {
		const struct certificate *sent = chain->sent[i];

		if (!may_have_issued(sent, last) || is_on_path(path, sent))
			continue;
		if (!openssl_is_over(sent, chain->now) &&
		    !openssl_is_early(sent, chain->now))
			return sent;
		if (best == NULL || sent->not_after > best->not_after)
			best = sent;
	}
	return best;
}

/* A self-signed certificate ends the path; it may be the anchor itself. */
static bool
is_end(const struct openssl_path *path, const struct certificate *anchor)
{
	const struct certificate *last = path->steps[path->count - 1];

	return path->count == OPENSSL_MOST_STEPS || is_same(last, anchor) ||
	       certificate_looks_self_signed(last);
}

void
openssl_path_build(struct openssl_path *path, const struct openssl_chain *chain)
{
	const struct certificate *anchor = chain->anchor, *last = NULL;
	const struct certificate *next =
	    chain->sent_count == 0 ? NULL : chain->sent[0];

	path->count = 0;
	while (next != NULL) {
		last = path->steps[path->count++] = next;
		if (is_end(path, anchor))
			break;
		next = anchor != NULL && may_have_issued(anchor, last)
			   ? anchor
			   : find_issuer(path, chain);
	}
	path->anchored = is_same(last, anchor);
}
