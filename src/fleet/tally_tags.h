/*
 * The hosts of a run by the tags of their list, which say whose they are: a
 * host counts for each of its tags.
 */
#ifndef FLEET_TALLY_TAGS_H
#define FLEET_TALLY_TAGS_H

#include "model/result.h"

enum { TALLY_TAGS = 10000 }; /* kept apart; what comes then is summed up */

struct tally_tag {
	char *name;
	uint64_t hosts, severities[SEVERITY_COUNT];
	uint64_t classes[CLASS_COUNT];
};

struct tally_tags;
struct tally_tags *tally_tags_new(void);
void tally_tags_free(struct tally_tags *);
void tally_tags_add(struct tally_tags *, const struct result *);

/*
 * Those with most errors first, then most warnings, then by name.  The array is
 * on the heap, the caller frees it and borrows what it points to.
 */
const struct tally_tag **tally_tags_list(
    const struct tally_tags *, size_t *count);

/* The sum of those after the first `shown` of the list, and of those that were
   not kept; hosts 0: there is none. */
struct tally_tag tally_tags_rest(const struct tally_tags *,
    const struct tally_tag *const list[], size_t count, size_t shown);

/* The worst class of its hosts, in the order in which a class is decided. */
enum class_id tally_tag_worst(const struct tally_tag *);

#endif
