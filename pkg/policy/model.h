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
#include "pkg/policy/capabilities.h"
#include "pkg/policy/devices.h"
#include "pkg/policy/lines.h"
#include "pkg/policy/lint.h"
#include "pkg/policy/network.h"
#include "pkg/policy/policy.h"
#include "pkg/policy/require.h"
#include "pkg/policy/twins.h"
#include "pkg/policy/waiver.h"
#include "pkg/seccomp/program.h"

#define POLICY_COLLECTORS_MAX	  16
#define POLICY_SERVICE_TARGET_MAX 80 /* "services/", a name, ".json", NUL */
#define POLICY_AUDIT_RULES_MAX	  32
#define POLICY_TESTS_MAX	  1024

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

/* One service. After its compilation nothing of it changes: the policies of
 * successive generations share it. */
struct model {
	unsigned references;
	char *document; /* the bytes it was compiled from, with a NUL */
	size_t document_len;

	char *name;
	uint32_t number;
	char *role;	      /* that speaks for the document */
	struct lines signers; /* of that role */
	struct lines through; /* the roles that let it speak */
	uint64_t grants;      /* capabilities that node.json gives by name */
	struct limits limits; /* of the role: what the document may grant */
	const struct ceiling *ceiling; /* the first of them; NULL: unlimited */

	/* Those with proved programs, while it is compiled; NULL: none. */
	const struct twins *twins;

	/* As written. */
	uint32_t token; /* libseccomp's architecture; 0: this machine's */
	bool has_landlock;
	bool is_landlock_list; /* several documents */
	struct landlock_rules landlock;
	bool has_seccomp;
	struct profile profile;
	bool has_caps;
	struct artefact_caps caps;
	bool has_network;
	struct network network;
	bool has_devices;
	struct devices devices;
	struct require require;
	struct lines audit_rules, tests;
	struct accepts accepts;
	struct best_effort best_effort;

	/* Made of it for this kernel. */
	uint64_t enforced[RIGHT_CLASSES]; /* of what landlock handles */
	struct sock_filter *insns;	  /* NULL: not on this kernel */
	size_t insn_count;
	struct proof proof; /* of these instructions */
	struct lines not_enforced, warnings;
	struct findings findings;
	struct lines needless;	      /* ids that are accepted and not open */
	struct policy_service public; /* points into the above */
};

/* Return: one reference, with a name and a number; NULL: out of memory. */
struct model *model_new(const char *name, uint32_t number);
struct model *model_ref(struct model *m);
/* Frees it when nobody has one any more. NULL is fine. */
void model_unref(struct model *m);

struct policy {
	uint64_t generation, bundle_version;
	struct lines signers;
	struct policy_kernel kernel;
	char *lsm; /* kernel.lsm, owned */
	enum policy_unlisted unlisted;
	struct policy_audit audit;
	struct lines audit_rules; /* for all services */
	struct policy_demands demands;
	struct role_row *roles; /* sorted by name */
	size_t role_count;
	struct model **models; /* sorted by name; one reference each */
	size_t model_count;
	size_t compiled; /* of them; the others are shared with the previous */
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
 * @m: its name, number, grants and ceiling are set.
 *
 * Return: 0; -EBADMSG; -E2BIG; -ENOMEM.
 */
int service_parse(struct span text, struct model *m, struct err *e);

/**
 * model_lower() - what of @m this kernel enforces, and the proved program.
 *
 * What @m requires of the kernel has been checked.
 *
 * Return: 0; -EOPNOTSUPP; -EPROTO; -E2BIG; -ENOMEM.
 */
int model_lower(struct model *m, const struct policy_kernel *kernel,
		struct err *e);

/* The gap lint: refuses what bailiff never emits, writes the rest down as
 * warnings. Return: 0; -EBADMSG; -ENOMEM. */
int model_lint(struct model *m, const struct policy_kernel *kernel,
	       struct err *e);

/* The compiler: the document becomes the one form that all others read, is
 * checked, and becomes what a kernel takes. Each step needs those before it. */
enum step {
	STEP_PARSE,
	STEP_REQUIRE,
	STEP_LINT,
	STEP_CEILING,
	STEP_LOWER,
	STEPS
};
struct step_row {
	const char *name;
	const char *what; /* it asks or does, in words */
	int (*run)(struct model *m, const struct policy_kernel *kernel,
		   struct err *e);
};
extern const struct step_row step_table[STEPS];

/* All of them. Return: 0; what the first that fails returns. */
int model_make(struct model *m, const struct policy_kernel *kernel,
	       struct err *e);

/* Keep a copy of the bytes to compile from. Return: 0; -ENOMEM. */
int model_document(struct model *m, struct span bytes, struct err *e);

/* The member "landlock" of a document or a ceiling: one document or several.
 * Return: 0; -EBADMSG; -E2BIG; -ENOMEM. */
int model_landlock_parse(const json_t *value, struct landlock_rules *ret,
			 struct err *e);
/* Take a member out of @rest, a copy of @object, whose type json_members()
 * cannot check: it may have several. Borrowed; NULL when absent or null. */
json_t *member_take(const json_t *object, json_t *rest, const char *name);

/* Append @m's artefact, as of @p. Return: 0; from artefact_encode(). */
int model_artefact(const struct policy *p, const struct model *m,
		   struct buf *out);

/* By binary search. */
const struct model *model_find(const struct policy *p, struct span name);

#endif
