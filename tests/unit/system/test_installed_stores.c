/*
 * fleet/installed_stores.h and fleet/java_store.h, on a machine made of a
 * temporary directory and a keytool that is a shell script.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>
#include <fcntl.h>

#include "system/installed_stores.h"
#include "system/java_store.h"
#include "x509/pem.h"
#include "tests/unit/fleet/tree.h"
#include "tests/unit/model/build.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

struct machine {
	struct arena *arena;
	const char *root;
	struct places places;
};

static void
machine_init(struct machine *machine)
{
	struct arena *arena = arena_new();
	const char *root = tree_new(arena);

	*machine = (struct machine){
		.arena = arena,
		.root = root,
		.places = {
			.root = root,
			.home = arena_printf(arena, "%s/home", root),
			.search_path = arena_printf(arena, "%s/bin", root),
			.cache = arena_printf(arena, "%s/cache/sub", root),
		},
	};
}

static void
machine_clear(struct machine *machine)
{
	tree_free(machine->root);
	arena_free(machine->arena);
}

static const char *
put(struct machine *machine, const char *name, const char *content)
{
	return tree_file(
	    machine->arena, machine->root, name, bytes_from_string(content));
}

static const char *
inside(struct machine *machine, const char *name)
{
	return arena_printf(machine->arena, "%s/%s", machine->root, name);
}

/* As many certificates, each another one. */
static const char *
pem_of(struct machine *machine, unsigned count)
{
	struct text pem = { NULL, 0, 0 }, der = { NULL, 0, 0 };
	const char *copy;

	text_append(&pem, "");
	for (unsigned i = 0; i < count; i++) {
		char serial[32];
		struct parts parts = { .serial = serial };

		snprintf(serial, sizeof(serial), "0204 01%06x", i);
		text_clear(&der);
		build_certificate(&der, &parts);
		pem_append(&pem, NULL, text_octets(&der));
	}
	copy = arena_string(machine->arena, pem.data);
	text_free(&pem);
	text_free(&der);
	return copy;
}

/* Which one of several is the one. */
struct find_row {
	const char *files[3];
	const char *java_home, *virtual_env;
	const char *name, *found; /* NULL: none of that name */
};

#define JVM "usr/lib/jvm/"
#define CACERTS "/lib/security/cacerts"
#define CERTIFI "/site-packages/certifi/cacert.pem"

static const struct find_row find_rows[] = {
	{ .name = "java" },
	{ .name = "certifi" },
	{ .name = "system" },
	{ { JVM "java-17-openjdk" CACERTS }, NULL, NULL, "java",
	    JVM "java-17-openjdk" CACERTS },
	{ { JVM "java-9" CACERTS, JVM "temurin-25-jdk" CACERTS,
	      JVM "java-17" CACERTS },
	    NULL, NULL, "java", JVM "temurin-25-jdk" CACERTS },
	{ { JVM "java-1.8.0-openjdk" CACERTS, JVM "java-1.7.0" CACERTS }, NULL,
	    NULL, "java", JVM "java-1.8.0-openjdk" CACERTS },
	{ { JVM "java-1.8.0-openjdk" CACERTS, JVM "jdk-11.0.2" CACERTS }, NULL,
	    NULL, "java", JVM "jdk-11.0.2" CACERTS },
	{ { JVM "java-8/jre" CACERTS }, NULL, NULL, "java",
	    JVM "java-8/jre" CACERTS },
	{ { JVM "java-17" CACERTS, "etc/ssl/certs/java/cacerts" }, NULL, NULL,
	    "java", "etc/ssl/certs/java/cacerts" },
	{ { "etc/ssl/certs/java/cacerts", "opt/java" CACERTS }, "opt/java",
	    NULL, "java", "opt/java" CACERTS },
	{ { "etc/ssl/certs/java/cacerts" }, "opt/gone", NULL, "java",
	    "etc/ssl/certs/java/cacerts" },
	{ { "usr/lib/python3/dist-packages/certifi/cacert.pem" }, NULL, NULL,
	    "certifi", "usr/lib/python3/dist-packages/certifi/cacert.pem" },
	{ { "usr/lib/python3/dist-packages/certifi/cacert.pem",
	      "usr/local/lib/python3.9" CERTIFI,
	      "usr/local/lib/python3.11" CERTIFI },
	    NULL, NULL, "certifi", "usr/local/lib/python3.11" CERTIFI },
	{ { "home/.pyenv/versions/3.9.1/lib/python3.9" CERTIFI,
	      "home/.pyenv/versions/3.12.0/lib/python3.12" CERTIFI },
	    NULL, NULL, "certifi",
	    "home/.pyenv/versions/3.12.0/lib/python3.12" CERTIFI },
	{ { "home/.local/lib/python3.11" CERTIFI,
	      "venv/lib/python3.10" CERTIFI },
	    NULL, "venv", "certifi", "venv/lib/python3.10" CERTIFI },
	/* pip's own copy is not found */
	{ { "usr/lib/python3/dist-packages/pip/_vendor/certifi/cacert.pem" },
	    NULL, NULL, "certifi", NULL },
};

static const struct installed_store *
by_name(const struct installed_store found[], size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(found[i].name, name) == 0)
			return &found[i];
	return NULL;
}

static void
test_find(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(find_rows); i++) {
		const struct find_row *row = &find_rows[i];
		struct installed_store found[INSTALLED_STORES_MOST];
		const struct installed_store *one;
		struct machine machine;
		size_t count;

		machine_init(&machine);
		for (size_t j = 0; j < COUNT(row->files) && row->files[j]; j++)
			put(&machine, row->files[j], "");
		if (row->java_home != NULL)
			machine.places.java_home =
			    inside(&machine, row->java_home);
		if (row->virtual_env != NULL)
			machine.places.virtual_env =
			    inside(&machine, row->virtual_env);
		count = installed_stores_find(
		    machine.arena, &machine.places, found);
		one = by_name(found, count, row->name);
		if ((one != NULL) != (row->found != NULL))
			fail_msg("row %zu: %s", i,
			    one == NULL ? "not found" : one->path);
		if (one != NULL)
			assert_string_equal(
			    one->path, inside(&machine, row->found));
		machine_clear(&machine);
	}
}

/* Debian's python3-certifi: a link; and a link that leads nowhere. */
static void
test_links(void **state)
{
	static const char place[] =
	    "usr/lib/python3/dist-packages/certifi/cacert.pem";
	struct installed_store found[INSTALLED_STORES_MOST];
	struct machine machine;
	const char *link;

	(void)state;
	machine_init(&machine);
	machine.places.system = put(&machine, "ca.crt", pem_of(&machine, 1));
	link = tree_path(machine.arena, machine.root, place);
	assert_int_equal(symlink(machine.places.system, link), 0);
	assert_int_equal(
	    installed_stores_find(machine.arena, &machine.places, found), 2);
	assert_null(found[0].same_as);
	assert_string_equal(found[1].name, "certifi");
	assert_string_equal(found[1].path, link);
	assert_string_equal(found[1].same_as, "system");

	assert_int_equal(unlink(link), 0);
	assert_int_equal(symlink("/nowhere/at/all", link), 0);
	assert_int_equal(
	    installed_stores_find(machine.arena, &machine.places, found), 1);
	machine_clear(&machine);
}

static struct trust_store *
load(struct machine *machine, const char *name, char **error)
{
	struct installed_store found[INSTALLED_STORES_MOST];
	size_t count =
	    installed_stores_find(machine->arena, &machine->places, found);
	const struct installed_store *one = by_name(found, count, name);

	assert_non_null(one);
	*error = NULL;
	return installed_store_load(one, &machine->places, error);
}

static size_t
anchors_of(const struct trust_store *store)
{
	return certificate_index_all(trust_store_anchors(store)).count;
}

/* It prints the listing for the right arguments, and counts its runs. */
static void
put_keytool(struct machine *machine, const char *head, unsigned certificates,
    const char *tail)
{
	const char *listing = arena_printf(
	    machine->arena, "%s%s", head, pem_of(machine, certificates));
	const char *script = arena_printf(machine->arena,
	    "#!/bin/sh\n"
	    "PATH=/usr/bin:/bin\n"
	    "echo asked >>%s/asked\n"
	    "[ \"$1 $2 $3 $5 $6\" = '-list -rfc -keystore -storepass "
	    "changeit' ] || exit 9\n"
	    "[ -f \"$4\" ] && [ \"$LC_ALL\" = C ] || exit 8\n"
	    "cat %s/listing\n%s\n",
	    machine->root, machine->root, tail);

	put(machine, "listing", listing);
	assert_int_equal(chmod(put(machine, "bin/keytool", script), 0755), 0);
}

static size_t
times_asked(struct machine *machine)
{
	struct text text = { NULL, 0, 0 };
	size_t size;

	(void)file_read(inside(machine, "asked"), 10000, &text);
	size = text.size;
	text_free(&text);
	return size / strlen("asked\n");
}

/* What keytool prints, and whether it is accepted. */
struct keytool_row {
	const char *head;
	unsigned certificates;
	const char *tail;
	const char *error; /* NULL: a store */
};

static const struct keytool_row keytool_rows[] = {
	{ "Your keystore contains 3 entries\n\n", 3, "", NULL },
	{ "Keystore type: PKCS12\n\nYour keystore contains 1 entry\n", 1, "",
	    NULL },
	{ "Your keystore contains 144 entries\n", 32, "",
	    "holds 144 entries, but keytool gave 32 certificates of it" },
	{ "Your keystore contains 3 entries\n", 2,
	    "echo -----BEGIN CERTIFICATE-----; echo MII",
	    "holds 3 entries, but keytool gave 2 certificates of it" },
	{ "Your keystore contains 0 entries\n", 0, "",
	    "holds no certificate that can be read" },
	{ "Keystore enthaelt 3 Eintraege\n", 3, "",
	    "keytool did not say how many certificates it holds" },
	{ "Your keystore contains many entries\n", 3, "",
	    "keytool did not say how many certificates it holds" },
	{ "", 0, "", "keytool did not say how many certificates it holds" },
	{ "Your keystore contains 3 entries\n", 3, "exit 1",
	    "keytool ended with exit code 1" },
};

static void
test_keytool(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keytool_rows); i++) {
		const struct keytool_row *row = &keytool_rows[i];
		struct trust_store *store;
		struct machine machine;
		char *error;

		machine_init(&machine);
		put(&machine, "etc/ssl/certs/java/cacerts", "\xfe\xed\xfe\xed");
		put_keytool(&machine, row->head, row->certificates, row->tail);
		store = load(&machine, "java", &error);
		if ((store != NULL) != (row->error == NULL) ||
		    (error != NULL && strstr(error, row->error) == NULL))
			fail_msg("row %zu: %s", i, error);
		if (store != NULL)
			assert_int_equal(anchors_of(store), row->certificates);
		trust_store_free(store);
		free(error);
		machine_clear(&machine);
	}
}

/* Loads Java's store; how often keytool was asked until now. */
static size_t
asked_after_loading(struct machine *machine)
{
	char *error;
	struct trust_store *store = load(machine, "java", &error);

	if (store == NULL)
		fail_msg("%s", error);
	assert_int_equal(anchors_of(store), 3);
	assert_string_equal(trust_store_origin(store),
	    inside(machine, "etc/ssl/certs/java/cacerts"));
	trust_store_free(store);
	return times_asked(machine);
}

/* The one file in the cache. */
static const char *
cached(struct machine *machine)
{
	struct digest digest;
	char hex[DIGEST_HEX_SIZE];
	const char *cacerts = inside(machine, "etc/ssl/certs/java/cacerts");

	certificate_digest(bytes_from_string(cacerts), &digest);
	digest_to_hex(&digest, hex);
	return arena_printf(machine->arena, "cache/sub/java-%.16s.pem", hex);
}

static void
test_cache(void **state)
{
	static const char head[] = "Your keystore contains 3 entries\n";
	static const char cacerts[] = "etc/ssl/certs/java/cacerts";
	struct timespec times[2] = { { 1000, 0 }, { 1000, 5 } };
	struct machine machine;
	const char *path;

	(void)state;
	machine_init(&machine);
	path = put(&machine, cacerts, "1");
	put_keytool(&machine, head, 3, "");
	assert_int_equal(asked_after_loading(&machine), 1);
	assert_int_equal(asked_after_loading(&machine), 1);
	/* another time, then another size at that time */
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	assert_int_equal(asked_after_loading(&machine), 2);
	assert_int_equal(asked_after_loading(&machine), 2);
	put(&machine, cacerts, "12");
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	assert_int_equal(asked_after_loading(&machine), 3);
	/* a cache that is not what was written */
	put(&machine, cached(&machine), pem_of(&machine, 2));
	assert_int_equal(asked_after_loading(&machine), 4);
	put(&machine, cached(&machine), "");
	assert_int_equal(asked_after_loading(&machine), 5);
	assert_int_equal(truncate(inside(&machine, cached(&machine)), 700), 0);
	assert_int_equal(asked_after_loading(&machine), 6);
	assert_int_equal(asked_after_loading(&machine), 6);
	machine_clear(&machine);
}

static void
test_no_cache(void **state)
{
	static const char head[] = "Your keystore contains 3 entries\n";
	struct machine machine;

	(void)state;
	machine_init(&machine);
	put(&machine, "etc/ssl/certs/java/cacerts", "1");
	put(&machine, "cache", "a file where a directory should be");
	put_keytool(&machine, head, 3, "");
	assert_int_equal(asked_after_loading(&machine), 1);
	assert_int_equal(asked_after_loading(&machine), 2);
	machine.places.cache = NULL;
	assert_int_equal(asked_after_loading(&machine), 3);
	machine_clear(&machine);
}

/* JAVA_HOME's before PATH's before that of an installed Java. */
static void
test_which_keytool(void **state)
{
	static const char *const places[] = { JVM "java-17/bin/keytool",
		"bin/keytool", "opt/java/bin/keytool" };
	struct machine machine;

	(void)state;
	machine_init(&machine);
	machine.places.cache = NULL;
	machine.places.java_home = inside(&machine, "opt/java");
	put(&machine, "etc/ssl/certs/java/cacerts", "1");
	put(&machine, "pem", pem_of(&machine, 3));
	for (size_t i = 0; i < COUNT(places); i++) {
		const char *script = arena_printf(machine.arena,
		    "#!/bin/sh\nPATH=/usr/bin:/bin\necho $0 >%s/which\n"
		    "echo Your keystore contains 3 entries\ncat %s/pem\n",
		    machine.root, machine.root);
		struct text which = { NULL, 0, 0 };

		assert_int_equal(
		    chmod(put(&machine, places[i], script), 0755), 0);
		asked_after_loading(&machine);
		assert_int_equal(
		    file_read(inside(&machine, "which"), 1000, &which), 0);
		assert_int_equal(
		    strncmp(which.data, inside(&machine, places[i]),
			which.size - 1),
		    0);
		text_free(&which);
	}
	machine_clear(&machine);
}

static void
test_no_keytool(void **state)
{
	struct trust_store *store;
	struct machine machine;
	char *error;

	(void)state;
	machine_init(&machine);
	put(&machine, "etc/ssl/certs/java/cacerts", "\xfe\xed\xfe\xed");
	store = load(&machine, "java", &error);
	assert_null(store);
	assert_non_null(
	    strstr(error, "cacerts: not readable: keytool is not installed"));
	free(error);
	machine_clear(&machine);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_keytool),
		cmocka_unit_test(test_cache),
		cmocka_unit_test(test_no_cache),
		cmocka_unit_test(test_which_keytool),
		cmocka_unit_test(test_no_keytool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
