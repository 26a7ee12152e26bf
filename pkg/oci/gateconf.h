/* SPDX-License-Identifier: Apache-2.0 */
/* gateconf.h - the gate's own configuration, which needs no policy.
 *
 *	runtime = /usr/bin/runc		which program is the real runtime
 *	allow-unarmed = rescue		may start while no policy is armed
 *	own = bailiff			bailiff's own container: let through,
 *					unstamped, and nothing hidden from it
 *
 * The last two may stand several times. "#" begins a comment line.
 */
#ifndef PKG_OCI_GATECONF_H
#define PKG_OCI_GATECONF_H

#include <stdbool.h>

#include "lib/err.h"
#include "lib/span.h"

#define GATECONF_MAX	  16384 /* bytes */
#define GATECONF_IDS_MAX  16
#define GATECONF_ID_MAX	  127
#define GATECONF_PATH_MAX 255

struct gateconf_ids {
	char id[GATECONF_IDS_MAX][GATECONF_ID_MAX + 1];
	unsigned count;
};

struct gateconf {
	char runtime[GATECONF_PATH_MAX + 1]; /* "": the compiled list */
	struct gateconf_ids unarmed, own;
};

/* Return: 0; -EBADMSG with the line's number and what is wrong with it. */
int gateconf_parse(struct span text, struct gateconf *ret, struct err *e);

bool gateconf_has(const struct gateconf_ids *ids, const char *id);

#endif
