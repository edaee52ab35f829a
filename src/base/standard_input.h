/*
 * Reads standard input a second time, where "-" is among the paths; where it is
 * not, nothing is done.
 */
#ifndef BASE_STANDARD_INPUT_H
#define BASE_STANDARD_INPUT_H

#include "base/string_list.h"

/* Before the first reading; -1 with errno. */
int standard_input_keep(const struct string_list *paths);

/* Before the second; -1 with errno. */
int standard_input_rewind(const struct string_list *paths);

#endif
