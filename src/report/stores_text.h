/* Trust stores side by side, for a terminal of 80 columns and as JSON. */
#ifndef REPORT_STORES_TEXT_H
#define REPORT_STORES_TEXT_H

#include "base/text.h"
#include "model/roots.h"
#include "system/store_set.h"

/* A line or two a store, then how each differs from the first. */
void stores_append_table(
    const struct store_set *, const struct roots *, int64_t now, struct text *);

/* One object and a newline. */
void stores_append_json(const struct store_set *, const struct store_entry *,
    const struct roots *, int64_t now, struct text *);

#endif
