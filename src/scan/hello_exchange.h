/*
 * One ClientHello that is sent by itself, and the first answer to it: no
 * handshake follows.  Has no sockets.
 */
#ifndef SCAN_HELLO_EXCHANGE_H
#define SCAN_HELLO_EXCHANGE_H

#include "base/text.h"
#include "scan/client_hello.h"
#include "scan/hello_answer.h"

/* Embedded in its owner, who zeroes it once. */
struct hello_exchange {
	struct text octets; /* the hello */
	size_t sent;
	bool split; /* into two segments */
	struct text came;
	enum hello_answer answer;
	struct hello_choice choice;
};

void hello_exchange_begin(
    struct hello_exchange *, const struct client_hello *, bool split);

/* The segment that is to be sent next; empty: all are. */
struct bytes hello_exchange_segment(struct hello_exchange *);

/* True: the answer is known. */
bool hello_exchange_input(struct hello_exchange *, struct bytes);

/* The stream ended before that; libuv's code. */
void hello_exchange_ended(struct hello_exchange *, int code);

/* The time for an answer was over. */
void hello_exchange_silence(struct hello_exchange *);

void hello_exchange_clear(struct hello_exchange *);

#endif
