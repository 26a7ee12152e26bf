/* SPDX-License-Identifier: Apache-2.0 */
/* restart.c - see restart.h.
 *
 * The form: u32 generations, each: u64 generation, u32 services, each: blob
 * service, u8 flags, u32 count, u32 told, blob changes, each: u8 kind, blob
 * layer, blob sentence.
 */
#include "cmd/bailiffd/restart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/auto.h"

#define GENERATIONS_MAX 64
#define COMPARE_MS	5000 /* of processor time; what is left is not told */
#define LAYER_MAX	32
#define NAME_LEN_MAX	255
#define CHANGES_MAX	(RESTART_TOLD_MAX * (RESTART_SENTENCE_MAX + 64))

/* Above it only the numbers are told: what binds must fit whatever else. */
#define TOLD_BYTES_MAX (RESTART_MAX / 2)

enum {
	FLAG_TIGHTENS = 1U << 0,
	FLAG_GONE = 1U << 1
};

/* ---- writing ---------------------------------------------------------------
 */

struct collect {
	struct buf changes;
	uint32_t count, told;
	uint8_t flags;
	enum policy_unlisted unlisted;
	bool tells;
};

static struct span cut(const char *text, size_t max)
{
	struct span s = span_of(text);

	s.len = s.len > max ? max : s.len;
	return s;
}

static void change_collect(void *ctx, const struct policy_change *change)
{
	struct collect *c = ctx;

	c->count++;
	if (change->kind == POLICY_TIGHTER)
		c->flags |= FLAG_TIGHTENS;
	/* Started anew it would be refused, which is as tight as can be. */
	if (change->kind == POLICY_REMOVED)
		c->flags |= FLAG_GONE |
			    (c->unlisted == POLICY_UNLISTED_DENY ? FLAG_TIGHTENS
								 : 0);
	if (!c->tells || c->told == RESTART_TOLD_MAX)
		return;
	c->told++;
	buf_u8(&c->changes, (uint8_t)change->kind);
	buf_blob(&c->changes, cut(change->layer, LAYER_MAX));
	buf_blob(&c->changes, cut(change->sentence, RESTART_SENTENCE_MAX));
}

/* Return: 1 when an entry was written; 0; -errno. */
static int service_encode(const struct policy *from, const struct policy *to,
			  const char *service, struct buf *out, struct err *e)
{
	struct collect c = { .unlisted = policy_unlisted(to),
			     .tells = out->len < TOLD_BYTES_MAX };
	int r;

	buf_init(&c.changes, CHANGES_MAX);
	r = policy_restart_diff(from, to, span_of(service), change_collect, &c,
				e);
	if (r == 0 && c.count != 0) {
		buf_blob(out, span_of(service));
		buf_u8(out, c.flags);
		buf_u32(out, c.count);
		buf_u32(out, c.told);
		buf_blob(out, buf_view(&c.changes));
		r = buf_error(&c.changes) < 0
			    ? err_set(e, ENOMEM, "out of memory")
			    : 1;
	}
	buf_done(&c.changes);
	return r;
}

static uint64_t used_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Return: 1 when the generation was written; 0 when there was no time for it;
 * -errno. */
static int generation_encode(const struct policy *from, const struct policy *to,
			     uint64_t until_ms, struct buf *out, struct err *e)
{
	struct buf entries;
	uint32_t count = 0;
	int r = 0;

	buf_init(&entries, RESTART_MAX);
	for (size_t i = 0; r >= 0 && i < policy_service_count(from); i++) {
		if (used_ms() > until_ms) {
			buf_done(&entries);
			return 0;
		}
		r = service_encode(from, to, policy_service(from, i)->name,
				   &entries, e);
		count += r > 0;
	}
	buf_u64(out, policy_generation(from));
	buf_u32(out, count);
	buf_span(out, buf_view(&entries));
	if (r >= 0 && buf_error(&entries) < 0)
		r = err_set(e, E2BIG, "the restart plan is too long");
	buf_done(&entries);
	return r < 0 ? r : 1;
}

int restart_encode(struct policy *const *kept, size_t count,
		   const struct policy *to, struct buf *out, struct err *e)
{
	const uint64_t until_ms = used_ms() + COMPARE_MS;
	struct buf body;
	uint32_t written = 0;
	int r = 0;

	buf_init(&body, RESTART_MAX);
	/* The newest first: most sessions are bound by it. */
	for (size_t i = count; r >= 0 && i > 0; i--) {
		r = generation_encode(kept[i - 1], to, until_ms, &body, e);
		written += r > 0;
	}
	buf_u32(out, written);
	buf_span(out, buf_view(&body));
	if (r >= 0 && (buf_error(&body) < 0 || buf_error(out) < 0))
		r = err_set(e, E2BIG, "the restart plan is too long");
	buf_done(&body);
	return r < 0 ? r : 0;
}

/* ---- reading ---------------------------------------------------------------
 */

struct restart_change restart_change_next(struct cur *c)
{
	struct restart_change change;

	change.kind = (enum policy_change_kind)cur_u8(c);
	change.layer = cur_blob(c, LAYER_MAX);
	change.sentence = cur_blob(c, RESTART_SENTENCE_MAX);
	return change;
}

static bool changes_are_whole(const struct restart_entry *entry)
{
	struct cur c = cur_of(entry->changes);

	for (uint32_t i = 0; i < entry->told; i++)
		if (restart_change_next(&c).kind > POLICY_REMOVED)
			return false;
	return cur_end(&c) == 0;
}

static struct restart_entry entry_decode(struct cur *c)
{
	struct restart_entry entry = { 0 };
	uint8_t flags;

	entry.service = cur_blob(c, NAME_LEN_MAX);
	flags = cur_u8(c);
	entry.tightens = (flags & FLAG_TIGHTENS) != 0;
	entry.is_gone = (flags & FLAG_GONE) != 0;
	entry.count = cur_u32(c);
	entry.told = cur_u32(c);
	entry.changes = cur_blob(c, CHANGES_MAX);
	if (entry.told > RESTART_TOLD_MAX || !changes_are_whole(&entry))
		c->failed = true;
	return entry;
}

static void generation_decode(struct cur *c, struct restart_generation *g)
{
	uint32_t count;

	g->generation = cur_u64(c);
	count = cur_u32(c);
	if (c->failed || count > POLICY_SERVICES_MAX) {
		c->failed = true;
		return;
	}
	g->entries = calloc((size_t)count + 1, sizeof(*g->entries));
	c->failed = g->entries == NULL;
	for (; !c->failed && g->count < count; g->count++) {
		const struct restart_entry entry = entry_decode(c);

		if (g->count != 0 && span_cmp(g->entries[g->count - 1].service,
					      entry.service) >= 0)
			c->failed = true;
		g->entries[g->count] = entry;
	}
}

int restart_decode(struct span raw, struct restart *ret, struct err *e)
{
	struct restart r = { 0 };
	struct cur c;
	uint32_t count;

	buf_init(&r.raw, RESTART_MAX);
	buf_span(&r.raw, raw);
	if (buf_error(&r.raw) < 0)
		return err_set(e, ENOMEM, "the restart plan does not fit");
	c = cur_of(buf_view(&r.raw));
	count = cur_u32(&c);
	if (!c.failed && count <= GENERATIONS_MAX)
		r.items = calloc((size_t)count + 1, sizeof(*r.items));
	c.failed = r.items == NULL;
	while (!c.failed && r.count < count)
		generation_decode(&c, &r.items[r.count++]);
	if (cur_end(&c) < 0) {
		restart_done(&r);
		return err_set(e, EBADMSG, "a damaged restart plan");
	}
	*ret = r;
	return 0;
}

void restart_done(struct restart *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->items[i].entries);
	free(r->items);
	buf_done(&r->raw);
	*r = (struct restart){ 0 };
}

static int service_order(const void *key, const void *entry)
{
	return span_cmp(*(const struct span *)key,
			((const struct restart_entry *)entry)->service);
}

int restart_find(const struct restart *r, uint64_t generation,
		 struct span service, const struct restart_entry **ret)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct restart_generation *g = &r->items[i];

		if (g->generation != generation)
			continue;
		*ret = g->count != 0
			       ? bsearch(&service, g->entries, g->count,
					 sizeof(*g->entries), service_order)
			       : NULL;
		return 0;
	}
	return -ENOENT;
}
