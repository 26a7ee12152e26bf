/* SPDX-License-Identifier: Apache-2.0 */
/* lower.c - what of a document this kernel enforces, and the gap lint
 * (model.h).
 */
#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/auto.h"
#include "pkg/policy/model.h"

#define BIT(name) (right_find(span_of(name))->bit)

static int oom(struct err *e)
{
	return err_set(e, ENOMEM, "out of memory");
}

/* One handled right that this kernel does not have. */
static int right_missing(struct model *m, const struct right *right,
			 uint32_t abi, struct err *e)
{
	const struct best_effort *b = &m->best_effort;

	if (b->is_all || b->landlock ||
	    (b->rights[right->class] & right->bit) != 0 ||
	    (m->landlock.required[right->class] & right->bit) == 0)
		return lines_add(
			       &m->not_enforced,
			       "%s is not restricted: the kernel has Landlock "
			       "ABI %u, %u is needed",
			       right->activity, abi, right->abi) < 0
			       ? oom(e)
			       : 0;
	(void)err_set(e, EOPNOTSUPP,
		      "landlock: \"%s\" needs Landlock ABI %u, the kernel has "
		      "%u",
		      right->name, right->abi, abi);
	return err_hint(e, "use a newer kernel, or accept that it is not "
			   "enforced: \"best-effort\": [\"landlock.RIGHT\"]");
}

static int landlock_absent(struct model *m, struct err *e)
{
	if (m->best_effort.is_all || m->best_effort.landlock)
		return lines_add(
			       &m->not_enforced,
			       "files, network and scopes are not restricted: "
			       "the kernel has no Landlock") < 0
			       ? oom(e)
			       : 0;
	(void)err_set(e, EOPNOTSUPP, "landlock: the kernel has no Landlock");
	return err_hint(e, "use a kernel with Landlock (and landlock in lsm=), "
			   "or accept that it is not enforced: "
			   "\"best-effort\": [\"landlock\"]");
}

static int landlock_lower(struct model *m, uint32_t abi, struct err *e)
{
	int r = 0;

	if (!m->has_landlock)
		return 0;
	if (abi == 0)
		return landlock_absent(m, e);
	for (const struct right *right = right_table;
	     right->name != NULL && r == 0; right++) {
		if ((m->landlock.handled[right->class] & right->bit) == 0)
			continue;
		if (right->abi <= abi)
			m->enforced[right->class] |= right->bit;
		else
			r = right_missing(m, right, abi, e);
	}
	return r;
}

static int seccomp_lower(struct model *m, bool has_seccomp, struct err *e)
{
	AUTO_MEM struct program *program = NULL;
	struct proof proof = { 0 };
	int r;

	if (!m->has_seccomp)
		return 0;
	/* Also without seccomp in the kernel: a profile that cannot be
	 * generated is wrong everywhere. */
	program = calloc(1, sizeof(*program));
	if (program == NULL)
		return oom(e);
	r = program_generate(&m->profile, program, e);
	if (r == 0)
		r = program_prove(&m->profile, program, &proof, e);
	if (r < 0)
		return err_wrap(e, "seccomp");
	if (proof.is_sampled &&
	    lines_add(&m->warnings,
		      "the seccomp program was proved at %llu points, chosen "
		      "from more",
		      (unsigned long long)proof.points) < 0)
		return oom(e);
	if (!has_seccomp && !m->best_effort.is_all && !m->best_effort.seccomp) {
		(void)err_set(e, EOPNOTSUPP,
			      "seccomp: the kernel has no seccomp filters");
		return err_hint(e,
				"use a kernel with CONFIG_SECCOMP_FILTER, or "
				"accept that it is not enforced: "
				"\"best-effort\": [\"seccomp\"]");
	}
	if (!has_seccomp)
		return lines_add(&m->not_enforced,
				 "system calls are not restricted: the kernel "
				 "has no seccomp filters") < 0
			       ? oom(e)
			       : 0;
	m->insns = calloc(program->count, sizeof(*m->insns));
	if (m->insns == NULL)
		return oom(e);
	memcpy(m->insns, program->insns, program->count * sizeof(*m->insns));
	m->insn_count = program->count;
	m->proof = proof;
	return 0;
}

/* What only a program on the service's cgroup can hold. */
static int cgroup_lower(struct model *m, const struct policy_kernel *kernel,
			struct err *e)
{
	const struct {
		bool is_asked, is_there, is_waived;
		const char *member, *what, *hint;
	} rows[] = {
		{ m->has_network, kernel->has_cgroup_network,
		  m->best_effort.network, "network",
		  "network by address and port",
		  "accept that it is not enforced: \"best-effort\": "
		  "[\"network\"], and let \"landlock\" hold the TCP ports" },
		{ m->has_devices, kernel->has_cgroup_devices,
		  m->best_effort.devices, "devices", "devices by number",
		  "accept that it is not enforced: \"best-effort\": "
		  "[\"devices\"], and give no path below /dev in "
		  "\"landlock\" that is not needed" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!rows[i].is_asked || rows[i].is_there)
			continue;
		if (!rows[i].is_waived && !m->best_effort.is_all) {
			(void)err_set(e, EOPNOTSUPP,
				      "%s: there is nothing here that "
				      "restricts %s",
				      rows[i].member, rows[i].what);
			return err_hint(e, rows[i].hint);
		}
		if (lines_add(&m->not_enforced,
			      "\"%s\" is not enforced: there is nothing here "
			      "that restricts %s",
			      rows[i].member, rows[i].what) < 0)
			return oom(e);
	}
	return 0;
}

int model_lower(struct model *m, const struct policy_kernel *kernel,
		struct err *e)
{
	int r = landlock_lower(m, kernel->landlock_abi, e);

	if (r == 0)
		r = cgroup_lower(m, kernel, e);
	return r < 0 ? r : seccomp_lower(m, kernel->has_seccomp, e);
}

/* ---- the gap lint ------------------------------------------------------ */

/* What the compiler never emits, whatever wrote it. */
static int devices_check(struct model *m, struct err *e)
{
	const uint64_t devices = BIT("make_char") | BIT("make_block");

	for (size_t i = 0; i < m->landlock.path_count; i++) {
		struct landlock_path *p = &m->landlock.paths[i];

		if ((p->named & devices) != 0) {
			(void)err_set(
				e, EBADMSG,
				"landlock: \"%.200s\" grants make_char or "
				"make_block: a device node opens the whole "
				"disk or memory",
				p->path);
			return err_hint(e, "take the right out: device nodes "
					   "are made by whoever builds the "
					   "root, not by the service");
		}
		/* A group may have brought them in. */
		p->access &= ~devices;
	}
	return 0;
}

static bool is_at_or_below(const char *path, const char *top)
{
	const size_t len = strlen(top);

	return strncmp(path, top, len) == 0 &&
	       (path[len] == '\0' || path[len] == '/');
}

/* The artefact has no place for it, and logging more is the safe side. */
static int quiet_lint(struct model *m)
{
	struct landlock_rules *r = &m->landlock;
	uint64_t quiet = 0;

	for (size_t i = 0; i < RIGHT_CLASSES; i++) {
		quiet |= r->quiet[i];
		r->quiet[i] = 0;
	}
	landlock_rules_mask(r, r->handled);
	if (quiet == 0)
		return 0;
	return lines_add(&m->warnings, "the quiet rights are not applied: "
				       "their denials are logged as all are");
}

static int paths_lint(struct model *m)
{
	const uint64_t write = BIT("write_file"), execute = BIT("execute");
	int r = 0;

	for (size_t i = 0; i < m->landlock.path_count && r == 0; i++) {
		const struct landlock_path *p = &m->landlock.paths[i];
		uint64_t access;

		(void)landlock_rules_nearest(&m->landlock, span_of(p->path),
					     &access);
		if ((p->access & write) != 0 &&
		    (is_at_or_below(p->path, "/proc") ||
		     strcmp(p->path, "/") == 0))
			r = lines_add(&m->warnings,
				      "%s: writing below /proc is granted: "
				      "/proc/self/mem undoes what the loader "
				      "protects",
				      p->path);
		if (r == 0 && (access & write) != 0 && (access & execute) != 0)
			r = lines_add(&m->warnings,
				      "%s: the same files may be written and "
				      "executed",
				      p->path);
	}
	return r;
}

/* A layer that could hold a right, and a document that leaves it open. */
static int handled_lint(struct model *m, uint32_t abi)
{
	int r = 0;

	for (const struct right *right = right_table;
	     right->name != NULL && r == 0; right++)
		if (right->abi <= abi && right->abi <= LANDLOCK_ABI_CONFIG &&
		    (m->landlock.handled[right->class] & right->bit) == 0)
			r = lines_add(&m->warnings,
				      "%s is not restricted: the document does "
				      "not handle %s",
				      right->activity, right->name);
	return r;
}

/* Ways around Landlock that only a system call filter closes. */
static const struct way {
	const char *syscall;
	uint64_t args[3];
	const char *consequence;
} gaps[] = {
	{ "io_uring_setup", { 0 }, "its operations never meet the filter" },
	{ "open_tree", { 0 }, "it clones mounts, which Landlock lets pass" },
	{ "fsopen", { 0 }, "it makes mounts, which Landlock lets pass" },
	{ "unshare", { 0x10000000 }, "user namespaces bring capabilities" },
	{ "bpf", { 0 }, "Landlock does not restrict it" },
	{ "keyctl", { 0 }, "Landlock does not restrict keys" },
	{ "userfaultfd", { 0 }, "Landlock does not restrict it" },
	{ "perf_event_open", { 0 }, "Landlock does not restrict it" },
	{ "kexec_load", { 0 }, "it replaces the kernel" },
	{ "socket",
	  { AF_INET, SOCK_STREAM, 262 },
	  "MPTCP passes TCP's port rules" },
	{ "socket",
	  { AF_NETLINK, SOCK_RAW, 9 },
	  "the audit socket can switch auditing off" },
	{ "socket", { AF_PACKET, SOCK_RAW, 3 }, "raw packets pass all rules" },
};

static int gaps_lint(struct model *m)
{
	int r = 0;

	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]) && r == 0; i++) {
		const int nr = seccomp_syscall_resolve_name(gaps[i].syscall);
		struct seccomp_data d = { .nr = nr,
					  .arch = seccomp_arch_native() };

		memcpy(d.args, gaps[i].args, sizeof(gaps[i].args));
		if (nr >= 0 && action_rank(profile_verdict(&m->profile, &d)) <=
				       action_rank(SECCOMP_RET_LOG))
			r = lines_add(&m->warnings, "%s is allowed: %s",
				      gaps[i].syscall, gaps[i].consequence);
	}
	return r;
}

static int caps_check(struct model *m, struct err *e)
{
	const int audit_control = capability_find("CAP_AUDIT_CONTROL");
	const struct artefact_caps *c = &m->caps;
	const uint64_t any = c->bounding | c->effective | c->permitted |
			     c->inheritable | c->ambient;

	if (!m->has_caps || audit_control < 0)
		return 0;
	if ((any & ~m->grants & 1ULL << audit_control) != 0) {
		(void)err_set(
			e, EBADMSG,
			"capabilities: CAP_AUDIT_CONTROL lets the service "
			"relabel itself and switch auditing off");
		return err_hint(e, "take it out, or grant it by name in "
				   "node.json: \"grant\": "
				   "[\"CAP_AUDIT_CONTROL\"]");
	}
	if ((c->bounding & ~c->permitted) != 0 &&
	    lines_add(&m->warnings,
		      "\"bounding\" has more than \"permitted\": uid 0 gets it "
		      "back at the next exec") < 0)
		return oom(e);
	return 0;
}

/* What the document itself says is not used. */
static int accepted_lint(struct model *m)
{
	int r = 0;

	if (!m->has_landlock)
		r = lines_add(&m->warnings, "files, network and scopes are not "
					    "restricted: the document accepts "
					    "no-landlock");
	if (r == 0 && !m->has_seccomp)
		r = lines_add(&m->warnings, "system calls are not restricted: "
					    "the document accepts no-seccomp");
	if (r == 0 && !m->has_caps)
		r = lines_add(&m->warnings,
			      "capabilities are not restricted: the document "
			      "accepts no-capabilities");
	if (r == 0 && m->has_seccomp && m->profile.unknown != 0)
		r = lines_add(&m->warnings,
			      "%zu names in the seccomp profile are no system "
			      "calls",
			      m->profile.unknown);
	return r;
}

int model_lint(struct model *m, const struct policy_kernel *kernel,
	       struct err *e)
{
	int r = devices_check(m, e);

	if (r == 0)
		r = caps_check(m, e);
	if (r < 0)
		return r;
	r = accepted_lint(m);
	if (r == 0 && m->has_landlock)
		r = paths_lint(m);
	if (r == 0 && m->has_landlock)
		r = handled_lint(m, kernel->landlock_abi);
	if (r == 0 && m->has_landlock)
		r = quiet_lint(m);
	if (r == 0 && m->has_seccomp)
		r = gaps_lint(m);
	return r < 0 ? oom(e) : 0;
}
