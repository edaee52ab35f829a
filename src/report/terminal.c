/*
 * The summary: classes, then what hosts have in common, then the worst ones.
 * One host's diagnosis is in diagnosis.c.
 */
#include "report/terminal.h"

#include <stdlib.h>

#include "base/columns.h"
#include "report/addresses_text.h"
#include "report/colors.h"
#include "report/diff_text.h"

enum {
	CLASS_COLUMNS = 22,
	COUNT_COLUMNS = 9,
	CAUSES_SHOWN = 12,
	ROOTS_SHOWN = 8,
	WIDTH = 80,
	REMARK_COLUMN = 44,
	CAUSE_COLUMN = 9,
	NAME_COLUMNS = 32,
	PLACE_COLUMN = 13,
	CHANGES_SHOWN = 10,
	ENDPOINT_COLUMNS = 34,
	DETAIL_COLUMNS = 42
};

static size_t
columns_of(const char *string)
{
	return text_columns(bytes_from_string(string));
}

/* What stands beside a class; NULL: nothing. */
static const char *
remark_text(
    const struct tally *tally, enum class_id class_id, struct arena *scratch)
{
	size_t causes = tally_cause_count(tally, class_id);
	size_t roots = tally_private_root_count(tally);

	if (class_id == CLASS_OK && tally->days_30 > 0)
		return arena_printf(scratch, "%s expire%s within 30 days%s",
		    count_text(scratch, tally->days_30),
		    tally->days_30 == 1 ? "s" : "",
		    tally->days_7 == 0
			? ""
			: arena_printf(scratch, ", %s within 7",
			      count_text(scratch, tally->days_7)));
	if (class_id == CLASS_WRONG_ROOT && roots > 0)
		return arena_printf(scratch, "%s private root%s",
		    count_text(scratch, roots), plural(roots));
	if (class_id == CLASS_UNREACHABLE && tally->unreachable_retried > 0)
		return arena_printf(scratch, "%s tried again",
		    count_text(scratch, tally->unreachable_retried));
	return class_id == CLASS_OK || causes <= 1
		   ? NULL
		   : arena_printf(
			 scratch, "%s causes", count_text(scratch, causes));
}

static void
append_class(struct text *out, const struct tally *tally,
    enum class_id class_id, struct arena *scratch, bool colors)
{
	uint64_t count = tally->classes[class_id];
	const char *remark = remark_text(tally, class_id, scratch);

	if (class_id == CLASS_OK && tally->failing > 0)
		remark = arena_printf(scratch, "%s%s%s fail%s after the chain",
		    remark == NULL ? "" : remark, remark == NULL ? "" : ", ",
		    count_text(scratch, tally->failing),
		    tally->failing == 1 ? "s" : "");
	if (tally->waived[class_id] > 0)
		remark = arena_printf(scratch, "%s%s%s waived",
		    remark == NULL ? "" : remark, remark == NULL ? "" : ", ",
		    count_text(scratch, tally->waived[class_id]));
	if (count == 0 && class_id != CLASS_OK)
		return;
	text_append(out, "  ");
	color_begin(out, class_severity(class_id), colors);
	cell_append(out, class_title(class_id), CLASS_COLUMNS);
	color_end(out, colors);
	cell_append_count(out, count, COUNT_COLUMNS);
	text_printf(out, " %5.1f %%",
	    tally->records == 0
		? 0.0
		: 100.0 * (double)count / (double)tally->records);
	if (remark == NULL) {
		text_append_char(out, '\n');
		return;
	}
	text_append(out, "   ");
	cell_append_wrapped(out, remark, REMARK_COLUMN);
}

/* "miss CN=R11", "end at CN=Corp Root (private)", "expired, leaf expired" */
static const char *
cause_name(const struct tally_cause *cause, struct arena *scratch)
{
	static const char *const verbs[CLASS_COUNT] = {
		[CLASS_MISSING_INTERMEDIATE] = "miss",
		[CLASS_WRONG_ROOT] = "end at",
		[CLASS_UNKNOWN_ISSUER] = "are issued by the unknown",
	};
	const char *verb = verbs[cause->class_id];
	const char *title = class_title(cause->class_id);
	bool is_private = string_equal(cause->cause, "private_root");
	char *words = arena_string(scratch, cause->cause);

	if (tally_cause_is_unexpected(cause))
		verb = "unexpected";
	if (cause->subject != NULL)
		return arena_printf(scratch, "%s %s%s",
		    verb == NULL ? title : verb,
		    result_short_name(scratch, cause->subject),
		    is_private ? " (private)" : "");
	if (words == NULL)
		return title;
	/* Its word has one of two signs for a blank. */
	for (char *at = words; *at != '\0'; at++)
		if (*at == '_' || *at == '-')
			*at = ' ';
	return cause->class_id == CLASS_OK
		   ? words
		   : arena_printf(scratch, "%s, %s", title, words);
}

/*
 * One cause: how many, what, where, and which item of the repair kit it needs.
 * A name or a place is not cut: what does not fit has a line of its own.
 */
static void
append_cause(struct text *out, const struct tally *tally,
    const struct tally_cause *cause, size_t name_columns, struct arena *scratch)
{
	size_t fix = cause->is_missing
			 ? wanted_number(tally->wanted, &cause->sha256)
			 : 0;
	const char *kit =
	    fix == 0 ? "" : arena_printf(scratch, "   fix %zu", fix);
	const char *name = cause_name(cause, scratch);
	/* Where to get the certificate that is missing; else an example. */
	const char *place =
	    cause->is_missing
		? source_text(scratch, cause->from, cause->where)
		: arena_printf(scratch, "%s%s", cause->examples[0],
		      cause->example_count > 1 ? ", …" : "");
	size_t tail = columns_of(place) + strlen(kit);

	cell_append_count(out, cause->hosts, CAUSE_COLUMN - 2);
	text_append(out, "  ");
	if (CAUSE_COLUMN + columns_of(name) + 2 + tail > WIDTH) {
		cell_append_wrapped(out, name, CAUSE_COLUMN);
		text_printf(out, "%*s", PLACE_COLUMN, "");
	} else {
		if (CAUSE_COLUMN + name_columns + 2 + tail > WIDTH)
			name_columns = WIDTH - CAUSE_COLUMN - 2 - tail;
		cell_append(out, name, name_columns);
		text_append(out, "  ");
	}
	text_append_cell(out, place, SIZE_MAX);
	text_append(out, kit);
	text_append_char(out, '\n');
}

/* Only those whose hosts break already, or with their next certificate. */
static void
append_roots(struct text *out, const struct tally *tally, struct arena *scratch)
{
	size_t count, shown = 0;
	const struct tally_root **roots =
	    tally_roots_list(tally->roots, &count);

	for (size_t i = 0;
	     i < count && roots[i]->warned > 0 && shown < ROOTS_SHOWN;
	     i++, shown++) {
		if (shown == 0)
			text_append(
			    out, "\nRoots that programs drop or date\n");
		cell_append_count(out, roots[i]->hosts, CAUSE_COLUMN - 2);
		text_append(out, "  ");
		cell_append_wrapped(out,
		    arena_printf(scratch, "depend%s on %s",
			roots[i]->hosts == 1 ? "s" : "", roots[i]->sentence),
		    CAUSE_COLUMN);
	}
	if (shown > 0 && count > shown)
		text_printf(out, "%*s  more in summary.json\n",
		    CAUSE_COLUMN - 2, count_text(scratch, count - shown));
	free(roots);
}

/* What got worse is named; of the rest the counts are enough. */
static void
append_changes(struct text *out, const struct diff *diff, bool colors,
    struct arena *scratch)
{
	uint64_t bad = 0, shown = 0;

	text_append_char(out, '\n');
	cell_append_wrapped(out,
	    arena_printf(scratch, "%s (%s)", diff_summary_text(diff, scratch),
		diff_older_name(diff)),
	    0);
	for (size_t i = 0; i < diff->count; i++) {
		const struct change *change = &diff->changes[i];
		const char *host, *story;

		if (!change_is_bad(change))
			continue;
		bad++;
		if (shown == CHANGES_SHOWN ||
		    !diff_change_text(diff, change, scratch, &host, &story))
			continue;
		color_begin(out, SEVERITY_ERROR, colors);
		cell_append_change(
		    out, change_group_word(change->group), host, story);
		color_end(out, colors);
		shown++;
	}
	if (bad > shown)
		text_printf(out, "  and %s more in report.html\n",
		    count_text(scratch, bad - shown));
}

void
terminal_append_summary(struct text *out, const struct report_run *run,
    const struct tally *tally, bool colors)
{
	struct arena *scratch = arena_new();
	size_t count;
	const struct tally_cause **causes;
	size_t shown;
	size_t columns = 0;

	text_printf(
	    out, "%s targets", count_text(scratch, run->totals.targets));
	if (tally->names.addresses > 0)
		text_printf(
		    out, ", %s addresses", count_text(scratch, tally->records));
	text_printf(out, " in %.1f s\n", run->seconds);
	for (int i = 0; i < CLASS_COUNT; i++)
		append_class(out, tally, (enum class_id)i, scratch, colors);
	causes = tally_causes(tally, &count);
	shown = count < CAUSES_SHOWN ? count : CAUSES_SHOWN;
	/* Wide enough for the longest of the usual names. */
	for (size_t i = 0; i < shown; i++) {
		size_t own = columns_of(cause_name(causes[i], scratch));

		if (own > columns && own <= NAME_COLUMNS)
			columns = own;
	}
	if (count > 0)
		text_append(out, "\nCauses, most hosts first\n");
	for (size_t i = 0; i < shown; i++)
		append_cause(out, tally, causes[i], columns, scratch);
	if (count > shown)
		text_printf(out, "%*s  more in summary.json\n",
		    CAUSE_COLUMN - 2, count_text(scratch, count - shown));
	free(causes);
	append_roots(out, tally, scratch);
	addresses_append_summary(out, &tally->names, colors);
	/* Where an earlier run is known, what changed is of more use. */
	if (run->changes != NULL)
		append_changes(out, run->changes, colors, scratch);
	else if (tally->worst_count > 0)
		text_append(out, "\nThe worst hosts\n");
	for (size_t i = 0; i < tally->worst_count && run->changes == NULL;
	     i++) {
		const struct tally_worst *worst = &tally->worst[i];

		text_append(out, "  ");
		/* Hosts that are ok are not in this list. */
		color_begin(out,
		    worst->class_id == CLASS_OK
			? SEVERITY_ERROR
			: class_severity(worst->class_id),
		    colors);
		cell_append(out, worst->endpoint, ENDPOINT_COLUMNS);
		color_end(out, colors);
		text_append_char(out, ' ');
		text_append_cell(out,
		    worst->detail != NULL ? worst->detail
					  : class_title(worst->class_id),
		    DETAIL_COLUMNS);
		text_append_char(out, '\n');
	}
	arena_free(scratch);
}
