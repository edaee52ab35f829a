/*
 * Root programs: the file that is shipped, by what the programs themselves
 * said on its date, and files that are wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "model/roots.h"
#include "x509/trust_store.h"

static const struct roots *
read_shipped(struct arena *arena)
{
	struct text text = { .size = 0 };
	const struct roots *roots;
	const char *error = NULL;

	assert_int_equal(file_read("data/roots.json", 1 << 20, &text), 0);
	roots = roots_read(
	    arena, bytes_of(text.data, text.size), "roots.json", &error);
	if (roots == NULL)
		fail_msg("%s", error);
	text_free(&text);
	return roots;
}

static const struct root *
find_by_name(const struct roots *roots, const char *name)
{
	for (size_t i = 0; i < roots->count; i++)
		if (strcmp(roots->list[i].name, name) == 0)
			return &roots->list[i];
	fail_msg("%s is in no list", name);
	return NULL;
}

/* All of them are in the Debian 12 of 2025. */
static const struct {
	const char *root;
	bool chrome, firefox, certifi, node, sid;
	const char *logged; /* Chrome's last good day, or NULL */
	const char *issued; /* Mozilla's */
} rows[] = {
	{ "ISRG Root X1", true, true, true, true, true, NULL, NULL },
	{ "GlobalSign Root CA", false, false, false, false, false, NULL, NULL },
	{ "DigiCert Global Root CA", false, false, false, false, false, NULL,
	    NULL },
	{ "DigiCert Global Root G2", true, true, true, true, true, "2027-09-14",
	    NULL },
	{ "DigiCert Trusted Root G4", true, true, true, true, true,
	    "2026-09-14", NULL },
	{ "USERTrust RSA Certification Authority", true, true, true, true, true,
	    "2026-09-30", NULL },
	{ "Izenpe.com", true, true, true, true, true, "2026-04-14",
	    "2026-04-15" },
	{ "Entrust Root Certification Authority - G2", false, false, false,
	    false, false, NULL, NULL },
	{ "HiPKI Root CA - G1", true, true, true, true, true, "2025-07-31",
	    NULL },
	{ "Buypass Class 2 Root CA", true, true, true, true, true, "2025-10-31",
	    NULL },
};

static void
check_rule(const struct root *root, const struct root_list *list,
    enum root_rule_kind kind, const char *day)
{
	const struct root_rule *rule = root_rule_of(root, list);
	char date[CLOCK_TEXT_SIZE];

	if (day == NULL) {
		assert_null(rule);
		return;
	}
	assert_non_null(rule);
	assert_int_equal(rule->kind, kind);
	clock_format(rule->date, date);
	assert_memory_equal(date, day, 10);
	assert_string_equal(date + 10, "T23:59:59Z");
}

static void
test_shipped(void **state)
{
	struct arena *arena = arena_new();
	const struct roots *roots = read_shipped(arena);
	const struct root_list *chrome = roots_list(roots, "chrome"),
			       *firefox = roots_list(roots, "firefox"),
			       *certifi = roots_list(roots, "certifi"),
			       *node = roots_list(roots, "node"),
			       *sid = roots_list(roots, "debian");
	size_t dated = 0;

	(void)state;
	assert_string_equal(chrome->title, "Chrome 156");
	assert_string_equal(node->id, "node-26.10.0");
	assert_string_equal(
	    roots_list(roots, "node-24.22.3")->title, "Node.js 24");
	assert_null(roots_list(roots, "netscape"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct root *root = find_by_name(roots, rows[i].root);
		const struct root_list *last, *gone;

		assert_ptr_equal(roots_find(roots, &root->sha256), root);
		assert_int_equal(
		    root_is_in(roots, root, chrome), rows[i].chrome);
		assert_int_equal(
		    root_is_in(roots, root, firefox), rows[i].firefox);
		assert_int_equal(
		    root_is_in(roots, root, certifi), rows[i].certifi);
		assert_int_equal(root_is_in(roots, root, node), rows[i].node);
		check_rule(root, chrome, ROOT_RULE_LOGGED, rows[i].logged);
		check_rule(root, firefox, ROOT_RULE_ISSUED, rows[i].issued);
		assert_true(roots_system_standing(roots, root, &last, &gone));
		assert_ptr_equal(rows[i].sid ? last : gone, sid);
		if (!rows[i].sid)
			assert_string_equal(last->title, "Debian 12");
	}
	for (size_t i = 0; i < roots->count; i++)
		dated += root_rule_of(&roots->list[i], chrome) != NULL;
	assert_int_equal(dated, 47);
	arena_free(arena);
}

/* The file's subjects and fingerprints are those of real certificates. */
static void
test_system_store(void **state)
{
	struct arena *arena = arena_new();
	const struct roots *roots = read_shipped(arena);
	const char *path = trust_store_system_path();
	struct trust_store *store;
	struct certificate_list list;
	char *error = NULL;
	size_t known = 0;

	(void)state;
	if (path == NULL)
		skip();
	store = trust_store_load("system", &path, 1, &error);
	assert_non_null(store);
	list = certificate_index_all(trust_store_anchors(store));
	for (size_t i = 0; i < list.count; i++) {
		const struct certificate *certificate = list.certificates[i];
		const struct root *root =
		    roots_find(roots, &certificate->sha256);

		if (root == NULL)
			continue;
		assert_string_equal(root->subject, certificate->subject);
		known++;
	}
	if (known == 0)
		print_message("%s holds no public root\n", path);
	trust_store_free(store);
	arena_free(arena);
}

#define HEAD                                                    \
	"{ \"schema\": \"fleetscan/roots/1\", \"date\": \"d\"," \
	" \"system\": \"p\","                                   \
	" \"programs\": [{ \"id\": \"p\", \"title\": \"P\" }],"
#define LISTS                                           \
	" \"lists\": [{ \"id\": \"p-1\", \"program\": " \
	"\"p\", \"title\": \"P 1\", \"version\": \"1\", \"source\": \"s\" }],"
#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ROOT(more)                                                     \
	HEAD LISTS " \"roots\": [{ \"sha256\": \"" SHA "\", \"name\":" \
		   " \"r\", \"subject\": \"CN=r\"" more " }] }"
#define RULE(more) ROOT(", \"rules\": [{ \"program\": \"p\"" more " }]")

static const struct {
	const char *text, *error;
} mistakes[] = {
	{ "", "r.json: " },
	{ "{ \"schema\": \"fleetscan/roots/2\", \"date\": \"d\" }",
	    "r.json: not a file of the form fleetscan/roots/1" },
	{ HEAD " \"lists\": [{ \"id\": \"a\", \"title\": \"A\", \"version\": "
	       "\"1\", \"source\": "
	       "\"s\", \"program\": \"q\" }] }",
	    "r.json: lists[0].program: no such program" },
	{ HEAD " \"lists\": [{ \"id\": \"\" }] }",
	    "r.json: lists[0].id: not a text" },
	{ HEAD " \"roots\": [{ \"sha256\": \"00\" }] }",
	    "r.json: roots[0].sha256: not 64 hexadecimal digits" },
	{ ROOT(", \"in\": [\"p-1\", \"p-2\"]"),
	    "r.json: roots[0].in: no such list" },
	{ RULE(", \"rule\": \"logged\", \"date\": \"+30d\""),
	    "r.json: roots[0].rules: no such date" },
	{ RULE(", \"rule\": \"seen\", \"date\": \"2026-01-01\""),
	    "r.json: roots[0].rules: no such rule" },
	{ ROOT(", \"rules\": [{ \"program\": \"q\" }]"),
	    "r.json: roots[0].rules: no such program" },
	{ "{ \"schema\": \"fleetscan/roots/1\", \"date\": \"d\","
	  " \"system\": \"p\" }",
	    "r.json: system: no such program" },
};

static void
test_mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct arena *arena = arena_new();
		const char *error = NULL;

		assert_null(roots_read(arena,
		    bytes_from_string(mistakes[i].text), "r.json", &error));
		assert_memory_equal(
		    error, mistakes[i].error, strlen(mistakes[i].error));
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_system_store),
		cmocka_unit_test(test_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
