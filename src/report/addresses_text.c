/* Of the tally's names: a table for one, lines for many. */
#include "report/addresses_text.h"

#include "base/clock.h"
#include "base/columns.h"
#include "report/colors.h"

enum { NAMES_SHOWN = 10, ODD_SHOWN = 3, STATE_COLUMNS = 22, BODY_COLUMN = 4 };

const char *
address_state(const struct tally_address *address)
{
	if (address->class_id == CLASS_UNREACHABLE ||
	    address->class_id == CLASS_NO_TLS)
		return address->cause;
	if (address->class_id == CLASS_OK && !address->good)
		return "handshake fails";
	return class_title(address->class_id);
}

static void
append_address(struct text *out, const struct tally_address *address,
    size_t columns, bool colors, struct arena *scratch)
{
	bool is_odd = address->difference != NULL;
	enum severity severity = class_severity(address->class_id);

	text_append(out, is_odd ? "! " : "  ");
	cell_append(out, address->ip == NULL ? "" : address->ip, columns);
	text_append_char(out, ' ');
	color_begin(out, severity, colors);
	cell_append(out, address_state(address), STATE_COLUMNS);
	color_end(out, colors);
	if (address->received_count > 0)
		text_printf(out, " %zu sent", address->received_count);
	if (address->version != NULL)
		text_printf(out, ", %s", address->version);
	if (address->dated)
		text_printf(
		    out, ", until %s", date_text(scratch, address->not_after));
	text_append_char(out, '\n');
	if (!is_odd)
		return;
	text_printf(out, "%*s", BODY_COLUMN, "");
	cell_append_wrapped(out, address->difference, BODY_COLUMN);
}

void
addresses_append(struct text *out, const struct tally_name *name, bool colors)
{
	struct arena *scratch = arena_new();
	size_t columns = 0;

	for (size_t i = 0; i < name->count; i++)
		if (name->list[i].ip != NULL &&
		    strlen(name->list[i].ip) > columns)
			columns = strlen(name->list[i].ip);
	text_append_cell(out, name->endpoint, SIZE_MAX);
	text_printf(out, "   %s address%s",
	    count_text(scratch, name->addresses),
	    name->addresses == 1 ? "" : "es");
	if (name->odd == 0)
		text_append(out, name->addresses == 1 ? "\n" : ", all alike\n");
	else
		text_printf(out, ", %s %s not like the others\n",
		    count_text(scratch, name->odd),
		    name->odd == 1 ? "is" : "are");
	for (size_t i = 0; i < name->count; i++)
		append_address(out, &name->list[i], columns, colors, scratch);
	if (name->addresses > name->count)
		text_printf(out, "  and %s more\n",
		    count_text(scratch, name->addresses - name->count));
	arena_free(scratch);
}

const char *
addresses_odd_text(struct arena *arena, const struct tally_name *name)
{
	const char *words = NULL;
	unsigned shown = 0;

	for (size_t i = 0; i < name->count && shown < ODD_SHOWN; i++) {
		if (name->list[i].difference == NULL)
			continue;
		words = list_text(arena, words, ", ",
		    name->list[i].ip == NULL ? "" : name->list[i].ip);
		shown++;
	}
	return name->odd > shown ? arena_printf(arena, "%s and %s more", words,
				       count_text(arena, name->odd - shown))
				 : words;
}

/* The first sentence is that of the first address that differs. */
static const char *
first_difference(const struct tally_name *name)
{
	for (size_t i = 0; i < name->count; i++)
		if (name->list[i].difference != NULL)
			return name->list[i].difference;
	return NULL;
}

void
addresses_append_summary(
    struct text *out, const struct tally_names *names, bool colors)
{
	struct arena *scratch = arena_new();
	uint64_t shown = 0;

	if (names->odd_names > 0)
		text_printf(out,
		    "\nNames with an address that is not like the others: "
		    "%s of %s\n",
		    count_text(scratch, names->odd_names),
		    count_text(scratch, names->names));
	for (size_t i = 0; i < names->count && shown < NAMES_SHOWN; i++) {
		const struct tally_name *name = &names->list[i];

		if (name->odd == 0)
			continue;
		shown++;
		text_append(out, "  ");
		color_begin(out, SEVERITY_WARNING, colors);
		cell_append_wrapped(out,
		    arena_printf(scratch, "%s at %s", name->endpoint,
			addresses_odd_text(scratch, name)),
		    BODY_COLUMN);
		color_end(out, colors);
		text_printf(out, "%*s", BODY_COLUMN, "");
		cell_append_wrapped(out, first_difference(name), BODY_COLUMN);
	}
	if (names->odd_names > shown && shown > 0)
		text_printf(out, "  and %s more in report.html\n",
		    count_text(scratch, names->odd_names - shown));
	arena_free(scratch);
}
