/* SPDX-License-Identifier: Apache-2.0 */
/* audit_trail.c - opens the trail and sets a damaged one aside; see
 * audit_role.h.
 */
#include "cmd/bailiffd/audit_role.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/num.h"
#include "pkg/identity/paths.h"
#include "pkg/trail/aside.h"

#define SEGMENTS    8 /* the trail's cap in segments */
#define SEGMENT_MIN 262144
/* Whoever looks for a sequence reads a segment from its beginning. */
#define SEGMENT_MAX 16777216

/* Walk what a predecessor left: where the trail begins, and the newest serial
 * of this boot. Return: 0; -EBADMSG damage in any segment; as open(2). */
static int trail_scan(struct audit_role *role, struct err *e)
{
	struct trail_reader *reader;
	struct trail_frame frame;
	bool is_this_boot = false;

	int r = trail_reader_open(role->fds[AUDIT_FD_TRAIL], 1, &reader, e);

	if (r < 0)
		return r;
	while ((r = trail_read(reader, &frame, e)) == 0) {
		struct event ev;

		if (role->stats.first_seq == 0)
			role->stats.first_seq = frame.seq;
		role->stats.last_seq = frame.seq;
		if (frame.kind != TRAIL_EVENT ||
		    event_decode(frame.bytes, &ev, NULL) < 0) {
			audit_hooks_replay(role, &frame, NULL);
			continue;
		}
		audit_hooks_replay(role, &frame, &ev);
		if (is_this_boot)
			audit_recall(role, &ev);
		if (ev.kind == EVENT_OWN &&
		    span_eq_str(ev.action, "audit.start")) {
			struct span boot;

			is_this_boot = record_field(ev.text, "boot", &boot) &&
				       span_eq_str(boot, role->base.boot);
			role->has_previous = is_this_boot && role->has_previous;
		} else if (ev.kind == EVENT_AUDIT && is_this_boot &&
			   (!role->has_previous ||
			    audit_serial_distance(role->previous_serial,
						  ev.serial) > 0)) {
			role->has_previous = true;
			role->previous_serial = ev.serial;
		}
	}
	trail_reader_close(reader);
	return r == -EAGAIN ? 0 : r;
}

/* What lies there is not a whole trail of ours: not an error of the moment,
 * which the next start would survive. */
static bool is_damage(int r)
{
	return r == -EBADMSG || r == -EACCES || r == -EPERM || r == -ELOOP ||
	       r == -EISDIR || r == -ENXIO;
}

/* ---- what the writer asks back --------------------------------------------
 */

/* What the kernel of this node can enforce is part of what its trail says. */
static void statement_add(void *ctx, struct buf *out)
{
	const struct audit_role *role = ctx;
	struct span tier;

	if (record_field(span_of(role->statement), "tier", &tier))
		buf_printf(out, "tier %.*s\n", SPAN_FMT(tier));
	audit_hooks_statement(ctx, out);
}

/* The newest sequence that every collector took; UINT64_MAX without any. */
static uint64_t taken_by_all(const struct audit_role *role)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < role->taken_count; i++)
		if (role->taken[i] < least)
			least = role->taken[i];
	return least;
}

/* Show what falls to the size cap before a collector took it. */
static void pruning(void *ctx, int dirfd, uint64_t first, uint64_t last)
{
	struct audit_role *role = ctx;
	const uint64_t taken = taken_by_all(role);
	struct trail_reader *reader;
	struct trail_frame frame;

	if (taken >= last ||
	    trail_reader_open(dirfd, taken >= first ? taken + 1 : first,
			      &reader, NULL) < 0)
		return;
	while (trail_read(reader, &frame, NULL) == 0 && frame.seq <= last) {
		struct event ev;

		if (frame.kind == TRAIL_EVENT &&
		    event_decode(frame.bytes, &ev, NULL) == 0)
			audit_hooks_pruned(role, &ev);
	}
	trail_reader_close(reader);
}

static uint64_t segment_bytes(uint64_t bytes_max)
{
	const uint64_t share = bytes_max / SEGMENTS;

	if (share < SEGMENT_MIN)
		return SEGMENT_MIN;
	return share < SEGMENT_MAX ? share : SEGMENT_MAX;
}

/* The words of a policy are the trail's, by number. */
static const enum trail_durability durabilities[] = {
	[POLICY_DURABLE_NONE] = TRAIL_NONE,
	[POLICY_DURABLE_CHECKPOINT] = TRAIL_AT_CHECKPOINT,
	[POLICY_DURABLE_EACH] = TRAIL_EACH,
};

void audit_trail_settings(struct audit_role *role)
{
	struct err e = { 0 };

	role->stats.bytes_max = role->bytes_max;
	trail_limits_set(role->trail, role->bytes_max,
			 segment_bytes(role->bytes_max));
	if (trail_durability_set(role->trail,
				 durabilities[role->settings.durability],
				 &e) < 0)
		log_err(&role->base.log, LOG_LEVEL_ERROR,
			"what was appended is not on the disk", &e);
}

/* ---- opening --------------------------------------------------------------
 */

/* Open the trail and walk it. */
static int trail_take(struct audit_role *role, const struct trail_config *l,
		      uint64_t *recovered, struct err *e)
{
	int r = trail_writer_open(role->fds[AUDIT_FD_TRAIL], l, &role->trail,
				  recovered, e);

	if (r == 0)
		r = trail_scan(role, e);
	if (r < 0) {
		trail_writer_close(role->trail);
		role->trail = NULL;
	}
	return r;
}

/* "bailiff/NODE/BOOT": a host's name may have bytes that no signer's has. The
 * log that follows a damaged one in the same boot is another log: "/FIRST", the
 * sequence it begins with, tells a collector which of them a checkpoint is of.
 */
static void origin_make(const struct audit_role *role, uint64_t first,
			char to[TRAIL_ORIGIN_MAX + 1])
{
	static const char clean[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	char node[NODE_NAME_MAX + 1];
	int len;

	(void)snprintf(node, sizeof(node), "%s", role->base.node);
	for (char *c = node; *c != '\0'; c++)
		if (strchr(clean, *c) == NULL)
			*c = '-';
	len = snprintf(to, TRAIL_ORIGIN_MAX + 1, "bailiff/%s/%s", node,
		       role->base.boot);
	if (first != 0 && len > 0)
		(void)snprintf(to + len, TRAIL_ORIGIN_MAX + 1 - (size_t)len,
			       "/%llu", (unsigned long long)first);
}

/* A damaged trail must not keep the node from being audited: it is set aside
 * up to the damage, if what follows is whole; else all of it, and a new one
 * goes on behind its sequence. */
static int trail_begin_anew(struct audit_role *role, struct trail_config *l,
			    const struct err *why, struct err *e)
{
	uint64_t recovered = 0;
	char name[ASIDE_NAME_MAX], origin[TRAIL_ORIGIN_MAX + 1];
	uint64_t end = ASIDE_ALL;
	int r = trail_whole_from(role->fds[AUDIT_FD_TRAIL], &end, e);

	if (r == 0)
		r = trail_set_aside(role->fds[AUDIT_FD_TRAIL], end,
				    l->segment_max, clock_real_ms(), name,
				    &l->first_seq, e);
	if (r < 0)
		return err_wrap(e, "set the damaged trail aside");
	const uint64_t first = end == ASIDE_ALL ? l->first_seq : end;

	log_line(&role->base.log, LOG_LEVEL_ERROR,
		 end == ASIDE_ALL
			 ? "the trail was damaged: it is kept, a new one begins"
			 : "the trail was damaged: it is kept up to there",
		 LOG_FIELDS(log_text("error", why->text),
			    log_text("kept_in", name),
			    log_u64("first_seq", first)));
	role->has_previous = false;
	role->stats.first_seq = role->stats.last_seq = 0;
	origin_make(role, l->first_seq, origin);
	l->origin = origin; /* of what stays the origin stays too */
	r = trail_take(role, l, &recovered, e);
	l->origin = NULL; /* the writer has a copy */
	if (r == 0)
		audit_own(role, "trail.damaged", "kept_in=%s first_seq=%llu",
			  name, (unsigned long long)first);
	return r;
}

/* A chain of keys that could not go on, or will not be able to. */
static void key_tell(struct audit_role *role)
{
	const struct trail_key_state *state = trail_key_state(role->trail);

	if (state->how >= TRAIL_KEY_MISSING)
		audit_own(role, "trail.key_lost", "how=%s epoch=%llu",
			  trail_key_how_name(state->how),
			  (unsigned long long)state->epoch);
	if (state->how != TRAIL_KEY_NONE && !state->is_kept)
		log_err(&role->base.log, LOG_LEVEL_WARN,
			"a restart of the audit process will begin another chain of keys",
			&state->why_not);
}

static int trail_begin(struct audit_role *role, struct err *e)
{
	char origin[TRAIL_ORIGIN_MAX + 1];
	struct trail_config config = {
		.bytes_max = role->bytes_max,
		.segment_max = segment_bytes(role->bytes_max),
		.durability = durabilities[role->settings.durability],
		.origin = origin,
		.boot = role->base.boot,
		.key_dirfd = role->fds[AUDIT_FD_KEY],
		.statement = statement_add,
		.pruning = pruning,
		.ctx = role,
	};
	uint64_t recovered = 0;
	struct err why = { 0 };
	int r;

	origin_make(role, 0, origin);
	role->stats.bytes_max = role->bytes_max;
	r = trail_take(role, &config, &recovered, &why);
	if (is_damage(r))
		r = trail_begin_anew(role, &config, &why, e);
	else if (r < 0)
		r = err_set(e, -r, "%s", why.text);
	if (r < 0)
		return err_wrap(e, "the trail");
	audit_own(role, "audit.start", "boot=%s recovered_bytes=%llu pid=%d %s",
		  role->base.boot, (unsigned long long)recovered, getpid(),
		  role->statement);
	key_tell(role);
	if (role->stats.first_seq == 0)
		role->stats.first_seq = role->stats.last_seq;
	return 0;
}

/* Segments belong to bailiff's own uid from the first one on: the ship process
 * reads them, and this process too once it is confined. The group is that of
 * the directory with the key. */
int audit_trail_begin(struct audit_role *role, struct err *e)
{
	int r;

	if (setegid(BAILIFF_KEY_GID) < 0 || seteuid(BAILIFF_UID) < 0)
		return err_errno(e, "become uid %u", BAILIFF_UID);
	r = trail_begin(role, e);
	if (seteuid(0) < 0 || setegid(0) < 0)
		return err_errno(e, "become root again");
	return r;
}
