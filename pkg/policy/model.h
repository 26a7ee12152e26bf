/* SPDX-License-Identifier: Apache-2.0 */
/* model.h - a compiled bundle as pkg/policy itself sees it.
 *
 * Not for others: policy.h is. A model keeps what the documents say (for
 * explain, diff and show) and what was made of it for this kernel (for the
 * artefact) side by side.
 */
#ifndef PKG_POLICY_MODEL_H
#define PKG_POLICY_MODEL_H

#include "lib/json.h"
#include "pkg/landlock/rules.h"
#include "pkg/policy/artefact.h"
#include "pkg/policy/policy.h"
#include "pkg/seccomp/program.h"

#define POLICY_COLLECTORS_MAX	  16
#define POLICY_SERVICE_TARGET_MAX 80 /* "services/", a name, ".json", NUL */

/* Sentences, NULL-terminated once there is one. */
struct lines {
	char **items;
	size_t count;
};

/* Return: 0; -ENOMEM. */
int lines_add(struct lines *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void lines_done(struct lines *l);

/* What the document gives up when the kernel lacks it. */
struct best_effort {
	bool is_all;
	bool landlock; /* the layer as a whole */
	bool seccomp;
	uint64_t rights[RIGHT_CLASSES];
};

struct model {
	char *name;
	uint32_t number;
	char *role;	      /* that speaks for the document */
	struct lines signers; /* of that role */
	uint64_t grants;      /* capabilities that node.json gives by name */

	bool has_landlock;
	bool is_landlock_list;		  /* written as several documents */
	struct landlock_rules landlock;	  /* as written */
	uint64_t enforced[RIGHT_CLASSES]; /* of what is handled, on this kernel
					   */
	bool has_seccomp;
	struct profile profile;
	struct sock_filter *insns; /* NULL: not on this kernel */
	size_t insn_count;
	struct proof proof; /* of insns */
	bool has_caps;
	struct artefact_caps caps;

	struct best_effort best_effort;
	struct lines not_enforced, warnings;
	struct policy_service public; /* points into the above */
};

struct policy {
	uint64_t generation, bundle_version;
	struct lines signers;
	struct policy_kernel kernel;
	enum policy_unlisted unlisted;
	bool audit_execve;
	struct policy_demands demands;
	struct model *models; /* sorted by name */
	size_t model_count;
	struct policy_collector *collectors;
	size_t collector_count;
};

/**
 * node_parse() - node.json: services (names, numbers, grants), unlisted,
 * collectors, audit, freshness, rollback.
 * @p: receives all of it; released by policy_free() also after a failure.
 *
 * Return: 0; -EBADMSG; -E2BIG; -ENOMEM.
 */
int node_parse(struct span text, struct policy *p, struct err *e);

/**
 * service_parse() - one services/NAME.json.
 * @m: its name, number and grants are set.
 *
 * Return: 0; -EBADMSG; -E2BIG; -ENOMEM.
 */
int service_parse(struct span text, struct model *m, struct err *e);

/**
 * model_lower() - what of @m this kernel enforces, and the proved program.
 *
 * Return: 0; -EOPNOTSUPP; -EPROTO; -E2BIG; -ENOMEM.
 */
int model_lower(struct model *m, const struct policy_kernel *kernel,
		struct err *e);

/* The gap lint: refuses what bailiff never emits, writes the rest down as
 * warnings. Return: 0; -EBADMSG; -ENOMEM. */
int model_lint(struct model *m, const struct policy_kernel *kernel,
	       struct err *e);

/* A capability by its OCI name ("CAP_CHOWN"): 0 to 63; -1 for no such name. */
int capability_find(const char *name);
/* Append names with @between, as rights_print() does. */
void capabilities_print(struct buf *out, uint64_t mask, const char *between);

const struct model *model_find(const struct policy *p, struct span name);

#endif
