/* SPDX-License-Identifier: Apache-2.0 */
/* reason.h - why a layer says no: in words, with the rule and the fix.
 *
 * Shared by the explanation of what was denied (explain.c) and by the answer
 * to what would be (decide.h), so that both say the same.
 */
#ifndef PKG_POLICY_REASON_H
#define PKG_POLICY_REASON_H

#include "pkg/policy/model.h"
#include "pkg/policy/ways.h"

#define REASON_MAX 65536 /* bytes of each part */

struct reason {
	struct buf cause;   /* what follows "nginx may not read /x: " */
	struct buf rule;    /* nearest rule in words; empty: none */
	struct buf missing; /* what no rule grants */
	struct buf fix;	    /* JSON: what goes into the layer's object */
};

void reason_init(struct reason *r);
void reason_done(struct reason *r);
/* Return: 0; -E2BIG, -ENOMEM of any part. */
int reason_error(const struct reason *r);

/* The rights of @mask that this kernel would deny at @path. */
uint64_t fs_denied(const struct model *m, uint64_t mask, struct span path);
/* Likewise those that the document denies and this kernel does not. */
uint64_t fs_unenforced(const struct model *m, uint64_t mask, struct span path);

/* The rule that holds the path; failing that, the one that shares most of it,
 * and of those one that has a right of @mask; NULL for none. */
const struct landlock_path *rule_nearest(const struct model *m,
					 struct span path, uint64_t mask);
/* "/etc (read_file, read_dir)" */
void rule_print(struct buf *out, const struct landlock_path *p);

/* Rights that no rule grants, at one path or two; @subject is the path that
 * the sentence is about: "there". */
void reason_paths(struct reason *r, const struct model *m,
		  const struct need *missing, size_t count,
		  struct span subject);
void reason_port(struct reason *r, const struct model *m,
		 const struct right *right, uint16_t port);
/* A scope, or "ptrace", which every sandbox denies. */
void reason_scope(struct reason *r, const struct right *right);
void reason_ptrace(struct reason *r);

/* "SCMP_ACT_ERRNO(EPERM) if argument 2 is 262" */
void call_rule_print(struct buf *out, const struct profile *p,
		     const struct rule *r);
/* What holds for a call that no rule names: "defaultAction SCMP_ACT_KILL". */
void default_print(struct buf *out, const struct profile *p, uint32_t ret);
/* The rule that allows these calls. */
void call_fix(struct reason *r, const char *const *names, size_t count);
/* Does the call go through? Traced ones do not: nobody traces. */
bool call_is_permitted(uint32_t ret);

/* Append ,"bundle":N,"generation":N,"role":...,"signers":[...] */
void origin_json(const struct policy *p, const struct model *m,
		 struct buf *out);
/* Append "; bundle 3, signed by 1a2b" */
void origin_print(const struct policy *p, const struct model *m,
		  struct buf *out);
/* Append ,"key":text or null. */
void text_or_null(struct buf *out, const char *key, const struct buf *text);

#endif
