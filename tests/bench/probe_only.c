/*
 * Scans a host list and does nothing with what it sees: what the scan floor
 * alone costs.
 *   probe_only LIST [CONCURRENCY [THREADS [certificate [TIMEOUT_MS
 * [verbose]]]]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/memory.h"
#include "scan/crew.h"

struct tally {
	FILE *list;
	uint64_t ordinal;
	uint64_t statuses[STATUS_COUNT];
};

static int
next_target(void *context, struct target **out)
{
	struct tally *tally = context;
	char line[512];
	struct target model = { .port = 443 };

	if (fgets(line, sizeof(line), tally->list) == NULL)
		return 0;
	line[strcspn(line, "\r\n")] = '\0';
	model.ordinal = ++tally->ordinal;
	model.input = model.host = line;
	if (strrchr(line, ':') != NULL) {
		model.port =
		    (uint16_t)strtoul(strrchr(line, ':') + 1, NULL, 10);
		*strrchr(line, ':') = '\0';
	}
	*out = target_new(&model);
	return 1;
}

/* What a run's own judge and intake are to a crew. */
struct audit_settings {
	bool verbose;
};

struct judge {
	bool verbose;
};

struct intake {
	struct tally *tally;
};

struct message {
	enum status status;
};

static struct judge *
judge_new(const struct audit_settings *settings)
{
	struct judge *judge = memory_new(sizeof(*judge));

	judge->verbose = settings->verbose;
	return judge;
}

static struct message *
observed(struct judge *judge, const struct observation *seen,
    const struct audit_sources *sources)
{
	struct message *message = memory_new(sizeof(*message));

	(void)sources;

	if (judge->verbose)
		fprintf(stderr,
		    "%s:%u %s %s: %s (%u) chain %zu %s %s %s "
		    "dns %.3f connect %.3f tls %.3f proof %d asked %d %d "
		    "staple %zu\n",
		    seen->host, seen->port, seen->ip ? seen->ip : "-",
		    status_word(seen->status), seen->error ? seen->error : "",
		    seen->attempts, seen->received_count,
		    seen->tls.version ? seen->tls.version : "-",
		    seen->tls.cipher ? seen->tls.cipher : "-",
		    seen->tls.group ? seen->tls.group : "-",
		    seen->timing.dns_ms, seen->timing.connect_ms,
		    seen->timing.tls_ms, seen->tls.proof,
		    seen->tls.client_cert_requested,
		    seen->tls.client_cert_required, seen->tls.staple.size);
	message->status = seen->status;
	return message;
}

static void
judge_free(struct judge *judge)
{
	free(judge);
}

static int
deliver(struct intake *intake, struct message *message)
{
	intake->tally->statuses[message->status]++;
	free(message);
	return 0;
}

static int
tick(void *context, const struct crew_progress *progress)
{
	(void)context, (void)progress;
	return 0;
}

static void
discard(struct message *message)
{
	free(message);
}

static unsigned
number(int count, char **arguments, int at, unsigned otherwise)
{
	return at < count ? (unsigned)strtoul(arguments[at], NULL, 10)
			  : otherwise;
}

int
main(int count, char **arguments)
{
	struct tally tally = { .list = fopen(arguments[1], "r") };
	struct scan_options options = {
		.concurrency = number(count, arguments, 2, 100),
		.threads = number(count, arguments, 3, 1),
		.per_ip = 4,
		.timeout_ms = number(count, arguments, 5, 10000),
		.retries = 1,
		.depth = count > 4 && strcmp(arguments[4], "certificate") == 0
			     ? HANDSHAKE_CERTIFICATE
			     : HANDSHAKE_FULL,
	};
	const struct audit_settings settings = { .verbose = count > 6 };
	struct intake intake = { &tally };
	const struct crew_work work = {
		.context = &tally,
		.next_target = next_target,
		.tick = tick,
		.settings = &settings,
		.judge_new = judge_new,
		.judge = observed,
		.judge_free = judge_free,
		.intake = &intake,
		.deliver = deliver,
		.discard = discard,
	};
	const char *error = "";
	struct rusage used;
	double us;
	int result;

	if (tally.list == NULL)
		return 2;
	result = crew_run(&options, &work, &error);
	fclose(tally.list);
	getrusage(RUSAGE_SELF, &used);
	us = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
	     (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
	fprintf(stderr, "end %d %s, %.1f us a host, %ld KiB\n", result, error,
	    us / (double)(tally.ordinal > 0 ? tally.ordinal : 1),
	    used.ru_maxrss);
	for (int i = 0; i < STATUS_COUNT; i++)
		if (tally.statuses[i] > 0)
			fprintf(stderr, "%s %llu\n", status_word(i),
			    (unsigned long long)tally.statuses[i]);
	return result;
}
