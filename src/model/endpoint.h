/*
 * Where to connect, as people write it: "host", "host:port", "[v6]:port", a
 * bare IPv6 address, a CIDR block, or a URL whose scheme says what to do.
 */
#ifndef MODEL_ENDPOINT_H
#define MODEL_ENDPOINT_H

#include "base/bytes.h"
#include "model/address_block.h"

struct endpoint {
	struct bytes host;    /* as typed; nothing for a block */
	uint16_t port;	      /* 0: none was named */
	const char *starttls; /* what the scheme asks for: STARTTLS_NONE or a
				 protocol; NULL: there is no scheme */
	bool is_block;
	struct address_block block;
};

/*
 * The host borrows from the text and is not checked.  False with a sentence
 * in *fault (static) when the text has none of the forms.
 */
bool endpoint_parse(struct endpoint *, struct bytes text, const char **fault);

/* A decimal number from 1 to 65535, and nothing else. */
bool endpoint_port_parse(struct bytes text, uint16_t *port);

#endif
