/* A repair plan in a few lines; README.txt of the kit has all of it. */
#include "report/plan_text.h"

#include "base/clock.h"
#include "base/columns.h"
#include "repair/kit.h"

enum { LEFT_SHOWN = 6, ITEMS_SHOWN = 20 };

void
plan_append_text(
    const struct repair_plan *plan, const char *directory, struct text *out)
{
	size_t others = plan->host_count - plan->repaired;
	struct arena *arena = arena_new();

	text_printf(out,
	    "%zu host%s repaired by %zu certificate%s, each proven by a "
	    "re-audit\n",
	    plan->repaired, plural(plan->repaired), plan->item_count,
	    plural(plan->item_count));
	for (size_t i = 0; i < plan->item_count && i < ITEMS_SHOWN; i++) {
		const struct repair_item *item = plan->items[i];

		cell_append_count(out, item->host_count, 7);
		text_append(out, "  ");
		if (item->number > 0)
			text_printf(out, "fix %-4zu", item->number);
		else
			text_append(out, "root    ");
		cell_append(out, item->certificate->subject, 42);
		text_printf(out, "  repairs %zu client%s", item->fixed_count,
		    plural(item->fixed_count));
		if (item->since != 0)
			text_printf(
			    out, ", since %s", date_text(arena, item->since));
		text_append_char(out, '\n');
	}
	if (others > 0)
		text_printf(out,
		    "%zu more get%s a complete chain, and have other faults\n",
		    others, others == 1 ? "s" : "");
	if (plan->left_count > 0)
		text_append(out, "Not repaired by any certificate\n");
	for (size_t i = 0; i < plan->left_count && i < LEFT_SHOWN; i++) {
		const struct repair_left *left = &plan->left[i];

		cell_append_count(out, left->hosts, 7);
		text_printf(out, "  %s%s%s\n         ",
		    class_title(left->class_id),
		    left->cause == NULL ? "" : ", ",
		    left->cause == NULL ? "" : left->cause);
		cell_append_wrapped(
		    out, kit_advice(left->class_id, left->cause), 9);
	}
	if (plan->left_count > LEFT_SHOWN)
		text_append(out, "         and more, in README.txt\n");
	text_printf(out, "Kit in %s (README.txt, server, client, fix.json)\n",
	    directory);
	arena_free(arena);
}
