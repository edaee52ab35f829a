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
#include "model/words.h"

struct store_option {
	const char *name; /* on the heap */
	const char *path;
};

struct trust_settings {
	struct option_list trust; /* none: "system" */
	const char *saved_name;	  /* trust is a saved run's, of this name */
	struct option_list trust_add;
	struct store_option *stores;
	size_t store_count, store_capacity;
};

enum aia_mode { AIA_OFF, AIA_CACHE, AIA_FETCH };

struct found_settings {
	struct option_list intermediates;
	bool no_intermediates; /* "none": no file, no learned cache */
	const char *cache;     /* NULL: the user's cache directory */
	const char *learned;   /* the learned cache as it was when the run
				  began; NULL: as it is */
	enum aia_mode aia;
	bool aia_allow_private;
};

struct judge_settings {
	bool has_at;
	int64_t at;	    /* the clock to judge by */
	unsigned warn_days; /* 0: 30, or a third of the validity */
	unsigned crit_days; /* 0: 7, or a ninth */
	const char *policy; /* NULL: the saved run's; "none": none */
};

/* --fail-on: which records make the exit code 1. */
struct fail_on {
	enum severity severity; /* at or above; SEVERITY_OK: never */
	unsigned classes;	/* one bit a class, 1u << CLASS_X */
};

/* auto: only on a terminal. */
enum progress_mode { PROGRESS_AUTO, PROGRESS_ON, PROGRESS_OFF };

struct output_settings {
	const char *directory; /* NULL: a new one under reports/ */
	bool json;	       /* records on stdout */
	bool has_formats;      /* -f was given */
	unsigned formats;      /* enum report_format bits */
	bool prom_hosts;       /* a series a host in metrics.prom */
	unsigned keep;	       /* finished runs that stay; 0: all */
	struct fail_on fail_on;
	enum progress_mode progress;
	enum log_level level;
	bool no_color;
	bool diff_last; /* scan's: what changed since the last run */
};

/* Defaults; clear returns what parsing put on the heap. */
void trust_settings_init(struct trust_settings *);
void trust_settings_clear(struct trust_settings *);
void found_settings_init(struct found_settings *, enum aia_mode);
void found_settings_clear(struct found_settings *);
void judge_settings_init(struct judge_settings *);
void output_settings_init(struct output_settings *);

/* One group each, over these settings.  `can_fetch`: --aia fetch exists. */
struct option_group trust_group(struct trust_settings *);
struct option_group found_group(struct found_settings *, bool can_fetch);
struct option_group judge_group(struct judge_settings *);
struct option_group output_group(struct output_settings *);

/*
 * What options must not say together; false once it has complained.
 */
bool judge_settings_check(const struct judge_settings *, const char *command);

bool fail_on_matches(const struct fail_on *, enum class_id, enum severity);

#endif
