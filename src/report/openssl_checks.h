/*
 * What OpenSSL's rules hold against a path, rule by rule in the order of
 * verify_chain() in crypto/x509/x509_vfy.c: by number and depth, from the
 * certificates alone.  Dates, the host's name and trust are told elsewhere.
 */
#ifndef REPORT_OPENSSL_CHECKS_H
#define REPORT_OPENSSL_CHECKS_H

#include "report/openssl_path.h"

/* x509_vfy.h; the words are in verify_error.c. */
enum openssl_number {
	OPENSSL_NO_ISSUER_STORED = 2,
	OPENSSL_BAD_SIGNATURE = 7,
	OPENSSL_NOT_YET_VALID = 9,
	OPENSSL_HAS_EXPIRED = 10,
	OPENSSL_SELF_SIGNED = 18,
	OPENSSL_ROOT_SENT = 19,
	OPENSSL_ISSUER_NOT_FOUND = 20,
	OPENSSL_LEAF_NOT_VERIFIED = 21,
	OPENSSL_CHAIN_TOO_LONG = 22,
	OPENSSL_REVOKED = 23,
	OPENSSL_PATH_LENGTH = 25,
	OPENSSL_WRONG_PURPOSE = 26,
	OPENSSL_NO_CERTIFICATE_SIGNING = 32,
	OPENSSL_UNKNOWN_CRITICAL = 34,
	OPENSSL_NOT_PERMITTED = 47,
	OPENSSL_EXCLUDED = 48,
	OPENSSL_NAME_MISMATCH = 62,
	OPENSSL_ADDRESS_MISMATCH = 64,
	OPENSSL_WEAK_LEAF_KEY = 66,
	OPENSSL_WEAK_CA_KEY = 67,
	OPENSSL_WEAK_DIGEST = 68,
	OPENSSL_UNKNOWN_ALGORITHM = 76,
	OPENSSL_NOT_A_CA = 79
};

enum { OPENSSL_MOST_ERRORS = 64 };

/* In the order found; what does not fit is dropped. */
struct openssl_errors {
	struct {
		int number;
		size_t depth;
	} list[OPENSSL_MOST_ERRORS];
	size_t count;
};

void openssl_errors_add(struct openssl_errors *, int number, size_t depth);
bool openssl_errors_have(const struct openssl_errors *, int number);

/* X509_verify_cert() itself: before a path is built. */
void openssl_check_leaf_key(
    const struct openssl_path *, struct openssl_errors *);

/* check_extensions(), for a TLS server: the leaf first. */
void openssl_check_extensions(
    const struct openssl_path *, struct openssl_errors *);

/* check_auth_level() at level 2, which Debian compiles in. */
void openssl_check_strength(
    const struct openssl_path *, struct openssl_errors *);

/* internal_verify(): what the step above says of this one's signature. */
void openssl_check_signature(
    const struct openssl_path *, size_t depth, struct openssl_errors *);

/* check_name_constraints(): the root first. */
void openssl_check_constraints(
    const struct openssl_path *, struct openssl_errors *);

#endif
