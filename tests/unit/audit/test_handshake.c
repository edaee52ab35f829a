/*
 * audit/rules_tls.c: a server that shows its chain and then fails.  Which
 * failures are the server's, for every client, and from when on they count.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/rules.h"

enum { ASKED = 1, DEMANDED = 2, DAMAGED = 4, COSTLY = 8 };

static const struct {
	const char *what;
	enum status status;
	unsigned attempts;
	enum handshake_failer failer;
	const char *alert; /* fatal */
	unsigned flags;
	bool found;
} rows[] = {
	{ "a whole handshake", STATUS_SUCCESS, 1, FAILED_BY_NOBODY, NULL, 0,
	    false },
	{ "an alert", STATUS_HANDSHAKE_ERROR, 1, FAILED_BY_SERVER,
	    "internal_error", 0, true },
	{ "an alert, by what is no certificate for us", STATUS_HANDSHAKE_ERROR,
	    1, FAILED_BY_SERVER, "internal_error", DAMAGED, true },
	{ "a wrong key", STATUS_HANDSHAKE_ERROR, 1, FAILED_BY_SERVER, NULL, 0,
	    true },
	{ "our library alone", STATUS_HANDSHAKE_ERROR, 1, FAILED_BY_LIBRARY,
	    NULL, 0, false },
	{ "closed", STATUS_CONNECTION_CLOSED, 1, FAILED_BY_SERVER, NULL, 0,
	    true },
	{ "reset once", STATUS_CONNECTION_RESET, 1, FAILED_BY_SERVER, NULL, 0,
	    false },
	{ "reset twice", STATUS_CONNECTION_RESET, 2, FAILED_BY_SERVER, NULL, 0,
	    true },
	{ "silent once", STATUS_IO_TIMEOUT, 1, FAILED_BY_SERVER, NULL, 0,
	    false },
	{ "silent twice", STATUS_IO_TIMEOUT, 2, FAILED_BY_SERVER, NULL, 0,
	    true },
	{ "a client certificate was asked for", STATUS_CONNECTION_CLOSED, 1,
	    FAILED_BY_SERVER, NULL, ASKED, false },
	{ "and demanded", STATUS_HANDSHAKE_ERROR, 1, FAILED_BY_SERVER,
	    "certificate_required", ASKED | DEMANDED, false },
	/* Records of before it was noted who failed. */
	{ "an old record", STATUS_HANDSHAKE_ERROR, 1, FAILED_BY_NOBODY, NULL, 0,
	    true },
	{ "an old record of what cannot be read", STATUS_HANDSHAKE_ERROR, 1,
	    FAILED_BY_NOBODY, NULL, DAMAGED, false },
	{ "and of what is not computed", STATUS_HANDSHAKE_ERROR, 1,
	    FAILED_BY_NOBODY, NULL, COSTLY, false },
};

static const char *
evidence(const struct finding *finding, const char *key)
{
	for (size_t i = 0; i < finding->evidence_count; i++)
		if (strcmp(finding->evidence[i].key, key) == 0)
			return finding->evidence[i].value;
	return NULL;
}

static void
check(size_t at, struct arena *arena)
{
	unsigned flags = rows[at].flags;
	struct certificate leaf = {
		.damage = (flags & DAMAGED) != 0 ? "cut" : NULL,
		.key_kind = KEY_RSA,
		.key_bits = (flags & COSTLY) != 0 ? 16384 : 2048,
	};
	const struct certificate *received[] = { &leaf };
	struct tls_alert alert = { true, rows[at].alert, STAGE_KEY_EXCHANGE };
	struct observation seen = {
		.status = rows[at].status,
		.attempts = rows[at].attempts,
		.received_count = 1,
		.has_tls = true,
		.tls = {
			.client_cert_requested = (flags & ASKED) != 0,
			.client_cert_required = (flags & DEMANDED) != 0,
			.alerts = &alert,
			.alert_count = rows[at].alert != NULL,
			.failed_by = rows[at].failer,
			.failed_at = STAGE_KEY_EXCHANGE,
		},
	};
	struct audit_view view = {
		.seen = &seen, .received = received, .received_count = 1
	};
	struct findings findings = { .arena = arena };
	const struct finding *found = NULL;

	for (const struct audit_rule *rule = tls_rules; rule->name != NULL;
	     rule++)
		rule->find(&view, &findings);
	for (size_t i = 0; i < findings.count; i++)
		if (finding_is(&findings.list[i], FINDING_HANDSHAKE_FAILED))
			found = &findings.list[i];
	if ((found != NULL) != rows[at].found)
		fail_msg("%s: %s", rows[at].what,
		    found != NULL ? found->detail : "not found");
	if (found == NULL)
		return;
	assert_int_equal(found->severity, SEVERITY_ERROR);
	assert_string_equal(found->cause, status_word(rows[at].status));
	if (rows[at].failer == FAILED_BY_SERVER)
		assert_string_equal(evidence(found, "stage"), "key_exchange");
	if (rows[at].alert != NULL)
		assert_string_equal(evidence(found, "alert"), rows[at].alert);
}

static void
test_rows(void **unused)
{
	struct arena *arena = arena_new();

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check(i, arena);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
