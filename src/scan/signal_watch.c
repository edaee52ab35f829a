/*
 * A thread in sigwait(3): there the callback may log, lock and allocate.
 * SIGRTMIN ends the thread: the address sanitizer takes the stack of a
 * cancelled thread for damaged.
 */
#include "scan/signal_watch.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/memory.h"

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
