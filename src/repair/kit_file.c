/*
 * The files of a kit and their names.  Names are made of strings of hosts and
 * certificates: only letters, digits, dots, underscores and hyphens of ASCII
 * are kept.
 */
#include "base/columns.h"
#include "repair/kit_parts.h"
#include "repair/server_software.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/map.h"
#include "base/memory.h"

/* With an ending and a number still far below the 255 of file systems. */
enum { NAME_MOST = 160, COMMENT_COLUMNS = 160 };

struct kit_names {
	struct arena *arena;
	struct seen
	    *taken; /* in lower case: file systems of macOS ignore case */
};

struct kit_names *
kit_names_new(struct arena *arena)
{
	struct kit_names *names = memory_new(sizeof(*names));

	names->arena = arena;
	names->taken = seen_new();
	return names;
}

void
kit_names_free(struct kit_names *names)
{
	seen_free(names->taken);
	free(names);
}

static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* No row of underscores, and no name that looks like an option or hides. */
static char *
make_safe(struct arena *arena, const char *wanted)
{
	char *safe = arena_alloc(arena, NAME_MOST + 1);
	size_t size = 0;

	for (; *wanted != '\0' && size < NAME_MOST; wanted++) {
		bool good = is_letter_or_digit(*wanted) ||
			    (size > 0 && (*wanted == '.' || *wanted == '-'));

		if (good)
			safe[size++] = *wanted;
		else if (size > 0 && safe[size - 1] != '_')
			safe[size++] = '_';
	}
	while (size > 0 && !is_letter_or_digit(safe[size - 1]))
		size--;
	safe[size] = '\0';
	return safe;
}

const char *
kit_name(struct kit_names *names, const char *wanted, const char *ending)
{
	const char *stem = make_safe(names->arena, wanted);
	const char *name = NULL;
	bool is_taken = true;

	if (*stem == '\0')
		stem = "unnamed";
	for (unsigned number = 1; is_taken; number++) {
		char *lower;

		name = number == 1
			   ? arena_printf(names->arena, "%s%s", stem, ending)
			   : arena_printf(
				 names->arena, "%s-%u%s", stem, number, ending);
		lower = arena_string(names->arena, name);
		for (char *at = lower; *at != '\0'; at++)
			if (*at >= 'A' && *at <= 'Z')
				*at = (char)(*at - 'A' + 'a');
		is_taken = !seen_add(names->taken, bytes_from_string(lower));
	}
	return name;
}

/* Patterns of fnmatch(3), folders first. */
static const struct {
	const char *folder, *name;
} owned[] = {
	{ "", "README.txt" },
	{ "", "fix.json" },
	{ "", "server" },
	{ "", "client" },
	{ "server", "*" },
	{ "server/*", "fullchain.pem" },
	{ "server/*", "leaf.pem" },
	{ "server/*", "intermediates.pem" },
	{ "client", "*.crt" },
	{ "client", "*.sh" },
};

bool
kit_owns(const char *folder, const char *name)
{
	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
		if (fnmatch(owned[i].folder, folder, FNM_PATHNAME) == 0 &&
		    fnmatch(owned[i].name, name, 0) == 0)
			return true;
	if (fnmatch("server/*", folder, FNM_PATHNAME) != 0)
		return false;
	for (size_t i = 0; server_software(i) != NULL; i++)
		if (strcmp(server_software(i)->file, name) == 0)
			return true;
	return false;
}

void
kit_append_words(struct text *out, const char *words)
{
	text_append_cell(out, words, COMMENT_COLUMNS);
}

void
kit_put(
    struct kit *kit, const char *name, const struct text *text, bool program)
{
	char *path;
	int result;

	if (kit->failure != 0)
		return;
	path = file_join(kit->directory, name);
	result = file_make_parents(path);
	if (result == 0)
		result =
		    file_write_unsynced(path, bytes_of(text->data, text->size));
	if (result == 0 && program)
		result = chmod(path, 0755);
	if (result < 0)
		kit->failure = errno;
	free(path);
}
