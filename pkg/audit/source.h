/* SPDX-License-Identifier: Apache-2.0 */
/* source.h - the kernel's audit netlink: the socket that events come from, and
 * a second one for status and rules.
 *
 * Events come on one of two sockets. The unicast one makes its owner the audit
 * daemon: there is one, the kernel keeps what it cannot send at once, and sets
 * no limit but its backlog. The multicast one (AUDIT_NLGRP_READLOG) is for any
 * number of readers beside it: a copy that finds no room is gone, and it is
 * served in the first network namespace only.
 *
 * The unicast socket is the one that AUDIT_SET made the audit daemon's. Its
 * port id stays registered as long as any duplicate of it is open: a supervisor
 * that keeps one can start another reader without a gap and without AUDIT_SET,
 * which the kernel would refuse (kernel/audit.c, audit_receive_msg()). Answers
 * to requests never travel on it once it was claimed.
 */
#ifndef PKG_AUDIT_SOURCE_H
#define PKG_AUDIT_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/span.h"
#include "pkg/audit/record.h"

#define SOURCE_BATCH	    64	      /* datagrams a system call */
#define SOURCE_RCVBUF_BYTES (8 << 20) /* asked for */

/* ---- events ---------------------------------------------------------------
 */

struct audit_source;

struct source_counters {
	uint64_t datagrams;
	uint64_t records;
	uint64_t controls;  /* replies and AUDIT_REPLACE: no records */
	uint64_t spoofed;   /* not from the kernel: dropped */
	uint64_t malformed; /* no stamp, or cut (MSG_TRUNC): dropped */
	uint64_t overruns;  /* ENOBUFS: the multicast buffer was full */
};

/* One datagram as the socket gave it. */
struct source_datagram {
	struct span bytes;
	uint32_t sender; /* nl_pid; the kernel is 0 */
	bool has_sender; /* the address was a netlink one */
	bool is_cut;	 /* MSG_TRUNC */
};

/* One record; borrowed for the call. */
typedef void record_fn(void *ctx, const struct record *r);

/**
 * audit_socket_open() - a socket that can become the audit daemon's.
 *
 * Close-on-exec, non-blocking, SOURCE_RCVBUF_BYTES of buffer where permitted,
 * and NETLINK_NO_ENOBUFS: on this socket ENOBUFS tells of congestion, not of
 * loss, and would keep the kernel from sending until it is drained.
 *
 * Return: a descriptor that the caller owns; -EPROTONOSUPPORT when the kernel
 * has no audit; as socket(2), bind(2).
 */
int audit_socket_open(struct err *e);

/**
 * audit_multicast_open() - a socket that gets a copy of every record.
 *
 * Sets nothing in the kernel and claims nothing; the kernel records the joining
 * itself (EVENT_LISTENER). ENOBUFS stays on: here it tells of loss, see
 * audit_multicast_lost().
 *
 * Return: a descriptor that the caller owns; -EPERM without CAP_AUDIT_READ; as
 * audit_socket_open().
 */
int audit_multicast_open(struct err *e);

/* Is @fd one of those? */
bool audit_socket_is_multicast(int fd);

/* Copies that found no room in the buffer of a multicast socket since it was
 * opened; wraps. Return: 0; -errno of getsockopt(2) (SO_MEMINFO). */
int audit_multicast_lost(int fd, uint32_t *ret);

/* @fd: borrowed: one that either of them made, in this process or in
 * another that handed it over. Return: 0; -ENOMEM. */
int audit_source_new(int fd, struct audit_source **ret);
void audit_source_free(struct audit_source *s);

/**
 * audit_source_claim() - make this process the audit daemon (AUDIT_SET pid).
 * @each: gets the records that arrive meanwhile.
 *
 * Only for a socket that nobody claimed yet. Needs CAP_AUDIT_CONTROL in the
 * first user and pid namespace.
 *
 * Return: 0; -EEXIST when a living daemon owns it (@e names its pid); -EPERM,
 * -ECONNREFUSED without the privilege or outside of those namespaces;
 * -ETIMEDOUT.
 */
int audit_source_claim(struct audit_source *s, record_fn *each, void *ctx,
		       struct err *e);

/* Give it back (AUDIT_SET pid 0): as claim; -EACCES when another owns it. */
int audit_source_release(struct audit_source *s, record_fn *each, void *ctx,
			 struct err *e);

/**
 * audit_source_read() - one batch, without blocking.
 *
 * ENOBUFS is counted and read on from: it says that copies were lost, and what
 * is in the buffer is still there.
 *
 * Return: datagrams taken, 0 when there are none now; -errno of recvmmsg(2).
 */
int audit_source_read(struct audit_source *s, record_fn *each, void *ctx);

/* What audit_source_read() does with each datagram: takes only the kernel's,
 * tells replies from records by their type, counts. */
void audit_source_take(struct audit_source *s, const struct source_datagram *d,
		       record_fn *each, void *ctx);

const struct source_counters *
audit_source_counted(const struct audit_source *s);

/* ---- status ---------------------------------------------------------------
 */

/* As the kernel gives it; fields an older kernel lacks are 0. */
struct audit_state {
	uint32_t enabled;    /* 2: locked until reboot */
	uint32_t failure;    /* 0: silent, 1: printk, 2: panic */
	uint32_t rate_limit; /* records a second; 0: none is dropped for it */
	uint32_t pid, backlog_limit, backlog;
	uint32_t lost; /* since boot; wraps */
	uint32_t backlog_wait_time, backlog_wait_time_actual; /* jiffies */
};

/* What bailiff sets and puts back. */
struct audit_posture {
	uint32_t enabled, failure, rate_limit;
	uint32_t backlog_limit, backlog_wait_time;
};
/* That of a state, and whether two are the same. */
struct audit_posture audit_posture_of(const struct audit_state *state);
bool audit_posture_eq(const struct audit_posture *a,
		      const struct audit_posture *b);

/* A socket for requests, closed with close(2). Return: as
 * audit_socket_open(). */
int audit_control_open(struct err *e);

/* Return: 0; -EPERM, -ECONNREFUSED as for claim; -ETIMEDOUT. */
int audit_state_get(int fd, struct audit_state *ret, struct err *e);

/**
 * audit_posture_set() - set what differs.
 * @ret_before: what it was, for putting it back; may be NULL.
 *
 * Return: 0; -EPERM also when the configuration is locked (enabled=2) and
 * something would have to change; -EINVAL for a value the kernel refuses.
 */
int audit_posture_set(int fd, const struct audit_posture *want,
		      struct audit_posture *ret_before, struct err *e);

/* ---- one request (rules.c) ------------------------------------------------
 */

/* @body: borrowed; replies of @reply_type, in order. */
typedef int reply_fn(void *ctx, struct span body);

/**
 * audit_request() - send one request and take its answers.
 * @reply_type: of the answers; 0: none but the acknowledgement.
 * @each: called for each; a negative return ends the call with it. NULL with
 *        @reply_type 0.
 *
 * Answers are matched by sequence number and type.
 *
 * Return: 0; the kernel's negative errno; -ETIMEDOUT.
 */
int audit_request(int fd, uint16_t type, struct span body, uint16_t reply_type,
		  reply_fn *each, void *ctx);

#endif
