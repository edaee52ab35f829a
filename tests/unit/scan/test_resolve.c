/*
 * What the DNS server sees of a crew: each name once, never too many
 * questions at a time, and the next server where one says nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/scan/dns_stub.h"
#include "tests/unit/scan/sightings.h"

enum { NAMES = 300, NAME_SIZE = 32, FIRST_QUESTIONS = 128 };

struct names {
	char at[NAMES][NAME_SIZE];
};

/* Nothing listens on port 1: each ends when its name is known. */
static void
prepare(struct sightings *run, struct names *names, size_t count,
    const char **servers, size_t server_count)
{
	memset(run, 0, sizeof(*run));
	run->targets = memory_array(count, sizeof(*run->targets));
	run->target_count = count;
	for (size_t i = 0; i < count; i++) {
		snprintf(names->at[i], NAME_SIZE, "h%zu.stub.test", i);
		run->targets[i].host = names->at[i];
		run->targets[i].port = 1;
	}
	run->options = (struct scan_options){ .concurrency = NAMES,
		.threads = 1,
		.per_ip = NAMES,
		.timeout_ms = 20000,
		.family = FAMILY_V4,
		.resolvers = servers,
		.resolver_count = server_count };
}

static void
run_all(struct sightings *run)
{
	sightings_run(run);
	assert_int_equal(run->end, CREW_FINISHED);
	for (size_t i = 0; i < run->target_count; i++)
		assert_int_equal(
		    run->seen[i].status, STATUS_CONNECTION_REFUSED);
	sightings_clear(run);
	free(run->targets);
}

static void
test_one_name_is_asked_once(void **state)
{
	struct names names;
	struct dns_stub stub;
	struct sightings run;
	const char *server;

	(void)state;
	assert_true(dns_stub_start(&stub, 20, DNS_STUB_ANSWERS));
	server = stub.address;
	prepare(&run, &names, 40, &server, 1);
	for (size_t i = 0; i < run.target_count; i++)
		run.targets[i].host = i % 2 ? "odd.test" : "even.test";
	run.options.concurrency = 10;
	run_all(&run);
	dns_stub_stop(&stub);
	assert_int_equal(stub.asked, 2);
}

static void
test_questions_are_few_at_first(void **state)
{
	struct names names;
	struct dns_stub stub;
	struct sightings run;
	const char *server;

	(void)state;
	assert_true(dns_stub_start(&stub, 300, DNS_STUB_ANSWERS));
	server = stub.address;
	prepare(&run, &names, NAMES, &server, 1);
	run_all(&run);
	dns_stub_stop(&stub);
	assert_in_range(stub.asked, NAMES, 2 * NAMES);
	/* One more with each answer; all of them would be NAMES. */
	assert_in_range(stub.most, 1, 2 * FIRST_QUESTIONS);
}

static void
test_the_next_server_is_asked(void **state)
{
	struct names names;
	struct dns_stub silent, stub;
	struct sightings run;
	const char *servers[2];

	(void)state;
	assert_true(dns_stub_start(&silent, 0, DNS_STUB_IS_SILENT));
	assert_true(dns_stub_start(&stub, 0, DNS_STUB_ANSWERS));
	servers[0] = silent.address;
	servers[1] = stub.address;
	prepare(&run, &names, 3, servers, 2);
	run.options.timeout_ms = 5000;
	run_all(&run);
	dns_stub_stop(&silent);
	dns_stub_stop(&stub);
	assert_true(silent.asked > 0);
	assert_int_equal(stub.asked, 3);
}

static unsigned
count_asked(unsigned retries)
{
	struct names names;
	struct dns_stub stub;
	struct sightings run;
	const char *server;

	assert_true(dns_stub_start(&stub, 0, DNS_STUB_FAILS));
	server = stub.address;
	prepare(&run, &names, 1, &server, 1);
	run.options.retries = retries;
	sightings_run(&run);
	assert_int_equal(run.seen[0].status, STATUS_DNS_ERROR);
	assert_int_equal(run.seen[0].attempts, retries + 1);
	sightings_clear(&run);
	free(run.targets);
	dns_stub_stop(&stub);
	return stub.asked;
}

/* The second attempt begins while the first is still being told. */
static void
test_a_failure_is_asked_again(void **state)
{
	unsigned once = count_asked(0);

	(void)state;
	assert_true(once > 0);
	assert_int_equal(count_asked(1), 2 * once);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_name_is_asked_once),
		cmocka_unit_test(test_questions_are_few_at_first),
		cmocka_unit_test(test_the_next_server_is_asked),
		cmocka_unit_test(test_a_failure_is_asked_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
