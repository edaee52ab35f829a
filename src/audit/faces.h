/*
 * A host that shows several faces (model/face.h): each is judged by itself, and
 * the record is that of the worst that a client gets.
 */
#ifndef AUDIT_FACES_H
#define AUDIT_FACES_H

#include "audit/audit.h"
#include "audit/audit_settings.h"

/* A parsed chain, leaf first. */
struct face_chain {
	const struct certificate *const *received;
};

/*
 * As auditor_judge, for an observation with faces: chains[0] is its own, the
 * others are those of its faces in their order.
 */
bool faces_judge(struct auditor *, const struct audit_settings *,
    struct arena *, const struct observation *, const struct face_chain *chains,
    const struct audit_sources *, struct result *);

#endif
