/* A deadline, and two numbers for each server. */
#include "scan/fetch_budget.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/memory.h"

struct server {
	char *name; /* the key */
	unsigned asked, silences;
};

struct fetch_budget {
	_Atomic uint64_t deadline_ms;
	unsigned most_urls_a_server;
	struct map *servers;
};

static uint64_t
now_ms(void)
{
	return clock_monotonic_ns() / 1000000;
}

struct fetch_budget *
fetch_budget_new(uint64_t timeout_ms, unsigned most_urls_a_server)
{
	struct fetch_budget *budget = memory_new(sizeof(*budget));

	fetch_budget_limit(budget, timeout_ms);
	budget->most_urls_a_server = most_urls_a_server;
	budget->servers = map_new();
	return budget;
}

void
fetch_budget_limit(struct fetch_budget *budget, uint64_t timeout_ms)
{
	uint64_t now = now_ms();

	atomic_store(&budget->deadline_ms,
	    timeout_ms < UINT64_MAX - now ? now + timeout_ms : UINT64_MAX);
}

void
fetch_budget_free(struct fetch_budget *budget)
{
	struct bytes key;
	void *value;

	if (budget == NULL)
		return;
	for (size_t at = 0; map_next(budget->servers, &at, &key, &value);) {
		struct server *server = value;

		free(server->name);
		free(server);
	}
	map_free(budget->servers);
	free(budget);
}

uint64_t
fetch_budget_left_ms(const struct fetch_budget *budget)
{
	uint64_t now = now_ms(), deadline = atomic_load(&budget->deadline_ms);

	return now < deadline ? deadline - now : 0;
}

bool
fetch_budget_is_over(const struct fetch_budget *budget)
{
	return fetch_budget_left_ms(budget) == 0;
}

static struct server *
server_get(struct fetch_budget *budget, const char *name)
{
	struct server *server =
	    map_get(budget->servers, bytes_from_string(name));

	if (server != NULL)
		return server;
	server = memory_new(sizeof(*server));
	server->name = memory_string(name);
	map_put(budget->servers, bytes_from_string(server->name), server);
	return server;
}

const char *
fetch_budget_refuses(struct fetch_budget *budget, const char *name)
{
	struct server *server = server_get(budget, name);

	if (server->silences >= FETCH_MOST_SILENCES)
		return "not asked: this server was silent twice";
	if (server->asked >= budget->most_urls_a_server)
		return "not asked: too many URLs lead to this server";
	server->asked++;
	return NULL;
}

void
fetch_budget_note(struct fetch_budget *budget, const char *name, bool is_silent)
{
	struct server *server = server_get(budget, name);

	server->silences = is_silent ? server->silences + 1 : 0;
}
