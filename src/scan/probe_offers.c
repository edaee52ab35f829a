/*
 * Further connections of a probe, for servers that chose what some clients do
 * not offer: what would they choose if it was not there?  Made one after the
 * other on the place at its address that the probe holds already, within the
 * target's own deadline.  However they end, what was seen before stands.
 */
#include "scan/probe_parts.h"

static struct handshake *
other_handshake(struct probe *probe)
{
	return &probe->others[probe->answer_count];
}

/* The one being made: counted when it is answered. */
static struct offer_answer *
open_answer(struct probe *probe)
{
	return &probe->answers[probe->answer_count];
}

static bool
is_same_chain(const struct chain *a, const struct chain *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!bytes_equal(a->certificates[i], b->certificates[i]))
			return false;
	return true;
}

/* A server may have a certificate for each kind of key exchange. */
static void
keep_other_chain(struct probe *probe, struct offer_answer *answer)
{
	const struct chain *chain = &other_handshake(probe)->chain;

	if (chain->count == 0 || is_same_chain(chain, &probe->handshake.chain))
		return;
	answer->chain = chain->certificates;
	answer->received_count = chain->count;
}

static void
keep_choice(struct probe *probe, struct offer_answer *answer)
{
	struct tls_facts facts;

	handshake_facts(other_handshake(probe), &facts);
	answer->chosen = (struct tls_facts){
		.version = facts.version,
		.cipher = facts.cipher,
		.mac = facts.mac,
		.group = facts.group,
	};
	keep_other_chain(probe, answer);
}

static struct failure *
open_failure(struct probe *probe)
{
	return &probe->answer_failures[probe->answer_count];
}

static void
close_answer(struct probe *probe, enum offer_reply reply)
{
	struct offer_answer *answer = open_answer(probe);

	answer->reply = reply;
	if (reply == REPLY_ACCEPTED)
		keep_choice(probe, answer);
	else
		answer->error = open_failure(probe)->sentence;
	handshake_end(other_handshake(probe));
	probe->tls.offer_count = ++probe->answer_count;
	if (!probe_offers_begin(probe))
		probe_conclude(probe);
}

/*
 * A stream that just ends is no answer: it may be us that the server is tired
 * of.  An alert, or a choice that we did not offer, is one.
 */
static void
judge_failure(struct probe *probe)
{
	struct handshake *handshake = other_handshake(probe);
	const struct wire *wire = &probe->wire;
	struct failure *failure = open_failure(probe);

	if (failure_of_first_octets(
		failure, bytes_of(wire->first, wire->first_size))) {
		close_answer(probe, REPLY_NONE);
	} else if (wire->ended != 0 && !handshake_knows_reason(handshake)) {
		failure_of_stream(failure, wire_end_code(wire));
		close_answer(probe, REPLY_NONE);
	} else if (handshake_was_agreed(handshake)) {
		close_answer(probe, REPLY_ACCEPTED);
	} else {
		handshake_failure(handshake, failure);
		close_answer(probe, REPLY_REFUSED);
	}
}

static void
step(struct probe *probe)
{
	switch (probe_advance(probe, other_handshake(probe), handshake_step)) {
	case HANDSHAKE_WAITS:
		return;
	case HANDSHAKE_FAILED:
		judge_failure(probe);
		return;
	case HANDSHAKE_DONE:
		close_answer(probe, REPLY_ACCEPTED);
	}
}

static void
on_connected(struct wire *wire, int status)
{
	struct probe *probe = probe_of(wire);

	if (status < 0) {
		failure_of_connect(open_failure(probe), status);
		close_answer(probe, REPLY_NONE);
		return;
	}
	if (handshake_begin(other_handshake(probe), probe->host->terms,
		open_answer(probe)->offer, probe_sni(probe->job->target),
		&probe_transport, probe) < 0) {
		handshake_failure(other_handshake(probe), open_failure(probe));
		close_answer(probe, REPLY_NONE);
		return;
	}
	wire_start(wire);
	step(probe);
}

static void
on_input(struct wire *wire)
{
	struct probe *probe = probe_of(wire);

	if (probe->stage == PROBE_OFFERING)
		step(probe);
}

static const struct wire_events offer_events = { on_connected, on_input,
	probe_on_closed };

void
probe_offers_connect(struct probe *probe)
{
	int result;

	pace_charge(probe->host->pace);
	result =
	    wire_open(&probe->wire, probe->host->loop, probe->host->buffers,
		&offer_events, &probe->address, probe->job->port);
	if (result == 0)
		return;
	failure_of_connect(open_failure(probe), result);
	close_answer(probe, REPLY_NONE);
}

/* Where the handshake went wrong for its own reasons the choice still counts.
 */
static bool
is_choice_known(const struct probe *probe)
{
	return probe->has_tls && probe->handshake.chain_taken &&
	       (!probe->failed ||
		   probe->failure.status == STATUS_HANDSHAKE_ERROR);
}

bool
probe_offers_begin(struct probe *probe)
{
	const struct scan_options *options = probe->host->options;
	uint64_t offer;

	if (!is_choice_known(probe) || probe_left_ms(probe) == 0 ||
	    !offer_next(
		options->offers, options->offer_count, &probe->tls, &offer))
		return false;
	*open_answer(probe) = (struct offer_answer){ .offer = offer };
	probe->tls.offers = probe->answers;
	probe_begin_stage(probe, PROBE_OFFERING);
	probe_arm(probe, probe_left_ms(probe));
	if (probe->wire.open)
		wire_close(&probe->wire);
	else
		probe_offers_connect(probe);
	return true;
}

void
probe_offers_end_at_deadline(struct probe *probe)
{
	failure_set(open_failure(probe), STATUS_IO_TIMEOUT,
	    "the time for this target was up");
	close_answer(probe, REPLY_NONE);
}
