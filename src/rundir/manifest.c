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
add_time(struct json_writer *object, const char *key, int64_t time,
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
add_strings(struct json_writer *object, const char *key,
    const char *const strings[], size_t count)
{
	struct json_writer *list = json_add_array(object, key);

	for (size_t i = 0; i < count; i++)
		json_append_string(list, strings[i]);
}

bool
manifest_exists(const char *directory)
{
	char *path = file_join(directory, "run.json");
	bool exists = file_exists(path);

	free(path);
	return exists;
}

int
manifest_write(const char *directory, const struct manifest *manifest)
{
	const struct run_totals *totals = &manifest->totals;
	struct json_writer *object = json_new_object(), *options, *clients;
	char times[3][CLOCK_TEXT_SIZE], hash[HASH_TEXT_SIZE];
	char *path = file_join(directory, "run.json");
	struct text out = { .size = 0 };
	int result;

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

	/* What was asked: enough to repeat it. */
	options = json_add_array(object, "options");
	for (size_t i = 0; i < manifest->option_count; i++) {
		struct json_writer *option = json_append_object(options);

		json_add_string(option, "name", manifest->options[i].name);
		json_add_string(option, "value", manifest->options[i].value);
	}
	add_strings(object, "lists", manifest->lists, manifest->list_count);
	add_strings(
	    object, "arguments", manifest->arguments, manifest->argument_count);
	json_add_string(
	    object, "working_directory", manifest->working_directory);
	json_add_string(object, "shard", manifest->shard);

	snprintf(hash, sizeof(hash), "%016" PRIx64, totals->list_hash);
	json_add_string(
	    object, "list_hash", totals->list_hash == 0 ? NULL : hash);
	add_strings(object, "stores", manifest->stores, manifest->store_count);
	if (manifest->named_store_count > 0)
		add_strings(object, "named_stores", manifest->named_stores,
		    manifest->named_store_count);
	if (manifest->added_root_count > 0)
		add_strings(object, "added_roots", manifest->added_roots,
		    manifest->added_root_count);
	if (manifest->expected > 0) {
		struct json_writer *expected =
		    json_add_object(object, "expected");

		json_add_integer(
		    expected, "certificates", (int64_t)manifest->expected);
		json_add_digest(expected, "sha256", &manifest->expected_digest);
	}
	clients = json_add_array(object, "clients");
	for (size_t i = 0; i < manifest->client_count; i++) {
		const struct manifest_client *client = &manifest->clients[i];
		struct json_writer *row = json_append_object(clients);

		json_add_string(row, "id", client->id);
		json_add_string(row, "version", client->version);
		json_add_string(row, "date", client->date);
	}
	json_add_integer(object, "targets", (int64_t)totals->targets);
	json_add_integer(object, "listed", (int64_t)totals->listed);
	json_add_integer(object, "records", (int64_t)totals->records);
	json_add_integer(object, "ignored", (int64_t)totals->ignored);
	json_add_integer(object, "unfetched", (int64_t)totals->unfetched);
	json_add_integer(object, "threads", totals->threads);
	json_print_pretty(object, &out);
	text_append_char(&out, '\n');
	json_writer_free(object);
	result = file_write(path, bytes_of(out.data, out.size));
	text_free(&out);
	free(path);
	return result;
}

static const char *
read_string(struct arena *arena, const struct json *object, const char *key)
{
	return arena_string(arena, json_string(json_get(object, key)));
}

/* 0 where it is not there. */
static uint64_t
read_count(const struct json *object, const char *key)
{
	return (uint64_t)json_integer(json_get(object, key), 0);
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
	     at = json_next(at)) {
		const char *name = read_string(arena, at, "name");

		if (name != NULL)
			options[manifest->option_count++] =
			    (struct manifest_option){ name,
				    read_string(arena, at, "value") };
	}
	manifest->options = options;
}

static void
read_clients(
    struct arena *arena, const struct json *list, struct manifest *manifest)
{
	manifest->clients =
	    arena_array(arena, json_length(list), sizeof(*manifest->clients));
	for (const struct json *at = json_first(list); at != NULL;
	     at = json_next(at)) {
		struct manifest_client client = { read_string(arena, at, "id"),
			read_string(arena, at, "version"),
			read_string(arena, at, "date") };

		if (client.id != NULL)
			manifest->clients[manifest->client_count++] = client;
	}
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

/* False: it has no id, or a store whose name cannot be that of a file. */
static bool
read_members(
    struct arena *arena, const struct json *json, struct manifest *manifest)
{
	struct run_totals *totals = &manifest->totals;
	const char *hash = json_string(json_get(json, "list_hash"));
	const struct json *expected;

	manifest->id = read_string(arena, json, "id");
	manifest->version = read_string(arena, json, "version");
	manifest->command = read_string(arena, json, "command");
	manifest->started = read_time(json, "started");
	manifest->finished = read_time(json, "finished");
	manifest->clock = read_time(json, "clock");
	manifest->warn_days = (unsigned)read_count(json, "warn_days");
	manifest->crit_days = (unsigned)read_count(json, "crit_days");
	totals->targets = read_count(json, "targets");
	totals->listed = read_count(json, "listed");
	totals->records = read_count(json, "records");
	totals->ignored = read_count(json, "ignored");
	totals->unfetched = read_count(json, "unfetched");
	totals->threads = (unsigned)read_count(json, "threads");
	totals->list_hash = hash == NULL ? 0 : strtoull(hash, NULL, 16);
	read_options(arena, json_get(json, "options"), manifest);
	manifest->lists =
	    read_strings(arena, json_get(json, "lists"), &manifest->list_count);
	manifest->arguments = read_strings(
	    arena, json_get(json, "arguments"), &manifest->argument_count);
	manifest->working_directory =
	    read_string(arena, json, "working_directory");
	manifest->shard = read_string(arena, json, "shard");
	manifest->stores = read_strings(
	    arena, json_get(json, "stores"), &manifest->store_count);
	manifest->named_stores = read_strings(arena,
	    json_get(json, "named_stores"), &manifest->named_store_count);
	manifest->added_roots = read_strings(
	    arena, json_get(json, "added_roots"), &manifest->added_root_count);
	expected = json_get(json, "expected");
	manifest->expected = read_count(expected, "certificates");
	json_digest(json_get(expected, "sha256"), &manifest->expected_digest);
	read_clients(arena, json_get(json, "clients"), manifest);
	/* These become names of files, here and in what is made of this run:
	   one that leads to another directory is refused. */
	if (manifest->store_count != json_length(json_get(json, "stores")))
		return false;
	for (size_t i = 0; i < manifest->store_count; i++)
		if (!trust_store_is_name(
			bytes_from_string(manifest->stores[i])))
			return false;
	return manifest->id != NULL;
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
