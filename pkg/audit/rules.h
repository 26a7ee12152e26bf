/* SPDX-License-Identifier: Apache-2.0 */
/* rules.h - the kernel's audit rules that bailiff owns.
 *
 * Each carries a key that begins with RULE_KEY_PREFIX; by it the rules of a
 * predecessor that was killed are found and removed. Nobody else's are touched.
 */
#ifndef PKG_AUDIT_RULES_H
#define PKG_AUDIT_RULES_H

#include <linux/audit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/span.h"

#define RULE_KEY_PREFIX "bailiff"
#define RULE_KEY_SELF	"bailiff-self"
#define RULE_KEY_EXEC	"bailiff"
#define RULE_KEY_DENIED "bailiff-denied"
#define RULE_KEY_MUTED	"bailiff-muted"
/* In front of the author's key, in rules that a policy brings. */
#define RULE_KEY_POLICY "bailiff-rule\1"
#define RULES_SET_MAX	1024 /* rules that a policy brings */
#define RULES_OWN_MAX	2048 /* all of bailiff's, those included */

/* The kernel's struct audit_rule_data with room for its strings. */
struct audit_rule {
	uint32_t flags, action, field_count;
	uint32_t mask[AUDIT_BITMASK_SIZE];
	uint32_t fields[AUDIT_MAX_FIELDS];
	uint32_t values[AUDIT_MAX_FIELDS];
	uint32_t fieldflags[AUDIT_MAX_FIELDS];
	uint32_t buflen;
	char buf[64]; /* the key; no final NUL */
};

/* "never,exit -F sessionid=SES": our own system calls, before any other rule.
 * By session, never by auid: an auid that anybody can write would make anybody
 * invisible. */
void rule_exempt_session(struct audit_rule *r, uint32_t ses);

/* "always,exit -F arch=NATIVE -S execve,execveat -F auid>=LOW -F auid<=HIGH".
 */
void rule_exec(struct audit_rule *r, uint32_t low, uint32_t high);

/* The same for the machine's 32-bit calls, which a 64-bit process may make too.
 * Return: false when it has none. */
bool rule_exec_compat(struct audit_rule *r, uint32_t low, uint32_t high);

/* "always,exit -F auid=AUID -F exit=-CODE": refused calls of one service, for
 * kernels that record no Landlock denial. @code: EACCES or EPERM. */
void rule_denied(struct audit_rule *r, uint32_t auid, int code);

/* As rule_denied() for a range of auids. */
void rule_denied_range(struct audit_rule *r, uint32_t low, uint32_t high,
		       int code);

/* "never,exclude -F auid=AUID -F pid=PID -F msgtype=TYPE": the kernel makes no
 * such record of that process, or of any with this auid if @pid is 0. The list
 * "exclude" looks at auid, uid, gid, pid, exe and msgtype alone; it takes
 * others, the session among them and keys, and then ends at that rule without
 * excluding anything (kernel/audit.c, audit_filter()). So these rules have no
 * key: they are known by their auid, which must be a reserved one. */
void rule_exclude(struct audit_rule *r, uint32_t auid, int32_t pid,
		  uint16_t type);

/* "never,exit -F sessionid=SES -F exit=-CODE", before any other rule: refused
 * calls of one session. */
void rule_mute(struct audit_rule *r, uint32_t ses, int code);

/* Is it bailiff's: its key says so, or rule_exclude() made it for an auid
 * between these two? */
bool audit_rule_is_ours(struct span rule, uint32_t low, uint32_t high);

/* @fd: from audit_control_open(). Return: 0, also when the very same rule is
 * there already; -EPERM without the privilege or when locked; -EINVAL. */
int audit_rule_add(int fd, const struct audit_rule *r, struct err *e);

/* Return: as audit_rule_add(); 0 when it is not there. */
int audit_rule_delete(int fd, const struct audit_rule *r, struct err *e);

/* Append every rule as a blob, in the kernel's order. Return: 0; as
 * audit_rule_add(). */
int audit_rules_list(int fd, struct buf *out, struct err *e);

/* Add these behind those that are there, or delete them. @rules: blobs, as they
 * are listed. One that the kernel refuses does not keep the others away.
 * Return: 0; the first refusal, as audit_rule_add(). */
int audit_rules_add(int fd, struct span rules, struct err *e);
int audit_rules_delete(int fd, struct span rules, struct err *e);

/* Delete those of rule_exclude() for auids between these two. Return: 0; as
 * audit_rule_add(). */
int audit_excludes_clear(int fd, uint32_t low, uint32_t high, struct err *e);

/**
 * audit_rules_restore() - bailiff's rules are those in @rules and no others.
 * @rules: as audit_rules_list() gave them; of others' in it nothing is done.
 *
 * All of bailiff's are deleted and put in front of everybody else's, in their
 * order: for that moment there are none. One that the kernel refuses does not
 * keep the others from being put back.
 *
 * Return: 0; the first refusal, as audit_rule_add(), -ENOENT for a path that is
 * gone; -EBADMSG.
 */
int audit_rules_restore(int fd, struct span rules, uint32_t low, uint32_t high,
			struct err *e);

/**
 * audit_rules_clear() - delete every rule whose key begins with @prefix.
 * @ret_count: how many there were.
 */
int audit_rules_clear(int fd, const char *prefix, size_t *ret_count,
		      struct err *e);

/**
 * audit_rule_check() - may bailiff add this rule, which another process made?
 * @rule: struct audit_rule_data and its strings.
 * @low, @high: the auids that it may be about.
 *
 * It must be of the list "exit", record, be bounded to auids between those two,
 * carry a key that begins with RULE_KEY_POLICY, and be whole to the byte. What
 * its other fields mean is the kernel's business: they only narrow it.
 *
 * Return: 0; -EBADMSG.
 */
int audit_rule_check(struct span rule, uint32_t low, uint32_t high,
		     struct err *e);

/**
 * audit_rules_set() - these and no others have keys of RULE_KEY_POLICY.
 * @rules: blobs (lib/buf.h) of struct audit_rule_data and its strings, each
 *         checked; at most RULES_SET_MAX.
 * @goes_first: new ones go before all rules that are there, else behind.
 * @ret_count: how many stand then; may be NULL.
 *
 * What is missing is added and read back before what is too many goes: at any
 * moment the old rules or the new ones are whole. When one cannot be added, or
 * the kernel has it otherwise, the new ones go again and the old ones stay.
 *
 * Return: 0; -EBADMSG; -E2BIG; as audit_rule_add(); -ENOENT for a path whose
 * directory is not there; -EIO when the kernel has another rule than was asked
 * for; -ENOMEM.
 */
int audit_rules_set(int fd, struct span rules, bool goes_first,
		    size_t *ret_count, struct err *e);

/* The key of a rule as the kernel lists it; empty without one. */
struct span audit_rule_key(struct span rule);

#endif
