/*
 * Every error that `openssl s_client -verify_hostname` prints for a path, by
 * number, words and depth as OpenSSL 3 has them (x509_vfy.h,
 * X509_verify_cert_error_string): it goes on after an error, where a client's
 * verdict has the first error only.
 */
#ifndef AUDIT_CLIENT_OPENSSL_H
#define AUDIT_CLIENT_OPENSSL_H

#include "audit/client_facts.h"
#include "model/client_profile.h"

struct openssl_error {
	int number;
	int reason;	     /* the number in a verdict's reason for it */
	const char *words;   /* static */
	size_t depth;	     /* 0: the leaf */
	const char *subject; /* the certificate's at that depth; borrowed */
};

enum { OPENSSL_MOST_ERRORS = 64 };

/*
 * In the order printed; what does not fit is dropped.  The path is the one
 * that clients_find_path() found for this profile.
 */
size_t client_openssl_errors(const struct client_profile *,
    const struct client_facts *, const struct path *,
    struct openssl_error errors[OPENSSL_MOST_ERRORS]);

/* Is a verdict's reason ("20 unable to get ...") among these errors? */
bool client_openssl_explains(
    const struct openssl_error errors[], size_t count, const char *reason);

#endif
