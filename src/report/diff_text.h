/* What differs between two runs, as people read it: lines, and a mail. */
#ifndef REPORT_DIFF_TEXT_H
#define REPORT_DIFF_TEXT_H

#include "fleet/diff.h"

/* "Since 2026-11-22: 4 worse, 2 better", and one line a change. */
void diff_append_summary(const struct diff *, struct text *);
void diff_append_text(
    const struct diff *, const struct change *, struct text *);

/* The same as strings, in the arena. */
const char *change_group_word(enum change_group);
const char *diff_summary_text(const struct diff *, struct arena *);

/* The name of the older run's directory. */
const char *diff_older_name(const struct diff *);

/* False when a record cannot be read any more. */
bool diff_change_text(const struct diff *, const struct change *,
    struct arena *, const char **host, const char **detail);

/*
 * A mail for after each run, subject first; nothing at all when nothing got
 * worse.  Names the newer run's report and repair kit where they are.
 */
void diff_append_mail(const struct diff *, struct text *);

#endif
