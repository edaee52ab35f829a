/* Rolls findings up; what a root's hosts are told is in audit/rules_roots.c. */
#include "fleet/tally_roots.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"

enum { MOST_ROOTS = 1000 }; /* a saved run can name any number of them */

struct tally_roots {
	struct map *map; /* by sentence */
};

struct tally_roots *
tally_roots_new(void)
{
	struct tally_roots *roots = memory_new(sizeof(*roots));

	roots->map = map_new();
	return roots;
}

void
tally_roots_free(struct tally_roots *roots)
{
	struct bytes key;
	void *value;
	size_t at = 0;

	if (roots == NULL)
		return;
	while (map_next(roots->map, &at, &key, &value)) {
		struct tally_root *root = value;

		for (size_t i = 0; i < root->client_count; i++)
			free(root->clients[i]);
		for (size_t i = 0; i < root->example_count; i++)
			free(root->examples[i]);
		free(root->sentence);
		free(root->cause);
		free(root->subject);
		free(root->sha256);
		free(root->date);
		free(root);
	}
	map_free(roots->map);
	free(roots);
}

static void
add_client(struct tally_root *root, const char *id)
{
	for (size_t i = 0; i < root->client_count; i++)
		if (strcmp(root->clients[i], id) == 0)
			return;
	if (root->client_count < TALLY_ROOT_CLIENTS)
		root->clients[root->client_count++] = memory_string(id);
}

static void
add_finding(struct tally_roots *roots, const struct finding *finding,
    const char *endpoint)
{
	const char *subject = NULL, *sha256 = NULL, *date = NULL;
	const char *repair = NULL;
	size_t size = finding->detail == NULL ? 0 : strlen(finding->detail);
	struct tally_root *root;

	for (size_t i = 0; i < finding->evidence_count; i++) {
		const struct evidence *evidence = &finding->evidence[i];

		if (strcmp(evidence->key, "root") == 0)
			subject = evidence->value;
		else if (strcmp(evidence->key, "sha256") == 0)
			sha256 = evidence->value;
		else if (strcmp(evidence->key, "date") == 0)
			date = evidence->value;
		else if (strcmp(evidence->key, "repair") == 0)
			repair = evidence->value;
	}
	/* The repair, behind a semicolon, is a host's own. */
	if (repair != NULL && strlen(repair) + 2 < size)
		size -= strlen(repair) + 2;
	root = map_get(roots->map, bytes_of(finding->detail, size));
	if (root == NULL && map_count(roots->map) == MOST_ROOTS)
		return;
	if (root == NULL) {
		root = memory_new(sizeof(*root));
		root->number = map_count(roots->map);
		root->sentence = memory_new(size + 1);
		if (size > 0)
			memcpy(root->sentence, finding->detail, size);
		root->cause = memory_string(finding->cause);
		root->subject = memory_string(subject);
		root->sha256 = memory_string(sha256);
		root->date = memory_string(date);
		map_put(roots->map, bytes_of(root->sentence, size), root);
	}
	root->hosts++;
	root->warned += finding->severity > SEVERITY_NOTICE;
	root->repairable += repair != NULL;
	for (size_t i = 0; i < finding->evidence_count; i++)
		if (strcmp(finding->evidence[i].key, "clients") == 0)
			add_client(root, finding->evidence[i].value);
	if (root->example_count < TALLY_ROOT_EXAMPLES)
		root->examples[root->example_count++] = memory_string(endpoint);
}

void
tally_roots_add(struct tally_roots *roots, const struct result *result,
    const char *endpoint)
{
	const struct verdict *verdict = &result->verdict;

	for (size_t i = 0; i < verdict->finding_count; i++)
		if (finding_is(&verdict->findings[i], FINDING_ROOT_LEAVES))
			add_finding(roots, &verdict->findings[i], endpoint);
}

static int
by_weight(const void *left, const void *right)
{
	const struct tally_root *a = *(const struct tally_root *const *)left;
	const struct tally_root *b = *(const struct tally_root *const *)right;

	if ((a->warned > 0) != (b->warned > 0))
		return a->warned > 0 ? -1 : 1;
	if (a->hosts != b->hosts)
		return a->hosts < b->hosts ? 1 : -1;
	return a->number < b->number ? -1 : 1;
}

const struct tally_root **
tally_roots_list(const struct tally_roots *roots, size_t *count)
{
	const struct tally_root **list =
	    memory_array(map_count(roots->map) + 1, sizeof(*list));
	struct bytes key;
	void *value;
	size_t at = 0;

	*count = 0;
	while (map_next(roots->map, &at, &key, &value))
		list[(*count)++] = value;
	qsort(list, *count, sizeof(*list), by_weight);
	return list;
}
