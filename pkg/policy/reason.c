/* SPDX-License-Identifier: Apache-2.0 */
/* reason.c - see reason.h. */
#include "pkg/policy/reason.h"

#include <string.h>

#include "lib/auto.h"

#define KEY_ID_SHOW 12 /* digits of a key id in a sentence */

void reason_init(struct reason *r)
{
	buf_init(&r->cause, REASON_MAX);
	buf_init(&r->rule, REASON_MAX);
	buf_init(&r->missing, REASON_MAX);
	buf_init(&r->fix, REASON_MAX);
}

void reason_done(struct reason *r)
{
	buf_done(&r->cause);
	buf_done(&r->rule);
	buf_done(&r->missing);
	buf_done(&r->fix);
}

int reason_error(const struct reason *r)
{
	const struct buf *const parts[] = { &r->cause, &r->rule, &r->missing,
					    &r->fix };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (buf_error(parts[i]) < 0)
			return buf_error(parts[i]);
	return 0;
}

/* ---- files ------------------------------------------------------------- */

uint64_t fs_denied(const struct model *m, uint64_t mask, struct span path)
{
	uint64_t access;

	(void)landlock_rules_nearest(&m->landlock, path, &access);
	return mask & m->enforced[RIGHT_FS] & ~access;
}

uint64_t fs_unenforced(const struct model *m, uint64_t mask, struct span path)
{
	uint64_t access;

	(void)landlock_rules_nearest(&m->landlock, path, &access);
	return mask & m->landlock.handled[RIGHT_FS] & ~m->enforced[RIGHT_FS] &
	       ~access;
}

/* How many whole components two absolute paths share. */
static size_t components_shared(const char *rule, struct span path)
{
	size_t n = 0, i = 0;

	for (; i < path.len && rule[i] == path.p[i]; i++)
		n += i > 0 && rule[i] == '/';
	if (i > 1 && (i == path.len || path.p[i] == '/') &&
	    (rule[i] == '\0' || rule[i] == '/'))
		n++;
	return n;
}

const struct landlock_path *rule_nearest(const struct model *m,
					 struct span path, uint64_t mask)
{
	uint64_t access;
	const struct landlock_path *best = NULL;
	const struct landlock_path *holds =
		landlock_rules_nearest(&m->landlock, path, &access);
	size_t best_score = 1;

	if (holds != NULL)
		return holds;
	for (size_t i = 0; i < m->landlock.path_count; i++) {
		const struct landlock_path *p = &m->landlock.paths[i];
		const size_t shared = components_shared(p->path, path);
		const size_t score = 2 * shared + ((p->access & mask) != 0);

		if (shared != 0 && score > best_score) {
			best_score = score;
			best = p;
		}
	}
	return best;
}

/* A path as a document spells it: "$" doubled, since "${" is a variable. */
static void path_quote(struct buf *out, struct span path)
{
	struct buf text;

	buf_init(&text, REASON_MAX);
	for (size_t i = 0; i < path.len; i++)
		buf_puts(&text,
			 path.p[i] == '$' ? "$$" : (char[]){ path.p[i], 0 });
	json_quote(out, buf_view(&text));
	buf_done(&text);
}

void rule_print(struct buf *out, const struct landlock_path *p)
{
	words_clean(out, span_of(p->path));
	buf_puts(out, " (");
	rights_print(out, RIGHT_FS, p->access, ", ");
	buf_puts(out, ")");
}

static void need_fix(struct buf *out, const struct need *n)
{
	buf_puts(out, "{\"allowedAccess\":[\"");
	rights_print(out, RIGHT_FS, n->bits, "\",\"");
	buf_puts(out, "\"],\"parent\":[");
	path_quote(out, n->path);
	buf_puts(out, "]}");
}

void reason_paths(struct reason *r, const struct model *m,
		  const struct need *missing, size_t count, struct span subject)
{
	const struct landlock_path *near =
		rule_nearest(m, missing[0].path, missing[0].bits);

	buf_puts(&r->fix, "{\"pathBeneath\":[");
	for (size_t i = 0; i < count; i++) {
		const struct need *n = &missing[i];

		buf_puts(&r->cause, i == 0 ? "no rule grants " : ", nor ");
		rights_print(&r->cause, RIGHT_FS, n->bits, ", ");
		if (span_eq(n->path, subject)) {
			buf_puts(&r->cause, " there");
		} else {
			buf_puts(&r->cause, " on ");
			words_clean(&r->cause, n->path);
		}
		buf_puts(&r->missing, i == 0 ? "" : " and ");
		rights_print(&r->missing, RIGHT_FS, n->bits, ", ");
		buf_puts(&r->missing, " on ");
		words_clean(&r->missing, n->path);
		buf_puts(&r->fix, i == 0 ? "" : ",");
		need_fix(&r->fix, n);
	}
	buf_puts(&r->fix, "]}");
	if (near != NULL) {
		rule_print(&r->rule, near);
		buf_puts(&r->cause, "; the nearest is ");
		buf_span(&r->cause, buf_view(&r->rule));
	}
}

/* ---- ports and scopes -------------------------------------------------- */

static void ports_print(const struct model *m, uint64_t bit, struct buf *out)
{
	const char *sep = "";

	for (size_t i = 0; i < m->landlock.port_count; i++) {
		if ((m->landlock.ports[i].access & bit) == 0)
			continue;
		buf_printf(out, "%s%u", sep,
			   (unsigned)m->landlock.ports[i].port);
		sep = ", ";
	}
}

void reason_port(struct reason *r, const struct model *m,
		 const struct right *right, uint16_t port)
{
	buf_printf(&r->cause, "no rule grants %s there", right->name);
	buf_printf(&r->missing, "%s on port %u", right->name, port);
	ports_print(m, right->bit, &r->rule);
	if (r->rule.len != 0) {
		buf_puts(&r->cause, "; granted are ");
		buf_span(&r->cause, buf_view(&r->rule));
		buf_printf(&r->rule, " (%s)", right->name);
	} else {
		buf_puts(&r->cause, "; no port has it");
	}
	buf_printf(&r->fix,
		   "{\"netPort\":[{\"allowedAccess\":[\"%s\"],\"port\":[%u]}]}",
		   right->name, port);
}

/* Scopes are lifted by taking a word out, which no addition can do. */
void reason_scope(struct reason *r, const struct right *right)
{
	buf_printf(&r->cause,
		   "\"scoped\" has %s; to allow it take that word out of every "
		   "ruleset",
		   right->name);
	buf_printf(&r->rule, "scoped (%s)", right->name);
	buf_printf(&r->missing, "%s to the outside", right->name);
}

void reason_ptrace(struct reason *r)
{
	buf_puts(&r->cause, "Landlock never allows it");
	buf_puts(&r->rule, "every Landlock sandbox");
	buf_puts(&r->missing, "nothing can grant ptrace to the outside");
}

/* ---- system calls ------------------------------------------------------ */

bool call_is_permitted(uint32_t ret)
{
	return action_rank(ret) <= action_rank(SECCOMP_RET_LOG);
}

static void cond_print(struct buf *out, const struct cond *c)
{
	static const char *const words[] = {
		[COND_NE] = "is not",	   [COND_LT] = "is below",
		[COND_LE] = "is at most",  [COND_EQ] = "is",
		[COND_GE] = "is at least", [COND_GT] = "is above",
	};

	if (c->op == COND_MASKED_EQ)
		buf_printf(out, "argument %u under mask 0x%llx is 0x%llx",
			   c->index, (unsigned long long)c->value,
			   (unsigned long long)c->value_two);
	else
		buf_printf(out, "argument %u %s %llu", c->index, words[c->op],
			   (unsigned long long)c->value);
}

void call_rule_print(struct buf *out, const struct profile *p,
		     const struct rule *r)
{
	action_print(out, r->ret);
	for (uint32_t i = 0; i < r->count; i++) {
		buf_puts(out, i == 0 ? " if " : " and ");
		cond_print(out, &p->conds[r->first + i]);
	}
}

void default_print(struct buf *out, const struct profile *p, uint32_t ret)
{
	if (ret == p->default_ret)
		buf_puts(out, "defaultAction ");
	action_print(out, ret);
	if (ret != p->default_ret)
		buf_puts(out, " above the highest call that is named");
}

void call_fix(struct reason *r, const char *const *names, size_t count)
{
	buf_puts(&r->fix, "{\"syscalls\":[{\"action\":\"SCMP_ACT_ALLOW\","
			  "\"names\":[");
	for (size_t i = 0; i < count; i++) {
		buf_puts(&r->fix, i == 0 ? "" : ",");
		json_quote(&r->fix, span_of(names[i]));
	}
	buf_puts(&r->fix, "]}]}");
}

/* ---- where the policy comes from --------------------------------------- */

void text_or_null(struct buf *out, const char *key, const struct buf *text)
{
	buf_printf(out, ",\"%s\":", key);
	if (text->len == 0)
		buf_puts(out, "null");
	else
		json_quote(out, buf_view(text));
}

void origin_json(const struct policy *p, const struct model *m, struct buf *out)
{
	buf_printf(out, ",\"bundle\":%llu,\"generation\":%llu,\"role\":",
		   (unsigned long long)p->bundle_version,
		   (unsigned long long)p->generation);
	json_quote(out, span_of(m->role));
	buf_puts(out, ",\"signers\":[");
	for (size_t i = 0; i < m->signers.count; i++) {
		buf_puts(out, i == 0 ? "" : ",");
		json_quote(out, span_of(m->signers.items[i]));
	}
	buf_puts(out, "]");
}

void origin_print(const struct policy *p, const struct model *m,
		  struct buf *out)
{
	/* Compiled from files: there is no bundle. */
	if (p->bundle_version == 0)
		return;
	buf_printf(out, "; bundle %llu", (unsigned long long)p->bundle_version);
	if (strcmp(m->role, POLICY_ROLE_TOP) != 0)
		buf_printf(out, ", role %s", m->role);
	for (size_t i = 0; i < m->signers.count; i++)
		buf_printf(out, "%s %.*s", i == 0 ? ", signed by" : ",",
			   KEY_ID_SHOW, m->signers.items[i]);
}
