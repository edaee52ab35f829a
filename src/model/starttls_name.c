/* The rows of STARTTLS_ROWS, looked up by word and by port. */
#include "model/starttls_name.h"

#include <strings.h>

#include "base/bytes.h"

enum { MOST_PORTS = 3 };

#define NAME(id, word, port, second, third) \
	[STARTTLS_##id] = { word, { port, second, third } },

static const struct {
	const char *word;
	uint16_t ports[MOST_PORTS]; /* 0: no more */
} rows[] = { STARTTLS_ROWS(NAME) };

enum starttls_protocol
starttls_find(const char *word)
{
	unsigned id = 0;

	while (id < STARTTLS_COUNT && !string_equal(rows[id].word, word))
		id++;
	return (enum starttls_protocol)id;
}

enum starttls_protocol
starttls_of_port(uint16_t port)
{
	for (unsigned id = 0; id < STARTTLS_COUNT; id++)
		for (unsigned i = 0; i < MOST_PORTS; i++)
			if (port != 0 && rows[id].ports[i] == port)
				return (enum starttls_protocol)id;
	return STARTTLS_COUNT;
}

const char *
starttls_word(enum starttls_protocol id)
{
	return rows[id].word;
}

uint16_t
starttls_port(enum starttls_protocol id)
{
	return rows[id].ports[0];
}

const char *
starttls_choice(const char *typed)
{
	if (strcasecmp(typed, STARTTLS_AUTO) == 0)
		return STARTTLS_AUTO;
	if (strcasecmp(typed, STARTTLS_NONE) == 0)
		return STARTTLS_NONE;
	for (unsigned id = 0; id < STARTTLS_COUNT; id++)
		if (strcasecmp(rows[id].word, typed) == 0)
			return rows[id].word;
	return NULL;
}
