/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_text.h - profiles in a few words, for the tests of what becomes of
 * them.
 *
 *	profile_of(ERRNO_BY_DEFAULT
 *		   RULE("socket", "ALLOW", COND(0, EQ, 2) "," COND(1, LT, 5))
 *		   "]}", &profile);
 */
#ifndef TEST_UNIT_SECCOMP_TEXT_H
#define TEST_UNIT_SECCOMP_TEXT_H

#include "pkg/seccomp/program.h"
#include "test/unit/harness.h"

#define BY_DEFAULT(action) \
	"{\"defaultAction\":\"SCMP_ACT_" action "\",\"syscalls\":["
#define ERRNO_BY_DEFAULT BY_DEFAULT("ERRNO")
#define ALLOW_BY_DEFAULT BY_DEFAULT("ALLOW")
#define COND(index, op, value)                               \
	"{\"index\":" #index ",\"op\":\"SCMP_CMP_" #op "\"," \
	"\"value\":" #value "}"
#define MASKED(index, mask, value)                            \
	"{\"index\":" #index ",\"op\":\"SCMP_CMP_MASKED_EQ\"" \
	",\"value\":" #mask ",\"valueTwo\":" #value "}"
#define RULE(name, action, conds)                                 \
	"{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_" action \
	"\",\"args\":[" conds "]}"

static inline void profile_of(const char *text, struct profile *ret)
{
	AUTO_JSON *j = NULL;
	struct err e = { 0 };

	if (json_parse(span_of(text), 4 << 20, &j, &e) < 0 ||
	    profile_parse(j, ret, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
}

/* The profile, its program and the proof. */
static inline void program_of(const char *text, struct profile *ret,
			      struct program *ret_program,
			      struct proof *ret_proof)
{
	struct err e = { 0 };

	profile_of(text, ret);
	if (program_generate(ret, ret_program, &e) < 0 ||
	    program_prove(ret, ret_program, ret_proof, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	CHECK_INT(ret_proof->instructions, ret_program->count);
	CHECK_INT(ret_proof->reached + ret_proof->dead, ret_proof->branches);
}

#endif
