/* SPDX-License-Identifier: Apache-2.0 */
/* update.c - see trust.h: the client workflow (TUF 1.0.34, section 5). */
#include "pkg/trust/trust.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/trust/metadata.h"
#include "pkg/trust/time.h"

#define NAME_MAX_LEN 512 /* "targets/" + path + a SHA-512 in hex, and room */

/* One update. Everything is owned here except what trust_update() was given. */
struct update {
	struct trust_state *state;
	const struct trust_source *source;
	int64_t now;
	bool is_reset; /* timestamp or snapshot keys changed: forget both */
	struct trust_metadata root, timestamp, snapshot, targets;
	struct trust_metadata old_timestamp,
		old_snapshot; /* stored, verified */
	struct trust_result result;
};

static void update_done(struct update *u)
{
	trust_metadata_done(&u->root);
	trust_metadata_done(&u->timestamp);
	trust_metadata_done(&u->snapshot);
	trust_metadata_done(&u->targets);
	trust_metadata_done(&u->old_timestamp);
	trust_metadata_done(&u->old_snapshot);
	trust_result_done(&u->result);
}

void trust_state_init(struct trust_state *s)
{
	buf_init(&s->root, TRUST_ROOT_MAX);
	buf_init(&s->timestamp, TRUST_TIMESTAMP_MAX);
	buf_init(&s->snapshot, TRUST_SNAPSHOT_MAX);
	buf_init(&s->targets, TRUST_TARGETS_MAX);
}

void trust_state_done(struct trust_state *s)
{
	buf_done(&s->root);
	buf_done(&s->timestamp);
	buf_done(&s->snapshot);
	buf_done(&s->targets);
}

void trust_result_done(struct trust_result *r)
{
	for (size_t i = 0; i < r->signer_count; i++)
		free(r->signers[i]);
	for (size_t i = 0; i < r->target_count; i++) {
		free(r->targets[i].name);
		buf_done(&r->targets[i].bytes);
	}
	free(r->targets);
	*r = (struct trust_result){ 0 };
}

const char *trust_reason(int code)
{
	static const struct {
		int code;
		const char *word;
	} rows[] = {
		{ EBADMSG, "malformed" },   { EKEYREJECTED, "under-signed" },
		{ EKEYEXPIRED, "expired" }, { ESTALE, "rollback" },
		{ ENOENT, "missing" },	    { EFBIG, "too-large" },
		{ E2BIG, "too-large" },	    { EOPNOTSUPP, "unsupported" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (code == rows[i].code || code == -rows[i].code)
			return rows[i].word;
	return "failed";
}

static int no_memory(struct err *e)
{
	return err_set(e, ENOMEM, "out of memory");
}

/* Move what @from holds into @to, which forgets what it had. */
static void metadata_move(struct trust_metadata *to,
			  struct trust_metadata *from)
{
	trust_metadata_done(to);
	*to = *from;
	*from = (struct trust_metadata){ .role = to->role };
}

/* Make @bytes the stored file of a role. */
static int state_put(struct buf *stored, struct span bytes, struct err *e)
{
	struct buf copy;

	buf_init(&copy, bytes.len);
	buf_span(&copy, bytes);
	if (buf_error(&copy) < 0)
		return no_memory(e);
	copy.max = stored->max > bytes.len ? stored->max : bytes.len;
	buf_done(stored);
	*stored = copy;
	return 0;
}

/* One file from the source; @out is made ready here and is the caller's. */
static int source_get(const struct update *u, const char *name, size_t max,
		      struct buf *out, struct err *e)
{
	struct err why = { 0 };
	int r;

	buf_init(out, max);
	r = u->source->fetch(u->source->ctx, name, max, out, &why);
	if (r == -ENOENT)
		return err_set(e, ENOENT, "%s: not in the repository", name);
	if (r == 0 && buf_error(out) == -ENOMEM)
		return no_memory(e);
	if (r == 0 && (buf_error(out) < 0 || out->len > max))
		r = -EFBIG;
	if (r == -EFBIG || r == -E2BIG)
		return err_set(e, EFBIG, "%s: more than %zu bytes", name, max);
	if (r == 0)
		return 0;
	if (r > 0)
		r = -EIO;
	return err_set(e, -r, "%s: %s", name,
		       why.code != 0 ? why.text : strerror(-r));
}

static int expiry_check(const struct trust_metadata *m, int64_t now,
			struct err *e)
{
	char then_text[TRUST_TIME_TEXT], now_text[TRUST_TIME_TEXT];

	if (m->expires > now)
		return 0;
	trust_time_format(m->expires, then_text);
	trust_time_format(now, now_text);
	(void)err_set(e, EKEYEXPIRED,
		      "%s version %llu expired at %s, now is %s",
		      trust_role_name(m->role), (unsigned long long)m->version,
		      then_text, now_text);
	return err_hint(e, "publish it again with a later date, or set the "
			   "clock right");
}

/* -- root (5.3) ----------------------------------------------------------- */

static bool signers_changed(const struct trust_metadata *from,
			    const struct trust_metadata *to)
{
	return trust_role_differs(from, to, TRUST_ROLE_TIMESTAMP) ||
	       trust_role_differs(from, to, TRUST_ROLE_SNAPSHOT);
}

/* The stored root, if it is a good one: 0 and an empty @ret if it is not. */
static int stored_root(const struct update *u, struct trust_metadata *ret)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata m = { 0 };
	int r = trust_metadata_parse(TRUST_ROLE_ROOT, buf_view(&u->state->root),
				     &m, NULL);

	if (r == 0)
		r = trust_metadata_verify(&m, &m, NULL, NULL);
	if (r == 0)
		metadata_move(ret, &m);
	return r == -ENOMEM ? r : 0;
}

/* Fetch, check and adopt root @version, the successor of u->root. */
static int root_step(struct update *u, struct buf *bytes,
		     uint64_t stored_version, struct err *e)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata next = { 0 };
	const uint64_t version = u->root.version + 1;
	char name[64];
	int r;

	(void)snprintf(name, sizeof(name), "%llu.root.json",
		       (unsigned long long)version);
	r = source_get(u, name, TRUST_ROOT_MAX, bytes, e);
	if (r < 0)
		return r;
	r = trust_metadata_parse(TRUST_ROLE_ROOT, buf_view(bytes), &next, e);
	if (r == 0)
		r = trust_metadata_verify(&next, &u->root, NULL, e);
	if (r < 0) {
		(void)err_wrap(e, "%s: by the keys of root version %llu", name,
			       (unsigned long long)u->root.version);
		return r;
	}
	r = trust_metadata_verify(&next, &next, NULL, e);
	if (r < 0) {
		(void)err_wrap(e, "%s: by its own keys", name);
		return r;
	}
	if (next.version != version)
		return err_set(e, next.version < version ? ESTALE : EBADMSG,
			       "%s: the version inside is %llu", name,
			       (unsigned long long)next.version);
	if (u->root.version >= stored_version)
		u->is_reset |= signers_changed(&u->root, &next);
	metadata_move(&u->root, &next);
	return 0;
}

/* Store u->root, unless something newer is stored. */
static int root_keep(struct update *u, struct span bytes,
		     uint64_t stored_version, struct err *e)
{
	if (u->root.version < stored_version)
		return 0;
	return state_put(&u->state->root, bytes, e);
}

static int root_walk(struct update *u, uint64_t stored_version, struct err *e)
{
	for (unsigned i = 0;; i++) {
		AUTO_DONE(buf_done) struct buf bytes = { 0 };
		const struct trust_metadata *root = &u->root;
		int r;

		if (root->version == TRUST_VERSION_MAX)
			return 0;
		r = root_step(u, &bytes, stored_version, e);
		if (r == -ENOENT)
			return 0;
		if (r == 0 && i == TRUST_ROTATIONS_MAX)
			return err_set(e, E2BIG,
				       "more than %d new roots since the "
				       "pinned one",
				       TRUST_ROTATIONS_MAX);
		if (r == 0)
			r = root_keep(u, buf_view(&bytes), stored_version, e);
		if (r < 0)
			return r;
	}
}

/* From the pinned root to the newest one; nothing is asked for if the pinned
 * root is bad. */
static int root_update(struct update *u, struct span pinned, struct err *e)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata stored = { 0 };
	int r = trust_metadata_parse(TRUST_ROLE_ROOT, pinned, &u->root, e);

	if (r == 0)
		r = trust_metadata_verify(&u->root, &u->root, NULL, e);
	if (r < 0) {
		(void)err_wrap(e, "the pinned root");
		return r;
	}
	r = stored_root(u, &stored);
	if (r < 0)
		return no_memory(e);
	if (stored.document != NULL && stored.version < u->root.version)
		u->is_reset = signers_changed(&stored, &u->root);
	r = root_keep(u, pinned, stored.version, e);
	if (r == 0)
		r = root_walk(u, stored.version, e);
	if (u->is_reset) {
		buf_done(&u->state->timestamp);
		buf_done(&u->state->snapshot);
	}
	if (r < 0)
		return r;
	if (u->root.version < stored.version)
		return err_set(e, ESTALE,
			       "root: the repository ends at version %llu, but "
			       "version %llu was trusted before",
			       (unsigned long long)u->root.version,
			       (unsigned long long)stored.version);
	return expiry_check(&u->root, u->now, e);
}

/* -- the other roles ------------------------------------------------------- */

/* A stored file that the present root's keys signed; if it is not one, it is
 * forgotten: 0 and an empty @ret. */
static int stored_load(const struct update *u, enum trust_role role,
		       struct buf *stored, struct trust_metadata *ret)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata m = { 0 };
	int r;

	if (stored->len == 0)
		return 0;
	r = trust_metadata_parse(role, buf_view(stored), &m, NULL);
	if (r == 0)
		r = trust_metadata_verify(&m, &u->root, NULL, NULL);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		buf_done(stored);
	else
		metadata_move(ret, &m);
	return 0;
}

/* A signed issue time is a time that has passed. */
static void clock_raise(struct update *u, const struct trust_metadata *m)
{
	if (m->issued > u->now)
		u->now = m->issued;
}

/* What the new timestamp may not take back (5.4.3). */
static int timestamp_order(const struct trust_metadata *old,
			   const struct trust_metadata *new, struct err *e)
{
	const struct trust_file was =
		trust_file_read(json_object_get(old->files, "snapshot.json"));
	const struct trust_file is =
		trust_file_read(json_object_get(new->files, "snapshot.json"));

	if (new->version < old->version)
		return err_set(e, ESTALE,
			       "timestamp is version %llu, but version %llu "
			       "was accepted before: older than what stands",
			       (unsigned long long)new->version,
			       (unsigned long long)old->version);
	if (is.version < was.version)
		return err_set(e, ESTALE,
			       "timestamp version %llu lists snapshot version "
			       "%llu, but version %llu was listed before",
			       (unsigned long long)new->version,
			       (unsigned long long)is.version,
			       (unsigned long long)was.version);
	return 0;
}

static int timestamp_update(struct update *u, struct err *e)
{
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	struct trust_metadata *old = &u->old_timestamp;
	struct trust_metadata *new = &u->timestamp;
	int r;

	if (stored_load(u, TRUST_ROLE_TIMESTAMP, &u->state->timestamp, old) < 0)
		return no_memory(e);
	r = source_get(u, "timestamp.json", TRUST_TIMESTAMP_MAX, &bytes, e);
	if (r < 0)
		return r;
	r = trust_metadata_parse(TRUST_ROLE_TIMESTAMP, buf_view(&bytes), new,
				 e);
	if (r < 0) {
		(void)err_wrap(e, "timestamp.json");
		return r;
	}
	r = trust_metadata_verify(new, &u->root, NULL, e);
	if (r < 0)
		return r;
	if (old->document != NULL) {
		clock_raise(u, old);
		if (new->version == old->version) {
			metadata_move(new, old);
			return expiry_check(new, u->now, e);
		}
		r = timestamp_order(old, new, e);
		if (r < 0)
			return r;
	}
	clock_raise(u, new);
	r = expiry_check(new, u->now, e);
	if (r < 0)
		return r;
	return state_put(&u->state->timestamp, buf_view(&bytes), e);
}

/* The name of a metadata file; the version is part of it only with consistent
 * snapshots (6.2). */
static void metadata_name(const struct update *u, enum trust_role role,
			  uint64_t version, char name[static 64])
{
	if (u->root.root.is_consistent)
		(void)snprintf(name, 64, "%llu.%s.json",
			       (unsigned long long)version,
			       trust_role_name(role));
	else
		(void)snprintf(name, 64, "%s.json", trust_role_name(role));
}

/* Is this the version that was listed, byte for byte where that is stated? */
static int listed_check(const struct trust_metadata *m,
			const struct trust_file *listed, struct err *e)
{
	if (m->version == listed->version)
		return 0;
	return err_set(e, m->version < listed->version ? ESTALE : EBADMSG,
		       "%s is version %llu, but version %llu is listed",
		       trust_role_name(m->role), (unsigned long long)m->version,
		       (unsigned long long)listed->version);
}

/* Fetch a file that other metadata lists: length and hashes before parsing,
 * then signatures, then the version (5.5.2 to 5.5.4, 5.6.2 to 5.6.4). */
static int listed_get(const struct update *u, enum trust_role role,
		      const struct trust_file *listed, struct buf *bytes,
		      struct trust_metadata *ret, struct err *e)
{
	size_t max = trust_role_max(role);
	char name[64];
	int r;

	metadata_name(u, role, listed->version, name);
	if (listed->has_length && listed->length > max)
		return err_set(e, EFBIG,
			       "%s: its signed length is %llu, at most %zu "
			       "bytes are allowed",
			       name, (unsigned long long)listed->length, max);
	if (listed->has_length)
		max = (size_t)listed->length;
	r = source_get(u, name, max, bytes, e);
	if (r < 0)
		return r;
	r = trust_file_check(listed, buf_view(bytes), e);
	if (r == 0)
		r = trust_metadata_parse(role, buf_view(bytes), ret, e);
	if (r < 0) {
		(void)err_wrap(e, "%s", name);
		return r;
	}
	r = trust_metadata_verify(ret, &u->root, NULL, e);
	return r < 0 ? r : listed_check(ret, listed, e);
}

/* Is the stored file the very one that is listed, and still good? */
static bool stored_fits(const struct update *u, const struct trust_metadata *m,
			const struct buf *stored,
			const struct trust_file *listed)
{
	return m->document != NULL && m->version == listed->version &&
	       trust_file_check(listed, buf_view(stored), NULL) == 0 &&
	       m->expires > u->now;
}

/* No file may vanish from snapshot or get older (5.5.5). */
static int snapshot_order(const struct trust_metadata *old,
			  const struct trust_metadata *new, struct err *e)
{
	const char *name;
	json_t *entry;

	json_object_foreach((json_t *)(uintptr_t)old->files, name, entry) {
		const json_t *now_entry = json_object_get(new->files, name);
		const struct trust_file was = trust_file_read(entry);
		const struct trust_file is = trust_file_read(now_entry);

		if (now_entry == NULL)
			return err_set(e, ESTALE,
				       "snapshot version %llu no longer lists "
				       "\"%.100s\"",
				       (unsigned long long)new->version, name);
		if (is.version < was.version)
			return err_set(e, ESTALE,
				       "snapshot version %llu lists version "
				       "%llu of \"%.100s\", but version %llu "
				       "was listed before",
				       (unsigned long long)new->version,
				       (unsigned long long)is.version, name,
				       (unsigned long long)was.version);
	}
	return 0;
}

static int snapshot_update(struct update *u, struct err *e)
{
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	const struct trust_file listed = trust_file_read(
		json_object_get(u->timestamp.files, "snapshot.json"));
	struct trust_metadata *old = &u->old_snapshot;
	int r;

	if (stored_load(u, TRUST_ROLE_SNAPSHOT, &u->state->snapshot, old) < 0)
		return no_memory(e);
	if (stored_fits(u, old, &u->state->snapshot, &listed)) {
		metadata_move(&u->snapshot, old);
		return 0;
	}
	r = listed_get(u, TRUST_ROLE_SNAPSHOT, &listed, &bytes, &u->snapshot,
		       e);
	if (r < 0)
		return r;
	if (old->document != NULL) {
		r = snapshot_order(old, &u->snapshot, e);
		if (r < 0)
			return r;
	}
	r = expiry_check(&u->snapshot, u->now, e);
	if (r < 0)
		return r;
	return state_put(&u->state->snapshot, buf_view(&bytes), e);
}

static int targets_update(struct update *u, struct err *e)
{
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	AUTO_DONE(trust_metadata_done) struct trust_metadata old = { 0 };
	const struct trust_file listed = trust_file_read(
		json_object_get(u->snapshot.files, "targets.json"));
	int r;

	if (stored_load(u, TRUST_ROLE_TARGETS, &u->state->targets, &old) < 0)
		return no_memory(e);
	if (stored_fits(u, &old, &u->state->targets, &listed)) {
		metadata_move(&u->targets, &old);
		return 0;
	}
	r = listed_get(u, TRUST_ROLE_TARGETS, &listed, &bytes, &u->targets, e);
	if (r == 0)
		r = expiry_check(&u->targets, u->now, e);
	if (r < 0)
		return r;
	return state_put(&u->state->targets, buf_view(&bytes), e);
}

/* -- target files (5.7) ---------------------------------------------------- */

/* The name under which a target may lie: 0 is the first choice; false when
 * there is no such choice. */
static bool target_choice(const struct update *u, const char *path,
			  const struct trust_file *f, size_t choice,
			  struct buf *name)
{
	buf_reset(name);
	if (!u->root.root.is_consistent) {
		trust_target_name(path, (struct span){ 0 }, name);
		return choice == 0;
	}
	for (size_t i = 0; i < TRUST_HASH_COUNT; i++) {
		if (f->hashes[i].p == NULL || choice-- != 0)
			continue;
		trust_target_name(path, f->hashes[i], name);
		return true;
	}
	return false;
}

static int target_fetch(const struct update *u, const char *path,
			const struct trust_file *f, struct buf *out,
			struct err *e)
{
	AUTO_DONE(buf_done) struct buf name;
	int r = -ENOENT;

	buf_init(&name, NAME_MAX_LEN);
	for (size_t choice = 0; r == -ENOENT; choice++) {
		if (!target_choice(u, path, f, choice, &name))
			return r;
		if (buf_cstr(&name) == NULL)
			return err_set(e, -buf_error(&name),
				       "target \"%s\": %s", path,
				       strerror(-buf_error(&name)));
		buf_done(out);
		r = source_get(u, name.p, (size_t)f->length, out, e);
	}
	return r;
}

/* A target that is filled or half filled: the result frees either. */
static int target_get(const struct update *u, const char *path,
		      const json_t *entry, size_t *total,
		      struct trust_target *t, struct err *e)
{
	const struct trust_file f = trust_file_read(entry);
	int r;

	if (f.length > TRUST_TARGET_MAX ||
	    f.length > TRUST_CONTENT_MAX - *total)
		return err_set(e, EFBIG,
			       "target \"%s\" has %llu bytes; at most %d are "
			       "allowed, %d for all targets",
			       path, (unsigned long long)f.length,
			       TRUST_TARGET_MAX, TRUST_CONTENT_MAX);
	*total += (size_t)f.length;
	t->name = span_dup(span_of(path));
	if (t->name == NULL)
		return no_memory(e);
	r = target_fetch(u, path, &f, &t->bytes, e);
	if (r < 0)
		return r;
	r = trust_file_check(&f, buf_view(&t->bytes), e);
	return r < 0 ? err_wrap(e, "target \"%s\"", path) : 0;
}

static int targets_get(struct update *u, struct err *e)
{
	size_t total = 0;
	const char *path;
	json_t *entry;

	u->result.targets = calloc(json_object_size(u->targets.files) + 1,
				   sizeof(*u->result.targets));
	if (u->result.targets == NULL)
		return no_memory(e);
	json_object_foreach((json_t *)(uintptr_t)u->targets.files, path,
			    entry) {
		struct trust_target *t =
			&u->result.targets[u->result.target_count++];
		const int r = target_get(u, path, entry, &total, t, e);

		if (r < 0)
			return r;
	}
	return 0;
}

/* -- the result ------------------------------------------------------------ */

static int64_t earliest_expiry(const struct update *u)
{
	const struct trust_metadata *const all[] = { &u->root, &u->timestamp,
						     &u->snapshot,
						     &u->targets };
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i]->expires < first)
			first = all[i]->expires;
	return first;
}

static int signers_tell(struct update *u, struct err *e)
{
	AUTO_DONE(trust_signer_ids_done) struct trust_signer_ids s = { 0 };
	struct trust_result *result = &u->result;
	const int r = trust_metadata_verify(&u->targets, &u->root, &s, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < s.count && i < TRUST_SIGNERS_MAX; i++) {
		result->signers[i] = strdup(s.ids[i]);
		if (result->signers[i] == NULL)
			return no_memory(e);
		result->signer_count++;
	}
	return 0;
}

static int result_make(struct update *u, struct err *e)
{
	struct trust_result *result = &u->result;
	int r;

	result->root_version = u->root.version;
	result->timestamp_version = u->timestamp.version;
	result->snapshot_version = u->snapshot.version;
	result->targets_version = u->targets.version;
	result->expires = earliest_expiry(u);
	result->issued = u->timestamp.issued;
	r = signers_tell(u, e);
	return r < 0 ? r : targets_get(u, e);
}

int trust_update(struct span pinned, struct trust_state *state,
		 const struct trust_source *source, int64_t now,
		 struct trust_result *ret, struct err *e)
{
	AUTO_DONE(update_done)
	struct update u = {
		.state = state,
		.source = source,
		.now = now,
	};
	int r = root_update(&u, pinned, e);

	if (r == 0)
		r = timestamp_update(&u, e);
	if (r == 0)
		r = snapshot_update(&u, e);
	if (r == 0)
		r = targets_update(&u, e);
	if (r == 0)
		r = result_make(&u, e);
	if (r < 0)
		return r;
	*ret = u.result;
	u.result = (struct trust_result){ 0 };
	return 0;
}
