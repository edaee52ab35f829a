/*
 * A fuzz target without libFuzzer: feeds it the files that are named, and
 * those of directories that are named, one after the other.
 */
#include <dirent.h>
#include <stdio.h>

#include "base/file.h"
#include "tests/fuzz/fuzz.h"

enum { LARGEST_INPUT = 64 << 20 };

const bool fuzz_replays = true;

static bool
replay_file(const char *path)
{
	struct text text = { NULL, 0, 0 };
	bool was_read = file_read(path, LARGEST_INPUT, &text) == 0;

	if (was_read)
		LLVMFuzzerTestOneInput(
		    (const uint8_t *)(text.data == NULL ? "" : text.data),
		    text.size);
	else
		perror(path);
	text_free(&text);
	return was_read;
}

static bool
replay_directory(const char *path, size_t *count)
{
	DIR *directory = opendir(path);
	bool good = directory != NULL;
	struct dirent *entry;

	if (!good)
		perror(path);
	while (good && (entry = readdir(directory)) != NULL) {
		char *file = file_join(path, entry->d_name);

		if (entry->d_name[0] != '.') {
			good = replay_file(file);
			(*count)++;
		}
		free(file);
	}
	if (directory != NULL)
		closedir(directory);
	return good;
}

int
main(int argc, char **argv)
{
	size_t count = 0;
	bool good = true;

	for (int i = 1; i < argc; i++) {
		if (file_is_directory(argv[i])) {
			good &= replay_directory(argv[i], &count);
			continue;
		}
		good &= replay_file(argv[i]);
		count++;
	}
	printf("%zu inputs\n", count);
	return good && count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
