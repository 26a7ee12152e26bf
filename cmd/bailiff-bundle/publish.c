/* SPDX-License-Identifier: Apache-2.0 */
/* publish.c - bailiff-bundle publish: check what is staged, make it current.
 *
 * The new files are laid over the repository in memory, and bailiff's own
 * client runs over the result: from every root that was ever published, and
 * with the state of a node that has what is published now. Only then is
 * anything written, the timestamp last.
 */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/bailiff-bundle/keyring.h"
#include "cmd/bailiff-bundle/repo.h"
#include "lib/auto.h"
#include "pkg/trust/make.h"
#include "pkg/trust/trust.h"

/* A file that is to be. */
struct layer {
	char name[64];
	struct span bytes; /* borrowed */
};

struct publish {
	struct repo repo;
	struct repo_current current;
	/* Staged, or empty: then what is published stays. */
	struct buf root_bytes, targets_bytes;
	struct trust_metadata root, targets;
	struct buf snapshot_bytes, timestamp_bytes; /* made here */
	struct layer layers[4];			    /* in order of writing */
	size_t layer_count;
	struct trust_result result; /* what the client saw */
};

static void publish_done(struct publish *p)
{
	repo_close(&p->repo);
	repo_current_done(&p->current);
	buf_done(&p->root_bytes);
	buf_done(&p->targets_bytes);
	buf_done(&p->snapshot_bytes);
	buf_done(&p->timestamp_bytes);
	trust_metadata_done(&p->root);
	trust_metadata_done(&p->targets);
	trust_result_done(&p->result);
}

/* The root that will be in force. */
static const struct trust_metadata *root_next(const struct publish *p)
{
	return p->root.document != NULL ? &p->root : &p->repo.root;
}

static const struct trust_metadata *targets_next(const struct publish *p)
{
	return p->targets.document != NULL ? &p->targets : &p->current.targets;
}

static int staged_read(struct publish *p, const char *name,
		       enum trust_role role, struct buf *bytes,
		       struct trust_metadata *ret, struct err *e)
{
	const int r = repo_metadata(&p->repo, name, role, bytes, ret, e);

	return r == -ENOENT ? 0 : r;
}

/* The staged root's thresholds and number. */
static int root_check(const struct publish *p, struct err *e)
{
	const struct trust_metadata *old = &p->repo.root;
	int r = 0;

	if (p->root.document == NULL && old->document == NULL)
		return err_set(e, EBADMSG, "there is no root: init first");
	if (p->root.document == NULL)
		return 0;
	if (p->root.version != old->version + 1)
		return err_set(e, ESTALE,
			       "staged root is version %llu, must be %llu",
			       (unsigned long long)p->root.version,
			       (unsigned long long)old->version + 1);
	if (old->document != NULL) {
		r = trust_metadata_verify(
			&p->root, &old->root.roles[TRUST_ROLE_ROOT], NULL, e);
		if (r < 0)
			(void)err_wrap(e, "by the old root's keys");
	}
	if (r == 0) {
		r = trust_metadata_verify(&p->root,
					  &p->root.root.roles[TRUST_ROLE_ROOT],
					  NULL, e);
		if (r < 0)
			(void)err_wrap(e, "by its own keys");
	}
	return r;
}

static int targets_check(const struct publish *p, struct err *e)
{
	const struct trust_metadata *t = targets_next(p);

	if (t->document == NULL) {
		(void)err_set(e, EBADMSG, "there are no policies to publish");
		return err_hint(e, "bailiff-bundle build, then sign");
	}
	if (p->targets.document != NULL && p->current.targets.document &&
	    p->targets.version <= p->current.targets.version)
		return err_set(e, ESTALE,
			       "staged targets are version %llu, but version "
			       "%llu is published: build again",
			       (unsigned long long)p->targets.version,
			       (unsigned long long)p->current.targets.version);
	return trust_metadata_verify(
		t, &root_next(p)->root.roles[TRUST_ROLE_TARGETS], NULL, e);
}

static int staged_load(struct publish *p, struct err *e)
{
	int r = repo_current_read(&p->repo, &p->current, e);

	if (r == 0)
		r = staged_read(p, STAGED_ROOT, TRUST_ROLE_ROOT, &p->root_bytes,
				&p->root, e);
	if (r == 0)
		r = staged_read(p, STAGED_TARGETS, TRUST_ROLE_TARGETS,
				&p->targets_bytes, &p->targets, e);
	if (r == 0)
		r = root_check(p, e);
	return r < 0 ? r : targets_check(p, e);
}

static void layer_add(struct publish *p, uint64_t version, enum trust_role role,
		      const struct buf *bytes)
{
	struct layer *l = &p->layers[p->layer_count++];

	l->bytes = buf_view(bytes);
	if (role == TRUST_ROLE_TIMESTAMP)
		(void)snprintf(l->name, sizeof(l->name), "timestamp.json");
	else
		(void)snprintf(l->name, sizeof(l->name), "%llu.%s.json",
			       (unsigned long long)version,
			       trust_role_name(role));
}

static int document_seal(const struct publish *p, enum trust_role role,
			 json_t *document, const struct option_list *keys,
			 struct keyring *keyring, struct buf *out,
			 struct err *e)
{
	const struct trust_role_keys *const by[] = {
		&root_next(p)->root.roles[role], NULL
	};
	int r = keyring_sign(keyring, keys, by, document, e);

	buf_init(out, TRUST_SNAPSHOT_MAX);
	if (r == -EKEYREJECTED)
		(void)err_wrap(e, "role %s", trust_role_name(role));
	if (r < 0)
		return r;
	r = json_pretty(document, out);
	return r < 0 ? err_set(e, -r, "%s", strerror(-r)) : 0;
}

/* Whose keys sign, and what the new files say. */
struct sealing {
	struct option_list snapshot_keys, timestamp_keys;
	struct option_expiry expiry;
	int64_t now;
};

static int snapshot_make(struct publish *p, const struct sealing *s,
			 struct keyring *keyring, struct err *e)
{
	const struct trust_listed targets = {
		.role = "targets",
		.bytes = buf_view(p->targets.document
					  ? &p->targets_bytes
					  : &p->current.targets_bytes),
		.version = targets_next(p)->version,
	};
	AUTO_JSON *document = NULL;
	const int r = trust_make_snapshot(
		p->current.snapshot.version + 1,
		option_expiry_of(&s->expiry, TRUST_ROLE_SNAPSHOT, s->now),
		&targets, 1, &document, e);

	if (r < 0)
		return r;
	return document_seal(p, TRUST_ROLE_SNAPSHOT, document,
			     &s->snapshot_keys, keyring, &p->snapshot_bytes, e);
}

static int timestamp_make(struct publish *p, const struct sealing *s,
			  struct keyring *keyring, struct err *e)
{
	const struct trust_listed snapshot = {
		.role = "snapshot",
		.bytes = buf_view(&p->snapshot_bytes),
		.version = p->current.snapshot.version + 1,
	};
	AUTO_JSON *document = NULL;
	const int r = trust_make_timestamp(
		p->current.timestamp.version + 1,
		option_expiry_of(&s->expiry, TRUST_ROLE_TIMESTAMP, s->now),
		s->now, &snapshot, &document, e);

	if (r < 0)
		return r;
	return document_seal(p, TRUST_ROLE_TIMESTAMP, document,
			     &s->timestamp_keys, keyring, &p->timestamp_bytes,
			     e);
}

static int files_make(struct publish *p, const struct sealing *s,
		      struct keyring *keyring, struct err *e)
{
	int r = snapshot_make(p, s, keyring, e);

	if (r == 0)
		r = timestamp_make(p, s, keyring, e);
	if (r < 0)
		return r;
	if (p->targets.document != NULL)
		layer_add(p, p->targets.version, TRUST_ROLE_TARGETS,
			  &p->targets_bytes);
	layer_add(p, p->current.snapshot.version + 1, TRUST_ROLE_SNAPSHOT,
		  &p->snapshot_bytes);
	if (p->root.document != NULL)
		layer_add(p, p->root.version, TRUST_ROLE_ROOT, &p->root_bytes);
	layer_add(p, 0, TRUST_ROLE_TIMESTAMP, &p->timestamp_bytes);
	return 0;
}

/* The repository as it will be: layers, then staged targets, then what is. */
static int layered_fetch(void *ctx, const char *name, size_t max,
			 struct buf *out, struct err *e)
{
	const struct publish *p = ctx;
	char staged[1024];
	int r;

	for (size_t i = 0; i < p->layer_count; i++)
		if (strcmp(p->layers[i].name, name) == 0) {
			buf_span(out, p->layers[i].bytes);
			return 0;
		}
	if (p->targets.document != NULL && strncmp(name, "targets/", 8) == 0) {
		if (snprintf(staged, sizeof(staged), "staged/%s", name) >=
		    (int)sizeof(staged))
			return err_set(e, ENAMETOOLONG, "too long a name");
		r = repo_read(&p->repo, staged, max, out, e);
		if (r != -ENOENT)
			return r;
	}
	return repo_read(&p->repo, name, max, out, e);
}

/* A node that begins with root @pinned and has @stored. */
static int client_run(struct publish *p, struct span pinned,
		      struct trust_memory *stored, int64_t now, struct err *e)
{
	const struct trust_source source = { .fetch = layered_fetch, .ctx = p };
	const struct trust_store store = trust_memory_store(stored);
	const struct trust_config config = {
		.pinned = pinned,
		.store = &store,
		.source = &source,
		.now = now,
		.uses_issued = true,
	};

	trust_result_done(&p->result);
	return trust_update(&config, &p->result, e);
}

static int client_from_root(struct publish *p, uint64_t version, int64_t now,
			    struct err *e)
{
	AUTO_DONE(trust_memory_done) struct trust_memory stored = { 0 };
	AUTO_DONE(buf_done) struct buf pinned;
	char name[64];
	int r;

	buf_init(&pinned, TRUST_ROOT_MAX);
	(void)snprintf(name, sizeof(name), "%llu.root.json",
		       (unsigned long long)version);
	r = layered_fetch(p, name, TRUST_ROOT_MAX, &pinned, e);
	if (r == 0)
		r = client_run(p, buf_view(&pinned), &stored, now, e);
	if (r < 0)
		(void)err_wrap(e,
			       "a node with root version %llu would refuse "
			       "this",
			       (unsigned long long)version);
	return r;
}

/* A node that took what is published now. */
static int client_from_current(struct publish *p, int64_t now, struct err *e)
{
	const struct repo_current *c = &p->current;
	AUTO_DONE(trust_memory_done) struct trust_memory stored = { 0 };
	const struct {
		const char *name;
		const struct buf *bytes;
	} files[] = {
		{ "root.json", &p->repo.root_bytes },
		{ "timestamp.json", &c->timestamp_bytes },
		{ "snapshot.json", &c->snapshot_bytes },
		{ "targets.json", &c->targets_bytes },
	};
	int r;

	if (p->repo.root.document == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i].bytes->len != 0 &&
		    trust_memory_put(&stored, files[i].name,
				     buf_view(files[i].bytes)) < 0)
			return err_set(e, ENOMEM, "out of memory");
	r = client_run(p, buf_view(&p->repo.root_bytes), &stored, now, e);
	if (r < 0)
		(void)err_wrap(e, "a node that has what is published now would "
				  "refuse this");
	return r;
}

static int result_check(struct publish *p, int64_t now, struct err *e)
{
	const uint64_t last = root_next(p)->version;
	int r = client_from_current(p, now, e);

	for (uint64_t version = 1; r == 0 && version <= last; version++)
		r = client_from_root(p, version, now, e);
	return r;
}

/* The target files, as the client verified them. */
static int targets_write(const struct publish *p, struct err *e)
{
	AUTO_DONE(buf_done) struct buf name;

	buf_init(&name, 1024);
	for (size_t i = 0; i < p->result.target_count; i++) {
		const struct trust_target *t = &p->result.targets[i];
		const struct trust_file f = trust_file_read(
			json_object_get(targets_next(p)->files, t->name));
		const struct span prefix =
			f.hashes[TRUST_HASH_SHA256].p != NULL
				? f.hashes[TRUST_HASH_SHA256]
				: f.hashes[TRUST_HASH_SHA512];
		int r;

		buf_reset(&name);
		trust_target_name(t->name, prefix, &name);
		if (buf_cstr(&name) == NULL)
			return err_set(e, ENOMEM, "out of memory");
		r = repo_write(&p->repo, name.p, buf_view(&t->bytes), e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int all_write(const struct publish *p, struct err *e)
{
	int r = p->targets.document != NULL ? targets_write(p, e) : 0;

	for (size_t i = 0; r == 0 && i < p->layer_count; i++)
		r = repo_write(&p->repo, p->layers[i].name, p->layers[i].bytes,
			       e);
	if (r == 0)
		r = repo_unstage(&p->repo, "root.json", e);
	if (r == 0)
		r = repo_unstage(&p->repo, "targets.json", e);
	if (r == 0)
		r = repo_unstage(&p->repo, "targets", e);
	return r;
}

static int publish_run(struct publish *p, const struct sealing *s,
		       struct keyring *keyring, struct err *e)
{
	int r = staged_load(p, e);

	if (r == 0)
		r = files_make(p, s, keyring, e);
	if (r == 0)
		r = result_check(p, s->now, e);
	if (r == 0)
		r = all_write(p, e);
	if (r < 0)
		return r;
	printf("published root %llu, targets %llu, snapshot %llu, timestamp "
	       "%llu\n",
	       (unsigned long long)p->result.root_version,
	       (unsigned long long)p->result.targets_version,
	       (unsigned long long)p->result.snapshot_version,
	       (unsigned long long)p->result.timestamp_version);
	return verb_show_signers(targets_next(p), root_next(p), "", e);
}

int verb_publish(int argc, char **argv, struct err *e)
{
	AUTO_DONE(keyring_close) struct keyring keyring = { 0 };
	AUTO_DONE(publish_done)
	struct publish p = {
		.repo = { .fd = -1, .staged_fd = -1 },
	};
	struct keyring_options options = { .fd = -1 };
	struct sealing s = { .now = INT64_MIN };
	const char *path = NULL;
	const struct option_row rows[] = {
		{ "repo", OPTION_TEXT, true, "DIR", "the repository", &path },
		{ "snapshot-key", OPTION_LIST, true, "FILE",
		  "signs the new snapshot; may be given again",
		  &s.snapshot_keys },
		{ "timestamp-key", OPTION_LIST, true, "FILE",
		  "signs the new timestamp; may be given again",
		  &s.timestamp_keys },
		{ "expires-days", OPTION_DAYS, false, "[ROLE=]N",
		  "days until snapshot (30) and timestamp (14) expire",
		  &s.expiry },
		{ "expires", OPTION_DATE, false, "[ROLE=]DATE",
		  "the date itself", &s.expiry },
		{ "now", OPTION_TIME, false, "DATE",
		  "issue and check as of DATE, not the clock", &s.now },
		KEYRING_OPTIONS(&options),
		{ .kind = OPTION_END },
	};
	int r;

	option_expiry_init(&s.expiry);
	r = verb_options("publish", rows, argc, argv, e);
	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	s.now = verb_now(s.now);
	r = keyring_open(&options, &keyring, e);
	if (r == 0)
		r = repo_open(path, false, &p.repo, e);
	return r < 0 ? r : publish_run(&p, &s, &keyring, e);
}
