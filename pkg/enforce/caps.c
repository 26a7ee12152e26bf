/* SPDX-License-Identifier: Apache-2.0 */
/* caps.c - see caps.h and enforce.h. */
#include "pkg/enforce/caps.h"

#include <errno.h>
#include <linux/capability.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pkg/enforce/enforce.h"

#define CAP_BITS 64

static uint64_t join(uint32_t low, uint32_t high)
{
	return (uint64_t)high << 32 | low;
}

int caps_read(struct artefact_caps *ret, struct err *e)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2] = { 0 };
	struct artefact_caps c = { 0 };

	if (syscall(SYS_capget, &head, data) < 0)
		return err_errno(e, "capget");
	c.effective = join(data[0].effective, data[1].effective);
	c.permitted = join(data[0].permitted, data[1].permitted);
	c.inheritable = join(data[0].inheritable, data[1].inheritable);
	for (unsigned long i = 0; i < CAP_BITS; i++) {
		if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1)
			c.bounding |= 1ULL << i;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) == 1)
			c.ambient |= 1ULL << i;
	}
	*ret = c;
	return 0;
}

int caps_bound(uint64_t keep, struct err *e)
{
	for (unsigned long i = 0; i < CAP_BITS; i++) {
		if (keep & 1ULL << i || prctl(PR_CAPBSET_READ, i, 0, 0, 0) != 1)
			continue;
		if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0)
			return err_errno(e,
					 "drop capability %lu from the "
					 "bounding set",
					 i);
	}
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return err_errno(e, "clear the ambient capabilities");
	return 0;
}

int caps_write(const struct artefact_caps *want, struct err *e)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	const struct __user_cap_data_struct data[2] = {
		{ .effective = (uint32_t)want->effective,
		  .permitted = (uint32_t)want->permitted,
		  .inheritable = (uint32_t)want->inheritable },
		{ .effective = (uint32_t)(want->effective >> 32),
		  .permitted = (uint32_t)(want->permitted >> 32),
		  .inheritable = (uint32_t)(want->inheritable >> 32) },
	};

	if (syscall(SYS_capset, &head, data) < 0)
		return err_errno(e, "capset");
	return 0;
}

/* One row for each set, so that a message names the one that differs. */
struct set {
	const char *name;
	size_t offset;
};

static const struct set sets[] = {
	{ "bounding", offsetof(struct artefact_caps, bounding) },
	{ "permitted", offsetof(struct artefact_caps, permitted) },
	{ "effective", offsetof(struct artefact_caps, effective) },
	{ "inheritable", offsetof(struct artefact_caps, inheritable) },
	{ "ambient", offsetof(struct artefact_caps, ambient) },
};

static uint64_t set_of(const struct artefact_caps *c, const struct set *s)
{
	const char *at = (const char *)c + s->offset;

	return *(const uint64_t *)(const void *)at;
}

/* Whether @have holds nothing that @want lacks. */
static int caps_within(const struct artefact_caps *have,
		       const struct artefact_caps *want, struct err *e)
{
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		const uint64_t more =
			set_of(have, &sets[i]) & ~set_of(want, &sets[i]);

		if (more == 0)
			continue;
		(void)err_set(e, EPERM,
			      "the %s set holds capability %d, which the "
			      "policy does not grant",
			      sets[i].name, __builtin_ctzll(more));
		return err_hint(e, "the container was not started through "
				   "bailiff-gate, or its runtime added it");
	}
	return 0;
}

/* A set can only shrink: say which capability is not there to begin with. */
static int caps_available(const struct artefact_caps *have,
			  const struct artefact_caps *want, struct err *e)
{
	const uint64_t missing = (want->bounding & ~have->bounding) |
				 (want->permitted & ~have->permitted);

	if (missing == 0)
		return 0;
	(void)err_set(e, EPERM,
		      "the policy grants capability %d, which this process "
		      "does not have itself",
		      __builtin_ctzll(missing));
	return err_hint(e, "start it with that capability or take it out of "
			   "the policy");
}

static int caps_raise_ambient(uint64_t ambient, struct err *e)
{
	for (unsigned long i = 0; i < CAP_BITS; i++) {
		if (!(ambient & 1ULL << i))
			continue;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) < 0)
			return err_errno(e,
					 "raise capability %lu in the ambient "
					 "set",
					 i);
	}
	return 0;
}

int enforce_caps(const struct artefact_caps *want, bool verify_only,
		 struct err *e)
{
	struct artefact_caps have;
	int r;

	/* The policy says in writing that it does not use this layer. */
	if (want->bounding == ARTEFACT_CAPS_ANY)
		return 0;
	r = caps_read(&have, e);
	if (r == 0 && verify_only)
		return caps_within(&have, want, e);
	if (r == 0)
		r = caps_available(&have, want, e);
	if (r == 0)
		r = caps_bound(want->bounding, e);
	if (r == 0)
		r = caps_write(want, e);
	if (r == 0)
		r = caps_raise_ambient(want->ambient, e);
	if (r == 0)
		r = caps_read(&have, e);
	if (r == 0)
		r = caps_within(&have, want, e);
	return r;
}
