/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile.c - see reconcile.h. */
#include "pkg/audit/reconcile.h"

#include <errno.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/compat.h"
#include "pkg/audit/ledger.h"
#include "pkg/audit/record.h"

#define SLOTS 8192 /* a power of two, twice RECONCILE_DOMAINS_MAX */

struct domain {
	uint64_t id;
	uint64_t whole, counted;
	uint64_t used; /* when it was heard of last; 0: a free row */
	uint64_t denials, ended_ms; /* as the kernel said; 0: not yet */
	bool is_restarted;	    /* began before this process */
	uint16_t next;		    /* row + 1 with the same slot */
	char service[LEDGER_NAME_MAX + 1];
};

/* Domains of one second that were not stated on their own. */
struct rest {
	uint64_t domains, denials, whole, counted, missing;
};

struct reconciler {
	assemble_fn *own;
	void *ctx;
	uint64_t uses; /* a clock: one more each use */
	uint64_t now_ms, real_ms;
	uint64_t second;
	uint32_t told; /* in that second */
	struct rest rest;
	bool is_restarted;	/* domains from before may end */
	size_t ended;		/* that are not stated yet */
	uint16_t slots[SLOTS];	/* row + 1 */
	struct domain *domains; /* owned: RECONCILE_DOMAINS_MAX */
};

int reconciler_new(assemble_fn *own, void *ctx, struct reconciler **ret)
{
	struct reconciler *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return -ENOMEM;
	r->domains = calloc(RECONCILE_DOMAINS_MAX, sizeof(*r->domains));
	if (r->domains == NULL) {
		free(r);
		return -ENOMEM;
	}
	r->own = own;
	r->ctx = ctx;
	*ret = r;
	return 0;
}

void reconciler_free(struct reconciler *r)
{
	if (r == NULL)
		return;
	free(r->domains);
	free(r);
}

/* ---- statements -----------------------------------------------------------
 */

static void tell(struct reconciler *r, struct span service, const char *text)
{
	struct event ev = { .kind = EVENT_OWN,
			    .time_ms = r->real_ms,
			    .action = span_of("landlock.reconciled"),
			    .text = span_of(text),
			    .service = service,
			    .ses = UINT32_MAX,
			    .auid = UINT32_MAX };

	r->own(r->ctx, &ev);
}

static void rest_tell(struct reconciler *r)
{
	const struct rest *rest = &r->rest;
	char text[192];

	if (rest->domains == 0)
		return;
	(void)snprintf(text, sizeof(text),
		       "domains=%llu denials=%llu delivered=%llu "
		       "suppressed=%llu missing=%llu",
		       (unsigned long long)rest->domains,
		       (unsigned long long)rest->denials,
		       (unsigned long long)rest->whole,
		       (unsigned long long)rest->counted,
		       (unsigned long long)rest->missing);
	r->rest = (struct rest){ 0 };
	tell(r, (struct span){ 0 }, text);
}

static void domain_tell(struct reconciler *r, const struct domain *d,
			uint64_t missing)
{
	char text[256];

	(void)snprintf(
		text, sizeof(text),
		"domain=%llx service=%s denials=%llu delivered=%llu "
		"suppressed=%llu missing=%llu%s",
		(unsigned long long)d->id,
		d->service[0] != '\0' ? d->service : "-",
		(unsigned long long)d->denials, (unsigned long long)d->whole,
		(unsigned long long)d->counted, (unsigned long long)missing,
		d->is_restarted ? " restarted=1" : "");
	tell(r, span_of(d->service), text);
}

static void domain_state(struct reconciler *r, const struct domain *d)
{
	const uint64_t came = d->whole + d->counted;
	const uint64_t missing = d->denials > came ? d->denials - came : 0;

	if (r->told < RECONCILE_TELL_MAX) {
		r->told++;
		domain_tell(r, d, missing);
		return;
	}
	r->rest.domains++;
	r->rest.denials += d->denials;
	r->rest.whole += d->whole;
	r->rest.counted += d->counted;
	r->rest.missing += missing;
}

/* ---- domains ------------------------------------------------------------- */

static uint16_t *slot_of(struct reconciler *r, uint64_t id)
{
	return &r->slots[(id * 11400714819323198485U >> 32) & (SLOTS - 1)];
}

static struct domain *domain_find(struct reconciler *r, uint64_t id)
{
	uint16_t row = *slot_of(r, id);

	while (row != 0 && r->domains[row - 1].id != id)
		row = r->domains[row - 1].next;
	return row != 0 ? &r->domains[row - 1] : NULL;
}

static void domain_drop(struct reconciler *r, struct domain *d)
{
	const uint16_t row = (uint16_t)(d - r->domains + 1);
	uint16_t *link = slot_of(r, d->id);

	while (*link != row)
		link = &r->domains[*link - 1].next;
	*link = d->next;
	r->ended -= d->ended_ms != 0;
	*d = (struct domain){ 0 };
}

static struct domain *domain_room(struct reconciler *r)
{
	struct domain *oldest = &r->domains[0];

	for (size_t i = 0; i < RECONCILE_DOMAINS_MAX; i++) {
		if (r->domains[i].used == 0)
			return &r->domains[i];
		if (r->domains[i].used < oldest->used)
			oldest = &r->domains[i];
	}
	if (oldest->ended_ms != 0)
		domain_state(r, oldest);
	domain_drop(r, oldest);
	/* Should it end, it is not known from its beginning. */
	r->is_restarted = true;
	return oldest;
}

static struct domain *domain_get(struct reconciler *r, uint64_t id)
{
	struct domain *d = domain_find(r, id);
	uint16_t *slot;

	if (d == NULL) {
		d = domain_room(r);
		slot = slot_of(r, id);
		*d = (struct domain){ .id = id,
				      .is_restarted = r->is_restarted,
				      .next = *slot };
		*slot = (uint16_t)(d - r->domains + 1);
	}
	d->used = ++r->uses;
	return d;
}

/* ---- events ---------------------------------------------------------------
 */

static void service_keep(struct domain *d, struct span service)
{
	if (d->service[0] == '\0' && service.len != 0 &&
	    service.len <= LEDGER_NAME_MAX)
		memcpy(d->service, service.p, service.len);
}

static void access_count(struct reconciler *r, const struct event *ev,
			 uint64_t id, enum reconcile_fate fate)
{
	struct domain *d = domain_get(r, id);

	d->whole += fate == RECONCILE_WHOLE;
	d->counted += fate == RECONCILE_COUNTED;
	service_keep(d, ev->service);
}

static void domain_end(struct reconciler *r, const struct event *ev,
		       uint64_t id, uint64_t denials)
{
	struct domain *d = domain_get(r, id);

	service_keep(d, ev->service);
	r->ended += d->ended_ms == 0;
	d->denials = denials;
	d->ended_ms = r->now_ms + RECONCILE_WAIT_MS;
}

/* A LANDLOCK_DOMAIN record. */
struct state {
	uint64_t id, denials;
	bool has_begun, has_ended;
};

static bool state_read(struct span text, struct state *ret)
{
	struct span status;
	int64_t denials;

	*ret = (struct state){ 0 };
	if (!record_hex(text, "domain", &ret->id) ||
	    !record_field(text, "status", &status))
		return false;
	ret->has_begun = span_eq_str(status, "allocated");
	ret->has_ended = span_eq_str(status, "deallocated") &&
			 record_i64(text, "denials", &denials) && denials >= 0;
	if (ret->has_ended)
		ret->denials = (uint64_t)denials;
	return true;
}

static void state_take(struct reconciler *r, const struct event *ev,
		       struct span text)
{
	struct state state;

	if (!state_read(text, &state))
		return;
	/* Its first denial: nothing of it came before. */
	if (state.has_begun)
		domain_get(r, state.id)->is_restarted = false;
	if (state.has_ended)
		domain_end(r, ev, state.id, state.denials);
}

void reconcile_event(struct reconciler *r, const struct event *ev,
		     enum reconcile_fate fate, uint64_t now_ms,
		     uint64_t real_ms)
{
	r->now_ms = now_ms;
	r->real_ms = real_ms;
	for (uint32_t i = 0; i < ev->record_count; i++) {
		const struct event_record *record = &ev->records[i];
		uint64_t id;

		if (record->type == AUDIT_LANDLOCK_ACCESS &&
		    record_hex(record->text, "domain", &id))
			access_count(r, ev, id, fate);
		else if (record->type == AUDIT_LANDLOCK_DOMAIN)
			state_take(r, ev, record->text);
	}
}

void reconcile_replay(struct reconciler *r, const struct event *ev)
{
	r->is_restarted = true;
	for (uint32_t i = 0; i < ev->record_count; i++) {
		const struct event_record *record = &ev->records[i];
		struct state state;
		struct domain *d;
		uint64_t id;

		if (record->type == AUDIT_LANDLOCK_ACCESS &&
		    record_hex(record->text, "domain", &id)) {
			access_count(r, ev, id, RECONCILE_WHOLE);
		} else if (record->type == AUDIT_LANDLOCK_DOMAIN &&
			   state_read(record->text, &state) &&
			   state.has_ended) {
			d = domain_find(r, state.id);
			if (d != NULL)
				domain_drop(r, d);
		}
	}
}

void reconcile_tick(struct reconciler *r, uint64_t now_ms, uint64_t real_ms)
{
	r->now_ms = now_ms;
	r->real_ms = real_ms;
	if (now_ms / 1000 != r->second) {
		rest_tell(r);
		r->second = now_ms / 1000;
		r->told = 0;
	}
	for (size_t i = 0; i < RECONCILE_DOMAINS_MAX && r->ended != 0; i++) {
		struct domain *d = &r->domains[i];

		if (d->ended_ms == 0 || d->ended_ms > now_ms)
			continue;
		domain_state(r, d);
		domain_drop(r, d);
	}
	if (now_ms == UINT64_MAX)
		rest_tell(r);
}
