/*
 * fleet/judge.h: which certificates a message brings along, so that a run can
 * be judged and repaired from its own files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>
#include <stdlib.h>

#include "audit/judge.h"
#include "tests/lab/lab.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

enum { SENT_MOST = 3, NOW = 1767225600 };

struct world {
	struct lab *lab;
	struct trust_store *store;
	const struct trust_store *stores[1];
	struct audit_settings settings;
	struct certificate *found; /* I1 */
	struct certificate_index *index;
	struct judge *judge;
};

/* One judge sees them in this order; what it wrote once it does not repeat. */
static const struct {
	const char *name, *sent[SENT_MOST];
	bool with_sources;
	size_t certificates, authorities;
} rows[] = {
	{ "leaf, and the two above it that were found", { "leaf:ok" }, true, 3,
	    0 },
	{ "a second leaf below them", { "leaf:leaf-aia" }, true, 1, 0 },
	{ "now someone sends the intermediate", { "leaf:ok", "I1" }, true, 1,
	    1 },
	{ "and someone the root", { "leaf:ok", "I1", "R1" }, true, 1, 1 },
};

static struct bytes
der_of(const struct world *world, const char *name)
{
	size_t size;
	const unsigned char *data = lab_der(world->lab, name, &size);

	assert_non_null(data);
	return bytes_of(data, size);
}

static const char *
nowhere(const void *context, const struct certificate *certificate,
    const char *site)
{
	(void)context;
	(void)certificate;
	(void)site;
	return NULL;
}

static void
test_certificates(void **state)
{
	const struct world *world = *state;
	struct audit_source source = { world->index, SOURCE_KNOWN, nowhere,
		NULL };
	struct audit_sources sources = { &source, 1, NULL };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes chain[SENT_MOST];
		struct observation seen = {
			.input = "ok.lab.test",
			.host = "ok.lab.test",
			.timing = { -1, -1, -1 },
			.chain = chain,
		};
		struct message *message;
		size_t authorities = 0;

		while (seen.received_count < SENT_MOST &&
		       rows[i].sent[seen.received_count] != NULL) {
			chain[seen.received_count] =
			    der_of(world, rows[i].sent[seen.received_count]);
			seen.received_count++;
		}
		message = judge_observation(world->judge, &seen, &sources);
		print_message("# %s\n", rows[i].name);
		for (size_t j = 0; j < message->certificate_count; j++)
			authorities += message->certificates[j].authority;
		assert_int_equal(
		    message->certificate_count, rows[i].certificates);
		assert_int_equal(authorities, rows[i].authorities);
		message_free(message);
	}
}

static int
set_up(void **state)
{
	struct lab_options options = { .parts = LAB_SCENARIOS, .now = NOW };
	struct world *world = calloc(1, sizeof(*world));
	struct bytes root;
	struct bundle bundle = { .certificates = &root, .count = 1 };
	char *error = NULL;

	*state = world;
	world->lab = lab_start(&options);
	if (world->lab == NULL)
		return -1;
	root = der_of(world, "R1");
	world->store =
	    trust_store_from_bundle("trust", "test", &bundle, &error);
	world->stores[0] = world->store;
	world->found = certificate_new(der_of(world, "I1"));
	world->index = certificate_index_new();
	certificate_index_add(world->index, world->found);
	world->settings = (struct audit_settings){
		.now = NOW,
		.stores = world->stores,
		.store_count = 1,
	};
	world->judge = judge_new(&world->settings);
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	judge_free(world->judge);
	certificate_index_free(world->index);
	certificate_free(world->found);
	trust_store_free(world->store);
	lab_stop(world->lab);
	free(world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_certificates),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
