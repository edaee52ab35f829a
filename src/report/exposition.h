/*
 * Prometheus's text exposition format: a family's head, labels, values.
 * Which metrics there are is the writers' business.
 */
#ifndef REPORT_EXPOSITION_H
#define REPORT_EXPOSITION_H

#include <stdint.h>

#include "base/text.h"

/* HELP and TYPE; everything here is a gauge. */
void exposition_family(struct text *, const char *name, const char *help);

/* Behind the metric's name, or its last label; NULL is the empty value. */
void exposition_label(struct text *, const char *name, const char *value);

/* After a name alone, or after its last label. */
void exposition_value(struct text *, int64_t value);

#endif
