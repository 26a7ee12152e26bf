/* SPDX-License-Identifier: Apache-2.0 */
/* budget.c - see budget.h. */
#include "pkg/audit/budget.h"

#include <errno.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/compat.h"
#include "lib/json.h"
#include "pkg/audit/ledger.h"
#include "pkg/audit/record.h"
#include "pkg/audit/types.h"

#define ROWS	    (LEDGER_SERVICES_MAX + 2)
#define RIGHT_MAX   31
#define TEXT_MAX    32768 /* of a statement */
#define FAR_SECONDS 2	  /* on end */

/* The candidate of a majority vote: who made most of the denials, if anybody
 * made more than half of them. */
struct vote {
	uint32_t who, lead;
};

/* Denials of one right on one object. */
struct detail_row {
	uint64_t hash; /* of the whole object */
	uint32_t count;
	char right[RIGHT_MAX + 1];
	char object[BUDGET_OBJECT_MAX + 1];
	bool is_cut;
};

/* What is kept of a service only while it is over its budget. */
struct detail {
	char service[LEDGER_NAME_MAX + 1];
	uint64_t first_ms, last_ms; /* the kernel's stamps */
	size_t count;
	uint32_t rest; /* denials in no row */
	struct detail_row rows[BUDGET_ROWS_MAX];
};

struct service {
	uint64_t second;
	uint32_t count, suppressed;
	uint32_t far_seconds;
	uint32_t auid;
	uint16_t type;
	struct vote ses, pid;
	struct detail *detail; /* owned; NULL: within the budget */
};

struct budget {
	assemble_fn *own;
	budget_far_fn *far;
	void *ctx;
	struct budget_limits limits;
	size_t count; /* rows that were ever used */
	struct service services[LEDGER_ROWS_MAX];
};

int budget_new(assemble_fn *own, budget_far_fn *far, void *ctx,
	       struct budget **ret)
{
	struct budget *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return -ENOMEM;
	b->own = own;
	b->far = far;
	b->ctx = ctx;
	b->limits = (struct budget_limits){ BUDGET_DENIALS, BUDGET_FAR };
	*ret = b;
	return 0;
}

void budget_free(struct budget *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < b->count; i++)
		free(b->services[i].detail);
	free(b);
}

void budget_set(struct budget *b, const struct budget_limits *limits)
{
	b->limits = *limits;
}

/* ---- what was denied ------------------------------------------------------
 */

/* A denial in two words: "read_file" and "/etc/shadow". */
struct words {
	struct span right, object;
	char number[16];
	struct buf call;
};

static void words_done(struct words *w)
{
	buf_done(&w->call);
}

static void words_make(const struct event_denial *d, struct words *w)
{
	*w = (struct words){ .right = d->right, .object = span_of(d->path) };
	buf_init(&w->call, 64);
	if (d->kind == DENIED_NET) {
		(void)snprintf(w->number, sizeof(w->number), "port %u",
			       d->port);
		w->object = span_of(w->number);
	}
	if (d->kind != DENIED_SYSCALL &&
	    (d->kind != DENIED_INFERRED || d->right.len != 0))
		return;
	w->right = span_of("syscall");
	if (!audit_syscall_print(d->arch, d->syscall, &w->call))
		buf_printf(&w->call, "%d", d->syscall);
	w->object = buf_view(&w->call);
}

static uint64_t hash_of(const struct words *w)
{
	uint64_t h = 14695981039346656037U; /* FNV-1a */

	for (size_t i = 0; i < w->right.len; i++)
		h = (h ^ (uint8_t)w->right.p[i]) * 1099511628211U;
	h *= 1099511628211U;
	for (size_t i = 0; i < w->object.len; i++)
		h = (h ^ (uint8_t)w->object.p[i]) * 1099511628211U;
	return h;
}

static bool text_keep(char *to, size_t max, struct span text)
{
	const size_t len = text.len < max ? text.len : max;

	if (len != 0)
		memcpy(to, text.p, len);
	to[len] = '\0';
	return len < text.len;
}

/* As much of @text as text_keep() keeps. */
static bool text_is_kept(const char *kept, size_t max, struct span text)
{
	text.len = text.len < max ? text.len : max;
	return span_eq_str(text, kept);
}

/* The hash alone would let a service hide a denial in the row of another, whose
 * object it chose for its hash. */
static bool row_is(const struct detail_row *row, uint64_t hash,
		   const struct words *w)
{
	return row->hash == hash &&
	       text_is_kept(row->right, RIGHT_MAX, w->right) &&
	       text_is_kept(row->object, BUDGET_OBJECT_MAX, w->object);
}

static void detail_count(struct detail *d, const struct words *w)
{
	const uint64_t hash = hash_of(w);
	struct detail_row *row;

	for (size_t i = 0; i < d->count; i++)
		if (row_is(&d->rows[i], hash, w)) {
			d->rows[i].count++;
			return;
		}
	if (d->count == BUDGET_ROWS_MAX) {
		d->rest++;
		return;
	}
	row = &d->rows[d->count++];
	*row = (struct detail_row){ .hash = hash, .count = 1 };
	(void)text_keep(row->right, RIGHT_MAX, w->right);
	row->is_cut = text_keep(row->object, BUDGET_OBJECT_MAX, w->object);
}

/* ---- the end of a second --------------------------------------------------
 */

static void row_write(const struct detail_row *row, size_t number,
		      struct buf *out)
{
	AUTO_DONE(buf_done) struct buf words = { 0 };

	buf_init(&words, RIGHT_MAX + BUDGET_OBJECT_MAX + 32);
	buf_printf(&words, "%u %s", row->count, row->right);
	if (row->object[0] != '\0')
		buf_printf(&words, " %s%s", row->object,
			   row->is_cut ? "..." : "");
	buf_printf(out, " denied%zu=", number);
	json_quote(out, buf_view(&words));
}

static void suppressed_tell(struct budget *b, const struct service *s,
			    uint64_t real_ms)
{
	const struct detail *d = s->detail;
	AUTO_DONE(buf_done) struct buf text = { 0 };
	struct event ev = { .kind = EVENT_OWN,
			    .time_ms = real_ms,
			    .action = span_of("audit.suppressed"),
			    .service = span_of(d->service),
			    .ses = UINT32_MAX,
			    .auid = UINT32_MAX };

	buf_init(&text, TEXT_MAX);
	buf_printf(
		&text,
		"service=%s count=%u whole=%u rows=%zu rest=%u first_ms=%llu "
		"last_ms=%llu",
		d->service[0] != '\0' ? d->service : "-", s->suppressed,
		s->count - s->suppressed, d->count, d->rest,
		(unsigned long long)d->first_ms,
		(unsigned long long)d->last_ms);
	for (size_t i = 0; i < d->count; i++)
		row_write(&d->rows[i], i + 1, &text);
	ev.text = buf_view(&text);
	b->own(b->ctx, &ev);
}

/* A process alone made them when nearly all votes are its own. */
static bool is_alone(const struct service *s)
{
	return s->pid.lead >= s->count / 2;
}

static void far_check(struct budget *b, struct service *s)
{
	const struct budget_far far = {
		.service = span_of(s->detail != NULL ? s->detail->service : ""),
		.ses = s->ses.who,
		.auid = s->auid,
		.pid = is_alone(s) ? (int32_t)s->pid.who : 0,
		.type = s->type,
		.count = s->count,
	};

	if (b->limits.far == 0 ||
	    s->count / b->limits.far < b->limits.denials) {
		s->far_seconds = 0;
		return;
	}
	if (++s->far_seconds >= FAR_SECONDS)
		b->far(b->ctx, &far);
}

static void second_end(struct budget *b, struct service *s, uint64_t second,
		       uint64_t real_ms)
{
	if (s->count != 0)
		far_check(b, s);
	if (second != s->second + 1)
		s->far_seconds = 0;
	if (s->suppressed != 0)
		suppressed_tell(b, s, real_ms);
	free(s->detail);
	s->detail = NULL;
	s->second = second;
	s->count = s->suppressed = 0;
	s->ses = s->pid = (struct vote){ 0 };
}

/* ---- one denial -----------------------------------------------------------
 */

static void vote_cast(struct vote *v, uint32_t who)
{
	if (v->lead == 0)
		v->who = who;
	if (v->who == who)
		v->lead++;
	else
		v->lead--;
}

/* The record that says so, and who was denied. */
static void votes_cast(struct service *s, const struct event *ev)
{
	static const uint16_t types[] = { AUDIT_LANDLOCK_ACCESS, AUDIT_SECCOMP,
					  AUDIT_AVC, AUDIT_SYSCALL };
	uint32_t pid = 0;

	s->type = 0;
	for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++)
		for (uint32_t i = 0; i < ev->record_count && s->type == 0; i++)
			if (ev->records[i].type == types[t])
				s->type = types[t];
	for (uint32_t i = 0; i < ev->record_count && pid == 0; i++)
		if (ev->records[i].type != AUDIT_LANDLOCK_DOMAIN)
			(void)record_u32(ev->records[i].text, "pid", &pid);
	s->auid = ev->auid;
	vote_cast(&s->ses, ev->ses);
	vote_cast(&s->pid, pid);
}

static struct detail *detail_new(const struct event *ev)
{
	struct detail *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	(void)text_keep(d->service, LEDGER_NAME_MAX, ev->service);
	d->first_ms = ev->time_ms;
	return d;
}

bool budget_take(struct budget *b, size_t row, const struct event *ev,
		 const struct event_denial *d, uint64_t now_ms,
		 uint64_t real_ms)
{
	const uint64_t second = now_ms / 1000;
	struct service *s = &b->services[row];
	AUTO_DONE(words_done) struct words w = { 0 };

	if (row >= b->count)
		b->count = row + 1;
	if (second != s->second)
		second_end(b, s, second, real_ms);
	s->count++;
	votes_cast(s, ev);
	if (s->count <= b->limits.denials)
		return true;
	if (s->detail == NULL)
		s->detail = detail_new(ev);
	if (s->detail == NULL)
		return true;
	words_make(d, &w);
	s->suppressed++;
	s->detail->last_ms = ev->time_ms;
	detail_count(s->detail, &w);
	return false;
}

void budget_tick(struct budget *b, uint64_t now_ms, uint64_t real_ms)
{
	const uint64_t second = now_ms / 1000;

	for (size_t i = 0; i < b->count; i++)
		if (b->services[i].count != 0 &&
		    b->services[i].second != second)
			second_end(b, &b->services[i], second, real_ms);
}

void budget_flush(struct budget *b, uint64_t real_ms)
{
	for (size_t i = 0; i < b->count; i++)
		second_end(b, &b->services[i], UINT64_MAX, real_ms);
}
