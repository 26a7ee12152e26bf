/* SPDX-License-Identifier: Apache-2.0 */
/* published.h - what the daemon published, as the gate and the launcher read
 * it: PATH_POLICY/current names a generation, which is a directory beside it.
 *
 * Every directory on the way belongs to BAILIFF_UID with mode 0700, or nothing
 * is read. One generation is opened once and everything is read from it, so
 * that a publication in between cannot mix two.
 */
#ifndef PKG_ENFORCE_PUBLISHED_H
#define PKG_ENFORCE_PUBLISHED_H

#include "lib/buf.h"
#include "lib/err.h"
#include "pkg/policy/artefact.h"

enum unlisted {
	UNLISTED_ALLOW,
	UNLISTED_AUDIT,
	UNLISTED_DENY
};

struct published {
	int dirfd; /* owned; published_close() */
	uint64_t generation;
};

/**
 * published_open() - the generation in force.
 *
 * Return: 0; -ENOENT when nothing is armed; -EPERM when a directory is not
 * bailiff's own; -EBADMSG when current is no number.
 */
int published_open(struct published *ret, struct err *e);
void published_close(struct published *p);

/**
 * published_artefact() - read and check one service's artefact.
 * @raw: the bytes; @ret points into them.
 *
 * Return: 0; -ENOENT when the policy does not name the service; -EINVAL for
 * what can be no service name; -EPERM for a file that is not bailiff's own;
 * -EBADMSG when it is damaged, or of another service or generation.
 */
int published_artefact(const struct published *p, const char *service,
		       struct buf *raw, struct artefact *ret, struct err *e);

/* What the node policy says of containers that it does not name: the line
 * "unlisted=WORD" of the generation's file "node". Return: 0; -errno. */
int published_unlisted(const struct published *p, enum unlisted *ret,
		       struct err *e);

/* What bailiffd puts beside a generation while its services may not be started:
 * the reason, one sentence. */
#define PUBLISHED_WITHHELD     "withheld"
#define PUBLISHED_WITHHELD_MAX 512

/**
 * published_start_check() - may a service be started now?
 *
 * A node policy whose on-stale is refuse-start withholds its services while
 * it is stale. What runs is not asked about.
 *
 * Return: 0; -EKEYEXPIRED with the reason; -EPERM for a file that is not
 * bailiff's own.
 */
int published_start_check(const struct published *p, struct err *e);

#endif
