/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_mutation_test.c - the proof against programs with one wrong
 * instruction.
 *
 * Whatever is changed, the proof refuses the program, or the program still
 * means the same: then it is held against the profile at many more calls, drawn
 * without a look at how the proof chooses its own.
 */
#include "test/unit/seccomp_text.h"

#include <linux/audit.h>
#include <seccomp.h>
#include <stdlib.h>

#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))
#define DRAWS	   200000
/* Of some 1,000 mutants each, so many may mean the same. */
#define MOST 25

struct subject {
	struct profile profile;
	struct program good;
	uint64_t seed;
	unsigned refused, equivalent;
};

static void subject_make(struct subject *s, const char *text)
{
	struct proof proof;

	*s = (struct subject){ .seed = 1 };
	program_of(text, &s->profile, &s->good, &proof);
}

/* xorshift64* */
static uint64_t draw(struct subject *s)
{
	s->seed ^= s->seed >> 12;
	s->seed ^= s->seed << 25;
	s->seed ^= s->seed >> 27;
	return s->seed * 2685821657736338717ULL;
}

/* A word of one instruction, a little beside it, or anything. */
static uint32_t draw_word(struct subject *s, const struct program *p)
{
	const uint64_t how = draw(s);
	const uint32_t k = p->insns[(how >> 8) % p->count].k;

	switch (how % 8) {
	case 0:
		return (uint32_t)draw(s);
	case 1:
		return 0;
	case 2:
		return k + 1;
	case 3:
		return k - 1;
	case 4:
		return k ^ 1U << (how >> 40 & 31);
	case 5:
		return ~k;
	default:
		return k;
	}
}

static void draw_call(struct subject *s, const struct program *p,
		      struct seccomp_data *d)
{
	const uint64_t how = draw(s);

	d->arch = how % 16 == 0 ? draw_word(s, p) : AUDIT_ARCH_X86_64;
	if (how % 16 == 1)
		d->arch = AUDIT_ARCH_I386;
	d->nr = (int)(how >> 4 & 3 ? draw_word(s, p) : draw(s) % 450);
	d->instruction_pointer = draw(s);
	for (size_t i = 0; i < 6; i++)
		d->args[i] = (uint64_t)draw_word(s, p) << 32 | draw_word(s, p);
}

/* Whether @p does what the profile says, for the calls that are drawn. */
static bool is_equivalent(struct subject *s, const struct program *p)
{
	struct seccomp_data d;
	uint32_t got;

	for (unsigned i = 0; i < DRAWS; i++) {
		draw_call(s, i % 2 ? p : &s->good, &d);
		if (program_run(p, &d, &got) < 0 ||
		    got != profile_verdict(&s->profile, &d))
			return false;
	}
	return true;
}

static void insn_print(const char *what, const struct sock_filter *i)
{
	printf("# %s code 0x%02x jt %u jf %u k 0x%x\n", what, i->code, i->jt,
	       i->jf, i->k);
}

static void mutant_try(struct subject *s, const struct program *bad, size_t at,
		       const char *what)
{
	struct proof proof;
	struct err e = { 0 };

	if (memcmp(&bad->insns[at], &s->good.insns[at],
		   sizeof(bad->insns[at])) == 0)
		return;
	if (program_prove(&s->profile, bad, &proof, &e) < 0) {
		s->refused++;
		return;
	}
	if (!is_equivalent(s, bad)) {
		insn_print("proved:", &s->good.insns[at]);
		insn_print("proved too:", &bad->insns[at]);
		test_fail(__FILE__, __LINE__, "instruction %zu: %s is proved",
			  at, what);
	}
	if (getenv("MUTANTS") != NULL) {
		printf("# %s at %zu\n", what, at);
		insn_print("is", &s->good.insns[at]);
		insn_print("may be", &bad->insns[at]);
	}
	s->equivalent++;
}

static bool is_test(const struct sock_filter *i)
{
	return BPF_CLASS(i->code) == BPF_JMP && i->code != (BPF_JMP | BPF_JA);
}

static void constant_change(struct subject *s, size_t at)
{
	static const uint32_t turns[] = { 1, 2, 0x80000000U, X32_BIT, ~0U };
	static const uint32_t steps[] = { 1, ~0U, 4, 8, ~3U };
	static struct program bad;

	for (size_t i = 0; i < COUNTOF(turns); i++) {
		bad = s->good;
		bad.insns[at].k ^= turns[i];
		mutant_try(s, &bad, at, "a turned bit of the constant");
	}
	for (size_t i = 0; i < COUNTOF(steps); i++) {
		bad = s->good;
		bad.insns[at].k += steps[i];
		mutant_try(s, &bad, at, "another constant");
	}
}

static void jump_change(struct subject *s, size_t at)
{
	static const int steps[] = { -2, -1, 1, 2 };
	static struct program bad;
	const struct sock_filter *i = &s->good.insns[at];

	if (!is_test(i))
		return;
	bad = s->good;
	bad.insns[at].jt = i->jf;
	bad.insns[at].jf = i->jt;
	mutant_try(s, &bad, at, "both ways turned");
	for (size_t k = 0; k < COUNTOF(steps); k++) {
		bad = s->good;
		bad.insns[at].jt = (uint8_t)(i->jt + steps[k]);
		mutant_try(s, &bad, at, "another way out");
		bad = s->good;
		bad.insns[at].jf = (uint8_t)(i->jf + steps[k]);
		mutant_try(s, &bad, at, "another way on");
	}
}

static void code_change(struct subject *s, size_t at)
{
	static const uint16_t codes[] = {
		BPF_JMP | BPF_JEQ | BPF_K, BPF_JMP | BPF_JGT | BPF_K,
		BPF_JMP | BPF_JGE | BPF_K, BPF_JMP | BPF_JSET | BPF_K,
		BPF_JMP | BPF_JA,	   BPF_LD | BPF_W | BPF_ABS,
		BPF_LD | BPF_W | BPF_LEN,  BPF_ALU | BPF_AND | BPF_K,
		BPF_ALU | BPF_OR | BPF_K,  BPF_RET | BPF_K,
		BPF_MISC | BPF_TAX,	   BPF_LD | BPF_IMM,
		BPF_JMP | BPF_JEQ | BPF_X,
	};
	static struct program bad;

	for (size_t i = 0; i < COUNTOF(codes); i++) {
		bad = s->good;
		bad.insns[at].code = codes[i];
		mutant_try(s, &bad, at, "another code");
	}
}

static void value_change(struct subject *s, size_t at)
{
	static const uint32_t values[] = {
		SECCOMP_RET_ALLOW,	  SECCOMP_RET_LOG,
		SECCOMP_RET_TRACE,	  SECCOMP_RET_TRAP,
		SECCOMP_RET_KILL_THREAD,  SECCOMP_RET_ERRNO,
		SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_ERRNO | EPERM,
	};
	static struct program bad;

	if (s->good.insns[at].code != (BPF_RET | BPF_K))
		return;
	for (size_t i = 0; i < COUNTOF(values); i++) {
		bad = s->good;
		bad.insns[at].k = values[i];
		mutant_try(s, &bad, at, "another return");
	}
}

/* Neighbours in turn, one left out, one twice. */
static void order_change(struct subject *s, size_t at)
{
	static struct program bad;

	if (at + 1 == s->good.count)
		return;
	bad = s->good;
	bad.insns[at] = s->good.insns[at + 1];
	bad.insns[at + 1] = s->good.insns[at];
	mutant_try(s, &bad, at, "two in turn");
	bad = s->good;
	bad.insns[at] = bad.insns[at + 1];
	mutant_try(s, &bad, at, "the next one twice");
}

static void all_change(const char *text, unsigned most_equivalent)
{
	static struct subject s;

	subject_make(&s, text);
	for (size_t at = 0; at < s.good.count; at++) {
		constant_change(&s, at);
		jump_change(&s, at);
		code_change(&s, at);
		value_change(&s, at);
		order_change(&s, at);
	}
	CHECK(s.refused > 10 * s.good.count);
	if (s.equivalent > most_equivalent)
		test_fail(__FILE__, __LINE__, "%u mean the same, of %u",
			  s.equivalent, s.equivalent + s.refused);
	profile_done(&s.profile);
}

TEST(a_wrong_instruction_of_an_allow_list_is_found)
{
	all_change(ERRNO_BY_DEFAULT
		   "{\"names\":[\"read\",\"write\",\"close\",\"mmap\","
		   "\"openat\",\"futex\",\"exit_group\",\"clone\"],"
		   "\"action\":\"SCMP_ACT_ALLOW\"},"
		   "{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\","
		   "\"errnoRet\":38}]}",
		   MOST);
}

TEST(a_wrong_instruction_of_each_operator_is_found)
{
	all_change(
		ALLOW_BY_DEFAULT RULE("read", "ERRNO", COND(0, NE, 4294967312)) "," RULE("write", "TRAP", COND(1, LT, 4294967312)) "," RULE(
			"open", "KILL",
			COND(2, LE,
			     4294967312)) "," RULE("close", "ERRNO",
						   COND(3, EQ,
							4294967312)) "," RULE("stat",
									      "ERRNO",
									      COND(4,
										   GE,
										   4294967312)) "," RULE("fstat",
													 "ERRNO",
													 COND(5,
													      GT,
													      4294967312)) "," RULE("lstat",
																    "ERRNO",
																    MASKED(0,
																	   64424509455,
																	   4294967297)) "]}",
		MOST);
}

TEST(a_wrong_instruction_of_rules_that_overlap_is_found)
{
	all_change(
		ALLOW_BY_DEFAULT
			RULE("socket", "ERRNO", COND(2, LT, 8589934591)) "," RULE(
				"socket", "ERRNO",
				COND(2, LE,
				     2113929220)) "," RULE("socket", "KILL",
							   COND(
								   0, EQ,
								   16) "," COND(2,
										EQ,
										9)) "," RULE("socket", "TRAP", COND(0, GT, 40)) "," RULE("ioctl", "ERRNO", COND(1, EQ, 21522)) "," RULE("ioctl", "ERRNO", COND(1, EQ, 21532)) "," RULE("ioctl",
																												       "ERRNO",
																												       COND(
																													       1, EQ, 21533)) "," RULE("ioctl", "TRAP", MASKED(1, 65280, 21504) "," COND(2, NE, 0)) "," RULE("clone",
																																									     "ERRNO",
																																									     MASKED(0,
																																										    2114060288,
																																										    0)) "]}",
		MOST);
}

TEST(a_wrong_instruction_among_three_architectures_is_found)
{
	all_change("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":["
		   "\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"],"
		   "\"syscalls\":["
		   "{\"names\":[\"read\",\"write\",\"socket\",\"ipc\"],"
		   "\"action\":\"SCMP_ACT_ALLOW\"}," RULE(
			   "personality", "ALLOW",
			   COND(0, EQ,
				4294967295)) "," RULE("personality", "ALLOW",
						      COND(0, EQ, 131080)) "]}",
		   MOST);
}
