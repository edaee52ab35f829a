/*
 * A DNS server of one thread for tests of the scan floor: every name is at
 * 127.0.0.1.  It holds each answer for a while, or never gives any, and counts.
 */
#ifndef TESTS_SCAN_DNS_STUB_H
#define TESTS_SCAN_DNS_STUB_H

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { DNS_STUB_MOST = 4096, DNS_STUB_PACKET = 512, DNS_STUB_HEADER = 12 };

struct dns_question {
	struct sockaddr_in from;
	uint64_t due_ms;
	size_t size;
	uint8_t packet[DNS_STUB_PACKET];
};

enum dns_stub_way {
	DNS_STUB_ANSWERS,
	DNS_STUB_FAILS, /* answers SERVFAIL */
	DNS_STUB_IS_SILENT,
};

struct dns_stub {
	int fd;
	char address[32]; /* "127.0.0.1:PORT" */
	unsigned hold_ms;
	enum dns_stub_way way;
	unsigned asked, most;	   /* in all; unanswered at the same time */
	struct dns_question *held; /* `asked` of them, `answered` done */
	unsigned answered;
	pthread_t thread;
	int wake[2];
};

static uint64_t
dns_stub_now_ms(void)
{
	return clock_monotonic_ns() / 1000000;
}

/* The end of the one question: a name, a type and a class. */
static size_t
dns_stub_question_end(const struct dns_question *question)
{
	size_t at = DNS_STUB_HEADER;

	while (at < question->size && question->packet[at] != 0)
		at += question->packet[at] + 1U;
	return at + 5;
}

static void
dns_stub_answer(struct dns_stub *stub, struct dns_question *question)
{
	static const uint8_t record[] = { 0xc0, DNS_STUB_HEADER, 0, 1, 0, 1, 0,
		0, 0, 60, 0, 4, 127, 0, 0, 1 };
	size_t end = dns_stub_question_end(question);
	uint8_t *packet = question->packet;

	if (end + sizeof(record) > DNS_STUB_PACKET)
		return;
	packet[2] = 0x81; /* an answer, recursion desired */
	packet[3] = 0x80; /* and available */
	packet[7] = 1;	  /* one record */
	packet[11] = 0;	  /* and nothing additional */
	if (stub->way == DNS_STUB_FAILS) {
		packet[3] |= 2; /* RFC 1035 4.1.1: server failure */
		packet[7] = 0;
		sendto(stub->fd, packet, end, 0,
		    (struct sockaddr *)&question->from, sizeof(question->from));
		return;
	}
	memcpy(packet + end, record, sizeof(record));
	sendto(stub->fd, packet, end + sizeof(record), 0,
	    (struct sockaddr *)&question->from, sizeof(question->from));
}

static void
dns_stub_take(struct dns_stub *stub)
{
	struct dns_question *question = &stub->held[stub->asked];
	socklen_t size = sizeof(question->from);
	ssize_t got = recvfrom(stub->fd, question->packet, DNS_STUB_PACKET,
	    MSG_DONTWAIT, (struct sockaddr *)&question->from, &size);

	if (got < DNS_STUB_HEADER)
		return;
	question->size = (size_t)got;
	question->due_ms = dns_stub_now_ms() + stub->hold_ms;
	stub->asked++;
	if (stub->asked - stub->answered > stub->most)
		stub->most = stub->asked - stub->answered;
}

static void *
dns_stub_main(void *argument)
{
	struct dns_stub *stub = argument;
	struct pollfd waits[2] = { { stub->fd, POLLIN, 0 },
		{ stub->wake[0], POLLIN, 0 } };

	while (poll(waits, 2, 5) >= 0 && waits[1].revents == 0) {
		if (waits[0].revents != 0 && stub->asked < DNS_STUB_MOST)
			dns_stub_take(stub);
		while (stub->way != DNS_STUB_IS_SILENT &&
		       stub->answered < stub->asked &&
		       stub->held[stub->answered].due_ms <= dns_stub_now_ms())
			dns_stub_answer(stub, &stub->held[stub->answered++]);
	}
	return NULL;
}

static bool
dns_stub_bind(struct dns_stub *stub)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	stub->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(stub->fd, (struct sockaddr *)&address, size) != 0 ||
	    getsockname(stub->fd, (struct sockaddr *)&address, &size) != 0)
		return false;
	snprintf(stub->address, sizeof(stub->address), "127.0.0.1:%u",
	    (unsigned)ntohs(address.sin_port));
	return true;
}

static bool
dns_stub_start(struct dns_stub *stub, unsigned hold_ms, enum dns_stub_way way)
{
	memset(stub, 0, sizeof(*stub));
	stub->hold_ms = hold_ms;
	stub->way = way;
	stub->held = calloc(DNS_STUB_MOST + 1, sizeof(*stub->held));
	return stub->held != NULL && dns_stub_bind(stub) &&
	       pipe(stub->wake) == 0 &&
	       pthread_create(&stub->thread, NULL, dns_stub_main, stub) == 0;
}

/* What it counted is there to be read from then on. */
static void
dns_stub_stop(struct dns_stub *stub)
{
	if (write(stub->wake[1], "", 1) == 1)
		pthread_join(stub->thread, NULL);
	close(stub->wake[0]);
	close(stub->wake[1]);
	close(stub->fd);
	free(stub->held);
}

#endif
