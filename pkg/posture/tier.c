/* SPDX-License-Identifier: Apache-2.0 */
/* tier.c - what follows from the facts; see posture.h. */
#include "pkg/posture/posture.h"

#define RECORDS_ABI 7 /* Landlock ABI from which denials are recorded */

static const struct {
	const char *word, *sentence;
} tiers[TIER_COUNT] = {
	/* clang-format off */
	[TIER_FULL] = { "full", "Landlock denies and records it; eBPF programs can deny" },
	[TIER_NO_LSM_BPF] = { "no-lsm-bpf", "Landlock denies and records it; no eBPF program can deny" },
	[TIER_OLD_LANDLOCK] = { "old-landlock", "Landlock denies, and what it denies is inferred from errno" },
	[TIER_STOCK] = { "stock", "no Landlock: system calls and capabilities alone are denied; AppArmor is there" },
	[TIER_SECCOMP_ONLY] = { "seccomp-only", "no Landlock and no AppArmor: system calls and capabilities alone are denied" },
	/* clang-format on */
};

static uint64_t abi_of(const struct posture *p)
{
	const struct posture_value *v = &p->facts[FACT_LANDLOCK];

	return v->state == POSTURE_YES ? v->number : 0;
}

enum posture_tier posture_tier(const struct posture *p)
{
	const uint64_t abi = abi_of(p);

	if (abi >= RECORDS_ABI)
		return p->facts[FACT_BPF_LSM].state == POSTURE_YES
			       ? TIER_FULL
			       : TIER_NO_LSM_BPF;
	if (abi != 0)
		return TIER_OLD_LANDLOCK;
	return p->facts[FACT_APPARMOR].state == POSTURE_YES ? TIER_STOCK
							    : TIER_SECCOMP_ONLY;
}

bool posture_tier_is_certain(const struct posture *p)
{
	const uint64_t abi = abi_of(p);

	if (p->facts[FACT_LANDLOCK].state == POSTURE_UNKNOWN)
		return false;
	if (abi >= RECORDS_ABI)
		return p->facts[FACT_BPF_LSM].state != POSTURE_UNKNOWN;
	return abi != 0 || p->facts[FACT_APPARMOR].state != POSTURE_UNKNOWN;
}

const char *posture_tier_word(enum posture_tier tier)
{
	return tiers[tier].word;
}

const char *posture_tier_sentence(enum posture_tier tier)
{
	return tiers[tier].sentence;
}

/* From which Landlock ABI on a kernel can deny it: pkg/policy refuses or
 * reports what a policy asked for; these hold for every service, whatever it
 * asked for. */
static const struct {
	uint32_t abi; /* UINT32_MAX: none known */
	const char *sentence;
} gaps[] = {
	{ 1, "files and directories: there is no Landlock (ABI 1)" },
	{ 3, "truncating files that may not be written (ABI 3)" },
	{ 4, "TCP ports (ABI 4)" },
	{ 5, "ioctl on device files (ABI 5)" },
	{ 6, "signals and abstract unix sockets across services (ABI 6)" },
	{ 7, "a record of each file denial; found by errno instead (ABI 7)" },
	{ 9, "connecting to unix sockets by path (ABI 9)" },
	{ 10, "UDP ports, beyond what a seccomp profile closes (ABI 10)" },
	{ UINT32_MAX, "stat, chmod, chown and utimes on paths outside of the "
		      "rules, where the service's uid and capabilities "
		      "permit them" },
};

const char *posture_not_denied(const struct posture *p, size_t nth)
{
	const uint64_t abi = abi_of(p);

	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++)
		if (abi < gaps[i].abi && nth-- == 0)
			return gaps[i].sentence;
	return NULL;
}
