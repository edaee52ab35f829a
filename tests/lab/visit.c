/*
 * One connection: read, answer, and end in a chosen manner.  A client that does
 * nothing is disconnected after a while; its octets are never trusted.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/lab/visit.h"

enum {
	VISIT_MS = 60 * 1000,
	LINGER_MS = 2 * 1000,
	INPUT_LIMIT = 64 * 1024,
};

static void
on_ready(struct lab_watch *watch)
{
	struct visit *visit = (struct visit *)watch;

	visit->step(visit);
}

static void
on_end(struct lab_watch *watch)
{
	visit_end((struct visit *)watch);
}

struct visit *
visit_new(struct lab_loop *loop, int fd, const void *host,
    void (*step)(struct visit *))
{
	struct visit *visit = lab_alloc(1, sizeof(*visit));

	visit->watch.fd = fd;
	visit->watch.on_ready = on_ready;
	visit->watch.on_end = on_end;
	visit->host = host;
	visit->step = step;
	if (!lab_watch_open(&visit->watch, loop, EPOLLIN)) {
		free(visit);
		return NULL;
	}
	lab_watch_set_deadline(&visit->watch, VISIT_MS);
	return visit;
}

void
visit_end(struct visit *visit)
{
	if (visit->session != NULL)
		gnutls_deinit(visit->session);
	lab_watch_close(&visit->watch);
	octets_clear(&visit->in);
	octets_clear(&visit->out);
	free(visit);
}

/* false: the visitor left, and the visit is over. */
static bool
read_some(struct visit *visit)
{
	uint8_t buffer[16384];
	ssize_t count = recv(visit->watch.fd, buffer, sizeof(buffer), 0);

	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (count <= 0 || visit->in.length > INPUT_LIMIT) {
		visit_end(visit);
		return false;
	}
	octets_add(&visit->in, buffer, (size_t)count);
	return true;
}

static void
step_reading(struct visit *visit)
{
	size_t before = visit->in.length;

	if (read_some(visit) && visit->in.length > before)
		visit->on_input(visit);
}

void
visit_begin(struct lab_loop *loop, int fd, const void *host,
    void (*on_input)(struct visit *))
{
	struct visit *visit = visit_new(loop, fd, host, step_reading);

	if (visit != NULL)
		visit->on_input = on_input;
}

/*
 * What they still send is read and dropped: a close with unread octets would
 * reset the connection, and the client would lose our last octets.
 */
static void
step_dropping(struct visit *visit)
{
	if (read_some(visit))
		visit->in.length = 0;
}

static void
leave_with_reset(struct visit *visit)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(
	    visit->watch.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	visit_end(visit);
}

void
visit_finish(struct visit *visit)
{
	if (visit->ending == ENDS_AT_ONCE) {
		visit_end(visit);
		return;
	}
	if (visit->ending == ENDS_WITH_RESET) {
		leave_with_reset(visit);
		return;
	}
	if (visit->ending == ENDS_POLITELY) {
		shutdown(visit->watch.fd, SHUT_WR);
		lab_watch_set_deadline(&visit->watch, LINGER_MS);
	}
	visit->step = step_dropping;
	lab_watch_want(&visit->watch, EPOLLIN);
}

static void
step_writing(struct visit *visit)
{
	const uint8_t *rest = visit->out.length == 0
				  ? visit->out.data
				  : visit->out.data + visit->sent;
	size_t length = visit->out.length - visit->sent;
	ssize_t count = 0;

	if (length > 0)
		count = send(visit->watch.fd, rest, length, MSG_NOSIGNAL);
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (count < 0) {
		visit_end(visit);
		return;
	}
	visit->sent += (size_t)count;
	if (visit->sent == visit->out.length)
		visit_finish(visit);
}

void
visit_answer(struct visit *visit, enum visit_ending ending)
{
	visit->ending = ending;
	visit->step = step_writing;
	lab_watch_want(&visit->watch, EPOLLOUT);
	step_writing(visit);
}

int
visit_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	int on = 1;

	if (fd >= 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}
