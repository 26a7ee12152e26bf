/* SPDX-License-Identifier: Apache-2.0 */
/* impostor.c - see impostor.h. */
#include "pkg/audit/impostor.h"

#include <string.h>

#include "lib/auto.h"
#include "pkg/audit/record.h"

static bool was_told(const struct impostors *all, uint32_t ses)
{
	for (size_t i = 0; i < all->told_count; i++)
		if (all->told[i] == ses)
			return true;
	return false;
}

void impostor_told(struct impostors *all, uint32_t ses)
{
	all->told[all->told_next] = ses;
	all->told_next = (all->told_next + 1) % IMPOSTORS_TOLD_MAX;
	if (all->told_count < IMPOSTORS_TOLD_MAX)
		all->told_count++;
}

static void impostor_report(struct impostors *all, const struct impostor *p)
{
	if (was_told(all, p->ses))
		return;
	impostor_told(all, p->ses);
	all->reported++;
	all->report(all->ctx, p);
}

static void pending_text(struct impostor *p, const struct event *ev)
{
	static const char *const keys[] = { "pid", "uid", "comm", "exe" };
	AUTO_DONE(buf_done) struct buf text = { 0 };

	buf_init(&text, sizeof(p->text) - 1);
	buf_printf(&text, "ses=%u auid=%u", p->ses, p->auid);
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		struct span value = { 0 };

		/* As the kernel encoded it: quoted or hex, so one word. */
		for (uint32_t i = 0; i < ev->record_count; i++)
			if (!record_is_user(ev->records[i].type) &&
			    record_field(ev->records[i].text, keys[k], &value))
				break;
		if (value.len != 0 && value.len < 256)
			buf_printf(&text, " %s=%.*s", keys[k], SPAN_FMT(value));
	}
	p->text[0] = '\0';
	if (buf_cstr(&text) != NULL)
		memcpy(p->text, text.p, text.len + 1);
}

static struct impostor *pending_find(struct impostors *all, uint32_t ses)
{
	for (size_t i = 0; i < all->pending_count; i++)
		if (all->pending[i].ses == ses)
			return &all->pending[i];
	return NULL;
}

static void pending_drop(struct impostors *all, struct impostor *p)
{
	const struct impostor *last = &all->pending[--all->pending_count];

	if (p != last)
		*p = *last;
}

/* Somebody writes numbers faster than they expire. The oldest goes: it had the
 * longest time to register, and may have. */
static void room_make(struct impostors *all)
{
	struct impostor *oldest = &all->pending[0];

	for (size_t i = 1; i < all->pending_count; i++)
		if (all->pending[i].due_ms < oldest->due_ms)
			oldest = &all->pending[i];
	if (!all->is_known(all->ctx, oldest->ses)) {
		all->dropped++;
		impostor_report(all, oldest);
	}
	pending_drop(all, oldest);
}

static void pending_add(struct impostors *all, const struct event *ev,
			const struct facts *f, uint64_t now_ms)
{
	struct impostor *p;

	if (all->pending_count == IMPOSTORS_PENDING_MAX)
		room_make(all);
	p = &all->pending[all->pending_count++];
	p->ses = f->ses;
	p->auid = f->auid;
	p->due_ms = now_ms + IMPOSTOR_GRACE_MS;
	pending_text(p, ev);
}

bool impostor_check(struct impostors *all, const struct event *ev,
		    const struct facts *f, uint64_t now_ms)
{
	struct impostor *p;

	if (was_told(all, f->ses))
		return true;
	p = pending_find(all, f->ses);
	if (p == NULL && f->login != NULL && !f->has_exec) {
		pending_add(all, ev, f, now_ms);
		return false;
	}
	if (p != NULL && !f->has_exec && p->due_ms > now_ms)
		return false;
	if (p == NULL) {
		/* Its LOGIN was before our time. */
		pending_add(all, ev, f, now_ms);
		p = &all->pending[all->pending_count - 1];
	}
	impostor_report(all, p);
	pending_drop(all, p);
	return true;
}

void impostors_expire(struct impostors *all, uint64_t now_ms)
{
	for (size_t i = 0; i < all->pending_count;) {
		struct impostor *p = &all->pending[i];
		const bool is_legal = all->is_known(all->ctx, p->ses);

		if (!is_legal && p->due_ms > now_ms) {
			i++;
			continue;
		}
		if (!is_legal)
			impostor_report(all, p);
		pending_drop(all, p);
	}
}

int impostors_wait_ms(const struct impostors *all, uint64_t now_ms)
{
	int wait = -1;

	for (size_t i = 0; i < all->pending_count; i++) {
		const uint64_t due = all->pending[i].due_ms;
		const int left = due > now_ms ? (int)(due - now_ms) : 0;

		if (wait < 0 || left < wait)
			wait = left;
	}
	return wait;
}
