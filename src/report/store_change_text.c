/* One host before and after a change of the trust store. */
#include "report/store_change_text.h"

#include "base/columns.h"
#include "base/json.h"

/*
 * Where the path ends in the store that trusts it: the root that the other
 * store lacks.
 */
static const char *
good_root(const struct result *before, const struct result *after)
{
	bool was_good = before->verdict.severity < SEVERITY_ERROR;
	const struct step *root = result_root(was_good ? before : after);

	return root == NULL ? NULL : root->subject;
}

void
store_change_append_json(bool breaks, const struct result *before,
    const struct result *after, struct text *out)
{
	struct json_writer *object = json_new_object();

	json_add_string(object, "change", breaks ? "breaks" : "heals");
	json_add_string(object, "host", after->seen.host);
	json_add_integer(object, "port", after->seen.port);
	json_add_string(object, "from", class_word(before->verdict.class_id));
	json_add_string(object, "to", class_word(after->verdict.class_id));
	json_add_string(object, "cause", result_cause(after));
	json_add_string(object, "root", good_root(before, after));
	json_print(object, out);
	text_append_char(out, '\n');
	json_writer_free(object);
}

void
store_change_append_text(
    const struct result *before, const struct result *after, struct text *out)
{
	struct arena *scratch = arena_new();
	const char *root = result_short_name(scratch, good_root(before, after));
	struct text words = { .size = 0 };

	text_printf(&words, "%s  %s -> %s", result_place(scratch, after),
	    result_title(before), result_title(after));
	if (root != NULL)
		text_printf(&words, " (%s)", root);
	text_append(out, "  ");
	cell_append_wrapped(out, words.data, 4);
	text_free(&words);
	arena_free(scratch);
}
