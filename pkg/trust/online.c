/* SPDX-License-Identifier: Apache-2.0 */
/* online.c - timestamp and snapshot (TUF 1.0.34, sections 5.4 and 5.5). */
#include <errno.h>

#include "lib/auto.h"
#include "pkg/trust/client.h"

#define TIMESTAMP_FILE "timestamp.json"

static struct trust_file snapshot_of(const struct trust_metadata *timestamp)
{
	return trust_file_read(
		json_object_get(timestamp->files, "snapshot.json"));
}

static const struct trust_role_keys *keys_of(const struct trust_client *c,
					     enum trust_role role)
{
	return &c->root.root.roles[role];
}

/* -- timestamp ------------------------------------------------------------- */

int trust_timestamp_stored(const struct trust_client *c,
			   struct trust_metadata *ret)
{
	const struct trust_wanted w = {
		.kind = TRUST_ROLE_TIMESTAMP,
		.by = keys_of(c, TRUST_ROLE_TIMESTAMP),
	};
	AUTO_DONE(buf_done) struct buf bytes = { 0 };

	return trust_listed_stored(c, &w, &bytes, ret);
}

/* What a newer timestamp may not take back (5.4.3). */
static int timestamp_order(const struct trust_metadata *old,
			   const struct trust_metadata *new, struct err *e)
{
	const struct trust_file was = snapshot_of(old);
	const struct trust_file is = snapshot_of(new);

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

static int timestamp_fetch(const struct trust_client *c, struct buf *bytes,
			   struct trust_metadata *ret, struct err *e)
{
	int r = trust_client_fetch(c, TIMESTAMP_FILE, TRUST_TIMESTAMP_MAX,
				   bytes, e);

	if (r < 0)
		return r;
	r = trust_metadata_parse(TRUST_ROLE_TIMESTAMP, buf_view(bytes), ret, e);
	if (r < 0) {
		(void)err_wrap(e, TIMESTAMP_FILE);
		return r;
	}
	return trust_metadata_verify(ret, keys_of(c, TRUST_ROLE_TIMESTAMP),
				     NULL, e);
}

int trust_timestamp_update(struct trust_client *c, struct trust_metadata *old,
			   struct err *e)
{
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	struct trust_metadata *new = &c->timestamp;
	int r = timestamp_fetch(c, &bytes, new, e);

	if (r < 0)
		return r;
	if (old->document != NULL && new->version == old->version) {
		/* The new one is discarded, whatever it says (5.4.3). */
		trust_metadata_move(new, old);
		return trust_client_expiry(c, new, "timestamp", e);
	}
	if (old->document != NULL)
		r = timestamp_order(old, new, e);
	if (r == 0)
		r = trust_client_expiry(c, new, "timestamp", e);
	if (r < 0)
		return r;
	return trust_client_save(c, TIMESTAMP_FILE, buf_view(&bytes), e);
}

/* -- snapshot -------------------------------------------------------------- */

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

int trust_snapshot_update(struct trust_client *c, struct err *e)
{
	const struct trust_wanted w = {
		.kind = TRUST_ROLE_SNAPSHOT,
		.by = keys_of(c, TRUST_ROLE_SNAPSHOT),
		.listed = snapshot_of(&c->timestamp),
	};
	AUTO_DONE(trust_metadata_done) struct trust_metadata old = { 0 };
	AUTO_DONE(buf_done) struct buf old_bytes = { 0 };
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	int r = trust_listed_stored(c, &w, &old_bytes, &old);

	if (r < 0)
		return err_set(e, ENOMEM, "out of memory");
	if (trust_listed_fits(c, &w, &old_bytes, &old)) {
		trust_metadata_move(&c->snapshot, &old);
		return 0;
	}
	r = trust_listed_fetch(c, &w, &bytes, &c->snapshot, e);
	if (r == 0 && old.document != NULL)
		r = snapshot_order(&old, &c->snapshot, e);
	if (r == 0)
		r = trust_client_expiry(c, &c->snapshot, "snapshot", e);
	return r < 0 ? r : trust_listed_save(c, "snapshot", &bytes, e);
}
