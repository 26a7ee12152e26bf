/* SPDX-License-Identifier: Apache-2.0 */
/* connection.h - one TCP connection to a collector; nothing here blocks.
 *
 * The address is a number (IPv4 or IPv6): the shipping process has no resolver.
 */
#ifndef PKG_SHIP_CONNECTION_H
#define PKG_SHIP_CONNECTION_H

#include <stdint.h>
#include <sys/socket.h>

#include "lib/err.h"
#include "lib/span.h"

#define CONNECTION_LOST_MS 30000 /* bytes unacknowledged: the peer is gone */

struct address {
	struct sockaddr_storage to;
	socklen_t len;
};

/* Return: 0; -EINVAL for what is not a numeric address (hint says so). */
int address_parse(const char *host, uint16_t port, struct address *ret,
		  struct err *e);

/**
 * connection_open() - begin to connect.
 *
 * Return: a non-blocking descriptor that the caller owns: it becomes writable
 * when connection_check() can tell the outcome; as socket(2), connect(2).
 */
int connection_open(const struct address *a, struct err *e);

/* After the first EPOLLOUT. Return: 0 connected; the connection's error. */
int connection_check(int fd, struct err *e);

/* Return: bytes taken, maybe fewer than given; -EAGAIN; as send(2). */
ssize_t connection_send(int fd, struct span bytes);

/* Throw away what the collector says: syslog has no answers. Return: 0; -EPIPE
 * when it closed its side; as recv(2). */
int connection_drain(int fd);

/**
 * connection_unacked() - bytes given to send(2) that the peer's TCP has not
 * acknowledged (SIOCOUTQ, tcp(7)).
 *
 * Zero means that every byte lies in the receive buffer of the collector's
 * kernel, or beyond. It does not mean that the collector has read it.
 *
 * Return: 0; as ioctl(2).
 */
int connection_unacked(int fd, uint64_t *ret);

/* How long to wait before connecting again. */
struct backoff {
	uint32_t next_ms; /* 0 at first and after a success */
};

#define BACKOFF_MIN_MS 250
#define BACKOFF_MAX_MS 30000

/* Doubles from call to call up to BACKOFF_MAX_MS; from half to all of it, at
 * random, so that a fleet does not come back in one moment. */
uint32_t backoff_next(struct backoff *b);

#endif
