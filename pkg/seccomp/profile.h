/* SPDX-License-Identifier: Apache-2.0 */
/* profile.h - an OCI runtime-spec seccomp object as a flat list of rules.
 *
 * Parsing resolves names to numbers (with libseccomp's tables) and nothing
 * else: what a profile means for one call is profile_verdict(), written to be
 * read beside the specification, and the generator (program.h) is held against
 * it. Where the specification is silent, bailiff-policy(5) says what holds:
 *
 * - of several matching rules the most restrictive action wins; of several
 *   with that action the first as written, with its errno;
 * - two conditions on one argument index are alternatives, as in runc;
 * - a rule that repeats the default action is skipped, as in runc;
 * - calls above the highest number that the profile names for an architecture
 *   give ENOSYS unless the default is to allow, log or trace, as in runc;
 * - a call from an architecture that is not listed kills the process;
 * - conditions on a call of a 32-bit architecture see 32 bits;
 * - a call that is also a number of socketcall or ipc on 32-bit x86 is meant
 *   both ways; with conditions only under its own number.
 */
#ifndef PKG_SECCOMP_PROFILE_H
#define PKG_SECCOMP_PROFILE_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/json.h"

#define PROFILE_RULES_MAX   16384
#define PROFILE_CONDS_MAX   16384
#define PROFILE_ARCHS_MAX   6
#define PROFILE_UNKNOWN_MAX 256 /* bytes */
#define X32_BIT		    0x40000000U
#define BAD_ARCH_RET	    SECCOMP_RET_KILL_PROCESS

enum cond_op {
	COND_NE,
	COND_LT,
	COND_LE,
	COND_EQ,
	COND_GE,
	COND_GT,
	COND_MASKED_EQ, /* (argument & value) == value_two */
};

struct cond {
	uint8_t index; /* of the argument, 0 to 5 */
	enum cond_op op;
	uint64_t value, value_two;
};

/* All conditions hold -> ret. */
struct rule {
	uint32_t token; /* libseccomp's architecture, x32 apart */
	uint32_t nr;	/* as in seccomp_data: x32 numbers have X32_BIT */
	uint32_t ret;	/* SECCOMP_RET_* with its data */
	uint32_t first, count; /* its conditions */
	uint32_t place;	       /* among all, as written */
};

struct profile_arch {
	uint32_t token;
	bool has_last; /* whether it names any call: */
	uint32_t last; /* above this number: ENOSYS */
};

struct profile {
	uint32_t default_ret;
	uint32_t flags; /* SECCOMP_FILTER_FLAG_*; always with LOG */
	struct profile_arch archs[PROFILE_ARCHS_MAX];
	size_t arch_count;
	struct rule *rules; /* sorted by token, nr; then as written */
	size_t rule_count, rule_cap;
	struct cond *conds;
	size_t cond_count, cond_cap;
	size_t unknown; /* names that no architecture has, in allowing rules */
	size_t unknown_told; /* the first of them, in the text: */
	char unknown_names[PROFILE_UNKNOWN_MAX]; /* quoted, ", " between them */
};

/**
 * profile_parse() - check a linux.seccomp object and resolve its names.
 * @ret: the caller's, profile_done(); written on success only.
 *
 * Return: 0; -EBADMSG with member and cause in @e (also for SCMP_ACT_NOTIFY,
 * for a listener, and for a name nobody knows in a rule that restricts);
 * -E2BIG; -ENOMEM.
 */
int profile_parse(const json_t *object, struct profile *ret, struct err *e);

/* As profile_parse(), for a machine whose own architecture is @native
 * (libseccomp's token): it is always part of the profile. */
int profile_parse_for(const json_t *object, uint32_t native,
		      struct profile *ret, struct err *e);

/**
 * profile_arch_parse() - an architecture by the specification's name.
 * @ret: libseccomp's token; 0 for one that bailiff has no generator for.
 *
 * Return: 0; -EBADMSG when @value is none of the 23 names.
 */
int profile_arch_parse(const json_t *value, uint32_t *ret, struct err *e);

/* libseccomp's token for "SCMP_ARCH_X86_64" and the like; 0 for an
 * architecture that bailiff has no generator for. */
uint32_t profile_arch_token(struct span name);

/**
 * profile_allow() - the profile of a list: these calls, natively, or @other.
 * @names: ended by NULL.
 * @other: SECCOMP_RET_* for everything else.
 *
 * Return: 0; -EINVAL with a name that does not exist in @e; -ENOMEM.
 */
int profile_allow(const char *const *names, uint32_t other, struct profile *ret,
		  struct err *e);
void profile_done(struct profile *p);

/**
 * profile_verdict() - what the profile says about one call, literally.
 *
 * Return: SECCOMP_RET_* with its data.
 */
uint32_t profile_verdict(const struct profile *p, const struct seccomp_data *d);

/* "SCMP_CMP_EQ" and the like. */
const char *cond_op_name(enum cond_op op);

bool cond_holds(const struct cond *c, uint64_t arg);

/* Append the names that were left out, in words: "\"raed\" and 3 other names
 * are no system calls and are left out". Nothing when there are none. */
void profile_unknown_print(const struct profile *p, struct buf *out);

/* How much an action restricts: the kernel's own order of precedence
 * (seccomp(2)), larger is stricter. */
int action_rank(uint32_t ret);

/* "SCMP_ACT_ERRNO(EPERM)" and the like, for people. */
void action_print(struct buf *out, uint32_t ret);

/* The token whose calls come with @arch and @nr in seccomp_data: x32 or the
 * architecture itself. */
uint32_t token_of(uint32_t arch, uint32_t nr);

/* Whether the calls of @token see only the lower halves of their arguments.
 * The upper ones may hold anything: the kernel cuts them off (regs->bx of an
 * int $0x80 made by 64-bit code has them, arch/x86/include/asm/syscall.h), and
 * so does the meaning of a condition. */
bool token_is_narrow(uint32_t token);

/* The rules of one call: the first, and how many; NULL for none. */
const struct rule *profile_rules(const struct profile *p, uint32_t token,
				 uint32_t nr, size_t *ret_count);

/* The architecture's row, or NULL when it is not listed. */
const struct profile_arch *profile_arch(const struct profile *p,
					uint32_t token);

/* Append the call's name at @token, or its number when it has none. */
void syscall_print(struct buf *out, uint32_t token, uint32_t nr);

#endif
