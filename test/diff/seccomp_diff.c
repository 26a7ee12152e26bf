/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_diff.c - random profiles, decided five ways.
 *
 * usage: seccomp_diff [--seed N] [--cases N] [--seconds N] [--quiet]
 *
 * Each seed is a profile and up to LIVE_POINTS calls at its boundaries. Asked
 * are the plain reading (seccomp_draft.h), profile_verdict(), the interpreter
 * over the emitted program, and for calls that do no harm this kernel: they
 * agree, or the seed, the profile and the call are printed and it ends with 1.
 * libseccomp's program for the same profile is asked too. Where it says
 * something else, the profile is shrunk to the fewest rules that it gets
 * wrong, and those must be of a kind that bailiff-policy(5) tells of; anything
 * else is a finding as well.
 *
 * Exit: 0; 1 for a finding; 2 for wrong usage; 111.
 */
#include <errno.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "test/diff/run.h"
#include "test/diff/seccomp_live.h"
#include "test/diff/seccomp_peer.h"

#define JSON_MAX 65536
#define SAMPLES	 12 /* arguments tried with each number that has conditions */

/* How libseccomp may differ; the words of the result line. */
enum peer_kind {
	PEER_SAME,
	PEER_NARROW,	/* 32-bit calls: halves of constants, socketcall, ipc */
	PEER_MASK,	/* valueTwo has bits that the mask has not */
	PEER_STRICTEST, /* several actions for a call */
	PEER_OPEN,	/* rules of one action, merged: too much is allowed */
	PEER_SHUT,	/* the same: too much is denied */
	PEER_HUNG,
	PEER_REFUSED, /* it does not take the rules, or makes too many */
	PEER_KINDS
};
static const char *const peer_words[PEER_KINDS] = {
	"as libseccomp",
	"other for 32-bit calls",
	"other for bits outside a mask",
	"other for several actions",
	"wrongly allowed by it",
	"wrongly denied by it",
	"it hung",
	"it refused",
};

struct run {
	struct diff_run run;
	bool has_x86;
	struct live *live; /* NULL: no calls are made here */
	/* counted: */
	unsigned long long points, live_points, refused, too_big;
	unsigned long long peers[PEER_KINDS];
};

/* One profile, with all that comes of it. */
struct trial {
	uint64_t seed;
	struct draft draft;
	struct profile profile;
	struct program program;
	struct seccomp_data points[LIVE_POINTS];
	size_t count;
	struct buf json;
};

/* ---- findings ---------------------------------------------------------- */

static void call_print(const struct seccomp_data *d)
{
	printf("call %#x of architecture %#x with %#llx %#llx %#llx %#llx "
	       "%#llx %#llx",
	       (unsigned)d->nr, d->arch, (unsigned long long)d->args[0],
	       (unsigned long long)d->args[1], (unsigned long long)d->args[2],
	       (unsigned long long)d->args[3], (unsigned long long)d->args[4],
	       (unsigned long long)d->args[5]);
}

/* Return: 1, always. */
static int finding(struct trial *t, const struct seccomp_data *d,
		   const char *what, unsigned want, unsigned got)
{
	printf("FINDING --seed %llu --cases 1: %s\n",
	       (unsigned long long)t->seed, what);
	if (d != NULL) {
		call_print(d);
		printf(": %#x by the plain reading, %#x\n", want, got);
	}
	printf("%s\n", buf_cstr(&t->json));
	return 1;
}

/* ---- calls to ask about ------------------------------------------------ */

static uint64_t near_value(struct draft_dice *dice, uint64_t c)
{
	const uint64_t near[] = { c,
				  c - 1,
				  c + 1,
				  c << 32 | c >> 32,
				  c + (1ULL << 32),
				  c - (1ULL << 32),
				  c | 0x9600000000000000,
				  c ^ 1ULL << dice_below(dice, 64),
				  ~c };

	return near[dice_below(dice, sizeof(near) / sizeof(near[0]))];
}

/* Arguments around the constants of any rule that is compared with them. */
static void args_draw(const struct draft *d, struct draft_dice *dice,
		      struct seccomp_data *point)
{
	for (unsigned i = 0; i < 6; i++)
		point->args[i] = dice_below(dice, 8) ? 0 : dice_roll(dice);
	for (unsigned i = 0; i < d->count; i++)
		for (unsigned k = 0; k < d->entries[i].cond_count; k++) {
			const struct draft_cond *c = &d->entries[i].conds[k];

			if (dice_below(dice, 3) == 0)
				continue;
			point->args[c->index] = near_value(
				dice, c->op == 6 ? c->value_two : c->value);
		}
}

static void point_add(struct trial *t, uint32_t arch, uint32_t nr,
		      struct draft_dice *dice, unsigned samples)
{
	for (unsigned i = 0; i < samples && t->count < LIVE_POINTS; i++) {
		struct seccomp_data *p = &t->points[t->count++];

		*p = (struct seccomp_data){ .nr = (int)nr, .arch = arch };
		args_draw(&t->draft, dice, p);
	}
}

static void call_points(struct trial *t, const struct draft_call *c,
			enum draft_arch arch, struct draft_dice *dice)
{
	const uint32_t bit = arch == DRAFT_X32 ? X32 : 0;
	const uint32_t token = draft_tokens[arch];
	const uint32_t nr = (uint32_t)c->numbers[arch] | bit;

	if (c->numbers[arch] < 0)
		return;
	point_add(t, token, nr, dice, SAMPLES);
	point_add(t, token, nr - 1, dice, 1);
	point_add(t, token, nr + 1, dice, 1);
	point_add(t, token, nr ^ X32, dice, 1);
	if (arch != DRAFT_X86 || c->outer == 0)
		return;
	point_add(t, token, c->outer, dice, 3);
	for (uint32_t i = 0; i < 3 && t->count < LIVE_POINTS; i++) {
		point_add(t, token, c->outer, dice, 1);
		t->points[t->count - 1].args[0] =
			(c->part - 1 + i) | dice_below(dice, 2) << 16;
	}
}

static void points_make(struct trial *t, struct draft_dice *dice)
{
	static const uint32_t always[] = { 0,	      700,	  X32 - 1,
					   X32,	      0x7fffffff, 0x80000000,
					   UINT32_MAX };

	t->count = 0;
	for (unsigned arch = 0; arch < DRAFT_ARCHS; arch++) {
		if ((t->draft.archs & 1U << arch) == 0)
			continue;
		for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
			point_add(t, draft_tokens[arch], always[i], dice, 1);
		for (unsigned i = 0; i < t->draft.count; i++)
			for (unsigned k = 0; k < t->draft.entries[i].name_count;
			     k++)
				call_points(t,
					    &draft_calls[t->draft.entries[i]
								 .names[k]],
					    (enum draft_arch)arch, dice);
	}
	point_add(t, AUDIT_ARCH_S390X, 39, dice, 1);
	point_add(t, AUDIT_ARCH_I386, 20, dice, 1);
}

/* ---- the kernel -------------------------------------------------------- */

/* Whether a call may be made whatever its arguments: one of those without, or
 * a number that no table has. */
static bool is_harmless(const struct run *r, const struct seccomp_data *d)
{
	const enum draft_arch arch = draft_arch_of(d);
	const uint32_t nr = (uint32_t)d->nr & ~X32;

	if (!((arch == DRAFT_X86 && r->has_x86) ||
	      d->arch == draft_tokens[DRAFT_X86_64]))
		return false;
	if (nr >= 600)
		return true;
	/* socketcall looks at its second argument first, shmat at an
	 * identifier that nobody has. */
	if (arch == DRAFT_X86 && (uint32_t)d->nr == 102)
		return (uint32_t)d->args[1] - 4096 > INT32_MAX;
	if (arch == DRAFT_X86 && (uint32_t)d->nr == 117)
		return (d->args[0] & 0xffff) == 21;
	for (const struct draft_call *c = draft_calls; c->name != NULL; c++)
		if (c->is_harmless && c->numbers[arch] == (int)nr)
			return arch != DRAFT_X86 || (uint32_t)d->nr == nr;
	return false;
}

/* At most so many calls of one case end the thread or the process: each costs
 * a child. */
#define DEATHS 6

static size_t live_choose(const struct run *r, const struct trial *t,
			  struct seccomp_data *calls)
{
	size_t n = 0, deaths = 0;

	for (size_t i = 0; i < t->count; i++) {
		const struct seccomp_data *d = &t->points[i];
		const uint32_t ret = draft_says(&t->draft, d, true);
		const bool is_death = action_rank(ret) >=
				      action_rank(SECCOMP_RET_KILL_THREAD);

		if (!is_harmless(r, d) || (is_death && deaths == DEATHS))
			continue;
		deaths += is_death;
		calls[n++] = *d;
	}
	return n;
}

static int live_compare(struct run *r, struct trial *t)
{
	static struct seccomp_data calls[LIVE_POINTS];
	const struct sock_fprog filter = {
		.len = (unsigned short)t->program.count,
		.filter = t->program.insns,
	};
	const struct live_answer *a;
	size_t n;
	int code;

	if (t->draft.native != DRAFT_X86_64 || r->live == NULL)
		return 0;
	n = live_choose(r, t, calls);
	/* Every action would be recorded with FLAG_LOG, hundreds a second. */
	code = live_run(r->live, &filter,
			t->profile.flags & SECCOMP_FILTER_FLAG_SPEC_ALLOW,
			calls, n, &a);
	if (code < 0)
		return finding(t, NULL,
			       code == -EINVAL
				       ? "the kernel does not take the program"
				       : "the kernel gave no answer",
			       0, 0);
	for (size_t i = 0; i < n; i++) {
		const uint32_t want = draft_says(&t->draft, &calls[i], true);

		if (live_agrees(&a[i], want))
			continue;
		printf("the kernel: kind %d, %lld; without the filter %lld\n",
		       (int)a[i].kind, (long long)a[i].got,
		       (long long)a[i].plain);
		return finding(t, &calls[i], "the kernel differs", want, 0);
	}
	r->live_points += n;
	return 0;
}

/* ---- libseccomp -------------------------------------------------------- */

/* Whether libseccomp's program for @d says at @at what it must not. */
static bool peer_differs(const struct draft *d, const struct seccomp_data *at)
{
	static struct program theirs;
	uint32_t got;

	return peer_compile(d, &theirs) == 0 &&
	       program_run(&theirs, at, &got) == 0 &&
	       got != draft_says(d, at, false);
}

static void entry_remove(struct draft *d, unsigned at)
{
	d->count--;
	memmove(&d->entries[at], &d->entries[at + 1],
		(d->count - at) * sizeof(d->entries[0]));
}

static void name_remove(struct draft_entry *e, unsigned at)
{
	e->name_count--;
	memmove(&e->names[at], &e->names[at + 1],
		(e->name_count - at) * sizeof(e->names[0]));
}

static void cond_remove(struct draft_entry *e, unsigned at)
{
	e->cond_count--;
	memmove(&e->conds[at], &e->conds[at + 1],
		(e->cond_count - at) * sizeof(e->conds[0]));
}

/* The draft without its part number @n; false when it has fewer. */
static bool part_remove(struct draft *d, unsigned n)
{
	for (unsigned i = 0; i < d->count; i++)
		if (n-- == 0) {
			entry_remove(d, i);
			return true;
		}
	for (unsigned i = 0; i < d->count; i++) {
		struct draft_entry *e = &d->entries[i];

		if (e->name_count > 1 && n < e->name_count) {
			name_remove(e, n);
			return true;
		}
		n -= e->name_count > 1 ? e->name_count : 0;
		if (n < e->cond_count) {
			cond_remove(e, n);
			return true;
		}
		n -= e->cond_count;
	}
	return false;
}

/* The fewest entries, names and conditions that are still decided wrongly. */
static void draft_shrink(struct draft *d, const struct seccomp_data *at)
{
	for (unsigned n = 0;;) {
		struct draft less = *d;

		if (!part_remove(&less, n))
			return;
		if (peer_differs(&less, at)) {
			*d = less;
			n = 0;
		} else {
			n++;
		}
	}
}

static bool has_strange_mask(const struct draft *d)
{
	for (unsigned i = 0; i < d->count; i++)
		for (unsigned k = 0; k < d->entries[i].cond_count; k++) {
			const struct draft_cond *c = &d->entries[i].conds[k];

			if (c->op == 6 && (c->value_two & ~c->value) != 0)
				return true;
		}
	return false;
}

/* libseccomp looks at lower halves alone, also of x32, whose calls have whole
 * registers; and it puts conditions to socketcall and ipc. */
static bool is_narrow_matter(const struct draft *d, enum draft_arch arch)
{
	bool has_conds = false, has_wide = false, has_part = false;

	for (unsigned i = 0; i < d->count; i++) {
		const struct draft_entry *e = &d->entries[i];

		has_conds |= e->cond_count != 0;
		for (unsigned k = 0; k < e->name_count; k++)
			has_part |= draft_calls[e->names[k]].outer != 0;
		for (unsigned k = 0; k < e->cond_count; k++)
			has_wide |= (e->conds[k].value |
				     e->conds[k].value_two) > UINT32_MAX;
	}
	return (arch == DRAFT_X32 && has_conds) ||
	       (arch == DRAFT_X86 && (has_wide || has_part)) ||
	       (arch == DRAFT_ARM && has_wide);
}

/* Of the rules that a difference was shrunk to. */
static enum peer_kind peer_classify(const struct draft *d,
				    const struct seccomp_data *at, uint32_t got)
{
	unsigned rules = 0;
	bool has_actions = false;

	for (unsigned i = 0; i < d->count; i++) {
		const struct draft_entry *e = &d->entries[i];

		rules += draft_is_either(e) ? e->cond_count : 1;
		has_actions |=
			draft_ret(e->action, e->data) !=
			draft_ret(d->entries[0].action, d->entries[0].data);
	}
	if (is_narrow_matter(d, draft_arch_of(at)))
		return PEER_NARROW;
	if (has_strange_mask(d))
		return PEER_MASK;
	if (has_actions)
		return PEER_STRICTEST;
	if (rules < 2)
		return PEER_SAME;
	return action_rank(got) < action_rank(draft_says(d, at, false))
		       ? PEER_OPEN
		       : PEER_SHUT;
}

static int peer_difference(struct run *r, struct trial *t,
			   const struct seccomp_data *at, uint32_t got)
{
	struct draft least = t->draft;
	enum peer_kind kind;

	draft_shrink(&least, at);
	kind = peer_classify(&least, at, got);
	r->peers[kind]++;
	if (kind != PEER_SAME)
		return 0;
	buf_reset(&t->json);
	draft_json(&least, &t->json);
	return finding(t, at, "libseccomp differs, for no known reason",
		       draft_says(&least, at, false), got);
}

static int peer_compare(struct run *r, struct trial *t)
{
	static struct program theirs;
	const int code = peer_compile(&t->draft, &theirs);

	if (code < 0) {
		r->peers[code == -ETIMEDOUT ? PEER_HUNG : PEER_REFUSED]++;
		return code == -EIO ? finding(t, NULL, "libseccomp died", 0, 0)
				    : 0;
	}
	for (size_t i = 0; i < t->count; i++) {
		const struct seccomp_data *d = &t->points[i];
		uint32_t got;

		/* What a tracer leaves to skip a call: x32's for them. */
		if ((uint32_t)d->nr == UINT32_MAX)
			continue;
		if (program_run(&theirs, d, &got) < 0)
			return finding(t, d, "libseccomp's program is none", 0,
				       0);
		if (got != draft_says(&t->draft, d, false))
			return peer_difference(r, t, d, got);
	}
	r->peers[PEER_SAME]++;
	return 0;
}

/* ---- a case ------------------------------------------------------------ */

static int points_compare(struct run *r, struct trial *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct seccomp_data *d = &t->points[i];
		const uint32_t want = draft_says(&t->draft, d, true);
		const uint32_t model = profile_verdict(&t->profile, d);
		uint32_t got;

		if (model != want)
			return finding(t, d, "the model differs", want, model);
		if (program_run(&t->program, d, &got) < 0)
			return finding(t, d, "the program is none", want, 0);
		if (got != want)
			return finding(t, d, "the program differs", want, got);
	}
	r->points += t->count;
	return 0;
}

/* Return: 1 when there is nothing further to compare; 0; -1 for a finding. */
static int trial_compile(struct run *r, struct trial *t)
{
	AUTO_JSON *object = NULL;
	struct proof proof;
	struct err e = { 0 };
	int code = json_parse(buf_view(&t->json), JSON_MAX, &object, &e);

	if (code == 0)
		code = profile_parse_for(
			object,
			t->draft.native == DRAFT_X32
				? profile_arch_token(span_of("SCMP_ARCH_X32"))
				: draft_tokens[t->draft.native],
			&t->profile, &e);
	if ((code == -EBADMSG) != draft_is_refused(&t->draft))
		return -finding(t, NULL, code < 0 ? e.text : "is not refused",
				0, 0);
	if (code < 0) {
		r->refused++;
		return 1;
	}
	/* Denials are always recorded; the other threads are none. */
	if (t->profile.flags !=
	    (SECCOMP_FILTER_FLAG_LOG |
	     ((t->draft.flags & 1) != 0 ? SECCOMP_FILTER_FLAG_SPEC_ALLOW : 0)))
		return -finding(t, NULL, "its flags are others", 0, 0);
	code = program_generate(&t->profile, &t->program, &e);
	if (code == 0)
		code = program_prove(&t->profile, &t->program, &proof, &e);
	if (code < 0 && code != -E2BIG)
		return -finding(t, NULL, e.text, 0, 0);
	r->too_big += code < 0;
	return code < 0;
}

static int trial_run(struct run *r, struct trial *t)
{
	struct draft_dice dice = { t->seed };
	int code;

	draft_make(&t->draft, &dice);
	buf_reset(&t->json);
	draft_json(&t->draft, &t->json);
	points_make(t, &dice);
	code = trial_compile(r, t);
	if (code == 0)
		code = points_compare(r, t);
	else
		return code < 0;
	if (code == 0)
		code = live_compare(r, t);
	if (code == 0)
		code = peer_compare(r, t);
	return code;
}

/* ---- the run ----------------------------------------------------------- */

static void tell(const struct run *r, const char *end)
{
	unsigned long long compared = 0;

	printf("seccomp: %llu profiles, %llu calls by model and program, %llu "
	       "by the kernel, %llu refused, %llu too large;",
	       (unsigned long long)r->run.done, r->points, r->live_points,
	       r->refused, r->too_big);
	for (unsigned i = 0; i < PEER_KINDS; i++)
		compared += r->peers[i];
	printf(" of %llu", compared);
	for (unsigned i = 0; i < PEER_KINDS; i++)
		printf("%s %llu %s", i != 0 ? "," : "", r->peers[i],
		       peer_words[i]);
	printf("%s", end);
	(void)fflush(stdout);
}

static int run(struct run *r)
{
	struct trial *t = calloc(1, sizeof(*t));
	int code = t != NULL ? 0 : 111;

	if (t == NULL)
		return code;
	buf_init(&t->json, JSON_MAX);
	for (; code == 0 && diff_goes_on(&r->run); r->run.done++) {
		if (diff_tells(&r->run))
			tell(r, "\r");
		t->seed = r->run.seed + r->run.done;
		code = trial_run(r, t);
		profile_done(&t->profile);
	}
	tell(r, "\n");
	buf_done(&t->json);
	free(t);
	return code;
}

int main(int argc, char **argv)
{
	struct run r = { 0 };
	int code = diff_options(argc, argv, &r.run);

	if (code != 0)
		return code;
#ifdef __x86_64__
	r.live = live_new();
	if (r.live == NULL)
		return 111;
	r.has_x86 = live_has_x86(r.live);
#endif
	code = run(&r);
	live_free(r.live);
	return code;
}
