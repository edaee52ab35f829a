/* Builds an observation out of files and judges it at once. */
#include "run/inspect.h"

#include <stdlib.h>

#include "base/memory.h"
#include "audit/judge.h"
#include "run/sources.h"
#include "x509/bundle.h"
#include "model/target.h"

static int
read_chain(const struct inspection *inspection, struct arena *arena,
    struct bundle *bundle, char **error)
{
	for (size_t i = 0; i < inspection->path_count; i++) {
		const char *reason = NULL;

		if (bundle_read_path(arena, inspection->paths[i], NULL, bundle,
			&reason) < 0) {
			*error = memory_string(reason);
			return -1;
		}
	}
	return 0;
}

static void
judge_chain(const struct inspection *inspection, const char *host,
    const struct bundle *bundle, bool is_address, struct text *line,
    enum class_id *class_id, enum severity *severity)
{
	struct observation seen = {
		.ordinal = 1,
		.input = inspection->host,
		.host = host,
		.port = inspection->port,
		.sni = is_address ? NULL : host,
		.timestamp = inspection->settings->now,
		.status = STATUS_SUCCESS,
		.attempts = 0,
		.timing = { -1, -1, -1 },
		.chain = bundle->certificates,
		.received_count = bundle->count,
	};
	struct judge *judge = judge_new(inspection->settings);
	struct sources *sources = sources_new(NULL, inspection->known, NULL);
	struct message *message =
	    judge_observation(judge, &seen, sources_list(sources));

	text_append_bytes(
	    line, bytes_of(message->line.data, message->line.size));
	*class_id = message->class_id;
	*severity = message->severity;
	message_free(message);
	sources_free(sources);
	judge_free(judge);
}

int
inspect_chain(const struct inspection *inspection, struct text *line,
    enum class_id *class_id, enum severity *severity, char **error)
{
	struct arena *arena = arena_new();
	struct bundle bundle = { .count = 0 };
	const char *fault = NULL;
	bool is_address;
	char *host = target_host_normalize(
	    bytes_from_string(inspection->host), &is_address, &fault);
	int result = -1;

	if (host == NULL)
		*error = memory_string(fault);
	else
		result = read_chain(inspection, arena, &bundle, error);
	if (result == 0)
		judge_chain(inspection, host, &bundle, is_address, line,
		    class_id, severity);
	free(host);
	arena_free(arena);
	return result;
}
