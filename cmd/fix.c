/*
 * fleetscan fix: the repair kit of a run.  Reads a run and writes files;
 * probes nothing and runs nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/columns.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "cmd/commands.h"
#include "cmd/options.h"
#include "cmd/past_run.h"
#include "run/judging.h"
#include "repair/kit.h"

enum { LEFT_SHOWN = 6, ITEMS_SHOWN = 20 };

struct fix_options {
	const char *directory;	  /* NULL: RUN/fix */
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
	    .help = "where the kit goes (RUN/fix); one that is there is "
		    "replaced",
	    .kind = OPTION_STRING,
	    .offset = offsetof(struct fix_options, directory) },
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

static void
show(const struct repair_plan *plan, const char *directory)
{
	size_t others = plan->host_count - plan->healed;
	struct text out = { .size = 0 };

	printf("%zu host%s healed by %zu certificate%s, each proven by a "
	       "re-audit\n",
	    plan->healed, plural(plan->healed), plan->item_count,
	    plural(plan->item_count));
	for (size_t i = 0; i < plan->item_count && i < ITEMS_SHOWN; i++) {
		const struct repair_item *item = plan->items[i];

		cell_append_count(&out, item->host_count, 7);
		text_append(&out, "  ");
		if (item->number > 0)
			text_printf(&out, "fix %-4zu", item->number);
		else
			text_append(&out, "root    ");
		cell_append(&out, item->certificate->subject, 42);
		text_printf(&out, "  heals %zu client%s\n", item->fixed_count,
		    plural(item->fixed_count));
	}
	if (others > 0)
		text_printf(&out,
		    "%zu more get%s a complete chain, and have other faults\n",
		    others, others == 1 ? "s" : "");
	if (plan->left_count > 0)
		text_append(&out, "Not repaired by any certificate\n");
	for (size_t i = 0; i < plan->left_count && i < LEFT_SHOWN; i++) {
		const struct repair_left *left = &plan->left[i];

		cell_append_count(&out, left->hosts, 7);
		text_printf(&out, "  %s%s%s\n         ",
		    class_title(left->class_id),
		    left->cause == NULL ? "" : ", ",
		    left->cause == NULL ? "" : left->cause);
		cell_append_wrapped(
		    &out, kit_advice(left->class_id, left->cause), 9);
	}
	if (plan->left_count > LEFT_SHOWN)
		text_append(&out, "         and more, in README.txt\n");
	fwrite(out.data == NULL ? "" : out.data, 1, out.size, stdout);
	text_free(&out);
	printf("Kit in %s (README.txt, server, client, fix.json)\n", directory);
}

static int
write_kit(const struct repair_plan *plan, const char *directory)
{
	char *error = NULL;
	enum kit_end end = kit_write(plan, directory, &error);

	if (end == KIT_WRITTEN) {
		for (size_t i = 0; i < plan->unproven_count; i++)
			log_warning("%s: no repair is offered: %s",
			    plan->unproven[i].endpoint,
			    plan->unproven[i].reason);
		show(plan, directory);
		return EXIT_CODE_FINISHED;
	}
	log_error("fix: %s", error);
	free(error);
	return end == KIT_REFUSED ? EXIT_CODE_USAGE : EXIT_CODE_OUTPUT;
}

static int
fix(const struct fix_options *options, struct archive *archive,
    const struct audit_settings *audit)
{
	size_t count = options->roots.count;
	struct arena *arena = arena_new();
	struct digest *roots = arena_array(arena, count + 1, sizeof(*roots));
	char *directory = options->directory == NULL
			      ? file_join(archive_directory(archive), "fix")
			      : memory_string(options->directory);
	struct repair_plan *plan;
	char *error = NULL;
	int code = EXIT_CODE_USAGE;

	for (size_t i = 0; i < count; i++)
		digest_from_hex(&roots[i], options->roots.items[i]);
	plan = repair_plan_new(archive, audit, roots, count, &error);
	if (plan != NULL)
		code = write_kit(plan, directory);
	else
		log_error("fix: --trust-root: %s", error);
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
