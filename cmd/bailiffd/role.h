/* SPDX-License-Identifier: Apache-2.0 */
/* role.h - what the four workers have in common: how they begin, hear the
 * supervisor, and end.
 *
 * A worker is told everything it needs in one WIRE_START, opens what needs
 * privilege, gives privilege up (confine.h), says WIRE_READY and loops. When
 * the supervisor's end closes, it finishes what it has and ends.
 */
#ifndef CMD_BAILIFFD_ROLE_H
#define CMD_BAILIFFD_ROLE_H

#include <stdbool.h>

#include "cmd/bailiffd/wire.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/msg.h"

#define NODE_NAME_MAX 64
#define BOOT_ID_MAX   36

struct role_base {
	enum role role;
	struct log log;
	struct log_loss log_loss;
	struct loop *loop;	  /* owned */
	struct msg_store *store;  /* owned; for all channels, one at a time */
	struct source supervisor; /* CHANNEL_FD */
	const struct msg_op *ops; /* what the supervisor may say */
	size_t op_count;
	void *ctx;		     /* the role's struct, for ops */
	void (*orphaned)(void *ctx); /* the supervisor is gone or said stop */
	char node[NODE_NAME_MAX + 1];
	char boot[BOOT_ID_MAX + 1];
};

/**
 * role_begin() - wait for WIRE_START and read its common part.
 * @start: filled; the role takes its descriptors and reads @body on.
 *
 * Return: 0; -ETIMEDOUT after ten seconds; -EPROTO.
 */
int role_begin(struct role_base *b, enum role role, struct msg *start,
	       struct cur *body, struct err *e);

/* Confine this process, tell the supervisor, run the loop to its end. Return:
 * an exit code for main. */
int role_run(struct role_base *b);
void role_done(struct role_base *b);

/* Say @type to the supervisor. A full channel loses nothing that matters but
 * is an error to the caller. */
int role_tell(const struct role_base *b, uint16_t type, uint32_t id,
	      const struct buf *body);

/* A channel to another worker: its source and what may come over it. */
struct peer {
	struct source source;
	struct role_base *base;
	const struct msg_op *ops;
	size_t op_count;
	void (*lost)(struct peer *p); /* the peer closed; may be NULL */
};
/* Put @fd (owned from here on) in place of whatever the peer had. */
int peer_replace(struct peer *p, int fd, struct err *e);

/* The answer to WIRE_PEER of a role that has @p as its only peer. Return: as
 * peer_replace(); -EPROTO when it is about another process than @role. */
int peer_answer(struct peer *p, enum role role, struct msg *m,
		struct cur *body);

/* The four roles' mains. */
int audit_main(void);
int policy_main(void);
int control_main(void);
int ship_main(void);

#endif
