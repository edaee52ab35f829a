/* What fix prints: the certificates of the kit and what stays broken. */
#ifndef REPORT_PLAN_TEXT_H
#define REPORT_PLAN_TEXT_H

#include "base/text.h"
#include "repair/plan.h"

void plan_append_text(
    const struct repair_plan *, const char *directory, struct text *);

#endif
