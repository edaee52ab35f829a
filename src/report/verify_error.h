/*
 * The error that `openssl s_client -verify_hostname` gives for a host, by
 * number, words and depth as OpenSSL 3 prints them (x509_vfy.h,
 * X509_verify_cert_error_string).
 */
#ifndef REPORT_VERIFY_ERROR_H
#define REPORT_VERIFY_ERROR_H

#include "report/openssl_checks.h"
#include "model/result.h"

struct verify_error {
	int number;	     /* 0: not a verify error, text alone */
	const char *text;    /* static, or the record's */
	size_t depth;	     /* 0: the leaf */
	const char *subject; /* the certificate's at that depth; or NULL */
};

enum { VERIFY_ERRORS = OPENSSL_MOST_ERRORS };

/*
 * In the order printed; none where openssl accepts the host, or where no
 * certificate came.  What the record says of the client "openssl" counts;
 * without that the class does.
 */
size_t verify_errors(const struct result *, const struct openssl_chain *,
    struct verify_error errors[VERIFY_ERRORS]);

#endif
