/* Finds data files by the program's own place.  Reads none. */
#include "system/data_file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

/*
 * build/ is beside data/, a sanitizer's build one folder deeper, PREFIX/bin
 * beside PREFIX/share.
 */
static const char *const places[] = {
	"../data",
	"../../data",
	"../share/fleetscan",
};

char *
data_file_path(const char *name)
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (length <= 0)
		return NULL;
	self[length] = '\0';
	*strrchr(self, '/') = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char *path;

		if (asprintf(&path, "%s/%s/%s", self, places[i], name) < 0)
			return NULL;
		if (file_exists(path))
			return path;
		free(path);
	}
	return NULL;
}
