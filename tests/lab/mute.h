/*
 * Connections to servers without a whole TLS handshake: closing, resetting,
 * silent, of another protocol, or stopping after the certificates.
 */
#ifndef LAB_MUTE_H
#define LAB_MUTE_H

#include "tests/lab/loop.h"
#include "tests/lab/station.h"

/* Takes over an accepted descriptor. */
void mute_begin(struct lab_loop *, int fd, const struct station *);

#endif
