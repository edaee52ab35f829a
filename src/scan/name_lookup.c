/*
 * The order of the questions: IPv4 first, and IPv6 only where that led to no
 * connection, which halves the number of questions to DNS servers that others
 * use as well; with --all-ips both families at any rate.
 */
#include "scan/name_lookup.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/memory.h"
#include "scan/mail_hosts.h"
#include "scan/probe_target.h"
#include "scan/proxy.h"

enum {
	TLSA_SHARE = 3, /* of the target's time */
	MOST_ALIASES = 8
};

static struct name_lookup *
lookup_of(struct question *question)
{
	return (struct name_lookup *)((char *)question -
				      offsetof(struct name_lookup, question));
}

static void
begin_question(struct name_lookup *lookup, uint64_t patience_ms)
{
	lookup->began_ns = clock_monotonic_ns();
	lookup->is_beside = false;
	lookup->is_optional = false;
	lookup->events->asking(lookup, patience_ms);
}

static void
fail(struct name_lookup *lookup, enum resolve_result result)
{
	lookup->has_failed = true;
	resolve_failure(result, &lookup->failure);
	if (lookup->is_of_proxy)
		proxy_blame(&lookup->options->proxy, &lookup->failure);
}

/* The addresses */

static unsigned
families_of(const struct name_lookup *lookup)
{
	return lookup->options->family == FAMILY_ANY ? 2 : 1;
}

/* False for an address that the user gave: all families count as asked. */
bool
lookup_can_ask_more(const struct name_lookup *lookup)
{
	return lookup->job->families_asked < families_of(lookup);
}

static void
ask(struct name_lookup *lookup)
{
	bool six = lookup->options->family == FAMILY_V6 ||
		   lookup->job->families_asked == 1;

	lookup->job->families_asked++;
	resolver_ask(
	    lookup->resolver, lookup->name, six ? 16 : 4, &lookup->question);
}

void
lookup_ask_more(struct name_lookup *lookup)
{
	begin_question(lookup, 0);
	lookup->is_of_proxy = lookup->options->proxy.host != NULL;
	ask(lookup);
}

void
lookup_ask_beside(struct name_lookup *lookup)
{
	lookup->is_beside = true;
	ask(lookup);
}

/*
 * All addresses of the name are known as far as they can be.  Where a server
 * gave no answer for one family, the whole name is asked for again, as long as
 * it may be, for else a part of it would be missing.
 */
static void
end_gathering(struct name_lookup *lookup)
{
	struct job *job = lookup->job;

	address_group_settle(&job->group);
	if (job->group.count == 0 ||
	    (lookup->has_failed && lookup->failure.may_pass &&
		job->attempts <= lookup->options->retries))
		lookup->events->failed(lookup);
	else
		lookup->events->expanded(lookup);
}

static void
gather(struct name_lookup *lookup, enum resolve_result result,
    const struct address_list *addresses)
{
	if (result == RESOLVE_FOUND)
		address_group_add(&lookup->job->group, addresses);
	else if (!lookup->has_failed || resolve_is_transient(result))
		fail(lookup, result);
	if (result != RESOLVE_NO_NAME && lookup_can_ask_more(lookup))
		lookup_ask_more(lookup);
	else
		end_gathering(lookup);
}

static void
on_answered(struct question *question, enum resolve_result result,
    const struct address_list *addresses)
{
	struct name_lookup *lookup = lookup_of(question);
	struct job *job = lookup->job;

	if (!lookup->is_beside)
		job->dns_ms = (job->dns_ms > 0 ? job->dns_ms : 0) +
			      clock_elapsed_ms(lookup->began_ns);
	if (result == RESOLVE_NO_DESCRIPTOR && !lookup->is_beside &&
	    lookup->events->postponed(lookup))
		return;
	if (lookup->options->all_addresses) {
		gather(lookup, result, addresses);
		return;
	}
	if (result == RESOLVE_FOUND) {
		job->address = 0;
		job->address_count = addresses->count < JOB_MOST_ADDRESSES
					 ? addresses->count
					 : JOB_MOST_ADDRESSES;
		memcpy(job->addresses, addresses->at,
		    job->address_count * sizeof(*addresses->at));
		lookup->events->found(lookup);
		return;
	}
	if (lookup->is_beside)
		return;
	if (result == RESOLVE_NO_ADDRESS && lookup_can_ask_more(lookup)) {
		lookup_ask_more(lookup);
		return;
	}
	fail(lookup, result);
	lookup->events->failed(lookup);
}

static void
resolve(struct name_lookup *lookup)
{
	const struct proxy *proxy = &lookup->options->proxy;
	struct job *job = lookup->job;
	const char *given =
	    proxy->host == NULL
		? probe_destination(lookup->options, job->target).address
	    : proxy->is_address ? proxy->host
				: NULL;

	job->address = 0;
	job->address_count = 0;
	job->families_asked = 0;
	address_group_clear(&job->group);
	/* For an address of a name it is the time that the name took. */
	if (job->target->name_group == NULL)
		job->dns_ms = -1;
	if (given == NULL) {
		lookup_ask_more(lookup);
		return;
	}
	begin_question(lookup, 0);
	job->families_asked = families_of(lookup);
	if (net_address_parse(&job->addresses[0], given)) {
		job->address_count = 1;
		lookup->events->found(lookup);
		return;
	}
	lookup->has_failed = true;
	failure_set(&lookup->failure, STATUS_DNS_ERROR,
	    "no address, or one of an interface that is not there");
	lookup->events->failed(lookup);
}

/* MX hosts and their TLSA records */

static void
take_mx(struct name_lookup *lookup, enum resolve_result result,
    struct bytes message)
{
	struct job *job = lookup->job;
	const char *fault = NULL;

	if (result != RESOLVE_FOUND) {
		fail(lookup, result);
	} else {
		fault = mail_hosts_read(&job->mx, job->target->host, message);
		lookup->has_failed = fault != NULL;
	}
	if (fault != NULL)
		failure_set(&lookup->failure, STATUS_DNS_ERROR, "%s", fault);
	if (lookup->has_failed)
		lookup->events->failed(lookup);
	else
		lookup->events->expanded(lookup);
}

/* In records: why nothing is known of them. */
static const char *
tlsa_error(enum resolve_result result)
{
	switch (result) {
	case RESOLVE_SERVER_FAILURE:
		return "servfail";
	case RESOLVE_REFUSED:
		return "refused";
	case RESOLVE_TIMEOUT:
		return "timeout";
	default:
		return "failed";
	}
}

static void
ask_base(struct name_lookup *lookup, bool is_for_alias)
{
	const struct target *target = lookup->job->target;
	char name[TLSA_NAME_SIZE];

	begin_question(lookup, lookup->options->timeout_ms / TLSA_SHARE);
	lookup->is_optional = true;
	lookup->is_for_alias = is_for_alias;
	tlsa_name(target->port, lookup->base, name);
	resolver_ask_records(lookup->resolver,
	    is_for_alias ? lookup->base : name,
	    is_for_alias ? DNS_TYPE_CNAME : DNS_TYPE_TLSA, &lookup->question);
}

static void
set_base(struct name_lookup *lookup, const char *name)
{
	snprintf(lookup->base, sizeof(lookup->base), "%s", name);
}

/*
 * RFC 7672 2.2.2: where the MX host is an alias, and each step to its name is
 * validated, the records are looked for at that name first.  An answer that
 * there is no alias tells as well whether the zone is validated.
 */
static void
take_alias(struct name_lookup *lookup, enum resolve_result result,
    struct bytes message)
{
	struct tlsa_records *records = &lookup->job->tlsa;
	char name[DNS_NAME_SIZE];
	struct dns_answer answer;
	struct bytes data;
	bool is_secure, is_alias;

	if (result == RESOLVE_TIMEOUT) {
		records->asked = true;
		records->error = tlsa_error(result);
		resolve(lookup);
		return;
	}
	is_secure = result == RESOLVE_FOUND &&
		    dns_answer_open(&answer, message) && answer.authenticated;
	is_alias = is_secure &&
		   dns_answer_next(&answer, DNS_TYPE_CNAME, &data) == 1 &&
		   dns_answer_name(&answer, data, 0, name) && name[0] != '\0';
	if (is_alias && lookup->aliases < MOST_ALIASES) {
		lookup->aliases++;
		set_base(lookup, name);
		ask_base(lookup, true);
		return;
	}
	records->secure = is_secure;
	if (!is_secure || is_alias)
		set_base(lookup, lookup->job->target->host);
	ask_base(lookup, false);
}

/* Where they cannot be had, the host is connected to all the same. */
static void
take_tlsa(struct name_lookup *lookup, enum resolve_result result,
    struct bytes message)
{
	const char *host = lookup->job->target->host;
	struct tlsa_records *records = &lookup->job->tlsa;

	if (result == RESOLVE_FOUND)
		tlsa_records_read(
		    records, message, resolver_is_believed(lookup->resolver));
	else if (result != RESOLVE_NO_NAME)
		records->error = tlsa_error(result);
	if (records->error == NULL && records->count == 0 &&
	    strcmp(lookup->base, host) != 0) {
		set_base(lookup, host);
		ask_base(lookup, false);
		return;
	}
	records->asked = true;
	if (strcmp(lookup->base, host) != 0)
		records->base = memory_string(lookup->base);
	resolve(lookup);
}

static void
on_told(
    struct question *question, enum resolve_result result, struct bytes message)
{
	struct name_lookup *lookup = lookup_of(question);

	if (result == RESOLVE_NO_DESCRIPTOR &&
	    lookup->events->postponed(lookup))
		return;
	if (lookup->job->target->mx_domain == NULL)
		take_mx(lookup, result, message);
	else if (lookup->is_for_alias)
		take_alias(lookup, result, message);
	else
		take_tlsa(lookup, result, message);
}

void
lookup_take(struct name_lookup *lookup, struct job *job)
{
	const struct proxy *proxy = &lookup->options->proxy;
	struct destination to = probe_destination(lookup->options, job->target);

	lookup->job = job;
	lookup->name = proxy->host == NULL ? to.host : proxy->host;
	job->port = proxy->host == NULL ? to.port : proxy->port;
	lookup->has_failed = false;
	lookup->is_of_proxy = false;
}

void
lookup_begin(struct name_lookup *lookup)
{
	const struct scan_options *options = lookup->options;
	struct job *job = lookup->job;
	const struct target *target = job->target;

	if (options->mx && target->mx_domain == NULL &&
	    probe_destination(options, target).address == NULL) {
		mx_group_clear(&job->mx);
		begin_question(lookup, 0);
		resolver_ask_records(lookup->resolver, target->host,
		    DNS_TYPE_MX, &lookup->question);
	} else if (target->mx_domain != NULL && !job->tlsa.asked &&
		   (!options->all_addresses || target->name_group != NULL)) {
		lookup->aliases = 0;
		set_base(lookup, target->host);
		ask_base(lookup, resolver_is_believed(lookup->resolver));
	} else {
		resolve(lookup);
	}
}

/* The end */

void
lookup_give_up(struct name_lookup *lookup)
{
	lookup_withdraw(lookup);
	if (lookup->is_optional) {
		if (lookup->is_for_alias)
			take_alias(lookup, RESOLVE_TIMEOUT, bytes_of(NULL, 0));
		else
			take_tlsa(lookup, RESOLVE_TIMEOUT, bytes_of(NULL, 0));
		return;
	}
	if (!lookup->has_failed) {
		lookup->job->dns_ms = clock_elapsed_ms(lookup->began_ns);
		fail(lookup, RESOLVE_TIMEOUT);
	}
	end_gathering(lookup);
}

void
lookup_withdraw(struct name_lookup *lookup)
{
	question_withdraw(&lookup->question);
}

void
lookup_init(struct name_lookup *lookup)
{
	lookup->question.answered = on_answered;
	lookup->question.told = on_told;
}
