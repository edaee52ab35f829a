/*
 * A repair plan as files that people use: chains for servers, certificates
 * and scripts for clients.  Nothing is run.
 */
#ifndef REPAIR_KIT_H
#define REPAIR_KIT_H

#include "repair/plan.h"

enum kit_end {
	KIT_WRITTEN,
	KIT_REFUSED, /* the directory holds what is not a kit's */
	KIT_UNWRITABLE
};

/*
 * Writes the kit beside its final name and moves it there whole; a kit that
 * was there before is replaced.  Unless KIT_WRITTEN, a sentence is in *error
 * (heap; the caller frees).
 */
enum kit_end kit_write(
    const struct repair_plan *, const char *directory, char **error);

/* What hosts of this class and cause need instead of a kit, in one sentence. */
const char *kit_advice(enum class_id, const char *cause);

#endif
