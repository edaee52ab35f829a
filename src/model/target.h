/*
 * One thing to probe, as the user named it.  A line that names nothing
 * usable is a target too, with `fault` set: it gets a record like any other.
 */
#ifndef MODEL_TARGET_H
#define MODEL_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct target {
	uint64_t ordinal;     /* place in the whole input, from 1 */
	const char *input;    /* as typed, made clean UTF-8 */
	const char *host;     /* A-label in lower case without the final dot,
				 or an address in canonical form; what was
				 typed where there is a fault */
	const char *ip;	      /* connect here and ask no DNS; or NULL */
	const char *sni;      /* as asked for; NULL: the host, if a name */
	const char *starttls; /* NULL: TLS from the first octet */
	const char **tags;
	size_t tag_count;
	const char *fault;	/* a sentence, or NULL */
	const char *name_group; /* the name whose address `ip` is, where each
				   of them is a target; else NULL */
	unsigned addresses;	/* how many it has then */
	uint16_t port;
	bool is_address; /* host is an IP address */

	/* Of a domain's MX host, which `host` is then */
	const char *mx_domain; /* NULL: it is none */
	uint16_t mx_preference;
	unsigned mx_hosts; /* how many the domain has */
};

enum { TARGET_DEFAULT_PORT = 443 };

/* What a target gets that does not say otherwise. */
struct target_defaults {
	uint16_t port;	      /* 0: the STARTTLS protocol's, else
				 TARGET_DEFAULT_PORT */
	const char *sni;      /* or NULL */
	const char *starttls; /* of starttls_choice(), static; or NULL */
};

/*
 * A target on the heap, in one piece with all its strings; copy everything
 * out of *model.  target_free(NULL) is safe.
 */
struct target *target_new(const struct target *model);
void target_free(struct target *);

/*
 * The host as it goes on the wire: IDNA 2008 A-label (non-transitional, STD3
 * with underscores let through), lower case, one final dot stripped; or the
 * canonical text of an address ("[::1]" too).  Returns NULL with a sentence
 * in *fault (static) when it is neither.  The caller frees the result.
 */
char *target_host_normalize(
    struct bytes typed, bool *is_address, const char **fault);

#endif
