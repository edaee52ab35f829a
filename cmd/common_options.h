/*
 * The option groups that several commands share: what to trust, where to
 * look for missing certificates, how to judge, what to write.  All strings
 * are borrowed from argv.
 */
#ifndef CMD_COMMON_OPTIONS_H
#define CMD_COMMON_OPTIONS_H

#include <stdint.h>

#include "base/log.h"
#include "cmd/options.h"
#include "model/list_form.h"
#include "model/words.h"
#include "model/fail_on.h"
#include "run/judging.h"
#include "rundir/shard.h"
#include "scan/fetch_proxy.h"
#include "scan/scan.h"

enum aia_mode { AIA_OFF, AIA_CACHE, AIA_FETCH };

/* auto: only on a terminal. */
enum progress_mode { PROGRESS_AUTO, PROGRESS_ON, PROGRESS_OFF };

enum { SHARD_TEXT_SIZE = 24 };

/*
 * What a command line says, with the defaults of what it leaves out.  Each
 * command has some of the groups; audit and merge ignore what is probed.
 */
struct command_options {
	/* Targets. */
	struct string_list lists; /* files; "-" is standard input */
	unsigned port;		  /* 0: 443, or the protocol's */
	const char *list_name;
	const char *sni;	      /* NULL: each target's own name */
	const char *starttls;	      /* of starttls_choice(), or NULL */
	bool strict;		      /* a bad line ends the run */
	bool allow_large;	      /* wide blocks of addresses */
	const struct list_form *form; /* of the lists; NULL: recognised */
	struct shard shard;
	char shard_text[SHARD_TEXT_SIZE]; /* "I/N", also of auto/N */
	bool resume;

	/* Probing.  What `scan` points to is on the heap; scan.now stays 0. */
	struct scan_options scan;
	size_t resolver_capacity, override_capacity, connect_to_capacity;
	struct resolve_override *overrides; /* scan.overrides, writable */
	struct connect_to *connect_to;	    /* scan.connect_to, writable */
	enum aia_mode aia, crl;
	bool ocsp;
	bool aia_allow_private;
	struct fetch_proxy fetch_proxy;
	unsigned fetch_timeout_ms;

	struct judging_settings judging;

	/* Output. */
	const char *directory; /* NULL: a new one under reports/ */
	bool json;	       /* records on stdout */
	bool has_formats;      /* -f was given */
	unsigned formats;      /* a set as report.h has it */
	bool prom_hosts;       /* a series a host in metrics.prom */
	bool by_tag;	       /* mails and counts for each tag */
	unsigned keep;	       /* finished runs that stay; 0: all */
	struct fail_on fail_on;
	enum progress_mode progress;
	enum log_level level;
	bool no_color;
	bool diff_last; /* what changed since the last run */

	struct option_file file;
	struct given_options given;
};

/* Defaults; clear returns what parsing put on the heap. */
void command_options_init(struct command_options *);
void command_options_clear(struct command_options *);

/* Groups that several commands have.  `can_fetch`: --aia fetch exists. */
struct option_group trust_group(struct command_options *);
struct option_group found_group(struct command_options *, bool can_fetch);
struct option_group crl_group(struct command_options *); /* --crl alone */
struct option_group judge_group(struct command_options *);
struct option_group client_group(struct command_options *);
struct option_group output_group(struct command_options *);

/* Do --warn-days and --crit-days fit together?  False once it complained. */
bool judge_options_check(const struct command_options *, const char *command);

#endif
