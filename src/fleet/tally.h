/*
 * The counts of a run: by class, status, client, cause, site and week.  Its
 * memory is bounded, however many hosts, causes and sites there are.
 */
#ifndef FLEET_TALLY_H
#define FLEET_TALLY_H

#include "base/map.h"
#include "x509/certificate.h"
#include "model/result.h"
#include "fleet/missing.h"
#include "fleet/sites.h"
#include "fleet/tally_names.h"
#include "fleet/tally_roots.h"
#include "fleet/tally_tags.h"

enum {
	TALLY_EXAMPLES = 20,
	TALLY_WORST = 10,
	TALLY_MATRIX = 64,   /* clients that are counted by cause */
	TALLY_WEEKS = 53,    /* a year of expiry, this week first */
	TALLY_SITES = 20000, /* kept; the others are summed up */
	TALLY_CAUSES = 10000 /* kept apart; what comes then is summed up */
};

struct tally_client {
	char *id;
	uint64_t accepts, refuses, unknown;
	uint64_t ok_accepts, ok_refuses; /* of hosts that are good */
};

/*
 * One cause that hosts share: the same missing intermediate, the same wrong
 * root, the same rule broken by the same CA certificate.
 */
struct tally_cause {
	char *key; /* in the map; the following members are for writers */
	enum class_id class_id;
	char *cause; /* or NULL */
	bool has_certificate;
	struct digest sha256; /* missing, untrusted or at fault */
	char *subject;	      /* its name, or NULL */
	bool is_missing;      /* then from and where say where to get it */
	enum source from;
	char *where; /* or NULL */
	uint64_t hosts;
	uint64_t first;			/* the first host's ordinal */
	char *examples[TALLY_EXAMPLES]; /* "HOST:PORT", by ordinal */
	size_t example_count;
	size_t number; /* in the order of appearance */

	/* By client, in the tally's order; the rest is unknown. */
	uint32_t accepts[TALLY_MATRIX], refuses[TALLY_MATRIX];
};

struct tally_week {
	uint64_t leaves;      /* hosts whose own certificate ends */
	uint64_t authorities; /* distinct CA certificates that end */
};

/* One of the worst hosts, for people. */
struct tally_worst {
	char *endpoint;
	enum class_id class_id;
	char *cause, *detail; /* or NULL */
	unsigned weight;
};

struct tally {
	int64_t now; /* the clock that was judged by */
	uint64_t records;
	uint64_t classes[CLASS_COUNT];
	/* Of class ok, that no client can connect to all the same. */
	uint64_t failing;
	uint64_t statuses[STATUS_COUNT];
	uint64_t severities[SEVERITY_COUNT];
	uint64_t waived[CLASS_COUNT];	   /* of the classes' */
	uint64_t days_7, days_30, days_90; /* valid, and ending so soon */
	struct tally_week weeks[TALLY_WEEKS];
	struct tally_client *clients; /* in the order of records */
	size_t client_count, client_capacity;
	struct tally_worst worst[TALLY_WORST]; /* worst first */
	size_t worst_count;
	uint64_t retried; /* records that took more than one attempt */
	uint64_t unreachable_retried; /* those of them that failed again */
	struct wanted *wanted;
	struct map *causes;
	struct tally_roots *roots;
	struct tally_tags *tags;  /* NULL: they are not counted */
	struct tally_names names; /* of those with several addresses */
	struct site_group *sites; /* up to TALLY_SITES; without `usual` */
	size_t site_count, site_capacity;
	uint64_t all_sites, sites_not_ok, sites_odd; /* odd: outliers */
	struct site_group other_sites; /* the sum of those not kept */
	struct arena *scratch;
};

void tally_init(struct tally *, int64_t now, bool by_tag);
void tally_clear(struct tally *);
void tally_result(struct tally *, const struct result *);
void tally_authority(struct tally *, const struct certificate *);

/* Once a site, most deviating first; copied. */
void tally_add_site(struct tally *, const struct site_group *);

/*
 * Most hosts first, then by appearance; sites as they were added.  Arrays on
 * the heap, the caller frees them and borrows what they point to.
 */
const struct tally_cause **tally_causes(const struct tally *, size_t *count);
const struct site_group **tally_sites(const struct tally *, size_t *count);

/* How many distinct causes a class has. */
size_t tally_cause_count(const struct tally *, enum class_id);

/* Of a trusted CA that the policy does not expect, its root or issuer? */
bool tally_cause_is_unexpected(const struct tally_cause *);

/* How many distinct private roots. */
size_t tally_private_root_count(const struct tally *);

/* The same to people: class, cause and name, whatever the certificate. */
bool tally_cause_is_alike(
    const struct tally_cause *, const struct tally_cause *);

/* Monday of the week, counted from the judging clock's own: 0, 1, ... */
int64_t tally_week_start(const struct tally *, size_t week);

#endif
