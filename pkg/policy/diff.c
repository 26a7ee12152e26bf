/* SPDX-License-Identifier: Apache-2.0 */
/* diff.c - what a new bundle changes against the old one (policy.h). */
#include <errno.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/policy/model.h"

#define SENTENCE_MAX 65536 /* bytes */
#define NUMBERS_MAX  1024  /* system calls of the native architecture */

struct diff {
	struct buf *out;
	const char *sep;
	const char *service; /* NULL: the node itself */
	struct err *e;
	int error;
};

static void change(struct diff *d, const char *layer, const char *kind,
		   const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static void change(struct diff *d, const char *layer, const char *kind,
		   const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0) {
		text = NULL;
		d->error = -ENOMEM;
	}
	va_end(ap);
	if (text == NULL)
		return;
	buf_printf(d->out, "%s{\"service\":", d->sep);
	if (d->service == NULL)
		buf_puts(d->out, "null");
	else
		json_quote(d->out, span_of(d->service));
	buf_printf(d->out,
		   ",\"layer\":\"%s\",\"change\":\"%s\",\"sentence\":", layer,
		   kind);
	json_quote(d->out, span_of(text));
	buf_puts(d->out, "}");
	d->sep = ",";
	free(text);
}

/* ---- Landlock ---------------------------------------------------------- */

static void access_diff(struct diff *d, enum right_class class, uint64_t from,
			uint64_t to, const char *where)
{
	const struct {
		uint64_t mask;
		const char *kind, *words;
	} rows[] = {
		{ to & ~from, "looser", "now has" },
		{ from & ~to, "tighter", "no longer has" },
	};

	for (size_t i = 0; i < 2; i++) {
		struct buf names;

		if (rows[i].mask == 0)
			continue;
		buf_init(&names, SENTENCE_MAX);
		rights_print(&names, class, rows[i].mask, ", ");
		change(d, "landlock", rows[i].kind, "%s %s %s on %s",
		       d->service, rows[i].words,
		       buf_cstr(&names) ? buf_cstr(&names) : "?", where);
		buf_done(&names);
	}
}

/* Both lists are sorted: a step takes the smaller head (negative: the first
 * list's), or both. @compare is the order of two heads. */
static int step(bool has_from, bool has_to, int compare)
{
	if (has_from && has_to)
		return compare;
	return has_from ? -1 : 1;
}

static void paths_diff(struct diff *d, const struct landlock_rules *from,
		       const struct landlock_rules *to)
{
	size_t i = 0, k = 0;

	while (i < from->path_count || k < to->path_count) {
		const bool has_from = i < from->path_count;
		const bool has_to = k < to->path_count;
		const int order =
			step(has_from, has_to,
			     has_from && has_to ? strcmp(from->paths[i].path,
							 to->paths[k].path)
						: 0);

		access_diff(d, RIGHT_FS, order <= 0 ? from->paths[i].access : 0,
			    order >= 0 ? to->paths[k].access : 0,
			    order <= 0 ? from->paths[i].path
				       : to->paths[k].path);
		i += order <= 0;
		k += order >= 0;
	}
}

static void ports_diff(struct diff *d, const struct landlock_rules *from,
		       const struct landlock_rules *to)
{
	size_t i = 0, k = 0;

	while (i < from->port_count || k < to->port_count) {
		const bool has_from = i < from->port_count;
		const bool has_to = k < to->port_count;
		const int order =
			step(has_from, has_to,
			     has_from && has_to ? (int)from->ports[i].port -
							  (int)to->ports[k].port
						: 0);
		char where[32];

		(void)snprintf(where, sizeof(where), "port %u",
			       (unsigned)(order <= 0 ? from->ports[i].port
						     : to->ports[k].port));
		access_diff(d, RIGHT_NET,
			    order <= 0 ? from->ports[i].access : 0,
			    order >= 0 ? to->ports[k].access : 0, where);
		i += order <= 0;
		k += order >= 0;
	}
}

static void landlock_diff(struct diff *d, const struct model *from,
			  const struct model *to)
{
	if (from->has_landlock != to->has_landlock) {
		change(d, "landlock", to->has_landlock ? "tighter" : "looser",
		       "%s: Landlock is %s used", d->service,
		       to->has_landlock ? "now" : "no longer");
		return;
	}
	for (const struct right *r = right_table; r->name != NULL; r++) {
		const bool was = (from->landlock.handled[r->class] & r->bit);
		const bool is = (to->landlock.handled[r->class] & r->bit);

		if (was != is)
			change(d, "landlock", is ? "tighter" : "looser",
			       "%s: %s is %s restricted", d->service,
			       r->activity, is ? "now" : "no longer");
	}
	paths_diff(d, &from->landlock, &to->landlock);
	ports_diff(d, &from->landlock, &to->landlock);
}

/* ---- seccomp ----------------------------------------------------------- */

/* Of each native number: whether some call with it became stricter or laxer. */
struct calls {
	const struct profile *from, *to;
	uint32_t native;
	bool stricter[NUMBERS_MAX], laxer[NUMBERS_MAX];
};

static int call_compare(void *ctx, const struct seccomp_data *data)
{
	struct calls *c = ctx;
	const uint32_t nr = (uint32_t)data->nr;
	int was, is;

	if (data->arch != c->native || nr >= NUMBERS_MAX)
		return 0;
	was = action_rank(profile_verdict(c->from, data));
	is = action_rank(profile_verdict(c->to, data));
	c->stricter[nr] |= is > was;
	c->laxer[nr] |= is < was;
	return 0;
}

static void calls_print(struct diff *d, const struct calls *c,
			const bool *which, const char *kind, const char *words)
{
	struct buf names;
	const char *sep = "";

	buf_init(&names, SENTENCE_MAX);
	for (uint32_t nr = 0; nr < NUMBERS_MAX; nr++) {
		char *name;

		if (!which[nr])
			continue;
		name = seccomp_syscall_resolve_num_arch(c->native, (int)nr);
		if (name == NULL)
			continue;
		buf_printf(&names, "%s%s", sep, name);
		sep = ", ";
		free(name);
	}
	if (names.len != 0)
		change(d, "seccomp", kind, "%s %s: %s", d->service, words,
		       buf_cstr(&names) ? buf_cstr(&names) : "?");
	buf_done(&names);
}

static void profiles_diff(struct diff *d, const struct profile *from,
			  const struct profile *to)
{
	struct calls *c = calloc(1, sizeof(*c));
	bool is_sampled;

	if (c == NULL) {
		d->error = -ENOMEM;
		return;
	}
	c->from = from;
	c->to = to;
	c->native = seccomp_arch_native();
	d->error = profile_visit(from, call_compare, c, &is_sampled, d->e);
	if (d->error == 0)
		d->error =
			profile_visit(to, call_compare, c, &is_sampled, d->e);
	if (from->default_ret != to->default_ret) {
		struct buf action;
		const bool is_stricter = action_rank(to->default_ret) >=
					 action_rank(from->default_ret);

		buf_init(&action, SENTENCE_MAX);
		action_print(&action, to->default_ret);
		change(d, "seccomp", is_stricter ? "tighter" : "looser",
		       "%s: system calls that no rule names now get %s",
		       d->service, buf_cstr(&action) ? buf_cstr(&action) : "?");
		buf_done(&action);
	}
	calls_print(d, c, c->laxer, "looser",
		    "is less restricted in these system calls");
	calls_print(d, c, c->stricter, "tighter",
		    "is more restricted in these system calls");
	free(c);
}

static void seccomp_diff(struct diff *d, const struct model *from,
			 const struct model *to)
{
	if (from->has_seccomp != to->has_seccomp)
		change(d, "seccomp", to->has_seccomp ? "tighter" : "looser",
		       "%s: system calls are %s restricted", d->service,
		       to->has_seccomp ? "now" : "no longer");
	else if (to->has_seccomp)
		profiles_diff(d, &from->profile, &to->profile);
}

/* ---- capabilities ------------------------------------------------------ */

static void cap_set_diff(struct diff *d, const char *set, uint64_t from,
			 uint64_t to)
{
	struct buf names;

	buf_init(&names, SENTENCE_MAX);
	if ((to & ~from) != 0) {
		capabilities_print(&names, to & ~from, ", ");
		change(d, "capabilities", "looser", "%s gains in %s: %s",
		       d->service, set,
		       buf_cstr(&names) ? buf_cstr(&names) : "?");
		buf_reset(&names);
	}
	if ((from & ~to) != 0) {
		capabilities_print(&names, from & ~to, ", ");
		change(d, "capabilities", "tighter", "%s loses from %s: %s",
		       d->service, set,
		       buf_cstr(&names) ? buf_cstr(&names) : "?");
	}
	buf_done(&names);
}

static void caps_diff(struct diff *d, const struct model *from,
		      const struct model *to)
{
	const struct artefact_caps *a = &from->caps, *b = &to->caps;

	if (from->has_caps != to->has_caps) {
		change(d, "capabilities", to->has_caps ? "tighter" : "looser",
		       "%s: capabilities are %s restricted", d->service,
		       to->has_caps ? "now" : "no longer");
		return;
	}
	cap_set_diff(d, "bounding", a->bounding, b->bounding);
	cap_set_diff(d, "effective", a->effective, b->effective);
	cap_set_diff(d, "permitted", a->permitted, b->permitted);
	cap_set_diff(d, "inheritable", a->inheritable, b->inheritable);
	cap_set_diff(d, "ambient", a->ambient, b->ambient);
}

/* ---- services and node ------------------------------------------------- */

static void model_diff(struct diff *d, const struct model *from,
		       const struct model *to)
{
	if (from->number != to->number) {
		change(d, "service", "removed", "%s no longer has number %u",
		       d->service, from->number);
		change(d, "service", "added", "%s now has number %u",
		       d->service, to->number);
	}
	landlock_diff(d, from, to);
	seccomp_diff(d, from, to);
	caps_diff(d, from, to);
}

static void models_diff(struct diff *d, const struct policy *from,
			const struct policy *to)
{
	const size_t from_count = from != NULL ? from->model_count : 0;
	size_t i = 0, k = 0;

	while (i < from_count || k < to->model_count) {
		const bool has_from = i < from_count;
		const bool has_to = k < to->model_count;
		const int order =
			step(has_from, has_to,
			     has_from && has_to ? strcmp(from->models[i]->name,
							 to->models[k]->name)
						: 0);

		d->service = order <= 0 ? from->models[i]->name
					: to->models[k]->name;
		if (order == 0)
			model_diff(d, from->models[i], to->models[k]);
		else if (order < 0)
			change(d, "service", "removed",
			       "%s is no service any more", d->service);
		else
			change(d, "service", "added",
			       "%s is a service now, number %u", d->service,
			       to->models[k]->number);
		i += order <= 0;
		k += order >= 0;
	}
	d->service = NULL;
}

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

static void collectors_diff(struct diff *d, const struct policy *in,
			    const struct policy *against, const char *kind,
			    const char *words)
{
	for (size_t i = 0; in != NULL && i < in->collector_count; i++) {
		const struct policy_collector *c = &in->collectors[i];

		if (!collector_is_in(against, c))
			change(d, "collectors", kind,
			       "events %s to %s, %s port %u (%s)", words,
			       c->name, c->host, c->port, c->protocol);
	}
}

static void demand_diff(struct diff *d, bool from, bool to, const char *yes,
			const char *no)
{
	if (from != to)
		change(d, "node", to ? "tighter" : "looser", "%s",
		       to ? yes : no);
}

static void node_diff(struct diff *d, const struct policy *from,
		      const struct policy *to)
{
	static const char *const words[] = {
		[POLICY_UNLISTED_ALLOW] = "allowed",
		[POLICY_UNLISTED_AUDIT] = "allowed and audited",
		[POLICY_UNLISTED_DENY] = "refused",
	};

	if (from != NULL && from->unlisted != to->unlisted)
		change(d, "node",
		       to->unlisted > from->unlisted ? "tighter" : "looser",
		       "containers that no policy names are now %s",
		       words[to->unlisted]);
	if (from != NULL) {
		demand_diff(d, from->demands.refuses_stale_start,
			    to->demands.refuses_stale_start,
			    "while the policy is stale no service is started",
			    "a stale policy no longer keeps services from "
			    "being started");
		demand_diff(d, from->demands.wants_persistence,
			    to->demands.wants_persistence,
			    "state that outlives a reboot is demanded",
			    "state that outlives a reboot is no longer "
			    "demanded");
	}
	collectors_diff(d, from, to, "removed", "no longer go");
	collectors_diff(d, to, from, "added", "now go");
}

int policy_diff(const struct policy *from, const struct policy *to,
		struct buf *out, struct err *e)
{
	struct diff d = { .out = out, .sep = "", .e = e };

	buf_puts(out, "{\"from\":");
	if (from != NULL)
		buf_printf(out, "%llu",
			   (unsigned long long)from->bundle_version);
	else
		buf_puts(out, "null");
	buf_printf(out, ",\"to\":%llu,\"changes\":[",
		   (unsigned long long)to->bundle_version);
	node_diff(&d, from, to);
	models_diff(&d, from, to);
	buf_puts(out, "]}");
	if (d.error < 0)
		return err_set(e, -d.error, "the bundles cannot be compared");
	return buf_error(out) < 0 ? err_set(e, -buf_error(out),
					    "the comparison does not fit")
				  : 0;
}
