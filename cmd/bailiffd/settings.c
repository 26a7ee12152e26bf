/* SPDX-License-Identifier: Apache-2.0 */
/* settings.c - see settings.h. */
#include "cmd/bailiffd/settings.h"

#include <sys/statvfs.h>

void audit_settings_encode(const struct policy_audit *a, struct buf *out)
{
	buf_u64(out, a->backlog_limit);
	buf_u64(out, a->backlog_wait_ms);
	buf_u64(out, a->trail_bytes);
	buf_u64(out, a->durability);
	buf_u64(out, a->budget_denials);
	buf_u8(out, a->execve);
}

void audit_settings_decode(struct cur *c, struct policy_audit *ret)
{
	ret->backlog_limit = cur_u64(c);
	ret->backlog_wait_ms = cur_u64(c);
	ret->trail_bytes = cur_u64(c);
	ret->durability = cur_u64(c);
	ret->budget_denials = cur_u64(c);
	ret->execve = cur_u8(c) != 0;
	if (ret->durability > POLICY_DURABLE_EACH)
		c->failed = true;
}

uint64_t audit_trail_bytes(const struct policy_audit *a, int dirfd)
{
	struct statvfs fs;
	uint64_t part;

	if (a->trail_bytes != 0)
		return a->trail_bytes;
	if (fstatvfs(dirfd, &fs) < 0)
		return TRAIL_BYTES_MAX;
	part = (uint64_t)fs.f_blocks * fs.f_frsize / 20;
	return part < TRAIL_BYTES_MAX ? part : TRAIL_BYTES_MAX;
}
