/*
 * The lab's stapled OCSP responses, judged with the path to the leaf's
 * issuer, and what the rules make of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "audit/rules.h"
#include "audit/staple.h"
#include "tests/lab/staple.h"
#include "tests/lab/station.h"

extern const struct audit_rule ocsp_rules[];

struct world {
	struct pki pki;
	struct station station;
	struct certificate *leaf, *issuer;
	struct signature_memory *signatures;
};

static struct certificate *
parse(const struct pki_certificate *made)
{
	return certificate_new(bytes_of(made->der.data, made->der.length));
}

static int
set_up(void **state)
{
	struct world *world = lab_alloc(1, sizeof(*world));
	const struct pki_certificate *leaf;

	pki_init(&world->pki, time(NULL));
	for (size_t i = 0; i < lab_authority_count; i++)
		pki_add(&world->pki, &lab_authorities[i]);
	station_init(&world->station, &lab_scenarios[0], 0);
	station_add_leaf(&world->station, &world->pki);
	pki_make(&world->pki);
	leaf = pki_find(&world->pki, world->station.leaf_name);
	world->leaf = parse(leaf);
	world->issuer = parse(pki_find(&world->pki, leaf->recipe.issuer));
	world->signatures = signature_memory_new();
	*state = world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	certificate_free(world->leaf);
	certificate_free(world->issuer);
	signature_memory_free(world->signatures);
	station_clear(&world->station);
	pki_clear(&world->pki);
	free(world);
	return 0;
}

static const struct {
	enum staple staple;
	bool open; /* the issuer was not found */
	enum ocsp_state state;
	const char *cause;
	enum revocation_status status; /* of the record, without a CRL */
} rows[] = {
	{ STAPLE_NONE, false, OCSP_NONE, NULL, REVOCATION_NOT_CHECKED },
	{ STAPLE_GOOD, false, OCSP_GOOD, NULL, REVOCATION_GOOD },
	{ STAPLE_GOOD, true, OCSP_NONE, NULL, REVOCATION_NOT_CHECKED },
	{ STAPLE_REVOKED, false, OCSP_REVOKED, NULL, REVOCATION_REVOKED },
	{ STAPLE_REVOKED, true, OCSP_NONE, NULL, REVOCATION_NOT_CHECKED },
	{ STAPLE_UNKNOWN, false, OCSP_UNKNOWN, NULL, REVOCATION_UNKNOWN },
	{ STAPLE_EXPIRED, false, OCSP_UNUSABLE, "expired", REVOCATION_UNKNOWN },
	{ STAPLE_FORGED, false, OCSP_UNUSABLE, "bad_signature",
	    REVOCATION_UNKNOWN },
	{ STAPLE_TRY_LATER, false, OCSP_UNUSABLE, "not_successful",
	    REVOCATION_UNKNOWN },
	{ STAPLE_GARBAGE, false, OCSP_UNUSABLE, "malformed",
	    REVOCATION_UNKNOWN },
};

static struct octets
staple_of(const struct world *world, enum staple staple)
{
	struct octets out = { 0 };

	put_staple(&out, &world->pki,
	    pki_find(&world->pki, world->station.leaf_name), staple);
	return out;
}

static struct observation
observation_of(const struct octets *staple)
{
	return (struct observation){
		.has_tls = true,
		.tls = { .staple = bytes_of(staple->data, staple->length) },
	};
}

static struct path
path_of(const struct world *world, bool open)
{
	return (struct path){
		.steps = {
			{ .certificate = world->leaf,
			    .signature = SIGNATURE_GOOD,
			    .signed_above = !open },
			{ .certificate = world->issuer, .received = 1 },
		},
		.length = open ? 1 : 2,
	};
}

static void
the_staple_is_judged_by_the_issuer(void **state)
{
	const struct world *world = *state;
	struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct octets octets = staple_of(world, rows[i].staple);
		struct observation seen = observation_of(&octets);
		struct path path = path_of(world, rows[i].open);
		struct path_revocation none = { .source_count = 0 };
		struct revocation revocation;
		struct ocsp_verdict staple;

		staple_judge(
		    &staple, &seen, &path, world->signatures, world->pki.now);
		assert_int_equal(staple.state, rows[i].state);
		if (rows[i].cause != NULL)
			assert_string_equal(staple.cause, rows[i].cause);
		revocation_judge(
		    &revocation, arena, &none, &path, &staple, world->pki.now);
		assert_int_equal(revocation.status, rows[i].status);
		assert_int_equal(revocation.checked_at != 0,
		    rows[i].status != REVOCATION_NOT_CHECKED);
		octets_clear(&octets);
	}
	arena_free(arena);
}

/* CRLs, the leaf's responder and the staple disagree, or some are silent. */
static void
all_evidence_is_joined(void **state)
{
	static const struct {
		enum evidence_state leaf, issuer, responder;
		enum ocsp_state staple;
		enum revocation_status status;
		const char *source, *reason;
	} joined[] = {
		{ EVIDENCE_NONE, EVIDENCE_NONE, EVIDENCE_NONE, OCSP_NONE,
		    REVOCATION_NOT_CHECKED, NULL, NULL },
		{ EVIDENCE_NONE, EVIDENCE_NONE, EVIDENCE_NONE, OCSP_GOOD,
		    REVOCATION_GOOD, "staple", NULL },
		{ EVIDENCE_GOOD, EVIDENCE_NONE, EVIDENCE_NONE, OCSP_NONE,
		    REVOCATION_GOOD, "crl", NULL },
		{ EVIDENCE_GOOD, EVIDENCE_UNUSABLE, EVIDENCE_NONE,
		    OCSP_UNUSABLE, REVOCATION_GOOD, "crl", NULL },
		{ EVIDENCE_GOOD, EVIDENCE_GOOD, EVIDENCE_NONE, OCSP_REVOKED,
		    REVOCATION_REVOKED, "staple", "superseded" },
		{ EVIDENCE_REVOKED, EVIDENCE_GOOD, EVIDENCE_NONE, OCSP_GOOD,
		    REVOCATION_REVOKED, "crl", "keyCompromise" },
		{ EVIDENCE_REVOKED, EVIDENCE_GOOD, EVIDENCE_NONE, OCSP_REVOKED,
		    REVOCATION_REVOKED, "crl", "keyCompromise" },
		{ EVIDENCE_GOOD, EVIDENCE_REVOKED, EVIDENCE_NONE, OCSP_GOOD,
		    REVOCATION_REVOKED, "crl", "cACompromise" },
		{ EVIDENCE_UNUSABLE, EVIDENCE_GOOD, EVIDENCE_NONE, OCSP_NONE,
		    REVOCATION_UNKNOWN, "crl", NULL },
		{ EVIDENCE_UNUSABLE, EVIDENCE_GOOD, EVIDENCE_NONE, OCSP_GOOD,
		    REVOCATION_GOOD, "staple", NULL },
		{ EVIDENCE_NONE, EVIDENCE_NONE, EVIDENCE_GOOD, OCSP_NONE,
		    REVOCATION_GOOD, "ocsp", NULL },
		{ EVIDENCE_NONE, EVIDENCE_NONE, EVIDENCE_UNUSABLE, OCSP_NONE,
		    REVOCATION_UNKNOWN, "ocsp", NULL },
		{ EVIDENCE_UNUSABLE, EVIDENCE_NONE, EVIDENCE_GOOD,
		    OCSP_UNUSABLE, REVOCATION_GOOD, "ocsp", NULL },
		{ EVIDENCE_GOOD, EVIDENCE_NONE, EVIDENCE_REVOKED, OCSP_GOOD,
		    REVOCATION_REVOKED, "ocsp", "keyCompromise" },
		{ EVIDENCE_GOOD, EVIDENCE_REVOKED, EVIDENCE_REVOKED, OCSP_NONE,
		    REVOCATION_REVOKED, "ocsp", "keyCompromise" },
	};
	static const struct revocation_source crl = { .word = "crl" },
					      ocsp = { .word = "ocsp" };
	const struct world *world = *state;
	struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(joined) / sizeof(joined[0]); i++) {
		struct revocation_answer answers[] = {
			{ .state = joined[i].leaf,
			    .url = "http://leaf/",
			    .sentence = "is stale",
			    .reason = "keyCompromise" },
			{ .state = joined[i].issuer,
			    .url = "http://issuer/",
			    .sentence = "is stale",
			    .reason = "cACompromise" },
		};
		struct revocation_answer asked[] = {
			{ .state = joined[i].responder,
			    .url = "http://responder/",
			    .sentence = "proves nothing",
			    .reason = "keyCompromise" },
			{ .state = EVIDENCE_NONE },
		};
		struct path_revocation evidence = {
			.by = { { &crl, answers, 2 }, { &ocsp, asked, 2 } },
			.source_count = 2,
		};
		struct ocsp_verdict staple = {
			.state = joined[i].staple,
			.revocation_reason = "superseded",
			.reason = "the OCSP response has expired",
		};
		struct path path = path_of(world, false);
		struct revocation revocation;

		revocation_judge(&revocation, arena, &evidence, &path, &staple,
		    world->pki.now);
		assert_int_equal(revocation.status, joined[i].status);
		assert_true(string_equal(revocation.source, joined[i].source));
		assert_true(string_equal(revocation.reason, joined[i].reason));
	}
	arena_free(arena);
}

static struct findings
find(const struct world *world, struct arena *arena, enum staple staple)
{
	struct octets octets = staple_of(world, staple);
	struct observation seen = observation_of(&octets);
	struct path path = path_of(world, false);
	struct audit_settings settings = { .now = world->pki.now };
	const struct certificate *received[] = { world->leaf, world->issuer };
	struct audit_view view = {
		.settings = &settings,
		.seen = &seen,
		.received = received,
		.received_count = 2,
		.path = &path,
	};
	struct findings findings = { .arena = arena };

	staple_judge(
	    &view.staple, &seen, &path, world->signatures, world->pki.now);
	for (const struct audit_rule *rule = ocsp_rules; rule->find != NULL;
	     rule++)
		rule->find(&view, &findings);
	octets_clear(&octets);
	return findings;
}

static void
revoked_is_a_finding_and_good_is_none(void **state)
{
	struct arena *arena = arena_new();
	struct findings findings = find(*state, arena, STAPLE_GOOD);

	assert_int_equal(findings.count, 0);
	findings = find(*state, arena, STAPLE_REVOKED);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.list[0].id, "revoked");
	assert_string_equal(findings.list[0].cause, "ocsp");
	assert_int_equal(findings.list[0].severity, SEVERITY_ERROR);
	assert_string_equal(findings.list[0].evidence[0].key, "revoked_at");
	findings = find(*state, arena, STAPLE_EXPIRED);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.list[0].id, "staple_invalid");
	assert_string_equal(findings.list[0].cause, "expired");
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_staple_is_judged_by_the_issuer),
		cmocka_unit_test(all_evidence_is_joined),
		cmocka_unit_test(revoked_is_a_finding_and_good_is_none),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
