/*
 * Root programs, read from roots.json: which public root stands in which list
 * of which program, and from which day a program refuses what a root issues.
 * The roots are known by their fingerprints; no certificate is in the file.
 */
#ifndef MODEL_ROOTS_H
#define MODEL_ROOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"

/* What of the leaf is compared with a program's date. */
enum root_rule_kind {
	ROOT_RULE_LOGGED, /* its earliest SCT; without one, its first day */
	ROOT_RULE_ISSUED  /* its first day */
};

struct root_program {
	const char *id;	   /* "chrome", as clients.json names it */
	const char *title; /* "Chrome" */
};

/* One version of a program's list. */
struct root_list {
	const char *id;	     /* "chrome-156" */
	const char *title;   /* "Chrome 156" */
	const char *version; /* "ca-certificates 20260816" */
	const char *source;  /* what it was read out of */
	const struct root_program *program;
};

struct root_rule {
	const struct root_program *program;
	enum root_rule_kind kind;
	int64_t date;	   /* the last good second */
	const char *since; /* the version from which it holds, or NULL */
};

struct root {
	struct digest sha256;
	const char *name;    /* for people: "USERTrust RSA ..." */
	const char *subject; /* as struct certificate has it */
	uint64_t lists;	     /* bits: indexes of roots.lists */
	struct root_rule *rules;
	size_t rule_count;
};

enum { ROOTS_MOST_LISTS = 64 };

struct roots {
	const char *date;		   /* of the newest lists */
	const struct root_program *system; /* that of the system's store */
	const struct root_program *programs;
	size_t program_count;
	const struct root_list *lists; /* of a program: the oldest first */
	size_t list_count;
	const struct root *list; /* by digest */
	size_t count;
};

/*
 * Reads the text of a roots.json; `name` is what messages call it.
 * Everything is in the arena.  NULL with a sentence in *error that says
 * where: "roots.json: roots[3].in: no such list".
 */
const struct roots *roots_read(
    struct arena *, struct bytes, const char *name, const char **error);

/* The root of this certificate; NULL: it is in no list. */
const struct root *roots_find(const struct roots *, const struct digest *);

/* A list by its id, or the newest of the program of this id; NULL: neither. */
const struct root_list *roots_list(const struct roots *, const char *id);

bool root_is_in(
    const struct roots *, const struct root *, const struct root_list *);

/* The program's condition for the root of this list; NULL: none. */
const struct root_rule *root_rule_of(
    const struct root *, const struct root_list *);

/*
 * How long the program of the system's store kept this root: the newest of
 * its lists with the root, and the next one, which lacks it (NULL: the newest
 * has it).  False: none of them has it.
 */
bool roots_system_standing(const struct roots *, const struct root *,
    const struct root_list **last, const struct root_list **gone);

#endif
