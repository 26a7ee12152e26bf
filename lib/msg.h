/* SPDX-License-Identifier: Apache-2.0 */
/* msg.h - framed messages with descriptors between bailiff's own processes.
 *
 * One SOCK_SEQPACKET datagram is one message: an 8-byte header (type u16,
 * version u16, id u32, little-endian) and a body that lib/buf.h writes and
 * lib/cur.h reads. lib/PROTOCOL.md is the format in prose. The peer is treated
 * as hostile: an unknown type, a wrong phase, a wrong number of descriptors or
 * bytes left over is -EPROTO, and the caller then drops the peer.
 */
#ifndef LIB_MSG_H
#define LIB_MSG_H

#include "lib/buf.h"
#include "lib/cur.h"
#include "lib/err.h"

#define MSG_VERSION  1
#define MSG_BODY_MAX 131072 /* below the default SO_SNDBUF of AF_UNIX */
#define MSG_FDS_MAX  8

/* Storage for one received datagram; reused from call to call. */
struct msg_store {
	char raw[8 + MSG_BODY_MAX];
};

struct msg {
	uint16_t type;
	uint32_t id;	      /* an answer repeats the id of its request */
	struct span body;     /* points into the store */
	int fds[MSG_FDS_MAX]; /* owned until msg_fd_take(); -1 when taken */
	size_t nfds;
};

/**
 * msg_pair() - two connected ends, both close-on-exec and non-blocking.
 *
 * Return: 0 and the ends, which the caller owns; as socketpair(2).
 */
int msg_pair(int ret[2], struct err *e);

/**
 * msg_send() - send one message; never blocks.
 * @fds: @nfds descriptors that are duplicated to the peer; the caller keeps
 *       his own. NULL when @nfds is 0.
 *
 * Return: 0; -EAGAIN when the peer does not read; -EMSGSIZE above
 * MSG_BODY_MAX; -EPIPE when the peer is gone (never SIGPIPE).
 */
int msg_send(int fd, uint16_t type, uint32_t id, struct span body,
	     const int *fds, size_t nfds);

/* msg_send() of what @b holds; a writing error in @b is returned instead. */
int msg_send_buf(int fd, uint16_t type, uint32_t id, const struct buf *b);

/**
 * msg_recv() - the next message.
 * @ret: written on success only; release it with msg_done().
 *
 * Return: 0; -EAGAIN when there is none; -EPIPE when the peer closed;
 * -EPROTO for a short, cut or wrongly versioned datagram or one with more
 * than MSG_FDS_MAX descriptors, all of which are closed.
 */
int msg_recv(int fd, struct msg_store *store, struct msg *ret);

/* Wait at most @timeout_ms for a message: msg_recv(), or -ETIMEDOUT. */
int msg_wait(int fd, struct msg_store *store, int timeout_ms, struct msg *ret);

/* Take descriptor @i out of the message. Return: it, or -1 if it is gone. */
int msg_fd_take(struct msg *m, size_t i);

/* Close the descriptors nobody took. */
void msg_done(struct msg *m);

/* A request that a peer may make: one row of a process's table. */
struct msg_op {
	uint16_t type;
	unsigned phases; /* bit set: when the peer may ask it */
	size_t nfds;	 /* descriptors that it carries: exactly */
	/* Reads all of @body; what it leaves over is an error. Returns 0, or a
	 * negative errno, which msg_dispatch() passes on. */
	int (*answer)(void *ctx, struct msg *m, struct cur *body);
};

/**
 * msg_dispatch() - check a message against @ops and answer it.
 * @ops: @count rows.
 * @phase: the bit of the present phase.
 *
 * Return: 0; -EPROTO when the message is not one of them, now, with these
 * descriptors, or its body had too few or too many bytes; what answer() gave.
 */
int msg_dispatch(const struct msg_op *ops, size_t count, unsigned phase,
		 void *ctx, struct msg *m);

#endif
