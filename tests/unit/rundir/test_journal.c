/*
 * The streams of a run: what is written, what a full disk leaves, and how a
 * directory is one process's.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "rundir/claim.h"
#include "rundir/journal.h"
#include "rundir/repair_stream.h"
#include "tests/unit/fleet/tree.h"

static struct digest
digest_of(uint8_t octet)
{
	struct digest digest;

	memset(digest.octets, octet, sizeof(digest.octets));
	return digest;
}

static void
assert_file(const char *root, const char *name, const char *want)
{
	char *path = file_join(root, name);
	struct text text = { .size = 0 };

	assert_int_equal(file_read(path, 1 << 20, &text), 0);
	assert_string_equal(text.data, want);
	text_free(&text);
	free(path);
}

static void
add_certificate(struct journal *journal, uint8_t octet, const char *line)
{
	struct digest digest = digest_of(octet);

	journal_certificate(journal, &digest, bytes_from_string(line));
}

static void
certificates_come_once(void **state)
{
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	struct journal *journal = journal_open(root, NULL);
	struct seen *known = seen_new();
	struct digest old = digest_of(1);

	(void)state;
	assert_non_null(journal);
	seen_add(known, bytes_of(old.octets, sizeof(old.octets)));
	journal_go_on(journal, known, 7);
	add_certificate(journal, 1, "one\n");
	add_certificate(journal, 2, "two\n");
	add_certificate(journal, 2, "two\n");
	journal_pending(journal, bytes_from_string("waits\n"));
	journal_record(journal, bytes_from_string("record\n"));
	assert_int_equal(journal_pending_count(journal), 8);
	assert_int_equal(journal_close(journal), 0);
	assert_file(root, "certs.ndjson", "two\n");
	assert_file(root, "pending.ndjson", "waits\n");
	assert_file(root, "hosts.ndjson", "record\n");
	tree_free(root);
	arena_free(arena);
}

/* In a child: the limit is the whole process's. */
static int
fill(const char *root)
{
	struct journal *journal = journal_open(root, NULL);
	struct rlimit limit = { 25, 25 };
	int result;

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	for (int i = 0; i < 9; i++)
		journal_record(journal, bytes_from_string("a record\n"));
	result = journal_flush(journal) < 0 && errno == EFBIG ? 0 : 1;
	/* What failed stays failed, and nothing more is written. */
	journal_record(journal, bytes_from_string("b\n"));
	if (journal_close(journal) == 0)
		result = 1;
	return result;
}

static void
a_full_disk_leaves_whole_lines(void **state)
{
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(fill(root));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_file(root, "hosts.ndjson", "a record\na record\n");
	tree_free(root);
	arena_free(arena);
}

static void
a_directory_is_claimed_once(void **state)
{
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	struct claim *claim = claim_take(root);

	(void)state;
	assert_non_null(claim);
	errno = 0;
	assert_null(claim_take(root));
	assert_int_equal(errno, EWOULDBLOCK);
	claim_release(claim);
	claim = claim_take(root);
	assert_non_null(claim);
	claim_release(claim);
	/* Nothing is left of it. */
	assert_int_equal(rmdir(root), 0);
	assert_null(claim_take(root));
	assert_int_equal(errno, ENOENT);
	arena_free(arena);
}

/* In a directory where others may write: nothing of theirs is followed. */
static void
what_is_planted_is_not_followed(void **state)
{
	static const char *const names[] = { "certs.ndjson", "hosts.ndjson",
		"pending.ndjson" };
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	char *precious = file_join(root, "precious");

	(void)state;
	assert_int_equal(file_write(precious, bytes_from_string("mine\n")), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = file_join(root, names[i]);

		unlink(path); /* an earlier round's */
		assert_int_equal(symlink("precious", path), 0);
		assert_null(journal_open(root, NULL));
		assert_int_equal(errno, ELOOP);
		assert_int_equal(repair_stream(root, names[i], NULL, NULL), -1);
		assert_int_equal(unlink(path), 0);
		/* A pipe that nobody reads would stop the scan. */
		assert_int_equal(mkfifo(path, 0644), 0);
		assert_null(journal_open(root, NULL));
		assert_int_equal(unlink(path), 0);
		free(path);
	}
	assert_file(root, "precious", "mine\n");
	free(precious);
	tree_free(root);
	arena_free(arena);
}

static void
assert_mode(const char *path, mode_t mode)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, mode);
}

static void
without_a_umask_others_may_not_write(void **state)
{
	struct arena *arena = arena_new();
	char *root = tree_new(arena);
	char *folder = file_join(root, "run");
	char *records = file_join(folder, "hosts.ndjson");
	char *report = file_join(folder, "report.html");
	mode_t before = umask(0);

	(void)state;
	assert_int_equal(file_make_directory(folder), 0);
	assert_int_equal(journal_close(journal_open(folder, NULL)), 0);
	assert_int_equal(file_write(report, bytes_from_string("page")), 0);
	umask(before);
	assert_mode(folder, 0755);
	assert_mode(records, 0644);
	assert_mode(report, 0644);
	free(folder);
	free(records);
	free(report);
	tree_free(root);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates_come_once),
		cmocka_unit_test(a_full_disk_leaves_whole_lines),
		cmocka_unit_test(a_directory_is_claimed_once),
		cmocka_unit_test(what_is_planted_is_not_followed),
		cmocka_unit_test(without_a_umask_others_may_not_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
