/* What commands show of a run on the terminal. */
#ifndef CMD_OUTCOME_H
#define CMD_OUTCOME_H

#include "base/bytes.h"
#include "cmd/common_options.h"
#include "report/report.h"

/* One record to standard output: as it is, or as people read it. */
int outcome_show_record(const struct command_options *, struct bytes line,
    const struct report_run *);

/* Colours on this stream? Not with NO_COLOR, --no-color or a dumb terminal. */
bool outcome_colors(const struct command_options *, FILE *);
bool outcome_shows_progress(const struct command_options *);

#endif
