/* SPDX-License-Identifier: Apache-2.0 */
/* audit_role.h - the audit process: its one struct, and what its parts do for
 * each other. Nothing outside of audit_*.c includes this.
 *
 *	audit_role.c	begins and ends; what the supervisor says
 *	audit_take.c	the kernel's stream, into attributed events
 *	audit_logins.c	logins in services, to the supervisor
 *	audit_append.c	events into the trail
 *	audit_trail.c	opens the trail, sets a damaged one aside
 *	audit_feed.c	frames for the control process
 *	audit_hook.c	who else looks at every event
 */
#ifndef CMD_BAILIFFD_AUDIT_ROLE_H
#define CMD_BAILIFFD_AUDIT_ROLE_H

#include "cmd/bailiffd/audit_account.h"
#include "cmd/bailiffd/audit_mute.h"
#include "cmd/bailiffd/audit_starts.h"
#include "cmd/bailiffd/role.h"
#include "cmd/bailiffd/sessions.h"
#include "cmd/bailiffd/settings.h"
#include "cmd/bailiffd/stats.h"
#include "pkg/audit/assemble.h"
#include "pkg/audit/attribute.h"
#include "pkg/audit/event.h"
#include "pkg/audit/source.h"
#include "pkg/trail/trail.h"

#define READERS_MAX 8

/* A reader that stands where a stream will go on. */
struct reader_slot {
	struct trail_reader *reader; /* NULL: free */
	uint64_t next, used;
};

struct audit_role {
	struct role_base base;
	struct peer control;
	int fds[AUDIT_FD_COUNT]; /* of WIRE_START; -1: not there */
	struct source netlink, timer;
	uint64_t woken_ms;	/* by the kernel's stream */
	uint64_t ticks, now_ms; /* CLOCK_BOOTTIME, of this turn */
	struct audit_source *source;
	struct assembler *assembler;
	struct attributor *attributor;
	struct session_cache *sessions;
	struct trail_writer *trail;
	struct buf frame;
	struct buf logins; /* a WIRE_LOGINS that is to be sent */
	struct reader_slot readers[READERS_MAX];
	struct audit_stats stats;
	struct policy_audit settings;
	uint64_t bytes_max; /* of the trail */
	/* What each collector took; of which the least is what may go. */
	uint64_t taken[SHIP_COLLECTORS_MAX];
	size_t taken_count;
	char statement[OWN_TEXT_MAX]; /* which policy was in force then */
	uint64_t dropped_told;	      /* of stats.dropped: those in the trail */
	uint64_t lost_seen;	      /* of trail_lost() */
	/* The newest serial that a predecessor left in the trail, until the
	 * first record above it tells how many are missing. */
	bool has_previous;
	uint32_t previous_serial;
	uint64_t gap_serials;
	struct audit_mute mute;
	struct audit_starts starts;
	struct places *places;
	struct exitmap *exits; /* NULL: none */
	uint32_t exit_slots;
	struct audit_account account;
	struct event_denial denial; /* of the event in hand */
};

/* ---- audit_take.c ---- */
/* The assembler, the attributor and what they ask. Return: 0; -ENOMEM. */
int audit_engine_begin(struct audit_role *role, struct err *e);
/* Become the kernel's reader, or go on as a predecessor's. As
 * audit_source_claim(). */
int audit_source_begin(struct audit_role *role, struct err *e);
/* Let a stream of records gather for a moment; a lone event does not wait. */
void audit_gather(struct audit_role *role);
/* Take what waits in the socket, at most @batches. Return: 0; as
 * audit_source_read(). */
int audit_drain(struct audit_role *role, unsigned batches);
/* Before it: remember what an event of this boot, out of the trail, tells. */
void audit_recall(struct audit_role *role, const struct event *ev);
/* Let go what is due. */
void audit_expire(struct audit_role *role);

/* ---- audit_logins.c ---- */
/* Tell the supervisor which sessions logins in services began. */
void audit_logins_tell(struct audit_role *role);

/* ---- audit_append.c ---- */
/* @ctx: the role; an assemble_fn for events that need no attribution. What the
 * trail does not take is counted, and said when it takes something again. */
void audit_append(void *ctx, struct event *ev);
/* As audit_append(). @denial: what it denied, or NULL. */
void audit_append_denial(struct audit_role *role, struct event *ev,
			 const struct event_denial *denial);
/* Append an event of bailiff's own. */
void audit_own(struct audit_role *role, const char *action, const char *fmt,
	       ...) __attribute__((format(printf, 3, 4)));
/* Write what was appended: readers see it, or it is counted as dropped. */
void audit_flush(struct audit_role *role);
void audit_append_tick(struct audit_role *role);

/* ---- audit_trail.c ---- */
/* Open the trail, as the uid that owns it, and append "audit.start". Return: 0;
 * as trail_writer_open(), but damage is set aside. */
int audit_trail_begin(struct audit_role *role, struct err *e);
/* A policy changed them. */
void audit_trail_settings(struct audit_role *role);

/* ---- audit_feed.c ---- */
/* WIRE_EVENTS of the control process. */
int audit_feed(void *ctx, struct msg *m, struct cur *body);
void audit_feed_end(struct audit_role *role);

/* The distance between two serials of 32 bits that wrap; negative when @b is
 * the older one. */
int64_t audit_serial_distance(uint32_t a, uint32_t b);

#endif
