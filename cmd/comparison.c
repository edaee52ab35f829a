/* Two judgements of one run, host by host, without writing either down. */
#include "cmd/comparison.h"

#include <stdlib.h>

#include "base/columns.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "cmd/commands.h"
#include "cmd/judging.h"
#include "run/aia_file.h"
#include "audit/judge.h"
#include "run/replay.h"
#include "run/sources.h"

enum { EXAMPLES = 20 };

/* Where both sides look for what a host did not send: as the run did. */
struct saved_sources {
	struct senders *senders;
	struct aia *aia;
	struct seen *sent;
};

/* One side of the comparison. */
struct side {
	struct judging judging;
	struct judge *judge;
	struct sources *sources;
};

struct change {
	uint64_t count;
	struct text examples; /* lines */
	bool fails;
};

struct comparison {
	const struct scan_settings *settings;
	struct saved_sources found;
	struct side before, after;
	struct change breaks, heals;
};

static void
learn_sent(void *context, struct bytes der)
{
	struct saved_sources *found = context;
	struct digest digest;

	certificate_digest(der, &digest);
	if (seen_has(
		found->sent, bytes_of(digest.octets, sizeof(digest.octets))))
		senders_learn(found->senders, &digest, der);
}

static void
note_sent(struct saved_sources *found, struct archive *archive)
{
	struct arena *arena = arena_new();
	struct result saved;

	for (size_t i = 0; i < archive_count(archive); i++) {
		arena_reset(arena);
		if (!archive_read(archive, i, arena, &saved, NULL))
			continue;
		for (size_t k = 0; k < saved.seen.received_count; k++)
			seen_add(found->sent,
			    bytes_of(saved.seen.received[k].octets,
				sizeof(saved.seen.received[k].octets)));
	}
	arena_free(arena);
}

/* False where there is no room for the log of senders. */
static bool
saved_sources_open(struct saved_sources *found, struct archive *archive)
{
	found->senders = senders_new();
	found->aia = aia_new(NULL);
	found->sent = seen_new();
	if (found->senders == NULL)
		return false;
	note_sent(found, archive);
	archive_each_authority(archive, learn_sent, found);
	aia_file_read(archive, found->aia);
	return senders_settle(found->senders) == 0;
}

static void
saved_sources_close(struct saved_sources *found)
{
	senders_free(found->senders);
	aia_free(found->aia);
	seen_free(found->sent);
}

static bool
side_open(struct side *side, const struct trust_settings *trust,
    const struct scan_settings *settings, const struct saved_sources *found)
{
	*side = (struct side){ .judge = NULL };
	if (!judging_prepare(&side->judging, "audit", trust, &settings->found,
		&settings->judge))
		return false;
	side->judge = judge_new(&side->judging.audit);
	side->sources = sources_new(found->senders, side->judging.known,
	    settings->found.aia == AIA_OFF ? NULL : found->aia);
	return true;
}

static void
side_close(struct side *side)
{
	judge_free(side->judge);
	sources_free(side->sources);
	judging_clear(&side->judging);
}

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

/* Where the path ends in the store that trusts it: what the other lacks. */
static const char *
good_root(const struct result *before, const struct result *after)
{
	bool was_good = before->verdict.severity < SEVERITY_ERROR;
	const struct step *root = result_root(was_good ? before : after);

	return root == NULL ? NULL : root->subject;
}

static void
show_json(
    const char *change, const struct result *before, const struct result *after)
{
	struct json *object = json_new_object();
	struct text line = { .size = 0 };

	json_add_string(object, "change", change);
	json_add_string(object, "host", after->seen.host);
	json_add_integer(object, "port", after->seen.port);
	json_add_string(object, "from", class_word(before->verdict.class_id));
	json_add_string(object, "to", class_word(after->verdict.class_id));
	json_add_string(object, "cause", after->verdict.cause);
	json_add_string(object, "root", good_root(before, after));
	json_print(object, &line);
	text_append_char(&line, '\n');
	fwrite(line.data, 1, line.size, stdout);
	text_free(&line);
	json_free(object);
}

static void
show_line(
    struct text *out, const struct result *before, const struct result *after)
{
	struct arena *scratch = arena_new();
	const char *root = result_short_name(scratch, good_root(before, after));
	struct text words = { .size = 0 };

	text_printf(&words, "%s  %s -> %s", result_endpoint(scratch, after),
	    class_title(before->verdict.class_id),
	    class_title(after->verdict.class_id));
	if (root != NULL)
		text_printf(&words, " (%s)", root);
	text_append(out, "  ");
	cell_append_wrapped(out, words.data, 4);
	text_free(&words);
	arena_free(scratch);
}

static void
note(struct comparison *comparison, struct change *change, const char *word,
    const struct result *before, const struct result *after)
{
	const struct verdict *verdict = &after->verdict;

	change->count++;
	change->fails = change->fails ||
			fail_on_matches(&comparison->settings->output.fail_on,
			    verdict->class_id, verdict->severity);
	if (comparison->settings->output.json) {
		show_json(word, before, after);
		return;
	}
	if (change->count > EXAMPLES)
		return;
	show_line(&change->examples, before, after);
}

/*
 * A store changes only how a path ends: what counts is whether the host is
 * as good as before, not which word it now has.
 */
static void
compare(struct comparison *comparison, const struct result *before,
    const struct result *after)
{
	bool was_good = before->verdict.severity < SEVERITY_ERROR;
	bool is_good = after->verdict.severity < SEVERITY_ERROR;

	if (was_good && !is_good)
		note(comparison, &comparison->breaks, "breaks", before, after);
	if (!was_good && is_good)
		note(comparison, &comparison->heals, "heals", before, after);
}

static void
compare_all(struct comparison *comparison, struct archive *archive)
{
	struct arena *arena = arena_new();

	for (size_t i = 0; i < archive_count(archive); i++) {
		struct result saved, before, after;

		arena_reset(arena);
		if (!archive_read(archive, i, arena, &saved, NULL) ||
		    !archive_fill_chain(archive, arena, &saved.seen))
			continue;
		if (replay_ignores(
			comparison->after.judging.policy, arena, &saved.seen))
			continue;
		judge_result(comparison->before.judge, &saved.seen,
		    sources_list(comparison->before.sources), &before);
		judge_result(comparison->after.judge, &saved.seen,
		    sources_list(comparison->after.sources), &after);
		compare(comparison, &before, &after);
	}
	arena_free(arena);
}

static void
show(const struct change *change, const char *verb)
{
	printf("%llu host%s %s\n", (unsigned long long)change->count,
	    plural(change->count), verb);
	if (change->examples.size > 0)
		fwrite(change->examples.data, 1, change->examples.size, stdout);
	if (change->count > EXAMPLES)
		printf("  and %llu more\n",
		    (unsigned long long)(change->count - EXAMPLES));
}

static int
compare_sides(struct comparison *comparison, struct archive *archive)
{
	int code;

	compare_all(comparison, archive);
	if (!comparison->settings->output.json) {
		show(&comparison->breaks,
		    comparison->breaks.count == 1 ? "breaks" : "break");
		show(&comparison->heals,
		    comparison->heals.count == 1 ? "heals" : "heal");
	}
	code =
	    comparison->breaks.fails ? EXIT_CODE_FINDINGS : EXIT_CODE_FINISHED;
	text_free(&comparison->breaks.examples);
	text_free(&comparison->heals.examples);
	return fflush(stdout) == 0 ? code : EXIT_CODE_OUTPUT;
}

int
comparison_run(const struct past_run *saved, struct scan_settings *settings,
    const char *against)
{
	struct comparison comparison = { .settings = settings };
	struct trust_settings other;
	int code = EXIT_CODE_USAGE;

	trust_settings_init(&other);
	option_list_add(&other.trust, find_store(saved, against));
	past_run_lend(saved, &settings->trust, &settings->judge);
	if (!saved_sources_open(&comparison.found, saved->archive))
		code = EXIT_CODE_OUTPUT;
	else if (side_open(
		     &comparison.before, &other, settings, &comparison.found) &&
		 side_open(&comparison.after, &settings->trust, settings,
		     &comparison.found))
		code = compare_sides(&comparison, saved->archive);
	side_close(&comparison.before);
	side_close(&comparison.after);
	saved_sources_close(&comparison.found);
	trust_settings_clear(&other);
	return code;
}
