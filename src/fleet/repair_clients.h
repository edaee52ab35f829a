/*
 * Which clients a plan's certificates heal, by a re-audit with all of them in
 * every store.  For repair.c only.
 */
#ifndef FLEET_REPAIR_CLIENTS_H
#define FLEET_REPAIR_CLIENTS_H

#include "fleet/repair.h"

/* Fills heals and refuse of every host and item. */
void repair_clients(
    struct repair_plan *, struct archive *, const struct saved_run *);

#endif
