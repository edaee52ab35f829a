/*
 * Any octets as a policy: refused with a sentence that names the file, or
 * read; and then every question about a host has an answer.
 */
#include "model/policy.h"
#include "tests/fuzz/fuzz.h"

static void
require_sentence(const char *error)
{
	require(error != NULL);
	require_clean(error);
	require(strncmp(error, "p.json: ", 8) == 0 && strlen(error) > 8);
	require(strchr(error, '\n') == NULL);
}

/* Each waiver once, in order, and the questions in between agree. */
static void
ask(const struct policy *policy, const struct host_subject *subject)
{
	const struct policy_expectation *expectation =
	    policy_expectation_of(policy, subject);
	const struct policy_threshold *threshold =
	    policy_threshold_of(policy, subject);
	const struct certificate nobody = { .subject = "" };
	const struct policy_waiver *waiver;
	size_t at = 0, before = 0;

	(void)policy_ignores(policy, subject);
	if (expectation != NULL)
		require(expectation->roots.count > 0 ||
			expectation->issuers.count > 0);
	if (expectation != NULL && expectation->issuers.count > 0)
		(void)policy_cas_hold(&expectation->issuers, &nobody);
	if (threshold != NULL)
		require(threshold->warn_days > 0 || threshold->crit_days > 0);
	while ((waiver = policy_next_waiver(policy, subject, &at)) != NULL) {
		require(at > before && at <= POLICY_MOST_ENTRIES);
		require(waiver->finding != NULL || waiver->cause != NULL);
		require(waiver->reason != NULL && waiver->until_text != NULL);
		before = at;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const tags[] = { "payments", "legacy", "a" };
	static const struct host_subject subjects[] = {
		{ "www.example.com", "example.com", tags, 3, 443 },
		{ "db.example.net", "example.net", tags, 0, 5432 },
		{ "a", "a", tags + 2, 1, 1 },
		{ "192.0.2.1", "192.0.2.1", NULL, 0, 443 },
		{ "2001:db8::1", NULL, NULL, 0, 443 },
		{ "..", "", tags, 1, 0 },
	};
	char *error = NULL;
	struct policy *policy =
	    policy_read(bytes_of(data, size), "p.json", &error);

	if (policy == NULL) {
		require_sentence(error);
		free(error);
		return 0;
	}
	require(error == NULL);
	require(bytes_equal(policy_text(policy), bytes_of(data, size)));
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		ask(policy, &subjects[i]);
	policy_free(policy);
	return 0;
}
