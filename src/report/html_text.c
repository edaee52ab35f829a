/*
 * Text of the page, for all sections; the one function that escapes is
 * append_escaped.
 */
#include "base/columns.h"
#include "base/fatal.h"
#include "report/html.h"

#include <stdlib.h>
#include <time.h>

static void
append_entities(struct text *out, struct bytes string)
{
	static const struct {
		char character;
		const char *entity;
	} entities[] = {
		{ '&', "&amp;" },
		{ '<', "&lt;" },
		{ '>', "&gt;" },
		{ '"', "&quot;" },
		{ '\'', "&#39;" },
	};
	enum { COUNT = sizeof(entities) / sizeof(entities[0]) };

	for (size_t i = 0; i < string.size; i++) {
		size_t at = 0;

		while (at < COUNT &&
		       entities[at].character != (char)string.data[i])
			at++;
		if (at < COUNT)
			text_append(out, entities[at].entity);
		else
			text_append_char(out, (char)string.data[i]);
	}
}

/*
 * A name that turns the direction of writing, or hides in control characters,
 * could be read as another name: such characters are escaped, as on the
 * terminal.
 */
static void
append_escaped(struct text *out, const char *string)
{
	struct text clean = { NULL, 0, 0 };

	if (string == NULL || *string == '\0')
		return;
	text_append_cell(&clean, string, SIZE_MAX);
	append_entities(out, bytes_of(clean.data, clean.size));
	text_free(&clean);
}

void
html_fill_array(struct text *out, const char *template,
    const char *const strings[], size_t count)
{
	size_t used = 0;

	for (;;) {
		const char *gap = strstr(template, "{}");

		if (gap == NULL)
			break;
		if (used == count)
			fatal_bug("a template has more gaps than strings");
		text_append_bytes(
		    out, bytes_of(template, (size_t)(gap - template)));
		append_escaped(out, strings[used++]);
		template = gap + 2;
	}
	if (used != count)
		fatal_bug("a template has fewer gaps than strings");
	text_append(out, template);
}

__attribute__((format(strftime, 3, 0))) static const char *
format_time(struct arena *arena, int64_t time, const char *format)
{
	enum { MOST = 64 };
	char *text = arena_alloc(arena, MOST);
	time_t seconds = (time_t)time;
	struct tm civil;

	if (gmtime_r(&seconds, &civil) == NULL)
		return "";
	strftime(text, MOST, format, &civil);
	return text;
}

const char *
html_time(struct arena *arena, int64_t time)
{
	return format_time(arena, time, "%Y-%m-%d %H:%M UTC");
}

const char *
html_date(struct arena *arena, int64_t time)
{
	return format_time(arena, time, "%Y-%m-%d");
}

const char *
html_percent(struct arena *arena, uint64_t part, uint64_t whole)
{
	if (whole == 0)
		return "";
	return arena_printf(
	    arena, "%.1f %%", 100.0 * (double)part / (double)whole);
}

const char *
html_hosts(struct arena *arena, uint64_t count)
{
	return arena_printf(arena, "%s %s", count_text(arena, count),
	    count == 1 ? "host" : "hosts");
}

const char *
html_class_tone(enum class_id class_id)
{
	if (class_id == CLASS_UNREACHABLE || class_id == CLASS_NO_TLS)
		return "unseen";
	return severity_word(class_severity(class_id));
}

void
html_class(struct text *out, enum class_id class_id)
{
	html_fill(out,
	    "<span class=\"class {}\"><svg aria-hidden=true><use "
	    "href=\"#i-{}\"/></svg>{}</span>",
	    html_class_tone(class_id), class_word(class_id),
	    class_title(class_id));
}

const char *
html_cause_name(struct arena *arena, const struct tally_cause *cause)
{
	static const char *const verbs[CLASS_COUNT] = {
		[CLASS_MISSING_INTERMEDIATE] = "miss",
		[CLASS_WRONG_ROOT] = "end at",
		[CLASS_UNKNOWN_ISSUER] = "are issued by the unknown",
		[CLASS_EXPIRED] = "depend on",
	};
	const char *verb = verbs[cause->class_id];
	const struct finding_text *text =
	    finding_text_find(class_word(cause->class_id), cause->cause);

	if (cause->class_id == CLASS_OK)
		text = finding_text_find(cause->cause, NULL);
	if (tally_cause_is_unexpected(cause))
		verb = "unexpected";
	if (cause->subject == NULL || *cause->subject == '\0')
		return text == NULL ? cause->cause : text->title;
	return arena_printf(arena, "%s %s", verb == NULL ? "by" : verb,
	    result_short_name(arena, cause->subject));
}
