/* SPDX-License-Identifier: Apache-2.0 */
/* about.h - what an event is about: who did what to what, and how it ended.
 *
 * Taken from the fields that the kernel wrote, in one pass: a renderer that
 * walks the fields of all records anyway hands each of them over. What user
 * space wrote is never looked at.
 */
#ifndef PKG_AUDIT_ABOUT_H
#define PKG_AUDIT_ABOUT_H

#include "pkg/audit/event.h"
#include "pkg/audit/shape.h"

/* Values as they stand in the record; p is NULL for what is not there. */
struct actor {
	struct span pid, ppid, uid, euid, exe, comm;
};

struct about {
	const struct event *ev;
	struct actor actor; /* of the record that tells most of who acted */
	struct span arch, syscall, key; /* of the call */
	struct span cwd, title, saddr;
	struct span path; /* of the object: the first PATH that is no parent */
	enum outcome {
		OUTCOME_UNKNOWN,
		OUTCOME_SUCCESS,
		OUTCOME_FAILURE
	} outcome;
	bool has_argv;	  /* an EXECVE record is there */
	unsigned subject; /* which row of about.c the event's records give */

	/* of what is above */
	unsigned actor_rank;
	bool has_path;

	/* the record that is being walked */
	uint16_t type;
	uint32_t noted;		     /* bits of the roles in one */
	struct span one[ROLE_COUNT]; /* the first of each */
};

void about_init(struct about *a, const struct event *ev);

/* The fields of a record of @type come, and are over. */
void about_begin(struct about *a, uint16_t type);
static inline void about_note(struct about *a, enum role role,
			      struct span value)
{
	const uint32_t bit = 1U << role;

	if ((a->noted & bit) == 0)
		a->one[role] = value;
	a->noted |= bit;
}
/* The same of a role that the record has not had. */
static inline void about_first(struct about *a, enum role role,
			       struct span value)
{
	a->one[role] = value;
	a->noted |= 1U << role;
}
void about_end(struct about *a);

/* All of that at once. */
void about_event(struct about *a, const struct event *ev);

/* ECS event.category and event.type. @d: NULL when nothing was denied. */
void about_kind(const struct about *a, const struct event_denial *d,
		const char **ret_category, const char **ret_change);

/* ECS event.action: "execve", "fs.read_file", "syscall.mount", ... */
void about_action(const struct about *a, const struct event_denial *d,
		  struct buf *out);

/* "fs.read_file", "syscall.mount", "inferred.openat". */
void about_denial(const struct event_denial *d, struct buf *out);

/* "fs", "net", "scope", "syscall", "inferred". */
const char *denial_kind(const struct event_denial *d);

const char *outcome_name(enum outcome o);

/* The system call's numbers. Return: false when the event has none. */
bool about_call(const struct about *a, uint32_t *ret_arch, int32_t *ret_nr);

#endif
