/*
 * The same judgement with more certificates in every trust store: what a
 * repair is proven by.
 */
#ifndef REPAIR_LARGER_STORES_H
#define REPAIR_LARGER_STORES_H

#include "audit/audit_settings.h"
#include "x509/certificate_pool.h"

struct larger_stores {
	struct audit_settings audit; /* borrows from the first settings */
	struct trust_store **stores;
	struct clients *clients;
	struct certificate_index *added;
};

void larger_stores_init(struct larger_stores *, const struct audit_settings *,
    const struct certificate *const extra[], size_t count);
void larger_stores_clear(struct larger_stores *);

#endif
