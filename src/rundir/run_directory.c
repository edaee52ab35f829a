/* Directories, links and checkpoint files of a run.  Reads no record. */
#include "rundir/run_directory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fatal.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "rundir/manifest.h"

enum { MOST_LEARNED = 256 << 20 };

static const char reports_directory[] = "reports";

struct claim *
run_directory_claim(const char *command, const char *directory)
{
	struct claim *claim = claim_take(directory);
	int failure = errno;

	if (claim == NULL && failure == EWOULDBLOCK)
		log_error("%s: another run is being written into %s: wait for "
			  "it, or name another directory",
		    command, directory);
	else if (claim == NULL)
		log_error("%s: %s: %s", command, directory, strerror(failure));
	errno = failure;
	return claim;
}

/*
 * What holds a run.json is a run; so are records without one, which are not
 * ours to write over.
 */
enum run_directory_end
run_directory_make(const char *command, const char *wanted, int64_t started,
    char **path, struct claim **claim)
{
	enum run_directory_end end = RUN_DIRECTORY_FAILED;
	char name[CLOCK_TEXT_SIZE];
	char *records;
	struct stat status;
	bool is_free;

	*claim = NULL;
	if (wanted != NULL) {
		*path = memory_string(wanted);
	} else {
		clock_format_basic(started, name);
		*path = file_join(reports_directory, name);
	}
	/* Two runs within one second are two runs. */
	for (int i = 2; wanted == NULL && file_exists(*path) && i < 1000; i++) {
		free(*path);
		if (asprintf(path, "%s/%s-%d", reports_directory, name, i) < 0)
			fatal("out of memory");
	}
	/* The name is shown, and compared with "reports/NAME". */
	file_trim_slashes(*path);
	records = file_join(*path, "hosts.ndjson");
	if (file_make_directory(*path) < 0)
		log_error("%s: %s: %s", command, *path, strerror(errno));
	else if ((*claim = run_directory_claim(command, *path)) == NULL)
		end = errno == EWOULDBLOCK ? RUN_DIRECTORY_TAKEN
					   : RUN_DIRECTORY_FAILED;
	else {
		is_free = !manifest_exists(*path) &&
			  (stat(records, &status) < 0 || status.st_size == 0);
		end = is_free ? RUN_DIRECTORY_MADE : RUN_DIRECTORY_TAKEN;
		if (!is_free)
			log_error("%s: -o: %s holds a run already: name "
				  "another directory, or go on with an "
				  "interrupted scan by --resume",
			    command, *path);
	}
	free(records);
	if (end == RUN_DIRECTORY_MADE)
		return end;
	claim_release(*claim);
	*claim = NULL;
	free(*path);
	*path = NULL;
	return end;
}

void
run_directory_link_latest(const char *directory)
{
	size_t prefix = strlen(reports_directory);
	const char *name = directory + prefix + 1;
	char *link, *draft;

	if (strncmp(directory, reports_directory, prefix) != 0 ||
	    directory[prefix] != '/' || strchr(name, '/') != NULL)
		return;
	link = file_join(reports_directory, "latest");
	draft = file_join(reports_directory, ".latest");
	unlink(draft);
	if (symlink(name, draft) < 0 || rename(draft, link) < 0)
		log_warning("%s: %s", link, strerror(errno));
	free(draft);
	free(link);
}

char *
run_directory_learned(const char *directory)
{
	return file_join(directory, "learned.pem");
}

int
run_directory_keep_learned(const char *directory, const char *cache)
{
	char *path = run_directory_learned(directory);
	struct text text = { .size = 0 };
	int result = 0;

	/* No cache yet, or an empty one: nothing was learned. */
	if (cache != NULL && file_read(cache, MOST_LEARNED, &text) == 0)
		result = file_write(path, bytes_of(text.data, text.size));
	text_free(&text);
	free(path);
	return result;
}

void
run_directory_tidy(const char *directory, bool keeps_streams)
{
	static const char *const names[] = {
		"pending.ndjson",
		"learned.pem",
		"hosts.ndjson",
		"certs.ndjson",
		"aia.ndjson",
	};
	size_t count = keeps_streams ? 2 : sizeof(names) / sizeof(names[0]);

	for (size_t i = 0; i < count; i++) {
		char *path = file_join(directory, names[i]);

		unlink(path);
		free(path);
	}
}
