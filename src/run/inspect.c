/* Builds an observation out of files and judges it at once. */
#include "run/inspect.h"

#include <stdlib.h>

#include "base/memory.h"
#include "audit/judge.h"
#include "run/sources.h"
#include "x509/bundle.h"
#include "model/target.h"

int
inspect_chain(const struct inspection *inspection, struct text *line,
    enum class_id *class_id, enum severity *severity, char **error)
{
	struct arena *arena = arena_new();
	struct bundle bundle = { .count = 0 };
	struct observation seen = {
		.ordinal = 1,
		.input = inspection->host,
		.port = inspection->port,
		.timestamp = inspection->settings->now,
		.status = STATUS_SUCCESS,
		.timing = { -1, -1, -1 },
	};
	const char *reason = NULL;
	struct message *message;
	struct sources *sources;
	struct judge *judge;
	bool is_address;
	char *host = target_host_normalize(
	    bytes_from_string(inspection->host), &is_address, &reason);

	for (size_t i = 0; i < inspection->path_count && reason == NULL; i++)
		(void)bundle_read_path(
		    arena, inspection->paths[i], NULL, &bundle, &reason);
	if (reason != NULL) {
		*error = memory_string(reason);
		free(host);
		arena_free(arena);
		return -1;
	}
	seen.host = host;
	seen.sni = is_address ? NULL : host;
	seen.chain = bundle.certificates;
	seen.received_count = bundle.count;
	judge = judge_new(inspection->settings);
	sources = sources_new(NULL, inspection->known, NULL);
	message = judge_observation(judge, &seen, sources_list(sources));
	text_append_bytes(
	    line, bytes_of(message->line.data, message->line.size));
	*class_id = message->class_id;
	*severity = message->severity;
	message_free(message);
	sources_free(sources);
	judge_free(judge);
	free(host);
	arena_free(arena);
	return 0;
}
