/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - see trust.h and client.h. */
#include "pkg/trust/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/when.h"

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

void trust_metadata_move(struct trust_metadata *to, struct trust_metadata *from)
{
	trust_metadata_done(to);
	*to = *from;
	*from = (struct trust_metadata){ .role = to->role };
}

int trust_client_expiry(const struct trust_client *c,
			const struct trust_metadata *m, const char *role,
			struct err *e)
{
	char then_text[WHEN_TEXT], now_text[WHEN_TEXT];

	if (m->expires > c->now)
		return 0;
	when_format(m->expires, then_text);
	when_format(c->now, now_text);
	(void)err_set(e, EKEYEXPIRED,
		      "%.100s version %llu expired at %s, now is %s", role,
		      (unsigned long long)m->version, then_text, now_text);
	return err_hint(e, "publish it again with a later date, or set the "
			   "clock right");
}

/* -- source and store ------------------------------------------------------ */

int trust_client_ask(const struct trust_client *c, const char *name, size_t max,
		     struct buf *out, struct err *e)
{
	const struct trust_source *source = c->config.source;
	struct err why = { 0 };
	int r;

	buf_init(out, max);
	r = source->fetch(source->ctx, name, max, out, &why);
	if (r == -ENOENT)
		return r;
	if (r == 0 && buf_error(out) == -ENOMEM)
		return err_set(e, ENOMEM, "out of memory");
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

int trust_client_fetch(const struct trust_client *c, const char *name,
		       size_t max, struct buf *out, struct err *e)
{
	const int r = trust_client_ask(c, name, max, out, e);

	return r == -ENOENT
		       ? err_set(e, ENOENT, "%s: not in the repository", name)
		       : r;
}

void trust_client_damaged(const struct trust_client *c, const char *name,
			  struct err *why)
{
	const struct trust_store *store = c->config.store;

	if (store->damaged != NULL)
		store->damaged(store->ctx, name, why);
}

int trust_client_load(const struct trust_client *c, const char *name,
		      size_t max, struct buf *out)
{
	const struct trust_store *store = c->config.store;
	struct err why = { 0 };
	int r;

	buf_init(out, max);
	r = store->load(store->ctx, name, max, out, &why);
	if (r == 0 && buf_error(out) < 0)
		r = buf_error(out);
	if (r == 0 || r == -ENOMEM)
		return r;
	buf_reset(out);
	if (r == -ENOENT)
		return r;
	if (why.code == 0)
		(void)err_set(&why, r < 0 ? -r : EIO, "it cannot be read");
	trust_client_damaged(c, name, &why);
	return -EIO;
}

int trust_client_save(const struct trust_client *c, const char *name,
		      struct span bytes, struct err *e)
{
	const struct trust_store *store = c->config.store;
	struct err why = { 0 };
	const int r = store->save(store->ctx, name, bytes, &why);

	if (r >= 0)
		return 0;
	return err_set(e, -r, "store %s: %s", name,
		       why.code != 0 ? why.text : strerror(-r));
}

int trust_client_drop(const struct trust_client *c, const char *name,
		      struct err *e)
{
	const struct trust_store *store = c->config.store;
	struct err why = { 0 };
	const int r = store->drop(store->ctx, name, &why);

	if (r >= 0 || r == -ENOENT)
		return 0;
	return err_set(e, -r, "remove the stored %s: %s", name,
		       why.code != 0 ? why.text : strerror(-r));
}

/* -- the client ------------------------------------------------------------ */

static int pinned_take(struct trust_client *c, struct span pinned,
		       struct err *e)
{
	int r = trust_metadata_parse(TRUST_ROLE_ROOT, pinned, &c->root, e);

	if (r == 0)
		r = trust_metadata_verify(&c->root,
					  &c->root.root.roles[TRUST_ROLE_ROOT],
					  NULL, e);
	if (r < 0) {
		(void)err_wrap(e, "the pinned root");
		return r;
	}
	buf_span(&c->root_bytes, pinned);
	return buf_error(&c->root_bytes) < 0
		       ? err_set(e, ENOMEM, "out of memory")
		       : 0;
}

int trust_client_new(const struct trust_config *config,
		     struct trust_client **ret, struct err *e)
{
	struct trust_client *c = calloc(1, sizeof(*c));
	int r;

	if (c == NULL)
		return err_set(e, ENOMEM, "out of memory");
	c->config = *config;
	c->config.pinned = (struct span){ 0 };
	c->now = config->now;
	buf_init(&c->root_bytes, TRUST_ROOT_MAX);
	r = pinned_take(c, config->pinned, e);
	if (r < 0) {
		trust_client_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

void trust_client_free(struct trust_client *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->role_count; i++)
		trust_loaded_free(c->roles[i]);
	free(c->roles);
	buf_done(&c->root_bytes);
	trust_metadata_done(&c->root);
	trust_metadata_done(&c->timestamp);
	trust_metadata_done(&c->snapshot);
	free(c);
}

/* T is fixed here, once: an issue time that the newest root's keys signed, and
 * that was accepted before, has passed. */
static void time_fix(struct trust_client *c,
		     const struct trust_metadata *timestamp)
{
	if (c->config.uses_issued && timestamp->issued > c->now)
		c->now = timestamp->issued;
}

static int refresh(struct trust_client *c, struct err *e)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata old = { 0 };
	const struct trust_loaded *targets;
	int r = trust_root_update(c, e);

	if (r < 0)
		return r;
	if (trust_timestamp_stored(c, &old) < 0)
		return err_set(e, ENOMEM, "out of memory");
	time_fix(c, &old);
	r = trust_client_expiry(c, &c->root, trust_role_name(TRUST_ROLE_ROOT),
				e);
	if (r == 0)
		r = trust_timestamp_update(c, &old, e);
	if (r == 0)
		r = trust_snapshot_update(c, e);
	if (r == 0)
		r = trust_role_get(c, NULL,
				   &c->root.root.roles[TRUST_ROLE_TARGETS],
				   &targets, e);
	return r;
}

int trust_client_refresh(struct trust_client *c, struct err *e)
{
	if (!c->is_refreshed) {
		const int r = refresh(c, &c->outcome);

		c->is_refreshed = true;
		c->outcome.code = -r;
	}
	if (c->outcome.code != 0 && e != NULL)
		*e = c->outcome;
	return -c->outcome.code;
}
