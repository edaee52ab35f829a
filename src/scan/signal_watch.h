/*
 * And SIGINT and SIGTERM while no crew runs, which handles them itself.  For
 * work that may end anywhere without harm, because all that counts is on disk.
 */
#ifndef SCAN_SIGNAL_WATCH_H
#define SCAN_SIGNAL_WATCH_H

/*
 * Where nothing else handles SIGINT or SIGTERM, they end the program with exit
 * 3 instead of by the signal; and a reader that is gone is a failed write,
 * no SIGPIPE.  Signals that were ignored stay so.
 */
void signals_end_with_exit(void);

/* No signal arrives between these two: for handlers to be changed. */
void signals_hold(void);
void signals_release(void);

struct signal_watch;

/*
 * Until it is freed, the first signal calls the callback on a thread of its
 * own, and a second one ends the program.  Returns NULL, and leaves signals as
 * they are, for a callback NULL or where no thread can be made.
 */
struct signal_watch *signal_watch_new(
    void (*callback)(void *context), void *context);
void signal_watch_free(struct signal_watch *);

#endif
