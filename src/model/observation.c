/* What is asked of an observation. */
#include "model/observation.h"

const char *
observation_name(const struct observation *seen)
{
	return seen->sni != NULL ? seen->sni : seen->host;
}

bool
observation_received(
    const struct observation *seen, const struct digest *sha256)
{
	for (size_t i = 0; i < seen->received_count; i++)
		if (digest_equal(&seen->received[i], sha256))
			return true;
	return false;
}
