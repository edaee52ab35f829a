/*
 * The hosts of a run by site (registrable domain): what is usual among the
 * siblings, and who differs.  Fed with records in input order, then settled;
 * memory is four octets a host and twenty a site, the rest is on disk
 * (site_rows.h).
 */
#ifndef FLEET_SITES_H
#define FLEET_SITES_H

#include "fleet/site_rows.h"
#include "rundir/archive.h"

/* Rows of one site that are kept in memory. */
enum { SITES_CACHED_ROWS = 4096 };

const char *site_field_word(enum site_field); /* "issuer_cn", ... */

/* Whose majority is the usual: when no host is healthy, that of them all. */
enum site_baseline {
	BASELINE_HEALTHY,
	BASELINE_ALL,
	BASELINE_NONE, /* no host delivered a certificate */
	BASELINE_COUNT
};

const char *site_baseline_word(enum site_baseline);

struct site_group {
	const char *site;
	size_t hosts, ok;
	size_t broken; /* a certificate came, and the host is not good */
	size_t outliers;
	enum site_baseline baseline;

	size_t classes[CLASS_COUNT];

	/*
	 * What at least half of the baseline share, and more than share any
	 * other value; NULL: nothing is usual.
	 */
	const char *usual[SITE_VALUES];

	/* The leaves' ends in the baseline: the first, the median, the last. */
	bool dated;
	int64_t earliest, expiry, latest;

	/* The first end of any leaf, also of a broken host's. */
	bool ends;
	int64_t first_end;
};

struct site_difference {
	enum site_field field;
	const char *value, *usual; /* NULL for SITE_FIELD_EXPIRY, which has */
	int64_t expiry;		   /* this host's end */
	int64_t days;		   /* and how long before the median it is */
};

/*
 * A host that is not good, that differs from what is usual, or from the other
 * addresses of its name.
 */
struct site_outlier {
	size_t record; /* in the archive */
	const char *host, *ip;
	uint16_t port;
	enum class_id class_id;
	bool good;	   /* result_is_good */
	const char *title; /* result_title */
	const char *cause; /* result_cause */
	struct site_difference differs[SITE_FIELDS];
	size_t difference_count;
	bool grouped;	     /* one of several addresses of its name */
	const char *backend; /* how it differs from them; NULL: it does not */
	const char **clients_failing;
	size_t failing_count;
};

struct sites;

struct sites *sites_new(void);
void sites_free(struct sites *);

/* `record` is the record's place in the archive; a line that names no host
   is left out. */
void sites_add(struct sites *, size_t record, const struct result *);

/*
 * After the last record; then only may the others be called.  -1 with errno
 * when what waited on disk could not be written or read.
 */
int sites_settle(struct sites *);

/* The whole of a run: new, add, settle; NULL with errno. */
struct sites *sites_of_run(struct archive *);

/*
 * Most deviating first: by hosts that are broken, then not ok, then outliers,
 * then by input order.
 */
size_t sites_count(const struct sites *);

/*
 * One group at a time: it and its strings are valid until the next is asked
 * for.  What takes a group below wants this one.
 */
const struct site_group *sites_at(struct sites *, size_t);

/* NULL: no host of it is in the run. */
const struct site_group *sites_find(struct sites *, const char *site);

/* The place in the archive of the group's host, 0 .. hosts - 1. */
size_t sites_record(struct sites *, const struct site_group *, size_t at);
bool sites_is_outlier(struct sites *, const struct site_group *, size_t at);

/*
 * The group's outlier 0 .. outliers - 1: broken ones first, then those that
 * merely differ, then those that were not reached; most different, then most
 * refused, then by input order.  Its strings are in the arena.  False when
 * its record cannot be read any more.
 */
bool sites_outlier(struct sites *, const struct site_group *, size_t at,
    struct archive *, struct arena *, struct site_outlier *);

/* All of them, in the arena. */
struct site_outlier *sites_outliers(struct sites *, const struct site_group *,
    struct archive *, struct arena *, size_t *count);

/*
 * In what the group's host 0 .. hosts - 1 differs; returns in how much.  The
 * usual values are the group's, the host's are in the arena.
 */
size_t sites_compare(struct sites *, const struct site_group *, size_t at,
    struct arena *, struct site_difference[SITE_FIELDS]);

#endif
