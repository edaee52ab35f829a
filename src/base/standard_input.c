/* What a pipe gives is kept in a temporary file, which takes its descriptor. */
#include "base/standard_input.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool
is_among(const struct string_list *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		if (strcmp(paths->items[i], "-") == 0)
			return true;
	return false;
}

static int
copy_all(FILE *copy)
{
	/* Fifty million hosts; what is larger is taken for endless. */
	const size_t most = (size_t)1 << 31;
	char block[1 << 16];
	size_t total = 0;
	ssize_t got;

	while ((got = read(STDIN_FILENO, block, sizeof(block))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 ||
		    fwrite(block, 1, (size_t)got, copy) != (size_t)got)
			return -1;
		total += (size_t)got;
		if (total > most) {
			errno = EFBIG;
			return -1;
		}
	}
	return fflush(copy);
}

/* A file can be read twice as it is; a pipe's octets go to one first. */
int
standard_input_keep(const struct string_list *paths)
{
	FILE *copy;
	int result = -1;

	if (!is_among(paths) || lseek(STDIN_FILENO, 0, SEEK_CUR) == 0)
		return 0;
	copy = tmpfile();
	if (copy == NULL)
		return -1;
	if (copy_all(copy) == 0 && dup2(fileno(copy), STDIN_FILENO) >= 0)
		result = standard_input_rewind(paths);
	fclose(copy);
	return result;
}

int
standard_input_rewind(const struct string_list *paths)
{
	if (is_among(paths) && lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
		return -1;
	return 0;
}
