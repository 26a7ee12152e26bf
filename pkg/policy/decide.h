/* SPDX-License-Identifier: Apache-2.0 */
/* decide.h - may a service do this? Every layer of its policy is asked.
 *
 * The one model that the tests of a policy and "explain --what" rest on, held
 * against live kernels by tests. It judges text: a path means what it says, not
 * what a symbolic link makes of it, and a rule on a path that does not exist is
 * taken as if it did. Ordinary permissions (owner, mode) are not its matter.
 */
#ifndef PKG_POLICY_DECIDE_H
#define PKG_POLICY_DECIDE_H

#include "pkg/policy/reason.h"

enum decide_layer {
	DECIDE_LANDLOCK,
	DECIDE_SECCOMP,
	DECIDE_CAPABILITIES,
	DECIDE_NETWORK,
	DECIDE_DEVICES,
};
#define DECIDE_LAYERS 5

/* What one layer says of an action; the stricter the larger. */
enum stance {
	STANCE_SILENT, /* it has no say in such a thing, or the document does
			* not use it */
	STANCE_OPEN,   /* the document leaves it open */
	STANCE_GRANTS,
	STANCE_LACKS, /* the document denies it, this kernel cannot */
	STANCE_DENIES,
};

enum verdict {
	VERDICT_ALLOWED,
	VERDICT_DENIED,
	VERDICT_NOT_ENFORCED, /* allowed only because this kernel cannot */
};

struct opinion {
	enum stance stance;
	struct reason reason; /* rule and cause also of what is granted */
};

struct decision {
	enum verdict verdict;
	enum decide_layer layer; /* the first that denies or would; of what is
				  * allowed, the first that grants it */
	bool has_layer;
	struct opinion by[DECIDE_LAYERS];
};

/* "landlock", as the member of the document. */
const char *decide_layer_name(enum decide_layer layer);
/* "allowed", "denied", "not-enforced" */
const char *verdict_name(enum verdict v);

/**
 * model_decide() - ask every layer of @m about @a.
 * @kernel: that @m was compiled for.
 * @ret: the caller's, decision_done(); written on success only.
 *
 * An action with several ways is denied when each of them is. A system call
 * whose arguments are not all said is allowed when some would be.
 *
 * Return: 0; -ENOMEM, -E2BIG.
 */
int model_decide(const struct model *m, const struct policy_kernel *kernel,
		 const struct action *a, struct decision *ret);
void decision_done(struct decision *d);

/* Append "nginx may not read /etc/shadow: no rule grants read_file there". */
void decision_sentence(struct buf *out, const struct model *m,
		       const struct action *a, const struct decision *d);

/* Append what would allow it, a part of services/NAME.json; nothing when it is
 * allowed, or no addition does. */
void decision_fix(struct buf *out, const struct decision *d);

#endif
