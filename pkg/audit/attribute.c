/* SPDX-License-Identifier: Apache-2.0 */
/* attribute.c - see attribute.h. */
#include "pkg/audit/attribute.h"

#include <errno.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/compat.h"
#include "lib/num.h"
#include "pkg/audit/disagree.h"
#include "pkg/audit/owner.h"
#include "pkg/audit/rules.h"
#include "pkg/identity/paths.h"

#define REPORTED_MAX 64	  /* sessions reported lately: once each */
#define OWN_TEXT_MAX 1024 /* of identity.forged */

/* A session with a reserved auid that nobody registered yet. */
struct pending {
	uint32_t ses, auid;
	uint64_t due_ms;
	char text[OWN_TEXT_MAX];
};

struct attributor {
	struct attribute_lookup lookup;
	assemble_fn *own;
	void *ctx;
	struct attribute_counters counters;
	struct owners domains;	/* by id */
	struct owners sessions; /* that come from a registered one, by number */
	struct disagreements disagreements;
	struct pending pending[ATTRIBUTE_PENDING_MAX];
	size_t pending_count;
	uint32_t reported[REPORTED_MAX];
	size_t reported_count, reported_next;
	struct owner found; /* what the event's spans point at */
	struct owner other; /* what another source says */
	struct event event; /* of our own */
};

int attributor_new(const struct attribute_lookup *lookup, assemble_fn *own,
		   void *ctx, struct attributor **ret)
{
	struct attributor *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return -ENOMEM;
	a->lookup = *lookup;
	a->own = own;
	a->ctx = ctx;
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

/* ---- what the records say -------------------------------------------------
 */

struct facts {
	uint32_t ses, auid;		   /* UINT32_MAX: none, or unset */
	uint32_t pid;			   /* 0: none */
	const struct event_record *call;   /* SYSCALL, URINGOP or NULL */
	const struct event_record *login;  /* LOGIN or NULL */
	const struct event_record *access; /* LANDLOCK_ACCESS or NULL */
	const struct event_record *domain; /* LANDLOCK_DOMAIN or NULL */
	bool has_exec, has_denial;
};

static bool login_is_done(struct span text)
{
	uint32_t result;

	return !record_u32(text, "res", &result) || result != 0;
}

/* Whether this record's ses= is that of the acting task. */
static void identity_take(const struct event_record *r, struct facts *f)
{
	const struct span text = record_trusted(r->type, r->text);
	/* A login that failed leaves the task where it was. */
	const bool is_failed = r->type == AUDIT_LOGIN && !login_is_done(text);
	const struct span keys[] = { span_of(is_failed ? "old-ses" : "ses"),
				     span_of(is_failed ? "old-auid" : "auid"),
				     span_of("pid") };
	struct span values[3];
	uint32_t ses;

	(void)record_fields(text, keys, 3, values);
	if (num_parse_u32(values[0], 0, UINT32_MAX, &ses) < 0)
		return;
	f->ses = ses;
	f->auid = UINT32_MAX;
	f->pid = 0;
	(void)num_parse_u32(values[1], 0, UINT32_MAX, &f->auid);
	(void)num_parse_u32(values[2], 0, UINT32_MAX, &f->pid);
}

static void record_take(const struct event_record *r, struct facts *f)
{
	switch (r->type) {
	case AUDIT_SYSCALL:
	case AUDIT_URINGOP:
		f->call = r;
		break;
	case AUDIT_LOGIN:
		f->login = r;
		break;
	case AUDIT_LANDLOCK_ACCESS:
		f->access = r;
		f->has_denial = true;
		break;
	case AUDIT_LANDLOCK_DOMAIN:
		f->domain = r;
		break;
	case AUDIT_AVC:
	case AUDIT_SECCOMP:
		f->has_denial = true;
		break;
	case AUDIT_EXECVE:
		f->has_exec = true;
		break;
	default:
		break;
	}
}

static void facts_take(const struct event *ev, struct facts *ret)
{
	*ret = (struct facts){ .ses = UINT32_MAX, .auid = UINT32_MAX };
	for (uint32_t i = 0; i < ev->record_count; i++)
		record_take(&ev->records[i], ret);
	if (ret->call != NULL) {
		identity_take(ret->call, ret);
		return;
	}
	for (uint32_t i = 0; i < ev->record_count && ret->ses == UINT32_MAX;
	     i++)
		identity_take(&ev->records[i], ret);
}

static bool is_reserved(uint32_t auid)
{
	return auid >= AUID_BASE && auid - AUID_BASE <= SERVICE_NUMBER_SELF;
}

/* ---- Landlock domains -----------------------------------------------------
 */

static bool domain_id(const struct facts *f, uint64_t *ret)
{
	return (f->access != NULL &&
		record_hex(f->access->text, "domain", ret)) ||
	       (f->domain != NULL &&
		record_hex(f->domain->text, "domain", ret));
}

static bool is_status(const struct facts *f, const char *status)
{
	struct span value;

	return f->domain != NULL &&
	       record_field(f->domain->text, "status", &value) &&
	       span_eq_str(value, status);
}

/* ---- impostors ------------------------------------------------------------
 */

static bool was_reported(const struct attributor *a, uint32_t ses)
{
	for (size_t i = 0; i < a->reported_count; i++)
		if (a->reported[i] == ses)
			return true;
	return false;
}

static void reported_add(struct attributor *a, uint32_t ses)
{
	a->reported[a->reported_next] = ses;
	a->reported_next = (a->reported_next + 1) % REPORTED_MAX;
	if (a->reported_count < REPORTED_MAX)
		a->reported_count++;
}

static void impostor_report(struct attributor *a, const struct pending *p,
			    uint64_t real_ms)
{
	if (was_reported(a, p->ses))
		return;
	reported_add(a, p->ses);
	a->counters.impostors++;
	a->event = (struct event){
		.kind = EVENT_OWN,
		.time_ms = real_ms,
		.action = span_of("identity.forged"),
		.text = span_of(p->text),
		.is_forged = true,
		.ses = p->ses,
		.auid = p->auid,
	};
	a->own(a->ctx, &a->event);
}

static void pending_text(struct pending *p, const struct event *ev)
{
	static const char *const keys[] = { "pid", "uid", "comm", "exe" };
	AUTO_DONE(buf_done) struct buf text = { 0 };

	buf_init(&text, sizeof(p->text) - 1);
	buf_printf(&text, "ses=%u auid=%u", p->ses, p->auid);
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		struct span value = { 0 };

		/* As the kernel encoded it: quoted or hex, so one word. */
		for (uint32_t i = 0; i < ev->record_count; i++)
			if (!record_is_user(ev->records[i].type) &&
			    record_field(ev->records[i].text, keys[k], &value))
				break;
		if (value.len != 0 && value.len < 256)
			buf_printf(&text, " %s=%.*s", keys[k], SPAN_FMT(value));
	}
	p->text[0] = '\0';
	if (buf_cstr(&text) != NULL)
		memcpy(p->text, text.p, text.len + 1);
}

static struct pending *pending_find(struct attributor *a, uint32_t ses)
{
	for (size_t i = 0; i < a->pending_count; i++)
		if (a->pending[i].ses == ses)
			return &a->pending[i];
	return NULL;
}

static void pending_drop(struct attributor *a, struct pending *p)
{
	const struct pending *last = &a->pending[--a->pending_count];

	if (p != last)
		*p = *last;
}

static void pending_add(struct attributor *a, const struct event *ev,
			const struct facts *f, uint64_t now_ms,
			uint64_t real_ms)
{
	struct pending *p;

	if (a->pending_count == ATTRIBUTE_PENDING_MAX) {
		/* Somebody writes numbers faster than they expire. */
		a->counters.pending_dropped++;
		impostor_report(a, &a->pending[0], real_ms);
		pending_drop(a, &a->pending[0]);
	}
	p = &a->pending[a->pending_count++];
	p->ses = f->ses;
	p->auid = f->auid;
	p->due_ms = now_ms + ATTRIBUTE_GRACE_MS;
	pending_text(p, ev);
}

static void disagreement_say(struct attributor *a, const struct disagreement *d,
			     uint64_t real_ms)
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
		.time_ms = real_ms,
		.action = span_of("identity.disagreed"),
		.text = buf_view(&text),
		.service = span_of(d->service),
		.how = d->by,
		.ses = d->ses,
		.auid = UINT32_MAX,
	};
	a->own(a->ctx, &a->event);
}

void attribute_expire(struct attributor *a, uint64_t now_ms, uint64_t real_ms)
{
	struct disagreement d;

	for (size_t i = 0; i < a->pending_count;) {
		struct pending *p = &a->pending[i];
		const bool is_known =
			a->lookup.by_session(a->lookup.ctx, p->ses) != NULL;

		if (!is_known && p->due_ms > now_ms) {
			i++;
			continue;
		}
		if (!is_known)
			impostor_report(a, p, real_ms);
		pending_drop(a, p);
	}
	while (disagree_due(&a->disagreements, now_ms, &d))
		disagreement_say(a, &d, real_ms);
}

int attribute_wait_ms(const struct attributor *a, uint64_t now_ms)
{
	int wait = -1;

	for (size_t i = 0; i < a->pending_count; i++) {
		const uint64_t due = a->pending[i].due_ms;
		const int left = due > now_ms ? (int)(due - now_ms) : 0;

		if (wait < 0 || left < wait)
			wait = left;
	}
	return wait;
}

/* A reserved auid in a session that is not registered. Return: whether it is
 * forged, rather than in its grace period. */
static bool impostor_check(struct attributor *a, const struct event *ev,
			   const struct facts *f, uint64_t now_ms,
			   uint64_t real_ms)
{
	struct pending *p;

	if (was_reported(a, f->ses))
		return true;
	p = pending_find(a, f->ses);
	if (p == NULL && f->login != NULL && !f->has_exec) {
		pending_add(a, ev, f, now_ms, real_ms);
		return false;
	}
	if (p != NULL && !f->has_exec && p->due_ms > now_ms)
		return false;
	if (p == NULL) {
		/* Its LOGIN was before our time. */
		pending_add(a, ev, f, now_ms, real_ms);
		p = &a->pending[a->pending_count - 1];
	}
	impostor_report(a, p, real_ms);
	pending_drop(a, p);
	return true;
}

/* ---- inferred denials -----------------------------------------------------
 */

static bool key_is_denied(struct span key)
{
	AUTO_DONE(buf_done) struct buf keys = { 0 };
	struct span rest;

	buf_init(&keys, 1024);
	record_string(key, &keys);
	rest = buf_view(&keys);
	/* Several keys are joined by 0x01. */
	while (rest.len != 0)
		if (span_eq_str(span_cut(&rest, '\1'), RULE_KEY_DENIED))
			return true;
	return false;
}

static bool is_inferred(const struct facts *f)
{
	struct span key;
	int64_t code;

	/* exit= stands at the front of the record, key= at its end. */
	return f->call != NULL && !f->has_denial &&
	       record_i64(f->call->text, "exit", &code) &&
	       (code == -EACCES || code == -EPERM) &&
	       record_field(f->call->text, "key", &key) && key_is_denied(key);
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
	if (f->auid == UINT32_MAX || is_reserved(f->auid))
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
	if (!domain_id(f, &id))
		return false;
	d = owners_find(&a->domains, id);
	if (d != NULL)
		*ret = *d;
	return d != NULL;
}

/* A domain nobody's session is known for: the task that made it is named in
 * the record, and it is the launcher, which registered with its pid. */
static bool by_launcher(struct attributor *a, const struct facts *f,
			uint64_t time_ms, struct owner *ret)
{
	const struct session *s = NULL;
	uint64_t id;
	uint32_t pid;

	(void)time_ms;
	if (a->lookup.by_pid != NULL && is_status(f, "allocated") &&
	    domain_id(f, &id) && record_u32(f->domain->text, "pid", &pid))
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
		       const struct event *ev, size_t next, uint64_t now_ms,
		       uint64_t real_ms)
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
			disagreement_say(a, &d, real_ms);
	}
}

/* ---- what is remembered ---------------------------------------------------
 */

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
	    ses != f->ses || f->auid == UINT32_MAX || is_reserved(f->auid) ||
	    !by_session(a, &old, 0, &owner))
		return;
	owners_put(&a->sessions, ses, &owner);
}

static void domain_follow(struct attributor *a, const struct facts *f,
			  enum event_how how, const struct owner *owner)
{
	uint64_t id;

	if (!domain_id(f, &id))
		return;
	if (is_status(f, "deallocated"))
		owners_remove(&a->domains, id);
	else if (how == HOW_SESSION && owners_find(&a->domains, id) == NULL)
		owners_put(&a->domains, id, owner);
}

static void span_keep(struct span s, char *ret, size_t size)
{
	const size_t len = s.len < size ? s.len : size - 1;

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
		reported_add(a, ev->ses);
	if (ev->kind != EVENT_AUDIT ||
	    (ev->how != HOW_SESSION && ev->how != HOW_LANDLOCK))
		return;
	span_keep(ev->service, owner.service, sizeof(owner.service));
	span_keep(ev->instance, owner.instance, sizeof(owner.instance));
	facts_take(ev, &f);
	if (ev->how == HOW_SESSION && ev->ses != UINT32_MAX &&
	    ev->auid != UINT32_MAX && !is_reserved(ev->auid) &&
	    owners_find(&a->sessions, ev->ses) == NULL)
		owners_put(&a->sessions, ev->ses, &owner);
	if (ev->how == HOW_LANDLOCK && domain_id(&f, &id) &&
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

	facts_take(ev, &f);
	ev->ses = f.ses;
	ev->auid = f.auid;
	if (f.login != NULL)
		login_follow(a, &f);
	/* Who claims a number is what its session says, or nobody. */
	claims = is_reserved(f.auid) && f.ses != UINT32_MAX;
	how = owner_find(a, &f, ev->time_ms, claims ? 1 : SOURCES, &next);
	if (how != HOW_NONE) {
		event_give(a, ev, how);
		others_ask(a, &f, ev, next, now_ms, real_ms);
	} else if (claims && f.ses != a->lookup.self_ses) {
		ev->is_forged = impostor_check(a, ev, &f, now_ms, real_ms);
	}
	ev->is_inferred = how == HOW_SESSION && is_inferred(&f);
	domain_follow(a, &f, how, &a->found);
	count(a, ev);
}
