/* The policy extensions of a certificate (RFC 5280 4.2.1.4, .5, .11, .14). */
#ifndef X509_CERTIFICATE_POLICIES_H
#define X509_CERTIFICATE_POLICIES_H

#include "x509/certificate_reader.h"

/* An order of policies: by length, then by octets. */
int policy_compare(struct bytes, struct bytes);

/*
 * Each reads one extension into certificate->policies.  Always true: what
 * cannot be read is a fault of the policies, not of the certificate.
 */
bool reader_policies(struct certificate_reader *, const struct extension *);
bool reader_policy_mappings(
    struct certificate_reader *, const struct extension *);
bool reader_policy_constraints(
    struct certificate_reader *, const struct extension *);
bool reader_inhibit_any_policy(
    struct certificate_reader *, const struct extension *);

#endif
