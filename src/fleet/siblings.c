/*
 * Looks for the siblings of one host in a saved run.  Only lines that name its
 * site, or a certificate that it misses, are read as records: a run may be
 * large.
 */
#include "fleet/siblings.h"

#include <stdlib.h>

#include "base/memory.h"
#include "fleet/sites.h"
#include "model/record_line.h"

struct siblings {
	char *run;
	struct archive *archive;
};

/* One pass through the run, for one host. */
struct sibling_search {
	const struct result *result;
	const char **senders;
	bool *is_sibling; /* each sender: of the same site */
	struct sites *sites;
	size_t siblings;
	struct arena *arena;
};

struct siblings *
siblings_open(const char *run, char **error)
{
	struct archive *archive = archive_open(run, error);
	struct siblings *siblings;

	if (archive == NULL)
		return NULL;
	siblings = memory_new(sizeof(*siblings));
	siblings->run = memory_string(run);
	siblings->archive = archive;
	return siblings;
}

void
siblings_free(struct siblings *siblings)
{
	if (siblings == NULL)
		return;
	archive_close(siblings->archive);
	free(siblings->run);
	free(siblings);
}

static bool
may_matter(const struct result *result, struct bytes line)
{
	const struct verdict *verdict = &result->verdict;

	if (result->seen.site != NULL &&
	    record_line_is_of_site(line, result->seen.site))
		return true;
	for (size_t i = 0; i < verdict->missing_count; i++)
		if (record_line_names_certificate(
			line, &verdict->missing[i].sha256))
			return true;
	return false;
}

static void
note(struct sibling_search *search, size_t record, const struct result *result)
{
	const struct observation *seen = &result->seen;
	const struct observation *own = &search->result->seen;
	const struct verdict *verdict = &search->result->verdict;
	bool is_sibling =
	    own->site != NULL && string_equal(own->site, seen->site);

	/* The host's own record of that run is not one of its siblings. */
	if (seen->host == NULL ||
	    (strcmp(seen->host, own->host) == 0 && seen->port == own->port))
		return;
	/* As in a fleet's run: of the same site before others, then by name. */
	for (size_t i = 0; i < verdict->missing_count; i++) {
		const char **sender = &search->senders[i];

		if (!observation_received(seen, &verdict->missing[i].sha256) ||
		    (*sender != NULL &&
			(search->is_sibling[i] != is_sibling
				? search->is_sibling[i]
				: strcmp(*sender, seen->host) <= 0)))
			continue;
		*sender = arena_string(search->arena, seen->host);
		search->is_sibling[i] = is_sibling;
	}
	if (!is_sibling)
		return;
	sites_add(search->sites, record, result);
	search->siblings++;
}

/* The host is added to its siblings as the last of them. */
static void
compare(struct sibling_search *search, struct sibling_facts *found)
{
	const struct site_group *group;

	sites_add(search->sites, UINT32_MAX, search->result);
	if (sites_settle(search->sites) < 0)
		return;
	/* No site but this one was added. */
	group = sites_at(search->sites, 0);
	found->difference_count = sites_compare(search->sites, group,
	    group->hosts - 1, search->arena, found->differs);
	/* The usual values are the group's, which ends with the search. */
	for (size_t i = 0; i < found->difference_count; i++)
		found->differs[i].usual =
		    arena_string(search->arena, found->differs[i].usual);
}

bool
siblings_find(const struct siblings *siblings, const struct result *result,
    struct arena *arena, struct sibling_facts *found)
{
	const struct verdict *verdict = &result->verdict;
	size_t count = verdict->missing_count;
	struct arena *scratch;
	bool has_sender = false;
	struct sibling_search search = { .result = result, .arena = arena };

	if (result->seen.received_count == 0 || result->seen.host == NULL)
		return false;
	search.sites = sites_new();
	search.senders = arena_array(arena, count, sizeof(*search.senders));
	search.is_sibling =
	    arena_array(arena, count, sizeof(*search.is_sibling));
	scratch = arena_new();
	for (size_t i = 0; i < archive_count(siblings->archive); i++) {
		struct bytes line;
		struct result other;
		const char *reason;

		arena_reset(scratch);
		if (archive_line(siblings->archive, i, scratch, &line) &&
		    may_matter(result, line) &&
		    result_read(scratch, line, &other, &reason))
			note(&search, i, &other);
	}
	arena_free(scratch);
	*found = (struct sibling_facts){
		.run = siblings->run,
		.count = search.siblings,
		.senders = search.senders,
	};
	if (search.siblings > 0)
		compare(&search, found);
	for (size_t i = 0; i < count; i++)
		has_sender = has_sender || search.senders[i] != NULL;
	sites_free(search.sites);
	return search.siblings > 0 || has_sender;
}
