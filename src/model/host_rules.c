/*
 * Names of hosts, sites and tags, each with the rules that name it, in
 * ascending order.  The content of a rule is its owner's.
 */
#include "model/host_rules.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/memory.h"
#include "model/endpoint.h"
#include "model/site.h"
#include "model/target.h"

static const char fault_star[] =
    "a star stands alone or for the first labels, as in *.example.com";
static const char fault_block[] = "address blocks and URLs name no host here";

/* One rule under one name. */
struct mention {
	size_t rule;
	uint16_t port; /* 0: any */
};

struct mentions {
	char *name;
	struct mention *list;
	size_t count, capacity;
};

struct host_rule {
	bool placed; /* by sites or hosts: tags narrow it */
	char **tags;
	size_t tag_count, tag_capacity;
};

struct host_rules {
	struct host_rule *rules;
	size_t count, capacity;
	struct map *hosts, *sites, *tags;
	struct map *domains; /* "example.com" for "*.example.com" */
	struct mentions all; /* "*" */
};

struct host_rules *
host_rules_new(void)
{
	struct host_rules *rules = memory_new(sizeof(*rules));

	rules->hosts = map_new();
	rules->sites = map_new();
	rules->tags = map_new();
	rules->domains = map_new();
	return rules;
}

static void
mentions_map_free(struct map *map)
{
	struct bytes key;
	void *value;

	for (size_t at = 0; map_next(map, &at, &key, &value);) {
		struct mentions *mentions = value;

		free(mentions->name);
		free(mentions->list);
		free(mentions);
	}
	map_free(map);
}

void
host_rules_free(struct host_rules *rules)
{
	if (rules == NULL)
		return;
	for (size_t i = 0; i < rules->count; i++) {
		for (size_t j = 0; j < rules->rules[i].tag_count; j++)
			free(rules->rules[i].tags[j]);
		free(rules->rules[i].tags);
	}
	free(rules->rules);
	mentions_map_free(rules->hosts);
	mentions_map_free(rules->sites);
	mentions_map_free(rules->tags);
	mentions_map_free(rules->domains);
	free(rules->all.list);
	free(rules);
}

size_t
host_rules_add(struct host_rules *rules)
{
	rules->rules = memory_grow(rules->rules, rules->count, &rules->capacity,
	    sizeof(*rules->rules));
	rules->rules[rules->count] = (struct host_rule){ .placed = false };
	return rules->count++;
}

static void
add_mention(
    const struct host_rules *rules, struct mentions *mentions, uint16_t port)
{
	mentions->list = memory_grow(mentions->list, mentions->count,
	    &mentions->capacity, sizeof(*mentions->list));
	mentions->list[mentions->count++] =
	    (struct mention){ rules->count - 1, port };
}

static void
mention(
    struct host_rules *rules, struct map *map, const char *name, uint16_t port)
{
	struct mentions *mentions = map_get(map, bytes_from_string(name));

	if (mentions == NULL) {
		mentions = memory_new(sizeof(*mentions));
		mentions->name = memory_string(name);
		map_put(map, bytes_from_string(mentions->name), mentions);
	}
	add_mention(rules, mentions, port);
}

/* A name below the registrable domain is never the site of a host. */
const char *
host_rules_name_site(struct host_rules *rules, const char *site)
{
	const char *fault = NULL;
	bool is_address;
	char *host =
	    target_host_normalize(bytes_from_string(site), &is_address, &fault);
	struct arena *arena;

	if (host == NULL)
		return fault;
	arena = arena_new();
	if (strcmp(site_of_host(arena, host), host) != 0)
		fault = "is a host within a site: name it under hosts";
	else
		mention(rules, rules->sites, host, 0);
	rules->rules[rules->count - 1].placed = true;
	arena_free(arena);
	free(host);
	return fault;
}

static const char *
name_in(struct host_rules *rules, struct map *map, struct bytes pattern)
{
	struct endpoint endpoint;
	const char *fault = NULL;
	bool is_address;
	char *host;

	if (pattern.size == 0)
		return "is empty";
	if (memchr(pattern.data, '*', pattern.size) != NULL)
		return fault_star;
	if (memchr(pattern.data, '/', pattern.size) != NULL)
		return fault_block;
	if (!endpoint_parse(&endpoint, pattern, &fault))
		return fault;
	host = target_host_normalize(endpoint.host, &is_address, &fault);
	if (host != NULL && is_address && map == rules->domains)
		fault = fault_star;
	else if (host != NULL)
		mention(rules, map, host, endpoint.port);
	free(host);
	return fault;
}

const char *
host_rules_name_host(struct host_rules *rules, const char *pattern)
{
	struct bytes text = bytes_from_string(pattern);
	uint16_t port = 0;

	rules->rules[rules->count - 1].placed = true;
	if (pattern[0] != '*')
		return name_in(rules, rules->hosts, text);
	if (pattern[1] == '.')
		return name_in(rules, rules->domains,
		    bytes_of(text.data + 2, text.size - 2));
	if (pattern[1] != '\0' &&
	    (pattern[1] != ':' ||
		!endpoint_port_parse(
		    bytes_of(text.data + 2, text.size - 2), &port)))
		return fault_star;
	add_mention(rules, &rules->all, port);
	return NULL;
}

const char *
host_rules_name_tag(struct host_rules *rules, const char *tag)
{
	struct host_rule *rule = &rules->rules[rules->count - 1];

	if (*tag == '\0')
		return "is empty";
	if (!rule->placed) {
		mention(rules, rules->tags, tag, 0);
		return NULL;
	}
	rule->tags = memory_grow(rule->tags, rule->tag_count,
	    &rule->tag_capacity, sizeof(*rule->tags));
	rule->tags[rule->tag_count++] = memory_string(tag);
	return NULL;
}

/* The place of the first mention of a rule from `from` on. */
static size_t
first_from(const struct mentions *mentions, size_t from)
{
	size_t low = 0, high = mentions->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mentions->list[middle].rule < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first rule for the host under this name, where it is before `best`. */
static size_t
earlier(const struct host_rules *rules, const struct mentions *mentions,
    const struct host_subject *subject, size_t from, size_t best)
{
	if (mentions == NULL)
		return best;
	for (size_t i = first_from(mentions, from); i < mentions->count; i++) {
		const struct mention *at = &mentions->list[i];
		const struct host_rule *rule = &rules->rules[at->rule];
		bool has_tag = rule->tag_count == 0;

		if (at->rule >= best)
			break;
		if (at->port != 0 && at->port != subject->port)
			continue;
		for (size_t k = 0; k < rule->tag_count; k++)
			for (size_t j = 0; j < subject->tag_count; j++)
				has_tag = has_tag || strcmp(rule->tags[k],
							 subject->tags[j]) == 0;
		if (has_tag)
			return at->rule;
	}
	return best;
}

static size_t
earlier_named(const struct host_rules *rules, const struct map *map,
    const char *name, const struct host_subject *subject, size_t from,
    size_t best)
{
	if (name == NULL || map_count(map) == 0)
		return best;
	return earlier(
	    rules, map_get(map, bytes_from_string(name)), subject, from, best);
}

size_t
host_rules_next(const struct host_rules *rules,
    const struct host_subject *subject, size_t from)
{
	const char *domain = subject->host;
	size_t best =
	    earlier(rules, &rules->all, subject, from, HOST_RULES_NONE);

	best = earlier_named(
	    rules, rules->hosts, subject->host, subject, from, best);
	best = earlier_named(
	    rules, rules->sites, subject->site, subject, from, best);
	for (size_t i = 0; i < subject->tag_count; i++)
		best = earlier_named(
		    rules, rules->tags, subject->tags[i], subject, from, best);
	if (map_count(rules->domains) == 0)
		return best;
	while ((domain = strchr(domain, '.')) != NULL)
		best = earlier_named(
		    rules, rules->domains, ++domain, subject, from, best);
	return best;
}
