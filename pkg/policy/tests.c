/* SPDX-License-Identifier: Apache-2.0 */
/* tests.c - see tests.h; policy_tests_check() is in policy.h. */
#include "pkg/policy/tests.h"

#include <errno.h>
#include <stdlib.h>

int test_parse(struct span text, bool *ret_allow, struct action *ret,
	       struct err *e)
{
	struct span rest = text, word;

	while (rest.len != 0 && action_is_blank(rest.p[0]))
		rest = (struct span){ rest.p + 1, rest.len - 1 };
	word = (struct span){ rest.p, 0 };
	while (rest.len != 0 && !action_is_blank(rest.p[0])) {
		word.len++;
		rest = (struct span){ rest.p + 1, rest.len - 1 };
	}
	if (!span_eq_str(word, "allow") && !span_eq_str(word, "deny"))
		return err_set(e, EBADMSG,
			       "a test begins with allow or deny, as \"deny "
			       "read /etc/shadow\" does");
	*ret_allow = span_eq_str(word, "allow");
	return action_parse(rest, ret, e);
}

enum test_result test_judge(bool expects_allow, enum verdict v)
{
	if (v == VERDICT_NOT_ENFORCED)
		return TEST_NOT_ENFORCED;
	return expects_allow == (v == VERDICT_ALLOWED) ? TEST_PASSED
						       : TEST_FAILED;
}

static int test_decide(const struct policy *p, struct policy_test *t,
		       struct err *e)
{
	struct buf out;
	int r = model_decide(t->model, &p->kernel, &t->action, &t->decision);

	if (r < 0)
		return err_set(e, -r, "the decision does not fit");
	buf_init(&out, (size_t)DECIDE_LAYERS * REASON_MAX);
	decision_sentence(&out, t->model, &t->action, &t->decision);
	r = buf_error(&out);
	if (r == 0)
		t->sentence = span_dup(buf_view(&out));
	buf_done(&out);
	if (r < 0 || t->sentence == NULL)
		return err_set(e, ENOMEM, "out of memory");
	t->result = test_judge(t->expects_allow, t->decision.verdict);
	return 0;
}

static int test_run(const struct policy *p, struct policy_test *t,
		    policy_test_fn *visit, void *ctx, struct err *e)
{
	int r = test_parse(span_of(t->words), &t->expects_allow, &t->action, e);

	if (r == 0)
		r = test_decide(p, t, e);
	if (r < 0)
		r = err_wrap(e, "services/%s.json: tests[%zu]", t->model->name,
			     t->index);
	else
		r = visit(ctx, t);
	action_done(&t->action);
	decision_done(&t->decision);
	free(t->sentence);
	return r;
}

int policy_tests(const struct policy *p, policy_test_fn *visit, void *ctx,
		 struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < p->model_count && r == 0; i++) {
		const struct model *m = p->models[i];

		for (size_t k = 0; k < m->tests.count && r == 0; k++) {
			struct policy_test t = { .model = m,
						 .index = k,
						 .words = m->tests.items[k] };

			r = test_run(p, &t, visit, ctx, e);
		}
	}
	return r;
}

/* ---- the check of a bundle ---------------------------------------------- */

struct check {
	size_t failed;
	struct err first;
};

static int test_check(void *ctx, const struct policy_test *t)
{
	struct check *c = ctx;

	if (t->result != TEST_FAILED || c->failed++ != 0)
		return 0;
	(void)err_set(&c->first, EBADMSG,
		      "services/%s.json: tests[%zu]: \"%.120s\" does not hold: "
		      "%s",
		      t->model->name, t->index, t->words, t->sentence);
	return 0;
}

int policy_tests_check(const struct policy *p, struct err *e)
{
	struct check c = { 0 };
	const int r = policy_tests(p, test_check, &c, e);

	if (r < 0)
		return r;
	if (c.failed == 0)
		return 0;
	(void)err_set(e, EBADMSG, "%s", c.first.text);
	if (c.failed > 1)
		(void)err_wrap(e, "%zu tests fail, the first", c.failed);
	return err_hint(e, "bailiff-bundle test shows each test with its "
			   "decision; --unchecked does without them");
}
