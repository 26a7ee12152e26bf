/* SPDX-License-Identifier: Apache-2.0 */
/* candidate.c - see candidate.h. */
#include "cmd/bailiff-bundle/candidate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/bailiff-bundle/bundle_check.h"
#include "cmd/bailiff-bundle/life.h"
#include "cmd/bailiff-bundle/review.h"
#include "cmd/bailiff-bundle/signing.h"
#include "cmd/bailiff-bundle/speaker.h"
#include "lib/auto.h"
#include "lib/hex.h"
#include "pkg/trust/make.h"
#include "pkg/trust/name.h"
#include "pkg/trust/trust.h"

#define LAYERS_MAX (ROLES_MAX + 4)

/* A file that is to be. */
struct layer {
	char name[REPO_NAME_MAX];
	struct span bytes; /* borrowed */
	bool is_root;
};

/* Which layers the client sees. */
enum seen {
	SEEN_ALL,
	SEEN_ROOT, /* the root alone: the rest is as it was */
	SEEN_REST  /* all but the root */
};

struct candidate {
	struct stage *stage;
	const struct role_view *view; /* whose roles it will have */
	struct layer *layers; /* owned, LAYERS_MAX; in order of writing */
	size_t count;
	struct buf snapshot, timestamp; /* made here */
	uint64_t snapshot_version, timestamp_version;
	enum seen seen;
	struct trust_result result; /* what the client saw */
};

static void candidate_done(struct candidate *c)
{
	free(c->layers);
	buf_done(&c->snapshot);
	buf_done(&c->timestamp);
	trust_result_done(&c->result);
}

static int candidate_init(struct stage *s, const struct role_view *view,
			  struct candidate *ret, struct err *e)
{
	*ret = (struct candidate){
		.stage = s,
		.view = view,
		.layers = calloc(LAYERS_MAX, sizeof(*ret->layers)),
	};
	buf_init(&ret->snapshot, TRUST_SNAPSHOT_MAX);
	buf_init(&ret->timestamp, TRUST_TIMESTAMP_MAX);
	return ret->layers == NULL ? err_set(e, ENOMEM, "out of memory") : 0;
}

/* -- the new files ----------------------------------------------------------
 */

static int layer_add(struct candidate *c, const char *role, uint64_t version,
		     struct span bytes, struct err *e)
{
	struct layer *l = &c->layers[c->count];

	if (c->count == LAYERS_MAX)
		return err_set(e, E2BIG, "more than %d files", LAYERS_MAX);
	l->bytes = bytes;
	l->is_root = strcmp(role, "root") == 0;
	c->count++;
	return repo_published_name(role, version, l->name, e);
}

/* Sign what was made anew, as the root that will be in force has it. */
static int seal(const struct candidate *c, enum trust_role kind,
		json_t *document, const struct option_list *keys,
		struct buf *out, struct err *e)
{
	const struct role *root = role_find(c->view, "root");
	const struct trust_role_keys *const by[] = {
		&root->metadata.root.roles[kind], NULL
	};
	int r = keyring_sign(&c->stage->keyring, keys, by, document, e);

	if (r == -EKEYREJECTED)
		(void)err_wrap(e, "role %s", trust_role_name(kind));
	if (r < 0)
		return r;
	r = json_pretty(document, out);
	return r < 0 ? err_set(e, -r, "%s", strerror(-r)) : 0;
}

static uint64_t version_now(const struct candidate *c, const char *role)
{
	const struct role *now = role_find(&c->stage->roles.now, role);

	return now != NULL ? now->metadata.version : 0;
}

/* What was listed before stays listed, though its role went: nodes take a
 * snapshot that lists less for an attack. */
static size_t listed_before(const struct candidate *c,
			    struct trust_listed *listed, size_t count,
			    json_t *names)
{
	const struct role *old = role_find(&c->stage->roles.now, "snapshot");
	const char *file;
	json_t *entry;

	if (old == NULL)
		return count;
	json_object_foreach((json_t *)(uintptr_t)old->metadata.files, file,
			    entry) {
		const size_t len = strlen(file);
		const char *name;

		if (len < 6 || count == LAYERS_MAX ||
		    json_array_append_new(names, json_stringn(file, len - 5)) <
			    0)
			continue;
		name = json_string_value(
			json_array_get(names, json_array_size(names) - 1));
		if (role_find(c->view, name) == NULL)
			listed[count++] = (struct trust_listed){
				.role = name,
				.entry = entry,
			};
	}
	return count;
}

static int snapshot_make(struct candidate *c, const struct sealing *keys,
			 struct err *e)
{
	AUTO_MEM struct trust_listed *listed =
		calloc(LAYERS_MAX, sizeof(*listed));
	AUTO_JSON *names = json_array();
	AUTO_JSON *document = NULL;
	struct stage *s = c->stage;
	size_t count = 0;
	int r;

	if (listed == NULL || names == NULL)
		return err_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < c->view->count; i++) {
		const struct role *role = c->view->items[i];

		if (role->metadata.role == TRUST_ROLE_TARGETS)
			listed[count++] = (struct trust_listed){
				.role = role->name,
				.bytes = buf_view(&role->bytes),
				.version = role->metadata.version,
			};
	}
	count = listed_before(c, listed, count, names);
	c->snapshot_version = version_now(c, "snapshot") + 1;
	r = trust_make_snapshot(
		c->snapshot_version,
		option_expiry_of(&s->expiry, TRUST_ROLE_SNAPSHOT, s->now),
		listed, count, &document, e);
	return r < 0 ? r
		     : seal(c, TRUST_ROLE_SNAPSHOT, document,
			    &keys->snapshot_keys, &c->snapshot, e);
}

static int timestamp_make(struct candidate *c, const struct sealing *keys,
			  struct span snapshot, struct err *e)
{
	const struct trust_listed listed = {
		.role = "snapshot",
		.bytes = snapshot,
		.version = c->snapshot_version,
	};
	AUTO_JSON *document = NULL;
	struct stage *s = c->stage;
	int r;

	c->timestamp_version = version_now(c, "timestamp") + 1;
	r = trust_make_timestamp(
		c->timestamp_version,
		option_expiry_of(&s->expiry, TRUST_ROLE_TIMESTAMP, s->now),
		s->now, &listed, &document, e);
	return r < 0 ? r
		     : seal(c, TRUST_ROLE_TIMESTAMP, document,
			    &keys->timestamp_keys, &c->timestamp, e);
}

/* -- the client -------------------------------------------------------------
 */

static bool layer_is_seen(const struct candidate *c, const struct layer *l)
{
	return c->seen == SEEN_ALL || l->is_root == (c->seen == SEEN_ROOT);
}

/* The repository as it will be: layers, then staged targets, then what is. */
static int layered_fetch(void *ctx, const char *name, size_t max,
			 struct buf *out, struct err *e)
{
	const struct candidate *c = ctx;
	char staged[REPO_NAME_MAX];
	int r;

	for (size_t i = 0; i < c->count; i++)
		if (layer_is_seen(c, &c->layers[i]) &&
		    strcmp(c->layers[i].name, name) == 0) {
			buf_span(out, c->layers[i].bytes);
			return 0;
		}
	if (strncmp(name, "targets/", 8) == 0) {
		if (snprintf(staged, sizeof(staged), "staged/%s", name) >=
		    (int)sizeof(staged))
			return err_set(e, ENAMETOOLONG, "too long a name");
		r = repo_read(&c->stage->repo, staged, max, out, e);
		if (r != -ENOENT)
			return r;
	}
	return repo_read(&c->stage->repo, name, max, out, e);
}

/* A node that begins with root @pinned and has @stored. */
static int client_run(struct candidate *c, struct span pinned,
		      struct trust_memory *stored, struct err *e)
{
	const struct trust_source source = { .fetch = layered_fetch, .ctx = c };
	const struct trust_store store = trust_memory_store(stored);
	const struct trust_config config = {
		.pinned = pinned,
		.store = &store,
		.source = &source,
		.now = c->stage->now,
		.uses_issued = true,
	};

	trust_result_done(&c->result);
	return trust_update(&config, &c->result, e);
}

static int client_from_root(struct candidate *c, uint64_t version,
			    struct err *e)
{
	AUTO_DONE(trust_memory_done) struct trust_memory stored = { 0 };
	AUTO_DONE(buf_done) struct buf pinned;
	char name[REPO_NAME_MAX];
	int r;

	buf_init(&pinned, TRUST_ROOT_MAX);
	r = repo_published_name("root", version, name, e);
	if (r == 0)
		r = layered_fetch(c, name, TRUST_ROOT_MAX, &pinned, e);
	if (r == 0)
		r = client_run(c, buf_view(&pinned), &stored, e);
	if (r < 0)
		(void)err_wrap(e,
			       "a node with root version %llu would refuse "
			       "this",
			       (unsigned long long)version);
	return r;
}

/* The state of a node that took what is published now. */
static int current_store(const struct candidate *c, struct trust_memory *stored,
			 struct err *e)
{
	const struct role_view *now = &c->stage->roles.now;

	for (size_t i = 0; i < now->count; i++) {
		AUTO_DONE(buf_done) struct buf name;

		buf_init(&name, REPO_NAME_MAX);
		if (trust_role_file(now->items[i]->name, &name) < 0 ||
		    buf_cstr(&name) == NULL ||
		    trust_memory_put(stored, name.p,
				     buf_view(&now->items[i]->bytes)) < 0)
			return err_set(e, ENOMEM, "out of memory");
	}
	return 0;
}

static int client_from_current(struct candidate *c, struct err *e)
{
	AUTO_DONE(trust_memory_done) struct trust_memory stored = { 0 };
	const struct repo *repo = &c->stage->repo;
	int r;

	if (repo->root.document == NULL)
		return 0;
	r = current_store(c, &stored, e);
	if (r == 0)
		r = client_run(c, buf_view(&repo->root_bytes), &stored, e);
	if (r < 0)
		(void)err_wrap(e, "a node that has what is published now would "
				  "refuse this");
	return r;
}

static int candidate_check(struct candidate *c, struct err *e)
{
	const uint64_t last = role_find(c->view, "root")->metadata.version;
	int r = client_from_current(c, e);

	for (uint64_t version = 1; r == 0 && version <= last; version++)
		r = client_from_root(c, version, e);
	return r;
}

/* -- writing ----------------------------------------------------------------
 */

/* Are these bytes there already? */
static bool is_there(const struct repo *repo, const char *name,
		     struct span bytes)
{
	AUTO_DONE(buf_done) struct buf there;

	buf_init(&there, bytes.len);
	return repo_read(repo, name, bytes.len, &there, NULL) == 0 &&
	       span_eq(buf_view(&there), bytes);
}

static int file_write(const struct repo *repo, const char *name,
		      struct span bytes, struct err *e)
{
	return is_there(repo, name, bytes) ? 0
					   : repo_write(repo, name, bytes, e);
}

/* All that a staged role lists, also what another role speaks of before it. */
static int targets_write(const struct candidate *c, const struct role *role,
			 struct err *e)
{
	const struct repo *repo = &c->stage->repo;
	const char *path;
	json_t *entry;

	json_object_foreach((json_t *)(uintptr_t)role->metadata.files, path,
			    entry) {
		const struct trust_file f = trust_file_read(entry);
		AUTO_DONE(buf_done) struct buf bytes;
		char name[REPO_NAME_MAX];
		int r = repo_target_name(path, &f, false, name, e);

		buf_init(&bytes, TRUST_TARGET_MAX);
		if (r == 0)
			r = role_target_read(repo, role, path, &bytes, e);
		if (r == 0)
			r = file_write(repo, name, buf_view(&bytes), e);
		if (r < 0)
			return r;
	}
	return 0;
}

/* When a node may see the new root: before the rest, if what is published
 * stands under it as well; after the rest, if the rest stands under the old
 * root as well; else there is a moment in which nodes refuse, and try again. */
static bool root_comes_last(struct candidate *c)
{
	AUTO_DONE(trust_memory_done) struct trust_memory before = { 0 };
	AUTO_DONE(trust_memory_done) struct trust_memory after = { 0 };
	const struct repo *repo = &c->stage->repo;
	const struct trust_result result = c->result;
	bool is_last = false;

	if (repo->root.document == NULL ||
	    role_find(&c->stage->roles.staged, "root") == NULL ||
	    role_find(&c->stage->roles.now, "targets") == NULL)
		return false;
	c->result = (struct trust_result){ 0 };
	c->seen = SEEN_ROOT;
	if (client_run(c, buf_view(&repo->root_bytes), &before, NULL) < 0) {
		c->seen = SEEN_REST;
		is_last = client_run(c, buf_view(&repo->root_bytes), &after,
				     NULL) == 0;
		if (!is_last)
			(void)fprintf(
				stderr,
				"bailiff-bundle: publish: what was published "
				"does not stand under the new root, nor the new "
				"files under the old one: a node that reads "
				"between two writes refuses once and tries "
				"again\n");
	}
	c->seen = SEEN_ALL;
	trust_result_done(&c->result);
	c->result = result;
	return is_last;
}

/* A web server takes "%2F" in a request for '/': what is asked for as
 * "1.team%2Fweb.json" it looks for in "1.team/web.json". It lies there too. */
static int decoded_write(const struct candidate *c, const struct layer *l,
			 struct err *e)
{
	char name[REPO_NAME_MAX];
	size_t len = 0;

	if (strchr(l->name, '%') == NULL)
		return 0;
	for (const char *at = l->name; *at != '\0'; at++) {
		name[len] = *at;
		if (*at == '%' &&
		    hex_decode((struct span){ at + 1, 2 }, &name[len], 1) == 1)
			at += 2;
		len++;
	}
	name[len] = '\0';
	return file_write(&c->stage->repo, name, l->bytes, e);
}

static int layers_write(const struct candidate *c, bool is_root_last,
			struct err *e)
{
	int r = 0;

	for (int turn = 0; turn < 2; turn++)
		for (size_t i = 0; r == 0 && i < c->count; i++) {
			const struct layer *l = &c->layers[i];

			if ((l->is_root && is_root_last) != (turn == 1))
				continue;
			r = decoded_write(c, l, e);
			if (r == 0)
				r = file_write(&c->stage->repo, l->name,
					       l->bytes, e);
		}
	return r;
}

static int all_write(struct candidate *c, struct err *e)
{
	const struct role_view *staged = &c->stage->roles.staged;
	const bool is_root_last = root_comes_last(c);
	int r = 0;

	for (size_t i = 0; r == 0 && i < staged->count; i++)
		if (staged->items[i]->metadata.role == TRUST_ROLE_TARGETS)
			r = targets_write(c, staged->items[i], e);
	return r < 0 ? r : layers_write(c, is_root_last, e);
}

/* Of what was staged nothing remains, also not what was published before. */
static int all_unstage(const struct stage *s, struct err *e)
{
	char name[REPO_NAME_MAX];
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->roles.count; i++) {
		if (!s->roles.items[i]->is_staged)
			continue;
		r = repo_staged_name(s->roles.items[i]->name, name, e);
		if (r == 0)
			r = repo_unstage(&s->repo, name + strlen("staged/"), e);
	}
	return r < 0 ? r : repo_unstage(&s->repo, "targets", e);
}

/* -- the two of them --------------------------------------------------------
 */

static void result_tell(const struct candidate *c)
{
	printf("published root %llu, targets %llu, snapshot %llu, timestamp "
	       "%llu",
	       (unsigned long long)c->result.root_version,
	       (unsigned long long)c->result.targets_version,
	       (unsigned long long)c->result.snapshot_version,
	       (unsigned long long)c->result.timestamp_version);
	for (size_t i = 1; i < c->result.speaker_count; i++)
		printf(", %s %llu", c->result.speakers[i].role,
		       (unsigned long long)c->result.speakers[i].version);
	printf("\n");
}

/* Roles first, then snapshot, root and timestamp. */
static int layers_make(struct candidate *c, const struct sealing *keys,
		       struct err *e)
{
	const struct role_view *staged = &c->stage->roles.staged;
	const struct role *root = role_find(staged, "root");
	int r = snapshot_make(c, keys, e);

	if (r == 0)
		r = timestamp_make(c, keys, buf_view(&c->snapshot), e);
	for (size_t i = 0; r == 0 && i < staged->count; i++)
		if (staged->items[i] != root)
			r = layer_add(c, staged->items[i]->name,
				      staged->items[i]->metadata.version,
				      buf_view(&staged->items[i]->bytes), e);
	if (r == 0)
		r = layer_add(c, "snapshot", c->snapshot_version,
			      buf_view(&c->snapshot), e);
	if (r == 0 && root != NULL)
		r = layer_add(c, "root", root->metadata.version,
			      buf_view(&root->bytes), e);
	if (r == 0)
		r = layer_add(c, "timestamp", 0, buf_view(&c->timestamp), e);
	return r;
}

int candidate_publish(struct stage *s, const struct sealing *keys,
		      bool is_unchecked, struct err *e)
{
	AUTO_DONE(candidate_done) struct candidate c = { 0 };
	int r = review_next(s, e);

	if (r == 0)
		r = candidate_init(s, &s->roles.next, &c, e);
	if (r == 0)
		r = layers_make(&c, keys, e);
	if (r == 0)
		r = candidate_check(&c, e);
	if (r == 0 && !is_unchecked)
		r = bundle_check_verified(&c.result, e);
	if (r == 0)
		r = all_write(&c, e);
	if (r == 0)
		r = all_unstage(s, e);
	if (r == 0) {
		result_tell(&c);
		life_warn("publish", c.view, false, s->now);
	}
	return r < 0 ? r : signing_show_all(s, e);
}

/* A new snapshot is made of the present view; without one the present snapshot
 * is listed again. */
int candidate_refresh(struct stage *s, const struct sealing *keys,
		      struct err *e)
{
	const bool is_both = keys->snapshot_keys.count != 0;
	const struct role *snapshot = role_find(&s->roles.now, "snapshot");
	AUTO_DONE(candidate_done) struct candidate c = { 0 };
	struct span listed;
	int r = review_now(s, is_both, e);

	if (r == 0)
		r = candidate_init(s, &s->roles.now, &c, e);
	if (r < 0)
		return r;
	c.snapshot_version = snapshot->metadata.version;
	listed = buf_view(&snapshot->bytes);
	if (is_both) {
		r = snapshot_make(&c, keys, e);
		listed = buf_view(&c.snapshot);
		if (r == 0)
			r = layer_add(&c, "snapshot", c.snapshot_version,
				      listed, e);
	}
	if (r == 0)
		r = timestamp_make(&c, keys, listed, e);
	if (r == 0)
		r = layer_add(&c, "timestamp", 0, buf_view(&c.timestamp), e);
	if (r == 0)
		r = candidate_check(&c, e);
	if (r == 0)
		r = layers_write(&c, false, e);
	if (r == 0) {
		result_tell(&c);
		life_warn("refresh", c.view, !is_both, s->now);
	}
	return r;
}
