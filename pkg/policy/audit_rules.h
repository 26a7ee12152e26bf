/* SPDX-License-Identifier: Apache-2.0 */
/* audit_rules.h - audit rules of a service or of the node, in auditctl's words
 * (bailiff-policy(5)).
 *
 * A subset: rules of the list "exit" that record, and watches. Each becomes one
 * rule of the kernel that is bounded to the auids of services, and whose key is
 * AUDIT_RULES_KEY, the byte 1 and the author's: auditctl's own form of several
 * keys. Nothing here asks the system for anything.
 */
#ifndef PKG_POLICY_AUDIT_RULES_H
#define PKG_POLICY_AUDIT_RULES_H

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/span.h"
#include "pkg/policy/lines.h"

#define AUDIT_RULES_KEY	      "bailiff-rule" /* in front of every key */
#define AUDIT_RULES_KEY_MAX   64	     /* bytes of the author's */
#define AUDIT_RULES_TEXT_MAX  4096	     /* bytes of one rule */
#define AUDIT_RULES_CALLS_MAX 256	     /* names in one rule */

/**
 * audit_rule_compile() - one rule as the kernel takes it.
 * @text: "-a always,exit -F arch=b64 -S openat -F success=0 -k opens" or
 *        "-w /etc/passwd -p wa -k passwd".
 * @low, @high: the auids whose calls it is about; one when they are the same.
 * @out: struct audit_rule_data and its strings are appended; nothing after a
 *       failure.
 *
 * Without "-F arch" the calls are those of the machine's own architecture;
 * without "-S" every call is meant. A path that ends in a slash is a directory
 * with all below it.
 *
 * Return: 0; -EBADMSG with what is wrong and what to write in @e; -E2BIG for a
 * limit; -ENOMEM.
 */
int audit_rule_compile(struct span text, uint32_t low, uint32_t high,
		       struct buf *out, struct err *e);

/* Do all of them compile? Return: 0; as audit_rule_compile(), with the entry's
 * number in @e. */
int audit_rules_check(const struct lines *rules, struct err *e);

/* audit_rule_compile() of each, appended as blobs. Return: likewise. */
int audit_rules_compile(const struct lines *rules, uint32_t low, uint32_t high,
			struct buf *out, struct err *e);

#endif
