/* SPDX-License-Identifier: Apache-2.0 */
/* published.c - see published.h. */
#include "pkg/enforce/published.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/num.h"
#include "pkg/identity/paths.h"
#include "pkg/identity/registry.h"

#define NODE_MAX      65536
#define OPEN_ATTEMPTS 8

/* A regular file of bailiff's own that nobody else can write. */
static int own_file_read(int dirfd, const char *name, size_t max,
			 struct buf *out, struct err *e)
{
	AUTO_FD fd =
		file_open_beneath(dirfd, name, O_RDONLY | O_NONBLOCK, 0, e);
	struct stat st;
	int r;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat %s", name);
	if (!S_ISREG(st.st_mode) || (st.st_mode & 022) != 0 ||
	    (st.st_uid != BAILIFF_UID && st.st_uid != 0))
		return err_set(e, EPERM, "%s: not written by bailiff", name);
	r = file_read_fd(fd, max, out, e);
	return r < 0 ? err_wrap(e, "%s", name) : 0;
}

static int current_read(int policy, uint64_t *ret, struct err *e)
{
	struct span text;
	struct buf b;
	int r;

	buf_init(&b, 64);
	r = own_file_read(policy, "current", 32, &b, e);
	text = buf_view(&b);
	if (text.len != 0 && text.p[text.len - 1] == '\n')
		text.len--;
	if (r == 0 && num_parse_u64(text, 1, UINT64_MAX, ret) < 0)
		r = err_set(e, EBADMSG, "current: not a generation");
	buf_done(&b);
	return r;
}

int published_open(struct published *ret, struct err *e)
{
	AUTO_FD private =
		file_private_dir(AT_FDCWD, PATH_PRIVATE, BAILIFF_UID, e);
	AUTO_FD policy = -1;
	uint64_t generation = 0;
	int r = private;

	if (r >= 0)
		r = policy =
			file_private_dir(private, "policy", BAILIFF_UID, e);
	/* The generation that current named may be gone a moment later. */
	for (int i = 0; r >= 0 && i < OPEN_ATTEMPTS; i++) {
		char name[24];

		r = current_read(policy, &generation, e);
		if (r < 0)
			break;
		(void)snprintf(name, sizeof(name), "%" PRIu64, generation);
		r = file_private_dir(policy, name, BAILIFF_UID, e);
		if (r >= 0) {
			ret->dirfd = r;
			ret->generation = generation;
			return 0;
		}
		if (r == -ENOENT)
			r = 0;
	}
	if (r == 0)
		r = err_set(e, EBADMSG, "generation %" PRIu64 " is not there",
			    generation);
	if (r == -ENOENT) {
		(void)err_set(e, ENOENT, "no policy is armed");
		return err_hint(e, "start bailiffd, or run bailiffd arm");
	}
	return err_wrap(e, "published policy");
}

void published_close(struct published *p)
{
	fd_drop(&p->dirfd);
}

static int artefact_check(const struct published *p, const char *service,
			  const struct artefact *a, struct err *e)
{
	if (!span_eq_str(a->service, service))
		return err_set(e, EBADMSG, "it is of another service");
	if (a->generation != p->generation)
		return err_set(e, EBADMSG,
			       "it is of generation %" PRIu64
			       ", published as %" PRIu64,
			       a->generation, p->generation);
	return 0;
}

int published_artefact(const struct published *p, const char *service,
		       struct buf *raw, struct artefact *ret, struct err *e)
{
	AUTO_FD dir = -1;
	struct artefact a;
	char name[SERVICE_NAME_MAX + 8];
	int r = service_name_check(span_of(service), e);

	if (r < 0)
		return r;
	(void)snprintf(name, sizeof(name), "%s.art", service);
	dir = file_private_dir(p->dirfd, "services", BAILIFF_UID, e);
	if (dir < 0)
		return err_wrap(e, "published policy");
	r = own_file_read(dir, name, ARTEFACT_MAX, raw, e);
	if (r == -ENOENT) {
		(void)err_set(e, ENOENT, "the policy names no service \"%s\"",
			      service);
		return err_hint(e, "bailiffctl services lists them");
	}
	if (r == 0)
		r = artefact_decode(buf_view(raw), &a, e);
	if (r == 0)
		r = artefact_check(p, service, &a, e);
	if (r < 0)
		return err_wrap(e, "artefact of %s", service);
	*ret = a;
	return 0;
}

int published_start_check(const struct published *p, struct err *e)
{
	struct buf text;
	int r;

	buf_init(&text, PUBLISHED_WITHHELD_MAX);
	r = own_file_read(p->dirfd, PUBLISHED_WITHHELD, PUBLISHED_WITHHELD_MAX,
			  &text, e);
	if (r == 0) {
		struct span rest = buf_view(&text);
		const struct span reason = span_cut(&rest, '\n');

		(void)err_set(e, EKEYEXPIRED, "%.*s", SPAN_FMT(reason));
		r = err_hint(e, "load a fresh bundle; bailiffctl status says "
				"where the time comes from");
	} else if (r == -ENOENT) {
		r = 0;
	}
	buf_done(&text);
	return r;
}

static const char *const unlisted_words[] = {
	[UNLISTED_ALLOW] = "allow",
	[UNLISTED_AUDIT] = "audit",
	[UNLISTED_DENY] = "deny",
};

static int unlisted_find(struct span text, enum unlisted *ret, struct err *e)
{
	while (text.p != NULL) {
		struct span value = span_cut(&text, '\n');

		if (!span_eq_str(span_cut(&value, '='), "unlisted"))
			continue;
		for (int i = UNLISTED_ALLOW; i <= UNLISTED_DENY; i++)
			if (span_eq_str(value, unlisted_words[i])) {
				*ret = (enum unlisted)i;
				return 0;
			}
		break;
	}
	return err_set(e, EBADMSG,
		       "node: no line \"unlisted=allow|audit|deny\"");
}

int published_unlisted(const struct published *p, enum unlisted *ret,
		       struct err *e)
{
	struct buf text;
	int r;

	buf_init(&text, NODE_MAX);
	r = own_file_read(p->dirfd, "node", NODE_MAX, &text, e);
	if (r == 0)
		r = unlisted_find(buf_view(&text), ret, e);
	buf_done(&text);
	return r < 0 ? err_wrap(e, "published policy") : 0;
}
