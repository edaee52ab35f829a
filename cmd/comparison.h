/*
 * Before a trust store is changed: which hosts of a saved run would break, and
 * which would be accepted again?
 */
#ifndef CMD_COMPARISON_H
#define CMD_COMPARISON_H

#include "cmd/past_run.h"
#include "cmd/common_options.h"

/*
 * Judges the run twice: by the options' own stores (the run's, without
 * --trust), and by `against`: a file, "system", or the name of a store that
 * the run holds.  Prints who differs; an exit code, 1 when a host breaks at
 * or above --fail-on.
 */
int comparison_run(
    const struct past_run *, struct command_options *, const char *against);

#endif
