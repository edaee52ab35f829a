/*
 * The site of a host: its registrable domain by the public suffix list
 * (libpsl's built-in copy), so that siblings can be compared.
 */
#ifndef MODEL_SITE_H
#define MODEL_SITE_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * "www.example.co.uk" is of "example.co.uk".  An address, a public suffix
 * and a single label are their own site.  The result is in the arena.
 */
const char *site_of_host(struct arena *, const char *host);

/*
 * Whether the name is a public suffix of ICANN's section ("co.uk"; an
 * unlisted top-level domain counts: the list's default rule is "*").
 */
bool site_is_public_suffix(const char *name);

#endif
