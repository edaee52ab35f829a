/* Levels of all hosts, and of those with a tag. */
#include "model/fail_on.h"

#include <stdlib.h>

#include "base/memory.h"
#include "model/record_line.h"

static const char tag_prefix[] = "tag=";

static bool
add_word(struct fail_on_level *level, const char *word)
{
	enum severity severity;
	enum class_id class_id;

	if (severity_from_word(word, &severity) && severity != SEVERITY_OK) {
		if (level->severity == SEVERITY_OK ||
		    severity < level->severity)
			level->severity = severity;
		return true;
	}
	if (!class_from_word(word, &class_id) || class_id == CLASS_OK)
		return false;
	level->classes |= 1u << class_id;
	return true;
}

/* NAME:LEVEL; a name may hold colons. */
static bool
add_tag(struct fail_on *fail_on, char *name)
{
	char *colon = strrchr(name, ':');
	struct fail_on_level level = { SEVERITY_OK, 0 };

	if (colon == NULL || colon == name || !add_word(&level, colon + 1))
		return false;
	*colon = '\0';
	fail_on->tags = memory_grow(fail_on->tags, fail_on->tag_count,
	    &fail_on->tag_capacity, sizeof(*fail_on->tags));
	fail_on->tags[fail_on->tag_count++] =
	    (struct fail_on_tag){ memory_string(name), level };
	return true;
}

bool
fail_on_parse(struct fail_on *fail_on, const char *value)
{
	char *list, *rest, *word;
	bool is_known = true;

	if (strcmp(value, "none") == 0) {
		fail_on_clear(fail_on);
		return true;
	}
	if (!starts_with(value, tag_prefix))
		fail_on->all = (struct fail_on_level){ SEVERITY_OK, 0 };
	list = rest = memory_string(value);
	while (is_known && (word = strsep(&rest, ",")) != NULL)
		is_known = starts_with(word, tag_prefix)
			       ? add_tag(fail_on, word + sizeof(tag_prefix) - 1)
			       : add_word(&fail_on->all, word);
	free(list);
	return is_known;
}

void
fail_on_clear(struct fail_on *fail_on)
{
	for (size_t i = 0; i < fail_on->tag_count; i++)
		free(fail_on->tags[i].tag);
	free(fail_on->tags);
	*fail_on = (struct fail_on){ .tag_count = 0 };
}

static bool
is_at(const struct fail_on_level *level, enum class_id class_id,
    enum severity severity)
{
	if (level->severity != SEVERITY_OK && severity >= level->severity)
		return true;
	/* Only a class that the policy waives has so low a severity. */
	return severity > SEVERITY_NOTICE &&
	       (level->classes & 1u << class_id) != 0;
}

bool
fail_on_matches(const struct fail_on *fail_on, enum class_id class_id,
    enum severity severity, const char *const tags[], size_t tag_count)
{
	if (is_at(&fail_on->all, class_id, severity))
		return true;
	for (size_t i = 0; i < fail_on->tag_count; i++)
		for (size_t k = 0;
		     is_at(&fail_on->tags[i].level, class_id, severity) &&
		     k < tag_count;
		     k++)
			if (strcmp(fail_on->tags[i].tag, tags[k]) == 0)
				return true;
	return false;
}

bool
fail_on_matches_line(const struct fail_on *fail_on, enum class_id class_id,
    enum severity severity, struct bytes line)
{
	if (is_at(&fail_on->all, class_id, severity))
		return true;
	for (size_t i = 0; i < fail_on->tag_count; i++)
		if (is_at(&fail_on->tags[i].level, class_id, severity) &&
		    record_line_has_tag(line, fail_on->tags[i].tag))
			return true;
	return false;
}
