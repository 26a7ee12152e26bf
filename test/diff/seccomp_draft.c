/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_draft.c - see seccomp_draft.h. */
#include "test/diff/seccomp_draft.h"

#include <errno.h>
#include <linux/audit.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* clang-format off */
const struct draft_call draft_calls[] = {
	/* x86_64  x86  x32 aarch64 arm riscv64 */
	{ "getpid",    {  39,  20,  39, 172,  20, 172 }, 0, 0, true },
	{ "getppid",   { 110,  64, 110, 173,  64, 173 }, 0, 0, true },
	{ "getuid",    { 102,  24, 102, 174,  24, 174 }, 0, 0, true },
	{ "getgid",    { 104,  47, 104, 176,  47, 176 }, 0, 0, true },
	{ "geteuid",   { 107,  49, 107, 175,  49, 175 }, 0, 0, true },
	{ "getegid",   { 108,  50, 108, 177,  50, 177 }, 0, 0, true },
	{ "gettid",    { 186, 224, 186, 178, 224, 178 }, 0, 0, true },
	{ "getpgrp",   { 111,  65, 111,  -1,  65,  -1 }, 0, 0, true },
	{ "getuid32",  {  -1, 199,  -1,  -1, 199,  -1 }, 0, 0, true },
	{ "getegid32", {  -1, 202,  -1,  -1, 202,  -1 }, 0, 0, true },
	{ "read",      {   0,   3,   0,  63,   3,  63 }, 0, 0, false },
	{ "ioctl",     {  16,  54, 514,  29,  54,  29 }, 0, 0, false },
	{ "prctl",     { 157, 172, 157, 167, 172, 167 }, 0, 0, false },
	{ "clone3",    { 435, 435, 435, 435, 435, 435 }, 0, 0, false },
	{ "socket",    {  41, 359,  41, 198, 281, 198 }, 102, 1, false },
	{ "sendmmsg",  { 307, 345, 538, 269, 374, 269 }, 102, 20, false },
	{ "shmat",     {  30, 397,  30, 196, 305, 196 }, 117, 21, false },
	{ 0 },
};

const char *const draft_ops[7] = { "NE", "LT", "LE", "EQ", "GE", "GT",
				   "MASKED_EQ" };

const char *const draft_flags[3] = { "SPEC_ALLOW", "LOG", "TSYNC" };

const struct draft_action draft_actions[8] = {
	{ "ALLOW",        SECCOMP_RET_ALLOW,        false },
	{ "ERRNO",        SECCOMP_RET_ERRNO,        true },
	{ "LOG",          SECCOMP_RET_LOG,          false },
	{ "TRACE",        SECCOMP_RET_TRACE,        true },
	{ "TRAP",         SECCOMP_RET_TRAP,         false },
	{ "KILL",         SECCOMP_RET_KILL_THREAD,  false },
	{ "KILL_THREAD",  SECCOMP_RET_KILL_THREAD,  false },
	{ "KILL_PROCESS", SECCOMP_RET_KILL_PROCESS, false },
};

const uint32_t draft_tokens[DRAFT_ARCHS] = {
	AUDIT_ARCH_X86_64,  AUDIT_ARCH_I386, AUDIT_ARCH_X86_64,
	AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM,  AUDIT_ARCH_RISCV64,
};
static const char *const arch_names[DRAFT_ARCHS] = {
	"X86_64", "X86", "X32", "AARCH64", "ARM", "RISCV64",
};
/* clang-format on */

/* ---- chance ------------------------------------------------------------ */

/* splitmix64: any seed is as good as any other. */
uint64_t dice_roll(struct draft_dice *d)
{
	uint64_t z = d->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

unsigned dice_below(struct draft_dice *d, unsigned n)
{
	return (unsigned)(dice_roll(d) >> 32) % n;
}

uint64_t dice_constant(struct draft_dice *d)
{
	static const uint64_t edges[] = {
		0,	     1,		  3,	       15,	   16,
		0x7fffffff,  0x80000000,  0x7e020000,  0xffffffff, 1ULL << 32,
		0x100000001, 0x1ffffffff, 0x200000000, INT64_MAX,  1ULL << 62,
	};

	if (dice_below(d, 5) != 0)
		return edges[dice_below(d, COUNT(edges))];
	return dice_roll(d) >> dice_below(d, 63);
}

static int data_make(struct draft_dice *dice, unsigned action)
{
	static const int codes[] = { -1, 0, 1, 13, ENOSYS, 4094 };

	return draft_actions[action].has_data
		       ? codes[dice_below(dice, COUNT(codes))]
		       : -1;
}

/* Allow and errno are half of all: that is where profiles are long. */
static unsigned action_make(struct draft_dice *dice)
{
	return dice_below(dice, dice_below(dice, 2) != 0 ? 2 : 8);
}

static void entry_make(struct draft_entry *e, struct draft_dice *dice)
{
	*e = (struct draft_entry){ .action = action_make(dice) };
	e->data = data_make(dice, e->action);
	e->name_count = 1 + dice_below(dice, DRAFT_NAMES);
	/* Few names, so that rules meet. */
	for (unsigned i = 0; i < e->name_count; i++)
		e->names[i] = dice_below(
			dice, dice_below(dice, 3) != 0
				      ? 4
				      : (unsigned)COUNT(draft_calls) - 1);
	e->cond_count = dice_below(dice, DRAFT_CONDS + 1);
	for (unsigned i = 0; i < e->cond_count; i++) {
		struct draft_cond *c = &e->conds[i];

		c->index = dice_below(dice, dice_below(dice, 3) ? 3 : 6);
		c->op = dice_below(dice, COUNT(draft_ops));
		c->value = dice_constant(dice);
		c->value_two = dice_constant(dice);
		if (c->op == 6 && dice_below(dice, 4) != 0)
			c->value_two &= c->value;
	}
}

/* Every entry on the same call with the same action: where libseccomp merges
 * what it should not. */
static void draft_focus(struct draft *d)
{
	for (unsigned i = 0; i < d->count; i++) {
		struct draft_entry *e = &d->entries[i];

		e->action = d->entries[0].action;
		e->data = d->entries[0].data;
		e->names[0] = d->entries[0].names[0];
		e->name_count = 1;
	}
}

void draft_make(struct draft *ret, struct draft_dice *dice)
{
	struct draft d = { .native = DRAFT_X86_64 };

	if (dice_below(dice, 5) == 0)
		d.native = (enum draft_arch)dice_below(dice, DRAFT_ARCHS);
	d.archs = 1U << d.native;
	while (dice_below(dice, 3) == 0)
		d.archs |= 1U << dice_below(dice, dice_below(dice, 2)
							  ? DRAFT_ARCHS
							  : DRAFT_X32 + 1);
	d.flags = dice_below(dice, 2) ? 0 : dice_below(dice, 8);
	d.action = action_make(dice);
	d.data = data_make(dice, d.action);
	d.count = 1 + dice_below(dice, DRAFT_ENTRIES);
	for (unsigned i = 0; i < d.count; i++)
		entry_make(&d.entries[i], dice);
	if (dice_below(dice, 3) == 0)
		draft_focus(&d);
	*ret = d;
}

/* ---- as JSON ----------------------------------------------------------- */

static void data_json(const char *member, int data, struct buf *out)
{
	if (data >= 0)
		buf_printf(out, ",\"%s\":%d", member, data);
}

static void conds_json(const struct draft_entry *e, struct buf *out)
{
	for (unsigned i = 0; i < e->cond_count; i++) {
		const struct draft_cond *c = &e->conds[i];

		buf_printf(out,
			   "%s{\"index\":%u,\"value\":%llu,\"valueTwo\":%llu,"
			   "\"op\":\"SCMP_CMP_%s\"}",
			   i != 0 ? "," : ",\"args\":[", c->index,
			   (unsigned long long)c->value,
			   (unsigned long long)c->value_two, draft_ops[c->op]);
	}
	buf_puts(out, e->cond_count != 0 ? "]" : "");
}

void draft_json(const struct draft *d, struct buf *out)
{
	const char *between = "";

	buf_printf(out, "{\"defaultAction\":\"SCMP_ACT_%s\"",
		   draft_actions[d->action].name);
	data_json("defaultErrnoRet", d->data, out);
	buf_puts(out, ",\"architectures\":[");
	for (unsigned i = 0; i < DRAFT_ARCHS; i++)
		if ((d->archs & 1U << i) != 0) {
			buf_printf(out, "%s\"SCMP_ARCH_%s\"", between,
				   arch_names[i]);
			between = ",";
		}
	buf_puts(out, "],\"flags\":[");
	between = "";
	for (unsigned i = 0; i < COUNT(draft_flags); i++)
		if ((d->flags & 1U << i) != 0) {
			buf_printf(out, "%s\"SECCOMP_FILTER_FLAG_%s\"", between,
				   draft_flags[i]);
			between = ",";
		}
	buf_puts(out, "],\"syscalls\":[");
	for (unsigned i = 0; i < d->count; i++) {
		const struct draft_entry *e = &d->entries[i];

		buf_puts(out, i != 0 ? ",{\"names\":[" : "{\"names\":[");
		for (unsigned k = 0; k < e->name_count; k++)
			buf_printf(out, "%s\"%s\"", k != 0 ? "," : "",
				   draft_calls[e->names[k]].name);
		buf_printf(out, "],\"action\":\"SCMP_ACT_%s\"",
			   draft_actions[e->action].name);
		data_json("errnoRet", e->data, out);
		conds_json(e, out);
		buf_puts(out, "}");
	}
	buf_puts(out, "]}");
}

/* ---- what it says ------------------------------------------------------ */

uint32_t draft_ret(unsigned action, int data)
{
	const struct draft_action *a = &draft_actions[action];

	return a->ret | (a->has_data ? (uint32_t)(data < 0 ? EPERM : data) : 0);
}

/* The kernel's order: as signed numbers, the smaller is stricter. */
static bool is_stricter(uint32_t a, uint32_t b)
{
	return (int32_t)(a & SECCOMP_RET_ACTION_FULL) <
	       (int32_t)(b & SECCOMP_RET_ACTION_FULL);
}

static bool is_permissive(uint32_t ret)
{
	const uint32_t action = ret & SECCOMP_RET_ACTION_FULL;

	return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG ||
	       action == SECCOMP_RET_TRACE;
}

bool draft_is_either(const struct draft_entry *e)
{
	unsigned seen = 0;

	for (unsigned i = 0; i < e->cond_count; i++) {
		if ((seen & 1U << e->conds[i].index) != 0)
			return true;
		seen |= 1U << e->conds[i].index;
	}
	return false;
}

bool draft_is_refused(const struct draft *d)
{
	const uint32_t other = draft_ret(d->action, d->data);

	if ((d->archs & 1U << DRAFT_X86) == 0 || !is_permissive(other))
		return false;
	for (unsigned i = 0; i < d->count; i++) {
		const struct draft_entry *e = &d->entries[i];

		for (unsigned k = 0; k < e->name_count; k++)
			if (draft_calls[e->names[k]].outer != 0 &&
			    e->cond_count != 0 &&
			    is_stricter(draft_ret(e->action, e->data), other))
				return true;
	}
	return false;
}

enum draft_arch draft_arch_of(const struct seccomp_data *data)
{
	const uint32_t nr = (uint32_t)data->nr;

	if (data->arch == AUDIT_ARCH_X86_64)
		return nr >= X32 && nr != UINT32_MAX ? DRAFT_X32 : DRAFT_X86_64;
	for (unsigned i = 0; i < DRAFT_ARCHS; i++)
		if (draft_tokens[i] == data->arch)
			return (enum draft_arch)i;
	return DRAFT_ARCHS;
}

static uint32_t number_of(const struct draft_call *c, enum draft_arch arch)
{
	return (uint32_t)c->numbers[arch] | (arch == DRAFT_X32 ? X32 : 0);
}

static bool cond_says(const struct draft_cond *c, enum draft_arch arch,
		      const struct seccomp_data *data)
{
	uint64_t a = data->args[c->index];

	if (arch == DRAFT_X86 || arch == DRAFT_ARM)
		a &= UINT32_MAX;
	return c->op == 0   ? a != c->value
	       : c->op == 1 ? a < c->value
	       : c->op == 2 ? a <= c->value
	       : c->op == 3 ? a == c->value
	       : c->op == 4 ? a >= c->value
	       : c->op == 5 ? a > c->value
			    : (a & c->value) == c->value_two;
}

static bool conds_say(const struct draft_entry *e, enum draft_arch arch,
		      const struct seccomp_data *data)
{
	const bool is_either = draft_is_either(e);

	for (unsigned i = 0; i < e->cond_count; i++)
		if (cond_says(&e->conds[i], arch, data) == is_either)
			return is_either;
	return !is_either;
}

/* Whether a name of the entry is this call, and its conditions hold. */
static bool entry_matches(const struct draft_entry *e, enum draft_arch arch,
			  const struct seccomp_data *data)
{
	const uint32_t nr = (uint32_t)data->nr;

	for (unsigned i = 0; i < e->name_count; i++) {
		const struct draft_call *c = &draft_calls[e->names[i]];
		const uint32_t mask = c->outer == 117 ? 0xffff : UINT32_MAX;

		if (c->numbers[arch] >= 0 && nr == number_of(c, arch) &&
		    conds_say(e, arch, data))
			return true;
		if (arch == DRAFT_X86 && c->outer != 0 && nr == c->outer &&
		    e->cond_count == 0 && (data->args[0] & mask) == c->part)
			return true;
	}
	return false;
}

/* Whether a number is above all that the profile names. */
static bool is_above(const struct draft *d, enum draft_arch arch, uint32_t nr)
{
	bool has_any = false;

	for (unsigned i = 0; i < d->count; i++)
		for (unsigned k = 0; k < d->entries[i].name_count; k++) {
			const struct draft_call *c =
				&draft_calls[d->entries[i].names[k]];

			if (c->numbers[arch] < 0)
				continue;
			has_any = true;
			if (nr <= number_of(c, arch))
				return false;
		}
	return has_any && nr != UINT32_MAX;
}

uint32_t draft_says(const struct draft *d, const struct seccomp_data *data,
		    bool has_ceiling)
{
	const enum draft_arch arch = draft_arch_of(data);
	const uint32_t other = draft_ret(d->action, d->data);
	uint32_t verdict = 0;
	bool has_match = false;

	if (arch == DRAFT_ARCHS || (d->archs & 1U << arch) == 0)
		return SECCOMP_RET_KILL_PROCESS;
	for (unsigned i = 0; i < d->count; i++) {
		const struct draft_entry *e = &d->entries[i];
		const uint32_t ret = draft_ret(e->action, e->data);

		if (ret == other || !entry_matches(e, arch, data) ||
		    (has_match && !is_stricter(ret, verdict)))
			continue;
		verdict = ret;
		has_match = true;
	}
	if (has_match)
		return verdict;
	if (has_ceiling && !is_permissive(other) &&
	    is_above(d, arch, (uint32_t)data->nr))
		return SECCOMP_RET_ERRNO | ENOSYS;
	return other;
}
