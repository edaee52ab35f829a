/*
 * Which certificates the targets and addresses of one host serve: where one of
 * them serves a newer one than another, the other was not reloaded.
 */
#ifndef AUDIT_SERVED_H
#define AUDIT_SERVED_H

#include "model/observation.h"

/* Names of hosts, and which of them are those of several targets. */
struct host_names;
struct host_names *host_names_new(void);
void host_names_free(struct host_names *);
void host_names_add(struct host_names *, const char *host);
bool host_names_repeat(const struct host_names *, const char *host);

/* The leaves of all that was seen of these hosts; filled once, then read. */
struct served;
struct served *served_new(void);
void served_free(struct served *);
void served_add(struct served *, const struct observation *);

/* A newer one of the same names and kind of key, for as long as `served`; at:
   NULL: there is none. */
struct newer_leaf served_newer(
    const struct served *, const struct observation *);

#endif
