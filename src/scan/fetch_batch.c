/* Fetches equal URLs once, and tells everyone who asked. */
#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "scan/fetch_each.h"

/* Requests with equal URLs are a chain of indexes. */
struct batch {
	const char **urls; /* that differ */
	size_t *first;	   /* of a URL, the first request */
	size_t *next;	   /* of a request, the next equal; 0: none */
	size_t count;	   /* of URLs */
	fetch_callback *callback;
	void *context;
};

static void
on_fetched(void *context, size_t url, const struct fetch_result *result)
{
	struct batch *batch = context;
	size_t index = batch->first[url];

	do {
		batch->callback(batch->context, index, result);
		index = batch->next[index];
	} while (index != 0);
}

static void
sort_out(struct batch *batch, const struct fetch_request list[], size_t count)
{
	struct map *seen = map_new();

	for (size_t i = 0; i < count; i++) {
		struct bytes key = bytes_from_string(list[i].url);
		size_t *first = map_get(seen, key);

		if (first != NULL) {
			batch->next[i] = batch->next[*first];
			batch->next[*first] = i;
			continue;
		}
		first = &batch->first[batch->count];
		*first = i;
		batch->urls[batch->count++] = list[i].url;
		map_put(seen, key, first);
	}
	map_free(seen);
}

int
fetch_all(const struct fetch_options *options,
    const struct fetch_request list[], size_t count, fetch_callback *callback,
    void *context)
{
	struct batch batch = { .callback = callback, .context = context };
	int result;

	if (count == 0)
		return 0;
	batch.urls = memory_array(count, sizeof(*batch.urls));
	batch.first = memory_array(count, sizeof(*batch.first));
	batch.next = memory_array(count, sizeof(*batch.next));
	sort_out(&batch, list, count);
	result =
	    fetch_each(options, batch.urls, batch.count, on_fetched, &batch);
	free(batch.urls);
	free(batch.first);
	free(batch.next);
	return result;
}
