/* SPDX-License-Identifier: Apache-2.0 */
/* lint.c - see lint.h; model_lint() is model.h's. */
#include "pkg/policy/lint.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/text.h"
#include "pkg/policy/lint_paths.h"
#include "pkg/policy/model.h"
#include "pkg/policy/reach.h"

#define RULE_TEXT_MAX  65536
#define CALLS_TEXT_MAX 4096

static int oom(struct err *e)
{
	return err_set(e, ENOMEM, "out of memory");
}

void findings_done(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->items[i].sentence);
		free(f->items[i].closes);
		free(f->items[i].rule);
	}
	free(f->items);
	*f = (struct findings){ 0 };
}

/* Paths in it are whatever the document's author wrote; it is read on
 * terminals, line by line. Return: NULL: out of memory. */
static char *sentence_make(const char *fmt, va_list ap)
	__attribute__((format(printf, 1, 0)));
static char *sentence_make(const char *fmt, va_list ap)
{
	AUTO_DONE(buf_done) struct buf clean = { 0 };
	AUTO_MEM char *raw = NULL;

	if (vasprintf(&raw, fmt, ap) < 0) {
		raw = NULL;
		return NULL;
	}
	buf_init(&clean, RULE_TEXT_MAX);
	text_escape(&clean, span_of(raw), false);
	return buf_cstr(&clean) != NULL ? span_dup(buf_view(&clean)) : NULL;
}

int finding_add(struct model *m, enum gap gap, struct span rule,
		const char *fmt, ...)
{
	struct findings *f = &m->findings;
	struct finding *items =
		reallocarray(f->items, f->count + 1, sizeof(*items));
	struct finding *new;
	va_list ap;

	if (items == NULL)
		return -ENOMEM;
	f->items = items;
	new = &items[f->count++];
	*new = (struct finding){
		.gap = gap,
		.is_accepted = (m->accepts.gaps & gap_bit(gap)) != 0,
		.closes = strdup(gap_table[gap].closing),
		.rule = rule.len != 0 ? span_dup(rule) : NULL,
	};
	va_start(ap, fmt);
	new->sentence = sentence_make(fmt, ap);
	va_end(ap);
	return new->closes == NULL || new->sentence == NULL ||
			       (rule.len != 0 && new->rule == NULL)
		       ? -ENOMEM
		       : 0;
}

/* ---- when a gap matters ------------------------------------------------ */

/* clang-format off */
static const struct condition {
	/* One of these rights is handled, or there is nothing to get past. */
	const char *past[3];
	/* All of these are handled and this kernel has them: it is closed. */
	const char *held[3];
	/* Without one of these capabilities it is closed. */
	const char *caps[4];
	bool is_past_landlock; /* as past, with any right at all */
	bool in_userns;	       /* the capabilities of a user namespace do */
	bool needs_tcp;	       /* a TCP socket */
} conditions[GAPS] = {
	[GAP_MPTCP] = { .past = { "bind_tcp", "connect_tcp" } },
	[GAP_TCP_FASTOPEN] = { .past = { "connect_tcp" }, .needs_tcp = true },
	[GAP_LISTEN] = { .past = { "bind_tcp" }, .needs_tcp = true },
	[GAP_UDP] = { .held = { "bind_udp", "connect_send_udp" },
	  .is_past_landlock = true },
	[GAP_IP_PROTOCOL] = { .is_past_landlock = true },
	[GAP_RAW_SOCKET] = { .caps = { "CAP_NET_RAW" }, .in_userns = true },
	[GAP_PACKET] = { .caps = { "CAP_NET_RAW" }, .in_userns = true },
	[GAP_VSOCK] = { .is_past_landlock = true },
	[GAP_SOCKET_FAMILY] = { .is_past_landlock = true },
	[GAP_NETLINK_AUDIT] = { .caps = { "CAP_AUDIT_CONTROL",
	  "CAP_AUDIT_READ", "CAP_AUDIT_WRITE" } },
	[GAP_UNIX_SOCKET] = { .held = { "resolve_unix" },
	  .is_past_landlock = true },
	[GAP_CHMOD] = { .is_past_landlock = true },
	[GAP_CHOWN] = { .caps = { "CAP_CHOWN" }, .is_past_landlock = true },
	[GAP_UTIME] = { .is_past_landlock = true },
	[GAP_XATTR] = { .is_past_landlock = true },
	[GAP_WHITEOUT] = { .past = { "make_char" } },
	[GAP_MKNOD] = { .held = { "make_char", "make_block" },
	  .caps = { "CAP_MKNOD" } },
	[GAP_MEMFD_EXEC] = { .past = { "execute" } },
	[GAP_INOTIFY] = { .is_past_landlock = true },
	[GAP_FANOTIFY] = { .is_past_landlock = true },
	[GAP_OPEN_TREE] = { .caps = { "CAP_SYS_ADMIN" }, .in_userns = true },
	[GAP_FSOPEN] = { .caps = { "CAP_SYS_ADMIN" }, .in_userns = true },
	[GAP_MOUNT_SETATTR] = { .caps = { "CAP_SYS_ADMIN" },
	  .in_userns = true },
	[GAP_CHROOT] = { .caps = { "CAP_SYS_CHROOT" }, .in_userns = true },
	[GAP_NAMESPACES] = { .caps = { "CAP_SYS_ADMIN" }, .in_userns = true },
	[GAP_SETNS] = { .caps = { "CAP_SYS_ADMIN" }, .in_userns = true },
	[GAP_SYSV_IPC] = { .is_past_landlock = true },
	[GAP_ACCT] = { .caps = { "CAP_SYS_PACCT" } },
	[GAP_SWAP] = { .caps = { "CAP_SYS_ADMIN" } },
	[GAP_HOSTNAME] = { .caps = { "CAP_SYS_ADMIN" } },
	[GAP_KEXEC] = { .caps = { "CAP_SYS_BOOT" } },
	[GAP_MODULE] = { .caps = { "CAP_SYS_MODULE" } },
};
/* clang-format on */

/* What is found out once of a model, for all gaps. */
struct lint {
	struct model *m;
	uint32_t abi;
	uint64_t caps; /* that the service may come to have */
	bool has_tcp, has_userns;
};

static bool is_handled(const struct lint *l, const char *name)
{
	const struct right *r = right_find(span_of(name));

	return l->m->has_landlock &&
	       (l->m->landlock.handled[r->class] & r->bit) != 0;
}

static bool is_past(const struct lint *l, const struct condition *c)
{
	bool any = false;

	if (c->is_past_landlock)
		return l->m->has_landlock;
	for (size_t i = 0; c->past[i] != NULL; i++)
		any |= is_handled(l, c->past[i]);
	return c->past[0] == NULL || any;
}

static bool is_held(const struct lint *l, const struct condition *c)
{
	for (size_t i = 0; c->held[i] != NULL; i++)
		if (!is_handled(l, c->held[i]) ||
		    right_find(span_of(c->held[i]))->abi > l->abi)
			return false;
	return c->held[0] != NULL;
}

static bool is_capable(const struct lint *l, const struct condition *c)
{
	bool any = c->caps[0] == NULL || (c->in_userns && l->has_userns);

	for (size_t i = 0; c->caps[i] != NULL; i++)
		any |= (l->caps >> capability_find(c->caps[i]) & 1) != 0;
	return any;
}

/* Whiteouts take a rename that the rules grant somewhere. */
static bool may_rename(const struct landlock_rules *r)
{
	const uint64_t remove = right_find(span_of("remove_file"))->bit |
				right_find(span_of("remove_dir"))->bit;

	if ((r->handled[RIGHT_FS] & remove) != remove)
		return true;
	for (size_t i = 0; i < r->path_count; i++)
		if ((r->paths[i].access & remove) != 0)
			return true;
	return false;
}

static bool gap_matters(const struct lint *l, enum gap gap)
{
	const struct condition *c = &conditions[gap];

	return is_past(l, c) && !is_held(l, c) && is_capable(l, c) &&
	       (!c->needs_tcp || l->has_tcp) &&
	       (gap != GAP_WHITEOUT || may_rename(&l->m->landlock));
}

/* ---- gaps that are calls ----------------------------------------------- */

/* The entries that deny what is open of @gap, and the names of the calls. */
static void entries_print(const struct profile *p, enum gap gap,
			  struct buf *entries, struct buf *all)
{
	for (size_t i = 0; i < closer_count; i++) {
		const struct closer *c = &closer_table[i];
		AUTO_DONE(buf_done) struct buf calls = { 0 };

		if (c->gap != gap)
			continue;
		buf_init(&calls, CALLS_TEXT_MAX);
		closer_calls(p, c, &calls);
		if (calls.len == 0)
			continue;
		buf_puts(entries, entries->len != 0 ? ", " : "");
		closer_print(entries, c, buf_view(&calls), p->default_ret);
		buf_puts(all, all->len != 0 ? " " : "");
		buf_span(all, buf_view(&calls));
	}
}

/* "a, b, c": each of the words once. */
static void words_print(struct buf *out, struct span words)
{
	const struct span all = words;

	while (words.len != 0) {
		const struct span word = span_cut(&words, ' ');
		struct span before = { all.p, (size_t)(word.p - all.p) };
		bool is_new = true;

		while (before.len != 0)
			is_new &= !span_eq(span_cut(&before, ' '), word);
		if (!is_new)
			continue;
		buf_puts(out, out->len != 0 ? ", " : "");
		buf_span(out, word);
	}
}

static int call_lint(struct lint *l, enum gap gap)
{
	AUTO_DONE(buf_done)
	struct buf entries = { 0 }, calls = { 0 }, names = { 0 }, rule = { 0 };
	const struct profile *p = &l->m->profile;

	if (!gap_matters(l, gap) || !gap_is_open(p, gap))
		return 0;
	buf_init(&entries, RULE_TEXT_MAX);
	buf_init(&calls, CALLS_TEXT_MAX);
	buf_init(&names, CALLS_TEXT_MAX);
	buf_init(&rule, RULE_TEXT_MAX);
	entries_print(p, gap, &entries, &calls);
	words_print(&names, buf_view(&calls));
	buf_puts(&rule, "{\"seccomp\": {\"syscalls\": [");
	buf_span(&rule, buf_view(&entries));
	buf_puts(&rule, "]}}");
	if (buf_cstr(&names) == NULL || buf_error(&rule) < 0)
		return -ENOMEM;
	return finding_add(l->m, gap, buf_view(&rule), "%s (%s)",
			   gap_table[gap].open, names.p);
}

/* ---- gaps of the document ---------------------------------------------- */

/* A layer that could hold a right, and a document that leaves it open. */
static int unhandled_lint(struct lint *l)
{
	static const char *const members[RIGHT_CLASSES] = {
		[RIGHT_FS] = "handledAccessFs",
		[RIGHT_NET] = "handledAccessNet",
		[RIGHT_SCOPE] = "scoped",
	};
	const struct model *m = l->m;
	AUTO_DONE(buf_done) struct buf names = { 0 }, rule = { 0 };
	bool any = false;

	buf_init(&names, CALLS_TEXT_MAX);
	buf_init(&rule, RULE_TEXT_MAX);
	buf_puts(&rule, "{\"landlock\": {\"ruleset\": [{");
	for (int class = 0; class < RIGHT_CLASSES && m->has_landlock;
	     class ++) {
		const uint64_t open =
			rights_of_abi((enum right_class) class,
				      l->abi < LANDLOCK_ABI_CONFIG
					      ? l->abi
					      : LANDLOCK_ABI_CONFIG) &
			~m->landlock.handled[class];

		if (open == 0)
			continue;
		buf_printf(&rule, "%s\"%s\": [\"", any ? ", " : "",
			   members[class]);
		rights_print(&rule, (enum right_class) class, open, "\", \"");
		buf_puts(&rule, "\"]");
		buf_puts(&names, any ? ", " : "");
		rights_print(&names, (enum right_class) class, open, ", ");
		any = true;
	}
	buf_puts(&rule, "}]}}");
	if (!any)
		return 0;
	if (buf_cstr(&names) == NULL || buf_error(&rule) < 0)
		return -ENOMEM;
	return finding_add(l->m, GAP_UNHANDLED, buf_view(&rule), "%s: %s",
			   gap_table[GAP_UNHANDLED].open, names.p);
}

/* The artefact has no place for it, and logging more is the safe side. */
static int quiet_lint(struct lint *l)
{
	struct landlock_rules *r = &l->m->landlock;
	uint64_t quiet = 0;

	for (size_t i = 0; i < RIGHT_CLASSES; i++) {
		quiet |= r->quiet[i];
		r->quiet[i] = 0;
	}
	landlock_rules_mask(r, r->handled);
	return quiet == 0 ? 0
			  : finding_add(l->m, GAP_QUIET, (struct span){ 0 },
					"%s: their denials are logged as all "
					"are",
					gap_table[GAP_QUIET].open);
}

static int bounding_lint(struct lint *l)
{
	const struct artefact_caps *c = &l->m->caps;
	AUTO_DONE(buf_done) struct buf rule = { 0 }, more = { 0 };

	if (!l->m->has_caps || (c->bounding & ~c->permitted) == 0)
		return 0;
	buf_init(&rule, RULE_TEXT_MAX);
	buf_init(&more, CALLS_TEXT_MAX);
	buf_puts(&rule, "{\"capabilities\": {\"bounding\": [");
	if (c->permitted != 0) {
		buf_puts(&rule, "\"");
		capabilities_print(&rule, c->permitted, "\", \"");
		buf_puts(&rule, "\"");
	}
	buf_puts(&rule, "]}}");
	capabilities_print(&more, c->bounding & ~c->permitted, ", ");
	if (buf_cstr(&more) == NULL || buf_error(&rule) < 0)
		return -ENOMEM;
	return finding_add(l->m, GAP_BOUNDING, buf_view(&rule), "%s: %s",
			   gap_table[GAP_BOUNDING].open, more.p);
}

static int write_execute_lint(struct lint *l)
{
	return lint_write_execute(l->m);
}

static int proc_write_lint(struct lint *l)
{
	return lint_proc_write(l->m);
}

static int loader_lint(struct lint *l)
{
	return lint_loader(l->m);
}

static int rename_over_lint(struct lint *l)
{
	return lint_rename_over(l->m);
}

/* ---- all of them ------------------------------------------------------- */

typedef int lint_fn(struct lint *l);

static int gap_lint(struct lint *l, enum gap gap)
{
	static lint_fn *const own[GAPS] = {
		[GAP_LOADER] = loader_lint,
		[GAP_RENAME_OVER] = rename_over_lint,
		[GAP_WRITE_EXECUTE] = write_execute_lint,
		[GAP_PROC_WRITE] = proc_write_lint,
		[GAP_UNHANDLED] = unhandled_lint,
		[GAP_QUIET] = quiet_lint,
		[GAP_BOUNDING] = bounding_lint,
	};

	if (own[gap] != NULL)
		return own[gap](l);
	return l->m->has_seccomp ? call_lint(l, gap) : 0;
}

static bool has_tcp(const struct profile *p)
{
	for (size_t i = 0; i < tcp_hole_count; i++)
		if (hole_is_open(p, &tcp_holes[i], NULL))
			return true;
	return gap_is_open(p, GAP_MPTCP);
}

static uint64_t caps_any(const struct model *m)
{
	return m->has_caps ? caps_union(&m->caps) : UINT64_MAX;
}

/* What the document itself says is not used. */
static int accepted_lint(struct model *m)
{
	static const char *const open[LAYERS] = {
		[LAYER_LANDLOCK] = "files, network and scopes",
		[LAYER_SECCOMP] = "system calls",
		[LAYER_CAPS] = "capabilities",
	};
	const bool is_there[LAYERS] = { m->has_landlock, m->has_seccomp,
					m->has_caps };
	AUTO_DONE(buf_done) struct buf unknown;
	int r = 0;

	for (size_t i = 0; i < LAYERS && r == 0; i++)
		if (!is_there[i])
			r = lines_add(&m->warnings,
				      "%s are not restricted: the document "
				      "accepts %s",
				      open[i], layer_table[i].accept);
	buf_init(&unknown, 2 * PROFILE_UNKNOWN_MAX);
	if (m->has_seccomp)
		profile_unknown_print(&m->profile, &unknown);
	if (r == 0 && unknown.len != 0)
		r = lines_add(&m->warnings, "seccomp profile: %s",
			      buf_cstr(&unknown));
	return r;
}

static int findings_warn(struct model *m)
{
	int r = 0;

	for (size_t i = 0; i < m->findings.count && r == 0; i++) {
		const struct finding *f = &m->findings.items[i];

		if (!f->is_accepted)
			r = lines_add(&m->warnings, "%s: %s",
				      gap_table[f->gap].id, f->sentence);
	}
	return r;
}

/* Accepted, and closed by now: the word would hide the next hole. */
static int needless_lint(struct model *m)
{
	uint64_t rest = m->accepts.gaps;
	int r = 0;

	for (size_t i = 0; i < m->findings.count; i++)
		rest &= ~gap_bit(m->findings.items[i].gap);
	for (int gap = 0; gap < GAPS && r == 0; gap++)
		if ((rest & gap_bit((enum gap)gap)) != 0)
			r = lines_add(&m->needless, "%s", gap_table[gap].id);
	return r;
}

int model_lint(struct model *m, const struct policy_kernel *kernel,
	       struct err *e)
{
	struct lint l = {
		.m = m,
		.abi = kernel->landlock_abi,
		.caps = caps_any(m),
		.has_tcp = m->has_seccomp && has_tcp(&m->profile),
		.has_userns =
			m->has_seccomp && gap_is_open(&m->profile, GAP_USERNS),
	};
	int r = model_refuse(m, e);

	if (r < 0)
		return r;
	r = accepted_lint(m);
	for (int gap = 0; gap < GAPS && r == 0; gap++)
		r = gap_lint(&l, (enum gap)gap);
	if (r == 0)
		r = findings_warn(m);
	if (r == 0)
		r = needless_lint(m);
	return r < 0 ? oom(e) : 0;
}
