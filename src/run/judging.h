/*
 * The one loader of what a run is judged by: trust stores, known
 * intermediates, client profiles, distrust rules, policy and clock, from
 * settings or from what a saved run keeps of them.
 */
#ifndef RUN_JUDGING_H
#define RUN_JUDGING_H

#include "audit/audit_settings.h"
#include "model/client_profile.h"
#include "run/known.h"
#include "rundir/manifest.h"
#include "system/store_set.h"

/* Strings are borrowed, but for what `stores` says. */
struct judging_settings {
	struct store_settings stores;
	struct string_list intermediates; /* files */
	bool no_intermediates;		  /* no file, no learned cache */
	const char *cache;		  /* a directory; NULL: the user's */
	const char *learned; /* the learned cache as it was when the run
				began; NULL: as it is */
	const char *data;    /* where clients.json and the like are; NULL:
				with the program */
	const char *clients; /* --clients; NULL: "default" */
	const char *const *added_roots; /* SHA-256: a saved run's */
	size_t added_root_count;
	const char *policy; /* a file; "none" or NULL: none */
	const char *expect; /* PEM files; "none" or NULL: nothing is expected */
	bool has_now;
	int64_t now;	    /* the clock to judge by; else the machine's */
	unsigned warn_days; /* 0: 30, or a third of the validity */
	unsigned crit_days; /* 0: 7, or a ninth */
};

void judging_settings_clear(struct judging_settings *);

/*
 * Fills in what was not said: the stores, clock, thresholds, clients and policy
 * of the run in this directory.  New strings are in the arena.
 */
void judging_settings_add_run(struct judging_settings *, struct arena *,
    const struct manifest *, const char *directory);

struct judging {
	struct audit_settings audit; /* borrows from the rest */
	const char *error;	     /* a sentence where loading failed */
	struct store_set set;
	struct trust_store **stores; /* the default first; the set's */
	struct known *known;
	struct known *preloaded;   /* public ones that some clients carry */
	struct known *kept;	   /* what `intermediates update` keeps */
	const char *learned;	   /* the learned cache; NULL: none is used */
	const char *cache;	   /* its directory, or NULL: there is none */
	struct arena *arena;	   /* holds what is read from data files */
	struct policy *policy;	   /* NULL: none */
	struct expected *expected; /* NULL: none */
	const struct client_profiles *profiles; /* the chosen ones */
	const char *const *named;		/* stores of --store */
	size_t named_count;
	struct certificate_index *added; /* by --trust-add */
	struct clients *clients;
};

/* The root programs of data/; NULL with a sentence in *error. */
const struct roots *judging_read_roots(
    struct arena *, const struct judging_settings *, const char **error);

/* False with judging->error.  judging_clear is safe in any case. */
bool judging_load(struct judging *, const struct judging_settings *);

/*
 * Opens what verified good in earlier runs, beside what is learned and only
 * where that is used (else NULL): `audit` asks it from then on.  Closing writes
 * down what this run added, an interrupted one too: it is so for any run.
 */
struct verified;
struct verified *judging_open_signatures(struct judging *);
void judging_close_signatures(const struct judging *, struct verified *);

/* Once a run, on standard error. */
void judging_tell_local_roots(const struct judging *);

/*
 * By what the run in this directory keeps and `data` (as in the settings)
 * holds; no known intermediates, and nothing of this machine.
 */
bool judging_load_run(
    struct judging *, const char *directory, const char *data);
void judging_clear(struct judging *);

#endif
