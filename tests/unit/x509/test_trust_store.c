/* model/trust_store.h: which certificates of a store are its anchors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/base64.h"
#include "x509/pem.h"
#include "x509/trust_store.h"
#include "tests/unit/model/build.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

enum { KEYS = 3 };

struct world {
	gnutls_x509_privkey_t keys[KEYS];
};

static int
set_up(void **state)
{
	static struct world world;

	for (size_t i = 0; i < KEYS; i++) {
		gnutls_x509_privkey_init(&world.keys[i]);
		if (gnutls_x509_privkey_generate(world.keys[i], GNUTLS_PK_EC,
			GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
			0) < 0)
			return -1;
	}
	*state = &world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < KEYS; i++)
		gnutls_x509_privkey_deinit(world->keys[i]);
	return 0;
}

/* A certificate for `name` and a key, signed as `issuer` with another. */
struct recipe {
	const char *name;
	int key;
	const char *issuer;
	int issuer_key;
	enum store_place place;
};

static gnutls_x509_crt_t
make(const struct world *world, const struct recipe *recipe, uint8_t serial)
{
	gnutls_x509_crt_t issuer, certificate;

	gnutls_x509_crt_init(&issuer);
	gnutls_x509_crt_set_dn_by_oid(issuer, GNUTLS_OID_X520_COMMON_NAME, 0,
	    recipe->issuer, (unsigned)strlen(recipe->issuer));
	gnutls_x509_crt_set_key(issuer, world->keys[recipe->issuer_key]);
	gnutls_x509_crt_init(&certificate);
	gnutls_x509_crt_set_version(certificate, 3);
	gnutls_x509_crt_set_serial(certificate, &serial, 1);
	gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME,
	    0, recipe->name, (unsigned)strlen(recipe->name));
	gnutls_x509_crt_set_activation_time(certificate, 1704067200);
	gnutls_x509_crt_set_expiration_time(certificate, 1735689600);
	gnutls_x509_crt_set_key(certificate, world->keys[recipe->key]);
	assert_true(
	    gnutls_x509_crt_sign2(certificate, issuer,
		world->keys[recipe->issuer_key], GNUTLS_DIG_SHA256, 0) >= 0);
	gnutls_x509_crt_deinit(issuer);
	return certificate;
}

static void
append(struct text *pem, gnutls_x509_crt_t certificate, struct digest *sha256)
{
	size_t size = sizeof(sha256->octets);
	gnutls_datum_t octets;

	gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &octets);
	text_append_bytes(pem, bytes_of(octets.data, octets.size));
	gnutls_free(octets.data);
	gnutls_x509_crt_get_fingerprint(
	    certificate, GNUTLS_DIG_SHA256, sha256->octets, &size);
	gnutls_x509_crt_deinit(certificate);
}

static void
append_der(
    struct text *der, gnutls_x509_crt_t certificate, struct digest *sha256)
{
	gnutls_datum_t octets;

	gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_DER, &octets);
	text_append_bytes(der, bytes_of(octets.data, octets.size));
	certificate_digest(bytes_of(octets.data, octets.size), sha256);
	gnutls_free(octets.data);
	gnutls_x509_crt_deinit(certificate);
}

static void
write_temporary(char path[32], const struct text *text)
{
	int file;

	strncpy(path, "/tmp/store-XXXXXX", 32);
	file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(
	    write(file, text->data, text->size), (ssize_t)text->size);
	close(file);
}

#define ANCHOR STORE_ANCHOR
#define INTERMEDIATE STORE_INTERMEDIATE

static const struct recipe stores[][4] = {
	/* roots, and an intermediate of one of them */
	{ { "A", 0, "A", 0, ANCHOR }, { "B", 1, "B", 1, ANCHOR },
	    { "I", 2, "A", 0, INTERMEDIATE } },
	/* an intermediate whose issuer is not there */
	{ { "A", 0, "A", 0, ANCHOR }, { "I", 2, "C", 1, ANCHOR } },
	/* an issuer of that name is there, but it did not sign */
	{ { "A", 0, "A", 0, ANCHOR }, { "I", 2, "A", 1, ANCHOR } },
	/* two roots of one name: both sign themselves */
	{ { "A", 0, "A", 0, ANCHOR }, { "A", 1, "A", 1, ANCHOR } },
	/* a key rollover: the new key's certificate signed with the old one */
	{ { "A", 0, "A", 0, ANCHOR }, { "A", 1, "A", 0, INTERMEDIATE } },
	/* self-issued, not self-signed, and alone */
	{ { "A", 1, "A", 0, ANCHOR } },
	/* a root, and its cross-sign by another that is there too */
	{ { "A", 0, "A", 0, ANCHOR }, { "B", 1, "B", 1, ANCHOR },
	    { "B", 1, "A", 0, INTERMEDIATE } },
};

static void
test_places(void **state)
{
	for (size_t i = 0; i < COUNT(stores); i++) {
		struct text pem = { NULL, 0, 0 };
		struct digest digests[4];
		struct trust_store *store;
		char path[32], *error = NULL;
		const char *const paths[] = { path };
		size_t count = 0;

		for (; count < 4 && stores[i][count].name != NULL; count++)
			append(&pem,
			    make(*state, &stores[i][count],
				(uint8_t)(count + 1)),
			    &digests[count]);
		write_temporary(path, &pem);
		store = trust_store_load("test", paths, 1, &error);
		assert_non_null(store);
		for (size_t j = 0; j < count; j++)
			if (trust_store_find(store, &digests[j]) !=
			    stores[i][j].place)
				fail_msg("store %zu, certificate %zu", i, j);
		assert_int_equal(
		    certificate_index_all(trust_store_anchors(store)).count +
			certificate_index_all(trust_store_intermediates(store))
			    .count,
		    count);
		trust_store_free(store);
		unlink(path);
		text_free(&pem);
	}
}

static void
test_joined(void **state)
{
	static const struct recipe root = { "A", 0, "A", 0, ANCHOR };
	static const struct recipe other = { "B", 1, "B", 1, ANCHOR };
	struct text one = { NULL, 0, 0 }, two = { NULL, 0, 0 };
	char first[32], second[32], *error = NULL;
	const char *const paths[] = { first, second };
	struct digest digest, absent = { { 0 } };
	struct trust_store *store;

	append(&one, make(*state, &root, 1), &digest);
	append(&two, make(*state, &other, 1), &digest);
	text_append_bytes(&two, text_octets(&one)); /* there already */
	write_temporary(first, &one);
	write_temporary(second, &two);
	store = trust_store_load("corp", paths, 2, &error);
	assert_non_null(store);
	assert_string_equal(trust_store_name(store), "corp");
	assert_non_null(strstr(trust_store_origin(store), first));
	assert_non_null(strstr(trust_store_origin(store), second));
	assert_int_equal(
	    certificate_index_all(trust_store_anchors(store)).count, 2);
	assert_int_equal(trust_store_find(store, &digest), STORE_ANCHOR);
	assert_int_equal(trust_store_find(store, &absent), STORE_ABSENT);
	assert_int_equal(trust_store_damaged(store), 0);
	trust_store_free(store);
	unlink(first);
	unlink(second);
	text_free(&one);
	text_free(&two);
}

/*
 * What files say of a root.  In the templates "@" is its base64, "&" the same
 * followed by the row's X509_CERT_AUX, "$" its public key, "#" the same in
 * p11-kit's form of octets.
 */
struct terms_row {
	const char *template;
	const char *auxiliary; /* hexadecimal */
	enum store_place place;
	struct store_terms terms;
	bool refuses; /* a leaf that was issued on 2024-01-01 */
};

#define PLAIN "-----BEGIN CERTIFICATE-----\n@\n-----END CERTIFICATE-----\n"
#define TRUSTED                                 \
	"-----BEGIN TRUSTED CERTIFICATE-----\n" \
	"&\n-----END TRUSTED CERTIFICATE-----\n"
#define P11 "[p11-kit-object-v1]\n"
#define P11_EXTENSION P11 "class: x-certificate-extension\n"
#define P11_USES P11_EXTENSION "object-id: 2.5.29.37\n"
#define P11_SERVERS                                                       \
	"value: \"0%16%06%03U%1D%25%01%01%FF%04%0c0%0a%06%08%2b%06%01%05" \
	"%05%07%03%01\"\n"
#define P11_MAIL                                                 \
	"value: \"0%13%06%03U%1D%25%04%0c0%0a%06%08%2b%06%01%05" \
	"%05%07%03%04\"\n"
#define P11_ANY "value: \"0%0f%06%03U%1D%25%04%080%06%06%04U%1D%25%00\"\n"
#define PUBLIC_KEY "-----BEGIN PUBLIC KEY-----\n$\n-----END PUBLIC KEY-----\n"
#define SERVERS "06082b06010505070301"
#define MAIL "06082b06010505070304"
#define ANY "0604551d2500"

static const struct terms_row terms_rows[] = {
	{ PLAIN, "", ANCHOR, { false }, false },
	/* the uses of OpenSSL: obj_trust() in crypto/x509/x509_trust.c */
	{ TRUSTED, "", ANCHOR, { .is_trusted_form = true }, false },
	{ TRUSTED, "300c300a" SERVERS, ANCHOR,
	    { .is_trusted_form = true, .allowed = true }, false },
	{ TRUSTED, "30083006" ANY, ANCHOR,
	    { .is_trusted_form = true, .allowed = true }, false },
	{ TRUSTED, "300c300a" MAIL, STORE_REFUSED,
	    { .is_trusted_form = true, .rejected = true }, true },
	{ TRUSTED, "300ca00a" SERVERS, STORE_REFUSED,
	    { .is_trusted_form = true, .rejected = true }, true },
	{ TRUSTED, "3008a006" ANY, STORE_REFUSED,
	    { .is_trusted_form = true, .rejected = true }, true },
	{ TRUSTED, "300ca00a" MAIL, ANCHOR, { .is_trusted_form = true },
	    false },
	{ TRUSTED, "3018300a" SERVERS "a00a" SERVERS, STORE_REFUSED,
	    { .is_trusted_form = true, .rejected = true }, true },
	{ TRUSTED, "30040c02616c", ANCHOR, { .is_trusted_form = true }, false },
	/* the first of two counts; the second is read by everybody */
	{ PLAIN TRUSTED, "300ca00a" SERVERS, ANCHOR, { false }, false },
	{ TRUSTED PLAIN, "300ca00a" SERVERS, STORE_REFUSED,
	    { .rejected = true }, true },
	/* p11-kit */
	{ P11 "trusted: true\n" PLAIN, "", ANCHOR, { false }, false },
	{ P11 "x-distrusted: true\r\n" PLAIN, "", STORE_REFUSED,
	    { .distrusted = true }, true },
	{ P11 "trusted: true\nx-distrusted: true\n" PLAIN, "", STORE_REFUSED,
	    { .distrusted = true }, true },
	{ P11 "trusted: true\n" PLAIN P11 "x-distrusted: true\n" PLAIN, "",
	    STORE_REFUSED, { .distrusted = true }, true },
	{ P11 "trusted: true\nx-distrusted: false\n" PLAIN P11
	      "class: x-certificate-extension\nx-distrusted: true\n" PLAIN,
	    "", ANCHOR, { false }, false },
	{ P11 "trusted: true\nnss-server-distrust-after: "
	      "\"231231235959Z\"\n" PLAIN,
	    "", ANCHOR,
	    { .has_distrust_after = true, .distrust_after = 1704067199 },
	    true },
	{ P11 "trusted: true\nnss-server-distrust-after: "
	      "\"240101%30%30%30%30%30%30Z\"\n" PLAIN,
	    "", ANCHOR,
	    { .has_distrust_after = true, .distrust_after = 1704067200 },
	    false },
	{ P11 "trusted: true\nnss-server-distrust-after: \"%00\"\n" PLAIN, "",
	    ANCHOR, { false }, false },
	/* uses that stand apart, of the certificates with the key; each form of
	   the key.  `trust extract` 0.24.1 does the same */
	{ P11 "trusted: true\n" PLAIN P11_USES P11_SERVERS PUBLIC_KEY, "",
	    ANCHOR, { false }, false },
	{ P11 "trusted: true\n" PLAIN P11_USES P11_ANY PUBLIC_KEY, "", ANCHOR,
	    { false }, false },
	{ P11 "trusted: true\n" PLAIN P11_USES P11_MAIL PUBLIC_KEY, "",
	    STORE_REFUSED, { .distrusted = true }, true },
	{ P11_USES P11_MAIL PUBLIC_KEY P11 "trusted: true\n" PLAIN, "",
	    STORE_REFUSED, { .distrusted = true }, true },
	{ P11_USES P11_MAIL "x-public-key-info: \"#\"\n" P11
			    "trusted: true\n" PLAIN,
	    "", STORE_REFUSED, { .distrusted = true }, true },
	{ P11_USES P11_MAIL "public-key-info: \"#\"\n" P11
			    "trusted: true\n" PLAIN,
	    "", STORE_REFUSED, { .distrusted = true }, true },
	{ P11 "trusted: true\n" PLAIN P11_USES "value: \"x\"\n" PUBLIC_KEY, "",
	    STORE_REFUSED, { .distrusted = true }, true },
	/* another key, none, another extension */
	{ P11 "trusted: true\n" PLAIN P11_USES P11_MAIL
	      "public-key-info: \"0%00\"\n",
	    "", ANCHOR, { false }, false },
	{ P11 "trusted: true\n" PLAIN P11_USES P11_MAIL, "", ANCHOR, { false },
	    false },
	{ P11 "trusted: true\n" PLAIN P11_EXTENSION
	      "object-id: 2.5.29.15\n" P11_MAIL PUBLIC_KEY,
	    "", ANCHOR, { false }, false },
	/* the CCADB's columns, before or after that of the certificate */
	{ "Microsoft Status,PEM\nIncluded,\"" PLAIN "\"\n", "", ANCHOR,
	    { false }, false },
	{ "Microsoft Status,PEM\nNotBefore,\"" PLAIN "\"\n", "", STORE_REFUSED,
	    { .distrusted = true }, true },
	{ "PEM Info,Microsoft Status\n\"'" PLAIN "'\",Disabled", "",
	    STORE_REFUSED, { .distrusted = true }, true },
	{ "PEM Info,Trust Bits\n\"'" PLAIN "'\",Email;Websites\n", "", ANCHOR,
	    { false }, false },
	{ "PEM Info,Trust Bits\n\"'" PLAIN "'\",Email\n", "", STORE_REFUSED,
	    { .distrusted = true }, true },
	{ "Microsoft Status,Microsoft EKUs,PEM\nIncluded,\"Secure Email;Server "
	  "Authentication\",\"" PLAIN "\"\n",
	    "", ANCHOR, { false }, false },
	{ "Microsoft Status,Microsoft EKUs,PEM\nIncluded,Secure Email,\"" PLAIN
	  "\"\n",
	    "", STORE_REFUSED, { .distrusted = true }, true },
};

static void
assert_terms(const struct trust_store *store, const struct digest *sha256,
    const struct certificate *leaf, const struct terms_row *row)
{
	const struct certificate *root = trust_store_get(store, sha256);
	const struct store_terms none = { false }, *terms;

	assert_non_null(root);
	terms = trust_store_terms(store, root);
	if (terms == NULL)
		terms = &none;
	assert_int_equal(trust_store_find(store, sha256), row->place);
	assert_int_equal(terms->distrusted, row->terms.distrusted);
	assert_int_equal(terms->rejected, row->terms.rejected);
	assert_int_equal(terms->allowed, row->terms.allowed);
	assert_int_equal(terms->is_trusted_form, row->terms.is_trusted_form);
	assert_int_equal(terms->distrust_after, row->terms.distrust_after);
	assert_int_equal(trust_store_refuses(store, root, leaf), row->refuses);
}

static void
append_escaped(struct text *to, struct bytes octets)
{
	for (size_t i = 0; i < octets.size; i++)
		text_printf(to, "%%%02x", octets.data[i]);
}

static void
test_terms(void **state)
{
	static const struct recipe root = { "A", 0, "A", 0, ANCHOR };
	static const struct recipe issued = { "L", 1, "A", 0, ANCHOR };
	struct text der = { NULL, 0, 0 }, with = { NULL, 0, 0 };
	struct certificate *leaf, *whole;
	struct digest digest;
	struct bytes key;

	append_der(&der, make(*state, &issued, 2), &digest);
	leaf = certificate_new(text_octets(&der));
	text_clear(&der);
	append_der(&der, make(*state, &root, 1), &digest);
	whole = certificate_new(text_octets(&der));
	key = whole->spki;
	for (size_t i = 0; i < COUNT(terms_rows); i++) {
		const struct terms_row *row = &terms_rows[i];
		struct text file = { NULL, 0, 0 }, again = { NULL, 0, 0 };
		char path[32], *error = NULL;
		const char *const paths[] = { path };
		struct trust_store *store, *read;
		const struct certificate *certificate;
		const struct store_terms *terms;

		text_clear(&with);
		text_append_bytes(&with, text_octets(&der));
		hex_append(&with, row->auxiliary);
		for (const char *at = row->template; *at != '\0'; at++) {
			if (*at == '@')
				base64_append(&file, text_octets(&der));
			else if (*at == '&')
				base64_append(&file, text_octets(&with));
			else if (*at == '$')
				base64_append(&file, key);
			else if (*at == '#')
				append_escaped(&file, key);
			else
				text_append_char(&file, *at);
		}
		write_temporary(path, &file);
		store = trust_store_load("test", paths, 1, &error);
		assert_non_null(store);
		assert_terms(store, &digest, leaf, row);
		unlink(path);

		/* As a run keeps it, and reads it again. */
		certificate = trust_store_get(store, &digest);
		terms = trust_store_terms(store, certificate);
		pem_append_stored(&again, "test", certificate->der, terms);
		write_temporary(path, &again);
		read = trust_store_load("test", paths, 1, &error);
		assert_non_null(read);
		assert_terms(read, &digest, leaf, row);
		unlink(path);
		trust_store_free(read);
		trust_store_free(store);
		text_free(&file);
		text_free(&again);
	}
	certificate_free(whole);
	certificate_free(leaf);
	text_free(&der);
	text_free(&with);
}

static void
append_damaged(struct text *pem)
{
	struct parts parts = { .after = "00" };
	struct text der = { NULL, 0, 0 };

	build_certificate(&der, &parts);
	text_append(pem, "-----BEGIN CERTIFICATE-----\n");
	base64_append(pem, text_octets(&der));
	text_append(pem, "\n-----END CERTIFICATE-----\n");
	text_free(&der);
}

static void
test_damaged(void **state)
{
	static const struct recipe root = { "A", 0, "A", 0, ANCHOR };
	struct text pem = { NULL, 0, 0 };
	char path[32], *error = NULL;
	const char *const paths[] = { path };
	struct trust_store *store;
	struct digest digest;

	append_damaged(&pem);
	write_temporary(path, &pem);
	assert_null(trust_store_load("test", paths, 1, &error));
	assert_non_null(strstr(error, path));
	free(error);
	unlink(path);

	append(&pem, make(*state, &root, 1), &digest);
	write_temporary(path, &pem);
	store = trust_store_load("test", paths, 1, &error);
	assert_non_null(store);
	assert_int_equal(trust_store_damaged(store), 1);
	assert_int_equal(
	    certificate_index_all(trust_store_anchors(store)).count, 1);
	trust_store_free(store);
	unlink(path);
	text_free(&pem);
}

static void
test_unreadable(void **state)
{
	static const char *const paths[] = { "/nonexistent/roots.pem" };
	char *error = NULL;

	(void)state;
	assert_null(trust_store_load("test", paths, 1, &error));
	assert_non_null(strstr(error, paths[0]));
	free(error);
}

static void
test_system_path(void **state)
{
	(void)state;
	setenv("SSL_CERT_FILE", "/some/file", 1);
	setenv("SSL_CERT_DIR", "/some/directory", 1);
	assert_string_equal(trust_store_system_path(), "/some/file");
	setenv("SSL_CERT_FILE", "", 1);
	assert_string_equal(trust_store_system_path(), "/some/directory");
	unsetenv("SSL_CERT_FILE");
	unsetenv("SSL_CERT_DIR");
}

/* The roots of this machine, where it has any. */
static void
test_system(void **state)
{
	const char *path = trust_store_system_path();
	char *error = NULL;
	struct trust_store *store;

	(void)state;
	if (path == NULL)
		skip();
	store = trust_store_load("system", &path, 1, &error);
	assert_non_null(store);
	assert_true(
	    certificate_index_all(trust_store_anchors(store)).count > 0);
	trust_store_free(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_terms),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_system_path),
		cmocka_unit_test(test_system),
	};

	return cmocka_run_group_tests_name(
	    "trust store", tests, set_up, tear_down);
}
