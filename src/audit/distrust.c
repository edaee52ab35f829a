/* Reads distrust.json and finds the rule that refuses a leaf. */
#include "audit/distrust.h"

#include "base/clock.h"
#include "base/json.h"

static const char schema[] = "fleetscan/distrust/1";

/* The document while it is read; `error` once something is wrong. */
struct distrust_reader {
	struct arena *arena;
	const char *name;
	const struct json *sets; /* roots by name */
	const char *error;
};

static bool
fail(struct distrust_reader *reader, size_t rule, const char *member,
    const char *what)
{
	reader->error = arena_printf(reader->arena, "%s: rules[%zu].%s: %s",
	    reader->name, rule, member, what);
	return false;
}

static bool
read_string(struct distrust_reader *reader, const struct json *object,
    size_t rule, const char *member, const char **out)
{
	const char *value = json_string(json_get(object, member));

	if (value == NULL || *value == '\0')
		return fail(reader, rule, member, "not a text");
	*out = arena_string(reader->arena, value);
	return true;
}

static bool
read_kind(struct distrust_reader *reader, const struct json *object,
    size_t index, struct distrust_rule *rule)
{
	static const char *const words[] = {
		[DISTRUST_ISSUED_AFTER] = "issued_after",
		[DISTRUST_FROM] = "from",
	};
	const char *word, *date;

	if (!read_string(reader, object, index, "rule", &word) ||
	    !read_string(reader, object, index, "date", &date))
		return false;
	/* An offset would be a date that moves. */
	if (date[0] == '+' || date[0] == '-' ||
	    !clock_parse(date, 0, &rule->date))
		return fail(reader, index, "date", "no such date");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], word) == 0) {
			rule->kind = (enum distrust_kind)i;
			return true;
		}
	return fail(reader, index, "rule", "no such rule");
}

static bool
read_clients(struct distrust_reader *reader, const struct json *object,
    size_t index, struct distrust_rule *rule)
{
	const struct json *list = json_get(object, "clients");
	size_t count = json_is_array(list) ? json_length(list) : 0;

	if (count == 0)
		return fail(reader, index, "clients", "not a list of clients");
	rule->clients =
	    arena_array(reader->arena, count, sizeof(*rule->clients));
	for (const struct json *at = json_first(list); at != NULL;
	     at = json_next(at)) {
		if (json_string(at) == NULL)
			return fail(reader, index, "clients", "not a client");
		rule->clients[rule->client_count++] =
		    arena_string(reader->arena, json_string(at));
	}
	return true;
}

/* One named set of roots, at the end of the rule's. */
static bool
add_roots(struct distrust_reader *reader, size_t index, const struct json *set,
    struct distrust_rule *rule)
{
	size_t more = json_is_array(set) ? json_length(set) : 0;
	const struct digest **roots;

	if (more == 0)
		return fail(reader, index, "roots", "no such set of roots");
	roots =
	    arena_array(reader->arena, rule->root_count + more, sizeof(*roots));
	if (rule->root_count > 0)
		memcpy(roots, rule->roots, rule->root_count * sizeof(*roots));
	rule->roots = roots;
	for (const struct json *at = json_first(set); at != NULL;
	     at = json_next(at)) {
		struct digest *root = arena_alloc(reader->arena, sizeof(*root));

		if (!json_digest(json_get(at, "sha256"), root))
			return fail(
			    reader, index, "roots", "a root without a sha256");
		roots[rule->root_count++] = root;
	}
	return true;
}

static bool
read_roots(struct distrust_reader *reader, const struct json *object,
    size_t index, struct distrust_rule *rule)
{
	const struct json *list = json_get(object, "roots");

	if (!json_is_array(list) || json_length(list) == 0)
		return fail(reader, index, "roots", "not a list of sets");
	for (const struct json *at = json_first(list); at != NULL;
	     at = json_next(at)) {
		const char *name = json_string(at);
		const struct json *set =
		    name == NULL ? NULL : json_get(reader->sets, name);

		if (!add_roots(reader, index, set, rule))
			return false;
	}
	return true;
}

static const struct distrust *
read_document(struct distrust_reader *reader, const struct json *document)
{
	const struct json *list = json_get(document, "rules");
	const char *version = json_string(json_get(document, "schema"));
	struct distrust *distrust =
	    arena_alloc(reader->arena, sizeof(*distrust));
	struct distrust_rule *rules;

	if (version == NULL || strcmp(version, schema) != 0 ||
	    !json_is_array(list)) {
		reader->error = arena_printf(reader->arena,
		    "%s: not a file of the form %s", reader->name, schema);
		return NULL;
	}
	reader->sets = json_get(document, "roots");
	rules =
	    arena_array(reader->arena, json_length(list) + 1, sizeof(*rules));
	for (const struct json *at = json_first(list); at != NULL;
	     at = json_next(at)) {
		size_t i = distrust->count++;
		struct distrust_rule *rule = &rules[i];

		if (!read_string(reader, at, i, "id", &rule->id) ||
		    !read_string(reader, at, i, "sentence", &rule->sentence) ||
		    !read_string(reader, at, i, "source", &rule->source) ||
		    !read_clients(reader, at, i, rule) ||
		    !read_kind(reader, at, i, rule) ||
		    !read_roots(reader, at, i, rule))
			return NULL;
	}
	distrust->rules = rules;
	return distrust;
}

const struct distrust *
distrust_read(struct arena *arena, struct bytes text, const char *name,
    const char **error)
{
	struct distrust_reader reader = { .arena = arena, .name = name };
	const struct distrust *distrust;
	struct json *document;
	char reason[80];

	document = json_parse(text, reason);
	if (document == NULL) {
		*error = arena_printf(arena, "%s: %s", name, reason);
		return NULL;
	}
	distrust = read_document(&reader, document);
	json_free(document);
	*error = reader.error;
	return distrust;
}

bool
distrust_rule_names(const struct distrust_rule *rule, const char *client)
{
	for (size_t i = 0; i < rule->client_count; i++)
		if (strcmp(rule->clients[i], client) == 0)
			return true;
	return false;
}

static bool
is_too_late(const struct distrust_rule *rule, const struct certificate *leaf,
    int64_t now)
{
	if (rule->kind == DISTRUST_FROM)
		return now >= rule->date;
	return leaf->times_valid && leaf->not_before > rule->date;
}

const struct distrust_rule *
distrust_find(const struct distrust_rule *const *rules, size_t count,
    const struct certificate *leaf, const struct certificate *anchor,
    int64_t now)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < rules[i]->root_count; k++)
			if (digest_equal(rules[i]->roots[k], &anchor->sha256) &&
			    is_too_late(rules[i], leaf, now))
				return rules[i];
	return NULL;
}
