/*
 * A thread in sigwait(3): there it may log, lock and allocate.  SIGRTMIN is
 * the bell that ends it: a thread that is cancelled leaves its stack behind
 * as it was, which the address sanitizer takes for damage.
 */
#include "scan/signal_watch.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/memory.h"

struct signal_watch {
	pthread_t thread;
	sigset_t signals, before;
	void (*told)(void *context);
	void *context;
};

static void *
wait_for_signal(void *argument)
{
	struct signal_watch *watch = argument;
	int number;

	if (sigwait(&watch->signals, &number) != 0 || number == SIGRTMIN)
		return NULL;
	/* The bell stays blocked: what is told is not to be left half done. */
	sigdelset(&watch->signals, SIGRTMIN);
	pthread_sigmask(SIG_UNBLOCK, &watch->signals, NULL);
	watch->told(watch->context);
	return NULL;
}

struct signal_watch *
signal_watch_new(void (*told)(void *context), void *context)
{
	struct signal_watch *watch;

	if (told == NULL)
		return NULL;
	watch = memory_new(sizeof(*watch));
	watch->told = told;
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
