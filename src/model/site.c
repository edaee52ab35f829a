/*
 * Registrable domains, by libpsl's built-in public suffix list: the only
 * file that knows the library.
 */
#include "model/site.h"

#include <libpsl.h>

#include "base/address.h"

/*
 * The private section counts here: two customers of one hosting domain
 * ("a.github.io", "b.github.io") are no siblings.
 */
const char *
site_of_host(struct arena *arena, const char *host)
{
	uint8_t octets[ADDRESS_MOST_OCTETS];
	const char *domain = NULL;
	size_t size;

	if (!address_parse(host, octets, &size))
		domain = psl_registrable_domain(psl_builtin(), host);
	return arena_string(arena, domain != NULL ? domain : host);
}

bool
site_is_public_suffix(const char *name)
{
	return psl_is_public_suffix2(psl_builtin(), name, PSL_TYPE_ICANN) != 0;
}
