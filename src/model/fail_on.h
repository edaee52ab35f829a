/* --fail-on: which hosts make the exit code 1. */
#ifndef MODEL_FAIL_ON_H
#define MODEL_FAIL_ON_H

#include "base/bytes.h"
#include "model/words.h"

struct fail_on_level {
	enum severity severity; /* at or above; SEVERITY_OK: never */
	unsigned classes;	/* one bit a class, 1u << CLASS_X */
};

struct fail_on_tag {
	char *tag; /* on the heap */
	struct fail_on_level level;
};

/* All zero: none. */
struct fail_on {
	struct fail_on_level all; /* hosts */
	struct fail_on_tag *tags;
	size_t tag_count, tag_capacity;
};

/*
 * "error", "expired,wrong_root", "tag=team-a:warning", or several of these with
 * commas between; "none".  It adds to what was said before where that was of
 * tags, else it takes its place.  False for anything else.
 */
bool fail_on_parse(struct fail_on *, const char *);
void fail_on_clear(struct fail_on *);

/* A host of this class and severity, with these tags. */
bool fail_on_matches(const struct fail_on *, enum class_id, enum severity,
    const char *const tags[], size_t tag_count);

/* The same with the tags of its record. */
bool fail_on_matches_line(
    const struct fail_on *, enum class_id, enum severity, struct bytes line);

#endif
