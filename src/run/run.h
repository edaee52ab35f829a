/*
 * One scan from the first target to the last record: wires targets, probes,
 * judges and the journal together, settles what had to wait.  Reports are
 * made from the finished run afterwards (publish.h).
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "run/run_settings.h"

void run_scan(const struct run_settings *, struct run_outcome *);

#endif
