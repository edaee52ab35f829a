/* CRLs and OCSP responses of a run, opened and closed together. */
#include "run/evidence.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "run/crls.h"
#include "run/ocsp_answers.h"

struct run_evidence {
	struct crls *crls;
	struct ocsp_answers *ocsp;
	bool is_kept; /* in a run directory */
};

static int
take_run(struct run_evidence *evidence, const char *directory)
{
	char *pending = file_join(directory, "pending.ndjson");

	if (evidence->crls != NULL)
		crls_remember(evidence->crls, directory, !file_exists(pending));
	free(pending);
	return ocsp_answers_copy(evidence->ocsp, directory);
}

struct run_evidence *
evidence_open(const struct evidence_settings *settings)
{
	struct run_evidence *evidence = memory_new(sizeof(*evidence));
	const struct crls_settings lists = {
		.cache = settings->cache,
		.fetch = settings->crl_fetch,
		.now = settings->now,
	};
	int result = 0;

	evidence->is_kept = settings->directory != NULL;
	if (settings->has_crls)
		evidence->crls = crls_new(&lists);
	evidence->ocsp = ocsp_answers_new(settings->ocsp_fetch);
	if (settings->is_resumed && evidence->crls != NULL)
		crls_remember(evidence->crls, settings->directory, false);
	if (evidence->is_kept)
		result = ocsp_answers_keep(evidence->ocsp, settings->directory);
	for (size_t i = 0; i < settings->run_count && result == 0; i++)
		result = take_run(evidence, settings->runs[i]);
	if (result == 0 && evidence->is_kept && evidence->crls != NULL)
		result = crls_keep(evidence->crls, settings->directory);
	if (result == 0)
		return evidence;
	evidence_close(evidence);
	return NULL;
}

void
evidence_close(struct run_evidence *evidence)
{
	if (evidence == NULL)
		return;
	ocsp_answers_free(evidence->ocsp);
	crls_free(evidence->crls);
	free(evidence);
}

void
evidence_fill(const struct run_evidence *evidence, struct audit_settings *audit)
{
	if (evidence->crls != NULL)
		audit->revocation[audit->revocation_count++] =
		    crls_source(evidence->crls);
	if (ocsp_answers_matter(evidence->ocsp))
		audit->revocation[audit->revocation_count++] =
		    ocsp_answers_source(evidence->ocsp);
}

void
evidence_limit(struct run_evidence *evidence, uint64_t timeout_ms)
{
	if (evidence->crls != NULL)
		crls_limit(evidence->crls, timeout_ms);
	ocsp_answers_limit(evidence->ocsp, timeout_ms);
}

void
evidence_want(
    struct run_evidence *evidence, const struct certificate *certificate)
{
	if (evidence->crls != NULL)
		crls_want(evidence->crls, certificate);
}

int
evidence_save(struct run_evidence *evidence)
{
	return evidence->is_kept && evidence->crls != NULL
		   ? crls_save(evidence->crls)
		   : 0;
}
