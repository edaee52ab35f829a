/*
 * A rule is a row and a small pure function: it looks at one host's evidence
 * and adds findings.  What a finding weighs and advises is in the catalogue
 * (model/finding.c).
 */
#ifndef AUDIT_RULES_H
#define AUDIT_RULES_H

#include "audit/audit_settings.h"
#include "audit/name.h"
#include "audit/path.h"
#include "audit/revocation.h"
#include "audit/scts.h"
#include "model/observation.h"
#include "model/result.h"
#include "x509/ocsp.h"

/* Everything a rule may look at. */
struct audit_view {
	const struct audit_settings *settings;
	const struct observation *seen;
	const struct certificate *const *received; /* leaf first */
	size_t received_count;
	struct host_name host;
	enum name_match name;
	struct edge_memory *edges;
	const struct path *path;     /* the judged one, default store */
	const struct path *repaired; /* with found certificates; or NULL */
	struct ocsp_verdict staple;  /* judged with that path */
	struct leaf_scts scts;	     /* likewise */
	struct path_revocation revocation; /* likewise */
	enum tlsa_match tlsa_match;
	struct step *missing; /* what should have been sent */
	size_t missing_count;
	bool is_late; /* its issuer's URL: the time for fetching was over */
};

struct findings {
	struct arena *arena;
	struct finding *list;
	size_t count, capacity;
};

struct audit_rule {
	const char *name;
	void (*find)(const struct audit_view *, struct findings *);
};

/* Tables that end with an empty row. */
extern const struct audit_rule
    path_rules[]; /* rules_path.c: decide the class */
extern const struct audit_rule tidy_rules[]; /* rules_tidy.c: what was sent */
extern const struct audit_rule date_rules[]; /* rules_dates.c */
extern const struct audit_rule tls_rules[];  /* rules_tls.c */
extern const struct audit_rule ocsp_rules[]; /* rules_ocsp.c */
extern const struct audit_rule revocation_rules[]; /* rules_revocation.c */
extern const struct audit_rule sct_rules[];	   /* rules_scts.c */
extern const struct audit_rule root_rules[];	   /* rules_roots.c */
extern const struct audit_rule policy_rules[];	   /* rules_policy.c */
extern const struct audit_rule dane_rules[];	   /* dane.c */
extern const struct audit_rule expected_rules[];   /* expected.c */
extern const struct audit_rule backend_rules[];	   /* backends.c */

/*
 * Adds a finding with the severity of its catalogue row.  `detail` is a
 * sentence in the arena or static; `cert` an index in received, or -1.
 * Returns it for evidence to be added.
 */
struct finding *findings_add(struct findings *, enum finding_id,
    const char *cause, int cert, const char *detail);
void finding_tell(
    struct findings *, struct finding *, const char *key, const char *value);

/*
 * After every rule: what the policy waives becomes a notice that says so, and
 * a waiver that has ended a finding of its own.
 */
void waive_findings(const struct audit_view *, struct findings *);

/* "CN=R11" for messages: the CN, else the whole name, else "an empty name". */
const char *name_for_people(struct arena *, const struct certificate *);

#endif
