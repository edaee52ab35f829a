/* Directories, links and exit codes of a run.  Scans and judges nothing. */
#include "cmd/outcome.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "cmd/commands.h"
#include "fleet/publish.h"
#include "fleet/run_list.h"

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

/* The run that this one is to be compared with: on the heap, or NULL. */
static char *
find_earlier(const struct run_list *runs, const struct manifest *manifest)
{
	char *scope = run_scope(manifest);
	const struct old_run *run = NULL;

	if (scope != NULL)
		run = run_list_newest(runs, scope);
	/* A list may have got another name. */
	if (run == NULL && scope != NULL && manifest->shard == NULL)
		run = run_list_newest_fleet(runs);
	free(scope);
	return run == NULL ? NULL : memory_string(run->path);
}

/* The run that may hold a lone host's siblings: likewise. */
static char *
find_family(const struct run_list *runs, const struct report_run *run)
{
	const struct old_run *newest = run_list_newest_fleet(runs);

	return newest == NULL || run->targets > REPORT_DIAGNOSED_MOST
	    ? NULL
	    : memory_string(newest->path);
}

static void
find_other_runs(const char *directory, const struct manifest *manifest,
    const struct report_run *run, struct publication *publication)
{
	bool is_told = publication->terminal.stream != NULL ||
	    publication->changes != PUBLISH_NO_CHANGES ||
	    (publication->formats & REPORT_HTML) != 0;
	char *copy;
	struct run_list runs;

	if (!is_told)
		return;
	copy = memory_string(directory);
	/* One that cannot be listed holds no run to compare with. */
	if (run_list_read(&runs, dirname(copy), manifest->started + 1) == 0) {
		publication->earlier = find_earlier(&runs, manifest);
		if (publication->terminal.stream != NULL)
			publication->family = find_family(&runs, run);
	}
	run_list_clear(&runs);
	free(copy);
}

int
outcome_publish(const struct output_settings *output, const char *directory,
    const struct manifest *manifest, const struct report_run *run)
{
	bool is_quiet = output->level == LOG_QUIET;
	struct publication publication = {
		.formats = output->formats,
		.terminal = {
			output->json || is_quiet ? NULL : stdout,
			outcome_colors(output, stdout),
		},
		.changes = !output->diff_last ? PUBLISH_NO_CHANGES
		    : is_quiet		      ? PUBLISH_MAIL
					      : PUBLISH_CHANGES,
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
	find_other_runs(directory, manifest, run, &publication);
	if (publish(archive, run, &publication, &failed) < 0) {
		log_error("%s: %s", failed, strerror(errno));
		code = EXIT_CODE_OUTPUT;
	}
	archive_close(archive);
	free(publication.earlier);
	free(publication.family);
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
