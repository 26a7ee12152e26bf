/* SPDX-License-Identifier: Apache-2.0 */
/* stage.h - what the compiler makes of one service's document, stage by stage,
 * to be read.
 *
 *	document -> ir -> checks -> optimised -> landlock, seccomp -> artefact
 *
 * Each prints what the one after it starts from. Nothing here decides anything:
 * it runs the steps of the compiler (model.h) as far as they are needed.
 */
#ifndef PKG_POLICY_STAGE_H
#define PKG_POLICY_STAGE_H

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/span.h"
#include "pkg/policy/policy.h"

enum stage_kind {
	STAGE_DOCUMENT,
	STAGE_IR,
	STAGE_CHECKS,
	STAGE_OPTIMISED,
	STAGE_LANDLOCK,
	STAGE_SECCOMP,
	STAGE_ARTEFACT,
	STAGE_KINDS
};

struct stage_row {
	const char *name;
	const char *what; /* it prints, one clause */
};

/* Indexed by enum stage_kind, in the order of the compiler. */
extern const struct stage_row stage_table[STAGE_KINDS];

/* The stage of that name; -1 for none. */
int stage_find(struct span name);

struct stage_input {
	struct span text; /* the document */
	const char *name; /* of the service */
	const struct policy_kernel *kernel;
	uint32_t token; /* libseccomp's architecture; 0: this machine's */
	bool is_json;	/* one line of it, for machines */
	bool is_raw;	/* STAGE_ARTEFACT: its bytes */
};

/**
 * stage_print() - append what stage @kind makes of the document.
 * @ret_refused: STAGE_CHECKS: did a check say no? It is printed then.
 *
 * Return: 0; whatever the compiler refuses the document with before that
 * stage; -E2BIG from @out; -ENOMEM.
 */
int stage_print(enum stage_kind kind, const struct stage_input *in,
		struct buf *out, bool *ret_refused, struct err *e);

#endif
