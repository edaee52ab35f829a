/*
 * delay_line PID PID MS: a link between the network namespaces of two
 * processes, a TUN device far0 at each end, on which every packet takes MS
 * milliseconds: latency for kernels without netem.  Says "ready" when the
 * devices are there (down, without addresses: that is the caller's part) and
 * ends when standard input does.  Packets keep their order; none is lost but
 * when MOST_UNDERWAY are.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST = 65536, MOST_UNDERWAY = 1 << 18, READS_AT_ONCE = 64 };

struct packet {
	struct packet *next;
	uint64_t due_ns;
	size_t size;
	uint8_t octets[];
};

struct direction {
	int from, to;
	struct packet *first, **last;
	unsigned underway;
};

static void
refuse(const char *what)
{
	fprintf(stderr, "delay_line: %s: %s\n", what, strerror(errno));
	exit(2);
}

static uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int
open_end(const char *pid)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	char path[64];
	int namespace, tun;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	namespace = open(path, O_RDONLY | O_CLOEXEC);
	if (namespace < 0 || setns(namespace, CLONE_NEWNET) < 0)
		refuse(path);
	close(namespace);
	tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	memcpy(request.ifr_name, "far0", sizeof("far0"));
	if (tun < 0 || ioctl(tun, TUNSETIFF, &request) < 0)
		refuse("/dev/net/tun");
	return tun;
}

static void
take_in(struct direction *line, uint64_t delay_ns)
{
	static uint8_t buffer[LARGEST];

	for (int i = 0; i < READS_AT_ONCE; i++) {
		ssize_t size = read(line->from, buffer, sizeof(buffer));
		struct packet *packet;

		if (size <= 0)
			return;
		if (line->underway == MOST_UNDERWAY)
			continue;
		packet = malloc(sizeof(*packet) + (size_t)size);
		if (packet == NULL)
			refuse("memory");
		packet->next = NULL;
		packet->due_ns = now_ns() + delay_ns;
		packet->size = (size_t)size;
		memcpy(packet->octets, buffer, (size_t)size);
		*line->last = packet;
		line->last = &packet->next;
		line->underway++;
	}
}

/* A write that fails is a lost packet, as TCP expects it. */
static void
hand_out(struct direction *line)
{
	uint64_t now = now_ns();

	while (line->first != NULL && line->first->due_ns <= now) {
		struct packet *packet = line->first;
		ssize_t ignored = write(line->to, packet->octets, packet->size);

		(void)ignored;
		line->first = packet->next;
		if (line->first == NULL)
			line->last = &line->first;
		line->underway--;
		free(packet);
	}
}

/* NULL: nothing is underway, any packet wakes us. */
static struct timespec *
until_due(const struct direction lines[2], struct timespec *out)
{
	uint64_t due = UINT64_MAX, now = now_ns(), left;

	for (int i = 0; i < 2; i++)
		if (lines[i].first != NULL && lines[i].first->due_ns < due)
			due = lines[i].first->due_ns;
	if (due == UINT64_MAX)
		return NULL;
	left = due > now ? due - now : 0;
	out->tv_sec = (time_t)(left / 1000000000);
	out->tv_nsec = (long)(left % 1000000000);
	return out;
}

static bool
carry(struct direction lines[2], uint64_t delay_ns)
{
	struct pollfd polled[3] = { { lines[0].from, POLLIN, 0 },
		{ lines[1].from, POLLIN, 0 }, { STDIN_FILENO, POLLIN, 0 } };
	struct timespec left;

	if (ppoll(polled, 3, until_due(lines, &left), NULL) < 0)
		return errno == EINTR;
	for (int i = 0; i < 2; i++) {
		if (polled[i].revents & POLLIN)
			take_in(&lines[i], delay_ns);
		hand_out(&lines[i]);
	}
	return polled[2].revents == 0;
}

int
main(int argc, char **argv)
{
	struct direction lines[2] = { { .underway = 0 }, { .underway = 0 } };
	uint64_t delay_ns;

	if (argc != 4) {
		fprintf(stderr, "delay_line PID PID MS\n");
		return 2;
	}
	delay_ns = (uint64_t)(strtod(argv[3], NULL) * 1e6);
	for (int i = 0; i < 2; i++) {
		lines[i].from = open_end(argv[i + 1]);
		lines[!i].to = lines[i].from;
		lines[i].last = &lines[i].first;
	}
	puts("ready");
	fflush(stdout);
	while (carry(lines, delay_ns))
		continue;
	return 0;
}
