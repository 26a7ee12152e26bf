/* SPDX-License-Identifier: Apache-2.0 */
/* node.c - node.json: who is a service on this node, and what holds for the
 * rest (model.h, bailiff-policy(5)).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/identity/paths.h"
#include "pkg/identity/registry.h"
#include "pkg/policy/limits.h"
#include "pkg/policy/node_audit.h"

static int oom(struct err *e)
{
	return err_set(e, ENOMEM, "out of memory");
}

static int row_parse(const char *name, const json_t *row, struct policy *p,
		     struct err *e)
{
	json_t *number, *grant, *description;
	const struct json_member rows[] = {
		{ "number", JSON_INTEGER, true, &number },
		{ "grant", JSON_ARRAY, false, &grant },
		{ "description", JSON_STRING, false, &description },
		{ 0 },
	};
	struct model *m;
	uint64_t n;
	int r = service_name_check(span_of(name), e);

	if (r < 0)
		return err_set(e, EBADMSG,
			       "\"%.80s\" is no service name: 1 to %d of a-z "
			       "0-9 . _ -, the first a letter or digit",
			       name, SERVICE_NAME_MAX);
	r = json_members(row, rows, e);
	if (r < 0)
		return r;
	if (json_u64(number, 1, SERVICE_NUMBER_MAX, &n) < 0)
		return err_set(e, EBADMSG, "\"number\" must be 1 to %u",
			       SERVICE_NUMBER_MAX);
	for (size_t i = 0; i < p->model_count; i++)
		if (p->models[i]->number == n)
			return err_set(e, EBADMSG,
				       "\"number\" %u is that of \"%s\" too",
				       (unsigned)n, p->models[i]->name);
	m = model_new(name, (uint32_t)n);
	if (m == NULL)
		return oom(e);
	p->models[p->model_count++] = m;
	r = capabilities_parse(grant, &m->grants, e);
	return r < 0 ? err_wrap(e, "grant") : 0;
}

static int model_order(const void *a, const void *b)
{
	const struct model *const *m = a, *const *n = b;

	return strcmp((*m)->name, (*n)->name);
}

static int services_parse(const json_t *object, struct policy *p, struct err *e)
{
	const size_t count = json_object_size(object);
	const char *name;
	json_t *row;

	if (count > POLICY_SERVICES_MAX)
		return err_set(e, E2BIG, "%zu services, at most %d are allowed",
			       count, POLICY_SERVICES_MAX);
	p->models = calloc(count + 1, sizeof(*p->models));
	if (p->models == NULL)
		return oom(e);
	json_object_foreach((json_t *)(uintptr_t)object, name, row) {
		const int r = row_parse(name, row, p, e);

		if (r < 0)
			return err_wrap(e, "services.%.80s", name);
	}
	if (count != 0)
		qsort(p->models, count, sizeof(*p->models), model_order);
	return 0;
}

/* A name or address to connect to; it ends up in logs and status too. */
static bool host_is_clean(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		const char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '.' || c == ':' ||
		      c == '-' || c == '_'))
			return false;
	}
	return s.len >= 1 && s.len <= 255;
}

static int collector_parse(const json_t *item, struct policy *p, struct err *e)
{
	struct policy_collector *c = &p->collectors[p->collector_count];
	json_t *name, *protocol, *host, *port;
	const struct json_member rows[] = {
		{ "name", JSON_STRING, true, &name },
		{ "protocol", JSON_STRING, true, &protocol },
		{ "host", JSON_STRING, true, &host },
		{ "port", JSON_INTEGER, true, &port },
		{ 0 },
	};
	uint64_t n;
	int r = json_members(item, rows, e);

	if (r < 0)
		return r;
	if (service_name_check(json_span(name), e) < 0)
		return err_set(e, EBADMSG,
			       "\"name\" is not made as a service "
			       "name is");
	for (size_t i = 0; i < p->collector_count; i++)
		if (span_eq_str(json_span(name), p->collectors[i].name))
			return err_set(e, EBADMSG, "\"%s\" stands twice",
				       p->collectors[i].name);
	if (!span_eq_str(json_span(protocol), "syslog-tcp"))
		return err_set(e, EBADMSG, "\"protocol\" must be syslog-tcp");
	if (!host_is_clean(json_span(host)))
		return err_set(e, EBADMSG,
			       "\"host\" is no host name or "
			       "address");
	if (json_u64(port, 1, UINT16_MAX, &n) < 0)
		return err_set(e, EBADMSG, "\"port\" must be 1 to 65535");
	p->collector_count++;
	*c = (struct policy_collector){
		.name = span_dup(json_span(name)),
		.protocol = "syslog-tcp",
		.host = span_dup(json_span(host)),
		.port = (uint16_t)n,
	};
	return c->name != NULL && c->host != NULL ? 0 : oom(e);
}

static int collectors_parse(const json_t *array, struct policy *p,
			    struct err *e)
{
	const size_t count = json_array_size(array);
	json_t *item;
	size_t i;

	if (count > POLICY_COLLECTORS_MAX)
		return err_set(e, E2BIG,
			       "%zu collectors, at most %d are allowed", count,
			       POLICY_COLLECTORS_MAX);
	p->collectors = calloc(count + 1, sizeof(*p->collectors));
	if (p->collectors == NULL)
		return oom(e);
	json_array_foreach(array, i, item) {
		const int r = collector_parse(item, p, e);

		if (r < 0)
			return err_wrap(e, "collectors[%zu]", i);
	}
	return 0;
}

static int unlisted_parse(const json_t *value, struct policy *p, struct err *e)
{
	static const char *const words[] = {
		[POLICY_UNLISTED_ALLOW] = "allow",
		[POLICY_UNLISTED_AUDIT] = "audit",
		[POLICY_UNLISTED_DENY] = "deny",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_eq_str(json_span(value), words[i])) {
			p->unlisted = (enum policy_unlisted)i;
			return 0;
		}
	return err_set(e, EBADMSG, "\"unlisted\" must be allow, audit or deny");
}

/* One of two words; absent is the first. */
static int choice_parse(const json_t *value, const char *name,
			const char *const words[2], bool *ret, struct err *e)
{
	if (value == NULL || span_eq_str(json_span(value), words[0]))
		return 0;
	if (!span_eq_str(json_span(value), words[1]))
		return err_set(e, EBADMSG, "\"%s\" must be %s or %s", name,
			       words[0], words[1]);
	*ret = true;
	return 0;
}

static int freshness_parse(const json_t *object, struct policy *p,
			   struct err *e)
{
	static const char *const words[] = { "keep", "refuse-start" };
	json_t *on_stale;
	const struct json_member rows[] = {
		{ "on-stale", JSON_STRING, true, &on_stale },
		{ 0 },
	};
	int r;

	if (object == NULL)
		return 0;
	r = json_members(object, rows, e);
	if (r == 0)
		r = choice_parse(on_stale, "on-stale", words,
				 &p->demands.refuses_stale_start, e);
	return r < 0 ? err_wrap(e, "freshness") : 0;
}

static int rollback_parse(const json_t *value, struct policy *p, struct err *e)
{
	static const char *const words[] = { "image-floor", "persistent" };

	return choice_parse(value, "rollback", words,
			    &p->demands.wants_persistence, e);
}

static int on_tighten_parse(const json_t *value, struct policy *p,
			    struct err *e)
{
	static const char *const words[] = { "report", "stop" };

	return choice_parse(value, "on-tighten", words,
			    &p->demands.stops_on_tighten, e);
}

static const char *const past_gate_words[] = {
	[POLICY_PAST_GATE_UNSAID] = "report",
	[POLICY_PAST_GATE_REPORT] = "report",
	[POLICY_PAST_GATE_FREEZE] = "freeze",
	[POLICY_PAST_GATE_KILL] = "kill",
};

const char *policy_past_gate_word(enum policy_past_gate p)
{
	return past_gate_words[p];
}

static int past_gate_parse(const json_t *value, struct policy *p, struct err *e)
{
	if (value == NULL)
		return 0;
	for (size_t i = POLICY_PAST_GATE_REPORT; i < POLICY_PAST_GATE_COUNT;
	     i++)
		if (span_eq_str(json_span(value), past_gate_words[i])) {
			p->demands.past_gate = (enum policy_past_gate)i;
			return 0;
		}
	return err_set(e, EBADMSG,
		       "\"past-gate\" must be report, freeze or kill");
}

int node_parse(struct span text, struct policy *p, struct err *e)
{
	AUTO_JSON *node = NULL;
	json_t *services, *unlisted, *collectors, *audit, *description;
	json_t *freshness, *rollback, *roles, *on_tighten, *past_gate;
	const struct json_member rows[] = {
		{ "services", JSON_OBJECT, true, &services },
		{ "unlisted", JSON_STRING, true, &unlisted },
		{ "collectors", JSON_ARRAY, false, &collectors },
		{ "audit", JSON_OBJECT, false, &audit },
		{ "freshness", JSON_OBJECT, false, &freshness },
		{ "rollback", JSON_STRING, false, &rollback },
		{ "roles", JSON_OBJECT, false, &roles },
		{ "on-tighten", JSON_STRING, false, &on_tighten },
		{ "past-gate", JSON_STRING, false, &past_gate },
		{ "description", JSON_STRING, false, &description },
		{ 0 },
	};
	int r = json_parse(text, POLICY_TARGET_MAX, &node, e);

	if (r < 0)
		return r;
	r = json_members(node, rows, e);
	if (r == 0)
		r = services_parse(services, p, e);
	if (r == 0)
		r = unlisted_parse(unlisted, p, e);
	if (r == 0)
		r = collectors_parse(collectors, p, e);
	if (r == 0)
		r = node_audit_parse(audit, p, e);
	if (r == 0)
		r = freshness_parse(freshness, p, e);
	if (r == 0)
		r = rollback_parse(rollback, p, e);
	if (r == 0)
		r = node_roles_parse(roles, p, e);
	if (r == 0)
		r = on_tighten_parse(on_tighten, p, e);
	if (r == 0)
		r = past_gate_parse(past_gate, p, e);
	return r;
}
