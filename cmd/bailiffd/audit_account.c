/* SPDX-License-Identifier: Apache-2.0 */
/* audit_account.c - see audit_account.h. */
#include "cmd/bailiffd/audit_account.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/bailiffd/audit_role.h"
#include "lib/hex.h"
#include "lib/num.h"
#include "pkg/identity/paths.h"
#include "pkg/trail/checkpoint.h"

/* More frames than fit into the trail's memory, of 100 bytes each at least. */
#define PENDING_MAX 4096
_Static_assert(PENDING_MAX > TRAIL_PENDING_MAX / 100, "every frame has a row");

/* Containers that no policy names share a row, and a budget. */
static size_t row_of(const struct audit_role *role, const struct event *ev)
{
	if (ev->how == HOW_SESSION && ev->auid == AUID_BASE)
		return LEDGER_OTHERS;
	return ledger_find(role->account.ledger, ev->service);
}

#define AWAIT_MS   5000 /* then an overtaken serial does not come any more */
#define GAPS_EVERY 20	/* ticks */

/* ---- what is told of ------------------------------------------------------
 */

/* An own event of one of the parts below; the role's scratch is not touched. */
static void own_take(void *ctx, struct event *ev)
{
	audit_append(ctx, ev);
}

/* Ask for a rule that keeps the kernel from making the records. The supervisor
 * decides; a full channel asks again in a second. */
static void far_take(void *ctx, const struct budget_far *far)
{
	const struct audit_role *role = ctx;
	struct buf body;

	buf_init(&body, 128);
	buf_u32(&body, far->ses);
	buf_u32(&body, far->auid);
	buf_u32(&body, (uint32_t)far->pid);
	buf_u16(&body, far->type);
	buf_u32(&body, far->count);
	buf_blob(&body, far->service);
	(void)role_tell(&role->base, WIRE_EXCLUDE, 0, &body);
	buf_done(&body);
}

static int account_begin(struct audit_role *role, struct err *e)
{
	struct audit_account *a = &role->account;
	int r = ledger_new(&a->ledger);

	if (r == 0)
		r = budget_new(own_take, far_take, role, &a->budget);
	if (r == 0)
		r = reconciler_new(own_take, role, &a->reconciler);
	a->pending = calloc(PENDING_MAX, sizeof(*a->pending));
	a->pruned_told = calloc(LEDGER_ROWS_MAX, sizeof(*a->pruned_told));
	if (r < 0 || a->pending == NULL || a->pruned_told == NULL)
		return err_set(e, ENOMEM, "out of memory");
	return 0;
}

void audit_account_end(struct audit_role *role)
{
	struct audit_account *a = &role->account;

	ledger_free(a->ledger);
	budget_free(a->budget);
	reconciler_free(a->reconciler);
	free(a->pending);
	free(a->pruned_told);
}

/* ---- counting -------------------------------------------------------------
 */

/* Which counts of the ledger this event raises by one, as bits; and how many
 * denials it states. */
static uint16_t counts_of(const struct event *ev,
			  const struct event_denial *denial,
			  uint32_t *ret_suppressed)
{
	unsigned is = 1U << LEDGER_EVENTS;

	if (denial != NULL)
		is |= 1U << LEDGER_DENIED;
	if (ev->missing != 0)
		is |= 1U << LEDGER_PARTIAL;
	if (ev->is_late)
		is |= 1U << LEDGER_LATE;
	if (ev->is_forged)
		is |= 1U << LEDGER_FORGED;
	*ret_suppressed = 0;
	if (ev->kind == EVENT_OWN &&
	    span_eq_str(ev->action, "audit.suppressed"))
		(void)record_u32(ev->text, "count", ret_suppressed);
	return (uint16_t)is;
}

static void counts_add(struct ledger *l, const struct account_pending *p)
{
	for (size_t what = 0; what < LEDGER_COUNTS; what++)
		ledger_add(l, p->row, (enum ledger_count)what,
			   p->is >> what & 1U);
	ledger_add(l, p->row, LEDGER_SUPPRESSED, p->suppressed);
}

/* What was not written was dropped, and what it stated with it. */
static void counts_drop(struct ledger *l, const struct account_pending *p)
{
	for (size_t what = 0; what < LEDGER_COUNTS; what++)
		ledger_take_back(l, p->row, (enum ledger_count)what,
				 p->is >> what & 1U);
	ledger_take_back(l, p->row, LEDGER_SUPPRESSED, p->suppressed);
	ledger_add(l, p->row, LEDGER_DROPPED, 1 + p->suppressed);
}

static void serial_see(struct audit_account *a, uint32_t serial)
{
	if (!a->has_serial || audit_serial_distance(a->last_serial, serial) > 0)
		a->last_serial = serial;
	a->has_serial = true;
}

static bool account_withhold(struct audit_role *role, const struct event *ev,
			     const struct event_denial *denial)
{
	struct audit_account *a = &role->account;
	const uint64_t real_ms = denial != NULL ? clock_real_ms() : 0;

	serial_see(a, ev->serial);
	if (denial == NULL || budget_take(a->budget, row_of(role, ev), ev,
					  denial, role->now_ms, real_ms))
		return false;
	reconcile_event(a->reconciler, ev, RECONCILE_COUNTED, role->now_ms,
			real_ms);
	return true;
}

static void account_appended(struct audit_role *role, const struct event *ev,
			     const struct event_denial *denial, int r)
{
	struct audit_account *a = &role->account;
	struct account_pending p = { .seq = ev->seq };

	p.row = (uint16_t)row_of(role, ev);
	p.is = counts_of(ev, denial, &p.suppressed);
	if (ev->kind == EVENT_AUDIT)
		reconcile_event(a->reconciler, ev,
				r == 0 ? RECONCILE_WHOLE : RECONCILE_DROPPED,
				role->now_ms, clock_real_ms());
	if (r < 0) {
		ledger_add(a->ledger, p.row, LEDGER_DROPPED, 1 + p.suppressed);
		return;
	}
	counts_add(a->ledger, &p);
	if (a->pending_count < PENDING_MAX)
		a->pending[a->pending_count++] = p;
}

static void account_flushed(struct audit_role *role, uint64_t next)
{
	struct audit_account *a = &role->account;

	for (size_t i = 0; i < a->pending_count; i++)
		if (a->pending[i].seq >= next)
			counts_drop(a->ledger, &a->pending[i]);
	a->pending_count = 0;
}

static void account_pruned(struct audit_role *role, const struct event *ev)
{
	ledger_add(role->account.ledger, row_of(role, ev), LEDGER_PRUNED, 1);
}

/* Say what fell to the size cap before a collector took it, by service. */
static void pruned_tell(struct audit_role *role)
{
	struct audit_account *a = &role->account;

	for (size_t i = 0; i < ledger_rows(a->ledger); i++) {
		const struct ledger_row *row = ledger_row(a->ledger, i);
		const uint64_t now = row->counts[LEDGER_PRUNED];

		if (now == a->pruned_told[i])
			continue;
		audit_own(role, "trail.pruned", "service=%s count=%llu",
			  row->name,
			  (unsigned long long)(now - a->pruned_told[i]));
		a->pruned_told[i] = now;
	}
}

/* With the oldest segment went statements of rows that did not change since. */
static void pruned_look(struct audit_role *role)
{
	struct audit_account *a = &role->account;
	const uint64_t untaken = ledger_total(a->ledger)[LEDGER_PRUNED];

	if (trail_pruned(role->trail) == a->segments_seen)
		return;
	a->segments_seen = trail_pruned(role->trail);
	ledger_restate(a->ledger);
	if (untaken == a->untaken_told)
		return;
	a->untaken_told = untaken;
	pruned_tell(role);
}

/* Serials that the kernel gave away and that never came: those that left the
 * assembler's window, and those that were missing throughout AWAIT_MS, however
 * many came and went meanwhile. */
static void gaps_look(struct audit_role *role)
{
	const struct assemble_counters *c = assemble_counted(role->assembler);
	const uint64_t missing = c->serials_lost + c->serials_awaited;
	struct audit_account *a = &role->account;
	uint64_t gaps = c->serials_lost;

	if (missing < a->missing_least)
		a->missing_least = missing;
	if (role->now_ms - a->missing_since_ms >= AWAIT_MS) {
		if (a->missing_least > gaps)
			gaps = a->missing_least;
		a->missing_least = missing;
		a->missing_since_ms = role->now_ms;
	}
	if (gaps <= a->gaps)
		return;
	audit_own(role, "audit.gap", "missing=%llu",
		  (unsigned long long)(gaps - a->gaps));
	a->gaps = gaps;
}

static void account_tick(struct audit_role *role)
{
	const uint64_t real_ms = clock_real_ms();
	const struct budget_limits limits = {
		.denials = (uint32_t)role->settings.budget_denials,
		.far = BUDGET_FAR,
	};

	budget_set(role->account.budget, &limits);
	budget_tick(role->account.budget, role->now_ms, real_ms);
	pruned_look(role);
	if (role->ticks % GAPS_EVERY == 0)
		gaps_look(role);
	reconcile_tick(role->account.reconciler, role->now_ms, real_ms);
}

static void account_end(struct audit_role *role)
{
	const uint64_t real_ms = clock_real_ms();

	budget_flush(role->account.budget, real_ms);
	reconcile_tick(role->account.reconciler, UINT64_MAX, real_ms);
}

void audit_account_lost(struct audit_role *role, uint32_t count)
{
	role->account.kernel_lost += count;
}

/* ---- in the trail ---------------------------------------------------------
 */

static void account_statement(struct audit_role *role, struct buf *out)
{
	const struct audit_account *a = &role->account;

	buf_printf(out, "kernel-lost %llu\nlast-serial %u\n",
		   (unsigned long long)a->kernel_lost, a->last_serial);
	if (a->has_rules) {
		buf_puts(out, "rules ");
		hex_encode(out, (struct span){ (const char *)a->rules,
					       sizeof(a->rules) });
		buf_puts(out, "\n");
	}
	ledger_state(a->ledger, out);
}

static void checkpoint_replay(struct audit_role *role, struct span bytes)
{
	struct audit_account *a = &role->account;
	struct checkpoint c;
	struct span rest, value;
	uint32_t serial;

	if (checkpoint_parse(bytes, &c, NULL) < 0)
		return;
	a->is_this_boot = span_eq_str(c.boot, role->base.boot);
	if (!a->is_this_boot)
		return;
	if (checkpoint_line(&c, "last-serial", &value) &&
	    num_parse_u32(value, 1, UINT32_MAX, &serial) == 0) {
		serial_see(a, serial);
		/* Also of those that were counted and are not in the trail. */
		role->has_previous = true;
		role->previous_serial = a->last_serial;
	}
	if (checkpoint_line(&c, "kernel-lost", &value))
		(void)num_parse_u64(value, 0, UINT64_MAX, &a->kernel_lost);
	for (rest = c.lines; rest.len != 0;) {
		const struct span line = note_line(&rest);

		if (span_starts(line, "service "))
			(void)ledger_restore(a->ledger, line);
	}
}

static void event_replay(struct audit_role *role, const struct event *ev)
{
	struct audit_account *a = &role->account;
	struct account_pending p = { 0 };
	struct span boot, by;
	uint32_t lost;

	if (ev->kind == EVENT_OWN && span_eq_str(ev->action, "audit.start"))
		a->is_this_boot = record_field(ev->text, "boot", &boot) &&
				  span_eq_str(boot, role->base.boot);
	if (!a->is_this_boot)
		return;
	p.row = (uint16_t)row_of(role, ev);
	p.is = counts_of(ev,
			 event_denial(ev, &role->denial) ? &role->denial : NULL,
			 &p.suppressed);
	counts_add(a->ledger, &p);
	if (ev->kind == EVENT_AUDIT) {
		serial_see(a, ev->serial);
		reconcile_replay(a->reconciler, ev);
	} else if (span_eq_str(ev->action, "audit.lost") &&
		   record_field(ev->text, "by", &by) &&
		   span_eq_str(by, "kernel") &&
		   record_u32(ev->text, "count", &lost)) {
		a->kernel_lost += lost;
	}
}

static void account_replay(struct audit_role *role,
			   const struct trail_frame *frame,
			   const struct event *ev)
{
	if (ev != NULL)
		event_replay(role, ev);
	else if (frame->kind == TRAIL_CHECKPOINT)
		checkpoint_replay(role, frame->bytes);
}

/* ---- the supervisor -------------------------------------------------------
 */

int audit_account_rules(void *ctx, struct msg *m, struct cur *body)
{
	struct audit_role *role = ctx;
	const struct span hash = cur_blob(body, RULES_HASH_LEN);

	(void)m;
	if (hash.len != RULES_HASH_LEN)
		return -EPROTO;
	memcpy(role->account.rules, hash.p, RULES_HASH_LEN);
	role->account.has_rules = true;
	return 0;
}

void audit_account_stats(const struct audit_role *role, struct audit_stats *ret)
{
	const uint64_t *total = ledger_total(role->account.ledger);

	ret->gaps = role->gap_serials + role->account.gaps;
	ret->events = total[LEDGER_EVENTS];
	ret->denied = total[LEDGER_DENIED];
	ret->partial = total[LEDGER_PARTIAL];
	ret->late = total[LEDGER_LATE];
	ret->suppressed = total[LEDGER_SUPPRESSED];
	ret->dropped = total[LEDGER_DROPPED];
	ret->untaken = total[LEDGER_PRUNED];
}

void audit_account_tell(struct audit_role *role)
{
	struct audit_account *a = &role->account;
	const size_t all = ledger_rows(a->ledger);
	const size_t count = all < LEDGER_TOLD_MAX ? all : LEDGER_TOLD_MAX;
	struct buf body;

	buf_init(&body, MSG_BODY_MAX);
	ledger_encode(a->ledger, a->next_row, count, &body);
	/* A full channel: the next time is soon. */
	if (role_tell(&role->base, WIRE_LEDGER, 0, &body) == 0)
		a->next_row = (a->next_row + count) % all;
	buf_done(&body);
}

const struct audit_hook audit_account_hook = {
	.name = "account",
	.begin = account_begin,
	.replay = account_replay,
	.withhold = account_withhold,
	.appended = account_appended,
	.flushed = account_flushed,
	.pruned = account_pruned,
	.tick = account_tick,
	.statement = account_statement,
	.end = account_end,
};
