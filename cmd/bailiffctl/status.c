/* SPDX-License-Identifier: Apache-2.0 */
/* status.c - bailiffctl status. */
#include <inttypes.h>
#include <string.h>

#include "cmd/bailiffctl/ctl.h"

static void label(const char *name)
{
	(void)printf("  %-11s", name);
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void uptime_print(uint64_t ms)
{
	const uint64_t s = ms / 1000;

	if (s >= 86400)
		(void)printf("up %" PRIu64 " d %" PRIu64 " h", s / 86400,
			     s % 86400 / 3600);
	else if (s >= 3600)
		(void)printf("up %" PRIu64 " h %" PRIu64 " min", s / 3600,
			     s % 3600 / 60);
	else
		(void)printf("up %" PRIu64 " min %" PRIu64 " s", s / 60,
			     s % 60);
}

static void bytes_print(uint64_t n)
{
	if (n >= 1 << 20)
		(void)printf("%" PRIu64 ".%" PRIu64 " MiB", n >> 20,
			     (n & ((1 << 20) - 1)) * 10 >> 20);
	else
		(void)printf("%" PRIu64 " KiB", (n + 1023) >> 10);
}

static void head_print(const struct ctl *ctl, const json_t *status)
{
	static const struct {
		const char *state;
		enum ctl_color color;
	} rows[] = {
		{ "enforcing", COLOR_GOOD },
		{ "degraded", COLOR_WARN },
		{ "stale", COLOR_WARN },
		{ "unarmed", COLOR_BAD },
	};
	const char *state = ctl_text(status, "state");

	(void)fputs("bailiff ", stdout);
	ctl_put(span_of(ctl_text(status, "version")));
	(void)fputs(" on ", stdout);
	ctl_put(span_of(ctl_text(status, "node")));
	(void)fputs(": ", stdout);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].state, state) == 0)
			ctl_color(ctl, rows[i].color);
	ctl_put(span_of(state));
	ctl_color(ctl, COLOR_PLAIN);
	(void)fputs(", ", stdout);
	uptime_print(ctl_number(status, "uptime_ms"));
	(void)fputs("\n", stdout);
}

static void policy_print(const json_t *policy)
{
	const json_t *signers = json_object_get(policy, "signers");
	size_t i;
	json_t *signer;

	label("policy");
	if (!json_is_object(policy)) {
		(void)fputs("none\n", stdout);
		return;
	}
	(void)printf("bundle %" PRIu64 ", generation %" PRIu64 ", ",
		     ctl_number(policy, "bundle"),
		     ctl_number(policy, "generation"));
	ctl_put(span_of(ctl_text(policy, "freshness")));
	(void)fputs(", expires ", stdout);
	ctl_put(span_of(ctl_text(policy, "expires")));
	(void)fputs(", rollback=", stdout);
	ctl_put(span_of(ctl_text(policy, "rollback")));
	(void)fputs("\n", stdout);
	if (strcmp(ctl_text(policy, "on_stale"), "refuse-start") == 0)
		(void)printf("  %-11sno service is started while it is stale\n",
			     "");
	label("signed by");
	json_array_foreach(signers, i, signer) {
		(void)fputs(i != 0 ? ", " : "", stdout);
		ctl_put(ctl_key_id(signer));
	}
	(void)fputs(json_array_size(signers) == 0 ? "nobody\n" : "\n", stdout);
}

static void clock_print(const json_t *clock)
{
	if (!json_is_object(clock))
		return;
	label("time");
	ctl_put(span_of(ctl_text(clock, "time")));
	(void)fputs(", clock: ", stdout);
	ctl_put(span_of(ctl_text(clock, "source")));
	if (strcmp(ctl_text(clock, "time"), ctl_text(clock, "system")) != 0) {
		(void)fputs(", behind the floor at ", stdout);
		ctl_put(span_of(ctl_text(clock, "system")));
	}
	(void)fputs("\n", stdout);
}

/* Nothing when bailiffd owns the kernel's audit itself. */
static void observing_print(const json_t *audit)
{
	const json_t *owner = json_object_get(audit, "owner");

	if (strcmp(ctl_text(audit, "mode"), "observe") != 0)
		return;
	(void)fputs("observing beside ", stdout);
	if (json_is_object(owner)) {
		ctl_put(span_of(ctl_text(owner, "comm")));
		(void)printf(" (pid %" PRIu64 "); ", ctl_number(owner, "pid"));
	} else {
		(void)fputs("nobody; ", stdout);
	}
}

#define SHORT_MAX 8 /* services that are named */

/* What did not come whole of one service. Return: was there anything. */
static bool short_row_print(const json_t *row, bool is_first)
{
	static const struct {
		const char *member, *text;
	} counts[] = {
		{ "suppressed", "over the budget" },
		{ "partial", "partial" },
		{ "dropped", "dropped" },
		{ "pruned", "pruned before a collector took them" },
	};
	const char *name = ctl_text(row, "service");
	const char *sep = "";

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		const uint64_t n = ctl_number(row, counts[i].member);

		if (n == 0)
			continue;
		if (sep[0] == '\0') {
			label(is_first ? "not whole" : "");
			ctl_put(span_of(name[0] != '\0' ? name : "nobody's"));
			(void)fputs(": ", stdout);
		}
		(void)printf("%s%" PRIu64 " %s", sep, n, counts[i].text);
		sep = ", ";
	}
	if (sep[0] != '\0')
		(void)fputs("\n", stdout);
	return sep[0] != '\0';
}

static void short_print(const json_t *services)
{
	const json_t *row;
	size_t i, shown = 0;

	json_array_foreach(services, i, row) {
		if (shown == SHORT_MAX)
			return;
		shown += short_row_print(row, shown == 0);
	}
}

static void counts_print(const json_t *status)
{
	const json_t *kernel = json_object_get(status, "kernel");
	const json_t *audit = json_object_get(status, "audit");
	const json_t *trail = json_object_get(status, "trail");

	label("kernel");
	ctl_put(span_of(ctl_text(kernel, "release")));
	(void)printf(", Landlock ABI %" PRIu64 "\n",
		     ctl_number(kernel, "landlock_abi"));
	label("tier");
	ctl_put(span_of(ctl_text(kernel, "tier")));
	(void)fputs(": ", stdout);
	ctl_put(span_of(ctl_text(kernel, "tier_sentence")));
	(void)fputs("\n", stdout);
	label("audit");
	observing_print(audit);
	(void)printf(
		"%" PRIu64 " events, %" PRIu64 " denied, %" PRIu64
		" forged; the kernel lost %" PRIu64 ", partial %" PRIu64 "\n",
		ctl_number(audit, "events"), ctl_number(audit, "denied"),
		ctl_number(audit, "forged"), ctl_number(audit, "kernel_lost"),
		ctl_number(audit, "partial"));
	label("budget");
	(void)printf("%" PRIu64 " denials of a service each second, %" PRIu64
		     " over it were counted\n",
		     ctl_number(audit, "budget_denials"),
		     ctl_number(audit, "suppressed"));
	short_print(json_object_get(audit, "services"));
	label("trail");
	(void)printf("#%" PRIu64 " to #%" PRIu64 ", ",
		     ctl_number(trail, "first_seq"),
		     ctl_number(audit, "last_seq"));
	bytes_print(ctl_number(trail, "bytes"));
	(void)fputs(" of ", stdout);
	bytes_print(ctl_number(trail, "bytes_max"));
	(void)printf(", dropped %" PRIu64 "\n", ctl_number(trail, "dropped"));
}

static void collectors_print(const json_t *collectors)
{
	size_t i;
	json_t *c;

	json_array_foreach(collectors, i, c) {
		label(i == 0 ? "collectors" : "");
		ctl_put(span_of(ctl_text(c, "name")));
		(void)fputs(": ", stdout);
		ctl_put(span_of(ctl_text(c, "state")));
		(void)printf(", acknowledged to #%" PRIu64,
			     ctl_number(c, "acked_seq"));
		if (ctl_text(c, "error")[0] != '\0') {
			(void)fputs(" (", stdout);
			ctl_put(span_of(ctl_text(c, "error")));
			(void)fputs(")", stdout);
		}
		(void)fputs("\n", stdout);
	}
}

static void workers_print(const json_t *workers)
{
	size_t i;
	json_t *w;

	label("workers");
	json_array_foreach(workers, i, w) {
		const uint64_t restarts = ctl_number(w, "restarts");

		(void)fputs(i != 0 ? ", " : "", stdout);
		ctl_put(span_of(ctl_text(w, "name")));
		(void)printf(" %" PRIu64, ctl_number(w, "pid"));
		if (restarts != 0)
			(void)printf(" (%" PRIu64 " restart%s)", restarts,
				     plural(restarts));
	}
	(void)fputs("\n", stdout);
}

static void sentences_print(const struct ctl *ctl, const char *title,
			    const json_t *list)
{
	if (json_array_size(list) == 0)
		return;
	ctl_color(ctl, COLOR_WARN);
	(void)printf("\n%s\n", title);
	ctl_color(ctl, COLOR_PLAIN);
	ctl_print_list(list);
}

int verb_status(struct ctl *ctl, int argc, char **argv)
{
	AUTO_JSON *status = NULL;
	bool is_enforcing;
	int r = ctl_options(ctl, NULL, argc, argv, NULL);

	if (r == CTL_DONE)
		r = ctl_ask(ctl, "GET", "/v1/status", NULL, &status);
	if (r != CTL_DONE)
		return r;
	is_enforcing = strcmp(ctl_text(status, "state"), "enforcing") == 0;
	if (ctl->wants_json) {
		r = ctl_print_json(ctl, status);
		return r != CTL_DONE ? r : is_enforcing ? CTL_DONE : CTL_NO;
	}
	head_print(ctl, status);
	policy_print(json_object_get(status, "policy"));
	clock_print(json_object_get(status, "clock"));
	counts_print(status);
	collectors_print(json_object_get(status, "collectors"));
	workers_print(json_object_get(status, "workers"));
	(void)printf("  %-11s%zu\n", "services",
		     json_array_size(json_object_get(status, "services")));
	sentences_print(ctl, "problems:", json_object_get(status, "problems"));
	sentences_print(ctl, "pending, until it is restarted:",
			json_object_get(status, "pending"));
	sentences_print(ctl, "not enforced by this kernel:",
			json_object_get(json_object_get(status, "kernel"),
					"not_enforced"));
	return is_enforcing ? CTL_DONE : CTL_NO;
}
