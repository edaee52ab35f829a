/*
 * Which clients a plan's certificates heal, by a re-audit with all of them in
 * every store.  For repair.c only.
 */
#ifndef REPAIR_REPAIR_CLIENTS_H
#define REPAIR_REPAIR_CLIENTS_H

#include "repair/plan.h"

/* Fills heals and refuse of every host and item. */
void repair_clients(
    struct repair_plan *, struct archive *, const struct saved_run *);

#endif
