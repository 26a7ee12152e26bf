/* SPDX-License-Identifier: Apache-2.0 */
/* change.h - one policy against another, layer by layer, in sentences.
 *
 * Not for others: policy.h is. The functions below compare two models of one
 * service and hand each difference to the one who asked.
 */
#ifndef PKG_POLICY_CHANGE_H
#define PKG_POLICY_CHANGE_H

#include "pkg/policy/model.h"

struct changes {
	policy_change_fn *take;
	void *ctx;
	const char *service; /* NULL: the node itself */
	/* Only what binds a process, as this kernel enforces it: what a
	 * restart would change. Else everything the documents say. */
	bool binds_only;
	size_t count;  /* that were taken */
	struct err *e; /* of error; may be NULL */
	int error;     /* sticks: negative errno */
};

/* Take one. @fmt is a sentence without its full stop. */
void change_say(struct changes *c, const char *layer,
		enum policy_change_kind kind, bool needs_restart,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* The usual pair: "SERVICE may now WORDS" is looser, "SERVICE may no longer
 * WORDS" tighter. */
void change_may(struct changes *c, const char *layer, bool is_looser,
		bool needs_restart, const char *words);

/* A sentence "SUBJECT WORDS: LINE" for each line of @in that @against has not;
 * of many the first, and how many more. */
void lines_changes(struct changes *c, const char *layer,
		   enum policy_change_kind kind, const char *subject,
		   const struct lines *in, const struct lines *against,
		   const char *words);

/* "a, b and c": append @text, the @i-th of @count. */
void words_join(struct buf *out, const char *text, size_t i, size_t count);

void landlock_changes(struct changes *c, const struct model *from,
		      const struct model *to);
void seccomp_changes(struct changes *c, const struct model *from,
		     const struct model *to);
void caps_changes(struct changes *c, const struct model *from,
		  const struct model *to);
/* All that a document says besides these three. */
void document_changes(struct changes *c, const struct model *from,
		      const struct model *to);
/* node.json but for its services; @from may be NULL. */
void node_changes(struct changes *c, const struct policy *from,
		  const struct policy *to);

#endif
