/*
 * The crew's mechanics: limits, retries, overrides, and every way to end.
 * The servers here speak no TLS; see test_lab_scan for those that do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include "tests/unit/scan/listener.h"
#include "tests/unit/scan/sightings.h"

enum { MANY = 40, MOST_DESCRIPTORS = 1024 };

static void
prepare(struct sightings *run, size_t count, uint16_t port)
{
	memset(run, 0, sizeof(*run));
	run->targets = memory_array(count, sizeof(*run->targets));
	run->target_count = count;
	for (size_t i = 0; i < count; i++) {
		run->targets[i].host = "127.0.0.1";
		run->targets[i].is_address = true;
		run->targets[i].port = port;
	}
	run->options = (struct scan_options){ .concurrency = 30,
		.threads = 2,
		.per_ip = 30,
		.timeout_ms = 1000 };
}

static void
finish(struct sightings *run)
{
	sightings_clear(run);
	free(run->targets);
}

static void
test_one_address_is_spared(void **state)
{
	struct listener listener;
	struct sightings run;

	(void)state;
	assert_true(listener_start(&listener, 20));
	prepare(&run, MANY, listener.port);
	run.options.per_ip = 3;
	sightings_run(&run);
	assert_int_equal(run.end, CREW_FINISHED);
	assert_int_equal(run.observed, MANY);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(run.seen[i].status, STATUS_CONNECTION_CLOSED);
	finish(&run);
	listener_stop(&listener);
	assert_int_equal(listener.accepted, MANY);
	assert_true(listener.most <= 3);
}

static void
test_rate_is_kept(void **state)
{
	struct listener listener;
	struct sightings run;
	uint64_t began = listener_now_ms(), took;

	(void)state;
	assert_true(listener_start(&listener, 0));
	prepare(&run, MANY, listener.port);
	run.options.rate = 100;
	sightings_run(&run);
	took = listener_now_ms() - began;
	finish(&run);
	listener_stop(&listener);
	assert_true(took >= 1000 * (MANY - 2) / 100);
	assert_true(took < 3000);
}

/* The rate is of connections: what makes none has them all to others. */
static void
test_rate_counts_connections(void **state)
{
	struct sightings run;
	uint64_t began = listener_now_ms();

	(void)state;
	prepare(&run, MANY, 443);
	for (size_t i = 0; i < MANY; i++)
		run.targets[i].ip = "none";
	run.options.rate = 2;
	sightings_run(&run);
	assert_true(listener_now_ms() - began < 1000 * MANY / 2 / 2);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(run.seen[i].status, STATUS_DNS_ERROR);
	finish(&run);
}

/* As servers do that have too many, and as some always do. */
static void
test_a_silent_end_is_tried_again(void **state)
{
	struct listener listener;
	struct sightings run;

	(void)state;
	assert_true(listener_start(&listener, 0));
	prepare(&run, 1, listener.port);
	run.options.retries = 1;
	sightings_run(&run);
	assert_int_equal(run.seen[0].attempts, 2);
	assert_int_equal(run.seen[0].status, STATUS_CONNECTION_CLOSED);
	finish(&run);
	listener_stop(&listener);
}

static void
test_silence_is_tried_again(void **state)
{
	struct listener listener;
	struct sightings run;

	(void)state;
	assert_true(listener_start(&listener, 60000));
	prepare(&run, 2, listener.port);
	run.options.timeout_ms = 200;
	run.options.retries = 2;
	sightings_run(&run);
	assert_int_equal(run.observed, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(run.seen[i].status, STATUS_IO_TIMEOUT);
		assert_int_equal(run.seen[i].attempts, 3);
		assert_true(run.seen[i].timing.connect_ms >= 0);
		assert_true(run.seen[i].timing.tls_ms > 150);
		assert_true(run.seen[i].timing.dns_ms < 0);
	}
	assert_int_equal(run.progress.started, 2);
	finish(&run);
	listener_stop(&listener);
	assert_int_equal(listener.accepted, 6);
}

/* A port whose backlog is full drops connection attempts, as the dead do. */
static void
test_dead_address_is_given_up(void **state)
{
	struct listener dead = { .fd = -1 };
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fillers[4];
	struct sightings run;
	size_t untried = 0;

	(void)state;
	assert_true(listener_bind(&dead, 0));
	to.sin_port = htons(dead.port);
	for (size_t i = 0; i < 4; i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fillers[i], (struct sockaddr *)&to, sizeof(to));
	}
	prepare(&run, MANY, dead.port);
	run.options.per_ip = 2;
	run.options.timeout_ms = 150;
	sightings_run(&run);
	assert_int_equal(run.observed, MANY);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(run.seen[i].status, STATUS_CONNECTION_TIMEOUT);
		untried += strstr(run.seen[i].error, "not tried") != NULL;
	}
	assert_true(untried > MANY / 2);
	finish(&run);
	for (size_t i = 0; i < 4; i++)
		close(fillers[i]);
	close(dead.fd);
}

static void
test_faults_are_not_probed(void **state)
{
	struct sightings run;

	(void)state;
	prepare(&run, 2, 1);
	run.targets[0].host = "no host";
	run.targets[0].fault = "a host name has no blanks";
	run.targets[1].port = 1;
	sightings_run(&run);
	assert_int_equal(run.seen[0].status, STATUS_INVALID_INPUT);
	assert_string_equal(run.seen[0].error, "a host name has no blanks");
	assert_int_equal(run.seen[0].attempts, 0);
	assert_null(run.seen[0].ip);
	assert_int_equal(run.seen[1].status, STATUS_CONNECTION_REFUSED);
	assert_int_equal(run.seen[1].attempts, 1);
	assert_string_equal(run.seen[1].ip, "127.0.0.1");
	assert_null(run.seen[1].sni);
	finish(&run);
}

static void
test_overrides(void **state)
{
	struct listener listener;
	struct sightings run;
	struct resolve_override rows[] = {
		{ "named.test", 443, "127.0.0.1", 0 },
		{ "*", 8443, "127.0.0.1", 0 },
	};

	(void)state;
	assert_true(listener_start(&listener, 0));
	prepare(&run, 3, 443);
	rows[0].to_port = listener.port;
	rows[1].to_port = listener.port;
	run.options.overrides = rows;
	run.options.override_count = 2;
	for (size_t i = 0; i < 3; i++)
		run.targets[i].is_address = false;
	run.targets[0].host = "named.test";
	run.targets[1].host = "any.test";
	run.targets[1].port = 8443;
	run.targets[1].sni = "other.test";
	run.targets[2].host = "given.test";
	run.targets[2].ip = "127.0.0.1";
	run.targets[2].port = listener.port;
	sightings_run(&run);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(run.seen[i].ip, "127.0.0.1");
		assert_true(run.seen[i].timing.connect_ms >= 0);
	}
	assert_int_equal(run.seen[0].port, 443);
	assert_string_equal(run.seen[0].sni, "named.test");
	assert_string_equal(run.seen[1].sni, "other.test");
	finish(&run);
	listener_stop(&listener);
	assert_int_equal(listener.accepted, 3);
}

static int
refuse_after_ten(struct sightings *run)
{
	return run->fed < 10 ? 1 : -1;
}

static void
test_feeder_may_refuse(void **state)
{
	struct sightings run;

	(void)state;
	prepare(&run, MANY, 1);
	run.next_target = refuse_after_ten;
	sightings_run(&run);
	assert_int_equal(run.end, CREW_STOPPED);
	assert_int_equal(run.fed, 10);
	assert_int_equal(run.observed, run.delivered + run.discarded);
	finish(&run);
}

static int
full_disk(struct sightings *run)
{
	return run->delivered >= 3;
}

static void
test_delivery_may_fail(void **state)
{
	struct sightings run;

	(void)state;
	prepare(&run, MANY, 1);
	run.deliver = full_disk;
	sightings_run(&run);
	assert_int_equal(run.end, CREW_STOPPED);
	assert_int_equal(run.delivered, 3);
	assert_int_equal(run.observed, run.delivered + run.discarded);
	finish(&run);
}

/* The third call never returns by itself, as standard input may not. */
static int
block_after_two(struct sightings *run)
{
	int ends[2];
	char octet;

	if (run->fed < 2)
		return 1;
	if (pipe(ends) != 0)
		return -1;
	kill(getpid(), SIGTERM);
	return (int)read(ends[0], &octet, 1);
}

static void
test_signal_ends_a_blocked_feeder(void **state)
{
	struct sightings run;
	uint64_t began = listener_now_ms();

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	/* It takes the frames of a cancelled thread for overwritten ones. */
	skip();
#endif
	prepare(&run, MANY, 1);
	run.next_target = block_after_two;
	sightings_run(&run);
	assert_int_equal(run.end, CREW_INTERRUPTED);
	assert_int_equal(run.delivered, run.observed);
	assert_true(listener_now_ms() - began < 1500);
	finish(&run);
}

/* The signals of a crew go to the thread that called it. */
static void
interrupt_and_wait(void)
{
	sigset_t pending;

	kill(getpid(), SIGINT);
	do
		sigpending(&pending);
	while (sigismember(&pending, SIGINT) && usleep(1000) == 0);
}

static struct listener *signal_listener;
static uint64_t interrupted_ms;

/* When all are connected; the server then closes them. */
static int
interrupt_at_the_end(struct sightings *run)
{
	if (run->fed < run->target_count)
		return 1;
	if (!listener_wait(signal_listener, (unsigned)run->target_count))
		return -1;
	interrupt_and_wait();
	signal_listener->hold_ms = 0;
	return 1;
}

/* Work in flight has a moment to finish. */
static void
test_signal_lets_work_finish(void **state)
{
	struct listener listener;
	struct sightings run;

	(void)state;
	assert_true(listener_start(&listener, 60000));
	signal_listener = &listener;
	prepare(&run, 4, listener.port);
	run.next_target = interrupt_at_the_end;
	run.options.timeout_ms = 20000;
	run.options.concurrency = 4;
	sightings_run(&run);
	assert_int_equal(run.end, CREW_INTERRUPTED);
	assert_int_equal(run.delivered, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(run.seen[i].status, STATUS_CONNECTION_CLOSED);
	finish(&run);
	listener_stop(&listener);
}

static int
interrupt_twice(struct sightings *run)
{
	if (run->fed < run->target_count)
		return 1;
	if (!listener_wait(signal_listener, 1))
		return -1;
	interrupt_and_wait();
	interrupt_and_wait();
	interrupted_ms = listener_now_ms();
	return 1;
}

static void
test_second_signal_ends_at_once(void **state)
{
	struct listener listener;
	struct sightings run;

	(void)state;
	assert_true(listener_start(&listener, 60000));
	signal_listener = &listener;
	prepare(&run, MANY, listener.port);
	run.next_target = interrupt_twice;
	run.options.timeout_ms = 20000;
	sightings_run(&run);
	assert_int_equal(run.end, CREW_INTERRUPTED);
	assert_int_equal(run.delivered, 0);
	/* After the first signal alone work has three seconds. */
	assert_true(listener_now_ms() - interrupted_ms < 2900);
	finish(&run);
	listener_stop(&listener);
}

/* Descriptors taken once the crew has counted what is left. */
static struct {
	int *fds;
	size_t count;
	int left;
} taken;

static int
take_descriptors(struct sightings *run)
{
	int fd;

	if (run->fed > 0)
		return 1;
	while ((fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
		taken.fds[taken.count++] = fd;
	for (int i = 0; i < taken.left && taken.count > 0; i++)
		close(taken.fds[--taken.count]);
	return 1;
}

/* Connections to a closed port still need descriptors while they are made. */
static void
test_descriptors_are_our_own_problem(void **state)
{
	/* With none at all each target ends at its deadline, and the wait for
	   one does not keep a processor busy. */
	static const struct {
		size_t count;
		int left;
		enum status status;
	} rows[] = {
		{ MANY, 6, STATUS_CONNECTION_REFUSED },
		{ 4, 0, STATUS_UNKNOWN_ERROR },
	};

	(void)state;
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		struct sightings run;
		clock_t began = clock();

		taken.fds = memory_array(MOST_DESCRIPTORS, sizeof(int));
		taken.left = rows[row].left;
		prepare(&run, rows[row].count, 1);
		run.next_target = take_descriptors;
		sightings_run(&run);
		while (taken.count > 0)
			close(taken.fds[--taken.count]);
		free(taken.fds);
		assert_int_equal(run.observed, rows[row].count);
		for (size_t i = 0; i < rows[row].count; i++) {
			assert_int_equal(run.seen[i].status, rows[row].status);
			assert_int_equal(run.seen[i].attempts, 1);
		}
		assert_true(clock() - began < CLOCKS_PER_SEC / 2);
		finish(&run);
	}
}

static void
test_nothing_to_do(void **state)
{
	struct sightings run;

	(void)state;
	prepare(&run, 1, 1);
	run.target_count = 0;
	sightings_run(&run);
	assert_int_equal(run.end, CREW_FINISHED);
	assert_true(run.ticks >= 1);
	finish(&run);
}

int
main(void)
{
	const struct rlimit limit = { MOST_DESCRIPTORS, MOST_DESCRIPTORS };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_address_is_spared),
		cmocka_unit_test(test_rate_is_kept),
		cmocka_unit_test(test_rate_counts_connections),
		cmocka_unit_test(test_a_silent_end_is_tried_again),
		cmocka_unit_test(test_silence_is_tried_again),
		cmocka_unit_test(test_dead_address_is_given_up),
		cmocka_unit_test(test_faults_are_not_probed),
		cmocka_unit_test(test_overrides),
		cmocka_unit_test(test_feeder_may_refuse),
		cmocka_unit_test(test_delivery_may_fail),
		cmocka_unit_test(test_signal_ends_a_blocked_feeder),
		cmocka_unit_test(test_signal_lets_work_finish),
		cmocka_unit_test(test_second_signal_ends_at_once),
		cmocka_unit_test(test_descriptors_are_our_own_problem),
		cmocka_unit_test(test_nothing_to_do),
	};

	/* So that all can be taken. */
	setrlimit(RLIMIT_NOFILE, &limit);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
