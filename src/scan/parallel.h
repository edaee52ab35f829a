/*
 * The numbers below a count, worked on by several threads and delivered in
 * ascending order on the calling one: what is made of them does not depend on
 * how many threads there are.
 */
#ifndef SCAN_PARALLEL_H
#define SCAN_PARALLEL_H

#include <stddef.h>

struct parallel {
	size_t count;
	unsigned threads; /* 1: none but the calling one */
	void *context;
	/* The state of one thread, made and freed on the calling one. */
	void *(*begin)(void *context);
	void (*end)(void *state);
	void *(*work)(void *state, size_t at); /* any item, NULL too */
	/* Takes the item; nonzero ends it all, and what was not delivered goes
	   to `discard`. */
	int (*deliver)(void *context, void *item);
	void (*discard)(void *item);
};

/* 0 or what `deliver` returned.  Memory is bounded: a few hundred items. */
int parallel_run(const struct parallel *);

/* What --threads says, or (0) one a core. */
unsigned parallel_threads(unsigned wanted);

#endif
