/*
 * How a whole reply of a binary protocol is told from a part of one: see
 * struct dialogue in starttls.c, of which these are members.
 */
#ifndef SCAN_STARTTLS_BINARY_H
#define SCAN_STARTTLS_BINARY_H

#include "base/bytes.h"
#include "base/text.h"

enum {
	STARTTLS_REPLY_MOST = 64 * 1024, /* octets of one reply */
	STARTTLS_WRONG_REPLY = -1	 /* not of this protocol */
};

struct starttls;

long starttls_read_ldap(
    struct starttls *, struct bytes came, struct text *line);
long starttls_read_postgres(
    struct starttls *, struct bytes came, struct text *line);
long starttls_read_mysql(
    struct starttls *, struct bytes came, struct text *line);
long starttls_read_rdp(struct starttls *, struct bytes came, struct text *line);

#endif
