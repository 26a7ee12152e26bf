/* SPDX-License-Identifier: Apache-2.0 */
/* test.c - bailiff-bundle test: do the tests in the policies hold, by the model
 * and on this kernel? And: may a service do this?
 */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/bailiff-bundle/bundle_check.h"
#include "cmd/bailiff-bundle/live.h"
#include "cmd/bailiff-bundle/policies.h"
#include "lib/auto.h"
#include "lib/num.h"
#include "lib/text.h"
#include "pkg/landlock/rights.h"

#define ANSWER_MAX 1048576

/* What the user asked for. */
struct question {
	struct option_list files;
	const char *policies, *abi, *what, *service, *root;
	bool is_json, is_live;
};

/* How a test ended. */
enum ending {
	ENDED_OK,
	ENDED_FAILED,	    /* not as the policy's author expects */
	ENDED_DIFFERS,	    /* the kernel is of another mind than the model */
	ENDED_NOT_ENFORCED, /* neither: the kernel lacks the layer */
	ENDED_NOT_TRIED,    /* the model says ok; not done for real */
	ENDINGS
};

static const struct {
	const char *mark, *word;
	bool is_good;
} endings[ENDINGS] = {
	[ENDED_OK] = { "ok", "ok", true },
	[ENDED_FAILED] = { "FAIL", "failed", false },
	[ENDED_DIFFERS] = { "DIFFERS", "differs", false },
	[ENDED_NOT_ENFORCED] = { "not enforced", "not-enforced", false },
	[ENDED_NOT_TRIED] = { "not tried", "not-tried", true },
};

struct run {
	const struct question *q;
	const struct policy *policy;
	int width; /* of the longest service name */
	size_t counts[ENDINGS];
	json_t *rows; /* --json */
	struct err *e;
};

/* ---- one test ----------------------------------------------------------- */

static enum ending ending_of(const struct policy_test *t,
			     const struct live_result *live)
{
	static const enum ending by_model[] = {
		[TEST_PASSED] = ENDED_OK,
		[TEST_FAILED] = ENDED_FAILED,
		[TEST_NOT_ENFORCED] = ENDED_NOT_ENFORCED,
	};
	const bool is_denied = t->decision.verdict == VERDICT_DENIED;

	if (live == NULL)
		return by_model[t->result];
	if (live->answer == LIVE_NOT_TRIED)
		return t->result == TEST_PASSED ? ENDED_NOT_TRIED
						: by_model[t->result];
	if ((live->answer == LIVE_DENIED) != is_denied)
		return ENDED_DIFFERS;
	return by_model[t->result];
}

static void clean_put(const char *text)
{
	struct buf out;

	buf_init(&out, ANSWER_MAX);
	text_escape(&out, span_of(text), false);
	if (buf_cstr(&out) != NULL)
		(void)fputs(buf_cstr(&out), stdout);
	buf_done(&out);
}

static const char *kernel_says(enum live_answer answer)
{
	return answer == LIVE_ALLOWED ? "allows" : "denies";
}

/* One line; what did not end well with its reason. */
static void line_print(const struct run *run, const struct policy_test *t,
		       const struct live_result *live, enum ending end)
{
	printf("%-12s  %-*s  ", endings[end].mark, run->width, t->model->name);
	clean_put(t->words);
	if (end == ENDED_NOT_TRIED) {
		printf(": ");
		clean_put(live->why);
	} else if (end == ENDED_DIFFERS) {
		printf(": the kernel %s it (", kernel_says(live->answer));
		clean_put(live->why);
		printf("), the model says: ");
		clean_put(t->sentence);
	} else if (end != ENDED_OK) {
		printf(": ");
		clean_put(t->sentence);
	}
	printf("\n");
}

static json_t *live_object(const struct live_result *live)
{
	static const char *const answers[] = {
		[LIVE_ALLOWED] = "allowed",
		[LIVE_DENIED] = "denied",
		[LIVE_NOT_TRIED] = "not-tried",
	};

	if (live == NULL)
		return json_null();
	return json_pack("{s:s, s:s}", "verdict", answers[live->answer], "why",
			 live->why);
}

static int row_add(const struct run *run, const struct policy_test *t,
		   const struct live_result *live, enum ending end)
{
	const struct decision *d = &t->decision;

	if (json_array_append_new(
		    run->rows,
		    json_pack(
			    "{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:o}",
			    "service", t->model->name, "index",
			    (json_int_t)t->index, "test", t->words, "expected",
			    t->expects_allow ? "allowed" : "denied", "verdict",
			    verdict_name(d->verdict), "layer",
			    d->has_layer ? decide_layer_name(d->layer) : "none",
			    "result", endings[end].word, "sentence",
			    t->sentence, "live", live_object(live))) < 0)
		return err_set(run->e, ENOMEM, "out of memory");
	return 0;
}

static int test_show(void *ctx, const struct policy_test *t)
{
	struct run *run = ctx;
	struct live_result result, *live = NULL;
	enum ending end;

	if (run->q->is_live) {
		const int r = live_try(run->policy, t, &result, run->e);

		if (r < 0)
			return err_wrap(run->e, "%s: \"%.120s\"",
					t->model->name, t->words);
		live = &result;
	}
	end = ending_of(t, live);
	run->counts[end]++;
	if (run->rows != NULL)
		return row_add(run, t, live, end);
	line_print(run, t, live, end);
	return 0;
}

/* ---- all of them -------------------------------------------------------- */

static bool run_is_good(const struct run *run)
{
	for (size_t i = 0; i < ENDINGS; i++)
		if (!endings[i].is_good && run->counts[i] != 0)
			return false;
	return true;
}

static void summary_print(const struct run *run)
{
	const char *sep = ": ";
	size_t all = 0;

	for (size_t i = 0; i < ENDINGS; i++)
		all += run->counts[i];
	printf("%zu test%s", all, all == 1 ? "" : "s");
	for (size_t i = 0; i < ENDINGS; i++) {
		if (run->counts[i] == 0)
			continue;
		printf("%s%zu %s", sep, run->counts[i], endings[i].mark);
		sep = ", ";
	}
	printf("\n");
}

static int summary_json(const struct run *run, uint32_t abi, struct err *e)
{
	AUTO_JSON *all = json_pack(
		"{s:I, s:b, s:b, s:O}", "landlock_abi", (json_int_t)abi, "live",
		run->q->is_live, "good", run_is_good(run), "tests", run->rows);

	for (size_t i = 0; i < ENDINGS; i++)
		if (json_object_set_new(
			    all, endings[i].word,
			    json_integer((json_int_t)run->counts[i])) < 0)
			return err_set(e, ENOMEM, "out of memory");
	return verb_print_json(all) < 0 ? err_set(e, ENOMEM, "out of memory")
					: 0;
}

static int tests_run(const struct question *q, const struct policy *p,
		     uint32_t abi, struct err *e)
{
	AUTO_JSON *rows = q->is_json ? json_array() : NULL;
	struct run run = { .q = q, .policy = p, .rows = rows, .e = e };
	int r;

	for (size_t i = 0; i < policy_service_count(p); i++) {
		const int len = (int)strlen(policy_service(p, i)->name);

		run.width = len > run.width ? len : run.width;
	}
	r = policy_tests(p, test_show, &run, e);
	if (r == 0 && q->is_json)
		r = summary_json(&run, abi, e);
	else if (r == 0)
		summary_print(&run);
	if (r < 0)
		return r;
	return run_is_good(&run) ? EXIT_DONE : EXIT_NO;
}

/* ---- one question ------------------------------------------------------- */

static int service_pick(const struct question *q, const struct policy *p,
			struct span *ret, struct err *e)
{
	if (q->service != NULL) {
		*ret = span_of(q->service);
		return 0;
	}
	if (policy_service_count(p) != 1)
		return err_set(e, EINVAL,
			       "--service NAME is missing: there are %zu "
			       "services",
			       policy_service_count(p));
	*ret = span_of(policy_service(p, 0)->name);
	return 0;
}

static int what_answer(const struct question *q, const struct policy *p,
		       struct err *e)
{
	AUTO_DONE(buf_done) struct buf out;
	AUTO_JSON *answer = NULL;
	struct span service;
	const char *verdict;
	int r;

	buf_init(&out, ANSWER_MAX);
	r = service_pick(q, p, &service, e);
	if (r == 0)
		r = policy_what(p, service, span_of(q->what), &out, e);
	/* Not the policy is wrong, the question is. */
	if (r == -EBADMSG || r == -ENOENT) {
		e->code = EINVAL;
		return err_wrap(e, "--what");
	}
	if (r == 0)
		r = json_parse(buf_view(&out), ANSWER_MAX, &answer, e);
	if (r < 0)
		return r;
	verdict = json_string_value(json_object_get(answer, "verdict"));
	if (q->is_json) {
		r = verb_print_json(answer);
	} else {
		clean_put(
			json_string_value(json_object_get(answer, "sentence")));
		printf("\n");
	}
	if (r < 0)
		return err_set(e, ENOMEM, "out of memory");
	return strcmp(verdict, "denied") == 0 ? EXIT_NO : EXIT_DONE;
}

/* ---- the verb ----------------------------------------------------------- */

static int question_check(struct question *q, struct err *e)
{
	if ((q->policies != NULL) == (q->files.count != 0))
		return err_set(e, EINVAL,
			       "either --policies DIR or FILE of a service");
	if (q->policies != NULL)
		q->files = (struct option_list){ .items = { q->policies },
						 .count = 1 };
	if (q->is_live && q->abi != NULL)
		return err_set(e, EINVAL,
			       "--live is for this kernel, --abi for another");
	if (q->what != NULL && q->is_live)
		return err_set(e, EINVAL,
			       "--what asks the model: --live runs tests");
	if (q->root != NULL && !q->is_live)
		return err_set(e, EINVAL, "--root goes with --live");
	if (q->service != NULL && q->what == NULL)
		return err_set(e, EINVAL, "--service goes with --what");
	return 0;
}

/* The kernel to compile for: one that can do everything, unless said. */
static int kernel_pick(const struct question *q, struct policy_kernel *ret,
		       struct err *e)
{
	struct policy_kernel kernel = bundle_kernel;

	if (q->is_live)
		return live_kernel(ret, e);
	if (q->abi != NULL &&
	    num_parse_u32(span_of(q->abi), 0, LANDLOCK_ABI_NEWEST,
			  &kernel.landlock_abi) < 0)
		return err_set(e, EINVAL, "--abi %.20s is not 0 to %d", q->abi,
			       LANDLOCK_ABI_NEWEST);
	*ret = kernel;
	return 0;
}

static int root_enter(const struct question *q, struct err *e)
{
	if (q->root != NULL && (chroot(q->root) < 0 || chdir("/") < 0))
		return err_errno(e, "--root %s", q->root);
	return 0;
}

static int question_answer(const struct question *q, struct err *e)
{
	struct policy_kernel kernel;
	struct policy *p = NULL;
	int r = kernel_pick(q, &kernel, e);

	if (r == 0)
		r = policies_compile(&q->files, &kernel, &p, e);
	if (r == 0)
		r = root_enter(q, e);
	if (r == 0 && q->what != NULL)
		r = what_answer(q, p, e);
	else if (r == 0)
		r = tests_run(q, p, kernel.landlock_abi, e);
	policy_free(p);
	return r;
}

int verb_test(int argc, char **argv, struct err *e)
{
	struct question q = { 0 };
	const struct option_row rows[] = {
		{ "", OPTION_FILES, false, "FILE ...",
		  "services/NAME.json, or one directory", &q.files },
		{ "policies", OPTION_TEXT, false, "DIR",
		  "node.json, services/*.json", &q.policies },
		{ "abi", OPTION_TEXT, false, "N",
		  "the kernel's Landlock ABI (the newest known)", &q.abi },
		{ "live", OPTION_FLAG, false, NULL,
		  "also do it, on this kernel; as root", &q.is_live },
		{ "root", OPTION_TEXT, false, "DIR",
		  "the service's root directory, for --live", &q.root },
		{ "what", OPTION_TEXT, false, "WORDS",
		  "one question instead, as \"read /etc/shadow\"", &q.what },
		{ "service", OPTION_TEXT, false, "NAME", "whom it is about",
		  &q.service },
		{ "json", OPTION_FLAG, false, NULL, "print one JSON object",
		  &q.is_json },
		{ .kind = OPTION_END },
	};
	int r = verb_options("test", rows, argc, argv, e);

	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	r = question_check(&q, e);
	return r < 0 ? r : question_answer(&q, e);
}
