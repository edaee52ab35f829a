/*
 * DANE for SMTP (RFC 6698, 7671, 7672): is the chain that was sent the one that
 * the host's TLSA records name?
 */
#ifndef AUDIT_DANE_H
#define AUDIT_DANE_H

#include "audit/rules.h"

/* TLSA_UNKNOWN where no record can be used. */
enum tlsa_match dane_match(const struct audit_view *, struct arena *);

#endif
