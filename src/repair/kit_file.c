/* One file of a kit.  What is in it is for the others to say. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "repair/kit_parts.h"

static int
put(char *path, struct bytes content, bool program)
{
	char *slash = strrchr(path, '/');
	int result;

	*slash = '\0';
	result = file_make_directory(path);
	*slash = '/';
	if (result == 0)
		result = file_write(path, content);
	if (result == 0 && program)
		result = chmod(path, 0755);
	return result;
}

void
kit_put(
    struct kit *kit, const char *name, const struct text *text, bool program)
{
	char *path;

	if (kit->failure != 0)
		return;
	path = file_join(kit->directory, name);
	if (put(path, bytes_of(text->data, text->size), program) < 0)
		kit->failure = errno;
	free(path);
}
