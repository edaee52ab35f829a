/*
 * The stages of verify_chain() in crypto/x509/x509_vfy.c, one after the other.
 * The path, its signatures and the names are the audit's; here are only the
 * rules in which OpenSSL differs from RFC 5280, and their order.
 */
#include "audit/client_openssl.h"

#include <stdlib.h>

#include "audit/client_names.h"
#include "audit/client_traits.h"
#include "audit/constraints.h"

/* x509_vfy.h */
enum error_number {
	UNSPECIFIED = 1,
	NO_ISSUER_STORED = 2,
	BAD_SIGNATURE = 7,
	NOT_YET_VALID = 9,
	HAS_EXPIRED = 10,
	NOT_BEFORE_FORMAT = 13,
	NOT_AFTER_FORMAT = 14,
	SELF_SIGNED_LEAF = 18,
	SELF_SIGNED_ROOT = 19,
	NO_ISSUER = 20,
	LEAF_NOT_VERIFIED = 21,
	PATH_LENGTH = 25,
	WRONG_PURPOSE = 26,
	REJECTED = 28,
	NO_CERTIFICATE_SIGNING = 32,
	UNKNOWN_CRITICAL = 34,
	NOT_PERMITTED = 47,
	EXCLUDED = 48,
	MINIMUM_OR_MAXIMUM = 49,
	UNSUPPORTED_NAME_SYNTAX = 53,
	NAME_MISMATCH = 62,
	ADDRESS_MISMATCH = 64,
	WEAK_LEAF_KEY = 66,
	WEAK_CA_KEY = 67,
	WEAK_DIGEST = 68,
	NOT_A_CA = 79,
	EXPLICIT_CURVE = 94
};

static const char *const error_words[] = {
	[UNSPECIFIED] = "unspecified certificate verification error",
	[REJECTED] = "certificate rejected",
	[NO_ISSUER_STORED] = "unable to get issuer certificate",
	[BAD_SIGNATURE] = "certificate signature failure",
	[NOT_YET_VALID] = "certificate is not yet valid",
	[HAS_EXPIRED] = "certificate has expired",
	[NOT_BEFORE_FORMAT] = "format error in certificate's notBefore field",
	[NOT_AFTER_FORMAT] = "format error in certificate's notAfter field",
	[SELF_SIGNED_LEAF] = "self-signed certificate",
	[SELF_SIGNED_ROOT] = "self-signed certificate in certificate chain",
	[NO_ISSUER] = "unable to get local issuer certificate",
	[LEAF_NOT_VERIFIED] = "unable to verify the first certificate",
	[PATH_LENGTH] = "path length constraint exceeded",
	[WRONG_PURPOSE] = "unsuitable certificate purpose",
	[NO_CERTIFICATE_SIGNING] =
	    "key usage does not include certificate signing",
	[UNKNOWN_CRITICAL] = "unhandled critical extension",
	[NOT_PERMITTED] = "permitted subtree violation",
	[EXCLUDED] = "excluded subtree violation",
	[MINIMUM_OR_MAXIMUM] =
	    "name constraints minimum and maximum not supported",
	[UNSUPPORTED_NAME_SYNTAX] = "unsupported or invalid name syntax",
	[NAME_MISMATCH] = "hostname mismatch",
	[ADDRESS_MISMATCH] = "IP address mismatch",
	[WEAK_LEAF_KEY] = "EE certificate key too weak",
	[WEAK_CA_KEY] = "CA certificate key too weak",
	[WEAK_DIGEST] = "CA signature digest algorithm too weak",
	[NOT_A_CA] = "invalid CA certificate",
	[EXPLICIT_CURVE] = "Certificate public key has explicit ECC parameters",
};

struct listing {
	const struct path *path;
	unsigned least_rsa_bits; /* the profile's */
	struct openssl_error *errors;
	size_t count;
};

/* `reason`: the number that the profile has where it tells less exactly. */
static void
add_as(struct listing *listing, enum error_number number,
    enum error_number reason, size_t depth)
{
	if (listing->count < OPENSSL_MOST_ERRORS)
		listing->errors[listing->count++] = (struct openssl_error){
			.number = (int)number,
			.reason = (int)reason,
			.words = error_words[number],
			.depth = depth,
			.subject =
			    listing->path->steps[depth].certificate->subject,
		};
}

static void
add(struct listing *listing, enum error_number number, size_t depth)
{
	add_as(listing, number, number, depth);
}

/*
 * At level 2, which Debian compiles in: 112 bits of security, which OpenSSL
 * rounds (RSA_security_bits).
 */
static bool
has_weak_key(const struct listing *listing, size_t at)
{
	const struct path *path = listing->path;
	const struct certificate *step = path->steps[at].certificate;
	const struct faults *faults = &path->faults;

	if (step->key_kind == KEY_RSA || step->key_kind == KEY_RSA_PSS)
		return step->key_bits < listing->least_rsa_bits;
	for (size_t i = 0; i < faults->count && i < FAULTS_MOST; i++)
		if (faults->list[i].step == at &&
		    faults->list[i].fault == FAULT_EC_BITS)
			return true;
	return false;
}

/* build_chain(): an error that was there before becomes the final one. */
static void
list_end(struct listing *listing)
{
	const struct path *path = listing->path;
	enum error_number number = NO_ISSUER;

	if (has_weak_key(listing, 0))
		add(listing, WEAK_LEAF_KEY, 0);
	if (path->end == PATH_ANCHOR)
		return;
	if (path->end == PATH_REFUSED)
		number = REJECTED;
	else if (path->end == PATH_SELF_SIGNED)
		number =
		    path->length == 1 ? SELF_SIGNED_LEAF : SELF_SIGNED_ROOT;
	else if (path->steps[path->length - 1].from == SOURCE_STORE)
		number = NO_ISSUER_STORED;
	add_as(listing, has_weak_key(listing, 0) ? WEAK_LEAF_KEY : number,
	    number, path->length - 1);
}

static bool
may_sign(const struct certificate *certificate)
{
	return !certificate->has_key_usage ||
	       (certificate->key_usage & USAGE_KEY_CERT_SIGN) != 0;
}

/* check_ca() in crypto/x509/v3_purp.c, as far as it matters. */
enum authority {
	AUTHORITY_NONE,
	AUTHORITY_FULL,
	AUTHORITY_OLD /* no basicConstraints, and taken for a CA nevertheless */
};

static enum authority
authority_of(const struct certificate *certificate)
{
	if (!may_sign(certificate))
		return AUTHORITY_NONE;
	if (certificate->has_basic_constraints)
		return certificate->is_ca ? AUTHORITY_FULL : AUTHORITY_NONE;
	return certificate->has_key_usage ||
		       (certificate->version == 1 &&
			   certificate_looks_self_signed(certificate))
		   ? AUTHORITY_OLD
		   : AUTHORITY_NONE;
}

/* check_purpose_ssl_server(): anyExtendedKeyUsage alone is not enough. */
static bool
is_for_servers(const struct certificate *certificate, bool leaf)
{
	if (certificate->has_purposes &&
	    (certificate->purposes &
		(PURPOSE_SERVER_AUTH | PURPOSE_SERVER_GATED |
		    PURPOSE_NETSCAPE_GATED)) == 0)
		return false;
	if (!leaf)
		return authority_of(certificate) != AUTHORITY_NONE;
	return !certificate->has_key_usage ||
	       (certificate->key_usage &
		   (USAGE_DIGITAL_SIGNATURE | USAGE_KEY_ENCIPHERMENT |
		       USAGE_KEY_AGREEMENT)) != 0;
}

/* X509_supported_extension() in v3_purp.c */
static bool
has_unknown_critical(const struct certificate *certificate)
{
	const unsigned unknown = CRITICAL_SUBJECT_KEY_ID |
				 CRITICAL_AUTHORITY_KEY_ID |
				 CRITICAL_AUTHORITY_ACCESS |
				 CRITICAL_ISSUER_NAMES | CRITICAL_TLS_FEATURES;
	unsigned known =
	    certificate->critical_extensions &
	    (CRITICAL_NO_CHECK | CRITICAL_ADDRESS_BLOCKS | CRITICAL_AS_NUMBERS);

	return (certificate->critical_extensions & unknown) != 0 ||
	       certificate->unknown_critical_count >
		   (size_t)__builtin_popcount(known);
}

/* check_extensions(), the leaf first. */
static void
list_extensions(struct listing *listing)
{
	const struct path *path = listing->path;
	uint32_t below = 0; /* CAs, but for self-issued ones */

	for (size_t at = 0; at < path->length; at++) {
		const struct certificate *step = path->steps[at].certificate;
		enum authority authority = authority_of(step);

		if (has_unknown_critical(step))
			add(listing, UNKNOWN_CRITICAL, at);
		/* An old CA is accepted as the last one only. */
		if (at > 0 &&
		    (authority == AUTHORITY_NONE ||
			(authority == AUTHORITY_OLD && at + 1 < path->length)))
			add(listing, NOT_A_CA, at);
		if (path->length > 1 &&
		    (step->odd_forms & FORM_EXPLICIT_CURVE) != 0)
			add(listing, EXPLICIT_CURVE, at);
		if (!is_for_servers(step, at == 0))
			add(listing, WRONG_PURPOSE, at);
		if (step->has_path_length && below > step->path_length)
			add(listing, PATH_LENGTH, at);
		if (at > 0 && !step->self_issued)
			below++;
	}
}

/* check_auth_level(): the last one's signature does not count. */
static void
list_strength(struct listing *listing)
{
	const struct path *path = listing->path;

	for (size_t at = 0; at < path->length; at++) {
		enum hash_kind hash =
		    path->steps[at].certificate->signature_hash;

		if (at > 0 && has_weak_key(listing, at))
			add_as(listing, WEAK_CA_KEY, WEAK_LEAF_KEY, at);
		if (at + 1 < path->length &&
		    (hash == HASH_SHA1 || hash == HASH_MD5 || hash == HASH_MD2))
			add(listing, WEAK_DIGEST, at);
	}
}

static void
list_name(struct listing *listing, const struct client_profile *profile,
    const struct client_facts *facts)
{
	struct client_fits fits;

	client_fits_find(
	    facts->host, listing->path->steps[0].certificate, &fits);
	if (!client_fits_read(&fits, profile->reads))
		add(listing,
		    facts->host->address_size > 0 ? ADDRESS_MISMATCH
						  : NAME_MISMATCH,
		    0);
}

/*
 * internal_verify(), from the root down.  A last certificate that is not
 * self-signed is used for its key alone: its dates are not checked, unless it
 * is the only one.
 */
static void
list_signatures_and_dates(struct listing *listing, int64_t now)
{
	const struct path *path = listing->path;
	size_t at = path->length;

	if (path->end == PATH_OPEN && at > 1)
		at--;
	else if (path->end == PATH_OPEN)
		add(listing, LEAF_NOT_VERIFIED, 0);
	while (at-- > 0) {
		const struct path_step *step = &path->steps[at];
		const struct certificate *certificate = step->certificate;

		if (at + 1 < path->length && !may_sign(step[1].certificate))
			add(listing, NO_CERTIFICATE_SIGNING, at + 1);
		if (step->signed_above && step->signature == SIGNATURE_BAD)
			add(listing, BAD_SIGNATURE, at);
		if (!certificate->times_valid)
			continue;
		if (certificate->not_before_forms != 0)
			add(listing, NOT_BEFORE_FORMAT, at);
		else if (now < certificate->not_before)
			add(listing, NOT_YET_VALID, at);
		if (certificate->not_after_forms != 0)
			add_as(
			    listing, NOT_AFTER_FORMAT, NOT_BEFORE_FORMAT, at);
		else if (now > certificate->not_after)
			add(listing, HAS_EXPIRED, at);
	}
}

/* nc_match() for one name: what is permitted before what is excluded. */
static enum error_number
constraint_error(const struct certificate *issuer,
    const struct certificate *subject, const struct host_name *name,
    struct constraint_budget *budget)
{
	struct certificate half = *issuer;
	enum constraint_answer permitted, excluded;

	half.excluded.count = 0;
	permitted = constraints_check(&half, subject, name, budget);
	if (permitted == CONSTRAINT_UNPROCESSED)
		return MINIMUM_OR_MAXIMUM;
	if (permitted == CONSTRAINT_FORBIDS)
		return NOT_PERMITTED;
	half = *issuer;
	half.permitted.count = 0;
	excluded = constraints_check(&half, subject, name, budget);
	if (excluded == CONSTRAINT_FORBIDS)
		return EXCLUDED;
	return permitted == CONSTRAINT_UNDECIDED ||
		       excluded == CONSTRAINT_UNDECIDED
		   ? UNSPECIFIED
		   : 0;
}

/*
 * NAME_CONSTRAINTS_check() and _check_CN(): the first name that is not allowed
 * decides; of a leaf without DNS names the CN too, if it looks like a host.
 */
static enum error_number
names_error(const struct certificate *issuer, const struct certificate *subject,
    bool leaf, struct constraint_budget *budget)
{
	const struct name_list *names = &subject->alternative_names;
	struct certificate one = *subject;
	struct host_name common = { { NULL, 0 }, { 0 }, 0 };
	enum error_number number;

	if ((names->count + subject->subject_attribute_count) *
		(issuer->permitted.count + issuer->excluded.count) >
	    CONSTRAINTS_MOST_COMPARISONS)
		return UNSPECIFIED;
	one.alternative_names.count = 0;
	number = constraint_error(issuer, &one, NULL, budget);
	if (number == 0 && (subject->odd_forms & FORM_MAILBOX_STRING) != 0)
		number = UNSUPPORTED_NAME_SYNTAX;
	one.subject_empty = one.has_alternative_names = true;
	/* Mailboxes of the subject count beside a SAN too. */
	one.alternative_names = subject->subject_mailboxes;
	if (number == 0)
		number = constraint_error(issuer, &one, NULL, budget);
	for (size_t i = 0; number == 0 && i < names->count; i++) {
		one.alternative_names =
		    (struct name_list){ &names->names[i], 1 };
		number = constraint_error(issuer, &one, NULL, budget);
		leaf = leaf && names->names[i].kind != NAME_DNS;
	}
	if (!leaf)
		return number;
	one.alternative_names.count = 0;
	for (size_t i = 0; number == 0 && i < subject->common_name_count; i++) {
		common.name = bytes_from_string(subject->common_names[i]);
		if (dns_looks_like_host(common.name))
			number =
			    constraint_error(issuer, &one, &common, budget);
	}
	return number;
}

/* check_name_constraints(), the root first. */
static void
list_constraints(struct listing *listing)
{
	const struct path *path = listing->path;
	/* OpenSSL counts anew for each certificate and issuer. */
	struct constraint_budget budget = { CONSTRAINTS_MOST_OF_A_HOST, NULL };

	for (size_t at = path->length; at-- > 0;) {
		const struct certificate *subject = path->steps[at].certificate;

		for (size_t above = path->length; --above > at;) {
			const struct certificate *issuer =
			    path->steps[above].certificate;
			enum error_number number = 0;

			if (issuer->has_name_constraints &&
			    (at == 0 || !subject->self_issued))
				number = names_error(
				    issuer, subject, at == 0, &budget);
			if (number != 0)
				add(listing, number, at);
		}
	}
}

size_t
client_openssl_errors(const struct client_profile *profile,
    const struct client_facts *facts, const struct path *path,
    struct openssl_error errors[OPENSSL_MOST_ERRORS])
{
	struct listing listing = {
		.path = path,
		.least_rsa_bits = profile->limits[LIMIT_LEAST_RSA_BITS],
		.errors = errors,
	};

	list_end(&listing);
	list_extensions(&listing);
	list_strength(&listing);
	list_name(&listing, profile, facts);
	list_signatures_and_dates(&listing, facts->validation->now);
	list_constraints(&listing);
	return listing.count;
}

bool
client_openssl_explains(
    const struct openssl_error errors[], size_t count, const char *reason)
{
	long number = strtol(reason, NULL, 10);

	/* The profile does not number "subtree violation", which is two. */
	for (size_t i = 0; i < count; i++)
		if (errors[i].reason == number ||
		    strstr(errors[i].words, reason) != NULL)
			return true;
	return false;
}
