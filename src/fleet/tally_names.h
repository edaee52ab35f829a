/*
 * The names of which each address has a record: how many there are, and the
 * addresses of those of which one is not like the others.  Fed in input order,
 * in which the records of one name follow one another; bounded.
 */
#ifndef FLEET_TALLY_NAMES_H
#define FLEET_TALLY_NAMES_H

#include "model/result.h"

enum {
	TALLY_NAMES = 500,     /* kept, of which an address differs */
	TALLY_FIRST_NAMES = 3, /* kept in any case */
	/* Of one name: those that differ, and those that do not. */
	TALLY_NAME_ODD = 64,
	TALLY_NAME_ALIKE = 24
};

struct tally_address {
	const char *ip, *version, *cause; /* each may be NULL */
	const char *difference;		  /* a sentence; NULL: like most */
	enum class_id class_id;
	bool good, dated;
	size_t received_count;
	int64_t not_after;
};

struct tally_name {
	uint64_t ordinal;
	const char *endpoint; /* HOST:PORT */
	const char *host;     /* while it is collected */
	unsigned addresses;
	unsigned odd;
	struct tally_address *list; /* by address */
	size_t count, alike;
};

struct tally_names {
	uint64_t names, addresses;
	uint64_t odd_names, odd_addresses;
	struct tally_name *list; /* in input order */
	size_t count, capacity;
	struct tally_name current;
	struct arena *arena, *scratch;
};

void tally_names_init(struct tally_names *);
void tally_names_clear(struct tally_names *);
void tally_names_add(struct tally_names *, const struct result *);

/* After the last one was added. */
void tally_names_end(struct tally_names *);

#endif
