/* Directories, links and exit codes of a run.  Scans and judges nothing. */
#include "cmd/outcome.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "cmd/commands.h"
#include "fleet/publish.h"

static const char reports_directory[] = "reports";

static char *
default_directory(int64_t started)
{
	char name[CLOCK_TEXT_SIZE];
	char *path;

	clock_format_basic(started, name);
	path = file_join(reports_directory, name);
	/* Two runs within one second are two runs. */
	for (int i = 2; file_exists(path) && i < 1000; i++) {
		free(path);
		if (asprintf(&path, "%s/%s-%d", reports_directory, name, i) <
		    0)
			return NULL;
	}
	return path;
}

char *
outcome_directory(const struct output_settings *output, const char *command,
    int64_t started, int *code)
{
	char *path = output->directory == NULL
	    ? default_directory(started)
	    : memory_string(output->directory);
	char *manifest = file_join(path, "run.json");

	*code = EXIT_CODE_FINISHED;
	if (file_exists(manifest)) {
		log_error("%s: -o: %s holds a run already: name another "
			  "directory",
		    command, path);
		*code = EXIT_CODE_USAGE;
	} else if (file_make_directory(path) < 0) {
		log_error("%s: %s: %s", command, path, strerror(errno));
		*code = EXIT_CODE_OUTPUT;
	}
	free(manifest);
	if (*code == EXIT_CODE_FINISHED)
		return path;
	free(path);
	return NULL;
}

void
outcome_link_latest(const char *directory)
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

bool
outcome_colors(const struct output_settings *output, FILE *stream)
{
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return !output->no_color && isatty(fileno(stream)) &&
	    (no_color == NULL || no_color[0] == '\0') &&
	    (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

bool
outcome_shows_progress(const struct output_settings *output)
{
	if (output->progress == PROGRESS_AUTO)
		return output->level != LOG_QUIET && isatty(STDERR_FILENO);
	return output->progress == PROGRESS_ON;
}

int
outcome_show_record(const struct output_settings *output, struct bytes line,
    const struct report_run *run)
{
	struct report_terminal terminal = { stdout,
		outcome_colors(output, stdout) };
	struct arena *arena;
	struct report *report;
	struct result result;
	const char *reason, *failed;

	if (output->json)
		return fwrite(line.data, 1, line.size, stdout) == line.size &&
			fflush(stdout) == 0
		    ? 0
		    : -1;
	arena = arena_new();
	report = report_open(run, NULL, 0);
	if (!result_read(arena, line, &result, &reason))
		log_bug(reason);
	report_result(report, &result);
	arena_free(arena);
	return report_finish(report, &terminal, &failed);
}

/* They were the checkpoint; -f did not ask for them. */
static void
drop_streams(const char *directory)
{
	static const char *const names[] = {
		"hosts.ndjson",
		"certs.ndjson",
		"aia.ndjson",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = file_join(directory, names[i]);

		unlink(path);
		free(path);
	}
}

int
outcome_publish(const struct output_settings *output, const char *directory,
    const struct report_run *run)
{
	struct report_terminal terminal = {
		output->json || output->level == LOG_QUIET ? NULL : stdout,
		outcome_colors(output, stdout),
	};
	char *error = NULL;
	const char *failed = NULL;
	struct archive *archive = archive_open(directory, &error);
	int code = EXIT_CODE_FINISHED;

	if (archive == NULL) {
		log_error("%s", error);
		free(error);
		return EXIT_CODE_OUTPUT;
	}
	if (publish(archive, run, output->formats, &terminal, &failed) < 0) {
		log_error("%s: %s", failed, strerror(errno));
		code = EXIT_CODE_OUTPUT;
	}
	archive_close(archive);
	if (code == EXIT_CODE_FINISHED && (output->formats & REPORT_NDJSON) == 0)
		drop_streams(directory);
	return code;
}

int
outcome_exit_code(
    const struct fail_on *fail_on, const struct run_outcome *outcome)
{
	for (size_t c = 0; c < CLASS_COUNT; c++)
		for (size_t s = 0; s < SEVERITY_COUNT; s++)
			if (outcome->counts[c][s] > 0 &&
			    fail_on_matches(fail_on, (enum class_id)c,
				(enum severity)s))
				return EXIT_CODE_FINDINGS;
	return EXIT_CODE_FINISHED;
}
