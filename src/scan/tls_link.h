/*
 * One connection to a server as far as TLS: TCP, the dialogue with a proxy
 * where there is one, the STARTTLS dialogue where its protocol has one, and a
 * handshake.  Has no timers: its owner ends it.
 */
#ifndef SCAN_TLS_LINK_H
#define SCAN_TLS_LINK_H

#include "scan/failure.h"
#include "scan/handshake.h"
#include "scan/hello_exchange.h"
#include "scan/proxy.h"
#include "scan/starttls.h"
#include "scan/wire.h"

enum link_stage {
	LINK_CONNECTING,
	LINK_PROXYING, /* asking the proxy for the host */
	LINK_ASKING,   /* for TLS, in the words of another protocol */
	LINK_HANDSHAKING,
	LINK_ENDED /* the handshake is over; the connection is open */
};

enum link_end {
	LINK_DONE,
	LINK_REFUSED,	  /* by either side: an alert, a bad message */
	LINK_BROKEN,	  /* the stream ended, and nobody said why */
	LINK_FOREIGN,	  /* what came is no TLS */
	LINK_NOT_STARTED, /* a dialogue did not lead to TLS */
	LINK_UNUSABLE	  /* the name cannot be asked for */
};

struct tls_link;

struct link_events {
	void (*connected)(struct tls_link *, int status); /* or libuv's code */
	void (*stage_begun)(struct tls_link *); /* and each dialogue step */
	void (*ended)(struct tls_link *, enum link_end);
	void (*input)(struct tls_link *); /* after that: octets, or the end */
	void (*closed)(struct tls_link *);
};

/* Where to, and what is done there.  Everything is borrowed. */
struct link_plan {
	const struct net_address *address;
	uint16_t port;
	const struct proxy *proxy; /* NULL: the address is the server's */
	const char *host;	   /* what the proxy is asked for */
	uint16_t host_port;
	enum starttls_protocol starttls; /* STARTTLS_COUNT: none */
	const char *domain;		 /* of an XMPP stream */
	struct handshake_offer offer;
	const struct handshake_terms *terms;
	struct handshake *handshake;
	struct hello_exchange *hello; /* is sent instead; NULL: none */
	struct failure *failure; /* set where it ends otherwise than DONE */
};

/* Embedded in its owner, who zeroes it once. */
struct tls_link {
	struct wire wire;
	struct proxy_dialogue proxy;
	struct starttls starttls;
	struct link_plan plan;
	const struct link_events *events;
	enum link_stage stage;
};

/*
 * Begins to connect.  0, or libuv's code at once; link_close is due in either
 * case if wire.open is set.
 */
int link_open(struct tls_link *, uv_loop_t *, struct wire_buffers *,
    const struct link_events *, const struct link_plan *);

/* A step of the handshake's after its end, with what has come: see input(). */
enum handshake_step link_step(
    struct tls_link *, enum handshake_step (*step)(struct handshake *));

/* Of a ClientHello that is sent in segments: false: all are. */
bool link_send_segment(struct tls_link *);

/* Sets the failure as far as handshake and stream know the reason. */
enum link_end link_explain(struct tls_link *);

/* What it means that a dialogue's answer did not come in so long. */
void link_silence(struct tls_link *, uint64_t waited_ms, struct failure *);

/* closed() follows, later.  The dialogue's memory is returned at once. */
void link_close(struct tls_link *);

#endif
