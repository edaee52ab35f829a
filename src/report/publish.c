/*
 * Has a run written as reports.  Opens what the writers compare the run with;
 * formats nothing itself.
 */
#include "report/publish.h"

#include <errno.h>
#include <stdlib.h>

#include "audit/judge.h"
#include "base/log.h"
#include "base/memory.h"
#include "fleet/changes.h"
#include "fleet/history_file.h"
#include "fleet/siblings.h"
#include "report/diff_text.h"

static void
publish_authority(void *context, struct bytes der)
{
	struct certificate *certificate = certificate_new(der);

	report_authority(context, certificate);
	certificate_free(certificate);
}

struct publishing {
	struct archive *archive;
	const struct publication *publication;
	struct report_run run;
	struct changes *changes;
	struct siblings *siblings;
	struct report *report; /* NULL: its files could not be opened */
	int failure;	       /* errno of that */
};

void
publish_record(void *context, size_t at, const struct result *result)
{
	struct publishing *publishing = context;
	struct report_run *run = &publishing->run;
	struct history_host past;

	if (publishing->report == NULL)
		return;
	run->past = NULL;
	if (run->history != NULL &&
	    history_file_add(run->history, result) == 0 &&
	    !result_is_good(result) && history_file_last(run->history, &past))
		run->past = &past;
	report_result(publishing->report, result);
	sites_add(run->sites, at, result);
	if (publishing->changes != NULL)
		changes_add(publishing->changes, at, result);
}

/* -1 with errno when a temporary file could not be written or read. */
static int
settle(struct publishing *publishing)
{
	struct report_run *run = &publishing->run;
	struct changes *changes = publishing->changes;

	run->past = NULL;
	/* It is never a reason to lose a scan. */
	if (run->history != NULL && history_file_settle(run->history) < 0) {
		log_warning("history.db: %s", history_file_error(run->history));
		run->history = NULL;
	}
	if (changes != NULL) {
		changes_use_history(changes, &(struct history_at){ run->history,
						 run->list, run->started });
		if (changes_settle(changes, publishing->archive) < 0)
			return -1;
		run->changes = changes_diff(changes);
	}
	return sites_settle(run->sites);
}

/* NULL: there is no earlier run to compare with.  -1 with errno. */
static int
print_changes(const struct diff *diff, enum publish_changes changes)
{
	struct text out = { .size = 0 };
	int result;

	if (changes == PUBLISH_NO_CHANGES)
		return 0;
	if (changes == PUBLISH_MAIL) {
		if (diff != NULL)
			diff_append_mail(diff, &out);
	} else if (diff == NULL) {
		text_append(&out, "\nNo earlier run of this list to compare "
				  "with.\n");
	} else {
		if (diff->count > 0)
			text_append_char(&out, '\n');
		for (size_t i = 0; i < diff->count; i++)
			diff_append_text(diff, &diff->changes[i], &out);
	}
	if (out.size > 0)
		fwrite(out.data, 1, out.size, stdout);
	result = fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
	text_free(&out);
	return result;
}

struct publishing *
publish_begin(struct archive *archive, const struct report_run *facts,
    const struct publication *publication)
{
	struct publishing *publishing = memory_new(sizeof(*publishing));
	struct report_run *run = &publishing->run;
	char *error = NULL;

	publishing->archive = archive;
	publishing->publication = publication;
	*run = *facts;
	if (publication->earlier != NULL)
		publishing->changes =
		    changes_open(publication->earlier, &error);
	if (error == NULL && publication->family != NULL)
		publishing->siblings =
		    siblings_open(publication->family, &error);
	if (error != NULL)
		log_warning("%s", error);
	free(error);
	run->archive = archive;
	run->sites = sites_new();
	run->siblings = publishing->siblings;
	run->history = publication->history;
	run->list = publication->list;
	if (run->history != NULL)
		history_file_begin(
		    run->history, run->list, run->started, run->id);
	if (publication->audit != NULL)
		run->judge = judge_new(publication->audit);
	publishing->report =
	    report_open(run, archive_directory(archive), publication->formats);
	if (publishing->report == NULL)
		publishing->failure = errno;
	else
		archive_each_authority(
		    archive, publish_authority, publishing->report);
	return publishing;
}

int
publish_end(struct publishing *publishing, const char **failed)
{
	const struct publication *publication = publishing->publication;
	struct report_run *run = &publishing->run;
	int result = -1;

	*failed = "the reports";
	if (publishing->report == NULL) {
		errno = publishing->failure;
	} else if (settle(publishing) < 0) {
		report_abandon(publishing->report);
	} else {
		result = report_finish(
		    publishing->report, &publication->terminal, failed);
	}
	if (result == 0) {
		*failed = "standard output";
		result = print_changes(run->changes, publication->changes);
	}
	changes_free(publishing->changes);
	siblings_free(publishing->siblings);
	judge_free(run->judge);
	sites_free(run->sites);
	free(publishing);
	return result;
}

static void
add_joined(struct arena *arena, struct report_option *options, size_t *count,
    const char *name, const char *const *values, size_t value_count)
{
	struct text joined = { .size = 0 };

	for (size_t i = 0; i < value_count; i++) {
		text_append(&joined, i == 0 ? "" : ", ");
		text_append(&joined, values[i]);
	}
	if (value_count > 0)
		options[(*count)++] = (struct report_option){
			.name = name,
			.value = arena_string(arena, joined.data),
		};
	text_free(&joined);
}

struct report_option *
publish_options(
    struct arena *arena, const struct manifest *manifest, size_t *count)
{
	struct report_option *options =
	    arena_array(arena, manifest->option_count + 2, sizeof(*options));

	*count = 0;
	for (size_t i = 0; i < manifest->option_count; i++) {
		const struct manifest_option *option = &manifest->options[i];
		const char *value =
		    option->value == NULL ? "yes" : option->value;
		size_t at = 0;

		/* One that was given more than once is one, values joined. */
		while (at < *count &&
		       !string_equal(options[at].name, option->name))
			at++;
		if (at < *count)
			options[at].value = arena_printf(
			    arena, "%s, %s", options[at].value, value);
		else
			options[(*count)++] =
			    (struct report_option){ option->name, value };
	}
	add_joined(arena, options, count, "list", manifest->lists,
	    manifest->list_count);
	add_joined(arena, options, count, "arguments", manifest->arguments,
	    manifest->argument_count);
	return options;
}
