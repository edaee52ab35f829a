/* A host that another trust store breaks or repairs, in words and as JSON. */
#ifndef REPORT_STORE_CHANGE_TEXT_H
#define REPORT_STORE_CHANGE_TEXT_H

#include "base/text.h"
#include "model/result.h"

/* One object and a newline. */
void store_change_append_json(bool breaks, const struct result *before,
    const struct result *after, struct text *);

/* "  www.example.com  ok -> untrusted (Some Root)" */
void store_change_append_text(
    const struct result *before, const struct result *after, struct text *);

#endif
