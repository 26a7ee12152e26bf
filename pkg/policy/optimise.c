/* SPDX-License-Identifier: Apache-2.0 */
/* optimise.c - see optimise.h. */
#include "pkg/policy/optimise.h"

#include <errno.h>

#include "lib/auto.h"

#define WORDS_MAX 256

static int oom(struct err *e)
{
	return err_set(e, ENOMEM, "out of memory");
}

/* Both lists are sorted; @less is a part of @all. */
static int network_removed(const struct network *all,
			   const struct network *less, struct lines *removed)
{
	AUTO_DONE(buf_done) struct buf words;
	size_t k = 0;
	int r = 0;

	buf_init(&words, WORDS_MAX);
	for (size_t i = 0; i < all->count && r == 0; i++) {
		if (k < less->count &&
		    net_rule_order(&all->rules[i], &less->rules[k]) == 0) {
			k++;
			continue;
		}
		buf_reset(&words);
		net_rule_print(&words, &all->rules[i]);
		r = buf_cstr(&words) == NULL
			    ? -ENOMEM
			    : lines_add(removed, "%s: other rules cover it",
					words.p);
	}
	return r;
}

static bool device_equal(const struct device_rule *a,
			 const struct device_rule *b)
{
	return a->allows == b->allows && a->type == b->type &&
	       a->major == b->major && a->minor == b->minor &&
	       a->access == b->access;
}

/* Those that stay are in the same order; the last of equal ones stays. */
static int devices_removed(const struct devices *all,
			   const struct devices *less, struct lines *removed)
{
	AUTO_DONE(buf_done) struct buf words;
	size_t k = less->count;
	int r = 0;

	buf_init(&words, WORDS_MAX);
	for (size_t i = all->count; i > 0 && r == 0; i--) {
		const struct device_rule *rule = &all->rules[i - 1];

		if (k > 0 && device_equal(&less->rules[k - 1], rule)) {
			k--;
			continue;
		}
		buf_reset(&words);
		device_rule_print(&words, rule);
		r = buf_cstr(&words) == NULL
			    ? -ENOMEM
			    : lines_add(removed, "%s: later rules decide",
					words.p);
	}
	return r;
}

int model_optimise(const struct model *m, struct optimised *ret, struct err *e)
{
	int r = 0;

	if (m->has_seccomp)
		r = profile_reduce(&m->profile, &ret->profile, &ret->reduction,
				   e);
	if (r < 0)
		return err_wrap(e, "seccomp");
	if (network_reduce(&m->network, &ret->network) < 0 ||
	    devices_reduce(&m->devices, &ret->devices) < 0 ||
	    network_removed(&m->network, &ret->network, &ret->removed) < 0 ||
	    devices_removed(&m->devices, &ret->devices, &ret->removed) < 0)
		return oom(e);
	return 0;
}

void optimised_done(struct optimised *o)
{
	profile_done(&o->profile);
	network_done(&o->network);
	devices_done(&o->devices);
	lines_done(&o->removed);
}
