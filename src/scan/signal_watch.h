/*
 * SIGINT and SIGTERM while no crew is at work, which heeds them itself.  For
 * stretches that can end anywhere without harm, because what counts is on
 * disk already.
 */
#ifndef SCAN_SIGNAL_WATCH_H
#define SCAN_SIGNAL_WATCH_H

struct signal_watch;

/*
 * Until it is freed, the first signal is told on a thread of its own, a
 * second one ends the program.  `told` NULL, or no thread to be had: NULL,
 * and signals do what they always do.
 */
struct signal_watch *signal_watch_new(
    void (*told)(void *context), void *context);
void signal_watch_free(struct signal_watch *);

#endif
