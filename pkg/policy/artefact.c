/* SPDX-License-Identifier: Apache-2.0 */
/* artefact.c - see artefact.h.
 *
 * The form, little-endian, a blob being a 32-bit length and its bytes:
 *
 *	u32 magic, u32 version, u32 flags
 *	blob service, u32 number, u64 generation, u64 bundle version
 *	u8 has_landlock, u32 abi, u64 handled fs, u64 handled net, u64 scoped
 *	u32 path count, blob paths (each: u64 access, u8 flags, blob path)
 *	u32 port count, blob ports (each: u64 access, u16 port)
 *	u8 has_seccomp, u32 flags, u32 insn count, blob insns (8 bytes each)
 *	u64 proved points, u32 branches, u32 dead branches, u8 is_sampled
 *	u64 bounding, effective, permitted, inheritable, ambient
 */
#include "pkg/policy/artefact.h"

#include <errno.h>
#include <string.h>

/* Of pkg/identity/paths.h and registry.h, whom a test compares with this: the
 * launcher and small tools take this file in without that area.
 */
#define NAME_MAX_LEN 63
#define NUMBER_MAX   9998
#define INSN_SIZE    8
#define PORT_SIZE    10

/* The rule of service_name_check(), without its sentences. */
static bool name_is_clean(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		const char c = s.p[i];
		const bool is_alnum =
			(c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (!is_alnum && (i == 0 || (c != '.' && c != '_' && c != '-')))
			return false;
	}
	return s.len >= 1 && s.len <= NAME_MAX_LEN;
}

struct artefact_path artefact_path_next(struct cur *c)
{
	struct artefact_path rule;

	rule.access = cur_u64(c);
	rule.flags = cur_u8(c);
	rule.path = cur_blob(c, ARTEFACT_PATH_MAX - 1);
	return rule;
}

void artefact_path_put(struct buf *paths, const struct artefact_path *rule)
{
	buf_u64(paths, rule->access);
	buf_u8(paths, rule->flags);
	buf_blob(paths, rule->path);
}

uint16_t artefact_port_next(struct cur *c, uint64_t *ret_access)
{
	*ret_access = cur_u64(c);
	return cur_u16(c);
}

static int bad(struct err *e, const char *what)
{
	return err_set(e, EBADMSG, "artefact: %s", what);
}

/* A rule without a right, or with one that is not handled, is refused by the
 * kernel: EINVAL or ENOMSG in the middle of applying would be too late. */
static bool access_fits(uint64_t access, uint64_t handled)
{
	return access != 0 && (access & ~handled) == 0;
}

static int paths_check(const struct artefact *a, struct err *e)
{
	struct cur c = cur_of(a->paths);

	for (uint32_t i = 0; i < a->path_count; i++) {
		const struct artefact_path rule = artefact_path_next(&c);

		if (c.failed)
			return bad(e, "the path rules end early");
		if (!access_fits(rule.access, a->handled_fs))
			return bad(e, "a path rule has a right that is not "
				      "handled");
		if ((rule.flags & ~ARTEFACT_PATH_REQUIRED) != 0)
			return bad(e, "a path rule has an unknown flag");
		if (rule.path.len == 0 || rule.path.p[0] != '/')
			return bad(e, "a path is not absolute");
		if (memchr(rule.path.p, '\0', rule.path.len) != NULL)
			return bad(e, "a path holds a NUL");
	}
	return cur_end(&c) < 0 ? bad(e, "bytes after the path rules") : 0;
}

static int ports_check(const struct artefact *a, struct err *e)
{
	struct cur c = cur_of(a->ports);

	for (uint32_t i = 0; i < a->port_count; i++) {
		uint64_t access;

		(void)artefact_port_next(&c, &access);
		if (c.failed)
			return bad(e, "the port rules end early");
		if (!access_fits(access, a->handled_net))
			return bad(e, "a port rule has a right that is not "
				      "handled");
	}
	return cur_end(&c) < 0 ? bad(e, "bytes after the port rules") : 0;
}

static int landlock_check(const struct artefact *a, struct err *e)
{
	const uint64_t any = a->handled_fs | a->handled_net | a->scoped;
	int r;

	if (a->path_count > ARTEFACT_RULES_MAX ||
	    a->port_count > ARTEFACT_RULES_MAX)
		return bad(e, "too many rules");
	if (a->has_landlock != (any != 0) ||
	    a->has_landlock != (a->landlock_abi != 0))
		return bad(e, "Landlock's fields contradict each other");
	r = paths_check(a, e);
	return r < 0 ? r : ports_check(a, e);
}

static int seccomp_check(const struct artefact *a, struct err *e)
{
	const struct artefact_proof *p = &a->proof;

	if (a->insn_count > ARTEFACT_INSNS_MAX ||
	    a->insns.len != (size_t)a->insn_count * INSN_SIZE)
		return bad(e, "the seccomp program's length is wrong");
	if (a->has_seccomp != (a->insn_count != 0) ||
	    (!a->has_seccomp && a->seccomp_flags != 0))
		return bad(e, "seccomp's fields contradict each other");
	if (p->dead > p->branches ||
	    (!a->has_seccomp &&
	     (p->points != 0 || p->branches != 0 || p->is_sampled)))
		return bad(e, "the proof is of no such program");
	return 0;
}

/* What capset(2) and prctl(2) would refuse. */
static int caps_check(const struct artefact_caps *c, struct err *e)
{
	if ((c->effective & ~c->permitted) != 0)
		return bad(e, "an effective capability is not permitted");
	if ((c->ambient & ~(c->permitted & c->inheritable)) != 0)
		return bad(e, "an ambient capability is not permitted and "
			      "inheritable");
	return 0;
}

static bool flag_read(struct cur *c)
{
	const uint8_t v = cur_u8(c);

	if (v > 1)
		c->failed = true;
	return v == 1;
}

static void fields_read(struct cur *c, struct artefact *a)
{
	a->flags = cur_u32(c);
	a->service = cur_blob(c, NAME_MAX_LEN);
	a->number = cur_u32(c);
	a->generation = cur_u64(c);
	a->bundle_version = cur_u64(c);
	a->has_landlock = flag_read(c);
	a->landlock_abi = cur_u32(c);
	a->handled_fs = cur_u64(c);
	a->handled_net = cur_u64(c);
	a->scoped = cur_u64(c);
	a->path_count = cur_u32(c);
	a->paths = cur_blob(c, ARTEFACT_MAX);
	a->port_count = cur_u32(c);
	a->ports = cur_blob(c, (size_t)ARTEFACT_RULES_MAX * PORT_SIZE);
	a->has_seccomp = flag_read(c);
	a->seccomp_flags = cur_u32(c);
	a->insn_count = cur_u32(c);
	a->insns = cur_blob(c, (size_t)ARTEFACT_INSNS_MAX * INSN_SIZE);
	a->proof.points = cur_u64(c);
	a->proof.branches = cur_u32(c);
	a->proof.dead = cur_u32(c);
	a->proof.is_sampled = flag_read(c);
	a->caps.bounding = cur_u64(c);
	a->caps.effective = cur_u64(c);
	a->caps.permitted = cur_u64(c);
	a->caps.inheritable = cur_u64(c);
	a->caps.ambient = cur_u64(c);
}

int artefact_decode(struct span raw, struct artefact *ret, struct err *e)
{
	struct artefact a = { 0 };
	struct cur c = cur_of(raw);
	uint32_t version;
	int r;

	if (raw.len > ARTEFACT_MAX)
		return bad(e, "larger than 1 MiB");
	if (cur_u32(&c) != ARTEFACT_MAGIC)
		return bad(e, "does not begin with the magic number");
	version = cur_u32(&c);
	if (version != ARTEFACT_VERSION)
		return err_set(e, EBADMSG,
			       "artefact: version %u, this program reads %d",
			       version, ARTEFACT_VERSION);
	fields_read(&c, &a);
	if (cur_end(&c) < 0)
		return bad(e, "cut short, out of range or with bytes left "
			      "over");
	if ((a.flags & ~ARTEFACT_PATHS_CANONICAL) != 0)
		return bad(e, "it has an unknown flag");
	if (!name_is_clean(a.service))
		return bad(e, "the service's name is not one");
	if (a.number < 1 || a.number > NUMBER_MAX)
		return bad(e, "the service's number is out of range");
	r = landlock_check(&a, e);
	if (r == 0)
		r = seccomp_check(&a, e);
	if (r == 0)
		r = caps_check(&a.caps, e);
	if (r < 0)
		return r;
	*ret = a;
	return 0;
}

int artefact_encode(const struct artefact *a, struct buf *out)
{
	const size_t before = out->len;

	buf_u32(out, ARTEFACT_MAGIC);
	buf_u32(out, ARTEFACT_VERSION);
	buf_u32(out, a->flags);
	buf_blob(out, a->service);
	buf_u32(out, a->number);
	buf_u64(out, a->generation);
	buf_u64(out, a->bundle_version);
	buf_u8(out, a->has_landlock);
	buf_u32(out, a->landlock_abi);
	buf_u64(out, a->handled_fs);
	buf_u64(out, a->handled_net);
	buf_u64(out, a->scoped);
	buf_u32(out, a->path_count);
	buf_blob(out, a->paths);
	buf_u32(out, a->port_count);
	buf_blob(out, a->ports);
	buf_u8(out, a->has_seccomp);
	buf_u32(out, a->seccomp_flags);
	buf_u32(out, a->insn_count);
	buf_blob(out, a->insns);
	buf_u64(out, a->proof.points);
	buf_u32(out, a->proof.branches);
	buf_u32(out, a->proof.dead);
	buf_u8(out, a->proof.is_sampled);
	buf_u64(out, a->caps.bounding);
	buf_u64(out, a->caps.effective);
	buf_u64(out, a->caps.permitted);
	buf_u64(out, a->caps.inheritable);
	buf_u64(out, a->caps.ambient);
	if (buf_error(out) == 0 && out->len - before > ARTEFACT_MAX)
		out->error = E2BIG;
	return buf_error(out);
}
