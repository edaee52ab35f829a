/* The insides of struct sites; for sites.c and site_outliers.c only. */
#ifndef FLEET_SITES_INTERNAL_H
#define FLEET_SITES_INTERNAL_H

#include "fleet/site_rows.h"

/* Rows of the current group that are at hand. */
enum { SITES_CACHED_ROWS = 4096 };

/* A site while it is not looked at; they lie by fingerprint. */
struct site_place {
	uint32_t first; /* in `order`; its hosts go on to the next one's */
	uint32_t broken, not_ok, outliers;
};

/* An outlier of the current group, small enough to sort many of them. */
struct odd_host {
	uint32_t at; /* in the group */
	uint8_t rank, differences, failing;
};

struct sites {
	struct site_rows *rows;
	struct arena *scratch;
	uint32_t *order;	   /* rows by site, in input order */
	struct site_place *places; /* and one more, where the last ends */
	uint32_t *sorted;	   /* places, most deviating first */
	size_t count;

	/* The group that was asked for last. */
	struct site_group group;
	uint32_t first;
	struct arena *arena;	     /* its strings */
	uint64_t usual[SITE_VALUES]; /* fingerprints; 0: nothing is usual */
	struct site_row *cache, row;
	size_t cached;
	struct odd_host *odd; /* NULL: not listed yet */
};

/* Whoever holds a group that was replaced by another has a bug. */
void sites_want_current(const struct sites *, const struct site_group *);

/* A host of the current group; valid until the next one is asked for. */
const struct site_row *sites_row(struct sites *, size_t at);

/* One bit a field that differs from what is usual in the current group. */
unsigned sites_differences(const struct sites *, const struct site_row *);

#endif
