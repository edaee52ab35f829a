/*
 * Lists in JSON: objects one a line, one after another, or in an array, as
 * tlsx, httpx, subfinder, naabu, masscan and zgrab2 write them; strings in an
 * array; Prometheus' file_sd.
 */
#ifndef MODEL_LIST_JSON_H
#define MODEL_LIST_JSON_H

#include "model/list_reader.h"

/*
 * Octets of one value, which becomes up to forty times as many in memory.  An
 * array that is the whole list is read one element at a time.
 */
enum { LIST_JSON_MOST = 4 * 1024 * 1024 };

/* The next value. */
enum list_step list_json_read(struct list_reader *);

#endif
