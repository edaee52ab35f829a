/*
 * Revocation lists written octet by octet, right and wrong: one row a list,
 * pushed whole and in pieces.  One of a million entries shows what it costs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <cmocka.h>

#include <gnutls/abstract.h>

#include "tests/lab/der_writer.h"
#include "tests/lab/keys.h"
#include "x509/crl.h"

enum {
	NOW = 1795780000,
	DAY = 86400,
	MILLION = 1000000,
	MOST_KIB = 16 << 10,
	UNSIGNED_BITS = 0
};

#define URL "http://crl.example.com/ca.crl"

/* What a list has beside two entries, 1001 and 1002; bits. */
enum trait {
	VERSION_1 = 1 << 0,
	NO_NEXT_UPDATE = 1 << 1,
	NO_ENTRIES = 1 << 2,
	WITH_POINT = 1 << 3,
	OTHER_POINT = 1 << 4,
	LEAVES = 1 << 5,
	CAS = 1 << 6,
	REASONS = 1 << 7,
	INDIRECT = 1 << 8,
	ATTRIBUTES = 1 << 9,
	DELTA = 1 << 10,
	CRITICAL = 1 << 11,
	ENTRY_CRITICAL = 1 << 12,
	ENTRY_ISSUER = 1 << 13,
	TRAILING = 1 << 14,
	TWO_ALGORITHMS = 1 << 15,
	FORGED = 1 << 16,
	BAD_DATE = 1 << 17,
	BAD_ENTRY = 1 << 18,
	MORE_IN_TBS = 1 << 19,
	EMPTY_ENTRIES = 1 << 20
};

static const uint8_t pss_parameters[] =
    "\x30\x34\xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05"
    "\x00\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\x30\x0d"
    "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\xa2\x03\x02\x01\x20";

static const struct scheme {
	const char *label, *oid;
	gnutls_sign_algorithm_t algorithm;
} schemes[] = {
	{ "ec256", "1.2.840.10045.4.3.2", GNUTLS_SIGN_ECDSA_SHA256 },
	{ "rsa2048", "1.2.840.113549.1.1.11", GNUTLS_SIGN_RSA_SHA256 },
	{ "pss2048", "1.2.840.113549.1.1.10", GNUTLS_SIGN_RSA_PSS_SHA256 },
	{ "ed25519", "1.3.101.112", GNUTLS_SIGN_EDDSA_ED25519 },
};

static void
put_algorithm(struct octets *out, const struct scheme *scheme)
{
	size_t inside = put_open(out, TAG_SEQUENCE);

	put_oid_text(out, scheme->oid);
	if (scheme->algorithm == GNUTLS_SIGN_RSA_SHA256)
		put_null(out);
	if (scheme->algorithm == GNUTLS_SIGN_RSA_PSS_SHA256)
		octets_add(out, pss_parameters, sizeof(pss_parameters) - 1);
	put_close(out, inside);
}

static void
put_name(struct octets *out, const char *name)
{
	size_t names = put_open(out, TAG_SEQUENCE);
	size_t set = put_open(out, TAG_SET), one = put_open(out, TAG_SEQUENCE);

	put_oid_text(out, "2.5.4.3");
	put_text(out, TAG_UTF8_STRING, name);
	put_close(out, one);
	put_close(out, set);
	put_close(out, names);
}

static size_t
open_extension(struct octets *out, const char *oid, bool critical, size_t *one)
{
	*one = put_open(out, TAG_SEQUENCE);
	put_oid_text(out, oid);
	if (critical)
		put_boolean(out, true);
	return put_open(out, TAG_OCTET_STRING);
}

static void
put_reason(struct octets *out, unsigned char reason, unsigned traits)
{
	size_t list = put_open(out, TAG_SEQUENCE), one, value;

	value = open_extension(out,
	    (traits & ENTRY_ISSUER) != 0 ? "2.5.29.29" : "2.5.29.21",
	    (traits & (ENTRY_ISSUER | ENTRY_CRITICAL)) != 0, &one);
	put_value(out, TAG_ENUMERATED, &reason, 1);
	put_close(out, value);
	put_close(out, one);
	if ((traits & ENTRY_CRITICAL) != 0) {
		value = open_extension(out, "1.2.3.4", true, &one);
		put_null(out);
		put_close(out, value);
		put_close(out, one);
	}
	put_close(out, list);
}

static void
put_entries(struct octets *out, unsigned traits)
{
	size_t list = put_open(out, TAG_SEQUENCE), entry;

	for (unsigned serial = 1001; serial <= 1002; serial++) {
		if ((traits & EMPTY_ENTRIES) != 0)
			continue;
		entry = put_open(out, TAG_SEQUENCE);
		if ((traits & BAD_ENTRY) != 0)
			put_null(out);
		put_integer(out, serial);
		put_time(out, NOW - 2 * DAY);
		if (serial == 1002)
			put_reason(out, 1, traits);
		put_close(out, entry);
	}
	put_close(out, list);
}

static void
put_scope(struct octets *out, unsigned traits)
{
	static const struct {
		unsigned trait, tag;
	} rows[] = { { LEAVES, 1 }, { CAS, 2 }, { REASONS, 3 }, { INDIRECT, 4 },
		{ ATTRIBUTES, 5 } };
	size_t one, value = open_extension(out, "2.5.29.28", true, &one);
	size_t list = put_open(out, TAG_SEQUENCE), point, names;
	static const uint8_t yes = 0xff, reasons[] = { 4, 0x30 };

	if ((traits & (WITH_POINT | OTHER_POINT)) != 0) {
		point = put_open(out, TAG_CONTEXT_CONSTRUCTED(0));
		names = put_open(out, TAG_CONTEXT_CONSTRUCTED(0));
		put_text(out, TAG_CONTEXT(6), "ldap://ldap.example.com/");
		put_text(out, TAG_CONTEXT(6),
		    (traits & WITH_POINT) != 0 ? URL : "http://other/");
		put_close(out, names);
		put_close(out, point);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((traits & rows[i].trait) == 0)
			continue;
		else if (rows[i].trait == REASONS)
			put_value(out, TAG_CONTEXT(3), reasons, 2);
		else
			put_value(out, TAG_CONTEXT(rows[i].tag), &yes, 1);
	put_close(out, list);
	put_close(out, value);
	put_close(out, one);
}

static void
put_extensions(struct octets *out, unsigned traits)
{
	const unsigned scoped = WITH_POINT | OTHER_POINT | LEAVES | CAS |
				REASONS | INDIRECT | ATTRIBUTES;
	size_t explicit = put_open(out, TAG_CONTEXT_CONSTRUCTED(0));
	size_t list = put_open(out, TAG_SEQUENCE), one, value, inside;

	value = open_extension(out, "2.5.29.35", false, &one);
	inside = put_open(out, TAG_SEQUENCE);
	put_text(out, TAG_CONTEXT(0), "key of the CA");
	put_close(out, inside);
	put_close(out, value);
	put_close(out, one);
	if ((traits & scoped) != 0)
		put_scope(out, traits);
	if ((traits & (DELTA | CRITICAL)) != 0) {
		value = open_extension(out,
		    (traits & DELTA) != 0 ? "2.5.29.27" : "1.2.3.4", true,
		    &one);
		put_integer(out, 7);
		put_close(out, value);
		put_close(out, one);
	}
	put_close(out, list);
	put_close(out, explicit);
}

static void
put_head(struct octets *out, const struct scheme *scheme, unsigned traits)
{
	if ((traits & VERSION_1) == 0)
		put_integer(out, 1);
	put_algorithm(out, scheme);
	put_name(out, "Test CA");
	if ((traits & BAD_DATE) != 0)
		put_text(out, TAG_UTC_TIME, "yesterday");
	else
		put_time(out, NOW - DAY);
	if ((traits & NO_NEXT_UPDATE) == 0)
		put_time(out, NOW + DAY);
}

/* The list of a TBSCertList. */
static void
finish_list(struct octets *out, const struct octets *tbs,
    const struct scheme *scheme, const struct key *key, unsigned traits)
{
	const gnutls_datum_t data = { (void *)tbs->data,
		(unsigned)tbs->length };
	gnutls_datum_t signature;
	size_t list = put_open(out, TAG_SEQUENCE);

	assert_int_equal(gnutls_privkey_sign_data2(key->private_key,
			     scheme->algorithm, 0, &data, &signature),
	    0);
	octets_add(out, tbs->data, tbs->length);
	put_algorithm(out, (traits & TWO_ALGORITHMS) == 0 ? scheme
			   : scheme == &schemes[0]	  ? &schemes[1]
							  : &schemes[0]);
	if ((traits & FORGED) != 0)
		signature.data[signature.size - 1] ^= 1;
	put_bit_string(out, signature.data, signature.size, UNSIGNED_BITS);
	gnutls_free(signature.data);
	put_close(out, list);
	if ((traits & TRAILING) != 0)
		octets_add(out, "\n", 1);
}

static void
make_list(struct octets *out, const struct scheme *scheme,
    const struct key *key, unsigned traits)
{
	struct octets tbs = { .length = 0 };
	size_t inside = put_open(&tbs, TAG_SEQUENCE);

	put_head(&tbs, scheme, traits);
	if ((traits & NO_ENTRIES) == 0)
		put_entries(&tbs, traits);
	if ((traits & VERSION_1) == 0)
		put_extensions(&tbs, traits);
	if ((traits & MORE_IN_TBS) != 0)
		put_null(&tbs);
	put_close(&tbs, inside);
	finish_list(out, &tbs, scheme, key, traits);
	octets_clear(&tbs);
}

/* An issuer as far as a signature needs it. */
static struct certificate *
make_issuer(const struct key *key)
{
	struct octets out = { .length = 0 };
	size_t whole = put_open(&out, TAG_SEQUENCE);
	size_t tbs = put_open(&out, TAG_SEQUENCE), dates;
	struct certificate *certificate;

	put_integer(&out, 1);
	put_algorithm(&out, &schemes[0]);
	put_name(&out, "Test CA");
	dates = put_open(&out, TAG_SEQUENCE);
	put_time(&out, NOW - DAY);
	put_time(&out, NOW + DAY);
	put_close(&out, dates);
	put_name(&out, "Test CA");
	octets_add(&out, key->spki.data, key->spki.length);
	put_close(&out, tbs);
	put_algorithm(&out, &schemes[0]);
	put_bit_string(&out, "", 1, 0);
	put_close(&out, whole);
	certificate = certificate_new(bytes_of(out.data, out.length));
	octets_clear(&out);
	return certificate;
}

struct told {
	size_t count;
	bool has_1002;
	const char *reason;
	int64_t since;
};

static void
tell(void *context, const struct crl_entry *entry)
{
	struct told *told = context;

	told->count++;
	if (!bytes_equal(entry->serial, bytes_of("\x03\xea", 2)))
		return;
	told->has_1002 = true;
	told->reason = entry->reason;
	told->since = entry->since;
}

static const struct {
	unsigned traits;
	size_t entries;
	unsigned scope;
	const char *damage;
} rows[] = {
	{ 0, 2, 0, NULL },
	{ VERSION_1, 2, 0, NULL },
	{ NO_NEXT_UPDATE, 2, 0, NULL },
	{ NO_ENTRIES, 0, 0, NULL },
	{ EMPTY_ENTRIES, 0, 0, NULL },
	{ NO_ENTRIES | NO_NEXT_UPDATE | VERSION_1, 0, 0, NULL },
	{ WITH_POINT, 2, 0, NULL },
	{ OTHER_POINT | LEAVES, 2, CRL_ONLY_LEAVES, NULL },
	{ WITH_POINT | CAS, 2, CRL_ONLY_CAS, NULL },
	{ REASONS, 2, CRL_SOME_REASONS, NULL },
	{ INDIRECT, 2, CRL_INDIRECT, NULL },
	{ ATTRIBUTES, 2, CRL_ONLY_ATTRIBUTES, NULL },
	{ DELTA, 2, CRL_DELTA, NULL },
	{ CRITICAL, 2, CRL_UNKNOWN_CRITICAL, NULL },
	{ ENTRY_CRITICAL, 2, CRL_UNKNOWN_CRITICAL, NULL },
	{ ENTRY_ISSUER, 2, CRL_INDIRECT, NULL },
	{ TRAILING, 2, 0, "something follows its end" },
	{ TWO_ALGORITHMS, 2, 0, "it names two algorithms" },
	{ BAD_DATE, 0, 0, "a date in it cannot be read" },
	{ BAD_ENTRY, 0, 0, "an entry in it cannot be read" },
	{ MORE_IN_TBS, 2, 0, "something follows its extensions" },
};

static const struct crl *
push(struct crl_reader *reader, const struct octets *list, size_t step)
{
	for (size_t at = 0; at < list->length; at += step)
		if (!crl_reader_push(reader,
			bytes_of(list->data + at, step < list->length - at
						      ? step
						      : list->length - at)))
			break;
	return crl_reader_end(reader);
}

/* Whatever the pieces, the same is read. */
static void
test_rows(void **state)
{
	static const size_t steps[] = { 1 << 20, 1, 7, 64 };
	struct key_ring ring = { NULL };
	const struct key *key = key_ring_get(&ring, "ec256");
	struct certificate *issuer = make_issuer(key);
	struct signature_memory *signatures = signature_memory_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct octets list = { .length = 0 };

		make_list(&list, &schemes[0], key, rows[i].traits);
		for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
			struct told told = { .count = 0 };
			struct crl_reader *reader = crl_reader_new(tell, &told);
			const struct crl *crl = push(reader, &list, steps[k]);

			if (rows[i].damage == NULL)
				assert_null(crl->damage);
			else
				assert_string_equal(
				    crl->damage, rows[i].damage);
			assert_int_equal(told.count, rows[i].entries);
			assert_int_equal(crl->entry_count, rows[i].entries);
			assert_int_equal(crl->scope, rows[i].scope);
			if (crl->damage == NULL) {
				assert_int_equal(crl->this_update, NOW - DAY);
				assert_int_equal(crl->has_next_update,
				    (rows[i].traits & NO_NEXT_UPDATE) == 0);
				assert_int_equal(
				    crl_signature(crl, issuer, signatures),
				    SIGNATURE_GOOD);
				assert_true(bytes_equal(
				    crl->issuer, issuer->raw_subject));
				assert_int_equal(crl_has_point(crl, URL),
				    (rows[i].traits & OTHER_POINT) == 0);
				assert_int_equal(told.has_1002, told.count > 0);
			}
			if (rows[i].traits == 0) {
				assert_string_equal(
				    told.reason, "keyCompromise");
				assert_int_equal(told.since, NOW - 2 * DAY);
				assert_true(bytes_equal(crl->authority_key_id,
				    bytes_from_string("key of the CA")));
			}
			crl_reader_free(reader);
		}
		octets_clear(&list);
	}
	signature_memory_free(signatures);
	certificate_free(issuer);
	key_ring_clear(&ring);
}

/* Each algorithm: good by its key, bad by another and where it is changed. */
static void
test_signatures(void **state)
{
	struct key_ring ring = { NULL };
	struct signature_memory *signatures = signature_memory_new();

	(void)state;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		const struct key *key = key_ring_get(&ring, schemes[i].label);
		const struct key *other = key_ring_get(
		    &ring, i == 0 ? "ec256/other" : schemes[i].label);

		for (unsigned forged = 0; forged < 2; forged++) {
			struct certificate *issuer = make_issuer(key);
			struct certificate *stranger = make_issuer(other);
			struct octets list = { .length = 0 };
			struct told told = { .count = 0 };
			struct crl_reader *reader = crl_reader_new(tell, &told);
			const struct crl *crl;

			make_list(
			    &list, &schemes[i], key, forged == 1 ? FORGED : 0);
			crl = push(reader, &list, 100);
			assert_null(crl->damage);
			assert_int_equal(crl_signature(crl, issuer, signatures),
			    forged == 1 ? SIGNATURE_BAD : SIGNATURE_GOOD);
			if (other != key)
				assert_int_equal(
				    crl_signature(crl, stranger, signatures),
				    SIGNATURE_BAD);
			crl_reader_free(reader);
			octets_clear(&list);
			certificate_free(stranger);
			certificate_free(issuer);
		}
	}
	signature_memory_free(signatures);
	key_ring_clear(&ring);
}

/* A list that breaks off anywhere is damaged, and never read as shorter. */
static void
test_cut(void **state)
{
	struct key_ring ring = { NULL };
	struct octets list = { .length = 0 };

	(void)state;
	make_list(&list, &schemes[0], key_ring_get(&ring, "ec256"), WITH_POINT);
	for (size_t size = 0; size < list.length; size++) {
		struct told told = { .count = 0 };
		struct crl_reader *reader = crl_reader_new(tell, &told);

		crl_reader_push(reader, bytes_of(list.data, size));
		assert_non_null(crl_reader_end(reader)->damage);
		crl_reader_free(reader);
	}
	octets_clear(&list);
	key_ring_clear(&ring);
}

static long
peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void
put_length(uint8_t **at, uint32_t size)
{
	*(*at)++ = TAG_SEQUENCE;
	*(*at)++ = 0x84;
	for (int shift = 24; shift >= 0; shift -= 8)
		*(*at)++ = (uint8_t)(size >> shift);
}

/* Entries are made as they are pushed, so that only the reader's memory is
   counted. */
static void
test_million(void **state)
{
	enum { ENTRY = 24 };
	static const char entry[] = "\x30\x16\x02\x05\x01....\x17\x0d"
				    "261101000000Z";
	struct octets head = { .length = 0 };
	uint8_t octets[64], *at = octets;
	struct told told = { .count = 0 };
	struct crl_reader *reader = crl_reader_new(tell, &told);
	const struct crl *crl;
	long before;

	(void)state;
	put_head(&head, &schemes[0], 0);
	put_length(&at, 6 + (uint32_t)head.length + 6 + MILLION * ENTRY + 14);
	put_length(&at, (uint32_t)head.length + 6 + MILLION * ENTRY);
	assert_true(
	    crl_reader_push(reader, bytes_of(octets, (size_t)(at - octets))));
	assert_true(crl_reader_push(reader, bytes_of(head.data, head.length)));
	before = peak_kib();
	at = octets;
	put_length(&at, MILLION * ENTRY);
	assert_true(
	    crl_reader_push(reader, bytes_of(octets, (size_t)(at - octets))));
	for (uint32_t i = 0; i < MILLION; i++) {
		memcpy(octets, entry, ENTRY);
		for (int k = 0; k < 4; k++)
			octets[5 + k] = (uint8_t)(i >> (24 - 8 * k));
		if (!crl_reader_push(reader, bytes_of(octets, ENTRY)))
			break;
	}
	crl = crl_reader_end(reader);
	assert_string_equal(crl->damage, "it breaks off");
	assert_int_equal(told.count, MILLION);
	assert_true(peak_kib() - before < MOST_KIB);
	crl_reader_free(reader);
	octets_clear(&head);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_million),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
