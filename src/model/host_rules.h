/*
 * Which rules of a numbered list are for a host.  A rule names sites (a
 * registrable domain with all its hosts), hosts ("www.example.com",
 * "*.example.com", "*", each with ":PORT" if meant) and tags.  Tags alone
 * name every host that has one of them; beside sites or hosts they narrow.
 *
 * A question costs a few hashes, however long the list is.  Immutable once
 * built: threads may ask at once.
 */
#ifndef MODEL_HOST_RULES_H
#define MODEL_HOST_RULES_H

#include <stddef.h>
#include <stdint.h>

/* A target as rules see it; host and site as in an observation. */
struct host_subject {
	const char *host, *site;
	const char *const *tags;
	size_t tag_count;
	uint16_t port;
};

struct host_rules;

struct host_rules *host_rules_new(void);
void host_rules_free(struct host_rules *);

/*
 * Adds a rule that is for no host yet, and returns its number: 0, 1, ...
 * What is named afterwards is the newest rule's, its tags last.
 */
size_t host_rules_add(struct host_rules *);

/* NULL, or a sentence (static) on what is wrong with the name. */
const char *host_rules_name_site(struct host_rules *, const char *site);
const char *host_rules_name_host(struct host_rules *, const char *pattern);
const char *host_rules_name_tag(struct host_rules *, const char *tag);

#define HOST_RULES_NONE SIZE_MAX

/* The first rule for the host from this number on, or HOST_RULES_NONE. */
size_t host_rules_next(
    const struct host_rules *, const struct host_subject *, size_t from);

#endif
