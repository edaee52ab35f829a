/* What differs between two runs, for other programs: JSON lines and CSV. */
#ifndef REPORT_DIFF_WRITE_H
#define REPORT_DIFF_WRITE_H

#include "fleet/diff.h"

/* One JSON object on a line. */
void diff_append_json(
    const struct diff *, const struct change *, struct text *);
void diff_append_csv_header(struct text *);
void diff_append_csv(const struct diff *, const struct change *, struct text *);

#endif
