/*
 * From a record's verdict to OpenSSL's words: s_client goes on after an error,
 * so that there can be several, in the order of verify_chain() in
 * crypto/x509/x509_vfy.c.  How far OpenSSL gets, openssl_path.c says; the rest
 * is the record's.
 */
#include "fleet/verify_error.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "fleet/openssl_path.h"

/* Which certificate OpenSSL was at. */
enum place {
	AT_LEAF,
	AT_FAULT,	  /* the one that the class's finding names */
	AT_LAST_RECEIVED, /* where the path as sent breaks off */
	AT_END		  /* the path's last one */
};

struct error_row {
	int number;
	enum place place;
	const char *text;
};

enum {
	BAD_SIGNATURE = 7,
	NOT_YET_VALID = 9,
	HAS_EXPIRED = 10,
	SELF_SIGNED = 18,
	ROOT_SENT = 19,
	ISSUER_NOT_FOUND = 20,
	LEAF_NOT_VERIFIED = 21,
	WRONG_PURPOSE = 26,
	NO_CERTIFICATE_SIGNING = 32,
	NOT_PERMITTED = 47,
	EXCLUDED = 48,
	NAME_MISMATCH = 62,
	ADDRESS_MISMATCH = 64,
	WEAK_LEAF_KEY = 66,
	WEAK_CA_KEY = 67,
	NOT_A_CA = 79
};

struct listing {
	const struct result *result;
	struct openssl_path path;
	struct verify_error *errors;
	size_t count;
};

static const struct error_row error_rows[] = {
	{ 2, AT_END, "unable to get issuer certificate" },
	{ BAD_SIGNATURE, AT_FAULT, "certificate signature failure" },
	{ NOT_YET_VALID, AT_FAULT, "certificate is not yet valid" },
	{ HAS_EXPIRED, AT_FAULT, "certificate has expired" },
	{ SELF_SIGNED, AT_LEAF, "self-signed certificate" },
	{ ROOT_SENT, AT_END, "self-signed certificate in certificate chain" },
	{ ISSUER_NOT_FOUND, AT_LAST_RECEIVED,
	    "unable to get local issuer certificate" },
	{ LEAF_NOT_VERIFIED, AT_LEAF,
	    "unable to verify the first certificate" },
	{ 22, AT_LAST_RECEIVED, "certificate chain too long" },
	{ 23, AT_FAULT, "certificate revoked" },
	{ 25, AT_FAULT, "path length constraint exceeded" },
	{ WRONG_PURPOSE, AT_FAULT, "unsuitable certificate purpose" },
	{ NO_CERTIFICATE_SIGNING, AT_FAULT,
	    "key usage does not include certificate signing" },
	{ 34, AT_FAULT, "unhandled critical extension" },
	{ NOT_PERMITTED, AT_LEAF, "permitted subtree violation" },
	{ EXCLUDED, AT_LEAF, "excluded subtree violation" },
	{ NAME_MISMATCH, AT_LEAF, "hostname mismatch" },
	{ ADDRESS_MISMATCH, AT_LEAF, "IP address mismatch" },
	{ WEAK_LEAF_KEY, AT_LEAF, "EE certificate key too weak" },
	{ WEAK_CA_KEY, AT_FAULT, "CA certificate key too weak" },
	{ 68, AT_FAULT, "CA signature digest algorithm too weak" },
	{ 76, AT_FAULT, "Cannot find certificate signature algorithm" },
	{ NOT_A_CA, AT_FAULT, "invalid CA certificate" },
};

/* The first row that fits counts. */
static const struct {
	enum class_id class_id;
	const char *cause; /* NULL: any */
	int number;
} class_rows[] = {
	{ CLASS_MISSING_INTERMEDIATE, NULL, ISSUER_NOT_FOUND },
	{ CLASS_UNKNOWN_ISSUER, NULL, ISSUER_NOT_FOUND },
	{ CLASS_WRONG_ROOT, "self_signed", SELF_SIGNED },
	{ CLASS_WRONG_ROOT, NULL, ROOT_SENT },
	{ CLASS_EXPIRED, "not_yet_valid", NOT_YET_VALID },
	{ CLASS_EXPIRED, NULL, HAS_EXPIRED },
	{ CLASS_NAME_MISMATCH, NULL, NAME_MISMATCH },
	{ CLASS_INVALID_CHAIN, "bad_signature", BAD_SIGNATURE },
	{ CLASS_INVALID_CHAIN, "not_a_ca", NOT_A_CA },
	{ CLASS_INVALID_CHAIN, "path_length", 25 },
	{ CLASS_INVALID_CHAIN, "key_usage", NO_CERTIFICATE_SIGNING },
	{ CLASS_INVALID_CHAIN, "purpose", WRONG_PURPOSE },
	{ CLASS_INVALID_CHAIN, "name_constraints", NOT_PERMITTED },
	{ CLASS_INVALID_CHAIN, "unknown_critical_extension", 34 },
	{ CLASS_INVALID_CHAIN, "unsupported_algorithm", 76 },
	{ CLASS_WEAK, "rsa_bits", WEAK_LEAF_KEY },
	{ CLASS_WEAK, "sha1", 68 },
	{ CLASS_WEAK, "md5", 68 },
	{ CLASS_REVOKED, NULL, 23 },
};

static const struct client_verdict *
openssl_verdict(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->client_count; i++)
		if (strcmp(verdict->clients[i].id, "openssl") == 0)
			return &verdict->clients[i];
	return NULL;
}

static const struct error_row *
error_row(int number)
{
	for (size_t i = 0; i < sizeof(error_rows) / sizeof(error_rows[0]); i++)
		if (error_rows[i].number == number)
			return &error_rows[i];
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

static size_t
last_step(const struct verdict *verdict)
{
	return verdict->path_length == 0 ? 0 : verdict->path_length - 1;
}

static size_t
depth_of_finding(const struct result *result, const struct finding *finding)
{
	const struct verdict *verdict = &result->verdict;

	if (finding == NULL)
		return 0;
	if (finding->cause != NULL &&
	    strcmp(finding->cause, "root_expired") == 0)
		return last_step(verdict);
	if (finding->cert < 0 ||
	    (size_t)finding->cert >= result->seen.received_count)
		return 0;
	for (size_t i = 0; i < verdict->path_length; i++)
		if (digest_equal(&verdict->path[i].sha256,
			&result->seen.received[finding->cert]))
			return i;
	return (size_t)finding->cert;
}

static size_t
depth_at(const struct listing *listing, enum place place)
{
	const struct result *result = listing->result;
	size_t steps = listing->path.count;

	switch (place) {
	case AT_FAULT:
		return depth_of_finding(result, result_class_finding(result));
	case AT_LAST_RECEIVED:
		if (steps == 0)
			steps = received_steps(&result->verdict);
		return steps == 0 ? 0 : steps - 1;
	case AT_END:
		return last_step(&result->verdict);
	case AT_LEAF:
		break;
	}
	return 0;
}

static int
name_error(const struct result *result)
{
	uint8_t octets[ADDRESS_MOST_OCTETS];
	size_t size;

	return result->seen.host != NULL &&
		       address_parse(result->seen.host, octets, &size)
		   ? ADDRESS_MISMATCH
		   : NAME_MISMATCH;
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
	if (number == ROOT_SENT &&
	    received_steps(verdict) < verdict->path_length)
		return ISSUER_NOT_FOUND;
	return number == NAME_MISMATCH ? name_error(result) : number;
}

/* "20 unable to get local issuer certificate"; 0: it is something else. */
static int
number_of_reason(const char *reason)
{
	static const char constraints[] =
	    "a name is outside the CA's name constraints";
	char *end;
	long number = strtol(reason, &end, 10);

	if (strcmp(reason, constraints) == 0)
		return NOT_PERMITTED;
	return end != reason && *end == ' ' && number > 0 && number < 1000
		   ? (int)number
		   : 0;
}

static void
push(struct listing *listing, int number, size_t depth)
{
	const struct error_row *row = error_row(number);

	if (listing->count == VERIFY_ERRORS)
		return;
	listing->errors[listing->count++] =
	    (struct verify_error){ row->number, row->text, depth };
}

/*
 * A path that OpenSSL does not try again: it ends in the store by its names,
 * and the signatures are checked once it is built.
 */
static bool
push_bad_signature(struct listing *listing)
{
	const struct verdict *verdict = &listing->result->verdict;
	size_t depth;

	if (verdict->path_length == 0 ||
	    verdict->path[verdict->path_length - 1].from != SOURCE_STORE ||
	    !openssl_path_has_bad_signature(&listing->path, &depth))
		return false;
	push(listing, BAD_SIGNATURE, depth);
	return true;
}

/* Why the path has no trusted end; false when it has one. */
static bool
push_trust(struct listing *listing, int number)
{
	size_t depth;

	if (number == ISSUER_NOT_FOUND && push_bad_signature(listing))
		return true;
	if (number != 2 && number != SELF_SIGNED && number != ROOT_SENT &&
	    number != ISSUER_NOT_FOUND)
		return false;
	depth = depth_at(listing, error_row(number)->place);
	push(listing, number, depth);
	/* Alone in its chain, the leaf's own signature is unchecked too. */
	if (number == ISSUER_NOT_FOUND && depth == 0)
		push(listing, LEAF_NOT_VERIFIED, 0);
	return true;
}

/* One fault of a CA can break several of OpenSSL's rules at once. */
static void
push_fault(struct listing *listing, int number)
{
	size_t depth = depth_at(listing, error_row(number)->place);
	size_t fault = depth_at(listing, AT_FAULT);

	if (number == NOT_A_CA ||
	    (number == NO_CERTIFICATE_SIGNING && depth > 0)) {
		push(listing, NOT_A_CA, depth);
		if (!openssl_path_has_old_ca(&listing->path, depth))
			push(listing, WRONG_PURPOSE, depth);
	}
	if (number == WEAK_LEAF_KEY && fault > 0)
		push(listing, WEAK_CA_KEY, fault);
	else if (number != NOT_A_CA)
		push(listing, number, depth);
}

static bool
is_about(const struct finding *finding, const char *id)
{
	return strcmp(finding->id, id) == 0;
}

/* OpenSSL still takes the CN of a certificate without names. */
static void
push_name(struct listing *listing, int number)
{
	const struct verdict *verdict = &listing->result->verdict;
	int name = name_error(listing->result);

	if (number == NAME_MISMATCH || number == ADDRESS_MISMATCH) {
		push(listing, name, 0);
		return;
	}
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];

		if (!is_about(finding, "name_mismatch") ||
		    (finding->cause != NULL &&
			strcmp(finding->cause, "no_san") == 0))
			continue;
		push(listing, name, 0);
		return;
	}
}

static bool
is_listed(const struct listing *listing, int number, size_t depth)
{
	for (size_t i = 0; i < listing->count; i++)
		if (listing->errors[i].number == number &&
		    listing->errors[i].depth == depth)
			return true;
	return false;
}

static int
date_error(const struct finding *finding)
{
	return finding->cause != NULL &&
		       strcmp(finding->cause, "not_yet_valid") == 0
		   ? NOT_YET_VALID
		   : HAS_EXPIRED;
}

/* From the root down, but a root that is not on the path is not looked at. */
static void
push_dates(struct listing *listing, bool is_trusted)
{
	const struct verdict *verdict = &listing->result->verdict;
	int numbers[OPENSSL_MOST_STEPS] = { 0 };

	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];
		size_t depth;

		if (!is_about(finding, "expired") ||
		    (finding->cert < 0 && !is_trusted))
			continue;
		depth = depth_of_finding(listing->result, finding);
		if (depth < OPENSSL_MOST_STEPS)
			numbers[depth] = date_error(finding);
	}
	for (size_t depth = OPENSSL_MOST_STEPS; depth-- > 0;)
		if (numbers[depth] != 0)
			push(listing, numbers[depth], depth);
}

static bool
is_date(int number)
{
	return number == NOT_YET_VALID || number == HAS_EXPIRED;
}

static bool
is_name(int number)
{
	return number == NAME_MISMATCH || number == ADDRESS_MISMATCH;
}

static bool
is_constraint(int number)
{
	return number == NOT_PERMITTED || number == EXCLUDED;
}

static void
list_errors(struct listing *listing, int number)
{
	const struct error_row *row = error_row(number);
	bool is_trusted = !push_trust(listing, number);

	if (is_trusted && !is_date(number) && !is_name(number) &&
	    !is_constraint(number) && number != BAD_SIGNATURE)
		push_fault(listing, number);
	push_name(listing, number);
	if (is_trusted && number == BAD_SIGNATURE)
		push(listing, number, depth_at(listing, row->place));
	push_dates(listing, is_trusted);
	if (is_date(number) &&
	    !is_listed(listing, number, depth_at(listing, row->place)))
		push(listing, number, depth_at(listing, row->place));
	if (is_constraint(number))
		push(listing,
		    openssl_path_is_excluded(
			&listing->path, listing->result->seen.host)
			? EXCLUDED
			: NOT_PERMITTED,
		    0);
}

size_t
verify_errors(const struct result *result,
    const struct certificate *const sent[], size_t count,
    struct verify_error errors[VERIFY_ERRORS])
{
	const struct client_verdict *openssl =
	    openssl_verdict(&result->verdict);
	const char *reason = openssl == NULL ? NULL : openssl->reason;
	struct listing listing = { .result = result, .errors = errors };
	int number;

	if (result->seen.received_count == 0 ||
	    (openssl != NULL && openssl->accepts == ACCEPTS_YES))
		return 0;
	number =
	    reason == NULL ? number_by_class(result) : number_of_reason(reason);
	if (error_row(number) == NULL && reason == NULL)
		return 0;
	if (error_row(number) == NULL) {
		errors[0] = (struct verify_error){ 0, reason, 0 };
		return 1;
	}
	openssl_path_build(&listing.path, sent, count);
	list_errors(&listing, number);
	return listing.count;
}
