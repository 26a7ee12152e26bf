/* SPDX-License-Identifier: Apache-2.0 */
/* attribute.c - see attribute.h. */
#include "pkg/audit/attribute.h"

#include <errno.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/compat.h"
#include "pkg/audit/rules.h"
#include "pkg/identity/paths.h"

#define REPORTED_MAX 64	  /* sessions reported lately: once each */
#define OWN_TEXT_MAX 1024 /* of identity.forged */

/* What a session is, as events need it. */
struct owner {
	char service[SERVICE_NAME_MAX + 1];
	char instance[INSTANCE_MAX + 1];
	uint32_t ses, auid;
	uint64_t generation;
};

struct domain {
	uint64_t id;
	struct owner owner;
};

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
	struct domain domains[ATTRIBUTE_DOMAINS_MAX];
	size_t domain_count, domain_next;
	struct pending pending[ATTRIBUTE_PENDING_MAX];
	size_t pending_count;
	uint32_t reported[REPORTED_MAX];
	size_t reported_count, reported_next;
	struct owner found; /* what the event's spans point at */
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

static void owner_of(const struct session *s, struct owner *ret)
{
	memcpy(ret->service, s->service, sizeof(ret->service));
	memcpy(ret->instance, s->instance, sizeof(ret->instance));
	ret->ses = s->ses;
	ret->auid = AUID_BASE + s->number;
	ret->generation = s->generation;
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

/* Whether this record's ses= is that of the acting task. */
static void identity_take(const struct event_record *r, struct facts *f)
{
	const struct span text = record_trusted(r->type, r->text);
	uint32_t ses;

	if (!record_u32(text, "ses", &ses))
		return;
	f->ses = ses;
	f->auid = UINT32_MAX;
	f->pid = 0;
	(void)record_u32(text, "auid", &f->auid);
	(void)record_u32(text, "pid", &f->pid);
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

static struct domain *domain_find(struct attributor *a, uint64_t id)
{
	for (size_t i = 0; i < a->domain_count; i++)
		if (a->domains[i].id == id)
			return &a->domains[i];
	return NULL;
}

static void domain_remember(struct attributor *a, uint64_t id,
			    const struct owner *owner)
{
	struct domain *d = domain_find(a, id);

	if (d == NULL && a->domain_count < ATTRIBUTE_DOMAINS_MAX) {
		d = &a->domains[a->domain_count++];
	} else if (d == NULL) {
		d = &a->domains[a->domain_next];
		a->domain_next = (a->domain_next + 1) % ATTRIBUTE_DOMAINS_MAX;
		a->counters.domains_dropped++;
	}
	d->id = id;
	d->owner = *owner;
}

static void domain_forget(struct attributor *a, struct domain *d)
{
	*d = a->domains[--a->domain_count];
}

static bool is_status(const struct facts *f, const char *status)
{
	struct span value;

	return f->domain != NULL &&
	       record_field(f->domain->text, "status", &value) &&
	       span_eq_str(value, status);
}

/* A domain nobody's session is known for: the task that made it is named in
 * the record, and it is the launcher, which registered with its pid. */
static bool domain_by_pid(struct attributor *a, const struct facts *f,
			  uint64_t id)
{
	const struct session *s = NULL;
	uint32_t pid;

	if (a->lookup.by_pid != NULL && is_status(f, "allocated") &&
	    record_u32(f->domain->text, "pid", &pid))
		s = a->lookup.by_pid(a->lookup.ctx, (int32_t)pid);
	if (s == NULL)
		return false;
	owner_of(s, &a->found);
	domain_remember(a, id, &a->found);
	return true;
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

static void impostor_report(struct attributor *a, const struct pending *p,
			    uint64_t real_ms)
{
	if (was_reported(a, p->ses))
		return;
	a->reported[a->reported_next] = p->ses;
	a->reported_next = (a->reported_next + 1) % REPORTED_MAX;
	if (a->reported_count < REPORTED_MAX)
		a->reported_count++;
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

void attribute_expire(struct attributor *a, uint64_t now_ms, uint64_t real_ms)
{
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

/* ---- the event ------------------------------------------------------------
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

	return f->call != NULL && !f->has_denial &&
	       record_field(f->call->text, "key", &key) && key_is_denied(key) &&
	       record_i64(f->call->text, "exit", &code) &&
	       (code == -EACCES || code == -EPERM);
}

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

static enum event_how owner_find(struct attributor *a, const struct facts *f)
{
	const struct session *s = NULL;
	uint64_t id = 0;
	const bool has_domain = domain_id(f, &id);
	const struct domain *d = has_domain ? domain_find(a, id) : NULL;

	if (f->ses != UINT32_MAX)
		s = a->lookup.by_session(a->lookup.ctx, f->ses);
	if (s != NULL) {
		owner_of(s, &a->found);
		if (d != NULL && strcmp(d->owner.service, s->service) != 0)
			a->counters.disagreed++;
		else if (has_domain && d == NULL)
			domain_remember(a, id, &a->found);
		return HOW_SESSION;
	}
	if (is_reserved(f->auid))
		return HOW_NONE;
	if (d != NULL) {
		a->found = d->owner;
		return HOW_LANDLOCK;
	}
	if (has_domain && domain_by_pid(a, f, id))
		return HOW_LANDLOCK;
	if (a->lookup.by_cgroup != NULL && f->pid != 0)
		s = a->lookup.by_cgroup(a->lookup.ctx, (int32_t)f->pid);
	if (s == NULL)
		return HOW_NONE;
	owner_of(s, &a->found);
	return HOW_CGROUP;
}

static void count(struct attribute_counters *c, const struct event *ev)
{
	c->by_session += ev->how == HOW_SESSION;
	c->by_landlock += ev->how == HOW_LANDLOCK;
	c->by_cgroup += ev->how == HOW_CGROUP;
	c->nobody += ev->how == HOW_NONE;
	c->forged += ev->is_forged;
	c->inferred += ev->is_inferred;
}

void attribute_event(struct attributor *a, struct event *ev, uint64_t now_ms,
		     uint64_t real_ms)
{
	struct facts f;
	enum event_how how;
	uint64_t id;

	facts_take(ev, &f);
	ev->ses = f.ses;
	ev->auid = f.auid;
	how = owner_find(a, &f);
	if (how != HOW_NONE)
		event_give(a, ev, how);
	else if (is_reserved(f.auid) && f.ses != UINT32_MAX &&
		 f.ses != a->lookup.self_ses)
		ev->is_forged = impostor_check(a, ev, &f, now_ms, real_ms);
	ev->is_inferred = how == HOW_SESSION && is_inferred(&f);
	if (is_status(&f, "deallocated") && domain_id(&f, &id)) {
		struct domain *d = domain_find(a, id);

		if (d != NULL)
			domain_forget(a, d);
	}
	count(&a->counters, ev);
}
