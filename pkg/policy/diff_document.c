/* SPDX-License-Identifier: Apache-2.0 */
/* diff_document.c - what changes in a service's document besides files and
 * system calls; see change.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/policy/change.h"
#include "pkg/policy/gap.h"

#define WORDS_MAX 65536 /* bytes of one sentence */

/* ---- capabilities -------------------------------------------------------- */

static void caps_say(struct changes *c, bool is_looser, uint64_t mask,
		     const char *before, const char *after)
{
	AUTO_DONE(buf_done) struct buf words = { 0 };

	if (mask == 0)
		return;
	buf_init(&words, WORDS_MAX);
	buf_puts(&words, before);
	capabilities_print(&words, mask, ", ");
	buf_puts(&words, after);
	change_may(c, "capabilities", is_looser, true, buf_cstr(&words));
}

/* What a set gains or loses beyond what is usable: that was told. */
static void set_changes(struct changes *c, const char *after, uint64_t from,
			uint64_t to, uint64_t told)
{
	caps_say(c, true, to & ~from & ~told, "have ", after);
	caps_say(c, false, from & ~to & ~told, "have ", after);
}

void caps_changes(struct changes *c, const struct model *from,
		  const struct model *to)
{
	const struct artefact_caps *a = &from->caps, *b = &to->caps;
	const uint64_t was = a->effective | a->permitted;
	const uint64_t is = b->effective | b->permitted;
	const uint64_t told = was ^ is;

	if (from->has_caps != to->has_caps) {
		change_say(c, "capabilities",
			   to->has_caps ? POLICY_TIGHTER : POLICY_LOOSER, true,
			   "%s: capabilities are %s restricted", c->service,
			   to->has_caps ? "now" : "no longer");
		return;
	}
	caps_say(c, true, is & ~was, "use ", "");
	caps_say(c, false, was & ~is, "use ", "");
	set_changes(c, " in its effective set", a->effective, b->effective,
		    told);
	set_changes(c, " in its permitted set", a->permitted, b->permitted,
		    told);
	set_changes(c, " in its bounding set", a->bounding, b->bounding, told);
	set_changes(c, " in its inheritable set", a->inheritable,
		    b->inheritable, told);
	set_changes(c, " in its ambient set", a->ambient, b->ambient, told);
}

/* ---- network, devices: no restart, they are the cgroup's ------------------
 */

static void rules_say(struct changes *c, bool is_looser,
		      const struct network *in, const struct network *against)
{
	for (size_t i = 0; i < in->count; i++) {
		AUTO_DONE(buf_done) struct buf words = { 0 };

		if (network_covers(against, &in->rules[i]))
			continue;
		buf_init(&words, WORDS_MAX);
		net_rule_print(&words, &in->rules[i]);
		change_may(c, "network", is_looser, false, buf_cstr(&words));
	}
}

static void network_changes(struct changes *c, const struct model *from,
			    const struct model *to)
{
	if (from->has_network != to->has_network) {
		change_say(c, "network",
			   to->has_network ? POLICY_TIGHTER : POLICY_LOOSER,
			   false, "%s: network addresses are %s restricted",
			   c->service, to->has_network ? "now" : "no longer");
		return;
	}
	rules_say(c, true, &to->network, &from->network);
	rules_say(c, false, &from->network, &to->network);
}

static bool device_is_in(const struct devices *d, const struct device_rule *r)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct device_rule *o = &d->rules[i];

		if (o->allows == r->allows && o->type == r->type &&
		    o->major == r->major && o->minor == r->minor &&
		    o->access == r->access)
			return true;
	}
	return false;
}

static size_t device_rules_say(struct changes *c, const struct devices *in,
			       const struct devices *against, const char *words,
			       bool is_new)
{
	size_t count = 0;

	for (size_t i = 0; i < in->count; i++) {
		AUTO_DONE(buf_done) struct buf rule = { 0 };

		if (device_is_in(against, &in->rules[i]))
			continue;
		buf_init(&rule, WORDS_MAX);
		device_rule_print(&rule, &in->rules[i]);
		change_say(c, "devices",
			   in->rules[i].allows == is_new ? POLICY_LOOSER
							 : POLICY_TIGHTER,
			   false, "%s %s the device rule %s", c->service, words,
			   buf_cstr(&rule) ? buf_cstr(&rule) : "?");
		count++;
	}
	return count;
}

/* The last rule that matches decides: also their order counts. */
static bool device_order_is_other(const struct devices *a,
				  const struct devices *b)
{
	if (a->count != b->count)
		return true;
	for (size_t i = 0; i < a->count; i++) {
		const struct devices one = { &a->rules[i], 1 };

		if (!device_is_in(&one, &b->rules[i]))
			return true;
	}
	return false;
}

static void devices_changes(struct changes *c, const struct model *from,
			    const struct model *to)
{
	size_t told;

	if (from->has_devices != to->has_devices) {
		change_say(c, "devices",
			   to->has_devices ? POLICY_TIGHTER : POLICY_LOOSER,
			   false, "%s: devices are %s restricted", c->service,
			   to->has_devices ? "now" : "no longer");
		return;
	}
	told = device_rules_say(c, &to->devices, &from->devices, "now has",
				true);
	told += device_rules_say(c, &from->devices, &to->devices,
				 "no longer has", false);
	if (told == 0 && device_order_is_other(&from->devices, &to->devices))
		change_say(c, "devices", POLICY_CHANGED, false,
			   "%s: its device rules stand in another order",
			   c->service);
}

/* ---- what it demands and what it gives up ---------------------------------
 */

static void require_changes(struct changes *c, const struct model *from,
			    const struct model *to)
{
	AUTO_DONE(buf_done) struct buf was = { 0 }, is = { 0 };

	buf_init(&was, WORDS_MAX);
	buf_init(&is, WORDS_MAX);
	require_print(&was, &from->require, ", ");
	require_print(&is, &to->require, ", ");
	if (buf_error(&was) < 0 || buf_error(&is) < 0) {
		c->error = -ENOMEM;
		return;
	}
	if (!span_eq(buf_view(&was), buf_view(&is)))
		change_say(c, "require", POLICY_CHANGED, false,
			   "%s now requires %s, before %s", c->service,
			   is.len != 0 ? buf_cstr(&is) : "nothing of the node",
			   was.len != 0 ? buf_cstr(&was) : "nothing");
}

static void accept_say(struct changes *c, bool is_new, const char *id,
		       const char *what)
{
	change_say(c, "accept", is_new ? POLICY_LOOSER : POLICY_TIGHTER, false,
		   "%s %s \"%s\"%s%s", c->service,
		   is_new ? "now accepts" : "no longer accepts", id,
		   what[0] != '\0' ? ": " : "", what);
}

static void accepts_changes(struct changes *c, const struct model *from,
			    const struct model *to)
{
	for (size_t i = 0; i < LAYERS; i++)
		if (from->accepts.layers[i] != to->accepts.layers[i])
			accept_say(c, to->accepts.layers[i],
				   layer_table[i].accept, "");
	for (size_t i = 0; i < GAPS; i++) {
		const uint64_t bit = gap_bit((enum gap)i);

		if (((from->accepts.gaps ^ to->accepts.gaps) & bit) != 0)
			accept_say(c, (to->accepts.gaps & bit) != 0,
				   gap_table[i].id, gap_table[i].open);
	}
}

static void effort_say(struct changes *c, bool was, bool is, const char *what)
{
	if (was != is)
		change_say(c, "best-effort",
			   is ? POLICY_LOOSER : POLICY_TIGHTER, false,
			   "%s %s a kernel that cannot restrict %s", c->service,
			   is ? "now accepts" : "no longer accepts", what);
}

static void efforts_changes(struct changes *c, const struct model *from,
			    const struct model *to)
{
	const struct best_effort *a = &from->best_effort;
	const struct best_effort *b = &to->best_effort;

	effort_say(c, a->is_all, b->is_all, "whatever it may be");
	effort_say(c, a->landlock, b->landlock, "files, ports and scopes");
	effort_say(c, a->seccomp, b->seccomp, "system calls");
	effort_say(c, a->network, b->network, "network addresses");
	effort_say(c, a->devices, b->devices, "devices");
	for (const struct right *r = right_table; r->name != NULL; r++)
		effort_say(c, (a->rights[r->class] & r->bit) != 0,
			   (b->rights[r->class] & r->bit) != 0, r->activity);
}

/* Who speaks for it, and what node.json says of it. */
static void owner_changes(struct changes *c, const struct model *from,
			  const struct model *to)
{
	AUTO_DONE(buf_done) struct buf names;

	if (strcmp(from->role, to->role) != 0)
		change_say(c, "role", POLICY_CHANGED, false,
			   "the role %s now speaks for %s, before %s", to->role,
			   c->service, from->role);
	buf_init(&names, WORDS_MAX);
	for (int is_new = 1; is_new >= 0; is_new--) {
		const uint64_t mask = is_new ? to->grants & ~from->grants
					     : from->grants & ~to->grants;

		buf_reset(&names);
		capabilities_print(&names, mask, ", ");
		if (mask != 0)
			change_say(c, "node",
				   is_new ? POLICY_LOOSER : POLICY_TIGHTER,
				   false, "node.json %s %s %s",
				   is_new ? "now grants" : "no longer grants",
				   c->service,
				   buf_cstr(&names) ? buf_cstr(&names) : "?");
	}
}

void document_changes(struct changes *c, const struct model *from,
		      const struct model *to)
{
	owner_changes(c, from, to);
	network_changes(c, from, to);
	devices_changes(c, from, to);
	lines_changes(c, "audit", POLICY_ADDED, c->service, &to->audit_rules,
		      &from->audit_rules, "is now also audited by");
	lines_changes(c, "audit", POLICY_REMOVED, c->service,
		      &from->audit_rules, &to->audit_rules,
		      "is no longer audited by");
	require_changes(c, from, to);
	accepts_changes(c, from, to);
	efforts_changes(c, from, to);
	lines_changes(c, "tests", POLICY_ADDED, c->service, &to->tests,
		      &from->tests, "has a new test");
	lines_changes(c, "tests", POLICY_REMOVED, c->service, &from->tests,
		      &to->tests, "has lost a test");
}
