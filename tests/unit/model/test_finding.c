/* The catalogue has a row, with its severity, for each word of records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "model/finding.h"

/* A cause whose row must be its own, or NULL for the row of the id alone. */
static const struct {
	const char *id, *cause;
	enum severity severity;
} rows[] = {
	{ "missing_intermediate", "leaf_only", SEVERITY_ERROR },
	{ "missing_intermediate", "gap", SEVERITY_ERROR },
	{ "wrong_root", "self_signed", SEVERITY_ERROR },
	{ "wrong_root", "private_root", SEVERITY_ERROR },
	{ "wrong_root", "distrusted_root", SEVERITY_ERROR },
	{ "wrong_root", "unexpected_root", SEVERITY_ERROR },
	{ "expired", "leaf_expired", SEVERITY_ERROR },
	{ "expired", "intermediate_expired", SEVERITY_ERROR },
	{ "expired", "root_expired", SEVERITY_ERROR },
	{ "expired", "not_yet_valid", SEVERITY_ERROR },
	{ "name_mismatch", "other_name", SEVERITY_ERROR },
	{ "name_mismatch", "wildcard_depth", SEVERITY_ERROR },
	{ "name_mismatch", "no_san", SEVERITY_ERROR },
	{ "unknown_issuer", NULL, SEVERITY_ERROR },
	{ "invalid_chain", "bad_signature", SEVERITY_ERROR },
	{ "invalid_chain", "not_a_ca", SEVERITY_ERROR },
	{ "invalid_chain", "path_length", SEVERITY_ERROR },
	{ "invalid_chain", "key_usage", SEVERITY_ERROR },
	{ "invalid_chain", "purpose", SEVERITY_ERROR },
	{ "invalid_chain", "name_constraints", SEVERITY_ERROR },
	{ "invalid_chain", "unknown_critical_extension", SEVERITY_ERROR },
	{ "invalid_chain", "malformed", SEVERITY_ERROR },
	{ "invalid_chain", "unsupported_algorithm", SEVERITY_ERROR },
	{ "invalid_chain", "unsupported_key", SEVERITY_ERROR },
	{ "invalid_chain", "version", SEVERITY_ERROR },
	{ "invalid_chain", "not decided: name constraints", SEVERITY_ERROR },
	{ "invalid_chain", "not decided: policy", SEVERITY_ERROR },
	{ "unknown_issuer", "not decided: path search", SEVERITY_ERROR },
	{ "weak", "rsa_bits", SEVERITY_WARNING },
	{ "weak", "ec_bits", SEVERITY_WARNING },
	{ "weak", "dsa", SEVERITY_WARNING },
	{ "weak", "sha1", SEVERITY_WARNING },
	{ "weak", "md5", SEVERITY_WARNING },
	{ "revoked", "ocsp", SEVERITY_ERROR },
	{ "revoked", "crl", SEVERITY_ERROR },
	{ "unreachable", "dns-error", SEVERITY_ERROR },
	{ "unreachable", "connection-refused", SEVERITY_ERROR },
	{ "unreachable", "connection-timeout", SEVERITY_ERROR },
	{ "unreachable", "proxy-error", SEVERITY_ERROR },
	{ "unreachable", "invalid-input", SEVERITY_ERROR },
	{ "no_tls", "connection-reset", SEVERITY_ERROR },
	{ "no_tls", "connection-closed", SEVERITY_ERROR },
	{ "no_tls", "io-timeout", SEVERITY_ERROR },
	{ "no_tls", "starttls-error", SEVERITY_ERROR },
	{ "no_tls", "handshake-error", SEVERITY_ERROR },
	{ "no_tls", "protocol-error", SEVERITY_ERROR },
	{ "no_tls", "our_offer", SEVERITY_ERROR },
	{ "stale_certificate", NULL, SEVERITY_WARNING },
	{ "big_hello_refused", NULL, SEVERITY_WARNING },
	{ "big_hello_refused", "segments", SEVERITY_WARNING },
	{ "unreachable", "invalid-input", SEVERITY_ERROR },
	{ "wrong_order", NULL, SEVERITY_NOTICE },
	{ "extra_certificate", NULL, SEVERITY_NOTICE },
	{ "duplicate_certificate", NULL, SEVERITY_NOTICE },
	{ "root_sent", NULL, SEVERITY_NOTICE },
	{ "expired_extra", NULL, SEVERITY_WARNING },
	{ "expired_cross_sign", NULL, SEVERITY_WARNING },
	{ "expiring", NULL, SEVERITY_WARNING },
	{ "expiring", "critical", SEVERITY_WARNING },
	{ "validity_too_long", NULL, SEVERITY_WARNING },
	{ "client_cert_required", NULL, SEVERITY_NOTICE },
	{ "staple_missing", NULL, SEVERITY_WARNING },
	{ "aki_mismatch", NULL, SEVERITY_WARNING },
	{ "name_encoding", NULL, SEVERITY_WARNING },
	{ "old_protocol", NULL, SEVERITY_WARNING },
	{ "weak_key_exchange", NULL, SEVERITY_WARNING },
	{ "chain_too_long", NULL, SEVERITY_WARNING },
	{ "serial_number", NULL, SEVERITY_NOTICE },
	{ "distrusted_by", NULL, SEVERITY_WARNING },
	{ "root_leaves", NULL, SEVERITY_WARNING },
	{ "budget_exhausted", NULL, SEVERITY_WARNING },
	{ "waiver_expired", NULL, SEVERITY_WARNING },
};

/* The text of the row itself, not of the id's row for any other cause. */
static void
every_word_has_its_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum finding_id id = finding_id_find(rows[i].id);
		const struct finding_text *text =
		    finding_text_find(rows[i].id, rows[i].cause);

		if (id == FINDING_NONE)
			fail_msg("no row: %s", rows[i].id);
		assert_string_equal(finding_word(id), rows[i].id);
		assert_int_equal(finding_severity(id), rows[i].severity);
		if (rows[i].cause != NULL &&
		    text == finding_text_find(rows[i].id, NULL))
			fail_msg("no row: %s", rows[i].cause);
	}
}

static void
assert_written_for_people(const struct finding_text *text)
{
	assert_non_null(text);
	assert_non_null(text->title);
	assert_non_null(text->advice);
	assert_in_range(text->title[0], 'A', 'Z');
	assert_in_range(strlen(text->title), 10, 72);
	assert_in_range(text->advice[0], 'A', 'Z');
	assert_int_equal(text->advice[strlen(text->advice) - 1], '.');
}

/*
 * A title that begins with a capital, advice that ends with a stop: for each
 * id with a cause that is not known, and for each cause.
 */
static void
rows_are_written_for_people(void **state)
{
	(void)state;
	for (int id = 0; id < FINDING_COUNT; id++) {
		const char *word = finding_word((enum finding_id)id);

		assert_non_null(word);
		assert_int_equal(finding_id_find(word), id);
		assert_written_for_people(
		    finding_text_find(word, "never_heard_of"));
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_written_for_people(
		    finding_text_find(rows[i].id, rows[i].cause));
}

static void
classes_have_their_finding(void **state)
{
	(void)state;
	assert_int_equal(finding_of_class(CLASS_OK), FINDING_NONE);
	for (int id = CLASS_OK + 1; id < CLASS_COUNT; id++)
		assert_string_equal(
		    finding_word(finding_of_class((enum class_id)id)),
		    class_word((enum class_id)id));
}

static void
unknown_words_have_none(void **state)
{
	const struct finding unknown = { .id = "from_tomorrow" };

	(void)state;
	assert_null(finding_text_find("ok", NULL));
	assert_null(finding_text_find("", NULL));
	assert_null(finding_text_find("leaf_only", "missing_intermediate"));
	assert_false(finding_is(&unknown, FINDING_NONE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_has_its_row),
		cmocka_unit_test(rows_are_written_for_people),
		cmocka_unit_test(classes_have_their_finding),
		cmocka_unit_test(unknown_words_have_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
