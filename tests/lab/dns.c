/*
 * Answers DNS queries (RFC 1035) from a list of records: A and AAAA, nothing
 * else.  A query that it cannot read is dropped.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include "tests/lab/dns.h"
#include "tests/lab/visit.h"

enum {
	HEADER = 12,
	NAME_LIMIT = 255,
	QUERY_LIMIT = 512,
	TYPE_A = 1,
	TYPE_AAAA = 28,
	CLASS_IN = 1,
	FLAGS_ANSWER = 0x8580, /* response, authoritative, recursion */
	FLAG_TRUNCATED = 0x0200,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_REFUSED = 5,
	BIND_TRIES = 20,
};

struct question {
	const uint8_t *packet;
	size_t end; /* where the question section ends */
	char name[NAME_LIMIT + 1];
	unsigned type;
};

static unsigned
u16_at(const uint8_t *data)
{
	return (unsigned)data[0] << 8 | data[1];
}

/* Labels to text; false for anything but one plain question. */
static bool
read_question(struct question *question, const uint8_t *packet, size_t length)
{
	size_t at = HEADER;
	size_t used = 0;

	if (length < HEADER || u16_at(packet + 4) != 1 ||
	    (packet[2] & 0x80) != 0)
		return false;
	while (at < length && packet[at] != 0) {
		size_t label = packet[at++];

		if (label > 63 || at + label > length ||
		    used + label + 1 > NAME_LIMIT)
			return false;
		if (used > 0)
			question->name[used++] = '.';
		memcpy(question->name + used, packet + at, label);
		used += label;
		at += label;
	}
	if (at + 5 > length)
		return false;
	question->name[used] = '\0';
	question->packet = packet;
	question->type = u16_at(packet + at + 1);
	question->end = at + 5;
	return true;
}

static bool
add_address(struct octets *out, const char *ip, unsigned type)
{
	uint8_t address[16];
	size_t size = type == TYPE_A ? 4 : 16;

	if (ip == NULL || (type != TYPE_A && type != TYPE_AAAA) ||
	    inet_pton(type == TYPE_A ? AF_INET : AF_INET6, ip, address) != 1)
		return false;
	octets_add_u16(out, 0xc000 | HEADER); /* the name of the question */
	octets_add_u16(out, type);
	octets_add_u16(out, CLASS_IN);
	octets_add_u16(out, 0);
	octets_add_u16(out, 60);
	octets_add_u16(out, (unsigned)size);
	octets_add(out, address, size);
	return true;
}

static const struct dns_record *
find_record(const struct dns_server *dns, const char *name)
{
	for (size_t i = 0; i < dns->count; i++)
		if (strcasecmp(dns->records[i].name, name) == 0)
			return &dns->records[i];
	return NULL;
}

static unsigned
add_all_addresses(struct octets *out, const struct dns_server *dns,
    const struct question *question)
{
	unsigned count = 0;

	for (size_t i = 0; i < dns->count; i++)
		if (strcasecmp(dns->records[i].name, question->name) == 0 &&
		    add_address(out, dns->records[i].ip, question->type))
			count++;
	return count;
}

static unsigned
choose_flags(const struct dns_record *record, bool is_tcp)
{
	if (record == NULL)
		return FLAGS_ANSWER | RCODE_NXDOMAIN;
	if (record->manner == DNS_SERVFAIL)
		return FLAGS_ANSWER | RCODE_SERVFAIL;
	if (record->manner == DNS_REFUSED)
		return FLAGS_ANSWER | RCODE_REFUSED;
	if (record->manner == DNS_TRUNCATED && !is_tcp)
		return FLAGS_ANSWER | FLAG_TRUNCATED;
	return FLAGS_ANSWER;
}

/* Leaves `out` empty where nothing is to be answered. */
static void
put_answer(struct octets *out, const struct dns_server *dns,
    const uint8_t *packet, size_t length, bool is_tcp)
{
	struct question question;
	const struct dns_record *record;
	struct octets addresses = { 0 };
	unsigned count = 0;
	unsigned flags;

	if (!read_question(&question, packet, length))
		return;
	record = find_record(dns, question.name);
	if (record != NULL && record->manner == DNS_SILENT)
		return;
	flags = choose_flags(record, is_tcp);
	if (flags == FLAGS_ANSWER)
		count = add_all_addresses(&addresses, dns, &question);
	octets_add(out, packet, 2);
	octets_add_u16(out, flags);
	octets_add_u16(out, 1);
	octets_add_u16(out, count);
	octets_add_u16(out, 0);
	octets_add_u16(out, 0);
	octets_add(out, packet + HEADER, question.end - HEADER);
	octets_append(out, &addresses);
	octets_clear(&addresses);
}

static void
on_datagram(struct lab_watch *watch)
{
	const struct dns_server *dns = (struct dns_server *)watch;
	uint8_t query[QUERY_LIMIT];
	struct sockaddr_storage peer;
	struct octets out = { 0 };
	ssize_t length;

	for (;;) {
		socklen_t size = sizeof(peer);

		length = recvfrom(watch->fd, query, sizeof(query), 0,
		    (struct sockaddr *)&peer, &size);
		if (length < 0)
			break;
		out.length = 0;
		put_answer(&out, dns, query, (size_t)length, false);
		if (out.length > 0)
			sendto(watch->fd, out.data, out.length, MSG_NOSIGNAL,
			    (struct sockaddr *)&peer, size);
	}
	octets_clear(&out);
}

/* Over TCP two octets of length go before each message: RFC 1035 4.2.2. */
static void
on_stream(struct visit *visit)
{
	struct octets answer = { 0 };
	size_t length;

	if (visit->in.length < 2)
		return;
	length = u16_at(visit->in.data);
	if (visit->in.length < 2 + length)
		return;
	put_answer(&answer, visit->host, visit->in.data + 2, length, true);
	if (answer.length > 0) {
		octets_add_u16(&visit->out, (unsigned)answer.length);
		octets_append(&visit->out, &answer);
		visit_answer(visit, ENDS_POLITELY);
	} else {
		visit_answer(visit, ENDS_NEVER);
	}
	octets_clear(&answer);
}

static struct dns_server *
server_of_tcp(struct lab_watch *watch)
{
	return (struct dns_server *)((char *)watch -
				     offsetof(struct dns_server, tcp));
}

static void
on_visitor(struct lab_watch *watch)
{
	int fd;

	while ((fd = visit_accept(watch->fd)) >= 0)
		visit_begin(watch->loop, fd, server_of_tcp(watch), on_stream);
}

static void
on_closing(struct lab_watch *watch)
{
	lab_watch_close(watch);
}

static int
bind_one(int type, unsigned *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((uint16_t)*port);
	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&address, size) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
		close(fd);
		return -1;
	}
	*port = ntohs(address.sin_port);
	return fd;
}

bool
dns_bind(struct dns_server *dns)
{
	*dns = (struct dns_server){ .udp_fd = -1, .tcp_fd = -1 };
	for (int i = 0; i < BIND_TRIES; i++) {
		dns->port = 0;
		dns->udp_fd = bind_one(SOCK_DGRAM, &dns->port);
		if (dns->udp_fd < 0)
			return false;
		dns->tcp_fd = bind_one(SOCK_STREAM, &dns->port);
		if (dns->tcp_fd >= 0)
			return true;
		close(dns->udp_fd);
		dns->udp_fd = -1;
	}
	return false;
}

void
dns_add(struct dns_server *dns, const char *name, const char *ip,
    enum dns_manner manner)
{
	struct dns_record *grown;

	if (dns->count == dns->capacity) {
		dns->capacity = dns->capacity ? dns->capacity * 2 : 64;
		grown = lab_alloc(dns->capacity, sizeof(*grown));
		if (dns->count > 0)
			memcpy(
			    grown, dns->records, dns->count * sizeof(*grown));
		free(dns->records);
		dns->records = grown;
	}
	dns->records[dns->count++] = (struct dns_record){
		.name = lab_copy_text(name),
		.ip = ip ? lab_copy_text(ip) : NULL,
		.manner = manner,
	};
}

bool
dns_open(struct dns_server *dns, struct lab_loop *loop)
{
	if (listen(dns->tcp_fd, 64) != 0)
		return false;
	dns->udp.fd = dns->udp_fd;
	dns->udp.on_ready = on_datagram;
	dns->udp.on_end = on_closing;
	dns->tcp.fd = dns->tcp_fd;
	dns->tcp.on_ready = on_visitor;
	dns->tcp.on_end = on_closing;
	dns->udp_fd = dns->tcp_fd = -1;
	return lab_watch_open(&dns->udp, loop, EPOLLIN) &&
	       lab_watch_open(&dns->tcp, loop, EPOLLIN);
}

void
dns_clear(struct dns_server *dns)
{
	if (dns->udp_fd >= 0)
		close(dns->udp_fd);
	if (dns->tcp_fd >= 0)
		close(dns->tcp_fd);
	for (size_t i = 0; i < dns->count; i++) {
		free(dns->records[i].name);
		free(dns->records[i].ip);
	}
	free(dns->records);
}
