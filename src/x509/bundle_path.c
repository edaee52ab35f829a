/*
 * Bundles in files and directories: where they are, and what to say when
 * there are none.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/map.h"
#include "x509/bundle_internal.h"
#include "x509/certificate.h"

/* CCADB's largest list is some 30 MiB. */
enum { BUNDLE_MOST_OCTETS = 256 << 20 };

static int
read_file(struct arena *arena, const char *path, const char *password,
    struct bundle *bundle, const char **error)
{
	struct text text = { NULL, 0, 0 };
	const char *reason = NULL;
	int status = -1;

	if (file_read(path, BUNDLE_MOST_OCTETS, &text) < 0)
		*error = arena_printf(arena, "%s: %s", path, strerror(errno));
	else if (!bundle_read(arena, bytes_of(text.data, text.size), password,
		     bundle, &reason))
		*error = arena_printf(arena, "%s %s", path,
		    reason != NULL ? reason : "holds no certificate");
	else
		status = 0;
	text_free(&text);
	return status;
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* What is no bundle is none of ours: directories hold keys and notes too. */
static void
read_entry(struct arena *arena, const char *directory, const char *name,
    const char *password, struct bundle *bundle)
{
	char *path = file_join(directory, name);
	const char *error;

	if (!file_is_directory(path))
		(void)read_file(arena, path, password, bundle, &error);
	free(path);
}

/* Hash links, and the one file with all of them, say everything again. */
static void
drop_repeated(struct bundle *bundle, size_t first)
{
	struct map *known = map_new();
	size_t kept = first;

	for (size_t i = first; i < bundle->count; i++) {
		struct bytes der = bundle->certificates[i];

		if (map_put(known, der, bundle) == NULL)
			bundle->certificates[kept++] = der;
	}
	bundle->count = kept;
	map_free(known);
}

static int
read_directory(struct arena *arena, const char *path, const char *password,
    struct bundle *bundle, const char **error)
{
	size_t before = bundle->count;
	struct bundle found = { NULL, 0, 0 };
	struct dirent **entries;
	int count = scandir(path, &entries, is_visible, by_name);

	if (count < 0) {
		*error = arena_printf(arena, "%s: %s", path, strerror(errno));
		return -1;
	}
	for (int i = 0; i < count; i++) {
		read_entry(arena, path, entries[i]->d_name, password, &found);
		free(entries[i]);
	}
	free(entries);
	drop_repeated(&found, 0);
	for (size_t i = 0; i < found.count; i++)
		bundle_add(arena, bundle, found.certificates[i]);
	bundle->skipped += found.skipped;
	if (bundle->count > before)
		return 0;
	*error = arena_printf(arena, "%s holds no certificate", path);
	return -1;
}

int
bundle_read_path(struct arena *arena, const char *path, const char *password,
    struct bundle *bundle, const char **error)
{
	if (file_is_directory(path))
		return read_directory(arena, path, password, bundle, error);
	return read_file(arena, path, password, bundle, error);
}
