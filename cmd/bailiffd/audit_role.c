/* SPDX-License-Identifier: Apache-2.0 */
/* audit_role.c - the audit process: reads the kernel's stream, assembles and
 * attributes events, appends them to the trail, hands frames to the control
 * process.
 *
 * It never stops reading: what the trail cannot take (a full disk) is counted
 * and dropped, or every audited task of the node would sleep in the kernel's
 * backlog wait.
 *
 * WIRE_START carries the event socket, the trail's directory and the session
 * registry's, and u64: bytes the trail may take.
 */
#include "cmd/bailiffd/role.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/bailiffd/sessions.h"
#include "cmd/bailiffd/stats.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/num.h"
#include "pkg/audit/assemble.h"
#include "pkg/audit/attribute.h"
#include "pkg/audit/event.h"
#include "pkg/audit/source.h"
#include "pkg/identity/paths.h"
#include "pkg/trail/segment.h"
#include "pkg/trail/trail.h"

#define TICK_MS	    50
#define STATS_EVERY 5  /* ticks */
#define SYNC_EVERY  20 /* ticks: what a power cut can take */
#define BATCHES_MAX 64 /* of the socket, before others get their turn */
#define SEGMENTS    8  /* the trail's cap in segments */
#define SEGMENT_MIN 262144
#define READERS_MAX 8
#define SELF_MAX    16 /* events of bailiff's own session in a second */
#define ANSWER_MAX  (MSG_BODY_MAX - 64)

/* A reader that stands where a stream will go on. */
struct reader_slot {
	struct trail_reader *reader; /* NULL: free */
	uint64_t next, used;
};

struct audit_role {
	struct role_base base;
	struct peer control;
	int netlink_fd, trail_fd, sessions_fd;
	struct source netlink, timer;
	uint64_t ticks, now_ms;
	struct audit_source *source;
	struct assembler *assembler;
	struct attributor *attributor;
	struct session_cache *sessions;
	struct trail_writer *trail;
	struct buf frame;
	struct reader_slot readers[READERS_MAX];
	struct audit_stats stats;
	char statement[OWN_TEXT_MAX]; /* which policy was in force then */
	uint64_t dropped_told;	      /* of stats.dropped: those in the trail */
	bool is_dirty;		      /* appended since the last sync */
	/* The newest serial that a predecessor left in the trail, until the
	 * first record above it tells how many are missing. */
	bool has_previous;
	uint32_t previous_serial;
	uint64_t gap_serials;
	/* What bailiff's own processes were denied in this second: without a
	 * limit a denial of this very process would feed itself. */
	uint64_t self_second, self_count, self_muted;
};

/* ---- appending
 * --------------------------------------------------------------- */

static int frame_append(struct audit_role *role, const struct event *ev)
{
	uint64_t seq = 0;
	int r;

	buf_reset(&role->frame);
	r = event_encode(ev, &role->frame);
	if (r == 0)
		r = trail_append(role->trail, buf_view(&role->frame), &seq,
				 NULL);
	if (r < 0) {
		role->stats.dropped++;
		return r;
	}
	role->stats.last_seq = seq;
	role->is_dirty = true;
	return 0;
}

static void event_append(void *ctx, struct event *ev)
{
	static struct event_denial denial; /* large; only its being counts */
	struct audit_role *role = ctx;

	if (frame_append(role, ev) < 0)
		return;
	role->stats.events++;
	role->stats.partial += ev->missing != 0;
	role->stats.denied += event_denial(ev, &denial);
	if (ev->kind == EVENT_OWN && span_eq_str(ev->action, "identity.forged"))
		role->stats.forged++;
}

static void own_event(struct audit_role *role, const char *action,
		      const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void own_event(struct audit_role *role, const char *action,
		      const char *fmt, ...)
{
	char text[OWN_TEXT_MAX];
	struct event ev = { .kind = EVENT_OWN,
			    .time_ms = clock_real_ms(),
			    .ses = UINT32_MAX,
			    .auid = UINT32_MAX };
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ev.action = span_of(action);
	ev.text = span_of(text);
	event_append(role, &ev);
}

/* What was dropped is said as soon as the trail takes something again. */
static void dropped_tell(struct audit_role *role)
{
	const uint64_t dropped = role->stats.dropped;

	if (dropped == role->dropped_told)
		return;
	own_event(role, "trail.dropped", "count=%llu",
		  (unsigned long long)(dropped - role->dropped_told));
	if (role->stats.dropped == dropped)
		role->dropped_told = dropped;
	else
		role->stats.dropped = dropped; /* the statement itself */
}

/* Is this one too many about ourselves? The rest is counted and said once a
 * second (self_tell()). */
static bool self_is_muted(struct audit_role *role, const struct event *ev)
{
	const uint64_t second = role->now_ms / 1000;

	if (ev->how != HOW_SESSION || !span_eq_str(ev->service, "bailiff"))
		return false;
	if (second != role->self_second) {
		role->self_second = second;
		role->self_count = 0;
	}
	if (++role->self_count <= SELF_MAX)
		return false;
	role->self_muted++;
	return true;
}

static void self_tell(struct audit_role *role)
{
	if (role->self_muted == 0 || role->self_second == role->now_ms / 1000)
		return;
	own_event(role, "audit.muted", "service=bailiff count=%llu",
		  (unsigned long long)role->self_muted);
	role->self_muted = 0;
}

/* ---- the kernel's stream
 * -------------------------------------------------------- */

static void assembled(void *ctx, struct event *ev)
{
	struct audit_role *role = ctx;

	attribute_event(role->attributor, ev, role->now_ms, clock_real_ms());
	if (!self_is_muted(role, ev))
		event_append(role, ev);
}

/* The distance between two serials of 32 bits that wrap; negative when @b is
 * the older one. */
static int64_t serial_distance(uint32_t a, uint32_t b)
{
	return (int32_t)(b - a);
}

static void gap_check(struct audit_role *role, uint32_t serial)
{
	const int64_t missing =
		serial_distance(role->previous_serial, serial) - 1;

	if (!role->has_previous || missing < 0)
		return;
	role->has_previous = false;
	role->gap_serials += (uint64_t)missing;
	own_event(role, "audit.gap",
		  "after_serial=%u next_serial=%u missing=%lld",
		  role->previous_serial, serial, (long long)missing);
}

static void record_take(void *ctx, const struct record *r)
{
	struct audit_role *role = ctx;

	gap_check(role, r->serial);
	if (assemble_feed(role->assembler, r, role->now_ms) < 0)
		role->stats.dropped++;
}

static int socket_drain(struct audit_role *role, unsigned batches)
{
	while (batches-- > 0) {
		int n;

		role->now_ms = clock_boot_ms();
		n = audit_source_read(role->source, record_take, role);
		if (n == 0 || n == -EAGAIN)
			return 0;
		if (n < 0)
			return n;
	}
	return 0;
}

static int netlink_ready(struct source *self, uint32_t events)
{
	struct audit_role *role =
		container_of(self, struct audit_role, netlink);

	(void)events;
	return socket_drain(role, BATCHES_MAX);
}

/* The supervisor is gone or said stop: take what the kernel already sent. */
static void drain(void *ctx)
{
	struct audit_role *role = ctx;

	(void)socket_drain(role, BATCHES_MAX * 64);
	assemble_flush(role->assembler);
	attribute_expire(role->attributor, role->now_ms, clock_real_ms());
	own_event(role, "audit.stop", "events=%llu",
		  (unsigned long long)role->stats.events);
	(void)trail_sync(role->trail, NULL);
}

/* ---- the supervisor
 * ------------------------------------------------------------ */

static void stats_send(struct audit_role *role)
{
	const struct assemble_counters *c = assemble_counted(role->assembler);
	struct buf body;

	role->stats.gaps = role->gap_serials + c->serials_lost;
	role->stats.pruned = trail_pruned(role->trail);
	buf_init(&body, 256);
	audit_stats_encode(&role->stats, &body);
	/* A full channel: the next one says the same and more. */
	(void)role_tell(&role->base, WIRE_STATS, 0, &body);
	buf_done(&body);
}

static int tick(struct source *self, uint32_t events)
{
	struct audit_role *role = container_of(self, struct audit_role, timer);
	int r;

	(void)events;
	timer_ack(self->fd);
	/* What waits in the socket is not late: a process that did not run for
	 * a while must not take whole events for partial ones. */
	r = socket_drain(role, BATCHES_MAX);
	if (r < 0)
		return r;
	role->now_ms = clock_boot_ms();
	assemble_expire(role->assembler, role->now_ms);
	attribute_expire(role->attributor, role->now_ms, clock_real_ms());
	dropped_tell(role);
	self_tell(role);
	role->ticks++;
	if (role->ticks % STATS_EVERY == 0)
		stats_send(role);
	if (role->ticks % SYNC_EVERY == 0 && role->is_dirty) {
		role->is_dirty = false;
		(void)trail_sync(role->trail, NULL);
	}
	return 0;
}

static int answer_own_event(void *ctx, struct msg *m, struct cur *body)
{
	struct audit_role *role = ctx;
	AUTO_MEM char *action = span_dup(cur_blob(body, 64));
	AUTO_MEM char *text = span_dup(cur_blob(body, OWN_TEXT_MAX));

	(void)m;
	if (action == NULL || text == NULL)
		return -EPROTO;
	own_event(role, action, "%s", text);
	return 0;
}

static int answer_kernel(void *ctx, struct msg *m, struct cur *body)
{
	(void)m;
	own_event(ctx, "audit.lost", "count=%u by=kernel", cur_u32(body));
	return 0;
}

/* ---- frames for the control process
 * ----------------------------------------------- */

static struct reader_slot *reader_at(struct audit_role *role, uint64_t from)
{
	struct reader_slot *oldest = &role->readers[0];

	for (size_t i = 0; i < READERS_MAX; i++) {
		struct reader_slot *slot = &role->readers[i];

		if (slot->reader != NULL && slot->next == from)
			return slot;
		if (slot->used < oldest->used)
			oldest = slot;
	}
	trail_reader_close(oldest->reader);
	*oldest = (struct reader_slot){ .next = from };
	if (trail_reader_open(role->trail_fd, from, &oldest->reader, NULL) < 0)
		oldest->reader = NULL;
	return oldest;
}

/* Append up to @limit frames. Return: how many. */
static uint32_t frames_append(struct audit_role *role, uint64_t from,
			      uint32_t limit, struct buf *out)
{
	struct reader_slot *slot = reader_at(role, from);
	struct trail_frame frame;
	uint32_t count = 0;

	slot->used = ++role->readers[0].used;
	while (slot->reader != NULL && count < limit) {
		if (trail_read(slot->reader, &frame, NULL) < 0)
			break;
		if (out->len + frame.bytes.len + 12 > ANSWER_MAX) {
			/* Read, not sent: this reader is past it. */
			trail_reader_close(slot->reader);
			*slot = (struct reader_slot){ 0 };
			break;
		}
		buf_u64(out, frame.seq);
		buf_blob(out, frame.bytes);
		slot->next = frame.seq + 1;
		count++;
	}
	return count;
}

static int answer_events(void *ctx, struct msg *m, struct cur *body)
{
	struct audit_role *role = ctx;
	const uint64_t from = cur_u64(body);
	const uint32_t limit = cur_u32(body);
	const uint64_t last = trail_next_seq(role->trail) - 1;
	struct buf frames, answer;
	uint32_t count = 0;
	int r;

	buf_init(&frames, ANSWER_MAX);
	buf_init(&answer, MSG_BODY_MAX);
	if (from <= last)
		count = frames_append(role, from, limit, &frames);
	buf_u64(&answer, last);
	buf_u32(&answer, count);
	buf_span(&answer, buf_view(&frames));
	r = msg_send_buf(role->control.source.fd, WIRE_EVENTS_ARE, m->id,
			 &answer);
	buf_done(&frames);
	buf_done(&answer);
	return r;
}

static const struct msg_op control_ops[] = {
	{ WIRE_EVENTS, 1, 0, answer_events },
};

static int answer_peer(void *ctx, struct msg *m, struct cur *body)
{
	struct audit_role *role = ctx;

	return peer_answer(&role->control, ROLE_CONTROL, m, body);
}

static const struct msg_op supervisor_ops[] = {
	{ WIRE_PEER, 1, 1, answer_peer },
	{ WIRE_OWN_EVENT, 1, 0, answer_own_event },
	{ WIRE_KERNEL, 1, 0, answer_kernel },
};

/* ---- beginning
 * --------------------------------------------------------------------- */

/* Walk what a predecessor left: where the trail begins, and the newest serial
 * of this boot. Return: 0; -EBADMSG damage in any segment; as open(2). */
static int trail_scan(struct audit_role *role, struct err *e)
{
	struct trail_reader *reader;
	struct trail_frame frame;
	bool is_this_boot = false;

	int r = trail_reader_open(role->trail_fd, 1, &reader, e);

	if (r < 0)
		return r;
	while ((r = trail_read(reader, &frame, e)) == 0) {
		struct event ev;

		if (role->stats.first_seq == 0)
			role->stats.first_seq = frame.seq;
		role->stats.last_seq = frame.seq;
		if (event_decode(frame.bytes, &ev, NULL) < 0)
			continue;
		if (ev.kind == EVENT_OWN &&
		    span_eq_str(ev.action, "audit.start")) {
			struct span boot;

			is_this_boot = record_field(ev.text, "boot", &boot) &&
				       span_eq_str(boot, role->base.boot);
			role->has_previous = is_this_boot && role->has_previous;
		} else if (ev.kind == EVENT_AUDIT && is_this_boot &&
			   (!role->has_previous ||
			    serial_distance(role->previous_serial, ev.serial) >
				    0)) {
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

/* Open the trail and walk it. */
static int trail_take(struct audit_role *role, const struct trail_limits *l,
		      uint64_t *recovered, struct err *e)
{
	int r = trail_writer_open(role->trail_fd, l, &role->trail, recovered,
				  e);

	if (r == 0)
		r = trail_scan(role, e);
	if (r < 0) {
		trail_writer_close(role->trail);
		role->trail = NULL;
	}
	return r;
}

/* Move one segment into @aside. What is neither file nor directory was never
 * ours, and Landlock would not let this process move it: it is removed. */
static int segment_set_aside(const struct audit_role *role, uint64_t first,
			     int aside, uint64_t segment_max,
			     uint64_t *ret_next, struct err *e)
{
	uint64_t size;
	char name[SEGMENT_NAME_LEN + 1];
	struct stat st;
	int r;

	segment_name(first, name);
	if (fstatat(role->trail_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_errno(e, "stat %s", name);
	if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
		r = renameat(role->trail_fd, name, aside, name);
	else
		r = unlinkat(role->trail_fd, name, 0);
	if (r < 0)
		return err_errno(e, "move %s away", name);
	size = (uint64_t)st.st_size;
	*ret_next =
		first + 1 +
		(size > segment_max ? size : segment_max) / SEGMENT_HEAD_LEN;
	return 0;
}

/* Move every segment of a damaged trail into a directory @name of its own, for
 * whoever looks into it. What a segment held may be cut off: @l->first_seq
 * becomes a sequence above all that a full one could have held. */
static int trail_set_aside(const struct audit_role *role, const char *name,
			   struct trail_limits *l, struct err *e)
{
	AUTO_MEM uint64_t *list = NULL;
	AUTO_FD aside = -1;
	size_t count;
	int r = segment_list(role->trail_fd, &list, &count, e);

	if (r < 0)
		return r;
	if (mkdirat(role->trail_fd, name, 0700) < 0)
		return err_errno(e, "mkdir %s", name);
	aside = file_open_beneath(role->trail_fd, name, O_RDONLY | O_DIRECTORY,
				  0, e);
	if (aside < 0)
		return aside;
	for (size_t i = 0; i < count && r == 0; i++)
		r = segment_set_aside(role, list[i], aside, l->segment_max,
				      &l->first_seq, e);
	/* Stays unless nothing was moved. */
	(void)unlinkat(role->trail_fd, name, AT_REMOVEDIR);
	return r;
}

/* A damaged trail must not keep the node from being audited: it is set aside
 * whole and a new one goes on behind its sequence. */
static int trail_begin_anew(struct audit_role *role, struct trail_limits *l,
			    const struct err *why, struct err *e)
{
	uint64_t recovered = 0;
	char name[64];
	int r;

	(void)snprintf(name, sizeof(name), "damaged-%llu",
		       (unsigned long long)clock_real_ms());
	r = trail_set_aside(role, name, l, e);
	if (r < 0)
		return err_wrap(e, "set the damaged trail aside");
	log_line(&role->base.log, LOG_LEVEL_ERROR,
		 "the trail was damaged: it is kept, a new one begins",
		 LOG_FIELDS(log_text("error", why->text),
			    log_text("kept_in", name),
			    log_u64("first_seq", l->first_seq)));
	role->has_previous = false;
	role->stats.first_seq = role->stats.last_seq = 0;
	r = trail_take(role, l, &recovered, e);
	if (r == 0)
		own_event(role, "trail.damaged", "kept_in=%s first_seq=%llu",
			  name, (unsigned long long)l->first_seq);
	return r;
}

static int trail_begin(struct audit_role *role, uint64_t bytes_max,
		       struct err *e)
{
	struct trail_limits limits = { .bytes_max = bytes_max,
				       .segment_max = bytes_max / SEGMENTS };
	uint64_t recovered = 0;
	struct err why = { 0 };
	int r;

	if (limits.segment_max < SEGMENT_MIN)
		limits.segment_max = SEGMENT_MIN;
	role->stats.bytes_max = bytes_max;
	r = trail_take(role, &limits, &recovered, &why);
	if (is_damage(r))
		r = trail_begin_anew(role, &limits, &why, e);
	else if (r < 0)
		r = err_set(e, -r, "%s", why.text);
	if (r < 0)
		return err_wrap(e, "the trail");
	own_event(role, "audit.start", "boot=%s recovered_bytes=%llu pid=%d %s",
		  role->base.boot, (unsigned long long)recovered, getpid(),
		  role->statement);
	if (role->stats.first_seq == 0)
		role->stats.first_seq = role->stats.last_seq;
	return 0;
}

/* Segments belong to bailiff's own uid from the first one on: the ship process
 * reads them, and this process too once it is confined. */
static int trail_begin_as_owner(struct audit_role *role, uint64_t bytes_max,
				struct err *e)
{
	int r;

	if (setegid(BAILIFF_UID) < 0 || seteuid(BAILIFF_UID) < 0)
		return err_errno(e, "become uid %u", BAILIFF_UID);
	r = trail_begin(role, bytes_max, e);
	if (seteuid(0) < 0 || setegid(0) < 0)
		return err_errno(e, "become root again");
	return r;
}

/* The first audit process of a daemon becomes the kernel's reader; one that
 * was started again reads on from the socket its predecessor claimed. */
static int source_begin(struct audit_role *role, struct err *e)
{
	int r = audit_source_new(role->netlink_fd, &role->source);

	if (r < 0)
		return err_set(e, -r, "out of memory");
	r = audit_source_claim(role->source, record_take, role, e);
	if (r == -EEXIST)
		return 0;
	return r;
}

static int engine_begin(struct audit_role *role, struct err *e)
{
	struct attribute_lookup lookup;
	int r = session_cache_new(role->sessions_fd, &role->sessions);

	if (r == 0)
		r = assembler_new(assembled, role, &role->assembler);
	session_cache_lookups(role->sessions, &lookup);
	if (r == 0)
		r = attributor_new(&lookup, event_append, role,
				   &role->attributor);
	return r < 0 ? err_set(e, -r, "out of memory") : 0;
}

static int sources_add(struct audit_role *role, struct err *e)
{
	int r;

	role->netlink = (struct source){ role->netlink_fd, "audit netlink",
					 netlink_ready };
	role->timer = (struct source){ timer_open(e), "timer", tick };
	if (role->timer.fd < 0)
		return role->timer.fd;
	r = timer_set(role->timer.fd, TICK_MS, TICK_MS);
	if (r < 0)
		return err_set(e, -r, "set the timer");
	r = loop_add(role->base.loop, &role->netlink, EPOLLIN, e);
	return r < 0 ? r : loop_add(role->base.loop, &role->timer, EPOLLIN, e);
}

static int role_init(struct audit_role *role, struct err *e)
{
	struct span statement;
	uint64_t bytes_max;
	struct cur body;
	struct msg start;
	int r = role_begin(&role->base, ROLE_AUDIT, &start, &body, e);

	if (r < 0)
		return r;
	bytes_max = cur_u64(&body);
	statement = cur_blob(&body, sizeof(role->statement) - 1);
	if (start.nfds != 3 || cur_end(&body) < 0)
		return err_set(e, EPROTO, "unexpected start");
	(void)snprintf(role->statement, sizeof(role->statement), "%.*s",
		       SPAN_FMT(statement));
	role->netlink_fd = msg_fd_take(&start, 0);
	role->trail_fd = msg_fd_take(&start, 1);
	role->sessions_fd = msg_fd_take(&start, 2);
	role->base.ctx = role;
	role->base.orphaned = drain;
	role->base.ops = supervisor_ops;
	role->base.op_count =
		sizeof(supervisor_ops) / sizeof(supervisor_ops[0]);
	role->control =
		(struct peer){ .source = { .fd = -1, .name = "control" },
			       .base = &role->base,
			       .ops = control_ops,
			       .op_count = 1 };
	role->now_ms = clock_boot_ms();
	buf_init(&role->frame, TRAIL_FRAME_MAX);
	r = engine_begin(role, e);
	if (r == 0)
		r = trail_begin_as_owner(role, bytes_max, e);
	if (r == 0)
		r = source_begin(role, e);
	return r < 0 ? r : sources_add(role, e);
}

static void role_end(struct audit_role *role)
{
	for (size_t i = 0; i < READERS_MAX; i++)
		trail_reader_close(role->readers[i].reader);
	trail_writer_close(role->trail);
	attributor_free(role->attributor);
	assembler_free(role->assembler);
	session_cache_free(role->sessions);
	audit_source_free(role->source);
	buf_done(&role->frame);
	fd_drop(&role->netlink_fd);
	fd_drop(&role->trail_fd);
	fd_drop(&role->sessions_fd);
	fd_drop(&role->timer.fd);
	fd_drop(&role->control.source.fd);
	role_done(&role->base);
}

int audit_main(void)
{
	struct audit_role *role = calloc(1, sizeof(*role));
	struct err e = { 0 };
	int code = 111;

	if (role == NULL)
		return code;
	role->netlink_fd = role->trail_fd = role->sessions_fd = -1;
	role->timer.fd = role->control.source.fd = -1;
	if (role_init(role, &e) < 0)
		log_err(&role->base.log, LOG_LEVEL_ERROR, "cannot start", &e);
	else
		code = role_run(&role->base);
	role_end(role);
	free(role);
	return code;
}
