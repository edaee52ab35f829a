/* Grows and releases the array; the strings are the caller's. */
#include "base/string_list.h"

#include <stdlib.h>

#include "base/memory.h"

void
string_list_add(struct string_list *list, const char *item)
{
	list->items = memory_grow(
	    list->items, list->count, &list->capacity, sizeof(char *));
	list->items[list->count++] = item;
}

void
string_list_clear(struct string_list *list)
{
	free(list->items);
	*list = (struct string_list){ NULL, 0, 0 };
}
