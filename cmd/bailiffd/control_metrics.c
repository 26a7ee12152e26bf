/* SPDX-License-Identifier: Apache-2.0 */
/* control_metrics.c - the status as OpenMetrics text; see control_role.h. */
#include "cmd/bailiffd/control_role.h"

#include <errno.h>

#include "lib/json.h"

/* One number of the status object and how it is called outside. */
static const struct metric {
	const char *object, *member; /* where it stands in the status */
	const char *name, *type, *help;
} metrics[] = {
	/* clang-format off */
	{ "audit", "events", "bailiff_audit_events", "counter", "Events appended to the trail" },
	{ "audit", "denied", "bailiff_audit_denied", "counter", "Denials among them" },
	{ "audit", "partial", "bailiff_audit_partial", "counter", "Events with records missing" },
	{ "audit", "late", "bailiff_audit_late", "counter", "Parts of events that came after the rest" },
	{ "audit", "suppressed", "bailiff_audit_suppressed", "counter", "Denials over a budget, counted instead of kept" },
	{ "audit", "exclusions", "bailiff_audit_exclusions", "counter", "Times that the kernel was told to make no records of a flood" },
	{ "audit", "drifts", "bailiff_audit_drifts", "counter", "Changes of the kernel's audit rules and parameters by somebody else" },
	{ "audit", "budget_denials", "bailiff_audit_budget_denials", "gauge", "Denials of a service that are kept whole each second" },
	{ "audit", "forged", "bailiff_identity_forged", "counter", "Processes that took a service's number" },
	{ "audit", "gaps", "bailiff_audit_gap_serials", "counter", "Serials that never arrived" },
	{ "audit", "kernel_lost", "bailiff_audit_kernel_lost", "counter", "Events the kernel dropped" },
	{ "audit", "multicast_lost", "bailiff_audit_multicast_lost", "counter", "Copies of records that found no room while observing" },
	{ "past_gate", "alarms", "bailiff_past_gate", "counter", "Containers that were started past the gate" },
	{ "past_gate", "living", "bailiff_past_gate_containers", "gauge", "Those of them that live" },
	{ "trail", "dropped", "bailiff_trail_dropped", "counter", "Events the trail could not take" },
	{ "trail", "pruned", "bailiff_trail_pruned", "counter", "Events that fell to the size cap" },
	{ "trail", "untaken", "bailiff_trail_untaken", "counter", "Events among them that a collector had not taken" },
	{ "trail", "last_seq", "bailiff_trail_last_sequence", "gauge", "Sequence of the newest event" },
	{ "policy", "bundle", "bailiff_policy_bundle", "gauge", "Version of the bundle in force" },
	{ "policy", "generation", "bailiff_policy_generation", "gauge", "Publications in this boot" },
	{ "policy", "expires_s", "bailiff_policy_expires_seconds", "gauge", "Until the bundle in force expires; below 0 since then" },
	{ "kernel", "landlock_abi", "bailiff_landlock_abi", "gauge", "Landlock ABI of the kernel" },
	/* clang-format on */
};

/* One word of the status object, out of a few: an OpenMetrics stateset. */
#define STATES_MAX 4
static const struct stateset {
	const char *object, *member, *name, *help;
	const char *states[STATES_MAX + 1]; /* NULL-terminated */
} statesets[] = {
	/* clang-format off */
	{ "policy", "freshness", "bailiff_policy_freshness", "Is the bundle in force fresh, by the time that is known",
	  { "fresh", "stale", "unknown", NULL } },
	{ "policy", "rollback", "bailiff_policy_rollback", "What keeps older bundles away: kept state, or the image alone",
	  { "persistent", "image-floor", NULL } },
	{ "audit", "mode", "bailiff_audit_mode", "Is the kernel's audit stream bailiff's own, or does it read copies",
	  { "own", "observe", NULL } },
	{ "clock", "source", "bailiff_clock_source", "Who vouches for the system clock",
	  { "synchronised", "rtc", "hypervisor", "unknown", NULL } },
	/* clang-format on */
};

static void stateset_write(const json_t *status, const struct stateset *s,
			   struct buf *out)
{
	const json_t *value =
		json_object_get(json_object_get(status, s->object), s->member);

	if (!json_is_string(value))
		return;
	buf_printf(out, "# TYPE %s stateset\n# HELP %s %s.\n", s->name, s->name,
		   s->help);
	for (size_t i = 0; s->states[i] != NULL; i++)
		buf_printf(out, "%s{%s=\"%s\"} %d\n", s->name, s->name,
			   s->states[i],
			   span_eq_str(json_span(value), s->states[i]));
}

/* A label's value: the text format escapes three bytes. */
static void label_write(const char *text, struct buf *out)
{
	for (; text != NULL && *text != '\0'; text++) {
		if (*text == '\\' || *text == '"')
			buf_puts(out, "\\");
		if (*text == '\n')
			buf_puts(out, "\\n");
		else
			buf_u8(out, (uint8_t)*text);
	}
}

/* The kernel's facts, as the labels of one sample. */
static void posture_info_write(const json_t *kernel, struct buf *out)
{
	const char *fact;
	json_t *state;

	buf_printf(out, "# TYPE bailiff_posture info\n# HELP bailiff_posture "
			"What this kernel can enforce: the tier, and the facts "
			"it rests on.\nbailiff_posture_info{tier=\"");
	label_write(json_string_value(json_object_get(kernel, "tier")), out);
	json_object_foreach(json_object_get(kernel, "facts"), fact, state) {
		buf_puts(out, "\",");
		for (const char *c = fact; *c != '\0'; c++)
			buf_u8(out, (uint8_t)(*c == '-' ? '_' : *c));
		buf_puts(out, "=\"");
		label_write(json_string_value(state), out);
	}
	buf_puts(out, "\",release=\"");
	label_write(json_string_value(json_object_get(kernel, "release")), out);
	buf_puts(out, "\"} 1\n");
}

static void metric_write(const json_t *status, const struct metric *m,
			 struct buf *out)
{
	const json_t *value =
		json_object_get(json_object_get(status, m->object), m->member);

	if (!json_is_integer(value))
		return;
	buf_printf(out, "# TYPE %s %s\n# HELP %s %s.\n%s%s %lld\n", m->name,
		   m->type, m->name, m->help, m->name,
		   m->type[0] == 'c' ? "_total" : "",
		   (long long)json_integer_value(value));
}

/* Sessions of a service for which @member is true, or not 0. */
static uint64_t sessions_count(const json_t *service, const char *member)
{
	const json_t *session;
	uint64_t count = 0;
	size_t i;

	json_array_foreach(json_object_get(service, "sessions"), i, session) {
		const json_t *value = json_object_get(session, member);

		count += json_is_integer(value)
				 ? (uint64_t)json_integer_value(value)
				 : json_is_true(value);
	}
	return count;
}

static const struct {
	const char *member, *name, *help;
} gauges[] = {
	/* clang-format off */
	{ "pending", "bailiff_pending_sessions", "Sessions that a looser policy binds than the one in force" },
	{ "pending", "bailiff_service_pending", "The same, by its older name" },
	{ "stale", "bailiff_stale_sessions", "Sessions that a restart would change, pending or not" },
	{ "skipped", "bailiff_skipped_paths", "Path rules that launchers left out, their paths not being there" },
	/* clang-format on */
};

static void gauge_write(const json_t *services, size_t row, struct buf *out)
{
	const json_t *service;
	size_t i;

	buf_printf(out, "# TYPE %s gauge\n# HELP %s %s.\n", gauges[row].name,
		   gauges[row].name, gauges[row].help);
	json_array_foreach(services, i, service) {
		buf_printf(out, "%s{service=\"", gauges[row].name);
		label_write(json_string_value(json_object_get(service, "name")),
			    out);
		buf_printf(out, "\"} %llu\n",
			   (unsigned long long)sessions_count(
				   service, gauges[row].member));
	}
}

/* What became of a service's events. At most as many rows as the ledger has;
 * service="" is nobody, service="*" all services without a row. */
static const struct {
	const char *member, *name, *help;
} accounts[] = {
	/* clang-format off */
	{ "events", "bailiff_service_events", "Events of a service in the trail" },
	{ "denied", "bailiff_service_denied", "Denials among them" },
	{ "partial", "bailiff_service_partial", "Events with records missing" },
	{ "late", "bailiff_service_late", "Parts of events that came after the rest" },
	{ "forged", "bailiff_service_forged", "Events of processes that took a service's number" },
	{ "suppressed", "bailiff_service_suppressed", "Denials over the budget, counted instead of kept" },
	{ "dropped", "bailiff_service_dropped", "Events the trail could not take" },
	{ "pruned", "bailiff_service_pruned", "Events that fell to the size cap before a collector took them" },
	/* clang-format on */
};

static void account_write(const json_t *rows, size_t which, struct buf *out)
{
	const json_t *row;
	size_t i;

	buf_printf(out, "# TYPE %s counter\n# HELP %s %s.\n",
		   accounts[which].name, accounts[which].name,
		   accounts[which].help);
	json_array_foreach(rows, i, row) {
		buf_printf(out, "%s_total{service=\"", accounts[which].name);
		label_write(json_string_value(json_object_get(row, "service")),
			    out);
		buf_printf(out, "\"} %lld\n",
			   (long long)json_integer_value(json_object_get(
				   row, accounts[which].member)));
	}
}

/* 0: no receipt says which. */
static void generations_write(const json_t *services, struct buf *out)
{
	const json_t *service, *session;
	size_t i, k;

	buf_puts(out, "# TYPE bailiff_session_generation gauge\n"
		      "# HELP bailiff_session_generation The policy that binds "
		      "a session, by its launcher's receipt; 0: there is none."
		      "\n");
	json_array_foreach(services, i, service)
		json_array_foreach(json_object_get(service, "sessions"), k,
				   session) {
			buf_puts(out, "bailiff_session_generation{service=\"");
			label_write(json_string_value(
					    json_object_get(service, "name")),
				    out);
			buf_puts(out, "\",instance=\"");
			label_write(json_string_value(json_object_get(
					    session, "instance")),
				    out);
			buf_printf(
				out, "\",ses=\"%lld\"} %lld\n",
				(long long)json_integer_value(
					json_object_get(session, "ses")),
				(long long)json_integer_value(json_object_get(
					session, "generation")));
		}
}

static void services_write(const json_t *status, struct buf *out)
{
	const json_t *services = json_object_get(status, "services");

	for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++)
		gauge_write(services, i, out);
	generations_write(services, out);
}

int metrics_write(struct span status, struct buf *out)
{
	AUTO_JSON *all = NULL;
	struct err e;
	int r = json_parse(status, JSON_MAX, &all, &e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
		metric_write(all, &metrics[i], out);
	for (size_t i = 0; i < sizeof(statesets) / sizeof(statesets[0]); i++)
		stateset_write(all, &statesets[i], out);
	posture_info_write(json_object_get(all, "kernel"), out);
	services_write(all, out);
	for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++)
		account_write(json_object_get(json_object_get(all, "audit"),
					      "services"),
			      i, out);
	buf_puts(out, "# EOF\n");
	return buf_error(out);
}
