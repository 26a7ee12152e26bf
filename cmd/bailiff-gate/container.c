/* SPDX-License-Identifier: Apache-2.0 */
/* container.c - create, run and restore: no container starts but under its
 * policy. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/bailiff-gate/gate.h"
#include "lib/auto.h"
#include "lib/file.h"

struct bundle {
	int dirfd; /* owned */
	char path[PATH_MAX];
	struct stat config; /* of config.json as it was */
	struct spec spec;
};

static void bundle_close(struct bundle *b)
{
	fd_drop(&b->dirfd);
	spec_done(&b->spec);
}

static int config_read(struct bundle *b, struct err *e)
{
	AUTO_FD fd = openat(b->dirfd, "config.json", O_RDONLY | O_CLOEXEC);
	struct buf text;
	int r;

	if (fd < 0)
		return err_errno(e, "open config.json");
	if (fstat(fd, &b->config) < 0)
		return err_errno(e, "stat config.json");
	buf_init(&text, SPEC_MAX);
	r = file_read_fd(fd, SPEC_MAX, &text, e);
	if (r == 0)
		r = spec_parse(buf_view(&text), &b->spec, e);
	buf_done(&text);
	return r < 0 ? err_wrap(e, "config.json") : 0;
}

static int bundle_open(const struct gate *g, struct bundle *ret, struct err *e)
{
	const char *path = oci_get(&g->line, "bundle");
	struct bundle b = { .dirfd = -1 };
	int r;

	if (path == NULL)
		path = ".";
	if (realpath(path, b.path) == NULL)
		return err_errno(e, "bundle %s", path);
	b.dirfd = open(b.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b.dirfd < 0)
		return err_errno(e, "bundle %s", path);
	r = config_read(&b, e);
	if (r < 0) {
		bundle_close(&b);
		return err_wrap(e, "bundle %s", path);
	}
	*ret = b;
	return 0;
}

/* The old file or the new one, never half of either; owner and mode stay. */
static int config_write(const struct bundle *b, struct err *e)
{
	struct buf text;
	int r;

	buf_init(&text, SPEC_MAX * 2);
	r = spec_text(&b->spec, &text, e);
	if (r == 0)
		r = file_replace(b->dirfd, "config.json",
				 b->config.st_mode & 07777, buf_view(&text), e);
	buf_done(&text);
	if (r == 0 && b->config.st_uid != getuid() &&
	    fchownat(b->dirfd, "config.json", b->config.st_uid,
		     b->config.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		r = err_errno(e, "chown");
	return r < 0 ? err_wrap(e, "edit config.json") : 0;
}

static int named_start(struct gate *g, struct bundle *b, struct err *e)
{
	struct spec_edit edit;
	int r = service_stamp(g, e);

	if (r == 0)
		r = service_descriptors(g, e);
	if (r < 0)
		return r;
	edit = service_edit(g);
	r = spec_wrap(&b->spec, &edit, e);
	return r < 0 ? err_wrap(e, "config.json") : 0;
}

/* A number in audit is all that such a container gets; a kernel without audit
 * does not stop it, and the gate's log says so. */
static int unlisted_start(struct gate *g, struct bundle *b, struct err *e)
{
	struct err stamp = { 0 };

	spec_unwrap(&b->spec);
	if (service_stamp(g, &stamp) < 0)
		report(g, stamp.text);
	else if (spec_hook(&b->spec, g->self) < 0)
		return err_set(e, ENOMEM, "edit config.json: out of memory");
	return 0;
}

int gate_start(struct gate *g, struct err *e)
{
	struct bundle b = { .dirfd = -1 };
	int r = 0;

	if (oci_get(&g->line, "config") != NULL)
		return err_set(e, EPERM,
			       "container \"%s\": --config puts another file "
			       "in place of the bundle's",
			       g->line.id);
	r = bundle_open(g, &b, e);
	if (r < 0)
		return r;
	r = service_find(g, b.path, spec_service(&b.spec), e);
	if (r == 0 && g->service.number != 0) {
		r = published_start_check(&g->policy, e);
		if (r == 0)
			r = named_start(g, &b, e);
	}
	if (r == 0 && g->service.number == 0)
		r = unlisted_start(g, &b, e);
	if (r == 0)
		r = mask_private(g, &b.spec, b.dirfd, e);
	if (r == 0)
		r = config_write(&b, e);
	bundle_close(&b);
	return r < 0 ? r : gate_become(g, NULL, e);
}

int gate_restore(struct gate *g, struct err *e)
{
	struct bundle b = { .dirfd = -1 };
	struct err stamp = { 0 };
	int r = bundle_open(g, &b, e);

	if (r == 0)
		r = service_find(g, b.path, spec_service(&b.spec), e);
	bundle_close(&b);
	if (r < 0)
		return r;
	if (g->service.number != 0) {
		(void)err_set(e, EPERM,
			      "container \"%s\" is service %.*s, which cannot "
			      "be restored: its policy is not in the image",
			      g->line.id, SPAN_FMT(g->service.service));
		return err_hint(e, "create it anew");
	}
	if (service_stamp(g, &stamp) < 0)
		report(g, stamp.text);
	return gate_become(g, NULL, e);
}
