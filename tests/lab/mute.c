/*
 * Servers that break off: a table says what each writes, and how it ends.
 * Those that still show certificates are in raw.c.
 */
#include "tests/lab/mute.h"
#include "tests/lab/raw.h"
#include "tests/lab/visit.h"

struct behaviour {
	enum manner manner;
	bool is_first; /* sends before the client does */
	const char *words;
	size_t length;
	enum visit_ending ending;
};

#define WORDS(text) text, sizeof(text) - 1

static const struct behaviour behaviours[] = {
	{ MANNER_CLOSE, false, WORDS(""), ENDS_AT_ONCE },
	{ MANNER_CLOSE_AT_ONCE, true, WORDS(""), ENDS_AT_ONCE },
	{ MANNER_RESET, false, WORDS(""), ENDS_WITH_RESET },
	{ MANNER_PLAIN_HTTP, false,
	    WORDS("HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n"
		  "Connection: close\r\n\r\n<h1>400 Bad Request</h1>\n"),
	    ENDS_POLITELY },
	{ MANNER_SMTP, true, WORDS("220 mail.lab.test ESMTP ready\r\n"),
	    ENDS_NEVER },
	{ MANNER_GARBAGE, false,
	    WORDS("\xa5\x5a\xa5\x5a\xa5\x5a\xa5\x5a\xa5\x5a\xa5\x5a\xa5\x5a"),
	    ENDS_POLITELY },
	{ MANNER_SILENT, false, WORDS(""), ENDS_NEVER },
	{ MANNER_ALERT, false, WORDS("\x15\x03\x03\x00\x02\x02\x28"),
	    ENDS_POLITELY },
	{ MANNER_UNKNOWN_NAME, false, WORDS("\x15\x03\x03\x00\x02\x02\x70"),
	    ENDS_POLITELY },
};

static const struct behaviour *
find_behaviour(enum manner manner)
{
	for (size_t i = 0; i < sizeof(behaviours) / sizeof(behaviours[0]); i++)
		if (behaviours[i].manner == manner)
			return &behaviours[i];
	return NULL;
}

static void
on_input(struct visit *visit)
{
	const struct station *station = visit->host;
	const struct behaviour *behaviour =
	    find_behaviour(station->scenario->service.manner);
	enum visit_ending ending;

	if (behaviour == NULL) {
		if (raw_put_flight(&visit->out, &visit->in, station, &ending))
			visit_answer(visit, ending);
		return;
	}
	octets_add(&visit->out, behaviour->words, behaviour->length);
	visit_answer(visit, behaviour->ending);
}

void
mute_begin(struct lab_loop *loop, int fd, const struct station *station)
{
	const struct behaviour *behaviour =
	    find_behaviour(station->scenario->service.manner);
	struct visit *visit;

	if (behaviour == NULL || !behaviour->is_first) {
		visit_begin(loop, fd, station, on_input);
		return;
	}
	visit = visit_new(loop, fd, station, on_input);
	if (visit != NULL)
		on_input(visit);
}
