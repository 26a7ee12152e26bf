/* SPDX-License-Identifier: Apache-2.0 */
/* lower.c - what of a document this kernel enforces (model.h). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/policy/model.h"

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

/* The program and its proof: of a model with the same profile, or made here. */
static int program_make(const struct model *m, struct program *program,
			struct proof *proof, struct err *e)
{
	const struct model *twin =
		m->twins != NULL ? twins_find(m->twins, m) : NULL;
	int r;

	if (twin == NULL) {
		r = program_generate(&m->profile, program, e);
		if (r == 0)
			r = program_prove(&m->profile, program, proof, e);
		return r < 0 ? err_wrap(e, "seccomp") : 0;
	}
	memcpy(program->insns, twin->insns,
	       twin->insn_count * sizeof(*twin->insns));
	program->count = twin->insn_count;
	*proof = twin->proof;
	return 0;
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
	r = program_make(m, program, &proof, e);
	if (r < 0)
		return r;
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
