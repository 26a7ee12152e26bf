/* SPDX-License-Identifier: Apache-2.0 */
/* bound.h - what runs, what binds it, and what a restart would change.
 *
 * Known from two files that others wrote: the registration of a session, and
 * the launcher's receipt in it. No interface of the kernel shows a process's
 * Landlock domain; what no receipt says is not claimed.
 */
#ifndef CMD_BAILIFFD_BOUND_H
#define CMD_BAILIFFD_BOUND_H

#include "cmd/bailiffd/restart.h"
#include "lib/buf.h"
#include "pkg/identity/registry.h"

enum binding {
	BINDING_NONE,	/* no receipt: nobody knows */
	BINDING_FAILED, /* the launcher said what it could not do */
	BINDING_APPLIED
};

struct bound {
	struct session session; /* pid: a living one (living.h) */
	enum binding binding;
	uint64_t generation; /* that binds it; BINDING_APPLIED */
	uint32_t skipped;    /* rules whose path was not there */
	struct buf receipt;  /* the file; paths and error point into it */
	struct span paths, error;

	/* Against the policy that was asked about. */
	bool differs;  /* a restart would change what binds it */
	bool tightens; /* and it may do more than that policy says */
	bool is_gone;  /* that policy does not name its service */
	const struct restart_entry *entry; /* what; NULL: not known in words */
};

struct bounds {
	struct bound *items; /* in the registry's order */
	size_t count, room;
	int error;
};

struct supervisor;
/* The policy that sessions are held against: the one in force, or one that a
 * dry run compiled. */
struct against {
	uint64_t generation;
	const struct restart *plan;
	bool is_published; /* its artefacts lie in its directory */
};

struct against against_in_force(const struct supervisor *s);

/**
 * bounds_read() - all live sessions of services, unlisted containers too.
 *
 * Return: 0; -ENOMEM; as session_each().
 */
int bounds_read(const struct supervisor *s, const struct against *against,
		struct bounds *ret);
void bounds_done(struct bounds *b);

/* Append the session's object of GET /v1/status. */
void bound_write(const struct bound *b, struct buf *out);
/* Append ,"restart":[...],"restart_omitted":N or the same of "pending": what a
 * restart would change, a sentence a row, with the single changes in the
 * restart plan. When @out has more than @max bytes further rows are only
 * counted. */
enum plan {
	PLAN_RESTART, /* whatever it would change */
	PLAN_PENDING  /* only what it would tighten */
};
void plan_write(const struct bounds *b, enum plan which, size_t max,
		struct buf *out);

/* Read a session's receipt into @b. */
void bound_receipt(int receipts_dir, struct bound *b);
/* Append the paths that were skipped, at most @max, as a JSON array. */
void bound_paths_write(const struct bound *b, size_t max, struct buf *out);

/* Which generations may bind what runs, ascending, the newest @max of those
 * that a session is registered under; the one in force is not among them.
 * Return: how many. */
size_t bounds_generations(const struct supervisor *s, uint64_t *ret,
			  size_t max);

#endif
