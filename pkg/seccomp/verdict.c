/* SPDX-License-Identifier: Apache-2.0 */
/* verdict.c - what a profile means for one call, to be read beside the
 * specification (profile.h). The generator shares nothing with it but the list
 * of rules.
 */
#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>

#include "pkg/seccomp/profile.h"

uint32_t token_of(uint32_t arch, uint32_t nr)
{
	/* -1 is what a tracer leaves to skip a call. */
	if (arch == AUDIT_ARCH_X86_64 && nr >= X32_BIT && nr != UINT32_MAX)
		return SCMP_ARCH_X32;
	return arch;
}

bool token_is_narrow(uint32_t token)
{
	return (token & __AUDIT_ARCH_64BIT) == 0 && token != SCMP_ARCH_X32;
}

const struct profile_arch *profile_arch(const struct profile *p, uint32_t token)
{
	for (size_t i = 0; i < p->arch_count; i++)
		if (p->archs[i].token == token)
			return &p->archs[i];
	return NULL;
}

const struct rule *profile_rules(const struct profile *p, uint32_t token,
				 uint32_t nr, size_t *ret_count)
{
	size_t low = 0, high = p->rule_count, n = 0;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;
		const struct rule *r = &p->rules[mid];

		if (r->token < token || (r->token == token && r->nr < nr))
			low = mid + 1;
		else
			high = mid;
	}
	while (low + n < p->rule_count && p->rules[low + n].token == token &&
	       p->rules[low + n].nr == nr)
		n++;
	*ret_count = n;
	return n != 0 ? &p->rules[low] : NULL;
}

bool cond_holds(const struct cond *c, uint64_t arg)
{
	switch (c->op) {
	case COND_NE:
		return arg != c->value;
	case COND_LT:
		return arg < c->value;
	case COND_LE:
		return arg <= c->value;
	case COND_EQ:
		return arg == c->value;
	case COND_GE:
		return arg >= c->value;
	case COND_GT:
		return arg > c->value;
	case COND_MASKED_EQ:
		return (arg & c->value) == c->value_two;
	default:
		return false;
	}
}

static bool rule_matches(const struct profile *p, const struct rule *rule,
			 const struct seccomp_data *d)
{
	for (uint32_t i = 0; i < rule->count; i++) {
		const struct cond *c = &p->conds[rule->first + i];
		const uint64_t arg = d->args[c->index];

		if (!cond_holds(c, token_is_narrow(rule->token) ? (uint32_t)arg
								: arg))
			return false;
	}
	return true;
}

uint32_t profile_verdict(const struct profile *p, const struct seccomp_data *d)
{
	const uint32_t nr = (uint32_t)d->nr;
	const uint32_t token = token_of(d->arch, nr);
	const struct profile_arch *arch = profile_arch(p, token);
	size_t count;
	const struct rule *rules = profile_rules(p, token, nr, &count);
	bool has_match = false;
	uint32_t verdict = 0;

	/* x32 calls come as x86-64's; nothing comes with libseccomp's token. */
	if (arch == NULL || d->arch == SCMP_ARCH_X32)
		return BAD_ARCH_RET;
	for (size_t i = 0; i < count; i++) {
		const struct rule *r = &rules[i];

		if (!rule_matches(p, r, d))
			continue;
		if (!has_match || action_rank(r->ret) > action_rank(verdict))
			verdict = r->ret;
		has_match = true;
	}
	if (has_match)
		return verdict;
	if (arch->has_last && nr > arch->last && nr != UINT32_MAX &&
	    action_rank(p->default_ret) > action_rank(SECCOMP_RET_TRACE))
		return SECCOMP_RET_ERRNO | ENOSYS;
	return p->default_ret;
}
