/*
 * The ways in which clients find a host on a leaf: the standard's, and those of
 * libraries that are older or more tolerant.  Which client reads which way is
 * in its profile.
 */
#ifndef AUDIT_CLIENT_NAMES_H
#define AUDIT_CLIENT_NAMES_H

#include "audit/name.h"

enum { CLIENT_MOST_FITS = 16 };

/* Each a set of enum client_way that a client must all read to find it. */
struct client_fits {
	uint64_t needs[CLIENT_MOST_FITS];
	size_t count;
};

void client_fits_find(const struct host_name *, const struct certificate *leaf,
    struct client_fits *);
bool client_fits_read(const struct client_fits *, uint64_t reads);

#endif
