/* SPDX-License-Identifier: Apache-2.0 */
/* control_role.h - the control process: parses what clients ask and asks the
 * other processes. It touches no file.
 *
 * A client's request is an ask from the moment its handler is called until it
 * is answered: first the supervisor is asked whether this peer may ask at all,
 * then the action of its route runs.
 */
#ifndef CMD_BAILIFFD_CONTROL_ROLE_H
#define CMD_BAILIFFD_CONTROL_ROLE_H

#include "cmd/bailiffd/role.h"
#include "pkg/audit/filter.h"
#include "pkg/control/control.h"

#define ASKS_MAX      128
#define ASK_MS	      10000 /* for an answer of another process */
#define RELOAD_MS     40000 /* a bundle may take 30 seconds to compile */
#define LIMIT_DEFAULT 100
#define LIMIT_MAX     100000

struct control_role;
struct ask;

/* What a route does once its peer is admitted. */
typedef void action_fn(struct control_role *role, struct ask *ask);

enum ask_format {
	FORMAT_JSON,
	FORMAT_TEXT,
	FORMAT_RAW,
	FORMAT_LAUREL
};

struct ask {
	struct control_request *q; /* NULL: the row is free */
	uint32_t id;		   /* of the message that is under way */
	uint16_t awaits;	   /* the type of its answer; 0: none */
	uint64_t deadline_ms;	   /* then nobody waits for it any longer */
	action_fn *action;

	/* the query, copied when the request came */
	struct event_filter filter; /* its service is everybody's */
	char path[4096];	    /* reload */
	char *what;		    /* explain: an action in words; owned */
	bool is_dry_run;
	bool wants_follow, has_from;
	enum ask_format format;
	uint64_t from, limit;

	/* a stream of events */
	bool is_stream, is_blocked; /* queue full: wait for wants_more */
	bool is_searching;	    /* first pass: find where the last begin */
	uint64_t next;		    /* the sequence to ask for */
	uint64_t written;
	uint64_t *ring; /* last matching sequences; owned */
	uint64_t ring_count;

	/* an explanation: the event while the policy process is asked */
	struct buf event_json, raw;
};

/* A listening socket: which one a request came in by. */
struct door {
	struct control_role *role;
	int socket; /* SOCKET_* */
	struct control_server *server;
};

struct control_role {
	struct role_base base;
	struct peer audit, policy;
	struct door doors[2];
	struct source timer; /* followers look for new events */
	uint32_t last_id;
	struct ask asks[ASKS_MAX];
	struct renderer *renderer;
};

/* ---- control_role.c ---- */
/* Send @body to @fd on behalf of @ask and expect @answer. On failure the client
 * is told and the ask is over. */
void ask_send(struct control_role *role, struct ask *ask, int fd, uint16_t type,
	      const struct buf *body, uint16_t answer);
/* The one that waits for this answer; NULL when its client has gone. */
struct ask *ask_find(struct control_role *role, uint32_t id, uint16_t answer);
void ask_reply(struct ask *ask, unsigned status, struct span json);
void ask_fail(struct ask *ask, unsigned status, int code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void ask_free(struct ask *ask);

/* ---- control_query.c ---- */
/* The query and the body of a request, copied: whoever answers later needs
 * them. Return: 0; -EINVAL and others for a sentence that is the client's. */
int ask_read(struct control_request *q, struct ask *ask, struct err *e);

/* ---- control_events.c ---- */
action_fn events_action;
action_fn explain_action;
int answer_events(void *ctx, struct msg *m, struct cur *body);
/* Explanations and shows come from the policy process. */
int answer_text(void *ctx, struct msg *m, struct cur *body);
/* Let the followers look again, and those whose answer never came. */
void events_tick(struct control_role *role);

/* ---- control_metrics.c ---- */
/* The status object as OpenMetrics text. Return: 0; -EBADMSG. */
int metrics_write(struct span status, struct buf *out);

#endif
