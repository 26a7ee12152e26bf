/* SPDX-License-Identifier: Apache-2.0 */
/* decide.c - see decide.h. */
#include "pkg/policy/decide.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>

#include "pkg/policy/devices.h"
#include "pkg/policy/hole.h"

const char *decide_layer_name(enum decide_layer layer)
{
	static const char *const names[DECIDE_LAYERS] = {
		[DECIDE_LANDLOCK] = "landlock",
		[DECIDE_SECCOMP] = "seccomp",
		[DECIDE_CAPABILITIES] = "capabilities",
		[DECIDE_NETWORK] = "network",
		[DECIDE_DEVICES] = "devices",
	};

	return names[layer];
}

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = {
		[VERDICT_ALLOWED] = "allowed",
		[VERDICT_DENIED] = "denied",
		[VERDICT_NOT_ENFORCED] = "not-enforced",
	};

	return names[v];
}

/* One question to one layer. */
struct question {
	const struct model *m;
	const struct policy_kernel *kernel;
	const struct action *a;
	const struct way *ways;
	size_t way_count;
	const struct way *way; /* the one that is looked at */
};

/* Of a name that the table has. */
static uint64_t bit_of(const char *name)
{
	const struct right *right = right_find(span_of(name));

	return right != NULL ? right->bit : 0;
}

/* ---- landlock: files --------------------------------------------------- */

/* Landlock gives refer to nobody whose document does not handle it. */
static uint64_t need_denied(const struct model *m, const struct need *n)
{
	const uint64_t refer = n->bits & bit_of("refer");
	uint64_t denied = fs_denied(m, n->bits, n->path);

	if (m->enforced[RIGHT_FS] != 0 && (m->enforced[RIGHT_FS] & refer) == 0)
		denied |= refer;
	return denied;
}

static uint64_t need_unenforced(const struct model *m, const struct need *n)
{
	const uint64_t refer = n->bits & bit_of("refer");
	uint64_t open = fs_unenforced(m, n->bits, n->path);

	if (m->enforced[RIGHT_FS] == 0 && m->landlock.handled[RIGHT_FS] != 0 &&
	    (m->landlock.handled[RIGHT_FS] & refer) == 0)
		open |= refer;
	return open & ~need_denied(m, n);
}

/* The rights that what is moved would have only at its new place: Landlock
 * lets nothing gain any (current_check_refer_path()). */
static uint64_t rights_gained(const struct question *q, uint64_t among)
{
	const struct landlock_rules *r = &q->m->landlock;
	uint64_t from, to;

	if (!action_crosses(q->a))
		return 0;
	(void)landlock_rules_nearest(r, span_of(q->a->path), &from);
	(void)landlock_rules_nearest(r, path_parent(span_of(q->a->to)), &to);
	if (!q->a->is_dir)
		among &= rights_on_files();
	return among & to & ~from;
}

static void gained_say(const struct question *q, uint64_t gained,
		       struct reason *r)
{
	const struct need n = { .path = path_parent(span_of(q->a->path)),
				.bits = gained };

	reason_paths(r, q->m, &n, 1, (struct span){ 0 });
	buf_reset(&r->cause);
	buf_puts(&r->cause, "it would gain ");
	rights_print(&r->cause, RIGHT_FS, gained, ", ");
	buf_puts(&r->cause, " by the move, which Landlock never lets happen");
}

/* The needs that @which gives bits for; the rest is dropped. */
static size_t needs_left(const struct question *q,
			 uint64_t (*which)(const struct model *,
					   const struct need *),
			 struct need ret[WAY_NEEDS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < q->way->need_count; i++) {
		struct need n = q->way->needs[i];

		n.bits = which(q->m, &n);
		if (n.bits != 0)
			ret[count++] = n;
	}
	return count;
}

static uint64_t needs_handled(const struct question *q)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < q->way->need_count; i++)
		mask |= q->way->needs[i].bits &
			q->m->landlock.handled[RIGHT_FS];
	return mask;
}

static void abi_say(const struct question *q, uint32_t abi, struct reason *r)
{
	buf_printf(&r->cause, "; Landlock ABI %u is needed, the kernel has %u",
		   abi > 0 ? abi : 1, q->kernel->landlock_abi);
}

/* Each rule that grants a part. */
static void grants_say(const struct question *q, struct reason *r)
{
	for (size_t i = 0; i < q->way->need_count; i++) {
		const struct landlock_path *rule = rule_nearest(
			q->m, q->way->needs[i].path, q->way->needs[i].bits);

		if (rule == NULL)
			continue;
		buf_puts(&r->rule, r->rule.len != 0 ? "; " : "");
		rule_print(&r->rule, rule);
	}
	if (r->rule.len == 0)
		return;
	buf_puts(&r->cause, "it is granted by ");
	buf_span(&r->cause, buf_view(&r->rule));
}

static enum stance files_judge(const struct question *q, struct reason *r)
{
	const struct span subject = span_of(q->a->path);
	struct need left[WAY_NEEDS_MAX];
	size_t count = needs_left(q, need_denied, left);
	uint64_t gained;

	if (count != 0) {
		reason_paths(r, q->m, left, count, subject);
		return STANCE_DENIES;
	}
	gained = rights_gained(q, q->m->enforced[RIGHT_FS]);
	if (gained != 0) {
		gained_say(q, gained, r);
		return STANCE_DENIES;
	}
	count = needs_left(q, need_unenforced, left);
	if (count != 0) {
		reason_paths(r, q->m, left, count, subject);
		abi_say(q, rights_abi(RIGHT_FS, left[0].bits), r);
		return STANCE_LACKS;
	}
	gained = rights_gained(q, q->m->landlock.handled[RIGHT_FS]);
	if (gained != 0) {
		gained_say(q, gained, r);
		abi_say(q, rights_abi(RIGHT_FS, gained), r);
		return STANCE_LACKS;
	}
	if (needs_handled(q) == 0)
		return STANCE_OPEN;
	grants_say(q, r);
	return STANCE_GRANTS;
}

/* ---- landlock: the rest ------------------------------------------------- */

static const char *port_right(const struct action *a)
{
	if (a->protocol == NET_TCP)
		return a->kind == ACTION_CONNECT ? "connect_tcp" : "bind_tcp";
	if (a->protocol == NET_UDP)
		return a->kind == ACTION_CONNECT ? "connect_send_udp"
						 : "bind_udp";
	return NULL;
}

/* Not whether it is handled, but what of it this kernel holds. */
static enum stance right_stance(const struct question *q,
				const struct right *right)
{
	if ((q->m->landlock.handled[right->class] & right->bit) == 0)
		return STANCE_OPEN;
	return (q->m->enforced[right->class] & right->bit) != 0 ? STANCE_DENIES
								: STANCE_LACKS;
}

/* A sender is bound to some port first. */
static bool sender_is_bound(const struct question *q)
{
	const uint64_t bind = bit_of("bind_udp");

	if ((q->m->landlock.handled[RIGHT_NET] & bind) == 0)
		return true;
	for (size_t i = 0; i < q->m->landlock.port_count; i++)
		if ((q->m->landlock.ports[i].access & bind) != 0)
			return true;
	return false;
}

static enum stance port_judge(const struct question *q, struct reason *r)
{
	const char *name = port_right(q->a);
	const struct right *right =
		name != NULL ? right_find(span_of(name)) : NULL;
	uint16_t port = q->a->port;
	enum stance s;

	if (right == NULL)
		return STANCE_SILENT;
	s = right_stance(q, right);
	if (s != STANCE_OPEN &&
	    (landlock_rules_port(&q->m->landlock, port) & right->bit) != 0)
		s = STANCE_GRANTS;
	if (s == STANCE_GRANTS && q->a->kind == ACTION_CONNECT &&
	    q->a->protocol == NET_UDP && !sender_is_bound(q)) {
		right = right_find(span_of("bind_udp"));
		s = right_stance(q, right);
		port = 0;
	}
	if (s == STANCE_GRANTS) {
		buf_printf(&r->rule, "port %u (%s)", port, right->name);
		buf_printf(&r->cause, "port %u has %s", port, right->name);
	}
	if (s >= STANCE_LACKS)
		reason_port(r, q->m, right, port);
	if (s == STANCE_LACKS)
		abi_say(q, right->abi, r);
	return s;
}

static enum stance scope_judge(const struct question *q, const char *name,
			       struct reason *r)
{
	const struct right *right = right_find(span_of(name));
	const enum stance s = right_stance(q, right);

	if (s >= STANCE_LACKS)
		reason_scope(r, right);
	if (s == STANCE_LACKS)
		abi_say(q, right->abi, r);
	return s;
}

/* What any sandbox denies, whatever its rules are. */
static enum stance sandbox_judge(const struct question *q, bool wants_fs,
				 struct reason *r)
{
	const uint64_t *e = q->m->enforced, *h = q->m->landlock.handled;
	const bool is_held =
		(e[RIGHT_FS] |
		 (wants_fs ? 0 : e[RIGHT_NET] | e[RIGHT_SCOPE])) != 0;
	const bool is_asked =
		(h[RIGHT_FS] |
		 (wants_fs ? 0 : h[RIGHT_NET] | h[RIGHT_SCOPE])) != 0;

	if (!is_asked)
		return STANCE_OPEN;
	if (wants_fs) {
		buf_puts(&r->cause, "a Landlock sandbox that restricts files "
				    "may change no mounts");
		buf_puts(&r->rule, "every Landlock sandbox of files");
	} else {
		reason_ptrace(r);
	}
	if (!is_held)
		abi_say(q, 1, r);
	return is_held ? STANCE_DENIES : STANCE_LACKS;
}

static enum stance abstract_judge(const struct question *q, struct reason *r)
{
	return scope_judge(q, "abstract_unix_socket", r);
}

static enum stance signal_judge(const struct question *q, struct reason *r)
{
	return scope_judge(q, "signal", r);
}

static enum stance ptrace_judge(const struct question *q, struct reason *r)
{
	return sandbox_judge(q, false, r);
}

static enum stance mount_judge(const struct question *q, struct reason *r)
{
	return sandbox_judge(q, true, r);
}

typedef enum stance judge_fn(const struct question *q, struct reason *r);

static enum stance landlock_judge(const struct question *q, struct reason *r)
{
	static judge_fn *const by_kind[ACTION_KINDS] = {
		[ACTION_CONNECT] = port_judge,
		[ACTION_BIND] = port_judge,
		[ACTION_LISTEN] = port_judge,
		[ACTION_CONNECT_ABSTRACT] = abstract_judge,
		[ACTION_SIGNAL] = signal_judge,
		[ACTION_PTRACE] = ptrace_judge,
		[ACTION_MOUNT] = mount_judge,
	};

	if (!q->m->has_landlock)
		return STANCE_SILENT;
	if (q->way->need_count != 0)
		return files_judge(q, r);
	if (by_kind[q->a->kind] == NULL)
		return STANCE_SILENT;
	return by_kind[q->a->kind](q, r);
}

/* ---- seccomp ----------------------------------------------------------- */

static struct seccomp_data data_of(const struct way_call *c)
{
	struct seccomp_data d = { .nr = c->nr, .arch = seccomp_arch_native() };

	memcpy(d.args, c->args, sizeof(d.args));
	return d;
}

static const struct rule *call_rules(const struct profile *p,
				     const struct way_call *c, size_t *count)
{
	return profile_rules(p, seccomp_arch_native(), (uint32_t)c->nr, count);
}

/* Would the call go through with some arguments for those not said? */
static bool call_may_pass(const struct profile *p, const struct way_call *c,
			  size_t said)
{
	struct hole hole = { .call = c->name, .count = said };

	for (uint8_t i = 0; i < said; i++)
		hole.args[i] = (struct hole_arg){ .index = i,
						  .mask = UINT64_MAX,
						  .value = c->args[i] };
	return hole_passes(p, seccomp_arch_native(), (uint32_t)c->nr, &hole,
			   call_is_permitted);
}

static bool call_passes(const struct question *q, const struct way_call *c)
{
	const struct seccomp_data d = data_of(c);

	if (q->a->kind == ACTION_SYSCALL && q->a->arg_count < 6)
		return call_may_pass(&q->m->profile, c, q->a->arg_count);
	return call_is_permitted(profile_verdict(&q->m->profile, &d));
}

/* The rule that gave the call its verdict; NULL: none names it so. */
static const struct rule *rule_deciding(const struct profile *p,
					const struct way_call *c)
{
	const struct seccomp_data d = data_of(c);
	const uint32_t ret = profile_verdict(p, &d);
	size_t count;
	const struct rule *rules = call_rules(p, c, &count);

	for (size_t i = 0; rules != NULL && i < count; i++) {
		bool holds = rules[i].ret == ret;

		for (uint32_t k = 0; k < rules[i].count && holds; k++) {
			const struct cond *cond = &p->conds[rules[i].first + k];

			holds = cond_holds(cond, d.args[cond->index]);
		}
		if (holds)
			return &rules[i];
	}
	return NULL;
}

static void names_print(struct buf *out, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s",
			   i == 0	? ""
			   : i + 1 == n ? " and "
					: ", ",
			   names[i]);
}

static size_t name_add(const char **names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return n;
	names[n] = name;
	return n + 1;
}

/* The calls of @way that the profile denies. */
static size_t denied_names(const struct question *q, const struct way *way,
			   const char **names, size_t n)
{
	for (size_t i = 0; i < way->call_count; i++)
		if (!call_passes(q, &way->calls[i]))
			n = name_add(names, n, way->calls[i].name);
	return n;
}

static const struct way_call *first_denied(const struct question *q)
{
	for (size_t i = 0; i < q->way->call_count; i++)
		if (!call_passes(q, &q->way->calls[i]))
			return &q->way->calls[i];
	return NULL;
}

/* Which rule it is: one that restricts, none that allows these arguments, or
 * the default. */
static bool verdict_say(const struct question *q, const struct way_call *c,
			struct reason *r)
{
	const struct profile *p = &q->m->profile;
	const struct rule *rule = rule_deciding(p, c);
	const struct seccomp_data d = data_of(c);
	size_t count;
	const struct rule *rules = call_rules(p, c, &count);

	if (rule != NULL) {
		call_rule_print(&r->rule, p, rule);
		buf_puts(&r->cause, ": the rule ");
		buf_span(&r->cause, buf_view(&r->rule));
		buf_puts(&r->cause, " forbids it, and no addition outweighs a "
				    "rule that restricts");
		return false;
	}
	for (size_t i = 0; rules != NULL && i < count; i++) {
		buf_puts(&r->rule, i == 0 ? "" : "; ");
		call_rule_print(&r->rule, p, &rules[i]);
	}
	if (rules != NULL) {
		buf_puts(&r->cause, " with these arguments: the profile has ");
	} else {
		default_print(&r->rule, p, profile_verdict(p, &d));
		buf_puts(&r->cause, ": no rule names it; what holds is ");
	}
	buf_span(&r->cause, buf_view(&r->rule));
	return true;
}

/* @first: of the way's calls that are denied. */
static void calls_denied_say(const struct question *q,
			     const struct way_call *first, struct reason *r)
{
	const char *all[WAYS_MAX * WAY_CALLS_MAX];
	const char *here[WAY_CALLS_MAX];
	size_t all_count = 0;
	const size_t here_count = denied_names(q, q->way, here, 0);

	for (size_t i = 0; i < q->way_count; i++)
		all_count = denied_names(q, &q->ways[i], all, all_count);
	names_print(&r->cause, all, all_count);
	buf_printf(&r->cause, " %s not allowed", all_count == 1 ? "is" : "are");
	names_print(&r->missing, here, here_count);
	if (verdict_say(q, first, r))
		call_fix(r, here, here_count);
}

/* Do rules look at an argument that the question does not say? */
static bool depends_on_more(const struct question *q, const struct way_call *c)
{
	const struct profile *p = &q->m->profile;
	size_t count;
	const struct rule *rules = call_rules(p, c, &count);

	if (q->a->kind != ACTION_SYSCALL || rules == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < rules[i].count; k++)
			if (p->conds[rules[i].first + k].index >=
			    q->a->arg_count)
				return true;
	return false;
}

static enum stance seccomp_judge(const struct question *q, struct reason *r)
{
	const char *names[WAY_CALLS_MAX];
	const struct way_call *denied;
	size_t n = 0;

	if (!q->m->has_seccomp || q->way->call_count == 0)
		return STANCE_SILENT;
	denied = first_denied(q);
	if (denied != NULL) {
		calls_denied_say(q, denied, r);
		if (q->m->insns != NULL)
			return STANCE_DENIES;
		buf_puts(&r->cause, "; the kernel has no seccomp filters");
		return STANCE_LACKS;
	}
	for (size_t i = 0; i < q->way->call_count; i++)
		n = name_add(names, n, q->way->calls[i].name);
	names_print(&r->cause, names, n);
	buf_printf(&r->cause, " %s allowed", n == 1 ? "is" : "are");
	if (depends_on_more(q, &q->way->calls[0]))
		buf_puts(&r->cause, " with some arguments");
	names_print(&r->rule, names, n);
	return STANCE_GRANTS;
}

/* ---- capabilities, network, devices ------------------------------------- */

static enum stance capabilities_judge(const struct question *q,
				      struct reason *r)
{
	const int cap = action_capability(q->a);
	static const char *const sets[] = { "bounding", "effective",
					    "permitted" };

	if (cap < 0 || !q->m->has_caps)
		return STANCE_SILENT;
	if ((q->m->caps.permitted >> cap & 1) != 0) {
		capabilities_print(&r->rule, 1ULL << cap, "");
		buf_span(&r->cause, buf_view(&r->rule));
		buf_puts(&r->cause, " is permitted");
		return STANCE_GRANTS;
	}
	capabilities_print(&r->missing, 1ULL << cap, "");
	buf_span(&r->cause, buf_view(&r->missing));
	buf_puts(&r->cause, " is not among its permitted capabilities");
	buf_puts(&r->rule, "permitted (");
	capabilities_print(&r->rule, q->m->caps.permitted, ", ");
	buf_puts(&r->rule, ")");
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		buf_printf(&r->fix, "%s\"%s\":[\"%s\"]", i == 0 ? "{" : ",",
			   sets[i], buf_cstr(&r->missing));
	buf_puts(&r->fix, "}");
	return STANCE_DENIES;
}

static void network_fix(const struct action *a, struct buf *out)
{
	buf_printf(out, "{\"%s\":[{\"protocol\":[\"%s\"]",
		   a->kind == ACTION_CONNECT ? "connect" : "bind",
		   net_protocol_get(a->protocol)->word);
	if (a->host.family != 0) {
		buf_puts(out, ",\"address\":[\"");
		net_prefix_print(out, &a->host);
		buf_puts(out, "\"]");
	}
	if (a->protocol != NET_RAW)
		buf_printf(out, ",\"port\":[%u]", a->port);
	buf_puts(out, "}]}");
}

static enum stance network_judge(const struct question *q, struct reason *r)
{
	const struct action *a = q->a;
	const enum net_action action =
		a->kind == ACTION_CONNECT ? NET_CONNECT : NET_BIND;

	if (action_words[a->kind].form != FORM_HOST || !q->m->has_network)
		return STANCE_SILENT;
	if (network_allows(&q->m->network, action, a->protocol, &a->host,
			   a->port)) {
		buf_puts(&r->cause, "its network rules allow it");
		return STANCE_GRANTS;
	}
	buf_puts(&r->cause, "no rule of \"network\" allows it");
	buf_puts(&r->missing,
		 action == NET_CONNECT ? "a connect rule" : "a bind rule");
	network_fix(a, &r->fix);
	if (q->kernel->has_cgroup_network)
		return STANCE_DENIES;
	buf_puts(&r->cause, "; nothing here restricts network by address");
	return STANCE_LACKS;
}

static enum stance devices_judge(const struct question *q, struct reason *r)
{
	const struct action *a = q->a;
	const char access = a->access == DEVICE_READ	? 'r'
			    : a->access == DEVICE_WRITE ? 'w'
							: 'm';

	if (a->kind != ACTION_DEVICE || !q->m->has_devices)
		return STANCE_SILENT;
	if (devices_allow(&q->m->devices, a->device, a->major, a->minor,
			  a->access)) {
		buf_puts(&r->cause, "its device rules allow it");
		return STANCE_GRANTS;
	}
	buf_puts(&r->cause, "no rule of \"devices\" allows it");
	buf_printf(&r->missing, "%c on %c %u:%u", access, a->device, a->major,
		   a->minor);
	buf_printf(&r->fix,
		   "[{\"allow\":true,\"type\":\"%c\",\"major\":%u,\"minor\":%u,"
		   "\"access\":\"%c\"}]",
		   a->device, a->major, a->minor, access);
	if (q->kernel->has_cgroup_devices)
		return STANCE_DENIES;
	buf_puts(&r->cause, "; nothing here restricts devices by number");
	return STANCE_LACKS;
}

/* ---- all of them -------------------------------------------------------- */

static judge_fn *const judges[DECIDE_LAYERS] = {
	[DECIDE_LANDLOCK] = landlock_judge,
	[DECIDE_SECCOMP] = seccomp_judge,
	[DECIDE_CAPABILITIES] = capabilities_judge,
	[DECIDE_NETWORK] = network_judge,
	[DECIDE_DEVICES] = devices_judge,
};

static void decision_reset(struct decision *d)
{
	decision_done(d);
	for (size_t i = 0; i < DECIDE_LAYERS; i++)
		reason_init(&d->by[i].reason);
}

/* How bad a way is: above all what its strictest layer says. */
static unsigned way_judge(struct question *q, const struct way *way,
			  struct decision *d)
{
	unsigned worst = 0, sum = 0;

	q->way = way;
	decision_reset(d);
	for (size_t i = 0; i < DECIDE_LAYERS; i++) {
		struct opinion *o = &d->by[i];

		o->stance = judges[i](q, &o->reason);
		if (o->stance < STANCE_LACKS)
			continue;
		if ((unsigned)o->stance > worst)
			worst = (unsigned)o->stance;
		sum++;
	}
	return worst * 16 + sum;
}

/* The layer whose word counts, and what follows. */
static void decision_settle(struct decision *d)
{
	enum stance top = STANCE_OPEN;

	for (size_t i = 0; i < DECIDE_LAYERS; i++) {
		if (d->by[i].stance <= top)
			continue;
		top = d->by[i].stance;
		d->layer = (enum decide_layer)i;
		d->has_layer = true;
	}
	d->verdict = top == STANCE_DENIES  ? VERDICT_DENIED
		     : top == STANCE_LACKS ? VERDICT_NOT_ENFORCED
					   : VERDICT_ALLOWED;
}

int model_decide(const struct model *m, const struct policy_kernel *kernel,
		 const struct action *a, struct decision *ret)
{
	struct way ways[WAYS_MAX];
	struct question q = { .m = m, .kernel = kernel, .a = a };
	struct decision d = { 0 };
	size_t best = 0;
	unsigned least = UINT32_MAX;
	int r = 0;

	q.ways = ways;
	q.way_count = action_ways(a, ways);
	if (q.way_count == 0) /* no such call on this architecture */
		ways[q.way_count++] = (struct way){ 0 };
	for (size_t i = 0; i < q.way_count && least != 0; i++) {
		const unsigned bad = way_judge(&q, &ways[i], &d);

		if (bad < least) {
			least = bad;
			best = i;
		}
	}
	if (q.way != &ways[best])
		(void)way_judge(&q, &ways[best], &d);
	for (size_t i = 0; i < DECIDE_LAYERS && r == 0; i++)
		r = reason_error(&d.by[i].reason);
	if (r < 0) {
		decision_done(&d);
		return r;
	}
	decision_settle(&d);
	*ret = d;
	return 0;
}

void decision_done(struct decision *d)
{
	for (size_t i = 0; i < DECIDE_LAYERS; i++)
		reason_done(&d->by[i].reason);
	*d = (struct decision){ 0 };
}

/* ---- in words ------------------------------------------------------------ */

/* What all layers with this stance say. */
static bool causes_print(struct buf *out, const struct decision *d,
			 enum stance stance)
{
	const char *sep = ": ";
	bool has_any = false;

	for (size_t i = 0; i < DECIDE_LAYERS; i++) {
		if (d->by[i].stance != stance || d->by[i].reason.cause.len == 0)
			continue;
		buf_puts(out, sep);
		buf_span(out, buf_view(&d->by[i].reason.cause));
		sep = stance == STANCE_GRANTS ? "; " : "; besides ";
		has_any = true;
	}
	return has_any;
}

void decision_sentence(struct buf *out, const struct model *m,
		       const struct action *a, const struct decision *d)
{
	static const enum stance stances[] = {
		[VERDICT_ALLOWED] = STANCE_GRANTS,
		[VERDICT_DENIED] = STANCE_DENIES,
		[VERDICT_NOT_ENFORCED] = STANCE_LACKS,
	};

	buf_printf(out, "%s may %s", m->name,
		   d->verdict == VERDICT_DENIED ? "not " : "");
	action_phrase(out, a);
	if (d->verdict == VERDICT_NOT_ENFORCED)
		buf_puts(out, " here, though its policy denies it");
	if (!causes_print(out, d, stances[d->verdict]))
		buf_puts(out, ": its policy does not restrict it");
}

void decision_fix(struct buf *out, const struct decision *d)
{
	const char *sep = "{";
	struct buf fix;

	buf_init(&fix, (size_t)DECIDE_LAYERS * REASON_MAX);
	for (size_t i = 0; i < DECIDE_LAYERS; i++) {
		if (d->by[i].stance < STANCE_LACKS)
			continue;
		/* A part would not do. */
		if (d->by[i].reason.fix.len == 0) {
			buf_done(&fix);
			return;
		}
		buf_printf(&fix, "%s\"%s\":", sep,
			   decide_layer_name((enum decide_layer)i));
		buf_span(&fix, buf_view(&d->by[i].reason.fix));
		sep = ",";
	}
	if (fix.len != 0) {
		buf_span(out, buf_view(&fix));
		buf_puts(out, "}");
	}
	if (buf_error(&fix) < 0 && out->error == 0)
		out->error = fix.error;
	buf_done(&fix);
}
