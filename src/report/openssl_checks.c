/*
 * OpenSSL's rules, where they differ from RFC 5280 and from ours: the record's
 * verdict does not tell what OpenSSL goes on to find after the first error.
 * A step that is not known breaks none.
 */
#include "report/openssl_checks.h"

#include "audit/constraints.h"
#include "x509/signature.h"

/* Level 2 asks for 112 bits of security (SSL_CTX_set_security_level(3)). */
enum { LEAST_RSA_BITS = 2048, LEAST_EC_BITS = 224 };

void
openssl_errors_add(struct openssl_errors *errors, int number, size_t depth)
{
	if (errors->count == OPENSSL_MOST_ERRORS)
		return;
	errors->list[errors->count].number = number;
	errors->list[errors->count++].depth = depth;
}

bool
openssl_errors_have(const struct openssl_errors *errors, int number)
{
	for (size_t i = 0; i < errors->count; i++)
		if (errors->list[i].number == number)
			return true;
	return false;
}

static bool
forbids_usage(const struct certificate *certificate, unsigned usage)
{
	return certificate->has_key_usage &&
	       (certificate->key_usage & usage) == 0;
}

/* The answers of check_ca() in crypto/x509/v3_purp.c that matter. */
enum standing {
	NO_CA,
	FULL_CA,
	OLD_CA /* without basicConstraints, and taken for one all the same */
};

static enum standing
standing_of(const struct certificate *certificate)
{
	if (forbids_usage(certificate, USAGE_KEY_CERT_SIGN))
		return NO_CA;
	if (certificate->has_basic_constraints)
		return certificate->is_ca ? FULL_CA : NO_CA;
	return certificate->has_key_usage ||
		       (certificate->version == 1 &&
			   certificate_looks_self_signed(certificate))
		   ? OLD_CA
		   : NO_CA;
}

/* An old CA will do as the last one only. */
static bool
is_invalid_ca(const struct openssl_path *path, size_t at)
{
	enum standing standing = standing_of(path->steps[at]);

	return standing == NO_CA ||
	       (standing == OLD_CA && at + 1 < path->count);
}

/* check_purpose_ssl_server(): anyExtendedKeyUsage is no TLS server's. */
static bool
is_for_servers(const struct certificate *certificate, bool is_leaf)
{
	if (certificate->has_purposes &&
	    (certificate->purposes & PURPOSE_SERVER_AUTH) == 0)
		return false;
	if (!is_leaf)
		return standing_of(certificate) != NO_CA;
	return !forbids_usage(certificate, USAGE_DIGITAL_SIGNATURE |
					       USAGE_KEY_ENCIPHERMENT |
					       USAGE_KEY_AGREEMENT);
}

void
openssl_check_extensions(
    const struct openssl_path *path, struct openssl_errors *errors)
{
	uint32_t below = 0; /* CAs, but for self-issued ones */

	for (size_t at = 0; at < path->count; at++) {
		const struct certificate *step = path->steps[at];

		if (step == NULL)
			continue;
		if (step->unknown_critical_count > 0)
			openssl_errors_add(
			    errors, OPENSSL_UNKNOWN_CRITICAL, at);
		if (at > 0 && is_invalid_ca(path, at))
			openssl_errors_add(errors, OPENSSL_NOT_A_CA, at);
		if (!is_for_servers(step, at == 0))
			openssl_errors_add(errors, OPENSSL_WRONG_PURPOSE, at);
		if (step->has_path_length && below > step->path_length)
			openssl_errors_add(errors, OPENSSL_PATH_LENGTH, at);
		if (at > 0 && !step->self_issued)
			below++;
	}
}

static bool
has_weak_key(const struct certificate *certificate)
{
	switch (certificate->key_kind) {
	case KEY_RSA:
	case KEY_RSA_PSS:
		return certificate->key_bits < LEAST_RSA_BITS;
	case KEY_EC:
		return certificate->key_bits > 0 &&
		       certificate->key_bits < LEAST_EC_BITS;
	default:
		return false;
	}
}

static bool
has_weak_digest(const struct certificate *certificate)
{
	return certificate->signature_hash == HASH_SHA1 ||
	       certificate->signature_hash == HASH_MD5 ||
	       certificate->signature_hash == HASH_MD2;
}

void
openssl_check_leaf_key(
    const struct openssl_path *path, struct openssl_errors *errors)
{
	if (path->count > 0 && path->steps[0] != NULL &&
	    has_weak_key(path->steps[0]))
		openssl_errors_add(errors, OPENSSL_WEAK_LEAF_KEY, 0);
}

/* The last one's signature does not count, be it an anchor or not. */
void
openssl_check_strength(
    const struct openssl_path *path, struct openssl_errors *errors)
{
	for (size_t at = 0; at < path->count; at++) {
		const struct certificate *step = path->steps[at];

		if (step == NULL)
			continue;
		if (at > 0 && has_weak_key(step))
			openssl_errors_add(errors, OPENSSL_WEAK_CA_KEY, at);
		if (at + 1 < path->count && has_weak_digest(step))
			openssl_errors_add(errors, OPENSSL_WEAK_DIGEST, at);
	}
}

void
openssl_check_signature(const struct openssl_path *path, size_t depth,
    struct openssl_errors *errors)
{
	const struct certificate *subject = path->steps[depth], *issuer;
	struct signature_memory *memory;

	issuer = depth + 1 < path->count ? path->steps[depth + 1] : NULL;
	if (subject == NULL || issuer == NULL)
		return;
	if (forbids_usage(issuer, USAGE_KEY_CERT_SIGN))
		openssl_errors_add(
		    errors, OPENSSL_NO_CERTIFICATE_SIGNING, depth + 1);
	memory = signature_memory_new();
	if (signature_check(memory, subject, issuer, NULL) == SIGNATURE_BAD)
		openssl_errors_add(errors, OPENSSL_BAD_SIGNATURE, depth);
	signature_memory_free(memory);
}

/* nc_match() for one name (the subject, a SAN or a CN): permitted first. */
static int
constraint_error(const struct certificate *issuer,
    const struct certificate *subject, const struct host_name *name,
    unsigned *budget)
{
	struct certificate half = *issuer;

	half.excluded.count = 0;
	if (!constraints_allow(&half, subject, name, budget))
		return OPENSSL_NOT_PERMITTED;
	half = *issuer;
	half.permitted.count = 0;
	return constraints_allow(&half, subject, name, budget)
		   ? 0
		   : OPENSSL_EXCLUDED;
}

/* Only where the leaf has no DNS name, and if it looks like one. */
static int
common_name_error(const struct certificate *issuer,
    const struct certificate *leaf, unsigned *budget)
{
	const struct name_list *names = &leaf->alternative_names;
	struct certificate nameless = { .subject_empty = true };
	struct host_name name = { { NULL, 0 }, { 0 }, 0 };

	for (size_t i = 0; i < names->count; i++)
		if (names->names[i].kind == NAME_DNS)
			return 0;
	if (leaf->subject_cn == NULL || strchr(leaf->subject_cn, '.') == NULL)
		return 0;
	name.name = bytes_from_string(leaf->subject_cn);
	return constraint_error(issuer, &nameless, &name, budget);
}

/* NAME_CONSTRAINTS_check(): the first name that is not allowed decides. */
static int
first_name_error(const struct certificate *issuer,
    const struct certificate *subject, unsigned *budget)
{
	const struct name_list *names = &subject->alternative_names;
	struct certificate one = *subject;
	int number;

	one.alternative_names.count = 0;
	number = constraint_error(issuer, &one, NULL, budget);
	one.subject_empty = true;
	one.alternative_names.count = 1;
	for (size_t i = 0; number == 0 && i < names->count; i++) {
		one.alternative_names.names = &names->names[i];
		number = constraint_error(issuer, &one, NULL, budget);
	}
	return number;
}

/* Name by name only where one of them is not allowed: there can be many. */
static int
names_error(const struct certificate *issuer, const struct certificate *subject,
    bool is_leaf, unsigned *budget)
{
	int number = 0;

	if (!constraints_allow(issuer, subject, NULL, budget))
		number = first_name_error(issuer, subject, budget);
	return number == 0 && is_leaf
		   ? common_name_error(issuer, subject, budget)
		   : number;
}

void
openssl_check_constraints(
    const struct openssl_path *path, struct openssl_errors *errors)
{
	unsigned budget = CONSTRAINTS_MOST_COMPARISONS;

	for (size_t at = path->count; at-- > 0;) {
		const struct certificate *subject = path->steps[at];

		if (subject == NULL || (at > 0 && subject->self_issued))
			continue;
		for (size_t above = path->count; --above > at;) {
			const struct certificate *issuer = path->steps[above];
			int number = 0;

			if (issuer != NULL && issuer->has_name_constraints)
				number = names_error(
				    issuer, subject, at == 0, &budget);
			if (number != 0 && budget > 0)
				openssl_errors_add(errors, number, at);
		}
	}
}
