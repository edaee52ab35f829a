/* Zone files (RFC 1035 5.1), and zones as dig axfr prints them. */
#ifndef MODEL_LIST_ZONE_H
#define MODEL_LIST_ZONE_H

#include "model/list_reader.h"

/* The next line: its owner, where it has an address or another name. */
enum list_step list_zone_read(struct list_reader *);

/* "www 3600 IN A 192.0.2.1", "@ IN SOA ...", "$ORIGIN example.com.". */
bool list_is_zone_line(const char *line);

#endif
