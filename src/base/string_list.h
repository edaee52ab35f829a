/* A growing list of borrowed strings. */
#ifndef BASE_STRING_LIST_H
#define BASE_STRING_LIST_H

#include <stddef.h>

struct string_list {
	const char **items;
	size_t count, capacity;
};

void string_list_add(struct string_list *, const char *);
void string_list_clear(struct string_list *);

#endif
