/* SPDX-License-Identifier: Apache-2.0 */
/* diff_node.c - what changes in node.json but for its services; see change.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/policy/ceiling.h"
#include "pkg/policy/change.h"
#include "pkg/policy/node_audit.h"

#define WORDS_MAX 65536 /* bytes of one sentence */
#define DUMP	  (JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY)

/* ---- demands --------------------------------------------------------------
 */

static void demand_say(struct changes *c, bool from, bool to, const char *yes,
		       const char *no)
{
	if (from != to)
		change_say(c, "node", to ? POLICY_TIGHTER : POLICY_LOOSER,
			   false, "%s", to ? yes : no);
}

/* That it is said at all matters only on a node without the gate. */
static void past_gate_change(struct changes *c, enum policy_past_gate from,
			     enum policy_past_gate to)
{
	static const char *const words[] = {
		[POLICY_PAST_GATE_UNSAID] = "reported where there is a gate",
		[POLICY_PAST_GATE_REPORT] = "reported",
		[POLICY_PAST_GATE_FREEZE] = "frozen",
		[POLICY_PAST_GATE_KILL] = "killed",
	};

	if (from != to)
		change_say(c, "node",
			   to > from ? POLICY_TIGHTER : POLICY_LOOSER, false,
			   "containers that are started past the gate are now "
			   "%s, before %s (past-gate)",
			   words[to], words[from]);
}

static void demands_changes(struct changes *c, const struct policy *from,
			    const struct policy *to)
{
	static const char *const words[] = {
		[POLICY_UNLISTED_ALLOW] = "allowed",
		[POLICY_UNLISTED_AUDIT] = "allowed and audited",
		[POLICY_UNLISTED_DENY] = "refused",
	};
	const struct policy_demands *a = &from->demands, *b = &to->demands;

	if (from->unlisted != to->unlisted)
		change_say(c, "node",
			   to->unlisted > from->unlisted ? POLICY_TIGHTER
							 : POLICY_LOOSER,
			   false,
			   "containers that no policy names are now %s, "
			   "before %s",
			   words[to->unlisted], words[from->unlisted]);
	demand_say(c, a->refuses_stale_start, b->refuses_stale_start,
		   "while the policy is stale no service is started",
		   "a stale policy no longer keeps services from being "
		   "started");
	demand_say(c, a->wants_persistence, b->wants_persistence,
		   "state that outlives a reboot is demanded",
		   "state that outlives a reboot is no longer demanded");
	demand_say(c, a->stops_on_tighten, b->stops_on_tighten,
		   "what a tighter policy does not bind is stopped "
		   "(on-tighten)",
		   "what a tighter policy does not bind is reported, no longer "
		   "stopped (on-tighten)");
	past_gate_change(c, a->past_gate, b->past_gate);
	node_audit_changes(c, from, to);
}

/* ---- ceilings of roles ----------------------------------------------------
 */

static const struct role_row *role_find(const struct policy *p,
					const char *name)
{
	for (size_t i = 0; i < p->role_count; i++)
		if (strcmp(p->roles[i].name, name) == 0)
			return &p->roles[i];
	return NULL;
}

static void role_caps(struct changes *c, const char *role, bool is_looser,
		      uint64_t mask)
{
	AUTO_DONE(buf_done) struct buf names = { 0 };

	if (mask == 0)
		return;
	buf_init(&names, WORDS_MAX);
	capabilities_print(&names, mask, ", ");
	change_say(c, "ceiling", is_looser ? POLICY_LOOSER : POLICY_TIGHTER,
		   false, "the role %s may %s grant %s", role,
		   is_looser ? "now" : "no longer",
		   buf_cstr(&names) ? buf_cstr(&names) : "?");
}

/* What of @a, a whole ceiling or a part of it, @b has no more. */
static void role_paths(struct changes *c, const char *role, bool is_looser,
		       const struct landlock_rules *in,
		       const struct landlock_rules *against)
{
	for (size_t i = 0; i < in->path_count; i++) {
		const struct landlock_path *p = &in->paths[i];
		AUTO_DONE(buf_done) struct buf names = { 0 };
		uint64_t has;

		(void)landlock_rules_nearest(against, span_of(p->path), &has);
		if ((p->access & ~has) == 0)
			continue;
		buf_init(&names, WORDS_MAX);
		rights_print(&names, RIGHT_FS, p->access & ~has, ", ");
		change_say(c, "ceiling",
			   is_looser ? POLICY_LOOSER : POLICY_TIGHTER, false,
			   "the role %s may %s grant %s at %s", role,
			   is_looser ? "now" : "no longer",
			   buf_cstr(&names) ? buf_cstr(&names) : "?", p->path);
	}
}

/* A member that was told of in no other way, as it stands in the document. */
static void member_change(struct changes *c, const char *role, const char *name,
			  const json_t *from, const json_t *to)
{
	AUTO_MEM char *was = from ? json_dumps(from, DUMP) : strdup("absent");
	AUTO_MEM char *is = to ? json_dumps(to, DUMP) : strdup("absent");

	if (was == NULL || is == NULL)
		c->error = -ENOMEM;
	else if (strcmp(was, is) != 0)
		change_say(c, "ceiling", POLICY_CHANGED, false,
			   "the ceiling of the role %s: \"%s\" is now %s, "
			   "before %s",
			   role, name, is, was);
}

static void members_changes(struct changes *c, const char *role,
			    const struct ceiling *from,
			    const struct ceiling *to, bool told_landlock)
{
	static const char *const names[] = { "landlock", "network",
					     "devices",	 "programs",
					     "accept",	 "best-effort",
					     "lint" };
	AUTO_JSON *was = json_loads(from->text, 0, NULL);
	AUTO_JSON *is = json_loads(to->text, 0, NULL);

	if (was == NULL || is == NULL)
		c->error = -ENOMEM;
	for (size_t i = told_landlock; i < sizeof(names) / sizeof(names[0]);
	     i++)
		member_change(c, role, names[i], json_object_get(was, names[i]),
			      json_object_get(is, names[i]));
}

static void ceiling_changes(struct changes *c, const char *role,
			    const struct ceiling *from,
			    const struct ceiling *to)
{
	size_t before;

	if (strcmp(from->text, to->text) == 0)
		return;
	role_caps(c, role, true, to->capabilities & ~from->capabilities);
	role_caps(c, role, false, from->capabilities & ~to->capabilities);
	before = c->count;
	role_paths(c, role, true, &to->landlock, &from->landlock);
	role_paths(c, role, false, &from->landlock, &to->landlock);
	members_changes(c, role, from, to, c->count != before);
}

static void role_changes(struct changes *c, const struct role_row *from,
			 const struct role_row *to)
{
	const char *name = to != NULL ? to->name : from->name;

	if (from == NULL || to == NULL)
		change_say(c, "ceiling",
			   to != NULL ? POLICY_ADDED : POLICY_REMOVED, false,
			   to == NULL ? "the role %s may no longer grant "
					"anything"
			   : to->ceiling == NULL
				   ? "the role %s may grant anything"
				   : "the role %s has a ceiling",
			   name);
	else if ((from->ceiling == NULL) != (to->ceiling == NULL))
		change_say(c, "ceiling",
			   to->ceiling != NULL ? POLICY_TIGHTER : POLICY_LOOSER,
			   false,
			   to->ceiling != NULL
				   ? "the role %s now has a ceiling"
				   : "the role %s may now grant anything",
			   name);
	else if (to->ceiling != NULL)
		ceiling_changes(c, name, from->ceiling, to->ceiling);
}

static void roles_changes(struct changes *c, const struct policy *from,
			  const struct policy *to)
{
	for (size_t i = 0; i < to->role_count; i++)
		role_changes(c, role_find(from, to->roles[i].name),
			     &to->roles[i]);
	for (size_t i = 0; i < from->role_count; i++)
		if (role_find(to, from->roles[i].name) == NULL)
			role_changes(c, &from->roles[i], NULL);
}

/* ---- collectors -----------------------------------------------------------
 */

static bool collector_is_in(const struct policy *p,
			    const struct policy_collector *c)
{
	for (size_t i = 0; p != NULL && i < p->collector_count; i++) {
		const struct policy_collector *o = &p->collectors[i];

		if (strcmp(o->name, c->name) == 0 &&
		    strcmp(o->host, c->host) == 0 && o->port == c->port &&
		    strcmp(o->protocol, c->protocol) == 0)
			return true;
	}
	return false;
}

static void collectors_changes(struct changes *c, const struct policy *in,
			       const struct policy *against,
			       enum policy_change_kind kind, const char *words)
{
	for (size_t i = 0; in != NULL && i < in->collector_count; i++) {
		const struct policy_collector *o = &in->collectors[i];

		if (!collector_is_in(against, o))
			change_say(c, "collectors", kind, false,
				   "events %s to %s, %s port %u (%s)", words,
				   o->name, o->host, o->port, o->protocol);
	}
}

void node_changes(struct changes *c, const struct policy *from,
		  const struct policy *to)
{
	if (from != NULL) {
		demands_changes(c, from, to);
		roles_changes(c, from, to);
	}
	collectors_changes(c, from, to, POLICY_REMOVED, "no longer go");
	collectors_changes(c, to, from, POLICY_ADDED, "now go");
}
