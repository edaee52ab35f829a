/*
 * One line of a host list: its comment cut off, taken apart, its names
 * checked.  One struct serves all lines of a list, one after another.
 */
#ifndef MODEL_TARGET_LINE_H
#define MODEL_TARGET_LINE_H

#include "base/text.h"
#include "model/address_block.h"
#include "model/target.h"

enum { TARGET_LINE_MOST = 4096 }; /* octets */

enum target_column {
	COLUMN_HOST,
	COLUMN_PORT,
	COLUMN_IP,
	COLUMN_SNI,
	COLUMN_STARTTLS,
	COLUMN_TAGS,
	COLUMN_COUNT
};

/* What a header row said; count 0: there was none. */
struct target_columns {
	enum target_column columns[COLUMN_COUNT];
	size_t count;
};

struct target_line {
	struct text input;   /* what stands on the line, clean UTF-8 */
	struct text scratch; /* the same, to be cut in place */
	char *host;	     /* normalized; NULL: the block's addresses */
	char *ip, *sni;	     /* normalized, or NULL */
	const char **tags;   /* in scratch */
	size_t tag_count, tag_capacity;
	struct address_block block;
	bool is_address; /* the host is one */
	bool is_block;
	bool wants_starttls;
	uint16_t port;	   /* 0: none was named */
	const char *fault; /* a static sentence, or NULL */
};

/*
 * Takes in a line, of which comment and blanks around are cut off.  False
 * when nothing is left.  Octets that no list holds become the line's fault.
 */
bool target_line_take(struct target_line *, struct bytes octets);

/* The same for a line that was too long to be read. */
void target_line_take_overlong(struct target_line *);

/* Whether the line is a header row, all its fields being column names. */
bool target_line_is_header(struct target_line *, struct target_columns *);

/* Fills in all that is not `input`; what is wrong goes to `fault`. */
void target_line_parse(struct target_line *, const struct target_columns *);

/* Returns the memory. */
void target_line_clear(struct target_line *);

#endif
