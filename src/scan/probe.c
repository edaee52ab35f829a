/*
 * The state machine of a probe: resolve, connect, first handshake, and
 * further handshakes for servers that chose what some clients do not offer.
 * Every stage ends in one of: the next stage, the next address, or finish().
 * Of several failures the last one counts.
 */
#include "scan/probe.h"

#include "base/clock.h"
#include "base/fatal.h"
#include "scan/probe_target.h"

enum {
	SHARE_OF_ONE_ADDRESS = 3, /* of the target's time */
	CHECK_MS = 1000,	  /* for an alert about our lack of one */
	/* For an answer to a ClientHello by itself: a share of the target's
	   time, or so many times what the first handshake took */
	SHARE_OF_ONE_HELLO = 4,
	HELLO_SLOWNESS = 4,
	SEGMENT_MS = 50 /* between two segments of it */
};

static void try_next_address(struct probe *);
static void connect_to_address(struct probe *);
static void connect_further(struct probe *);
static bool begin_further(struct probe *);
static void on_deadline(uv_timer_t *);

static struct probe *
probe_of(struct tls_link *link)
{
	return (struct probe *)((char *)link - offsetof(struct probe, link));
}

static void
begin_stage(struct probe *probe, enum probe_stage stage)
{
	probe->stage = stage;
	probe->stage_began_ns = clock_monotonic_ns();
}

/* Of the whole target. */
static uint64_t
left_ms(const struct probe *probe)
{
	uint64_t now = uv_now(probe->shared->loop);

	return probe->deadline_ms > now ? probe->deadline_ms - now : 0;
}

/* Stops the stage after so long, or with the target's own deadline. */
static void
arm(struct probe *probe, uint64_t stage_ms)
{
	uint64_t left = left_ms(probe);

	uv_timer_start(
	    &probe->timer, on_deadline, stage_ms < left ? stage_ms : left, 0);
}

int64_t
probe_timestamp(const struct probe_shared *shared)
{
	if (shared->options->now != 0)
		return shared->options->now;
	return (shared->wall_offset_ms + (int64_t)uv_now(shared->loop)) / 1000;
}

/* Borrows from the probe, its job and ip. */
static void
observe(const struct probe *probe, struct observation *seen,
    char ip[ADDRESS_TEXT_SIZE])
{
	const struct scan_options *options = probe->shared->options;

	probe_describe(probe->job->target, seen);
	/* Which address the proxy connects to is not known. */
	if (options->proxy.host != NULL)
		seen->ip =
		    probe_destination(options, probe->job->target).address;
	else if (probe->has_address &&
		 address_format(
		     bytes_of(probe->address.octets, probe->address.size), ip))
		seen->ip = ip;
	seen->sni = probe_server_name(probe->job->target);
	seen->timestamp = probe->timestamp;
	seen->attempts = probe->job->attempts;
	seen->timing = probe->timing;
	seen->timing.dns_ms = probe->job->dns_ms;
	seen->status = probe->failed ? probe->failure.status : STATUS_SUCCESS;
	seen->error = probe->failed ? probe->failure.sentence : NULL;
	seen->early_octets = (unsigned)probe->early_count;
	seen->early_text = probe->early_count > 0 ? probe->early : NULL;
	seen->tlsa = probe->job->tlsa.at;
	seen->tlsa_count = probe->job->tlsa.count;
	seen->tlsa_secure = probe->job->tlsa.secure;
	seen->tlsa_base = probe->job->tlsa.base;
	seen->tlsa_error = probe->job->tlsa.error;
	/* Or what it answered another hello is known. */
	seen->has_tls = probe->has_tls || probe->tls.big_hello.sent > 0;
	seen->tls = probe->tls;
	/* Else the chain is still that of an earlier target. */
	if (!probe->has_tls)
		return;
	seen->chain = probe->handshake.chain.certificates;
	seen->received_count = probe->handshake.chain.count;
	seen->faces = probe->further.faces.list;
	seen->face_count = probe->further.faces.count;
	seen->server_decides = probe->further.faces.server_decides;
}

/* The end */

static void
leave_address(struct probe *probe, enum pace_outcome outcome)
{
	if (!probe->counted)
		return;
	probe->counted = false;
	pace_leave(probe->shared->pace, &probe->paced, outcome,
	    uv_now(probe->shared->loop), probe->shared->ready);
}

static void
release_slot(struct probe *probe)
{
	if (probe->start_counted)
		pace_uncount_start(probe->shared->pace);
	probe->start_counted = false;
	uv_timer_stop(&probe->timer);
	lookup_withdraw(&probe->lookup);
	probe->job = NULL;
	probe->stage = PROBE_CLOSING;
	if (probe->link.wire.open) {
		link_close(&probe->link);
		return;
	}
	probe->stage = PROBE_IDLE;
	probe->shared->idle(probe);
}

/* No further handshake follows: tells what was seen and frees the slot. */
static void
conclude(struct probe *probe)
{
	char ip[ADDRESS_TEXT_SIZE];
	struct observation seen;
	struct job *job = probe->job;

	uv_timer_stop(&probe->timer);
	observe(probe, &seen, ip);
	probe->job = NULL;
	probe->shared->done(probe, job, &seen);
	further_clear(&probe->further);
	/* Closed before another probe may connect to this address. */
	if (probe->link.wire.open)
		link_close(&probe->link);
	leave_address(
	    probe, probe_outcome(probe->failed ? &probe->failure : NULL));
	release_slot(probe);
}

/* The first handshake is over, or there was none. */
static void
finish(struct probe *probe)
{
	struct handshake *handshake = &probe->handshake;

	uv_timer_stop(&probe->timer);
	lookup_withdraw(&probe->lookup);
	probe->has_tls = handshake->session != NULL && handshake->negotiated;
	memset(&probe->tls, 0, sizeof(probe->tls));
	if (handshake->session != NULL)
		handshake_facts(handshake, &probe->tls);
	further_recall(&probe->further, &probe->tls);
	handshake_end(handshake);
	if (!begin_further(probe))
		conclude(probe);
}

/* What this machine lacks */

/* For a descriptor, as long as the target may take in all. */
static bool
has_waited(const struct probe *probe)
{
	uint64_t timeout_ms = probe->shared->options->timeout_ms;
	struct job *job = probe->job;

	if (job->waits_from_ms == 0)
		job->waits_from_ms = probe->deadline_ms - timeout_ms;
	return uv_now(probe->shared->loop) - job->waits_from_ms >= timeout_ms;
}

/* The target is begun again when there may be what was missing. */
static void
give_back(struct probe *probe)
{
	struct job *job = probe->job;

	leave_address(probe, PACE_NOTHING);
	job->attempts--;
	probe->job = NULL;
	further_clear(&probe->further);
	probe->shared->no_descriptor(probe, job);
	release_slot(probe);
}

/* Without the target's own words: no connection was made. */
static void
fail_connect(const struct probe *probe, int code, struct failure *failure)
{
	const struct proxy *proxy = &probe->shared->options->proxy;

	failure_of_connect(failure, code);
	if (proxy->host != NULL)
		proxy_blame(proxy, failure);
}

/*
 * The next address is tried once the handle of this one is closed.  A missing
 * route for the second family is less informative than how the first one
 * failed.
 */
static void
fail_address(struct probe *probe, int code)
{
	if (!probe->failed || code != UV_ENETUNREACH)
		fail_connect(probe, code, &probe->failure);
	probe->failed = true;
	probe->reopen = true;
	uv_timer_stop(&probe->timer);
	lookup_withdraw(&probe->lookup);
	link_close(&probe->link);
}

/* The events of the name's lookup */

static struct probe *
probe_of_lookup(struct name_lookup *lookup)
{
	return (
	    struct probe *)((char *)lookup - offsetof(struct probe, lookup));
}

static void
on_asking(struct name_lookup *lookup, uint64_t patience_ms)
{
	struct probe *probe = probe_of_lookup(lookup);

	begin_stage(probe, PROBE_RESOLVING);
	arm(probe, patience_ms > 0 ? patience_ms : left_ms(probe));
}

static void
on_found(struct name_lookup *lookup)
{
	struct probe *probe = probe_of_lookup(lookup);

	if (lookup->is_beside)
		fail_address(probe, UV_ETIMEDOUT);
	else
		try_next_address(probe);
}

static void
on_expanded(struct name_lookup *lookup)
{
	struct probe *probe = probe_of_lookup(lookup);
	struct job *job = probe->job;

	probe->job = NULL;
	probe->shared->expanded(probe, job);
	release_slot(probe);
}

/* Why an address failed is more informative. */
static void
on_lookup_failed(struct name_lookup *lookup)
{
	struct probe *probe = probe_of_lookup(lookup);

	if (!probe->failed)
		probe->failure = lookup->failure;
	probe->failed = true;
	finish(probe);
}

static bool
on_postponed(struct name_lookup *lookup)
{
	struct probe *probe = probe_of_lookup(lookup);

	if (has_waited(probe))
		return false;
	give_back(probe);
	return true;
}

static const struct lookup_events lookup_events = { on_asking, on_found,
	on_expanded, on_lookup_failed, on_postponed };

/* Connections */

/* The first handshake's, to the address at hand. */
static struct link_plan
plan_link(struct probe *probe)
{
	const struct scan_options *options = probe->shared->options;
	const struct target *target = probe->job->target;
	struct destination to = probe_destination(options, target);

	return (struct link_plan){
		.address = &probe->address,
		.port = probe->job->port,
		.proxy = options->proxy.host != NULL ? &options->proxy : NULL,
		.host = to.address != NULL ? to.address : to.host,
		.host_port = to.port,
		.starttls = starttls_find(target->starttls),
		.domain = target->sni != NULL ? target->sni : target->host,
		.offer = { .kinds = probe->kinds,
		    .sni = probe_server_name(target) },
		.terms = probe->shared->terms,
		.handshake = &probe->handshake,
		.failure = &probe->failure,
	};
}

/*
 * The time for a slow greeting is beyond the target's, which counts again from
 * the greeting on.
 */
static void
arm_dialogue(struct probe *probe)
{
	const struct starttls *starttls = &probe->link.starttls;
	bool is_asking = probe->link.stage == LINK_ASKING;
	unsigned patience_ms = is_asking ? starttls_patience_ms(starttls) : 0;
	uint64_t greeting_ms = probe->shared->options->greeting_ms;
	uint64_t now = uv_now(probe->shared->loop);

	if (is_asking && starttls_awaits_slow_greeting(starttls) &&
	    greeting_ms > 0) {
		probe->after_greeting_ms = left_ms(probe);
		probe->deadline_ms = now + greeting_ms;
	} else if (probe->after_greeting_ms > 0) {
		probe->deadline_ms = now + probe->after_greeting_ms;
		probe->after_greeting_ms = 0;
	}
	arm(probe, patience_ms > 0 ? patience_ms : left_ms(probe));
}

/* The first handshake */

static void
check_demand(struct probe *probe)
{
	switch (link_step(&probe->link, handshake_check)) {
	case HANDSHAKE_WAITS:
		return;
	case HANDSHAKE_DONE:
		break;
	case HANDSHAKE_FAILED:
		/* A stream that just ends is no demand for a certificate. */
		if (probe->handshake.certificate_demanded) {
			probe->failed = true;
			link_explain(&probe->link);
		}
		break;
	}
	finish(probe);
}

static void
on_ended(struct tls_link *link, enum link_end how)
{
	struct probe *probe = probe_of(link);

	probe->early_count = link->starttls.early_count;
	memcpy(probe->early, link->starttls.early, sizeof(probe->early));
	probe->failed = how != LINK_DONE;
	if (how != LINK_NOT_STARTED)
		probe->timing.tls_ms = clock_elapsed_ms(probe->stage_began_ns);
	if (how != LINK_DONE || !handshake_needs_check(&probe->handshake)) {
		finish(probe);
		return;
	}
	begin_stage(probe, PROBE_CHECKING);
	arm(probe, CHECK_MS);
	check_demand(probe);
}

static void
on_connected(struct tls_link *link, int status)
{
	struct probe *probe = probe_of(link);

	if (status < 0) {
		fail_address(probe, status);
		return;
	}
	lookup_withdraw(&probe->lookup);
	probe->failed = false;
	probe->timing.connect_ms = clock_elapsed_ms(probe->stage_began_ns);
}

static void
on_stage_begun(struct tls_link *link)
{
	struct probe *probe = probe_of(link);

	/* With a proxy a connection is made when the proxy has made its own. */
	if (probe->stage == PROBE_TUNNELLING)
		probe->timing.connect_ms +=
		    clock_elapsed_ms(probe->stage_began_ns);
	begin_stage(probe, link->stage == LINK_PROXYING ? PROBE_TUNNELLING
			   : link->stage == LINK_ASKING ? PROBE_ASKING
							: PROBE_HANDSHAKING);
	arm_dialogue(probe);
}

static void
on_input(struct tls_link *link)
{
	struct probe *probe = probe_of(link);

	if (probe->stage == PROBE_CHECKING)
		check_demand(probe);
}

static void
on_closed(struct tls_link *link)
{
	struct probe *probe = probe_of(link);

	if (probe->stage == PROBE_OFFERING) {
		if (probe->is_repeated)
			connect_to_address(probe);
		else
			connect_further(probe);
		return;
	}
	if (probe->reopen && probe->job != NULL) {
		probe->reopen = false;
		leave_address(probe,
		    probe_outcome(probe->failed ? &probe->failure : NULL));
		try_next_address(probe);
		return;
	}
	probe->stage = PROBE_IDLE;
	probe->shared->idle(probe);
}

static const struct link_events first_events = { on_connected, on_stage_begun,
	on_ended, on_input, on_closed };

static void
connect_to_address(struct probe *probe)
{
	struct job *job = probe->job;
	struct link_plan plan = plan_link(probe);
	uint64_t share =
	    probe->shared->options->timeout_ms / SHARE_OF_ONE_ADDRESS;
	int result;

	begin_stage(probe, PROBE_CONNECTING);
	probe->is_repeated = false;
	result = link_open(&probe->link, probe->shared->loop,
	    probe->shared->buffers, &first_events, &plan);
	if (failure_is_no_descriptor(result) && has_waited(probe)) {
		failure_of_connect(&probe->failure, result);
		probe->failed = true;
		finish(probe);
		return;
	}
	if (failure_is_our_shortage(result)) {
		give_back(probe);
		return;
	}
	job->waits_from_ms = 0;
	/* The first address's start is counted already. */
	if (!probe->start_counted)
		pace_count_start(probe->shared->pace);
	probe->start_counted = false;
	if (result < 0) {
		fail_address(probe, result);
		return;
	}
	arm(probe, job->address < job->address_count ||
			   lookup_can_ask_more(&probe->lookup)
		       ? share
		       : left_ms(probe));
}

/* A job that waits for its address may be taken by any thread at once: it is
   not touched any more. */
static void
enter_address(struct probe *probe)
{
	struct job *job = probe->job;
	enum pace_reply reply;

	probe->address = job->addresses[job->address];
	probe->has_address = true;
	probe->paced = probe->address;
	if (probe->shared->options->proxy.host != NULL)
		probe_pace_key(
		    probe->shared->options, job->target, &probe->paced);
	if (job->admitted) {
		job->admitted = false;
		probe->counted = true;
		reply = job->address_dead ? PACE_DEAD : PACE_GO;
	} else {
		reply = pace_enter(probe->shared->pace, &probe->paced, job);
		probe->counted = reply == PACE_GO;
	}
	if (reply == PACE_WAIT) {
		release_slot(probe);
		return;
	}
	job->address++;
	if (reply == PACE_GO) {
		connect_to_address(probe);
		return;
	}
	failure_set(&probe->failure, STATUS_CONNECTION_TIMEOUT,
	    "not tried: no connection to this address was answered before");
	probe->failed = true;
	leave_address(probe, PACE_NOTHING);
	try_next_address(probe);
}

/* An earlier failure is more informative than that the time is up. */
static void
fail_at_deadline(struct probe *probe)
{
	if (probe->failed)
		return;
	probe->failed = true;
	if (probe->stage == PROBE_RESOLVING) {
		probe->job->dns_ms = clock_elapsed_ms(probe->stage_began_ns);
		resolve_failure(RESOLVE_TIMEOUT, &probe->failure);
		return;
	}
	if (probe->stage == PROBE_TUNNELLING || probe->stage == PROBE_ASKING) {
		link_silence(&probe->link,
		    (unsigned)clock_elapsed_ms(probe->stage_began_ns),
		    &probe->failure);
		return;
	}
	probe->timing.tls_ms = clock_elapsed_ms(probe->stage_began_ns);
	failure_set(&probe->failure, STATUS_IO_TIMEOUT, "%s",
	    probe->link.wire.first_size > 0
		? "the server fell silent during the handshake"
		: "the server accepted the connection and said nothing");
}

static void
try_next_address(struct probe *probe)
{
	struct job *job = probe->job;

	if (left_ms(probe) == 0) {
		fail_at_deadline(probe);
		finish(probe);
	} else if (job->address < job->address_count) {
		enter_address(probe);
	} else if (lookup_can_ask_more(&probe->lookup)) {
		lookup_ask_more(&probe->lookup);
	} else {
		finish(probe);
	}
}

/*
 * Further handshakes: what does the server choose when the client offers less?
 * They are made one after the other and count as the probe's one connection to
 * its address, within the target's own deadline.  However they end, what was
 * seen before stands.
 */

static struct face_main
main_face(const struct probe *probe)
{
	return (struct face_main){
		.target = probe->job->target,
		.sni = probe_server_name(probe->job->target),
		.kinds = probe->kinds,
		.chain = probe->has_tls && probe->handshake.chain_taken
			     ? &probe->handshake.chain
			     : NULL,
		.tls = &probe->tls,
		.failure = probe->failed ? &probe->failure : NULL,
	};
}

static void
close_further(struct probe *probe, enum offer_reply reply)
{
	struct face_main main = main_face(probe);

	further_take(
	    &probe->further, probe->shared->options, &main, &probe->tls, reply);
	if (main.chain == NULL && left_ms(probe) > 0 &&
	    handshake_has_hybrid(probe->shared->terms) &&
	    further_finds_hybrid(&probe->further)) {
		probe->kinds |= OFFER_BIT(OFFER_X25519MLKEM768);
		probe->is_repeated = true;
		uv_timer_stop(&probe->timer);
		link_close(&probe->link);
		return;
	}
	if (!begin_further(probe))
		conclude(probe);
}

static void
on_further_ended(struct tls_link *link, enum link_end how)
{
	struct probe *probe = probe_of(link);

	close_further(probe, further_reply(&probe->further, how));
}

static void
on_further_connected(struct tls_link *link, int status)
{
	struct probe *probe = probe_of(link);

	if (status >= 0)
		return;
	fail_connect(probe, status, further_failure(&probe->further));
	close_further(probe, REPLY_NONE);
}

static void
arm_hello(struct probe *probe)
{
	uint64_t share =
	    probe->shared->options->timeout_ms / SHARE_OF_ONE_HELLO;
	double slow = HELLO_SLOWNESS * probe->timing.tls_ms;

	arm(probe, slow > (double)share ? (uint64_t)slow : share);
}

static void
on_further_stage_begun(struct tls_link *link)
{
	struct probe *probe = probe_of(link);

	arm_dialogue(probe);
	if (link->stage != LINK_HANDSHAKING || link->plan.hello == NULL)
		return;
	if (link->plan.hello->split)
		arm(probe, SEGMENT_MS);
	else
		arm_hello(probe);
}

/* What comes after a further handshake is of no use. */
static void
on_further_input(struct tls_link *link)
{
	(void)link;
}

static const struct link_events further_events = { on_further_connected,
	on_further_stage_begun, on_further_ended, on_further_input, on_closed };

/* The connection before is closed. */
static void
connect_further(struct probe *probe)
{
	struct link_plan plan = plan_link(probe);
	struct face_main main = main_face(probe);
	int result;

	if (further_plan(&probe->further, &main, &plan) < 0) {
		failure_set(further_failure(&probe->further),
		    STATUS_UNKNOWN_ERROR, "no ClientHello could be made");
		close_further(probe, REPLY_NONE);
		return;
	}
	pace_count_start(probe->shared->pace);
	result = link_open(&probe->link, probe->shared->loop,
	    probe->shared->buffers, &further_events, &plan);
	if (result == 0)
		return;
	fail_connect(probe, result, further_failure(&probe->further));
	close_further(probe, REPLY_NONE);
}

/* False: none is called for.  Else conclude() follows, maybe at once. */
static bool
begin_further(struct probe *probe)
{
	struct face_main main;

	if (left_ms(probe) == 0)
		return false;
	main = main_face(probe);
	if (!further_next(
		&probe->further, probe->shared->options, &main, &probe->tls))
		return false;
	begin_stage(probe, PROBE_OFFERING);
	arm(probe, left_ms(probe));
	if (probe->link.wire.open)
		link_close(&probe->link);
	else
		connect_further(probe);
	return true;
}

/* Deadlines */

static void
on_connect_deadline(struct probe *probe)
{
	struct job *job = probe->job;

	if (job->address < job->address_count || left_ms(probe) == 0) {
		fail_address(probe, UV_ETIMEDOUT);
		return;
	}
	/* The last address of this family: wait on for it while the other
	   family is asked for. */
	arm(probe, left_ms(probe));
	if (lookup_can_ask_more(&probe->lookup))
		lookup_ask_beside(&probe->lookup);
}

/* Silence counts only while the target had time left. */
static void
on_hello_deadline(struct probe *probe)
{
	struct tls_link *link = &probe->link;

	if (link->stage == LINK_HANDSHAKING) {
		if (link_send_segment(link)) {
			arm_hello(probe);
			return;
		}
		if (left_ms(probe) > 0)
			hello_exchange_silence(link->plan.hello);
	}
	close_further(probe, REPLY_NONE);
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
		lookup_give_up(&probe->lookup);
		return;
	case PROBE_TUNNELLING:
	case PROBE_ASKING:
	case PROBE_HANDSHAKING:
		fail_at_deadline(probe);
		break;
	case PROBE_CHECKING: /* silence: the certificate was optional */
		break;
	case PROBE_OFFERING:
		if (further_is_hello(&probe->further)) {
			on_hello_deadline(probe);
			return;
		}
		failure_set(further_failure(&probe->further), STATUS_IO_TIMEOUT,
		    "the time for this target was up");
		close_further(probe, REPLY_NONE);
		return;
	case PROBE_IDLE:
	case PROBE_CLOSING:
		fatal_bug("a timer ran for an idle probe");
	}
	finish(probe);
}

void
probe_start(struct probe *probe, struct job *job)
{
	const struct probe_shared *shared = probe->shared;

	probe->job = job;
	probe->deadline_ms = uv_now(shared->loop) + shared->options->timeout_ms;
	probe->failed = false;
	probe->reopen = false;
	probe->kinds = OFFER_ALL;
	probe->is_repeated = false;
	probe->has_address = false;
	probe->early_count = 0;
	probe->after_greeting_ms = 0;
	probe->start_counted = true;
	probe->timing = (struct timing){ -1, -1, -1 };
	probe->timestamp = probe_timestamp(shared);
	lookup_take(&probe->lookup, job);
	if (job->admitted) {
		arm(probe, left_ms(probe));
		try_next_address(probe);
		return;
	}
	job->attempts++;
	lookup_begin(&probe->lookup);
}

void
probe_init(struct probe *probe, const struct probe_shared *shared)
{
	probe->shared = shared;
	probe->lookup = (struct name_lookup){
		.options = shared->options,
		.resolver = shared->resolver,
		.events = &lookup_events,
	};
	lookup_init(&probe->lookup);
	uv_timer_init(shared->loop, &probe->timer);
	probe->timer.data = probe;
}

void
probe_abort(struct probe *probe)
{
	struct job *job = probe->job;

	if (job == NULL)
		return;
	handshake_end(&probe->handshake);
	further_clear(&probe->further);
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
	further_clear(&probe->further);
}
