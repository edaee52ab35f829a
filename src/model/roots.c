/* Reads roots.json and finds its entries.  audit applies them. */
#include "model/roots.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"

static const char schema[] = "fleetscan/roots/1";

/* The document while it is read; `error` once something is wrong. */
struct roots_reader {
	struct arena *arena;
	const char *name;
	struct roots *roots;
	const char *error;
};

static bool
fail(struct roots_reader *reading, const char *array, size_t index,
    const char *member, const char *what)
{
	reading->error = arena_printf(reading->arena, "%s: %s[%zu].%s: %s",
	    reading->name, array, index, member, what);
	return false;
}

static bool
read_string(struct roots_reader *reading, const struct json *object,
    const char *array, size_t index, const char *member, const char **out)
{
	const char *value = json_string(json_get(object, member));

	if (value == NULL || *value == '\0')
		return fail(reading, array, index, member, "not a text");
	*out = arena_string(reading->arena, value);
	return true;
}

static const struct root_program *
find_program(const struct roots *roots, const char *id)
{
	for (size_t i = 0; id != NULL && i < roots->program_count; i++)
		if (strcmp(roots->programs[i].id, id) == 0)
			return &roots->programs[i];
	return NULL;
}

static bool
read_programs(struct roots_reader *reading, const struct json *list)
{
	struct roots *roots = reading->roots;
	struct root_program *programs =
	    arena_array(reading->arena, json_length(list), sizeof(*programs));

	roots->programs = programs;
	for (const struct json *at = json_first(list); at != NULL;
	     at = json_next(at)) {
		size_t i = roots->program_count++;

		if (!read_string(
			reading, at, "programs", i, "id", &programs[i].id) ||
		    !read_string(reading, at, "programs", i, "title",
			&programs[i].title))
			return false;
	}
	return true;
}

static bool
read_lists(struct roots_reader *reading, const struct json *array)
{
	struct roots *roots = reading->roots;
	struct root_list *lists =
	    arena_array(reading->arena, json_length(array), sizeof(*lists));

	if (json_length(array) > ROOTS_MOST_LISTS)
		return fail(reading, "lists", ROOTS_MOST_LISTS, "id",
		    "more lists than this version reads");
	roots->lists = lists;
	for (const struct json *at = json_first(array); at != NULL;
	     at = json_next(at)) {
		size_t i = roots->list_count++;

		if (!read_string(reading, at, "lists", i, "id", &lists[i].id) ||
		    !read_string(
			reading, at, "lists", i, "title", &lists[i].title) ||
		    !read_string(reading, at, "lists", i, "version",
			&lists[i].version) ||
		    !read_string(
			reading, at, "lists", i, "source", &lists[i].source))
			return false;
		lists[i].program =
		    find_program(roots, json_string(json_get(at, "program")));
		if (lists[i].program == NULL)
			return fail(
			    reading, "lists", i, "program", "no such program");
	}
	return true;
}

static bool
read_rules(struct roots_reader *reading, const struct json *array, size_t index,
    struct root *root)
{
	static const char *const kinds[] = {
		[ROOT_RULE_LOGGED] = "logged",
		[ROOT_RULE_ISSUED] = "issued",
	};

	root->rules = arena_array(
	    reading->arena, json_length(array), sizeof(*root->rules));
	for (const struct json *at = json_first(array); at != NULL;
	     at = json_next(at)) {
		struct root_rule *rule = &root->rules[root->rule_count++];
		const char *kind = json_string(json_get(at, "rule"));
		const char *date = json_string(json_get(at, "date"));

		rule->program = find_program(
		    reading->roots, json_string(json_get(at, "program")));
		if (rule->program == NULL)
			return fail(reading, "roots", index, "rules",
			    "no such program");
		/* An offset would be a date that moves. */
		if (date == NULL || date[0] == '+' || date[0] == '-' ||
		    !clock_parse(date, 0, &rule->date))
			return fail(
			    reading, "roots", index, "rules", "no such date");
		if (kind == NULL || (strcmp(kind, kinds[0]) != 0 &&
					strcmp(kind, kinds[1]) != 0))
			return fail(
			    reading, "roots", index, "rules", "no such rule");
		rule->kind = strcmp(kind, kinds[ROOT_RULE_ISSUED]) == 0
				 ? ROOT_RULE_ISSUED
				 : ROOT_RULE_LOGGED;
		rule->since = arena_string(
		    reading->arena, json_string(json_get(at, "since")));
	}
	return true;
}

static bool
read_root(struct roots_reader *reading, const struct json *object, size_t index,
    struct root *root)
{
	const struct roots *roots = reading->roots;
	const struct json *names = json_get(object, "in");

	if (!json_digest(json_get(object, "sha256"), &root->sha256))
		return fail(reading, "roots", index, "sha256",
		    "not 64 hexadecimal digits");
	if (!read_string(
		reading, object, "roots", index, "name", &root->name) ||
	    !read_string(
		reading, object, "roots", index, "subject", &root->subject))
		return false;
	for (const struct json *at = json_first(names); at != NULL;
	     at = json_next(at)) {
		const char *id = json_string(at);
		size_t i = 0;

		while (id != NULL && i < roots->list_count &&
		       strcmp(roots->lists[i].id, id) != 0)
			i++;
		if (id == NULL || i == roots->list_count)
			return fail(
			    reading, "roots", index, "in", "no such list");
		root->lists |= (uint64_t)1 << i;
	}
	return read_rules(reading, json_get(object, "rules"), index, root);
}

static int
compare(const void *a, const void *b)
{
	return digest_compare(&((const struct root *)a)->sha256,
	    &((const struct root *)b)->sha256);
}

static bool
read_roots(struct roots_reader *reading, const struct json *array)
{
	struct root *list =
	    arena_array(reading->arena, json_length(array), sizeof(*list));

	for (const struct json *at = json_first(array); at != NULL;
	     at = json_next(at)) {
		size_t i = reading->roots->count++;

		if (!read_root(reading, at, i, &list[i]))
			return false;
	}
	qsort(list, reading->roots->count, sizeof(*list), compare);
	reading->roots->list = list;
	return true;
}

static bool
read_document(struct roots_reader *reading, const struct json *document)
{
	const char *form = json_string(json_get(document, "schema"));
	const char *date = json_string(json_get(document, "date"));

	if (form == NULL || strcmp(form, schema) != 0 || date == NULL) {
		reading->error = arena_printf(reading->arena,
		    "%s: not a file of the form %s", reading->name, schema);
		return false;
	}
	reading->roots->date = arena_string(reading->arena, date);
	if (!read_programs(reading, json_get(document, "programs")) ||
	    !read_lists(reading, json_get(document, "lists")) ||
	    !read_roots(reading, json_get(document, "roots")))
		return false;
	reading->roots->system = find_program(
	    reading->roots, json_string(json_get(document, "system")));
	if (reading->roots->system == NULL)
		reading->error = arena_printf(reading->arena,
		    "%s: system: no such program", reading->name);
	return reading->error == NULL;
}

const struct roots *
roots_read(struct arena *arena, struct bytes octets, const char *name,
    const char **error)
{
	struct roots_reader reading = {
		.arena = arena,
		.name = name,
		.roots = arena_alloc(arena, sizeof(struct roots)),
	};
	char why[80];
	struct json *document = json_parse(octets, why);
	bool done = false;

	if (document == NULL)
		reading.error = arena_printf(arena, "%s: %s", name, why);
	else
		done = read_document(&reading, document);
	json_free(document);
	*error = reading.error;
	return done ? reading.roots : NULL;
}

const struct root *
roots_find(const struct roots *roots, const struct digest *sha256)
{
	struct root wanted = { .sha256 = *sha256 };

	return bsearch(
	    &wanted, roots->list, roots->count, sizeof(wanted), compare);
}

const struct root_list *
roots_list(const struct roots *roots, const char *id)
{
	const struct root_list *newest = NULL;

	for (size_t i = 0; i < roots->list_count; i++) {
		const struct root_list *list = &roots->lists[i];

		if (strcmp(list->id, id) == 0)
			return list;
		if (strcmp(list->program->id, id) == 0)
			newest = list;
	}
	return newest;
}

bool
root_is_in(const struct roots *roots, const struct root *root,
    const struct root_list *list)
{
	return (root->lists >> (list - roots->lists) & 1) != 0;
}

const struct root_rule *
root_rule_of(const struct root *root, const struct root_list *list)
{
	for (size_t i = 0; i < root->rule_count; i++)
		if (root->rules[i].program == list->program)
			return &root->rules[i];
	return NULL;
}

bool
roots_system_standing(const struct roots *roots, const struct root *root,
    const struct root_list **last, const struct root_list **gone)
{
	*last = *gone = NULL;
	for (size_t i = 0; i < roots->list_count; i++) {
		const struct root_list *list = &roots->lists[i];

		if (list->program != roots->system)
			continue;
		if (root_is_in(roots, root, list)) {
			*last = list;
			*gone = NULL;
		} else if (*last != NULL && *gone == NULL) {
			*gone = list;
		}
	}
	return *last != NULL;
}
