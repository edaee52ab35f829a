/* model/bundle.h: certificates out of every form of file, and out of none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>
#include <gnutls/pkcs12.h>
#include <gnutls/pkcs7.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/file.h"
#include "x509/bundle.h"
#include "tests/unit/model/build.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

static void
build(struct text *out, unsigned serial)
{
	char hex[32];
	struct parts parts = { .serial = hex };

	snprintf(hex, sizeof(hex), "0204 01%06x", serial);
	text_clear(out);
	build_certificate(out, &parts);
}

static void
append_pem(struct text *out, const char *label, struct bytes octets)
{
	text_printf(out, "-----BEGIN %s-----\n", label);
	base64_append(out, octets);
	text_printf(out, "\n-----END %s-----\n", label);
}

/* The template's @ becomes the body of a PEM block: a certificate. */
static void
expand(struct text *out, const char *template)
{
	struct text der = { NULL, 0, 0 };

	for (; *template != '\0'; template ++) {
		if (*template != '@') {
			text_append_char(out, *template);
			continue;
		}
		build(&der, (unsigned)out->size);
		base64_append(out, text_octets(&der));
	}
	text_free(&der);
}

struct text_row {
	const char *template;
	size_t count, skipped;
};

#define B "-----BEGIN CERTIFICATE-----"
#define E "-----END CERTIFICATE-----"

static const struct text_row text_rows[] = {
	{ B "\n@\n" E "\n", 1, 0 },
	{ B "\r\n@\r\n" E "\r\n", 1, 0 },
	{ B "@" E, 1, 0 },
	{ "\xef\xbb\xbf" B "\n@\n" E, 1, 0 },
	{ "# a root\n" B "\n@\n" E "\nnotes, notes\n" B "\n@\n" E, 2, 0 },
	{ "-----BEGIN X509 CERTIFICATE-----\n@\n-----END X509 CERTIFICATE-----",
	    1, 0 },
	{ "-----BEGIN TRUSTED CERTIFICATE-----\n@\n"
	  "-----END TRUSTED CERTIFICATE-----",
	    1, 0 },
	{ "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n" B
	  "\n@\n" E,
	    1, 0 },
	{ B "\nnot base64\n" E "\n" B "\n@\n" E, 1, 1 },
	{ B "\n" E "\n", 0, 1 },
	{ B "\n@\n" B "\n@\n" E, 1, 1 }, /* the first one never ends */
	{ B "\n@\n", 0, 0 },
	{ "-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----", 0, 1 },
	{ "", 0, 0 },
	{ "hello", 0, 0 },
	{ "-----BEGIN ", 0, 0 },
	/* CCADB: a header, quoted fields over lines, apostrophes */
	{ "\"Owner\",\"PEM Info\",Link\n"
	  "\"A, \"\"Ltd\"\"\",\"'" B "\n@\n" E "'\",x\n"
	  "B,\"'" B "\r\n@\r\n" E "'\",\"a\nb\"\r\n",
	    2, 0 },
	/* what is in another column is none */
	{ "Owner,PEM\n\"" B "\n@\n" E "\",nothing\n", 0, 0 },
	{ "Owner,PEM\nA,\"" B "\n@\n" E, 1, 0 }, /* the quote never ends */
	{ "Owner,PEM\n", 0, 0 },
};

static void
test_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(text_rows); i++) {
		const struct text_row *row = &text_rows[i];
		struct arena *arena = arena_new();
		struct bundle bundle = { .count = 0 };
		struct text text = { NULL, 0, 0 };
		int status;

		expand(&text, row->template);
		status = bundle_read_bytes(arena, text_octets(&text), &bundle);
		if (bundle.count != row->count ||
		    bundle.skipped != row->skipped ||
		    status != (row->count > 0 ? 0 : -1))
			fail_msg("row %zu: %zu, skipped %zu", i, bundle.count,
			    bundle.skipped);
		text_free(&text);
		arena_free(arena);
	}
}

/* In order, each as it was; the list grows past its first room. */
static void
test_order(void **state)
{
	enum { MANY = 100 };
	struct arena *arena = arena_new();
	struct bundle bundle = { .count = 0 };
	struct text text = { NULL, 0, 0 }, der = { NULL, 0, 0 };

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		build(&der, i);
		append_pem(&text, "CERTIFICATE", text_octets(&der));
	}
	assert_int_equal(
	    bundle_read_bytes(arena, text_octets(&text), &bundle), 0);
	assert_int_equal(bundle.count, MANY);
	for (unsigned i = 0; i < MANY; i++) {
		build(&der, i);
		assert_true(
		    bytes_equal(bundle.certificates[i], text_octets(&der)));
	}
	/* A second file is appended. */
	assert_int_equal(
	    bundle_read_bytes(arena, text_octets(&der), &bundle), 0);
	assert_int_equal(bundle.count, MANY + 1);
	text_free(&text);
	text_free(&der);
	arena_free(arena);
}

struct der_row {
	const char *hex;
	size_t count;
};

static const struct der_row der_rows[] = {
	{ "3000", 0 },
	{ "30", 0 },
	{ "3003 020103", 0 },
	{ "300b 0609 2a864886f70d010702", 0 },
	{ "3080 0609 2a864886f70d010702", 0 },
	{ "3082ffff", 0 },
};

static void
test_der(void **state)
{
	struct arena *arena = arena_new();
	struct bundle bundle = { .count = 0 };
	struct text der = { NULL, 0, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(der_rows); i++) {
		text_clear(&der);
		hex_append(&der, der_rows[i].hex);
		assert_int_equal(
		    bundle_read_bytes(arena, text_octets(&der), &bundle), -1);
	}
	/* Damage is a fact about the certificate, not a reason to drop it. */
	build(&der, 1);
	text_append(&der, "more");
	assert_int_equal(
	    bundle_read_bytes(arena, text_octets(&der), &bundle), 0);
	assert_int_equal(bundle.count, 1);
	assert_int_equal(bundle.certificates[0].size, der.size);
	text_free(&der);
	arena_free(arena);
}

static void
test_pkcs7(void **state)
{
	struct arena *arena = arena_new();
	struct bundle bundle = { .count = 0 };
	struct text der = { NULL, 0, 0 }, pem = { NULL, 0, 0 };
	gnutls_datum_t octets;
	gnutls_pkcs7_t pkcs7;

	(void)state;
	gnutls_pkcs7_init(&pkcs7);
	for (unsigned i = 0; i < 3; i++) {
		build(&der, i);
		octets =
		    (gnutls_datum_t){ (void *)der.data, (unsigned)der.size };
		assert_true(gnutls_pkcs7_set_crt_raw(pkcs7, &octets) >= 0);
	}
	assert_true(
	    gnutls_pkcs7_export2(pkcs7, GNUTLS_X509_FMT_DER, &octets) >= 0);
	assert_int_equal(bundle_read_bytes(arena,
			     bytes_of(octets.data, octets.size), &bundle),
	    0);
	assert_int_equal(bundle.count, 3);
	append_pem(&pem, "PKCS7", bytes_of(octets.data, octets.size));
	assert_int_equal(
	    bundle_read_bytes(arena, text_octets(&pem), &bundle), 0);
	assert_int_equal(bundle.count, 6);
	gnutls_free(octets.data);
	gnutls_pkcs7_deinit(pkcs7);
	text_free(&der);
	text_free(&pem);
	arena_free(arena);
}

/* Wraps all of *content in an element of this tag, in place. */
static void
wrap(struct text *content, uint8_t tag, const char *before_hex)
{
	struct text inside = { NULL, 0, 0 }, whole = { NULL, 0, 0 };

	hex_append(&inside, before_hex);
	text_append_bytes(&inside, text_octets(content));
	build_element(&whole, tag, &inside);
	text_free(&inside);
	text_free(content);
	*content = whole;
}

#define PKCS7_DATA "0609 2a864886f70d010701"
#define CERTIFICATE_BAG "060b 2a864886f70d010c0a0103"
#define X509_CERTIFICATE "060a 2a864886f70d01091601"

/* Unencrypted, without a MAC: a bag for each certificate (RFC 7292 4.2). */
static void
build_pkcs12(struct text *out, unsigned count)
{
	struct text der = { NULL, 0, 0 };

	for (unsigned i = 0; i < count; i++) {
		build(&der, i);
		wrap(&der, 0x04, "");
		wrap(&der, 0xa0, "");
		wrap(&der, 0x30, X509_CERTIFICATE);
		wrap(&der, 0xa0, "");
		wrap(&der, 0x30, CERTIFICATE_BAG);
		text_append_bytes(out, text_octets(&der));
	}
	wrap(out, 0x30, "");
	for (int level = 0; level < 2; level++) {
		wrap(out, 0x04, "");
		wrap(out, 0xa0, "");
		wrap(out, 0x30, PKCS7_DATA);
		if (level == 0)
			wrap(out, 0x30, "");
	}
	wrap(out, 0x30, "020103");
	text_free(&der);
}

struct pkcs12_row {
	unsigned certificates;
	bool readable;
};

/* GnuTLS gives back 32 of 40, and says nothing: then none is believed. */
static const struct pkcs12_row pkcs12_rows[] = {
	{ 1, true },
	{ 31, true },
	{ 40, false },
	{ 144, false },
};

static void
test_pkcs12(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pkcs12_rows); i++) {
		const struct pkcs12_row *row = &pkcs12_rows[i];
		struct arena *arena = arena_new();
		struct bundle bundle = { .count = 0 };
		struct text text = { NULL, 0, 0 };

		build_pkcs12(&text, row->certificates);
		assert_int_equal(
		    bundle_read_bytes(arena, text_octets(&text), &bundle),
		    row->readable ? 0 : -1);
		assert_int_equal(
		    bundle.count, row->readable ? row->certificates : 0);
		text_free(&text);
		arena_free(arena);
	}
}

static void
encrypt_pkcs12(gnutls_datum_t *out, const char *password)
{
	struct text der = { NULL, 0, 0 };
	gnutls_pkcs12_bag_t bag;
	gnutls_pkcs12_t pkcs12;
	gnutls_datum_t octets;

	build(&der, 1);
	octets = (gnutls_datum_t){ (void *)der.data, (unsigned)der.size };
	gnutls_pkcs12_init(&pkcs12);
	gnutls_pkcs12_bag_init(&bag);
	gnutls_pkcs12_bag_set_data(bag, GNUTLS_BAG_CERTIFICATE, &octets);
	gnutls_pkcs12_bag_encrypt(bag, password, GNUTLS_PKCS_PBES2_AES_128);
	gnutls_pkcs12_set_bag(pkcs12, bag);
	gnutls_pkcs12_generate_mac(pkcs12, password);
	assert_true(
	    gnutls_pkcs12_export2(pkcs12, GNUTLS_X509_FMT_DER, out) >= 0);
	gnutls_pkcs12_bag_deinit(bag);
	gnutls_pkcs12_deinit(pkcs12);
	text_free(&der);
}

static void
write_file(const char *path, struct bytes octets)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(
	    fwrite(octets.data, 1, octets.size, file), octets.size);
	assert_int_equal(fclose(file), 0);
}

struct password_row {
	const char *made_with, *read_with;
	bool readable;
};

static const struct password_row password_rows[] = {
	{ "changeit", NULL, true },
	{ "", NULL, true },
	{ "secret", "secret", true },
	{ "secret", NULL, false },
	{ "secret", "other", false },
};

/* A directory of our own for each test, with its files by name. */
struct folder {
	char path[64];
	char *files[8];
	size_t count;
};

static void
folder_make(struct folder *folder)
{
	snprintf(folder->path, sizeof(folder->path), "%s/bundle-XXXXXX",
	    getenv("TMPDIR") != NULL && strlen(getenv("TMPDIR")) < 40
		? getenv("TMPDIR")
		: "/tmp");
	assert_non_null(mkdtemp(folder->path));
	folder->count = 0;
}

static const char *
folder_add(struct folder *folder, const char *name, struct bytes octets)
{
	char *path = file_join(folder->path, name);

	write_file(path, octets);
	folder->files[folder->count++] = path;
	return path;
}

static void
folder_remove(struct folder *folder)
{
	for (size_t i = 0; i < folder->count; i++) {
		unlink(folder->files[i]);
		free(folder->files[i]);
	}
	assert_int_equal(rmdir(folder->path), 0);
}

/*
 * JKS, as keytool 17 writes it (magic, version 2, entries, 20 octets of a
 * digest).  "C" is a trusted certificate, "K" a private key with a chain.
 */
static void
build_jks(struct text *out, const char *entries)
{
	struct text der = { NULL, 0, 0 };

	hex_append(out, "feedfeed 00000002 000000");
	text_append_char(out, (char)strlen(entries));
	for (size_t i = 0; entries[i] != '\0'; i++) {
		bool is_key = entries[i] == 'K';

		text_clear(&der);
		build(&der, (unsigned)i);
		hex_append(out, is_key ? "00000001" : "00000002");
		hex_append(out, "0002 6161 0000018000000000");
		if (is_key)
			hex_append(out, "00000003 010203 00000001");
		hex_append(out, "0005 582e353039 0000");
		text_append_char(out, (char)(der.size >> 8));
		text_append_char(out, (char)der.size);
		text_append_bytes(out, text_octets(&der));
	}
	for (int i = 0; i < 20; i++)
		text_append_char(out, 'd');
	text_free(&der);
}

static const struct jks_row {
	const char *entries;
	size_t count;
} jks_rows[] = { { "C", 1 }, { "CCC", 3 }, { "CKC", 2 }, { "K", 0 },
	{ "", 0 } };

static void
test_jks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(jks_rows); i++) {
		const struct jks_row *row = &jks_rows[i];
		struct arena *arena = arena_new();
		struct bundle bundle = { .count = 0 };
		struct text whole = { NULL, 0, 0 };

		build_jks(&whole, row->entries);
		assert_int_equal(
		    bundle_read_bytes(arena, text_octets(&whole), &bundle),
		    row->count > 0 ? 0 : -1);
		assert_int_equal(bundle.count, row->count);
		/* One cut short anywhere, or with more at its end, is none. */
		for (size_t size = 0; size < whole.size; size++) {
			bundle.count = 0;
			assert_int_equal(
			    bundle_read_bytes(
				arena, bytes_of(whole.data, size), &bundle),
			    -1);
			assert_int_equal(bundle.count, 0);
		}
		text_append_char(&whole, 'd');
		assert_int_equal(
		    bundle_read_bytes(arena, text_octets(&whole), &bundle), -1);
		text_free(&whole);
		arena_free(arena);
	}
}

static void
test_passwords(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(password_rows); i++) {
		const struct password_row *row = &password_rows[i];
		struct arena *arena = arena_new();
		struct bundle bundle = { .count = 0 };
		const char *error = NULL, *path;
		struct folder folder;
		gnutls_datum_t octets;

		folder_make(&folder);
		encrypt_pkcs12(&octets, row->made_with);
		path = folder_add(
		    &folder, "a.p12", bytes_of(octets.data, octets.size));
		if (bundle_read_path(arena, path, row->read_with, &bundle,
			&error) != (row->readable ? 0 : -1))
			fail_msg("row %zu: %s", i, error);
		assert_int_equal(bundle.count, row->readable);
		assert_true(row->readable || strstr(error, path) != NULL);
		gnutls_free(octets.data);
		folder_remove(&folder);
		arena_free(arena);
	}
}

static void
test_directory(void **state)
{
	struct arena *arena = arena_new();
	struct bundle bundle = { .count = 0 };
	struct text one = { NULL, 0, 0 }, two = { NULL, 0, 0 };
	struct text both = { NULL, 0, 0 };
	const char *error = NULL;
	struct folder folder;

	(void)state;
	build(&one, 1);
	build(&two, 2);
	append_pem(&both, "CERTIFICATE", text_octets(&two));
	append_pem(&both, "CERTIFICATE", text_octets(&one));
	folder_make(&folder);
	assert_int_equal(
	    bundle_read_path(arena, folder.path, NULL, &bundle, &error), -1);
	assert_non_null(strstr(error, folder.path));
	folder_add(&folder, "c.pem", text_octets(&both));
	folder_add(&folder, "b.der", text_octets(&one));
	folder_add(&folder, "README", bytes_from_string("not a bundle"));
	folder_add(&folder, ".hidden", text_octets(&two));
	assert_int_equal(
	    bundle_read_path(arena, folder.path, NULL, &bundle, &error), 0);
	assert_int_equal(bundle.count, 2);
	assert_true(bytes_equal(bundle.certificates[0], text_octets(&one)));
	assert_true(bytes_equal(bundle.certificates[1], text_octets(&two)));
	folder_remove(&folder);
	assert_int_equal(
	    bundle_read_path(arena, folder.path, NULL, &bundle, &error), -1);
	text_free(&one);
	text_free(&two);
	text_free(&both);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_der),
		cmocka_unit_test(test_pkcs7),
		cmocka_unit_test(test_pkcs12),
		cmocka_unit_test(test_jks),
		cmocka_unit_test(test_passwords),
		cmocka_unit_test(test_directory),
	};

	return cmocka_run_group_tests_name("bundle", tests, NULL, NULL);
}
