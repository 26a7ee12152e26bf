/* SPDX-License-Identifier: Apache-2.0 */
/* waiver.c - see waiver.h. */
#include "pkg/policy/waiver.h"

#include <errno.h>
#include <string.h>

#include "pkg/policy/gap.h"

const struct layer_row layer_table[LAYERS] = {
	[LAYER_LANDLOCK] = { "landlock", "no-landlock" },
	[LAYER_SECCOMP] = { "seccomp", "no-seccomp" },
	[LAYER_CAPS] = { "capabilities", "no-capabilities" },
};

static int accept_word(struct span word, struct accepts *a, struct err *e)
{
	int gap;

	for (size_t k = 0; k < LAYERS; k++)
		if (span_eq_str(word, layer_table[k].accept)) {
			a->layers[k] = true;
			return 0;
		}
	gap = gap_find(word);
	if (gap >= 0) {
		a->gaps |= gap_bit((enum gap)gap);
		return 0;
	}
	(void)err_set(e, EBADMSG,
		      "must be no-landlock, no-seccomp, no-capabilities or "
		      "the id of a gap");
	return err_hint(e, "bailiff-policy(5) lists the gaps, bailiff-bundle "
			   "lint names those that are open");
}

int accepts_parse(const json_t *array, struct accepts *ret, struct err *e)
{
	json_t *word;
	size_t i;

	json_array_foreach(array, i, word) {
		const int r = accept_word(json_span(word), ret, e);

		if (r < 0)
			return err_wrap(e, "accept[%zu]", i);
	}
	return 0;
}

int layers_check(const struct accepts *a, const bool is_there[LAYERS],
		 struct err *e)
{
	for (size_t k = 0; k < LAYERS; k++) {
		if (a->layers[k] && is_there[k])
			return err_set(e, EBADMSG,
				       "has \"%s\" and accepts \"%s\": take "
				       "one out",
				       layer_table[k].member,
				       layer_table[k].accept);
		if (a->layers[k] || is_there[k])
			continue;
		(void)err_set(e, EBADMSG, "\"%s\" is missing",
			      layer_table[k].member);
		return err_hint(e, "a service that does without a layer says "
				   "so: \"accept\": [\"no-landlock\"], "
				   "\"no-seccomp\", \"no-capabilities\"");
	}
	return 0;
}

static int best_effort_word(struct span word, struct best_effort *b,
			    struct err *e)
{
	const struct {
		const char *name;
		bool *flag;
	} rows[] = {
		{ "landlock", &b->landlock },
		{ "seccomp", &b->seccomp },
		{ "network", &b->network },
		{ "devices", &b->devices },
	};
	const size_t prefix = strlen("landlock.");
	const struct right *right = NULL;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (span_eq_str(word, rows[i].name)) {
			*rows[i].flag = true;
			return 0;
		}
	if (span_starts(word, "landlock."))
		right = right_find(
			(struct span){ word.p + prefix, word.len - prefix });
	if (right == NULL)
		return err_set(e, EBADMSG,
			       "\"%.60s\" is not landlock, seccomp, network, "
			       "devices or landlock.RIGHT",
			       word.p != NULL ? word.p : "");
	b->rights[right->class] |= right->bit;
	return 0;
}

int best_effort_parse(const json_t *value, struct best_effort *b, struct err *e)
{
	json_t *word;
	size_t i;

	if (value == NULL)
		return 0;
	if (json_is_true(value)) {
		b->is_all = true;
		return 0;
	}
	if (!json_is_array(value) || json_array_size(value) == 0)
		return err_set(e, EBADMSG,
			       "must be true or a list of what may be missing");
	json_array_foreach(value, i, word) {
		const int r = best_effort_word(json_span(word), b, e);

		if (r < 0)
			return r;
	}
	return 0;
}

bool best_effort_is_any(const struct best_effort *b)
{
	return b->is_all || b->landlock || b->seccomp || b->network ||
	       b->devices || b->rights[RIGHT_FS] != 0 ||
	       b->rights[RIGHT_NET] != 0 || b->rights[RIGHT_SCOPE] != 0;
}
