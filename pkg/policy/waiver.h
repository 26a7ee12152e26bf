/* SPDX-License-Identifier: Apache-2.0 */
/* waiver.h - what a service's document gives up in writing: "accept" (never
 * used, whatever the kernel has) and "best-effort" (used where the kernel has
 * it). A ceiling has both as well: what may be given up.
 */
#ifndef PKG_POLICY_WAIVER_H
#define PKG_POLICY_WAIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/json.h"
#include "pkg/landlock/rights.h"

/* The layers of a document, each there or given up in writing. */
enum layer {
	LAYER_LANDLOCK,
	LAYER_SECCOMP,
	LAYER_CAPS,
};
#define LAYERS 3

struct layer_row {
	const char *member, *accept;
};
extern const struct layer_row layer_table[LAYERS];

/* What "accept" gives up. */
struct accepts {
	bool layers[LAYERS];
	uint64_t gaps; /* bits of enum gap */
};

/* What the document gives up when the kernel lacks it. */
struct best_effort {
	bool is_all;
	bool landlock, seccomp, network, devices; /* the layer as a whole */
	uint64_t rights[RIGHT_CLASSES];		  /* single ones of Landlock */
};

/**
 * accepts_parse() - "accept", added to what @ret has.
 * @array: NULL where absent.
 *
 * Return: 0; -EBADMSG with the entry in @e.
 */
int accepts_parse(const json_t *array, struct accepts *ret, struct err *e);

/**
 * layers_check() - is every layer either there or given up, never both?
 * @is_there: by layer.
 *
 * Return: 0; -EBADMSG: which, and what to write.
 */
int layers_check(const struct accepts *a, const bool is_there[LAYERS],
		 struct err *e);

/* "best-effort", as accepts_parse(). */
int best_effort_parse(const json_t *value, struct best_effort *ret,
		      struct err *e);
/* Does it name anything? */
bool best_effort_is_any(const struct best_effort *b);

#endif
