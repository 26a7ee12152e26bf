/* SPDX-License-Identifier: Apache-2.0 */
/* twins.h - models by their seccomp profile: services that have the same one
 * need its program generated and proved once.
 *
 * Equal means equal in every rule and condition, so what was proved of one
 * model's program holds for the other's profile.
 */
#ifndef PKG_POLICY_TWINS_H
#define PKG_POLICY_TWINS_H

#include <stddef.h>

struct model;

struct twins {
	const struct model **slots; /* open addressing; half are free */
	size_t size;		    /* a power of two */
};

/* Room for @count models. Return: 0; -ENOMEM. */
int twins_init(struct twins *t, size_t count);
void twins_done(struct twins *t);

/* A model with @m's profile and a proved program; NULL for none. */
const struct model *twins_find(const struct twins *t, const struct model *m);

/* @m is compiled; it stays where it is as long as @t is used. */
void twins_add(struct twins *t, const struct model *m);

#endif
