/* From a record's verdict to OpenSSL's words.  Verifies nothing. */
#include "fleet/verify_error.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"

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
	ISSUER_NOT_FOUND = 20,
	LEAF_NOT_VERIFIED = 21,
	ROOT_SENT = 19,
	NAME_MISMATCH = 62,
	ADDRESS_MISMATCH = 64
};

static const struct error_row error_rows[] = {
	{ 2, AT_END, "unable to get issuer certificate" },
	{ 7, AT_FAULT, "certificate signature failure" },
	{ 9, AT_FAULT, "certificate is not yet valid" },
	{ 10, AT_FAULT, "certificate has expired" },
	{ 18, AT_LEAF, "self-signed certificate" },
	{ ROOT_SENT, AT_END, "self-signed certificate in certificate chain" },
	{ ISSUER_NOT_FOUND, AT_LAST_RECEIVED,
	    "unable to get local issuer certificate" },
	{ LEAF_NOT_VERIFIED, AT_LEAF,
	    "unable to verify the first certificate" },
	{ 22, AT_LAST_RECEIVED, "certificate chain too long" },
	{ 23, AT_FAULT, "certificate revoked" },
	{ 25, AT_FAULT, "path length constraint exceeded" },
	{ 26, AT_FAULT, "unsuitable certificate purpose" },
	{ 32, AT_FAULT, "key usage does not include certificate signing" },
	{ 34, AT_FAULT, "unhandled critical extension" },
	{ 47, AT_LEAF, "permitted subtree violation" },
	{ 48, AT_LEAF, "excluded subtree violation" },
	{ NAME_MISMATCH, AT_LEAF, "hostname mismatch" },
	{ ADDRESS_MISMATCH, AT_LEAF, "IP address mismatch" },
	{ 66, AT_LEAF, "EE certificate key too weak" },
	{ 67, AT_FAULT, "CA certificate key too weak" },
	{ 68, AT_FAULT, "CA signature digest algorithm too weak" },
	{ 76, AT_FAULT, "Cannot find certificate signature algorithm" },
	{ 79, AT_FAULT, "invalid CA certificate" },
};

/* The first row that fits counts. */
static const struct {
	enum class_id class_id;
	const char *cause; /* NULL: any */
	int number;
} class_rows[] = {
	{ CLASS_MISSING_INTERMEDIATE, NULL, ISSUER_NOT_FOUND },
	{ CLASS_UNKNOWN_ISSUER, NULL, ISSUER_NOT_FOUND },
	{ CLASS_WRONG_ROOT, "self_signed", 18 },
	{ CLASS_WRONG_ROOT, NULL, ROOT_SENT },
	{ CLASS_EXPIRED, "not_yet_valid", 9 },
	{ CLASS_EXPIRED, NULL, 10 },
	{ CLASS_NAME_MISMATCH, NULL, NAME_MISMATCH },
	{ CLASS_INVALID_CHAIN, "bad_signature", 7 },
	{ CLASS_INVALID_CHAIN, "not_a_ca", 79 },
	{ CLASS_INVALID_CHAIN, "path_length", 25 },
	{ CLASS_INVALID_CHAIN, "key_usage", 32 },
	{ CLASS_INVALID_CHAIN, "purpose", 26 },
	{ CLASS_INVALID_CHAIN, "name_constraints", 47 },
	{ CLASS_INVALID_CHAIN, "unknown_critical_extension", 34 },
	{ CLASS_INVALID_CHAIN, "unsupported_algorithm", 76 },
	{ CLASS_WEAK, "rsa_bits", 66 },
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
depth_of_fault(const struct result *result)
{
	const struct finding *finding = result_class_finding(result);
	const struct verdict *verdict = &result->verdict;

	if (finding == NULL || finding->cert < 0 ||
	    (size_t)finding->cert >= result->seen.received_count)
		return 0;
	for (size_t i = 0; i < verdict->path_length; i++)
		if (digest_equal(&verdict->path[i].sha256,
			&result->seen.received[finding->cert]))
			return i;
	return (size_t)finding->cert;
}

static size_t
depth_at(const struct result *result, enum place place)
{
	size_t steps = received_steps(&result->verdict);

	switch (place) {
	case AT_FAULT:
		return depth_of_fault(result);
	case AT_LAST_RECEIVED:
		return steps == 0 ? 0 : steps - 1;
	case AT_END:
		return result->verdict.path_length == 0
			   ? 0
			   : result->verdict.path_length - 1;
	case AT_LEAF:
		break;
	}
	return 0;
}

/* A private root that is not sent looks like any missing issuer. */
static int
number_by_class(const struct result *result)
{
	const struct verdict *verdict = &result->verdict;
	uint8_t octets[ADDRESS_MOST_OCTETS];
	size_t size;
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
	if (number == NAME_MISMATCH && result->seen.host != NULL &&
	    address_parse(result->seen.host, octets, &size))
		return ADDRESS_MISMATCH;
	return number;
}

/* "20 unable to get local issuer certificate"; 0: it is something else. */
static int
number_of_reason(const char *reason)
{
	char *end;
	long number = strtol(reason, &end, 10);

	return end != reason && *end == ' ' && number > 0 && number < 1000
		   ? (int)number
		   : 0;
}

size_t
verify_errors(
    const struct result *result, struct verify_error errors[VERIFY_ERRORS])
{
	const struct client_verdict *openssl =
	    openssl_verdict(&result->verdict);
	const char *reason = openssl == NULL ? NULL : openssl->reason;
	const struct error_row *row;
	int number;

	if (result->seen.received_count == 0 ||
	    (openssl != NULL && openssl->accepts == ACCEPTS_YES))
		return 0;
	number =
	    reason == NULL ? number_by_class(result) : number_of_reason(reason);
	row = error_row(number);
	if (row == NULL && reason == NULL)
		return 0;
	if (row == NULL) {
		errors[0] = (struct verify_error){ 0, reason, 0 };
		return 1;
	}
	errors[0] = (struct verify_error){ row->number, row->text,
		depth_at(result, row->place) };
	if (number != ISSUER_NOT_FOUND || errors[0].depth > 0)
		return 1;
	/* Alone in its chain, the leaf's own signature is unchecked too. */
	row = error_row(LEAF_NOT_VERIFIED);
	errors[1] = (struct verify_error){ row->number, row->text, 0 };
	return 2;
}
