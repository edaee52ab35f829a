/* Prints which hosts of a saved run another trust store breaks or repairs. */
#include "cmd/comparison.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/columns.h"
#include "base/text.h"
#include "cmd/commands.h"
#include "report/store_change_text.h"
#include "run/evidence.h"
#include "run/store_change.h"

enum { EXAMPLES = 20 };

struct change_list {
	uint64_t count;
	struct text examples; /* lines */
	bool fails;	      /* one of them at or above --fail-on */
};

struct comparison {
	const struct command_options *options;
	struct change_list breaks, repairs;
};

/* "system" is the machine's; else a store of the run; else a file. */
static const char *
find_store(const struct past_run *saved, const char *against)
{
	const char *path = arena_printf(saved->arena, "%s/stores/%s.pem",
	    archive_directory(saved->archive), against);

	if (file_exists(against))
		return against;
	if (strcmp(against, "system") == 0 && trust_store_system_path() != NULL)
		return trust_store_system_path();
	return file_exists(path) ? path : against;
}

static void
describe(void *context, bool breaks, const struct result *before,
    const struct result *after, struct text *words)
{
	const struct comparison *comparison = context;

	if (comparison->options->json)
		store_change_append_json(breaks, before, after, words);
	else
		store_change_append_text(before, after, words);
}

static void
note(void *context, bool breaks, enum class_id after, enum severity severity,
    struct text *words)
{
	struct comparison *comparison = context;
	struct change_list *list =
	    breaks ? &comparison->breaks : &comparison->repairs;

	list->count++;
	list->fails =
	    list->fails || fail_on_matches(&comparison->options->fail_on, after,
			       severity, NULL, 0);
	if (comparison->options->json)
		text_write(words, stdout);
	else if (list->count <= EXAMPLES)
		text_append_bytes(
		    &list->examples, bytes_of(words->data, words->size));
}

static void
show(const struct change_list *list, const char *verb)
{
	printf("%llu host%s %s\n", (unsigned long long)list->count,
	    plural(list->count), verb);
	if (list->examples.size > 0)
		fwrite(list->examples.data, 1, list->examples.size, stdout);
	if (list->count > EXAMPLES)
		printf("  and %llu more\n",
		    (unsigned long long)(list->count - EXAMPLES));
}

int
comparison_run(const struct past_run *saved, struct command_options *options,
    const char *against)
{
	struct comparison comparison = { .options = options };
	struct judging before, after = { .arena = NULL };
	struct store_change change = {
		.before = &before,
		.after = &after,
		.uses_aia = options->aia != AIA_OFF,
		.describe = describe,
		.changed = note,
		.threads = options->scan.threads,
		.context = &comparison,
	};
	const char *directory = archive_directory(saved->archive);
	struct evidence_settings looking = {
		.has_crls = true,
		.runs = &directory,
		.run_count = 1,
	};
	struct run_evidence *evidence = NULL;
	struct judging_settings other;
	const char *file = find_store(saved, against);
	struct verified *signatures;
	int code = EXIT_CODE_USAGE;

	past_run_lend(saved, &options->judging);
	other = options->judging;
	/* Of the same name, so that the same clients are judged by it. */
	other.stores = (struct store_settings){
		.saved_name = options->judging.stores.saved_name,
	};
	string_list_add(&other.stores.files, file);
	if (!judging_load(&before, &other)) {
		log_error("%s", before.error);
	} else if (!judging_load(&after, &options->judging)) {
		log_error("%s", after.error);
	} else {
		/* A signature is as good with one store as with the other. */
		signatures = judging_open_signatures(&after);
		before.audit.good_signatures = after.audit.good_signatures;
		looking.cache = after.cache;
		looking.now = after.audit.now;
		if (options->crl != AIA_OFF)
			evidence = evidence_open(&looking);
		if (evidence != NULL) {
			evidence_fill(evidence, &before.audit);
			evidence_fill(evidence, &after.audit);
		}
		code = store_change_find(&change, saved->archive) < 0
			   ? EXIT_CODE_OUTPUT
		       : comparison.breaks.fails ? EXIT_CODE_FINDINGS
						 : EXIT_CODE_FINISHED;
		evidence_close(evidence);
		judging_close_signatures(&after, signatures);
	}
	if (code < EXIT_CODE_USAGE && !options->json) {
		show(&comparison.breaks,
		    comparison.breaks.count == 1 ? "breaks" : "break");
		show(&comparison.repairs, comparison.repairs.count == 1
					      ? "is repaired"
					      : "are repaired");
	}
	text_free(&comparison.breaks.examples);
	text_free(&comparison.repairs.examples);
	store_settings_clear(&other.stores);
	judging_clear(&before);
	judging_clear(&after);
	return fflush(stdout) == 0 ? code : EXIT_CODE_OUTPUT;
}
