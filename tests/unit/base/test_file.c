/* Files whole, drafts that appear whole or not at all, and lines. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glob.h>
#include <cmocka.h>

#include "base/file.h"

static int
make_directory(void **state)
{
	char template[] = "/tmp/fleetscan-file-XXXXXX";

	*state = mkdtemp(template) == NULL ? NULL : strdup(template);
	return *state == NULL ? -1 : 0;
}

/* Everything in it was removed by the test that made it. */
static int
remove_directory(void **state)
{
	int result = rmdir(*state);

	free(*state);
	return result;
}

static void
write_whole(const char *path, const char *octets, size_t size)
{
	assert_int_equal(file_write(path, bytes_of(octets, size)), 0);
}

static size_t
count_files(const char *directory)
{
	char *pattern = file_join(directory, "*");
	glob_t found;
	size_t count = 0;

	if (glob(pattern, 0, NULL, &found) == 0) {
		count = found.gl_pathc;
		globfree(&found);
	}
	free(pattern);
	return count;
}

static void
a_file_is_read_up_to_its_limit(void **state)
{
	char *path = file_join(*state, "file");
	struct text text = { NULL, 0, 0 };

	write_whole(path, "a\0bc", 4);
	text_append(&text, "before");
	assert_int_equal(file_read(path, 4, &text), 0);
	assert_true(bytes_equal(
	    bytes_of(text.data, text.size), bytes_of("beforea\0bc", 10)));
	errno = 0;
	assert_int_equal(file_read(path, 3, &text), -1);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(text.size, 10);
	assert_int_equal(file_read(path, SIZE_MAX / 4, &text), 0);
	unlink(path);
	assert_int_equal(file_read(path, 4, &text), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(file_read(*state, 4, &text), -1);
	assert_int_equal(errno, EISDIR);
	text_free(&text);
	free(path);
}

static void
directories_are_made_with_their_parents(void **state)
{
	char *deep = file_join(*state, "a/b//c/"), *file, *below;
	char *a = file_join(*state, "a"), *b = file_join(a, "b");

	assert_int_equal(file_make_directory(deep), 0);
	assert_int_equal(file_make_directory(deep), 0);
	assert_true(file_is_directory(deep));
	file = file_join(deep, "file");
	write_whole(file, "", 0);
	assert_true(file_exists(file));
	assert_false(file_is_directory(file));
	below = file_join(file, "x");
	assert_int_equal(file_make_directory(below), -1);
	assert_int_equal(file_make_directory(file), -1);
	unlink(file);
	assert_false(file_exists(file));
	rmdir(deep);
	rmdir(b);
	rmdir(a);
	free(a);
	free(b);
	free(deep);
	free(file);
	free(below);
}

static void
paths_are_joined(void **state)
{
	static const char *const rows[][3] = {
		{ "a", "b", "a/b" },
		{ "a/", "b", "a/b" },
		{ "/", "b", "/b" },
		{ "", "b", "b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *path = file_join(rows[i][0], rows[i][1]);

		assert_string_equal(path, rows[i][2]);
		free(path);
	}
}

static void
final_slashes_are_removed(void **state)
{
	static const char *const rows[][2] = { { "a/b//", "a/b" },
		{ "a/b", "a/b" }, { "//", "/" }, { "", "" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *path = strdup(rows[i][0]);

		file_trim_slashes(path);
		assert_string_equal(path, rows[i][1]);
		free(path);
	}
}

/* As on a full disk: what was there stays, and errno says why. */
static void
a_file_that_does_not_fit_is_not_written(void **state)
{
	enum { FITS = 4096, MUCH = 1 << 17 };
	char *path = file_join(*state, "file"), *much = calloc(1, MUCH);
	struct rlimit before, narrow;
	struct stat status;
	int result;

	write_whole(path, "one", 3);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	narrow = before;
	narrow.rlim_cur = FITS;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &narrow), 0);
	errno = 0;
	result = file_write(path, bytes_of(much, MUCH));
	assert_int_equal(errno, EFBIG);
	assert_int_equal(result, -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 3);
	assert_int_equal(count_files(*state), 1);
	unlink(path);
	free(much);
	free(path);
}

static void
a_draft_appears_whole_or_not_at_all(void **state)
{
	char *path = file_join(*state, "file");
	struct file_draft *draft = file_draft_open(path);
	struct stat status;
	mode_t mask;

	assert_false(file_exists(path));
	fputs("x", file_draft_stream(draft));
	assert_int_equal(count_files(*state), 1);
	file_draft_abandon(draft);
	assert_int_equal(count_files(*state), 0);
	mask = umask(027);
	write_whole(path, "one", 3);
	umask(mask);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0640);
	write_whole(path, "three", 5);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 5);
	assert_int_equal(count_files(*state), 1);
	unlink(path);
	file_draft_abandon(NULL);
	free(path);
}

static void
a_draft_that_fails_leaves_nothing(void **state)
{
	char *path = file_join(*state, "file");
	char *below = file_join(path, "file");
	struct file_draft *draft = file_draft_open(path);

	/* A directory in its place: the rename fails. */
	mkdir(path, 0777);
	assert_int_equal(file_draft_commit(draft), -1);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(count_files(*state), 1);
	rmdir(path);
	assert_null(file_draft_open(below));
	assert_int_equal(errno, ENOENT);
	draft = file_draft_open(path);
	/* A descriptor that cannot be written stands for a full disk. */
	fputs("x", file_draft_stream(draft));
	close(fileno(file_draft_stream(draft)));
	assert_int_equal(file_draft_commit(draft), -1);
	assert_int_equal(count_files(*state), 0);
	free(path);
	free(below);
}

enum { LIMIT = 5, MOST_LINES = 6 };

struct lines_row {
	const char *octets;
	size_t size;
	const char *lines[MOST_LINES]; /* NULL: the end; "!": too long */
	uint64_t offsets[MOST_LINES];
};

#define OCTETS(literal) (literal), sizeof(literal) - 1

static const struct lines_row lines_rows[] = {
	{ OCTETS(""), { NULL }, { 0 } },
	{ OCTETS("a"), { "a" }, { 0 } },
	{ OCTETS("a\n"), { "a" }, { 0 } },
	{ OCTETS("\n\n"), { "", "" }, { 0, 1 } },
	{ OCTETS("a\r\nb\r\n"), { "a", "b" }, { 0, 3 } },
	{ OCTETS("a\r\r\nb\r"), { "a\r", "b" }, { 0, 4 } },
	{ OCTETS("12345\n12345\r\n123456\nx"), { "12345", "12345", "!", "x" },
	    { 0, 6, 13, 20 } },
	{ OCTETS("1234567890\nx\n1234567"), { "!", "x", "!" }, { 0, 11, 13 } },
};

static void
assert_lines(struct line_reader *reader, const struct lines_row *row)
{
	struct bytes line;
	size_t i = 0;
	int result;

	while (errno = 0, (result = line_reader_next(reader, &line)) != 0) {
		assert_true(i < MOST_LINES && row->lines[i] != NULL);
		assert_int_equal(line_reader_offset(reader), row->offsets[i]);
		if (strcmp(row->lines[i], "!") == 0)
			assert_int_equal(errno, EMSGSIZE);
		else
			assert_true(bytes_equal(
			    line, bytes_from_string(row->lines[i])));
		i++;
	}
	assert_true(i == MOST_LINES || row->lines[i] == NULL);
	assert_int_equal(line_reader_next(reader, &line), 0);
	line_reader_close(reader);
}

static void
lines_are_read(void **state)
{
	char *path = file_join(*state, "lines");

	for (size_t i = 0; i < sizeof(lines_rows) / sizeof(*lines_rows); i++) {
		const struct lines_row *row = &lines_rows[i];
		FILE *stream;

		write_whole(path, row->octets, row->size);
		assert_lines(line_reader_open(path, LIMIT), row);
		stream = fopen(path, "r");
		assert_lines(line_reader_open_stream(stream, LIMIT), row);
		fclose(stream);
	}
	unlink(path);
	assert_null(line_reader_open(path, LIMIT));
	free(path);
	line_reader_close(NULL);
}

/* Lines around the buffer's size: none is lost at its end. */
static void
long_lines_cross_the_buffer(void **state)
{
	static const size_t lengths[] = { 65534, 65535, 65536, 65537, 3, 200000,
		131071, 131072, 1, 0, 65533 };
	enum { COUNT = sizeof(lengths) / sizeof(*lengths), MOST = 131072 };
	char *path = file_join(*state, "lines");
	struct file_draft *draft = file_draft_open(path);
	struct line_reader *reader;
	struct bytes line;

	for (size_t i = 0; i < COUNT; i++) {
		for (size_t j = 0; j < lengths[i]; j++)
			fputc('7', file_draft_stream(draft));
		fputc('\n', file_draft_stream(draft));
	}
	file_draft_commit(draft);
	reader = line_reader_open(path, MOST);
	for (size_t i = 0; i < COUNT; i++) {
		errno = 0;
		if (line_reader_next(reader, &line) < 0) {
			assert_int_equal(errno, EMSGSIZE);
			assert_true(lengths[i] > MOST);
			continue;
		}
		assert_int_equal(line.size, lengths[i]);
		if (line.size > 0)
			assert_int_equal(line.data[line.size - 1], '7');
	}
	assert_int_equal(line_reader_next(reader, &line), 0);
	line_reader_close(reader);
	unlink(path);
	free(path);
}

/* A pipe's line is given out before the next one is written. */
static void
a_pipe_streams(void **state)
{
	int ends[2], input = dup(STDIN_FILENO);
	struct line_reader *reader;
	struct bytes line;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	dup2(ends[0], STDIN_FILENO);
	reader = line_reader_open("-", LIMIT);
	for (char c = 'a'; c < 'e'; c++) {
		char octets[] = { c, '\n' };

		assert_int_equal(write(ends[1], octets, 2), 2);
		assert_int_equal(line_reader_next(reader, &line), 1);
		assert_true(bytes_equal(line, bytes_of(&c, 1)));
	}
	close(ends[1]);
	assert_int_equal(line_reader_next(reader, &line), 0);
	line_reader_close(reader);
	dup2(input, STDIN_FILENO);
	close(input);
	close(ends[0]);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_read_up_to_its_limit),
		TEST(directories_are_made_with_their_parents),
		TEST(paths_are_joined),
		TEST(final_slashes_are_removed),
		TEST(a_file_that_does_not_fit_is_not_written),
		TEST(a_draft_appears_whole_or_not_at_all),
		TEST(a_draft_that_fails_leaves_nothing),
		TEST(lines_are_read),
		TEST(long_lines_cross_the_buffer),
		TEST(a_pipe_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
