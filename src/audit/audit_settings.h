/* What the verdicts of a run depend on, beside the observations. */
#ifndef AUDIT_AUDIT_SETTINGS_H
#define AUDIT_AUDIT_SETTINGS_H

#include "x509/trust_store.h"

struct clients;
struct policy;
struct revocation_source;
struct expected;
struct host_names;
struct good_signatures;
struct ct_logs;
struct roots;

enum { REVOCATION_SOURCES_MOST = 2 };

/* What a whole run is judged by.  Immutable, shared by all threads. */
struct audit_settings {
	int64_t now;
	const struct trust_store *const *stores; /* the first is the default */
	size_t store_count;
	unsigned warn_days, crit_days;	 /* 0: by the certificate's validity */
	const struct clients *clients;	 /* NULL: none is predicted */
	const struct policy *policy;	 /* NULL: none */
	const struct expected *expected; /* what ought to be served; or NULL */
	/* Hosts of several targets, which are compared; NULL: none is. */
	const struct host_names *repeated;
	/* Known intermediates, for the repairs of root_leaves; NULL: none. */
	const struct certificate_index *known;
	/* Public intermediates that some clients carry; NULL: none known. */
	const struct certificate_index *preloaded;
	const struct roots *roots;     /* of the programs; NULL: not known */
	const struct ct_logs *ct_logs; /* NULL: none is known */
	/* In the order in which they are preferred. */
	const struct revocation_source *revocation[REVOCATION_SOURCES_MOST];
	size_t revocation_count;
	/* Remembered from earlier runs: no verdict depends on them; or NULL. */
	const struct good_signatures *good_signatures;
};

#endif
