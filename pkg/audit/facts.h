/* SPDX-License-Identifier: Apache-2.0 */
/* facts.h - what the records of an event say of whose it is. */
#ifndef PKG_AUDIT_FACTS_H
#define PKG_AUDIT_FACTS_H

#include "pkg/audit/event.h"

struct facts {
	uint32_t ses, auid;		   /* UINT32_MAX: none, or unset */
	uint32_t pid;			   /* 0: none */
	const struct event_record *call;   /* SYSCALL, URINGOP or NULL */
	const struct event_record *login;  /* LOGIN or NULL */
	const struct event_record *access; /* LANDLOCK_ACCESS or NULL */
	const struct event_record *domain; /* LANDLOCK_DOMAIN or NULL */
	bool has_exec, has_denial;
};

/* The identity is the acting task's: that of its system call, else of the first
 * record that has one; of a login that failed, the one before. */
void facts_take(const struct event *ev, struct facts *ret);

/* A LOGIN record: whether the task has the new number and session. */
bool login_is_done(struct span text);

/* The Landlock domain of the event. */
bool facts_domain(const struct facts *f, uint64_t *ret);
/* It has a LANDLOCK_DOMAIN record with this status. */
bool facts_domain_is(const struct facts *f, const char *status);

/* A call with our key for refused ones that failed as such, without a record
 * that says what refused it. */
bool facts_are_inferred(const struct facts *f);

/* A service's number, or bailiff's own. */
bool auid_is_reserved(uint32_t auid);

#endif
