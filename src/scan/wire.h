/*
 * One TCP connection as a handshake needs it: octets are pulled out of the
 * loop's read buffer while a read callback runs, and what is pushed is written
 * at once when the step is over.  Independent of TLS.
 */
#ifndef SCAN_WIRE_H
#define SCAN_WIRE_H

#include <sys/uio.h>
#include <uv.h>

#include "base/bytes.h"
#include "base/text.h"
#include "scan/job.h"

enum { WIRE_BUFFER_SIZE = 64 * 1024, WIRE_FIRST_SIZE = 80 };

/* One a loop: between two steps both are empty. */
struct wire_buffers {
	char input[WIRE_BUFFER_SIZE];
	struct text output;
};

struct wire;

/* What happens to a wire; none is called after wire_close but closed. */
struct wire_events {
	void (*connected)(struct wire *, int status); /* 0 or libuv's code */
	void (*input)(struct wire *); /* octets, or `ended` is set */
	void (*closed)(struct wire *);
};

/* Embedded in its owner. */
struct wire {
	uv_tcp_t tcp;
	uv_connect_t connect;
	const struct wire_events *events;
	struct wire_buffers *buffers; /* borrowed */
	struct bytes input;	      /* read and not pulled yet */
	int ended; /* 0, or why no more will come: libuv's code */
	int write_error;
	uint8_t first[WIRE_FIRST_SIZE]; /* the first octets that came */
	size_t first_size;
	bool open; /* the handle needs closing */
};

/*
 * Begins to connect.  0, or libuv's code at once; wire_close is due in either
 * case if `open` is set.
 */
int wire_open(struct wire *, uv_loop_t *, struct wire_buffers *,
    const struct wire_events *, const struct net_address *, uint16_t port);

/* Once connected: from now on input() comes.  0 or libuv's code. */
int wire_start(struct wire *);

/* Octets, 0 at the end of the stream, -EAGAIN, or another -errno. */
ssize_t wire_pull(struct wire *, void *buffer, size_t size);
/* All of them, valid until the read callback returns. */
struct bytes wire_take(struct wire *);
/* What the system has taken in since, without waiting for more; as above. */
struct bytes wire_take_waiting(struct wire *);
/* What comes from now on is another protocol: `first` is of that.  `rest` was
   taken and is the beginning of it, to be pulled again. */
void wire_begin_anew(struct wire *, struct bytes rest);
/* This end's address as text; "0.0.0.0" where the system does not say. */
void wire_own_address(const struct wire *, char text[ADDRESS_TEXT_SIZE]);
/* Always takes everything; it leaves with wire_flush, due after each step. */
ssize_t wire_push(struct wire *, const struct iovec *, int count);
void wire_flush(struct wire *);

/* Why the stream ended: a failed write tells a reset from a close. */
int wire_end_code(const struct wire *);

/* closed() follows, later. */
void wire_close(struct wire *);

#endif
