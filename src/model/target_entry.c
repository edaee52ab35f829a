/*
 * What a list names is checked here, whatever the list's form; what becomes
 * of it is decided in target_list.c.
 */
#include "model/target_entry.h"

#include <stdlib.h>

#include "model/endpoint.h"
#include "model/starttls_name.h"
#include "model/target.h"

static const char fault_port[] = "a port is a number from 1 to 65535";
static const char fault_ip[] = "not an IP address";
static const char fault_block_ip[] = "an address block has no one IP address";
static const char fault_starttls[] =
    "an unknown STARTTLS protocol; known are " STARTTLS_NAMES "auto none";
static const char fault_sni[] = "a server name (SNI) cannot be an address";

void
target_entry_clear(struct target_entry *entry)
{
	free(entry->host);
	free(entry->ip);
	free(entry->sni);
	*entry = (struct target_entry){ .host = NULL };
}

/*
 * "192.0.2.0/24", "192.0.2.0/24:8443"; also what only begins so, as
 * "192.0.2.0/255.255.255.0", which is not the path of a URL.
 */
static bool
is_block(const char *typed, struct bytes *block, struct bytes *port)
{
	const char *slash = strchr(typed, '/');
	const char *colon = slash == NULL ? NULL : strchr(slash, ':');
	size_t size = strlen(typed);

	if (slash == NULL || slash[1] < '0' || slash[1] > '9' ||
	    strstr(typed, "://") != NULL || !list_is_address(typed))
		return false;
	if (colon != NULL)
		size = (size_t)(colon - typed);
	*block = bytes_of(typed, size);
	*port =
	    colon == NULL ? bytes_of(typed, 0) : bytes_from_string(colon + 1);
	return true;
}

static const char *
read_host(struct target_entry *entry, const char *typed)
{
	struct bytes text = bytes_from_string(typed), block, port;
	struct endpoint endpoint;
	const char *fault = NULL;

	if (is_block(typed, &block, &port)) {
		entry->is_block =
		    address_block_parse(&entry->block, block, &fault);
		if (fault == NULL && block.size < text.size &&
		    !endpoint_port_parse(port, &entry->port))
			fault = fault_port;
		return fault;
	}
	if (!endpoint_parse(&endpoint, text, &fault))
		return fault;
	entry->port = endpoint.port;
	entry->starttls = endpoint.starttls;
	if (address_range_is(endpoint.host)) {
		entry->is_block =
		    address_range_parse(&entry->block, endpoint.host, &fault);
		return fault;
	}
	entry->host =
	    target_host_normalize(endpoint.host, &entry->is_address, &fault);
	return fault;
}

static const char *
read_ip(struct target_entry *entry, const char *typed)
{
	struct bytes text = bytes_from_string(typed);
	const char *fault;
	bool is_address;

	if (entry->is_block)
		return fault_block_ip;
	if (strchr(typed, '/') != NULL || address_range_is(text)) {
		entry->is_block =
		    strchr(typed, '/') != NULL
			? address_block_parse(&entry->block, text, &fault)
			: address_range_parse(&entry->block, text, &fault);
		return fault;
	}
	entry->ip = target_host_normalize(text, &is_address, &fault);
	if (entry->ip == NULL || !is_address)
		return fault_ip;
	/* Without a name, or with its own as one, the address is the host. */
	if (entry->host == NULL || strcmp(entry->host, entry->ip) == 0) {
		free(entry->host);
		entry->host = entry->ip;
		entry->ip = NULL;
		entry->is_address = true;
	}
	return NULL;
}

void
target_entry_check(struct target_entry *entry, const struct list_entry *from)
{
	const char *fault = from->fault;
	bool is_address;

	target_entry_clear(entry);
	if (fault == NULL && (from->host != NULL || from->ip == NULL))
		fault = read_host(entry, from->host != NULL ? from->host : "");
	if (fault == NULL && from->ip != NULL)
		fault = read_ip(entry, from->ip);
	if (fault == NULL && from->port != NULL &&
	    !endpoint_port_parse(bytes_from_string(from->port), &entry->port))
		fault = fault_port;
	if (fault == NULL && from->sni != NULL) {
		entry->sni = target_host_normalize(
		    bytes_from_string(from->sni), &is_address, &fault);
		if (entry->sni != NULL && is_address)
			fault = fault_sni;
	}
	if (fault == NULL && from->starttls != NULL) {
		entry->starttls = starttls_choice(from->starttls);
		if (entry->starttls == NULL)
			fault = fault_starttls;
	}
	entry->fault = fault;
}
