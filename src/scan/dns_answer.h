/*
 * DNS messages as octets (RFC 1035 4), for the types that the resolver library
 * has no reader for: a query, and the records of an answer.  Whatever an answer
 * holds, nothing is read beyond its end, and no name takes more steps than it
 * has octets.
 */
#ifndef SCAN_DNS_ANSWER_H
#define SCAN_DNS_ANSWER_H

#include "base/bytes.h"

enum dns_type { DNS_TYPE_CNAME = 5, DNS_TYPE_MX = 15, DNS_TYPE_TLSA = 52 };

enum dns_rcode {
	DNS_NO_ERROR = 0,
	DNS_SERVER_FAILURE = 2,
	DNS_NO_NAME = 3,
	DNS_REFUSED = 5
};

enum { DNS_NAME_SIZE = 256, DNS_QUERY_SIZE = 12 + 255 + 4 };

/*
 * The query, with the AD bit: so the server is asked to say whether what it
 * answers was validated (RFC 6840 5.7).  Its size; 0 where the name cannot be
 * asked for.
 */
size_t dns_query_write(uint8_t query[DNS_QUERY_SIZE], const char *name,
    enum dns_type, uint16_t id);

struct dns_answer {
	struct bytes packet;
	size_t at;	    /* the next record */
	unsigned left;	    /* records of the answer section */
	unsigned rcode;	    /* enum dns_rcode, or another */
	bool authenticated; /* the AD bit */
};

/* False where it is no answer.  Borrows the packet. */
bool dns_answer_open(struct dns_answer *, struct bytes packet);

/* The data of the next record of a type: 1, 0 at the end, -1 malformed. */
int dns_answer_next(struct dns_answer *, enum dns_type, struct bytes *data);

/*
 * The name that begins `skip` octets into the data of a record, in lower case
 * without the final dot, empty for the root.  False where it is malformed, or
 * has octets that no host name has.
 */
bool dns_answer_name(const struct dns_answer *, struct bytes data, size_t skip,
    char name[DNS_NAME_SIZE]);

#endif
