/*
 * Overwrites in a ClientHello what would make a GnuTLS server refuse it, after
 * the hello has entered the transcript and before GnuTLS reads it.
 */
#ifndef LAB_BLOT_H
#define LAB_BLOT_H

#include <gnutls/gnutls.h>

/*
 * For one server session, whose pointer is a struct visit.  Two things go: the
 * finite-field groups of RFC 7919, which would keep the server from using a
 * Diffie-Hellman group of its own; and underscores in the name asked for, which
 * GnuTLS holds to be no name at all.
 */
void blot_register(gnutls_session_t);

#endif
