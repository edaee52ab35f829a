/*
 * A policy: what its owner expects of hosts, beyond what every client does.
 * Expected CAs, other thresholds, waivers with an end, hosts to leave out;
 * in a JSON file whose schema is reports/schema/policy.json.
 *
 * A list's entries are for the hosts that they name.  Where several of one
 * list are for a host, the first decides; of waivers each counts.
 */
#ifndef MODEL_POLICY_H
#define MODEL_POLICY_H

#include "x509/certificate.h"
#include "model/host_rules.h"

struct observation;

enum { POLICY_MOST_SIZE = 1 << 20, POLICY_MOST_ENTRIES = 10000 };

enum policy_ca_kind {
	POLICY_CA_CN,	   /* the subject's last CN */
	POLICY_CA_SUBJECT, /* the whole subject, as records show it */
	POLICY_CA_SHA256,  /* of the certificate */
	POLICY_CA_SPKI	   /* SHA-256 of the public key (SPKI) */
};

struct policy_ca {
	enum policy_ca_kind kind;
	const char *text; /* as written */
	struct digest digest;
};

/* None: any will do. */
struct policy_cas {
	const struct policy_ca *list;
	size_t count;
};

/* The root that a trusted path ends at, and the leaf's own issuer. */
struct policy_expectation {
	struct policy_cas roots, issuers;
};

/* 0: as without a policy. */
struct policy_threshold {
	unsigned warn_days, crit_days;
};

struct policy_waiver {
	const char *finding; /* an id of the catalogue; NULL: any */
	const char *cause;   /* NULL: any; never both */
	const char *reason;
	const char *until_text; /* as written */
	int64_t until;		/* the last second that it holds */
};

struct policy;

/*
 * Reads the text of a policy; `name` is what messages call it.  NULL with a
 * sentence in *error (heap; the caller frees) that says where:
 * "policy.json: waivers[2].until: is not a date".
 */
struct policy *policy_read(struct bytes, const char *name, char **error);
void policy_free(struct policy *);

/* The file as it was read, to be kept with what was judged by it. */
struct bytes policy_text(const struct policy *);

/* The host, site, port and tags of an observation; borrows. */
struct host_subject policy_subject(const struct observation *);

bool policy_ignores(const struct policy *, const struct host_subject *);

/* NULL: the policy has nothing for this host. */
const struct policy_expectation *policy_expectation_of(
    const struct policy *, const struct host_subject *);
const struct policy_threshold *policy_threshold_of(
    const struct policy *, const struct host_subject *);

/*
 * The waivers for a host, in the file's order: start with *at = 0, ends with
 * NULL.
 */
const struct policy_waiver *policy_next_waiver(
    const struct policy *, const struct host_subject *, size_t *at);

bool policy_cas_hold(const struct policy_cas *, const struct certificate *);

#endif
