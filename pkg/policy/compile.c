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
#include "pkg/identity/paths.h"
#include "pkg/policy/audit_rules.h"
#include "pkg/policy/limits.h"

#define SERVICE_PREFIX "services/"
#define SERVICE_SUFFIX ".json"

/* The targets in the order of their names. */
struct targets {
	const struct policy_target **items; /* owned; they are the caller's */
	size_t count;
};

static int target_order(const void *a, const void *b)
{
	const struct policy_target *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int target_named(const void *key, const void *entry)
{
	const struct policy_target *const *target = entry;

	return strcmp(key, (*target)->name);
}

static const struct policy_target *target_find(const struct targets *t,
					       const char *name)
{
	const struct policy_target *const *found =
		t->count != 0
			? bsearch(name, t->items, t->count,
				  sizeof(struct policy_target *), target_named)
			: NULL;

	return found != NULL ? *found : NULL;
}

static void targets_done(struct targets *t)
{
	free(t->items);
}

static int targets_sort(const struct policy_target *targets, size_t count,
			struct targets *ret, struct err *e)
{
	ret->items = calloc(count + 1, sizeof(struct policy_target *));
	if (ret->items == NULL)
		return err_set(e, ENOMEM, "out of memory");
	ret->count = count;
	for (size_t i = 0; i < count; i++)
		ret->items[i] = &targets[i];
	if (count != 0)
		qsort(ret->items, count, sizeof(struct policy_target *),
		      target_order);
	for (size_t i = 1; i < count; i++)
		if (target_order(&ret->items[i - 1], &ret->items[i]) == 0)
			return err_set(e, EBADMSG,
				       "%.200s: stands twice in the bundle",
				       ret->items[i]->name);
	return 0;
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

/* Each document belongs to a service of the node. */
static int targets_check(const struct targets *t, const struct policy *p,
			 struct err *e)
{
	for (size_t i = 0; i < t->count; i++) {
		const char *name = t->items[i]->name;

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

/* ---- one service ------------------------------------------------------- */

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
	m->public = (struct policy_service){
		.name = m->name,
		.number = m->number,
		.role = m->role,
		.signers = none,
		.through = none,
		.is_best_effort = best_effort_is_any(&m->best_effort) ||
				  has_best_effort_rules(m),
		.not_enforced = none,
		.warnings = none,
		.needless = none,
	};
	if (m->signers.count != 0)
		m->public.signers = (const char *const *)m->signers.items;
	if (m->through.count != 0)
		m->public.through = (const char *const *)m->through.items;
	if (m->not_enforced.count != 0)
		m->public.not_enforced =
			(const char *const *)m->not_enforced.items;
	if (m->warnings.count != 0)
		m->public.warnings = (const char *const *)m->warnings.items;
	if (m->needless.count != 0)
		m->public.needless = (const char *const *)m->needless.items;
	m->public.finding_count = m->findings.count;
	m->public.findings = m->findings.items;
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
	for (const char *const *by = speaker != NULL ? speaker->through : NULL;
	     by != NULL && *by != NULL && r == 0; by++)
		r = lines_add(&m->through, "%s", *by);
	return m->role == NULL || r < 0 ? err_set(e, ENOMEM, "out of memory")
					: 0;
}

/* An artefact that the launcher would not take is found here, not there. */
static int artefact_check(const struct policy *p, const struct model *m,
			  struct err *e)
{
	struct artefact a;
	struct buf raw;
	int r;

	buf_init(&raw, ARTEFACT_MAX);
	r = model_artefact(p, m, &raw);
	r = r < 0 ? err_set(e, -r,
			    "the compiled policy is larger than %d bytes",
			    ARTEFACT_MAX)
		  : artefact_decode(buf_view(&raw), &a, e);
	buf_done(&raw);
	return r;
}

static int model_compile(struct model *m, const struct policy *p, struct err *e)
{
	const int r = model_make(m, &p->kernel, e);

	if (r < 0)
		return r;
	public_fill(m);
	return artefact_check(p, m, e);
}

/* ---- all of them -------------------------------------------------------- */

static bool kernel_equal(const struct policy_kernel *a,
			 const struct policy_kernel *b)
{
	return a->landlock_abi == b->landlock_abi &&
	       a->has_seccomp == b->has_seccomp &&
	       a->has_cgroup_network == b->has_cgroup_network &&
	       a->has_cgroup_devices == b->has_cgroup_devices &&
	       a->major == b->major && a->minor == b->minor &&
	       (a->lsm == NULL) == (b->lsm == NULL) &&
	       span_eq(span_of(a->lsm), span_of(b->lsm));
}

/* All that a compilation reads but the kernel. */
static bool model_equal(const struct model *a, const struct model *b)
{
	const struct span document = { a->document, a->document_len };

	return a->number == b->number && a->grants == b->grants &&
	       strcmp(a->role, b->role) == 0 &&
	       lines_equal(&a->signers, &b->signers) &&
	       lines_equal(&a->through, &b->through) &&
	       limits_equal(&a->limits, &b->limits) &&
	       span_eq(document, (struct span){ b->document, b->document_len });
}

/* The model of the policy before, if it would become the same. */
static struct model *model_previous(const struct model *m,
				    const struct policy *p,
				    const struct policy *previous)
{
	const struct model *old;

	if (previous == NULL || !kernel_equal(&p->kernel, &previous->kernel))
		return NULL;
	old = model_find(previous, span_of(m->name));
	return old != NULL && model_equal(old, m)
		       ? model_ref((struct model *)(uintptr_t)old)
		       : NULL;
}

static int service_compile(struct policy *p, size_t i, const struct targets *t,
			   const struct policy *previous,
			   const struct twins *twins, struct err *e)
{
	struct model *m = p->models[i], *old;
	const struct policy_target *target;
	char name[POLICY_SERVICE_TARGET_MAX];
	int r;

	(void)snprintf(name, sizeof(name), "services/%s.json", m->name);
	target = target_find(t, name);
	if (target == NULL) {
		(void)err_set(e, EBADMSG,
			      "node.json: service \"%s\" has no document %s",
			      m->name, name);
		return err_hint(e, "add the document to the bundle, or take "
				   "the service out of node.json");
	}
	r = speaker_copy(target->speaker, p, m, e);
	if (r == 0)
		r = limits_find(p, target->speaker, m, e);
	if (r == 0)
		r = model_document(m, target->bytes, e);
	if (r < 0)
		return err_wrap(e, "%s", name);
	old = model_previous(m, p, previous);
	if (old != NULL) {
		model_unref(m);
		p->models[i] = old;
		return 0;
	}
	p->compiled++;
	m->twins = twins;
	r = model_compile(m, p, e);
	m->twins = NULL;
	return r < 0 ? err_wrap(e, "%s", name) : 0;
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

/* node.json is the top-level role's alone. */
static int node_read(const struct targets *t, struct policy *p, struct err *e)
{
	const struct policy_target *node = target_find(t, "node.json");
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
	r = node_parse(node->bytes, p, e);
	return r < 0 ? err_wrap(e, "node.json") : 0;
}

static int audit_count_check(const struct policy *p, struct err *e)
{
	size_t count = p->audit_rules.count;

	for (size_t i = 0; i < p->model_count; i++)
		count += p->models[i]->audit_rules.count;
	return count <= POLICY_AUDIT_ALL_MAX
		       ? 0
		       : err_set(e, E2BIG,
				 "%zu audit rules of the node and its services "
				 "together, at most %d are allowed",
				 count, POLICY_AUDIT_ALL_MAX);
}

static int bundle_compile(const struct targets *t,
			  const struct policy *previous, struct policy *p,
			  struct err *e)
{
	AUTO_DONE(twins_done) struct twins twins = { 0 };
	int r = node_read(t, p, e);

	if (r == 0)
		r = targets_check(t, p, e);
	if (r == 0 && twins_init(&twins, p->model_count) < 0)
		r = err_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < p->model_count && r == 0; i++) {
		r = service_compile(p, i, t, previous, &twins, e);
		if (r == 0)
			twins_add(&twins, p->models[i]);
	}
	return r < 0 ? r : audit_count_check(p, e);
}

static int kernel_copy(const struct policy_kernel *kernel, struct policy *p)
{
	p->kernel = *kernel;
	if (kernel->lsm == NULL)
		return 0;
	p->lsm = strdup(kernel->lsm);
	p->kernel.lsm = p->lsm;
	return p->lsm != NULL ? 0 : -ENOMEM;
}

int policy_compile(const struct policy_target *targets, size_t count,
		   const struct policy_origin *origin,
		   const struct policy_kernel *kernel,
		   const struct policy *previous, struct policy **ret,
		   struct err *e)
{
	AUTO_DONE(targets_done) struct targets sorted = { 0 };
	struct policy *p;
	int r = targets_sort(targets, count, &sorted, e);

	if (r < 0)
		return r;
	if (origin->signer_count > POLICY_SIGNERS_MAX)
		return err_set(e, E2BIG, "more than %d signers",
			       POLICY_SIGNERS_MAX);
	p = calloc(1, sizeof(*p));
	if (p == NULL || kernel_copy(kernel, p) < 0 ||
	    origin_copy(origin, p) < 0)
		r = err_set(e, ENOMEM, "out of memory");
	if (r == 0)
		r = bundle_compile(&sorted, previous, p, e);
	if (r < 0) {
		policy_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

void policy_free(struct policy *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->model_count; i++)
		model_unref(p->models[i]);
	for (size_t i = 0; i < p->collector_count; i++) {
		free((char *)(uintptr_t)p->collectors[i].name);
		free((char *)(uintptr_t)p->collectors[i].host);
	}
	free(p->models);
	free(p->lsm);
	free(p->collectors);
	node_roles_done(p);
	lines_done(&p->audit_rules);
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

const char *policy_role(const struct policy *p, size_t i)
{
	return i < p->role_count ? p->roles[i].name : NULL;
}

int policy_audit_rules(const struct policy *p, struct buf *out, struct err *e)
{
	int r = 0;

	/* A call gets the key of the first rule that matches it: the service's
	 * own say more. */
	for (size_t i = 0; i < p->model_count && r == 0; i++) {
		const uint32_t auid = AUID_BASE + p->models[i]->number;

		r = audit_rules_compile(&p->models[i]->audit_rules, auid, auid,
					out, e);
	}
	return r < 0 ? r
		     : audit_rules_compile(&p->audit_rules, AUID_BASE,
					   AUID_BASE + SERVICE_NUMBER_MAX, out,
					   e);
}

const struct policy_audit *policy_audit(const struct policy *p)
{
	return &p->audit;
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
	return i < p->model_count ? &p->models[i]->public : NULL;
}

size_t policy_compiled_count(const struct policy *p)
{
	return p->compiled;
}

const struct policy_service *policy_service_find(const struct policy *p,
						 struct span name)
{
	const struct model *m = model_find(p, name);

	return m != NULL ? &m->public : NULL;
}

struct policy_finding policy_finding(const struct policy_service *s, size_t i)
{
	const struct finding *f = &s->findings[i];

	return (struct policy_finding){
		.id = gap_table[f->gap].id,
		.is_accepted = f->is_accepted,
		.sentence = f->sentence,
		.closes = f->closes,
		.rule = f->rule,
	};
}

size_t policy_open_count(const struct policy_service *s)
{
	size_t count = 0;

	for (size_t i = 0; i < s->finding_count; i++)
		count += !s->findings[i].is_accepted;
	return count;
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

int model_artefact(const struct policy *p, const struct model *m,
		   struct buf *out)
{
	struct buf paths, ports, insns;
	struct artefact a;
	int r;

	buf_init(&paths, ARTEFACT_MAX);
	buf_init(&ports, ARTEFACT_MAX);
	buf_init(&insns, ARTEFACT_MAX);
	a = (struct artefact){
		/* A ceiling is one on the text of paths. */
		.flags = m->ceiling != NULL ? ARTEFACT_PATHS_CANONICAL : 0,
		.service = span_of(m->name),
		.number = m->number,
		.generation = p->generation,
		.bundle_version = p->bundle_version,
		.has_seccomp = m->insn_count != 0,
		.seccomp_flags = m->insn_count != 0 ? m->profile.flags : 0,
		.insn_count = (uint32_t)m->insn_count,
		.proof = { .points = m->proof.points,
			   .branches = m->proof.branches,
			   .dead = m->proof.dead,
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

int policy_artefact(const struct policy *p, const struct policy_service *s,
		    struct buf *out)
{
	const struct model *m = model_find(p, span_of(s->name));

	return m != NULL ? model_artefact(p, m, out) : -ENOENT;
}
