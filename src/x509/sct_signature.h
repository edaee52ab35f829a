/* The signature of a Certificate Transparency log (RFC 6962 3.2). */
#ifndef X509_SCT_SIGNATURE_H
#define X509_SCT_SIGNATURE_H

#include "x509/certificate.h"
#include "x509/certificate_scts.h"

/*
 * Has the log with this key (SubjectPublicKeyInfo) signed this timestamp of
 * the certificate?  With an issuer, of its precertificate, as timestamps
 * within a certificate are; without, of the certificate itself.
 */
bool sct_is_signed(const struct sct *, struct bytes key,
    const struct certificate *, const struct certificate *issuer);

#endif
