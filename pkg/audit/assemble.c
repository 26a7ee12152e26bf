/* SPDX-License-Identifier: Apache-2.0 */
/* assemble.c - see assemble.h. */
#include "pkg/audit/assemble.h"

#include <errno.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/compat.h"
#include "lib/num.h"

#include "pkg/audit/types.h"

#define RECENT_MAX   4096  /* stamps of events that left without their EOE */
#define SERIALS_KEPT 8192  /* how far out of order serials are waited for */
#define KEEP_BYTES   16384 /* memory an idle slot may keep */

/* An event that awaits more records. */
struct slot {
	uint64_t time_ms;
	uint32_t serial;
	uint64_t last_ms; /* when its last record came */
	bool has_call;	  /* a SYSCALL or URINGOP record is there */
	bool is_cut;
	uint32_t cut_count;
	uint32_t count;
	struct {
		uint16_t type;
		uint32_t at, len; /* in text */
	} records[EVENT_RECORDS_MAX];
	struct buf text;
};

struct stamp {
	uint64_t time_ms;
	uint32_t serial;
};

/* Which of the latest SERIALS_KEPT serials were seen; u32 arithmetic, so that
 * the wrap is nothing special. */
struct serials {
	bool has_any;
	uint32_t newest;
	uint32_t known; /* serials behind newest that are accounted for */
	unsigned char seen[SERIALS_KEPT / 8];
};

struct assembler {
	assemble_fn *emit;
	void *ctx;
	struct slot *slots;
	struct slot *open[ASSEMBLE_OPEN_MAX]; /* oldest first */
	size_t open_count;
	struct slot *idle[ASSEMBLE_OPEN_MAX];
	size_t idle_count;
	size_t bytes;			 /* of text in the open ones */
	struct stamp recent[RECENT_MAX]; /* by serial; time 0: none */
	struct serials serials;
	struct assemble_counters counters;
	struct event event; /* what emit is given */
};

int assembler_new(assemble_fn *emit, void *ctx, struct assembler **ret)
{
	struct assembler *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return -ENOMEM;
	a->slots = calloc(ASSEMBLE_OPEN_MAX, sizeof(*a->slots));
	if (a->slots == NULL) {
		free(a);
		return -ENOMEM;
	}
	a->emit = emit;
	a->ctx = ctx;
	for (size_t i = 0; i < ASSEMBLE_OPEN_MAX; i++) {
		buf_init(&a->slots[i].text, ASSEMBLE_TEXT_MAX);
		a->idle[a->idle_count++] = &a->slots[i];
	}
	*ret = a;
	return 0;
}

void assembler_free(struct assembler *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < ASSEMBLE_OPEN_MAX; i++)
		buf_done(&a->slots[i].text);
	free(a->slots);
	free(a);
}

const struct assemble_counters *assemble_counted(const struct assembler *a)
{
	return &a->counters;
}

/* ---- what an event lacks --------------------------------------------------
 */

static bool is_call(uint16_t type)
{
	return type == AUDIT_SYSCALL || type == AUDIT_URINGOP;
}

/* Records that the kernel only writes beside a SYSCALL or URINGOP. */
static bool wants_call(uint16_t type)
{
	switch (type) {
	case AUDIT_PATH:
	case AUDIT_IPC:
	case AUDIT_SOCKETCALL:
	case AUDIT_SOCKADDR:
	case AUDIT_CWD:
	case AUDIT_EXECVE:
	case AUDIT_IPC_SET_PERM:
	case AUDIT_MQ_OPEN:
	case AUDIT_MQ_SENDRECV:
	case AUDIT_MQ_NOTIFY:
	case AUDIT_MQ_GETSETATTR:
	case AUDIT_FD_PAIR:
	case AUDIT_OBJ_PID:
	case AUDIT_BPRM_FCAPS:
	case AUDIT_CAPSET:
	case AUDIT_MMAP:
	case AUDIT_PROCTITLE:
	case AUDIT_KERN_MODULE:
	case AUDIT_TIME_INJOFFSET:
	case AUDIT_TIME_ADJNTPVAL:
	case AUDIT_OPENAT2:
		return true;
	default:
		return false;
	}
}

/* Counts the arguments of EXECVE records: "a1=", or, when it was too long for
 * one record, "a1_len=" and then "a1[0]=", "a1[1]=" and so on, each chunk in
 * the order of its bytes (kernel/auditsc.c, audit_log_execve_info()). */
struct arguments {
	uint32_t argc; /* 0: not said */
	uint32_t have;
	/* Of the split argument that is being counted. */
	uint64_t chunk, len, len_want;
};

/* "a12", "a12_len" or "a12[3]". @ret_tail: what follows the number. */
static bool argument_key(struct span key, struct span *ret_tail)
{
	size_t i = 1;

	if (key.len < 2 || key.p[0] != 'a')
		return false;
	while (i < key.len && key.p[i] >= '0' && key.p[i] <= '9')
		i++;
	*ret_tail = (struct span){ key.p + i, key.len - i };
	return i > 1;
}

/* Characters of a value without its quotes: what "a1_len=" counts. */
static size_t argument_len(struct span value)
{
	const bool is_quoted = value.len >= 2 && value.p[0] == '"';

	return is_quoted ? value.len - 2 : value.len;
}

/* One more chunk: the argument is here once none is missing in between and they
 * are as long as was said. */
static void chunk_count(struct arguments *args, struct span tail,
			struct span value)
{
	const struct span digits = { tail.p + 1,
				     tail.len > 1 ? tail.len - 2 : 0 };
	uint64_t chunk;

	if (num_parse_u64(digits, 0, UINT32_MAX, &chunk) < 0 ||
	    chunk != args->chunk || args->len >= args->len_want)
		return;
	args->chunk++;
	args->len += argument_len(value);
	args->have += args->len >= args->len_want;
}

static void arguments_count(struct arguments *args, struct span text)
{
	struct span key, value, tail;

	while (record_next(&text, &key, &value)) {
		if (span_eq_str(key, "argc")) {
			(void)num_parse_u32(value, 0, UINT32_MAX, &args->argc);
		} else if (!argument_key(key, &tail)) {
			continue;
		} else if (tail.len == 0) {
			args->have++;
		} else if (span_eq_str(tail, "_len")) {
			args->chunk = args->len = args->len_want = 0;
			(void)num_parse_u64(value, 0, UINT32_MAX,
					    &args->len_want);
		} else if (tail.p[0] == '[') {
			chunk_count(args, tail, value);
		}
	}
}

/* What is asked of a SYSCALL record, found in one pass. */
struct call {
	struct span arch, number, success, items;
};

static struct span *call_member(struct call *call, struct span key)
{
	if (key.len == 4)
		return memcmp(key.p, "arch", 4) == 0 ? &call->arch : NULL;
	if (key.len == 5)
		return memcmp(key.p, "items", 5) == 0 ? &call->items : NULL;
	if (key.len != 7)
		return NULL;
	if (memcmp(key.p, "syscall", 7) == 0)
		return &call->number;
	return memcmp(key.p, "success", 7) == 0 ? &call->success : NULL;
}

static struct call call_of(struct span text)
{
	struct call call = { 0 };
	struct span key, value;
	unsigned found = 0;

	while (found < 4 && record_next(&text, &key, &value)) {
		struct span *const to = call_member(&call, key);

		if (to == NULL || to->p != NULL)
			continue;
		*to = value;
		found++;
	}
	return call;
}

/* "" when no table knows it. */
static const char *name_of(const struct call *call)
{
	const char *name = NULL;
	uint64_t arch;
	int64_t nr;

	if (num_parse_hex(call->arch, &arch) == 0 &&
	    num_parse_i64(call->number, 0, INT32_MAX, &nr) == 0)
		name = syscall_name((uint32_t)arch, (int32_t)nr);
	return name != NULL ? name : "";
}

/* mq_open and mq_unlink count a parent in items= whose record stays hidden
 * (kernel/audit.c, AUDIT_INODE_HIDDEN). */
static bool hides_a_path(const struct call *call)
{
	return strncmp(name_of(call), "mq_", 3) == 0;
}

/* A program was executed: then there are EXECVE records, the first with argc=
 * (kernel/auditsc.c, audit_log_execve_info()). */
static bool has_executed(const struct call *call)
{
	return span_eq_str(call->success, "yes") &&
	       strncmp(name_of(call), "execve", 6) == 0;
}

void assemble_judge(struct event *ev)
{
	struct arguments args = { 0 };
	struct event_part paths = { 0 };
	bool has_call = false, is_wanted = false;
	struct call call = { 0 };

	for (uint32_t i = 0; i < ev->record_count; i++) {
		const struct event_record *r = &ev->records[i];
		uint32_t items;

		paths.have += r->type == AUDIT_PATH;
		is_wanted = is_wanted || wants_call(r->type);
		if (r->type == AUDIT_EXECVE)
			arguments_count(&args, r->text);
		if (!is_call(r->type))
			continue;
		has_call = true;
		call = call_of(r->text);
		/* An io_uring operation inside of a call shares its event. */
		if (num_parse_u32(call.items, 0, UINT32_MAX, &items) == 0 &&
		    items > paths.want)
			paths.want = items;
	}
	ev->missing = 0;
	ev->paths = ev->arguments = (struct event_part){ 0 };
	if (paths.have < paths.want && !hides_a_path(&call)) {
		ev->missing |= EVENT_LACKS_PATH;
		ev->paths = paths;
	}
	if (args.have < args.argc || (args.argc == 0 && has_executed(&call))) {
		ev->missing |= EVENT_LACKS_EXECVE;
		ev->arguments = (struct event_part){ args.have, args.argc };
	}
	if (is_wanted && !has_call)
		ev->missing |= EVENT_LACKS_SYSCALL;
}

/* ---- serial numbers -------------------------------------------------------
 */

static bool serial_mark(struct serials *s, uint32_t serial)
{
	unsigned char *byte = &s->seen[serial % SERIALS_KEPT / 8];
	const unsigned char bit = (unsigned char)(1U << (serial % 8));
	const bool was = (*byte & bit) != 0;

	*byte |= bit;
	return was;
}

static bool serial_forget(struct serials *s, uint32_t serial)
{
	unsigned char *byte = &s->seen[serial % SERIALS_KEPT / 8];
	const unsigned char bit = (unsigned char)(1U << (serial % 8));
	const bool was = (*byte & bit) != 0;

	*byte &= (unsigned char)~bit;
	return was;
}

/* Whether the number @behind the newest one was seen. */
static bool serial_seen(const struct serials *s, uint32_t behind)
{
	const uint32_t serial = s->newest - behind;

	return (s->seen[serial % SERIALS_KEPT / 8] >> (serial % 8) & 1) != 0;
}

/* The window jumps clear of everything it held. */
static void serials_jump(struct assembler *a, uint32_t steps)
{
	struct serials *s = &a->serials;

	for (uint32_t i = 0; i <= s->known; i++)
		a->counters.serials_lost += !serial_seen(s, i);
	a->counters.serials_lost += steps - SERIALS_KEPT;
	a->counters.serials_awaited = SERIALS_KEPT - 1;
	memset(s->seen, 0, sizeof(s->seen));
	s->known = SERIALS_KEPT - 1;
}

/* The window moves on by one number. The place of the new one in the ring is
 * that of the number SERIALS_KEPT before it, which now leaves. */
static void serials_step(struct assembler *a, uint32_t serial)
{
	struct serials *s = &a->serials;
	const bool was_seen = serial_forget(s, serial);

	if (s->known < SERIALS_KEPT - 1) {
		s->known++;
	} else if (!was_seen) {
		a->counters.serials_lost++;
		a->counters.serials_awaited--;
	}
}

/* Account for one record's serial; numbers that leave the window unseen are
 * lost. What is older than the window or the first number counts nothing. */
static void serial_note(struct assembler *a, uint32_t serial)
{
	struct serials *s = &a->serials;
	const uint32_t ahead = serial - s->newest;

	if (!s->has_any) {
		s->has_any = true;
		s->newest = serial;
		(void)serial_mark(s, serial);
		return;
	}
	if (ahead == 0)
		return;
	if (ahead > INT32_MAX) {
		if (0 - ahead <= s->known && !serial_mark(s, serial))
			a->counters.serials_awaited--;
		return;
	}
	if (ahead > SERIALS_KEPT) {
		serials_jump(a, ahead);
	} else {
		for (uint32_t i = 1; i <= ahead; i++)
			serials_step(a, s->newest + i);
		a->counters.serials_awaited += ahead - 1;
	}
	s->newest = serial;
	(void)serial_mark(s, serial);
}

/* ---- letting go -----------------------------------------------------------
 */

static void slot_release(struct assembler *a, size_t i)
{
	struct slot *s = a->open[i];

	a->open_count--;
	a->bytes -= s->text.len;
	memmove(&a->open[i], &a->open[i + 1],
		(a->open_count - i) * sizeof(a->open[0]));
	if (s->text.cap > KEEP_BYTES)
		buf_done(&s->text);
	buf_reset(&s->text);
	a->idle[a->idle_count++] = s;
}

static bool is_recent(const struct assembler *a, uint64_t time_ms,
		      uint32_t serial)
{
	const struct stamp *recent = &a->recent[serial % RECENT_MAX];

	return recent->time_ms == time_ms && recent->serial == serial &&
	       time_ms != 0;
}

static void recent_add(struct assembler *a, const struct slot *s)
{
	a->recent[s->serial % RECENT_MAX] =
		(struct stamp){ s->time_ms, s->serial };
}

enum ending {
	ENDING_EOE,
	ENDING_ALONE, /* a record that is an event of its own */
	ENDING_TIMER, /* nothing came for its time, or it was evicted */
};

static struct span record_text(const struct slot *s, uint32_t i)
{
	/* Nothing was written yet when all texts are empty. */
	if (s->text.p == NULL)
		return (struct span){ 0 };
	return (struct span){ s->text.p + s->records[i].at, s->records[i].len };
}

static void event_emit(struct assembler *a, const struct slot *s,
		       enum ending ending)
{
	struct event *ev = &a->event;

	/* All but the records, which are many. */
	memset(ev, 0, offsetof(struct event, records));
	ev->kind = EVENT_AUDIT;
	ev->time_ms = s->time_ms;
	ev->serial = s->serial;
	ev->records_cut = s->cut_count;
	ev->ses = ev->auid = UINT32_MAX;
	ev->record_count = s->count;
	for (uint32_t i = 0; i < s->count; i++)
		ev->records[i] = (struct event_record){ s->records[i].type,
							record_text(s, i) };
	assemble_judge(ev);
	if (s->is_cut)
		ev->missing |= EVENT_CUT;
	if (s->has_call && ending == ENDING_TIMER)
		ev->missing |= EVENT_LACKS_EOE;
	if (!s->has_call && ending == ENDING_EOE)
		ev->missing |= EVENT_LACKS_SYSCALL;
	ev->is_late = is_recent(a, s->time_ms, s->serial);
	a->counters.events++;
	a->counters.partial += ev->missing != 0;
	a->counters.late += ev->is_late;
	a->counters.cut += s->is_cut;
	a->emit(a->ctx, ev);
}

static void slot_finish(struct assembler *a, size_t i, enum ending ending)
{
	const struct slot *s = a->open[i];

	event_emit(a, s, ending);
	if (ending == ENDING_TIMER)
		recent_add(a, s);
	slot_release(a, i);
}

static uint64_t slot_deadline(const struct slot *s)
{
	return s->last_ms + (s->has_call ? ASSEMBLE_OPEN_MS : ASSEMBLE_LONE_MS);
}

void assemble_expire(struct assembler *a, uint64_t now_ms)
{
	for (size_t i = 0; i < a->open_count;)
		if (slot_deadline(a->open[i]) <= now_ms)
			slot_finish(a, i, ENDING_TIMER);
		else
			i++;
}

int assemble_wait_ms(const struct assembler *a, uint64_t now_ms)
{
	int wait = -1;

	for (size_t i = 0; i < a->open_count; i++) {
		const uint64_t due = slot_deadline(a->open[i]);
		const int left = due > now_ms ? (int)(due - now_ms) : 0;

		if (wait < 0 || left < wait)
			wait = left;
	}
	return wait;
}

void assemble_flush(struct assembler *a)
{
	while (a->open_count != 0)
		slot_finish(a, 0, ENDING_TIMER);
}

/* ---- feeding --------------------------------------------------------------
 */

/* Records of a task outside of any system call that audit follows: seccomp
 * runs before the call's audit entry, a dying task after its exit, user
 * messages and kernel threads have no context. What other tasks log from
 * inside a call (LOGIN, CONFIG_CHANGE, AVC, ...) shares the call's event. */
static bool is_alone(const struct record *r)
{
	struct span status;

	switch (r->type) {
	case AUDIT_SECCOMP:
	case AUDIT_ANOM_ABEND:
	case AUDIT_KERNEL:
		return true;
	case AUDIT_LANDLOCK_DOMAIN:
		return record_field(r->text, "status", &status) &&
		       span_eq_str(status, "deallocated");
	default:
		return record_is_user(r->type) ||
		       (r->type >= AUDIT_DAEMON_START &&
			r->type < AUDIT_SYSCALL);
	}
}

static ssize_t slot_find(const struct assembler *a, const struct record *r)
{
	for (size_t i = a->open_count; i > 0; i--)
		if (a->open[i - 1]->serial == r->serial &&
		    a->open[i - 1]->time_ms == r->time_ms)
			return (ssize_t)(i - 1);
	return -1;
}

static void slot_evict(struct assembler *a, size_t i)
{
	a->counters.evicted++;
	slot_finish(a, i, ENDING_TIMER);
}

/* Make room for @len bytes in the slot at @i. Return: where it is then. */
static size_t room_make(struct assembler *a, size_t i, size_t len)
{
	while (a->bytes + len > ASSEMBLE_BYTES_MAX && a->open_count > 1) {
		const size_t oldest = i == 0;

		slot_evict(a, oldest);
		i -= oldest < i;
	}
	return i;
}

static size_t slot_open(struct assembler *a, const struct record *r)
{
	struct slot *s;

	if (a->open_count == ASSEMBLE_OPEN_MAX)
		slot_evict(a, 0);
	s = a->idle[--a->idle_count];
	s->time_ms = r->time_ms;
	s->serial = r->serial;
	s->has_call = false;
	s->is_cut = false;
	s->cut_count = 0;
	s->count = 0;
	a->open[a->open_count++] = s;
	return a->open_count - 1;
}

static int slot_add(struct assembler *a, struct slot *s, const struct record *r)
{
	const size_t at = s->text.len;
	int error;

	if (s->count == EVENT_RECORDS_MAX) {
		s->is_cut = true;
		s->cut_count++;
		return 0;
	}
	buf_span(&s->text, r->text);
	error = buf_error(&s->text);
	if (error < 0) {
		s->text.error = 0;
		s->is_cut = true;
		s->cut_count++;
		return error == -ENOMEM ? error : 0;
	}
	s->records[s->count].type = r->type;
	s->records[s->count].at = (uint32_t)at;
	s->records[s->count].len = (uint32_t)r->text.len;
	s->count++;
	a->bytes += r->text.len;
	return 0;
}

int assemble_feed(struct assembler *a, const struct record *r, uint64_t now_ms)
{
	const ssize_t i = slot_find(a, r);
	const bool is_new = i < 0;
	struct slot *s;
	size_t at;
	int error;

	a->counters.records++;
	serial_note(a, r->serial);
	if (is_new && r->type == AUDIT_EOE &&
	    is_recent(a, r->time_ms, r->serial))
		return 0; /* of an event that left without it, saying so */
	at = room_make(a, is_new ? slot_open(a, r) : (size_t)i, r->text.len);
	s = a->open[at];
	s->last_ms = now_ms;
	/* An event is over without its EOE record, which says nothing; alone it
	 * is kept, since it is all there is. */
	error = r->type == AUDIT_EOE && !is_new ? 0 : slot_add(a, s, r);
	s->has_call = s->has_call || is_call(r->type);
	if (r->type == AUDIT_EOE)
		slot_finish(a, at, ENDING_EOE);
	else if (is_new && is_alone(r))
		slot_finish(a, at, ENDING_ALONE);
	return error;
}
