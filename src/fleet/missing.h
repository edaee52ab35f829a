/*
 * The certificates that servers should have sent, each once, numbered by how
 * many hosts lack it: "fix 1" is the same in a summary and in a repair kit.
 */
#ifndef FLEET_MISSING_H
#define FLEET_MISSING_H

#include "model/result.h"

struct wanted;

struct wanted *wanted_new(void);
void wanted_free(struct wanted *);
void wanted_add(struct wanted *, const struct result *);

/* From 1, most hosts first, then by appearance; 0: no host lacks it. */
size_t wanted_number(const struct wanted *, const struct digest *);
size_t wanted_count(const struct wanted *);

#endif
