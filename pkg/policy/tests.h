/* SPDX-License-Identifier: Apache-2.0 */
/* tests.h - "tests" of a service: what its author says it may and may not do,
 * held against the model (decide.h).
 *
 * A node never runs them: they are for whoever builds the bundle, before it is
 * signed. What a word means may grow; an older node must not refuse it.
 */
#ifndef PKG_POLICY_TESTS_H
#define PKG_POLICY_TESTS_H

#include "pkg/policy/decide.h"

enum test_result {
	TEST_PASSED,
	TEST_FAILED,
	TEST_NOT_ENFORCED, /* it depends on what this kernel cannot enforce */
};

struct policy_test {
	const struct model *model;
	size_t index;	   /* in "tests" */
	const char *words; /* as written */
	bool expects_allow;
	struct action action;
	struct decision decision;
	enum test_result result;
	char *sentence; /* the decision in words */
};

/**
 * test_parse() - "allow read /etc/x" or "deny connect tcp 22".
 *
 * Return: 0 and the caller's @ret; as action_parse().
 */
int test_parse(struct span text, bool *ret_allow, struct action *ret,
	       struct err *e);

/* What follows from an expectation and a decision. */
enum test_result test_judge(bool expects_allow, enum verdict v);

/* @t is gone after the call. Return: 0 to go on. */
typedef int policy_test_fn(void *ctx, const struct policy_test *t);

/**
 * policy_tests() - every test of every service, in order.
 *
 * Return: 0; what @visit returned when it was not 0; -EBADMSG for a test that
 * is not in the words of action.h (@e: document, test, cause); -ENOMEM.
 */
int policy_tests(const struct policy *p, policy_test_fn *visit, void *ctx,
		 struct err *e);

#endif
