/*
 * Changes for people: a summary, one line a change, a mail.  Control characters
 * in strings of hosts are escaped before they are appended.
 */
#include "report/diff_text.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/columns.h"
#include "report/mail.h"
#include "rundir/run_index.h"

enum { WORD_COLUMNS = 12, CLIENTS_NAMED = 3, MAIL_LINES = 200 };

static const char *const group_words[GROUPS] = {
	[GROUP_WORSE] = "worse",
	[GROUP_NEW_BROKEN] = "new broken",
	[GROUP_UNREACHABLE] = "unreachable",
	[GROUP_BETTER] = "better",
	[GROUP_CHANGED] = "changed",
	[GROUP_NEW] = "new",
	[GROUP_RENEWED] = "renewed",
	[GROUP_GONE] = "gone",
	[GROUP_STILL] = "still broken",
};

const char *
change_group_word(enum change_group group)
{
	return group_words[group];
}

/* Port 443 is left out. */
static const char *
host_text(struct arena *arena, const struct result *result)
{
	const char *host = result->seen.host;

	if (host == NULL || result->seen.port != 443 ||
	    result->seen.addresses > 1 || result->seen.mx_domain != NULL ||
	    strchr(host, ':') != NULL)
		return result_place(arena, result);
	return host;
}

static const char *
state_text(struct arena *arena, const struct result *result)
{
	enum class_id class_id = result->verdict.class_id;
	const char *words =
	    class_id == CLASS_UNREACHABLE || class_id == CLASS_NO_TLS
		? status_word(result->seen.status)
		: result_title(result);

	return result_is_waived(result)
		   ? arena_printf(arena, "%s, waived", words)
		   : words;
}

static const char *
or_none(const char *string)
{
	return string == NULL ? "none" : string;
}

static const char *
root_text(struct arena *arena, const struct result *result)
{
	const struct step *root = result_root(result);

	return or_none(
	    root == NULL ? NULL : result_common_name(arena, root->subject));
}

/* "issuer R10 -> R11"; NULL where another field describes it better. */
static const char *
field_text(struct arena *arena, const struct change_sides *sides,
    enum diff_field field, unsigned fields)
{
	const struct result *from = &sides->from, *to = &sides->to;

	switch (field) {
	case DIFF_CLASS:
		return arena_printf(arena, "%s -> %s", state_text(arena, from),
		    state_text(arena, to));
	case DIFF_CAUSE:
		return arena_printf(arena, "%s -> %s",
		    or_none(result_cause(from)), or_none(result_cause(to)));
	case DIFF_LEAF:
		return (fields & DIFF_BIT(DIFF_ISSUER)) != 0
			   ? NULL
			   : arena_printf(arena, "new certificate, until %s",
				 date_text(arena, to->leaf.not_after));
	case DIFF_ISSUER:
		return arena_printf(arena, "issuer %s -> %s",
		    or_none(from->leaf.issuer_cn), or_none(to->leaf.issuer_cn));
	case DIFF_ROOT:
		return arena_printf(arena, "root %s -> %s",
		    root_text(arena, from), root_text(arena, to));
	case DIFF_KEY:
		return arena_printf(arena, "key %s -> %s",
		    or_none(from->leaf.key), or_none(to->leaf.key));
	case DIFF_NAMES:
		return arena_printf(arena, "other names (%zu -> %zu)",
		    from->leaf.name_count, to->leaf.name_count);
	case DIFF_TLS:
		return arena_printf(arena, "%s -> %s",
		    or_none(from->seen.tls.version),
		    or_none(to->seen.tls.version));
	case DIFF_RECEIVED:
		return arena_printf(arena, "sends %zu -> %zu certificates",
		    from->seen.received_count, to->seen.received_count);
	case DIFF_FIELDS:
		break;
	}
	return NULL;
}

static const char *
fields_text(struct arena *arena, const struct change *change,
    const struct change_sides *sides)
{
	const char *list = NULL;

	for (unsigned i = 0; i < DIFF_FIELDS; i++) {
		const char *words = NULL;

		if ((change->fields & DIFF_BIT(i)) != 0)
			words = field_text(
			    arena, sides, (enum diff_field)i, change->fields);
		if (words != NULL)
			list = list_text(arena, list, ", ", words);
	}
	return list;
}

/* "ok -> missing intermediate (new issuer)" */
static const char *
verdict_text(struct arena *arena, const struct change *change,
    const struct change_sides *sides)
{
	static const char *const notes[DIFF_FIELDS] = {
		[DIFF_LEAF] = "new certificate",
		[DIFF_ISSUER] = "new issuer",
		[DIFF_ROOT] = "new root",
		[DIFF_KEY] = "new kind of key",
		[DIFF_NAMES] = "other names",
		[DIFF_TLS] = "other TLS version",
		[DIFF_RECEIVED] = "other number of certificates",
	};
	const char *list = NULL;
	const char *words = arena_printf(arena, "%s -> %s",
	    state_text(arena, &sides->from), state_text(arena, &sides->to));
	unsigned fields = change->fields;

	if ((fields & DIFF_BIT(DIFF_ISSUER)) != 0)
		fields &= ~DIFF_BIT(DIFF_LEAF);
	for (unsigned i = 0; i < DIFF_FIELDS; i++)
		if ((fields & DIFF_BIT(i)) != 0 && notes[i] != NULL)
			list = list_text(arena, list, ", ", notes[i]);
	return list == NULL ? words
			    : arena_printf(arena, "%s (%s)", words, list);
}

static const char *
history_text(struct arena *arena, const struct history_facts *facts)
{
	const char *words;

	if (facts->is_over)
		words = arena_printf(arena, "was broken since %s",
		    date_text(arena, facts->since));
	else if (facts->last_good == 0)
		words = arena_printf(arena, "since %s or before",
		    date_text(arena, facts->first_broken));
	else
		words = arena_printf(arena, "since %s, last good %s",
		    date_text(arena, facts->since),
		    date_text(arena, facts->last_good));
	/* Of one that is good now, how often before. */
	if (facts->flaps <= (unsigned)facts->is_over)
		return words;
	return arena_printf(arena, "%s, was good again %u time%s%s", words,
	    facts->flaps - facts->is_over,
	    plural(facts->flaps - facts->is_over),
	    facts->is_over ? " before" : "");
}

/* NULL where nothing is known of the past, or no more than the change says. */
static const char *
past_text(struct arena *arena, const struct diff *diff,
    const struct change *change, const struct change_sides *sides)
{
	struct history_facts past;

	if (!diff_past(diff, change, sides, &past) ||
	    (past.since == diff->settings->newer.night && past.flaps == 0))
		return NULL;
	return history_text(arena, &past);
}

static const char *
detail_of(struct arena *arena, const struct change *change,
    const struct change_sides *sides)
{
	if (change->kind == CHANGE_CHANGED)
		return fields_text(arena, change, sides);
	if (sides->has_from && sides->has_to && change->kind != CHANGE_STILL)
		return verdict_text(arena, change, sides);
	return state_text(arena, sides->host);
}

static const char *
whole_text(struct arena *arena, const struct diff *diff,
    const struct change *change, const struct change_sides *sides)
{
	const char *detail = detail_of(arena, change, sides);
	const char *past = past_text(arena, diff, change, sides);

	return past == NULL ? detail : list_text(arena, detail, ", ", past);
}

bool
diff_change_text(const struct diff *diff, const struct change *change,
    struct arena *arena, const char **host, const char **detail)
{
	struct change_sides sides;

	if (!diff_read(diff, change, arena, &sides))
		return false;
	*host = host_text(arena, sides.host);
	*detail = whole_text(arena, diff, change, &sides);
	return true;
}

/* A change is cut to a line; what was before has one of its own. */
void
diff_append_text(
    const struct diff *diff, const struct change *change, struct text *out)
{
	struct arena *arena = arena_new();
	struct change_sides sides;
	const char *past, *detail;

	if (diff_read(diff, change, arena, &sides)) {
		past = change->kind == CHANGE_STILL
			   ? NULL
			   : past_text(arena, diff, change, &sides);
		detail = change->kind == CHANGE_STILL
			     ? whole_text(arena, diff, change, &sides)
			     : detail_of(arena, change, &sides);
		cell_append_change(out, group_words[change->group],
		    host_text(arena, sides.host), detail);
		if (past != NULL)
			text_printf(out, "%*s%s\n", WORD_COLUMNS + 1, "", past);
	}
	arena_free(arena);
}

const char *
diff_summary_text(const struct diff *diff, struct arena *arena)
{
	int64_t since = run_started(diff->older);
	const char *list = NULL, *damped = "";

	for (size_t i = 0; i < GROUPS; i++)
		if (diff->groups[i] > 0)
			list = list_text(arena, list, ", ",
			    arena_printf(arena, "%s %s",
				count_text(arena, diff->groups[i]),
				group_words[i]));
	if (diff->damped > 0)
		damped = arena_printf(arena,
		    " (and %s by timeouts and resets alone: fleetscan diff "
		    "--all)",
		    count_text(arena, diff->damped));
	return arena_printf(arena, "Since %s: %s%s",
	    since == 0 ? "then" : date_text(arena, since),
	    list == NULL ? "no change" : list, damped);
}

void
diff_append_summary(const struct diff *diff, struct text *out)
{
	struct arena *arena = arena_new();

	cell_append_wrapped(out, diff_summary_text(diff, arena), 0);
	arena_free(arena);
}

const char *
diff_older_name(const struct diff *diff)
{
	const char *path = archive_directory(diff->older);
	const char *slash = strrchr(path, '/');

	return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

/*
 * "curl, python and 9 more fail": of those that judged in both runs, where
 * both have clients.
 */
static const char *
failing_text(struct arena *arena, const struct verdict *before,
    const struct verdict *verdict)
{
	const char **failing =
	    arena_array(arena, verdict->client_count, sizeof(*failing));
	size_t count = 0;

	for (size_t i = 0; i < verdict->client_count; i++) {
		const struct client_verdict *client = &verdict->clients[i];

		if (client->accepts == ACCEPTS_NO &&
		    (before->client_count == 0 ||
			verdict_client(before, client->id) != NULL))
			failing[count++] = client->id;
	}
	if (count == 0)
		return NULL;
	return arena_printf(arena, "%s fail%s",
	    names_text(arena, failing, count, CLIENTS_NAMED),
	    count == 1 ? "s" : "");
}

/* In a mail nothing is cut: long text continues on the next line. */
static void
append_mail_line(
    const struct diff *diff, const struct change *change, struct text *out)
{
	struct arena *arena = arena_new();
	const char *detail, *failing = NULL;
	struct change_sides sides = { .host = NULL };

	if (diff_read(diff, change, arena, &sides)) {
		detail = whole_text(arena, diff, change, &sides);
		if (change->group != GROUP_UNREACHABLE)
			failing = failing_text(
			    arena, &sides.from.verdict, &sides.to.verdict);
		if (failing != NULL)
			detail = list_text(arena, detail, "; ", failing);
		cell_append(out, group_words[change->group], WORD_COLUMNS);
		text_append_char(out, ' ');
		text_append_cell(out, host_text(arena, sides.host), SIZE_MAX);
		text_printf(out, "\n%*s", WORD_COLUMNS + 1, "");
		cell_append_wrapped(out, detail, WORD_COLUMNS + 1);
	}
	arena_free(arena);
}

void
diff_append_mail(const struct diff *diff, struct text *out)
{
	struct text body = { .size = 0 };
	struct arena *arena;
	const char *directory;
	size_t bad = 0, shown = 0;
	bool is_missing = false;

	for (size_t i = 0; i < diff->count; i++)
		bad += change_is_bad(&diff->changes[i]);
	if (bad == 0)
		return;
	/* The first ones only: a mail of thousands of lines is of no use. */
	for (size_t i = 0; i < diff->count; i++) {
		const struct change *change = &diff->changes[i];

		if (!change_is_bad(change))
			continue;
		is_missing |= change->class_id == CLASS_MISSING_INTERMEDIATE;
		if (shown++ < MAIL_LINES)
			append_mail_line(diff, change, &body);
	}
	arena = arena_new();
	if (bad > MAIL_LINES)
		text_printf(&body, "and %s more, in the report\n",
		    count_text(arena, bad - MAIL_LINES));
	text_append_char(&body, '\n');
	/* The kit that is there, or the command that makes it. */
	directory = archive_directory(diff->newer);
	if (!mail_append_place(&body, "repair kit: ", directory, "fix") &&
	    is_missing)
		mail_append_place(
		    &body, "repair kit: fleetscan fix ", directory, "");
	mail_append_place(&body, "report: ", directory, "report.html");
	mail_append(out,
	    arena_printf(arena,
		"fleetscan: %s host%s got worse, %s better (%s scanned)",
		count_text(arena, bad), plural(bad),
		count_text(arena, diff->groups[GROUP_BETTER]),
		count_text(arena, archive_count(diff->newer))),
	    &body);
	text_free(&body);
	arena_free(arena);
}
