/* SPDX-License-Identifier: Apache-2.0 */
/* spell.c - see spell.h. */
#include "pkg/policy/spell.h"

#include <stdlib.h>

#include "lib/auto.h"
#include "pkg/landlock/print.h"
#include "pkg/seccomp/pseudo.h"
#include "pkg/seccomp/reduce.h"

#define WORDS_MAX 4096

/* ---- lists of words ------------------------------------------------------ */

/* What stands between two entries, nothing before the first. */
static void sep_put(struct buf *out, const char **sep, const char *between)
{
	buf_puts(out, *sep);
	*sep = between;
}

static void word_put(struct buf *out, const char **sep, struct buf *word)
{
	sep_put(out, sep, ",");
	json_quote(out, buf_view(word));
	buf_reset(word);
}

void spell_network_json(struct buf *out, const struct network *n)
{
	AUTO_DONE(buf_done) struct buf word;
	const char *sep = "";

	buf_init(&word, WORDS_MAX);
	buf_puts(out, "[");
	for (size_t i = 0; i < n->count; i++) {
		net_rule_print(&word, &n->rules[i]);
		word_put(out, &sep, &word);
	}
	buf_puts(out, "]");
}

void spell_devices_json(struct buf *out, const struct devices *d)
{
	AUTO_DONE(buf_done) struct buf word;
	const char *sep = "";

	buf_init(&word, WORDS_MAX);
	buf_puts(out, "[");
	for (size_t i = 0; i < d->count; i++) {
		device_rule_print(&word, &d->rules[i]);
		word_put(out, &sep, &word);
	}
	buf_puts(out, "]");
}

/* The words of "accept", with @quote around each. */
static void accepted_put(struct buf *out, const struct accepts *a,
			 const char *quote, const char *between)
{
	const char *sep = "";

	for (size_t i = 0; i < LAYERS; i++) {
		if (!a->layers[i])
			continue;
		sep_put(out, &sep, between);
		buf_printf(out, "%s%s%s", quote, layer_table[i].accept, quote);
	}
	for (int i = 0; i < GAPS; i++) {
		if ((a->gaps & gap_bit((enum gap)i)) == 0)
			continue;
		sep_put(out, &sep, between);
		buf_printf(out, "%s%s%s", quote, gap_table[i].id, quote);
	}
}

void spell_accepted_json(struct buf *out, const struct accepts *a)
{
	buf_puts(out, "[");
	accepted_put(out, a, "\"", ",");
	buf_puts(out, "]");
}

/* Likewise of "best-effort". */
static void best_effort_put(struct buf *out, const struct best_effort *b,
			    const char *quote, const char *between)
{
	const struct {
		const char *name;
		bool is_set;
	} rows[] = {
		{ "landlock", b->landlock },
		{ "seccomp", b->seccomp },
		{ "network", b->network },
		{ "devices", b->devices },
	};
	const char *sep = "";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!rows[i].is_set)
			continue;
		sep_put(out, &sep, between);
		buf_printf(out, "%s%s%s", quote, rows[i].name, quote);
	}
	for (const struct right *r = right_table; r->name != NULL; r++) {
		if ((b->rights[r->class] & r->bit) == 0)
			continue;
		sep_put(out, &sep, between);
		buf_printf(out, "%slandlock.%s%s", quote, r->name, quote);
	}
}

void spell_require_json(struct buf *out, const struct require *q)
{
	const char *sep = "";

	if (!require_is_any(q)) {
		buf_puts(out, "null");
		return;
	}
	buf_puts(out, "{");
	if (q->major != 0) {
		sep_put(out, &sep, ",");
		buf_printf(out, "\"kernel\":\"%u.%u\"", q->major, q->minor);
	}
	if (q->landlock_abi != 0) {
		sep_put(out, &sep, ",");
		buf_printf(out, "\"landlock-abi\":%u", q->landlock_abi);
	}
	if (q->lsm.count != 0) {
		sep_put(out, &sep, ",");
		buf_puts(out, "\"lsm\":");
		lines_json(out, &q->lsm);
	}
	buf_puts(out, "}");
}

/* ---- seccomp ------------------------------------------------------------- */

static void quoted_put(struct buf *out, const char *key, struct buf *word)
{
	buf_printf(out, "\"%s\":", key);
	json_quote(out, buf_view(word));
	buf_reset(word);
}

/* Values are text: a JSON number has 63 bits. */
static void cond_json(struct buf *out, const struct cond *c)
{
	buf_printf(out, "{\"index\":%u,\"op\":\"%s\",\"value\":\"0x%llx\"",
		   c->index, cond_op_name(c->op), (unsigned long long)c->value);
	if (c->op == COND_MASKED_EQ)
		buf_printf(out, ",\"valueTwo\":\"0x%llx\"",
			   (unsigned long long)c->value_two);
	buf_puts(out, "}");
}

static void rule_json(struct buf *out, const struct profile *p,
		      const struct rule *r, struct buf *word)
{
	buf_puts(out, "{");
	arch_print(word, r->token);
	quoted_put(out, "arch", word);
	buf_puts(out, ",");
	syscall_print(word, r->token, r->nr);
	quoted_put(out, "call", word);
	buf_printf(out, ",\"number\":%u,", r->nr);
	action_print(word, r->ret);
	quoted_put(out, "action", word);
	buf_puts(out, ",\"args\":[");
	for (uint32_t i = 0; i < r->count; i++) {
		buf_puts(out, i == 0 ? "" : ",");
		cond_json(out, &p->conds[r->first + i]);
	}
	buf_puts(out, "]}");
}

static void profile_json(struct buf *out, const struct profile *p)
{
	AUTO_DONE(buf_done) struct buf word;

	buf_init(&word, WORDS_MAX);
	buf_puts(out, "{");
	action_print(&word, p->default_ret);
	quoted_put(out, "default", &word);
	buf_puts(out, ",\"architectures\":[");
	for (size_t i = 0; i < p->arch_count; i++) {
		buf_puts(out, i == 0 ? "" : ",");
		arch_print(&word, p->archs[i].token);
		json_quote(out, buf_view(&word));
		buf_reset(&word);
	}
	buf_puts(out, "],\"rules\":[");
	for (size_t i = 0; i < p->rule_count; i++) {
		buf_puts(out, i == 0 ? "" : ",");
		rule_json(out, p, &p->rules[i], &word);
	}
	buf_puts(out, "]}");
}

/* ---- all of it ----------------------------------------------------------- */

static void caps_text(struct buf *out, const struct artefact_caps *c)
{
	struct caps_set sets[CAPS_SETS];

	caps_sets(c, sets);
	for (size_t i = 0; i < CAPS_SETS; i++) {
		buf_printf(out, "  %s: ", sets[i].name);
		if (sets[i].mask == 0)
			buf_puts(out, "none");
		capabilities_print(out, sets[i].mask, " ");
		buf_puts(out, "\n");
	}
}

static void landlock_text(struct buf *out, const struct model *m)
{
	buf_puts(out, "landlock:");
	if (!m->has_landlock) {
		buf_puts(out, " not used\n");
		return;
	}
	buf_puts(out, "\n");
	landlock_rules_text(&m->landlock, out);
}

static void lines_text(struct buf *out, const char *title,
		       const struct lines *l)
{
	buf_printf(out, "%s:%s\n", title, l->count == 0 ? " none" : "");
	for (size_t i = 0; i < l->count; i++)
		buf_printf(out, "  %s\n", l->items[i]);
}

static void network_text(struct buf *out, const struct spell *s)
{
	buf_printf(out, "network:%s\n",
		   !s->m->has_network	    ? " not restricted"
		   : s->network->count == 0 ? " nothing is allowed"
					    : "");
	for (size_t i = 0; i < s->network->count; i++) {
		buf_puts(out, "  ");
		net_rule_print(out, &s->network->rules[i]);
		buf_puts(out, "\n");
	}
}

static void devices_text(struct buf *out, const struct spell *s)
{
	buf_printf(out, "devices:%s\n",
		   !s->m->has_devices	    ? " not restricted"
		   : s->devices->count == 0 ? " nothing is allowed"
					    : "");
	for (size_t i = 0; i < s->devices->count; i++) {
		buf_puts(out, "  ");
		device_rule_print(out, &s->devices->rules[i]);
		buf_puts(out, "\n");
	}
}

static void waivers_text(struct buf *out, const struct model *m)
{
	buf_puts(out, "accept: ");
	accepted_put(out, &m->accepts, "", " ");
	buf_puts(out, "\nbest-effort: ");
	if (m->best_effort.is_all)
		buf_puts(out, "everything");
	else
		best_effort_put(out, &m->best_effort, "", " ");
	buf_puts(out, "\n");
}

void spell_text(struct buf *out, const struct spell *s)
{
	const struct model *m = s->m;

	landlock_text(out, m);
	buf_printf(out, "seccomp:%s\n", m->has_seccomp ? "" : " not used");
	if (m->has_seccomp)
		profile_print(out, s->profile);
	buf_printf(out, "capabilities:%s\n", m->has_caps ? "" : " not used");
	if (m->has_caps)
		caps_text(out, &m->caps);
	network_text(out, s);
	devices_text(out, s);
	buf_puts(out, require_is_any(&m->require) ? "require: "
						  : "require: nothing");
	require_print(out, &m->require, ", ");
	buf_puts(out, "\n");
	waivers_text(out, m);
	lines_text(out, "audit", &m->audit_rules);
	lines_text(out, "tests", &m->tests);
}

static void waivers_json(struct buf *out, const struct model *m)
{
	buf_puts(out, ",\"accept\":");
	spell_accepted_json(out, &m->accepts);
	buf_puts(out, ",\"best-effort\":");
	if (m->best_effort.is_all) {
		buf_puts(out, "true");
		return;
	}
	buf_puts(out, "[");
	best_effort_put(out, &m->best_effort, "\"", ",");
	buf_puts(out, "]");
}

void spell_json(struct buf *out, const struct spell *s)
{
	const struct model *m = s->m;

	buf_puts(out, "{\"name\":");
	json_quote(out, span_of(m->name));
	buf_puts(out, ",\"landlock\":");
	if (m->has_landlock)
		landlock_rules_json(&m->landlock, out);
	buf_puts(out, m->has_landlock ? ",\"seccomp\":" : "null,\"seccomp\":");
	if (m->has_seccomp)
		profile_json(out, s->profile);
	buf_puts(out, m->has_seccomp ? ",\"capabilities\":"
				     : "null,\"capabilities\":");
	if (m->has_caps)
		caps_json(out, &m->caps);
	buf_puts(out, m->has_caps ? ",\"network\":" : "null,\"network\":");
	if (m->has_network)
		spell_network_json(out, s->network);
	buf_puts(out, m->has_network ? ",\"devices\":" : "null,\"devices\":");
	if (m->has_devices)
		spell_devices_json(out, s->devices);
	buf_puts(out, m->has_devices ? ",\"require\":" : "null,\"require\":");
	spell_require_json(out, &m->require);
	waivers_json(out, m);
	buf_puts(out, ",\"audit\":");
	lines_json(out, &m->audit_rules);
	buf_puts(out, ",\"tests\":");
	lines_json(out, &m->tests);
	buf_puts(out, "}");
}

/* ---- the artefact -------------------------------------------------------- */

static bool caps_are_any(const struct artefact_caps *c)
{
	return c->bounding == ARTEFACT_CAPS_ANY;
}

void spell_artefact_text(struct buf *out, const struct artefact *a, size_t size)
{
	struct cur paths = cur_of(a->paths), ports = cur_of(a->ports);

	buf_printf(out, "artefact version %u, %zu bytes%s\n", ARTEFACT_VERSION,
		   size,
		   (a->flags & ARTEFACT_PATHS_CANONICAL) != 0
			   ? ", paths must be canonical"
			   : "");
	buf_printf(out, "service %.*s, number %u\n", SPAN_FMT(a->service),
		   a->number);
	if (!a->has_landlock)
		buf_puts(out, "landlock: not used\n");
	else
		buf_printf(out,
			   "landlock: ABI %u, fs 0x%llx, net 0x%llx, scoped "
			   "0x%llx\n",
			   a->landlock_abi, (unsigned long long)a->handled_fs,
			   (unsigned long long)a->handled_net,
			   (unsigned long long)a->scoped);
	for (uint32_t i = 0; i < a->path_count; i++) {
		const struct artefact_path p = artefact_path_next(&paths);

		buf_printf(out, "  path 0x%llx%s ",
			   (unsigned long long)p.access,
			   (p.flags & ARTEFACT_PATH_REQUIRED) != 0 ? " required"
								   : "");
		json_quote(out, p.path);
		buf_puts(out, "\n");
	}
	for (uint32_t i = 0; i < a->port_count; i++) {
		uint64_t access;
		const unsigned port = artefact_port_next(&ports, &access);

		buf_printf(out, "  port 0x%llx %u\n",
			   (unsigned long long)access, port);
	}
	buf_printf(out,
		   "seccomp: %s, flags 0x%x, %u instructions, proved at %llu "
		   "points, %u branches, %u dead\n",
		   a->has_seccomp ? "used" : "not used", a->seccomp_flags,
		   a->insn_count, (unsigned long long)a->proof.points,
		   a->proof.branches, a->proof.dead);
	buf_printf(out, "capabilities:%s\n",
		   caps_are_any(&a->caps) ? " not used" : "");
	if (!caps_are_any(&a->caps))
		caps_text(out, &a->caps);
}

/* As landlock_rules_json() has them, so that the two can be compared. */
static void artefact_rules_json(struct buf *out, const struct artefact *a)
{
	struct cur paths = cur_of(a->paths), ports = cur_of(a->ports);

	buf_printf(out,
		   "{\"handled\":{\"fs\":\"0x%llx\",\"net\":\"0x%llx\","
		   "\"scoped\":\"0x%llx\"},\"paths\":[",
		   (unsigned long long)a->handled_fs,
		   (unsigned long long)a->handled_net,
		   (unsigned long long)a->scoped);
	for (uint32_t i = 0; i < a->path_count; i++) {
		const struct artefact_path p = artefact_path_next(&paths);

		buf_puts(out, i == 0 ? "{\"path\":" : ",{\"path\":");
		json_quote(out, p.path);
		buf_printf(out, ",\"fs\":\"0x%llx\"}",
			   (unsigned long long)p.access);
	}
	buf_puts(out, "],\"ports\":[");
	for (uint32_t i = 0; i < a->port_count; i++) {
		uint64_t access;
		const unsigned port = artefact_port_next(&ports, &access);

		buf_printf(out, "%s{\"port\":%u,\"net\":\"0x%llx\"}",
			   i == 0 ? "" : ",", port, (unsigned long long)access);
	}
	buf_puts(out, "]}");
}

void spell_artefact_json(struct buf *out, const struct artefact *a)
{
	struct cur insns = cur_of(a->insns);

	buf_printf(out,
		   "{\"version\":%u,\"flags\":%u,\"service\":\"%.*s\","
		   "\"number\":%u,\"landlock\":",
		   ARTEFACT_VERSION, a->flags, SPAN_FMT(a->service), a->number);
	artefact_rules_json(out, a);
	buf_printf(out,
		   ",\"seccomp\":{\"flags\":%u,\"points\":%llu,\"branches\":%u,"
		   "\"dead\":%u,\"sampled\":%s,\"insns\":[",
		   a->seccomp_flags, (unsigned long long)a->proof.points,
		   a->proof.branches, a->proof.dead,
		   a->proof.is_sampled ? "true" : "false");
	for (uint32_t i = 0; i < a->insn_count; i++) {
		const unsigned code = cur_u16(&insns), jt = cur_u8(&insns);
		const unsigned jf = cur_u8(&insns);

		buf_printf(out, "%s[%u,%u,%u,%u]", i == 0 ? "" : ",", code, jt,
			   jf, cur_u32(&insns));
	}
	buf_puts(out, "]},\"capabilities\":");
	if (caps_are_any(&a->caps))
		buf_puts(out, "null");
	else
		caps_json(out, &a->caps);
	buf_puts(out, "}");
}
