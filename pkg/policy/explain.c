/* SPDX-License-Identifier: Apache-2.0 */
/* explain.c - why something was denied, by which rule, and what would allow it
 * (policy.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/policy/reason.h"

/* The parts of an answer; the cause is the first part of the sentence. */
struct answer {
	bool is_denied;
	const char *layer; /* "landlock", "seccomp", "none" */
	struct reason r;
};

/* ---- files ------------------------------------------------------------- */

static void fs_refuse(const struct model *m, const struct right *right,
		      struct span path, struct answer *a)
{
	const struct need n = { .path = path, .bits = right->bit };

	a->is_denied = true;
	a->layer = "landlock";
	buf_printf(&a->r.cause, "%s may not %s ", m->name, right->phrase);
	words_clean(&a->r.cause, path);
	buf_puts(&a->r.cause, ": ");
	reason_paths(&a->r, m, &n, 1, path);
}

/* What the kernel recorded, but this policy grants or does not handle. */
static void fs_granted(const struct model *m, const struct right *right,
		       struct span path, struct answer *a)
{
	const struct landlock_path *near = rule_nearest(m, path, right->bit);

	buf_printf(&a->r.cause, "%s was kept from a %s of ", m->name,
		   right->name);
	words_clean(&a->r.cause, path);
	if ((m->enforced[RIGHT_FS] & right->bit) == 0) {
		buf_puts(&a->r.cause, ", which its policy does not restrict");
	} else if (near != NULL) {
		rule_print(&a->r.rule, near);
		buf_puts(&a->r.cause, ", which its policy grants by ");
		buf_span(&a->r.cause, buf_view(&a->r.rule));
	}
	buf_puts(&a->r.cause,
		 ": the cause is an older generation, a file replaced since "
		 "the start, another sandbox, or an ordinary permission");
}

static void fs_explain(const struct model *m, const struct right *right,
		       struct span path, struct answer *a)
{
	if (fs_denied(m, right->bit, path) != 0)
		fs_refuse(m, right, path, a);
	else
		fs_granted(m, right, path, a);
}

/* ---- network and scopes ------------------------------------------------ */

static void net_explain(const struct model *m, const struct right *right,
			uint16_t port, struct answer *a)
{
	const bool is_handled = (m->enforced[RIGHT_NET] & right->bit) != 0;

	if (!is_handled ||
	    (landlock_rules_port(&m->landlock, port) & right->bit) != 0) {
		buf_printf(&a->r.cause,
			   "%s was kept from %s %u, which its policy %s: the "
			   "cause lies elsewhere",
			   m->name, right->name, port,
			   is_handled ? "grants" : "does not restrict");
		return;
	}
	a->is_denied = true;
	a->layer = "landlock";
	buf_printf(&a->r.cause, "%s may not %s %u: ", m->name, right->phrase,
		   port);
	reason_port(&a->r, m, right, port);
}

static void scope_explain(const struct model *m, struct span name,
			  struct answer *a)
{
	const struct right *right = right_find(name);
	const bool is_scope = right != NULL && right->class == RIGHT_SCOPE;

	if (span_eq_str(name, "ptrace") && m->has_landlock) {
		a->is_denied = true;
		buf_printf(&a->r.cause,
			   "%s may not trace a process outside its sandbox: ",
			   m->name);
		reason_ptrace(&a->r);
	} else if (is_scope && (m->enforced[RIGHT_SCOPE] & right->bit) != 0) {
		a->is_denied = true;
		buf_printf(&a->r.cause, "%s may not %s: ", m->name,
			   right->phrase);
		reason_scope(&a->r, right);
	} else {
		buf_printf(&a->r.cause, "%s was kept from ", m->name);
		words_clean(&a->r.cause, name);
		buf_puts(&a->r.cause,
			 ", which its policy does not restrict: the "
			 "cause lies elsewhere");
	}
	if (a->is_denied)
		a->layer = "landlock";
}

/* ---- system calls ------------------------------------------------------ */

static bool is_permissive(uint32_t ret)
{
	return action_rank(ret) <= action_rank(SECCOMP_RET_TRACE);
}

/* What the rules of one call amount to. */
struct call {
	const struct rule *rules;
	size_t count;
	const struct rule *allows;  /* a permissive one, unconditional first */
	const struct rule *forbids; /* one that restricts, likewise */
	size_t forbid_count;
};

static struct call call_of(const struct profile *p, uint32_t token, uint32_t nr)
{
	struct call c = { 0 };

	c.rules = profile_rules(p, token, nr, &c.count);
	for (size_t i = 0; i < c.count; i++) {
		const struct rule *r = &c.rules[i];

		if (is_permissive(r->ret)) {
			if (c.allows == NULL || r->count == 0)
				c.allows = r;
			continue;
		}
		c.forbid_count++;
		if (c.forbids == NULL || r->count == 0)
			c.forbids = r;
	}
	return c;
}

/* Does a rule without conditions stand before the default? */
static bool allows_always(const struct call *c)
{
	return c->allows != NULL && c->allows->count == 0;
}

/* Was it this rule, whatever the arguments were? */
static bool forbids_surely(const struct profile *p, const struct call *c)
{
	if (c->forbids == NULL || c->forbids->count == 0)
		return c->forbids != NULL;
	return c->forbid_count == 1 &&
	       (allows_always(c) || is_permissive(p->default_ret));
}

/* The rules decide by arguments, which the record does not have. */
static void call_conditional(const struct model *m, const struct call *c,
			     const char *name, struct answer *a)
{
	buf_printf(&a->r.missing, "%s with these arguments", name);
	if (forbids_surely(&m->profile, c)) {
		call_rule_print(&a->r.rule, &m->profile, c->forbids);
		buf_puts(&a->r.cause, ": the rule ");
		buf_span(&a->r.cause, buf_view(&a->r.rule));
		buf_puts(&a->r.cause,
			 " forbids it, and no addition outweighs a "
			 "rule that restricts");
		return;
	}
	for (size_t i = 0; i < c->count; i++) {
		buf_puts(&a->r.rule, i == 0 ? "" : "; ");
		call_rule_print(&a->r.rule, &m->profile, &c->rules[i]);
	}
	buf_puts(&a->r.cause, " with these arguments, which the record does "
			      "not have: the profile has ");
	buf_span(&a->r.cause, buf_view(&a->r.rule));
	if (!allows_always(c)) {
		buf_puts(&a->r.cause, "; for all others it has ");
		default_print(&a->r.cause, &m->profile, m->profile.default_ret);
	}
	/* No addition outweighs a rule that restricts, if it was one. */
	if (c->forbids == NULL)
		call_fix(&a->r, &name, 1);
}

static void arch_denied(const struct model *m, uint32_t token, struct answer *a)
{
	const char *name = token == SCMP_ARCH_X86   ? "SCMP_ARCH_X86"
			   : token == SCMP_ARCH_X32 ? "SCMP_ARCH_X32"
						    : NULL;

	a->is_denied = true;
	a->layer = "seccomp";
	buf_printf(&a->r.cause,
		   "%s may not make system calls of %s: the profile does not "
		   "list that architecture",
		   m->name, name != NULL ? name : "another architecture");
	buf_puts(&a->r.rule, "architectures");
	buf_puts(&a->r.missing, name != NULL ? name : "the architecture");
	if (name != NULL)
		buf_printf(&a->r.fix, "{\"architectures\":[\"%s\"]}", name);
}

static void syscall_explain(const struct model *m, uint32_t arch, uint32_t nr,
			    struct answer *a)
{
	const struct seccomp_data data = { .nr = (int)nr, .arch = arch };
	const uint32_t token = token_of(arch, nr);
	AUTO_MEM char *resolved = NULL;
	struct call c;
	char number[32];
	const char *name;

	if (m->insns == NULL) {
		buf_printf(
			&a->r.cause,
			"%s was kept from system call %u, and its policy has "
			"no filter: the cause lies elsewhere",
			m->name, nr);
		return;
	}
	if (profile_arch(&m->profile, token) == NULL) {
		arch_denied(m, token, a);
		return;
	}
	resolved = seccomp_syscall_resolve_num_arch(token, (int)nr);
	(void)snprintf(number, sizeof(number), "system call %u", nr);
	name = resolved != NULL ? resolved : number;
	c = call_of(&m->profile, token, nr);
	if ((c.allows != NULL && c.allows->count == 0 && c.forbids == NULL) ||
	    (c.count == 0 && is_permissive(m->profile.default_ret))) {
		buf_printf(&a->r.cause,
			   "%s was kept from %s, which its policy allows: the "
			   "cause is another filter, or an older generation",
			   m->name, name);
		return;
	}
	a->is_denied = true;
	a->layer = "seccomp";
	buf_printf(&a->r.cause, "%s may not call %s", m->name, name);
	if (c.count != 0) {
		call_conditional(m, &c, name, a);
		return;
	}
	default_print(&a->r.rule, &m->profile,
		      profile_verdict(&m->profile, &data));
	buf_puts(&a->r.cause, ": no rule names it; what holds is ");
	buf_span(&a->r.cause, buf_view(&a->r.rule));
	buf_puts(&a->r.missing, name);
	if (resolved != NULL)
		call_fix(&a->r, &name, 1);
}

/* ---- inferred ---------------------------------------------------------- */

/* Which rights a failed call wanted: all of the first mask, or any one of the
 * second. */
struct wanted {
	uint64_t all, any;
	bool on_parent; /* of the path's directory */
};

static uint64_t bits(const char *names)
{
	struct span rest = span_of(names);
	uint64_t mask = 0;

	while (rest.len != 0) {
		const struct right *r = right_find(span_cut(&rest, ' '));

		mask |= r != NULL && r->class == RIGHT_FS ? r->bit : 0;
	}
	return mask;
}

/* @right: what the record was reduced to; it knows whether the file was there.
 */
static struct wanted wanted_open(uint64_t flags, const struct right *right)
{
	struct wanted w = { 0 };
	const uint64_t mode = flags & O_ACCMODE;

	if ((flags & O_CREAT) != 0 && right != NULL &&
	    right == right_find(span_of("make_reg")))
		return (struct wanted){ .all = right->bit };
	if ((flags & O_PATH) != 0)
		return w;
	if ((flags & O_DIRECTORY) != 0)
		w.all = bits("read_dir");
	else if (mode == O_RDONLY)
		w.any = bits("read_file read_dir");
	else if (mode == O_WRONLY)
		w.all = bits("write_file");
	else
		w.all = bits("read_file write_file");
	if ((flags & O_TRUNC) != 0)
		w.all |= bits("truncate");
	return w;
}

/* clang-format off */
static const struct {
	const char *name, *all, *any;
	bool on_parent;
	int flags_at; /* argument with the flags of an open; 0: none */
} calls[] = {
	{ "open",      "", "read_file read_dir write_file", false, 1 },
	{ "openat",    "", "read_file read_dir write_file", false, 2 },
	{ "openat2",   "", "read_file read_dir write_file", false, 0 },
	{ "creat",     "write_file", "",              false, 0 },
	{ "execve",    "execute",    "",              false, 0 },
	{ "execveat",  "execute",    "",              false, 0 },
	{ "truncate",  "truncate",   "",              false, 0 },
	{ "unlink",    "remove_file", "",             true,  0 },
	{ "unlinkat",  "", "remove_file remove_dir",  true,  0 },
	{ "rmdir",     "remove_dir", "",              true,  0 },
	{ "mkdir",     "make_dir",   "",              true,  0 },
	{ "mkdirat",   "make_dir",   "",              true,  0 },
	{ "symlink",   "make_sym",   "",              true,  0 },
	{ "symlinkat", "make_sym",   "",              true,  0 },
	{ "mknod",     "", "make_reg make_fifo make_sock", true, 0 },
	{ "mknodat",   "", "make_reg make_fifo make_sock", true, 0 },
	{ "link",      "", "make_reg refer",          true,  0 },
	{ "linkat",    "", "make_reg refer",          true,  0 },
	{ "rename",    "", "remove_file remove_dir",  true,  0 },
	{ "renameat",  "", "remove_file remove_dir",  true,  0 },
	{ "renameat2", "", "remove_file remove_dir",  true,  0 },
};
/* clang-format on */

/* The call itself tells more than the one right that its record was reduced
 * to, which is for calls that the table lacks. */
static struct wanted wanted_of(const struct policy_denial *d)
{
	AUTO_MEM char *name = seccomp_syscall_resolve_num_arch(
		token_of(d->arch, (uint32_t)d->syscall), d->syscall);
	const struct right *right = right_find(d->right);

	for (size_t i = 0; name != NULL && i < sizeof(calls) / sizeof(calls[0]);
	     i++) {
		if (strcmp(name, calls[i].name) != 0)
			continue;
		if (d->has_args && calls[i].flags_at != 0)
			return wanted_open(d->args[calls[i].flags_at], right);
		return (struct wanted){ .all = bits(calls[i].all),
					.any = bits(calls[i].any),
					.on_parent = calls[i].on_parent };
	}
	if (right != NULL && right->class == RIGHT_FS)
		return (struct wanted){ .all = right->bit };
	return (struct wanted){ 0 };
}

/* The first right that the model denies; NULL when policy is not the cause. */
static const struct right *
wanted_denied(const struct model *m, const struct wanted *w, struct span path)
{
	/* What is asked for most comes first. */
	static const char *const order[] = { "read_file", "write_file" };
	const struct right *denied = NULL;
	uint64_t missing = 0;

	for (const struct right *r = right_table; r->name != NULL; r++) {
		if (r->class != RIGHT_FS || ((w->all | w->any) & r->bit) == 0 ||
		    fs_denied(m, r->bit, path) == 0)
			continue;
		missing |= r->bit;
		if (denied == NULL)
			denied = r;
	}
	if ((missing & w->all) == 0 && (w->any == 0 || missing != w->any))
		return NULL;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if ((missing & right_find(span_of(order[i]))->bit) != 0)
			return right_find(span_of(order[i]));
	return denied;
}

/* The filter would have given this very errno, whatever the arguments. */
static bool seccomp_gave(const struct model *m, const struct policy_denial *d)
{
	const uint32_t nr = (uint32_t)d->syscall;
	const uint32_t token = token_of(d->arch, nr);
	struct seccomp_data data = { .nr = d->syscall, .arch = d->arch };
	size_t count;

	return m->insns != NULL && profile_arch(&m->profile, token) != NULL &&
	       profile_rules(&m->profile, token, nr, &count) == NULL &&
	       profile_verdict(&m->profile, &data) ==
		       (SECCOMP_RET_ERRNO | ((uint32_t)-d->exit & 0xffff));
}

static void inferred_explain(const struct model *m,
			     const struct policy_denial *d, struct answer *a)
{
	const struct wanted w = wanted_of(d);
	const struct span path = w.on_parent ? path_parent(d->path) : d->path;
	const struct right *asked = right_find(d->right);
	const struct right *right = NULL;

	if (d->exit < 0 && seccomp_gave(m, d)) {
		syscall_explain(m, d->arch, (uint32_t)d->syscall, a);
		return;
	}
	/* Landlock answers EACCES for ports. */
	if (asked != NULL && asked->class == RIGHT_NET && d->port != 0 &&
	    d->exit == -EACCES) {
		net_explain(m, asked, d->port, a);
		return;
	}
	/* And EPERM for what is outside of the sandbox. */
	if (d->exit == -EPERM &&
	    (span_eq_str(d->right, "ptrace") ||
	     (asked != NULL && asked->class == RIGHT_SCOPE))) {
		scope_explain(m, d->right, a);
		return;
	}
	/* Landlock answers EACCES for files. */
	if (path.len != 0 && d->exit == -EACCES)
		right = wanted_denied(m, &w, path);
	if (right != NULL) {
		fs_refuse(m, right, path, a);
		return;
	}
	buf_printf(&a->r.cause, "%s was kept from ", m->name);
	words_clean(&a->r.cause, d->path);
	buf_puts(&a->r.cause, ", which its policy allows or does not restrict: "
			      "the cause is an ordinary permission or another "
			      "layer");
}

/* ---- the answer -------------------------------------------------------- */

static void denial_explain(const struct model *m, const struct policy_denial *d,
			   struct answer *a)
{
	const struct right *right = right_find(d->right);
	const bool is_known = right != NULL;

	switch (d->kind) {
	case DENIAL_FS:
		if (is_known && right->class == RIGHT_FS) {
			fs_explain(m, right, d->path, a);
			return;
		}
		break;
	case DENIAL_NET:
		if (is_known && right->class == RIGHT_NET) {
			net_explain(m, right, d->port, a);
			return;
		}
		break;
	case DENIAL_SCOPE:
		scope_explain(m, d->right, a);
		return;
	case DENIAL_SYSCALL:
		syscall_explain(m, d->arch, (uint32_t)d->syscall, a);
		return;
	case DENIAL_INFERRED:
		inferred_explain(m, d, a);
		return;
	default:
		break;
	}
	buf_printf(&a->r.cause, "%s was kept from ", m->name);
	words_clean(&a->r.cause, d->right);
	buf_puts(&a->r.cause, ", a right that this version does not know");
}

static void sentence_write(const struct policy *p, const struct model *m,
			   struct answer *a, struct buf *out)
{
	buf_span(out, buf_view(&a->r.cause));
	origin_print(p, m, out);
	if (a->is_denied && a->r.fix.len != 0) {
		buf_puts(out, "; to allow it add ");
		buf_span(out, buf_view(&a->r.fix));
		/* As a document of its own it would widen the merge. */
		buf_printf(out, " to %s%s",
			   m->is_landlock_list &&
					   strcmp(a->layer, "landlock") == 0
				   ? "one of the documents in "
				   : "",
			   a->layer);
	}
}

static void answer_write(const struct policy *p, const struct model *m,
			 struct answer *a, struct buf *out)
{
	struct buf sentence;

	buf_init(&sentence, (size_t)4 * REASON_MAX);
	sentence_write(p, m, a, &sentence);
	buf_puts(out, "{\"service\":");
	json_quote(out, span_of(m->name));
	buf_printf(out, ",\"verdict\":\"%s\",\"layer\":\"%s\"",
		   a->is_denied ? "denied" : "not-by-policy", a->layer);
	origin_json(p, m, out);
	text_or_null(out, "rule", &a->r.rule);
	text_or_null(out, "missing", &a->r.missing);
	if (a->is_denied && a->r.fix.len != 0) {
		buf_printf(out, ",\"fix\":{\"%s\":", a->layer);
		buf_span(out, buf_view(&a->r.fix));
		buf_puts(out, "}");
	} else {
		buf_puts(out, ",\"fix\":null");
	}
	text_or_null(out, "sentence", &sentence);
	buf_puts(out, "}");
	if (buf_error(&sentence) < 0 && out->error == 0)
		out->error = sentence.error;
	buf_done(&sentence);
}

int policy_explain(const struct policy *p, const struct policy_denial *d,
		   struct buf *out, struct err *e)
{
	const struct model *m = model_find(p, d->service);
	struct answer a = { .layer = "none" };
	int r;

	if (m == NULL)
		return err_set(e, ENOENT, "the policy has no service \"%.*s\"",
			       d->service.len < 64 ? (int)d->service.len : 64,
			       d->service.p != NULL ? d->service.p : "");
	reason_init(&a.r);
	denial_explain(m, d, &a);
	r = reason_error(&a.r);
	if (r == 0)
		answer_write(p, m, &a, out);
	if (r == 0)
		r = buf_error(out);
	reason_done(&a.r);
	return r < 0 ? err_set(e, -r, "the explanation does not fit") : 0;
}
