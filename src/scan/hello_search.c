/*
 * First in one piece; then in two segments.  Where one of them gets no hello
 * of the server's, the same without its large share is sent once, to tell what
 * is refused for its size from what is refused anyway; where the two fare
 * differently, the one that failed is sent again, for any connection may fail.
 */
#include "scan/hello_search.h"

#include "scan/handshake.h"

static bool
has_failed(enum hello_answer answer)
{
	return answer != HELLO_NONE && !hello_was_taken(answer);
}

bool
hello_search_next(
    struct hello_search *search, const struct scan_options *options, bool once)
{
	const struct big_hello *seen = &search->seen;
	enum hello_step next = HELLO_STEP_NONE;

	switch (search->asked) {
	case HELLO_STEP_NONE:
		if (once || options->probes == PROBES_HELLO ||
		    options->faces == FACES_ALL)
			next = HELLO_WHOLE;
		break;
	case HELLO_WHOLE:
		if (search->is_repeated)
			break;
		if (!once && hello_was_taken(seen->answer))
			next = HELLO_SPLIT;
		else if (!once && has_failed(seen->answer))
			next = HELLO_SMALL;
		break;
	case HELLO_SMALL:
		if (!hello_was_taken(seen->small))
			break;
		search->is_repeated = seen->split != HELLO_NONE;
		next = HELLO_SPLIT;
		break;
	case HELLO_SPLIT:
		if (search->is_repeated)
			break;
		search->is_repeated =
		    has_failed(seen->answer) && hello_was_taken(seen->split);
		if (search->is_repeated)
			next = HELLO_WHOLE;
		else if (seen->small == HELLO_NONE && has_failed(seen->split))
			next = HELLO_SMALL;
		break;
	}
	if (next == HELLO_STEP_NONE)
		return false;
	search->asked = next;
	search->exchange.answer = HELLO_NONE;
	return true;
}

/* The protocols of ALPN are those of the web. */
int
hello_search_begin(
    struct hello_search *search, const char *sni, const char *starttls)
{
	uint8_t random[CLIENT_HELLO_RANDOM], point[X25519_OCTETS];
	const struct client_hello hello = {
		.sni = sni,
		.alpn = starttls == NULL,
		.hybrid = search->asked != HELLO_SMALL,
		.random = random,
		.point = point,
	};

	if (handshake_random(random, sizeof(random)) < 0 ||
	    handshake_x25519_point(point) < 0)
		return -1;
	hello_exchange_begin(
	    &search->exchange, &hello, search->asked == HELLO_SPLIT);
	return 0;
}

void
hello_search_take(struct hello_search *search)
{
	struct big_hello *seen = &search->seen;
	const struct hello_exchange *exchange = &search->exchange;
	const struct hello_choice *choice = &exchange->choice;

	switch (search->asked) {
	case HELLO_WHOLE:
		/* A way that leads nowhere says nothing. */
		if (exchange->answer == HELLO_NONE)
			return;
		seen->sent = (unsigned)exchange->octets.size;
		seen->answer = exchange->answer;
		seen->group = seen->alert = NULL;
		if (hello_was_taken(exchange->answer))
			seen->group = hello_group_name(choice->group);
		else if (exchange->answer == HELLO_ALERT)
			seen->alert = handshake_alert_name(choice->alert);
		return;
	case HELLO_SMALL:
		seen->small = exchange->answer;
		return;
	case HELLO_SPLIT:
		seen->split = exchange->answer;
		return;
	case HELLO_STEP_NONE:
		return;
	}
}

uint64_t
hello_search_offer(void)
{
	return OFFER_BIT(OFFER_TLS12) | OFFER_BIT(OFFER_TLS13) |
	       OFFER_BIT(OFFER_ECDHE) | OFFER_BIT(OFFER_DHE) |
	       OFFER_BIT(OFFER_RSA) | OFFER_BIT(OFFER_AEAD) |
	       OFFER_BIT(OFFER_CBC_SHA2) | OFFER_BIT(OFFER_CBC_SHA1) |
	       OFFER_BIT(OFFER_X25519) | OFFER_BIT(OFFER_P256) |
	       OFFER_BIT(OFFER_P384) | OFFER_BIT(OFFER_P521) |
	       OFFER_BIT(OFFER_X448) | OFFER_BIT(OFFER_FFDHE) |
	       OFFER_BIT(OFFER_X25519MLKEM768);
}

struct tls_facts
hello_search_choice(const struct hello_search *search)
{
	const struct hello_choice *choice = &search->exchange.choice;
	struct tls_facts facts = {
		.version = hello_version_name(choice->version),
		.group = hello_group_name(choice->group),
	};

	handshake_name_suite(choice->suite, &facts);
	return facts;
}

void
hello_search_clear(struct hello_search *search)
{
	hello_exchange_clear(&search->exchange);
	search->asked = HELLO_STEP_NONE;
	search->is_repeated = false;
	search->seen = (struct big_hello){ .sent = 0 };
}
