/*
 * A map from host, port and address to where its observation is.  Where the
 * file cannot be written, or too many wait, a host is scanned again.
 */
#include "scan/shared_hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "base/map.h"
#include "base/memory.h"

enum { MOST_WAITING = 65536 };

struct shared_host {
	bool is_known;
	uint64_t offset;
	size_t size;
	struct job_queue waiting;
	char key[];
};

struct shared_hosts {
	uv_mutex_t lock;
	struct map *hosts;
	FILE *file; /* NULL: nothing is shared any more */
	uint64_t end;
	size_t waiting;
};

struct shared_hosts *
shared_hosts_new(void)
{
	struct shared_hosts *shared = memory_new(sizeof(*shared));

	uv_mutex_init(&shared->lock);
	shared->hosts = map_new();
	shared->file = tmpfile();
	return shared;
}

void
shared_hosts_free(struct shared_hosts *shared)
{
	struct bytes key;
	void *value;

	if (shared == NULL)
		return;
	for (size_t at = 0; map_next(shared->hosts, &at, &key, &value);) {
		job_queue_clear(&((struct shared_host *)value)->waiting);
		free(value);
	}
	map_free(shared->hosts);
	if (shared->file != NULL)
		fclose(shared->file);
	uv_mutex_destroy(&shared->lock);
	free(shared);
}

/* What two jobs have in common whose servers say the same. */
static void
append_key(struct text *key, const struct target *target)
{
	text_printf(key, "%s %u %s %s %s", target->host, (unsigned)target->port,
	    target->ip == NULL ? "" : target->ip,
	    target->sni == NULL ? "" : target->sni,
	    target->starttls == NULL ? "" : target->starttls);
}

static struct shared_host *
find_host(const struct shared_hosts *shared, const struct job *job)
{
	struct text key = { .size = 0 };
	struct shared_host *host;

	append_key(&key, job->target);
	host = map_get(shared->hosts, bytes_of(key.data, key.size));
	text_free(&key);
	return host;
}

static void
add_host(struct shared_hosts *shared, const struct job *job)
{
	struct text key = { .size = 0 };
	struct shared_host *host;

	append_key(&key, job->target);
	host = memory_new(sizeof(*host) + key.size + 1);
	memcpy(host->key, key.data, key.size);
	map_put(shared->hosts, bytes_of(host->key, key.size), host);
	text_free(&key);
}

/* False where it cannot be read back. */
static bool
read_observation(const struct shared_hosts *shared,
    const struct shared_host *host, struct text *observation)
{
	char *line = memory_new(host->size);
	bool is_read = pread(fileno(shared->file), line, host->size,
			   (off_t)host->offset) == (ssize_t)host->size;

	if (is_read)
		text_append_bytes(observation, bytes_of(line, host->size));
	free(line);
	return is_read;
}

enum shared_reply
shared_hosts_enter(
    struct shared_hosts *shared, struct job *job, struct text *observation)
{
	enum shared_reply reply = SHARED_SCAN;
	struct shared_host *host;

	if (job->entered)
		return SHARED_SCAN;
	job->entered = true;
	uv_mutex_lock(&shared->lock);
	host = find_host(shared, job);
	if (host == NULL && shared->file != NULL) {
		add_host(shared, job);
		job->leads = true;
	} else if (host != NULL && host->is_known) {
		if (shared->file != NULL &&
		    read_observation(shared, host, observation))
			reply = SHARED_KNOWN;
	} else if (host != NULL && shared->waiting < MOST_WAITING) {
		job_queue_push(&host->waiting, job);
		shared->waiting++;
		reply = SHARED_WAIT;
	}
	uv_mutex_unlock(&shared->lock);
	return reply;
}

void
shared_hosts_settle(struct shared_hosts *shared, const struct job *job,
    struct bytes observation, struct job_queue *waiting)
{
	struct shared_host *host;

	uv_mutex_lock(&shared->lock);
	host = find_host(shared, job);
	host->is_known = true;
	host->offset = shared->end;
	host->size = observation.size;
	if (shared->file != NULL &&
	    (fwrite(observation.data, 1, observation.size, shared->file) !=
		    observation.size ||
		fflush(shared->file) != 0)) {
		fclose(shared->file);
		shared->file = NULL;
	}
	shared->end += observation.size;
	shared->waiting -= host->waiting.count;
	job_queue_append(waiting, &host->waiting);
	uv_mutex_unlock(&shared->lock);
}
