/* SPDX-License-Identifier: Apache-2.0 */
/* restart.h - what a restart would change: the file "restart" of a generation.
 *
 * Landlock, seccomp and capabilities bind a process from its first instruction
 * on; a newer policy reaches it by a restart. The policy process, which has the
 * documents, compares each generation that it still keeps with the new one and
 * writes down, for each service, what differs of what binds. The supervisor
 * looks up in it what the registered sessions are bound by.
 */
#ifndef CMD_BAILIFFD_RESTART_H
#define CMD_BAILIFFD_RESTART_H

#include "lib/buf.h"
#include "lib/cur.h"
#include "lib/err.h"
#include "pkg/policy/policy.h"

#define RESTART_FILE	     "restart"
#define RESTART_MAX	     8388608
#define RESTART_TOLD_MAX     32 /* sentences of one service, the rest counted */
#define RESTART_SENTENCE_MAX 2048 /* bytes; longer ones are cut */

/* A service that a restart would change. */
struct restart_entry {
	struct span service;
	bool tightens; /* what runs may do more than the policy in force says */
	bool is_gone;  /* the new policy does not name it */
	uint32_t count;	     /* of differences */
	uint32_t told;	     /* of these, in sentences */
	struct span changes; /* told times: restart_change_next() */
};

struct restart_generation {
	uint64_t generation;
	struct restart_entry *entries; /* sorted by service; owned */
	size_t count;
};

struct restart {
	struct buf raw;			  /* the others point into it */
	struct restart_generation *items; /* owned */
	size_t count;
};

/**
 * restart_encode() - compare @to with each of @kept.
 * @out: the file's bytes are appended.
 *
 * A generation for which the time does not suffice is left out.
 *
 * Return: 0; -ENOMEM; -E2BIG.
 */
int restart_encode(struct policy *const *kept, size_t count,
		   const struct policy *to, struct buf *out, struct err *e);

/* Copies @raw. @ret is overwritten on success. Return: 0; -EBADMSG; -ENOMEM. */
int restart_decode(struct span raw, struct restart *ret, struct err *e);
void restart_done(struct restart *r);

/**
 * restart_find() - what a restart of @service changes, if @generation binds it.
 * @ret: NULL: nothing.
 *
 * Return: 0; -ENOENT when nobody compared that generation.
 */
int restart_find(const struct restart *r, uint64_t generation,
		 struct span service, const struct restart_entry **ret);

/* The next told difference: start with cur_of(entry->changes). */
struct restart_change {
	enum policy_change_kind kind;
	struct span layer, sentence;
};
struct restart_change restart_change_next(struct cur *c);

#endif
