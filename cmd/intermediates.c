/*
 * fleetscan intermediates: the public intermediates that runs know beside what
 * they learned: shows how many, from when and whom they helped; or takes a new
 * list from a URL or a file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/columns.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/map.h"
#include "cmd/commands.h"
#include "cmd/options.h"
#include "rundir/archive.h"
#include "scan/download.h"
#include "system/places.h"
#include "system/public_intermediates.h"
#include "x509/bundle.h"
#include "x509/certificate.h"

#define DEFAULT_URL                              \
	"https://ccadb.my.salesforce-sites.com/" \
	"mozilla/PublicAllIntermediateCertsWithPEMCSV"

struct intermediates_options {
	const char *cache;    /* NULL: the user's */
	const char *fetch_ca; /* NULL: the roots of this machine */
	struct fetch_proxy fetch_proxy;
	bool json;
	struct option_file file;
};

#define OPTION(member) offsetof(struct intermediates_options, member)

static const char *
parse_fetch_proxy(void *group, const char *value)
{
	struct intermediates_options *options = group;

	fetch_proxy_clear(&options->fetch_proxy);
	return fetch_proxy_parse(&options->fetch_proxy, value, "https");
}

static const struct option_row rows[] = {
	{ .name = "cache",
	    .argument = "DIR",
	    .kind = OPTION_STRING,
	    .is_path = true,
	    .offset = OPTION(cache),
	    .help = "where the list is kept (default: "
		    "$XDG_CACHE_HOME/fleetscan); as for scan" },
	{ .name = "fetch-ca",
	    .argument = "FILE",
	    .kind = OPTION_STRING,
	    .is_path = true,
	    .offset = OPTION(fetch_ca),
	    .help = "update: roots (PEM) by which the server of URL is "
		    "verified (default: this machine's)" },
	{ .name = "fetch-proxy",
	    .argument = "URL|env|none",
	    .kind = OPTION_FUNCTION,
	    .parse = parse_fetch_proxy,
	    .help = "update: fetch through http://HOST:PORT or "
		    "socks5://HOST:PORT, USER:PASSWORD@ before HOST; env: as "
		    "https_proxy, all_proxy and no_proxy say (default: none)" },
	{ .name = "json",
	    .kind = OPTION_FLAG,
	    .offset = OPTION(json),
	    .help = "one JSON object" },
};

static int
parse(struct intermediates_options *options, int argc, char **argv)
{
	struct option_group group = { "Intermediates", rows,
		sizeof(rows) / sizeof(*rows), options };
	struct usage usage = {
		.command = "intermediates",
		.synopsis = "intermediates [RUN] | intermediates update "
			    "[URL|FILE]",
		.about =
		    "Shows the list of public intermediates that scan, audit "
		    "and merge know: how many, from when, and how many chains "
		    "of RUN (default: reports/latest, if there is one) needed "
		    "one of them.  \"update\" replaces it by the list at an "
		    "https URL or in a FILE: CSV with a PEM column, or PEM.  "
		    "Without URL and FILE it fetches the CCADB's, " DEFAULT_URL
		    ".  With --intermediates none a run does not use it.",
		.example = "  fleetscan intermediates update\n"
			   "  fleetscan intermediates update "
			   "intermediates.csv\n"
			   "  fleetscan intermediates reports/latest\n",
		.groups = &group,
		.group_count = 1,
		.file = &options->file,
	};

	return options_parse(&usage, argc, argv);
}

/* NULL once it has complained. */
static const char *
find_path(struct arena *arena, const struct intermediates_options *options)
{
	struct places places;
	const char *directory = options->cache;

	places_of_machine(arena, &places);
	if (directory == NULL)
		directory = places.cache;
	if (directory != NULL)
		return public_intermediates_path(arena, directory);
	log_error("intermediates: there is no directory for caches, as HOME "
		  "is not set; name one with --cache");
	return NULL;
}

/* The list's octets; false once it has complained. */
static bool
obtain(const struct intermediates_options *options, const char *source,
    struct text *octets)
{
	char *error = NULL;

	if (starts_with(source, "https://")) {
		if (download_https(source, options->fetch_ca,
			&options->fetch_proxy, octets, &error) == 0)
			return true;
		log_error("intermediates: %s: %s", source, error);
		free(error);
		return false;
	}
	if (strstr(source, "://") != NULL) {
		log_error(
		    "intermediates: %s: only https URLs are fetched", source);
		return false;
	}
	if (file_read(source, DOWNLOAD_MOST_OCTETS, octets) == 0)
		return true;
	log_error("intermediates: %s: %s", source,
	    errno == EFBIG ? "is larger than 64 MiB" : strerror(errno));
	return false;
}

static int
update(const struct intermediates_options *options, const char *source)
{
	struct arena *arena = arena_new();
	const char *path = find_path(arena, options), *text = NULL;
	const char *reason = NULL;
	struct public_intermediates list = { .from = source };
	struct text octets = { NULL, 0, 0 };
	int code = EXIT_CODE_USAGE;

	list.date = clock_now();
	text_append(&octets, "");
	if (path != NULL && obtain(options, source, &octets)) {
		text = public_intermediates_read(
		    arena, bytes_of(octets.data, octets.size), &list, &reason);
		if (text == NULL)
			log_error("intermediates: %s %s", source, reason);
	}
	if (path != NULL && text == NULL && file_exists(path))
		log_error(
		    "intermediates: the list in %s stays as it was", path);
	if (text != NULL && public_intermediates_write(path, text) < 0) {
		log_error("intermediates: %s: %s", path, strerror(errno));
		code = EXIT_CODE_OUTPUT;
	} else if (text != NULL) {
		printf("%zu intermediates from %s, kept in %s\n", list.count,
		    source, path);
		if (list.skipped > 0)
			printf("%zu certificates are left out: damaged, or "
			       "not of a CA\n",
			    list.skipped);
		code = EXIT_CODE_FINISHED;
	}
	text_free(&octets);
	arena_free(arena);
	return code;
}

/* Records of which a missing certificate is in the list. */
static size_t
count_needing(
    struct archive *archive, const struct seen *listed, size_t *records)
{
	struct arena *arena = arena_new();
	size_t needing = 0;

	*records = archive_count(archive);
	for (size_t i = 0; i < *records; i++) {
		struct result result;
		bool needs = false;

		arena_reset(arena);
		if (!archive_read(archive, i, arena, &result, NULL))
			continue;
		for (size_t k = 0; k < result.verdict.missing_count; k++) {
			const struct step *step = &result.verdict.missing[k];

			needs = needs || (step->from == SOURCE_KNOWN &&
					     seen_has(listed,
						 digest_bytes(&step->sha256)));
		}
		needing += needs;
	}
	arena_free(arena);
	return needing;
}

static struct seen *
digests_of(struct arena *arena, const char *path)
{
	struct seen *listed = seen_new();
	struct bundle bundle = { .count = 0 };
	struct digest sha256;
	const char *error;

	(void)bundle_read_path(arena, path, NULL, &bundle, &error);
	for (size_t i = 0; i < bundle.count; i++) {
		certificate_digest(bundle.certificates[i], &sha256);
		seen_add(listed, digest_bytes(&sha256));
	}
	return listed;
}

static void
print_json(const struct public_intermediates *list, bool is_there,
    const char *run, size_t needing, size_t records)
{
	struct json_writer *object = json_new_object();
	struct text out = { NULL, 0, 0 };
	char date[CLOCK_TEXT_SIZE];

	clock_format(list->date, date);
	json_add_string(object, "path", list->path);
	json_add_integer(object, "count", (int64_t)list->count);
	json_add_string(object, "date", is_there ? date : NULL);
	json_add_string(object, "from", list->from);
	json_add_string(object, "run", run);
	if (run != NULL) {
		json_add_integer(object, "records", (int64_t)records);
		json_add_integer(object, "needed_by", (int64_t)needing);
	}
	json_print(object, &out);
	puts(out.data);
	text_free(&out);
	json_writer_free(object);
}

static void
print_text(const struct public_intermediates *list, bool is_there,
    const char *run, size_t needing, size_t records)
{
	enum { A_DAY = 24 * 60 * 60 };
	long long days = (long long)((clock_now() - list->date) / A_DAY);
	char date[CLOCK_TEXT_SIZE];

	if (!is_there) {
		printf("No list of public intermediates is kept in %s\n"
		       "\"fleetscan intermediates update\" fetches one\n",
		    list->path);
		return;
	}
	clock_format(list->date, date);
	printf("%zu public intermediates of %.10s (%lld day%s old)\n"
	       "  from %s\n  in %s\n",
	    list->count, date, days, days == 1 ? "" : "s", list->from,
	    list->path);
	if (days > PUBLIC_INTERMEDIATES_DAYS)
		puts("  \"fleetscan intermediates update\" renews them");
	if (run != NULL)
		printf("%zu of the %zu records of %s needed one of them\n",
		    needing, records, run);
}

static int
show(const struct intermediates_options *options, const char *named)
{
	static const char latest[] = "reports/latest";
	struct arena *arena = arena_new();
	const char *path = find_path(arena, options), *run = named;
	struct public_intermediates list;
	struct archive *archive = NULL;
	size_t needing = 0, records = 0;
	bool is_there;
	char *error = NULL;

	if (run == NULL && file_exists(latest))
		run = latest;
	if (path != NULL && run != NULL)
		archive = archive_open(run, &error);
	if (path == NULL || (run != NULL && archive == NULL)) {
		if (error != NULL)
			log_error("intermediates: %s", error);
		free(error);
		arena_free(arena);
		return EXIT_CODE_USAGE;
	}
	is_there = public_intermediates_find(arena, path, &list);
	if (archive != NULL) {
		struct seen *listed = digests_of(arena, path);

		needing = count_needing(archive, listed, &records);
		seen_free(listed);
		archive_close(archive);
	}
	if (options->json)
		print_json(&list, is_there, run, needing, records);
	else
		print_text(&list, is_there, run, needing, records);
	arena_free(arena);
	return EXIT_CODE_FINISHED;
}

int
command_intermediates(int argc, char **argv)
{
	struct intermediates_options options = { .cache = NULL };
	int first = parse(&options, argc, argv);
	int given = argc - first, code = EXIT_CODE_USAGE;
	bool updates =
	    first >= 0 && given > 0 && strcmp(argv[first], "update") == 0;

	if (first < 0)
		code = options_exit_code(first);
	else if (given > (updates ? 2 : 1))
		log_error("intermediates: %s: takes one %s", argv[argc - 1],
		    updates ? "URL or FILE" : "RUN");
	else if (updates)
		code = update(
		    &options, given == 2 ? argv[first + 1] : DEFAULT_URL);
	else
		code = show(&options, given == 1 ? argv[first] : NULL);
	fetch_proxy_clear(&options.fetch_proxy);
	option_file_clear(&options.file);
	return code;
}
