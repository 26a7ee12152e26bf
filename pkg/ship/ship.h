/* SPDX-License-Identifier: Apache-2.0 */
/* ship.h - the trail to one collector: RFC 5424 over TCP, octet counting
 * (RFC 6587, 3.4.1): "LENGTH MESSAGE".
 *
 * Order: as in the trail. Delivery: at least once. Syslog over TCP has no
 * answer, so a frame counts as acknowledged when the collector's TCP has
 * acknowledged all its bytes and the connection still stood SHIP_SETTLE_MS
 * later; the cursor follows only then. After any break, and after a restart,
 * shipping goes on at the frame after the cursor, so a collector may see
 * messages twice, never out of order, never half. What this does not promise:
 * a collector's process that reads nothing for SHIP_SETTLE_MS and then dies, or
 * a collector's host that dies, takes with it what its kernel had acknowledged.
 *
 * Size: a message is never cut or split here. rsyslog cuts at 8 KiB unless its
 * configuration says more: global(maxMessageSize="256k") there is needed, and
 * ship_status.oversized counts what is larger than rsyslog's default.
 *
 * Frames are opaque: the caller renders them. One shipper is one collector; a
 * process has as many as it likes on one loop.
 */
#ifndef PKG_SHIP_SHIP_H
#define PKG_SHIP_SHIP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/loop.h"
#include "pkg/trail/trail.h"

#define SHIP_SETTLE_MS	   1000
#define SHIP_CONNECT_MS	   10000   /* an attempt to connect */
#define SHIP_MESSAGE_MAX   1048576 /* bytes of one rendered message */
#define SHIP_MESSAGE_USUAL 8096	   /* above it: counted as oversized */

struct shipper;

struct ship_config {	  /* copied */
	const char *name; /* cursor_name_ok() */
	const char *host; /* numeric address */
	uint16_t port;
};

/* Append the message of @frame to @out, or nothing when it is not to be sent.
 * Return: 0; a negative errno: the frame is counted as unrendered and passed
 * over. */
typedef int ship_render_fn(void *ctx, const struct trail_frame *frame,
			   struct buf *out);

/**
 * ship_new() - begin to ship, from the loop's next turn on.
 * @trail_dirfd, @cursor_dirfd: kept as duplicates. The trail may still be
 *                              empty.
 * @ctx: for @render.
 *
 * A cursor that cannot be read, or one beyond the trail's end (the trail was
 * made anew), begins again at the oldest frame and is counted in
 * ship_status.resets.
 *
 * Return: 0; -EINVAL for an unusable name or address; -ENOMEM; as dup(2),
 * timerfd_create(2).
 */
int ship_new(struct loop *loop, int trail_dirfd, int cursor_dirfd,
	     const struct ship_config *config, ship_render_fn *render,
	     void *ctx, struct shipper **ret, struct err *e);

/* Writes the cursor if it moved. NULL is fine. */
void ship_free(struct shipper *s);

/* The trail has grown. Cheap; without it a growing trail is noticed within
 * SHIP_SETTLE_MS. */
void ship_poke(struct shipper *s);

enum ship_state {
	SHIP_RETRYING, /* waits before the next attempt */
	SHIP_CONNECTING,
	SHIP_CONNECTED
};

struct ship_status {
	const char *name; /* the shipper's */
	enum ship_state state;
	uint64_t acked_seq;   /* where a restart would go on, less one */
	uint64_t sent_seq;    /* the last one given to the kernel, or to be */
	uint64_t sent;	      /* messages, repeated ones included */
	uint64_t connections; /* that came about */
	uint64_t oversized;   /* messages above SHIP_MESSAGE_USUAL */
	uint64_t missed;     /* frames that were pruned before they were sent */
	uint64_t unrendered; /* frames that could not be rendered */
	uint64_t resets;     /* cursor unusable: began at the oldest */
	const char *error;   /* the last trouble, "" when all is well; valid
			      * until the loop's next turn */
};

void ship_status(const struct shipper *s, struct ship_status *ret);
/* "retrying", "connecting", "connected" */
const char *ship_state_name(enum ship_state state);

#endif
