/* Hosts are told apart by their names as records have them, in lower case. */
#include "audit/served.h"

#include <stdlib.h>

#include "audit/expected.h"
#include "base/map.h"
#include "base/memory.h"

struct host_names {
	struct seen *once, *again;
};

struct host_names *
host_names_new(void)
{
	struct host_names *names = memory_new(sizeof(*names));

	names->once = seen_new();
	names->again = seen_new();
	return names;
}

void
host_names_free(struct host_names *names)
{
	if (names == NULL)
		return;
	seen_free(names->once);
	seen_free(names->again);
	free(names);
}

void
host_names_add(struct host_names *names, const char *host)
{
	struct bytes name = bytes_from_string(host);

	if (!seen_add(names->once, name))
		seen_add(names->again, name);
}

bool
host_names_repeat(const struct host_names *names, const char *host)
{
	return names != NULL && host != NULL &&
	       seen_has(names->again, bytes_from_string(host));
}

struct served_leaf {
	const char *ip, *at; /* at: with the port */
	uint16_t port;
	uint64_t names;
	enum key_kind key_kind;
	int64_t not_before;
	struct served_leaf *next;
};

struct served_host {
	const char *name;
	struct served_leaf *first;
};

struct served {
	struct arena *arena;
	struct map *hosts; /* name -> struct served_host */
};

struct served *
served_new(void)
{
	struct served *served = memory_new(sizeof(*served));

	served->arena = arena_new();
	served->hosts = map_new();
	return served;
}

void
served_free(struct served *served)
{
	if (served == NULL)
		return;
	map_free(served->hosts);
	arena_free(served->arena);
	free(served);
}

/* False: it has no leaf with dates.  Where it is served is left out. */
static bool
read_leaf(const struct observation *seen, struct served_leaf *leaf)
{
	struct certificate *certificate;
	bool has_dates;

	if (seen->received_count == 0 || seen->chain == NULL ||
	    seen->chain[0].size == 0)
		return false;
	certificate = certificate_new(seen->chain[0]);
	has_dates = certificate->times_valid;
	*leaf = (struct served_leaf){
		.names = expected_names(certificate),
		.key_kind = certificate->key_kind,
		.not_before = certificate->not_before,
	};
	certificate_free(certificate);
	return has_dates;
}

void
served_add(struct served *served, const struct observation *seen)
{
	struct served_host *host;
	struct served_leaf leaf, *kept;

	if (seen->host == NULL || !read_leaf(seen, &leaf))
		return;
	host = map_get(served->hosts, bytes_from_string(seen->host));
	if (host == NULL) {
		host = arena_alloc(served->arena, sizeof(*host));
		*host = (struct served_host){
			.name = arena_string(served->arena, seen->host),
		};
		map_put(served->hosts, bytes_from_string(host->name), host);
	}
	kept = arena_alloc(served->arena, sizeof(*kept));
	*kept = leaf;
	kept->ip = arena_string(served->arena, seen->ip);
	kept->port = seen->port;
	kept->at = seen->ip == NULL
		       ? arena_printf(served->arena, "port %u", seen->port)
		       : arena_printf(served->arena, "%s, port %u", seen->ip,
			     seen->port);
	kept->next = host->first;
	host->first = kept;
}

struct newer_leaf
served_newer(const struct served *served, const struct observation *seen)
{
	const struct served_leaf *newest = NULL;
	struct served_leaf leaf;
	const struct served_host *host =
	    seen->host == NULL
		? NULL
		: map_get(served->hosts, bytes_from_string(seen->host));

	if (host == NULL || !read_leaf(seen, &leaf))
		return (struct newer_leaf){ .at = NULL };
	for (const struct served_leaf *other = host->first; other != NULL;
	     other = other->next) {
		int64_t latest =
		    newest == NULL ? leaf.not_before : newest->not_before;
		/* Whichever thread was first: the places are in order. */
		bool is_before = newest != NULL &&
				 other->not_before == latest &&
				 strcmp(other->at, newest->at) < 0;

		if (other->names == leaf.names &&
		    other->key_kind == leaf.key_kind &&
		    (other->not_before > latest || is_before))
			newest = other;
	}
	if (newest == NULL)
		return (struct newer_leaf){ .at = NULL };
	/* The port is told where it is another one. */
	return (struct newer_leaf){
		.at = newest->ip != NULL && newest->port == seen->port
			  ? newest->ip
			  : newest->at,
		.not_before = newest->not_before,
	};
}
