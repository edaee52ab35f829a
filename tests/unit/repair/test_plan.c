/*
 * fleet/repair.h on runs made by hand: what the lab's authorities issued is
 * judged, written down as a run, read back and repaired.  A row is a host and
 * the chain that it is to send.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "rundir/archive.h"
#include "audit/judge.h"
#include "repair/kit_parts.h"
#include "rundir/manifest.h"
#include "repair/plan.h"
#include "run/judging.h"
#include "run/sources.h"
#include "rundir/trust_files.h"
#include "x509/pem.h"
#include "tests/lab/lab.h"
#include "tests/unit/fleet/tree.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

enum { SENT_MOST = 6, NOW = 1767225600 };

struct world {
	struct arena *arena;
	struct lab *lab;
	const char *root;
};

struct row {
	const char *name, *host;
	const char *sent, *known; /* names of the lab, by blanks */
	const char *trusted_root; /* --trust-root, or NULL */
	const char *chain;	  /* what to send; NULL: no offer */
	const char *items;	  /* for clients; NULL: none */
	enum class_id before, after;
};

#define MISSING CLASS_MISSING_INTERMEDIATE

static const struct row rows[] = {
	{ "leaf only", "ok", "leaf:ok", "I1", NULL, "leaf:ok I1", "I1", MISSING,
	    CLASS_OK },
	{ "upper one missing", "two-upper-missing",
	    "leaf:two-upper-missing I2B", "I2A", NULL,
	    "leaf:two-upper-missing I2B I2A", "I2A", MISSING, CLASS_OK },
	{ "lower one missing", "two-lower-missing",
	    "leaf:two-lower-missing I2A", "I2B", NULL,
	    "leaf:two-lower-missing I2B I2A", "I2B", MISSING, CLASS_OK },
	{ "both missing", "two-upper-missing", "leaf:two-upper-missing",
	    "I2A I2B", NULL, "leaf:two-upper-missing I2B I2A", "I2B I2A",
	    MISSING, CLASS_OK },
	{ "strays and a root do not stay", "ok", "leaf:ok I2A R1 leaf:ok", "I1",
	    NULL, "leaf:ok I1", "I1", MISSING, CLASS_OK },
	{ "expired and missing", "expired-leaf-only", "leaf:expired-leaf-only",
	    "I1", NULL, "leaf:expired-leaf-only I1", "I1", CLASS_EXPIRED,
	    CLASS_EXPIRED },
	{ "nothing missing", "ok", "leaf:ok I1", "I1", NULL, NULL, NULL,
	    CLASS_OK, CLASS_OK },
	{ "wrong order is no fault", "two-upper-missing",
	    "leaf:two-upper-missing I2A I2B", "I1", NULL, NULL, NULL, CLASS_OK,
	    CLASS_OK },
	{ "a root that is not trusted", "untrusted-root",
	    "leaf:untrusted-root P1", "R2 I1", NULL, NULL, NULL,
	    CLASS_WRONG_ROOT, CLASS_WRONG_ROOT },
	{ "and one that the user names", "untrusted-root",
	    "leaf:untrusted-root P1", "R2 I1", "R2", "leaf:untrusted-root P1",
	    "R2", CLASS_WRONG_ROOT, CLASS_OK },
	{ "who has other faults besides", "expired-untrusted",
	    "leaf:expired-untrusted P1", "R2 I1", "R2",
	    "leaf:expired-untrusted P1", "R2", CLASS_WRONG_ROOT,
	    CLASS_EXPIRED },
	{ "issuer found nowhere", "ok", "leaf:ok", "I2A", NULL, NULL, NULL,
	    CLASS_UNKNOWN_ISSUER, CLASS_UNKNOWN_ISSUER },
};

static struct bytes
der_of(const struct world *world, const char *name)
{
	size_t size;
	const unsigned char *data = lab_der(world->lab, name, &size);

	if (data == NULL)
		fail_msg("the lab has no %s", name);
	return bytes_of(data, size);
}

/* The certificates of a list like "leaf:ok I1". */
static size_t
list_of(const struct world *world, const char *names, struct bytes *out)
{
	char *copy = arena_string(world->arena, names == NULL ? "" : names);
	size_t count = 0;
	char *rest = copy, *name;

	while ((name = strsep(&rest, " ")) != NULL)
		if (*name != '\0')
			out[count++] = der_of(world, name);
	return count;
}

static void
write_run(const struct audit_settings *settings, const char *directory)
{
	const char *names[] = { "trust" };
	struct manifest manifest = {
		.id = "test",
		.version = "0",
		.command = "scan",
		.started = settings->now,
		.finished = settings->now,
		.clock = settings->now,
		.stores = names,
		.store_count = 1,
	};

	assert_int_equal(manifest_write(directory, &manifest), 0);
	assert_int_equal(trust_files_write(directory, settings->stores, 1), 0);
}

static void
write_records(const struct world *world, const struct row *row,
    const struct audit_settings *settings, const struct known *known,
    const char *directory)
{
	struct bytes chain[SENT_MOST];
	struct observation seen = {
		.ordinal = 1,
		.input = row->host,
		.host = arena_printf(world->arena, "%s.lab.test", row->host),
		.port = 443,
		.timestamp = settings->now,
		.status = STATUS_SUCCESS,
		.timing = { -1, -1, -1 },
		.chain = chain,
		.received_count = list_of(world, row->sent, chain),
	};
	struct sources *sources = sources_new(NULL, known, NULL);
	struct judge *judge = judge_new(settings);
	struct message *message =
	    judge_observation(judge, &seen, sources_list(sources));
	char *path = file_join(directory, "hosts.ndjson");
	FILE *records = fopen(path, "w");
	FILE *certificates;

	free(path);
	path = file_join(directory, "certs.ndjson");
	certificates = fopen(path, "w");
	free(path);
	assert_non_null(records);
	assert_non_null(certificates);
	fwrite(message->line.data, 1, message->line.size, records);
	fwrite(message->certificate_lines.data, 1,
	    message->certificate_lines.size, certificates);
	fclose(records);
	fclose(certificates);
	assert_int_equal(message->class_id, row->before);
	message_free(message);
	judge_free(judge);
	sources_free(sources);
}

/* A run directory with this one host. */
static const char *
make_run(const struct world *world, const struct row *row, size_t number)
{
	const char *place =
	    arena_printf(world->arena, "%zu/hosts.ndjson", number);
	char *directory = arena_string(
	    world->arena, tree_path(world->arena, world->root, place));
	struct bytes known[SENT_MOST], trusted = der_of(world, "R1");
	struct bundle bundle = { .certificates = &trusted, .count = 1 };
	char *error = NULL;
	struct trust_store *store =
	    trust_store_from_bundle("trust", "test", &bundle, &error);
	const struct trust_store *stores[] = { store };
	struct audit_settings settings = {
		.now = NOW,
		.stores = stores,
		.store_count = 1,
	};
	struct known *list = known_new();
	struct text pem = { .size = 0 };
	size_t count = list_of(world, row->known, known);
	const char *file;

	*strrchr(directory, '/') = '\0';
	for (size_t i = 0; i < count; i++)
		pem_append(&pem, NULL, known[i]);
	file = tree_file(
	    world->arena, directory, "known.pem", bytes_of(pem.data, pem.size));
	assert_int_equal(known_add_file(list, file, file, &error), 0);
	write_run(&settings, directory);
	write_records(world, row, &settings, list, directory);
	known_free(list);
	text_free(&pem);
	trust_store_free(store);
	return directory;
}

static void
check_chain(const struct world *world, const struct row *row,
    const struct repair_host *host)
{
	struct bytes want[SENT_MOST];
	size_t count = list_of(world, row->chain, want);

	assert_int_equal(host->before, row->before);
	assert_int_equal(host->after, row->after);
	assert_int_equal(host->chain_length, count);
	for (size_t i = 0; i < count; i++)
		assert_true(bytes_equal(host->chain[i], want[i]));
	assert_int_equal(host->repaired, row->after == CLASS_OK);
}

static bool
has_item(const struct repair_plan *plan, struct bytes der)
{
	for (size_t i = 0; i < plan->item_count; i++)
		if (bytes_equal(plan->items[i]->certificate->der, der))
			return true;
	return false;
}

/* Whoever refused, and has no other reason to, accepts with the items. */
static void
check_items(const struct world *world, const struct row *row,
    const struct repair_plan *plan)
{
	struct bytes want[SENT_MOST];
	size_t count = list_of(world, row->items, want);

	assert_int_equal(plan->item_count, count);
	for (size_t i = 0; i < count; i++) {
		const struct repair_item *item = plan->items[i];

		assert_true(has_item(plan, want[i]));
		assert_int_equal(item->host_count, 1);
		assert_int_equal(item->is_root, row->trusted_root != NULL);
		assert_int_equal(
		    item->fixed_count > 10, row->after == CLASS_OK);
	}
}

static void
check_row(const struct world *world, const struct row *row, size_t number)
{
	const char *directory = make_run(world, row, number);
	char *error = NULL;
	struct archive *archive = archive_open(directory, &error);
	struct judging judging;
	struct repair_plan *plan;
	struct digest root;

	print_message("# %s\n", row->name);
	assert_non_null(archive);
	assert_true(judging_load_run(&judging, directory, "data"));
	if (row->trusted_root != NULL)
		certificate_digest(der_of(world, row->trusted_root), &root);
	plan = repair_plan_new(
	    archive, &judging.audit, &root, row->trusted_root != NULL, &error);
	assert_non_null(plan);
	assert_int_equal(plan->unproven_count, 0);
	assert_int_equal(plan->host_count, row->chain != NULL);
	if (row->chain != NULL)
		check_chain(world, row, plan->hosts[0]);
	check_items(world, row, plan);
	assert_int_equal(
	    plan->left_count, row->chain == NULL && row->before != CLASS_OK);
	repair_plan_free(plan);
	judging_clear(&judging);
	archive_close(archive);
}

static void
test_rows(void **state)
{
	const struct world *world = *state;

	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(world, &rows[i], i);
}

/* A chain that the run does not hold whole is not offered. */
static void
test_incomplete(void **state)
{
	const struct world *world = *state;
	const char *directory = make_run(world, &rows[0], COUNT(rows));
	char *error = NULL;
	struct archive *archive;
	struct judging judging;
	struct repair_plan *plan;
	struct digest none = { { 0 } };

	assert_true(judging_load_run(&judging, directory, "data"));
	tree_file(world->arena, directory, "certs.ndjson", bytes_of("", 0));
	archive = archive_open(directory, &error);
	plan = repair_plan_new(archive, &judging.audit, NULL, 0, &error);
	assert_int_equal(plan->host_count, 0);
	assert_int_equal(plan->item_count, 0);
	assert_int_equal(plan->unproven_count, 1);
	repair_plan_free(plan);
	assert_null(error);
	assert_null(repair_plan_new(archive, &judging.audit, &none, 1, &error));
	assert_non_null(strstr(error, "no certificate of the run"));
	free(error);
	judging_clear(&judging);
	archive_close(archive);
}

static void
test_no_run(void **state)
{
	const struct world *world = *state;
	struct judging judging;

	assert_false(judging_load_run(&judging, world->root, "data"));
	assert_non_null(strstr(judging.error, "run.json"));
	judging_clear(&judging);
}

/* Names of certificates, and the names of their files. */
static const struct {
	const char *wanted, *name;
} names[] = {
	{ "R11", "R11.crt" },
	{ "Atlas DV TLS CA - G2", "Atlas_DV_TLS_CA_-_G2.crt" },
	{ "r11", "r11-2.crt" },
	{ "R11", "R11-3.crt" },
	{ "../../etc/passwd", "etc_passwd.crt" },
	{ "-rf", "rf.crt" },
	{ "$(reboot) `reboot`; 'x' \"y\"\nz", "reboot_reboot_x_y_z.crt" },
	{ "\xd0\x9a\xd0\xbe\xd1\x80\xd0\xb5\xd0\xbd\xd1\x8c", "unnamed.crt" },
	{ "", "unnamed-2.crt" },
	{ "...", "unnamed-3.crt" },
};

static void
test_names(void **state)
{
	const struct world *world = *state;
	struct kit_names *taken = kit_names_new(world->arena);
	char *longest = arena_alloc(world->arena, 5001);

	for (size_t i = 0; i < COUNT(names); i++)
		assert_string_equal(
		    kit_name(taken, names[i].wanted, ".crt"), names[i].name);
	memset(longest, 'a', 5000);
	assert_true(strlen(kit_name(taken, longest, ".crt")) < 200);
	assert_true(strlen(kit_name(taken, longest, ".crt")) < 200);
	kit_names_free(taken);
}

static void
test_words(void **state)
{
	struct text text = { .size = 0 };

	(void)state;
	kit_append_words(&text, "CN=x\nrm -rf /\r\n\xe2\x80\xae");
	assert_null(strpbrk(text.data, "\r\n"));
	assert_null(strstr(text.data, "\xe2\x80\xae"));
	text_free(&text);
}

static int
set_up(void **state)
{
	struct lab_options options = {
		.parts = LAB_SCENARIOS | LAB_EXTRAS,
		.now = NOW,
	};
	struct world *world = calloc(1, sizeof(*world));

	world->arena = arena_new();
	world->root = tree_new(world->arena);
	world->lab = lab_start(&options);
	*state = world;
	return world->lab == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	lab_stop(world->lab);
	tree_free(world->root);
	arena_free(world->arena);
	free(world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_no_run),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
