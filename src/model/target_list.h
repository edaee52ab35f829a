/*
 * Host lists, streamed: arguments, files and standard input in the order
 * given, one target at a time, duplicates dropped, CIDR blocks unrolled.
 * A million targets cost at most 16 octets each, for the duplicates.  Files
 * have one of the forms of list_form.h.
 */
#ifndef MODEL_TARGET_LIST_H
#define MODEL_TARGET_LIST_H

#include "model/list_form.h"
#include "model/target.h"

struct target_list;

/* Without allow_large: addresses of one block, and of all blocks and ranges. */
enum { TARGET_BLOCK_MOST = 1 << 16, TARGET_BLOCKS_MOST = 1 << 20 };

/* So many bad lines before the first target are no list. */
enum { TARGET_BAD_START_MOST = 10000 };

struct target_list_options {
	struct target_defaults defaults;
	const struct list_form *form; /* of all files; NULL: recognised */
	bool strict; /* a bad line ends the list with an error */
	bool allow_large;
	/* Told of every bad line: "FILE:LINE: sentence". May be NULL. */
	void (*complain)(
	    void *context, const char *where, const char *sentence);
	/* Told what form a file has, unless it is plain. May be NULL. */
	void (*announce)(
	    void *context, const char *where, const char *sentence);
	void *context;
};

struct target_list *target_list_new(const struct target_list_options *);
void target_list_free(struct target_list *);

/*
 * Sources are read in the order added: arguments ("argument N" in messages)
 * and files ("-" is standard input).  add_file returns -1 with errno when
 * the file cannot be opened: nothing has been read yet then.
 */
void target_list_add_argument(struct target_list *, const char *);
int target_list_add_file(struct target_list *, const char *path);

/*
 * Recognises the forms of the files and reads on to the first target that is
 * one; all are returned by target_list_next nevertheless.  -1 where a form is
 * refused or there is no target (target_list_error says it).  Without this call
 * target_list_next begins the list, and no target is no error there.
 */
int target_list_begin(struct target_list *);

/*
 * 1 a target in *out, which the caller frees; 0 the end; -1 a bad line under
 * `strict`, or a read error (target_list_error says it).
 */
int target_list_next(struct target_list *, struct target **out);
const char *target_list_error(const struct target_list *);

/* How many were returned so far, for run.json: from any thread. */
uint64_t target_list_count(const struct target_list *);

#endif
