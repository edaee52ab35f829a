/*
 * history.db: since when hosts are broken and how often they changed, in
 * whatever order nights come; what a timeout and a list without the host do;
 * nights whose runs are gone; a damaged file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "fleet/history_file.h"

enum { DAY = 86400, FIRST = 1795425300 };

/* What a host was in a night: '.' not in the list. */
static struct result
result_of(const char *host, char state)
{
	struct result result = {
		.seen = { .host = host, .port = 443, .site = "example.com" },
		.verdict = { .class_id = CLASS_OK, .severity = SEVERITY_OK },
	};

	if (state == 'e' || state == 'm') {
		result.verdict.class_id =
		    state == 'e' ? CLASS_EXPIRED : CLASS_MISSING_INTERMEDIATE;
		result.verdict.cause =
		    state == 'e' ? "leaf_expired" : "leaf_only";
		result.verdict.severity = SEVERITY_ERROR;
	} else if (state == 't') {
		result.seen.status = STATUS_CONNECTION_TIMEOUT;
		result.verdict.class_id = CLASS_UNREACHABLE;
		result.verdict.severity = SEVERITY_ERROR;
	}
	return result;
}

static void
add_night(struct history_file *file, const char *list, int night, char state)
{
	struct result hosts[] = { result_of("www.example.com", state),
		result_of("api.example.com", 'o') };
	char id[16];

	snprintf(id, sizeof(id), "run-%d", night);
	assert_int_equal(
	    history_file_begin(file, list, FIRST + night * DAY, id), 0);
	for (size_t i = state == '.'; i < 2; i++)
		assert_int_equal(history_file_add(file, &hosts[i]), 0);
	assert_int_equal(history_file_settle(file), 0);
	assert_int_equal(history_file_commit(file), 0);
}

struct found {
	struct history_host host;
	size_t count;
	char class_word[32];
};

static void
keep_host(void *context, const struct history_host *host,
    const struct history_change *changes, size_t count)
{
	struct found *found = context;

	assert_true(count > 0);
	assert_int_equal(changes[count - 1].broken, host->broken);
	if (found->count++ > 0)
		return;
	found->host = *host;
	snprintf(found->class_word, sizeof(found->class_word), "%s",
	    host->class_word);
}

static void
count_night(void *context, const struct history_night *night)
{
	size_t *nights = context;

	assert_int_equal(night->records, 2);
	assert_int_equal(night->classes[CLASS_OK] +
			     night->classes[CLASS_EXPIRED] +
			     night->classes[CLASS_MISSING_INTERMEDIATE] +
			     night->classes[CLASS_UNREACHABLE],
	    2);
	(*nights)++;
}

static void
remove_all(const char *directory)
{
	char command[256];

	snprintf(command, sizeof(command), "rm -r '%s'", directory);
	assert_int_equal(system(command), 0);
}

static void
hosts_have_a_past(void **state)
{
	static const struct {
		const char *nights; /* a letter each, 'e' and 'm' are broken */
		const char *order;  /* in which they are added */
		const char *class_word;
		bool broken;
		int since;
		unsigned changes, breaks, nights_broken;
	} rows[] = {
		{ "ooo", "012", "ok", false, 0, 0, 0, 0 },
		{ "oee", "012", "expired", true, 1, 1, 1, 2 },
		/* Broken in another way is broken since the first. */
		{ "oem", "012", "missing_intermediate", true, 1, 2, 1, 2 },
		{ "eoeoe", "01234", "expired", true, 4, 4, 2, 3 },
		/* A timeout says nothing; a host that left is not broken. */
		{ "ete", "012", "expired", true, 0, 0, 0, 3 },
		{ "eto", "012", "ok", false, 2, 1, 0, 2 },
		{ "ee.", "012", "gone", false, 2, 1, 0, 2 },
		{ "ee.e", "0123", "expired", true, 3, 2, 1, 3 },
		/* The same night twice, as after --resume. */
		{ "oee", "0112", "expired", true, 1, 1, 1, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char directory[] = "/tmp/test_history.XXXXXX";
		struct found found = { .count = 0 };
		struct history_file *file;
		char *note;

		assert_non_null(mkdtemp(directory));
		file = history_file_write(directory, &note);
		assert_non_null(file);
		assert_null(note);
		for (const char *at = rows[i].order; *at != '\0'; at++)
			add_night(file, "hosts.txt", *at - '0',
			    rows[i].nights[*at - '0']);
		assert_int_equal(history_file_hosts(file, HISTORY_OF_HOST,
				     "www.example.com", keep_host, &found),
		    0);
		history_file_close(file);
		assert_int_equal(found.count, 1);
		assert_string_equal(found.class_word, rows[i].class_word);
		assert_int_equal(found.host.broken, rows[i].broken);
		assert_int_equal(found.host.since, FIRST + rows[i].since * DAY);
		assert_int_equal(found.host.changes, rows[i].changes);
		assert_int_equal(found.host.breaks, rows[i].breaks);
		assert_int_equal(
		    found.host.nights_broken, rows[i].nights_broken);
		remove_all(directory);
	}
}

/* What was not committed is not there; lists have pasts of their own. */
static void
nights_are_whole_or_not_there(void **state)
{
	char directory[] = "/tmp/test_history.XXXXXX", *note;
	struct result result = result_of("www.example.com", 'e');
	struct found found = { .count = 0 };
	struct history_file *file;
	size_t nights = 0;

	(void)state;
	assert_non_null(mkdtemp(directory));
	file = history_file_write(directory, &note);
	add_night(file, "a", 0, 'e');
	add_night(file, "b", 0, 'o');
	assert_int_equal(history_file_begin(file, "a", FIRST + DAY, "x"), 0);
	assert_int_equal(history_file_add(file, &result), 0);
	assert_int_equal(history_file_settle(file), 0);
	history_file_close(file);
	file = history_file_read(directory, &note);
	assert_non_null(file);
	assert_int_equal(
	    history_file_nights(file, "a", 0, count_night, &nights), 0);
	assert_int_equal(nights, 1);
	assert_int_equal(
	    history_file_nights(file, NULL, 0, count_night, &nights), 0);
	assert_int_equal(nights, 3);
	assert_int_equal(history_file_hosts(file, HISTORY_OF_CLASS, "expired",
			     keep_host, &found),
	    0);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.host.nights_broken, 1);
	assert_int_equal(history_file_hosts(file, HISTORY_OF_SITE,
			     "example.com", keep_host, &found),
	    0);
	assert_int_equal(found.count, 5);
	history_file_close(file);
	/* Forgotten and not added again: the night alone is gone. */
	file = history_file_write(directory, &note);
	assert_int_equal(history_file_forget(file, "a", FIRST), 0);
	nights = 0;
	assert_int_equal(
	    history_file_nights(file, NULL, 0, count_night, &nights), 0);
	assert_int_equal(nights, 1);
	history_file_close(file);
	remove_all(directory);
}

static void
damaged_files_are_put_aside(void **state)
{
	static const struct {
		const char *octets;
		size_t size, at;
	} rows[] = {
		{ "no database at all, but long enough to be one", 45, 0 },
		{ "\x07\x07\x07\x07\x07\x07\x07\x07", 8, 100 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char directory[] = "/tmp/test_history.XXXXXX", *note, *path;
		struct history_file *file;
		size_t nights = 0;
		FILE *stream;

		assert_non_null(mkdtemp(directory));
		file = history_file_write(directory, &note);
		add_night(file, "a", 0, 'e');
		history_file_close(file);
		path = file_join(directory, "history.db");
		stream = fopen(path, "r+");
		assert_non_null(stream);
		fseek(stream, (long)rows[i].at, SEEK_SET);
		fwrite(rows[i].octets, 1, rows[i].size, stream);
		fclose(stream);
		file = history_file_write(directory, &note);
		assert_non_null(file);
		assert_non_null(note);
		assert_non_null(strstr(note, "history.db.damaged-20"));
		assert_int_equal(
		    history_file_nights(file, NULL, 0, count_night, &nights),
		    0);
		assert_int_equal(nights, 0);
		add_night(file, "a", 1, 'o');
		history_file_close(file);
		free(note);
		free(path);
		remove_all(directory);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_have_a_past),
		cmocka_unit_test(nights_are_whole_or_not_there),
		cmocka_unit_test(damaged_files_are_put_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
