/* The command line of scan: targets and probing, with the shared groups. */
#ifndef CMD_SCAN_OPTIONS_H
#define CMD_SCAN_OPTIONS_H

#include "cmd/common_options.h"
/*
 * As options_parse, and checks what the options mean together.  The targets
 * that are arguments begin at the index returned.
 */
int scan_options_parse(struct command_options *, int argc, char **argv);

/* By the name that run.json has for it; NULL: there is none. */
const struct option_row *scan_option_find(const char *name);
#endif
