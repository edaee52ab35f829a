/* What history.db holds, as lines for people, JSON lines and CSV. */
#ifndef REPORT_HISTORY_WRITE_H
#define REPORT_HISTORY_WRITE_H

#include "fleet/history_file.h"

enum history_form { HISTORY_TEXT, HISTORY_JSON, HISTORY_CSV };

/* "broken since 2026-11-20 (3 nights), expired (leaf_expired)"; in the arena */
const char *history_state_text(
    struct arena *, const struct history_host *, const char *verb);

void history_append_night_header(struct text *, enum history_form);
void history_append_night(
    struct text *, const struct history_night *, enum history_form);

/* `changes` NULL: without them. */
void history_append_host_header(struct text *, enum history_form);
void history_append_host(struct text *, const struct history_host *,
    const struct history_change *changes, size_t count, enum history_form);

#endif
