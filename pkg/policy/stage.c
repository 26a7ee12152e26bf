/* SPDX-License-Identifier: Apache-2.0 */
/* stage.c - see stage.h. */
#include "pkg/policy/stage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/landlock/print.h"
#include "pkg/policy/author.h"
#include "pkg/policy/model.h"
#include "pkg/policy/optimise.h"
#include "pkg/policy/spell.h"
#include "pkg/seccomp/pseudo.h"

const struct stage_row stage_table[STAGE_KINDS] = {
	[STAGE_DOCUMENT] = { "document", "the document as it was read" },
	[STAGE_IR] = { "ir", "every rule in the one form that all else reads" },
	[STAGE_CHECKS] = { "checks", "what was asked of it, and each answer" },
	[STAGE_OPTIMISED] = { "optimised", "the rules that decide something, "
					   "and what was removed" },
	[STAGE_LANDLOCK] = { "landlock", "what the kernel gets as a ruleset" },
	[STAGE_SECCOMP] = { "seccomp",
			    "the program, and what was proved of it" },
	[STAGE_ARTEFACT] = { "artefact", "what the launcher loads" },
};

int stage_find(struct span name)
{
	for (int i = 0; i < STAGE_KINDS; i++)
		if (span_eq_str(name, stage_table[i].name))
			return i;
	return -1;
}

/* A run under way. */
struct stage {
	const struct stage_input *in;
	struct model *m;
	struct buf *out;
	bool is_refused;
};

static void stage_done(struct stage *s)
{
	model_unref(s->m);
}

/* ---- document ------------------------------------------------------------ */

/* As build stages it: parsed strictly, the superset resolved. */
static int document_read(struct stage *s, json_t **ret, struct err *e)
{
	AUTO_DONE(buf_done) struct buf what;
	AUTO_JSON *document = NULL;
	int r = json_parse(s->in->text, POLICY_TARGET_MAX, &document, e);

	buf_init(&what, POLICY_TARGET_MAX);
	if (r == 0)
		r = author_resolve(document, s->in->token, &what, e);
	if (r == 0)
		*ret = ptr_steal(&document);
	return r;
}

static int document_stage(struct stage *s, struct err *e)
{
	AUTO_JSON *document = NULL;
	int r = document_read(s, &document, e);

	if (r < 0)
		return r;
	r = s->in->is_json ? json_text(document, s->out)
			   : json_pretty(document, s->out);
	return r < 0 ? err_set(e, -r, "%s", strerror(-r)) : 0;
}

/* The model up to and with @last. */
static int steps_run(struct stage *s, enum step last, struct err *e)
{
	int r = 0;

	for (int i = 0; i <= (int)last && r == 0; i++)
		r = step_table[i].run(s->m, s->in->kernel, e);
	return r;
}

static int model_begin(struct stage *s, struct err *e)
{
	AUTO_DONE(buf_done) struct buf text;
	AUTO_JSON *document = NULL;
	int r = document_read(s, &document, e);

	buf_init(&text, POLICY_TARGET_MAX);
	if (r < 0)
		return r;
	r = json_text(document, &text);
	if (r < 0)
		return err_set(e, -r, "the resolved document: %s",
			       strerror(-r));
	s->m = model_new(s->in->name, 1);
	if (s->m == NULL)
		return err_set(e, ENOMEM, "out of memory");
	s->m->token = s->in->token;
	return model_document(s->m, buf_view(&text), e);
}

/* ---- ir, optimised ------------------------------------------------------- */

static int ir_stage(struct stage *s, struct err *e)
{
	const struct spell rules = {
		.m = s->m,
		.profile = &s->m->profile,
		.network = &s->m->network,
		.devices = &s->m->devices,
	};
	const int r = steps_run(s, STEP_PARSE, e);

	if (r < 0)
		return r;
	if (s->in->is_json)
		spell_json(s->out, &rules);
	else
		spell_text(s->out, &rules);
	return 0;
}

static void removed_print(struct stage *s, const struct optimised *o)
{
	if (s->in->is_json) {
		buf_printf(s->out,
			   "{\"removed\":{\"seccomp\":{\"rules_before\":%zu,"
			   "\"rules\":%zu,\"duplicates\":%zu,\"covered\":%zu,"
			   "\"never\":%zu,\"defaults\":%zu,\"always\":%zu},"
			   "\"others\":",
			   o->reduction.rules_before, o->reduction.rules,
			   o->reduction.duplicates, o->reduction.covered,
			   o->reduction.never, o->reduction.defaults,
			   o->reduction.always);
		lines_json(s->out, &o->removed);
		buf_puts(s->out, "},\"rules\":");
		return;
	}
	buf_puts(s->out, "removed:\n");
	if (s->m->has_seccomp) {
		buf_puts(s->out, "  seccomp: ");
		reduction_print(s->out, &o->reduction);
	}
	for (size_t i = 0; i < o->removed.count; i++)
		buf_printf(s->out, "  %s\n", o->removed.items[i]);
}

static int optimised_stage(struct stage *s, struct err *e)
{
	AUTO_DONE(optimised_done) struct optimised o = { 0 };
	const struct spell rules = {
		.m = s->m,
		.profile = &o.profile,
		.network = &o.network,
		.devices = &o.devices,
	};
	int r = steps_run(s, STEP_PARSE, e);

	if (r == 0)
		r = model_optimise(s->m, &o, e);
	if (r < 0)
		return r;
	removed_print(s, &o);
	if (!s->in->is_json) {
		spell_text(s->out, &rules);
		return 0;
	}
	spell_json(s->out, &rules);
	buf_puts(s->out, "}");
	return 0;
}

/* ---- checks -------------------------------------------------------------- */

static void check_print(struct stage *s, const struct step_row *step, int r,
			const struct err *e)
{
	const bool has_none =
		step == &step_table[STEP_CEILING] && s->m->limits.count == 0;
	const char *answer = r < 0 ? "refused" : has_none ? "none" : "ok";

	if (!s->in->is_json) {
		buf_printf(s->out, "%-8s %s: %s\n", answer, step->name,
			   r < 0 ? e->text : step->what);
		if (r < 0 && e->hint != NULL)
			buf_printf(s->out, "         %s\n", e->hint);
		return;
	}
	buf_printf(s->out, "%s{\"check\":\"%s\",\"answer\":\"%s\"",
		   step == &step_table[STEP_PARSE] ? "" : ",", step->name,
		   answer);
	if (r < 0) {
		buf_puts(s->out, ",\"sentence\":");
		json_quote(s->out, span_of(e->text));
	}
	buf_puts(s->out, "}");
}

static void findings_print(struct stage *s)
{
	const struct findings *f = &s->m->findings;

	if (s->in->is_json)
		buf_puts(s->out, "],\"findings\":[");
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *at = &f->items[i];
		const char *id = gap_table[at->gap].id;

		if (!s->in->is_json) {
			buf_printf(s->out, "%-8s %s: %s; %s\n",
				   at->is_accepted ? "accepted" : "open", id,
				   at->sentence, at->closes);
			continue;
		}
		buf_printf(s->out,
			   "%s{\"gap\":\"%s\",\"accepted\":%s,\"sentence\":",
			   i == 0 ? "" : ",", id,
			   at->is_accepted ? "true" : "false");
		json_quote(s->out, span_of(at->sentence));
		buf_puts(s->out, ",\"closes\":");
		json_quote(s->out, span_of(at->closes));
		buf_puts(s->out, "}");
	}
}

static void not_enforced_print(struct stage *s)
{
	const struct lines *l = &s->m->not_enforced;

	if (s->in->is_json) {
		buf_puts(s->out, "],\"not_enforced\":");
		lines_json(s->out, l);
		buf_puts(s->out, "}");
		return;
	}
	for (size_t i = 0; i < l->count; i++)
		buf_printf(s->out, "%-8s %s\n", "left out", l->items[i]);
}

/* Names of the profile that mean nothing. */
static void unknown_print(struct stage *s)
{
	if (s->in->is_json || s->m->profile.unknown == 0)
		return;
	buf_puts(s->out, "warning  seccomp profile: ");
	profile_unknown_print(&s->m->profile, s->out);
	buf_puts(s->out, "\n");
}

/* Every one of them that can be asked, also after a refusal. */
static int checks_stage(struct stage *s, struct err *e)
{
	struct err why = { 0 };
	int r = 0;

	if (s->in->is_json)
		buf_puts(s->out, "{\"checks\":[");
	for (size_t i = 0; i < STEPS; i++) {
		r = step_table[i].run(s->m, s->in->kernel, &why);
		if (r == -ENOMEM)
			return err_set(e, ENOMEM, "out of memory");
		check_print(s, &step_table[i], r, &why);
		s->is_refused = s->is_refused || r < 0;
		if (r < 0 && i == STEP_PARSE)
			break;
	}
	findings_print(s);
	unknown_print(s);
	not_enforced_print(s);
	return 0;
}

/* ---- what is made for a kernel --------------------------------------------
 */

static int landlock_stage(struct stage *s, struct err *e)
{
	const int r = steps_run(s, STEP_LOWER, e);

	if (r < 0)
		return r;
	landlock_rules_mask(&s->m->landlock, s->m->enforced);
	if (s->in->is_json) {
		landlock_rules_json(&s->m->landlock, s->out);
		return 0;
	}
	if (!s->m->has_landlock) {
		buf_puts(s->out, "landlock: not used\n");
		return 0;
	}
	buf_printf(s->out, "Landlock ABI %u\n", s->in->kernel->landlock_abi);
	landlock_rules_text(&s->m->landlock, s->out);
	return 0;
}

static void proof_print(struct stage *s)
{
	const struct proof *p = &s->m->proof;

	if (s->in->is_json)
		buf_printf(s->out,
			   "{\"instructions\":%zu,\"points\":%llu,\"branches\":"
			   "%u,\"dead\":%u,\"sampled\":%s,\"insns\":[",
			   s->m->insn_count, (unsigned long long)p->points,
			   p->branches, p->dead,
			   p->is_sampled ? "true" : "false");
	else
		buf_printf(s->out,
			   "; %zu instructions, proved at %llu points%s; %u "
			   "branches, %u of them dead\n",
			   s->m->insn_count, (unsigned long long)p->points,
			   p->is_sampled ? ", chosen from more" : "",
			   p->branches, p->dead);
}

static int seccomp_stage(struct stage *s, struct err *e)
{
	AUTO_MEM struct program *program = calloc(1, sizeof(*program));
	const int r = steps_run(s, STEP_LOWER, e);

	if (r < 0)
		return r;
	if (program == NULL)
		return err_set(e, ENOMEM, "out of memory");
	if (s->m->insn_count != 0)
		memcpy(program->insns, s->m->insns,
		       s->m->insn_count * sizeof(*s->m->insns));
	program->count = s->m->insn_count;
	if (!s->m->has_seccomp && !s->in->is_json) {
		buf_puts(s->out, "seccomp: not used\n");
		return 0;
	}
	proof_print(s);
	if (!s->in->is_json)
		return program_print(program, s->out, e);
	for (size_t i = 0; i < program->count; i++) {
		const struct sock_filter *insn = &program->insns[i];

		buf_printf(s->out, "%s[%u,%u,%u,%u]", i == 0 ? "" : ",",
			   insn->code, insn->jt, insn->jf, insn->k);
	}
	buf_puts(s->out, "]}");
	return 0;
}

static int artefact_stage(struct stage *s, struct err *e)
{
	const struct policy p = { .generation = 1, .bundle_version = 1 };
	AUTO_DONE(buf_done) struct buf raw;
	struct artefact a;
	int r = steps_run(s, STEP_LOWER, e);

	buf_init(&raw, ARTEFACT_MAX);
	if (r < 0)
		return r;
	r = model_artefact(&p, s->m, &raw);
	if (r < 0)
		return err_set(e, -r,
			       "the compiled policy is larger than %d bytes",
			       ARTEFACT_MAX);
	r = artefact_decode(buf_view(&raw), &a, e);
	if (r < 0)
		return r;
	if (s->in->is_raw)
		buf_span(s->out, buf_view(&raw));
	else if (s->in->is_json)
		spell_artefact_json(s->out, &a);
	else
		spell_artefact_text(s->out, &a, raw.len);
	return 0;
}

int stage_print(enum stage_kind kind, const struct stage_input *in,
		struct buf *out, bool *ret_refused, struct err *e)
{
	static int (*const stages[STAGE_KINDS])(struct stage *,
						struct err *) = {
		[STAGE_DOCUMENT] = document_stage,
		[STAGE_IR] = ir_stage,
		[STAGE_CHECKS] = checks_stage,
		[STAGE_OPTIMISED] = optimised_stage,
		[STAGE_LANDLOCK] = landlock_stage,
		[STAGE_SECCOMP] = seccomp_stage,
		[STAGE_ARTEFACT] = artefact_stage,
	};
	AUTO_DONE(stage_done) struct stage s = { .in = in, .out = out };
	int r = kind == STAGE_DOCUMENT ? 0 : model_begin(&s, e);

	if (r == 0)
		r = stages[kind](&s, e);
	if (r < 0)
		return r;
	if (in->is_json)
		buf_puts(out, "\n");
	if (buf_error(out) < 0)
		return err_set(e, -buf_error(out), "the answer does not fit");
	*ret_refused = s.is_refused;
	return 0;
}
