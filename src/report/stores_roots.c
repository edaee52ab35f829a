/* Counts by roots.json; the newest list of a program stands for it. */
#include "report/stores_roots.h"

#include <stdlib.h>

#include "base/columns.h"
#include "base/csv.h"
#include "base/map.h"
#include "base/memory.h"

enum { EXAMPLES = 20, SHOWN = 3 };

static const struct root_list *
newest(const struct roots *roots, size_t program)
{
	return roots_list(roots, roots->programs[program].id);
}

static size_t
count_list(const struct roots *roots, const struct root_list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < roots->count; i++)
		count += root_is_in(roots, &roots->list[i], list);
	return count;
}

/* NULL: those that are in no program's newest list. */
static size_t
count_anchors(const struct roots *roots, const struct trust_store *store,
    const struct root_list *list)
{
	struct certificate_list anchors =
	    certificate_index_all(trust_store_anchors(store));
	size_t count = 0;

	for (size_t i = 0; i < anchors.count; i++) {
		const struct root *root =
		    roots_find(roots, &anchors.certificates[i]->sha256);
		bool is_in = false;

		for (size_t k = 0;
		     list == NULL && root != NULL && k < roots->program_count;
		     k++)
			is_in =
			    is_in || root_is_in(roots, root, newest(roots, k));
		if (list != NULL)
			count += root != NULL && root_is_in(roots, root, list);
		else
			count += !is_in;
	}
	return count;
}

void
store_roots_append(struct text *out, const struct roots *roots,
    const struct trust_store *store)
{
	size_t in_none = count_anchors(roots, store, NULL);
	struct text words = { .size = 0 };

	text_printf(&words, "lists of %s: ", roots->date);
	for (size_t i = 0; i < roots->program_count; i++) {
		const struct root_list *list = newest(roots, i);

		text_printf(&words, "%s%zu of the %zu of %s",
		    i == 0 ? "" : ", ", count_anchors(roots, store, list),
		    count_list(roots, list), list->title);
	}
	if (in_none > 0)
		text_printf(&words, "; %zu in none", in_none);
	text_append(out, "  ");
	cell_append_wrapped(out, words.data, 2);
	text_free(&words);
}

void
store_roots_add(struct json_writer *object, const struct roots *roots,
    const struct trust_store *store)
{
	struct json_writer *lists = json_add_array(object, "lists");

	for (size_t i = 0; i < roots->program_count; i++) {
		const struct root_list *list = newest(roots, i);
		struct json_writer *row = json_append_object(lists);

		json_add_string(row, "list", list->id);
		json_add_string(row, "title", list->title);
		json_add_integer(
		    row, "roots", (int64_t)count_list(roots, list));
		json_add_integer(
		    row, "here", (int64_t)count_anchors(roots, store, list));
	}
	json_add_integer(
	    object, "in_no_list", (int64_t)count_anchors(roots, store, NULL));
}

/* The roots of a run */

struct run_root {
	const struct root *root;
	uint64_t hosts;
	const char *examples[EXAMPLES]; /* "HOST:PORT" */
	size_t example_count;
};

struct run_roots {
	const struct roots *roots;
	struct arena *arena;
	struct map *map; /* SHA-256 -> struct run_root */
	struct run_root **list;
	size_t count;
	uint64_t others; /* hosts whose root is in no list */
};

/* NULL: it depends on none that is trusted. */
static const struct step *
trusted_root(const struct result *result)
{
	return result->verdict.untrusted ? NULL : result_root(result);
}

static void
add_host(struct run_roots *found, const struct result *result)
{
	const struct step *anchor = trusted_root(result);
	const struct root *root;
	struct run_root *row;

	if (anchor == NULL)
		return;
	root = roots_find(found->roots, &anchor->sha256);
	if (root == NULL) {
		found->others++;
		return;
	}
	row = map_get(found->map, digest_bytes(&root->sha256));
	if (row == NULL) {
		row = arena_alloc(found->arena, sizeof(*row));
		*row = (struct run_root){ .root = root };
		map_put(found->map, digest_bytes(&root->sha256), row);
	}
	row->hosts++;
	if (row->example_count < EXAMPLES)
		row->examples[row->example_count++] = arena_printf(found->arena,
		    "%s:%u", result->seen.host, result->seen.port);
}

static bool
is_lacking(
    const struct roots *roots, const struct run_root *row, size_t program)
{
	return !root_is_in(roots, row->root, newest(roots, program));
}

static int
by_hosts(const void *left, const void *right)
{
	const struct run_root *a = *(struct run_root *const *)left;
	const struct run_root *b = *(struct run_root *const *)right;

	if (a->hosts != b->hosts)
		return a->hosts < b->hosts ? 1 : -1;
	return memcmp(
	    &a->root->sha256, &b->root->sha256, sizeof(struct digest));
}

struct run_roots *
run_roots_new(const struct roots *roots, struct archive *archive)
{
	struct run_roots *found = memory_new(sizeof(*found));
	struct arena *arena = arena_new();
	struct bytes key;
	void *value;

	found->roots = roots;
	found->arena = arena_new();
	found->map = map_new();
	for (size_t i = 0; i < archive_count(archive); i++) {
		struct result result;

		arena_reset(arena);
		if (archive_read_parts(archive, i, arena,
			RESULT_PATH | RESULT_FINDINGS, &result))
			add_host(found, &result);
	}
	arena_free(arena);
	found->list =
	    memory_array(map_count(found->map) + 1, sizeof(*found->list));
	for (size_t at = 0; map_next(found->map, &at, &key, &value);)
		found->list[found->count++] = value;
	qsort(found->list, found->count, sizeof(*found->list), by_hosts);
	return found;
}

void
run_roots_free(struct run_roots *found)
{
	free(found->list);
	map_free(found->map);
	arena_free(found->arena);
	free(found);
}

/* Which lists lack it; NULL: none. */
static const char *
lacking_text(const struct run_roots *found, const struct run_root *row)
{
	const char *text = NULL;

	for (size_t i = 0; i < found->roots->program_count; i++)
		if (is_lacking(found->roots, row, i))
			text = list_text(found->arena, text, ", ",
			    newest(found->roots, i)->title);
	return text;
}

/* A few of its hosts, and how many more there are. */
static const char *
examples_text(const struct run_roots *found, const struct run_root *row)
{
	size_t shown = row->hosts <= SHOWN + 1 ? row->example_count : SHOWN;
	const char *text =
	    names_text(found->arena, row->examples, shown, SHOWN);

	if (row->hosts == shown)
		return text;
	return arena_printf(found->arena, "%s and %s more", text,
	    count_text(found->arena, row->hosts - shown));
}

void
run_roots_append_text(const struct run_roots *found, struct text *out)
{
	uint64_t hosts = 0;

	text_append(out, "\nroots of the run that some of these lists lack\n");
	for (size_t i = 0; i < found->count; i++) {
		const struct run_root *row = found->list[i];
		const char *lacking = lacking_text(found, row);

		if (lacking == NULL) {
			hosts += row->hosts;
			continue;
		}
		cell_append_count(out, row->hosts, 9);
		text_append(out, "  ");
		cell_append_wrapped(out,
		    arena_printf(found->arena, "%s: not in %s", row->root->name,
			lacking),
		    11);
		text_append(out, "           ");
		cell_append_wrapped(out, examples_text(found, row), 11);
	}
	cell_append_count(out, hosts, 9);
	text_printf(
	    out, "  host%s whose root is in all of them\n", plural(hosts));
	if (found->others == 0)
		return;
	cell_append_count(out, found->others, 9);
	text_printf(out, "  host%s whose root is in no program's list\n",
	    plural(found->others));
}

void
run_roots_append_json(const struct run_roots *found, struct text *out)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct run_root *row = found->list[i];
		struct json_writer *object = json_new_object(), *list;

		json_add_digest(object, "root", &row->root->sha256);
		json_add_string(object, "subject", row->root->subject);
		json_add_integer(object, "hosts", (int64_t)row->hosts);
		list = json_add_array(object, "lacking");
		for (size_t k = 0; k < found->roots->program_count; k++)
			if (is_lacking(found->roots, row, k))
				json_append_string(
				    list, newest(found->roots, k)->id);
		list = json_add_array(object, "examples");
		for (size_t k = 0; k < row->example_count; k++)
			json_append_string(list, row->examples[k]);
		json_print(object, out);
		text_append_char(out, '\n');
		json_writer_free(object);
	}
}

static const char *const columns[] = {
	"host",
	"port",
	"ip",
	"root",
	"subject",
	"lacking",
};

/* One line, where a list lacks the root of this host. */
static void
append_csv_row(
    struct text *out, const struct roots *roots, const struct result *result)
{
	const struct step *anchor = trusted_root(result);
	const struct root *root;
	struct text lacking = { .size = 0 };
	struct csv_row row;
	char hex[DIGEST_HEX_SIZE];

	if (anchor == NULL)
		return;
	root = roots_find(roots, &anchor->sha256);
	for (size_t i = 0; i < roots->program_count; i++)
		if (root == NULL || !root_is_in(roots, root, newest(roots, i)))
			text_printf(&lacking, "%s%s",
			    lacking.size == 0 ? "" : ";", newest(roots, i)->id);
	if (lacking.size > 0) {
		digest_to_hex(&anchor->sha256, hex);
		csv_begin(&row, out);
		csv_string(&row, result->seen.host);
		csv_integer(&row, result->seen.port);
		csv_string(&row, result->seen.ip);
		csv_string(&row, hex);
		csv_string(&row, anchor->subject);
		csv_string(&row, lacking.data);
		csv_end(&row);
	}
	text_free(&lacking);
}

void
run_roots_write_csv(
    const struct roots *roots, struct archive *archive, FILE *stream)
{
	struct arena *arena = arena_new();
	struct text out = { .size = 0 };
	struct csv_row row;

	csv_begin(&row, &out);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		csv_string(&row, columns[i]);
	csv_end(&row);
	for (size_t i = 0; i < archive_count(archive); i++) {
		struct result result;

		arena_reset(arena);
		if (archive_read_parts(archive, i, arena,
			RESULT_PATH | RESULT_FINDINGS, &result))
			append_csv_row(&out, roots, &result);
		fwrite(out.data, 1, out.size, stream);
		text_clear(&out);
	}
	fwrite(out.data, 1, out.size, stream);
	text_free(&out);
	arena_free(arena);
}
