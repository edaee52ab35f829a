/* From connected to the end of a handshake, driven by what comes in. */
#include "scan/tls_link.h"

static struct tls_link *
link_of(struct wire *wire)
{
	return (
	    struct tls_link *)((char *)wire - offsetof(struct tls_link, wire));
}

static ssize_t
pull(void *context, void *buffer, size_t size)
{
	return wire_pull(context, buffer, size);
}

static ssize_t
push(void *context, const struct iovec *parts, int count)
{
	return wire_push(context, parts, count);
}

static const struct handshake_transport transport = { pull, push };

static void
end(struct tls_link *link, enum link_end how)
{
	link->stage = LINK_ENDED;
	proxy_end(&link->proxy);
	starttls_end(&link->starttls);
	link->events->ended(link, how);
}

/* GnuTLS may stop for more in the middle of a long message's fragments. */
enum handshake_step
link_step(
    struct tls_link *link, enum handshake_step (*step)(struct handshake *))
{
	enum handshake_step result;
	size_t before;

	do {
		before = link->wire.input.size;
		result = step(link->plan.handshake);
	} while (result == HANDSHAKE_WAITS && link->wire.input.size > 0 &&
		 link->wire.input.size < before);
	wire_flush(&link->wire);
	return result;
}

enum link_end
link_explain(struct tls_link *link)
{
	const struct wire *wire = &link->wire;
	struct failure *failure = link->plan.failure;
	struct bytes first = bytes_of(wire->first, wire->first_size);

	if (link->plan.starttls != STARTTLS_COUNT
		? failure_of_octets_after_starttls(failure, first)
		: failure_of_first_octets(failure, first))
		return LINK_FOREIGN;
	if (wire->ended == 0 || handshake_knows_reason(link->plan.handshake)) {
		handshake_failure(link->plan.handshake, failure);
		return LINK_REFUSED;
	}
	failure_of_stream(failure, wire_end_code(wire));
	/* Closed before any octet: overloaded servers do that too. */
	if (wire->first_size == 0)
		failure->may_pass = true;
	return LINK_BROKEN;
}

static void
step_handshake(struct tls_link *link)
{
	switch (link_step(link, handshake_step)) {
	case HANDSHAKE_WAITS:
		return;
	case HANDSHAKE_FAILED:
		end(link, link_explain(link));
		return;
	case HANDSHAKE_DONE:
		end(link, LINK_DONE);
	}
}

bool
link_send_segment(struct tls_link *link)
{
	struct bytes segment = hello_exchange_segment(link->plan.hello);
	struct iovec part = { (void *)segment.data, segment.size };

	if (segment.size == 0)
		return false;
	wire_push(&link->wire, &part, 1);
	wire_flush(&link->wire);
	return true;
}

/* What is no answer is the exchange's, not the link's, to tell. */
static void
step_hello(struct tls_link *link)
{
	struct hello_exchange *hello = link->plan.hello;
	bool is_known = hello_exchange_input(hello, wire_take(&link->wire));

	if (!is_known && link->wire.ended == 0)
		return;
	if (!is_known)
		hello_exchange_ended(hello, wire_end_code(&link->wire));
	end(link, LINK_DONE);
}

static void
begin_stage(struct tls_link *link, enum link_stage stage)
{
	link->stage = stage;
	link->events->stage_begun(link);
}

/*
 * The ClientHello is made, which takes a while, and not sent: what has come by
 * then is no answer to it.  False: the link has ended.
 */
static bool
is_clear_for_hello(struct tls_link *link)
{
	struct bytes more = { NULL, 0 };
	enum starttls_state state;

	if (link->plan.hello == NULL)
		handshake_step(link->plan.handshake);
	if (starttls_was_answered(&link->starttls))
		more = wire_take_waiting(&link->wire);
	state = starttls_take_early(&link->starttls, more, link->plan.failure);
	starttls_end(&link->starttls);
	wire_begin_anew(&link->wire, bytes_of(NULL, 0));
	if (state == STARTTLS_READY)
		return true;
	text_clear(&link->wire.buffers->output);
	end(link, LINK_NOT_STARTED);
	return false;
}

static void
begin_handshake(struct tls_link *link)
{
	const struct link_plan *plan = &link->plan;

	begin_stage(link, LINK_HANDSHAKING);
	if (plan->hello != NULL) {
		if (plan->starttls == STARTTLS_COUNT ||
		    is_clear_for_hello(link))
			link_send_segment(link);
		return;
	}
	if (handshake_begin(plan->handshake, plan->terms, &plan->offer,
		&transport, &link->wire) < 0) {
		handshake_failure(plan->handshake, plan->failure);
		end(link, LINK_UNUSABLE);
		return;
	}
	if (plan->starttls == STARTTLS_COUNT || is_clear_for_hello(link))
		step_handshake(link);
}

static void
begin_dialogue(struct tls_link *link)
{
	const struct link_plan *plan = &link->plan;
	char own[ADDRESS_TEXT_SIZE];

	wire_own_address(&link->wire, own);
	starttls_begin(&link->starttls, plan->starttls, plan->domain, own,
	    &link->wire.buffers->output);
	wire_flush(&link->wire);
	begin_stage(link, LINK_ASKING);
}

static void
step_dialogue(struct tls_link *link)
{
	struct starttls *starttls = &link->starttls;
	struct bytes input = wire_take(&link->wire);
	enum starttls_state state = STARTTLS_WAITS;
	unsigned step = starttls->step;

	if (input.size > 0)
		state = starttls_input(starttls, input,
		    &link->wire.buffers->output, link->plan.failure);
	wire_flush(&link->wire);
	if (state == STARTTLS_WAITS && link->wire.ended != 0) {
		starttls_ended(
		    starttls, wire_end_code(&link->wire), link->plan.failure);
		state = STARTTLS_FAILED;
	}
	switch (state) {
	case STARTTLS_WAITS:
		if (starttls->step != step)
			begin_stage(link, LINK_ASKING);
		return;
	case STARTTLS_FAILED:
		end(link, LINK_NOT_STARTED);
		return;
	case STARTTLS_READY:
		begin_handshake(link);
	}
}

static void
begin_tls(struct tls_link *link)
{
	if (link->plan.starttls != STARTTLS_COUNT)
		begin_dialogue(link);
	else
		begin_handshake(link);
}

static void
begin_proxy(struct tls_link *link)
{
	const struct link_plan *plan = &link->plan;

	proxy_begin(&link->proxy, plan->proxy, plan->host, plan->host_port,
	    &link->wire.buffers->output);
	wire_flush(&link->wire);
	begin_stage(link, LINK_PROXYING);
}

static void
step_proxy(struct tls_link *link)
{
	struct bytes input = wire_take(&link->wire);
	enum proxy_state state = PROXY_WAITS;

	if (input.size > 0)
		state = proxy_input(&link->proxy, &input,
		    &link->wire.buffers->output, link->plan.failure);
	wire_flush(&link->wire);
	if (state == PROXY_WAITS && link->wire.ended != 0) {
		proxy_ended(&link->proxy, wire_end_code(&link->wire),
		    link->plan.failure);
		state = PROXY_FAILED;
	}
	switch (state) {
	case PROXY_WAITS:
		return;
	case PROXY_FAILED:
		end(link, LINK_NOT_STARTED);
		return;
	case PROXY_OPEN:
		proxy_end(&link->proxy);
		wire_begin_anew(&link->wire, input);
		begin_tls(link);
		/* A greeting may have come with the proxy's answer. */
		if (link->stage == LINK_ASKING && input.size > 0)
			step_dialogue(link);
	}
}

static void
on_connected(struct wire *wire, int status)
{
	struct tls_link *link = link_of(wire);

	link->events->connected(link, status);
	if (status < 0)
		return;
	wire_start(wire);
	if (link->plan.proxy != NULL)
		begin_proxy(link);
	else
		begin_tls(link);
}

static void
on_input(struct wire *wire)
{
	struct tls_link *link = link_of(wire);

	switch (link->stage) {
	case LINK_CONNECTING:
		return;
	case LINK_PROXYING:
		step_proxy(link);
		return;
	case LINK_ASKING:
		step_dialogue(link);
		return;
	case LINK_HANDSHAKING:
		if (link->plan.hello != NULL)
			step_hello(link);
		else
			step_handshake(link);
		return;
	case LINK_ENDED:
		link->events->input(link);
	}
}

static void
on_closed(struct wire *wire)
{
	struct tls_link *link = link_of(wire);

	link->events->closed(link);
}

static const struct wire_events wire_events = { on_connected, on_input,
	on_closed };

int
link_open(struct tls_link *link, uv_loop_t *loop, struct wire_buffers *buffers,
    const struct link_events *events, const struct link_plan *plan)
{
	link->events = events;
	link->plan = *plan;
	link->stage = LINK_CONNECTING;
	link->starttls.early_count = 0;
	return wire_open(&link->wire, loop, buffers, &wire_events,
	    plan->address, plan->port);
}

void
link_silence(struct tls_link *link, uint64_t waited_ms, struct failure *failure)
{
	if (link->stage == LINK_PROXYING)
		proxy_silence(&link->proxy, waited_ms, failure);
	else
		starttls_silence(&link->starttls, waited_ms, failure);
}

void
link_close(struct tls_link *link)
{
	link->stage = LINK_ENDED;
	proxy_end(&link->proxy);
	starttls_end(&link->starttls);
	wire_close(&link->wire);
}
