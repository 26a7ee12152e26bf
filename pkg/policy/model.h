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

/* The layers of a document, each there or given up in writing. */
enum layer {
	LAYER_LANDLOCK,
	LAYER_SECCOMP,
	LAYER_CAPS,
};
#define LAYERS 3

struct layer_row {
	const char *member, *accept;
};
extern const struct layer_row layer_table[LAYERS];

/* What "accept" gives up. */
struct accepts {
	bool layers[LAYERS];
};

/* The ceilings (ceiling.h) that hold for a document, the role's own first.
 * "unlimited" ones are not among them. */
struct limit {
	char *role;
	struct ceiling *ceiling; /* a reference */
};
struct limits {
	struct limit *items;
	size_t count;
};

/* node.json "roles". */
struct role_row {
	char *name;
	struct ceiling *ceiling; /* a reference; NULL: "unlimited" */
};

struct model {
	char *name;
	uint32_t number;
	char *role;	      /* that speaks for the document */
	struct lines signers; /* of that role */
	uint64_t grants;      /* capabilities that node.json gives by name */
	struct limits limits; /* of the role: what the document may grant */
	const struct ceiling *ceiling; /* the first of them; NULL: unlimited */

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

	struct accepts accepts;
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
	struct role_row *roles; /* sorted by name */
	size_t role_count;
	struct model *models; /* sorted by name */
	size_t model_count;
	struct policy_collector *collectors;
	size_t collector_count;
};

/**
 * node_parse() - node.json: services (names, numbers, grants), unlisted, roles,
 * collectors, audit, freshness, rollback, on-tighten.
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

/* The members of a document that a ceiling (ceiling.h) has as well; each adds
 * to what @ret has. Return: 0; -EBADMSG; -E2BIG; -ENOMEM. */
int model_landlock_parse(const json_t *value, struct landlock_rules *ret,
			 struct err *e);
int capabilities_parse(const json_t *array, uint64_t *ret, struct err *e);
int accepts_parse(const json_t *array, struct accepts *ret, struct err *e);
int best_effort_parse(const json_t *value, struct best_effort *ret,
		      struct err *e);
/* Take a member out of @rest, a copy of @object, whose type json_members()
 * cannot check: it may have several. Borrowed; NULL when absent or null. */
json_t *member_take(const json_t *object, json_t *rest, const char *name);

/* A capability by its OCI name ("CAP_CHOWN"): 0 to 63; -1 for no such name. */
int capability_find(const char *name);
/* Append names with @between, as rights_print() does. */
void capabilities_print(struct buf *out, uint64_t mask, const char *between);

const struct model *model_find(const struct policy *p, struct span name);

#endif
