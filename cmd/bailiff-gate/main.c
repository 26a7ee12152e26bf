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
#include "lib/file.h"
#include "pkg/identity/paths.h"

#define EXIT_REFUSED 1

/* Where the real runtime is looked for when gate.conf names none. */
static const char *const runtimes[] = {
	"/usr/bin/runc",	"/usr/sbin/runc", "/usr/local/bin/runc",
	"/usr/local/sbin/runc", "/usr/bin/crun",  "/usr/local/bin/crun",
};

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

/* Root's, and nobody else can write it: it decides what runs unconfined. */
static int conf_read(struct gate *g, struct err *e)
{
	AUTO_FD fd = file_open(AT_FDCWD, PATH_GATE_CONF, O_RDONLY | O_NONBLOCK,
			       0, e);
	struct buf text;
	struct stat st;
	int r;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat " PATH_GATE_CONF);
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 022) != 0)
		return err_set(e, EPERM,
			       PATH_GATE_CONF ": others than root can write "
					      "it");
	buf_init(&text, GATECONF_MAX);
	r = file_read_fd(fd, GATECONF_MAX, &text, e);
	if (r == 0)
		r = gateconf_parse(buf_view(&text), &g->conf, e);
	buf_done(&text);
	return r < 0 ? err_wrap(e, PATH_GATE_CONF) : 0;
}

static bool is_program(const char *path, const struct stat *self)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & 0111) != 0 &&
	       (st.st_dev != self->st_dev || st.st_ino != self->st_ino);
}

static int runtime_find(struct gate *g, struct err *e)
{
	const char *chosen = NULL;
	struct stat self;

	if (stat("/proc/self/exe", &self) < 0)
		return err_errno(e, "stat /proc/self/exe");
	if (g->conf.runtime[0] != '\0') {
		chosen = g->conf.runtime;
		if (!is_program(chosen, &self))
			return err_set(e, ENOENT,
				       PATH_GATE_CONF ": runtime %s is not a "
						      "program, or is the "
						      "gate itself",
				       chosen);
	}
	for (size_t i = 0;
	     chosen == NULL && i < sizeof(runtimes) / sizeof(runtimes[0]); i++)
		if (is_program(runtimes[i], &self))
			chosen = runtimes[i];
	if (chosen == NULL) {
		(void)err_set(e, ENOENT, "there is no runc and no crun");
		return err_hint(e, "name one in " PATH_GATE_CONF
				   ": runtime = /path");
	}
	(void)snprintf(g->runtime, sizeof(g->runtime), "%s", chosen);
	return 0;
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
		r = conf_read(&g, &e);
	if (r == 0)
		r = runtime_find(&g, &e);
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
