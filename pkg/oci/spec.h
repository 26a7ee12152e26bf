/* SPDX-License-Identifier: Apache-2.0 */
/* spec.h - a container's config.json or process.json, read, edited, written.
 *
 * What the gate does not edit comes out as it went in: members it does not
 * know, their order, and every number as it was written (an rlimit of 2^64-1
 * and a real number fit no integer type). runc's parser takes a member's name
 * in any case, so an object that the gate edits may not hold a second spelling
 * of an edited member.
 */
#ifndef PKG_OCI_SPEC_H
#define PKG_OCI_SPEC_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/span.h"
#include "pkg/identity/paths.h"

#define SPEC_MAX	8388608 /* bytes */
#define SPEC_ANNOTATION "io.bailiff.service"
#define SPEC_MASK	"bailiff-mask" /* source of the mounts that hide */
/* Source of those that hold: spelt as nobody else would. */
#define SPEC_HOLD PATH_RUN "/./."

struct spec {
	json_t *root;  /* owned; an object */
	char mark[40]; /* begins a string that stands for a number */
};

/* The capability sets of process.capabilities, as bit masks. */
struct spec_caps {
	uint64_t bounding, effective, permitted, inheritable, ambient;
};

/* What a gated container gets. All borrowed. */
struct spec_edit {
	const char *launcher; /* its path on the host; NULL in process.json */
	const char *hook;     /* the gate, for createRuntime; NULL likewise */
	uint32_t artefact_fd, receipt_fd;
	bool keeps_caps; /* process.capabilities stays as it is */
	struct spec_caps caps;
};

/**
 * spec_parse() - read a document.
 * @ret: spec_done().
 *
 * Return: 0; -EFBIG above SPEC_MAX; -EBADMSG for what is not one JSON object,
 * has a key twice, or is ambiguous in the sense above; -ENOMEM.
 */
int spec_parse(struct span text, struct spec *ret, struct err *e);
void spec_done(struct spec *s);

/* Append the document. Return: 0; -ENOMEM, -E2BIG from @out. */
int spec_text(const struct spec *s, struct buf *out, struct err *e);

/* The service that the annotation names; NULL without one, or when it is no
 * text. Borrowed. */
const char *spec_service(const struct spec *s);

/* root.path as written; NULL when there is none. Borrowed. */
const char *spec_rootfs(const struct spec *s);

/**
 * spec_unwrap() - take back what an earlier spec_wrap(), spec_mask() and
 * spec_hold() did, so that a bundle that is created twice is not wrapped twice.
 */
void spec_unwrap(struct spec *s);

/**
 * spec_wrap() - put the launcher in front of a container's process.
 *
 * process.args, capabilities and noNewPrivileges; the launcher's mount, last,
 * so that no other mount covers it; the hook, first. Unwraps before.
 *
 * Return: 0; -EBADMSG when there is no process or it has no arguments; -ENOMEM.
 */
int spec_wrap(struct spec *s, const struct spec_edit *edit, struct err *e);

/* The same for a process.json, whose root is the process itself. */
int spec_process_wrap(struct spec *s, const struct spec_edit *edit,
		      struct err *e);

/* The hook alone: what a container without a policy gets. Return: 0; -ENOMEM.
 */
int spec_hook(struct spec *s, const char *gate);

/* Hide @path (in the container) under an empty read-only tmpfs, after all
 * mounts that are there. Return: 0; -ENOMEM. */
int spec_mask(struct spec *s, const char *path);

/* Mount the directory of bailiff's sockets read-only over @path (in the
 * container), where it is seen: what is in it can be used, and not be removed,
 * replaced or moved. Return: 0; -ENOMEM. */
int spec_hold(struct spec *s, const char *path);

/**
 * spec_binds() - call @each for every bind mount.
 *
 * @each: with the source as written, the destination, and whether it is
 * recursive; a negative result ends the walk and is returned.
 */
int spec_binds(const struct spec *s,
	       int (*each)(void *ctx, const char *source,
			   const char *destination, bool is_recursive),
	       void *ctx);

#endif
