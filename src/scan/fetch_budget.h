/*
 * What fetching may cost a run: time in all, URLs of one server, and patience
 * with a server that is silent.  Shared by all batches of the run; not locked.
 */
#ifndef SCAN_FETCH_BUDGET_H
#define SCAN_FETCH_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

enum {
	FETCH_MOST_URLS_A_SERVER = 512,
	FETCH_MOST_SILENCES = 2 /* of a server, without an answer between */
};

struct fetch_budget;

/* The time begins now. */
struct fetch_budget *fetch_budget_new(uint64_t timeout_ms);
void fetch_budget_free(struct fetch_budget *);

/* Is the time over?  Nothing more is asked then. */
bool fetch_budget_is_over(const struct fetch_budget *);

/* Milliseconds until then. */
uint64_t fetch_budget_left_ms(const struct fetch_budget *);

/*
 * NULL: one more URL of "HOST:PORT" may be asked, and is counted; otherwise a
 * static sentence.
 */
const char *fetch_budget_refuses(struct fetch_budget *, const char *server);

/* How a URL of this server ended: in silence or not. */
void fetch_budget_note(
    struct fetch_budget *, const char *server, bool is_silent);

#endif
