/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_draft.h - a random OCI profile, and what it says, worked out anew.
 *
 * The draft knows names and numbers of its own and is evaluated straight from
 * its entries, as bailiff-policy(5) words it: nothing of pkg/seccomp is asked.
 * The same draft printed as JSON is what the compiler gets.
 */
#ifndef TEST_DIFF_SECCOMP_DRAFT_H
#define TEST_DIFF_SECCOMP_DRAFT_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"

#define DRAFT_ENTRIES 6
#define DRAFT_NAMES   3
#define DRAFT_CONDS   3
#define X32	      0x40000000U

enum draft_arch {
	DRAFT_X86_64,
	DRAFT_X86,
	DRAFT_X32,
	DRAFT_AARCH64,
	DRAFT_ARM,
	DRAFT_RISCV64,
	DRAFT_ARCHS
};

/* A system call by name, with its number on each architecture. */
struct draft_call {
	const char *name;
	int numbers[DRAFT_ARCHS]; /* -1: none; x32's without the bit */
	uint32_t outer, part;	  /* on x86 also number @part of call @outer */
	bool is_harmless;	  /* may be made with any arguments */
};
extern const struct draft_call draft_calls[]; /* ended by a NULL name */

struct draft_cond {
	unsigned index, op; /* of draft_ops */
	uint64_t value, value_two;
};
extern const char *const draft_ops[7];

struct draft_entry {
	unsigned action;			 /* of draft_actions */
	int data;				 /* errnoRet, or -1 for none */
	unsigned names[DRAFT_NAMES], name_count; /* of draft_calls */
	struct draft_cond conds[DRAFT_CONDS];
	unsigned cond_count;
};

struct draft_action {
	const char *name;
	uint32_t ret;
	bool has_data;
};
extern const struct draft_action draft_actions[8];

struct draft {
	enum draft_arch native;
	unsigned archs; /* mask of those listed, always with the native one */
	unsigned flags; /* mask of draft_flags */
	unsigned action;
	int data;
	struct draft_entry entries[DRAFT_ENTRIES];
	unsigned count;
};

extern const char *const draft_flags[3]; /* SPEC_ALLOW, LOG, TSYNC */

/* AUDIT_ARCH_* of one; x32's is that of x86_64. */
extern const uint32_t draft_tokens[DRAFT_ARCHS];

/* A generator of numbers: the same from the same seed. */
struct draft_dice {
	uint64_t state;
};
uint64_t dice_roll(struct draft_dice *d);
unsigned dice_below(struct draft_dice *d, unsigned n);
/* A constant as filters compare with: at the edges of 32 and 64 bits. */
uint64_t dice_constant(struct draft_dice *d);

void draft_make(struct draft *ret, struct draft_dice *dice);
void draft_json(const struct draft *d, struct buf *out);

/* SECCOMP_RET_* with its data of an action and its errnoRet. */
uint32_t draft_ret(unsigned action, int data);

/* Whether the entry's conditions are alternatives: an index stands twice. */
bool draft_is_either(const struct draft_entry *e);

/* Whether the compiler has to refuse it: a call that is part of socketcall or
 * ipc is restricted by arguments that a filter cannot see. */
bool draft_is_refused(const struct draft *d);

/* The architecture a call comes from; DRAFT_ARCHS for none of them. */
enum draft_arch draft_arch_of(const struct seccomp_data *data);

/**
 * draft_says() - the verdict on one call.
 * @has_ceiling: whether numbers above the highest that is named give ENOSYS,
 *               as runc adds to what libseccomp makes.
 */
uint32_t draft_says(const struct draft *d, const struct seccomp_data *data,
		    bool has_ceiling);

#endif
