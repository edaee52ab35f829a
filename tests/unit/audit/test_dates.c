/*
 * audit/rules_dates.c: how long a certificate may be valid by its date of
 * issue, and from when on it is said to expire soon.  Each limit with its last
 * good second and its first bad one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/rules.h"
#include "base/clock.h"

#define DAYS(n) ((int64_t)(n)*86400)

static const struct {
	const char *issued;
	int64_t seconds;   /* of validity, first and last one included */
	const char *cause; /* NULL: no finding */
} validities[] = {
	/* No limit before there was one. */
	{ "2018-02-28T23:59:59Z", DAYS(3650), NULL },
	{ "2018-03-01", DAYS(825), NULL },
	{ "2018-03-01", DAYS(825) + 1, "over_825_days" },
	{ "2020-08-31T23:59:59Z", DAYS(825), NULL },
	{ "2020-09-01", DAYS(398), NULL },
	{ "2020-09-01", DAYS(398) + 1, "public_limit" },
	{ "2026-03-14T23:59:59Z", DAYS(398), NULL },
	{ "2026-03-15", DAYS(200), NULL },
	{ "2026-03-15", DAYS(200) + 1, "public_limit" },
	{ "2027-03-14T23:59:59Z", DAYS(200), NULL },
	{ "2027-03-15", DAYS(100), NULL },
	{ "2027-03-15", DAYS(100) + 1, "public_limit" },
	{ "2029-03-14T23:59:59Z", DAYS(100), NULL },
	{ "2029-03-15", DAYS(47), NULL },
	{ "2029-03-15", DAYS(47) + 1, "public_limit" },
	{ "2029-03-15", DAYS(825), "public_limit" },
	{ "2029-03-15", DAYS(825) + 1, "over_825_days" },
};

static const struct {
	int64_t validity, left;
	unsigned warn_days, crit_days;
	const char *cause; /* NULL: no finding */
} ends[] = {
	{ DAYS(200), DAYS(30) + 1, 0, 0, NULL },
	{ DAYS(200), DAYS(30), 0, 0, "soon" },
	{ DAYS(200), DAYS(7) + 1, 0, 0, "soon" },
	{ DAYS(200), DAYS(7), 0, 0, "critical" },
	{ DAYS(200), 0, 0, 0, "critical" },
	/* Expired is another finding. */
	{ DAYS(200), -1, 0, 0, NULL },
	/* A third and a ninth of a short life. */
	{ DAYS(45), DAYS(15) + 1, 0, 0, NULL },
	{ DAYS(45), DAYS(15), 0, 0, "soon" },
	{ DAYS(45), DAYS(5), 0, 0, "critical" },
	/* As the user wants it. */
	{ DAYS(200), DAYS(60), 60, 0, "soon" },
	{ DAYS(200), DAYS(60) + 1, 60, 0, NULL },
	{ DAYS(45), DAYS(20), 60, 20, "critical" },
};

struct host {
	struct certificate leaf;
	const struct certificate *received[1];
	struct path path;
	struct audit_settings settings;
	struct audit_view view;
};

static void
make_host(struct host *host, int64_t from, int64_t to, int64_t now)
{
	*host = (struct host){
		.leaf = { .times_valid = true,
		    .not_before = from,
		    .not_after = to },
		.settings = { .now = now },
	};
	host->received[0] = &host->leaf;
	host->path.length = 1;
	host->path.steps[0].certificate = &host->leaf;
	host->view = (struct audit_view){
		.settings = &host->settings,
		.received = host->received,
		.received_count = 1,
		.path = &host->path,
	};
}

/* The one finding with this id; its cause in *cause. */
static bool
finds(const struct host *host, struct arena *arena, const char *id,
    const char **cause)
{
	struct findings findings = { .arena = arena };
	bool found = false;

	for (const struct audit_rule *rule = date_rules; rule->name != NULL;
	     rule++)
		rule->find(&host->view, &findings);
	for (size_t i = 0; i < findings.count; i++)
		if (strcmp(findings.list[i].id, id) == 0) {
			assert_false(found);
			found = true;
			*cause = findings.list[i].cause;
		}
	return found;
}

static void
check(const struct host *host, const char *id, const char *wanted, size_t row)
{
	struct arena *arena = arena_new();
	const char *cause = NULL;
	bool found = finds(host, arena, id, &cause);

	if (found != (wanted != NULL) ||
	    (found && (cause == NULL || strcmp(cause, wanted) != 0)))
		fail_msg("row %zu: %s %s", row, id,
		    !found	    ? "is not found"
		    : cause == NULL ? "-"
				    : cause);
	arena_free(arena);
}

static void
test_validity(void **unused)
{
	struct host host;
	int64_t from;

	(void)unused;
	for (size_t i = 0; i < sizeof(validities) / sizeof(*validities); i++) {
		assert_true(clock_parse(validities[i].issued, 0, &from));
		make_host(&host, from, from + validities[i].seconds - 1, from);
		check(&host, "validity_too_long", validities[i].cause, i);
	}
}

static void
test_expiring(void **unused)
{
	struct host host;

	(void)unused;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		make_host(&host, DAYS(20000), DAYS(20000) + ends[i].validity,
		    DAYS(20000) + ends[i].validity - ends[i].left);
		host.settings.warn_days = ends[i].warn_days;
		host.settings.crit_days = ends[i].crit_days;
		check(&host, "expiring", ends[i].cause, i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_validity),
		cmocka_unit_test(test_expiring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
