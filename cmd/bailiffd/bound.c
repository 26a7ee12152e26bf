/* SPDX-License-Identifier: Apache-2.0 */
/* bound.c - see bound.h. */
#include "cmd/bailiffd/bound.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/bailiffd/living.h"
#include "cmd/bailiffd/supervisor.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/json.h"
#include "pkg/enforce/receipt.h"
#include "pkg/identity/paths.h"
#include "pkg/policy/artefact.h"

#define RECEIPT_FILE_MAX 262144
#define PARTS_MAX	 4   /* differences in a row's sentence */
#define PART_MAX	 400 /* bytes of each */
/* In a longer answer the rows have their sentence alone, and no paths. */
#define CHANGES_BYTES_MAX (JSON_MAX / 8)

/* ---- receipts --------------------------------------------------------------
 */

void bound_receipt(int receipts_dir, struct bound *b)
{
	struct receipt r;
	char name[16];

	(void)snprintf(name, sizeof(name), "%u", b->session.ses);
	buf_init(&b->receipt, RECEIPT_FILE_MAX);
	if (file_read(receipts_dir, name, RECEIPT_FILE_MAX, &b->receipt, NULL) <
		    0 ||
	    receipt_parse(buf_view(&b->receipt), &r) < 0)
		return;
	b->binding = r.is_applied ? BINDING_APPLIED : BINDING_FAILED;
	b->generation = r.generation;
	b->skipped = r.skipped;
	b->paths = r.paths;
	b->error = r.error;
}

/* ---- what a restart would change --------------------------------------------
 */

/* The artefact of @service in @generation. Return: 0; as file_read(). */
static int artefact_load(const struct supervisor *s, uint64_t generation,
			 const char *service, struct buf *out,
			 struct artefact *ret)
{
	AUTO_FD dir = generation_open(&s->dirs, generation, NULL);
	char path[128];
	int r;

	if (dir < 0)
		return dir;
	(void)snprintf(path, sizeof(path), "services/%s.art", service);
	r = file_read(dir, path, ARTEFACT_MAX, out, NULL);
	return r < 0 ? r : artefact_decode(buf_view(out), ret, NULL);
}

static bool artefact_binds_alike(const struct artefact *a,
				 const struct artefact *b)
{
	return a->flags == b->flags && a->has_landlock == b->has_landlock &&
	       a->handled_fs == b->handled_fs &&
	       a->handled_net == b->handled_net && a->scoped == b->scoped &&
	       span_eq(a->paths, b->paths) && span_eq(a->ports, b->ports) &&
	       a->has_seccomp == b->has_seccomp &&
	       a->seccomp_flags == b->seccomp_flags &&
	       span_eq(a->insns, b->insns) &&
	       memcmp(&a->caps, &b->caps, sizeof(a->caps)) == 0;
}

/* Of a generation that nobody compared: what is not the same is held to be
 * looser than it should be. */
static bool artefacts_differ(const struct supervisor *s,
			     const struct against *against, uint64_t generation,
			     const char *service)
{
	struct artefact old, new;
	struct buf a, b;
	bool alike;

	buf_init(&a, ARTEFACT_MAX);
	buf_init(&b, ARTEFACT_MAX);
	alike = against->is_published &&
		artefact_load(s, generation, service, &a, &old) == 0 &&
		artefact_load(s, against->generation, service, &b, &new) == 0 &&
		artefact_binds_alike(&old, &new);
	buf_done(&a);
	buf_done(&b);
	return !alike;
}

/* Without a receipt nobody knows more than what should have been applied: it
 * is bound by that or by less. */
static void bound_judge(const struct supervisor *s,
			const struct against *against, struct bound *b)
{
	const uint64_t generation = b->binding == BINDING_APPLIED
					    ? b->generation
					    : b->session.generation;
	const struct session *session = &b->session;

	if (session->number == 0 || session->number == SERVICE_NUMBER_SELF ||
	    generation == against->generation)
		return;
	if (restart_find(against->plan, generation, span_of(session->service),
			 &b->entry) < 0) {
		b->differs = b->tightens = artefacts_differ(
			s, against, generation, session->service);
		return;
	}
	if (b->entry == NULL)
		return;
	b->differs = true;
	b->tightens = b->entry->tightens;
	b->is_gone = b->entry->is_gone;
}

/* ---- the registry, walked once ------------------------------------------- */

struct walk {
	const struct supervisor *s;
	const struct against *against;
	struct bounds *bounds;
	struct living living;
};

static struct bound *bound_add(struct bounds *b)
{
	if (b->count == b->room) {
		const size_t room = b->room ? b->room * 2 : 64;
		struct bound *items =
			reallocarray(b->items, room, sizeof(*items));

		if (items == NULL) {
			b->error = -ENOMEM;
			return NULL;
		}
		b->items = items;
		b->room = room;
	}
	return &b->items[b->count++];
}

static void session_take(void *ctx, const struct session *session)
{
	struct walk *w = ctx;
	const int32_t pid = living_pid(&w->living, session);
	struct bound *b;

	if (pid == 0 || (b = bound_add(w->bounds)) == NULL)
		return;
	*b = (struct bound){ .session = *session };
	b->session.pid = pid;
	bound_receipt(w->s->dirs.receipts, b);
	bound_judge(w->s, w->against, b);
}

static int bound_order(const void *a, const void *b)
{
	const struct session *x = &((const struct bound *)a)->session;
	const struct session *y = &((const struct bound *)b)->session;
	const int names = strcmp(x->service, y->service);

	return names != 0 ? names : (x->ses > y->ses) - (x->ses < y->ses);
}

int bounds_read(const struct supervisor *s, const struct against *against,
		struct bounds *ret)
{
	struct bounds b = { 0 };
	struct walk w = { .s = s, .against = against, .bounds = &b };
	int r = session_each(s->dirs.sessions, session_take, &w, NULL);

	living_done(&w.living);
	if (r >= 0)
		r = b.error;
	if (r < 0) {
		bounds_done(&b);
		return r;
	}
	if (b.count != 0)
		qsort(b.items, b.count, sizeof(*b.items), bound_order);
	*ret = b;
	return 0;
}

void bounds_done(struct bounds *b)
{
	for (size_t i = 0; i < b->count; i++)
		buf_done(&b->items[i].receipt);
	free(b->items);
	*b = (struct bounds){ 0 };
}

struct against against_in_force(const struct supervisor *s)
{
	return (struct against){ .generation = s->info.generation,
				 .plan = &s->plan,
				 .is_published = true };
}

/* Insert into an ascending list without repeats; when it is full the smallest
 * goes. */
static void generation_insert(uint64_t *list, size_t *count, size_t max,
			      uint64_t generation)
{
	size_t at = 0;

	while (at < *count && list[at] < generation)
		at++;
	if (at < *count && list[at] == generation)
		return;
	if (*count < max) {
		memmove(&list[at + 1], &list[at],
			(*count - at) * sizeof(*list));
		list[at] = generation;
		(*count)++;
	} else if (at > 0) {
		memmove(&list[0], &list[1], (at - 1) * sizeof(*list));
		list[at - 1] = generation;
	}
}

struct generations {
	uint64_t *list, in_force;
	size_t count, max;
	struct living living;
};

static void generation_note(void *ctx, const struct session *session)
{
	struct generations *g = ctx;

	if (session->number != 0 && session->number != SERVICE_NUMBER_SELF &&
	    session->generation != g->in_force &&
	    living_pid(&g->living, session) != 0)
		generation_insert(g->list, &g->count, g->max,
				  session->generation);
}

size_t bounds_generations(const struct supervisor *s, uint64_t *ret, size_t max)
{
	struct generations g = { .list = ret,
				 .in_force = s->info.generation,
				 .max = max };

	(void)session_each(s->dirs.sessions, generation_note, &g, NULL);
	living_done(&g.living);
	return g.count;
}

/* ---- as JSON ------------------------------------------------------------- */

void bound_paths_write(const struct bound *b, size_t max, struct buf *out)
{
	struct span rest = b->paths;
	const char *sep = "";
	struct buf path;

	buf_puts(out, "[");
	buf_init(&path, ARTEFACT_PATH_MAX);
	while (max-- > 0 && receipt_path_next(&rest, &path)) {
		buf_puts(out, sep);
		json_quote(out, buf_view(&path));
		buf_reset(&path);
		sep = ",";
	}
	buf_done(&path);
	buf_puts(out, "]");
}

/* The members without the braces. */
static void members_write(const struct bound *b, struct buf *out)
{
	static const char *const words[] = { [BINDING_NONE] = "unknown",
					     [BINDING_FAILED] = "failed",
					     [BINDING_APPLIED] = "applied" };
	const struct session *s = &b->session;

	buf_printf(out, "\"ses\":%u,\"service\":", s->ses);
	json_quote(out, span_of(s->service));
	buf_puts(out, ",\"instance\":");
	json_quote(out, span_of(s->instance));
	buf_printf(out,
		   ",\"pid\":%d,\"binding\":\"%s\",\"generation\":", s->pid,
		   words[b->binding]);
	if (b->binding == BINDING_APPLIED)
		buf_printf(out, "%llu", (unsigned long long)b->generation);
	else
		buf_puts(out, "null");
	buf_printf(out,
		   ",\"registered\":%llu,\"bundle\":%llu,\"pending\":%s,"
		   "\"stale\":%s,\"skipped\":%u,\"skipped_paths\":",
		   (unsigned long long)s->generation,
		   (unsigned long long)s->bundle_version,
		   b->tightens ? "true" : "false",
		   b->differs ? "true" : "false", b->skipped);
	bound_paths_write(b, out->len < CHANGES_BYTES_MAX ? SIZE_MAX : 0, out);
	buf_puts(out, ",\"error\":");
	if (b->binding == BINDING_FAILED)
		json_quote(out, b->error);
	else
		buf_puts(out, "null");
}

void bound_write(const struct bound *b, struct buf *out)
{
	buf_puts(out, "{");
	members_write(b, out);
	buf_puts(out, "}");
}

/* A sentence without the name that it begins with: the row names it. */
static struct span without_name(struct span sentence, const char *service)
{
	const size_t len = strlen(service);
	size_t skip = len;

	if (!span_starts(sentence, service) || sentence.len <= len + 1)
		return sentence;
	if (sentence.p[skip] == ':')
		skip++;
	if (sentence.p[skip] != ' ')
		return sentence;
	return (struct span){ sentence.p + skip + 1, sentence.len - skip - 1 };
}

static void parts_write(const struct bound *b, struct buf *out)
{
	struct cur c = cur_of(b->entry->changes);
	uint32_t i = 0;

	for (; i < b->entry->told && i < PARTS_MAX; i++) {
		struct span part = without_name(
			restart_change_next(&c).sentence, b->session.service);
		const bool is_long = part.len > PART_MAX;

		part.len = is_long ? PART_MAX : part.len;
		/* Not in the middle of a character. */
		while (is_long && part.len != 0 &&
		       ((unsigned char)part.p[part.len] & 0xc0) == 0x80)
			part.len--;
		buf_puts(out, i != 0 ? "; " : "");
		buf_span(out, part);
		buf_puts(out, is_long ? " ..." : "");
	}
	if (b->entry->count > i)
		buf_printf(out, "%s%u more",
			   i != 0 ? "; " : "changes: ", b->entry->count - i);
}

static void sentence_write(const struct bound *b, struct buf *out)
{
	const struct session *s = &b->session;
	AUTO_DONE(buf_done) struct buf text;

	buf_init(&text, 8192);
	buf_printf(&text, "restart %s (pid %d, ", s->service, s->pid);
	if (b->binding == BINDING_APPLIED)
		buf_printf(&text, "bound by generation %llu): ",
			   (unsigned long long)b->generation);
	else
		buf_puts(&text, "without a receipt): ");
	if (b->entry != NULL)
		parts_write(b, &text);
	else
		buf_puts(&text, "its policy differs, in what is not known any "
				"more");
	json_quote(out, buf_view(&text));
}

static void changes_write(const struct bound *b, struct buf *out)
{
	struct cur c;

	buf_puts(out, ",\"changes\":[");
	c = b->entry != NULL ? cur_of(b->entry->changes) : cur_of(span_of(""));
	for (uint32_t i = 0; b->entry != NULL && i < b->entry->told; i++) {
		const struct restart_change change = restart_change_next(&c);

		buf_printf(out, "%s{\"layer\":", i != 0 ? "," : "");
		json_quote(out, change.layer);
		buf_printf(out, ",\"change\":\"%s\",\"sentence\":",
			   policy_change_word(change.kind));
		json_quote(out, change.sentence);
		buf_puts(out, "}");
	}
	buf_puts(out, "]");
}

void plan_write(const struct bounds *b, enum plan which, size_t max,
		struct buf *out)
{
	static const char *const names[] = {
		[PLAN_RESTART] = "restart", [PLAN_PENDING] = "pending"
	};
	const char *sep = "";
	size_t omitted = 0;

	buf_printf(out, ",\"%s\":[", names[which]);
	for (size_t i = 0; i < b->count; i++) {
		const struct bound *row = &b->items[i];

		if (!(which == PLAN_PENDING ? row->tightens : row->differs))
			continue;
		if (out->len > max) {
			omitted++;
			continue;
		}
		buf_printf(out, "%s{", sep);
		members_write(row, out);
		if (which == PLAN_RESTART && out->len < CHANGES_BYTES_MAX)
			changes_write(row, out);
		buf_puts(out, ",\"sentence\":");
		sentence_write(row, out);
		buf_puts(out, "}");
		sep = ",";
	}
	buf_printf(out, "],\"%s_omitted\":%zu", names[which], omitted);
}
