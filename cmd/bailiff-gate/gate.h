/* SPDX-License-Identifier: Apache-2.0 */
/* gate.h - what the gate's files share. One process, one container, no loop:
 * it ends by becoming the real runtime, or by refusing. */
#ifndef CMD_BAILIFF_GATE_GATE_H
#define CMD_BAILIFF_GATE_GATE_H

#include <limits.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "pkg/enforce/published.h"
#include "pkg/identity/registry.h"
#include "pkg/oci/cmdline.h"
#include "pkg/oci/gateconf.h"
#include "pkg/oci/spec.h"

struct gate {
	struct gateconf conf;
	char runtime[GATECONF_PATH_MAX + 1]; /* the real one */
	char self[PATH_MAX];		     /* the gate's own path */
	char launcher[PATH_MAX];	     /* beside it */
	char **argv;			     /* as it came */
	struct oci_cmdline line;
	struct published policy; /* dirfd -1 while nothing is armed */

	/* The service that binds the container; policy.number 0: unlisted. */
	struct artefact service; /* points into raw */
	struct buf raw;
	uint32_t ses;		  /* registered for this process */
	struct session container; /* exec: the container's own, for where it
				   * is; else empty */

	/* Of a named service: -1 and 0 before service_descriptors(). */
	int artefact_fd, receipt_fd; /* closed by exec */
	uint32_t passed;	     /* descriptors the caller preserves */
	uint32_t first_fd;	     /* the artefact's; the receipt's is next */
	char preserve[16];	     /* text of the line's new option */
};

/* main.c: become the runtime; they return only when that failed. */
int gate_pass(struct gate *g, struct err *e);
int gate_become(struct gate *g, char *const *words, struct err *e);

/* container.c, exec.c: return only with a failure. */
int gate_start(struct gate *g, struct err *e);
int gate_exec(struct gate *g, struct err *e);
int gate_restore(struct gate *g, struct err *e);

/* service.c: which service this is, and the identity that goes with it. */

/* What names the service of a container. */
enum naming {
	NAMED_BY_NOTHING,
	NAMED_BY_LAYOUT,    /* containerd's namespace services.linuxkit */
	NAMED_BY_ANNOTATION /* io.bailiff.service */
};

/**
 * service_find() - load the artefact of the container's service.
 * @annotation: what io.bailiff.service says; NULL: nothing.
 *
 * Fills g->service; its number is 0 when no policy names the container and the
 * node policy lets such containers run.
 *
 * Return: 0; -EPERM when it may not run.
 */
int service_find(struct gate *g, const char *bundle, const char *annotation,
		 struct err *e);

/* Stamp this process and register its session, both before the runtime. */
int service_stamp(struct gate *g, struct err *e);

/* Open the sealed artefact and the receipt, and decide which numbers they will
 * have in the container: right behind those that the caller passes on. */
int service_descriptors(struct gate *g, struct err *e);

/* Give them these numbers, over whatever the gate itself has there: the last
 * thing before exec. */
int service_descriptors_place(struct gate *g, struct err *e);

struct spec_edit service_edit(const struct gate *g);

/* mask.c: hide bailiff's directories from a container. */
int mask_private(struct gate *g, struct spec *s, int bundle, struct err *e);

/* hook.c: the createRuntime hook. Return: an exit code. */
int hook_main(void);

/* refuse.c */
void refuse(const struct gate *g, const struct err *e);
/* One line in the gate's own log; nothing is refused. */
void report(const struct gate *g, const char *what);

#endif
