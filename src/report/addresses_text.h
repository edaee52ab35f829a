/* The addresses of one name side by side, for people. */
#ifndef REPORT_ADDRESSES_TEXT_H
#define REPORT_ADDRESSES_TEXT_H

#include "fleet/tally_names.h"

/* A line an address; those that differ are marked. */
void addresses_append(struct text *, const struct tally_name *, bool colors);

/* Which names have an address that differs, a line each. */
void addresses_append_summary(
    struct text *, const struct tally_names *, bool colors);

/* "ok", "missing intermediate", or the status where nothing was received. */
const char *address_state(const struct tally_address *);

/* "127.0.0.7, 127.0.0.9 and 3 more" of a name: those that differ. */
const char *addresses_odd_text(struct arena *, const struct tally_name *);

#endif
