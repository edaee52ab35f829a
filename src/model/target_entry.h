/*
 * An entry of a list, checked: its names in their one form, its numbers read.
 * One struct serves all entries, one after another.
 */
#ifndef MODEL_TARGET_ENTRY_H
#define MODEL_TARGET_ENTRY_H

#include "model/address_block.h"
#include "model/list_entry.h"

struct target_entry {
	char *host;	/* normalized; NULL: the block's addresses */
	char *ip, *sni; /* normalized, or NULL */
	struct address_block block;
	bool is_address; /* the host is one */
	bool is_block;
	uint16_t port;	      /* 0: none was named */
	const char *starttls; /* of starttls_choice(); NULL: not said */
	const char *fault; /* a sentence, static or the list entry's; or NULL */
};

/* What is wrong goes to `fault`. */
void target_entry_check(struct target_entry *, const struct list_entry *);

/* Returns the memory. */
void target_entry_clear(struct target_entry *);

#endif
