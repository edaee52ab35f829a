/*
 * The members of a record as a table, by which it is written and read back:
 * one row a member, in the order of the line.  The first member that is
 * missing or of the wrong kind is remembered as the reason, and what is read
 * after it is empty.
 */
#ifndef MODEL_RECORD_FIELDS_H
#define MODEL_RECORD_FIELDS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/json.h"
#include "base/text.h"

/* What json_parse has to say when a line is no JSON at all. */
enum { JSON_ERROR_SIZE = 80 };

struct record_reader {
	struct arena *arena; /* holds the document, and all that is read */
	const char *reason;  /* NULL: all is well so far */
	unsigned parts;	     /* of those that rows name: what is wanted */
};

enum field_kind {
	FIELD_END,	    /* no row: after the last */
	FIELD_STRING,	    /* const char *; null where NULL */
	FIELD_NAME,	    /* const char *, never NULL */
	FIELD_LATER_STRING, /* left out where NULL: older records lack it */
	FIELD_NEWER_STRING, /* null where NULL; older records lack it */
	FIELD_STRINGS,	    /* const char ** and its count */
	FIELD_DIGEST,	    /* struct digest */
	FIELD_DIGESTS,	    /* const struct digest * and its count */
	FIELD_OCTETS,	    /* struct bytes as base64; null where empty */
	FIELD_OCTETS_LIST,  /* const struct bytes * and its count */
	FIELD_BOOL,
	FIELD_LATER_BOOL,   /* left out where false */
	FIELD_ORDINAL,	    /* uint64_t */
	FIELD_PORT,	    /* uint16_t */
	FIELD_COUNT,	    /* unsigned */
	FIELD_LATER_COUNT,  /* left out where 0 */
	FIELD_TIME,	    /* int64_t as RFC 3339 */
	FIELD_MILLISECONDS, /* double; null where negative */
	FIELD_STATUS,	    /* an enum by its word */
	FIELD_CLASS,
	FIELD_SEVERITY,
	FIELD_SOURCE,
	FIELD_PART,	  /* a struct whose members stand among these */
	FIELD_OBJECT,	  /* a struct; null unless the bool at `present` */
	FIELD_LIST,	  /* pointer to structs, and their count */
	FIELD_LATER_LIST, /* left out where empty */
	FIELD_NEWER_LIST, /* always written; older records lack it */
	FIELD_MAP,	  /* a list whose structs begin with their key */
	FIELD_OWN,	  /* by the functions of the row */
};

struct record_field {
	const char *key;
	enum field_kind kind;
	unsigned part;			   /* a bit; 0: always read */
	size_t offset;			   /* in the struct */
	size_t count;			   /* the offset of the count */
	size_t present;			   /* likewise; 0: always there */
	const struct record_field *fields; /* of what is nested */
	size_t size;			   /* of one of its structs */
	void (*write)(
	    struct json_writer *object, const void *facts, struct arena *);
	void (*read)(
	    struct record_reader *, const struct json *object, void *facts);
};

/* A row; the rest of what is nested is written out. */
#define FIELD_AS(word, a_kind, type, member)             \
	{                                                \
		.key = word, .kind = FIELD_##a_kind,     \
		.offset = offsetof(struct type, member), \
	}
#define FIELD(kind, type, member) FIELD_AS(#member, kind, type, member)
#define FIELD_COUNTED(word, a_kind, type, member, its_count) \
	{                                                    \
		.key = word, .kind = FIELD_##a_kind,         \
		.offset = offsetof(struct type, member),     \
		.count = offsetof(struct type, its_count),   \
	}

/* The first reason stays; `key` names the member. */
void record_refuse(
    struct record_reader *, const char *key, const char *sentence);

/* Of any kind, null too; NULL when there is no such member. */
const struct json *record_member(
    struct record_reader *, const struct json *object, const char *key);

/* Of this kind, else refused; what is NULL reads as an empty one. */
const struct json *record_array(
    struct record_reader *, const struct json *object, const char *key);
const struct json *record_object(
    struct record_reader *, const struct json *object, const char *key);

/*
 * For the functions of a row: some members of its own.  The object borrows
 * from the facts and from the arena until it is freed.
 */
void record_fields_write(struct json_writer *object,
    const struct record_field *, const void *facts, struct arena *scratch);
void record_fields_read(struct record_reader *, const struct json *object,
    const struct record_field *, void *facts);

/* Appends one line with its final newline. */
void record_line_write(
    struct text *, const struct record_field *, const void *facts);

/*
 * Facts are to be zero before.  Everything is in the arena.  False with a
 * reason (in the arena or static) when the line is not of these fields.
 */
bool record_line_read(struct arena *, struct bytes line,
    const struct record_field *, void *facts, const char **reason);

/*
 * Members of other parts than these (bits of the rows) are passed over, and
 * their facts stay zero.
 */
bool record_line_read_parts(struct arena *, struct bytes line,
    const struct record_field *, unsigned parts, void *facts,
    const char **reason);

#endif
