/* SPDX-License-Identifier: Apache-2.0 */
/* trust_update_fuzz.c - the whole client over a repository made of the input.
 *
 * A good repository is signed once with fixed-for-the-run keys. The input is a
 * list of edits: which file, where, how many bytes to drop, what to put there;
 * one byte says whether the edited file's "signed" is signed anew, so that
 * mutations get past the signatures. The stored state is edited likewise. What
 * is checked: no name that leaves the repository is ever asked for, a refusal
 * has its sentence, and what is accepted is versioned, signed and not expired.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cur.h"
#include "pkg/trust/make.h"
#include "pkg/trust/signer.h"
#include "pkg/trust/trust.h"

#define NOW   1800000000
#define FILES 12

struct file {
	char name[128];
	struct buf bytes;
	int role; /* -1: a target */
};

struct world {
	struct trust_signer keys[TRUST_ROLE_COUNT];
	struct file files[FILES];
	size_t count;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct file *file_add(struct world *w, const char *name, int role,
			     struct span bytes)
{
	struct file *f = &w->files[w->count++];

	(void)snprintf(f->name, sizeof(f->name), "%s", name);
	buf_init(&f->bytes, 1 << 20);
	buf_span(&f->bytes, bytes);
	f->role = role;
	return f;
}

static void seal(struct world *w, const char *name, enum trust_role role,
		 json_t *doc)
{
	struct buf text;

	buf_init(&text, SIZE_MAX);
	if (trust_sign(doc, &w->keys[role], NULL) < 0 ||
	    json_text(doc, &text) < 0)
		abort();
	(void)file_add(w, name, (int)role, buf_view(&text));
	buf_done(&text);
	json_decref(doc);
}

static void world_root(struct world *w)
{
	struct trust_root_plan plan = { .version = 1, .expires = NOW + 100 };
	json_t *keys[TRUST_ROLE_COUNT];
	json_t *doc = NULL;

	for (size_t i = 0; i < TRUST_ROLE_COUNT; i++) {
		if (trust_signer_generate(&w->keys[i], NULL) < 0)
			abort();
		keys[i] = json_pack("[O]", w->keys[i].object);
		plan.roles[i] = (struct trust_role_plan){ keys[i], 1 };
	}
	for (plan.version = 1; plan.version <= 2; plan.version++) {
		if (trust_make_root(&plan, &doc, NULL) < 0)
			abort();
		seal(w, plan.version == 1 ? "1.root.json" : "2.root.json",
		     TRUST_ROLE_ROOT, doc);
	}
	for (size_t i = 0; i < TRUST_ROLE_COUNT; i++)
		json_decref(keys[i]);
}

/* Lengths and hashes are left out of meta, so that edits get further. */
static void meta_loosen(json_t *doc, const char *name)
{
	json_t *entry = json_object_get(
		json_object_get(json_object_get(doc, "signed"), "meta"), name);

	(void)json_object_del(entry, "length");
	(void)json_object_del(entry, "hashes");
}

/* Let @doc delegate @pattern to @role, whose key is that of targets. */
static void delegate(const struct world *w, json_t *doc, const char *role,
		     const char *pattern)
{
	json_t *keys = json_pack("[O]", w->keys[TRUST_ROLE_TARGETS].object);
	json_t *paths = json_pack("[s]", pattern);
	const struct trust_delegation_plan plan = {
		.role = role,
		.by = { .keys = keys, .threshold = 1 },
		.paths = paths,
		.at = TRUST_PLACE_KEPT,
	};

	if (trust_make_delegation(doc, &plan, NULL) < 0)
		abort();
	json_decref(keys);
	json_decref(paths);
}

/* A targets role that lists one file, and delegates unless @to is NULL. */
static void world_targets(struct world *w, const char *file, const char *target,
			  const char *to, const char *pattern)
{
	json_t *doc = NULL;
	char name[64];

	if (trust_make_targets(1, NOW + 100, &doc, NULL) < 0 ||
	    trust_make_target(doc, target, span_of("{}"), NULL) < 0)
		abort();
	if (to != NULL)
		delegate(w, doc, to, pattern);
	seal(w, file, TRUST_ROLE_TARGETS, doc);
	(void)snprintf(name, sizeof(name), "targets/%s", target);
	(void)file_add(w, name, -1, span_of("{}"));
}

static void world_online(struct world *w)
{
	const struct trust_listed one = { .role = "snapshot", .version = 1 };
	const struct trust_listed listed[] = {
		{ .role = "targets", .version = 1 },
		{ .role = "a", .version = 1 },
		{ .role = "b", .version = 1 },
	};
	json_t *snapshot = NULL, *timestamp = NULL;

	if (trust_make_snapshot(1, NOW + 100, listed, 3, &snapshot, NULL) < 0 ||
	    trust_make_timestamp(1, NOW + 100, NOW - 1, &one, &timestamp,
				 NULL) < 0)
		abort();
	meta_loosen(snapshot, "targets.json");
	meta_loosen(snapshot, "a.json");
	meta_loosen(snapshot, "b.json");
	meta_loosen(timestamp, "snapshot.json");
	seal(w, "timestamp.json", TRUST_ROLE_TIMESTAMP, timestamp);
	seal(w, "snapshot.json", TRUST_ROLE_SNAPSHOT, snapshot);
}

/* targets -> a -> b -> a. */
static struct world *world_make(void)
{
	struct world *w = calloc(1, sizeof(*w));

	if (w == NULL)
		abort();
	world_root(w);
	world_online(w);
	world_targets(w, "targets.json", "node.json", "a", "a/*");
	world_targets(w, "a.json", "a/x", "b", "a/b*");
	world_targets(w, "b.json", "a/b", "a", "*");
	return w;
}

static int world_fetch(void *ctx, const char *name, size_t max, struct buf *out,
		       struct err *e)
{
	const struct world *w = ctx;

	(void)max;
	(void)e;
	if (strstr(name, "..") != NULL || name[0] == '/')
		abort(); /* the client must never ask for such a name */
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->files[i].name, name) == 0) {
			buf_span(out, buf_view(&w->files[i].bytes));
			return 0;
		}
	return -ENOENT;
}

/* Put the role's own signature on what the edit left, if it still parses. */
static void sign_anew(const struct world *w, struct file *f)
{
	json_t *doc = NULL;

	if (f->role < 0 ||
	    json_parse(buf_view(&f->bytes), SIZE_MAX, &doc, NULL) < 0)
		return;
	if (trust_sign(doc, &w->keys[f->role], NULL) == 0) {
		buf_reset(&f->bytes);
		(void)json_text(doc, &f->bytes);
	}
	json_decref(doc);
}

static void edit(struct world *w, struct cur *c)
{
	struct file *f = &w->files[cur_u8(c) % w->count];
	const uint8_t flags = cur_u8(c);
	const size_t at = cur_u16(c), drop = cur_u8(c);
	const struct span put = cur_bytes(c, cur_u8(c));
	struct buf next;

	if (c->failed || at > f->bytes.len)
		return;
	buf_init(&next, 1 << 20);
	buf_put(&next, f->bytes.p, at);
	buf_span(&next, put);
	if (at + drop < f->bytes.len)
		buf_put(&next, f->bytes.p + at + drop,
			f->bytes.len - at - drop);
	buf_done(&f->bytes);
	f->bytes = next;
	if (flags & 1)
		sign_anew(w, f);
}

static void update_twice(struct world *w, const struct buf *pinned)
{
	const struct trust_source source = { .fetch = world_fetch, .ctx = w };
	struct trust_memory stored = { 0 };
	const struct trust_store store = trust_memory_store(&stored);
	const struct trust_config config = {
		.pinned = buf_view(pinned),
		.store = &store,
		.source = &source,
		.now = NOW,
		.uses_issued = true,
	};

	(void)trust_memory_put(&stored, "timestamp.json",
			       buf_view(&w->files[2].bytes));
	(void)trust_memory_put(&stored, "snapshot.json",
			       buf_view(&w->files[3].bytes));
	for (int i = 0; i < 2; i++) {
		struct trust_result result = { 0 };
		struct err e = { 0 };
		const int r = trust_update(&config, &result, &e);

		if (r > 0 || (r < 0 && e.code != -r))
			abort();
		for (size_t k = 0; r == 0 && k < result.target_count; k++)
			if (result.targets[k].speaker >= result.speaker_count)
				abort();
		if (r == 0 && (result.root_version == 0 ||
			       result.speakers[0].signer_count == 0 ||
			       result.expires <= NOW))
			abort();
		trust_result_done(&result);
	}
	trust_memory_done(&stored);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world *good;
	struct cur c = cur_of((struct span){ (const char *)data, size });
	struct world w;

	if (good == NULL)
		good = world_make();
	w = *good;
	for (size_t i = 0; i < w.count; i++) {
		buf_init(&w.files[i].bytes, 1 << 20);
		buf_span(&w.files[i].bytes, buf_view(&good->files[i].bytes));
	}
	for (int i = 0; i < 8 && c.rest.len != 0 && !c.failed; i++)
		edit(&w, &c);
	update_twice(&w, &good->files[0].bytes);
	for (size_t i = 0; i < w.count; i++)
		buf_done(&w.files[i].bytes);
	return 0;
}
