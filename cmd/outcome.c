/* Directories, links and exit codes of a run.  Scans and judges nothing. */
#include "cmd/outcome.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fatal.h"
#include "base/file.h"
#include "base/memory.h"
#include "cmd/commands.h"
#include "report/publish.h"
#include "rundir/run_list.h"

enum { MOST_LEARNED = 256 << 20 };

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
		if (asprintf(&path, "%s/%s-%d", reports_directory, name, i) < 0)
			return NULL;
	}
	return path;
}

struct claim *
outcome_claim(const char *command, const char *directory)
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

/* Records without a run.json are not ours, but somebody's. */
static bool
holds_records(const char *directory)
{
	char *path = file_join(directory, "hosts.ndjson");
	struct stat status;
	bool holds = stat(path, &status) == 0 && status.st_size > 0;

	free(path);
	return holds;
}

static bool
holds_run(const char *directory)
{
	char *manifest = file_join(directory, "run.json");
	bool holds = file_exists(manifest) || holds_records(directory);

	free(manifest);
	return holds;
}

char *
outcome_directory(const struct output_settings *output, const char *command,
    int64_t started, struct claim **claim, int *code)
{
	char *path = output->directory == NULL
			 ? default_directory(started)
			 : memory_string(output->directory);

	*code = EXIT_CODE_OUTPUT;
	if (file_make_directory(path) < 0) {
		log_error("%s: %s: %s", command, path, strerror(errno));
	} else if ((*claim = outcome_claim(command, path)) == NULL) {
		*code =
		    errno == EWOULDBLOCK ? EXIT_CODE_USAGE : EXIT_CODE_OUTPUT;
	} else if (holds_run(path)) {
		log_error("%s: -o: %s holds a run already: name another "
			  "directory, or go on with an interrupted scan by "
			  "--resume",
		    command, path);
		*code = EXIT_CODE_USAGE;
	} else {
		*code = EXIT_CODE_FINISHED;
		return path;
	}
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
		fatal_bug(reason);
	report_result(report, &result);
	arena_free(arena);
	return report_finish(report, &terminal, &failed);
}

char *
outcome_learned_path(const char *directory)
{
	return file_join(directory, "learned.pem");
}

int
outcome_keep_learned(const char *directory, const char *cache)
{
	char *path = outcome_learned_path(directory);
	struct text text = { .size = 0 };
	int result = 0;

	/* No cache yet, or one that says nothing: nothing is known of it. */
	if (cache != NULL && file_read(cache, MOST_LEARNED, &text) == 0)
		result = file_write(path, bytes_of(text.data, text.size));
	text_free(&text);
	free(path);
	return result;
}

/* They were the checkpoint; -f may not have asked for them. */
void
outcome_tidy(const char *directory, unsigned formats)
{
	static const char *const names[] = {
		"pending.ndjson",
		"learned.pem",
		"hosts.ndjson",
		"certs.ndjson",
		"aia.ndjson",
	};
	size_t count = sizeof(names) / sizeof(names[0]);

	if ((formats & REPORT_NDJSON) != 0)
		count = 2;
	for (size_t i = 0; i < count; i++) {
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
    const struct audit_settings *audit, const struct manifest *manifest,
    const struct report_run *run)
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
		.audit = audit,
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
	return code;
}

int
outcome_exit_code(
    const struct fail_on *fail_on, const struct run_outcome *outcome)
{
	for (size_t c = 0; c < CLASS_COUNT; c++)
		for (size_t s = 0; s < SEVERITY_COUNT; s++)
			if (outcome->counts[c][s] > 0 &&
			    fail_on_matches(
				fail_on, (enum class_id)c, (enum severity)s))
				return EXIT_CODE_FINDINGS;
	return EXIT_CODE_FINISHED;
}
