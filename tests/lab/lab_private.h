/*
 * The lab from inside, for lab.c and lab_files.c only.
 */
#ifndef LAB_LAB_PRIVATE_H
#define LAB_LAB_PRIVATE_H

#include <pthread.h>

#include "tests/lab/aia.h"
#include "tests/lab/dns.h"
#include "tests/lab/lab.h"
#include "tests/lab/serve.h"

struct lab_thread {
	pthread_t thread;
	struct lab_loop *loop;
	bool is_running;
};

struct lab {
	unsigned parts;
	struct pki pki;
	struct aia_server aia;
	struct dns_server dns;
	struct station *stations;
	size_t station_count;
	struct endpoint *endpoints; /* never grown: loops point into it */
	size_t endpoint_count;
	struct lab_host *hosts;
	size_t host_count;
	struct lab_thread *threads;
	size_t thread_count;
};

#endif
