/* Distrust by date: the file that is shipped, and files that are wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "audit/distrust.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "x509/bundle.h"

struct fixture {
	struct text text;
	struct arena *arena;
	const struct distrust *distrust;
};

static int
set_up(void **state)
{
	static struct fixture fixture;
	const char *error;

	fixture.arena = arena_new();
	if (file_read("data/distrust.json", 1 << 20, &fixture.text) != 0)
		return -1;
	fixture.distrust = distrust_read(fixture.arena,
	    bytes_of(fixture.text.data, fixture.text.size), "distrust.json",
	    &error);
	if (fixture.distrust == NULL)
		fail_msg("%s", error);
	*state = &fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	text_free(&fixture->text);
	arena_free(fixture->arena);
	return 0;
}

#define ENTRUST_G2 \
	"43df5774b03e7fef5fe40d931a7bedf1bb2e6b42738c4e6d3841103d3aa7f339"
#define AFFIRMTRUST \
	"0376ab1d54c5f9803ce4b2e201a0ee7eef7b57b636e8a93c9b8d4860c96f5fa7"
#define EPKI "c0a6f4dc63a24bfdcf54ef2a6a082a0a72de35803e2ff5ff527ae5d87206dfd5"
#define HIPKI "f015ce3cc239bfef064be9f1d2c417e1a0264a0a94be1f0c8d121864eb6949cc"
#define CHAMBERS \
	"063e4afac491dfd332f3089b8542e94617d893d7fe944e10a7937ee29d9693c0"
#define VERISIGN_G5 \
	"9acfab7e43c8d880d06b262a94deeee4b4659989c3d0caf19baf6405e41ab7df"

static const struct {
	const char *client, *anchor;
	const char *issued;
	const char *now;
	const char *rule; /* NULL: accepted */
} rows[] = {
	{ "java", ENTRUST_G2, "2024-11-12", "2026-01-01", "java-entrust" },
	{ "java", ENTRUST_G2, "2024-11-11T23:59:59Z", "2026-01-01", NULL },
	{ "java", AFFIRMTRUST, "2025-03-01", "2026-01-01", "java-affirmtrust" },
	{ "java27", AFFIRMTRUST, "2025-03-01", "2026-01-01", NULL },
	{ "curl", ENTRUST_G2, "2025-03-01", "2026-01-01", NULL },
	{ "java", EPKI, "2026-03-18", "2026-05-01", "java-chunghwa" },
	{ "java27", EPKI, "2026-03-18", "2026-05-01", "java-chunghwa" },
	{ "java", HIPKI, "2026-03-18", "2026-05-01", NULL },
	{ "firefox", CHAMBERS, "2020-01-01", "2021-05-01",
	    "firefox-camerfirma" },
	{ "java", CHAMBERS, "2025-04-16", "2026-01-01", "java-camerfirma" },
	{ "java", VERISIGN_G5, "2019-04-17", "2026-01-01", "java-symantec" },
	{ "chrome", VERISIGN_G5, "2017-12-01", "2018-12-01",
	    "chrome-symantec" },
};

static int64_t
time_of(const char *text)
{
	int64_t time;

	if (!clock_parse(text, 0, &time))
		fail_msg("%s is no date", text);
	return time;
}

static void
each_client_has_its_dates(void **state)
{
	const struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct certificate anchor = { .damage = NULL };
		struct certificate leaf = {
			.times_valid = true,
			.not_before = time_of(rows[i].issued),
		};
		const struct distrust_rule *rule = NULL;

		assert_true(digest_from_hex(&anchor.sha256, rows[i].anchor));
		for (size_t k = 0; rule == NULL && k < fixture->distrust->count;
		     k++) {
			const struct distrust_rule *one =
			    &fixture->distrust->rules[k];

			if (distrust_rule_names(one, rows[i].client))
				rule = distrust_find(&one, 1, &leaf, &anchor,
				    time_of(rows[i].now));
		}
		if ((rule == NULL) != (rows[i].rule == NULL) ||
		    (rule != NULL && strcmp(rule->id, rows[i].rule) != 0))
			fail_msg("row %zu (%s): %s", i, rows[i].client,
			    rule == NULL ? "accepted" : rule->id);
	}
}

/* The system's store, where there is one, as far as it holds these roots. */
static void
roots_are_who_the_file_says(void **state)
{
	const struct fixture *fixture = *state;
	char reason[80];
	struct json *document = json_parse(
	    bytes_of(fixture->text.data, fixture->text.size), reason);
	struct bundle bundle = { .count = 0 };
	const char *error;

	if (bundle_read_path(fixture->arena,
		"/etc/ssl/certs/ca-certificates.crt", NULL, &bundle,
		&error) < 0) {
		json_free(document);
		skip();
	}
	for (size_t i = 0; i < bundle.count; i++) {
		struct certificate *root =
		    certificate_new(bundle.certificates[i]);

		for (const struct json *set =
			 json_first(json_get(document, "roots"));
		     set != NULL; set = json_next(set))
			for (const struct json *at = json_first(set);
			     at != NULL; at = json_next(at)) {
				struct digest sha256;

				assert_true(json_digest(
				    json_get(at, "sha256"), &sha256));
				if (digest_equal(&sha256, &root->sha256))
					assert_string_equal(root->subject,
					    json_string(
						json_get(at, "subject")));
			}
		certificate_free(root);
	}
	json_free(document);
}

#define RULE_WITH(member)                                                     \
	"{\"schema\":\"fleetscan/distrust/1\",\"roots\":{\"r\":[{\"sha256\":" \
	"\"" EPKI "\"}],\"bad\":[{}],\"none\":[]},\"rules\":[{" member        \
	"\"id\":\"i\",\"clients\":[\"c\"],\"roots\":[\"r\"],\"rule\":"        \
	"\"from\",\"date\":\"2026-01-01\",\"sentence\":\"s\",\"source\":"     \
	"\"q\"}]}"

static const struct {
	const char *text, *error; /* its beginning; NULL: sound */
} files[] = {
	{ RULE_WITH(""), NULL },
	{ "{\"schema\":\"fleetscan/distrust/1\",\"rules\":[]}", NULL },
	{ "", "d.json: " },
	{ "{", "d.json: " },
	{ "[]", "d.json: not a file of the form fleetscan/distrust/1" },
	{ "{\"schema\":\"fleetscan/distrust/2\",\"rules\":[]}",
	    "d.json: not a file of the form fleetscan/distrust/1" },
	{ "{\"schema\":\"fleetscan/distrust/1\",\"rules\":[7]}",
	    "d.json: rules[0].id: not a text" },
	{ RULE_WITH("\"sentence\":7,"),
	    "d.json: rules[0].sentence: not a text" },
	{ RULE_WITH("\"source\":\"\","),
	    "d.json: rules[0].source: not a text" },
	{ RULE_WITH("\"clients\":[],"),
	    "d.json: rules[0].clients: not a list of clients" },
	{ RULE_WITH("\"clients\":[7],"),
	    "d.json: rules[0].clients: not a client" },
	{ RULE_WITH("\"rule\":\"never\","),
	    "d.json: rules[0].rule: no such rule" },
	{ RULE_WITH("\"date\":\"2026-02-30\","),
	    "d.json: rules[0].date: no such date" },
	{ RULE_WITH("\"date\":\"+3d\","),
	    "d.json: rules[0].date: no such date" },
	{ RULE_WITH("\"roots\":[],"),
	    "d.json: rules[0].roots: not a list of sets" },
	{ RULE_WITH("\"roots\":[\"q\"],"),
	    "d.json: rules[0].roots: no such set of roots" },
	{ RULE_WITH("\"roots\":[\"r\",\"none\"],"),
	    "d.json: rules[0].roots: no such set of roots" },
	{ RULE_WITH("\"roots\":[\"r\",\"bad\"],"),
	    "d.json: rules[0].roots: a root without a sha256" },
};

static void
wrong_files_are_refused(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *error = NULL, *expected = files[i].error;
		const struct distrust *distrust = distrust_read(
		    arena, bytes_from_string(files[i].text), "d.json", &error);

		if ((distrust == NULL) != (expected != NULL) ||
		    (expected != NULL &&
			(error == NULL ||
			    strncmp(error, expected, strlen(expected)) != 0)))
			fail_msg("%s: %s", files[i].text,
			    error == NULL ? "accepted" : error);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_client_has_its_dates),
		cmocka_unit_test(roots_are_who_the_file_says),
		cmocka_unit_test(wrong_files_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
