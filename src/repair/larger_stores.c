/* Copies trust stores and adds certificates to each copy. */
#include "repair/larger_stores.h"

#include <stdlib.h>

#include "audit/clients.h"
#include "base/memory.h"
#include "x509/bundle.h"

static void
add_all(struct bundle *bundle, const struct certificate_index *index)
{
	struct certificate_list list = certificate_index_all(index);

	for (size_t i = 0; i < list.count; i++)
		bundle->certificates[bundle->count++] =
		    list.certificates[i]->der;
}

static struct trust_store *
store_with(const struct trust_store *store,
    const struct certificate *const extra[], size_t count)
{
	const struct certificate_index *anchors = trust_store_anchors(store);
	const struct certificate_index *others =
	    trust_store_intermediates(store);
	size_t most = certificate_index_all(anchors).count +
		      certificate_index_all(others).count + count;
	struct bundle bundle = {
		.certificates = memory_array(most, sizeof(struct bytes)),
	};
	struct trust_store *larger;
	char *error = NULL;

	add_all(&bundle, anchors);
	add_all(&bundle, others);
	for (size_t i = 0; i < count; i++)
		bundle.certificates[bundle.count++] = extra[i]->der;
	larger = trust_store_from_bundle(trust_store_name(store),
	    trust_store_origin(store), &bundle, &error);
	free(error);
	free(bundle.certificates);
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
