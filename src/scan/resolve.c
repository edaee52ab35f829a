/*
 * The only c-ares user.  A lookup is one name in one family, or of another type
 * of records: queued, sent, or known.  Known ones are kept for the next
 * question about that name, until there are too many.
 */
/* ares_send, which newer versions have another function for. */
#define CARES_NO_DEPRECATED 1

#include <ares.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/fatal.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "scan/resolve.h"
#include "scan/socket_watch.h"

enum {
	MOST_KNOWN = 2048, /* a loop; then all are forgotten */
	TICK_MS = 50,	   /* how often c-ares looks at its timeouts */
	TRIES = 3,
	TRY_SHARES = (1 << TRIES) - 1,
	SHORTEST_TRY_MS = 200,
	LONGEST_TRY_MS = 2000,
	FIRST_WINDOW = 128,
	SMALLEST_WINDOW = 16,
	NARROWING_MS = 1000,
	RECEIVE_BUFFER = 256 * 1024,
	MOST_ALONE = 16 /* channels for one lookup */
};

/* What is asked of a name, a table of lookups each. */
enum lookup_kind {
	LOOKUP_V4,
	LOOKUP_V6,
	LOOKUP_CNAME,
	LOOKUP_MX,
	LOOKUP_TLSA,
	LOOKUP_KINDS
};

/* Those that are asked for by octets. */
static const enum dns_type record_types[LOOKUP_KINDS] = {
	[LOOKUP_CNAME] = DNS_TYPE_CNAME,
	[LOOKUP_MX] = DNS_TYPE_MX,
	[LOOKUP_TLSA] = DNS_TYPE_TLSA,
};

/* Answers that are longer are of no use here. */
enum { MOST_MESSAGE = 16384 };

enum lookup_state { LOOKUP_QUEUED, LOOKUP_SENT, LOOKUP_KNOWN };

struct lookup {
	struct resolver *resolver;
	struct lookup *next; /* in the queue */
	enum lookup_state state;
	bool asked_direct, asked_alone;
	uint64_t sent_ms;  /* first */
	struct lone *lone; /* its own channel, while it is asked there */
	struct question *questions;
	enum resolve_result result;
	struct net_address *addresses;
	unsigned address_count;
	struct bytes message; /* on the heap, of the kinds after IPv6 */
	enum lookup_kind kind;
	char name[]; /* its key */
};

/* c-ares' sockets, watched by the loop. */
struct watched {
	struct watched *next;
	ares_socket_t socket;
	struct socket_watch *watch;
};

struct channel {
	struct resolver *resolver;
	ares_channel ares;
	struct watched *watched;
};

/* A channel for one lookup; closed from the loop when it has its answer. */
struct lone {
	struct lone *next;
	struct channel channel;
	bool done;
};

struct resolver {
	uv_loop_t *loop;
	struct resolver_options options;
	/*
	 * The failover channel asks the next server after a SERVFAIL, and older
	 * c-ares does not tell that from silence in the end.  The direct one
	 * takes the first answer as it is.
	 */
	struct channel failover, direct;
	struct lone *lones;
	unsigned lone_count;
	struct lookup *lonely_first, *lonely_last; /* wait for one */
	uv_timer_t tick, reap;
	struct map *lookups[LOOKUP_KINDS]; /* by name */
	struct lookup *queue_first, *queue_last;
	unsigned sent, window; /* questions without an answer; allowed */
	uint64_t narrowed_ms;
	bool closing;
};

static const char *const sentences[] = {
	[RESOLVE_FOUND] = "the name was found",
	[RESOLVE_NO_NAME] = "the name does not exist (NXDOMAIN)",
	[RESOLVE_NO_ADDRESS] = "the name has no address",
	[RESOLVE_SERVER_FAILURE] = "the DNS server could not tell (SERVFAIL)",
	[RESOLVE_REFUSED] = "the DNS server refused the question",
	[RESOLVE_TIMEOUT] = "the DNS servers did not answer",
	[RESOLVE_BAD_NAME] = "the name cannot be asked for in the DNS",
	[RESOLVE_FAILED] = "the DNS answer could not be used",
	[RESOLVE_NO_DESCRIPTOR] = "no file descriptor was left to ask the DNS",
};

bool
resolve_is_transient(enum resolve_result result)
{
	/* REFUSED is also what a forwarder with too many questions says. */
	return result == RESOLVE_TIMEOUT || result == RESOLVE_SERVER_FAILURE ||
	       result == RESOLVE_REFUSED || result == RESOLVE_FAILED ||
	       result == RESOLVE_NO_DESCRIPTOR;
}

void
resolve_failure(enum resolve_result result, struct failure *failure)
{
	failure_set(failure, STATUS_DNS_ERROR, "%s", sentences[result]);
	failure->may_pass = resolve_is_transient(result);
}

int
resolver_global_init(const char **error)
{
	int result = ares_library_init(ARES_LIB_INIT_ALL);

	if (result == ARES_SUCCESS)
		return 0;
	*error = ares_strerror(result);
	return -1;
}

void
resolver_global_deinit(void)
{
	ares_library_cleanup();
}

static void
on_ready(void *context, const struct socket_ready *ready)
{
	struct channel *channel = context;

	ares_process_fd(channel->ares,
	    ready->readable || ready->failed ? ready->socket : ARES_SOCKET_BAD,
	    ready->writable || ready->failed ? ready->socket : ARES_SOCKET_BAD);
}

static void
on_tick(uv_timer_t *timer)
{
	struct resolver *resolver = timer->data;

	ares_process_fd(
	    resolver->failover.ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	ares_process_fd(
	    resolver->direct.ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	for (struct lone *lone = resolver->lones; lone != NULL;
	     lone = lone->next)
		ares_process_fd(
		    lone->channel.ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static void
unwatch(struct watched **at)
{
	struct watched *watched = *at;

	*at = watched->next;
	socket_watch_close(watched->watch);
	free(watched);
}

/* Called by c-ares: neither readable nor writable means it closes it now. */
static void
on_socket(void *context, ares_socket_t socket, int readable, int writable)
{
	struct channel *channel = context;
	struct watched **at = &channel->watched, *watched;
	struct socket_watch *watch;

	while (*at != NULL && (*at)->socket != socket)
		at = &(*at)->next;
	watched = *at;
	if (!readable && !writable) {
		if (watched != NULL)
			unwatch(at);
		return;
	}
	if (watched == NULL) {
		watch = socket_watch_new(
		    channel->resolver->loop, socket, on_ready, channel);
		/* Then c-ares runs into its timeout. */
		if (watch == NULL)
			return;
		watched = memory_new(sizeof(*watched));
		*watched = (struct watched){ channel->watched, socket, watch };
		channel->watched = watched;
	}
	socket_watch_set(watched->watch, readable, writable);
}

static int
set_servers(struct channel *channel, const struct resolver_options *options)
{
	struct text list = { NULL, 0, 0 };
	int result;

	if (options->server_count == 0)
		return ARES_SUCCESS;
	for (size_t i = 0; i < options->server_count; i++) {
		if (i > 0)
			text_append_char(&list, ',');
		text_append(&list, options->servers[i]);
	}
	result = ares_set_servers_ports_csv(channel->ares, list.data);
	text_free(&list);
	return result;
}

/* The first try's share of the time; c-ares doubles it with every round. */
static unsigned
first_try_ms(const struct resolver *resolver)
{
	unsigned try_ms = resolver->options.timeout_ms / TRY_SHARES;

	return try_ms < SHORTEST_TRY_MS	 ? SHORTEST_TRY_MS
	       : try_ms > LONGEST_TRY_MS ? LONGEST_TRY_MS
					 : try_ms;
}

static int
open_channel(struct channel *channel, struct resolver *resolver, int flags)
{
	static char dns_only[] = "b";
	struct ares_options options = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES |
			 ARES_FLAG_STAYOPEN | flags,
		.timeout = (int)first_try_ms(resolver),
		.tries = TRIES,
		.lookups = dns_only,
		.socket_receive_buffer_size = RECEIVE_BUFFER,
		.sock_state_cb = on_socket,
		.sock_state_cb_data = channel,
	};
	int result = ares_init_options(&channel->ares, &options,
	    ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		ARES_OPT_LOOKUPS | ARES_OPT_SOCK_RCVBUF |
		ARES_OPT_SOCK_STATE_CB | ARES_OPT_DOMAINS);

	channel->resolver = resolver;
	if (result == ARES_SUCCESS)
		return set_servers(channel, &resolver->options);
	channel->ares = NULL;
	return result;
}

static void
close_channel(struct channel *channel)
{
	if (channel->ares != NULL)
		ares_destroy(channel->ares);
	channel->ares = NULL;
	while (channel->watched != NULL)
		unwatch(&channel->watched);
}

struct resolver *
resolver_new(
    uv_loop_t *loop, const struct resolver_options *options, const char **error)
{
	struct resolver *resolver = memory_new(sizeof(*resolver));
	int result;

	resolver->loop = loop;
	resolver->options = *options;
	resolver->window = FIRST_WINDOW < options->most_questions
			       ? FIRST_WINDOW
			       : options->most_questions;
	for (int i = 0; i < LOOKUP_KINDS; i++)
		resolver->lookups[i] = map_new();
	result = open_channel(&resolver->failover, resolver, 0);
	if (result == ARES_SUCCESS)
		result = open_channel(
		    &resolver->direct, resolver, ARES_FLAG_NOCHECKRESP);
	if (result != ARES_SUCCESS) {
		*error = ares_strerror(result);
		close_channel(&resolver->failover);
		close_channel(&resolver->direct);
		resolver_free(resolver);
		return NULL;
	}
	uv_timer_init(loop, &resolver->tick);
	resolver->tick.data = resolver;
	uv_timer_init(loop, &resolver->reap);
	resolver->reap.data = resolver;
	return resolver;
}

static void
free_lookup(struct lookup *lookup)
{
	free((void *)lookup->message.data);
	free(lookup->addresses);
	free(lookup);
}

static void
forget_lookup(struct lookup *lookup)
{
	while (lookup->questions != NULL)
		question_withdraw(lookup->questions);
	map_remove(lookup->resolver->lookups[lookup->kind],
	    bytes_from_string(lookup->name));
	free_lookup(lookup);
}

/* The map must not change while it is walked: first collect, then free. */
static void
forget_all(struct map *lookups, bool known_only)
{
	struct lookup **all =
	    memory_array(map_count(lookups) + 1, sizeof(*all));
	size_t count = 0, at = 0;
	struct bytes key;
	void *value;

	while (map_next(lookups, &at, &key, &value)) {
		struct lookup *lookup = value;

		if (!known_only || (lookup->state == LOOKUP_KNOWN &&
				       lookup->questions == NULL))
			all[count++] = lookup;
	}
	for (size_t i = 0; i < count; i++)
		forget_lookup(all[i]);
	free(all);
}

static void
close_lones(struct resolver *resolver, bool done_only)
{
	struct lone **at = &resolver->lones;

	while (*at != NULL) {
		struct lone *lone = *at;

		if (done_only && !lone->done) {
			at = &lone->next;
			continue;
		}
		*at = lone->next;
		close_channel(&lone->channel);
		free(lone);
		resolver->lone_count--;
	}
}

void
resolver_close(struct resolver *resolver)
{
	resolver->closing = true;
	close_lones(resolver, false);
	uv_close((uv_handle_t *)&resolver->reap, NULL);
	close_channel(&resolver->failover);
	close_channel(&resolver->direct);
	uv_close((uv_handle_t *)&resolver->tick, NULL);
	for (int i = 0; i < LOOKUP_KINDS; i++)
		forget_all(resolver->lookups[i], false);
}

void
resolver_free(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	for (int i = 0; i < LOOKUP_KINDS; i++)
		map_free(resolver->lookups[i]);
	free(resolver);
}

void
question_withdraw(struct question *question)
{
	struct lookup *lookup = question->lookup;

	if (lookup == NULL)
		return;
	if (question->previous != NULL)
		question->previous->next = question->next;
	else
		lookup->questions = question->next;
	if (question->next != NULL)
		question->next->previous = question->previous;
	question->lookup = NULL;
}

/*
 * Answers all questions.  Their callbacks may ask for other names at once: the
 * state protects this lookup, for only known ones are ever forgotten.  Or they
 * ask for this name again: so a transient result is forgotten first.
 */
static void
answer(struct lookup *lookup)
{
	enum resolve_result result = lookup->result;
	struct address_list addresses = { lookup->addresses,
		lookup->address_count };
	struct question *question;

	lookup->state = LOOKUP_SENT;
	if (resolve_is_transient(result))
		map_remove(lookup->resolver->lookups[lookup->kind],
		    bytes_from_string(lookup->name));
	while ((question = lookup->questions) != NULL) {
		question_withdraw(question);
		if (lookup->kind <= LOOKUP_V6)
			question->answered(question, result, &addresses);
		else
			question->told(question, result, lookup->message);
	}
	lookup->state = LOOKUP_KNOWN;
	if (resolve_is_transient(result))
		free_lookup(lookup);
}

/* c-ares reads addresses of either family out of any answer. */
static void
collect(struct lookup *lookup, const struct ares_addrinfo *info)
{
	int family = lookup->kind == LOOKUP_V4 ? AF_INET : AF_INET6;
	const struct ares_addrinfo_node *node;
	size_t count = 0;

	for (node = info->nodes; node != NULL && count < NAME_MOST_ADDRESSES;
	     node = node->ai_next)
		count += node->ai_family == family;
	lookup->addresses = memory_array(count, sizeof(*lookup->addresses));
	for (node = info->nodes; lookup->address_count < count;
	     node = node->ai_next) {
		struct net_address *address =
		    &lookup->addresses[lookup->address_count];

		if (node->ai_family != family)
			continue;
		lookup->address_count++;
		if (family == AF_INET) {
			const struct sockaddr_in *in =
			    (const void *)node->ai_addr;

			address->size = 4;
			address->scope = 0;
			memcpy(address->octets, &in->sin_addr, 4);
		} else {
			const struct sockaddr_in6 *in =
			    (const void *)node->ai_addr;

			address->size = 16;
			memcpy(address->octets, &in->sin6_addr, 16);
			address->scope = in->sin6_scope_id;
		}
	}
}

static enum resolve_result
result_of(int status)
{
	switch (status) {
	case ARES_SUCCESS:
		return RESOLVE_FOUND;
	case ARES_ENOTFOUND:
		return RESOLVE_NO_NAME;
	case ARES_ENODATA:
		return RESOLVE_NO_ADDRESS;
	case ARES_ESERVFAIL:
		return RESOLVE_SERVER_FAILURE;
	case ARES_EREFUSED:
		return RESOLVE_REFUSED;
	case ARES_ETIMEOUT:
	case ARES_ECONNREFUSED:
		return RESOLVE_TIMEOUT;
	case ARES_EBADNAME:
		return RESOLVE_BAD_NAME;
	default:
		return RESOLVE_FAILED;
	}
}

/*
 * c-ares has one status for servers that cannot be reached and for sockets that
 * cannot be made, and gives it before it returns to the loop.
 */
static bool
has_descriptor(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void send_next(struct resolver *);

static void send_out(struct lookup *, struct channel *);

/*
 * A thousand questions at once overload a forwarder: begin with few, one more
 * for every answer, and half as many, at most once a second, after a lost one.
 */
static void
adapt_window(struct resolver *resolver, bool lost)
{
	uint64_t now = uv_now(resolver->loop);

	if (!lost) {
		if (resolver->window < resolver->options.most_questions)
			resolver->window++;
		return;
	}
	if (now - resolver->narrowed_ms < NARROWING_MS)
		return;
	resolver->narrowed_ms = now;
	if (resolver->window / 2 >= SMALLEST_WINDOW)
		resolver->window /= 2;
}

static void
send_alone(struct lookup *lookup)
{
	struct resolver *resolver = lookup->resolver;
	struct lone *lone = memory_new(sizeof(*lone));

	lone->next = resolver->lones;
	resolver->lones = lone;
	resolver->lone_count++;
	if (open_channel(&lone->channel, resolver, ARES_FLAG_NOCHECKRESP) !=
	    ARES_SUCCESS)
		fatal("c-ares makes no channel");
	lookup->lone = lone;
	send_out(lookup, &lone->channel);
}

/* From the loop: no callback of a channel that is closed is under way. */
static void
on_reap(uv_timer_t *timer)
{
	struct resolver *resolver = timer->data;
	struct lookup *lookup;

	close_lones(resolver, true);
	while (resolver->lone_count < MOST_ALONE &&
	       (lookup = resolver->lonely_first) != NULL) {
		resolver->lonely_first = lookup->next;
		if (resolver->lonely_first == NULL)
			resolver->lonely_last = NULL;
		if (lookup->questions != NULL)
			send_alone(lookup);
		else
			forget_lookup(lookup);
	}
	send_next(resolver);
}

/*
 * All questions to a server over TCP share a connection, and c-ares takes its
 * end for a failed try of each: three answers that break it fail them all, also
 * those whose answer is whole.  Such a question is asked where no other is.
 */
static void
ask_alone(struct lookup *lookup)
{
	struct resolver *resolver = lookup->resolver;

	lookup->asked_alone = true;
	lookup->next = NULL;
	if (resolver->lonely_last != NULL)
		resolver->lonely_last->next = lookup;
	else
		resolver->lonely_first = lookup;
	resolver->lonely_last = lookup;
	uv_timer_start(&resolver->reap, on_reap, 0, 0);
}

/* False: the question is asked once more. */
static bool
take_status(struct lookup *lookup, int status, int timeouts)
{
	struct resolver *resolver = lookup->resolver;

	resolver->sent--;
	adapt_window(resolver, timeouts > 0);
	lookup->result = result_of(status);
	if (lookup->lone != NULL) {
		lookup->lone->done = true;
		lookup->lone = NULL;
		uv_timer_start(&resolver->reap, on_reap, 0, 0);
	}
	/* Every server failed the question, or none could be reached: which? */
	if (status == ARES_ECONNREFUSED && lookup->asked_direct &&
	    !has_descriptor())
		lookup->result = RESOLVE_NO_DESCRIPTOR;
	/* Tries that were lost with the connection, and then a silent one: the
	   last is longer than half of what three silent ones take. */
	if (status == ARES_ETIMEOUT && !lookup->asked_alone &&
	    uv_now(resolver->loop) - lookup->sent_ms +
		    first_try_ms(resolver) / 2 <
		(uint64_t)first_try_ms(resolver) * TRY_SHARES) {
		ask_alone(lookup);
		return false;
	}
	if (status != ARES_ECONNREFUSED || lookup->asked_alone ||
	    lookup->result == RESOLVE_NO_DESCRIPTOR)
		return true;
	if (lookup->asked_direct) {
		ask_alone(lookup);
		return false;
	}
	lookup->asked_direct = true;
	send_out(lookup, &resolver->direct);
	return false;
}

/* The library does not look into what was sent by octets. */
static enum resolve_result
result_of_message(struct bytes message)
{
	struct dns_answer answer;

	if (!dns_answer_open(&answer, message))
		return RESOLVE_FAILED;
	switch (answer.rcode) {
	case DNS_NO_ERROR:
		return RESOLVE_FOUND;
	case DNS_NO_NAME:
		return RESOLVE_NO_NAME;
	case DNS_SERVER_FAILURE:
		return RESOLVE_SERVER_FAILURE;
	case DNS_REFUSED:
		return RESOLVE_REFUSED;
	default:
		return RESOLVE_FAILED;
	}
}

static void
on_message(
    void *context, int status, int timeouts, unsigned char *octets, int size)
{
	struct lookup *lookup = context;
	struct resolver *resolver = lookup->resolver;
	struct bytes message = bytes_of(octets, size > 0 ? (size_t)size : 0);

	if (resolver->closing || !take_status(lookup, status, timeouts))
		return;
	if (status == ARES_SUCCESS) {
		lookup->result = message.size > MOST_MESSAGE
				     ? RESOLVE_FAILED
				     : result_of_message(message);
		lookup->message =
		    bytes_of(memory_copy(octets, message.size), message.size);
	}
	answer(lookup);
	send_next(resolver);
}

static void
on_addresses(
    void *context, int status, int timeouts, struct ares_addrinfo *info)
{
	struct lookup *lookup = context;
	struct resolver *resolver = lookup->resolver;

	if (resolver->closing || !take_status(lookup, status, timeouts))
		return;
	if (info != NULL) {
		collect(lookup, info);
		ares_freeaddrinfo(info);
	}
	if (status == ARES_SUCCESS && lookup->address_count == 0)
		lookup->result = RESOLVE_NO_ADDRESS;
	answer(lookup);
	send_next(resolver);
}

static void
send_out(struct lookup *lookup, struct channel *channel)
{
	struct resolver *resolver = lookup->resolver;
	struct ares_addrinfo_hints hints = {
		.ai_family = lookup->kind == LOOKUP_V4 ? AF_INET : AF_INET6,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = ARES_AI_NOSORT,
	};
	uint8_t query[DNS_QUERY_SIZE];
	uint16_t id = 0;
	size_t size;

	lookup->state = LOOKUP_SENT;
	if (lookup->sent_ms == 0)
		lookup->sent_ms = uv_now(resolver->loop);
	resolver->sent++;
	if (lookup->kind > LOOKUP_V6) {
		/* Newer versions choose another one; a guess is wrong for
		   others all the same. */
		if (getrandom(&id, sizeof(id), 0) < 0)
			id = (uint16_t)uv_hrtime();
		size = dns_query_write(
		    query, lookup->name, record_types[lookup->kind], id);
		if (size == 0)
			on_message(lookup, ARES_EBADNAME, 0, NULL, 0);
		else
			ares_send(channel->ares, query, (int)size, on_message,
			    lookup);
		return;
	}
	ares_getaddrinfo(
	    channel->ares, lookup->name, NULL, &hints, on_addresses, lookup);
}

/* Sends queued lookups as far as allowed; the tick runs while any is sent. */
static void
send_next(struct resolver *resolver)
{
	struct lookup *lookup;

	while (resolver->sent < resolver->window &&
	       (lookup = resolver->queue_first) != NULL) {
		resolver->queue_first = lookup->next;
		if (resolver->queue_first == NULL)
			resolver->queue_last = NULL;
		if (lookup->questions != NULL)
			send_out(lookup, &resolver->failover);
		else
			forget_lookup(lookup);
	}
	if (resolver->sent == 0)
		uv_timer_stop(&resolver->tick);
	else if (!uv_is_active((uv_handle_t *)&resolver->tick))
		uv_timer_start(&resolver->tick, on_tick, TICK_MS, TICK_MS);
}

/* From the hosts file, or from an earlier answer. */
static bool
answer_at_once(struct resolver *resolver, const char *name,
    enum lookup_kind kind, const struct lookup *lookup,
    struct question *question)
{
	struct address_list here = { .count = 0 };
	enum resolve_result result;
	void *copy;

	if (lookup != NULL && lookup->state != LOOKUP_KNOWN)
		return false;
	/* Whoever is answered may ask for another name, and then this lookup
	   may be forgotten. */
	if (kind > LOOKUP_V6) {
		struct bytes message;

		if (lookup == NULL)
			return false;
		message = lookup->message;
		copy = memory_copy(message.data, message.size);
		question->told(
		    question, lookup->result, bytes_of(copy, message.size));
		free(copy);
		return true;
	}
	if (lookup != NULL) {
		here = (struct address_list){ lookup->addresses,
			lookup->address_count };
		result = lookup->result;
	} else {
		if (!hosts_file_find(resolver->options.hosts, name,
			kind == LOOKUP_V4 ? 4 : 16, &here))
			return false;
		result = here.count > 0 ? RESOLVE_FOUND : RESOLVE_NO_ADDRESS;
	}
	copy = memory_copy(here.at, here.count * sizeof(*here.at));
	here.at = copy;
	question->answered(question, result, &here);
	free(copy);
	return true;
}

static void
ask(struct resolver *resolver, const char *name, enum lookup_kind kind,
    struct question *question)
{
	struct map *lookups = resolver->lookups[kind];
	struct lookup *lookup = map_get(lookups, bytes_from_string(name));
	size_t size = strlen(name) + 1;

	question->lookup = NULL;
	if (answer_at_once(resolver, name, kind, lookup, question))
		return;
	if (lookup == NULL) {
		if (map_count(lookups) >= MOST_KNOWN)
			forget_all(lookups, true);
		lookup = memory_new(sizeof(*lookup) + size);
		memcpy(lookup->name, name, size);
		lookup->resolver = resolver;
		lookup->kind = kind;
		map_put(lookups, bytes_from_string(lookup->name), lookup);
		if (resolver->queue_last != NULL)
			resolver->queue_last->next = lookup;
		else
			resolver->queue_first = lookup;
		resolver->queue_last = lookup;
	}
	question->lookup = lookup;
	question->previous = NULL;
	question->next = lookup->questions;
	if (question->next != NULL)
		question->next->previous = question;
	lookup->questions = question;
	send_next(resolver);
}

void
resolver_ask(struct resolver *resolver, const char *name, unsigned octets,
    struct question *question)
{
	ask(resolver, name, octets == 4 ? LOOKUP_V4 : LOOKUP_V6, question);
}

void
resolver_ask_records(struct resolver *resolver, const char *name,
    enum dns_type type, struct question *question)
{
	enum lookup_kind kind = LOOKUP_CNAME;

	while (kind + 1 < LOOKUP_KINDS && record_types[kind] != type)
		kind++;
	ask(resolver, name, kind, question);
}

bool
resolver_is_believed(const struct resolver *resolver)
{
	struct ares_addr_port_node *servers = NULL;
	bool believed;

	if (resolver->options.server_count > 0)
		return true;
	believed = ares_get_servers_ports(resolver->failover.ares, &servers) ==
		       ARES_SUCCESS &&
		   servers != NULL;
	for (const struct ares_addr_port_node *at = servers;
	     at != NULL && believed; at = at->next) {
		const uint8_t *octets = (const uint8_t *)&at->addr;

		believed =
		    at->family == AF_INET
			? octets[0] == 127
			: IN6_IS_ADDR_LOOPBACK((const struct in6_addr *)octets);
	}
	ares_free_data(servers);
	return believed;
}
