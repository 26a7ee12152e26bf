/* SPDX-License-Identifier: Apache-2.0 */
/* explain.c - bailiffctl explain SEQ. */
#include <inttypes.h>
#include <string.h>

#include "cmd/bailiffctl/ctl.h"
#include "lib/num.h"

/* A string with its own lines, or any value as a tree; indented. */
static void part_print(const char *title, const json_t *value)
{
	struct span rest = json_span(value);

	if (value == NULL || json_is_null(value))
		return;
	(void)printf("\n%s\n", title);
	if (!json_is_string(value)) {
		ctl_print_tree(value, 1);
		return;
	}
	while (rest.len != 0) {
		const struct span line = span_cut(&rest, '\n');

		(void)fputs("  ", stdout);
		ctl_put(line);
		(void)fputs("\n", stdout);
	}
}

static void fix_print(const struct ctl *ctl, const json_t *fix)
{
	if (fix == NULL || json_is_null(fix))
		return;
	if (json_is_string(fix)) {
		part_print("the smallest addition that allows it:", fix);
		return;
	}
	(void)fputs("\nthe smallest addition that allows it:\n", stdout);
	(void)ctl_print_json(ctl, fix);
}

int verb_explain(struct ctl *ctl, int argc, char **argv)
{
	AUTO_JSON *answer = NULL;
	const char *word = NULL;
	char path[64];
	uint64_t seq;
	int r = ctl_options(ctl, NULL, argc, argv, &word);

	if (r != CTL_DONE)
		return r;
	/* People type what tail prints: "#41". */
	if (word[0] == '#')
		word++;
	if (num_parse_u64(span_of(word), 1, UINT64_MAX, &seq) < 0)
		return ctl_usage(ctl, "\"%s\" is no sequence number", word);
	(void)snprintf(path, sizeof(path), "/v1/explain?seq=%" PRIu64, seq);
	r = ctl_ask(ctl, "GET", path, NULL, &answer);
	if (r != CTL_DONE)
		return r;
	if (ctl->wants_json)
		return ctl_print_json(ctl, answer);
	ctl_put(span_of(ctl_text(answer, "sentence")));
	(void)fputs("\n", stdout);
	part_print("rule:", json_object_get(answer, "rule"));
	part_print("missing:", json_object_get(answer, "missing"));
	fix_print(ctl, json_object_get(answer, "fix"));
	part_print("raw:", json_object_get(answer, "raw"));
	return CTL_DONE;
}
