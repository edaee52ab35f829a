/* Copies trust stores and adds certificates to each copy. */
#include "repair/larger_stores.h"

#include <stdlib.h>

#include "audit/clients.h"
#include "base/memory.h"
#include "x509/bundle.h"

static struct trust_store *
store_with(const struct trust_store *store,
    const struct certificate *const extra[], size_t count)
{
	struct bundle bundle = { .count = 0 };
	struct arena *arena = arena_new();
	struct trust_store *larger;
	char *error = NULL;

	trust_store_copy(store, arena, &bundle);
	for (size_t i = 0; i < count; i++)
		bundle_add(arena, &bundle, extra[i]->der, NULL);
	larger = trust_store_from_bundle(trust_store_name(store),
	    trust_store_origin(store), &bundle, &error);
	free(error);
	arena_free(arena);
	return larger;
}

void
larger_stores_init(struct larger_stores *larger,
    const struct audit_settings *audit, const struct certificate *const extra[],
    size_t count)
{
	larger->audit = *audit;
	larger->stores =
	    memory_array(audit->store_count, sizeof(*larger->stores));
	for (size_t i = 0; i < audit->store_count; i++)
		larger->stores[i] = store_with(audit->stores[i], extra, count);
	larger->audit.stores =
	    (const struct trust_store *const *)larger->stores;
	larger->added = certificate_index_new();
	for (size_t i = 0; i < count; i++)
		certificate_index_add(larger->added, extra[i]);
	larger->clients = clients_with_stores(
	    audit->clients, larger->audit.stores, larger->added);
	larger->audit.clients = larger->clients;
}

void
larger_stores_clear(struct larger_stores *larger)
{
	clients_free(larger->clients);
	certificate_index_free(larger->added);
	for (size_t i = 0; i < larger->audit.store_count; i++)
		trust_store_free(larger->stores[i]);
	free(larger->stores);
}
