/*
 * libcurl's multi interface on a libuv loop: what is asked of curl, and what
 * its answers mean.  Which transfer may begin is in fetch_queue.c, which
 * addresses are public in fetch_address.c; nothing here reads a body.
 *
 * Redirects are followed here, not by curl: each hop is a transfer of its own
 * that is checked as the first one was.
 */
#include "scan/fetch.h"

#include <curl/curl.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <uv.h>

#include "base/clock.h"
#include "base/fatal.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "scan/fetch_address.h"
#include "scan/fetch_lookup.h"
#include "scan/fetch_queue.h"
#include "scan/fetch_url.h"
#include "scan/socket_watch.h"

enum { HTTP_OK = 200, HTTP_REDIRECTS = 300, HTTP_ERRORS = 400 };

/* How long until a descriptor is tried again that there was none for. */
enum { SHORTAGE_MS = 100 };

/* One URL, from its place in the queue to its answer. */
struct transfer {
	struct batch *batch;
	size_t first; /* request with this URL; batch->next has the others */
	struct text place; /* in the queue: "host:port" of the first hop */
	struct text host;  /* "host:port" of this hop */
	struct text url;   /* of this hop */
	struct fetch_lookup lookup;
	CURL *easy;		      /* NULL: not asked yet */
	struct curl_slist *addresses; /* what the lookup found */
	struct curl_slist *headers;   /* of a POST */
	const struct fetch_request *request;
	unsigned redirects;
	uint64_t deadline_ms;
	struct text body;   /* unless it is taken piece by piece */
	size_t body_octets; /* of this hop */
	bool is_unwanted;
	size_t header_octets; /* of all hops */
	bool too_large;
	bool timed_out;
	bool short_of_one;   /* there was no descriptor for its socket */
	struct text refused; /* the address that we did not connect to */
	struct text error;
};

struct batch {
	const struct fetch_options *options;
	fetch_callback *callback;
	void *context;
	size_t *next; /* of a request, the next with this URL; 0: none */
	uv_loop_t loop;
	uv_timer_t timer; /* curl wants one only */
	CURLM *multi;
	struct curl_slist *connect_to;
	struct fetch_queue *queue;
	struct fetch_names *names;
	size_t under_way;
	uv_timer_t pause; /* for a descriptor, while nothing is under way */
	uv_timer_t watch; /* of the budget's time */
	struct transfer *transfers;
	size_t transfer_count;
};

static uint64_t
now_ms(void)
{
	return clock_monotonic_ns() / 1000000;
}

static size_t
most_octets_of(const struct batch *batch)
{
	return batch->options->most_octets != 0 ? batch->options->most_octets
						: FETCH_MOST_OCTETS;
}

static unsigned
timeout_of(const struct batch *batch)
{
	return batch->options->timeout_ms != 0 ? batch->options->timeout_ms
					       : FETCH_TIMEOUT_MS;
}

/* The same, as far as the run's time for fetching goes. */
static uint64_t
time_of(const struct batch *batch)
{
	const struct fetch_budget *budget = batch->options->budget;
	uint64_t left =
	    budget == NULL ? UINT64_MAX : fetch_budget_left_ms(budget);

	return left < timeout_of(batch) ? left : timeout_of(batch);
}

static bool
has_proxy(const struct batch *batch)
{
	const struct fetch_proxy *proxy = batch->options->proxy;

	return proxy != NULL && proxy->proxy.host != NULL;
}

/* What curl calls while a transfer runs */

/* Returning less than came ends the transfer. */
static size_t
on_body(char *data, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	struct batch *batch = transfer->batch;
	long status = 0;

	size *= count;
	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status >= HTTP_ERRORS)
		return 0;
	if (size > most_octets_of(batch) - transfer->body_octets) {
		transfer->too_large = true;
		return 0;
	}
	transfer->body_octets += size;
	/* The body of a redirect is of no use. */
	if (status != HTTP_OK)
		return size;
	if (batch->options->take == NULL) {
		text_append_bytes(&transfer->body, bytes_of(data, size));
		return size;
	}
	transfer->is_unwanted = !batch->options->take(
	    batch->context, transfer->first, bytes_of(data, size));
	return transfer->is_unwanted ? 0 : size;
}

/* Headers are not used, but their size is limited. */
static size_t
on_header(char *data, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;

	(void)data;
	size *= count;
	transfer->header_octets += size;
	if (transfer->header_octets <= FETCH_MOST_OCTETS)
		return size;
	transfer->too_large = true;
	return 0;
}

/* The one place through which every connection goes: to a proxy, or to one of
   the addresses that were checked before it was asked. */
static curl_socket_t
on_open_socket(
    void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *transfer = context;
	int fd;

	text_clear(&transfer->refused);
	if (purpose != CURLSOCKTYPE_IPCXN ||
	    (!transfer->batch->options->allow_private &&
		!has_proxy(transfer->batch) &&
		address_refuse(&address->addr, &transfer->refused)))
		return CURL_SOCKET_BAD;
	fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE))
		transfer->short_of_one = true;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* One hop */

static struct curl_slist *
append_row(struct curl_slist *list, const struct text *row)
{
	struct curl_slist *longer = curl_slist_append(list, row->data);

	if (longer == NULL)
		fatal("libcurl keeps no list: out of memory");
	return longer;
}

static void
set_post(struct transfer *transfer, CURL *easy)
{
	const struct fetch_request *request = transfer->request;
	struct text row = { .size = 0 };

	text_printf(&row, "Content-Type: %s", request->post_type);
	transfer->headers = append_row(NULL, &row);
	text_free(&row);
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)request->post.size);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->post.data);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
}

static void
set_options(struct transfer *transfer, CURL *easy, uint64_t left_ms)
{
	/* Newer versions take words and call the numbers deprecated. */
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http");
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)CURLPROTO_HTTP);
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, (long)CURLPROTO_HTTP);
#endif
	curl_easy_setopt(easy, CURLOPT_URL, transfer->url.data);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "fleetscan");
	curl_easy_setopt(
	    easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	fetch_proxy_set(easy, transfer->batch->options->proxy);
	/* Some send gzip unasked; the limit counts what is unpacked. */
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
	curl_easy_setopt(
	    easy, CURLOPT_CONNECTTIMEOUT_MS, (long)FETCH_CONNECT_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_CONNECT_TO, transfer->batch->connect_to);
	curl_easy_setopt(easy, CURLOPT_RESOLVE, transfer->addresses);
	/* Servers end kept connections when they please. */
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
	if (transfer->request->post.size > 0)
		set_post(transfer, easy);
}

/* False, with a sentence, when there is no time left. */
static bool
ask(struct transfer *transfer)
{
	struct batch *batch = transfer->batch;
	uint64_t now = now_ms();

	if (now >= transfer->deadline_ms) {
		transfer->timed_out = true;
		text_printf(&transfer->error, "no whole answer within %u ms",
		    timeout_of(batch));
		return false;
	}
	transfer->easy = curl_easy_init();
	if (transfer->easy == NULL)
		fatal("libcurl makes no transfer: out of memory");
	if (transfer->lookup.row.size > 0)
		transfer->addresses = append_row(NULL, &transfer->lookup.row);
	set_options(transfer, transfer->easy, transfer->deadline_ms - now);
	if (curl_multi_add_handle(batch->multi, transfer->easy) != CURLM_OK)
		fatal_bug("libcurl does not take a transfer");
	return true;
}

/* The end of a transfer */

/* The run's time for fetching is over. */
static bool
is_over(const struct batch *batch)
{
	const struct fetch_budget *budget = batch->options->budget;

	return budget != NULL && fetch_budget_is_over(budget);
}

/* What failed when the time was over may have come a moment later. */
static void
report(struct transfer *transfer)
{
	struct batch *batch = transfer->batch;
	bool failed = transfer->error.size > 0;
	struct fetch_result result = {
		.is_late = failed && transfer->timed_out && is_over(batch),
		.body = bytes_of(
		    transfer->body.data, failed ? 0 : transfer->body.size),
		.error = failed ? transfer->error.data : NULL,
	};
	size_t index = transfer->first;

	do {
		batch->callback(batch->context, index, &result);
		index = batch->next[index];
	} while (index != 0);
	text_free(&transfer->body);
}

static void
leave(struct transfer *transfer)
{
	struct batch *batch = transfer->batch;

	report(transfer);
	fetch_queue_leave(batch->queue, transfer->place.data);
	batch->under_way--;
}

static void
finish(struct transfer *transfer)
{
	struct fetch_budget *budget = transfer->batch->options->budget;

	if (budget != NULL)
		fetch_budget_note(budget, transfer->place.data,
		    transfer->timed_out && transfer->header_octets == 0);
	leave(transfer);
}

static void
on_pause_over(uv_timer_t *timer)
{
	(void)timer;
}

/*
 * Fewer at a time from now on, and this one again when there is room.  Its own
 * time begins anew then, and the run's goes on.
 */
static void
put_back(struct transfer *transfer)
{
	struct batch *batch = transfer->batch;

	fetch_queue_leave(batch->queue, transfer->place.data);
	fetch_queue_add(batch->queue, transfer->place.data, transfer);
	batch->under_way--;
	fetch_queue_narrow(batch->queue);
	if (batch->under_way == 0)
		uv_timer_start(&batch->pause, on_pause_over, SHORTAGE_MS, 0);
}

static void
tell_failure(struct transfer *transfer, CURLcode code)
{
	struct text *error = &transfer->error;
	double ready = 0;
	long system_code = 0;

	switch (code) {
	case CURLE_COULDNT_CONNECT:
		if (transfer->refused.size > 0) {
			text_append(error, transfer->refused.data);
			break;
		}
		curl_easy_getinfo(
		    transfer->easy, CURLINFO_OS_ERRNO, &system_code);
		text_append(error, "no connection");
		if (has_proxy(transfer->batch))
			text_append(error, " through the proxy");
		if (system_code != 0)
			text_printf(
			    error, ": %s", uv_strerror(-(int)system_code));
		break;
	case CURLE_OPERATION_TIMEDOUT:
		transfer->timed_out = true;
		curl_easy_getinfo(
		    transfer->easy, CURLINFO_PRETRANSFER_TIME, &ready);
		if (ready > 0)
			text_printf(error, "no whole answer within %u ms",
			    timeout_of(transfer->batch));
		else
			text_append(error, "no connection in time");
		break;
	default:
		text_printf(
		    error, "no HTTP answer: %s", curl_easy_strerror(code));
	}
}

/* Judges a whole answer, or the beginning of one. */
static void
tell_answer(struct transfer *transfer, CURLcode code)
{
	long status = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (transfer->too_large)
		text_printf(&transfer->error, "more than %zu octets",
		    most_octets_of(transfer->batch));
	else if (status >= HTTP_REDIRECTS ||
		 (code == CURLE_OK && status != HTTP_OK))
		text_printf(&transfer->error, "%s answers %ld",
		    has_proxy(transfer->batch) ? "the proxy or the server"
					       : "the server",
		    status);
	else if (code != CURLE_OK && !transfer->is_unwanted)
		tell_failure(transfer, code);
	else if (transfer->body_octets == 0)
		text_append(&transfer->error, "the answer is empty");
}

static void
on_looked_up(struct fetch_lookup *lookup)
{
	struct transfer *transfer =
	    (void *)((char *)lookup - offsetof(struct transfer, lookup));

	if (lookup->error.size > 0 && lookup->result == RESOLVE_NO_DESCRIPTOR) {
		transfer->short_of_one = true;
		put_back(transfer);
		return;
	}
	/* A proxy may know names that have no address here. */
	if (has_proxy(transfer->batch) && !lookup->only_public) {
		if (lookup->error.size > 0)
			text_clear(&lookup->row);
	} else {
		transfer->timed_out =
		    lookup->error.size > 0 && lookup->result == RESOLVE_TIMEOUT;
		text_append_bytes(&transfer->error,
		    bytes_of(lookup->error.data, lookup->error.size));
	}
	if (transfer->error.size > 0 || !ask(transfer))
		finish(transfer);
}

static void
begin_hop(struct transfer *transfer)
{
	const struct fetch_options *options = transfer->batch->options;

	text_clear(&transfer->body);
	transfer->body_octets = 0;
	text_clear(&transfer->refused);
	transfer->lookup.only_public =
	    has_proxy(transfer->batch) && !options->allow_private;
	if (has_proxy(transfer->batch) ||
	    !fetch_url_is_overridden(transfer->host.data, options->overrides,
		options->override_count))
		fetch_lookup_begin(&transfer->lookup, transfer->batch->names,
		    transfer->host.data, on_looked_up);
	else if (!ask(transfer))
		finish(transfer);
}

static void
follow(struct transfer *transfer, const char *url)
{
	if (transfer->redirects++ >= FETCH_MOST_REDIRECTS) {
		text_printf(&transfer->error, "more than %d redirects",
		    FETCH_MOST_REDIRECTS);
		finish(transfer);
		return;
	}
	text_append(&transfer->error, "redirected: ");
	text_clear(&transfer->url);
	text_clear(&transfer->host);
	if (!fetch_url_read(
		url, &transfer->url, &transfer->host, &transfer->error)) {
		finish(transfer);
		return;
	}
	text_clear(&transfer->error);
	begin_hop(transfer);
}

static void
close_hop(struct transfer *transfer)
{
	curl_multi_remove_handle(transfer->batch->multi, transfer->easy);
	curl_easy_cleanup(transfer->easy);
	curl_slist_free_all(transfer->addresses);
	curl_slist_free_all(transfer->headers);
	transfer->easy = NULL;
	transfer->addresses = NULL;
	transfer->headers = NULL;
}

static void
on_done(struct transfer *transfer, CURLcode code)
{
	char *redirect = NULL;

	if (code == CURLE_OK)
		curl_easy_getinfo(
		    transfer->easy, CURLINFO_REDIRECT_URL, &redirect);
	/* curl's string ends with the hop. */
	redirect = memory_string(redirect);
	if (redirect == NULL)
		tell_answer(transfer, code);
	close_hop(transfer);
	if (transfer->short_of_one && code == CURLE_COULDNT_CONNECT) {
		text_clear(&transfer->error);
		put_back(transfer);
		return;
	}
	if (redirect != NULL)
		follow(transfer, redirect);
	else
		finish(transfer);
	free(redirect);
}

/* The budget does not allow this URL: then it has its sentence. */
static bool
is_refused(struct transfer *transfer)
{
	struct fetch_budget *budget = transfer->batch->options->budget;
	const char *why = NULL;

	if (budget == NULL)
		return false;
	if (is_over(transfer->batch)) {
		transfer->timed_out = true;
		why = "not asked: the time for fetching was over";
	} else if (!transfer->short_of_one) {
		why = fetch_budget_refuses(budget, transfer->place.data);
	}
	if (why != NULL)
		text_append(&transfer->error, why);
	return why != NULL;
}

static void
start_transfers(struct batch *batch)
{
	struct transfer *transfer;

	while (!uv_is_active((uv_handle_t *)&batch->pause) &&
	       (transfer = fetch_queue_next(batch->queue)) != NULL) {
		batch->under_way++;
		if (is_refused(transfer)) {
			leave(transfer);
			continue;
		}
		transfer->short_of_one = false;
		transfer->deadline_ms = now_ms() + time_of(batch);
		begin_hop(transfer);
	}
}

/* curl and the loop */

/* Finished transfers are handled here, not inside curl's own callbacks. */
static void
turn(struct batch *batch, curl_socket_t socket, int events)
{
	struct transfer *transfer = NULL;
	CURLMsg *message;
	int running, left;

	curl_multi_socket_action(batch->multi, socket, events, &running);
	while ((message = curl_multi_info_read(batch->multi, &left)) != NULL) {
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, &transfer);
		on_done(transfer, code);
	}
}

static void
on_ready(void *context, const struct socket_ready *ready)
{
	turn(context, ready->socket,
	    (ready->readable ? CURL_CSELECT_IN : 0) |
		(ready->writable ? CURL_CSELECT_OUT : 0) |
		(ready->failed ? CURL_CSELECT_ERR : 0));
}

static void
on_timer(uv_timer_t *timer)
{
	turn(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* curl reports what it waits for on a socket. */
static int
on_socket(CURL *easy, curl_socket_t socket, int what, void *context,
    void *socket_context)
{
	struct batch *batch = context;
	struct socket_watch *watch = socket_context;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		socket_watch_close(watch);
		curl_multi_assign(batch->multi, socket, NULL);
		return 0;
	}
	if (watch == NULL) {
		watch = socket_watch_new(&batch->loop, socket, on_ready, batch);
		if (watch == NULL)
			fatal_bug("libuv does not watch this socket");
		curl_multi_assign(batch->multi, socket, watch);
	}
	socket_watch_set(watch, what != CURL_POLL_OUT, what != CURL_POLL_IN);
	return 0;
}

/* curl may not be called from here, not even when there is no time left. */
static int
on_timeout_wanted(CURLM *multi, long timeout_ms, void *context)
{
	struct batch *batch = context;

	(void)multi;
	if (timeout_ms < 0)
		uv_timer_stop(&batch->timer);
	else
		uv_timer_start(
		    &batch->timer, on_timer, (uint64_t)timeout_ms, 0);
	return 0;
}

/*
 * The budget's time may end before that of the transfers under way: another
 * thread sets it when the run is interrupted.  A lookup ends by its own, short
 * time.
 */
static void
on_watch(uv_timer_t *timer)
{
	struct batch *batch = timer->data;

	if (!is_over(batch))
		return;
	for (size_t i = 0; i < batch->transfer_count; i++) {
		struct transfer *transfer = &batch->transfers[i];

		if (transfer->easy == NULL)
			continue;
		close_hop(transfer);
		transfer->timed_out = true;
		text_append(&transfer->error, "the time for fetching was over");
		finish(transfer);
	}
}

/* The batch */

static struct curl_slist *
list_overrides(const struct fetch_options *options, size_t count)
{
	struct curl_slist *list = NULL;
	struct text row = { 0 };

	for (size_t i = 0; i < count; i++) {
		text_clear(&row);
		fetch_url_redirect(&row, &options->overrides[i]);
		list = append_row(list, &row);
	}
	text_free(&row);
	return list;
}

static int
open_batch(struct batch *batch)
{
	const struct fetch_options *options = batch->options;
	const char *error;

	/* libcurl counts these: only the last cleanup cleans up. */
	if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK)
		return -1;
	batch->multi = curl_multi_init();
	if (batch->multi == NULL || uv_loop_init(&batch->loop) != 0) {
		curl_multi_cleanup(batch->multi);
		curl_global_cleanup();
		return -1;
	}
	batch->names = fetch_names_new(&batch->loop, options->resolvers,
	    options->resolver_count, FETCH_IN_FLIGHT, FETCH_CONNECT_TIMEOUT_MS,
	    &error);
	if (batch->names == NULL) {
		uv_loop_close(&batch->loop);
		curl_multi_cleanup(batch->multi);
		curl_global_cleanup();
		return -1;
	}
	uv_timer_init(&batch->loop, &batch->timer);
	batch->timer.data = batch;
	uv_timer_init(&batch->loop, &batch->pause);
	uv_timer_init(&batch->loop, &batch->watch);
	batch->watch.data = batch;
	if (options->budget != NULL)
		uv_timer_start(
		    &batch->watch, on_watch, FETCH_WATCH_MS, FETCH_WATCH_MS);
	curl_multi_setopt(batch->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(batch->multi, CURLMOPT_SOCKETDATA, batch);
	curl_multi_setopt(
	    batch->multi, CURLMOPT_TIMERFUNCTION, on_timeout_wanted);
	curl_multi_setopt(batch->multi, CURLMOPT_TIMERDATA, batch);
	batch->connect_to = list_overrides(
	    options, has_proxy(batch) ? 0 : options->override_count);
	batch->queue = fetch_queue_new(FETCH_IN_FLIGHT,
	    options->in_flight_a_host != 0 ? options->in_flight_a_host
					   : FETCH_IN_FLIGHT_A_HOST);
	return 0;
}

static void
close_batch(struct batch *batch)
{
	curl_multi_cleanup(batch->multi);
	fetch_names_close(batch->names);
	uv_close((uv_handle_t *)&batch->timer, NULL);
	uv_close((uv_handle_t *)&batch->pause, NULL);
	uv_close((uv_handle_t *)&batch->watch, NULL);
	uv_run(&batch->loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&batch->loop) != 0)
		fatal_bug("a fetch left something on its loop");
	fetch_names_free(batch->names);
	curl_slist_free_all(batch->connect_to);
	curl_global_cleanup();
	fetch_queue_free(batch->queue);
}

/* One transfer for each URL that differs, and for each POST. */
static void
list_transfers(
    struct batch *batch, const struct fetch_request list[], size_t count)
{
	struct map *seen = map_new();

	for (size_t i = 0; i < count; i++) {
		struct bytes url = bytes_from_string(list[i].url);
		struct transfer *transfer =
		    list[i].post.size > 0 ? NULL : map_get(seen, url);

		if (transfer != NULL) {
			batch->next[i] = batch->next[transfer->first];
			batch->next[transfer->first] = i;
			continue;
		}
		transfer = &batch->transfers[batch->transfer_count++];
		transfer->batch = batch;
		transfer->first = i;
		transfer->request = &list[i];
		if (list[i].post.size == 0)
			map_put(seen, url, transfer);
	}
	map_free(seen);
}

int
fetch_all(const struct fetch_options *options,
    const struct fetch_request list[], size_t count, fetch_callback *callback,
    void *context)
{
	struct batch batch = {
		.options = options,
		.callback = callback,
		.context = context,
	};

	if (count == 0)
		return 0;
	if (open_batch(&batch) < 0)
		return -1;
	batch.next = memory_array(count, sizeof(*batch.next));
	batch.transfers = memory_array(count, sizeof(*batch.transfers));
	list_transfers(&batch, list, count);
	for (size_t i = 0; i < batch.transfer_count; i++) {
		struct transfer *transfer = &batch.transfers[i];

		if (!fetch_url_read(list[transfer->first].url, &transfer->url,
			&transfer->host, &transfer->error)) {
			report(transfer);
			continue;
		}
		text_append(&transfer->place, transfer->host.data);
		fetch_queue_add(batch.queue, transfer->place.data, transfer);
	}
	start_transfers(&batch);
	while (
	    batch.under_way > 0 || uv_is_active((uv_handle_t *)&batch.pause)) {
		uv_run(&batch.loop, UV_RUN_ONCE);
		start_transfers(&batch);
	}
	close_batch(&batch);
	for (size_t i = 0; i < batch.transfer_count; i++) {
		fetch_lookup_clear(&batch.transfers[i].lookup);
		text_free(&batch.transfers[i].place);
		text_free(&batch.transfers[i].host);
		text_free(&batch.transfers[i].url);
		text_free(&batch.transfers[i].body);
		text_free(&batch.transfers[i].refused);
		text_free(&batch.transfers[i].error);
	}
	free(batch.transfers);
	free(batch.next);
	return 0;
}
