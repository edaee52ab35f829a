/*
 * The state machine.  Every stage ends in one of: the next stage, the next
 * address, or probe_finish().  Failures are kept as they come; the last one
 * counts.
 */
#include <math.h>

#include "base/fatal.h"
#include "scan/probe_parts.h"

enum { SHARE_OF_ONE_ADDRESS = 3 };

static void try_next_address(struct probe *);
static void on_deadline(uv_timer_t *);

struct probe *
probe_of(struct wire *wire)
{
	return (struct probe *)((char *)wire - offsetof(struct probe, wire));
}

double
probe_elapsed_ms(const struct probe *probe)
{
	double ns = (double)(uv_hrtime() - probe->stage_began_ns);

	return round(ns / 1000) / 1000;
}

void
probe_begin_stage(struct probe *probe, enum probe_stage stage)
{
	probe->stage = stage;
	probe->stage_began_ns = uv_hrtime();
}

uint64_t
probe_left_ms(const struct probe *probe)
{
	uint64_t now = uv_now(probe->host->loop);

	return probe->deadline_ms > now ? probe->deadline_ms - now : 0;
}

/* Stops the stage after so long, or with the target's own deadline. */
void
probe_arm(struct probe *probe, uint64_t stage_ms)
{
	uint64_t left = probe_left_ms(probe);

	uv_timer_start(
	    &probe->timer, on_deadline, stage_ms < left ? stage_ms : left, 0);
}

/* Resolving */

static unsigned
families_of(const struct probe *probe)
{
	return probe->host->options->family == FAMILY_ANY ? 2 : 1;
}

/* Only names have families to ask for; what was given is all there is. */
static bool
can_ask_more(const struct probe *probe)
{
	return probe->job->families_asked < families_of(probe);
}

static void
ask(struct probe *probe)
{
	bool six = probe->host->options->family == FAMILY_V6 ||
		   probe->job->families_asked == 1;

	probe->job->families_asked++;
	resolver_ask(probe->host->resolver, probe->job->target->host,
	    six ? 16 : 4, &probe->question);
}

/*
 * IPv4 first, and IPv6 only where that led nowhere: half the questions, and
 * the DNS servers are not ours to drown.
 */
static void
on_resolved(struct probe *probe, enum resolve_result result,
    const struct address_list *addresses)
{
	struct job *job = probe->job;

	job->dns_ms =
	    (job->dns_ms > 0 ? job->dns_ms : 0) + probe_elapsed_ms(probe);
	if (result == RESOLVE_FOUND) {
		job->addresses = *addresses;
		job->address = 0;
		try_next_address(probe);
		return;
	}
	if (result == RESOLVE_NO_ADDRESS && can_ask_more(probe)) {
		probe_begin_stage(probe, PROBE_RESOLVING);
		ask(probe);
		return;
	}
	/* A connection that failed before says more. */
	if (!probe->failed)
		resolve_failure(result, &probe->failure);
	probe->failed = true;
	probe_finish(probe);
}

/*
 * Another address may still do better: this one's handle closes first.  That
 * a second family has no route says less than how the first one failed.
 */
static void
fail_address(struct probe *probe, int code)
{
	if (!probe->failed || code != UV_ENETUNREACH)
		failure_of_connect(&probe->failure, code);
	probe->failed = true;
	probe->reopen = true;
	uv_timer_stop(&probe->timer);
	question_withdraw(&probe->question);
	wire_close(&probe->wire);
}

/* The other family, asked for while a connection attempt hangs. */
static void
on_more_addresses(struct probe *probe, enum resolve_result result,
    const struct address_list *addresses)
{
	struct job *job = probe->job;

	if (result != RESOLVE_FOUND)
		return;
	job->addresses = *addresses;
	job->address = 0;
	fail_address(probe, UV_ETIMEDOUT);
}

static void
on_answered(struct question *question, enum resolve_result result,
    const struct address_list *addresses)
{
	struct probe *probe =
	    (struct probe *)((char *)question -
			     offsetof(struct probe, question));

	if (probe->stage == PROBE_RESOLVING)
		on_resolved(probe, result, addresses);
	else if (probe->stage == PROBE_CONNECTING)
		on_more_addresses(probe, result, addresses);
}

static void
resolve(struct probe *probe)
{
	struct job *job = probe->job;
	const char *given = probe_given_address(probe->host->options, job);

	job->address = 0;
	job->addresses.count = 0;
	job->families_asked = 0;
	job->dns_ms = -1;
	probe_begin_stage(probe, PROBE_RESOLVING);
	if (given == NULL) {
		probe_arm(probe, probe_left_ms(probe));
		ask(probe);
		return;
	}
	job->families_asked = families_of(probe);
	if (net_address_parse(&job->addresses.at[0], given)) {
		job->addresses.count = 1;
	} else {
		failure_set(&probe->failure, STATUS_DNS_ERROR,
		    "the address that was given is none");
		probe->failed = true;
	}
	try_next_address(probe);
}

/* The address at hand */

static void
leave_address(struct probe *probe, enum pace_outcome outcome)
{
	if (!probe->counted)
		return;
	probe->counted = false;
	pace_leave(probe->host->pace, &probe->address, outcome,
	    uv_now(probe->host->loop), probe->host->ready);
}

static void
release_slot(struct probe *probe)
{
	if (probe->paid)
		pace_refund(probe->host->pace);
	probe->paid = false;
	uv_timer_stop(&probe->timer);
	question_withdraw(&probe->question);
	probe->job = NULL;
	probe->stage = PROBE_CLOSING;
	if (probe->wire.open) {
		wire_close(&probe->wire);
		return;
	}
	probe->stage = PROBE_IDLE;
	probe->host->idle(probe);
}

static void
call_dead(struct probe *probe)
{
	failure_set(&probe->failure, STATUS_CONNECTION_TIMEOUT,
	    "not tried: no connection to this address was answered before");
	probe->failed = true;
}

static void connect_to(struct probe *);

/* Once the job waits for its address it may be anybody's: not touched. */
static void
enter_address(struct probe *probe)
{
	struct job *job = probe->job;
	enum pace_word word;

	probe->address = job->addresses.at[job->address];
	probe->has_address = true;
	if (job->admitted) {
		job->admitted = false;
		probe->counted = true;
		word = job->address_dead ? PACE_DEAD : PACE_GO;
	} else {
		word = pace_enter(probe->host->pace, &probe->address, job);
		probe->counted = word == PACE_GO;
	}
	if (word == PACE_WAIT) {
		release_slot(probe);
		return;
	}
	job->address++;
	if (word == PACE_GO) {
		connect_to(probe);
		return;
	}
	call_dead(probe);
	leave_address(probe, PACE_NOTHING);
	try_next_address(probe);
}

/* A connection that failed before says more than that time is up now. */
static void
fail_at_deadline(struct probe *probe)
{
	if (probe->failed)
		return;
	probe->failed = true;
	if (probe->stage == PROBE_RESOLVING) {
		probe->job->dns_ms = probe_elapsed_ms(probe);
		resolve_failure(RESOLVE_TIMEOUT, &probe->failure);
		return;
	}
	probe->timing.tls_ms = probe_elapsed_ms(probe);
	failure_set(&probe->failure, STATUS_IO_TIMEOUT, "%s",
	    probe->wire.first_size > 0
		? "the server fell silent during the handshake"
		: "the server accepted the connection and said nothing");
}

static void
try_next_address(struct probe *probe)
{
	struct job *job = probe->job;

	if (probe_left_ms(probe) == 0) {
		fail_at_deadline(probe);
		probe_finish(probe);
	} else if (job->address < job->addresses.count) {
		enter_address(probe);
	} else if (can_ask_more(probe)) {
		probe_begin_stage(probe, PROBE_RESOLVING);
		probe_arm(probe, probe_left_ms(probe));
		ask(probe);
	} else {
		probe_finish(probe);
	}
}

/* Connecting */

static void
starve(struct probe *probe)
{
	struct job *job = probe->job;

	leave_address(probe, PACE_NOTHING);
	job->attempts--;
	probe->job = NULL;
	probe->host->starved(probe, job);
	release_slot(probe);
}

/* The start that led here is counted; a further address's is not yet. */
static void
pay(struct probe *probe)
{
	if (!probe->paid)
		pace_charge(probe->host->pace);
	probe->paid = false;
}

static const struct wire_events wire_events;

static void
connect_to(struct probe *probe)
{
	const struct job *job = probe->job;
	uint64_t share =
	    probe->host->options->timeout_ms / SHARE_OF_ONE_ADDRESS;
	int result;

	probe_begin_stage(probe, PROBE_CONNECTING);
	result = wire_open(&probe->wire, probe->host->loop,
	    probe->host->buffers, &wire_events, &probe->address, job->port);
	if (failure_is_our_shortage(result)) {
		starve(probe);
		return;
	}
	pay(probe);
	if (result < 0) {
		fail_address(probe, result);
		return;
	}
	probe_arm(
	    probe, job->address < job->addresses.count || can_ask_more(probe)
		       ? share
		       : probe_left_ms(probe));
}

static void
on_connected(struct wire *wire, int status)
{
	struct probe *probe = probe_of(wire);

	if (status < 0) {
		fail_address(probe, status);
		return;
	}
	question_withdraw(&probe->question);
	probe->failed = false;
	probe->timing.connect_ms = probe_elapsed_ms(probe);
	probe_handshake_begin(probe);
}

static void
on_input(struct wire *wire)
{
	probe_handshake_input(probe_of(wire));
}

void
probe_on_closed(struct wire *wire)
{
	struct probe *probe = probe_of(wire);

	if (probe->stage == PROBE_OFFERING) {
		probe_offers_connect(probe);
		return;
	}
	if (probe->reopen && probe->job != NULL) {
		probe->reopen = false;
		leave_address(probe, probe_outcome(probe));
		try_next_address(probe);
		return;
	}
	probe->stage = PROBE_IDLE;
	probe->host->idle(probe);
}

static const struct wire_events wire_events = { on_connected, on_input,
	probe_on_closed };

/* Deadlines */

static void
on_connect_deadline(struct probe *probe)
{
	struct job *job = probe->job;

	if (job->address < job->addresses.count || probe_left_ms(probe) == 0) {
		fail_address(probe, UV_ETIMEDOUT);
		return;
	}
	/* The last address of this family: let it hang on while we ask. */
	probe_arm(probe, probe_left_ms(probe));
	if (can_ask_more(probe))
		ask(probe);
}

static void
on_deadline(uv_timer_t *timer)
{
	struct probe *probe = timer->data;

	switch (probe->stage) {
	case PROBE_CONNECTING:
		on_connect_deadline(probe);
		return;
	case PROBE_RESOLVING:
	case PROBE_HANDSHAKING:
		fail_at_deadline(probe);
		break;
	case PROBE_CHECKING: /* silence: the certificate was optional */
		break;
	case PROBE_OFFERING:
		probe_offers_end_at_deadline(probe);
		return;
	case PROBE_IDLE:
	case PROBE_CLOSING:
		fatal_bug("a timer ran for an idle probe");
	}
	probe_finish(probe);
}

/* The end */

void
probe_finish(struct probe *probe)
{
	uv_timer_stop(&probe->timer);
	question_withdraw(&probe->question);
	probe_keep_facts(probe);
	handshake_end(&probe->handshake);
	if (!probe_offers_begin(probe))
		probe_conclude(probe);
}

static void
clear_others(struct probe *probe)
{
	for (unsigned i = 0; i < OFFER_MOST_ANSWERS; i++)
		handshake_clear(&probe->others[i]);
	probe->answer_count = 0;
}

void
probe_conclude(struct probe *probe)
{
	char ip[ADDRESS_TEXT_SIZE];
	struct observation seen;
	struct job *job = probe->job;

	uv_timer_stop(&probe->timer);
	probe_observe(probe, &seen, ip);
	probe->job = NULL;
	probe->host->done(probe, job, &seen);
	clear_others(probe);
	/* Closed before anybody else may connect there. */
	if (probe->wire.open)
		wire_close(&probe->wire);
	leave_address(probe, probe_outcome(probe));
	release_slot(probe);
}

void
probe_start(struct probe *probe, struct job *job)
{
	const struct probe_host *host = probe->host;
	uint64_t now = uv_now(host->loop);

	probe->job = job;
	probe->deadline_ms = now + host->options->timeout_ms;
	probe->failed = false;
	probe->reopen = false;
	probe->has_address = false;
	probe->paid = true;
	probe->timing = (struct timing){ -1, -1, -1 };
	probe->timestamp = probe_timestamp(host);
	if (job->admitted) {
		probe_arm(probe, probe_left_ms(probe));
		try_next_address(probe);
		return;
	}
	job->attempts++;
	resolve(probe);
}

void
probe_init(struct probe *probe, const struct probe_host *host)
{
	probe->host = host;
	probe->question.answered = on_answered;
	uv_timer_init(host->loop, &probe->timer);
	probe->timer.data = probe;
}

void
probe_abort(struct probe *probe)
{
	struct job *job = probe->job;

	if (job == NULL)
		return;
	handshake_end(&probe->handshake);
	clear_others(probe);
	leave_address(probe, PACE_NOTHING);
	release_slot(probe);
	job_free(job);
}

void
probe_close(struct probe *probe)
{
	uv_close((uv_handle_t *)&probe->timer, NULL);
}

void
probe_clear(struct probe *probe)
{
	handshake_clear(&probe->handshake);
	clear_others(probe);
}
