/*
 * Traits and measures: what is true of a host and of one path of its, in the
 * terms that profiles use.  Facts only: which client refuses them is in its
 * profile.
 */
#ifndef AUDIT_CLIENT_TRAITS_H
#define AUDIT_CLIENT_TRAITS_H

#include "audit/client_facts.h"
#include "audit/client_outcome.h"
#include "model/client_profile.h"

/* Of the handshake, of what was sent, and of the leaf by itself. */
void client_host_outcome(const struct client_facts *, struct client_outcome *);

/* The same for a client that got this handshake instead, a complete one. */
void client_choice_outcome(const struct client_facts *,
    const struct tls_facts *chosen, struct client_outcome *);

/*
 * Of one path, whatever its end; runs the validation over it.  `validation`
 * has the host set when some client finds it on the leaf.
 */
void client_path_outcome(
    const struct validation *, struct path *, struct client_outcome *);

#endif
