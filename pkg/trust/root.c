/* SPDX-License-Identifier: Apache-2.0 */
/* root.c - from the anchor to the newest root (TUF 1.0.34, section 5.3).
 *
 * The walk begins at the pinned root and takes what the store holds of the
 * chain, then asks the source. Nothing that is stored is believed: each root
 * is verified by the one before it, whoever gives it. The stored "root.json"
 * is only a copy of the last one, and serves as that when the chain leads
 * there.
 */
#include <errno.h>
#include <stdio.h>

#include "lib/auto.h"
#include "pkg/trust/client.h"

#define ROOT_FILE "root.json"

struct walk {
	struct trust_client *c;
	struct buf stored_bytes;      /* "root.json" as it lies there */
	struct trust_metadata stored; /* empty: no root that signs itself */
	/* Timestamp's or snapshot's signers changed since what is stored. */
	bool is_reset;
};

static void walk_done(struct walk *w)
{
	buf_done(&w->stored_bytes);
	trust_metadata_done(&w->stored);
}

static int verify_by(const struct trust_metadata *m,
		     const struct trust_metadata *root, struct err *e)
{
	return trust_metadata_verify(m, &root->root.roles[TRUST_ROLE_ROOT],
				     NULL, e);
}

static bool signers_changed(const struct trust_metadata *from,
			    const struct trust_metadata *to)
{
	return trust_role_differs(from, to, TRUST_ROLE_TIMESTAMP) ||
	       trust_role_differs(from, to, TRUST_ROLE_SNAPSHOT);
}

/* Read the stored root; one that does not sign itself is as if absent. */
static int stored_read(struct walk *w)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata m = { 0 };
	struct err why = { 0 };
	int r = trust_client_load(w->c, ROOT_FILE, TRUST_ROOT_MAX,
				  &w->stored_bytes);

	if (r == 0) {
		r = trust_metadata_parse(TRUST_ROLE_ROOT,
					 buf_view(&w->stored_bytes), &m, &why);
		if (r == 0)
			r = verify_by(&m, &m, &why);
		if (r < 0 && r != -ENOMEM)
			trust_client_damaged(w->c, ROOT_FILE, &why);
	}
	if (r == 0)
		trust_metadata_move(&w->stored, &m);
	return r == -ENOMEM ? r : 0;
}

static bool stored_is_ahead(const struct walk *w)
{
	return w->stored.document != NULL &&
	       w->stored.version > w->c->root.version;
}

static bool stored_is_newest(const struct walk *w)
{
	return span_eq(buf_view(&w->stored_bytes), buf_view(&w->c->root_bytes));
}

/* Parse and check the successor of the client's root (5.3.4, 5.3.5). */
static int successor_check(const struct trust_metadata *root, const char *name,
			   const struct buf *bytes, struct trust_metadata *ret,
			   struct err *e)
{
	int r = trust_metadata_parse(TRUST_ROLE_ROOT, buf_view(bytes), ret, e);

	if (r == 0)
		r = verify_by(ret, root, e);
	if (r < 0) {
		(void)err_wrap(e, "%s: by the keys of root version %llu", name,
			       (unsigned long long)root->version);
		return r;
	}
	r = verify_by(ret, ret, e);
	if (r < 0) {
		(void)err_wrap(e, "%s: by its own keys", name);
		return r;
	}
	if (ret->version != root->version + 1)
		return err_set(e,
			       ret->version <= root->version ? ESTALE : EBADMSG,
			       "%s: the version inside is %llu", name,
			       (unsigned long long)ret->version);
	return 0;
}

/* Make @next, whose file is @bytes, the client's root. */
static void root_adopt(struct walk *w, struct trust_metadata *next,
		       struct buf *bytes)
{
	struct trust_client *c = w->c;

	trust_metadata_move(&c->root, next);
	buf_done(&c->root_bytes);
	c->root_bytes = *bytes;
	buf_init(bytes, 0);
	if (stored_is_newest(w))
		w->is_reset = false; /* what is stored was trusted so far */
}

/* Forget timestamp and snapshot when their signers changed (5.3.11). Before
 * anything else is stored: a root that lies in the store counts as one whose
 * changes were followed. */
static int reset_follow(struct walk *w, struct err *e)
{
	int r;

	if (!w->is_reset || stored_is_ahead(w))
		return 0;
	r = trust_client_drop(w->c, "timestamp.json", e);
	if (r == 0)
		r = trust_client_drop(w->c, "snapshot.json", e);
	if (r == 0)
		w->is_reset = false;
	return r;
}

/* Store the client's root and what follows from it, unless what is stored may
 * prove to be newer. */
static int root_keep(struct walk *w, struct err *e)
{
	const struct trust_client *c = w->c;
	const int r = reset_follow(w, e);

	if (r < 0 || stored_is_ahead(w) || stored_is_newest(w))
		return r;
	return trust_client_save(c, ROOT_FILE, buf_view(&c->root_bytes), e);
}

static void root_name(uint64_t version, char name[static 64])
{
	(void)snprintf(name, 64, "%llu.root.json", (unsigned long long)version);
}

/* One step offline. Return: 1 taken; 0 the store does not lead on; -ENOMEM. */
static int step_stored(struct walk *w)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata next = { 0 };
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	struct trust_client *c = w->c;
	struct err why = { 0 };
	char name[64];
	int r;

	root_name(c->root.version + 1, name);
	r = trust_client_load(c, name, TRUST_ROOT_MAX, &bytes);
	if (r == 0) {
		r = successor_check(&c->root, name, &bytes, &next, &why);
		if (r == -EBADMSG)
			trust_client_damaged(c, name, &why);
	}
	if (r < 0 && r != -ENOMEM && w->stored.version == c->root.version + 1) {
		trust_metadata_done(&next);
		buf_done(&bytes);
		buf_init(&bytes, TRUST_ROOT_MAX);
		buf_span(&bytes, buf_view(&w->stored_bytes));
		r = buf_error(&bytes);
		if (r == 0)
			r = successor_check(&c->root, ROOT_FILE, &bytes, &next,
					    NULL);
	}
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	root_adopt(w, &next, &bytes);
	w->is_reset = false; /* it was trusted before */
	return 1;
}

/* One step by the source. Return: 1 taken; 0 there is no newer root. */
static int step_fetched(struct walk *w, struct err *e)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata next = { 0 };
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	struct trust_client *c = w->c;
	char name[64];
	int r;

	root_name(c->root.version + 1, name);
	r = trust_client_ask(c, name, TRUST_ROOT_MAX, &bytes, e);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = successor_check(&c->root, name, &bytes, &next, e);
	if (r < 0)
		return r;
	w->is_reset |= signers_changed(&c->root, &next);
	root_adopt(w, &next, &bytes);
	r = reset_follow(w, e);
	if (r == 0)
		r = trust_client_save(c, name, buf_view(&c->root_bytes), e);
	if (r == 0)
		r = root_keep(w, e);
	return r < 0 ? r : 1;
}

static int walk_on(struct walk *w, struct err *e)
{
	bool is_offline = true;

	for (int fetched = 0;;) {
		int r;

		if (w->c->root.version == TRUST_VERSION_MAX)
			return 0;
		r = is_offline ? step_stored(w) : 0;
		if (r < 0)
			return err_set(e, ENOMEM, "out of memory");
		if (r > 0)
			continue;
		if (is_offline)
			r = root_keep(w, e);
		is_offline = stored_is_ahead(w);
		if (r == 0)
			r = step_fetched(w, e);
		if (r <= 0)
			return r;
		if (++fetched > TRUST_ROTATIONS_MAX)
			return err_set(e, E2BIG,
				       "more than %d new roots since the one "
				       "that was trusted",
				       TRUST_ROTATIONS_MAX);
	}
}

/* The walk is over. A stored root that is still ahead is another's, unless the
 * keys that lead here have signed it: then the source is too old. */
static int walk_end(struct walk *w, struct err *e)
{
	const struct trust_metadata *root = &w->c->root;

	if (!stored_is_ahead(w))
		return root_keep(w, e);
	if (verify_by(&w->stored, root, NULL) == 0)
		return err_set(e, ESTALE,
			       "root: the repository ends at version %llu, but "
			       "version %llu was trusted before",
			       (unsigned long long)root->version,
			       (unsigned long long)w->stored.version);
	trust_metadata_done(&w->stored);
	return root_keep(w, e);
}

int trust_root_update(struct trust_client *c, struct err *e)
{
	AUTO_DONE(walk_done) struct walk w = { .c = c };
	int r;

	if (stored_read(&w) < 0)
		return err_set(e, ENOMEM, "out of memory");
	if (w.stored.document != NULL && w.stored.version < c->root.version)
		w.is_reset = signers_changed(&w.stored, &c->root);
	r = walk_on(&w, e);
	return r < 0 ? r : walk_end(&w, e);
}
