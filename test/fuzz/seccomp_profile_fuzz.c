/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_profile_fuzz.c - bytes as rules: whatever they say, the program is
 * proved, and says the same as the profile also to calls that the bytes choose.
 *
 * The input is read as numbers rather than as JSON, so that every run reaches
 * the generator; policy_service_fuzz.c does the JSON.
 */
#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/cur.h"
#include "pkg/seccomp/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const ops[] = { "NE", "LT", "LE",	   "EQ",
				   "GE", "GT", "MASKED_EQ" };
static const char *const names[] = { "read",   "write",	 "open",  "socket",
				     "openat", "execve", "clone3" };

/* Constants near the edges of halves are what goes wrong. */
static uint64_t constant(struct cur *c)
{
	const uint8_t how = cur_u8(c);
	const uint64_t v = how & 1 ? cur_u8(c) : cur_u64(c);

	return v << (how >> 2 & 63);
}

static void entry_write(struct cur *c, struct buf *out, bool is_first)
{
	static const char *const actions[] = {
		"ALLOW", "LOG", "ERRNO", "TRAP", "KILL_THREAD", "KILL_PROCESS",
	};
	const uint8_t conds = cur_u8(c) % 4;

	buf_printf(
		out,
		"%s{\"names\":[\"%s\"],\"action\":\"SCMP_ACT_%s\",\"args\":[",
		is_first ? "" : ",", names[cur_u8(c) % 7],
		actions[cur_u8(c) % 6]);
	for (uint8_t i = 0; i < conds; i++) {
		const unsigned index = cur_u8(c) % 6;
		const uint64_t a = constant(c), b = constant(c);

		buf_printf(out,
			   "%s{\"index\":%u,\"value\":%llu,\"valueTwo\":%llu,"
			   "\"op\":\"SCMP_CMP_%s\"}",
			   i ? "," : "", index, (unsigned long long)a,
			   (unsigned long long)b, ops[cur_u8(c) % 7]);
	}
	buf_puts(out, "]}");
}

/* Calls made of the same bytes: their constants are those of the rules. */
static void calls_compare(const struct profile *profile,
			  const struct program *program, struct cur c)
{
	static const uint32_t archs[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386,
					  AUDIT_ARCH_ARM };
	struct seccomp_data d = { 0 };
	uint32_t got = 0;

	while (!c.failed) {
		const uint8_t how = cur_u8(&c);

		d.arch = archs[how % 8 < 2 ? how % 8 + 1 : 0];
		if ((how >> 3 & 3) == 0)
			d.nr = (int)constant(&c);
		else if ((how >> 3 & 3) == 1)
			d.nr = seccomp_syscall_resolve_name(
				names[cur_u8(&c) % 7]);
		d.args[(how >> 5) % 6] = constant(&c);
		if (program_run(program, &d, &got) < 0 ||
		    got != profile_verdict(profile, &d))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cur c = cur_of((struct span){ (const char *)data, size });
	static struct program program;
	AUTO_JSON *j = NULL;
	struct profile profile;
	struct proof proof;
	struct err e = { 0 };
	struct buf text;
	int r;

	buf_init(&text, 1 << 20);
	buf_printf(&text,
		   "{\"defaultAction\":\"SCMP_ACT_%s\",\"architectures\":["
		   "\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_%s\"],\"syscalls\":[",
		   cur_u8(&c) & 1 ? "ALLOW" : "ERRNO",
		   cur_u8(&c) & 1 ? "X32" : "X86");
	for (size_t i = 0; i < 12 && !c.failed; i++)
		entry_write(&c, &text, i == 0);
	buf_puts(&text, "]}");
	if (json_parse(buf_view(&text), 1 << 20, &j, NULL) < 0)
		abort();
	buf_done(&text);
	if (profile_parse(j, &profile, &e) < 0)
		return 0;
	/* Too much is refused; what is generated is always proved. */
	r = program_generate(&profile, &program, &e);
	if (r == 0)
		r = program_prove(&profile, &program, &proof, &e);
	if ((r < 0 && r != -E2BIG && r != -ENOMEM) ||
	    (r == 0 && proof.reached + proof.dead != proof.branches)) {
		(void)fprintf(stderr, "%s\n", e.text);
		abort();
	}
	if (r == 0)
		calls_compare(
			&profile, &program,
			cur_of((struct span){ (const char *)data, size }));
	profile_done(&profile);
	return 0;
}
