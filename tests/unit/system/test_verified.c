/* system/verified.h: what stays from run to run, and which files are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "system/verified.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

enum {
	DAY = 86400,
	NOW = 20000 * DAY,
	HEADER = 32,
	ENTRY = 28,
	LIMIT = HEADER + (VERIFIED_MOST + 1) * ENTRY
};

struct world {
	char folder[64];
	char *path;
};

static int
world_new(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	strcpy(world->folder, "/tmp/verified.XXXXXX");
	assert_non_null(mkdtemp(world->folder));
	world->path = file_join(world->folder, "cache/signatures");
	log_set_level(LOG_QUIET);
	*state = world;
	return 0;
}

static int
world_free(void **state)
{
	struct world *world = *state;

	file_remove_tree(world->folder);
	free(world->path);
	free(world);
	return 0;
}

/* Spread as hashes are, and different for each number. */
static struct signature_id
id_of(uint32_t number)
{
	uint32_t mixed = number * 2654435761U;
	struct signature_id id = { .octets = { 0 } };

	memcpy(id.octets, &mixed, sizeof(mixed));
	memcpy(id.octets + 20, &number, sizeof(number));
	return id;
}

static bool
knows(struct verified *verified, uint32_t number)
{
	const struct good_signatures *good = verified_signatures(verified);
	struct signature_id id = id_of(number);

	return good->has(good->context, &id);
}

/* One run: adds and asks for these ranges, and saves. */
static void
run_once(const struct world *world, int64_t now, const uint32_t add[2],
    const uint32_t ask[2])
{
	struct verified *verified = verified_open(world->path, now);
	const struct good_signatures *good = verified_signatures(verified);

	for (uint32_t i = add[0]; i < add[1]; i++) {
		struct signature_id id = id_of(i);

		good->add(good->context, &id);
	}
	for (uint32_t i = ask[0]; i < ask[1]; i++)
		assert_true(knows(verified, i));
	assert_int_equal(verified_save(verified), 0);
	verified_free(verified);
}

static size_t
count_known(const struct world *world, uint32_t from, uint32_t to)
{
	struct verified *verified = verified_open(world->path, NOW);
	size_t count = 0;

	for (uint32_t i = from; i < to; i++)
		count += knows(verified, i);
	verified_free(verified);
	return count;
}

static const uint32_t nothing[2] = { 0, 0 };

static void
test_kept(void **state)
{
	const struct world *world = *state;
	struct stat facts;
	ino_t first;

	assert_int_equal(count_known(world, 0, 100), 0);
	run_once(world, NOW, nothing, nothing);
	assert_false(file_exists(world->path));
	run_once(world, NOW, (uint32_t[]){ 0, 50 }, nothing);
	/* Some of them twice, as threads do that share nothing else. */
	run_once(world, NOW, (uint32_t[]){ 40, 60 }, nothing);
	assert_int_equal(count_known(world, 0, 100), 60);
	assert_int_equal(stat(world->path, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0600);
	assert_int_equal(facts.st_size, HEADER + 60 * ENTRY);
	/* Asking alone writes nothing, but after some days the date. */
	first = facts.st_ino;
	run_once(world, NOW + 6 * DAY, nothing, (uint32_t[]){ 0, 60 });
	assert_int_equal(stat(world->path, &facts), 0);
	assert_int_equal(facts.st_ino, first);
	run_once(world, NOW + 7 * DAY, nothing, (uint32_t[]){ 0, 1 });
	assert_int_equal(stat(world->path, &facts), 0);
	assert_int_not_equal(facts.st_ino, first);
	assert_int_equal(facts.st_size, HEADER + 60 * ENTRY);
}

/* The first two thirds fill the file; one half of them is used later on. */
static void
test_bounded(void **state)
{
	enum { HALF = VERIFIED_MOST / 2 };
	const struct world *world = *state;
	struct stat facts;

	run_once(world, NOW, (uint32_t[]){ 0, VERIFIED_MOST }, nothing);
	run_once(world, NOW + 9 * DAY,
	    (uint32_t[]){ VERIFIED_MOST, VERIFIED_MOST + 1000 },
	    (uint32_t[]){ 0, HALF });
	assert_int_equal(stat(world->path, &facts), 0);
	assert_int_equal(facts.st_size, HEADER + VERIFIED_MOST * ENTRY);
	assert_true(facts.st_size <= 40 << 20);
	assert_int_equal(count_known(world, 0, HALF), HALF);
	assert_int_equal(count_known(world, HALF, VERIFIED_MOST), HALF - 1000);
	assert_int_equal(
	    count_known(world, VERIFIED_MOST, VERIFIED_MOST + 1000), 1000);
}

enum change {
	CUT_HEADER,
	CUT_ENTRY,
	CUT_WHOLE_ENTRY,
	LONGER,
	EMPTY,
	OTHER_MAGIC,
	OTHER_COUNT,
	TOO_MANY,
	WRITABLE_GROUP,
	WRITABLE_ALL,
	OTHER_OWNER,
	A_PIPE
};

static void
apply(const struct world *world, enum change change)
{
	struct text text = { .size = 0 };

	assert_int_equal(file_read(world->path, LIMIT, &text), 0);
	switch (change) {
	case CUT_HEADER:
		text.size = HEADER - 1;
		break;
	case CUT_ENTRY:
		text.size -= 1;
		break;
	case CUT_WHOLE_ENTRY:
		text.size -= ENTRY;
		break;
	case LONGER:
		text_append(&text, "more");
		break;
	case EMPTY:
		text.size = 0;
		break;
	case OTHER_MAGIC:
		text.data[21] = '2';
		break;
	case OTHER_COUNT:
		text.data[HEADER - 1] ^= 1;
		break;
	case TOO_MANY:
		memset(text.data + 24, 0xff, 8);
		break;
	case WRITABLE_GROUP:
		assert_int_equal(chmod(world->path, 0620), 0);
		break;
	case WRITABLE_ALL:
		assert_int_equal(chmod(world->path, 0602), 0);
		break;
	case OTHER_OWNER:
		assert_int_equal(chown(world->path, 1, 1), 0);
		break;
	case A_PIPE:
		assert_int_equal(unlink(world->path), 0);
		assert_int_equal(mkfifo(world->path, 0600), 0);
		break;
	}
	if (change <= TOO_MANY)
		assert_int_equal(
		    file_write(world->path, bytes_of(text.data, text.size)), 0);
	text_free(&text);
}

/* Refused, whatever it holds, and made anew. */
static void
test_refused(void **state)
{
	const struct world *world = *state;

	for (int change = CUT_HEADER; change <= A_PIPE; change++) {
		if (change == OTHER_OWNER && geteuid() != 0)
			continue;
		unlink(world->path);
		run_once(world, NOW, (uint32_t[]){ 0, 50 }, nothing);
		assert_int_equal(count_known(world, 0, 50), 50);
		apply(world, change);
		if (count_known(world, 0, 50) != 0)
			fail_msg("change %d is not refused", change);
		run_once(world, NOW, (uint32_t[]){ 50, 60 }, nothing);
		assert_int_equal(count_known(world, 0, 50), 0);
		assert_int_equal(count_known(world, 50, 60), 10);
	}
}

/* Entries of any octets lose pairs, and the next file is in order again. */
static void
test_noise(void **state)
{
	const struct world *world = *state;
	struct text text = { .size = 0 };

	run_once(world, NOW, (uint32_t[]){ 0, 1000 }, nothing);
	assert_int_equal(file_read(world->path, LIMIT, &text), 0);
	for (size_t i = HEADER; i < text.size; i += 97)
		text.data[i] ^= (char)0x5a;
	assert_int_equal(
	    file_write(world->path, bytes_of(text.data, text.size)), 0);
	assert_true(count_known(world, 0, 1000) < 1000);
	run_once(world, NOW, (uint32_t[]){ 0, 2000 }, nothing);
	text.size = 0;
	assert_int_equal(file_read(world->path, LIMIT, &text), 0);
	for (size_t i = HEADER + ENTRY; i < text.size; i += ENTRY)
		assert_true(
		    memcmp(text.data + i - ENTRY, text.data + i, 24) < 0);
	text_free(&text);
}

struct worker {
	struct verified *verified;
	uint32_t from;
};

static void *
work(void *context)
{
	const struct worker *worker = context;
	const struct good_signatures *good =
	    verified_signatures(worker->verified);

	for (uint32_t i = worker->from; i < worker->from + 2000; i++) {
		struct signature_id id = id_of(i);

		if (!good->has(good->context, &id))
			good->add(good->context, &id);
	}
	return NULL;
}

static void
test_threads(void **state)
{
	const struct world *world = *state;
	struct worker workers[4];
	pthread_t threads[COUNT(workers)];
	struct verified *verified;

	run_once(world, NOW, (uint32_t[]){ 0, 1000 }, nothing);
	verified = verified_open(world->path, NOW);
	for (uint32_t i = 0; i < COUNT(workers); i++) {
		workers[i] = (struct worker){ verified, i * 1000 };
		assert_int_equal(
		    pthread_create(&threads[i], NULL, work, &workers[i]), 0);
	}
	for (size_t i = 0; i < COUNT(workers); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(verified_save(verified), 0);
	verified_free(verified);
	assert_int_equal(count_known(world, 0, 6000), 5000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_kept, world_new, world_free),
		cmocka_unit_test_setup_teardown(
		    test_bounded, world_new, world_free),
		cmocka_unit_test_setup_teardown(
		    test_refused, world_new, world_free),
		cmocka_unit_test_setup_teardown(
		    test_noise, world_new, world_free),
		cmocka_unit_test_setup_teardown(
		    test_threads, world_new, world_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
