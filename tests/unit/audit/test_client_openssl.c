/*
 * What openssl prints of a leaf, its CA and a root, each with one fault or two:
 * a row each.  The whole list counts, in OpenSSL's own order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "audit/client_openssl.h"
#include "audit/client_traits.h"
#include "base/text.h"

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
		.key_name = "RSA 2048",
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
change_nothing(struct scene *scene)
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
ca_key_ids_are_critical(struct scene *scene)
{
	scene->chain[CA].critical_extensions =
	    CRITICAL_SUBJECT_KEY_ID | CRITICAL_AUTHORITY_KEY_ID;
}

/* OpenSSL knows both, and is the only one to do so. */
static void
leaf_is_no_responder(struct scene *scene)
{
	scene->chain[LEAF].unknown_critical_count = 2;
	scene->chain[LEAF].critical_extensions =
	    CRITICAL_NO_CHECK | CRITICAL_AS_NUMBERS;
}

static void
ca_key_is_1963_bits_long(struct scene *scene)
{
	scene->chain[CA].key_bits = 1963;
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
leaf_signs_itself(struct scene *scene)
{
	scene->chain[LEAF].issuer_key_name = scene->chain[LEAF].subject_key;
	scene->chain[LEAF].self_issued = true;
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

static void
subject_has_many_attributes(struct scene *scene)
{
	scene->chain[LEAF].subject_attribute_count = 1 << 20;
	constrain(scene, CA, "test", NULL);
}

static void
mailbox_is_no_ia5_string(struct scene *scene)
{
	scene->chain[LEAF].odd_forms = FORM_MAILBOX_STRING;
	constrain(scene, CA, "test", NULL);
}

/* "DEPTH:NUMBER " each; the path has the first `length` of the three. */
static const struct {
	const char *what, *reason;
	void (*change)(struct scene *);
	size_t length;
	enum path_end end;
	const char *errors;
} rows[] = {
	{ "anyExtendedKeyUsage is no server's", "26 unsuitable purpose",
	    ca_is_for_any, 3, PATH_ANCHOR, "1:26 " },
	{ "the root's purpose", "26 unsuitable purpose", root_is_for_clients, 3,
	    PATH_ANCHOR, "2:26 " },
	{ "a CA that may not sign", "79 invalid CA certificate",
	    ca_may_not_sign, 3, PATH_ANCHOR, "1:79 1:26 1:32 " },
	{ "a root that may not sign", "79 invalid CA certificate",
	    root_may_not_sign, 3, PATH_ANCHOR, "2:79 2:26 2:32 " },
	{ "a root that is no CA", "79 invalid CA certificate", root_is_no_ca, 3,
	    PATH_ANCHOR, "2:79 2:26 " },
	{ "an old CA is of use to servers", "79 invalid CA certificate",
	    ca_is_old, 3, PATH_ANCHOR, "1:79 " },
	{ "an old root is a CA", "26 unsuitable purpose", root_is_old, 3,
	    PATH_ANCHOR, "1:26 " },
	{ "the root's path length", "25 path length", root_has_path_length, 3,
	    PATH_ANCHOR, "2:25 " },
	{ "the root's critical extension", "34 unhandled", root_is_critical, 3,
	    PATH_ANCHOR, "2:34 " },
	{ "critical identifiers of keys", "34 unhandled",
	    ca_key_ids_are_critical, 3, PATH_ANCHOR, "1:34 " },
	{ "critical ones that only OpenSSL knows", "34 unhandled",
	    leaf_is_no_responder, 3, PATH_ANCHOR, "" },
	{ "112 bits of security, rounded", "66 EE certificate key too weak",
	    ca_key_is_1963_bits_long, 3, PATH_ANCHOR, "" },
	{ "the root's key", "66 EE certificate key too weak", root_key_is_weak,
	    3, PATH_ANCHOR, "2:67 " },
	{ "every key", "66 EE certificate key too weak", every_key_is_weak, 3,
	    PATH_ANCHOR, "0:66 1:67 2:67 " },
	{ "nobody relies on the root's own signature", "68 too weak",
	    every_digest_is_weak, 3, PATH_ANCHOR, "0:68 1:68 " },
	{ "nor on the last one's", "20 unable", every_digest_is_weak, 2,
	    PATH_OPEN, "1:20 0:68 " },
	{ "alone, the leaf's digest is not looked at", "20 unable",
	    every_digest_is_weak, 1, PATH_OPEN, "0:20 0:21 " },
	{ "the leaf's key stands for the missing issuer", "20 unable",
	    every_key_is_weak, 2, PATH_OPEN, "0:66 1:66 1:67 " },
	{ "not permitted", "subtree violation", ca_permits_another, 3,
	    PATH_ANCHOR, "0:47 " },
	{ "excluded by the root, the second name", "subtree violation",
	    root_excludes_second_name, 3, PATH_ANCHOR, "0:48 " },
	{ "what is permitted and excluded is excluded", "subtree violation",
	    ca_does_both, 3, PATH_ANCHOR, "0:48 " },
	{ "a common name", "subtree violation", common_name_is_out, 3,
	    PATH_ANCHOR, "0:47 " },
	{ "attributes of the subject count as names", "1 unspecified",
	    subject_has_many_attributes, 3, PATH_ANCHOR, "0:1 " },
	{ "a mailbox of another string", "53 unsupported",
	    mailbox_is_no_ia5_string, 3, PATH_ANCHOR, "0:53 " },
	{ "a signature", "7 certificate signature failure", leaf_is_not_signed,
	    3, PATH_ANCHOR, "0:7 " },
	{ "the path ends at a root that is sent", "19 self-signed",
	    change_nothing, 3, PATH_SELF_SIGNED, "2:19 " },
	{ "all that an untrusted path has wrong", "19 self-signed",
	    ca_may_not_sign, 3, PATH_SELF_SIGNED, "2:19 1:79 1:26 1:32 " },
	{ "one that signed itself", "18 self-signed certificate",
	    leaf_signs_itself, 1, PATH_SELF_SIGNED, "0:18 " },
	{ "a signature below a missing issuer", "7 signature failure",
	    leaf_is_not_signed, 2, PATH_OPEN, "1:20 0:7 " },
	{ "a common name that is no host's", "62 hostname mismatch",
	    common_name_is_no_host, 3, PATH_ANCHOR, "0:62 " },
};

/* What is listed, as in the rows. */
static void
list(struct text *out, struct scene *scene, const char *host, size_t length,
    enum path_end end, int64_t now, const char *reason)
{
	static const struct client_profile profile = {
		.reads = WAY_BIT(WAY_NAME) | WAY_BIT(WAY_ADDRESS) |
			 WAY_BIT(WAY_COMMON_NAME),
		.limits = { [LIMIT_LEAST_RSA_BITS] = 1963 },
	};
	const struct host_name name = host_name_of(host);
	const struct validation validation = { .now = now };
	const struct client_facts facts = { .host = &name,
		.validation = &validation };
	struct path path = { .length = length, .end = end };
	struct openssl_error errors[OPENSSL_MOST_ERRORS];
	struct client_outcome outcome;
	size_t count;

	scene->chain[LEAF].common_names = &scene->chain[LEAF].subject_cn;
	scene->chain[LEAF].common_name_count =
	    scene->chain[LEAF].subject_cn != NULL;
	for (size_t i = 0; i < length; i++)
		path.steps[i] = (struct path_step){
			.certificate = &scene->chain[i],
			.signature = scene->chain[i].tbs.size == 0
					 ? SIGNATURE_BAD
					 : SIGNATURE_GOOD,
			.signed_above = i + 1 < length,
		};
	client_path_outcome(&validation, &path, &outcome);
	count = client_openssl_errors(&profile, &facts, &path, errors);
	text_append(out, "");
	for (size_t i = 0; i < count; i++)
		text_printf(out, "%zu:%d ", errors[i].depth, errors[i].number);
	if (reason != NULL)
		assert_int_equal(
		    client_openssl_explains(errors, count, reason), count > 0);
}

static void
rules_are_openssls(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene scene;
		struct text found = { .size = 0 };

		print_message("%s\n", rows[i].what);
		set_scene(&scene);
		rows[i].change(&scene);
		list(&found, &scene, "a.test", rows[i].length, rows[i].end, 0,
		    rows[i].reason);
		assert_string_equal(found.data, rows[i].errors);
		text_free(&found);
	}
}

/* Each library's limit counts other names. */
static void
names_and_constraints_are_counted(void **state)
{
	const struct validation validation = { .now = 0 };
	struct scene scene;
	struct path path = { .length = CHAIN, .end = PATH_ANCHOR };
	struct client_outcome outcome;

	(void)state;
	set_scene(&scene);
	scene.names[1].kind = NAME_EMAIL;
	scene.chain[LEAF].subject_attribute_count = 5;
	constrain(&scene, CA, "test", "x.test");
	for (size_t i = 0; i < CHAIN; i++)
		path.steps[i] =
		    (struct path_step){ .certificate = &scene.chain[i] };
	client_path_outcome(&validation, &path, &outcome);
	assert_int_equal(outcome.measures[LIMIT_MOST_NAME_PRODUCT], 14);
	assert_int_equal(
	    outcome.measures[LIMIT_MOST_ALTERNATIVE_NAME_PRODUCT], 4);
	assert_int_equal(outcome.measures[LIMIT_MOST_NAME_COMPARISONS], 2);
}

/* Each is valid from 100 to 200, but for the root: to 300. */
static void
dates_are_told_from_the_root_down(void **state)
{
	static const struct {
		int64_t now;
		size_t length;
		enum path_end end;
		const char *errors;
	} cases[] = {
		{ 150, 3, PATH_ANCHOR, "0:7 " },
		{ 50, 3, PATH_ANCHOR, "2:9 1:9 0:7 0:9 " },
		{ 250, 3, PATH_ANCHOR, "1:10 0:7 0:10 " },
		{ 350, 3, PATH_ANCHOR, "2:10 1:10 0:7 0:10 " },
		{ 350, 3, PATH_SELF_SIGNED, "2:19 2:10 1:10 0:7 0:10 " },
		/* The last one of an open path only lends its key. */
		{ 250, 2, PATH_OPEN, "1:20 0:7 0:10 " },
		{ 250, 1, PATH_OPEN, "0:20 0:21 0:10 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;
		struct text found = { .size = 0 };

		set_scene(&scene);
		leaf_is_not_signed(&scene);
		for (size_t k = 0; k < CHAIN; k++) {
			scene.chain[k].times_valid = true;
			scene.chain[k].not_before = 100;
			scene.chain[k].not_after = k == ROOT ? 300 : 200;
		}
		list(&found, &scene, "a.test", cases[i].length, cases[i].end,
		    cases[i].now, NULL);
		assert_string_equal(found.data, cases[i].errors);
		text_free(&found);
	}
}

/* The name comes before the signatures; an address has a number of its own. */
static void
names_are_read_as_the_profile_says(void **state)
{
	static const struct {
		const char *host, *common_name, *reason;
		enum name_kind kind;
		const char *errors;
	} cases[] = {
		{ "a.test", "a.test", "20 unable", NAME_EMAIL, "0:20 0:21 " },
		{ "a.test", "x.test", "62 hostname mismatch", NAME_EMAIL,
		    "0:20 0:62 0:21 " },
		{ "a.test", NULL, "62 hostname mismatch", NAME_EMAIL,
		    "0:20 0:62 0:21 " },
		{ "a.test", "a.test", "20 unable", NAME_DNS,
		    "0:20 0:62 0:21 " },
		{ "::1", "a.test", "64 IP address mismatch", NAME_DNS,
		    "0:20 0:64 0:21 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;
		struct text found = { .size = 0 };

		set_scene(&scene);
		scene.names[0] =
		    (struct general_name){ cases[i].kind, named("another") };
		scene.chain[LEAF].alternative_names.count = 1;
		scene.chain[LEAF].subject_cn = cases[i].common_name;
		list(&found, &scene, cases[i].host, 1, PATH_OPEN, 0,
		    cases[i].reason);
		assert_string_equal(found.data, cases[i].errors);
		text_free(&found);
	}
}

/* Of what no path has, and of handshakes, there is nothing to list. */
static void
other_reasons_are_not_listed(void **state)
{
	static const struct openssl_error errors[] = {
		{ 20, 20, "unable to get local issuer certificate", 0, "leaf" },
		{ 48, 48, "excluded subtree violation", 0, "leaf" },
	};

	(void)state;
	assert_true(client_openssl_explains(errors, 2, "20 unable"));
	assert_true(client_openssl_explains(errors, 2, "subtree violation"));
	assert_false(client_openssl_explains(errors, 2, "10 has expired"));
	assert_false(client_openssl_explains(errors, 2, "dh key too small"));
	assert_false(client_openssl_explains(errors, 0, "20 unable"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_openssls),
		cmocka_unit_test(names_and_constraints_are_counted),
		cmocka_unit_test(dates_are_told_from_the_root_down),
		cmocka_unit_test(names_are_read_as_the_profile_says),
		cmocka_unit_test(other_reasons_are_not_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
