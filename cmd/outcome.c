/* Colours, progress and single records.  Writes no file. */
#include "cmd/outcome.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fatal.h"

bool
outcome_colors(const struct command_options *output, FILE *stream)
{
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return !output->no_color && isatty(fileno(stream)) &&
	       (no_color == NULL || no_color[0] == '\0') &&
	       (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

bool
outcome_shows_progress(const struct command_options *output)
{
	if (output->progress == PROGRESS_AUTO)
		return output->level != LOG_QUIET && isatty(STDERR_FILENO);
	return output->progress == PROGRESS_ON;
}

int
outcome_show_record(const struct command_options *output, struct bytes line,
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
