/*
 * Every certificate of a corpus, read by us and by GnuTLS: where GnuTLS reads
 * it, both must say the same.  The corpus is $FLEETSCAN_CORPUS, or
 * tests/chains/<any>.jsonl: lines with certificates in base64.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <glob.h>
#include <gnutls/x509.h>
#include <gnutls/x509-ext.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "x509/certificate.h"

enum { LONGEST_LINE = 64 << 20 };

struct tally {
	struct arena *arena;
	struct seen *seen;
	size_t certificates, refused_by_gnutls, differences;
	const char *id;
	const struct certificate *ours;
	gnutls_x509_crt_t theirs;
};

/* Where we differ and mean to. */
struct explained {
	const char *id, *field;
};

static const struct explained explained[] = {
	/* GnuTLS reads an extension only when asked for it. */
	{ "webpki::malformed-aia", "damage" },
};

static bool
is_explained(const char *id, const char *field)
{
	for (size_t i = 0; i < sizeof(explained) / sizeof(*explained); i++)
		if (strcmp(explained[i].id, id) == 0 &&
		    strcmp(explained[i].field, field) == 0)
			return true;
	return false;
}

static void
differ(struct tally *tally, const char *field, const char *ours,
    const char *theirs)
{
	if (is_explained(tally->id, field))
		return;
	tally->differences++;
	print_message("%s: %s (%s): ours %s, GnuTLS %s\n", tally->id, field,
	    tally->ours->subject, ours, theirs);
}

static void
same_number(
    struct tally *tally, const char *field, int64_t ours, int64_t theirs)
{
	if (ours != theirs)
		differ(tally, field,
		    arena_printf(tally->arena, "%lld", (long long)ours),
		    arena_printf(tally->arena, "%lld", (long long)theirs));
}

static void
compare_serial(struct tally *tally)
{
	uint8_t serial[128];
	size_t size = sizeof(serial);

	if (gnutls_x509_crt_get_serial(tally->theirs, serial, &size) < 0 ||
	    !bytes_equal(tally->ours->serial, bytes_of(serial, size)))
		differ(tally, "serial", tally->ours->serial_hex, "other");
}

/* GnuTLS calls some attributes by other names, or by none. */
static bool
is_comparable(const char *name)
{
	return strstr(name, "EMAIL=") == NULL && strstr(name, "#") == NULL &&
	       strstr(name, "jurisdictionOf") == NULL &&
	       strstr(name, "2.5.4.") == NULL && strstr(name, "1.3.6.") == NULL;
}

static void
compare_name(struct tally *tally, const char *field, const char *ours,
    int (*get)(gnutls_x509_crt_t, gnutls_datum_t *, unsigned))
{
	gnutls_datum_t theirs = { NULL, 0 };

	if (get(tally->theirs, &theirs, 0) < 0)
		return;
	if (is_comparable((char *)theirs.data) && strchr(ours, '\\') == NULL &&
	    strcasecmp(ours, (char *)theirs.data) != 0)
		differ(tally, field, ours, (char *)theirs.data);
	gnutls_free(theirs.data);
}

static void
compare_key(struct tally *tally)
{
	static const int kinds[] = {
		[KEY_UNKNOWN] = GNUTLS_PK_UNKNOWN,
		[KEY_RSA] = GNUTLS_PK_RSA,
		[KEY_RSA_PSS] = GNUTLS_PK_RSA_PSS,
		[KEY_EC] = GNUTLS_PK_ECDSA,
		[KEY_ED25519] = GNUTLS_PK_EDDSA_ED25519,
		[KEY_ED448] = GNUTLS_PK_EDDSA_ED448,
		[KEY_DSA] = GNUTLS_PK_DSA,
	};
	unsigned bits = 0;
	int kind = gnutls_x509_crt_get_pk_algorithm(tally->theirs, &bits);

	if (kind < 0)
		return;
	same_number(tally, "key kind", kinds[tally->ours->key_kind], kind);
	same_number(tally, "key bits", tally->ours->key_bits, bits);
}

static void
compare_constraints(struct tally *tally)
{
	unsigned critical, is_ca;
	int length;
	int status = gnutls_x509_crt_get_basic_constraints(
	    tally->theirs, &critical, &is_ca, &length);

	if (status < 0)
		return;
	same_number(tally, "CA", tally->ours->is_ca, is_ca != 0);
	same_number(tally, "path length",
	    tally->ours->has_path_length ? (int64_t)tally->ours->path_length
					 : -1,
	    length);
}

/* GnuTLS keeps the octet as it is in the DER: the first bit is the highest. */
static void
compare_usage(struct tally *tally)
{
	unsigned usage, critical, ours = 0;

	if (gnutls_x509_crt_get_key_usage(tally->theirs, &usage, &critical) < 0)
		return;
	for (unsigned bit = 0; bit < 7; bit++)
		if (tally->ours->key_usage & 1U << bit)
			ours |= 0x80U >> bit;
	same_number(tally, "key usage", ours, usage & 0xfe);
}

static void
compare_names(struct tally *tally)
{
	const struct name_list *names = &tally->ours->alternative_names;
	unsigned count = 0;

	for (;; count++) {
		char name[1024];
		size_t size = sizeof(name);
		unsigned kind;
		int status = gnutls_x509_crt_get_subject_alt_name2(
		    tally->theirs, count, name, &size, &kind, NULL);

		if (status == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
		if (status < 0)
			return;
		if (count >= names->count ||
		    (kind == GNUTLS_SAN_DNSNAME &&
			(names->names[count].kind != NAME_DNS ||
			    !bytes_equal(names->names[count].value,
				bytes_of(name, size)))))
			differ(tally, "alternative name", "other", name);
	}
	same_number(tally, "alternative names", (int64_t)names->count, count);
}

static void
compare_key_ids(struct tally *tally)
{
	uint8_t id[256];
	size_t size = sizeof(id);

	if (gnutls_x509_crt_get_subject_key_id(
		tally->theirs, id, &size, NULL) >= 0 &&
	    !bytes_equal(tally->ours->subject_key_id, bytes_of(id, size)))
		differ(tally, "subject key id", "other", "");
	size = sizeof(id);
	if (gnutls_x509_crt_get_authority_key_id(
		tally->theirs, id, &size, NULL) >= 0 &&
	    !bytes_equal(tally->ours->authority_key_id, bytes_of(id, size)))
		differ(tally, "authority key id", "other", "");
}

static void
compare(struct tally *tally)
{
	struct digest digest;
	size_t size = sizeof(digest.octets);

	gnutls_x509_crt_get_fingerprint(
	    tally->theirs, GNUTLS_DIG_SHA256, digest.octets, &size);
	if (!digest_equal(&digest, &tally->ours->sha256))
		differ(tally, "SHA-256", "other", "");
	if (tally->ours->damage != NULL)
		differ(tally, "damage", tally->ours->damage, "none");
	same_number(tally, "version", tally->ours->version,
	    gnutls_x509_crt_get_version(tally->theirs));
	same_number(tally, "not before", tally->ours->not_before,
	    gnutls_x509_crt_get_activation_time(tally->theirs));
	same_number(tally, "not after", tally->ours->not_after,
	    gnutls_x509_crt_get_expiration_time(tally->theirs));
	compare_serial(tally);
	compare_name(
	    tally, "subject", tally->ours->subject, gnutls_x509_crt_get_dn3);
	compare_name(tally, "issuer", tally->ours->issuer,
	    gnutls_x509_crt_get_issuer_dn3);
	compare_key(tally);
	compare_constraints(tally);
	compare_usage(tally);
	compare_names(tally);
	compare_key_ids(tally);
}

static void
try_certificate(struct tally *tally, const char *base64)
{
	struct certificate *certificate;
	gnutls_datum_t datum;
	struct bytes der;
	int status;

	if (base64 == NULL ||
	    base64_decode(tally->arena, bytes_from_string(base64), &der) < 0 ||
	    !seen_add(tally->seen, der))
		return;
	tally->certificates++;
	certificate = certificate_new(der);
	tally->ours = certificate;
	datum = (gnutls_datum_t){ (void *)der.data, (unsigned)der.size };
	gnutls_x509_crt_init(&tally->theirs);
	status =
	    gnutls_x509_crt_import(tally->theirs, &datum, GNUTLS_X509_FMT_DER);
	if (status >= 0) {
		compare(tally);
	} else {
		tally->refused_by_gnutls++;
		if (certificate->damage == NULL)
			print_message("%s: only GnuTLS refuses: %s\n",
			    tally->id, gnutls_strerror(status));
	}
	gnutls_x509_crt_deinit(tally->theirs);
	certificate_free(certificate);
}

static void
try_line(struct tally *tally, struct bytes line)
{
	static const char *const lists[] = { "sent", "roots" };
	char error[80];
	struct json *row = json_parse(line, error);

	assert_non_null(row);
	tally->id = json_string(json_get(row, "id"));
	try_certificate(tally, json_string(json_get(row, "peer")));
	for (size_t i = 0; i < 2; i++) {
		const struct json *list = json_get(row, lists[i]);

		for (const struct json *item = json_first(list); item != NULL;
		     item = json_next(item))
			try_certificate(tally, json_string(item));
	}
	json_free(row);
	arena_reset(tally->arena);
}

static void
try_file(struct tally *tally, const char *path)
{
	struct line_reader *reader = line_reader_open(path, LONGEST_LINE);
	struct bytes line;

	assert_non_null(reader);
	while (line_reader_next(reader, &line) == 1)
		if (line.size > 0 && line.data[0] == '{')
			try_line(tally, line);
	line_reader_close(reader);
}

static void
test_same_as_gnutls(void **state)
{
	const char *corpus = getenv("FLEETSCAN_CORPUS");
	struct tally tally = { arena_new(), seen_new(), 0, 0, 0, NULL, NULL,
		NULL };
	glob_t files = { 0 };

	(void)state;
	if (corpus == NULL)
		corpus = "tests/chains/*.jsonl";
	if (glob(corpus, 0, NULL, &files) == 0)
		for (size_t i = 0; i < files.gl_pathc; i++)
			try_file(&tally, files.gl_pathv[i]);
	globfree(&files);
	print_message("%zu certificates, %zu refused by GnuTLS, "
		      "%zu differences\n",
	    tally.certificates, tally.refused_by_gnutls, tally.differences);
	seen_free(tally.seen);
	arena_free(tally.arena);
	assert_true(tally.certificates > 0);
	assert_int_equal(tally.differences, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_as_gnutls),
	};

	return cmocka_run_group_tests_name("corpus", tests, NULL, NULL);
}
