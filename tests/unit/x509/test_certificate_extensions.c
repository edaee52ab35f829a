/* The extensions: what each says, and which cannot be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "x509/certificate.h"
#include "tests/unit/model/build.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

/* An extension of id-ce: its last arc, whether critical, the value. */
static void
append_extension(
    struct text *out, const char *oid, bool critical, const char *value)
{
	struct text inside = { NULL, 0, 0 }, octets = { NULL, 0, 0 };

	hex_append(&inside, oid);
	if (critical)
		hex_append(&inside, "0101ff");
	hex_append(&octets, value);
	build_element(&inside, 0x04, &octets);
	build_element(out, 0x30, &inside);
	text_free(&inside);
	text_free(&octets);
}

static void
append_as_hex(struct text *out, const struct text *octets)
{
	for (size_t i = 0; i < octets->size; i++)
		text_printf(out, "%02x", (unsigned char)octets->data[i]);
}

/* A certificate with one extension, or with the same one twice. */
static struct certificate *
certificate_with(const char *oid, bool critical, const char *value, bool twice)
{
	struct text list = { NULL, 0, 0 }, hex = { NULL, 0, 0 };
	struct text der = { NULL, 0, 0 };
	struct parts parts = { 0 };
	struct certificate *certificate;

	append_extension(&list, oid, critical, value);
	if (twice)
		append_extension(&list, oid, critical, value);
	append_as_hex(&hex, &list);
	parts.extensions = hex.data;
	build_certificate(&der, &parts);
	certificate = certificate_new(text_octets(&der));
	text_free(&list);
	text_free(&hex);
	text_free(&der);
	return certificate;
}

#define BASIC "0603 551d13"
#define USAGE "0603 551d0f"
#define PURPOSES "0603 551d25"
#define SUBJECT_ID "0603 551d0e"
#define AUTHORITY_ID "0603 551d23"
#define NAMES "0603 551d11"
#define CONSTRAINTS "0603 551d1e"
#define POLICIES "0603 551d20"
#define ACCESS "0608 2b06010505070101"
#define FEATURES "0608 2b06010505070118"
#define SCTS "060a 2b06010401d679020402"
#define POISON "060a 2b06010401d679020403"

struct damage_row {
	const char *oid, *value, *damage;
};

static const struct damage_row damage_rows[] = {
	{ BASIC, "3000", NULL }, { BASIC, "3003 0101ff", NULL },
	{ BASIC, "3006 0101ff 020100", NULL },
	{ BASIC, "", "the basic constraints cannot be read" },
	{ BASIC, "3003 0201ff", "the basic constraints cannot be read" },
	{ BASIC, "3000 0500", "the basic constraints cannot be read" },
	{ BASIC, "3002 0500", "the basic constraints cannot be read" },
	{ USAGE, "0302 0106", NULL },
	{ USAGE, "0301 08", "the key usage cannot be read" },
	{ PURPOSES, "3000", NULL },
	{ PURPOSES, "3003 0201 01", "the extended key usage cannot be read" },
	{ SUBJECT_ID, "0402 abcd", NULL },
	{ SUBJECT_ID, "abcd", "the subject key identifier cannot be read" },
	{ AUTHORITY_ID, "3000", NULL },
	{ AUTHORITY_ID, "0402 abcd",
	    "the authority key identifier cannot be read" },
	{ NAMES, "3000", NULL }, { NAMES, "3003 8201 61", NULL },
	{ NAMES, "6d616c666f726d6564",
	    "the subject alternative names cannot be read" },
	{ NAMES, "3003 8202 61",
	    "the subject alternative names cannot be read" },
	{ NAMES, "3003 0c01 61", "a general name is of no known kind" },
	{ NAMES, "3003 8901 61", "a general name is of no known kind" },
	{ CONSTRAINTS, "3000", NULL },
	{ CONSTRAINTS, "3007 a105 3003 8201 61", NULL },
	{ CONSTRAINTS, "3007 a205 3003 8201 61",
	    "the name constraints cannot be read" },
	{ ACCESS, "3000", NULL },
	{ ACCESS, "6d616c666f726d6564",
	    "the authority information access cannot be read" },
	{ FEATURES, "3003 020105", NULL },
	{ FEATURES, "3002 0500", "the TLS features cannot be read" },
	{ SCTS, "6d616c666f726d6564", NULL }, /* no weight for a path */
};

static const struct value_row {
	const char *oid, *value;
	unsigned unreadable, trailing, forms;
} value_rows[] = {
	{ BASIC, "3000", 0, 0, 0 },
	{ BASIC, "3003 0101ff", 0, 0, 0 },
	{ BASIC, "3003 010101", 0, 0, FORM_BOOLEAN },
	{ BASIC, "3002 0500", EXTENSION_BASIC_CONSTRAINTS, 0, 0 },
	{ BASIC, "3000 0500", 0, EXTENSION_BASIC_CONSTRAINTS, 0 },
	{ USAGE, "0301 08", EXTENSION_KEY_USAGE, 0, 0 },
	{ PURPOSES, "3000 0500", 0, EXTENSION_PURPOSES, 0 },
	{ SUBJECT_ID, "abcd", EXTENSION_SUBJECT_KEY_ID, 0, 0 },
	{ NAMES, "3003 8901 61", 0, 0, FORM_NAME_KIND },
	{ "0603 551d1f", "3008 3006 a004 a102 3100", 0, 0,
	    FORM_POINT_RELATIVE },
	{ "0603 551d1f", "0500", EXTENSION_DISTRIBUTION_POINTS, 0, 0 },
	{ "0603 551d12", "3003 8201 61 0500", 0, EXTENSION_ISSUER_NAMES, 0 },
	{ POLICIES, "3004 3002 0600", 0, 0, FORM_POLICY_OID_EMPTY },
	{ POLICIES, "300a 3004 0602 2a01 3002 0600", 0, 0,
	    FORM_POLICY_OID_EMPTY },
	{ POLICIES, "3006 3004 0602 2b86", 0, 0, FORM_POLICY_OID_CUT },
	{ POLICIES, "3007 3005 0603 2b8001", 0, 0, FORM_POLICY_OID_PADDED },
	{ POLICIES, "3007 3005 0603 2b8100", 0, 0, 0 },
	{ POLICIES, "3000", 0, 0, FORM_POLICIES_EMPTY },
	{ POLICIES, "0500", 0, 0, FORM_POLICIES_STRUCTURE },
	{ POLICIES, "3004 0602 2a01", 0, 0, FORM_POLICIES_STRUCTURE },
	{ POLICIES, "3006 3004 0602 2a01 0500", 0, 0, FORM_POLICIES_TRAILING },
	{ POLICIES, "3008 3006 0602 2a01 0500", 0, 0, FORM_POLICY_TRAILING },
	{ POLICIES, "300c 3004 0602 2a01 3004 0602 2a01", 0, 0,
	    FORM_POLICY_TWICE },
};

static void
test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(value_rows); i++) {
		const struct value_row *row = &value_rows[i];
		struct certificate *certificate =
		    certificate_with(row->oid, false, row->value, false);

		assert_int_equal(
		    certificate->unreadable_extensions, row->unreadable);
		assert_int_equal(
		    certificate->trailing_extensions, row->trailing);
		assert_int_equal(certificate->odd_forms, row->forms);
		certificate_free(certificate);
	}
}

static void
test_damage(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(damage_rows); i++) {
		const struct damage_row *row = &damage_rows[i];
		struct certificate *certificate =
		    certificate_with(row->oid, false, row->value, false);
		const char *found = certificate->damage;

		if (row->damage == NULL
			? found != NULL
			: found == NULL || strcmp(found, row->damage) != 0)
			fail_msg("%s %s: %s", row->oid, row->value,
			    found != NULL ? found : "no damage");
		assert_string_equal(certificate->subject, "CN=subject");
		certificate_free(certificate);
	}
}

struct basic_row {
	const char *value;
	bool is_ca, has_path_length;
	uint32_t path_length;
};

static const struct basic_row basic_rows[] = {
	{ "3000", false, false, 0 },
	{ "3003 0101ff", true, false, 0 },
	{ "3003 010101", true, false, 0 }, /* as the libraries read it */
	{ "3003 010100", false, false, 0 },
	{ "3006 0101ff 020100", true, true, 0 },
	{ "3007 0101ff 02020100", true, true, 256 },
	{ "3003 020103", false, true, 3 },
};

static void
test_basic_constraints(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(basic_rows); i++) {
		const struct basic_row *row = &basic_rows[i];
		struct certificate *certificate =
		    certificate_with(BASIC, i % 2 == 0, row->value, false);

		assert_true(certificate->has_basic_constraints);
		assert_int_equal(
		    certificate->basic_constraints_critical, i % 2 == 0);
		assert_int_equal(certificate->is_ca, row->is_ca);
		assert_int_equal(
		    certificate->has_path_length, row->has_path_length);
		assert_int_equal(certificate->path_length, row->path_length);
		certificate_free(certificate);
	}
}

struct usage_row {
	const char *oid, *value;
	unsigned usage, purposes;
};

static const struct usage_row usage_rows[] = {
	{ USAGE, "0302 0106", USAGE_KEY_CERT_SIGN | USAGE_CRL_SIGN, 0 },
	{ USAGE, "0302 05a0", USAGE_DIGITAL_SIGNATURE | USAGE_KEY_ENCIPHERMENT,
	    0 },
	{ USAGE, "0301 00", 0, 0 },
	{ USAGE, "0303 07 0080", 0, 0 }, /* decipherOnly is not asked for */
	{ PURPOSES, "300a 0608 2b06010505070301", 0, PURPOSE_SERVER_AUTH },
	{ PURPOSES, "3014 0608 2b06010505070301 0608 2b06010505070302", 0,
	    PURPOSE_SERVER_AUTH | PURPOSE_CLIENT_AUTH },
	{ PURPOSES, "3006 0604 551d2500", 0, PURPOSE_ANY },
	{ PURPOSES, "3005 0603 551d25", 0, PURPOSE_OTHER },
	{ PURPOSES, "300a 0608 2b06010505070309", 0, PURPOSE_OCSP_SIGNING },
};

static void
test_usages(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(usage_rows); i++) {
		const struct usage_row *row = &usage_rows[i];
		struct certificate *certificate =
		    certificate_with(row->oid, true, row->value, false);

		assert_int_equal(certificate->key_usage, row->usage);
		assert_int_equal(certificate->purposes, row->purposes);
		assert_true(
		    certificate->has_key_usage != certificate->has_purposes);
		assert_int_equal(certificate->unknown_critical_count, 0);
		certificate_free(certificate);
	}
}

static void
assert_octets(struct bytes found, const char *hex)
{
	struct text text = { NULL, 0, 0 };

	hex_append(&text, hex);
	assert_true(bytes_equal(found, text_octets(&text)));
	text_free(&text);
}

static void
test_key_ids(void **state)
{
	struct certificate *certificate =
	    certificate_with(SUBJECT_ID, false, "0402 abcd", false);

	(void)state;
	assert_true(certificate->has_subject_key_id);
	assert_octets(certificate->subject_key_id, "abcd");
	certificate_free(certificate);
	certificate = certificate_with(AUTHORITY_ID, false,
	    "3010 8002 abcd a107 8201 61 a402 3000 8201 07", false);
	assert_true(certificate->has_authority_key_id);
	assert_octets(certificate->authority_key_id, "abcd");
	assert_octets(certificate->authority_name, "3000");
	assert_octets(certificate->authority_serial, "07");
	certificate_free(certificate);
}

static void
test_alternative_names(void **state)
{
	struct certificate *certificate = certificate_with(NAMES, true,
	    "3026 8203 612e62 8704 7f000001 8603 783a79 8102 6140"
	    "a402 3000 a008 0602 2a03 a002 0500 8802 2a03",
	    false);
	const struct name_list *list = &certificate->alternative_names;
	static const enum name_kind kinds[] = { NAME_DNS, NAME_ADDRESS,
		NAME_URI, NAME_EMAIL, NAME_DIRECTORY, NAME_OTHER,
		NAME_REGISTERED_ID };

	(void)state;
	assert_null(certificate->damage);
	assert_true(certificate->alternative_names_critical);
	assert_int_equal(list->count, COUNT(kinds));
	for (size_t i = 0; i < COUNT(kinds); i++)
		assert_int_equal(list->names[i].kind, kinds[i]);
	assert_octets(list->names[0].value, "612e62");
	assert_octets(list->names[1].value, "7f000001");
	assert_octets(list->names[4].value, "3000");
	certificate_free(certificate);
}

static void
test_name_constraints(void **state)
{
	struct certificate *certificate = certificate_with(CONSTRAINTS, true,
	    "3017 a00a 3003 8201 61 3003 8201 62 a109 3007 8202 6162 8001 00",
	    false);

	(void)state;
	assert_null(certificate->damage);
	assert_true(certificate->name_constraints_critical);
	assert_int_equal(certificate->permitted.count, 2);
	assert_int_equal(certificate->excluded.count, 1);
	assert_octets(certificate->permitted.names[1].value, "62");
	assert_octets(certificate->excluded.names[0].value, "6162");
	assert_int_equal(certificate->distances, 0);
	certificate_free(certificate);
	certificate = certificate_with(
	    CONSTRAINTS, true, "300a a008 3006 8201 61 8001 01", false);
	assert_int_equal(certificate->distances, 1 << NAME_DNS);
	certificate_free(certificate);
	certificate = certificate_with(
	    CONSTRAINTS, true, "300a a008 3006 8201 61 8101 00", false);
	assert_int_equal(certificate->distances, 1 << NAME_DNS);
	assert_int_equal(certificate->odd_forms, 0);
	certificate_free(certificate);
	certificate = certificate_with(
	    CONSTRAINTS, true, "300e a00c 300a 8708 0a000000 ffff0000", false);
	assert_int_equal(certificate->odd_forms, 0);
	certificate_free(certificate);
	certificate = certificate_with(
	    CONSTRAINTS, true, "300e a00c 300a 8708 0a000000 ff00ff00", false);
	assert_int_equal(certificate->odd_forms, FORM_CONSTRAINT_MASK);
	certificate_free(certificate);
	certificate = certificate_with(
	    CONSTRAINTS, true, "300a a008 3006 8704 0a000000", false);
	assert_int_equal(certificate->odd_forms, FORM_CONSTRAINT_SIZE);
	certificate_free(certificate);
}

static void
test_authority_access(void **state)
{
	struct certificate *certificate = certificate_with(ACCESS, false,
	    "303c 300d 0608 2b06010505073002 8601 61"
	    "300d 0608 2b06010505073001 8601 62"
	    "300d 0608 2b06010505073002 8601 0a"
	    "300d 0608 2b06010505073002 8201 63",
	    false);

	(void)state;
	assert_null(certificate->damage);
	assert_int_equal(certificate->issuer_url_count, 2);
	assert_string_equal(certificate->issuer_urls[0], "a");
	assert_string_equal(certificate->issuer_urls[1], "\\0A");
	assert_int_equal(certificate->ocsp_url_count, 1);
	assert_string_equal(certificate->ocsp_urls[0], "b");
	certificate_free(certificate);
}

static void
test_features(void **state)
{
	struct certificate *certificate =
	    certificate_with(FEATURES, false, "3006 020111 020105", false);

	(void)state;
	assert_true(certificate->must_staple);
	certificate_free(certificate);
	certificate = certificate_with(FEATURES, false, "3003 020111", false);
	assert_false(certificate->must_staple);
	certificate_free(certificate);
}

/* Two, of 2024-01-01 and a second later, and one of a version to come. */
#define LOG "0000000000000000000000000000000000000000000000000000000000000000"
static const char sct_list[] = "0481 89 0087"
			       "002b 00" LOG "0000018cc251f7e8 0000"
			       "002b 00" LOG "0000018cc251f400 0000"
			       "002b 01" LOG "0000000000000000 0000";

static void
test_scts(void **state)
{
	struct certificate *certificate =
	    certificate_with(SCTS, false, sct_list, false);

	(void)state;
	assert_true(certificate->has_scts);
	assert_int_equal(certificate->scts.size, 0x89);
	assert_int_equal(certificate->earliest_sct, 1704067200);
	certificate_free(certificate);
	certificate = certificate_with(SCTS, false, "0402 0005", false);
	assert_true(certificate->has_scts);
	assert_int_equal(certificate->earliest_sct, 0);
	certificate_free(certificate);
}

struct critical_row {
	const char *oid, *value, *unknown; /* NULL: it is known */
};

static const struct critical_row critical_rows[] = {
	{ BASIC, "3000", NULL },
	{ NAMES, "3000", NULL },
	{ POLICIES, "3000", NULL },
	{ "0603 551d24", "3000", NULL },
	{ "0603 551d21", "3000", NULL },
	{ "0603 551d36", "020100", NULL },
	{ "0603 551d1f", "3000", NULL },
	{ POISON, "0500", "1.3.6.1.4.1.11129.2.4.3" },
	{ "0603 2a0304", "0500", "1.2.3.4" },
};

static void
test_unknown_critical(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(critical_rows); i++) {
		const struct critical_row *row = &critical_rows[i];
		struct certificate *certificate =
		    certificate_with(row->oid, true, row->value, false);

		assert_int_equal(
		    certificate->unknown_critical_count, row->unknown != NULL);
		if (row->unknown != NULL)
			assert_string_equal(
			    certificate->unknown_critical[0], row->unknown);
		certificate_free(certificate);
		certificate =
		    certificate_with(row->oid, false, row->value, false);
		assert_int_equal(certificate->unknown_critical_count, 0);
		certificate_free(certificate);
	}
}

struct policy_row {
	const char *oid, *value;
	const char *fault; /* a part of it; NULL: none */
	size_t listed, mapped;
	int64_t explicit, mapping, any; /* skip counts; -1: not given */
};

static const struct policy_row policy_rows[] = {
	/* two policies and anyPolicy, one with a CPS qualifier */
	{ POLICIES,
	    "3014 3004 0602 2a01 3004 0602 2a02"
	    " 3006 0604 551d2000",
	    NULL, 2, 0, -1, -1, -1 },
	{ POLICIES,
	    "3018 3016 0602 2a01 3010 300e 0608 2b06010505070201"
	    " 1602 6161",
	    NULL, 1, 0, -1, -1, -1 },
	{ POLICIES, "300f 300d 0602 2a01 3007 3005 0603 2a0304", "unknown", 1,
	    0, -1, -1, -1 },
	{ POLICIES, "300c 3004 0602 2a01 3004 0602 2a01", "twice", 2, 0, -1, -1,
	    -1 },
	{ POLICIES, "3000", "cannot be read", 0, 0, -1, -1, -1 },
	{ POLICIES, "3008 3006 0602 2a01 0500", "cannot be read", 1, 0, -1, -1,
	    -1 },
	/* The octets of an OID are not looked at: Chromium does not. */
	{ POLICIES, "3004 3002 0600", NULL, 1, 0, -1, -1, -1 },
	{ POLICIES, "3004 0602 2a01", "cannot be read", 0, 0, -1, -1, -1 },
	{ "0603 551d21", "300a 3008 0602 2a01 0602 2a02", NULL, 0, 1, -1, -1,
	    -1 },
	{ "0603 551d21", "3000", "cannot be read", 0, 0, -1, -1, -1 },
	{ "0603 551d24", "3003 800100", NULL, 0, 0, 0, -1, -1 },
	{ "0603 551d24", "3006 800101 810102", NULL, 0, 0, 1, 2, -1 },
	{ "0603 551d24", "3007 8005 0100000000", NULL, 0, 0, UINT32_MAX, -1,
	    -1 },
	{ "0603 551d24", "3003 8001ff", "cannot be read", 0, 0, -2, -1, -1 },
	{ "0603 551d24", "3000", "cannot be read", 0, 0, -1, -1, -1 },
	{ "0603 551d36", "020103", NULL, 0, 0, -1, -1, 3 },
	{ "0603 551d36", "0201ff", "cannot be read", 0, 0, -1, -1, -2 },
};

/* -2: given, but not readable. */
static void
check_skip(bool is_given, uint32_t value, int64_t wanted)
{
	assert_int_equal(is_given, wanted != -1);
	if (wanted >= 0)
		assert_int_equal(value, wanted);
}

static void
test_policies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(policy_rows) / sizeof(*policy_rows);
	     i++) {
		const struct policy_row *row = &policy_rows[i];
		struct certificate *certificate =
		    certificate_with(row->oid, true, row->value, false);
		const struct certificate_policies *policies =
		    certificate->policies;

		assert_null(certificate->damage);
		if (row->fault == NULL)
			assert_null(policies->fault);
		else
			assert_non_null(strstr(policies->fault, row->fault));
		assert_int_equal(policies->count, row->listed);
		assert_int_equal(policies->mapping_count, row->mapped);
		check_skip(policies->has_require_explicit,
		    policies->require_explicit, row->explicit);
		check_skip(policies->has_inhibit_mapping,
		    policies->inhibit_mapping, row->mapping);
		check_skip(
		    policies->has_inhibit_any, policies->inhibit_any, row->any);
		certificate_free(certificate);
	}
}

static void
test_duplicates(void **state)
{
	struct certificate *certificate =
	    certificate_with(BASIC, true, "3003 0101ff", true);

	(void)state;
	assert_string_equal(certificate->duplicate_extension, "2.5.29.19");
	assert_string_equal(
	    certificate->damage, "the extension 2.5.29.19 is there twice");
	assert_true(certificate->is_ca);
	certificate_free(certificate);
}

static void
test_too_many(void **state)
{
	struct text list = { NULL, 0, 0 }, hex = { NULL, 0, 0 };
	struct text der = { NULL, 0, 0 };
	struct parts parts = { 0 };
	struct certificate *certificate;

	(void)state;
	for (unsigned i = 0; i <= CERTIFICATE_MOST_EXTENSIONS; i++) {
		char oid[32];

		snprintf(oid, sizeof(oid), "0604 2a03 %02x%02x", 0x81 + i / 64,
		    i % 64);
		append_extension(&list, oid, true, "0500");
	}
	append_as_hex(&hex, &list);
	parts.extensions = hex.data;
	build_certificate(&der, &parts);
	certificate = certificate_new(text_octets(&der));
	assert_string_equal(
	    certificate->damage, "there are too many extensions");
	assert_int_equal(
	    certificate->unknown_critical_count, CERTIFICATE_MOST_EXTENSIONS);
	certificate_free(certificate);
	text_free(&list);
	text_free(&hex);
	text_free(&der);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_basic_constraints),
		cmocka_unit_test(test_usages),
		cmocka_unit_test(test_key_ids),
		cmocka_unit_test(test_alternative_names),
		cmocka_unit_test(test_name_constraints),
		cmocka_unit_test(test_authority_access),
		cmocka_unit_test(test_features),
		cmocka_unit_test(test_scts),
		cmocka_unit_test(test_unknown_critical),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests_name("extensions", tests, NULL, NULL);
}
