/*
 * What one line or record of a list names, as it stands there: nothing is
 * checked yet.  One record may name several targets.
 */
#ifndef MODEL_LIST_ENTRY_H
#define MODEL_LIST_ENTRY_H

#include "base/arena.h"
#include "base/bytes.h"

/* NULL: not named.  All strings live in the arena of the entries. */
struct list_entry {
	const char *input; /* as typed; NULL: the host, or else the address */
	const char *host;  /* also host:port, a URL, a block or a range */
	const char *ip;	   /* connect there */
	const char *port, *sni, *starttls;
	const char *const *tags;
	size_t tag_count;
	const char *fault; /* a sentence: it names no target */
};

/* Those of one record; they live until the next one is read. */
struct list_entries {
	struct arena *arena;
	struct list_entry *items;
	size_t count, capacity;
};

/* Adds a copy of the entry. */
void list_entries_add(struct list_entries *, struct list_entry);
/* Forgets them and what is in the arena. */
void list_entries_reset(struct list_entries *);
void list_entries_clear(struct list_entries *);

/* What the columns of tables and the members of JSON objects are called. */
enum list_column {
	COLUMN_HOST,
	COLUMN_IP,
	COLUMN_PORT,
	COLUMN_SNI,
	COLUMN_STARTTLS,
	COLUMN_TAGS,
	COLUMN_COUNT
};

/*
 * The column of that name, in any case, blanks, hyphens and underscores aside
 * ("IP Address", "host_name"); COLUMN_COUNT: unknown.  Where several
 * names mean one column, that with the lowest *order is meant.
 */
enum list_column list_column_find(const char *name, size_t *order);

/* The value goes where the column says; tags are split at semicolons. */
void list_entry_set(struct list_entries *, struct list_entry *,
    enum list_column, const char *value);

/* One address, a block or a range; a port may follow, or brackets enclose it.
 */
bool list_is_address(const char *field);

#endif
