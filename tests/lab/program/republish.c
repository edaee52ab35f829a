/*
 * republish DIR [EARLIER]: every report of the records in DIR/hosts.ndjson, as
 * a run would write them, compared with those of an earlier run.  For tests
 * of the reports' files: of records that no server would send, and of more
 * hosts than a test can scan.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/publish.h"
#include "run/record_feed.h"

int
main(int argc, char **argv)
{
	struct publication publication = {
		.formats = REPORT_ALL,
		.earlier = argc == 3 ? argv[2] : NULL,
	};
	struct report_run run = {
		.id = "republished",
		.version = "test",
		.started = 1795425300,
		.finished = 1795425302,
		.now = 1795425300,
		.seconds = 1.5,
		.trust = "system",
	};
	const char *failed = "the records";
	char *error = NULL;
	struct archive *archive;
	struct publishing *publishing;
	int end = -1;

	if (argc < 2 || argc > 3)
		return 2;
	archive = archive_open(argv[1], &error);
	if (archive != NULL) {
		run.totals.targets = archive_count(archive);
		run.totals.records = archive_count(archive);
		publishing = publish_begin(archive, &run, &publication);
		record_feed(archive, 1, publish_record, publishing);
		end = publish_end(publishing, &failed);
	}
	if (end < 0)
		fprintf(stderr, "republish: %s: %s\n", failed,
		    error == NULL ? strerror(errno) : error);
	archive_close(archive);
	free(error);
	return end < 0;
}
