/*
 * The summary: classes, then what hosts have in common, then the worst ones.
 * One host's own story is in diagnosis.c.
 */
#include "report/terminal.h"

#include <stdlib.h>

#include "report/cells.h"

enum {
	CLASS_COLUMNS = 22,
	COUNT_COLUMNS = 9,
	CAUSES_SHOWN = 12,
	CAUSE_COLUMNS = 34,
	PLACE_COLUMNS = 34,
	ENDPOINT_COLUMNS = 34,
	DETAIL_COLUMNS = 42
};

static void
append_heading(
    struct text *out, const struct report_run *run, struct arena *scratch)
{
	text_printf(out, "%s targets in %.1f s\n",
	    count_text(scratch, run->targets), run->seconds);
}

/* Beside "ok" stands what will not be ok for long. */
static void
append_expiring(
    struct text *out, const struct tally *tally, struct arena *scratch)
{
	if (tally->days_30 == 0)
		return;
	text_printf(out, "   %s expire in 30 days",
	    count_text(scratch, tally->days_30));
	if (tally->days_7 > 0)
		text_printf(
		    out, ", %s in 7", count_text(scratch, tally->days_7));
}

static void
append_class(struct text *out, const struct tally *tally,
    enum class_id class_id, struct arena *scratch, bool colors)
{
	uint64_t count = tally->classes[class_id];
	size_t causes = tally_cause_count(tally, class_id);

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
	if (class_id == CLASS_OK)
		append_expiring(out, tally, scratch);
	else if (causes > 1)
		text_printf(out, "   %s causes", count_text(scratch, causes));
	if (tally->waived[class_id] > 0)
		text_printf(out, "%s%s waived", causes > 1 ? ", " : "   ",
		    count_text(scratch, tally->waived[class_id]));
	text_append_char(out, '\n');
}

/* The CN is what people know a CA by; the whole name is in the reports. */
static const char *
short_name(const char *subject, struct arena *scratch)
{
	const char *name = result_common_name(scratch, subject);

	if (name == subject)
		return subject;
	return arena_printf(scratch, "CN=%s", name);
}

/* "miss CN=R11", "end at CN=Corp Root": the name cut to what is left. */
static void
append_cause_name(
    struct text *out, const struct tally_cause *cause, struct arena *scratch)
{
	static const char *const verbs[CLASS_COUNT] = {
		[CLASS_MISSING_INTERMEDIATE] = "miss",
		[CLASS_WRONG_ROOT] = "end at",
		[CLASS_UNKNOWN_ISSUER] = "are issued by the unknown",
	};
	const char *verb = verbs[cause->class_id];
	const char *name = short_name(cause->subject, scratch);

	if (tally_cause_is_unexpected(cause))
		verb = "unexpected";
	if (verb == NULL || name == NULL)
		verb = class_title(cause->class_id);
	if (name == NULL)
		name = cause->cause == NULL ? "" : cause->cause;
	cell_append(
	    out, arena_printf(scratch, "%s %s", verb, name), CAUSE_COLUMNS);
}

/* Where the missing certificate is to be had, else a host as an example. */
static const char *
place_of(const struct tally_cause *cause, struct arena *scratch)
{
	static const char *const verbs[SOURCE_COUNT] = {
		[SOURCE_RECEIVED] = "sent by",
		[SOURCE_FLEET] = "sent by",
		[SOURCE_KNOWN] = "found in",
		[SOURCE_STORE] = "in the store",
		[SOURCE_AIA] = "found at",
	};

	if (cause->is_missing)
		return arena_printf(scratch, "%s %s", verbs[cause->from],
		    cause->where == NULL ? "" : cause->where);
	return arena_printf(scratch, "%s%s", cause->examples[0],
	    cause->example_count > 1 ? ", …" : "");
}

static void
append_causes(
    struct text *out, const struct tally *tally, struct arena *scratch)
{
	size_t count;
	const struct tally_cause **causes = tally_causes(tally, &count);

	if (count > 0)
		text_append(out, "\nCauses, most hosts first\n");
	for (size_t i = 0; i < count && i < CAUSES_SHOWN; i++) {
		cell_append_count(out, causes[i]->hosts, COUNT_COLUMNS);
		text_append(out, "  ");
		append_cause_name(out, causes[i], scratch);
		text_append_char(out, ' ');
		text_append_cell(
		    out, place_of(causes[i], scratch), PLACE_COLUMNS);
		text_append_char(out, '\n');
	}
	if (count > CAUSES_SHOWN)
		text_printf(out, "%*s  more in summary.json\n", COUNT_COLUMNS,
		    count_text(scratch, count - CAUSES_SHOWN));
	free(causes);
}

static void
append_worst(struct text *out, const struct tally *tally, bool colors)
{
	if (tally->worst_count > 0)
		text_append(out, "\nThe worst hosts\n");
	for (size_t i = 0; i < tally->worst_count; i++) {
		const struct tally_worst *worst = &tally->worst[i];

		text_append(out, "  ");
		color_begin(out, class_severity(worst->class_id), colors);
		cell_append(out, worst->endpoint, ENDPOINT_COLUMNS);
		color_end(out, colors);
		text_append_char(out, ' ');
		text_append_cell(out,
		    worst->detail != NULL ? worst->detail
					  : class_title(worst->class_id),
		    DETAIL_COLUMNS);
		text_append_char(out, '\n');
	}
}

void
terminal_append_summary(struct text *out, const struct report_run *run,
    const struct tally *tally, bool colors)
{
	struct arena *scratch = arena_new();

	append_heading(out, run, scratch);
	for (int i = 0; i < CLASS_COUNT; i++)
		append_class(out, tally, (enum class_id)i, scratch, colors);
	append_causes(out, tally, scratch);
	append_worst(out, tally, colors);
	arena_free(scratch);
}
