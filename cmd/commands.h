/*
 * One function a command, given its own name as
 * argv[0], returning the exit code.
 */
#ifndef CMD_COMMANDS_H
#define CMD_COMMANDS_H

#define FLEETSCAN_VERSION "0.1.0"

enum exit_code {
	EXIT_CODE_FINISHED = 0,	  /* nothing at --fail-on */
	EXIT_CODE_FINDINGS = 1,	  /* something at --fail-on */
	EXIT_CODE_USAGE = 2,	  /* options, configuration, bad input */
	EXIT_CODE_UNFINISHED = 3, /* interrupted; --resume goes on */
	EXIT_CODE_OUTPUT = 4	  /* the output could not be written */
};

int command_scan(int argc, char **argv);
int command_audit(int argc, char **argv);
int command_sites(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_stores(int argc, char **argv);
int command_intermediates(int argc, char **argv);
int command_history(int argc, char **argv);
int command_fix(int argc, char **argv);
int command_merge(int argc, char **argv);
int command_demo(int argc, char **argv);

#endif
