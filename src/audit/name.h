/*
 * Is the host on the leaf?  RFC 9525 (and 6125 6.4): only the subjectAltName
 * counts; a wildcard is the whole left-most label and stands for exactly one;
 * addresses are compared as octets, never as text.
 */
#ifndef AUDIT_NAME_H
#define AUDIT_NAME_H

#include "x509/certificate.h"

/* A host as the user named it, prepared once. */
struct host_name {
	struct bytes name; /* lower-case A-labels; size 0 for an address */
	uint8_t address[16];
	size_t address_size; /* 0: it is a name */
};

struct host_name host_name_of(const char *host);

enum name_match {
	NAME_MATCHES,
	NAME_MISMATCH_OTHER,	      /* the certificate is for other names */
	NAME_MISMATCH_WILDCARD_DEPTH, /* a wildcard fits but for its depth */
	NAME_MISMATCH_NO_SAN	      /* no DNS name or address in a SAN */
};

enum name_match name_match(
    const struct host_name *, const struct certificate *leaf);

/* RFC 4343: ASCII case does not matter in DNS names. */
bool dns_equal(struct bytes a, struct bytes b);
/* `name` is `suffix`, or ends in "." and suffix. */
bool dns_is_within(struct bytes name, struct bytes suffix);
/* Left-most "*." and at least one label after it. */
/* Labels of letters, digits, "_" and inner hyphens, at least two of them. */
bool dns_looks_like_host(struct bytes);
bool dns_is_wildcard(struct bytes pattern);

#endif
