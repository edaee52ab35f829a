/* The command line of scan: targets and probing, with the shared groups. */
#ifndef CMD_SCAN_OPTIONS_H
#define CMD_SCAN_OPTIONS_H

#include "cmd/common_options.h"
#include "run/resume_request.h"

/*
 * As options_parse, and checks what the options mean together.  The targets
 * that are arguments begin at the index returned.
 */
int scan_options_parse(struct command_options *, int argc, char **argv);

/* All options of scan, for --resume; in the arena. */
struct resume_option *scan_options_list(struct arena *, size_t *count);

#endif
