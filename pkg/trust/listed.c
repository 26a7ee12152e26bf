/* SPDX-License-Identifier: Apache-2.0 */
/* listed.c - a file that other metadata lists: stored, or fetched. */
#include <errno.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/trust/client.h"
#include "pkg/trust/name.h"

#define URL_MAX 1024 /* bytes; more is too long for a file as well */

static int role_name_error(const char *role, int r, struct err *e)
{
	if (r == -ENOMEM)
		return err_set(e, ENOMEM, "out of memory");
	return err_set(e, E2BIG,
		       "the name of role \"%.40s...\" is too long for a file: "
		       "at most %d bytes with .json, percent-encoded",
		       role, TRUST_FILE_NAME_MAX);
}

int trust_listed_stored(const struct trust_client *c,
			const struct trust_wanted *w, struct buf *bytes,
			struct trust_metadata *ret)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata m = { 0 };
	AUTO_DONE(buf_done) struct buf name;
	struct err why = { 0 };
	int r;

	buf_init(bytes, 0);
	buf_init(&name, URL_MAX);
	r = trust_role_file(w->by->role, &name);
	if (r < 0 || buf_cstr(&name) == NULL)
		return buf_error(&name) == -ENOMEM ? -ENOMEM : 0;
	r = trust_client_load(c, name.p, trust_role_max(w->kind), bytes);
	if (r == 0) {
		r = trust_metadata_parse(w->kind, buf_view(bytes), &m, &why);
		if (r < 0 && r != -ENOMEM)
			trust_client_damaged(c, name.p, &why);
	}
	if (r == 0)
		r = trust_metadata_verify(&m, w->by, NULL, NULL);
	if (r == 0)
		trust_metadata_move(ret, &m);
	return r == -ENOMEM ? r : 0;
}

bool trust_listed_fits(const struct trust_client *c,
		       const struct trust_wanted *w, const struct buf *bytes,
		       const struct trust_metadata *m)
{
	return m->document != NULL && m->version == w->listed.version &&
	       trust_file_check(&w->listed, buf_view(bytes), NULL) == 0 &&
	       m->expires > c->now;
}

/* The name in the repository; the version is part of it only with consistent
 * snapshots (6.2). */
static int url_make(const struct trust_client *c, const struct trust_wanted *w,
		    struct buf *out, struct err *e)
{
	const char *role = w->by->role;
	const int r = c->root.root.is_consistent
			      ? trust_role_file_versioned(w->listed.version,
							  role, out)
			      : trust_role_file(role, out);

	if (r < 0 || buf_cstr(out) == NULL)
		return role_name_error(role, r < 0 ? r : -ENOMEM, e);
	return 0;
}

/* Only the version's number is left to compare. */
static int version_check(const struct trust_metadata *m,
			 const struct trust_wanted *w, struct err *e)
{
	if (m->version == w->listed.version)
		return 0;
	return err_set(e, m->version < w->listed.version ? ESTALE : EBADMSG,
		       "%.100s is version %llu, but version %llu is listed",
		       w->by->role, (unsigned long long)m->version,
		       (unsigned long long)w->listed.version);
}

/* At most so many bytes. */
static int limit_check(const struct trust_wanted *w, const char *name,
		       size_t *ret, struct err *e)
{
	*ret = trust_role_max(w->kind);
	if (!w->listed.has_length)
		return 0;
	if (w->listed.length > *ret)
		return err_set(e, EFBIG,
			       "%s: its signed length is %llu, at most %zu "
			       "bytes are allowed",
			       name, (unsigned long long)w->listed.length,
			       *ret);
	*ret = (size_t)w->listed.length;
	return 0;
}

int trust_listed_fetch(const struct trust_client *c,
		       const struct trust_wanted *w, struct buf *bytes,
		       struct trust_metadata *ret, struct err *e)
{
	AUTO_DONE(buf_done) struct buf name;
	size_t max;
	int r;

	buf_init(bytes, 0);
	buf_init(&name, URL_MAX);
	r = url_make(c, w, &name, e);
	if (r == 0)
		r = limit_check(w, name.p, &max, e);
	if (r == 0)
		r = trust_client_fetch(c, name.p, max, bytes, e);
	if (r < 0)
		return r;
	r = trust_file_check(&w->listed, buf_view(bytes), e);
	if (r == 0)
		r = trust_metadata_parse(w->kind, buf_view(bytes), ret, e);
	if (r < 0) {
		(void)err_wrap(e, "%s", name.p);
		return r;
	}
	r = trust_metadata_verify(ret, w->by, NULL, e);
	return r < 0 ? r : version_check(ret, w, e);
}

int trust_listed_save(const struct trust_client *c, const char *role,
		      const struct buf *bytes, struct err *e)
{
	AUTO_DONE(buf_done) struct buf name;
	const int r = (buf_init(&name, URL_MAX), trust_role_file(role, &name));

	if (r < 0 || buf_cstr(&name) == NULL)
		return role_name_error(role, r < 0 ? r : -ENOMEM, e);
	return trust_client_save(c, name.p, buf_view(bytes), e);
}
