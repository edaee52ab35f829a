/*
 * Any octets as the answers of a DNS server to one resolver: addresses are of
 * the family that was asked for, and each question is answered once.  The first
 * octet says what is asked, the others are the answers behind their length: of
 * each the first octet says whether it is a whole message, or what follows the
 * question in one.  Behind each answer comes one that the name does not exist:
 * so a question ends whose answer was passed over.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "base/memory.h"
#include "scan/resolve.h"
#include "tests/fuzz/fuzz.h"

enum { HEADER = 12, LARGEST = 4096, MOST_MS = 150, QUESTIONS = 4 };
enum { WHOLE_MESSAGE = 1 };

/* RFC 1035 4.1.1: an answer, recursion available; and NXDOMAIN. */
static const uint8_t not_found[] = { 0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0 };

struct exchange {
	uv_loop_t loop;
	uv_udp_t server;
	uv_timer_t limit;
	struct resolver *resolver;
	struct bytes answers; /* the rest of the input */
	struct question questions[QUESTIONS];
	unsigned asked, answered;
	bool closed;
	char question[LARGEST];
};

static struct exchange *exchange;

static void
close_all(void)
{
	if (exchange->closed)
		return;
	exchange->closed = true;
	resolver_close(exchange->resolver);
	uv_close((uv_handle_t *)&exchange->server, NULL);
	uv_close((uv_handle_t *)&exchange->limit, NULL);
}

static void
on_limit(uv_timer_t *timer)
{
	(void)timer;
	close_all();
}

static void
answered_one(void)
{
	exchange->answered++;
	require(exchange->answered <= exchange->asked);
	/* Not from within a callback of the resolver's. */
	if (exchange->answered == exchange->asked)
		uv_timer_start(&exchange->limit, on_limit, 0, 0);
}

static void
on_addresses(struct question *question, enum resolve_result result,
    const struct address_list *list)
{
	size_t octets = question == &exchange->questions[0] ? 4 : 16;
	struct failure failure;

	resolve_failure(result, &failure);
	require_clean(failure.sentence);
	for (unsigned i = 0; i < list->count; i++)
		require(list->at[i].size == octets);
	answered_one();
}

static void
on_records(
    struct question *question, enum resolve_result result, struct bytes message)
{
	enum dns_type type =
	    question == &exchange->questions[2] ? DNS_TYPE_MX : DNS_TYPE_TLSA;
	char name[DNS_NAME_SIZE];
	struct dns_answer answer;
	struct bytes rdata;

	if (result == RESOLVE_FOUND && dns_answer_open(&answer, message))
		while (dns_answer_next(&answer, type, &rdata) == 1)
			if (dns_answer_name(&answer, rdata, 2, name))
				require_clean(name);
	answered_one();
}

static void
make_room(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
	(void)handle;
	(void)size;
	*out = uv_buf_init(exchange->question, LARGEST);
}

static size_t
question_end(size_t size)
{
	size_t at = HEADER;

	while (at < size && exchange->question[at] != 0)
		at += (uint8_t)exchange->question[at] + 1U;
	return at + 5 < size ? at + 5 : size;
}

/* The question's number, the header, the question, and what follows it. */
static void
answer(const struct sockaddr *to, size_t size, struct bytes header,
    struct bytes records)
{
	struct text out = { NULL, 0, 0 };
	size_t end = question_end(size);
	uv_buf_t sent;

	text_append_bytes(&out, bytes_of(exchange->question, 2));
	text_append_bytes(&out, header);
	text_append_bytes(
	    &out, bytes_of(exchange->question + HEADER, end - HEADER));
	text_append_bytes(&out, records);
	sent = uv_buf_init(out.data, (unsigned)out.size);
	uv_udp_try_send(&exchange->server, &sent, 1, to);
	text_free(&out);
}

static void
on_question(uv_udp_t *server, ssize_t size, const uv_buf_t *buffer,
    const struct sockaddr *from, unsigned flags)
{
	struct bytes fuzz, header;
	struct text whole = { NULL, 0, 0 };
	uv_buf_t sent;

	(void)flags;
	if (from == NULL || size < HEADER)
		return;
	fuzz = fuzz_vector(&exchange->answers);
	if ((fuzz_octet(&fuzz) & WHOLE_MESSAGE) != 0) {
		text_append_bytes(&whole, bytes_of(buffer->base, 2));
		text_append_bytes(&whole, fuzz);
		sent = uv_buf_init(whole.data, (unsigned)whole.size);
		uv_udp_try_send(server, &sent, 1, from);
		text_free(&whole);
	} else if (fuzz.size >= sizeof(not_found)) {
		header = fuzz_take(&fuzz, sizeof(not_found));
		answer(from, (size_t)size, header, fuzz);
	}
	answer(from, (size_t)size, bytes_of(not_found, sizeof(not_found)),
	    bytes_of("", 0));
}

static void
ask(unsigned what)
{
	static const char *const names[] = { "www.example.com",
		"_443._tcp.example.com" };

	exchange->asked = 1;
	if ((what & 3) < 2) {
		exchange->questions[what & 3].answered = on_addresses;
		resolver_ask(exchange->resolver, names[0],
		    (what & 3) == 0 ? 4 : 16, &exchange->questions[what & 3]);
	} else {
		exchange->questions[what & 3].told = on_records;
		resolver_ask_records(exchange->resolver, names[what & 1],
		    (what & 3) == 2 ? DNS_TYPE_MX : DNS_TYPE_TLSA,
		    &exchange->questions[what & 3]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool initialized;
	struct bytes rest = bytes_of(data, size);
	struct resolver_options options = {
		.most_questions = 4, .server_count = 1, .timeout_ms = 2000
	};
	unsigned what = fuzz_octet(&rest);
	struct sockaddr_in address;
	const char *error, *servers[1];
	int length = sizeof(address);
	char text[32];

	if (!initialized)
		require(resolver_global_init(&error) == 0);
	initialized = true;
	exchange = memory_new(sizeof(*exchange));
	exchange->answers = rest;
	uv_loop_init(&exchange->loop);
	uv_timer_init(&exchange->loop, &exchange->limit);
	uv_udp_init(&exchange->loop, &exchange->server);
	uv_ip4_addr("127.0.0.1", 0, &address);
	require(uv_udp_bind(
		    &exchange->server, (struct sockaddr *)&address, 0) == 0);
	uv_udp_getsockname(
	    &exchange->server, (struct sockaddr *)&address, &length);
	uv_udp_recv_start(&exchange->server, make_room, on_question);
	snprintf(text, sizeof(text), "127.0.0.1:%u",
	    (unsigned)ntohs(address.sin_port));
	servers[0] = text;
	options.servers = servers;
	exchange->resolver = resolver_new(&exchange->loop, &options, &error);
	require(exchange->resolver != NULL);
	uv_timer_start(&exchange->limit, on_limit, MOST_MS, 0);
	ask(what);
	uv_run(&exchange->loop, UV_RUN_DEFAULT);
	require(uv_loop_close(&exchange->loop) == 0);
	resolver_free(exchange->resolver);
	free(exchange);
	return 0;
}
