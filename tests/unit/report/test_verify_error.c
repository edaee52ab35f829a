/*
 * What openssl would say of a leaf, its CA and a root, each spoilt in one way
 * or two: a row each.  The whole list counts, in OpenSSL's own order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"
#include "report/verify_error.h"

enum { LEAF, CA, ROOT, CHAIN };

struct scene {
	struct certificate chain[CHAIN];
	struct general_name names[2], permitted, excluded;
};

static struct bytes
named(const char *name)
{
	return bytes_from_string(name);
}

static void
make(struct certificate *certificate, const char *subject, const char *issuer)
{
	*certificate = (struct certificate){
		.version = 3,
		.subject = subject,
		.subject_key = named(subject),
		.issuer_key_name = named(issuer),
		.subject_empty = true,
		.self_issued = strcmp(subject, issuer) == 0,
		.key_kind = KEY_RSA,
		.key_bits = 2048,
		.tbs = named("signed by an algorithm that nobody knows"),
		.signature_hash = HASH_SHA256,
		.has_basic_constraints = true,
		.is_ca = subject[0] != 'l',
	};
	memcpy(certificate->sha256.octets, subject, strlen(subject));
}

static void
set_scene(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	make(&scene->chain[LEAF], "leaf", "ca");
	make(&scene->chain[CA], "ca", "root");
	make(&scene->chain[ROOT], "root", "root");
	scene->names[0] = (struct general_name){ NAME_DNS, named("a.test") };
	scene->names[1] = (struct general_name){ NAME_DNS, named("b.test") };
	scene->chain[LEAF].alternative_names =
	    (struct name_list){ scene->names, 2 };
}

static void
spoil_nothing(struct scene *scene)
{
	(void)scene;
}

static void
ca_is_for_any(struct scene *scene)
{
	scene->chain[CA].has_purposes = true;
	scene->chain[CA].purposes = PURPOSE_ANY;
}

static void
root_is_for_clients(struct scene *scene)
{
	scene->chain[ROOT].has_purposes = true;
	scene->chain[ROOT].purposes = PURPOSE_CLIENT_AUTH;
}

static void
ca_may_not_sign(struct scene *scene)
{
	scene->chain[CA].has_key_usage = true;
	scene->chain[CA].key_usage = USAGE_CRL_SIGN;
}

static void
root_may_not_sign(struct scene *scene)
{
	scene->chain[ROOT].has_key_usage = true;
	scene->chain[ROOT].key_usage = USAGE_CRL_SIGN;
}

static void
root_is_no_ca(struct scene *scene)
{
	scene->chain[ROOT].is_ca = false;
}

static void
drop_basic_constraints(struct certificate *certificate)
{
	certificate->has_basic_constraints = certificate->is_ca = false;
	certificate->has_key_usage = true;
	certificate->key_usage = USAGE_KEY_CERT_SIGN;
}

static void
ca_is_old(struct scene *scene)
{
	drop_basic_constraints(&scene->chain[CA]);
}

static void
root_is_old(struct scene *scene)
{
	drop_basic_constraints(&scene->chain[ROOT]);
	ca_is_for_any(scene);
}

static void
root_has_path_length(struct scene *scene)
{
	scene->chain[ROOT].has_path_length = true;
}

static void
root_is_critical(struct scene *scene)
{
	scene->chain[ROOT].unknown_critical_count = 1;
}

static void
root_key_is_weak(struct scene *scene)
{
	scene->chain[ROOT].key_bits = 1024;
}

static void
every_key_is_weak(struct scene *scene)
{
	for (size_t i = 0; i < CHAIN; i++)
		scene->chain[i].key_bits = 1024;
}

static void
every_digest_is_weak(struct scene *scene)
{
	for (size_t i = 0; i < CHAIN; i++)
		scene->chain[i].signature_hash = HASH_SHA1;
}

static void
constrain(
    struct scene *scene, size_t at, const char *permitted, const char *excluded)
{
	struct certificate *issuer = &scene->chain[at];

	issuer->has_name_constraints = true;
	if (permitted != NULL) {
		scene->permitted =
		    (struct general_name){ NAME_DNS, named(permitted) };
		issuer->permitted = (struct name_list){ &scene->permitted, 1 };
	}
	if (excluded != NULL) {
		scene->excluded =
		    (struct general_name){ NAME_DNS, named(excluded) };
		issuer->excluded = (struct name_list){ &scene->excluded, 1 };
	}
}

static void
ca_permits_another(struct scene *scene)
{
	constrain(scene, CA, "example.com", NULL);
}

static void
root_excludes_second_name(struct scene *scene)
{
	constrain(scene, ROOT, NULL, "b.test");
}

static void
ca_does_both(struct scene *scene)
{
	constrain(scene, CA, "a.test", "a.test");
}

static void
leaf_is_not_signed(struct scene *scene)
{
	scene->chain[LEAF].tbs.size = 0;
}

static void
common_name_is_out(struct scene *scene)
{
	scene->chain[LEAF].alternative_names.count = 0;
	scene->chain[LEAF].subject_cn = "a.test";
	constrain(scene, CA, "example.com", NULL);
}

static void
common_name_is_no_host(struct scene *scene)
{
	common_name_is_out(scene);
	scene->chain[LEAF].subject_cn = "a person";
}

/* "DEPTH:NUMBER " each; `sent` of the three, the root is in the store. */
static const struct {
	const char *what, *reason;
	void (*spoil)(struct scene *);
	size_t sent;
	bool is_untrusted; /* the root is in no store */
	const char *errors;
} rows[] = {
	{ "anyExtendedKeyUsage is no server's", "26 unsuitable purpose",
	    ca_is_for_any, 2, false, "1:26 " },
	{ "the root's purpose", "26 unsuitable purpose", root_is_for_clients, 2,
	    false, "2:26 " },
	{ "a CA that may not sign", "79 invalid CA certificate",
	    ca_may_not_sign, 2, false, "1:79 1:26 1:32 " },
	{ "a root that may not sign", "79 invalid CA certificate",
	    root_may_not_sign, 2, false, "2:79 2:26 2:32 " },
	{ "a root that is no CA", "79 invalid CA certificate", root_is_no_ca, 2,
	    false, "2:79 2:26 " },
	{ "an old CA is of use to servers", "79 invalid CA certificate",
	    ca_is_old, 2, false, "1:79 " },
	{ "an old root is a CA", "26 unsuitable purpose", root_is_old, 2, false,
	    "1:26 " },
	{ "the root's path length", "25 path length", root_has_path_length, 2,
	    false, "2:25 " },
	{ "the root's critical extension", "34 unhandled", root_is_critical, 2,
	    false, "2:34 " },
	{ "the root's key", "66 EE certificate key too weak", root_key_is_weak,
	    2, false, "2:67 " },
	{ "every key", "66 EE certificate key too weak", every_key_is_weak, 2,
	    false, "0:66 1:67 2:67 " },
	{ "nobody relies on the root's own signature", "68 too weak",
	    every_digest_is_weak, 2, false, "0:68 1:68 " },
	{ "nor on the last one's", "20 unable", every_digest_is_weak, 2, true,
	    "1:20 0:68 " },
	{ "alone, the leaf's digest is not looked at", "20 unable",
	    every_digest_is_weak, 1, true, "0:20 0:21 " },
	{ "the leaf's key stands for the missing issuer", "20 unable",
	    every_key_is_weak, 2, true, "0:66 1:66 1:67 " },
	{ "not permitted", "subtree violation", ca_permits_another, 2, false,
	    "0:47 " },
	{ "excluded by the root, the second name", "subtree violation",
	    root_excludes_second_name, 2, false, "0:48 " },
	{ "what is permitted and excluded is excluded", "subtree violation",
	    ca_does_both, 2, false, "0:48 " },
	{ "a common name", "subtree violation", common_name_is_out, 2, false,
	    "0:47 " },
	{ "the record knows better", "subtree violation",
	    common_name_is_no_host, 2, false, "0:47 " },
	{ "a signature", "7 certificate signature failure", leaf_is_not_signed,
	    2, false, "0:7 " },
	{ "the names lead to the store", "20 unable", leaf_is_not_signed, 2,
	    false, "0:7 " },
	{ "the end of such a path is not known", "7 signature failure",
	    leaf_is_not_signed, 2, true, "0:7 " },
	{ "the path ends at a root that is sent", "19 self-signed",
	    spoil_nothing, 3, true, "2:19 " },
	{ "all that an untrusted path has wrong", "19 self-signed",
	    ca_may_not_sign, 3, true, "2:19 1:79 1:26 1:32 " },
};

/* What verify_errors() lists, as in the rows. */
static void
list(struct text *out, const struct result *result,
    const struct openssl_chain *chain)
{
	struct verify_error errors[VERIFY_ERRORS];
	size_t count = verify_errors(result, chain, errors);

	text_append(out, "");
	for (size_t i = 0; i < count; i++)
		text_printf(out, "%zu:%d ", errors[i].depth, errors[i].number);
}

static void
rules_are_openssls(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct client_verdict client = { "openssl", ACCEPTS_NO,
			rows[i].reason };
		const struct result result = {
			.seen = { .host = "a.test",
			    .received_count = rows[i].sent },
			.verdict = { .clients = &client, .client_count = 1 },
		};
		struct scene scene;
		const struct certificate *const sent[] = { &scene.chain[LEAF],
			&scene.chain[CA], &scene.chain[ROOT] };
		const struct openssl_chain chain = { sent, rows[i].sent,
			rows[i].is_untrusted ? NULL : &scene.chain[ROOT], 0 };
		struct text found = { .size = 0 };

		print_message("%s\n", rows[i].what);
		set_scene(&scene);
		rows[i].spoil(&scene);
		list(&found, &result, &chain);
		assert_string_equal(found.data, rows[i].errors);
		text_free(&found);
	}
}

/* The root is not among the sent ones: only its name tells the step. */
static struct evidence about_root = { "subject", "root" };
static struct evidence about_stranger = { "subject", "another root" };
static struct evidence about_ca = { "subject", "ca" };

#define SOON(cert, evidence)                                            \
	{                                                               \
		"expired", "not_yet_valid", SEVERITY_ERROR, cert, NULL, \
		    evidence, 1                                         \
	}
#define OVER(cert, evidence)                                                   \
	{                                                                      \
		"expired", "intermediate_expired", SEVERITY_ERROR, cert, NULL, \
		    evidence, 1                                                \
	}
#define OTHER_NAME                                                            \
	{                                                                     \
		"name_mismatch", "other_name", SEVERITY_ERROR, 0, NULL, NULL, \
		    0                                                         \
	}

/* With no clock the findings tell. */
static const struct {
	const char *what, *reason;
	struct finding findings[2];
	size_t finding_count, sent;
	bool is_untrusted;
	const char *errors;
} date_rows[] = {
	{ "a root that is not valid yet", "9 certificate is not yet valid",
	    { SOON(-1, &about_root) }, 1, 2, false, "2:9 " },
	{ "the root comes first, the name before both", "9 not yet valid",
	    { OTHER_NAME, SOON(-1, &about_root) }, 2, 2, false, "0:62 2:9 " },
	{ "a certificate that OpenSSL does not pass", "20 unable",
	    { OVER(-1, &about_stranger) }, 1, 1, true, "0:20 0:21 " },
	{ "21 comes after the name", "20 unable", { OTHER_NAME }, 1, 1, true,
	    "0:20 0:62 0:21 " },
	{ "an open path's last one only lends its key", "20 unable",
	    { OVER(1, &about_ca) }, 1, 2, true, "1:20 " },
	{ "but the root that is sent is looked at", "19 self-signed",
	    { OVER(1, &about_ca) }, 1, 3, true, "2:19 1:10 " },
};

static void
dates_are_told_from_the_root_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(date_rows) / sizeof(date_rows[0]); i++) {
		struct client_verdict client = { "openssl", ACCEPTS_NO,
			date_rows[i].reason };
		struct finding findings[2];
		struct scene scene;
		struct digest received[CHAIN];
		const struct result result = {
			.seen = { .host = "a.test",
			    .received = received,
			    .received_count = date_rows[i].sent },
			.verdict = { .findings = findings,
			    .finding_count = date_rows[i].finding_count,
			    .clients = &client,
			    .client_count = 1 },
		};
		const struct certificate *const sent[] = { &scene.chain[LEAF],
			&scene.chain[CA], &scene.chain[ROOT] };
		const struct openssl_chain chain = { sent, date_rows[i].sent,
			date_rows[i].is_untrusted ? NULL : &scene.chain[ROOT],
			0 };
		struct text found = { .size = 0 };

		print_message("%s\n", date_rows[i].what);
		set_scene(&scene);
		memcpy(findings, date_rows[i].findings, sizeof(findings));
		for (size_t k = 0; k < CHAIN; k++)
			received[k] = scene.chain[k].sha256;
		list(&found, &result, &chain);
		assert_string_equal(found.data, date_rows[i].errors);
		text_free(&found);
	}
}

/* Of the two versions of a root the first that is sent counts. */
static void
a_path_is_never_tried_again(void **state)
{
	struct scene scene;
	struct certificate cross, anchor;
	struct openssl_path path;
	const struct certificate *sent[] = { &scene.chain[LEAF],
		&scene.chain[CA], &scene.chain[ROOT], &cross };
	struct openssl_chain chain = { sent, 4, &anchor, 0 };

	(void)state;
	set_scene(&scene);
	make(&cross, "root", "anchor");
	make(&anchor, "anchor", "anchor");
	cross.sha256.octets[0] = 'c';
	openssl_path_build(&path, &chain);
	assert_int_equal(path.count, 3);
	assert_ptr_equal(path.steps[2], &scene.chain[ROOT]);
	assert_false(path.anchored);

	sent[2] = &cross;
	sent[3] = &scene.chain[ROOT];
	openssl_path_build(&path, &chain);
	assert_int_equal(path.count, 4);
	assert_ptr_equal(path.steps[3], &anchor);
	assert_true(path.anchored);

	chain.anchor = &scene.chain[ROOT];
	openssl_path_build(&path, &chain);
	assert_int_equal(path.count, 3);
	assert_ptr_equal(path.steps[2], &scene.chain[ROOT]);
	assert_true(path.anchored);
}

/* Two versions of the CA are sent, valid from 100 to the second given. */
static void
a_valid_issuer_comes_first(void **state)
{
	static const struct {
		int64_t first, second, now;
		bool is_second;
	} cases[] = {
		{ 200, 300, 150, false },
		{ 200, 300, 250, true },
		{ 200, 300, 350, true },
		{ 300, 200, 350, false },
		{ 200, 300, 50, true },
		{ 200, 300, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;
		struct certificate other;
		struct openssl_path path;
		const struct certificate *const sent[] = { &scene.chain[LEAF],
			&scene.chain[CA], &other };
		const struct openssl_chain chain = { sent, 3,
			&scene.chain[ROOT], cases[i].now };

		set_scene(&scene);
		make(&other, "ca", "root");
		other.times_valid = scene.chain[CA].times_valid = true;
		other.not_before = scene.chain[CA].not_before = 100;
		scene.chain[CA].not_after = cases[i].first;
		other.not_after = cases[i].second;
		openssl_path_build(&path, &chain);
		assert_int_equal(path.count, 3);
		assert_ptr_equal(path.steps[1],
		    cases[i].is_second ? &other : &scene.chain[CA]);
	}
}

/* Each is valid from 100 to 200, but for the root: to 300. */
static void
the_clock_tells_dates(void **state)
{
	static const struct {
		int64_t now;
		const char *reason, *errors;
	} cases[] = {
		{ 150, "7 certificate signature failure", "0:7 " },
		{ 50, "9 not yet valid", "2:9 1:9 0:7 0:9 " },
		{ 250, "10 certificate has expired", "1:10 0:7 0:10 " },
		{ 350, "10 certificate has expired", "2:10 1:10 0:7 0:10 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client_verdict client = { "openssl", ACCEPTS_NO,
			cases[i].reason };
		const struct result result = {
			.seen = { .host = "a.test", .received_count = 2 },
			.verdict = { .clients = &client, .client_count = 1 },
		};
		struct scene scene;
		const struct certificate *const sent[] = { &scene.chain[LEAF],
			&scene.chain[CA] };
		const struct openssl_chain chain = { sent, 2,
			&scene.chain[ROOT], cases[i].now };
		struct text found = { .size = 0 };

		set_scene(&scene);
		leaf_is_not_signed(&scene);
		for (size_t k = 0; k < CHAIN; k++) {
			scene.chain[k].times_valid = true;
			scene.chain[k].not_before = 100;
			scene.chain[k].not_after = k == ROOT ? 300 : 200;
		}
		list(&found, &result, &chain);
		assert_string_equal(found.data, cases[i].errors);
		text_free(&found);
	}
}

/* The CN counts where there is no DNS name, whatever the record says. */
static void
the_common_name_counts(void **state)
{
	static const struct {
		const char *cause, *common_name;
		enum name_kind kind;
		const char *errors;
	} cases[] = {
		{ "no_san", "a.test", NAME_EMAIL, "0:20 0:21 " },
		{ "no_san", "x.test", NAME_EMAIL, "0:20 0:62 0:21 " },
		{ "no_san", NULL, NAME_EMAIL, "0:20 0:62 0:21 " },
		{ "other_name", "a.test", NAME_ADDRESS, "0:20 0:21 " },
		{ "other_name", "a.test", NAME_DNS, "0:20 0:62 0:21 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client_verdict client = { "openssl", ACCEPTS_NO,
			"20 unable" };
		struct finding finding = { "name_mismatch", cases[i].cause,
			SEVERITY_ERROR, 0, NULL, NULL, 0 };
		const struct result result = {
			.seen = { .host = "a.test", .received_count = 1 },
			.verdict = { .findings = &finding,
			    .finding_count = 1,
			    .clients = &client,
			    .client_count = 1 },
		};
		struct scene scene;
		const struct certificate *const sent[] = { &scene.chain[LEAF] };
		const struct openssl_chain chain = { sent, 1, NULL, 0 };
		struct text found = { .size = 0 };

		set_scene(&scene);
		scene.names[0] =
		    (struct general_name){ cases[i].kind, named("another") };
		scene.chain[LEAF].alternative_names.count = 1;
		scene.chain[LEAF].subject_cn = cases[i].common_name;
		list(&found, &result, &chain);
		assert_string_equal(found.data, cases[i].errors);
		text_free(&found);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_openssls),
		cmocka_unit_test(dates_are_told_from_the_root_down),
		cmocka_unit_test(the_clock_tells_dates),
		cmocka_unit_test(the_common_name_counts),
		cmocka_unit_test(a_path_is_never_tried_again),
		cmocka_unit_test(a_valid_issuer_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
