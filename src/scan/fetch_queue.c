/* A list of hosts that may begin an item, each with a list of its items. */
#include "scan/fetch_queue.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"

struct queue_item {
	struct queue_item *next;
	void *item;
};

struct queue_host {
	char *name; /* the key in hosts */
	struct queue_item *first, *last;
	unsigned under_way;
	struct queue_host *next; /* of those that may begin one */
	bool listed;
};

struct fetch_queue {
	unsigned in_all, a_host; /* limits */
	unsigned under_way;
	struct map *hosts;
	struct queue_host *first, *last;
};

struct fetch_queue *
fetch_queue_new(unsigned in_all, unsigned a_host)
{
	struct fetch_queue *queue = memory_new(sizeof(*queue));

	queue->in_all = in_all;
	queue->a_host = a_host;
	queue->hosts = map_new();
	return queue;
}

void
fetch_queue_free(struct fetch_queue *queue)
{
	struct bytes key;
	void *value;
	size_t at = 0;

	if (queue == NULL)
		return;
	while (map_next(queue->hosts, &at, &key, &value)) {
		struct queue_host *host = value;
		struct queue_item *next;

		for (; host->first != NULL; host->first = next) {
			next = host->first->next;
			free(host->first);
		}
		free(host->name);
		free(host);
	}
	map_free(queue->hosts);
	free(queue);
}

static struct queue_host *
host_get(struct fetch_queue *queue, const char *name)
{
	struct queue_host *host =
	    map_get(queue->hosts, bytes_from_string(name));

	if (host != NULL)
		return host;
	host = memory_new(sizeof(*host));
	host->name = memory_string(name);
	map_put(queue->hosts, bytes_from_string(host->name), host);
	return host;
}

/* Appends the host to the list, if it may begin an item. */
static void
list(struct fetch_queue *queue, struct queue_host *host)
{
	if (host->listed || host->first == NULL ||
	    host->under_way >= queue->a_host)
		return;
	host->listed = true;
	host->next = NULL;
	if (queue->last != NULL)
		queue->last->next = host;
	else
		queue->first = host;
	queue->last = host;
}

void
fetch_queue_add(struct fetch_queue *queue, const char *name, void *item)
{
	struct queue_host *host = host_get(queue, name);
	struct queue_item *waiting = memory_new(sizeof(*waiting));

	waiting->item = item;
	if (host->last != NULL)
		host->last->next = waiting;
	else
		host->first = waiting;
	host->last = waiting;
	list(queue, host);
}

void *
fetch_queue_next(struct fetch_queue *queue)
{
	struct queue_host *host = queue->first;
	struct queue_item *waiting;
	void *item;

	if (host == NULL || queue->under_way >= queue->in_all)
		return NULL;
	host->listed = false;
	queue->first = host->next;
	if (queue->first == NULL)
		queue->last = NULL;
	waiting = host->first;
	item = waiting->item;
	host->first = waiting->next;
	if (host->first == NULL)
		host->last = NULL;
	free(waiting);
	host->under_way++;
	queue->under_way++;
	list(queue, host);
	return item;
}

void
fetch_queue_leave(struct fetch_queue *queue, const char *name)
{
	struct queue_host *host = host_get(queue, name);

	host->under_way--;
	queue->under_way--;
	list(queue, host);
}

void
fetch_queue_narrow(struct fetch_queue *queue)
{
	queue->in_all = queue->under_way > 1 ? queue->under_way : 1;
}
