/*
 * From a record's verdict to OpenSSL's words: s_client goes on after an error,
 * so that there can be several, in the order of verify_chain() in
 * crypto/x509/x509_vfy.c.  Trust and the name are the record's; the path and
 * the other rules are OpenSSL's, as far as the run holds the certificates.
 */
#include "report/verify_error.h"

#include <stdlib.h>
#include <string.h>

#include "audit/name.h"
#include "base/address.h"

struct error_text {
	int number;
	const char *text;
};

struct listing {
	const struct result *result;
	int number; /* what the record says of it; no more may be said */
	struct openssl_path path;
	int64_t now;
	int trust; /* the error of a path without trust; 0: it has an end */
	struct openssl_errors errors;
};

static const struct error_text error_texts[] = {
	{ OPENSSL_NO_ISSUER_STORED, "unable to get issuer certificate" },
	{ OPENSSL_BAD_SIGNATURE, "certificate signature failure" },
	{ OPENSSL_NOT_YET_VALID, "certificate is not yet valid" },
	{ OPENSSL_HAS_EXPIRED, "certificate has expired" },
	{ OPENSSL_SELF_SIGNED, "self-signed certificate" },
	{ OPENSSL_ROOT_SENT, "self-signed certificate in certificate chain" },
	{ OPENSSL_ISSUER_NOT_FOUND, "unable to get local issuer certificate" },
	{ OPENSSL_LEAF_NOT_VERIFIED, "unable to verify the first certificate" },
	{ OPENSSL_CHAIN_TOO_LONG, "certificate chain too long" },
	{ OPENSSL_REVOKED, "certificate revoked" },
	{ OPENSSL_PATH_LENGTH, "path length constraint exceeded" },
	{ OPENSSL_WRONG_PURPOSE, "unsuitable certificate purpose" },
	{ OPENSSL_NO_CERTIFICATE_SIGNING,
	    "key usage does not include certificate signing" },
	{ OPENSSL_UNKNOWN_CRITICAL, "unhandled critical extension" },
	{ OPENSSL_NOT_PERMITTED, "permitted subtree violation" },
	{ OPENSSL_EXCLUDED, "excluded subtree violation" },
	{ OPENSSL_NAME_MISMATCH, "hostname mismatch" },
	{ OPENSSL_ADDRESS_MISMATCH, "IP address mismatch" },
	{ OPENSSL_WEAK_LEAF_KEY, "EE certificate key too weak" },
	{ OPENSSL_WEAK_CA_KEY, "CA certificate key too weak" },
	{ OPENSSL_WEAK_DIGEST, "CA signature digest algorithm too weak" },
	{ OPENSSL_UNKNOWN_ALGORITHM,
	    "Cannot find certificate signature algorithm" },
	{ OPENSSL_NOT_A_CA, "invalid CA certificate" },
};

/* The first row that fits counts. */
static const struct {
	enum class_id class_id;
	const char *cause; /* NULL: any */
	int number;
} class_rows[] = {
	{ CLASS_MISSING_INTERMEDIATE, NULL, OPENSSL_ISSUER_NOT_FOUND },
	{ CLASS_UNKNOWN_ISSUER, NULL, OPENSSL_ISSUER_NOT_FOUND },
	{ CLASS_WRONG_ROOT, "self_signed", OPENSSL_SELF_SIGNED },
	{ CLASS_WRONG_ROOT, NULL, OPENSSL_ROOT_SENT },
	{ CLASS_EXPIRED, "not_yet_valid", OPENSSL_NOT_YET_VALID },
	{ CLASS_EXPIRED, NULL, OPENSSL_HAS_EXPIRED },
	{ CLASS_NAME_MISMATCH, NULL, OPENSSL_NAME_MISMATCH },
	{ CLASS_INVALID_CHAIN, "bad_signature", OPENSSL_BAD_SIGNATURE },
	{ CLASS_INVALID_CHAIN, "not_a_ca", OPENSSL_NOT_A_CA },
	{ CLASS_INVALID_CHAIN, "path_length", OPENSSL_PATH_LENGTH },
	{ CLASS_INVALID_CHAIN, "key_usage", OPENSSL_NO_CERTIFICATE_SIGNING },
	{ CLASS_INVALID_CHAIN, "purpose", OPENSSL_WRONG_PURPOSE },
	{ CLASS_INVALID_CHAIN, "name_constraints", OPENSSL_NOT_PERMITTED },
	{ CLASS_INVALID_CHAIN, "unknown_critical_extension",
	    OPENSSL_UNKNOWN_CRITICAL },
	{ CLASS_INVALID_CHAIN, "unsupported_algorithm",
	    OPENSSL_UNKNOWN_ALGORITHM },
	{ CLASS_WEAK, "rsa_bits", OPENSSL_WEAK_LEAF_KEY },
	{ CLASS_WEAK, "sha1", OPENSSL_WEAK_DIGEST },
	{ CLASS_WEAK, "md5", OPENSSL_WEAK_DIGEST },
	{ CLASS_REVOKED, NULL, OPENSSL_REVOKED },
};

static const struct client_verdict *
openssl_verdict(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->client_count; i++)
		if (strcmp(verdict->clients[i].id, "openssl") == 0)
			return &verdict->clients[i];
	return NULL;
}

static const char *
error_text(int number)
{
	for (size_t i = 0; i < sizeof(error_texts) / sizeof(error_texts[0]);
	     i++)
		if (error_texts[i].number == number)
			return error_texts[i].text;
	return NULL;
}

/* How many certificates of the path came from the server before a gap. */
static size_t
received_steps(const struct verdict *verdict)
{
	size_t count = 0;

	while (count < verdict->path_length &&
	       verdict->path[count].from == SOURCE_RECEIVED)
		count++;
	return count;
}

static int
name_error(const struct result *result)
{
	uint8_t octets[ADDRESS_MOST_OCTETS];
	size_t size;

	return result->seen.host != NULL &&
		       address_parse(result->seen.host, octets, &size)
		   ? OPENSSL_ADDRESS_MISMATCH
		   : OPENSSL_NAME_MISMATCH;
}

/* A private root that is not sent looks like any missing issuer. */
static int
number_by_class(const struct result *result)
{
	const struct verdict *verdict = &result->verdict;
	int number = 0;

	for (size_t i = 0;
	     number == 0 && i < sizeof(class_rows) / sizeof(class_rows[0]); i++)
		if (class_rows[i].class_id == verdict->class_id &&
		    (class_rows[i].cause == NULL ||
			(verdict->cause != NULL &&
			    strcmp(class_rows[i].cause, verdict->cause) == 0)))
			number = class_rows[i].number;
	if (number == OPENSSL_ROOT_SENT &&
	    received_steps(verdict) < verdict->path_length)
		return OPENSSL_ISSUER_NOT_FOUND;
	return number == OPENSSL_NAME_MISMATCH ? name_error(result) : number;
}

/*
 * "20 unable to get local issuer certificate"; 0: it is something else.
 * Of name constraints the client's words do not say which kind.
 */
static int
number_of_reason(const char *reason)
{
	char *end;
	long number = strtol(reason, &end, 10);

	if (strcmp(reason, "subtree violation") == 0)
		return OPENSSL_NOT_PERMITTED;
	return end != reason && *end == ' ' && number > 0 && number < 1000
		   ? (int)number
		   : 0;
}

static bool
is_about_trust(int number)
{
	return number == OPENSSL_NO_ISSUER_STORED ||
	       number == OPENSSL_SELF_SIGNED || number == OPENSSL_ROOT_SENT ||
	       number == OPENSSL_ISSUER_NOT_FOUND;
}

static bool
is_date(int number)
{
	return number == OPENSSL_NOT_YET_VALID || number == OPENSSL_HAS_EXPIRED;
}

static bool
is_name(int number)
{
	return number == OPENSSL_NAME_MISMATCH ||
	       number == OPENSSL_ADDRESS_MISMATCH;
}

static const char *
subject_at(const struct listing *listing, size_t depth)
{
	const struct verdict *verdict = &listing->result->verdict;

	if (listing->path.steps[depth] != NULL)
		return listing->path.steps[depth]->subject;
	if (depth < verdict->path_length)
		return verdict->path[depth].subject;
	return depth == 0 ? listing->result->leaf.subject : NULL;
}

static const struct digest *
digest_at(const struct listing *listing, size_t depth)
{
	const struct verdict *verdict = &listing->result->verdict;

	if (listing->path.steps[depth] != NULL)
		return &listing->path.steps[depth]->sha256;
	return depth < verdict->path_length ? &verdict->path[depth].sha256
					    : NULL;
}

static const char *
subject_of(const struct finding *finding)
{
	for (size_t i = 0; i < finding->evidence_count; i++)
		if (strcmp(finding->evidence[i].key, "subject") == 0)
			return finding->evidence[i].value;
	return NULL;
}

/* A certificate that was not sent is known by its name, the root first. */
static bool
is_about_step(
    const struct listing *listing, const struct finding *finding, size_t at)
{
	const struct observation *seen = &listing->result->seen;
	const char *own = subject_of(finding), *subject;
	const struct digest *sha256;

	if (finding->cert >= 0) {
		sha256 = digest_at(listing, at);
		return (size_t)finding->cert < seen->received_count &&
		       sha256 != NULL &&
		       digest_equal(sha256, &seen->received[finding->cert]);
	}
	subject = subject_at(listing, at);
	return own != NULL && subject != NULL && strcmp(own, subject) == 0;
}

static bool
find_step(
    const struct listing *listing, const struct finding *finding, size_t *depth)
{
	for (size_t at = listing->path.count; at-- > 0;)
		if (is_about_step(listing, finding, at)) {
			*depth = at;
			return true;
		}
	return false;
}

/* Where the fault is that names the class; else it is the leaf's. */
static size_t
depth_of_fault(const struct listing *listing)
{
	const struct finding *finding = result_class_finding(listing->result);
	size_t depth = 0;

	if (finding != NULL)
		find_step(listing, finding, &depth);
	return depth;
}

static void
push(struct listing *listing, int number, size_t depth)
{
	openssl_errors_add(&listing->errors, number, depth);
}

/*
 * What the record says must be among the errors, also where the certificates
 * are not known or do not show it.
 */
static void
push_unless_told(struct listing *listing, int number, size_t depth)
{
	if (!openssl_errors_have(&listing->errors, number))
		push(listing, number, depth);
}

/*
 * OpenSSL does not try another path: one that ends in the store by its names
 * is complete, and the signatures are checked once it is built.
 */
static bool
has_bad_signature(const struct openssl_path *path)
{
	struct openssl_errors errors = { .count = 0 };

	for (size_t at = 0; path->anchored && at < path->count; at++)
		openssl_check_signature(path, at, &errors);
	return openssl_errors_have(&errors, OPENSSL_BAD_SIGNATURE);
}

/* Of as many steps as the record tells of. */
static void
build_unknown(struct listing *listing)
{
	const struct verdict *verdict = &listing->result->verdict;
	size_t count = listing->number == OPENSSL_ISSUER_NOT_FOUND
			   ? received_steps(verdict)
			   : verdict->path_length;

	if (count > OPENSSL_MOST_STEPS)
		count = OPENSSL_MOST_STEPS;
	listing->path = (struct openssl_path){ .count = count };
	if (count == 0)
		listing->path.count = 1;
}

/* A trusted path has an end, also where the run does not hold it. */
static void
add_unknown_anchor(struct openssl_path *path)
{
	if (!path->anchored && path->count < OPENSSL_MOST_STEPS &&
	    !certificate_looks_self_signed(path->steps[path->count - 1]))
		path->steps[path->count++] = NULL;
}

/*
 * Of a path that breaks at a signature nobody followed the rest: it is taken
 * to have an end.
 */
static void
build_path(struct listing *listing, const struct openssl_chain *chain)
{
	struct openssl_path *path = &listing->path;
	struct openssl_chain untrusted = *chain;
	int number = listing->number;

	untrusted.anchor = NULL;
	listing->now = chain->now;
	listing->trust = is_about_trust(number) ? number : 0;
	if (chain->sent_count == 0) {
		build_unknown(listing);
		return;
	}
	openssl_path_build(path, chain);
	if (number == OPENSSL_ISSUER_NOT_FOUND && has_bad_signature(path))
		listing->trust = 0;
	else if (listing->trust != 0 && number != OPENSSL_NO_ISSUER_STORED)
		openssl_path_build(path, &untrusted);
	if (listing->trust == 0)
		add_unknown_anchor(path);
}

/* build_chain(): an error that was there before becomes the final one. */
static void
push_trust(struct listing *listing)
{
	if (listing->trust == 0)
		return;
	push(listing,
	    openssl_errors_have(&listing->errors, OPENSSL_WEAK_LEAF_KEY)
		? OPENSSL_WEAK_LEAF_KEY
		: listing->trust,
	    listing->path.count - 1);
}

/* What no other stage tells of stands beside the faults of extensions. */
static void
push_other_fault(struct listing *listing)
{
	int number = listing->number;

	if (is_about_trust(number) || is_date(number) || is_name(number) ||
	    number == OPENSSL_BAD_SIGNATURE ||
	    number == OPENSSL_NO_CERTIFICATE_SIGNING ||
	    number == OPENSSL_NOT_PERMITTED ||
	    (number == OPENSSL_WEAK_LEAF_KEY &&
		openssl_errors_have(&listing->errors, OPENSSL_WEAK_CA_KEY)))
		return;
	push_unless_told(listing, number, depth_of_fault(listing));
}

/* OpenSSL still takes the CN of a certificate without DNS names. */
static bool
is_common_name(const struct certificate *leaf, const char *host)
{
	const struct name_list *names = &leaf->alternative_names;
	struct certificate common = *leaf;
	struct host_name name = host_name_of(host);
	struct general_name only;

	for (size_t i = 0; i < names->count; i++)
		if (names->names[i].kind == NAME_DNS)
			return false;
	if (leaf->subject_cn == NULL || name.address_size > 0)
		return false;
	only = (struct general_name){ NAME_DNS,
		bytes_from_string(leaf->subject_cn) };
	common.alternative_names = (struct name_list){ &only, 1 };
	return name_match(&name, &common) == NAME_MATCHES;
}

static bool
is_wrong_name(const struct listing *listing, const struct finding *finding)
{
	const struct certificate *leaf = listing->path.steps[0];
	const char *host = listing->result->seen.host;

	if (strcmp(finding->id, "name_mismatch") != 0)
		return false;
	if (leaf != NULL && host != NULL)
		return !is_common_name(leaf, host);
	return finding->cause == NULL || strcmp(finding->cause, "no_san") != 0;
}

static void
push_name(struct listing *listing)
{
	const struct verdict *verdict = &listing->result->verdict;
	bool is_wrong = is_name(listing->number);

	for (size_t i = 0; i < verdict->finding_count && !is_wrong; i++)
		is_wrong = is_wrong_name(listing, &verdict->findings[i]);
	if (is_wrong)
		push(listing, name_error(listing->result), 0);
}

/* By the record, where the certificate or the clock is not known. */
static void
find_dates(const struct listing *listing, int numbers[OPENSSL_MOST_STEPS])
{
	const struct verdict *verdict = &listing->result->verdict;

	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];
		size_t depth;

		if (strcmp(finding->id, "expired") != 0 ||
		    !find_step(listing, finding, &depth))
			continue;
		numbers[depth] =
		    finding->cause != NULL &&
			    strcmp(finding->cause, "not_yet_valid") == 0
			? OPENSSL_NOT_YET_VALID
			: OPENSSL_HAS_EXPIRED;
	}
}

static int
date_error(const struct certificate *certificate, int64_t now)
{
	if (openssl_is_early(certificate, now))
		return OPENSSL_NOT_YET_VALID;
	return openssl_is_over(certificate, now) ? OPENSSL_HAS_EXPIRED : 0;
}

static void
push_date(struct listing *listing, size_t depth, int number)
{
	const struct certificate *step = listing->path.steps[depth];

	if (step != NULL && listing->now != 0)
		number = date_error(step, listing->now);
	if (number != 0)
		push(listing, number, depth);
}

/*
 * From the root down.  One that ends the path without having signed itself
 * only lends its key: its dates are not looked at, unless it is alone.
 */
static void
push_signatures_and_dates(struct listing *listing)
{
	int numbers[OPENSSL_MOST_STEPS] = { 0 };
	size_t at = listing->path.count;
	bool is_open = listing->trust == OPENSSL_NO_ISSUER_STORED ||
		       listing->trust == OPENSSL_ISSUER_NOT_FOUND;

	find_dates(listing, numbers);
	if (is_open && at > 1)
		at--;
	else if (is_open)
		push(listing, OPENSSL_LEAF_NOT_VERIFIED, 0);
	while (at-- > 0) {
		openssl_check_signature(&listing->path, at, &listing->errors);
		push_date(listing, at, numbers[at]);
	}
	if (is_date(listing->number) ||
	    listing->number == OPENSSL_BAD_SIGNATURE ||
	    listing->number == OPENSSL_NO_CERTIFICATE_SIGNING)
		push_unless_told(
		    listing, listing->number, depth_of_fault(listing));
}

static void
list_errors(struct listing *listing)
{
	struct openssl_errors *errors = &listing->errors;
	const struct openssl_path *path = &listing->path;

	openssl_check_leaf_key(path, errors);
	push_trust(listing);
	openssl_check_extensions(path, errors);
	openssl_check_strength(path, errors);
	push_other_fault(listing);
	push_name(listing);
	push_signatures_and_dates(listing);
	openssl_check_constraints(path, errors);
	if (listing->number == OPENSSL_NOT_PERMITTED &&
	    !openssl_errors_have(errors, OPENSSL_EXCLUDED))
		push_unless_told(listing, OPENSSL_NOT_PERMITTED, 0);
}

static size_t
write_errors(
    const struct listing *listing, struct verify_error errors[VERIFY_ERRORS])
{
	for (size_t i = 0; i < listing->errors.count; i++) {
		int number = listing->errors.list[i].number;
		size_t depth = listing->errors.list[i].depth;

		errors[i] = (struct verify_error){ number, error_text(number),
			depth, subject_at(listing, depth) };
	}
	return listing->errors.count;
}

size_t
verify_errors(const struct result *result, const struct openssl_chain *chain,
    struct verify_error errors[VERIFY_ERRORS])
{
	const struct client_verdict *openssl =
	    openssl_verdict(&result->verdict);
	const char *reason = openssl == NULL ? NULL : openssl->reason;
	struct listing listing = { .result = result };

	if (result->seen.received_count == 0 ||
	    (openssl != NULL && openssl->accepts == ACCEPTS_YES))
		return 0;
	listing.number =
	    reason == NULL ? number_by_class(result) : number_of_reason(reason);
	if (error_text(listing.number) == NULL && reason == NULL)
		return 0;
	if (error_text(listing.number) == NULL) {
		errors[0] = (struct verify_error){ .text = reason };
		return 1;
	}
	build_path(&listing, chain);
	list_errors(&listing);
	return write_errors(&listing, errors);
}
