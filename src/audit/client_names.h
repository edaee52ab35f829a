/*
 * The ways in which clients find a host on a leaf: the standard's, and those
 * of libraries that are older or kinder.  Which client reads which way is in
 * its profile.
 */
#ifndef AUDIT_CLIENT_NAMES_H
#define AUDIT_CLIENT_NAMES_H

#include "audit/name.h"

/* Bits of enum client_way. */
uint64_t client_ways(const struct host_name *, const struct certificate *leaf);

#endif
