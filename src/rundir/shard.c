/* Splits the input by site.  Joining is merge.c's part. */
#include "rundir/shard.h"

#include "base/fnv.h"
#include "model/site.h"

bool
shard_holds(const struct shard *shard, struct arena *scratch,
    const struct target *target)
{
	const char *site;

	if (shard->count == 0)
		return true;
	site = target->fault != NULL ? target->input
				     : site_of_host(scratch, target->host);
	return fnv_add(FNV_START, bytes_from_string(site)) % shard->count ==
	       shard->index;
}
