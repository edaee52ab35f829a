/* Which address of a name is not like the others, and in what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "audit/backends.h"

enum { MOST = 5 };

/* What one address gives: a letter for each certificate that it sends; the leaf
   ends so many days after 1970 as its letter's number says. */
struct address {
	const char *chain, *version;
	enum class_id class_id;
};

#define OK(chain)                         \
	{                                 \
		chain, "TLS1.3", CLASS_OK \
	}
#define LACKS(chain)                                        \
	{                                                   \
		chain, "TLS1.3", CLASS_MISSING_INTERMEDIATE \
	}
#define GONE                                \
	{                                   \
		"", NULL, CLASS_UNREACHABLE \
	}

static const struct {
	const char *name;
	struct address list[MOST];
	/* By place, from 192.0.2.1 on: the fields that differ, or NULL */
	const char *fields[MOST];
	const char *detail; /* of the first that differs */
} rows[] = {
	{ "all alike", { OK("lm"), OK("lm"), OK("lm") }, { NULL }, NULL },
	{ "one of four lacks the intermediate",
	    { OK("lm"), OK("lm"), LACKS("l"), OK("lm") },
	    { NULL, NULL, "chain,class", NULL },
	    "3 of 4 addresses send the intermediate; 192.0.2.3 does not; "
	    "3 of 4 addresses are ok; 192.0.2.3 is missing_intermediate" },
	{ "the healthy ones are the usual, also where they are few",
	    { LACKS("l"), LACKS("l"), OK("lm"), LACKS("l") },
	    { "chain,class", "chain,class", NULL, "chain,class" },
	    "1 of 4 addresses sends the intermediate; 192.0.2.1 does not; "
	    "1 of 4 addresses is ok; 192.0.2.1 is missing_intermediate" },
	{ "one cannot be reached", { OK("lm"), GONE }, { NULL, "class" },
	    "1 of 2 addresses is ok; 192.0.2.2 cannot be reached (refused)" },
	{ "none is healthy, and one is another fault",
	    { LACKS("l"), LACKS("l"), { "l", "TLS1.3", CLASS_EXPIRED } },
	    { NULL, NULL, "class" },
	    "2 of 3 addresses are missing_intermediate; 192.0.2.3 is "
	    "expired" },
	{ "two leaves of two: the later one is the usual",
	    { OK("am"), OK("bm") }, { "leaf", NULL },
	    "1 of 2 addresses has the certificate that ends 1970-04-09; "
	    "192.0.2.1 has one that ends 1970-04-08" },
	{ "each has a leaf of its own", { OK("am"), OK("bm"), OK("cm") },
	    { NULL }, NULL },
	{ "one of three has another leaf", { OK("am"), OK("bm"), OK("am") },
	    { NULL, "leaf", NULL },
	    "2 of 3 addresses have the certificate that ends 1970-04-08; "
	    "192.0.2.2 has one that ends 1970-04-09" },
	{ "one sends more", { OK("lm"), OK("lmr"), OK("lm") },
	    { NULL, "chain", NULL },
	    "2 of 3 addresses send 2 certificates; 192.0.2.2 sends 3" },
	{ "one sends others", { OK("lm"), OK("ln"), OK("lm") },
	    { NULL, "chain", NULL },
	    "2 of 3 addresses send one chain; 192.0.2.2 sends another" },
	{ "one speaks an older version",
	    { OK("lm"), OK("lm"), { "lm", "TLS1.2", CLASS_OK } },
	    { NULL, NULL, "tls" },
	    "2 of 3 addresses speak TLS1.3; 192.0.2.3 speaks TLS1.2" },
	{ "none was reached", { GONE, GONE, GONE }, { NULL }, NULL },
};

static void
differences_are_named(void **state)
{
	static const char *const ips[MOST] = { "192.0.2.1", "192.0.2.2",
		"192.0.2.3", "192.0.2.4", "192.0.2.5" };
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct backends *backends = backends_new(arena);
		const char *detail = NULL;
		size_t count = 0;

		print_message("# %s\n", rows[i].name);
		for (; count < MOST && rows[i].list[count].chain != NULL;
		     count++) {
			const struct address *one = &rows[i].list[count];
			struct digest chain[MOST] = { { { 0 } } };
			size_t length = strlen(one->chain);
			struct result result = {
				.seen = { .ip = ips[count],
				    .received = chain,
				    .received_count = length,
				    .has_tls = one->version != NULL },
				.verdict = { .class_id = one->class_id },
			};

			for (size_t k = 0; k < length; k++)
				chain[k].octets[0] = (uint8_t)one->chain[k];
			result.seen.tls.version = one->version;
			result.leaf.present = length > 0;
			if (length > 0)
				result.leaf.not_after = one->chain[0] * 86400;
			if (one->class_id == CLASS_UNREACHABLE)
				result.verdict.cause = "refused";
			backends_add(backends, &result);
		}
		for (size_t k = 0; k < count; k++) {
			const struct backend_difference *differs =
			    backends_compare(backends, k);

			if (rows[i].fields[k] == NULL) {
				assert_null(differs);
				continue;
			}
			assert_non_null(differs);
			assert_string_equal(differs->fields, rows[i].fields[k]);
			assert_int_equal(differs->addresses, count);
			if (detail == NULL)
				detail = differs->detail;
		}
		if (rows[i].detail == NULL)
			assert_null(detail);
		else
			assert_string_equal(detail, rows[i].detail);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
