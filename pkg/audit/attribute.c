/* SPDX-License-Identifier: Apache-2.0 */
/* attribute.c - see attribute.h. */
#include "pkg/audit/attribute.h"

#include <errno.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/audit/disagree.h"
#include "pkg/audit/facts.h"
#include "pkg/audit/impostor.h"
#include "pkg/audit/owner.h"
#include "pkg/audit/record.h"
#include "pkg/identity/paths.h"

#define OWN_TEXT_MAX 1024 /* of identity.disagreed */

struct attributor {
	struct attribute_lookup lookup;
	assemble_fn *own;
	void *ctx;
	struct attribute_counters counters;
	struct owners domains;	/* by id */
	struct owners sessions; /* that come from a registered one, by number */
	bool has_logins;	/* one of them may not be taken yet */
	struct disagreements disagreements;
	struct impostors impostors;
	uint64_t real_ms;   /* of own events, now */
	struct owner found; /* what the event's spans point at */
	struct owner other; /* what another source says */
	struct event event; /* of our own */
};

/* ---- events of our own ----------------------------------------------------
 */

static void impostor_say(void *ctx, const struct impostor *i)
{
	struct attributor *a = ctx;

	a->event = (struct event){
		.kind = EVENT_OWN,
		.time_ms = a->real_ms,
		.action = span_of("identity.forged"),
		.text = span_of(i->text),
		.is_forged = true,
		.ses = i->ses,
		.auid = i->auid,
	};
	a->own(a->ctx, &a->event);
}

static void disagreement_say(struct attributor *a, const struct disagreement *d)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };

	buf_init(&text, OWN_TEXT_MAX);
	if (d->ses != UINT32_MAX)
		buf_printf(&text, "ses=%u ", d->ses);
	buf_printf(&text,
		   "service=%s by=%s other=%s other_by=%s pid=%u count=%llu",
		   d->service, event_how_name(d->by), d->other,
		   event_how_name(d->other_by), d->pid,
		   (unsigned long long)d->count);
	a->event = (struct event){
		.kind = EVENT_OWN,
		.time_ms = a->real_ms,
		.action = span_of("identity.disagreed"),
		.text = buf_view(&text),
		.service = span_of(d->service),
		.how = d->by,
		.ses = d->ses,
		.auid = UINT32_MAX,
	};
	a->own(a->ctx, &a->event);
}

/* ---- life -----------------------------------------------------------------
 */

static bool is_registered(void *ctx, uint32_t ses)
{
	const struct attributor *a = ctx;

	return a->lookup.by_session(a->lookup.ctx, ses) != NULL;
}

int attributor_new(const struct attribute_lookup *lookup, assemble_fn *own,
		   void *ctx, struct attributor **ret)
{
	struct attributor *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return -ENOMEM;
	a->lookup = *lookup;
	a->own = own;
	a->ctx = ctx;
	a->impostors.report = impostor_say;
	a->impostors.is_known = is_registered;
	a->impostors.ctx = a;
	*ret = a;
	return 0;
}

void attributor_free(struct attributor *a)
{
	free(a);
}

const struct attribute_counters *attribute_counted(const struct attributor *a)
{
	return &a->counters;
}

void attribute_expire(struct attributor *a, uint64_t now_ms, uint64_t real_ms)
{
	struct disagreement d;

	a->real_ms = real_ms;
	impostors_expire(&a->impostors, now_ms);
	while (disagree_due(&a->disagreements, now_ms, &d))
		disagreement_say(a, &d);
}

int attribute_wait_ms(const struct attributor *a, uint64_t now_ms)
{
	return impostors_wait_ms(&a->impostors, now_ms);
}

/* ---- sources --------------------------------------------------------------
 */

/* A session that is registered, or comes from one that is. A registered session
 * has a reserved auid: both are written at once. */
static bool by_session(struct attributor *a, const struct facts *f,
		       uint64_t time_ms, struct owner *ret)
{
	const struct owner *heir = NULL;
	const struct session *s = NULL;

	(void)time_ms;
	if (f->ses == UINT32_MAX)
		return false;
	if (f->auid == UINT32_MAX || auid_is_reserved(f->auid))
		s = a->lookup.by_session(a->lookup.ctx, f->ses);
	else
		heir = owners_find(&a->sessions, f->ses);
	if (s != NULL)
		owner_of(s, ret);
	else if (heir != NULL)
		*ret = *heir;
	return s != NULL || heir != NULL;
}

static bool by_domain(struct attributor *a, const struct facts *f,
		      uint64_t time_ms, struct owner *ret)
{
	const struct owner *d;
	uint64_t id;

	(void)time_ms;
	if (!facts_domain(f, &id))
		return false;
	d = owners_find(&a->domains, id);
	if (d != NULL)
		*ret = *d;
	return d != NULL;
}

/* A domain nobody's session is known for: the task that made it is named in
 * the record, and it is the launcher, which registered with its pid. Who has a
 * session and is not known by it is not of that service. */
static bool by_launcher(struct attributor *a, const struct facts *f,
			uint64_t time_ms, struct owner *ret)
{
	const struct session *s = NULL;
	uint64_t id;
	uint32_t pid;

	(void)time_ms;
	if (a->lookup.by_pid != NULL && f->ses == UINT32_MAX &&
	    facts_domain_is(f, "allocated") && facts_domain(f, &id) &&
	    record_u32(f->domain->text, "pid", &pid))
		s = a->lookup.by_pid(a->lookup.ctx, (int32_t)pid);
	if (s == NULL)
		return false;
	owner_of(s, ret);
	owners_put(&a->domains, id, ret);
	return true;
}

/* Where the process was when it ended; @ret_ended: it has, so that whoever has
 * its number now is somebody else. */
static bool exit_find(struct attributor *a, const struct facts *f,
		      uint64_t time_ms, bool *ret_ended, struct owner *ret)
{
	const struct session *s = NULL;

	*ret_ended =
		a->lookup.by_exit != NULL && f->pid != 0 &&
		a->lookup.by_exit(a->lookup.ctx, (int32_t)f->pid, time_ms, &s);
	if (s != NULL)
		owner_of(s, ret);
	return s != NULL;
}

static bool by_exit(struct attributor *a, const struct facts *f,
		    uint64_t time_ms, struct owner *ret)
{
	bool has_ended;

	return exit_find(a, f, time_ms, &has_ended, ret);
}

/* The cgroup of the process with this number, now; what the map of exits says
 * is asked afterwards, or the number could be given anew in between. */
static bool by_cgroup(struct attributor *a, const struct facts *f,
		      uint64_t time_ms, struct owner *ret)
{
	const struct session *s = NULL;
	struct owner ended = { 0 };
	bool has_ended;

	if (a->lookup.by_cgroup != NULL && f->pid != 0)
		s = a->lookup.by_cgroup(a->lookup.ctx, (int32_t)f->pid);
	if (s == NULL)
		return false;
	owner_of(s, ret);
	(void)exit_find(a, f, time_ms, &has_ended, &ended);
	return !has_ended || strcmp(ended.service, ret->service) == 0;
}

/* In the order in which they are asked: the first that knows stands. */
static const struct source {
	enum event_how how;
	bool is_cheap; /* asked also when another has answered */
	bool (*ask)(struct attributor *a, const struct facts *f,
		    uint64_t time_ms, struct owner *ret);
} sources[] = {
	{ HOW_SESSION, true, by_session },    { HOW_LANDLOCK, true, by_domain },
	{ HOW_LANDLOCK, false, by_launcher }, { HOW_CGROUP, false, by_cgroup },
	{ HOW_EXIT, true, by_exit },
};
#define SOURCES (sizeof(sources) / sizeof(sources[0]))

/* Ask the first @count of them. @ret_next: which one would be next. */
static enum event_how owner_find(struct attributor *a, const struct facts *f,
				 uint64_t time_ms, size_t count,
				 size_t *ret_next)
{
	for (size_t i = 0; i < count; i++) {
		if (!sources[i].ask(a, f, time_ms, &a->found))
			continue;
		*ret_next = i + 1;
		return sources[i].how;
	}
	return HOW_NONE;
}

/* ---- sources that differ --------------------------------------------------
 */

/* Ask the others that cost nothing, from source @next on. The one that stands
 * is in a->found. */
static void others_ask(struct attributor *a, const struct facts *f,
		       const struct event *ev, size_t next, uint64_t now_ms)
{
	for (size_t i = next; i < SOURCES; i++) {
		struct disagreement d = { .ses = f->ses,
					  .pid = f->pid,
					  .by = ev->how,
					  .other_by = sources[i].how };

		if (!sources[i].is_cheap ||
		    !sources[i].ask(a, f, ev->time_ms, &a->other) ||
		    strcmp(a->found.service, a->other.service) == 0)
			continue;
		a->counters.disagreed++;
		memcpy(d.service, a->found.service, sizeof(d.service));
		memcpy(d.other, a->other.service, sizeof(d.other));
		if (disagree_note(&a->disagreements, &d, now_ms))
			disagreement_say(a, &d);
	}
}

/* ---- what is remembered ---------------------------------------------------
 */

static void login_keep(struct attributor *a, uint32_t ses, uint32_t pid,
		       struct owner *owner)
{
	owner->pid = pid;
	owner->is_taken = false;
	owners_put(&a->sessions, ses, owner);
	a->has_logins = true;
}

bool attribute_login_take(struct attributor *a, struct attribute_login *ret)
{
	struct owners *all = &a->sessions;

	for (size_t i = 0; a->has_logins && i < all->count; i++) {
		struct owner *owner = &all->values[i];

		if (owner->is_taken)
			continue;
		owner->is_taken = true;
		*ret = (struct attribute_login){ .ses = (uint32_t)all->keys[i],
						 .pid = owner->pid };
		memcpy(ret->service, owner->service, sizeof(ret->service));
		return true;
	}
	a->has_logins = false;
	return false;
}

/* A task of a registered session, or of one that comes from it, was given a
 * new one by somebody who may (sshd's pam_loginuid): it stays the service's. */
static void login_follow(struct attributor *a, const struct facts *f)
{
	const struct span text = f->login->text;
	struct facts old = { .ses = UINT32_MAX, .auid = UINT32_MAX };
	struct owner owner;
	uint32_t ses;

	if (!login_is_done(text) || !record_u32(text, "old-ses", &old.ses) ||
	    !record_u32(text, "old-auid", &old.auid) ||
	    !record_u32(text, "ses", &ses) || ses == UINT32_MAX ||
	    ses != f->ses || f->auid == UINT32_MAX ||
	    auid_is_reserved(f->auid) || !by_session(a, &old, 0, &owner))
		return;
	login_keep(a, ses, f->pid, &owner);
}

static void domain_follow(struct attributor *a, const struct facts *f,
			  enum event_how how, const struct owner *owner)
{
	uint64_t id;

	if (!facts_domain(f, &id))
		return;
	if (facts_domain_is(f, "deallocated"))
		owners_remove(&a->domains, id);
	else if (how == HOW_SESSION && owners_find(&a->domains, id) == NULL)
		owners_put(&a->domains, id, owner);
}

static void span_keep(struct span s, char *ret, size_t size)
{
	const size_t len = s.len < size ? s.len : size - 1;

	if (len != 0)
		memcpy(ret, s.p, len);
	ret[len] = '\0';
}

void attribute_recall(struct attributor *a, const struct event *ev)
{
	struct owner owner = { .ses = ev->ses,
			       .auid = ev->auid,
			       .generation = ev->generation };
	struct facts f;
	uint64_t id;

	if (ev->kind == EVENT_OWN && ev->is_forged &&
	    span_eq_str(ev->action, "identity.forged"))
		impostor_told(&a->impostors, ev->ses);
	if (ev->kind != EVENT_AUDIT ||
	    (ev->how != HOW_SESSION && ev->how != HOW_LANDLOCK))
		return;
	span_keep(ev->service, owner.service, sizeof(owner.service));
	span_keep(ev->instance, owner.instance, sizeof(owner.instance));
	facts_take(ev, &f);
	if (ev->how == HOW_SESSION && ev->ses != UINT32_MAX &&
	    ev->auid != UINT32_MAX && !auid_is_reserved(ev->auid) &&
	    owners_find(&a->sessions, ev->ses) == NULL)
		login_keep(a, ev->ses, f.pid, &owner);
	if (ev->how == HOW_LANDLOCK && facts_domain(&f, &id) &&
	    owners_find(&a->domains, id) == NULL)
		owners_put(&a->domains, id, &owner);
	domain_follow(a, &f, ev->how, &owner);
}

/* ---- the event ------------------------------------------------------------
 */

static void event_give(struct attributor *a, struct event *ev,
		       enum event_how how)
{
	ev->how = how;
	ev->service = span_of(a->found.service);
	ev->instance = span_of(a->found.instance);
	ev->generation = a->found.generation;
	if (ev->ses == UINT32_MAX && how == HOW_LANDLOCK) {
		ev->ses = a->found.ses;
		ev->auid = a->found.auid;
	}
}

static void count(struct attributor *a, const struct event *ev)
{
	struct attribute_counters *c = &a->counters;

	c->by[ev->how]++;
	c->forged += ev->is_forged;
	c->inferred += ev->is_inferred;
	c->impostors = a->impostors.reported;
	c->pending_dropped = a->impostors.dropped;
	c->domains_dropped = a->domains.dropped;
	c->sessions_dropped = a->sessions.dropped;
}

void attribute_event(struct attributor *a, struct event *ev, uint64_t now_ms,
		     uint64_t real_ms)
{
	enum event_how how;
	struct facts f;
	bool claims;
	size_t next = 0;

	a->real_ms = real_ms;
	facts_take(ev, &f);
	ev->ses = f.ses;
	ev->auid = f.auid;
	if (f.login != NULL)
		login_follow(a, &f);
	/* Who claims a number is what its session says, or nobody. */
	claims = auid_is_reserved(f.auid) && f.ses != UINT32_MAX;
	how = owner_find(a, &f, ev->time_ms, claims ? 1 : SOURCES, &next);
	if (how != HOW_NONE) {
		event_give(a, ev, how);
		others_ask(a, &f, ev, next, now_ms);
	} else if (claims && f.ses != a->lookup.self_ses) {
		ev->is_forged = impostor_check(&a->impostors, ev, &f, now_ms);
	}
	ev->is_inferred = how == HOW_SESSION && facts_are_inferred(&f);
	domain_follow(a, &f, how, &a->found);
	count(a, ev);
}
