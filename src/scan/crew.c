/*
 * Sets a crew up, and is the loop of its calling thread: delivers messages,
 * counts progress, handles signals.  Probing is done by the workers.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/fatal.h"
#include "base/memory.h"
#include "scan/crew.h"
#include "scan/shared_hosts.h"
#include "scan/signal_watch.h"
#include "scan/worker.h"

enum {
	COLLECT_MS = 10,
	COLLECTS_A_TICK = 20,
	GRACE_MS = 3000,
	FEEDER_WAIT_MS = 200,
	DESCRIPTORS_KEPT = 48, /* for files, DNS and the loops themselves */
	DESCRIPTORS_A_THREAD = 16,
	/* One thread, one connection, the run directory, AIA. */
	FEWEST_DESCRIPTORS = 24
};

struct crew {
	struct scan_options options;
	const struct crew_work *work;
	uv_loop_t loop;
	uv_timer_t collect, grace;
	uv_signal_t interrupt, terminate;
	struct dispatch dispatch;
	struct worker_plan plan;
	struct hosts_file *hosts;
	struct shared_hosts *shared;
	struct handshake_terms *terms;
	struct worker **workers;
	struct waiter **waiters;
	pthread_t feeder;
	struct outbox outbox;
	unsigned collects;
	enum crew_end end;
};

/* The feeder */

static void *
feed(void *argument)
{
	struct crew *crew = argument;
	const struct crew_work *work = crew->work;
	struct target *target;
	int result, ignored;

	do {
		target = NULL;
		/* The only call that may block when all is to end. */
		pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &ignored);
		result = work->next_target(work->context, &target);
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &ignored);
	} while (result > 0 && dispatch_feed(&crew->dispatch, job_new(target)));
	dispatch_end_input(&crew->dispatch, result < 0);
	return NULL;
}

/* Standard input may never end: it is not waited for. */
static void
end_feeder(struct crew *crew)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += FEEDER_WAIT_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	if (pthread_timedjoin_np(crew->feeder, NULL, &until) == 0)
		return;
	pthread_cancel(crew->feeder);
	pthread_join(crew->feeder, NULL);
}

/* The calling thread's loop */

static void
stop(struct crew *crew, enum crew_end end, bool abort)
{
	if (crew->end == CREW_FINISHED)
		crew->end = end;
	dispatch_stop(&crew->dispatch, abort);
}

static void
deliver_all(struct crew *crew)
{
	const struct crew_work *work = crew->work;

	dispatch_collect(&crew->dispatch, &crew->outbox);
	for (size_t i = 0; i < crew->outbox.count; i++) {
		struct message *message = crew->outbox.messages[i];

		if (crew->end == CREW_STOPPED)
			work->discard(message);
		else if (work->deliver(work->intake, message) != 0)
			stop(crew, CREW_STOPPED, true);
	}
	crew->outbox.count = 0;
}

static void
on_grace_over(uv_timer_t *timer)
{
	stop(timer->data, CREW_INTERRUPTED, true);
}

static void
on_signal(uv_signal_t *signal, int number)
{
	struct crew *crew = signal->data;
	unsigned grace_ms = crew->options.timeout_ms < GRACE_MS
				? crew->options.timeout_ms
				: GRACE_MS;

	(void)number;
	if (crew->end != CREW_FINISHED) {
		stop(crew, CREW_INTERRUPTED, true);
		return;
	}
	stop(crew, CREW_INTERRUPTED, false);
	uv_timer_start(&crew->grace, on_grace_over, grace_ms, 0);
}

/* libuv leaves the default action behind, which would end the program by the
   signal: none arrives until restore_signals. */
static void
leave_loop(struct crew *crew)
{
	signals_hold();
	uv_close((uv_handle_t *)&crew->collect, NULL);
	uv_close((uv_handle_t *)&crew->grace, NULL);
	uv_close((uv_handle_t *)&crew->interrupt, NULL);
	uv_close((uv_handle_t *)&crew->terminate, NULL);
}

static void
restore_signals(void)
{
	signals_end_with_exit();
	signals_release();
}

static void
on_collect(uv_timer_t *timer)
{
	struct crew *crew = timer->data;
	/* Asked first: then the message of the last one is there to collect. */
	bool all_ended = dispatch_all_ended(&crew->dispatch);
	struct crew_progress progress;

	if (crew->end == CREW_FINISHED && dispatch_refused(&crew->dispatch))
		stop(crew, CREW_STOPPED, true);
	deliver_all(crew);
	if (all_ended || ++crew->collects % COLLECTS_A_TICK == 0) {
		dispatch_progress(&crew->dispatch, &progress);
		if (crew->work->tick(crew->work->context, &progress) != 0)
			stop(crew, CREW_STOPPED, true);
	}
	if (all_ended)
		leave_loop(crew);
}

static void
enter_loop(struct crew *crew)
{
	uv_timer_init(&crew->loop, &crew->collect);
	uv_timer_init(&crew->loop, &crew->grace);
	uv_signal_init(&crew->loop, &crew->interrupt);
	uv_signal_init(&crew->loop, &crew->terminate);
	crew->collect.data = crew;
	crew->grace.data = crew;
	crew->interrupt.data = crew;
	crew->terminate.data = crew;
	uv_timer_start(&crew->collect, on_collect, COLLECT_MS, COLLECT_MS);
	uv_signal_start(&crew->interrupt, on_signal, SIGINT);
	uv_signal_start(&crew->terminate, on_signal, SIGTERM);
}

/* Setting up */

/* As far as it goes; 0 when it cannot be known. */
static rlim_t
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 0;
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
		getrlimit(RLIMIT_NOFILE, &limit);
	}
	return limit.rlim_cur;
}

int
crew_check_descriptors(const char **error)
{
	int opened[FEWEST_DESCRIPTORS], count = 0;
	bool enough;

	raise_descriptor_limit();
	while (count < FEWEST_DESCRIPTORS &&
	       (opened[count] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
		count++;
	enough = count == FEWEST_DESCRIPTORS;
	while (count > 0)
		close(opened[--count]);
	if (enough)
		return 0;
	*error = "too few file descriptors are left for a scan: at least 24 "
		 "are needed beside those that are open (see ulimit -n)";
	return -1;
}

/* So many slots as there are descriptors for, so that no host fails for lack
   of one. */
static unsigned
fit_descriptors(unsigned concurrency, unsigned threads)
{
	rlim_t kept = DESCRIPTORS_KEPT + DESCRIPTORS_A_THREAD * threads;
	rlim_t limit = raise_descriptor_limit();

	if (limit == 0 || limit == RLIM_INFINITY || limit >= kept + concurrency)
		return concurrency;
	return limit > kept ? (unsigned)(limit - kept) : 1;
}

void
crew_fit(struct scan_options *options)
{
	if (options->concurrency == 0)
		options->concurrency = 1;
	if (options->threads == 0)
		options->threads = uv_available_parallelism();
	if (options->threads > options->concurrency)
		options->threads = options->concurrency;
	options->concurrency =
	    fit_descriptors(options->concurrency, options->threads);
	if (options->threads > options->concurrency)
		options->threads = options->concurrency;
}

static int
make_workers(struct crew *crew, const char **error)
{
	unsigned threads = crew->options.threads;
	unsigned slots = crew->options.concurrency;

	crew->workers = memory_array(threads, sizeof(*crew->workers));
	crew->waiters = memory_array(threads, sizeof(*crew->waiters));
	for (unsigned i = 0; i < threads; i++) {
		unsigned share = slots / threads + (i < slots % threads);

		crew->workers[i] = worker_new(&crew->plan, share, error);
		if (crew->workers[i] == NULL)
			return -1;
		crew->waiters[i] = worker_waiter(crew->workers[i]);
	}
	dispatch_set_waiters(&crew->dispatch, crew->waiters, threads);
	return 0;
}

/*
 * Threads inherit the mask: all signals but those of faults go to the calling
 * thread, SIGPIPE too.
 */
static int
start_threads(struct crew *crew, const char **error)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
		SIGTRAP };
	sigset_t all, before;
	int result = 0;

	sigfillset(&all);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&all, faults[i]);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (unsigned i = 0; i < crew->options.threads && result == 0; i++)
		result = worker_start(crew->workers[i]);
	if (result == 0)
		result = -pthread_create(&crew->feeder, NULL, feed, crew);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (result == 0)
		return 0;
	*error = uv_strerror(result);
	dispatch_stop(&crew->dispatch, true);
	for (unsigned i = 0; i < crew->options.threads; i++)
		worker_join(crew->workers[i]);
	return -1;
}

static int
set_up(struct crew *crew, const char **error)
{
	const struct scan_options *options = &crew->options;

	crew->terms =
	    handshake_terms_new(options->depth == HANDSHAKE_CERTIFICATE, error);
	if (crew->terms == NULL)
		return -1;
	if (options->resolver_count == 0)
		crew->hosts = hosts_file_read("/etc/hosts");
	if (options->mx)
		crew->shared = shared_hosts_new();
	crew->plan = (struct worker_plan){
		.options = options,
		.work = crew->work,
		.dispatch = &crew->dispatch,
		.pace = crew->dispatch.pace,
		.terms = crew->terms,
		.hosts = crew->hosts,
		.shared = crew->shared,
	};
	if (make_workers(crew, error) < 0)
		return -1;
	/* Signals are handled before there is anything to interrupt. */
	enter_loop(crew);
	if (start_threads(crew, error) == 0)
		return 0;
	leave_loop(crew);
	uv_run(&crew->loop, UV_RUN_DEFAULT);
	restore_signals();
	return -1;
}

static void
tear_down(struct crew *crew)
{
	for (unsigned i = 0; i < crew->options.threads; i++)
		if (crew->workers != NULL)
			worker_free(crew->workers[i]);
	free(crew->workers);
	dispatch_clear(&crew->dispatch, crew->work->discard);
	pace_free(crew->dispatch.pace);
	free(crew->waiters);
	free(crew->outbox.messages);
	handshake_terms_free(crew->terms);
	hosts_file_free(crew->hosts);
	shared_hosts_free(crew->shared);
	if (uv_loop_close(&crew->loop) != 0)
		fatal_bug("a handle was left open on the crew's loop");
}

static int
init_libraries(struct crew *crew, const char **error)
{
	int result;

	if (handshake_global_init(error) < 0)
		return -1;
	if (resolver_global_init(error) < 0) {
		handshake_global_deinit();
		return -1;
	}
	result = uv_loop_init(&crew->loop);
	if (result == 0)
		return 0;
	*error = uv_strerror(result);
	resolver_global_deinit();
	handshake_global_deinit();
	return -1;
}

int
crew_run(const struct scan_options *options, const struct crew_work *work,
    const char **error)
{
	struct crew crew = { .work = work, .end = CREW_FINISHED };
	int result;

	if (init_libraries(&crew, error) < 0)
		return -1;
	crew.options = *options;
	crew_fit(&crew.options);
	dispatch_init(&crew.dispatch, &crew.options,
	    pace_new(options->per_ip, options->rate));
	result = set_up(&crew, error);
	if (result == 0) {
		uv_run(&crew.loop, UV_RUN_DEFAULT);
		restore_signals();
		for (unsigned i = 0; i < crew.options.threads; i++)
			worker_join(crew.workers[i]);
		end_feeder(&crew);
	}
	tear_down(&crew);
	resolver_global_deinit();
	handshake_global_deinit();
	return result < 0 ? result : (int)crew.end;
}
