/*
 * The rules of validate.h.  Each looks at one step of a path and adds its
 * faults; what they mean for the host's class is decided elsewhere.
 */
#include "audit/validate.h"

#include "audit/certificate_policies.h"
#include "audit/constraints.h"
#include "model/observation.h"

/* Below these, current clients refuse (OpenSSL security level 2 and up). */
enum { LEAST_RSA_BITS = 2048, LEAST_EC_BITS = 224 };

enum key_use
key_use_of(const struct tls_facts *tls)
{
	if (tls->version == NULL || tls->group == NULL)
		return KEY_USE_UNKNOWN;
	return strcmp(tls->group, "RSA") == 0 ? KEY_USE_DECRYPTS
					      : KEY_USE_SIGNS;
}

unsigned
dhe_bits_of(const struct tls_facts *tls)
{
	const char *group = tls->group;
	unsigned bits = 0;

	if (group == NULL || !starts_with(group, "DHE-"))
		return 0;
	for (group += 4; *group >= '0' && *group <= '9' && bits < 100000;
	     group++)
		bits = bits * 10 + (unsigned)(*group - '0');
	return bits;
}

bool
server_breaks_off(
    const struct observation *seen, const struct certificate *const *received)
{
	if (seen->received_count == 0 || seen->tls.client_cert_required)
		return false;
	switch (seen->status) {
	case STATUS_CONNECTION_RESET:
	case STATUS_CONNECTION_CLOSED:
	case STATUS_IO_TIMEOUT:
		return true;
	case STATUS_HANDSHAKE_ERROR:
	case STATUS_PROTOCOL_ERROR:
		break;
	default:
		return false;
	}
	if (seen->tls.failed_by == FAILED_BY_LIBRARY)
		return false;
	if (handshake_alert(&seen->tls, true) != NULL)
		return true;
	/* Records of before it was noted: the library may have refused what it
	   could not read or compute. */
	for (size_t i = 0; i < seen->received_count; i++)
		if (received[i]->damage != NULL || received[i]->odd_forms != 0)
			return false;
	return key_flaw(received[0]) == NULL;
}

const struct tls_alert *
handshake_alert(const struct tls_facts *tls, bool fatal)
{
	for (size_t i = 0; i < tls->alert_count; i++)
		if (tls->alerts[i].fatal == fatal)
			return &tls->alerts[i];
	return NULL;
}

/*
 * What the handshake did with the leaf's key must be what it is for.  Without
 * a handshake any of a server's uses will do, and a CA certificate in the
 * leaf's place is judged as RFC 5280 does, which asks for none.
 */
static void
check_leaf_usage(
    const struct certificate *leaf, enum key_use use, struct faults *faults)
{
	unsigned wanted = USAGE_DIGITAL_SIGNATURE | USAGE_KEY_ENCIPHERMENT |
			  USAGE_KEY_AGREEMENT;

	if (!leaf->has_key_usage || (leaf->is_ca && use == KEY_USE_UNKNOWN))
		return;
	if (use == KEY_USE_SIGNS)
		wanted = USAGE_DIGITAL_SIGNATURE;
	if (use == KEY_USE_DECRYPTS)
		wanted = USAGE_KEY_ENCIPHERMENT | USAGE_KEY_AGREEMENT;
	if ((leaf->key_usage & wanted) == 0)
		faults_add(faults, FAULT_KEY_USAGE, 0);
}

/* The signature of a root on itself is not relied on. */
static void
check_strength(const struct certificate *certificate, bool root, size_t at,
    struct faults *faults)
{
	/* For a certificate that cannot be read this is the only fault. */
	enum key_kind key = certificate->key_name[0] == '\0'
				? KEY_UNKNOWN
				: certificate->key_kind;

	if ((key == KEY_RSA || key == KEY_RSA_PSS) &&
	    certificate->key_bits < LEAST_RSA_BITS)
		faults_add(faults, FAULT_RSA_BITS, at);
	if (key == KEY_EC && certificate->key_bits > 0 &&
	    certificate->key_bits < LEAST_EC_BITS)
		faults_add(faults, FAULT_EC_BITS, at);
	if (key == KEY_DSA)
		faults_add(faults, FAULT_DSA, at);
	if (root)
		return;
	if (certificate->signature_hash == HASH_SHA1)
		faults_add(faults, FAULT_SHA1, at);
	if (certificate->signature_hash == HASH_MD5 ||
	    certificate->signature_hash == HASH_MD2)
		faults_add(faults, FAULT_MD5, at);
}

/* All faults of this step that do not depend on its neighbours. */
static void
check_step(const struct validation *validation, const struct path *path,
    size_t at, struct faults *faults)
{
	const struct path_step *step = &path->steps[at];
	const struct certificate *certificate = step->certificate;
	bool last = at + 1 == path->length;
	bool anchor = last && path->end == PATH_ANCHOR;
	bool root = last && path->end != PATH_OPEN;
	int64_t now = validation->now;

	/* RFC 5280 4.1.1.2: both places name the same algorithm. */
	if (certificate->damage != NULL ||
	    certificate->signature_algorithms_differ)
		faults_add(faults, FAULT_MALFORMED, at);
	/* RFC 5280 4.1.2.4; path building compares two empty names. */
	if (certificate->issuer_empty)
		faults_add(faults, FAULT_EMPTY_ISSUER, at);
	/* One that cannot be read is damage already; a leaf's DSA is weak. */
	if (key_flaw(certificate) != NULL &&
	    (certificate->key_bits > 0 ||
		(at > 0 && certificate->key_kind == KEY_DSA)))
		faults_add(faults, FAULT_UNSUPPORTED_KEY, at);

	if (step->signed_above && step->signature == SIGNATURE_BAD)
		faults_add(faults, FAULT_BAD_SIGNATURE, at);
	if (step->signed_above &&
	    step->signature == SIGNATURE_UNSUPPORTED_ALGORITHM)
		faults_add(faults, FAULT_UNSUPPORTED_ALGORITHM, at);

	/* RFC 5280 4.1.2.5: the last second of the period still counts. */
	if (certificate->times_valid && now < certificate->not_before)
		faults_add(faults, FAULT_NOT_YET_VALID, at);
	if (certificate->times_valid && now > certificate->not_after)
		faults_add(faults,
		    at == 0 ? FAULT_LEAF_EXPIRED
		    : root  ? FAULT_ROOT_EXPIRED
			    : FAULT_INTERMEDIATE_EXPIRED,
		    at);

	/*
	 * RFC 5280 6.1.4 (k) and (n).  A version 1 certificate cannot say that
	 * it is a CA; in the trust store it is trusted as one.
	 */
	if (at > 0 && !certificate->is_ca &&
	    !(anchor && certificate->version < 3))
		faults_add(faults, FAULT_NOT_A_CA, at);
	if (at > 0 && certificate->has_key_usage &&
	    (certificate->key_usage & USAGE_KEY_CERT_SIGN) == 0)
		faults_add(faults, FAULT_KEY_USAGE, at);
	if (at == 0 && !anchor)
		check_leaf_usage(certificate, validation->use, faults);

	/* Purposes nest: a CA for clients cannot vouch for servers. */
	if (certificate->has_purposes &&
	    (certificate->purposes & (PURPOSE_SERVER_AUTH | PURPOSE_ANY)) == 0)
		faults_add(faults, FAULT_PURPOSE, at);

	/* RFC 5280 6.1.4 (o) */
	if (certificate->unknown_critical_count > 0)
		faults_add(faults, FAULT_UNKNOWN_CRITICAL_EXTENSION, at);
	if (!anchor && certificate->policies != NULL &&
	    certificate->policies->fault != NULL)
		faults_add(faults, FAULT_POLICY_EXTENSION, at);
	check_strength(certificate, root, at, faults);
}

/*
 * RFC 5280 6.1.3 (b), (c): every certificate below a constrained one, but for
 * self-issued intermediates.
 */
static void
check_constraints(const struct validation *validation, const struct path *path,
    struct faults *faults)
{
	struct constraint_budget budget = { CONSTRAINTS_MOST_COMPARISONS,
		validation->comparisons };

	for (size_t at = 1; at < path->length; at++) {
		const struct certificate *issuer = path->steps[at].certificate;
		enum constraint_answer answer = CONSTRAINT_ALLOWS;

		if (!issuer->has_name_constraints)
			continue;
		for (size_t below = 0;
		     below < at && answer == CONSTRAINT_ALLOWS; below++) {
			const struct certificate *subject =
			    path->steps[below].certificate;

			if (below == 0 || !subject->self_issued)
				answer = constraints_check(issuer, subject,
				    below == 0 ? validation->host : NULL,
				    &budget);
		}
		if (answer == CONSTRAINT_FORBIDS)
			faults_add(faults, FAULT_NAME_CONSTRAINTS, at);
		if (answer == CONSTRAINT_UNPROCESSED)
			faults_add(faults, FAULT_CONSTRAINT_DISTANCE, at);
		if (answer == CONSTRAINT_UNDECIDED)
			faults_add(
			    faults, FAULT_NAME_CONSTRAINTS_UNDECIDED, at);
	}
}

void
validate_path(const void *context, struct path *path)
{
	const struct validation *validation = context;
	uint32_t below = 0;
	size_t step;

	for (size_t at = path->length; at > 0; at--)
		check_step(validation, path, at - 1, &path->faults);
	/* RFC 5280 6.1.4 (l), (m): self-issued ones do not count. */
	for (size_t at = 1; at < path->length; at++) {
		const struct certificate *issuer = path->steps[at].certificate;

		if (issuer->has_path_length && issuer->is_ca &&
		    below > issuer->path_length)
			faults_add(&path->faults, FAULT_PATH_LENGTH, at);
		if (!issuer->self_issued)
			below++;
	}
	check_constraints(validation, path, &path->faults);
	switch (certificate_policies_check(path, &step)) {
	case POLICIES_HOLD:
		break;
	case POLICIES_FAIL:
		faults_add(&path->faults, FAULT_POLICY, step);
		break;
	case POLICIES_UNDECIDED:
		faults_add(&path->faults, FAULT_POLICY_UNDECIDED, step);
		break;
	}
}

size_t
validate_step_faults(const void *context, const struct path *path, size_t step)
{
	struct faults faults = { .count = 0 };

	check_step(context, path, step, &faults);
	if (step > 0 && (path->steps[step - 1].signature == SIGNATURE_BAD ||
			    path->steps[step - 1].signature ==
				SIGNATURE_UNSUPPORTED_ALGORITHM))
		faults.count++;
	return faults.count;
}
