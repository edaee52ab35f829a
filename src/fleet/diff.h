/*
 * The comparison of two runs: what got worse, better, changed, is new or gone.
 * Records are matched by host, port, SNI and STARTTLS; where one run has
 * several of one name (--all-ips), by address.
 */
#ifndef FLEET_DIFF_H
#define FLEET_DIFF_H

#include "rundir/archive.h"
#include "fleet/history.h"
#include "fleet/history_file.h"

/* The words of reports/schema/diff.json; STILL is listed only where it is asked
 * for. */
enum change_kind {
	CHANGE_WORSE,
	CHANGE_NEW,
	CHANGE_UNREACHABLE,
	CHANGE_BETTER,
	CHANGE_CHANGED,
	CHANGE_GONE,
	CHANGE_STILL,
	CHANGE_KINDS
};

const char *change_word(enum change_kind);

/* In the order in which they are printed. */
enum change_group {
	GROUP_WORSE,
	GROUP_NEW_BROKEN,
	GROUP_UNREACHABLE,
	GROUP_BETTER,
	GROUP_CHANGED,
	GROUP_NEW,
	GROUP_RENEWED, /* another leaf, that ends later: no more */
	GROUP_GONE,
	GROUP_STILL,
	GROUPS
};

/* What differs; in the JSON's words by diff_field_word. */
enum diff_field {
	DIFF_CLASS,
	DIFF_CAUSE, /* where the class is the same */
	DIFF_LEAF,
	DIFF_ISSUER,
	DIFF_ROOT,
	DIFF_KEY, /* its kind; a new key alone is a renewal's */
	DIFF_NAMES,
	DIFF_TLS,
	DIFF_RECEIVED,
	DIFF_FIELDS
};

const char *diff_field_word(enum diff_field);

#define DIFF_BIT(field) (1u << (field))
#define CHANGE_NO_RECORD UINT32_MAX

struct change {
	enum change_kind kind;
	enum change_group group;
	uint32_t from, to;	/* records, or CHANGE_NO_RECORD */
	unsigned fields;	/* DIFF_BIT each */
	enum class_id class_id; /* the newer run's; gone: the older one's */
	enum severity severity;
};

struct diff_settings {
	/*
	 * Also hosts that differ by a timeout or a reset alone: otherwise
	 * counted as `damped` alone.
	 */
	bool all;
	bool still; /* list what is broken in both, as STILL */
	const struct history *history; /* or NULL */
	struct history_at newer;       /* in its place, the newer run's night */
};

struct diff {
	struct archive *older, *newer; /* borrowed */
	const struct diff_settings *settings;
	struct change *changes; /* by group, then input order */
	size_t count, capacity;
	size_t groups[GROUPS]; /* counts; STILL also when not listed */
	size_t damped;
};

struct run_index;

/* Both indexes' `matched` bits are used up.  Borrows all but the indexes. */
void diff_init(struct diff *, struct archive *older, struct run_index *,
    struct archive *newer, struct run_index *, const struct diff_settings *);
void diff_clear(struct diff *);

/*
 * The same in parts, for runs whose indexes are not to be in memory: records
 * of one key must be in the same part of both.
 */
void diff_begin(struct diff *, struct archive *older, struct archive *newer,
    const struct diff_settings *);
void diff_match(
    struct diff *, struct run_index *older, struct run_index *newer);
void diff_end(struct diff *);

/* The changes of one group; NULL where none of it is listed. */
const struct change *diff_group(
    const struct diff *, enum change_group, size_t *count);

/* Did the host get worse, is it new and broken, or no longer reached? */
bool change_is_bad(const struct change *);

/*
 * Both sides of a change, in the arena; a side that is not there stays
 * untouched.  False when a record cannot be read any more.
 */
struct change_sides {
	struct result from, to;
	const struct result *host; /* the newer side there is */
	bool has_from, has_to;
};

bool diff_read(const struct diff *, const struct change *, struct arena *,
    struct change_sides *);

/* The past of a change's host, where the settings have it and it is of use. */
bool diff_past(const struct diff *, const struct change *,
    const struct change_sides *, struct history_facts *);

#endif
