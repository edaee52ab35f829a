/*
 * What a server answers a ClientHello first: its choice, a demand for another
 * key share, or an alert.  Reads octets alone.
 */
#ifndef SCAN_HELLO_ANSWER_H
#define SCAN_HELLO_ANSWER_H

#include "base/bytes.h"
#include "model/tls_facts.h"

/* Numbers of the IANA registry; 0: not told. */
struct hello_choice {
	uint16_t version;
	unsigned char suite[2];
	uint16_t group; /* TLS 1.3 alone */
	uint8_t alert;
};

/*
 * `so_far` is all that came since the hello.  HELLO_NONE: more is needed.
 * Once it is something else, more octets do not change it.  No more than
 * HELLO_ANSWER_MOST octets are ever needed.
 */
enum { HELLO_ANSWER_MOST = 16 * 1024 };
enum hello_answer hello_answer_read(struct bytes so_far, struct hello_choice *);

/* As GnuTLS spells them; NULL: none that the hello offers. */
const char *hello_group_name(uint16_t group);
const char *hello_version_name(uint16_t version);

#endif
