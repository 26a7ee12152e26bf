/* SPDX-License-Identifier: Apache-2.0 */
/* service.c - which service a container is, its number on this process, its
 * policy in a sealed memfd. See gate.h. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/bailiff-gate/gate.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/loop.h"
#include "lib/num.h"
#include "pkg/enforce/receipt.h"
#include "pkg/identity/loginuid.h"
#include "pkg/identity/paths.h"
#include "pkg/identity/registry.h"

#define LINUXKIT_NAMESPACE "services.linuxkit"
#define LISTEN_FDS_MAX	   4096

/* Whether @path has the namespace as one of its last two components:
 * --root .../services.linuxkit, --bundle .../services.linuxkit/NAME. */
static bool is_linuxkit(const char *path)
{
	struct span rest = span_of(path), parent = { 0 }, last = { 0 };

	while (rest.p != NULL) {
		const struct span part = span_cut(&rest, '/');

		if (part.len == 0)
			continue;
		parent = last;
		last = part;
	}
	return span_eq_str(parent, LINUXKIT_NAMESPACE) ||
	       span_eq_str(last, LINUXKIT_NAMESPACE);
}

static enum naming naming_of(const struct gate *g, const char *bundle,
			     const char *annotation)
{
	const char *root = oci_get(&g->line, "root");

	if ((root != NULL && is_linuxkit(root)) || is_linuxkit(bundle))
		return NAMED_BY_LAYOUT;
	return annotation != NULL ? NAMED_BY_ANNOTATION : NAMED_BY_NOTHING;
}

static int unlisted_check(struct gate *g, struct err *e)
{
	enum unlisted rule;
	const int r = published_unlisted(&g->policy, &rule, e);

	if (r < 0)
		return r;
	if (rule != UNLISTED_DENY)
		return 0;
	(void)err_set(e, EPERM,
		      "the policy names no service for container \"%s\", and "
		      "denies what it does not name",
		      g->line.id);
	return err_hint(e, "add it to node.json, or set \"unlisted\" there");
}

int service_find(struct gate *g, const char *bundle, const char *annotation,
		 struct err *e)
{
	const enum naming naming = naming_of(g, bundle, annotation);
	const char *name = naming == NAMED_BY_LAYOUT ? g->line.id : annotation;
	int r;

	g->service = (struct artefact){ 0 };
	if (naming == NAMED_BY_NOTHING)
		return unlisted_check(g, e);
	r = published_artefact(&g->policy, name, &g->raw, &g->service, e);
	/* On LinuxKit every container has a name; an annotation is a wish. */
	if ((r == -ENOENT || r == -EINVAL) && naming == NAMED_BY_LAYOUT)
		return unlisted_check(g, e);
	return r < 0 ? err_wrap(e, "container \"%s\"", g->line.id) : 0;
}

static int session_fill(const struct gate *g, struct session *s, struct err *e)
{
	if (strlen(g->line.id) > INSTANCE_MAX)
		return err_set(e, ENAMETOOLONG,
			       "a container id of over %d bytes", INSTANCE_MAX);
	s->number = g->service.number;
	s->service[0] = '\0';
	if (g->service.number != 0)
		(void)snprintf(s->service, sizeof(s->service), "%.*s",
			       SPAN_FMT(g->service.service));
	strcpy(s->instance, g->line.id);
	s->generation = g->policy.generation;
	s->bundle_version = g->service.bundle_version;
	s->pid = getpid();
	s->started_ms = clock_boot_ms();
	return 0;
}

int service_stamp(struct gate *g, struct err *e)
{
	AUTO_FD dir = file_private_dir(AT_FDCWD, PATH_SESSIONS, BAILIFF_UID, e);
	struct session s = g->container;
	int r = dir;

	if (r >= 0)
		r = session_fill(g, &s, e);
	if (r == 0)
		r = loginuid_stamp(s.number, &s.ses, e);
	if (r == 0)
		r = session_register(dir, &s, e);
	if (r < 0)
		return r;
	g->ses = s.ses;
	return 0;
}

/* How many descriptors systemd's protocol adds before those that are preserved
 * by number: runc asks whether they are meant for this process (whose pid the
 * gate keeps), crun does not. */
static int listen_fds(const struct gate *g, uint32_t *ret, struct err *e)
{
	const char *count = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID");
	uint32_t number = 0;

	*ret = 0;
	if (count == NULL || count[0] == '\0')
		return 0;
	if (g->line.runtime == OCI_RUNC &&
	    (pid == NULL ||
	     num_parse_u32(span_of(pid), 1, INT32_MAX, &number) < 0 ||
	     number != (uint32_t)getpid()))
		return 0;
	if (num_parse_u32(span_of(count), 0, LISTEN_FDS_MAX, ret) < 0)
		return err_set(e, EINVAL, "LISTEN_FDS: not a number up to %d",
			       LISTEN_FDS_MAX);
	return 0;
}

static int memfd_sealed(struct span content, struct err *e)
{
	AUTO_FD fd = memfd_create("bailiff-artefact",
				  MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return err_errno(e, "memfd_create");
	r = file_write_all(fd, content);
	if (r < 0)
		return err_set(e, -r, "write the artefact: %s", strerror(-r));
	if (fcntl(fd, F_ADD_SEALS,
		  F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return err_errno(e, "seal the artefact");
	return fd_steal(&fd);
}

/* @fd above every descriptor that the container gets; closes the original. */
static int move_above(int fd, uint32_t above, struct err *e)
{
	AUTO_FD low = fd;
	const int high = fcntl(low, F_DUPFD_CLOEXEC, (int)above);

	return high < 0 ? err_errno(e, "a descriptor from %u on", above) : high;
}

int service_descriptors(struct gate *g, struct err *e)
{
	uint32_t listening = 0;
	int fd, r = listen_fds(g, &listening, e);

	if (r < 0)
		return r;
	g->passed = oci_number(&g->line, "preserve-fds");
	g->first_fd = 3 + listening + g->passed;
	fd = memfd_sealed(buf_view(&g->raw), e);
	if (fd >= 0)
		g->artefact_fd = fd = move_above(fd, g->first_fd + 2, e);
	if (fd >= 0)
		fd = receipt_open(g->ses, e);
	if (fd >= 0)
		g->receipt_fd = fd = move_above(fd, g->first_fd + 2, e);
	return fd < 0 ? fd : 0;
}

int service_descriptors_place(struct gate *g, struct err *e)
{
	int r;

	if (g->artefact_fd < 0)
		return 0;
	if (dup2(g->artefact_fd, (int)g->first_fd) < 0 ||
	    dup2(g->receipt_fd, (int)g->first_fd + 1) < 0)
		return err_errno(e, "descriptor %u", g->first_fd);
	(void)snprintf(g->preserve, sizeof(g->preserve), "%" PRIu32,
		       g->passed + 2);
	r = oci_set(&g->line, "preserve-fds", g->preserve);
	return r < 0 ? err_set(e, -r, "preserve-fds: %s", strerror(-r)) : 0;
}

struct spec_edit service_edit(const struct gate *g)
{
	const struct artefact_caps *c = &g->service.caps;

	return (struct spec_edit){
		.launcher = g->launcher,
		.hook = g->self,
		.artefact_fd = g->first_fd,
		.receipt_fd = g->first_fd + 1,
		.keeps_caps = c->bounding == ARTEFACT_CAPS_ANY,
		.caps = { .bounding = c->bounding,
			  .effective = c->effective,
			  .permitted = c->permitted,
			  .inheritable = c->inheritable,
			  .ambient = c->ambient },
	};
}
