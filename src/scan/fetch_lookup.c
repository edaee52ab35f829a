/* Both families are asked for at once; the answers become one row for curl. */
#include "scan/fetch_lookup.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/memory.h"
#include "scan/fetch_address.h"

struct fetch_names {
	struct resolver *resolver;
	struct hosts_file *hosts;
};

/* As in the scan itself: DNS servers that were named come before the file. */
struct fetch_names *
fetch_names_new(uv_loop_t *loop, const char **servers, size_t count,
    unsigned most_names, unsigned timeout_ms, const char **error)
{
	struct fetch_names *names = memory_new(sizeof(*names));
	struct resolver_options options = {
		.servers = servers,
		.server_count = count,
		.most_questions = 2 * most_names,
		.timeout_ms = timeout_ms,
	};

	if (count == 0)
		names->hosts = hosts_file_read("/etc/hosts");
	options.hosts = names->hosts;
	if (resolver_global_init(error) == 0) {
		names->resolver = resolver_new(loop, &options, error);
		if (names->resolver != NULL)
			return names;
		resolver_global_deinit();
	}
	hosts_file_free(names->hosts);
	free(names);
	return NULL;
}

void
fetch_names_close(struct fetch_names *names)
{
	resolver_close(names->resolver);
}

void
fetch_names_free(struct fetch_names *names)
{
	resolver_free(names->resolver);
	resolver_global_deinit();
	hosts_file_free(names->hosts);
	free(names);
}

/* The first that is not public has its sentence. */
static void
check_address(struct fetch_lookup *lookup, const struct net_address *address)
{
	struct sockaddr_storage to;

	if (!lookup->only_public || lookup->error.size > 0)
		return;
	net_address_sockaddr(address, 0, &to);
	address_refuse((const struct sockaddr *)&to, &lookup->error);
}

static void
append_addresses(
    struct fetch_lookup *lookup, const struct address_list *addresses)
{
	struct text *row = &lookup->row;
	char text[ADDRESS_TEXT_SIZE];

	for (unsigned i = 0; i < addresses->count; i++) {
		const struct net_address *at = &addresses->at[i];

		if (!address_format(bytes_of(at->octets, at->size), text))
			continue;
		check_address(lookup, at);
		if (row->data[row->size - 1] != ':')
			text_append_char(row, ',');
		text_printf(row, at->size == 16 ? "[%s]" : "%s", text);
	}
}

static void
take_answer(struct fetch_lookup *lookup, enum resolve_result result,
    const struct address_list *addresses)
{
	struct failure failure;

	append_addresses(lookup, addresses);
	if (result < lookup->result || lookup->waiting == 2)
		lookup->result = result;
	if (--lookup->waiting > 0)
		return;
	if (lookup->row.data[lookup->row.size - 1] == ':') {
		resolve_failure(lookup->result, &failure);
		text_append(&lookup->error, failure.sentence);
	}
	lookup->done(lookup);
}

static void
on_v4(struct question *question, enum resolve_result result,
    const struct address_list *addresses)
{
	take_answer(
	    (void *)((char *)question - offsetof(struct fetch_lookup, v4)),
	    result, addresses);
}

static void
on_v6(struct question *question, enum resolve_result result,
    const struct address_list *addresses)
{
	take_answer(
	    (void *)((char *)question - offsetof(struct fetch_lookup, v6)),
	    result, addresses);
}

void
fetch_lookup_begin(struct fetch_lookup *lookup, struct fetch_names *names,
    const char *host_port, void (*done)(struct fetch_lookup *))
{
	char *copy = memory_string(host_port), *host = copy;
	char *colon = strrchr(copy, ':');
	struct net_address literal;

	*colon = '\0';
	if (host[0] == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		host++;
	}
	text_clear(&lookup->row);
	text_clear(&lookup->error);
	if (net_address_parse(&literal, host)) {
		free(copy);
		check_address(lookup, &literal);
		done(lookup);
		return;
	}
	text_printf(&lookup->row, "%s:", host_port);
	lookup->done = done;
	lookup->waiting = 2;
	lookup->v4.answered = on_v4;
	lookup->v6.answered = on_v6;
	resolver_ask(names->resolver, host, 4, &lookup->v4);
	resolver_ask(names->resolver, host, 16, &lookup->v6);
	free(copy);
}

void
fetch_lookup_clear(struct fetch_lookup *lookup)
{
	text_free(&lookup->row);
	text_free(&lookup->error);
}
