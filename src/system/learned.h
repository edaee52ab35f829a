/*
 * Intermediates that completed a path in earlier runs, kept in one PEM file of
 * the user's cache: the next run knows them without asking the network. Only
 * what led to a trusted root is learned, so that unknown hosts cannot fill it.
 */
#ifndef SYSTEM_LEARNED_H
#define SYSTEM_LEARNED_H

#include "base/bytes.h"

enum { LEARNED_MOST = 20000 }; /* certificates in the file */

struct learned;

/* `path` is the file; nothing is read yet.  Free with learned_free. */
struct learned *learned_new(const char *path);
void learned_free(struct learned *);

void learned_add(struct learned *, const struct digest *, struct bytes der);

/*
 * Joins what was added with what the file holds by now, and writes it if that
 * is more.  -1 with errno when it cannot be written: a run goes on without.
 */
int learned_save(struct learned *);

#endif
