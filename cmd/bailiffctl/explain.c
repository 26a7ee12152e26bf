/* SPDX-License-Identifier: Apache-2.0 */
/* explain.c - bailiffctl explain SEQ, and explain --what WORDS. */
#include <inttypes.h>
#include <string.h>

#include "cmd/bailiffctl/ctl.h"
#include "lib/num.h"
#include "pkg/policy/action.h"

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

/* What is common to what was denied and to what would be. */
static void answer_print(const struct ctl *ctl, const json_t *answer)
{
	ctl_put(span_of(ctl_text(answer, "sentence")));
	(void)fputs("\n", stdout);
	part_print("rule:", json_object_get(answer, "rule"));
	part_print("missing:", json_object_get(answer, "missing"));
	fix_print(ctl, json_object_get(answer, "fix"));
}

static int event_explain(struct ctl *ctl, const char *word)
{
	AUTO_JSON *answer = NULL;
	char path[64];
	uint64_t seq;
	int r;

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
	answer_print(ctl, answer);
	part_print("raw:", json_object_get(answer, "raw"));
	return CTL_DONE;
}

/* ---- what would be ------------------------------------------------------- */

/* Words that are none are the user's mistake, not an answer of no. */
static int words_check(const struct ctl *ctl, const char *what)
{
	struct action a = { 0 };
	struct err e = { 0 };
	const int r = action_parse(span_of(what), &a, &e);

	action_done(&a);
	if (r == 0)
		return CTL_DONE;
	(void)err_wrap(&e, "--what");
	(void)ctl_fail(ctl, &e);
	return CTL_USAGE;
}

static int what_ask(struct ctl *ctl, const char *what, const char *service,
		    json_t **ret)
{
	struct buf path;
	int r;

	buf_init(&path, (size_t)4 * ACTION_TEXT_MAX);
	buf_puts(&path, "/v1/explain?what=");
	ctl_query_value(&path, what);
	buf_puts(&path, "&service=");
	ctl_query_value(&path, service);
	r = buf_error(&path) < 0
		    ? ctl_usage(ctl, "--what is too long")
		    : ctl_ask(ctl, "GET", buf_cstr(&path), NULL, ret);
	buf_done(&path);
	/* No such service: that is no answer either. */
	return r == CTL_NO ? CTL_USAGE : r;
}

static void layers_print(const struct ctl *ctl, const json_t *layers)
{
	const json_t *layer;
	size_t i;

	if (json_array_size(layers) != 0)
		(void)fputs("\nlayers:\n", stdout);
	json_array_foreach((json_t *)(uintptr_t)layers, i, layer) {
		const char *verdict = ctl_text(layer, "verdict");

		(void)fputs("  ", stdout);
		ctl_put(span_of(ctl_text(layer, "layer")));
		(void)fputs(" ", stdout);
		ctl_color(ctl, strcmp(verdict, "denied") == 0 ? COLOR_BAD
							      : COLOR_PLAIN);
		ctl_put(span_of(verdict));
		ctl_color(ctl, COLOR_PLAIN);
		if (ctl_text(layer, "why")[0] != '\0') {
			(void)fputs(": ", stdout);
			ctl_put(span_of(ctl_text(layer, "why")));
		}
		(void)fputs("\n", stdout);
	}
}

static void origin_print(const json_t *answer)
{
	const json_t *signer;
	size_t i;

	(void)printf("\npolicy:\n  bundle %" PRIu64 ", generation %" PRIu64
		     ", role ",
		     ctl_number(answer, "bundle"),
		     ctl_number(answer, "generation"));
	ctl_put(span_of(ctl_text(answer, "role")));
	json_array_foreach(json_object_get(answer, "signers"), i, signer) {
		(void)fputs(i == 0 ? ", signed by " : ", ", stdout);
		ctl_put(ctl_key_id(signer));
	}
	(void)fputs("\n", stdout);
}

static int what_explain(struct ctl *ctl, const char *what, const char *service)
{
	AUTO_JSON *answer = NULL;
	const char *verdict;
	bool is_denied;
	int r = words_check(ctl, what);

	if (r == CTL_DONE)
		r = what_ask(ctl, what, service, &answer);
	if (r != CTL_DONE)
		return r;
	verdict = ctl_text(answer, "verdict");
	is_denied = strcmp(verdict, "denied") == 0;
	if (ctl->wants_json) {
		r = ctl_print_json(ctl, answer);
	} else {
		ctl_color(ctl, is_denied ? COLOR_BAD : COLOR_GOOD);
		ctl_put(span_of(verdict));
		ctl_color(ctl, COLOR_PLAIN);
		(void)fputs(": ", stdout);
		answer_print(ctl, answer);
		layers_print(ctl, json_object_get(answer, "layers"));
		origin_print(answer);
	}
	return r == CTL_DONE && is_denied ? CTL_NO : r;
}

int verb_explain(struct ctl *ctl, int argc, char **argv)
{
	const char *what = NULL, *service = NULL, *seq = "";
	const struct ctl_option own[] = {
		{ "--what", NULL, CTL_TEXT, &what, NULL },
		{ "--service", NULL, CTL_TEXT, &service, NULL },
		{ 0 },
	};
	const int r = ctl_options(ctl, own, argc, argv, &seq);

	if (r != CTL_DONE)
		return r;
	if ((what != NULL) != (service != NULL))
		return ctl_usage(ctl, "--what WORDS and --service NAME go "
				      "together");
	if ((what != NULL) == (seq[0] != '\0'))
		return ctl_usage(ctl, "either a sequence number or --what");
	return what != NULL ? what_explain(ctl, what, service)
			    : event_explain(ctl, seq);
}
