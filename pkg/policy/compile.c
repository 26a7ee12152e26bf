/* SPDX-License-Identifier: Apache-2.0 */
/* compile.c - a bundle's documents to a policy, and a policy to artefacts
 * (policy.h).
 */
#include "pkg/policy/policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/policy/ceiling.h"

#define SERVICE_PREFIX "services/"
#define SERVICE_SUFFIX ".json"

static const struct policy_target *target_find(const struct policy_target *t,
					       size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(t[i].name, name) == 0)
			return &t[i];
	return NULL;
}

/* The NAME of "services/NAME.json"; p NULL for any other target. */
static struct span target_service(const char *target)
{
	const size_t prefix = strlen(SERVICE_PREFIX);
	const size_t suffix = strlen(SERVICE_SUFFIX);
	const size_t len = strlen(target);

	if (len <= prefix + suffix ||
	    strncmp(target, SERVICE_PREFIX, prefix) != 0 ||
	    strcmp(target + len - suffix, SERVICE_SUFFIX) != 0)
		return (struct span){ 0 };
	return (struct span){ target + prefix, len - prefix - suffix };
}

const struct model *model_find(const struct policy *p, struct span name)
{
	for (size_t i = 0; i < p->model_count; i++)
		if (span_eq_str(name, p->models[i].name))
			return &p->models[i];
	return NULL;
}

/* Each document belongs to a service of the node, and is there once. */
static int targets_check(const struct policy_target *targets, size_t count,
			 const struct policy *p, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		const char *name = targets[i].name;

		if (target_find(targets, count, name) != &targets[i])
			return err_set(e, EBADMSG, "%.200s: stands twice",
				       name);
		if (strcmp(name, "node.json") == 0)
			continue;
		if (target_service(name).p == NULL) {
			(void)err_set(e, EBADMSG, "%.200s: unknown document",
				      name);
			return err_hint(e, "a bundle has node.json and "
					   "services/NAME.json");
		}
		if (model_find(p, target_service(name)) == NULL) {
			(void)err_set(e, EBADMSG,
				      "%.200s: node.json names no such service",
				      name);
			return err_hint(e,
					"add it to \"services\" in node.json "
					"with a number of its own, or take "
					"the document out");
		}
	}
	return 0;
}

/* "bestEffort" in the landlock document. */
static bool has_best_effort_rules(const struct model *m)
{
	for (size_t i = 0; i < RIGHT_CLASSES; i++)
		if ((m->landlock.handled[i] & ~m->landlock.required[i]) != 0)
			return true;
	return false;
}

static void public_fill(struct model *m)
{
	static const char *const none[] = { NULL };
	const struct best_effort *b = &m->best_effort;

	m->public = (struct policy_service){
		.name = m->name,
		.number = m->number,
		.role = m->role,
		.signers = none,
		.is_best_effort =
			b->is_all || b->landlock || b->seccomp ||
			b->rights[RIGHT_FS] != 0 || b->rights[RIGHT_NET] != 0 ||
			b->rights[RIGHT_SCOPE] != 0 || has_best_effort_rules(m),
		.not_enforced = none,
		.warnings = none,
	};
	if (m->signers.count != 0)
		m->public.signers = (const char *const *)m->signers.items;
	if (m->not_enforced.count != 0)
		m->public.not_enforced =
			(const char *const *)m->not_enforced.items;
	if (m->warnings.count != 0)
		m->public.warnings = (const char *const *)m->warnings.items;
}

static int speaker_copy(const struct policy_speaker *speaker,
			const struct policy *p, struct model *m, struct err *e)
{
	const size_t count =
		speaker != NULL ? speaker->signer_count : p->signers.count;
	int r = 0;

	m->role = strdup(speaker != NULL ? speaker->role : POLICY_ROLE_TOP);
	for (size_t i = 0; i < count && r == 0; i++)
		r = lines_add(&m->signers, "%s",
			      speaker != NULL ? speaker->signers[i]
					      : p->signers.items[i]);
	return m->role == NULL || r < 0 ? err_set(e, ENOMEM, "out of memory")
					: 0;
}

static int model_compile(struct model *m, const struct policy_target *target,
			 const struct policy *p, struct err *e)
{
	int r = speaker_copy(target->speaker, p, m, e);

	if (r == 0)
		r = limits_find(p, target->speaker, m, e);
	if (r == 0)
		r = service_parse(target->bytes, m, e);
	if (r == 0)
		r = limits_check(m, e);
	if (r == 0)
		r = model_lint(m, &p->kernel, e);
	if (r == 0)
		r = model_lower(m, &p->kernel, e);
	if (r == 0)
		public_fill(m);
	return r;
}

static int models_compile(struct policy *p, const struct policy_target *targets,
			  size_t count, struct err *e)
{
	for (size_t i = 0; i < p->model_count; i++) {
		struct model *m = &p->models[i];
		const struct policy_target *target;
		char name[POLICY_SERVICE_TARGET_MAX];
		int r;

		(void)snprintf(name, sizeof(name), "services/%s.json", m->name);
		target = target_find(targets, count, name);
		if (target == NULL) {
			(void)err_set(e, EBADMSG,
				      "node.json: service \"%s\" has no "
				      "document %s",
				      m->name, name);
			return err_hint(e, "add the document to the bundle, or "
					   "take the service out of node.json");
		}
		r = model_compile(m, target, p, e);
		if (r < 0)
			return err_wrap(e, "%s", name);
	}
	return 0;
}

static int origin_copy(const struct policy_origin *origin, struct policy *p)
{
	int r = 0;

	p->generation = origin->generation;
	p->bundle_version = origin->bundle_version;
	for (size_t i = 0; i < origin->signer_count && r == 0; i++)
		r = lines_add(&p->signers, "%s", origin->signers[i]);
	return r;
}

static int bundle_compile(const struct policy_target *targets, size_t count,
			  const struct policy_origin *origin, struct policy *p,
			  struct err *e)
{
	const struct policy_target *node =
		target_find(targets, count, "node.json");
	int r;

	if (node == NULL) {
		(void)err_set(e, EBADMSG, "the bundle has no node.json");
		return err_hint(e, "node.json names the services and their "
				   "numbers: see bailiff-policy(5)");
	}
	if (node->speaker != NULL &&
	    strcmp(node->speaker->role, POLICY_ROLE_TOP) != 0) {
		(void)err_set(e, EBADMSG,
			      "node.json: the delegated role \"%.200s\" speaks "
			      "for it, only the top-level targets role may",
			      node->speaker->role);
		return err_hint(e, "list node.json in the top-level targets, "
				   "not in a delegated role's");
	}
	if (origin->signer_count > POLICY_SIGNERS_MAX)
		return err_set(e, E2BIG, "more than %d signers",
			       POLICY_SIGNERS_MAX);
	if (origin_copy(origin, p) < 0)
		return err_set(e, ENOMEM, "out of memory");
	r = node_parse(node->bytes, p, e);
	if (r < 0)
		return err_wrap(e, "node.json");
	r = targets_check(targets, count, p, e);
	return r < 0 ? r : models_compile(p, targets, count, e);
}

/* An artefact that the launcher would not take is found here, not there. */
static int artefacts_check(const struct policy *p, struct err *e)
{
	for (size_t i = 0; i < p->model_count; i++) {
		const struct policy_service *s = &p->models[i].public;
		struct artefact a;
		struct buf raw;
		int r;

		buf_init(&raw, ARTEFACT_MAX);
		r = policy_artefact(p, s, &raw);
		r = r < 0 ? err_set(e, -r,
				    "the compiled policy is larger than %d "
				    "bytes",
				    ARTEFACT_MAX)
			  : artefact_decode(buf_view(&raw), &a, e);
		buf_done(&raw);
		if (r < 0)
			return err_wrap(e, "services/%s.json", s->name);
	}
	return 0;
}

int policy_compile(const struct policy_target *targets, size_t count,
		   const struct policy_origin *origin,
		   const struct policy_kernel *kernel, struct policy **ret,
		   struct err *e)
{
	struct policy *p = calloc(1, sizeof(*p));
	int r;

	if (p == NULL)
		return err_set(e, ENOMEM, "out of memory");
	p->kernel = *kernel;
	r = bundle_compile(targets, count, origin, p, e);
	if (r == 0)
		r = artefacts_check(p, e);
	if (r < 0) {
		policy_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

static void model_done(struct model *m)
{
	free(m->name);
	free(m->role);
	lines_done(&m->signers);
	limits_done(&m->limits);
	landlock_rules_done(&m->landlock);
	profile_done(&m->profile);
	free(m->insns);
	lines_done(&m->not_enforced);
	lines_done(&m->warnings);
}

void policy_free(struct policy *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->model_count; i++)
		model_done(&p->models[i]);
	for (size_t i = 0; i < p->collector_count; i++) {
		free((char *)(uintptr_t)p->collectors[i].name);
		free((char *)(uintptr_t)p->collectors[i].host);
	}
	free(p->models);
	free(p->collectors);
	ceilings_done(p);
	lines_done(&p->signers);
	free(p);
}

/* ---- looking ----------------------------------------------------------- */

uint64_t policy_generation(const struct policy *p)
{
	return p->generation;
}

uint64_t policy_bundle_version(const struct policy *p)
{
	return p->bundle_version;
}

enum policy_unlisted policy_unlisted(const struct policy *p)
{
	return p->unlisted;
}

bool policy_audit_execve(const struct policy *p)
{
	return p->audit_execve;
}

const struct policy_demands *policy_demands(const struct policy *p)
{
	return &p->demands;
}

size_t policy_service_count(const struct policy *p)
{
	return p->model_count;
}

const struct policy_service *policy_service(const struct policy *p, size_t i)
{
	return i < p->model_count ? &p->models[i].public : NULL;
}

const struct policy_service *policy_service_find(const struct policy *p,
						 struct span name)
{
	const struct model *m = model_find(p, name);

	return m != NULL ? &m->public : NULL;
}

size_t policy_collector_count(const struct policy *p)
{
	return p->collector_count;
}

const struct policy_collector *policy_collector(const struct policy *p,
						size_t i)
{
	return i < p->collector_count ? &p->collectors[i] : NULL;
}

/* ---- the artefact ------------------------------------------------------ */

/* Rules, cut down to what is handled on this kernel. */
static void rules_write(const struct model *m, struct artefact *a,
			struct buf *paths, struct buf *ports)
{
	for (size_t i = 0; i < m->landlock.path_count; i++) {
		const struct landlock_path *p = &m->landlock.paths[i];
		const struct artefact_path rule = {
			.access = p->access & m->enforced[RIGHT_FS],
			.flags = p->is_required ? ARTEFACT_PATH_REQUIRED : 0,
			.path = span_of(p->path),
		};

		if (rule.access == 0)
			continue;
		artefact_path_put(paths, &rule);
		a->path_count++;
	}
	for (size_t i = 0; i < m->landlock.port_count; i++) {
		const struct landlock_port *p = &m->landlock.ports[i];
		const uint64_t access = p->access & m->enforced[RIGHT_NET];

		if (access == 0)
			continue;
		buf_u64(ports, access);
		buf_u16(ports, (uint16_t)p->port);
		a->port_count++;
	}
}

static void landlock_write(const struct model *m, struct artefact *a)
{
	a->handled_fs = m->enforced[RIGHT_FS];
	a->handled_net = m->enforced[RIGHT_NET];
	a->scoped = m->enforced[RIGHT_SCOPE];
	for (size_t i = 0; i < RIGHT_CLASSES; i++) {
		const uint32_t abi =
			rights_abi((enum right_class)i, m->enforced[i]);

		if (abi > a->landlock_abi)
			a->landlock_abi = abi;
	}
	a->has_landlock = a->landlock_abi != 0;
}

static void insns_write(const struct model *m, struct buf *out)
{
	for (size_t i = 0; i < m->insn_count; i++) {
		buf_u16(out, m->insns[i].code);
		buf_u8(out, m->insns[i].jt);
		buf_u8(out, m->insns[i].jf);
		buf_u32(out, m->insns[i].k);
	}
}

static const struct artefact_caps caps_any = {
	ARTEFACT_CAPS_ANY, ARTEFACT_CAPS_ANY, ARTEFACT_CAPS_ANY,
	ARTEFACT_CAPS_ANY, ARTEFACT_CAPS_ANY,
};

int policy_artefact(const struct policy *p, const struct policy_service *s,
		    struct buf *out)
{
	const struct model *m = model_find(p, span_of(s->name));
	struct buf paths, ports, insns;
	struct artefact a;
	int r;

	if (m == NULL)
		return -ENOENT;
	buf_init(&paths, ARTEFACT_MAX);
	buf_init(&ports, ARTEFACT_MAX);
	buf_init(&insns, ARTEFACT_MAX);
	a = (struct artefact){
		.service = span_of(m->name),
		.number = m->number,
		.generation = p->generation,
		.bundle_version = p->bundle_version,
		.has_seccomp = m->insn_count != 0,
		.seccomp_flags = m->insn_count != 0 ? m->profile.flags : 0,
		.insn_count = (uint32_t)m->insn_count,
		.proof = { .points = m->proof.points,
			   .is_sampled = m->proof.is_sampled },
		.caps = m->has_caps ? m->caps : caps_any,
	};
	landlock_write(m, &a);
	rules_write(m, &a, &paths, &ports);
	insns_write(m, &insns);
	a.paths = buf_view(&paths);
	a.ports = buf_view(&ports);
	a.insns = buf_view(&insns);
	r = buf_error(&paths);
	if (r == 0)
		r = buf_error(&ports);
	if (r == 0)
		r = buf_error(&insns);
	if (r == 0)
		r = artefact_encode(&a, out);
	buf_done(&paths);
	buf_done(&ports);
	buf_done(&insns);
	return r;
}
