/*
 * The kit from inside: what its parts are made of.  For the files kit*.c
 * only.
 */
#ifndef REPAIR_KIT_PARTS_H
#define REPAIR_KIT_PARTS_H

#include "base/text.h"
#include "repair/plan.h"

/* The kit while it is written; the first failure stays in `failure`. */
struct kit {
	const struct repair_plan *plan;
	struct arena *arena;
	const char *directory;
	int failure;	      /* an errno */
	const char **folders; /* of plan->hosts; NULL: its server needs none */
	const char **files;   /* of plan->items */
};

/* kit_file.c: writes a file below the kit's directory, whose folders are made.
 */
void kit_put(struct kit *, const char *name, const struct text *, bool program);

/* Safe in a shell, in a file system, and no other file's. */
struct kit_names;
struct kit_names *kit_names_new(struct arena *);
void kit_names_free(struct kit_names *);
const char *kit_name(
    struct kit_names *, const char *wanted, const char *ending);

/* Is this a name that a kit has at this place? */
bool kit_owns(const char *folder, const char *name);

/* A string of a host, made safe for a comment (kit_file.c): one line.
 */
void kit_append_words(struct text *, const char *);

void kit_write_servers(struct kit *); /* kit_server.c */
void kit_write_clients(struct kit *); /* kit_client.c */
void kit_write_json(struct kit *);    /* kit_json.c */
void kit_write_readme(struct kit *);  /* kit_readme.c */

/* One kind of client's script (kit_platforms.c). */
struct kit_platform {
	const char *file; /* "debian.sh" */
	const char *title;
	const char *note;    /* comment lines on whom it reaches */
	const char *clients; /* ids, separated by blanks */
	/* Shell: is this a system on which the script works?  And what it
	   lacks otherwise.  Not asked below another root.  NULL: any is. */
	const char *test, *lacks;
	const char *functions; /* shell: put_in and take_out */
};

/* NULL after the last. */
const struct kit_platform *kit_platform(size_t number);

#endif
