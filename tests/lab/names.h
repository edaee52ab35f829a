/*
 * Writes X.509 names and key usages from the short texts of a recipe.
 */
#ifndef LAB_NAMES_H
#define LAB_NAMES_H

#include "tests/lab/octets.h"

/* "/C=NL/O=Lab/CN=x" as a Name; `tag` is the string type, 0 for UTF8String. */
void put_name(struct octets *, const char *text, unsigned tag);

/*
 * "DNS:a,IP:127.0.0.1" as GeneralName, one after the other; FILL:N adds DNS
 * names until N octets are full.  As subtrees each is wrapped for a
 * NameConstraints, and IP takes a mask: "IP:10.0.0.0/255.0.0.0".
 */
void put_general_names(struct octets *, const char *text, bool as_subtrees);

/* "serverAuth,any,1.2.3" as the object identifiers of extKeyUsage. */
void put_purposes(struct octets *, const char *text);

/* "keyCertSign,cRLSign" as a BIT STRING without trailing zero bits. */
void put_usage(struct octets *, const char *text);

/* "00ff" */
void add_hex(struct octets *, const char *text, size_t length);

#endif
