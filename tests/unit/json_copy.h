/* Prints what was read: how a test compares it with the octets it expects. */
#ifndef TESTS_UNIT_JSON_COPY_H
#define TESTS_UNIT_JSON_COPY_H

#include "base/json.h"

/* A member, or (key NULL) an element: of these only objects and strings. */
static inline void
json_copy(struct json_writer *to, const char *key, const struct json *from)
{
	struct json_writer *inner = NULL;

	if (json_is_object(from))
		inner = key == NULL ? json_append_object(to)
				    : json_add_object(to, key);
	else if (key == NULL)
		json_append_string(to, json_string(from));
	else if (json_is_array(from))
		inner = json_add_array(to, key);
	else if (json_is_number(from))
		json_add_number(to, key, json_number(from, -1));
	else if (json_is_bool(from))
		json_add_bool(to, key, json_bool(from, false));
	else
		json_add_string(to, key, json_string(from));
	for (const struct json *at = json_first(from); at != NULL;
	     at = json_next(at))
		json_copy(inner, json_key(at), at);
}

/* Prints {"copy":...}. */
static inline void
json_print_copy(const struct json *from, struct text *text)
{
	struct json_writer *to = json_new_object();

	json_copy(to, "copy", from);
	json_print(to, text);
	json_writer_free(to);
}

#endif
