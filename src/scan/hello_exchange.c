/* What is sent and what comes back, until the answer is known. */
#include "scan/hello_exchange.h"

#include <uv.h>

void
hello_exchange_begin(struct hello_exchange *exchange,
    const struct client_hello *hello, bool split)
{
	text_clear(&exchange->octets);
	text_clear(&exchange->came);
	exchange->sent = 0;
	exchange->split = split;
	exchange->answer = HELLO_NONE;
	exchange->choice = (struct hello_choice){ .version = 0 };
	client_hello_write(&exchange->octets, hello);
}

struct bytes
hello_exchange_segment(struct hello_exchange *exchange)
{
	/* What fits into a frame of Ethernet, over IPv4 with timestamps */
	enum { SEGMENT = 1448 };
	size_t left = exchange->octets.size - exchange->sent;
	struct bytes segment = bytes_of(exchange->octets.data + exchange->sent,
	    exchange->split && left > SEGMENT ? SEGMENT : left);

	exchange->sent += segment.size;
	return segment;
}

bool
hello_exchange_input(struct hello_exchange *exchange, struct bytes input)
{
	size_t room = HELLO_ANSWER_MOST - exchange->came.size;

	if (input.size > room)
		input.size = room;
	text_append_bytes(&exchange->came, input);
	exchange->answer = hello_answer_read(
	    bytes_of(exchange->came.data, exchange->came.size),
	    &exchange->choice);
	return exchange->answer != HELLO_NONE;
}

void
hello_exchange_ended(struct hello_exchange *exchange, int code)
{
	switch (code) {
	case UV_EOF:
		exchange->answer = HELLO_CLOSED;
		return;
	case UV_ECONNRESET:
	case UV_EPIPE:
		exchange->answer = HELLO_RESET;
		return;
	default: /* not acknowledged, or the way was lost */
		exchange->answer = HELLO_SILENCE;
	}
}

void
hello_exchange_silence(struct hello_exchange *exchange)
{
	exchange->answer = HELLO_SILENCE;
}

void
hello_exchange_clear(struct hello_exchange *exchange)
{
	text_free(&exchange->octets);
	text_free(&exchange->came);
}
