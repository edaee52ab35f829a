/* Writes and reads run.json. */
#include "rundir/manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "x509/trust_store.h"

/* A command line may name a hundred thousand hosts. */
enum { MANIFEST_MOST = 16 << 20 };

enum { HASH_TEXT_SIZE = 17 };

static const char schema[] = "fleetscan-run/1";

static void
add_time(struct json *object, const char *key, int64_t time,
    char text[CLOCK_TEXT_SIZE])
{
	if (time == 0) {
		json_add_null(object, key);
		return;
	}
	clock_format(time, text);
	json_add_string(object, key, text);
}

static void
add_strings(struct json *object, const char *key, const char *const strings[],
    size_t count)
{
	struct json *list = json_add_array(object, key);

	for (size_t i = 0; i < count; i++)
		json_append_string(list, strings[i]);
}

static void
add_options(struct json *object, const struct manifest *manifest)
{
	struct json *list = json_add_array(object, "options");

	for (size_t i = 0; i < manifest->option_count; i++) {
		struct json *option = json_append_object(list);

		json_add_string(option, "name", manifest->options[i].name);
		json_add_string(option, "value", manifest->options[i].value);
	}
}

/* What was asked: enough to ask it again. */
static void
add_request(struct json *object, const struct manifest *manifest)
{
	add_options(object, manifest);
	add_strings(object, "lists", manifest->lists, manifest->list_count);
	add_strings(
	    object, "arguments", manifest->arguments, manifest->argument_count);
	json_add_string(
	    object, "working_directory", manifest->working_directory);
	json_add_string(object, "shard", manifest->shard);
}

static void
print(const struct manifest *manifest, struct text *out)
{
	struct json *object = json_new_object();
	char times[3][CLOCK_TEXT_SIZE], hash[HASH_TEXT_SIZE];

	json_add_string(object, "schema", schema);
	json_add_string(object, "id", manifest->id);
	json_add_string(object, "version", manifest->version);
	json_add_string(object, "command", manifest->command);
	add_time(object, "started", manifest->started, times[0]);
	add_time(object, "finished", manifest->finished, times[1]);
	json_add_bool(object, "complete", manifest->finished != 0);
	add_time(object, "clock", manifest->clock, times[2]);
	json_add_integer(object, "warn_days", manifest->warn_days);
	json_add_integer(object, "crit_days", manifest->crit_days);
	add_request(object, manifest);
	snprintf(hash, sizeof(hash), "%016" PRIx64, manifest->totals.list_hash);
	json_add_string(
	    object, "list_hash", manifest->totals.list_hash == 0 ? NULL : hash);
	add_strings(object, "stores", manifest->stores, manifest->store_count);
	json_add_integer(object, "targets", (int64_t)manifest->totals.targets);
	json_add_integer(object, "listed", (int64_t)manifest->totals.listed);
	json_add_integer(object, "records", (int64_t)manifest->totals.records);
	json_add_integer(object, "ignored", (int64_t)manifest->totals.ignored);
	json_add_integer(object, "threads", manifest->totals.threads);
	json_print_pretty(object, out);
	text_append_char(out, '\n');
	json_free(object);
}

int
manifest_write(const char *directory, const struct manifest *manifest)
{
	struct text out = { .size = 0 };
	char *path = file_join(directory, "run.json");
	int result;

	print(manifest, &out);
	result = file_write(path, bytes_of(out.data, out.size));
	text_free(&out);
	free(path);
	return result;
}

static int64_t
read_time(const struct json *object, const char *key)
{
	const char *text = json_string(json_get(object, key));
	int64_t time;

	return text != NULL && clock_parse(text, 0, &time) ? time : 0;
}

static void
read_options(
    struct arena *arena, const struct json *list, struct manifest *manifest)
{
	struct manifest_option *options =
	    arena_array(arena, json_length(list), sizeof(*options));

	for (const struct json *at = json_first(list); at != NULL;
	     at = json_next(at))
		if (json_string(json_get(at, "name")) != NULL)
			options[manifest->option_count++] =
			    (struct manifest_option){
				    arena_string(arena,
					json_string(json_get(at, "name"))),
				    arena_string(arena,
					json_string(json_get(at, "value"))),
			    };
	manifest->options = options;
}

static const char **
read_strings(struct arena *arena, const struct json *list, size_t *count)
{
	const char **strings =
	    arena_array(arena, json_length(list), sizeof(*strings));

	*count = 0;
	for (const struct json *at = json_first(list); at != NULL;
	     at = json_next(at))
		if (json_string(at) != NULL)
			strings[(*count)++] =
			    arena_string(arena, json_string(at));
	return strings;
}

/*
 * The names become those of files, here and in what is made of this run: one
 * that leads elsewhere is refused.
 */
static bool
read_stores(
    struct arena *arena, const struct json *stores, struct manifest *manifest)
{
	manifest->stores =
	    arena_array(arena, json_length(stores), sizeof(char *));
	for (const struct json *at = json_first(stores); at != NULL;
	     at = json_next(at)) {
		const char *name = json_string(at);

		if (name == NULL ||
		    !trust_store_is_name(bytes_from_string(name)))
			return false;
		manifest->stores[manifest->store_count++] =
		    arena_string(arena, name);
	}
	return true;
}

static void
read_request(
    struct arena *arena, const struct json *json, struct manifest *manifest)
{
	read_options(arena, json_get(json, "options"), manifest);
	manifest->lists =
	    read_strings(arena, json_get(json, "lists"), &manifest->list_count);
	manifest->arguments = read_strings(
	    arena, json_get(json, "arguments"), &manifest->argument_count);
	manifest->working_directory = arena_string(
	    arena, json_string(json_get(json, "working_directory")));
	manifest->shard =
	    arena_string(arena, json_string(json_get(json, "shard")));
}

static bool
read_members(
    struct arena *arena, const struct json *json, struct manifest *manifest)
{
	const char *hash = json_string(json_get(json, "list_hash"));

	manifest->id = arena_string(arena, json_string(json_get(json, "id")));
	manifest->version =
	    arena_string(arena, json_string(json_get(json, "version")));
	manifest->command =
	    arena_string(arena, json_string(json_get(json, "command")));
	manifest->started = read_time(json, "started");
	manifest->finished = read_time(json, "finished");
	manifest->clock = read_time(json, "clock");
	manifest->warn_days =
	    (unsigned)json_integer(json_get(json, "warn_days"), 0);
	manifest->crit_days =
	    (unsigned)json_integer(json_get(json, "crit_days"), 0);
	manifest->totals.targets =
	    (uint64_t)json_integer(json_get(json, "targets"), 0);
	manifest->totals.listed =
	    (uint64_t)json_integer(json_get(json, "listed"), 0);
	manifest->totals.records =
	    (uint64_t)json_integer(json_get(json, "records"), 0);
	manifest->totals.ignored =
	    (uint64_t)json_integer(json_get(json, "ignored"), 0);
	manifest->totals.threads =
	    (unsigned)json_integer(json_get(json, "threads"), 0);
	manifest->totals.list_hash =
	    hash == NULL ? 0 : strtoull(hash, NULL, 16);
	read_request(arena, json, manifest);
	return manifest->id != NULL &&
	       read_stores(arena, json_get(json, "stores"), manifest);
}

bool
manifest_read(struct arena *arena, const char *directory,
    struct manifest *manifest, const char **reason)
{
	struct text text = { .size = 0 };
	char *path = file_join(directory, "run.json");
	char error[80];
	struct json *json = NULL;
	const char *found = NULL;
	bool was_read = false;

	memset(manifest, 0, sizeof(*manifest));
	if (file_read(path, MANIFEST_MOST, &text) < 0)
		*reason = arena_printf(arena, "%s: %s", path, strerror(errno));
	else if ((json = json_parse(bytes_of(text.data, text.size), error)) ==
		 NULL)
		*reason = arena_printf(arena, "%s: %s", path, error);
	else if ((found = json_string(json_get(json, "schema"))) == NULL ||
		 strcmp(found, schema) != 0)
		*reason = arena_printf(arena, "%s: no run of fleetscan", path);
	else if (!read_members(arena, json, manifest))
		*reason = arena_printf(arena,
		    "%s: it has no id, or a store of no proper name", path);
	else
		was_read = true;
	json_free(json);
	text_free(&text);
	free(path);
	return was_read;
}
