/* SPDX-License-Identifier: Apache-2.0 */
/* show.c - one service's policy as an object for people (policy.h). */
#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/policy/limits.h"
#include "pkg/policy/model.h"
#include "pkg/policy/spell.h"

#define SENTENCE_MAX 262144 /* bytes */

/* ---- show -------------------------------------------------------------- */

static void lines_write(struct buf *out, const char *key,
			const struct lines *lines)
{
	buf_printf(out, ",\"%s\":", key);
	lines_json(out, lines);
}

static void word_write(struct buf *out, const char **sep, struct buf *word)
{
	buf_puts(out, *sep);
	json_quote(out, buf_view(word));
	buf_reset(word);
	*sep = ",";
}

/* "rules": one sentence for each path, port and scope. */
static void rules_show(const struct model *m, struct buf *out)
{
	const char *sep = "";
	struct buf word;

	buf_init(&word, SENTENCE_MAX);
	buf_puts(out, ",\"rules\":[");
	for (size_t i = 0; i < m->landlock.path_count; i++) {
		const struct landlock_path *p = &m->landlock.paths[i];

		buf_printf(&word, "%s: ", p->path);
		rights_print(&word, RIGHT_FS, p->access, ", ");
		word_write(out, &sep, &word);
	}
	for (size_t i = 0; i < m->landlock.port_count; i++) {
		const struct landlock_port *p = &m->landlock.ports[i];

		buf_printf(&word, "port %u: ", (unsigned)p->port);
		rights_print(&word, RIGHT_NET, p->access, ", ");
		word_write(out, &sep, &word);
	}
	if (m->landlock.handled[RIGHT_SCOPE] != 0) {
		buf_puts(&word, "not to the outside: ");
		rights_print(&word, RIGHT_SCOPE,
			     m->landlock.handled[RIGHT_SCOPE], ", ");
		word_write(out, &sep, &word);
	}
	buf_puts(out, "]");
	buf_done(&word);
}

static void caps_show(const struct model *m, struct buf *out)
{
	buf_puts(out, ",\"capabilities\":");
	if (m->has_caps)
		caps_json(out, &m->caps);
	else
		buf_puts(out, "null");
}

/* Calls of the native architecture that a rule names. */
static size_t calls_count(const struct profile *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->rule_count; i++)
		n += p->rules[i].token == p->archs[0].token &&
		     (i == 0 || p->rules[i - 1].nr != p->rules[i].nr ||
		      p->rules[i - 1].token != p->rules[i].token);
	return n;
}

static void seccomp_show(const struct model *m, struct buf *out)
{
	struct buf word;

	if (!m->has_seccomp) {
		buf_puts(out, ",\"seccomp\":null");
		return;
	}
	buf_init(&word, SENTENCE_MAX);
	action_print(&word, m->profile.default_ret);
	buf_puts(out, ",\"seccomp\":{\"default\":");
	json_quote(out, buf_view(&word));
	buf_printf(out, ",\"named\":%zu,\"instructions\":%zu,",
		   calls_count(&m->profile), m->insn_count);
	buf_done(&word);
	buf_printf(out,
		   "\"proof\":{\"points\":%llu,\"sampled\":%s,\"branches\":%u,"
		   "\"reached\":%u,\"dead\":%u}}",
		   (unsigned long long)m->proof.points,
		   m->proof.is_sampled ? "true" : "false", m->proof.branches,
		   m->proof.reached, m->proof.dead);
}

/* What is beside the layers; null where the document has none. */
static void members_show(const struct model *m, struct buf *out)
{
	buf_puts(out, ",\"network\":");
	if (m->has_network)
		spell_network_json(out, &m->network);
	buf_puts(out, m->has_network ? ",\"devices\":" : "null,\"devices\":");
	if (m->has_devices)
		spell_devices_json(out, &m->devices);
	buf_puts(out, m->has_devices ? ",\"require\":" : "null,\"require\":");
	spell_require_json(out, &m->require);
	lines_write(out, "audit", &m->audit_rules);
	buf_printf(out, ",\"tests\":%zu,\"accepted\":", m->tests.count);
	spell_accepted_json(out, &m->accepts);
}

int policy_show(const struct policy *p, const struct policy_service *s,
		struct buf *out, struct err *e)
{
	const struct model *m = model_find(p, span_of(s->name));

	if (m == NULL)
		return err_set(e, ENOENT, "the policy has no service \"%s\"",
			       s->name);
	buf_puts(out, "{\"name\":");
	json_quote(out, span_of(m->name));
	buf_printf(out, ",\"number\":%u,\"generation\":%llu,\"bundle\":%llu",
		   m->number, (unsigned long long)p->generation,
		   (unsigned long long)p->bundle_version);
	buf_puts(out, ",\"role\":");
	json_quote(out, span_of(m->role));
	lines_write(out, "signers", &m->signers);
	buf_puts(out, ",\"ceilings\":");
	limits_json(out, &m->limits);
	buf_printf(out, ",\"landlock_abi\":%u,\"best_effort\":%s",
		   p->kernel.landlock_abi,
		   m->public.is_best_effort ? "true" : "false");
	rules_show(m, out);
	caps_show(m, out);
	seccomp_show(m, out);
	members_show(m, out);
	lines_write(out, "not_enforced", &m->not_enforced);
	lines_write(out, "warnings", &m->warnings);
	buf_puts(out, "}");
	return buf_error(out) < 0
		       ? err_set(e, -buf_error(out), "the policy does not fit")
		       : 0;
}
