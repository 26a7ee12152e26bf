/* SPDX-License-Identifier: Apache-2.0 */
/* reach.h - by which calls each gap is reached, and the rules that deny them.
 *
 * Two tables that are held against each other by a test: with its closers in a
 * profile, none of a gap's holes is open.
 */
#ifndef PKG_POLICY_REACH_H
#define PKG_POLICY_REACH_H

#include "lib/buf.h"
#include "pkg/policy/gap.h"
#include "pkg/policy/hole.h"

#define CLOSER_ARGS_MAX 12

struct reach {
	enum gap gap;
	struct hole hole;
};

/* One entry of "syscalls" that denies. */
struct closer {
	enum gap gap;
	const char *calls; /* names with a blank between them */
	uint16_t error;	   /* as a kernel without the feature has it */
	/* As in the specification: conditions on several arguments must all
	 * hold, on one argument any of them. No condition: every call. */
	struct hole_arg args[CLOSER_ARGS_MAX];
	size_t count;
	/* Instead of args: denied when any of these bits is set, allowed by a
	 * rule on none of them. */
	uint8_t bits_index;
	uint32_t bits;
};

extern const struct reach reach_table[];
extern const size_t reach_count;
extern const struct closer closer_table[];
extern const size_t closer_count;

/* The holes of a TCP socket that the port rules hold: what some gaps need. */
extern const struct hole tcp_holes[];
extern const size_t tcp_hole_count;

/**
 * closer_print() - append @c as an entry of "syscalls" of a profile.
 * @calls: those of its calls that are meant.
 * @default_ret: of the profile, since an entry that repeats its default says
 *               nothing.
 */
void closer_print(struct buf *out, const struct closer *c, struct span calls,
		  uint32_t default_ret);

/* Append those of the closer's calls that are open in @p, with a blank between
 * them. */
void closer_calls(const struct profile *p, const struct closer *c,
		  struct buf *out);

/* Does @p let any call pass by which @gap is reached? */
bool gap_is_open(const struct profile *p, enum gap gap);

#endif
