/*
 * What a probe takes from its target and tells in its observation.  Nothing
 * happens here: see probe.c for that.
 */
#include "scan/probe_parts.h"

static const struct resolve_override *
find_override(const struct scan_options *options, const struct target *target)
{
	for (size_t i = 0; i < options->override_count; i++) {
		const struct resolve_override *row = &options->overrides[i];

		if (row->port == target->port &&
		    (strcmp(row->host, "*") == 0 ||
			strcmp(row->host, target->host) == 0))
			return row;
	}
	return NULL;
}

const char *
probe_given_address(const struct scan_options *options, struct job *job)
{
	const struct resolve_override *override;

	job->port = job->target->port;
	if (job->target->ip != NULL)
		return job->target->ip;
	override = find_override(options, job->target);
	if (override != NULL) {
		if (override->to_port != 0)
			job->port = override->to_port;
		return override->ip;
	}
	return job->target->is_address ? job->target->host : NULL;
}

const char *
probe_sni(const struct target *target)
{
	struct net_address ignored;

	if (target->sni == NULL)
		return target->is_address ? NULL : target->host;
	return net_address_parse(&ignored, target->sni) ? NULL : target->sni;
}

int64_t
probe_timestamp(const struct probe_host *host)
{
	if (host->options->now != 0)
		return host->options->now;
	return (host->wall_offset_ms + (int64_t)uv_now(host->loop)) / 1000;
}

void
probe_describe(const struct target *target, struct observation *seen)
{
	memset(seen, 0, sizeof(*seen));
	seen->ordinal = target->ordinal;
	seen->input = target->input;
	seen->host = target->host;
	seen->port = target->port;
	seen->ip = target->ip;
	seen->starttls = target->starttls;
	seen->tags = target->tags;
	seen->tag_count = target->tag_count;
	seen->timing = (struct timing){ -1, -1, -1 };
}

void
probe_keep_facts(struct probe *probe)
{
	struct handshake *handshake = &probe->handshake;

	probe->has_tls = handshake->session != NULL && handshake->negotiated;
	memset(&probe->tls, 0, sizeof(probe->tls));
	if (handshake->session != NULL)
		handshake_facts(handshake, &probe->tls);
}

void
probe_observe(
    struct probe *probe, struct observation *seen, char ip[ADDRESS_TEXT_SIZE])
{
	const struct handshake *handshake = &probe->handshake;

	probe_describe(probe->job->target, seen);
	if (probe->has_address &&
	    address_format(
		bytes_of(probe->address.octets, probe->address.size), ip))
		seen->ip = ip;
	seen->sni = probe_sni(probe->job->target);
	seen->timestamp = probe->timestamp;
	seen->attempts = probe->job->attempts;
	seen->timing = probe->timing;
	seen->timing.dns_ms = probe->job->dns_ms;
	seen->status = probe->failed ? probe->failure.status : STATUS_SUCCESS;
	seen->error = probe->failed ? probe->failure.sentence : NULL;
	seen->has_tls = probe->has_tls;
	seen->tls = probe->tls;
	/* Else the chain is what an earlier target left. */
	if (!probe->has_tls)
		return;
	seen->chain = handshake->chain.certificates;
	seen->received_count = handshake->chain.count;
}

enum pace_outcome
probe_outcome(const struct probe *probe)
{
	if (!probe->failed)
		return PACE_ANSWERED;
	switch (probe->failure.status) {
	case STATUS_CONNECTION_TIMEOUT:
		return PACE_SILENT;
	case STATUS_CONNECTION_RESET:
	case STATUS_IO_TIMEOUT:
		return PACE_TROUBLED;
	case STATUS_CONNECTION_CLOSED:
		return probe->failure.may_pass ? PACE_TROUBLED : PACE_ANSWERED;
	case STATUS_UNKNOWN_ERROR:
	case STATUS_DNS_ERROR:
		return PACE_NOTHING;
	default:
		return PACE_ANSWERED;
	}
}

void
probe_explain_handshake(struct probe *probe)
{
	const struct wire *wire = &probe->wire;
	struct failure *failure = &probe->failure;

	probe->failed = true;
	if (failure_of_first_octets(
		failure, bytes_of(wire->first, wire->first_size)))
		return;
	if (wire->ended == 0 || handshake_knows_reason(&probe->handshake)) {
		handshake_failure(&probe->handshake, failure);
		return;
	}
	failure_of_stream(failure, wire_end_code(wire));
	/* Closed without a word: so does a server that has too many. */
	if (wire->first_size == 0)
		failure->may_pass = true;
}
