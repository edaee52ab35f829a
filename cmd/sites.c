/*
 * fleetscan sites: the hosts of a run by site, and those that differ.  Reads a
 * run; probes and judges nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/columns.h"
#include "base/log.h"
#include "cmd/commands.h"
#include "cmd/options.h"
#include "cmd/past_run.h"
#include "report/sites_text.h"
#include "report/sites_write.h"
#include "model/site.h"
#include "run/judging.h"

struct sites_options {
	bool json, csv;
	struct option_file file;
};

static const struct option_row rows[] = {
	{ .name = "json",
	    .help = "one object a line, most deviating first",
	    .kind = OPTION_FLAG,
	    .offset = offsetof(struct sites_options, json) },
	{ .name = "csv",
	    .help = "one row a difference",
	    .kind = OPTION_FLAG,
	    .offset = offsetof(struct sites_options, csv) },
};

static int
parse(struct sites_options *options, int argc, char **argv)
{
	struct option_group group = { "Output", rows,
		sizeof(rows) / sizeof(rows[0]), options };
	struct usage usage = {
		.command = "sites",
		.synopsis = "sites RUN [DOMAIN] [options]",
		.about = "Compares the hosts of each site (registrable domain) "
			 "with one another and lists those that differ.  With "
			 "a DOMAIN: its chains side by side.",
		.example = "  fleetscan sites reports/latest example.com\n",
		.groups = &group,
		.group_count = 1,
		.file = &options->file,
	};

	return options_parse(&usage, argc, argv);
}

static void
show_all(struct sites *sites, struct archive *archive)
{
	struct text out = { .size = 0 };
	size_t count = sites_count(sites), even = 0;

	if (count > 0)
		sites_append_headline(sites, sites_at(sites, 0), archive, &out);
	for (size_t i = 0; i < count; i++) {
		const struct site_group *group = sites_at(sites, i);

		if (group->outliers == 0) {
			even++;
			continue;
		}
		text_append_char(&out, '\n');
		sites_append_text(sites, group, archive, &out);
		text_write(&out, stdout);
	}
	if (even > 0)
		text_printf(&out, "%s%zu site%s without a difference\n",
		    even < count ? "\n" : "", even, plural(even));
	text_write(&out, stdout);
	text_free(&out);
}

static void
show_site(struct sites *sites, const struct site_group *group,
    struct archive *archive, bool json)
{
	struct text out = { .size = 0 };
	struct judging judging;
	bool loaded;

	if (json) {
		sites_append_json(sites, group, archive, &out);
	} else {
		sites_append_headline(sites, group, archive, &out);
		if (group->outliers > 0)
			text_append_char(&out, '\n');
		sites_append_text(sites, group, archive, &out);
		/* Without, openssl's first error is told, as recorded. */
		loaded = judging_load_run(
		    &judging, archive_directory(archive), NULL);
		sites_append_chains(sites, group, archive,
		    loaded ? &judging.audit : NULL, &out);
		judging_clear(&judging);
	}
	text_write(&out, stdout);
	text_free(&out);
}

static int
show(const struct sites_options *options, struct archive *archive,
    const char *domain)
{
	struct sites *sites = sites_of_run(archive);
	const struct site_group *group = NULL;
	struct text out = { .size = 0 };
	int code = EXIT_CODE_FINISHED;

	if (sites == NULL) {
		log_error("sites: a temporary file: %s", strerror(errno));
		return EXIT_CODE_OUTPUT;
	}
	/* The name of a site, or of a host that is of one. */
	if (domain != NULL && (group = sites_find(sites, domain)) == NULL) {
		struct arena *arena = arena_new();

		group = sites_find(sites, site_of_host(arena, domain));
		arena_free(arena);
	}
	if (domain != NULL && group == NULL) {
		log_error(
		    "sites: %s: no host of this site is in the run", domain);
		code = EXIT_CODE_USAGE;
	} else if (group != NULL) {
		show_site(sites, group, archive, options->json);
	} else if (options->json) {
		for (size_t i = 0; i < sites_count(sites); i++) {
			sites_append_json(
			    sites, sites_at(sites, i), archive, &out);
			text_write(&out, stdout);
		}
	} else if (options->csv) {
		sites_write_csv(sites, archive, stdout);
	} else {
		show_all(sites, archive);
	}
	text_free(&out);
	sites_free(sites);
	return code;
}

static int
run(const struct sites_options *options, int count, char **arguments)
{
	struct archive *archive;
	char *error = NULL;
	int code;

	if (count < 1 || count > 2 || (options->csv && options->json) ||
	    (options->csv && count == 2)) {
		log_error("sites: name a run, and at most one site of it; "
			  "--csv goes with neither a site nor --json: "
			  "\"fleetscan sites reports/latest\"");
		return EXIT_CODE_USAGE;
	}
	archive = archive_open(arguments[0], &error);
	if (archive == NULL) {
		log_error("sites: %s", error);
		free(error);
		return EXIT_CODE_USAGE;
	}
	if (archive_damaged(archive) > 0)
		log_warning("sites: %s: %zu lines are no records", arguments[0],
		    archive_damaged(archive));
	past_run_warn("sites", archive_directory(archive));
	code = show(options, archive, count == 2 ? arguments[1] : NULL);
	archive_close(archive);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	log_error("standard output: %s", strerror(errno));
	return EXIT_CODE_OUTPUT;
}

int
command_sites(int argc, char **argv)
{
	struct sites_options options = { .json = false };
	int first = parse(&options, argc, argv);
	int code = first < 0 ? options_exit_code(first)
			     : run(&options, argc - first, argv + first);

	option_file_clear(&options.file);
	return code;
}
