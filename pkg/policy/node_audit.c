/* SPDX-License-Identifier: Apache-2.0 */
/* node_audit.c - see node_audit.h. */
#include "pkg/policy/node_audit.h"

#include <errno.h>
#include <stddef.h>

#include "lib/auto.h"
#include "pkg/policy/audit_rules.h"

#define MIB 1048576ULL

/* ---- durability -----------------------------------------------------------
 */

static const struct {
	const char *word;
	const char *told; /* what an acknowledged event survives */
} durabilities[] = {
	[POLICY_DURABLE_NONE] = { "none", "the end of bailiffd" },
	[POLICY_DURABLE_CHECKPOINT] = { "checkpoint",
					"a power cut, from the next "
					"checkpoint on" },
	[POLICY_DURABLE_EACH] = { "each", "a power cut, at once" },
};
#define DURABILITIES (sizeof(durabilities) / sizeof(durabilities[0]))

const char *policy_durability_word(uint64_t durability)
{
	return durability < DURABILITIES ? durabilities[durability].word : "?";
}

static int durability_parse(const json_t *value, uint64_t *ret, struct err *e)
{
	for (size_t i = 0; i < DURABILITIES; i++)
		if (span_eq_str(json_span(value), durabilities[i].word)) {
			*ret = i;
			return 0;
		}
	return err_set(e, EBADMSG,
		       "\"durability\" must be none, checkpoint or each");
}

/* ---- settings -------------------------------------------------------------
 */

enum group {
	GROUP_AUDIT,
	GROUP_TRAIL,
	GROUP_BUDGET,
	GROUP_COUNT
};

/* A number of struct policy_audit; one of which 0 means "unless set" is not
 * told as a number then. */
struct setting {
	enum group group;
	const char *name;
	size_t offset;
	uint64_t min, max, unset;
	const char *told, *told_after; /* around the number */
	const char *told_zero;
};

#define AT(member) offsetof(struct policy_audit, member)
/* clang-format off */
static const struct setting settings[] = {
	{ GROUP_AUDIT, "backlog_limit", AT(backlog_limit),
	  64, 1048576, 0,
	  "the kernel queues at most ", " audit records",
	  "the kernel queues at least 8192 audit records" },
	{ GROUP_AUDIT, "backlog_wait_ms", AT(backlog_wait_ms),
	  0, 60000, POLICY_BACKLOG_WAIT_MS,
	  "a task waits at most ", " ms for room in a full audit queue",
	  "no task waits for room in a full audit queue, records are lost" },
	{ GROUP_TRAIL, "bytes", AT(trail_bytes),
	  MIB, 1ULL << 50, 0,
	  "the trail takes at most ", " bytes",
	  "the trail takes at most 64 MiB or 5 % of its file system" },
	{ GROUP_BUDGET, "denials", AT(budget_denials),
	  1, 1000000, POLICY_BUDGET_DENIALS,
	  "", " denials of a service are kept whole each second",
	  "" },
};
/* clang-format on */
#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

static uint64_t *value_of(struct policy_audit *a, const struct setting *s)
{
	return (uint64_t *)(void *)((char *)a + s->offset);
}

static uint64_t value_get(const struct policy_audit *a, const struct setting *s)
{
	return *(const uint64_t *)(const void *)((const char *)a + s->offset);
}

void policy_audit_default(struct policy_audit *ret)
{
	for (size_t i = 0; i < SETTINGS; i++)
		*value_of(ret, &settings[i]) = settings[i].unset;
	ret->durability = POLICY_DURABLE_NONE;
	ret->execve = true;
}

static int setting_parse(const json_t *value, const struct setting *s,
			 struct policy_audit *a, struct err *e)
{
	if (value == NULL)
		return 0;
	if (json_u64(value, s->min, s->max, value_of(a, s)) < 0)
		return err_set(e, EBADMSG, "\"%s\" must be %llu to %llu",
			       s->name, (unsigned long long)s->min,
			       (unsigned long long)s->max);
	return 0;
}

/* The numbers of one object; @names: those of its members that are others,
 * behind them all of @group. */
static int group_parse(const json_t *object, enum group group,
		       const struct json_member *others, struct policy_audit *a,
		       struct err *e)
{
	struct json_member rows[SETTINGS + 8] = { 0 };
	json_t *values[SETTINGS] = { 0 };
	size_t n = 0;
	int r;

	for (; others[n].name != NULL; n++)
		rows[n] = others[n];
	for (size_t i = 0; i < SETTINGS; i++)
		if (settings[i].group == group)
			rows[n++] = (struct json_member){ settings[i].name,
							  JSON_INTEGER, false,
							  &values[i] };
	r = json_members(object, rows, e);
	for (size_t i = 0; i < SETTINGS && r == 0; i++)
		r = setting_parse(values[i], &settings[i], a, e);
	return r;
}

static int trail_parse(const json_t *object, struct policy_audit *a,
		       struct err *e)
{
	json_t *durability = NULL;
	const struct json_member others[] = {
		{ "durability", JSON_STRING, false, &durability },
		{ 0 },
	};
	int r = group_parse(object, GROUP_TRAIL, others, a, e);

	if (r == 0 && durability != NULL)
		r = durability_parse(durability, &a->durability, e);
	return r < 0 ? err_wrap(e, "trail") : 0;
}

static int budget_parse(const json_t *object, struct policy_audit *a,
			struct err *e)
{
	static const struct json_member others[] = { { 0 } };
	const int r = group_parse(object, GROUP_BUDGET, others, a, e);

	return r < 0 ? err_wrap(e, "budget") : 0;
}

int node_audit_parse(const json_t *object, struct policy *p, struct err *e)
{
	json_t *execve = NULL, *rules = NULL, *trail = NULL, *budget = NULL;
	const struct json_member others[] = {
		{ "execve", JSON_TRUE, false, &execve },
		{ "rules", JSON_ARRAY, false, &rules },
		{ "trail", JSON_OBJECT, false, &trail },
		{ "budget", JSON_OBJECT, false, &budget },
		{ 0 },
	};
	int r;

	policy_audit_default(&p->audit);
	if (object == NULL)
		return 0;
	r = group_parse(object, GROUP_AUDIT, others, &p->audit, e);
	if (r == 0 && trail != NULL)
		r = trail_parse(trail, &p->audit, e);
	if (r == 0 && budget != NULL)
		r = budget_parse(budget, &p->audit, e);
	if (r < 0)
		return err_wrap(e, "audit");
	p->audit.execve = execve == NULL || json_is_true(execve);
	r = lines_parse(rules, POLICY_AUDIT_RULES_MAX, &p->audit_rules, e);
	if (r == 0)
		r = audit_rules_check(&p->audit_rules, e);
	return r < 0 ? err_wrap(e, "audit: rules") : 0;
}

/* ---- what changes ---------------------------------------------------------
 */

static void setting_told(const struct setting *s, uint64_t value,
			 struct buf *out)
{
	if (value == 0)
		buf_puts(out, s->told_zero);
	else
		buf_printf(out, "%s%llu%s", s->told, (unsigned long long)value,
			   s->told_after);
}

static void setting_change(struct changes *c, const struct setting *s,
			   uint64_t from, uint64_t to)
{
	AUTO_DONE(buf_done) struct buf was, is;

	if (from == to)
		return;
	buf_init(&was, 256);
	buf_init(&is, 256);
	setting_told(s, from, &was);
	setting_told(s, to, &is);
	if (buf_cstr(&was) == NULL || buf_cstr(&is) == NULL)
		c->error = -ENOMEM;
	else
		change_say(c, "audit", POLICY_CHANGED, false, "%s; before: %s",
			   buf_cstr(&is), buf_cstr(&was));
}

void node_audit_changes(struct changes *c, const struct policy *from,
			const struct policy *to)
{
	const struct policy_audit *a = &from->audit, *b = &to->audit;

	if (a->execve != b->execve)
		change_say(c, "audit",
			   b->execve ? POLICY_ADDED : POLICY_REMOVED, false,
			   "every execution of a program is %s",
			   b->execve ? "now audited" : "no longer audited");
	lines_changes(c, "audit", POLICY_ADDED, "the node", &to->audit_rules,
		      &from->audit_rules, "is now also audited by");
	lines_changes(c, "audit", POLICY_REMOVED, "the node",
		      &from->audit_rules, &to->audit_rules,
		      "is no longer audited by");
	for (size_t i = 0; i < SETTINGS; i++)
		setting_change(c, &settings[i], value_get(a, &settings[i]),
			       value_get(b, &settings[i]));
	if (a->durability != b->durability)
		change_say(c, "audit", POLICY_CHANGED, false,
			   "what is shown of the trail survives %s; before: %s",
			   durabilities[b->durability].told,
			   durabilities[a->durability].told);
}
