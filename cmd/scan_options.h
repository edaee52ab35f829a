/*
 * Every option of scan with its default.  demo scans too, and takes the same
 * settings without the targets.
 */
#ifndef CMD_SCAN_OPTIONS_H
#define CMD_SCAN_OPTIONS_H

#include "cmd/common_options.h"
#include "model/list_form.h"
#include "rundir/shard.h"
#include "scan/crew.h"

enum { SHARD_TEXT_SIZE = 24 };

struct target_settings {
	struct option_list lists; /* files; "-" is standard input */
	unsigned port;
	const char *sni;	      /* NULL: each target's own name */
	bool strict;		      /* a bad line ends the run */
	bool allow_large;	      /* wide blocks of addresses */
	const struct list_form *form; /* of the lists; NULL: recognised */
	struct shard shard;
	char shard_text[SHARD_TEXT_SIZE]; /* "I/N", also of auto/N */
	bool resume;
};

/* What it points to is on the heap, but for scan.now, which stays 0. */
struct probe_settings {
	struct scan_options scan;
	size_t resolver_capacity, override_capacity;
	struct resolve_override *overrides; /* scan.overrides, writable */
};

struct scan_settings {
	struct target_settings target;
	struct probe_settings probe;
	struct trust_settings trust;
	struct found_settings found;
	struct judge_settings judge;
	struct output_settings output;
	struct option_file file;
	struct given_options given;
};

void scan_settings_init(struct scan_settings *);
void scan_settings_clear(struct scan_settings *);

/*
 * As options_parse, and checks what the options mean together.  The targets
 * that are arguments begin at the index returned.
 */
int scan_options_parse(struct scan_settings *, int argc, char **argv);

/* By the name that run.json has for it; NULL: there is none. */
const struct option_row *scan_option_find(const char *name);

struct option_group probe_group(struct probe_settings *);

#endif
