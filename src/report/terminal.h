/* The summary of a run for people, 80 columns wide: what to do first. */
#ifndef REPORT_TERMINAL_H
#define REPORT_TERMINAL_H

#include "fleet/tally.h"
#include "report/report_run.h"

void terminal_append_summary(struct text *, const struct report_run *,
    const struct tally *, bool colors);

#endif
