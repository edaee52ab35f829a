/*
 * Series of single hosts for metrics.prom, which --prom-hosts asks for: one
 * that says what is wrong with the host, one that says when its certificate
 * ends.  They grow with the fleet, so nobody gets them unasked.
 */
#ifndef REPORT_PROMETHEUS_HOSTS_H
#define REPORT_PROMETHEUS_HOSTS_H

#include "model/result.h"

struct host_series;

struct host_series *host_series_new(void);
void host_series_free(struct host_series *); /* NULL is safe */
void host_series_add(struct host_series *, const struct result *);
void host_series_append(const struct host_series *, struct text *);

#endif
