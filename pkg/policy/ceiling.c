/* SPDX-License-Identifier: Apache-2.0 */
/* ceiling.c - see ceiling.h. */
#include "pkg/policy/ceiling.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"

#define WHERE_MAX 4 /* places that a sentence lists */

static int oom(struct err *e)
{
	return err_set(e, ENOMEM, "out of memory");
}

/* ---- parsing ----------------------------------------------------------- */

static int programs_parse(const json_t *array, struct ceiling *c, struct err *e)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	json_t *word;
	size_t i;

	if (json_array_size(array) > CEILING_PROGRAMS_MAX)
		return err_set(e, E2BIG, "more than %d types",
			       CEILING_PROGRAMS_MAX);
	json_array_foreach(array, i, word) {
		const char *type =
			json_is_string(word) ? json_string_value(word) : "";

		if (*type == '\0' || type[strspn(type, alphabet)] != '\0')
			return err_set(e, EBADMSG,
				       "[%zu]: must be the type of a program, "
				       "as lsm_cgroup",
				       i);
		if (lines_add(&c->programs, "%s", type) < 0)
			return oom(e);
	}
	return 0;
}

/* Without "landlock" nothing is allowed, so everything must be handled: what
 * landlockconfig has names for, or each new right of a kernel would refuse
 * what was signed before. */
static void landlock_nothing(struct ceiling *c)
{
	for (size_t i = 0; i < RIGHT_CLASSES; i++)
		c->landlock.handled[i] =
			rights_of_abi((enum right_class)i, LANDLOCK_ABI_CONFIG);
}

static int lint_parse(const json_t *value, struct ceiling *c, struct err *e)
{
	const struct span word = json_span(value);

	c->wants_clean = span_eq_str(word, "clean");
	if (value == NULL || c->wants_clean || span_eq_str(word, "any"))
		return 0;
	return err_set(e, EBADMSG, "\"lint\" must be clean or any");
}

static int text_keep(const json_t *object, struct ceiling *c, struct err *e)
{
	AUTO_DONE(buf_done) struct buf text;

	buf_init(&text, POLICY_TARGET_MAX);
	(void)json_text(object, &text);
	c->text = span_dup(buf_view(&text));
	return buf_error(&text) < 0 || c->text == NULL ? oom(e) : 0;
}

static int members_parse(const json_t *object, struct ceiling *c, struct err *e)
{
	AUTO_JSON *rest = json_copy((json_t *)(uintptr_t)object);
	json_t *landlock, *best_effort, *caps, *accept, *programs, *lint;
	json_t *network, *devices;
	const struct json_member rows[] = {
		{ "capabilities", JSON_ARRAY, false, &caps },
		{ "network", JSON_OBJECT, false, &network },
		{ "devices", JSON_ARRAY, false, &devices },
		{ "programs", JSON_ARRAY, false, &programs },
		{ "accept", JSON_ARRAY, false, &accept },
		{ "lint", JSON_STRING, false, &lint },
		{ 0 },
	};
	int r;

	if (rest == NULL)
		return oom(e);
	landlock = member_take(object, rest, "landlock");
	best_effort = member_take(object, rest, "best-effort");
	r = json_members(rest, rows, e);
	if (r == 0)
		r = accepts_parse(accept, &c->accepts, e);
	if (r == 0)
		r = lint_parse(lint, c, e);
	if (r < 0)
		return r;
	c->has_landlock = landlock != NULL;
	landlock_nothing(c);
	if (landlock != NULL)
		r = model_landlock_parse(landlock, &c->landlock, e);
	if (r < 0)
		return err_wrap(e, "landlock");
	r = capabilities_parse(caps, &c->capabilities, e);
	if (r < 0)
		return err_wrap(e, "capabilities");
	r = best_effort_parse(best_effort, &c->best_effort, e);
	if (r < 0)
		return err_wrap(e, "best-effort");
	r = programs_parse(programs, c, e);
	if (r < 0)
		return err_wrap(e, "programs");
	c->has_network = network != NULL;
	if (network != NULL)
		r = network_parse(network, &c->network, e);
	if (r < 0)
		return err_wrap(e, "network");
	c->has_devices = devices != NULL;
	if (devices != NULL)
		r = devices_parse(devices, &c->devices, e);
	return r < 0 ? err_wrap(e, "devices") : 0;
}

int ceiling_parse(const json_t *object, struct ceiling **ret, struct err *e)
{
	struct ceiling *c;
	int r;

	if (!json_is_object(object))
		return err_set(e, EBADMSG,
			       "must be an object or \"unlimited\"");
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return oom(e);
	c->refs = 1;
	r = members_parse(object, c, e);
	if (r == 0)
		r = text_keep(object, c, e);
	if (r == 0)
		*ret = c;
	else
		ceiling_unref(c);
	return r;
}

struct ceiling *ceiling_ref(struct ceiling *c)
{
	c->refs++;
	return c;
}

void ceiling_unref(struct ceiling *c)
{
	if (c == NULL || --c->refs != 0)
		return;
	landlock_rules_done(&c->landlock);
	network_done(&c->network);
	devices_done(&c->devices);
	lines_done(&c->programs);
	free(c->text);
	free(c);
}

/* ---- checking ---------------------------------------------------------- */

struct check {
	const struct model *m;
	const struct ceiling *c;
	const char *role;
	struct err *e;
};

static int __attribute__((format(printf, 2, 3)))
refuse(const struct check *k, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)err_set(k->e, EPERM, "the role \"%.60s\" %s", k->role, text);
	return err_hint(k->e,
			"grant less, or have the owner of node.json raise the "
			"role's ceiling in \"roles\"");
}

/* As refuse(), for a rule on a path or a port. @where: what the ceiling allows
 * all of it on; empty for nothing. */
static int refuse_rule(const struct check *k, enum right_class class,
		       uint64_t over, const char *on, struct buf *where)
{
	AUTO_DONE(buf_done) struct buf rights;
	const char *it = (over & (over - 1)) == 0 ? "it" : "them";

	buf_init(&rights, ERR_TEXT_MAX);
	rights_print(&rights, class, over, ", ");
	if (buf_cstr(&rights) == NULL || buf_cstr(where) == NULL)
		return oom(k->e);
	return refuse(k,
		      "may not grant %.150s on %s: its ceiling in node.json "
		      "allows %s %s%s",
		      rights.p, on, it, where->len != 0 ? "on " : "nowhere",
		      where->len != 0 ? where->p : "");
}

static int path_check(const struct check *k, const struct landlock_path *p)
{
	AUTO_DONE(buf_done) struct buf where = { 0 };
	char on[130];
	uint64_t allowed, over;
	size_t count = 0;

	(void)landlock_rules_nearest(&k->c->landlock, span_of(p->path),
				     &allowed);
	over = p->access & ~allowed;
	if (over == 0)
		return 0;
	buf_init(&where, ERR_TEXT_MAX);
	for (size_t i = 0; i < k->c->landlock.path_count; i++) {
		const struct landlock_path *a = &k->c->landlock.paths[i];

		if ((a->access & over) == over && count++ < WHERE_MAX)
			buf_printf(&where, "%s%.40s", count > 1 ? ", " : "",
				   a->path);
	}
	if (count > WHERE_MAX)
		buf_printf(&where, " and %zu more", count - WHERE_MAX);
	(void)snprintf(on, sizeof(on), "%s", p->path);
	return refuse_rule(k, RIGHT_FS, over, on, &where);
}

static int port_check(const struct check *k, const struct landlock_port *p)
{
	AUTO_DONE(buf_done) struct buf where = { 0 };
	const uint64_t over =
		p->access &
		~landlock_rules_port(&k->c->landlock, (uint16_t)p->port);
	char on[32];
	size_t count = 0;

	if (over == 0)
		return 0;
	buf_init(&where, ERR_TEXT_MAX);
	for (size_t i = 0; i < k->c->landlock.port_count; i++) {
		const struct landlock_port *a = &k->c->landlock.ports[i];

		if ((a->access & over) == over && count++ < WHERE_MAX)
			buf_printf(&where, "%s%u", count > 1 ? ", " : "port ",
				   (unsigned)a->port);
	}
	if (count > WHERE_MAX)
		buf_printf(&where, " and %zu more", count - WHERE_MAX);
	(void)snprintf(on, sizeof(on), "port %u", (unsigned)p->port);
	return refuse_rule(k, RIGHT_NET, over, on, &where);
}

static int handled_check(const struct check *k)
{
	for (size_t i = 0; i < RIGHT_CLASSES; i++) {
		const uint64_t open =
			k->c->landlock.handled[i] & ~k->m->landlock.handled[i];
		AUTO_DONE(buf_done) struct buf rights = { 0 };

		if (open == 0)
			continue;
		buf_init(&rights, ERR_TEXT_MAX);
		rights_print(&rights, (enum right_class)i, open, ", ");
		if (buf_cstr(&rights) == NULL)
			return oom(k->e);
		return refuse(k,
			      "may not leave %.200s unrestricted: its ceiling "
			      "in node.json wants the \"ruleset\" to have it",
			      rights.p);
	}
	return 0;
}

static int landlock_check(const struct check *k)
{
	const struct landlock_rules *l = &k->m->landlock;
	int r;

	if (!k->m->has_landlock)
		return 0; /* accepted in writing: accepts_check() */
	r = handled_check(k);
	for (size_t i = 0; i < l->path_count && r == 0; i++)
		r = path_check(k, &l->paths[i]);
	for (size_t i = 0; i < l->port_count && r == 0; i++)
		r = port_check(k, &l->ports[i]);
	return r;
}

/* What a layer that the document may leave out would then leave open. */
static int refuse_open(const struct check *k, const char *member)
{
	return refuse(k,
		      "may not leave out \"%s\": its ceiling in node.json "
		      "has it, and what is left out is not restricted",
		      member);
}

/* The rules of the ceiling about the same action, for a sentence. */
static void network_where(const struct network *c, enum net_action action,
			  struct buf *out)
{
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++) {
		if (c->rules[i].action != action || count++ >= WHERE_MAX)
			continue;
		buf_puts(out, count > 1 ? "; " : "");
		net_rule_print(out, &c->rules[i]);
	}
	if (count == 0)
		buf_puts(out, "no such rule");
}

static int network_check(const struct check *k)
{
	const struct network *n = &k->m->network, *c = &k->c->network;

	if (k->c->has_network && !k->m->has_network)
		return refuse_open(k, "network");
	for (size_t i = 0; i < n->count; i++) {
		AUTO_DONE(buf_done) struct buf rule = { 0 };
		AUTO_DONE(buf_done) struct buf where = { 0 };

		if (network_covers(c, &n->rules[i]))
			continue;
		buf_init(&rule, ERR_TEXT_MAX);
		buf_init(&where, 4096);
		net_rule_print(&rule, &n->rules[i]);
		network_where(c, n->rules[i].action, &where);
		if (buf_cstr(&rule) == NULL || buf_cstr(&where) == NULL)
			return oom(k->e);
		return refuse(k,
			      "may not grant %.120s: its ceiling in node.json "
			      "allows %.200s",
			      rule.p, where.p);
	}
	return 0;
}

/* Numbers that the ceiling's rules tell apart, and one that none of them
 * names; or just that of the rule. */
static size_t numbers_of(const struct devices *c, int64_t own, bool is_major,
			 uint32_t ret[static DEVICES_RULES_MAX + 1])
{
	uint32_t other = 0;
	size_t count = 0;

	if (own >= 0) {
		ret[0] = (uint32_t)own;
		return 1;
	}
	for (size_t i = 0; i < c->count; i++) {
		const int64_t n =
			is_major ? c->rules[i].major : c->rules[i].minor;

		if (n < 0)
			continue;
		ret[count++] = (uint32_t)n;
		if (n >= other)
			other = (uint32_t)n + 1;
	}
	ret[count++] = other;
	return count;
}

/* Does @c allow every device of a rule that allows? Only at the numbers that
 * its own rules name can its answer change. */
static bool device_is_covered(const struct devices *c,
			      const struct device_rule *r)
{
	uint32_t majors[DEVICES_RULES_MAX + 1], minors[DEVICES_RULES_MAX + 1];
	const size_t major_count = numbers_of(c, r->major, true, majors);
	const size_t minor_count = numbers_of(c, r->minor, false, minors);

	for (const char *type = "bc"; *type != '\0'; type++)
		for (size_t i = 0; i < major_count; i++)
			for (size_t j = 0; j < minor_count; j++)
				if ((r->type == 'a' || r->type == *type) &&
				    !devices_allow(c, *type, majors[i],
						   minors[j], r->access))
					return false;
	return true;
}

static int devices_check(const struct check *k)
{
	const struct devices *d = &k->m->devices;

	if (k->c->has_devices && !k->m->has_devices)
		return refuse_open(k, "devices");
	for (size_t i = 0; i < d->count; i++) {
		AUTO_DONE(buf_done) struct buf rule = { 0 };

		if (!d->rules[i].allows ||
		    device_is_covered(&k->c->devices, &d->rules[i]))
			continue;
		buf_init(&rule, ERR_TEXT_MAX);
		device_rule_print(&rule, &d->rules[i]);
		if (buf_cstr(&rule) == NULL)
			return oom(k->e);
		return refuse(k,
			      "may not grant the devices of \"%s\": its "
			      "ceiling in node.json does not allow all of them",
			      rule.p);
	}
	return 0;
}

static int accepts_check(const struct check *k)
{
	const uint64_t gaps = k->m->accepts.gaps & ~k->c->accepts.gaps;

	for (size_t i = 0; i < GAPS; i++)
		if ((gaps & gap_bit((enum gap)i)) != 0)
			return refuse(k,
				      "may not accept %s: its ceiling in "
				      "node.json does not",
				      gap_table[i].id);
	for (size_t i = 0; i < LAYERS; i++)
		if (k->m->accepts.layers[i] && !k->c->accepts.layers[i])
			return refuse(k,
				      "may not accept %s: its ceiling in "
				      "node.json does not",
				      layer_table[i].accept);
	return 0;
}

static int caps_check(const struct check *k)
{
	struct caps_set sets[CAPS_SETS];

	caps_sets(&k->m->caps, sets);
	for (size_t i = 0; i < CAPS_SETS; i++) {
		const uint64_t over = sets[i].mask & ~k->c->capabilities;
		AUTO_DONE(buf_done) struct buf a = { 0 };
		AUTO_DONE(buf_done) struct buf b = { 0 };

		if (over == 0)
			continue;
		buf_init(&a, 1024);
		buf_init(&b, 4096);
		capabilities_print(&a, over, ", ");
		capabilities_print(&b, k->c->capabilities, ", ");
		if (buf_cstr(&a) == NULL || buf_cstr(&b) == NULL)
			return oom(k->e);
		return refuse(k,
			      "may not give %.120s (%s): its ceiling in "
			      "node.json allows %.120s",
			      a.p, sets[i].name,
			      b.len != 0 ? b.p : "no capability");
	}
	return 0;
}

/* What the document may lack: by its own word, or by "bestEffort" in the
 * landlock document. */
static int best_effort_rights_check(const struct check *k)
{
	const struct best_effort *c = &k->c->best_effort;
	const struct landlock_rules *l = &k->m->landlock;

	if (c->is_all || c->landlock)
		return 0;
	for (const struct right *right = right_table; right->name != NULL;
	     right++) {
		const enum right_class i = right->class;
		const uint64_t weak = (k->m->best_effort.rights[i] |
				       (l->handled[i] & ~l->required[i])) &
				      ~c->rights[i];

		if ((weak & right->bit) != 0)
			return refuse(k,
				      "may not make landlock.%s best effort: "
				      "its ceiling in node.json demands it",
				      right->name);
	}
	return 0;
}

static int best_effort_check(const struct check *k)
{
	const struct best_effort *m = &k->m->best_effort;
	const struct best_effort *c = &k->c->best_effort;
	const struct {
		const char *what;
		bool asks, is_allowed;
	} rows[] = {
		{ "everything", m->is_all, c->is_all },
		{ "landlock", m->landlock, c->is_all || c->landlock },
		{ "seccomp", m->seccomp, c->is_all || c->seccomp },
		{ "network", m->network, c->is_all || c->network },
		{ "devices", m->devices, c->is_all || c->devices },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].asks && !rows[i].is_allowed)
			return refuse(k,
				      "may not make %s best effort: its "
				      "ceiling in node.json demands it",
				      rows[i].what);
	return best_effort_rights_check(k);
}

static int lint_check(const struct check *k)
{
	for (size_t i = 0; i < k->m->findings.count && k->c->wants_clean; i++) {
		const struct finding *f = &k->m->findings.items[i];

		if (!f->is_accepted)
			return refuse(k,
				      "may not leave %s open (%.150s): its "
				      "ceiling in node.json wants a clean lint",
				      gap_table[f->gap].id, f->sentence);
	}
	return 0;
}

int ceiling_check(const struct model *m, const struct ceiling *c,
		  const char *role, struct err *e)
{
	const struct check k = { m, c, role, e };
	static int (*const checks[])(const struct check *) = {
		accepts_check, landlock_check,	  caps_check, network_check,
		devices_check, best_effort_check, lint_check,
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && r == 0;
	     i++)
		r = checks[i](&k);
	return r;
}
