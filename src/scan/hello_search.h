/*
 * Which large ClientHellos a host is sent (model/big_hello.h), and what they
 * showed.  Has no sockets.
 */
#ifndef SCAN_HELLO_SEARCH_H
#define SCAN_HELLO_SEARCH_H

#include "scan/hello_exchange.h"
#include "scan/scan.h"

enum hello_step { HELLO_STEP_NONE, HELLO_WHOLE, HELLO_SMALL, HELLO_SPLIT };

/* Embedded in its owner, who zeroes it once. */
struct hello_search {
	enum hello_step asked;
	bool is_repeated;
	struct hello_exchange exchange;
	struct big_hello seen;
};

/*
 * Sets `asked` to what is sent next; false: nothing.  `once`: in one piece,
 * whatever the answer is.
 */
bool hello_search_next(
    struct hello_search *, const struct scan_options *, bool once);

/* Writes the hello that was asked for; -1: the library gave no key. */
int hello_search_begin(
    struct hello_search *, const char *sni, const char *starttls);

/* Notes in `seen` how it was answered; strings are static. */
void hello_search_take(struct hello_search *);

/* What the hello offers, and what the server chose of it; strings are static.
 */
uint64_t hello_search_offer(void);
struct tls_facts hello_search_choice(const struct hello_search *);

void hello_search_clear(struct hello_search *);

#endif
