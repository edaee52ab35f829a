/* Counts and compares trust stores.  Shows nothing. */
#include "x509/store_facts.h"

void
store_facts(
    const struct trust_store *store, int64_t now, struct store_facts *facts)
{
	struct certificate_list anchors =
	    certificate_index_all(trust_store_anchors(store));

	*facts = (struct store_facts){
		.anchors = anchors.count,
		.intermediates =
		    certificate_index_all(trust_store_intermediates(store))
			.count,
		.refused =
		    certificate_index_all(trust_store_refused(store)).count,
		.unusable = trust_store_damaged(store),
	};
	for (size_t i = 0; i < anchors.count; i++) {
		int64_t end = anchors.certificates[i]->not_after;

		if (!anchors.certificates[i]->times_valid)
			continue;
		if (!facts->has_dates || end < facts->earliest)
			facts->earliest = end;
		if (!facts->has_dates || end > facts->latest)
			facts->latest = end;
		facts->has_dates = true;
		facts->expired += end < now;
	}
}

struct certificate_list
store_only_in(struct arena *arena, const struct trust_store *store,
    const struct trust_store *other)
{
	struct certificate_list anchors =
	    certificate_index_all(trust_store_anchors(store));
	const struct certificate **only =
	    arena_array(arena, anchors.count, sizeof(*only));
	size_t count = 0;

	for (size_t i = 0; i < anchors.count; i++)
		if (trust_store_find(other, &anchors.certificates[i]->sha256) ==
		    STORE_ABSENT)
			only[count++] = anchors.certificates[i];
	return (struct certificate_list){ only, count };
}
