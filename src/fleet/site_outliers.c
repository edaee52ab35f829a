/*
 * The odd ones out of a site, worst first.  Small keys are sorted; a record
 * is read when its host is asked for, for one site may have very many.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "fleet/sites_internal.h"

enum { DAY = 86400 };

static uint8_t
rank_of(unsigned class_id)
{
	if (class_id == CLASS_OK)
		return 1;
	return class_id == CLASS_UNREACHABLE || class_id == CLASS_NO_TLS ? 2
									 : 0;
}

static int
by_oddity(const void *left, const void *right)
{
	const struct odd_host *a = left, *b = right;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->differences != b->differences)
		return a->differences > b->differences ? -1 : 1;
	if (a->failing != b->failing)
		return a->failing > b->failing ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static void
list_odd(struct sites *sites)
{
	const struct site_group *group = &sites->group;
	size_t count = 0;

	sites->odd = memory_array(group->outliers + 1, sizeof(*sites->odd));
	for (size_t i = 0; i < group->hosts && count < group->outliers; i++) {
		const struct site_row *row = sites_row(sites, i);
		unsigned differs = sites_differences(sites, row);

		if (row->class_id == CLASS_OK && differs == 0)
			continue;
		sites->odd[count++] = (struct odd_host){
			(uint32_t)i,
			rank_of(row->class_id),
			(uint8_t)__builtin_popcount(differs),
			row->failing,
		};
	}
	qsort(sites->odd, count, sizeof(*sites->odd), by_oddity);
}

/* Returns how many. */
static size_t
list_differences(struct sites *sites, const struct site_row *row,
    struct arena *arena, struct site_difference differs[SITE_FIELDS])
{
	const struct site_group *group = &sites->group;
	unsigned bits = sites_differences(sites, row);
	struct site_words words;
	size_t count = 0;

	site_rows_words(sites->rows, row, arena, &words);
	for (unsigned i = 0; i < SITE_FIELDS; i++) {
		struct site_difference *difference = &differs[count];

		if ((bits & 1u << i) == 0)
			continue;
		count++;
		*difference = (struct site_difference){
			.field = (enum site_field)i,
		};
		if (i < SITE_VALUES) {
			difference->value = words.values[i];
			difference->usual = group->usual[i];
			continue;
		}
		difference->expiry = row->not_after;
		difference->days = (group->expiry - row->not_after) / DAY;
	}
	return count;
}

size_t
sites_compare(struct sites *sites, const struct site_group *group, size_t at,
    struct arena *arena, struct site_difference differs[SITE_FIELDS])
{
	struct site_row row;

	sites_want_current(sites, group);
	row = *sites_row(sites, at);
	return list_differences(sites, &row, arena, differs);
}

static void
list_failing(struct arena *arena, const struct verdict *verdict,
    struct site_outlier *outlier)
{
	outlier->clients_failing =
	    arena_array(arena, verdict->client_count, sizeof(char *));
	for (size_t i = 0; i < verdict->client_count; i++)
		if (verdict->clients[i].accepts == ACCEPTS_NO)
			outlier->clients_failing[outlier->failing_count++] =
			    arena_string(arena, verdict->clients[i].id);
}

/* Only what is shown is kept of the record. */
bool
sites_outlier(struct sites *sites, const struct site_group *group, size_t at,
    struct archive *archive, struct arena *arena, struct site_outlier *outlier)
{
	struct site_row row;
	struct result result;
	const char *name;

	sites_want_current(sites, group);
	if (sites->odd == NULL)
		list_odd(sites);
	row = *sites_row(sites, sites->odd[at].at);
	arena_reset(sites->scratch);
	if (!archive_read(archive, row.record, sites->scratch, &result, NULL))
		return false;
	name = result.seen.host != NULL ? result.seen.host : "";
	*outlier = (struct site_outlier){
		.record = row.record,
		.host = arena_string(arena, name),
		.ip = arena_string(arena, result.seen.ip),
		.port = result.seen.port,
		.class_id = result.verdict.class_id,
		.cause = arena_string(arena, result.verdict.cause),
	};
	list_failing(arena, &result.verdict, outlier);
	outlier->difference_count =
	    list_differences(sites, &row, arena, outlier->differs);
	return true;
}

struct site_outlier *
sites_outliers(struct sites *sites, const struct site_group *group,
    struct archive *archive, struct arena *arena, size_t *count)
{
	struct site_outlier *list =
	    arena_array(arena, group->outliers + 1, sizeof(*list));

	*count = 0;
	for (size_t i = 0; i < group->outliers; i++)
		*count += sites_outlier(
		    sites, group, i, archive, arena, &list[*count]);
	return list;
}
