/*
 * A probe's first handshake, which offers everything: from the connection to
 * the chain in hand and, where the server asked for a certificate of ours, to
 * its word on that.
 */
#include "scan/probe_parts.h"

enum { CHECK_MS = 1000 };

static ssize_t
pull(void *context, void *buffer, size_t size)
{
	struct probe *probe = context;

	return wire_pull(&probe->wire, buffer, size);
}

static ssize_t
push(void *context, const struct iovec *parts, int count)
{
	struct probe *probe = context;

	return wire_push(&probe->wire, parts, count);
}

const struct handshake_transport probe_transport = { pull, push };

/* GnuTLS may stop for more in the middle of a long message's fragments. */
enum handshake_step
probe_advance(struct probe *probe, struct handshake *handshake,
    enum handshake_step (*step)(struct handshake *))
{
	enum handshake_step result;
	size_t before;

	do {
		before = probe->wire.input.size;
		result = step(handshake);
	} while (result == HANDSHAKE_WAITS && probe->wire.input.size > 0 &&
		 probe->wire.input.size < before);
	wire_flush(&probe->wire);
	return result;
}

static void
check_demand(struct probe *probe)
{
	switch (probe_advance(probe, &probe->handshake, handshake_check)) {
	case HANDSHAKE_WAITS:
		return;
	case HANDSHAKE_DONE:
		break;
	case HANDSHAKE_FAILED:
		/* A stream that just ends demands nothing. */
		if (probe->handshake.certificate_demanded)
			probe_explain_handshake(probe);
		break;
	}
	probe_finish(probe);
}

static void
step(struct probe *probe)
{
	switch (probe_advance(probe, &probe->handshake, handshake_step)) {
	case HANDSHAKE_WAITS:
		return;
	case HANDSHAKE_FAILED:
		probe->timing.tls_ms = probe_elapsed_ms(probe);
		probe_explain_handshake(probe);
		break;
	case HANDSHAKE_DONE:
		probe->timing.tls_ms = probe_elapsed_ms(probe);
		if (!handshake_needs_check(&probe->handshake))
			break;
		probe_begin_stage(probe, PROBE_CHECKING);
		probe_arm(probe, CHECK_MS);
		check_demand(probe);
		return;
	}
	probe_finish(probe);
}

void
probe_handshake_begin(struct probe *probe)
{
	probe_begin_stage(probe, PROBE_HANDSHAKING);
	probe_arm(probe, probe_left_ms(probe));
	if (handshake_begin(&probe->handshake, probe->host->terms, OFFER_ALL,
		probe_sni(probe->job->target), &probe_transport, probe) < 0) {
		handshake_failure(&probe->handshake, &probe->failure);
		probe->failed = true;
		probe_finish(probe);
		return;
	}
	wire_start(&probe->wire);
	step(probe);
}

void
probe_handshake_input(struct probe *probe)
{
	if (probe->stage == PROBE_HANDSHAKING)
		step(probe);
	else if (probe->stage == PROBE_CHECKING)
		check_demand(probe);
}
