/*
 * Any octets as a file of options: each line is one, or has a sentence on what
 * is wrong with it, and reading comes to an end.
 */
#include <sys/mman.h>
#include <stdio.h>
#include <unistd.h>

#include "base/option_file.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("options", MFD_CLOEXEC), more;
	struct option_file file;
	struct option_line line;
	const char *wrong = NULL;
	unsigned before = 0;
	char path[40];

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (option_file_read(&file, path) < 0) {
		close(fd);
		return 0;
	}
	while ((more = option_file_next(&file, &line, &wrong)) != 0) {
		require(file.line > before && file.line <= size + 1);
		before = file.line;
		if (more < 0) {
			require(wrong != NULL && wrong[0] != '\0');
			continue;
		}
		require(line.name[0] != '\0' && line.name[0] != '-');
		require(strpbrk(line.name, " \t=\n") == NULL);
		require(line.value == NULL || strchr(line.value, '\n') == NULL);
	}
	option_file_clear(&file);
	close(fd);
	return 0;
}
