/*
 * Every list in tests/lists gives what the file NAME.targets beside it says:
 * "said SENTENCE" where its form is announced, a line a target as in
 * test_target_list.c, "ERROR SENTENCE" where it is refused.  The part of the
 * name before the dot is the form's.  LISTS_WRITE=1 writes what is missing.
 */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "model/target_list.h"

#define LISTS "tests/lists/"

static void
note_form(void *context, const char *where, const char *sentence)
{
	(void)where;
	text_printf(context, "said %s\n", sentence);
}

static void
write_target(struct text *text, const struct target *target)
{
	if (target->fault != NULL) {
		text_printf(text, "!%s | %s\n", target->fault, target->input);
		return;
	}
	text_printf(text, target->is_address ? "<%s>:%u" : "%s:%u",
	    target->host, target->port);
	if (target->ip != NULL)
		text_printf(text, " ip=%s", target->ip);
	if (target->sni != NULL)
		text_printf(text, " sni=%s", target->sni);
	for (size_t i = 0; i < target->tag_count; i++)
		text_printf(
		    text, "%s%s", i == 0 ? " tags=" : ";", target->tags[i]);
	text_append_char(text, '\n');
}

/* As the file beside the list has it. */
static void
read_list(const char *path, const struct list_form *form, struct text *text)
{
	struct target_list_options options = {
		.defaults = { .port = 443 },
		.form = form,
		.announce = note_form,
		.context = text,
	};
	struct target_list *list = target_list_new(&options);
	struct target *target;

	text_append(text, "");
	assert_int_equal(target_list_add_file(list, path), 0);
	if (target_list_begin(list) < 0)
		text_printf(text, "ERROR %s\n", target_list_error(list));
	else
		while (target_list_next(list, &target) > 0) {
			write_target(text, target);
			target_free(target);
		}
	target_list_free(list);
}

static bool
is_list(const char *name)
{
	const char *end = strrchr(name, '.');

	return *name != '.' && end != NULL && strcmp(end, ".targets") != 0 &&
	       strcmp(end, ".md") != 0;
}

/* The form that the list's name begins with; NULL: it has none. */
static const struct list_form *
form_of(const char *name)
{
	char form[64];

	snprintf(form, sizeof(form), "%.*s", (int)strcspn(name, "."), name);
	return list_form_find(form);
}

static void
lists_mean_their_targets(void **state)
{
	DIR *folder = opendir(LISTS);
	struct dirent *entry;
	unsigned lists = 0;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		const struct list_form *form = form_of(entry->d_name);
		char path[512], expected_path[600];
		struct text found = { .size = 0 }, expected = { .size = 0 };
		struct text again = { .size = 0 };

		if (!is_list(entry->d_name))
			continue;
		lists++;
		snprintf(path, sizeof(path), LISTS "%s", entry->d_name);
		snprintf(
		    expected_path, sizeof(expected_path), "%s.targets", path);
		read_list(path, NULL, &found);
		if (getenv("LISTS_WRITE") != NULL &&
		    !file_exists(expected_path))
			file_write(
			    expected_path, bytes_of(found.data, found.size));
		text_append(&expected, "");
		if (file_read(expected_path, 65536, &expected) < 0 ||
		    strcmp(found.data, expected.data) != 0)
			fail_msg("%s gave\n%sinstead of\n%s", path, found.data,
			    expected.data);
		/* Whoever names the form gets the same. */
		if (form != NULL) {
			read_list(path, form, &again);
			assert_string_equal(again.data, expected.data);
		}
		text_free(&found);
		text_free(&expected);
		text_free(&again);
	}
	closedir(folder);
	assert_true(lists > 50);
}

/* But port-host, which is also a rank wherever it is not named. */
static void
each_form_has_a_list(void **state)
{
	const char *name;

	(void)state;
	for (size_t at = 0; (name = list_form_name(at)) != NULL; at++) {
		DIR *folder = opendir(LISTS);
		struct dirent *entry;
		bool found = strcmp(name, "port-host") == 0;

		while ((entry = readdir(folder)) != NULL)
			found = found || (form_of(entry->d_name) ==
						 list_form_find(name) &&
					     is_list(entry->d_name));
		closedir(folder);
		if (!found)
			fail_msg("no list in " LISTS " has the form %s", name);
	}
}

struct forced_row {
	const char *list, *form, *targets;
};

static const struct forced_row forced_rows[] = {
	{ "ambiguous.rank-or-port", "host-port",
	    "said a host and its port a line\nwww.example.com:1\n"
	    "example.org:2\nexample.net:3\n" },
	{ "ambiguous.rank-or-port", "host-rank",
	    "said a host and a rank a line\nwww.example.com:443\n"
	    "example.org:443\nexample.net:443\n" },
	{ "ambiguous.port-or-rank", "port-host",
	    "said a port and a host a line\nwww.example.com:443\n"
	    "mail.example.com:443\n" },
	{ "plain.hosts", "csv",
	    "ERROR " LISTS "plain.hosts: no header row, as host,port: "
	    "--list-form csv needs one\n" },
	{ "plain.bad-lines", "json", "ERROR no target in the list\n" },
};

static void
what_is_ambiguous_can_be_chosen(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forced_rows) / sizeof(*forced_rows);
	     i++) {
		const struct forced_row *row = &forced_rows[i];
		struct text found = { .size = 0 };
		char path[512];

		snprintf(path, sizeof(path), LISTS "%s", row->list);
		read_list(path, list_form_find(row->form), &found);
		assert_string_equal(strncmp(row->targets, "ERROR no", 8) == 0
					? strstr(found.data, "ERROR")
					: found.data,
		    row->targets);
		text_free(&found);
	}
}

/* A child writes the octets again and again into a pipe, which is the list. */
static void
assert_endless(
    const char *octets, size_t size, const char *form, const char *sentence)
{
	struct target_list_options options = { .defaults = { .port = 443 },
		.form = form == NULL ? NULL : list_form_find(form) };
	struct target_list *list = target_list_new(&options);
	struct target *target;
	char path[64], block[65536];
	int ends[2], more;
	pid_t child;

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = octets[i % size];
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		while (write(ends[1], block, sizeof(block)) > 0)
			continue;
		_exit(0);
	}
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	assert_int_equal(target_list_add_file(list, path), 0);
	close(ends[0]);
	if (target_list_begin(list) == 0)
		while ((more = target_list_next(list, &target)) > 0)
			target_free(target);
	assert_non_null(target_list_error(list));
	if (strstr(target_list_error(list), sentence) == NULL)
		fail_msg("%s", target_list_error(list));
	target_list_free(list);
	waitpid(child, NULL, 0);
}

static void
endless_lists_are_bounded(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_DFL);
	assert_endless("\0", 1, NULL, "full of control characters");
	assert_endless("x", 1, NULL, "no line end in its first 256 KiB");
	assert_endless("x", 1, "plain", "a line of more than 64 MiB");
	assert_endless("\xff\n", 2, NULL, "more than 10000 bad lines");
	assert_endless("{", 1, NULL, "a JSON value of more than 4 MiB");
	assert_endless("[", 1, "json", "a JSON value of more than 4 MiB");
	assert_endless("<nmaprun ", 9, NULL, "an XML tag of more than 64 KiB");
	assert_endless("- ", 2, "file-sd-yaml", "nests deeper than 64");
	assert_endless("x", 1, "file-sd-yaml", "more than 1 MiB of YAML");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_mean_their_targets),
		cmocka_unit_test(each_form_has_a_list),
		cmocka_unit_test(what_is_ambiguous_can_be_chosen),
		cmocka_unit_test(endless_lists_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
