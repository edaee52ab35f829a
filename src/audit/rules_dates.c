/* Findings about dates that are not faults yet: soon, and too long. */
#include "audit/rules.h"

#include "base/clock.h"
#include "model/policy.h"

enum { DAY = 86400 };

/* Safari refuses longer ones even below private roots (since 2019-07-01). */
enum { MOST_DAYS_ANYWHERE = 825 };

/* CA/Browser Forum Baseline Requirements 6.3.2, by date of issue. */
static const struct {
	int64_t from;
	int days;
} public_limits[] = {
	{ 1868227200, 47 },  /* 2029-03-15 */
	{ 1805068800, 100 }, /* 2027-03-15 */
	{ 1773532800, 200 }, /* 2026-03-15 */
	{ 1598918400, 398 }, /* 2020-09-01 */
	{ 1519862400, 825 }, /* 2018-03-01 */
};

/* The whole period counts, its last second too (RFC 5280 4.1.2.5). */
static void
find_long_validity(const struct audit_view *view, struct findings *findings)
{
	const struct certificate *leaf = view->received[0];
	int64_t seconds = leaf->not_after - leaf->not_before + 1;
	size_t count = sizeof(public_limits) / sizeof(public_limits[0]);
	int limit = 0;

	for (size_t i = count; i-- > 0;)
		if (leaf->not_before >= public_limits[i].from)
			limit = public_limits[i].days;
	if (!leaf->times_valid || limit == 0 || seconds <= (int64_t)limit * DAY)
		return;
	findings_add(findings, FINDING_VALIDITY_TOO_LONG,
	    seconds > (int64_t)MOST_DAYS_ANYWHERE * DAY ? "over_825_days"
							: "public_limit",
	    0,
	    arena_printf(findings->arena,
		"valid for %lld days; public CAs may issue %d days at its "
		"date of issue",
		(long long)((seconds + DAY - 1) / DAY), limit));
}

static int64_t
threshold(unsigned days, int64_t fallback_days, int64_t validity, int part)
{
	if (days != 0)
		return (int64_t)days * DAY;
	if (validity / part < fallback_days * DAY)
		return validity / part;
	return fallback_days * DAY;
}

/* The policy's for this host, where it has some, before the run's. */
static struct policy_threshold
thresholds_of(const struct audit_view *view)
{
	const struct audit_settings *settings = view->settings;
	struct policy_threshold days = { settings->warn_days,
		settings->crit_days };
	const struct policy_threshold *own;
	struct host_subject subject;

	if (settings->policy == NULL)
		return days;
	subject = policy_subject(view->seen);
	own = policy_threshold_of(settings->policy, &subject);
	if (own != NULL && own->warn_days != 0)
		days.warn_days = own->warn_days;
	if (own != NULL && own->crit_days != 0)
		days.crit_days = own->crit_days;
	return days;
}

static void
check_expiring(const struct audit_view *view, const struct path_step *step,
    const struct policy_threshold *days, struct findings *findings)
{
	const struct certificate *certificate = step->certificate;
	int64_t validity = certificate->not_after - certificate->not_before;
	int64_t left = certificate->not_after - view->settings->now;
	int64_t warn = threshold(days->warn_days, 30, validity, 3);
	int64_t critical = threshold(days->crit_days, 7, validity, 9);
	char when[CLOCK_TEXT_SIZE];

	/* A larger crit_days makes the graver finding begin earlier. */
	if (!certificate->times_valid || left < 0 ||
	    (left > warn && left > critical))
		return;
	clock_format(certificate->not_after, when);
	findings_add(findings, FINDING_EXPIRING,
	    left <= critical ? "critical" : "soon", step->received,
	    arena_printf(findings->arena, "%s expires at %s, in %lld days",
		name_for_people(findings->arena, certificate), when,
		(long long)(left / DAY)));
}

static void
find_expiring(const struct audit_view *view, struct findings *findings)
{
	struct policy_threshold days = thresholds_of(view);

	for (size_t i = 0; i < view->path->length; i++)
		check_expiring(view, &view->path->steps[i], &days, findings);
}

const struct audit_rule date_rules[] = {
	{ "validity", find_long_validity },
	{ "expiring", find_expiring },
	{ NULL, NULL },
};
