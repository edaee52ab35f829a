/*
 * history.db: what runs of a list said of its hosts, a row a change and a row
 * of totals a night, in an SQLite file beside the runs.  It outlives runs that
 * are removed.  The only file that uses the library; the schema is described
 * in data/README.md, and its number is PRAGMA user_version.
 */
#ifndef FLEET_HISTORY_FILE_H
#define FLEET_HISTORY_FILE_H

#include "base/arena.h"
#include "model/result.h"

struct history_file;

/*
 * Opens or makes DIRECTORY/history.db to be written.  A file that is no
 * database, or a damaged one, is renamed to history.db.damaged-TIME and a new
 * one begun: *note then says so (heap), and is NULL otherwise.  NULL with a
 * sentence in *note where it cannot be written, or a newer program made it.
 */
struct history_file *history_file_write(const char *directory, char **note);

/* To be read only; NULL with a sentence in *error (heap). */
struct history_file *history_file_read(const char *directory, char **error);

/* What was not committed is rolled back. */
void history_file_close(struct history_file *);

/*
 * One night: begin, each record, settle, commit.  Other writers wait for the
 * commit.  Each is 0, or negative with the reason in history_file_error; after
 * one that failed the others do nothing.  A night that is there already is
 * replaced.  Nights may come in any order.
 */
int history_file_begin(
    struct history_file *, const char *list, int64_t started, const char *run);
int history_file_add(struct history_file *, const struct result *);
int history_file_settle(struct history_file *);
int history_file_commit(struct history_file *);
const char *history_file_error(const struct history_file *);

/* What is known of a host up to its last night; times are starts of runs. */
struct history_host {
	const char *list, *host, *ip, *sni, *starttls, *site;
	unsigned port;
	const char *class_word, *cause; /* "gone": no longer in the list */
	bool broken;
	int64_t since;		/* broken, or good, since then */
	unsigned changes;	/* of its state since it was first seen */
	unsigned breaks;	/* how often it went from good to broken */
	unsigned nights_broken; /* of the list's nights */
};

/*
 * The host of the last record that was added; false: it was not looked at, as
 * a timeout says nothing.  Strings until the next call.
 */
bool history_file_last(struct history_file *, struct history_host *);

/* A night of a list, whose hosts' past is asked for. */
struct history_at {
	struct history_file *file; /* NULL: nothing is known */
	const char *list;
	int64_t night; /* the start of its run */
};

struct history_facts; /* history.h */

/*
 * The past of a record's host, as far as this night: false where there is no
 * such night, the host was always good, or it has been good for longer than
 * since the night before.
 */
bool history_file_past(
    const struct history_at *, const struct result *, struct history_facts *);

/* Totals of a night; classes by enum class_id. */
struct history_night {
	int64_t started;
	const char *list, *run;
	uint64_t records;
	uint64_t classes[CLASS_COUNT];
};

/* From old to new, from this time on; `list` NULL: of all. */
int history_file_nights(struct history_file *, const char *list, int64_t from,
    void (*tell)(void *context, const struct history_night *), void *context);

/* A change of one host. */
struct history_change {
	int64_t night;
	const char *class_word, *cause;
	bool broken;
};

enum history_of { HISTORY_OF_HOST, HISTORY_OF_SITE, HISTORY_OF_CLASS };

/*
 * Hosts of this name, of this site, or of this class in their last night;
 * broken ones first, those that are broken longest before others.
 */
int history_file_hosts(struct history_file *, enum history_of, const char *name,
    void (*tell)(void *context, const struct history_host *,
	const struct history_change *, size_t count),
    void *context);

/*
 * Forgets a night whose run will be added again: all of them first, then all
 * are added from old to new, and one commit ends it.
 */
int history_file_forget(struct history_file *, const char *list, int64_t night);

#endif
