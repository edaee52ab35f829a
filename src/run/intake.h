/*
 * What becomes of judged observations, on the main thread: they are written,
 * counted, learned from; those that wait are settled at the end.  Scans feed
 * it from their workers, replays from a saved run.
 */
#ifndef RUN_INTAKE_H
#define RUN_INTAKE_H

#include "run/aia.h"
#include "audit/judge.h"
#include "run/run_settings.h"

struct intake;

/* NULL with errno when the output cannot be made.  All is borrowed. */
struct intake *intake_open(const struct run_settings *, struct run_outcome *);

/* Takes the message; nonzero when the output cannot be written (errno). */
int intake_deliver(struct intake *, struct message *);

/* Hands on what is buffered; -1 with errno. */
int intake_flush(struct intake *);

/* The pending ones whose verdict may change. */
uint64_t intake_unsettled(const struct intake *);

/*
 * After the last delivery: judges what waits, with what AIA leads to (NULL:
 * not looked at).  Sets the outcome's end where that fails.
 */
void intake_settle(struct intake *, struct aia *);

/* Closes and frees; what was not settled stays pending. */
void intake_close(struct intake *);

#endif
