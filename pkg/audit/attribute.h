/* SPDX-License-Identifier: Apache-2.0 */
/* attribute.h - whose an event is, and who claims to be what it is not.
 *
 * In this order: the registered session of the record's ses=, or a session that
 * a task of it was given by somebody who may change loginuid (a login in sshd);
 * the Landlock domain, once the session it began in is known; the cgroup of a
 * process that still lives; the cgroup in which it ended. The first that knows
 * stands. A later one that costs no system call is asked too, and when it names
 * another service that is an event of its own.
 *
 * auid names nobody: any process whose loginuid is unset may write any number
 * once. A reserved auid in a session that nobody registered is forged and
 * belongs to no service. The gate and the launcher write loginuid a moment
 * before they register, so a LOGIN record opens a grace period of
 * IMPOSTOR_GRACE_MS; a program executed inside it without a registration ends
 * it, since they register before they execute anything.
 *
 * The registry and the clock are the caller's.
 */
#ifndef PKG_AUDIT_ATTRIBUTE_H
#define PKG_AUDIT_ATTRIBUTE_H

#include <stdint.h>

#include "pkg/audit/assemble.h"
#include "pkg/identity/registry.h"

/* Each returns NULL for nobody; what it returns is valid until the next call.
 * All but by_session may be NULL. */
struct attribute_lookup {
	void *ctx;
	const struct session *(*by_session)(void *ctx, uint32_t ses);
	/* Who registered with this pid, and still has it. */
	const struct session *(*by_pid)(void *ctx, int32_t pid);
	/* The service that runs in the cgroup of @pid, now. */
	const struct session *(*by_cgroup)(void *ctx, int32_t pid);
	/* Whether a process with this number ended at @time_ms (since 1970) or
	 * later; @ret: the service of its cgroup, or untouched. No system call
	 * as a rule: it is asked of every event. */
	bool (*by_exit)(void *ctx, int32_t pid, uint64_t time_ms,
			const struct session **ret);
	uint32_t self_ses; /* the daemon's own, never forged; 0: none */
};

struct attribute_counters {
	uint64_t by[HOW_COUNT]; /* HOW_NONE: nobody's */
	uint64_t forged;	/* events of forged sessions */
	uint64_t impostors;	/* identity.forged events sent */
	uint64_t disagreed;	/* events for which two sources differ */
	uint64_t inferred;
	/* Limits hit. */
	uint64_t domains_dropped, sessions_dropped, pending_dropped;
};

struct attributor;

/**
 * attributor_new() -
 * @lookup: copied.
 * @own: gets the events of bailiff's own: "identity.forged" with text
 *       "ses= auid= pid= uid= comm= exe=", "identity.disagreed" with
 *       "ses= service= by= other= other_by= pid= count=".
 *
 * Return: 0; -ENOMEM.
 */
int attributor_new(const struct attribute_lookup *lookup, assemble_fn *own,
		   void *ctx, struct attributor **ret);
void attributor_free(struct attributor *a);

/**
 * attribute_event() - fill service, instance, ses, auid, how, generation,
 * is_forged and is_inferred.
 * @ev: service and instance then point into @a, until the next call.
 * @now_ms: never goes back. @real_ms: since 1970, for own events.
 */
void attribute_event(struct attributor *a, struct event *ev, uint64_t now_ms,
		     uint64_t real_ms);

/**
 * attribute_recall() - remember what a predecessor found.
 * @ev: out of the trail, of this boot; the events in their order.
 *
 * Logins, Landlock domains and whom it reported: what no registration holds.
 */
void attribute_recall(struct attributor *a, const struct event *ev);

/* Look again for those in their grace period; report whose time is over. To be
 * called at least every 100 ms while attribute_wait_ms() is not -1, so that a
 * registration that does not live long is seen. */
void attribute_expire(struct attributor *a, uint64_t now_ms, uint64_t real_ms);
int attribute_wait_ms(const struct attributor *a, uint64_t now_ms);

/* A session that a task of a service was given by somebody who may. */
struct attribute_login {
	uint32_t ses, pid; /* of that task, or of another in it */
	char service[SERVICE_NAME_MAX + 1];
};
/* Each is given once, those that were recalled too. Return: false when there is
 * no more. */
bool attribute_login_take(struct attributor *a, struct attribute_login *ret);

const struct attribute_counters *attribute_counted(const struct attributor *a);

#endif
