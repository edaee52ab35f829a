/*
 * fleetscan fix: the repair kit of a run.  Reads a run and writes files;
 * probes nothing and runs nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/columns.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "cmd/commands.h"
#include "cmd/options.h"
#include "cmd/past_run.h"
#include "model/tag.h"
#include "repair/kit.h"
#include "repair/plan_tag.h"
#include "report/plan_text.h"
#include "run/judging.h"

struct fix_options {
	const char *directory; /* NULL: RUN/fix, RUN/fix-by-tag */
	bool by_tag;
	struct string_list roots; /* SHA-256, in hexadecimal */
	struct option_file file;
};

static const char *
add_root(void *settings, const char *value)
{
	struct fix_options *options = settings;
	struct digest digest;

	if (!digest_from_hex(&digest, value))
		return "is not a SHA-256: 64 hexadecimal digits";
	string_list_add(&options->roots, value);
	return NULL;
}

static const struct option_row rows[] = {
	{ .letter = 'o',
	    .name = "out",
	    .argument = "DIR",
	    .help = "where the kit goes (RUN/fix); an existing kit is replaced",
	    .kind = OPTION_STRING,
	    .offset = offsetof(struct fix_options, directory) },
	{ .name = "by-tag",
	    .help = "a kit for each tag of the list, in DIR/TAG "
		    "(RUN/fix-by-tag)",
	    .kind = OPTION_FLAG,
	    .offset = offsetof(struct fix_options, by_tag) },
	{ .name = "trust-root",
	    .argument = "SHA256",
	    .help = "trust this self-signed certificate of the run, and put "
		    "it into the kit; repeatable",
	    .kind = OPTION_FUNCTION,
	    .parse = add_root },
};

static int
parse(struct fix_options *options, int argc, char **argv)
{
	struct option_group group = { "Kit", rows,
		sizeof(rows) / sizeof(rows[0]), options };
	struct usage usage = {
		.command = "fix",
		.synopsis = "fix RUN [options]",
		.about = "Writes a repair kit: for servers the chain they "
			 "should send, for clients that cannot wait the "
			 "certificates and scripts for their trust stores, "
			 "each proven by a re-audit.  Nothing is run.",
		.example = "  fleetscan fix reports/latest\n"
			   "  fleetscan fix reports/latest -o /srv/kit\n",
		.groups = &group,
		.group_count = 1,
		.file = &options->file,
	};

	return options_parse(&usage, argc, argv);
}

static int
write_kit(const struct repair_plan *plan, const char *directory)
{
	char *error = NULL;
	struct text out = { .size = 0 };
	enum kit_end end = kit_write(plan, directory, &error);

	if (end == KIT_WRITTEN) {
		for (size_t i = 0; i < plan->unproven_count; i++)
			log_warning("%s: no repair is offered: %s",
			    plan->unproven[i].endpoint,
			    plan->unproven[i].reason);
		plan_append_text(plan, directory, &out);
		text_write(&out, stdout);
		text_free(&out);
		return EXIT_CODE_FINISHED;
	}
	log_error("fix: %s", error);
	free(error);
	return end == KIT_REFUSED ? EXIT_CODE_USAGE : EXIT_CODE_OUTPUT;
}

/* A kit that cannot be written ends it. */
static int
write_kits_by_tag(const struct repair_plan *plan, const char *directory)
{
	struct arena *arena = arena_new();
	size_t count;
	const char **tags = repair_plan_tags(plan, arena, &count);
	int code = EXIT_CODE_FINISHED;

	if (count == 0)
		printf("No host that can be repaired has a tag.\n");
	for (size_t i = 0; i < count && code == EXIT_CODE_FINISHED; i++) {
		char *folder = file_join(directory, tag_folder(arena, tags[i]));
		struct text name = { .size = 0 };

		text_append_cell(&name, tags[i], SIZE_MAX);
		printf("%sTag %s\n", i == 0 ? "" : "\n", name.data);
		text_free(&name);
		code = file_make_parents(folder) < 0 ? EXIT_CODE_OUTPUT
						     : EXIT_CODE_FINISHED;
		if (code != EXIT_CODE_FINISHED)
			log_error("fix: %s: %s", folder, strerror(errno));
		else
			code = write_kit(
			    repair_plan_of_tag(plan, arena, tags[i]), folder);
		free(folder);
	}
	arena_free(arena);
	return code;
}

static int
fix(const struct fix_options *options, struct archive *archive,
    const struct audit_settings *audit)
{
	size_t count = options->roots.count;
	struct arena *arena = arena_new();
	struct digest *roots = arena_array(arena, count + 1, sizeof(*roots));
	char *directory = options->directory == NULL
			      ? file_join(archive_directory(archive),
				    options->by_tag ? "fix-by-tag" : "fix")
			      : memory_string(options->directory);
	struct repair_plan *plan;
	struct history_at at;
	char *error = NULL;
	int code = EXIT_CODE_USAGE;

	for (size_t i = 0; i < count; i++)
		digest_from_hex(&roots[i], options->roots.items[i]);
	plan = repair_plan_new(archive, audit, roots, count, &error);
	if (plan != NULL) {
		at = past_run_history("fix", arena, archive_directory(archive));
		repair_plan_use_history(plan, archive, &at);
		history_file_close(at.file);
		code = options->by_tag ? write_kits_by_tag(plan, directory)
				       : write_kit(plan, directory);
	} else {
		log_error("fix: --trust-root: %s", error);
	}
	free(error);
	repair_plan_free(plan);
	free(directory);
	arena_free(arena);
	return code;
}

static int
open_and_fix(const struct fix_options *options, const char *path)
{
	char *error = NULL;
	struct archive *archive = archive_open(path, &error);
	struct judging judging;
	int code = EXIT_CODE_USAGE;

	if (archive == NULL) {
		log_error("fix: %s", error);
		free(error);
		return code;
	}
	if (judging_load_run(&judging, archive_directory(archive), NULL)) {
		past_run_warn("fix", archive_directory(archive));
		code = fix(options, archive, &judging.audit);
	} else {
		log_error("fix: %s", judging.error);
	}
	judging_clear(&judging);
	archive_close(archive);
	return code;
}

int
command_fix(int argc, char **argv)
{
	struct fix_options options = { .directory = NULL };
	int first = parse(&options, argc, argv);
	int code = EXIT_CODE_USAGE;

	if (first < 0)
		code = options_exit_code(first);
	else if (argc - first != 1)
		log_error("fix: name one run: \"fleetscan fix "
			  "reports/latest\"");
	else
		code = open_and_fix(&options, argv[first]);
	string_list_clear(&options.roots);
	option_file_clear(&options.file);
	return code;
}
