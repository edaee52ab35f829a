/* model/certificate.h: the frame, the damage, keys and algorithms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "x509/certificate.h"
#include "tests/unit/model/build.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

static struct certificate *
certificate_of(const struct parts *parts)
{
	struct text text = { NULL, 0, 0 };
	struct certificate *certificate;

	build_certificate(&text, parts);
	certificate = certificate_new(text_octets(&text));
	text_free(&text);
	return certificate;
}

static void
assert_damage(
    const char *row, const struct certificate *certificate, const char *damage)
{
	const char *found = certificate->damage;

	if (damage == NULL ? found != NULL
			   : found == NULL || strcmp(found, damage) != 0)
		fail_msg("%s: %s", row, found != NULL ? found : "no damage");
}

static void
test_sound(void **state)
{
	struct certificate *certificate = certificate_of(&(struct parts){ 0 });

	(void)state;
	assert_damage("sound", certificate, NULL);
	assert_int_equal(certificate->version, 3);
	assert_string_equal(certificate->serial_hex, "01");
	assert_string_equal(certificate->issuer, "CN=issuer");
	assert_string_equal(certificate->issuer_cn, "issuer");
	assert_string_equal(certificate->subject, "CN=subject");
	assert_string_equal(certificate->subject_cn, "subject");
	assert_true(certificate->times_valid);
	assert_int_equal(certificate->not_before, 1704067200);
	assert_int_equal(certificate->not_after, 1735689600);
	assert_string_equal(certificate->key_name, "EC P-256");
	assert_string_equal(certificate->signature_name, "ECDSA-SHA256");
	assert_int_equal(certificate->signature.size, 8);
	assert_false(certificate->signature_algorithms_differ);
	assert_false(certificate->self_issued);
	assert_false(certificate_is_authority(certificate));
	assert_true(certificate->tbs.size > 0 &&
		    certificate->tbs.size < certificate->der.size);
	certificate_free(certificate);
}

struct frame_row {
	const char *name;
	struct parts parts;
	const char *damage;
	const char *subject; /* what can still be read */
};

static const struct frame_row frame_rows[] = {
	{ "octets after", { .after = "00 00 00 00" },
	    "4 octets follow the certificate's end", "CN=subject" },
	{ "one octet after", { .after = "00" },
	    "1 octet follows the certificate's end", "CN=subject" },
	{ "cut in the signature", { .cut = 3 }, "the certificate is cut short",
	    "CN=subject" },
	{ "cut in the key", { .cut = 60 }, "the certificate is cut short",
	    "CN=subject" },
	{ "cut in the subject", { .cut = 120 }, "the certificate is cut short",
	    "" },
	{ "octets after the signature",
	    { .after_tbs = BUILD_SIGNATURE " 0500" },
	    "octets follow the signature", "CN=subject" },
	{ "no signature", { .after_tbs = BUILD_ALGORITHM },
	    "the signature cannot be read", "CN=subject" },
	{ "a signature of odd bits",
	    { .after_tbs = BUILD_ALGORITHM " 0302 04 f0" },
	    "the signature cannot be read", "CN=subject" },
	{ "nothing signed by", { .after_tbs = "" },
	    "the signature algorithm cannot be read", "CN=subject" },
	{ "version 1, said", { .version = "a003 020100" }, NULL, "CN=subject" },
	{ "version 4", { .version = "a003 020103" },
	    "the version cannot be read", "CN=subject" },
	{ "version -1", { .version = "a003 0201ff" },
	    "the version cannot be read", "CN=subject" },
	{ "serial 0", { .serial = "0201 00" }, NULL, "CN=subject" },
	{ "no serial", { .serial = "0200" }, "the serial number cannot be read",
	    "" },
	{ "an issuer that is not one", { .issuer = "3002 0500" },
	    "the issuer's name cannot be read", "CN=subject" },
	{ "a subject that is not one", { .subject = "3004 3002 0500" },
	    "the subject's name cannot be read", "" },
	{ "dates of letters", { .validity = "3006 1701 61 1701 62" },
	    "the first date cannot be read", "CN=subject" },
	{ "one date", { .validity = "300f 170d 3234303130313030303030305a" },
	    "the last date cannot be read", "CN=subject" },
	{ "unique ids", { .unique_ids = "8102 00aa 8202 00bb" }, NULL,
	    "CN=subject" },
	{ "something unknown", { .unique_ids = "8402 00aa" },
	    "the extensions cannot be read", "CN=subject" },
	{ "an empty key", { .key = "3000" }, "the public key cannot be read",
	    "CN=subject" },
	{ "extensions in version 1",
	    { .version = "", .extensions = "3009 0603551d13 0402 3000" }, NULL,
	    "CN=subject" },
};

static void
test_frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(frame_rows); i++) {
		const struct frame_row *row = &frame_rows[i];
		struct certificate *certificate = certificate_of(&row->parts);

		assert_damage(row->name, certificate, row->damage);
		if (strcmp(certificate->subject, row->subject) != 0)
			fail_msg("%s: %s", row->name, certificate->subject);
		certificate_free(certificate);
	}
}

static void
test_not_certificates(void **state)
{
	static const char *const rows[] = { "", "30", "3000", "0500", "3080",
		"30820100", "3003020101", "3082ffff3082fffe" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct text text = { NULL, 0, 0 };
		struct certificate *certificate;

		hex_append(&text, rows[i]);
		certificate = certificate_new(text_octets(&text));
		assert_non_null(certificate->damage);
		assert_int_equal(certificate->der.size, text.size);
		assert_string_equal(certificate->subject, "");
		assert_string_equal(certificate->key_name, "");
		assert_null(certificate->serial_hex);
		certificate_free(certificate);
		text_free(&text);
	}
}

/* Every prefix of a certificate is read without going past its end. */
static void
test_prefixes(void **state)
{
	struct parts parts = { .extensions =
				   "300c 0603551d13 0405 3003 0101ff" };
	struct text text = { NULL, 0, 0 };

	(void)state;
	build_certificate(&text, &parts);
	for (size_t size = 0; size < text.size; size++) {
		uint8_t *exact = malloc(size + 1);
		struct certificate *certificate;

		memcpy(exact, text.data, size);
		certificate = certificate_new(bytes_of(exact, size));
		assert_non_null(certificate->damage);
		certificate_free(certificate);
		free(exact);
	}
	text_free(&text);
}

struct serial_row {
	const char *hex, *shown;
};

static const struct serial_row serial_rows[] = {
	{ "0201 00", "00" },
	{ "0201 0a", "0a" },
	{ "0202 0080", "80" },
	{ "0203 012345", "012345" },
	{ "0201 f6", "-0a" },
	{ "0201 ff", "-01" },
	{ "0201 80", "-80" },
	{ "0202 ff00", "-0100" },
	{ "0202 8000", "-8000" },
	{ "0203 feff00", "-010100" },
	{ "0215 00ffffffffffffffffffffffffffffffffffffffff",
	    "ffffffffffffffffffffffffffffffffffffffff" },
};

static void
test_serials(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(serial_rows); i++) {
		struct parts parts = { .serial = serial_rows[i].hex };
		struct certificate *certificate = certificate_of(&parts);

		assert_damage(serial_rows[i].hex, certificate, NULL);
		assert_string_equal(
		    certificate->serial_hex, serial_rows[i].shown);
		certificate_free(certificate);
	}
}

struct key_row {
	const char *hex, *name;
	enum key_kind kind;
	unsigned bits, exponent_bits;
	bool damaged;
};

#define RSA "300d 0609 2a864886f70d010101 0500"
#define RSA_PSS "300b 0609 2a864886f70d01010a"

static const struct key_row key_rows[] = {
	{ "301c" RSA "030b 00 3008 0203 008001 0201 03", "RSA 16", KEY_RSA, 16,
	    2, false },
	{ "301d" RSA "030c 00 3009 0202 7fff 0203 010001", "RSA 15", KEY_RSA,
	    15, 17, false },
	{ "301a" RSA_PSS "030b 00 3008 0203 008001 0201 03", "RSA-PSS 16",
	    KEY_RSA_PSS, 16, 2, false },
	{ "3017" RSA "0306 00 3003 0201 03", "", KEY_RSA, 0, 0, true },
	{ "301b" RSA "030a 00 3007 0202 8001 0201 03", "RSA 16", KEY_RSA, 16, 2,
	    false },
	{ BUILD_KEY, "EC P-256", KEY_EC, 256, 0, false },
	{ "3018 3010 0607 2a8648ce3d0201 0605 2b81040022 0304 00 02aabb",
	    "EC P-384", KEY_EC, 384, 0, false },
	{ "3018 3010 0607 2a8648ce3d0201 0605 2b81040023 0304 00 02aabb",
	    "EC P-521", KEY_EC, 521, 0, false },
	{ "3018 3010 0607 2a8648ce3d0201 0605 2b8104000a 0304 00 02aabb",
	    "EC secp256k1", KEY_EC, 256, 0, false },
	{ "3018 3010 0607 2a8648ce3d0201 0605 2b8104007f 0304 00 02aabb",
	    "EC 1.3.132.0.127", KEY_EC, 16, 0, false },
	{ "3013 300b 0607 2a8648ce3d0201 3000 0304 00 02aabb",
	    "EC with its own parameters", KEY_EC, 16, 0, false },
	{ "3013 300b 0607 2a8648ce3d0201 0500 0304 00 02aabb", "", KEY_EC, 16,
	    0, true },
	{ "302a 3005 0603 2b6570 0321 00"
	  "000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f",
	    "Ed25519", KEY_ED25519, 256, 0, false },
	{ "300c 3005 0603 2b6570 0303 00 0001", "", KEY_ED25519, 256, 0, true },
	{ "300c 3005 0603 2b656e 0303 00 0001", "1.3.101.110", KEY_UNKNOWN, 0,
	    0, false },
	{ "301a 3012 0607 2a8648ce380401 3007 0203 008001 0500 0304 00 020107",
	    "DSA 16", KEY_DSA, 16, 0, false },
};

static void
test_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(key_rows); i++) {
		const struct key_row *row = &key_rows[i];
		struct parts parts = { .key = row->hex };
		struct certificate *certificate = certificate_of(&parts);

		assert_damage(row->hex, certificate,
		    row->damaged ? "the public key cannot be read" : NULL);
		assert_string_equal(certificate->key_name, row->name);
		assert_int_equal(certificate->key_kind, row->kind);
		assert_int_equal(certificate->key_bits, row->bits);
		assert_int_equal(
		    certificate->exponent_bits, row->exponent_bits);
		certificate_free(certificate);
	}
}

struct algorithm_row {
	const char *hex, *name;
	enum signature_kind kind;
	enum hash_kind hash;
};

#define PSS "0609 2a864886f70d01010a"
#define SHA256 "300b 0609 608648016503040201"
#define SHA512 "300b 0609 608648016503040203"
#define MGF1 "0609 2a864886f70d010108"

static const struct algorithm_row algorithm_rows[] = {
	{ "300d 0609 2a864886f70d01010b 0500", "RSA-SHA256", SIGNATURE_RSA,
	    HASH_SHA256 },
	{ "300d 0609 2a864886f70d010104 0500", "RSA-MD5", SIGNATURE_RSA,
	    HASH_MD5 },
	{ "3007 0605 2b0e03021d", "RSA-SHA1", SIGNATURE_RSA, HASH_SHA1 },
	{ "3005 0603 2b6571", "Ed448", SIGNATURE_ED448, HASH_NONE },
	{ "300b 0609 60864801650304030e", "RSA-SHA3-256", SIGNATURE_RSA,
	    HASH_SHA3 },
	{ "300b 0609 608648016503040302", "DSA-SHA256", SIGNATURE_DSA,
	    HASH_SHA256 },
	{ "3005 0603 2a0304", "1.2.3.4", SIGNATURE_UNKNOWN, HASH_NONE },
	{ "300d" PSS "3000", "RSA-PSS-SHA1", SIGNATURE_RSA_PSS, HASH_SHA1 },
	{ "303d" PSS "3030 a00d" SHA256 "a11a 3018" MGF1 SHA256 "a203 0201 14",
	    "RSA-PSS-SHA256", SIGNATURE_RSA_PSS, HASH_SHA256 },
};

static void
test_algorithms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(algorithm_rows); i++) {
		const struct algorithm_row *row = &algorithm_rows[i];
		struct text text = { NULL, 0, 0 };
		struct parts parts = { .algorithm = row->hex };
		struct certificate *certificate;

		text_append(&text, row->hex);
		text_append(&text, " 0302 00 01");
		parts.after_tbs = text.data;
		certificate = certificate_of(&parts);
		if (strcmp(certificate->signature_name, row->name) != 0)
			fail_msg(
			    "%s: %s", row->name, certificate->signature_name);
		assert_int_equal(certificate->signature_kind, row->kind);
		assert_int_equal(certificate->signature_hash, row->hash);
		assert_false(certificate->signature_algorithms_differ);
		certificate_free(certificate);
		text_free(&text);
	}
}

static void
test_algorithms_differ(void **state)
{
	struct parts parts = { .algorithm =
				   "300d 0609 2a864886f70d01010b 0500" };
	struct certificate *certificate = certificate_of(&parts);

	(void)state;
	assert_true(certificate->signature_algorithms_differ);
	assert_string_equal(certificate->signature_name, "ECDSA-SHA256");
	certificate_free(certificate);
}

static void
test_authorities(void **state)
{
	struct parts self = { .issuer = BUILD_SUBJECT };
	struct parts old = { .version = "", .issuer = BUILD_SUBJECT };
	struct parts ca = { .extensions = "300c 0603551d13 0405 3003 0101ff" };
	struct certificate *certificate = certificate_of(&self);

	(void)state;
	assert_true(certificate->self_issued);
	assert_true(certificate_looks_self_signed(certificate));
	assert_false(certificate_is_authority(certificate));
	certificate_free(certificate);
	certificate = certificate_of(&old);
	assert_true(certificate_is_authority(certificate));
	certificate_free(certificate);
	certificate = certificate_of(&ca);
	assert_true(certificate_is_authority(certificate));
	assert_false(certificate_looks_self_signed(certificate));
	certificate_free(certificate);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_not_certificates),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_serials),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_algorithms),
		cmocka_unit_test(test_algorithms_differ),
		cmocka_unit_test(test_authorities),
	};

	return cmocka_run_group_tests_name("certificate", tests, NULL, NULL);
}
