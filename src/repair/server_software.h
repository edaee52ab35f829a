/*
 * The server software that may stand behind a host, by what the host speaks,
 * and the lines by which each is given a chain.
 */
#ifndef REPAIR_SERVER_SOFTWARE_H
#define REPAIR_SERVER_SOFTWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct server_software {
	const char *file; /* in the host's folder of a kit: "nginx.conf" */
	/* Words of --starttls and ports of TLS from the first octet,
	   separated by blanks.  NULL: of every other host. */
	const char *services;
	const char *comment; /* what begins one; NULL: "#" */
	const char *lines;
	/* Reads the leaf and the intermediates from two files. */
	bool splits;
};

/* NULL after the last. */
const struct server_software *server_software(size_t number);

/* `starttls`: the protocol's word, or NULL. */
bool server_software_serves(
    const struct server_software *, const char *starttls, uint16_t port);

#endif
