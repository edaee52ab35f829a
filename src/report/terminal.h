/* The summary of a run for people, 80 columns wide: what to do first. */
#ifndef REPORT_TERMINAL_H
#define REPORT_TERMINAL_H

#include "report/report.h"
#include "fleet/tally.h"

void terminal_append_summary(struct text *, const struct report_run *,
    const struct tally *, bool colors);

#endif
