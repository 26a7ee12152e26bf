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
#include "pkg/policy/model.h"

#define ANSWER_MAX  65536 /* bytes of each part */
#define KEY_ID_SHOW 12	  /* digits of a key id in a sentence */

/* The parts of an answer; everything but the verdict is text. */
struct answer {
	bool is_denied;
	const char *layer; /* "landlock", "seccomp", "none" */
	struct buf rule;   /* empty: null */
	struct buf missing;
	struct buf fix;	  /* JSON: what goes into the layer's object */
	struct buf cause; /* the first part of the sentence */
};

static void answer_init(struct answer *a)
{
	*a = (struct answer){ .layer = "none" };
	buf_init(&a->rule, ANSWER_MAX);
	buf_init(&a->missing, ANSWER_MAX);
	buf_init(&a->fix, ANSWER_MAX);
	buf_init(&a->cause, ANSWER_MAX);
}

static void answer_done(struct answer *a)
{
	buf_done(&a->rule);
	buf_done(&a->missing);
	buf_done(&a->fix);
	buf_done(&a->cause);
}

/* ---- files ------------------------------------------------------------- */

/* How many whole components two absolute paths share. */
static size_t components_shared(const char *rule, struct span path)
{
	size_t n = 0, i = 0;

	for (; i < path.len && rule[i] == path.p[i]; i++)
		n += i > 0 && rule[i] == '/';
	if (i > 1 && (i == path.len || path.p[i] == '/') &&
	    (rule[i] == '\0' || rule[i] == '/'))
		n++;
	return n;
}

/* The rule that holds the path; failing that, the one that shares most of it,
 * and of those one that has the right. */
static const struct landlock_path *rule_nearest(const struct model *m,
						struct span path, uint64_t bit)
{
	uint64_t access;
	const struct landlock_path *best = NULL;
	const struct landlock_path *holds =
		landlock_rules_nearest(&m->landlock, path, &access);
	size_t best_score = 1;

	if (holds != NULL)
		return holds;
	for (size_t i = 0; i < m->landlock.path_count; i++) {
		const struct landlock_path *p = &m->landlock.paths[i];
		const size_t shared = components_shared(p->path, path);
		const size_t score = 2 * shared + ((p->access & bit) != 0);

		if (shared != 0 && score > best_score) {
			best_score = score;
			best = p;
		}
	}
	return best;
}

/* A path as a document spells it: "$" doubled, since "${" is a variable. */
static void path_quote(struct buf *out, struct span path)
{
	struct buf text;

	buf_init(&text, ANSWER_MAX);
	for (size_t i = 0; i < path.len; i++)
		buf_puts(&text,
			 path.p[i] == '$' ? "$$" : (char[]){ path.p[i], 0 });
	json_quote(out, buf_view(&text));
	buf_done(&text);
}

/* Text for people: the quotes of JSON taken off, its escapes kept. */
static void text_clean(struct buf *out, struct span raw)
{
	struct buf quoted;

	buf_init(&quoted, ANSWER_MAX);
	json_quote(&quoted, raw);
	if (quoted.len >= 2)
		buf_put(out, quoted.p + 1, quoted.len - 2);
	buf_done(&quoted);
}

static void rule_print(struct buf *out, const struct landlock_path *p)
{
	text_clean(out, span_of(p->path));
	buf_puts(out, " (");
	rights_print(out, RIGHT_FS, p->access, ", ");
	buf_puts(out, ")");
}

static void fs_denied(const struct model *m, const struct right *right,
		      struct span path, struct answer *a)
{
	const struct landlock_path *near = rule_nearest(m, path, right->bit);

	a->is_denied = true;
	a->layer = "landlock";
	buf_printf(&a->cause, "%s may not %s ", m->name, right->phrase);
	text_clean(&a->cause, path);
	buf_printf(&a->cause, ": no rule grants %s there", right->name);
	buf_printf(&a->missing, "%s on ", right->name);
	text_clean(&a->missing, path);
	if (near != NULL) {
		rule_print(&a->rule, near);
		buf_puts(&a->cause, "; the nearest is ");
		buf_span(&a->cause, buf_view(&a->rule));
	}
	buf_printf(&a->fix,
		   "{\"pathBeneath\":[{\"allowedAccess\":[\"%s\"],"
		   "\"parent\":[",
		   right->name);
	path_quote(&a->fix, path);
	buf_puts(&a->fix, "]}]}");
}

/* What the kernel recorded, but this policy grants or does not handle. */
static void fs_granted(const struct model *m, const struct right *right,
		       struct span path, struct answer *a)
{
	const struct landlock_path *near = rule_nearest(m, path, right->bit);

	buf_printf(&a->cause, "%s was kept from a %s of ", m->name,
		   right->name);
	text_clean(&a->cause, path);
	if ((m->enforced[RIGHT_FS] & right->bit) == 0) {
		buf_puts(&a->cause, ", which its policy does not restrict");
	} else if (near != NULL) {
		rule_print(&a->rule, near);
		buf_puts(&a->cause, ", which its policy grants by ");
		buf_span(&a->cause, buf_view(&a->rule));
	}
	buf_puts(&a->cause,
		 ": the cause is an older generation, a file replaced since "
		 "the start, another sandbox, or an ordinary permission");
}

static bool fs_is_denied(const struct model *m, const struct right *right,
			 struct span path)
{
	uint64_t access;

	(void)landlock_rules_nearest(&m->landlock, path, &access);
	return (m->enforced[RIGHT_FS] & right->bit) != 0 &&
	       (access & right->bit) == 0;
}

static void fs_explain(const struct model *m, const struct right *right,
		       struct span path, struct answer *a)
{
	if (fs_is_denied(m, right, path))
		fs_denied(m, right, path, a);
	else
		fs_granted(m, right, path, a);
}

/* ---- network and scopes ------------------------------------------------ */

static void ports_print(const struct model *m, uint64_t bit, struct buf *out)
{
	const char *sep = "";

	for (size_t i = 0; i < m->landlock.port_count; i++) {
		if ((m->landlock.ports[i].access & bit) == 0)
			continue;
		buf_printf(out, "%s%u", sep,
			   (unsigned)m->landlock.ports[i].port);
		sep = ", ";
	}
}

static void net_explain(const struct model *m, const struct right *right,
			uint16_t port, struct answer *a)
{
	const bool is_handled = (m->enforced[RIGHT_NET] & right->bit) != 0;

	if (!is_handled ||
	    (landlock_rules_port(&m->landlock, port) & right->bit) != 0) {
		buf_printf(&a->cause,
			   "%s was kept from %s %u, which its policy %s: the "
			   "cause lies elsewhere",
			   m->name, right->name, port,
			   is_handled ? "grants" : "does not restrict");
		return;
	}
	a->is_denied = true;
	a->layer = "landlock";
	buf_printf(&a->cause, "%s may not %s %u: no rule grants %s there",
		   m->name, right->phrase, port, right->name);
	buf_printf(&a->missing, "%s on port %u", right->name, port);
	ports_print(m, right->bit, &a->rule);
	if (a->rule.len != 0) {
		buf_printf(&a->cause, "; granted are ");
		buf_span(&a->cause, buf_view(&a->rule));
		buf_printf(&a->rule, " (%s)", right->name);
	} else {
		buf_printf(&a->cause, "; no port has it");
	}
	buf_printf(&a->fix,
		   "{\"netPort\":[{\"allowedAccess\":[\"%s\"],\"port\":[%u]}]}",
		   right->name, port);
}

/* Scopes are lifted by taking a word out, which no addition can do. */
static void scope_explain(const struct model *m, struct span name,
			  struct answer *a)
{
	const struct right *right = right_find(name);
	const bool is_scope = right != NULL && right->class == RIGHT_SCOPE;

	if (span_eq_str(name, "ptrace") && m->has_landlock) {
		a->is_denied = true;
		buf_printf(&a->cause,
			   "%s may not trace a process outside its sandbox: "
			   "Landlock never allows it",
			   m->name);
		buf_puts(&a->rule, "every Landlock sandbox");
		buf_puts(&a->missing, "nothing can grant ptrace to the "
				      "outside");
	} else if (is_scope && (m->enforced[RIGHT_SCOPE] & right->bit) != 0) {
		a->is_denied = true;
		buf_printf(&a->cause,
			   "%s may not %s: \"scoped\" has %s; to allow it take "
			   "that word out of every ruleset",
			   m->name, right->phrase, right->name);
		buf_printf(&a->rule, "scoped (%s)", right->name);
		buf_printf(&a->missing, "%s to the outside", right->name);
	} else {
		buf_printf(&a->cause, "%s was kept from ", m->name);
		text_clean(&a->cause, name);
		buf_puts(&a->cause, ", which its policy does not restrict: the "
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

static void cond_print(struct buf *out, const struct cond *c)
{
	static const char *const words[] = {
		[COND_NE] = "is not",	   [COND_LT] = "is below",
		[COND_LE] = "is at most",  [COND_EQ] = "is",
		[COND_GE] = "is at least", [COND_GT] = "is above",
	};

	if (c->op == COND_MASKED_EQ)
		buf_printf(out, "argument %u under mask 0x%llx is 0x%llx",
			   c->index, (unsigned long long)c->value,
			   (unsigned long long)c->value_two);
	else
		buf_printf(out, "argument %u %s %llu", c->index, words[c->op],
			   (unsigned long long)c->value);
}

static void seccomp_rule_print(struct buf *out, const struct profile *p,
			       const struct rule *r)
{
	action_print(out, r->ret);
	for (uint32_t i = 0; i < r->count; i++) {
		buf_puts(out, i == 0 ? " if " : " and ");
		cond_print(out, &p->conds[r->first + i]);
	}
}

/* What the rules of one call amount to. */
struct call {
	const struct rule *rules;
	size_t count;
	const struct rule *allows;  /* a permissive one, unconditional first */
	const struct rule *forbids; /* one that restricts */
};

static struct call call_of(const struct profile *p, uint32_t token, uint32_t nr)
{
	struct call c = { 0 };

	c.rules = profile_rules(p, token, nr, &c.count);
	for (size_t i = 0; i < c.count; i++) {
		const struct rule *r = &c.rules[i];

		if (!is_permissive(r->ret))
			c.forbids = r;
		else if (c.allows == NULL || r->count == 0)
			c.allows = r;
	}
	return c;
}

static void call_fix(struct answer *a, const char *name)
{
	buf_puts(&a->fix, "{\"syscalls\":[{\"action\":\"SCMP_ACT_ALLOW\","
			  "\"names\":[");
	json_quote(&a->fix, span_of(name));
	buf_puts(&a->fix, "]}]}");
}

/* The rules decide by arguments, which the record does not have. */
static void call_conditional(const struct model *m, const struct call *c,
			     const char *name, struct answer *a)
{
	buf_printf(&a->missing, "%s with these arguments", name);
	if (c->forbids != NULL) {
		seccomp_rule_print(&a->rule, &m->profile, c->forbids);
		buf_puts(&a->cause, ": the rule ");
		buf_span(&a->cause, buf_view(&a->rule));
		buf_puts(&a->cause, " forbids it, and no addition outweighs a "
				    "rule that restricts");
		return;
	}
	for (size_t i = 0; i < c->count; i++) {
		buf_puts(&a->rule, i == 0 ? "" : "; ");
		seccomp_rule_print(&a->rule, &m->profile, &c->rules[i]);
	}
	buf_puts(&a->cause, " with these arguments: the profile has ");
	buf_span(&a->cause, buf_view(&a->rule));
	call_fix(a, name);
}

static void arch_denied(const struct model *m, uint32_t token, struct answer *a)
{
	const char *name = token == SCMP_ARCH_X86   ? "SCMP_ARCH_X86"
			   : token == SCMP_ARCH_X32 ? "SCMP_ARCH_X32"
						    : NULL;

	a->is_denied = true;
	a->layer = "seccomp";
	buf_printf(&a->cause,
		   "%s may not make system calls of %s: the profile does not "
		   "list that architecture",
		   m->name, name != NULL ? name : "another architecture");
	buf_puts(&a->rule, "architectures");
	buf_puts(&a->missing, name != NULL ? name : "the architecture");
	if (name != NULL)
		buf_printf(&a->fix, "{\"architectures\":[\"%s\"]}", name);
}

static void syscall_explain(const struct model *m, uint32_t arch, uint32_t nr,
			    struct answer *a)
{
	const uint32_t token = token_of(arch, nr);
	AUTO_MEM char *resolved = NULL;
	struct call c;
	char number[32];
	const char *name;

	if (m->insns == NULL) {
		buf_printf(
			&a->cause,
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
		buf_printf(&a->cause,
			   "%s was kept from %s, which its policy allows: the "
			   "cause is another filter, or an older generation",
			   m->name, name);
		return;
	}
	a->is_denied = true;
	a->layer = "seccomp";
	buf_printf(&a->cause, "%s may not call %s", m->name, name);
	if (c.count != 0) {
		call_conditional(m, &c, name, a);
		return;
	}
	buf_puts(&a->rule, "defaultAction ");
	action_print(&a->rule, m->profile.default_ret);
	buf_puts(&a->cause, ": no rule names it; what holds is ");
	buf_span(&a->cause, buf_view(&a->rule));
	buf_puts(&a->missing, name);
	if (resolved != NULL)
		call_fix(a, name);
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

static struct span parent_of(struct span path)
{
	while (path.len > 1 && path.p[path.len - 1] != '/')
		path.len--;
	while (path.len > 1 && path.p[path.len - 1] == '/')
		path.len--;
	return path;
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
		    !fs_is_denied(m, r, path))
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
	const struct span path = w.on_parent ? parent_of(d->path) : d->path;
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
	/* Landlock answers EACCES for files. */
	if (path.len != 0 && d->exit == -EACCES)
		right = wanted_denied(m, &w, path);
	if (right != NULL) {
		fs_denied(m, right, path, a);
		return;
	}
	buf_printf(&a->cause, "%s was kept from ", m->name);
	text_clean(&a->cause, d->path);
	buf_puts(&a->cause, ", which its policy allows or does not restrict: "
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
	buf_printf(&a->cause, "%s was kept from ", m->name);
	text_clean(&a->cause, d->right);
	buf_puts(&a->cause, ", a right that this version does not know");
}

static void sentence_write(const struct policy *p, const struct model *m,
			   struct answer *a, struct buf *out)
{
	buf_span(out, buf_view(&a->cause));
	buf_printf(out, "; bundle %llu", (unsigned long long)p->bundle_version);
	if (strcmp(m->role, POLICY_ROLE_TOP) != 0)
		buf_printf(out, ", role %s", m->role);
	for (size_t i = 0; i < m->signers.count; i++)
		buf_printf(out, "%s %.*s", i == 0 ? ", signed by" : ",",
			   KEY_ID_SHOW, m->signers.items[i]);
	if (a->is_denied && a->fix.len != 0) {
		buf_puts(out, "; to allow it add ");
		buf_span(out, buf_view(&a->fix));
		/* As a document of its own it would widen the merge. */
		buf_printf(out, " to %s%s",
			   m->is_landlock_list &&
					   strcmp(a->layer, "landlock") == 0
				   ? "one of the documents in "
				   : "",
			   a->layer);
	}
}

static void text_or_null(struct buf *out, const char *key, const struct buf *b)
{
	buf_printf(out, ",\"%s\":", key);
	if (b->len == 0)
		buf_puts(out, "null");
	else
		json_quote(out, buf_view(b));
}

static int answer_error(const struct answer *a)
{
	const struct buf *const parts[] = { &a->rule, &a->missing, &a->fix,
					    &a->cause };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (buf_error(parts[i]) < 0)
			return buf_error(parts[i]);
	return 0;
}

static void answer_write(const struct policy *p, const struct model *m,
			 struct answer *a, struct buf *out)
{
	struct buf sentence;

	buf_init(&sentence, (size_t)4 * ANSWER_MAX);
	sentence_write(p, m, a, &sentence);
	buf_puts(out, "{\"service\":");
	json_quote(out, span_of(m->name));
	buf_printf(out, ",\"verdict\":\"%s\",\"layer\":\"%s\"",
		   a->is_denied ? "denied" : "not-by-policy", a->layer);
	buf_printf(out, ",\"bundle\":%llu,\"generation\":%llu,\"role\":",
		   (unsigned long long)p->bundle_version,
		   (unsigned long long)p->generation);
	json_quote(out, span_of(m->role));
	buf_puts(out, ",\"signers\":[");
	for (size_t i = 0; i < m->signers.count; i++) {
		buf_puts(out, i == 0 ? "" : ",");
		json_quote(out, span_of(m->signers.items[i]));
	}
	buf_puts(out, "]");
	text_or_null(out, "rule", &a->rule);
	text_or_null(out, "missing", &a->missing);
	if (a->is_denied && a->fix.len != 0) {
		buf_printf(out, ",\"fix\":{\"%s\":", a->layer);
		buf_span(out, buf_view(&a->fix));
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
	struct answer a;
	int r;

	if (m == NULL)
		return err_set(e, ENOENT, "the policy has no service \"%.*s\"",
			       d->service.len < 64 ? (int)d->service.len : 64,
			       d->service.p != NULL ? d->service.p : "");
	answer_init(&a);
	denial_explain(m, d, &a);
	r = answer_error(&a);
	if (r == 0)
		answer_write(p, m, &a, out);
	if (r == 0)
		r = buf_error(out);
	answer_done(&a);
	return r < 0 ? err_set(e, -r, "the explanation does not fit") : 0;
}
