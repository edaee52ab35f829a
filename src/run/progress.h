/* The one line on stderr that says how far a scan is. */
#ifndef RUN_PROGRESS_H
#define RUN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	uint64_t started_ns;
	bool color;
	bool shown;
};

struct progress_facts {
	uint64_t done, total; /* total 0: not known yet */
	uint64_t broken, unreached;
};

void progress_begin(struct progress *, bool color);
void progress_show(struct progress *, const struct progress_facts *);
/* Takes the line away again. */
void progress_end(struct progress *);

#endif
