/*
 * Starts and stops the lab: binds every port, makes the PKI, lays out what is
 * sent, then serves it all from a few threads.  Nothing changes after that.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pthread.h>

#include "tests/lab/lab_private.h"

struct part {
	unsigned flag;
	const struct scenario *scenarios;
	const size_t *count;
};

static const struct part parts[] = {
	{ LAB_SCENARIOS, lab_scenarios, &lab_scenario_count },
	{ LAB_EXTRAS, lab_extra_scenarios, &lab_extra_scenario_count },
	{ LAB_FLEET, lab_fleet_hosts, &lab_fleet_host_count },
};

enum { PART_COUNT = sizeof(parts) / sizeof(parts[0]) };

static bool
is_wanted(const struct lab *lab, size_t part)
{
	return (lab->parts & parts[part].flag) != 0;
}

static void
init_stations(struct lab *lab)
{
	size_t total = 0;

	for (size_t i = 0; i < PART_COUNT; i++)
		total += is_wanted(lab, i) ? *parts[i].count : 0;
	lab->stations = lab_alloc(total, sizeof(*lab->stations));
	lab->endpoints = lab_alloc(total, sizeof(*lab->endpoints));
	lab->hosts = lab_alloc(total, sizeof(*lab->hosts));
	for (size_t i = 0; i < PART_COUNT; i++) {
		if (!is_wanted(lab, i))
			continue;
		for (size_t j = 0; j < *parts[i].count; j++) {
			station_init(&lab->stations[lab->station_count],
			    &parts[i].scenarios[j], lab->station_count);
			lab->station_count++;
		}
	}
}

static struct station *
find_station(struct lab *lab, const char *id)
{
	for (size_t i = 0; i < lab->station_count; i++)
		if (strcmp(lab->stations[i].scenario->id, id) == 0)
			return &lab->stations[i];
	lab_bug("no such scenario", id);
}

static bool
bind_station(struct lab *lab, struct station *station)
{
	const struct station *other;
	char *ip;

	if (station->scenario->shares == NULL)
		return station_bind(station);
	other = find_station(lab, station->scenario->shares);
	ip = lab_copy_text(other->ip);
	free(station->ip);
	station->ip = ip;
	station->port = other->port;
	return true;
}

static bool
bind_all(struct lab *lab)
{
	bool ok = aia_bind(&lab->aia, &lab->pki);

	ok = dns_bind(&lab->dns) && ok;
	for (size_t i = 0; ok && i < lab->station_count; i++)
		ok = bind_station(lab, &lab->stations[i]);
	return ok;
}

static void
make_pki(struct lab *lab)
{
	for (size_t i = 0; i < lab_authority_count; i++)
		if ((lab->parts & (LAB_SCENARIOS | LAB_EXTRAS)) != 0)
			pki_add(&lab->pki, &lab_authorities[i]);
	for (size_t i = 0; i < lab_fleet_authority_count; i++)
		if ((lab->parts & LAB_FLEET) != 0)
			pki_add(&lab->pki, &lab_fleet_authorities[i]);
	for (size_t i = 0; i < lab->station_count; i++)
		station_add_leaf(&lab->stations[i], &lab->pki);
	pki_make(&lab->pki);
}

static void
add_endpoint(struct lab *lab, struct station *station)
{
	struct endpoint *endpoint = &lab->endpoints[lab->endpoint_count];
	const char *shares = station->scenario->shares;

	for (size_t i = 0; shares != NULL && i < lab->endpoint_count; i++)
		if (strcmp(lab->endpoints[i].stations[0]->scenario->id,
			shares) == 0) {
			endpoint_add(&lab->endpoints[i], station);
			return;
		}
	lab->endpoint_count++;
	station->is_served = endpoint_init(endpoint, station);
}

static void
list_host(struct lab *lab, const struct station *station)
{
	const struct scenario *scenario = station->scenario;

	lab->hosts[lab->host_count++] = (struct lab_host){
		.id = scenario->id,
		.host = station->host,
		.name = station->name,
		.ip = station->ip,
		.port = station->port,
		.trust = scenario->trust ? scenario->trust : "r1",
		.sent = scenario->sent ? scenario->sent : "leaf I1",
	};
}

static void
prepare_stations(struct lab *lab)
{
	for (size_t i = 0; i < lab->station_count; i++) {
		struct station *station = &lab->stations[i];

		if (!station_prepare(station, &lab->pki))
			continue;
		station->is_served = true;
		add_endpoint(lab, station);
		if (!station->is_served)
			continue;
		list_host(lab, station);
		dns_add(&lab->dns, station->name, station->ip, DNS_ANSWER);
	}
}

/* Names that are about DNS itself; those that answer lead to `ok`. */
static void
add_special_names(struct lab *lab)
{
	const struct lab_host *ok = lab_find(lab, "ok");
	const char *ip = ok ? ok->ip : "127.0.0.1";

	dns_add(&lab->dns, "aia.lab.test", "127.0.0.1", DNS_ANSWER);
	dns_add(&lab->dns, "servfail.lab.test", NULL, DNS_SERVFAIL);
	dns_add(&lab->dns, "refused.lab.test", NULL, DNS_REFUSED);
	dns_add(&lab->dns, "silent-dns.lab.test", NULL, DNS_SILENT);
	dns_add(&lab->dns, "no-address.lab.test", NULL, DNS_ANSWER);
	dns_add(&lab->dns, "truncated.lab.test", ip, DNS_TRUNCATED);
	dns_add(
	    &lab->dns, "second-address.lab.test", "127.0.0.254", DNS_ANSWER);
	dns_add(&lab->dns, "second-address.lab.test", ip, DNS_ANSWER);
	dns_add(&lab->dns, "v6-first.lab.test", "::1", DNS_ANSWER);
	dns_add(&lab->dns, "v6-first.lab.test", ip, DNS_ANSWER);
}

static void *
serve(void *loop)
{
	lab_loop_run(loop);
	return NULL;
}

static bool
open_all(struct lab *lab)
{
	bool ok = dns_open(&lab->dns, lab->threads[0].loop) &&
		  aia_open(&lab->aia, lab->threads[0].loop);

	for (size_t i = 0; ok && i < lab->endpoint_count; i++) {
		struct endpoint *endpoint = &lab->endpoints[i];

		if (endpoint->stations[0]->is_served)
			ok = endpoint_open(
			    endpoint, lab->threads[i % lab->thread_count].loop);
	}
	return ok;
}

static bool
make_loops(struct lab *lab)
{
	for (size_t i = 0; i < lab->thread_count; i++) {
		lab->threads[i].loop = lab_loop_new();
		if (lab->threads[i].loop == NULL)
			return false;
	}
	return true;
}

static bool
start_threads(struct lab *lab)
{
	bool ok = true;
	sigset_t all, before;

	/* Signals are for the program's own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (size_t i = 0; ok && i < lab->thread_count; i++) {
		ok = pthread_create(&lab->threads[i].thread, NULL, serve,
			 lab->threads[i].loop) == 0;
		lab->threads[i].is_running = ok;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ok;
}

struct lab *
lab_start(const struct lab_options *options)
{
	struct lab *lab = lab_alloc(1, sizeof(*lab));

	lab->parts = options->parts ? options->parts : LAB_SCENARIOS;
	lab->thread_count = options->threads ? options->threads : 1;
	lab->threads = lab_alloc(lab->thread_count, sizeof(*lab->threads));
	pki_init(&lab->pki, options->now ? options->now : time(NULL));
	init_stations(lab);
	if (!bind_all(lab) || !make_loops(lab)) {
		lab_stop(lab);
		return NULL;
	}
	make_pki(lab);
	prepare_stations(lab);
	add_special_names(lab);
	if (!open_all(lab) || !start_threads(lab)) {
		lab_stop(lab);
		return NULL;
	}
	return lab;
}

/* A loop that never ran is run once, stopped, to close what it watches. */
static void
stop_thread(struct lab_thread *thread)
{
	if (thread->loop == NULL)
		return;
	lab_loop_stop(thread->loop);
	if (thread->is_running)
		pthread_join(thread->thread, NULL);
	else
		lab_loop_run(thread->loop);
	lab_loop_free(thread->loop);
}

void
lab_stop(struct lab *lab)
{
	if (lab == NULL)
		return;
	for (size_t i = 0; i < lab->thread_count; i++)
		stop_thread(&lab->threads[i]);
	for (size_t i = 0; i < lab->endpoint_count; i++)
		endpoint_clear(&lab->endpoints[i]);
	for (size_t i = 0; i < lab->station_count; i++)
		station_clear(&lab->stations[i]);
	aia_clear(&lab->aia);
	dns_clear(&lab->dns);
	pki_clear(&lab->pki);
	free(lab->threads);
	free(lab->stations);
	free(lab->endpoints);
	free(lab->hosts);
	free(lab);
}
