/*
 * Who may connect, who waits, and when an address is considered overloaded or
 * dead.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scan/pace.h"

static struct net_address
address(const char *text)
{
	struct net_address parsed;

	assert_true(net_address_parse(&parsed, text));
	return parsed;
}

static struct job *
new_job(void)
{
	const struct target model = { .host = "x.test", .input = "x.test" };

	return job_new(target_new(&model));
}

/* Enters with a job of its own; true if it may go. */
static bool
enter(struct pace *pace, const char *text)
{
	struct net_address at = address(text);
	struct job *job = new_job();
	enum pace_reply word = pace_enter(pace, &at, job);

	if (word != PACE_WAIT)
		job_free(job);
	return word == PACE_GO;
}

static size_t
leave(struct pace *pace, const char *text, enum pace_outcome outcome,
    uint64_t now_ms)
{
	struct net_address at = address(text);
	struct job_queue ready = { NULL, NULL, 0 };
	size_t count;

	pace_leave(pace, &at, outcome, now_ms, &ready);
	count = ready.count;
	for (const struct job *job = ready.first; job; job = job->next)
		assert_true(job->admitted);
	job_queue_clear(&ready);
	return count;
}

static void
test_limit_an_address(void **state)
{
	struct pace *pace = pace_new(2, 0);

	(void)state;
	assert_true(enter(pace, "192.0.2.1"));
	assert_true(enter(pace, "192.0.2.1"));
	assert_false(enter(pace, "192.0.2.1"));
	assert_false(enter(pace, "192.0.2.1"));
	assert_true(enter(pace, "192.0.2.2"));
	assert_true(enter(pace, "2001:db8::1"));
	assert_int_equal(pace_waiting(pace), 2);
	assert_int_equal(leave(pace, "192.0.2.1", PACE_ANSWERED, 0), 1);
	assert_int_equal(pace_waiting(pace), 1);
	assert_int_equal(leave(pace, "192.0.2.2", PACE_ANSWERED, 0), 0);
	pace_free(pace); /* with the one that waits */
}

static void
test_a_tired_address_gets_less(void **state)
{
	struct pace *pace = pace_new(4, 0);

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_true(enter(pace, "192.0.2.1"));
	assert_int_equal(leave(pace, "192.0.2.1", PACE_ANSWERED, 5000), 0);
	assert_int_equal(leave(pace, "192.0.2.1", PACE_TROUBLED, 5000), 0);
	/* Halved once for troubles of the same moment: two are enough. */
	assert_int_equal(leave(pace, "192.0.2.1", PACE_TROUBLED, 5001), 0);
	assert_true(enter(pace, "192.0.2.1"));
	assert_false(enter(pace, "192.0.2.1"));
	assert_false(enter(pace, "192.0.2.1"));
	/* And a success gives one back. */
	assert_int_equal(leave(pace, "192.0.2.1", PACE_ANSWERED, 5002), 2);
	pace_free(pace);
}

static void
test_trouble_without_an_answer_says_nothing(void **state)
{
	struct pace *pace = pace_new(2, 0);

	(void)state;
	assert_true(enter(pace, "192.0.2.1"));
	assert_true(enter(pace, "192.0.2.1"));
	assert_int_equal(leave(pace, "192.0.2.1", PACE_TROUBLED, 5000), 0);
	assert_true(enter(pace, "192.0.2.1"));
	pace_free(pace);
}

static void
test_the_dead(void **state)
{
	struct pace *pace = pace_new(2, 0);
	struct net_address at = address("192.0.2.1");
	struct job *job = new_job();

	(void)state;
	for (int i = 0; i < 8; i++) {
		assert_true(enter(pace, "192.0.2.1"));
		leave(pace, "192.0.2.1", PACE_SILENT, 0);
	}
	assert_int_equal(pace_enter(pace, &at, job), PACE_DEAD);
	pace_slow_down(pace);
	assert_int_equal(pace_enter(pace, &at, job), PACE_GO);
	assert_false(enter(pace, "192.0.2.1")); /* one at a time by now */
	job_free(job);
	pace_free(pace);
}

static void
test_rate(void **state)
{
	struct pace *pace = pace_new(1, 10);
	struct pace *hasty = pace_new(1, 0);
	unsigned wait;

	(void)state;
	assert_int_equal(pace_start(pace), 0);
	wait = pace_start(pace);
	assert_true(wait > 50 && wait <= 101);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(pace_start(hasty), 0);
	pace_free(pace);
	pace_free(hasty);
}

/* What led to no connection is not counted: the next may go at once. */
static void
test_a_refund(void **state)
{
	struct pace *pace = pace_new(1, 1);
	struct pace *hasty = pace_new(1, 0);

	(void)state;
	assert_int_equal(pace_start(pace), 0);
	for (int i = 0; i < 3; i++) {
		assert_true(pace_start(pace) > 0);
		pace_uncount_start(pace);
		assert_int_equal(pace_start(pace), 0);
	}
	pace_uncount_start(hasty);
	assert_int_equal(pace_start(hasty), 0);
	pace_free(pace);
	pace_free(hasty);
}

/* The kernel takes no link-local address without its interface. */
static void
test_the_interface_of_an_address(void **state)
{
	static const struct {
		const char *text;
		uint32_t scope;
	} rows[] = { { "fe80::1%lo", 1 }, { "fe80::1%7", 7 }, { "fe80::1", 0 },
		{ "192.0.2.1", 0 } };
	struct net_address parsed;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct net_address at = address(rows[i].text);
		struct sockaddr_storage out;

		net_address_sockaddr(&at, 443, &out);
		assert_int_equal(at.scope, rows[i].scope);
		if (out.ss_family == AF_INET6)
			assert_int_equal(
			    ((struct sockaddr_in6 *)&out)->sin6_scope_id,
			    rows[i].scope);
	}
	assert_false(net_address_parse(&parsed, "fe80::1%no-such-thing"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit_an_address),
		cmocka_unit_test(test_a_tired_address_gets_less),
		cmocka_unit_test(test_trouble_without_an_answer_says_nothing),
		cmocka_unit_test(test_the_dead),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_a_refund),
		cmocka_unit_test(test_the_interface_of_an_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
