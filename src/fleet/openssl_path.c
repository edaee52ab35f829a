/* Follows issuers as OpenSSL does.  Says nothing of dates, names and trust. */
#include "fleet/openssl_path.h"

#include "audit/constraints.h"
#include "model/signature.h"

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
is_on_path(
    const struct openssl_path *path, const struct certificate *certificate)
{
	for (size_t i = 0; i < path->count; i++)
		if (path->steps[i] == certificate)
			return true;
	return false;
}

static const struct certificate *
find_issuer(const struct openssl_path *path,
    const struct certificate *const sent[], size_t count)
{
	const struct certificate *last = path->steps[path->count - 1];

	if (certificate_looks_self_signed(last))
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (may_have_issued(sent[i], last) &&
		    !is_on_path(path, sent[i]))
			return sent[i];
	return NULL;
}

void
openssl_path_build(struct openssl_path *path,
    const struct certificate *const sent[], size_t count)
{
	const struct certificate *next = count == 0 ? NULL : sent[0];

	path->count = 0;
	while (next != NULL && path->count < OPENSSL_MOST_STEPS) {
		path->steps[path->count++] = next;
		next = find_issuer(path, sent, count);
	}
}

bool
openssl_path_has_bad_signature(const struct openssl_path *path, size_t *depth)
{
	struct signature_memory *memory = signature_memory_new();
	bool is_bad = false;

	for (size_t at = path->count; at-- > 1 && !is_bad;) {
		is_bad = signature_check(memory, path->steps[at - 1],
			     path->steps[at], NULL) == SIGNATURE_BAD;
		*depth = at - 1;
	}
	signature_memory_free(memory);
	return is_bad;
}

bool
openssl_path_has_old_ca(const struct openssl_path *path, size_t depth)
{
	return depth < path->count &&
	       !path->steps[depth]->has_basic_constraints &&
	       path->steps[depth]->has_key_usage;
}

bool
openssl_path_is_excluded(const struct openssl_path *path, const char *host)
{
	struct host_name name = host_name_of(host == NULL ? "" : host);

	for (size_t i = 1; i < path->count; i++) {
		unsigned budget = CONSTRAINTS_MOST_COMPARISONS;
		struct certificate issuer = *path->steps[i];

		issuer.permitted.count = 0;
		if (!constraints_allow(&issuer, path->steps[0], &name, &budget))
			return true;
	}
	return false;
}
