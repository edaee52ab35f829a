/*
 * A thread in sigwait(3): there the callback may log, lock and allocate.
 * SIGRTMIN ends the thread: the address sanitizer takes the stack of a
 * cancelled thread for damaged.
 */
#include "scan/signal_watch.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

enum { EXIT_UNFINISHED = 3 };

static const int ending[] = { SIGINT, SIGTERM };

static void
on_signal(int number)
{
	(void)number;
	_exit(EXIT_UNFINISHED);
}

void
signals_end_with_exit(void)
{
	struct sigaction action = { .sa_handler = on_signal }, before;

	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (sigaction(ending[i], NULL, &before) == 0 &&
		    before.sa_handler != SIG_IGN)
			sigaction(ending[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void
mask_ending(int how)
{
	sigset_t signals;

	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		sigaddset(&signals, ending[i]);
	pthread_sigmask(how, &signals, NULL);
}

void
signals_hold(void)
{
	mask_ending(SIG_BLOCK);
}

void
signals_release(void)
{
	mask_ending(SIG_UNBLOCK);
}

struct signal_watch {
	pthread_t thread;
	sigset_t signals, before;
	void (*callback)(void *context);
	void *context;
};

static void *
wait_for_signal(void *argument)
{
	struct signal_watch *watch = argument;
	int number;

	if (sigwait(&watch->signals, &number) != 0 || number == SIGRTMIN)
		return NULL;
	/* Keep SIGRTMIN blocked so that the callback is not interrupted. */
	sigdelset(&watch->signals, SIGRTMIN);
	pthread_sigmask(SIG_UNBLOCK, &watch->signals, NULL);
	watch->callback(watch->context);
	return NULL;
}

struct signal_watch *
signal_watch_new(void (*callback)(void *context), void *context)
{
	struct signal_watch *watch;

	if (callback == NULL)
		return NULL;
	watch = memory_new(sizeof(*watch));
	watch->callback = callback;
	watch->context = context;
	sigemptyset(&watch->signals);
	sigaddset(&watch->signals, SIGINT);
	sigaddset(&watch->signals, SIGTERM);
	sigaddset(&watch->signals, SIGRTMIN);
	pthread_sigmask(SIG_BLOCK, &watch->signals, &watch->before);
	if (pthread_create(&watch->thread, NULL, wait_for_signal, watch) == 0)
		return watch;
	pthread_sigmask(SIG_SETMASK, &watch->before, NULL);
	free(watch);
	return NULL;
}

void
signal_watch_free(struct signal_watch *watch)
{
	if (watch == NULL)
		return;
	pthread_kill(watch->thread, SIGRTMIN);
	pthread_join(watch->thread, NULL);
	pthread_sigmask(SIG_SETMASK, &watch->before, NULL);
	free(watch);
}
