/*
 * Is what a host serves older than what it ought to serve?  A certificate is
 * renewed as one of the same names and the same kind of key: a host may have
 * one of each kind, and a certificate for other names beside it.
 */
#include "audit/expected.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/fnv.h"
#include "base/map.h"
#include "base/memory.h"

/* Those of one name; of each set of names and kind of key the newest alone, for
   a directory may keep every certificate that there ever was. */
struct holder {
	const struct expected_certificate *held;
	uint64_t names;
	struct holder *next;
};

struct holders {
	struct bytes name;
	struct holder *first;
};

struct expected {
	int64_t now;
	struct arena *arena;
	struct expected_certificate **list;
	size_t count, capacity;
	struct map *digests; /* SHA-256 -> struct expected_certificate */
	struct map *names;   /* as in hosts -> struct holders */
};

struct expected *
expected_new(int64_t now)
{
	struct expected *expected = memory_new(sizeof(*expected));

	expected->now = now;
	expected->arena = arena_new();
	expected->digests = map_new();
	expected->names = map_new();
	return expected;
}

void
expected_free(struct expected *expected)
{
	if (expected == NULL)
		return;
	for (size_t i = 0; i < expected->count; i++)
		certificate_free(expected->list[i]->certificate);
	free(expected->list);
	map_free(expected->digests);
	map_free(expected->names);
	arena_free(expected->arena);
	free(expected);
}

static bool
is_host(const struct general_name *name)
{
	return name->kind == NAME_DNS || name->kind == NAME_ADDRESS;
}

static struct bytes
lower_case(struct arena *arena, struct bytes name)
{
	uint8_t *copy = arena_alloc(arena, name.size + 1);

	for (size_t i = 0; i < name.size; i++)
		copy[i] = name.data[i] >= 'A' && name.data[i] <= 'Z'
			      ? (uint8_t)(name.data[i] + 32)
			      : name.data[i];
	return bytes_of(copy, name.size);
}

uint64_t
expected_names(const struct certificate *certificate)
{
	const struct name_list *list = &certificate->alternative_names;
	struct arena *arena = arena_new();
	uint64_t hash = 0;

	for (size_t i = 0; i < list->count; i++)
		if (is_host(&list->names[i]))
			hash += fnv_add(
			    FNV_START, lower_case(arena, list->names[i].value));
	arena_free(arena);
	return hash;
}

static void
hold(struct expected *expected, struct bytes name,
    const struct expected_certificate *added, uint64_t names)
{
	struct bytes key = lower_case(expected->arena, name);
	struct holders *holders = map_get(expected->names, key);
	struct holder *holder;

	if (holders == NULL) {
		holders = arena_alloc(expected->arena, sizeof(*holders));
		*holders = (struct holders){ .name = key };
		map_put(expected->names, holders->name, holders);
	}
	for (holder = holders->first; holder != NULL; holder = holder->next) {
		const struct certificate *held = holder->held->certificate;

		if (holder->names != names ||
		    held->key_kind != added->certificate->key_kind)
			continue;
		if (held->not_before < added->certificate->not_before)
			holder->held = added;
		return;
	}
	holder = arena_alloc(expected->arena, sizeof(*holder));
	*holder = (struct holder){ added, names, holders->first };
	holders->first = holder;
}

bool
expected_add(struct expected *expected, struct bytes der, const char *file)
{
	struct certificate *certificate = certificate_new(der);
	const struct name_list *list = &certificate->alternative_names;
	struct expected_certificate *added =
	    map_get(expected->digests, digest_bytes(&certificate->sha256));
	uint64_t names;
	size_t hosts = 0;

	if (added != NULL && strlen(file) < strlen(added->file))
		added->file = arena_string(expected->arena, file);
	for (size_t i = 0; i < list->count; i++)
		hosts += is_host(&list->names[i]);
	if (added != NULL || hosts == 0 || !certificate->times_valid ||
	    expected->count == EXPECTED_MOST) {
		certificate_free(certificate);
		return expected->count < EXPECTED_MOST;
	}
	added = arena_alloc(expected->arena, sizeof(*added));
	*added =
	    (struct expected_certificate){ arena_string(expected->arena, file),
		    certificate };
	expected->list = memory_grow(expected->list, expected->count,
	    &expected->capacity, sizeof(*expected->list));
	expected->list[expected->count++] = added;
	map_put(expected->digests, digest_bytes(&certificate->sha256), added);
	if (certificate->not_before > expected->now)
		return true;
	names = expected_names(certificate);
	for (size_t i = 0; i < list->count; i++)
		if (is_host(&list->names[i]))
			hold(expected, list->names[i].value, added, names);
	return true;
}

size_t
expected_count(const struct expected *expected)
{
	return expected == NULL ? 0 : expected->count;
}

const struct expected_certificate *
expected_get(const struct expected *expected, size_t at)
{
	return expected->list[at];
}

/* The rule */

struct newest_search {
	const struct audit_view *view;
	const struct certificate *leaf;
	uint64_t names;
	bool leaf_is_expected;
	bool any_key; /* else of the leaf's kind */
	const struct expected_certificate *newest;
};

static bool
has_name_of(const struct certificate *certificate,
    const struct certificate *other, struct arena *arena,
    const struct expected *expected)
{
	const struct name_list *list = &other->alternative_names;

	for (size_t i = 0; i < list->count; i++) {
		const struct holders *holders =
		    is_host(&list->names[i])
			? map_get(expected->names,
			      lower_case(arena, list->names[i].value))
			: NULL;

		for (const struct holder *at = holders == NULL ? NULL
							       : holders->first;
		     at != NULL; at = at->next)
			if (at->held->certificate == certificate)
				return true;
	}
	return false;
}

/*
 * What the host has may be on disk under other names on purpose: then only one
 * of the same names is its successor.  What is on disk no longer has one that
 * shares a name, as where a name was added when it was renewed.
 */
static void
look_at(struct newest_search *search, struct arena *arena,
    const struct holder *holder)
{
	const struct certificate *held = holder->held->certificate;
	const struct audit_view *view = search->view;

	if (name_match(&view->host, held) != NAME_MATCHES ||
	    (!search->any_key && held->key_kind != search->leaf->key_kind))
		return;
	if (holder->names != search->names &&
	    (search->leaf_is_expected || !has_name_of(held, search->leaf, arena,
					     view->settings->expected)))
		return;
	if (search->newest == NULL ||
	    held->not_before > search->newest->certificate->not_before)
		search->newest = holder->held;
}

static void
look_up(struct newest_search *search, struct arena *arena, struct bytes name)
{
	const struct holders *holders =
	    map_get(search->view->settings->expected->names, name);

	if (holders == NULL)
		return;
	for (const struct holder *at = holders->first; at != NULL;
	     at = at->next)
		look_at(search, arena, at);
}

/* By the host's own name, and by the wildcard that stands for it. */
static void
search_names(struct newest_search *search, struct arena *arena)
{
	const struct host_name *host = &search->view->host;
	const uint8_t *dot;
	struct text pattern = { .size = 0 };

	if (host->address_size > 0) {
		look_up(
		    search, arena, bytes_of(host->address, host->address_size));
		return;
	}
	look_up(search, arena, host->name);
	dot = memchr(host->name.data, '.', host->name.size);
	if (dot == NULL)
		return;
	text_append_char(&pattern, '*');
	text_append_bytes(&pattern,
	    bytes_of(dot, host->name.size - (size_t)(dot - host->name.data)));
	look_up(search, arena, bytes_of(pattern.data, pattern.size));
	text_free(&pattern);
}

static const struct expected_certificate *
find_newest(const struct audit_view *view, struct arena *arena)
{
	const struct certificate *leaf = view->received[0];
	struct newest_search search = {
		.view = view,
		.leaf = leaf,
		.names = expected_names(leaf),
		.leaf_is_expected = map_get(view->settings->expected->digests,
					digest_bytes(&leaf->sha256)) != NULL,
	};

	search_names(&search, arena);
	/* A key of another kind is a successor where there is none of this. */
	search.any_key = search.newest == NULL;
	if (search.any_key && !search.leaf_is_expected)
		search_names(&search, arena);
	return search.newest;
}

static void
tell(struct findings *findings, const struct certificate *leaf,
    int64_t newer_from, const char *where, const char *key)
{
	struct arena *arena = findings->arena;
	const char *from = date_text(arena, leaf->not_before);
	const char *newer = date_text(arena, newer_from);
	struct finding *finding;

	if (strcmp(from, newer) == 0) {
		from = time_text(arena, leaf->not_before);
		newer = time_text(arena, newer_from);
	}
	finding = findings_add(findings, FINDING_STALE_CERTIFICATE, NULL, 0,
	    arena_printf(arena,
		"it serves the certificate of %s; the one of %s is %s %s", from,
		newer, strcmp(key, "at") == 0 ? "served at" : "in", where));
	finding_tell(findings, finding, "serves", from);
	finding_tell(findings, finding, "newer", newer);
	finding_tell(findings, finding, key, where);
}

static void
find_stale(const struct audit_view *view, struct findings *findings)
{
	const struct certificate *leaf =
	    view->received_count == 0 ? NULL : view->received[0];
	const struct expected_certificate *newest;

	if (leaf == NULL || !leaf->times_valid)
		return;
	if (view->settings->expected != NULL) {
		newest = find_newest(view, findings->arena);
		if (newest != NULL &&
		    newest->certificate->not_before > leaf->not_before) {
			tell(findings, leaf, newest->certificate->not_before,
			    newest->file, "file");
			return;
		}
	}
	if (view->seen->newer.at != NULL)
		tell(findings, leaf, view->seen->newer.not_before,
		    view->seen->newer.at, "at");
}

const struct audit_rule expected_rules[] = {
	{ "stale", find_stale },
	{ NULL, NULL },
};
