/* Sites as people read them on a terminal of 80 columns. */
#ifndef REPORT_SITES_TEXT_H
#define REPORT_SITES_TEXT_H

#include "audit/audit_settings.h"
#include "fleet/sites.h"

/*
 * The worst outlier of this site as one sentence: which host, what it has and
 * its siblings have, in which clients it fails.  Nothing without outliers.
 */
void sites_append_headline(
    struct sites *, const struct site_group *, struct archive *, struct text *);

/*
 * As strings, in the arena: what is usual; how an
 * outlier differs; and the same with what its siblings have.  NULL: in
 * nothing.
 */
const char *sites_usual_text(struct arena *, const struct site_group *);
const char *sites_outlier_text(struct arena *, const struct site_outlier *);
const char *sites_comparison_text(
    struct arena *, const struct site_difference differs[], size_t count);

/* "kilas.example.com", with its port where that is not 443. */
const char *sites_outlier_name(struct arena *, const struct site_outlier *);

/* What is usual, then a paragraph an outlier. */
void sites_append_text(
    struct sites *, const struct site_group *, struct archive *, struct text *);

/*
 * Every host's chain, outliers first.  The settings are what the run was
 * judged by; NULL: not known.
 */
void sites_append_chains(struct sites *, const struct site_group *,
    struct archive *, const struct audit_settings *, struct text *);

#endif
