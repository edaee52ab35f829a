/*
 * What fetching may cost a run: time in all, URLs of one server, and patience
 * with a server that is silent.  Shared by all batches of the run; not locked,
 * but that any thread may set or read the time.
 */
#ifndef SCAN_FETCH_BUDGET_H
#define SCAN_FETCH_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define FETCH_NO_LIMIT_MS UINT64_MAX /* for now */

enum {
	FETCH_MOST_URLS_A_SERVER = 512,
	FETCH_MOST_SILENCES = 2 /* of a server, without an answer between */
};

struct fetch_budget;

/* How long in all from now, and how many URLs of one server. */
struct fetch_budget *fetch_budget_new(
    uint64_t timeout_ms, unsigned most_urls_a_server);
void fetch_budget_free(struct fetch_budget *);

/* As long from now, in the place of what was said before. */
void fetch_budget_limit(struct fetch_budget *, uint64_t timeout_ms);

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
