/* SPDX-License-Identifier: Apache-2.0 */
/* what.c - may a service do this? The answer as one JSON object (policy.h). */
#include <errno.h>

#include "pkg/policy/decide.h"

static void layers_json(struct buf *out, const struct decision *d)
{
	static const char *const stances[] = {
		[STANCE_OPEN] = "unrestricted",
		[STANCE_GRANTS] = "allowed",
		[STANCE_LACKS] = "not-enforced",
		[STANCE_DENIES] = "denied",
	};
	const char *sep = "";

	buf_puts(out, ",\"layers\":[");
	for (size_t i = 0; i < DECIDE_LAYERS; i++) {
		const struct opinion *o = &d->by[i];

		if (o->stance == STANCE_SILENT)
			continue;
		buf_printf(out, "%s{\"layer\":\"%s\",\"verdict\":\"%s\"", sep,
			   decide_layer_name((enum decide_layer)i),
			   stances[o->stance]);
		text_or_null(out, "rule", &o->reason.rule);
		text_or_null(out, "missing", &o->reason.missing);
		text_or_null(out, "why", &o->reason.cause);
		buf_puts(out, "}");
		sep = ",";
	}
	buf_puts(out, "]");
}

static void sentence_json(const struct policy *p, const struct model *m,
			  const struct action *a, const struct decision *d,
			  const struct buf *fix, struct buf *out)
{
	struct buf text;

	buf_init(&text, (size_t)2 * DECIDE_LAYERS * REASON_MAX);
	decision_sentence(&text, m, a, d);
	origin_print(p, m, &text);
	if (fix->len != 0) {
		buf_puts(&text, "; to allow it add ");
		buf_span(&text, buf_view(fix));
	}
	text_or_null(out, "sentence", &text);
	if (buf_error(&text) < 0 && out->error == 0)
		out->error = text.error;
	buf_done(&text);
}

static void what_json(const struct policy *p, const struct model *m,
		      const struct action *a, const struct decision *d,
		      struct buf *out)
{
	const struct reason *r = &d->by[d->layer].reason;
	static const struct buf none;
	struct buf text, fix;

	buf_init(&text, ACTION_TEXT_MAX * 8);
	buf_init(&fix, (size_t)DECIDE_LAYERS * REASON_MAX);
	action_text(&text, a);
	decision_fix(&fix, d);
	buf_puts(out, "{\"service\":");
	json_quote(out, span_of(m->name));
	text_or_null(out, "what", &text);
	buf_printf(out, ",\"verdict\":\"%s\",\"layer\":\"%s\"",
		   verdict_name(d->verdict),
		   d->has_layer ? decide_layer_name(d->layer) : "none");
	origin_json(p, m, out);
	text_or_null(out, "rule", d->has_layer ? &r->rule : &none);
	text_or_null(out, "missing", d->has_layer ? &r->missing : &none);
	buf_puts(out, ",\"fix\":");
	buf_puts(out, fix.len == 0 ? "null" : "");
	buf_span(out, buf_view(&fix));
	layers_json(out, d);
	sentence_json(p, m, a, d, &fix, out);
	buf_puts(out, "}");
	buf_done(&text);
	buf_done(&fix);
}

int policy_what(const struct policy *p, struct span service, struct span words,
		struct buf *out, struct err *e)
{
	const struct model *m = model_find(p, service);
	struct action a = { 0 };
	struct decision d;
	int r;

	if (m == NULL)
		return err_set(e, ENOENT, "the policy has no service \"%.*s\"",
			       service.len < 64 ? (int)service.len : 64,
			       service.p != NULL ? service.p : "");
	r = action_parse(words, &a, e);
	if (r < 0)
		return r;
	r = model_decide(m, &p->kernel, &a, &d);
	if (r == 0) {
		what_json(p, m, &a, &d, out);
		decision_done(&d);
		r = buf_error(out);
	}
	action_done(&a);
	return r < 0 ? err_set(e, -r, "the answer does not fit") : 0;
}
