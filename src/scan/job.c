/* Jobs, their queues and their addresses.  No locks: see dispatch and pace. */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "scan/job.h"

struct job *
job_new(struct target *target)
{
	struct job *job = memory_new(sizeof(*job));

	job->target = target;
	job->port = target->port;
	return job;
}

void
job_free(struct job *job)
{
	if (job == NULL)
		return;
	text_free(&job->seen_before);
	address_group_clear(&job->group);
	mx_group_clear(&job->mx);
	for (size_t i = 0; i < job->tlsa.count; i++)
		free((char *)job->tlsa.at[i]);
	free(job->tlsa.at);
	free(job->tlsa.base);
	target_free(job->target);
	free(job);
}

void
job_queue_push(struct job_queue *queue, struct job *job)
{
	job->next = NULL;
	if (queue->last != NULL)
		queue->last->next = job;
	else
		queue->first = job;
	queue->last = job;
	queue->count++;
}

struct job *
job_queue_pop(struct job_queue *queue)
{
	struct job *job = queue->first;

	if (job == NULL)
		return NULL;
	queue->first = job->next;
	if (queue->first == NULL)
		queue->last = NULL;
	job->next = NULL;
	queue->count--;
	return job;
}

void
job_queue_append(struct job_queue *queue, struct job_queue *moved)
{
	struct job *job;

	while ((job = job_queue_pop(moved)) != NULL)
		job_queue_push(queue, job);
}

void
job_queue_clear(struct job_queue *queue)
{
	struct job *job;

	while ((job = job_queue_pop(queue)) != NULL)
		job_free(job);
}

void
address_group_add(
    struct address_group *group, const struct address_list *addresses)
{
	for (unsigned i = 0; i < addresses->count; i++) {
		group->at = memory_grow(group->at, group->count,
		    &group->capacity, sizeof(*group->at));
		group->at[group->count++] = addresses->at[i];
	}
}

static int
by_value(const void *left, const void *right)
{
	const struct net_address *a = left, *b = right;
	int order = a->size - b->size;

	if (order == 0)
		order = memcmp(a->octets, b->octets, a->size);
	return order != 0 ? order
			  : (a->scope > b->scope) - (a->scope < b->scope);
}

void
address_group_settle(struct address_group *group)
{
	size_t kept = 0;

	if (group->count > 1)
		qsort(group->at, group->count, sizeof(*group->at), by_value);
	for (size_t i = 0; i < group->count; i++)
		if (i == 0 ||
		    by_value(&group->at[i], &group->at[kept - 1]) != 0)
			group->at[kept++] = group->at[i];
	group->count = kept;
	group->total = (unsigned)kept;
}

void
address_group_clear(struct address_group *group)
{
	free(group->at);
	*group = (struct address_group){ .count = 0 };
}

void
mx_group_add(struct mx_group *group, const char *name, uint16_t preference)
{
	group->at = memory_grow(
	    group->at, group->count, &group->capacity, sizeof(*group->at));
	group->at[group->count++] =
	    (struct mx_host){ memory_string(name), preference };
}

static int
by_name(const void *left, const void *right)
{
	const struct mx_host *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : a->preference - b->preference;
}

static int
by_preference(const void *left, const void *right)
{
	const struct mx_host *a = left, *b = right;
	int order = a->preference - b->preference;

	return order != 0 ? order : strcmp(a->name, b->name);
}

/* A host that is named twice keeps its better preference. */
void
mx_group_settle(struct mx_group *group)
{
	size_t kept = 0;

	if (group->count > 1)
		qsort(group->at, group->count, sizeof(*group->at), by_name);
	for (size_t i = 0; i < group->count; i++)
		if (kept > 0 &&
		    strcmp(group->at[i].name, group->at[kept - 1].name) == 0)
			free(group->at[i].name);
		else
			group->at[kept++] = group->at[i];
	group->count = kept;
	group->total = (unsigned)kept;
	if (kept > 1)
		qsort(group->at, kept, sizeof(*group->at), by_preference);
}

void
mx_group_clear(struct mx_group *group)
{
	for (size_t i = 0; i < group->count; i++)
		free(group->at[i].name);
	free(group->at);
	*group = (struct mx_group){ .count = 0 };
}

void
tlsa_records_add(struct tlsa_records *records, const char *text)
{
	records->at = memory_grow(records->at, records->count,
	    &records->capacity, sizeof(*records->at));
	records->at[records->count++] = memory_string(text);
}

size_t
job_parts_left(const struct job *job)
{
	return job->group.count - job->group.next + job->mx.count -
	       job->mx.next;
}

struct target
target_of_mx_host(
    const struct target *domain, const struct mx_group *group, size_t at)
{
	struct target model = *domain;
	uint8_t ignored[ADDRESS_MOST_OCTETS];
	size_t size;

	model.host = group->at[at].name;
	model.mx_domain = domain->host;
	model.mx_preference = group->at[at].preference;
	model.mx_hosts = group->total;
	/* RFC 5321 5.1: it is a name, and what looks like an address is not
	   connected to. */
	if (address_parse(model.host, ignored, &size))
		model.fault = "the MX record names an address, and no host";
	return model;
}

struct job *
job_next_part(struct job *job)
{
	struct target model = *job->target;
	char text[NET_ADDRESS_TEXT_SIZE];
	struct job *part;

	if (job->mx.next < job->mx.count) {
		model =
		    target_of_mx_host(job->target, &job->mx, job->mx.next++);
		return job_new(target_new(&model));
	}
	net_address_format(&job->group.at[job->group.next++], text);
	model.ip = text;
	model.name_group = model.host;
	model.addresses = job->group.total;
	part = job_new(target_new(&model));
	part->dns_ms = job->dns_ms;
	return part;
}

void
net_address_format(
    const struct net_address *address, char text[NET_ADDRESS_TEXT_SIZE])
{
	size_t size;

	text[0] = '\0';
	address_format(bytes_of(address->octets, address->size), text);
	size = strlen(text);
	if (address->scope != 0)
		snprintf(text + size, NET_ADDRESS_TEXT_SIZE - size, "%%%u",
		    address->scope);
}

bool
net_address_parse(struct net_address *address, const char *text)
{
	const char *zone = strchr(text, '%');
	char *end;
	size_t size;

	if (!address_parse(text, address->octets, &size))
		return false;
	address->size = (uint8_t)size;
	address->scope = 0;
	if (zone == NULL)
		return true;
	/* By name, as "fe80::1%eth0", or by number. */
	address->scope = if_nametoindex(zone + 1);
	if (address->scope == 0) {
		address->scope = (uint32_t)strtoul(zone + 1, &end, 10);
		if (*end != '\0')
			return false;
	}
	return true;
}

socklen_t
net_address_sockaddr(const struct net_address *address, uint16_t port,
    struct sockaddr_storage *out)
{
	struct sockaddr_in *four = (struct sockaddr_in *)out;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (address->size == 4) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		memcpy(&four->sin_addr, address->octets, 4);
		return sizeof(*four);
	}
	six->sin6_family = AF_INET6;
	six->sin6_port = htons(port);
	memcpy(&six->sin6_addr, address->octets, 16);
	six->sin6_scope_id = address->scope;
	return sizeof(*six);
}
