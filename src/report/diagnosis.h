/*
 * One host on one screen: what it sends, what is missing, who refuses it and
 * what repairs it.  Nothing is said that the record does not hold.
 */
#ifndef REPORT_DIAGNOSIS_H
#define REPORT_DIAGNOSIS_H

#include "base/text.h"
#include "model/result.h"

void diagnosis_append(struct text *, const struct result *, bool colors);

#endif
