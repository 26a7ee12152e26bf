/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - bailiff-gate: an OCI runtime in front of the real one. See
 * bailiff-gate(8).
 *
 * It reads the command line as the real runtime would, prepares what create,
 * run and exec need, and then becomes the real runtime, so that exit code,
 * descriptors and signals are exactly its.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/bailiff-gate/gate.h"
#include "lib/auto.h"
#include "pkg/oci/runtime.h"

#define EXIT_REFUSED 1

static int self_find(struct gate *g, struct err *e)
{
	const ssize_t n =
		readlink("/proc/self/exe", g->self, sizeof(g->self) - 1);
	const char *slash;

	if (n < 0)
		return err_errno(e, "read /proc/self/exe");
	g->self[n] = '\0';
	slash = strrchr(g->self, '/');
	if (slash == NULL ||
	    snprintf(g->launcher, sizeof(g->launcher), "%.*s/bailiff-exec",
		     (int)(slash - g->self),
		     g->self) >= (int)sizeof(g->launcher))
		return err_set(e, EINVAL, "the gate's own path is unusable");
	return 0;
}

/* What the gate's own file decides, and the program behind it. */
static int behind_find(struct gate *g, struct err *e)
{
	struct stat self;
	int r = gateconf_load(AT_FDCWD, &g->conf, e);

	if (r == 0 && stat("/proc/self/exe", &self) < 0)
		r = err_errno(e, "stat /proc/self/exe");
	return r < 0 ? r
		     : runtime_find(AT_FDCWD, &g->conf, &self, g->runtime, e);
}

static enum oci_runtime runtime_kind(const char *path)
{
	return strstr(strrchr(path, '/'), "crun") != NULL ? OCI_CRUN : OCI_RUNC;
}

static int become(const struct gate *g, char **argv, struct err *e)
{
	(void)execv(g->runtime, argv);
	return err_errno(e, "execute %s", g->runtime);
}

int gate_pass(struct gate *g, struct err *e)
{
	g->argv[0] = g->runtime;
	return become(g, g->argv, e);
}

int gate_become(struct gate *g, char *const *words, struct err *e)
{
	AUTO_MEM char **argv = NULL;
	const int r = service_descriptors_place(g, e);

	if (r < 0)
		return r;
	if (oci_rebuild(&g->line, g->runtime, words, &argv) < 0)
		return err_set(e, ENOMEM, "out of memory");
	return become(g, argv, e);
}

/* create, run, exec and restore, armed. */
static int guarded(struct gate *g, struct err *e)
{
	switch (g->line.command) {
	case OCI_EXEC:
		return gate_exec(g, e);
	case OCI_RESTORE:
		return gate_restore(g, e);
	case OCI_CREATE:
	case OCI_RUN:
		return gate_start(g, e);
	case OCI_OTHER:
		break;
	}
	return gate_pass(g, e);
}

static int gate_run(struct gate *g, struct err *e)
{
	int r;

	if (g->line.command == OCI_OTHER)
		return gate_pass(g, e);
	/* The rebuilt line still asks for help, in whichever way it came. */
	if (g->line.wants_help || gateconf_has(&g->conf.own, g->line.id))
		return gate_become(g, g->line.words, e);
	r = published_open(&g->policy, e);
	if (r == -ENOENT && gateconf_has(&g->conf.unarmed, g->line.id))
		return gate_become(g, g->line.words, e);
	if (r < 0)
		return err_wrap(e, "container \"%s\"", g->line.id);
	return guarded(g, e);
}

int main(int argc, char **argv)
{
	struct gate g = { .argv = argv,
			  .policy = { .dirfd = -1 },
			  .artefact_fd = -1,
			  .receipt_fd = -1 };
	struct err e = { 0 };
	int r;

	if (argc >= 2 && strcmp(argv[1], "bailiff-hook") == 0)
		return hook_main();
	if (argc == 2 && strcmp(argv[1], "bailiff-version") == 0)
		return puts("bailiff-gate " BAILIFF_VERSION) < 0;
	buf_init(&g.raw, ARTEFACT_MAX);
	r = self_find(&g, &e);
	if (r == 0)
		r = behind_find(&g, &e);
	if (r == 0)
		r = oci_parse(runtime_kind(g.runtime), argc, argv, &g.line, &e);
	if (r == 0)
		r = gate_run(&g, &e);
	refuse(&g, &e);
	published_close(&g.policy);
	buf_done(&g.raw);
	oci_done(&g.line);
	return EXIT_REFUSED;
}
