/* When what failed is tried again, and when a crew has nothing left to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scan/dispatch.h"

enum { SLOTS = 8, CALM = 2 };

struct table {
	struct dispatch dispatch;
	struct pace *pace;
	struct waiter waiter;
	struct job *jobs[SLOTS];
};

static void
discard(struct message *message)
{
	(void)message;
}

/* All slots are busy, and nothing more will come. */
static void
set_table(struct table *table)
{
	const struct scan_options options = { .concurrency = SLOTS };
	const struct target model = { .host = "x.test", .input = "x.test" };

	memset(table, 0, sizeof(*table));
	table->pace = pace_new(4, 0);
	dispatch_init(&table->dispatch, &options, table->pace);
	for (size_t i = 0; i < SLOTS; i++)
		assert_true(dispatch_feed(
		    &table->dispatch, job_new(target_new(&model))));
	for (size_t i = 0; i < SLOTS; i++)
		assert_int_equal(dispatch_next(&table->dispatch, &table->waiter,
				     &table->jobs[i]),
		    DISPATCH_JOB);
	dispatch_end_input(&table->dispatch, false);
}

static void
clear_table(struct table *table)
{
	dispatch_clear(&table->dispatch, discard);
	pace_free(table->pace);
}

static enum dispatch_reply
next(struct table *table, struct job **job)
{
	return dispatch_next(&table->dispatch, &table->waiter, job);
}

static void
test_again_when_it_is_calm(void **state)
{
	struct table table;
	struct job *job;
	size_t busy = SLOTS - 1;

	(void)state;
	set_table(&table);
	dispatch_again(&table.dispatch, table.jobs[busy]);
	while (busy > CALM) {
		assert_int_equal(next(&table, &job), DISPATCH_EMPTY);
		dispatch_finish(&table.dispatch, table.jobs[--busy], NULL);
	}
	assert_int_equal(next(&table, &job), DISPATCH_JOB);
	assert_ptr_equal(job, table.jobs[SLOTS - 1]);
	/* From then on at once: it is slow already. */
	dispatch_again(&table.dispatch, table.jobs[--busy]);
	dispatch_finish(&table.dispatch, job, NULL);
	assert_int_equal(next(&table, &job), DISPATCH_JOB);
	assert_ptr_equal(job, table.jobs[busy]);
	dispatch_finish(&table.dispatch, job, NULL);
	assert_int_equal(next(&table, &job), DISPATCH_EMPTY);
	dispatch_finish(&table.dispatch, table.jobs[0], NULL);
	assert_int_equal(next(&table, &job), DISPATCH_OVER);
	clear_table(&table);
}

/* Started in vain, for want of a port: not a try, so at once. */
static void
test_returned_at_once(void **state)
{
	struct table table;
	struct job *job;

	(void)state;
	set_table(&table);
	dispatch_return(&table.dispatch, table.jobs[0]);
	assert_int_equal(next(&table, &job), DISPATCH_JOB);
	assert_ptr_equal(job, table.jobs[0]);
	for (size_t i = 0; i < SLOTS; i++)
		dispatch_finish(&table.dispatch, table.jobs[i], NULL);
	assert_int_equal(next(&table, &job), DISPATCH_OVER);
	clear_table(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_again_when_it_is_calm),
		cmocka_unit_test(test_returned_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
