/*
 * How a probe failed: one status and one sentence for people, which says what
 * was seen and does not judge it.
 */
#ifndef SCAN_FAILURE_H
#define SCAN_FAILURE_H

#include "base/bytes.h"
#include "model/words.h"

struct failure {
	enum status status;
	bool may_pass; /* trying again later may help */
	char sentence[320];
};

/* Timeouts and resets may pass, unless the caller knows better. */
void failure_set(struct failure *, enum status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The codes are libuv's.  No descriptor, port or memory left here? */
bool failure_is_our_shortage(int code);
bool failure_is_no_descriptor(int code);
void failure_of_connect(struct failure *, int code);
void failure_of_stream(struct failure *, int code);

/*
 * Is this the beginning of something that is no TLS record?  Few octets are
 * enough; none are not.  If so the failure says what it looks like.
 */
bool failure_of_first_octets(struct failure *, struct bytes first);

/*
 * The same for octets that follow the go-ahead of a STARTTLS dialogue: what
 * the server has to say stands in the failure.
 */
bool failure_of_octets_after_starttls(struct failure *, struct bytes first);

#endif
