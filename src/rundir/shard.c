/* Splits the input by site.  Joining is merge.c's part. */
#include "rundir/shard.h"

#include "base/fnv.h"
#include "model/site.h"

unsigned
shard_of(struct arena *scratch, const struct target *target, unsigned count)
{
	const char *site = target->fault != NULL
			       ? target->input
			       : site_of_host(scratch, target->host);

	return (unsigned)(fnv_add(FNV_START, bytes_from_string(site)) % count);
}

bool
shard_holds(const struct shard *shard, struct arena *scratch,
    const struct target *target)
{
	return shard->count == 0 ||
	       shard_of(scratch, target, shard->count) == shard->index;
}
