/* What is shown at which level, one line each, and how bugs end. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/fatal.h"
#include "base/log.h"

/* Runs `speak` in a child with stderr in a pipe; returns wait's status. */
static int
listen_to(void (*speak)(void), char *heard, size_t size)
{
	int ends[2], status;
	size_t used = 0;
	ssize_t got;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		speak();
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], heard + used, size - 1 - used)) > 0)
		used += (size_t)got;
	heard[used] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	return status;
}

static void
say_everything(void)
{
	log_error("%s %d", "error", 1);
	log_warning("warning");
	log_info("info");
	log_debug("debug");
}

static void
levels_hide(void **state)
{
	static const struct {
		enum log_level level;
		const char *heard;
	} rows[] = {
		{ LOG_QUIET, "fleetscan: error 1\nfleetscan: warning\n" },
		{ LOG_NORMAL, "fleetscan: error 1\nfleetscan: warning\n"
			      "fleetscan: info\n" },
		{ LOG_VERBOSE, "fleetscan: error 1\nfleetscan: warning\n"
			       "fleetscan: info\nfleetscan: debug\n" },
	};
	char heard[256];

	(void)state;
	/* The level before any is set. */
	listen_to(say_everything, heard, sizeof(heard));
	assert_string_equal(heard, rows[LOG_NORMAL].heard);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		log_set_level(rows[i].level);
		listen_to(say_everything, heard, sizeof(heard));
		assert_string_equal(heard, rows[i].heard);
	}
	log_set_level(LOG_NORMAL);
}

static void
say_what_a_host_sent(void)
{
	log_error("%s: refused", "a\033[2J\nfleetscan: all is well\r");
	log_warning("%s", "b\xff\xc2\x9b, \xe2\x80\xae, \xc3\xbc");
}

static void
a_sentence_stays_one_line(void **state)
{
	char heard[256];

	(void)state;
	listen_to(say_what_a_host_sent, heard, sizeof(heard));
	assert_string_equal(heard,
	    "fleetscan: a\\1B[2J\\0Afleetscan: all is well\\0D: refused\n"
	    "fleetscan: b\\FF\\C2\\9B, \\E2\\80\\AE, \xc3\xbc\n");
}

static void
have_a_bug(void)
{
	signal(SIGABRT, SIG_DFL);
	fatal_bug("two and two are five");
}

static void
a_bug_names_its_place_and_aborts(void **state)
{
	char heard[256];
	int status = listen_to(have_a_bug, heard, sizeof(heard));

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(heard, "test_log.c:"));
	assert_non_null(strstr(heard, "two and two are five\n"));
}

static void
fail_fatally(void)
{
	fatal("no %s left", "memory");
}

static void
the_machine_failing_is_exit_4(void **state)
{
	char heard[256];
	int status = listen_to(fail_fatally, heard, sizeof(heard));

	(void)state;
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 4);
	assert_string_equal(heard, "fleetscan: no memory left\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_hide),
		cmocka_unit_test(a_sentence_stays_one_line),
		cmocka_unit_test(a_bug_names_its_place_and_aborts),
		cmocka_unit_test(the_machine_failing_is_exit_4),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
