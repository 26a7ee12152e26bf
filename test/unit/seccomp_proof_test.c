/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_proof_test.c - what a proof is made of: the form of a program, its
 * ways, its branches, and an end to all of it.
 */
#include "test/unit/seccomp_text.h"

#include <linux/audit.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include "pkg/seccomp/route.h"
#include "pkg/seccomp/solve.h"
#include "pkg/seccomp/thread.h"

#define LOAD(at)                                   \
	{                                          \
		BPF_LD | BPF_W | BPF_ABS, 0, 0, at \
	}
#define RET(value)                           \
	{                                    \
		BPF_RET | BPF_K, 0, 0, value \
	}
#define TEST_EQ(k, t, f)                           \
	{                                          \
		BPF_JMP | BPF_JEQ | BPF_K, t, f, k \
	}
#define TEST_GE(k, t, f)                           \
	{                                          \
		BPF_JMP | BPF_JGE | BPF_K, t, f, k \
	}
#define TEST_GT(k, t, f)                           \
	{                                          \
		BPF_JMP | BPF_JGT | BPF_K, t, f, k \
	}
#define AND(mask)                                     \
	{                                             \
		BPF_ALU | BPF_AND | BPF_K, 0, 0, mask \
	}
#define GOTO(offset)                           \
	{                                      \
		BPF_JMP | BPF_JA, 0, 0, offset \
	}
#define NR	   0
#define ARCH	   4
#define LOW(i)	   (16 + 8 * (i))
#define HIGH(i)	   (20 + 8 * (i))
#define ALLOW	   SECCOMP_RET_ALLOW
#define KILL	   SECCOMP_RET_KILL_PROCESS
#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))

#define PROGRAM_OF(p, ...)                                            \
	do {                                                          \
		static const struct sock_filter rows[] = __VA_ARGS__; \
		memcpy((p)->insns, rows, sizeof(rows));               \
		(p)->count = COUNTOF(rows);                           \
	} while (0)

/* ---- the form ---------------------------------------------------------- */

static int form(struct program *p)
{
	struct err e = { 0 };
	const int r = program_check(p, &e);

	if (r < 0)
		CHECK_HAS(e.text, "it is not used");
	return r;
}

TEST(a_program_has_a_form_and_nothing_in_it_that_nobody_reaches)
{
	static struct program p;

	PROGRAM_OF(&p, { LOAD(NR), TEST_EQ(3, 0, 1), RET(ALLOW), RET(KILL) });
	CHECK_INT(form(&p), 0);
	PROGRAM_OF(&p, { LOAD(NR), TEST_EQ(3, 0, 0), RET(ALLOW), RET(KILL) });
	CHECK_INT(form(&p), -EPROTO); /* the last is not reached */
	PROGRAM_OF(&p, { LOAD(NR), TEST_EQ(3, 0, 2), RET(ALLOW), RET(KILL) });
	CHECK_INT(form(&p), -EPROTO); /* out at the end */
	PROGRAM_OF(&p, { LOAD(NR), GOTO(1), RET(ALLOW), RET(KILL) });
	CHECK_INT(form(&p), -EPROTO); /* jumped over */
	PROGRAM_OF(&p, { LOAD(NR), GOTO(0xffffffff), RET(ALLOW) });
	CHECK_INT(form(&p), -EPROTO); /* back */
	PROGRAM_OF(&p, { LOAD(NR), AND(7) });
	CHECK_INT(form(&p), -EPROTO); /* no end */
	PROGRAM_OF(&p, { TEST_EQ(0, 0, 1), RET(ALLOW), RET(KILL) });
	CHECK_INT(form(&p), -EPROTO); /* nothing is loaded */
	PROGRAM_OF(&p, { LOAD(6), RET(ALLOW) });
	CHECK_INT(form(&p), -EPROTO); /* across two words */
	PROGRAM_OF(&p, { LOAD(64), RET(ALLOW) });
	CHECK_INT(form(&p), -EPROTO); /* behind the data */
	PROGRAM_OF(&p, { LOAD(8), RET(ALLOW) });
	CHECK_INT(form(&p), -EPROTO); /* the instruction pointer */
	PROGRAM_OF(&p, { { BPF_LD | BPF_IMM, 0, 0, 1 }, RET(ALLOW) });
	CHECK_INT(form(&p), -EPROTO);
	PROGRAM_OF(&p, { { BPF_RET | BPF_A, 0, 0, 0 } });
	CHECK_INT(form(&p), -EPROTO);
	p.count = 0;
	CHECK_INT(program_check(&p, NULL), -EPROTO);
}

TEST(what_is_tested_is_the_same_word_on_every_way)
{
	static struct program p;

	PROGRAM_OF(&p, { LOAD(NR), TEST_EQ(3, 0, 2), LOAD(NR), TEST_EQ(4, 0, 1),
			 RET(ALLOW), RET(KILL) });
	CHECK_INT(form(&p), 0);
	PROGRAM_OF(&p, { LOAD(NR), TEST_EQ(3, 0, 1), LOAD(NR), TEST_EQ(4, 0, 1),
			 RET(ALLOW), RET(KILL) });
	CHECK_INT(form(&p), 0);
	PROGRAM_OF(&p, { LOAD(NR), TEST_EQ(3, 0, 1), LOAD(ARCH),
			 TEST_EQ(5, 0, 1), RET(ALLOW), RET(KILL) });
	CHECK_INT(form(&p), -EPROTO); /* of one or the other */
	PROGRAM_OF(&p, { LOAD(NR), TEST_EQ(3, 0, 1), AND(7), TEST_EQ(5, 0, 1),
			 RET(ALLOW), RET(KILL) });
	CHECK_INT(form(&p), -EPROTO); /* all of it or a part */
	PROGRAM_OF(&p, { GOTO(0), AND(3), RET(ALLOW) });
	CHECK_INT(form(&p), -EPROTO); /* of nothing */
}

/* ---- the ways ---------------------------------------------------------- */

static int ways(const struct program *p, const struct profile *profile,
		const char *why)
{
	struct err e = { 0 };
	const int r = program_routes(profile, p, &e);

	if (r < 0)
		CHECK_HAS(e.text, why);
	return r;
}

TEST(arguments_are_looked_at_only_of_calls_that_have_conditions)
{
	static struct program p;
	struct profile profile;
	const uint32_t nr = (uint32_t)seccomp_syscall_resolve_name("ioctl");

	CHECK_INT(nr, 16);
	profile_of(ERRNO_BY_DEFAULT RULE(
			   "ioctl", "ALLOW",
			   COND(1, EQ, 5)) "," RULE("read", "ALLOW", "") "]}",
		   &profile);
	PROGRAM_OF(&p,
		   { LOAD(ARCH), TEST_EQ(AUDIT_ARCH_X86_64, 0, 3), LOAD(NR),
		     TEST_EQ(16, 0, 1), LOAD(LOW(1)), RET(ALLOW), RET(KILL) });
	CHECK_INT(ways(&p, &profile, ""), 0);
	p.insns[3].k = 15;
	CHECK_INT(ways(&p, &profile, "looks at arguments"), -EPROTO);
	p.insns[3].k = 0; /* read, of which only the number counts */
	CHECK_INT(ways(&p, &profile, "looks at arguments"), -EPROTO);
	p.insns[3].k = 16;
	p.insns[3].code = BPF_JMP | BPF_JGE | BPF_K;
	CHECK_INT(ways(&p, &profile, "looks at arguments"), -EPROTO);
	p.insns[3].code = BPF_JMP | BPF_JEQ | BPF_K;
	p.insns[1].code = BPF_JMP | BPF_JGE | BPF_K;
	CHECK_INT(ways(&p, &profile, "tests what it should not"), -EPROTO);
	PROGRAM_OF(&p, { LOAD(NR), TEST_EQ(16, 0, 1), RET(ALLOW), RET(KILL) });
	CHECK_INT(ways(&p, &profile, "knows no architecture"), -EPROTO);
	profile_done(&profile);
}

/* ---- the solver -------------------------------------------------------- */

/* Both ways out of the jump @at: whether there is a call, and that it goes
 * there. */
static void branch(const struct program *p, size_t at, bool is_taken, int want)
{
	struct solver *s = solver_new(p);
	struct trace t = { 0 };
	struct seccomp_data d;
	uint32_t ret;

	CHECK(s != NULL);
	CHECK_INT(solver_find(s, at, is_taken, &d), want);
	solver_free(s);
	if (want != 1)
		return;
	CHECK_INT(program_trace(p, &d, &t, &ret), 0);
	CHECK_INT(t.ways[at], is_taken ? TRACE_TAKEN : TRACE_NOT_TAKEN);
}

TEST(a_call_is_found_for_every_branch_that_has_one)
{
	static struct program p;

	PROGRAM_OF(&p, { LOAD(HIGH(3)), TEST_GT(0xfffffffe, 0, 6), LOAD(LOW(3)),
			 AND(0xff00ff), TEST_EQ(0x120034, 0, 3), LOAD(LOW(3)),
			 TEST_GE(0x1b120000, 0, 1), RET(ALLOW), RET(KILL) });
	CHECK_INT(program_check(&p, NULL), 0);
	branch(&p, 1, true, 1);
	branch(&p, 1, false, 1);
	branch(&p, 4, true, 1);
	branch(&p, 4, false, 1);
	branch(&p, 6, true, 1);
	branch(&p, 6, false, 1);
}

TEST(a_branch_to_which_no_call_leads_is_dead)
{
	static struct program p;

	/* Above 5 and below 7 and not 6; a mask that does not fit. */
	PROGRAM_OF(&p, { LOAD(LOW(0)), TEST_GT(5, 0, 5), TEST_GE(7, 4, 0),
			 TEST_EQ(6, 3, 0), LOAD(LOW(1)), TEST_EQ(1, 1, 1),
			 RET(ALLOW), RET(KILL) });
	CHECK_INT(program_check(&p, NULL), -EPROTO);
	PROGRAM_OF(&p, { LOAD(LOW(0)), TEST_GT(5, 0, 5), TEST_GE(7, 4, 0),
			 TEST_EQ(6, 3, 0), LOAD(LOW(1)), TEST_EQ(1, 0, 1),
			 RET(ALLOW), RET(KILL) });
	branch(&p, 2, false, 1);
	branch(&p, 3, true, 1);
	branch(&p, 3, false, 0);
	branch(&p, 5, true, 0);
	branch(&p, 5, false, 0);
	PROGRAM_OF(&p, { LOAD(LOW(0)), TEST_GE(0, 0, 5), AND(6),
			 TEST_EQ(1, 3, 0), LOAD(LOW(0)),
			 TEST_GT(0xffffffff, 1, 0), RET(ALLOW), RET(KILL) });
	branch(&p, 1, true, 1);
	branch(&p, 1, false, 0);
	branch(&p, 3, true, 0);
	branch(&p, 5, true, 0);
	branch(&p, 5, false, 1);
}

TEST(bits_that_only_a_search_can_choose_are_chosen)
{
	static struct program p;

	/* The lowest two bits: not 0, not 1, not 2 leaves 3; without 3, none.
	 */
	PROGRAM_OF(&p, { LOAD(LOW(0)), AND(3), TEST_EQ(0, 8, 0),
			 TEST_EQ(1, 7, 0), TEST_EQ(2, 6, 0), LOAD(LOW(0)),
			 TEST_GE(0xfffffff0, 0, 4), AND(3), TEST_EQ(3, 1, 0),
			 RET(ALLOW), RET(KILL), RET(KILL) });
	branch(&p, 8, true, 1);
	branch(&p, 8, false, 0);
	branch(&p, 6, true, 1);
	branch(&p, 6, false, 1);
}

/* ---- threading --------------------------------------------------------- */

TEST(a_list_of_values_tests_the_upper_half_once)
{
	static struct program p;
	struct profile profile;
	struct proof proof;
	unsigned loads = 0;

	program_of(
		ERRNO_BY_DEFAULT RULE("ioctl", "ALLOW", COND(1, EQ, 3)) "," RULE(
			"ioctl", "ALLOW",
			COND(1, EQ,
			     5)) "," RULE("ioctl", "ALLOW",
					  COND(1, EQ,
					       21505)) "," RULE("ioctl",
								"ALLOW",
								COND(1, EQ,
								     21506)) "]}",
		&profile, &p, &proof);
	for (size_t i = 0; i < p.count; i++)
		loads += BPF_CLASS(p.insns[i].code) == BPF_LD;
	/* The architecture, the number, and both halves of the argument. */
	CHECK_INT(loads, 4);
	CHECK_INT(proof.dead, 0);
	profile_done(&profile);
}

TEST(what_is_known_is_not_tested_again)
{
	struct sock_filter insns[] = {
		LOAD(LOW(0)), TEST_GE(5, 0, 4), LOAD(LOW(0)), TEST_GT(4, 0, 1),
		RET(ALLOW),   RET(KILL),	RET(KILL),
	};
	size_t count = 0;

	CHECK_INT(insns_thread(insns, COUNTOF(insns), &count, NULL), 0);
	CHECK_INT(count, 4);
	CHECK_INT(insns[1].jt, 0);
	CHECK_INT(insns[2].k, ALLOW);
	CHECK_INT(insns[1].jf, 1);
}

/* ---- limits ------------------------------------------------------------ */

static double cpu(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Entries that @entry writes, until it says no: within a second they are
 * refused, or proved. Return: program_prove(). */
static int bomb(bool (*entry)(struct buf *out, unsigned i),
		struct proof *ret_proof)
{
	static struct program p;
	struct profile profile;
	struct buf text;
	struct err e = { 0 };
	double from;
	int r;

	buf_init(&text, 4 << 20);
	buf_puts(&text, ERRNO_BY_DEFAULT);
	for (unsigned i = 0; entry(&text, i); i++)
		buf_puts(&text, ",");
	buf_puts(&text, RULE("read", "ALLOW", "") "]}");
	profile_of(buf_cstr(&text), &profile);
	from = cpu();
	r = program_generate(&profile, &p, &e);
	if (r == 0)
		r = program_prove(&profile, &p, ret_proof, &e);
	CHECK(r == 0 || strlen(e.text) > 40);
	/* A sanitizer makes it several times slower. */
	if (getenv("BAILIFF_SAN") == NULL && cpu() - from > 1)
		test_fail(__FILE__, __LINE__, "%.2f s", cpu() - from);
	profile_done(&profile);
	buf_done(&text);
	return r;
}

static void entry_write(struct buf *out, const char *name, unsigned index,
			const char *op, unsigned long long value)
{
	buf_printf(out,
		   "{\"names\":[\"%s\"],\"action\":\"SCMP_ACT_ALLOW\","
		   "\"args\":[{\"index\":%u,\"op\":\"SCMP_CMP_%s\","
		   "\"value\":%llu},{\"index\":%u,\"op\":\"SCMP_CMP_LT\","
		   "\"value\":%llu}]}",
		   name, index % 6, op, value, (index + 1) % 6, value / 3);
}

static bool one_call(struct buf *out, unsigned i)
{
	if (i < 8000)
		entry_write(out, "ioctl", i, "EQ", 977ULL * i);
	return i < 8000;
}

static bool four_calls(struct buf *out, unsigned i)
{
	static const char *const names[] = { "ioctl", "prctl", "fcntl",
					     "socket" };

	if (i < 8000)
		entry_write(out, names[i % 4], i, "NE", 977ULL * i);
	return i < 8000;
}

/* The code of all of them is one, and the calls to compare are not. */
static bool many_calls(struct buf *out, unsigned i)
{
	if (i == 40)
		return false;
	buf_puts(out, "{\"names\":[");
	for (int nr = 0; nr < 330; nr++) {
		char *name =
			seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, nr);

		if (name != NULL)
			buf_printf(out, "%s\"%s\"", nr ? "," : "", name);
		free(name);
	}
	buf_printf(out,
		   "],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":1,"
		   "\"op\":\"SCMP_CMP_EQ\",\"value\":%u},{\"index\":2,"
		   "\"op\":\"SCMP_CMP_GT\",\"value\":%u}]}",
		   9 * i, 5 * i);
	return true;
}

TEST(a_bomb_in_one_call_is_refused_at_once)
{
	struct proof proof;

	CHECK_INT(bomb(one_call, &proof), -E2BIG);
}

TEST(a_bomb_in_four_calls_is_refused_at_once)
{
	struct proof proof;

	CHECK_INT(bomb(four_calls, &proof), -E2BIG);
}

TEST(a_bomb_in_every_call_takes_less_than_a_second)
{
	struct proof proof;

	CHECK_INT(bomb(many_calls, &proof), 0);
	CHECK(proof.is_sampled);
	CHECK(proof.points <= PROVE_POINTS_MAX);
}
