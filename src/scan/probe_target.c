/* Reads targets and failures.  Opens nothing. */
#include "scan/probe_target.h"

const char *
probe_given_address(const struct scan_options *options, struct job *job)
{
	const struct target *target = job->target;

	job->port = target->port;
	if (target->ip != NULL)
		return target->ip;
	for (size_t i = 0; i < options->override_count; i++) {
		const struct resolve_override *row = &options->overrides[i];

		if (row->port != target->port ||
		    (strcmp(row->host, "*") != 0 &&
			strcmp(row->host, target->host) != 0))
			continue;
		if (row->to_port != 0)
			job->port = row->to_port;
		return row->ip;
	}
	return target->is_address ? target->host : NULL;
}

/* RFC 6066 section 3: addresses are not sent as names. */
const char *
probe_server_name(const struct target *target)
{
	struct net_address ignored;

	if (target->sni == NULL)
		return target->is_address ? NULL : target->host;
	return net_address_parse(&ignored, target->sni) ? NULL : target->sni;
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
	seen->name_group = target->name_group;
	seen->addresses = target->addresses;
	seen->mx_domain = target->mx_domain;
	seen->mx_preference = target->mx_preference;
	seen->mx_hosts = target->mx_hosts;
	seen->timing = (struct timing){ -1, -1, -1 };
}

enum pace_outcome
probe_outcome(const struct failure *failure)
{
	if (failure == NULL)
		return PACE_ANSWERED;
	switch (failure->status) {
	case STATUS_CONNECTION_TIMEOUT:
		return PACE_SILENT;
	case STATUS_CONNECTION_RESET:
	case STATUS_IO_TIMEOUT:
		return PACE_TROUBLED;
	case STATUS_CONNECTION_CLOSED:
	case STATUS_STARTTLS_ERROR: /* "too many connections" */
		return failure->may_pass ? PACE_TROUBLED : PACE_ANSWERED;
	case STATUS_PROXY_ERROR:
	case STATUS_UNKNOWN_ERROR:
	case STATUS_DNS_ERROR:
		return PACE_NOTHING;
	default:
		return PACE_ANSWERED;
	}
}
