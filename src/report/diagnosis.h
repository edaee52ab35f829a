/*
 * One host on one screen: what it sends, what is missing, who refuses it and
 * what repairs it.  Nothing is said that the record, or the run that is named
 * with it, does not hold.
 */
#ifndef REPORT_DIAGNOSIS_H
#define REPORT_DIAGNOSIS_H

#include "base/text.h"
#include "fleet/siblings.h"
#include "report/report_run.h"

void diagnosis_append(struct text *, const struct report_run *,
    const struct sibling_facts *, const struct result *, bool colors);

/* Once behind all hosts: "clients  curl 7.88.1, Go 1.19, as of 2026-11". */
void diagnosis_append_versions(struct text *, const struct report_run *);

#endif
