/* What writers ask of a result; writing and reading it are next door. */
#include "model/result.h"

const char *
result_endpoint(struct arena *arena, const struct result *result)
{
	const struct observation *seen = &result->seen;
	const char *host = seen->host != NULL ? seen->host : seen->input;

	if (host == NULL)
		return "";
	/* What could not be read as a target names no port either. */
	if (seen->status == STATUS_INVALID_INPUT)
		return arena_string(arena, host);
	return arena_printf(arena,
	    strchr(host, ':') != NULL ? "[%s]:%u" : "%s:%u", host,
	    (unsigned)seen->port);
}
