/* SPDX-License-Identifier: Apache-2.0 */
/* route.c - see route.h. */
#include "pkg/seccomp/route.h"

#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stddef.h>

#define ROUTES_MAX (16 * PROGRAM_MAX)

/* The calls that are on one way. */
struct way {
	size_t at;
	size_t word;	    /* offset of what is in the accumulator */
	uint32_t arch;	    /* 0: one that nothing was equal to */
	uint32_t low, high; /* their numbers */
};

struct route {
	const struct profile *profile;
	const struct program *program;
	size_t routes;
	struct err *e;
};

static int refuse(struct route *r, const struct way *w, const char *what)
{
	return err_set(r->e, EPROTO,
		       "instruction %zu of the seccomp program %s, for calls "
		       "0x%x to 0x%x of architecture 0x%x: it is not used",
		       w->at, what, w->low, w->high, w->arch);
}

static bool has_conds(const struct profile *p, uint32_t arch, uint32_t nr)
{
	size_t count;
	const struct rule *rules =
		profile_rules(p, token_of(arch, nr), nr, &count);

	for (size_t i = 0; i < count; i++)
		if (rules[i].count != 0)
			return true;
	return false;
}

/* Every one of these calls has rules with conditions. */
static int args_check(struct route *r, const struct way *w)
{
	bool is_right =
		w->arch != 0 && w->high - w->low < r->profile->rule_count;

	for (uint32_t i = 0; is_right && i <= w->high - w->low; i++)
		is_right = has_conds(r->profile, w->arch, w->low + i);
	return is_right ? 0 : refuse(r, w, "looks at arguments");
}

static int walk(struct route *r, struct way w);

/* Those of @w with numbers from @low to @high, at @to. */
static int part(struct route *r, const struct way *w, size_t to, uint32_t low,
		uint32_t high)
{
	struct way next = *w;

	next.at = to;
	next.low = low > w->low ? low : w->low;
	next.high = high < w->high ? high : w->high;
	return next.low <= next.high ? walk(r, next) : 0;
}

/* Whether calls that come with @arch are spoken of: x32's with x86-64. */
static bool is_listed(const struct profile *p, uint32_t arch)
{
	if (arch == AUDIT_ARCH_X86_64 && profile_arch(p, SCMP_ARCH_X32) != NULL)
		return true;
	return arch != SCMP_ARCH_X32 && profile_arch(p, arch) != NULL;
}

static int arch_test(struct route *r, const struct way *w, uint32_t k,
		     size_t yes, size_t no)
{
	struct way next = *w;
	int result;

	if (!is_listed(r->profile, k))
		return refuse(r, w, "knows an architecture that is not listed");
	next.at = yes;
	next.arch = k;
	result = walk(r, next);
	next.at = no;
	next.arch = 0;
	return result < 0 ? result : walk(r, next);
}

static int number_test(struct route *r, const struct way *w,
		       const struct sock_filter *i, size_t yes, size_t no)
{
	const uint32_t k = i->k;
	int result;

	if (BPF_OP(i->code) == BPF_JEQ) {
		result = part(r, w, yes, k, k);
		if (result == 0 && k != 0)
			result = part(r, w, no, 0, k - 1);
		if (result == 0 && k != UINT32_MAX)
			result = part(r, w, no, k + 1, UINT32_MAX);
		return result;
	}
	if (BPF_OP(i->code) == BPF_JGT) {
		result = part(r, w, no, 0, k);
		return result < 0 || k == UINT32_MAX
			       ? result
			       : part(r, w, yes, k + 1, UINT32_MAX);
	}
	result = part(r, w, yes, k, UINT32_MAX);
	return result < 0 || k == 0 ? result : part(r, w, no, 0, k - 1);
}

/* To the end of the way, or to where arguments are loaded. */
static int walk(struct route *r, struct way w)
{
	const struct sock_filter *i;

	for (;; w.at++) {
		i = &r->program->insns[w.at];
		if (i->code == (BPF_RET | BPF_K))
			return 0;
		if (i->code == (BPF_JMP | BPF_JA)) {
			w.at += i->k;
			continue;
		}
		if (i->code != (BPF_LD | BPF_W | BPF_ABS))
			break;
		w.word = i->k;
		if (w.word >= offsetof(struct seccomp_data, args))
			return args_check(r, &w);
		if (w.word == offsetof(struct seccomp_data, nr) && w.arch == 0)
			return refuse(r, &w, "knows no architecture");
	}
	if (++r->routes > ROUTES_MAX)
		return refuse(r, &w, "is on too many ways");
	if (w.word == offsetof(struct seccomp_data, nr) &&
	    BPF_CLASS(i->code) == BPF_JMP)
		return number_test(r, &w, i, w.at + 1 + i->jt,
				   w.at + 1 + i->jf);
	if (w.arch == 0 && i->code == (BPF_JMP | BPF_JEQ | BPF_K))
		return arch_test(r, &w, i->k, w.at + 1 + i->jt,
				 w.at + 1 + i->jf);
	return refuse(r, &w, "tests what it should not");
}

int program_routes(const struct profile *profile, const struct program *program,
		   struct err *e)
{
	struct route r = { .profile = profile, .program = program, .e = e };

	return walk(&r, (struct way){ .high = UINT32_MAX });
}
