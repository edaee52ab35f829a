/*
 * Any octets as the files of a saved run: run.json, hosts.ndjson,
 * certs.ndjson and aia.ndjson, one behind the other with a NUL between.
 * What can be opened can be read to its end, and told by site and as a
 * difference.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "run/aia_file.h"
#include "fleet/diff.h"
#include "rundir/manifest.h"
#include "rundir/run_index.h"
#include "report/diff_text.h"
#include "report/diff_write.h"
#include "report/sites_text.h"
#include "report/sites_write.h"
#include "tests/fuzz/fuzz.h"

enum { FILES = 4 };

static const char *const names[FILES] = { "run.json", "hosts.ndjson",
	"certs.ndjson", "aia.ndjson" };

static void
write_part(const char *directory, const char *name, struct bytes *rest)
{
	const uint8_t *end = memchr(rest->data, '\0', rest->size);
	struct bytes part = fuzz_take(
	    rest, end == NULL ? rest->size : (size_t)(end - rest->data));
	char *path = file_join(directory, name);
	FILE *file = fopen(path, "we");

	require(file != NULL);
	fwrite(part.data, 1, part.size, file);
	fclose(file);
	free(path);
	fuzz_take(rest, 1);
}

static void
read_manifest(const char *directory)
{
	struct arena *arena = arena_new();
	struct manifest manifest;
	const char *reason = NULL;

	if (manifest_read(arena, directory, &manifest, &reason)) {
		for (size_t i = 0; i < manifest.store_count; i++)
			require(strchr(manifest.stores[i], '/') == NULL);
		require(manifest_write(directory, &manifest) == 0);
		require(manifest_read(arena, directory, &manifest, &reason));
	} else {
		require(reason != NULL);
	}
	arena_free(arena);
}

static void
ignore(void *context, struct bytes der)
{
	require(context == NULL && der.data != NULL);
}

static void
read_records(struct archive *archive)
{
	struct aia *aia = aia_new(NULL);

	aia_file_read(archive, aia);
	for (size_t i = 0; i < archive_count(archive); i++) {
		struct arena *arena = arena_new();
		struct result result;

		if (archive_read(archive, i, arena, &result, NULL))
			(void)archive_fill_chain(archive, arena, &result.seen);
		arena_free(arena);
	}
	archive_each_authority(archive, ignore, NULL);
	require(aia_fetch(aia) == 0);
	aia_free(aia);
}

static void
tell_sites(struct archive *archive)
{
	struct sites *sites = sites_of_run(archive);
	struct text out = { NULL, 0, 0 };
	FILE *null = fopen("/dev/null", "we");

	for (size_t i = 0; i < sites_count(sites); i++) {
		const struct site_group *group = sites_at(sites, i);

		sites_append_headline(sites, group, archive, &out);
		sites_append_text(sites, group, archive, &out);
		sites_append_chains(sites, group, archive, NULL, &out);
		sites_append_json(sites, group, archive, &out);
	}
	sites_write_csv(sites, archive, null);
	fclose(null);
	text_append(&out, "");
	require_clean(out.data);
	text_free(&out);
	sites_free(sites);
}

static void
tell_changes(struct archive *older, struct archive *newer)
{
	struct diff_settings settings = { .all = true, .still = true };
	struct hash_key key = hash_key_random();
	struct run_index *from = run_index_new(older, &key);
	struct run_index *to = run_index_new(newer, &key);
	struct text out = { NULL, 0, 0 };
	struct diff diff;

	diff_init(&diff, older, from, newer, to, &settings);
	for (size_t i = 0; i < diff.count; i++) {
		diff_append_json(&diff, &diff.changes[i], &out);
		diff_append_csv(&diff, &diff.changes[i], &out);
		diff_append_text(&diff, &diff.changes[i], &out);
	}
	diff_append_summary(&diff, &out);
	diff_append_mail(&diff, &out);
	require_clean(out.data);
	diff_clear(&diff);
	text_free(&out);
	run_index_free(from);
	run_index_free(to);
}

/*
 * All of it is new, gone, still as it was, and read alone.  One of these an
 * input, by its size, where inputs are many: each reads every record.
 */
static void
tell(struct archive *archive, size_t size)
{
	char *error = NULL;
	struct archive *nothing = archive_open("/dev/null", &error);
	bool all = fuzz_is_replay();

	require(nothing != NULL);
	if (all || size % 5 == 0)
		tell_sites(archive);
	if (all || size % 5 == 1)
		tell_changes(nothing, archive);
	if (all || size % 5 == 2)
		tell_changes(archive, nothing);
	if (all || size % 5 == 3)
		tell_changes(archive, archive);
	if (all || size % 5 == 4)
		read_records(archive);
	archive_close(nothing);
}

static void
remove_run(const char *directory)
{
	for (size_t i = 0; i < FILES; i++) {
		char *path = file_join(directory, names[i]);

		unlink(path);
		free(path);
	}
	rmdir(directory);
}

/* In memory where there is such a place: files cost the most here. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char in_memory[] = "/dev/shm/fuzz_run.XXXXXX";
	char elsewhere[] = "/tmp/fuzz_run.XXXXXX";
	struct bytes rest = bytes_of(data, size);
	const char *directory = mkdtemp(in_memory);
	struct archive *archive;
	char *error = NULL;

	if (directory == NULL)
		directory = mkdtemp(elsewhere);
	require(directory != NULL);
	for (size_t i = 0; i < FILES; i++)
		write_part(directory, names[i], &rest);
	read_manifest(directory);
	archive = archive_open(directory, &error);
	if (archive != NULL)
		tell(archive, size);
	archive_close(archive);
	free(error);
	remove_run(directory);
	return 0;
}
