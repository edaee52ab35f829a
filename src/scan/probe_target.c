/* Reads targets and failures.  Opens nothing. */
#include "scan/probe_target.h"

#include "base/fnv.h"

struct destination
probe_destination(
    const struct scan_options *options, const struct target *target)
{
	struct destination to = { target->host, target->ip, target->port };
	bool is_address = target->is_address;

	for (size_t i = 0; i < options->connect_to_count; i++) {
		const struct connect_to *row = &options->connect_to[i];

		if ((row->port != 0 && row->port != target->port) ||
		    (row->host != NULL && strcmp(row->host, target->host) != 0))
			continue;
		if (row->to_port != 0)
			to.port = row->to_port;
		/* Of a name whose addresses are targets each, the address is
		   one of the other host's already. */
		if (row->to_host != NULL && target->name_group == NULL) {
			to.host = row->to_host;
			to.address = NULL;
			is_address = row->is_address;
		}
		break;
	}
	if (to.address != NULL)
		return to;
	for (size_t i = 0; i < options->override_count; i++) {
		const struct resolve_override *row = &options->overrides[i];

		if (row->port != to.port ||
		    (strcmp(row->host, "*") != 0 &&
			strcmp(row->host, to.host) != 0))
			continue;
		if (row->to_port != 0)
			to.port = row->to_port;
		to.address = row->ip;
		return to;
	}
	if (is_address)
		to.address = to.host;
	return to;
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
probe_pace_key(const struct scan_options *options, const struct target *target,
    struct net_address *key)
{
	struct destination to = probe_destination(options, target);
	struct bytes name = bytes_from_string(to.host);
	uint64_t halves[2];

	if (to.address != NULL && net_address_parse(key, to.address))
		return;
	halves[0] = fnv_add(FNV_START, name);
	halves[1] = fnv_add(halves[0], name);
	*key = (struct net_address){ .size = sizeof(halves) };
	memcpy(key->octets, halves, sizeof(halves));
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
