/* Writes what was judged: journal, fleet certificates, learned cache, counts.
 */
#include "run/intake.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "run/aia_file.h"
#include "rundir/journal.h"
#include "system/learned.h"
#include "run/recover.h"
#include "run/fleet_certificates.h"
#include "run/settle.h"

struct intake {
	const struct run_settings *settings;
	struct run_outcome *outcome;
	struct journal *journal;
	struct fleet_certificates *fleet;
	struct learned *learned; /* NULL: nothing is learned */
	uint64_t settled;	 /* pending, but for other addresses alone */
};

static void
tell_recovery(const struct run_settings *settings, const struct recovery *found)
{
	size_t done =
	    resume_targets_count(settings->resumed, RESUME_TARGET_DONE);
	size_t pending =
	    resume_targets_count(settings->resumed, RESUME_TARGET_PENDING);
	size_t open =
	    resume_targets_count(settings->resumed, RESUME_TARGET_OPEN);

	log_info("going on: of %zu targets %zu are done, %zu wait for the "
		 "end, %zu are to be scanned",
	    done + pending + open, done, pending, open);
	if (found->gone > 0)
		log_warning("%" PRIu64 " targets are no longer listed and "
			    "leave the reports",
		    found->gone);
	if (found->again > 0)
		log_warning("%" PRIu64 " records are damaged or lack a "
			    "certificate: scanned anew",
		    found->again);
}

struct intake *
intake_open(const struct run_settings *settings, struct run_outcome *outcome)
{
	struct intake *intake = memory_new(sizeof(*intake));
	struct recovery found = { .certificates = NULL };
	int result = 0;

	intake->settings = settings;
	intake->outcome = outcome;
	intake->fleet = fleet_certificates_new();
	/* Streams are repaired before anything can be appended to them. */
	if (settings->resumed != NULL)
		result = recover(settings->directory, settings->resumed,
		    settings->fail_on, intake->fleet, outcome, &found);
	if (result == 0)
		intake->journal =
		    journal_open(settings->directory, settings->stream);
	if (intake->journal == NULL) {
		seen_free(found.certificates);
		fleet_certificates_free(intake->fleet);
		free(intake);
		return NULL;
	}
	if (settings->resumed != NULL) {
		journal_go_on(
		    intake->journal, found.certificates, found.pending);
		tell_recovery(settings, &found);
	}
	if (settings->learned != NULL)
		intake->learned = learned_new(settings->learned);
	return intake;
}

/*
 * Every certificate that the record names, before it.  What a host sent is
 * from then on known to the fleet; what is useful is learned for other runs.
 */
static void
write_certificates(struct intake *intake, const struct message *message)
{
	for (size_t i = 0; i < message->certificate_count; i++) {
		const struct message_certificate *entry =
		    &message->certificates[i];
		struct bytes der;

		journal_certificate(intake->journal, &entry->sha256,
		    bytes_of(message->certificate_lines.data + entry->line,
			entry->line_size));
		if (!entry->authority && !entry->useful)
			continue;
		der = bytes_of(
		    message->authorities.data + entry->der, entry->der_size);
		if (entry->authority)
			fleet_certificates_learn(
			    intake->fleet, &entry->sha256, der);
		if (entry->useful && intake->learned != NULL)
			learned_add(intake->learned, &entry->sha256, der);
	}
}

static void
write_record(struct intake *intake, const struct message *message)
{
	const struct fail_on *fail_on = intake->settings->fail_on;
	struct run_outcome *outcome = intake->outcome;
	struct bytes line = bytes_of(message->line.data, message->line.size);

	journal_record(intake->journal, line);
	outcome->totals.records++;
	outcome->totals.unfetched += message->lacks_fetch;
	outcome->counts[message->class_id][message->severity]++;
	outcome->failing +=
	    fail_on != NULL && fail_on_matches_line(fail_on, message->class_id,
				   message->severity, line);
}

int
intake_deliver(struct intake *intake, struct message *message)
{
	int result;

	write_certificates(intake, message);
	result = fleet_certificates_note(intake->fleet, message->host,
	    message->site, message->sent, message->sent_count);
	intake->settled += message->is_settled;
	if (message->pending)
		journal_pending(intake->journal,
		    bytes_of(message->line.data, message->line.size));
	else
		write_record(intake, message);
	message_free(message);
	return result;
}

/*
 * Second deliveries, from settling: what their hosts sent was noted before,
 * what was found for them was not.
 */
static int
deliver_settled(void *context, struct message *message)
{
	struct intake *intake = context;

	write_certificates(intake, message);
	write_record(intake, message);
	message_free(message);
	return 0;
}

int
intake_flush(struct intake *intake)
{
	return journal_flush(intake->journal);
}

uint64_t
intake_unsettled(const struct intake *intake)
{
	return journal_pending_count(intake->journal) - intake->settled;
}

static void
fail(struct intake *intake)
{
	if (intake->outcome->end != RUN_FINISHED)
		return;
	intake->outcome->end = RUN_UNWRITABLE;
	intake->outcome->error = strerror(errno);
}

void
intake_settle(struct intake *intake, struct aia *aia)
{
	struct settle settle = {
		.settings = &intake->settings->audit,
		.fleet = intake->fleet,
		.known = intake->settings->known,
		.aia = aia,
		.evidence = intake->settings->evidence,
		.threads = intake->settings->scan.threads,
		.deliver = deliver_settled,
		.context = intake,
	};
	const char *directory = intake->settings->directory;
	FILE *pending = journal_pending_stream(intake->journal);

	if (pending == NULL || settle_pending(&settle, pending) != 0 ||
	    (aia != NULL && directory != NULL &&
		aia_file_write(directory, aia, intake->journal) != 0))
		fail(intake);
}

void
intake_close(struct intake *intake)
{
	bool settled = intake->outcome->end == RUN_FINISHED;

	if (!settled)
		intake->outcome->pending =
		    journal_pending_count(intake->journal);
	if (journal_close(intake->journal) < 0)
		fail(intake);
	if (intake->learned != NULL && settled &&
	    learned_save(intake->learned) < 0)
		log_warning(
		    "%s: %s", intake->settings->learned, strerror(errno));
	learned_free(intake->learned);
	fleet_certificates_free(intake->fleet);
	free(intake);
}
