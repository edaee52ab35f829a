/*
 * OCSP responses made by openssl at test time: one CA, one row a response.
 * Skipped where openssl is missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "x509/bundle.h"
#include "x509/ocsp.h"

enum { DAY = 86400 };

/* Makes everything in the current directory; $1 is ignored. */
static const char script[] =
    "set -e; exec 2>/dev/null\n"
    "key() { openssl ecparam -name prime256v1 -genkey -noout -out $1.key; }\n"
    "root() { key $1; openssl req -new -x509 -key $1.key -subj \"/CN=$2\""
    " -days 99 -addext keyUsage=critical,keyCertSign -out $1.pem; }\n"
    /* issue NAME CN CA SERIAL [EXTENSION [DAYS]] */
    "issue() { key $1; openssl req -new -key $1.key -subj \"/CN=$2\" |"
    " openssl x509 -req -CA $3.pem -CAkey $3.key -set_serial $4"
    " -days ${6:-30} -extfile $1.ext -out $1.pem; }\n"
    "plain() { : >$1.ext; issue \"$@\"; }\n"
    "signing() { echo extendedKeyUsage=OCSPSigning >$1.ext; issue \"$@\"; }\n"
    "any() { echo extendedKeyUsage=anyExtendedKeyUsage >$1.ext;"
    " issue \"$@\"; }\n"
    "root ca 'Test CA'; root rogue 'Rogue CA'\n"
    "plain leaf leaf.example.com ca 0x1001\n"
    "plain other other.example.com ca 0x1002\n"
    "plain negative leaf.example.com ca 0x00f1\n"
    "signing responder Responder ca 0x2001\n"
    "plain purposeless Purposeless ca 0x2002\n"
    "any anything Anything ca 0x2003\n"
    "signing stranger Responder rogue 0x2004\n"
    "expires=$(date -u -d '+30 days' +%y%m%d%H%M%SZ)\n"
    "revoked=$(date -u -d '-2 days' +%y%m%d%H%M%SZ)\n"
    "row() { printf '%s\\t%s\\t%s\\t%s\\tunknown\\t/CN=%s\\n' \"$@\" $4; }\n"
    "row V $expires '' 1001 >good.idx; row V $expires '' 1002 >>good.idx\n"
    "row V $expires '' F1 >>good.idx\n"
    "row R $expires $revoked 1001 >revoked.idx\n"
    "row R $expires $revoked,keyCompromise 1001 >key.idx\n"
    "row V $expires '' 9999 >unknown.idx\n"
    /* answer OUT INDEX RESPONDER CERTIFICATES DIGEST [OPTION]... */
    "answer() { out=$1 idx=$2 by=$3 certs=$4 hash=$5; shift 5\n"
    " set -- -respout $out.der \"$@\"; request=\n"
    " for c in $certs; do request=\"$request -cert $c.pem\"; done\n"
    " openssl ocsp -$hash -issuer ca.pem $request -reqout $out.req -no_nonce"
    " >&2\n"
    " openssl ocsp -index $idx.idx -CA ca.pem -rsigner $by.pem -rkey $by.key"
    " -reqin $out.req \"$@\" >&2; }\n"
    "week='-ndays 7'\n"
    "answer good good ca leaf sha1 $week -resp_no_certs\n"
    "answer good-certs good ca leaf sha1 $week\n"
    "answer good-key-id good ca leaf sha1 $week -resp_key_id\n"
    "answer good-sha256 good ca leaf sha256 $week\n"
    "answer good-sha512 good ca leaf sha512 $week\n"
    "answer negative good ca negative sha1 $week\n"
    "answer two good ca 'other leaf' sha1 $week\n"
    "answer open good ca leaf sha1\n"
    "answer delegated good responder leaf sha1 $week\n"
    "answer delegated-key-id good responder leaf sha1 $week -resp_key_id\n"
    "answer delegated-alone good responder leaf sha1 $week -resp_no_certs\n"
    "answer purposeless good purposeless leaf sha1 $week\n"
    "answer anything good anything leaf sha1 $week\n"
    "answer stranger good stranger leaf sha1 $week\n"
    "answer rogue good rogue leaf sha1 $week\n"
    "answer other good ca other sha1 $week\n"
    "answer revoked revoked ca leaf sha1 $week\n"
    "answer revoked-key key responder leaf sha1 $week\n"
    "answer unknown unknown ca leaf sha1 $week\n"
    "answer bad good ca leaf sha1 $week -badsig\n"
    "printf '\\060\\003\\012\\001\\003' >later.der\n"
    "printf '\\060\\003\\012\\001\\000' >hollow.der\n"
    "printf 'HTTP/1.1 200 OK' >garbage.der\n"
    ": >empty.der\n";

struct fixture {
	char directory[64];
	struct certificate *leaf, *negative, *ca;
	struct signature_memory *signatures;
	int64_t now;
};

static void
read_here(const char *directory, const char *name, struct text *out)
{
	char *path = file_join(directory, name);

	if (file_read(path, 65536, out) < 0)
		fail_msg("%s cannot be read", path);
	free(path);
}

static struct certificate *
certificate_read_here(const char *directory, const char *name)
{
	struct text text = { 0 };
	struct arena *arena = arena_new();
	struct bundle bundle = { .count = 0 };
	struct certificate *certificate;

	read_here(directory, name, &text);
	assert_int_equal(
	    bundle_read_bytes(arena, bytes_of(text.data, text.size), &bundle),
	    0);
	certificate = certificate_new(bundle.certificates[0]);
	arena_free(arena);
	text_free(&text);
	return certificate;
}

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct text command = { 0 };
	int status;

	if (fixture == NULL)
		return -1;
	snprintf(fixture->directory, sizeof(fixture->directory), "%s",
	    "/tmp/test_ocsp.XXXXXX");
	if (mkdtemp(fixture->directory) == NULL)
		return -1;
	*state = fixture;
	if (system("command -v openssl >/dev/null") != 0)
		return 0;
	text_printf(&command, "cd '%s'\n%s", fixture->directory, script);
	status = system(command.data);
	text_free(&command);
	if (status != 0)
		return -1;
	fixture->leaf = certificate_read_here(fixture->directory, "leaf.pem");
	fixture->negative =
	    certificate_read_here(fixture->directory, "negative.pem");
	fixture->ca = certificate_read_here(fixture->directory, "ca.pem");
	fixture->signatures = signature_memory_new();
	fixture->now = clock_now();
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;
	struct text command = { 0 };
	int status;

	text_printf(&command, "rm -r '%s'", fixture->directory);
	status = system(command.data);
	text_free(&command);
	certificate_free(fixture->leaf);
	certificate_free(fixture->negative);
	certificate_free(fixture->ca);
	signature_memory_free(fixture->signatures);
	free(fixture);
	return status;
}

static const struct {
	const char *file;
	int64_t later; /* seconds after now */
	enum ocsp_state state;
	const char *word; /* the cause, or the revocation reason */
} rows[] = {
	{ "empty.der", 0, OCSP_NONE, NULL },
	{ "good.der", 0, OCSP_GOOD, NULL },
	{ "good-certs.der", 0, OCSP_GOOD, NULL },
	{ "good-key-id.der", 0, OCSP_GOOD, NULL },
	{ "good-sha256.der", 0, OCSP_GOOD, NULL },
	{ "good-sha512.der", 0, OCSP_GOOD, NULL },
	{ "two.der", 0, OCSP_GOOD, NULL },
	{ "delegated.der", 0, OCSP_GOOD, NULL },
	{ "delegated-key-id.der", 0, OCSP_GOOD, NULL },
	{ "good.der", 6 * DAY, OCSP_GOOD, NULL },
	{ "good.der", 8 * DAY, OCSP_UNUSABLE, "expired" },
	{ "good.der", -200, OCSP_GOOD, NULL },
	{ "good.der", -DAY, OCSP_UNUSABLE, "not_yet_valid" },
	{ "open.der", 14 * DAY, OCSP_GOOD, NULL },
	{ "open.der", 16 * DAY, OCSP_UNUSABLE, "expired" },
	{ "delegated.der", 40 * DAY, OCSP_UNUSABLE, "unauthorized_responder" },
	{ "delegated-alone.der", 0, OCSP_UNUSABLE, "unauthorized_responder" },
	{ "purposeless.der", 0, OCSP_UNUSABLE, "unauthorized_responder" },
	{ "anything.der", 0, OCSP_UNUSABLE, "unauthorized_responder" },
	{ "stranger.der", 0, OCSP_UNUSABLE, "unauthorized_responder" },
	{ "rogue.der", 0, OCSP_UNUSABLE, "unauthorized_responder" },
	{ "other.der", 0, OCSP_UNUSABLE, "other_certificate" },
	{ "negative.der", 0, OCSP_UNUSABLE, "other_certificate" },
	{ "revoked.der", 0, OCSP_REVOKED, NULL },
	{ "revoked-key.der", 0, OCSP_REVOKED, "keyCompromise" },
	{ "revoked.der", 8 * DAY, OCSP_UNUSABLE, "expired" },
	{ "unknown.der", 0, OCSP_UNKNOWN, NULL },
	{ "bad.der", 0, OCSP_UNUSABLE, "bad_signature" },
	{ "later.der", 0, OCSP_UNUSABLE, "not_successful" },
	{ "hollow.der", 0, OCSP_UNUSABLE, "malformed" },
	{ "garbage.der", 0, OCSP_UNUSABLE, "malformed" },
};

static bool
same_word(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
every_response_is_judged(void **state)
{
	const struct fixture *fixture = *state;

	if (fixture->leaf == NULL)
		skip();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text text = { 0 };
		struct ocsp_verdict staple;

		read_here(fixture->directory, rows[i].file, &text);
		ocsp_judge(&staple, bytes_of(text.data, text.size),
		    fixture->leaf, fixture->ca, fixture->signatures,
		    fixture->now + rows[i].later);
		if (staple.state != rows[i].state ||
		    !same_word(staple.state == OCSP_UNUSABLE
				   ? staple.cause
				   : staple.revocation_reason,
			rows[i].word))
			fail_msg("%s at %+lld: state %d, %s, %s", rows[i].file,
			    (long long)rows[i].later, staple.state,
			    staple.cause, staple.revocation_reason);
		assert_int_equal(
		    staple.state == OCSP_UNUSABLE, staple.reason != NULL);
		text_free(&text);
	}
}

static void
dates_are_told(void **state)
{
	const struct fixture *fixture = *state;
	struct text text = { 0 };
	struct ocsp_verdict staple;

	if (fixture->leaf == NULL)
		skip();
	read_here(fixture->directory, "revoked.der", &text);
	ocsp_judge(&staple, bytes_of(text.data, text.size), fixture->leaf,
	    fixture->ca, fixture->signatures, fixture->now);
	assert_in_range(fixture->now - staple.this_update + 60, 0, 120);
	assert_in_range(
	    staple.next_update - staple.this_update, 7 * DAY - 2, 7 * DAY + 2);
	assert_in_range(
	    fixture->now - staple.revoked_at, 2 * DAY - 60, 2 * DAY + 60);
	text_free(&text);
}

/* 0x00f1: the serial's leading zero is part of it. */
static void
a_serial_is_compared_as_a_number(void **state)
{
	const struct fixture *fixture = *state;
	struct text text = { 0 };
	struct ocsp_verdict staple;

	if (fixture->leaf == NULL)
		skip();
	read_here(fixture->directory, "negative.der", &text);
	ocsp_judge(&staple, bytes_of(text.data, text.size), fixture->negative,
	    fixture->ca, fixture->signatures, fixture->now);
	assert_int_equal(staple.state, OCSP_GOOD);
	text_free(&text);
}

/* Only the untouched response is good: cut or changed anywhere it is not. */
static void
damage_is_never_good(void **state)
{
	const struct fixture *fixture = *state;
	struct text text = { 0 };
	struct ocsp_verdict staple;

	if (fixture->leaf == NULL)
		skip();
	read_here(fixture->directory, "good.der", &text);
	for (size_t i = 0; i < text.size; i++) {
		uint8_t *copy = malloc(text.size);

		assert_non_null(copy);
		memcpy(copy, text.data, text.size);
		ocsp_judge(&staple, bytes_of(copy, i), fixture->leaf,
		    fixture->ca, fixture->signatures, fixture->now);
		assert_true(
		    staple.state == (i == 0 ? OCSP_NONE : OCSP_UNUSABLE));
		copy[i] ^= 1 << (i % 8);
		ocsp_judge(&staple, bytes_of(copy, text.size), fixture->leaf,
		    fixture->ca, fixture->signatures, fixture->now);
		if (staple.state != OCSP_UNUSABLE)
			fail_msg("octet %zu: state %d", i, staple.state);
		free(copy);
	}
	text_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_response_is_judged),
		cmocka_unit_test(dates_are_told),
		cmocka_unit_test(a_serial_is_compared_as_a_number),
		cmocka_unit_test(damage_is_never_good),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
