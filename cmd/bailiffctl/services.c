/* SPDX-License-Identifier: Apache-2.0 */
/* services.c - bailiffctl services. */
#include <inttypes.h>

#include "cmd/bailiffctl/ctl.h"
#include "lib/text.h"
#include "pkg/control/control.h"

#define PATHS_SHOWN 4 /* --json has all */

struct row {
	uint64_t sessions, pending, stale, unknown, skipped;
	uint64_t oldest; /* generation that binds one of them */
};

static struct row row_of(const json_t *service)
{
	struct row row = { .oldest = UINT64_MAX };
	size_t i;
	json_t *s;

	json_array_foreach(json_object_get(service, "sessions"), i, s) {
		const uint64_t generation = ctl_number(s, "generation");
		const bool is_pending =
			json_is_true(json_object_get(s, "pending"));

		row.sessions++;
		row.pending += is_pending;
		row.stale += !is_pending &&
			     json_is_true(json_object_get(s, "stale"));
		row.unknown += generation == 0;
		row.skipped += ctl_number(s, "skipped");
		if (generation != 0 && generation < row.oldest)
			row.oldest = generation;
	}
	return row;
}

/* The role that speaks for the service's policy and the keys that signed; a
 * service whose policy was withdrawn has none. */
static void speaker_print(const json_t *service)
{
	const char *role = ctl_text(service, "role");
	size_t i;
	json_t *id;

	if (role[0] == '\0')
		return;
	(void)fputs("  by ", stdout);
	ctl_put(span_of(role));
	json_array_foreach(json_object_get(service, "signers"), i, id) {
		(void)fputs(i == 0 ? ": " : ", ", stdout);
		ctl_put(ctl_key_id(id));
	}
}

/* The first of these that there is anything of. */
static void state_print(const struct ctl *ctl, const json_t *service,
			const struct row *row)
{
	const struct {
		uint64_t count;
		const char *words;
	} rows[] = {
		{ row->pending, "pending a restart" },
		{ row->unknown, "without a receipt" },
		{ row->stale, "stale, a restart would loosen" },
		{ row->skipped, "rules left out" },
		{ json_array_size(json_object_get(service, "not_enforced")),
		  "not enforced (best effort)" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].count == 0)
			continue;
		ctl_color(ctl, COLOR_WARN);
		(void)printf("%" PRIu64 " %s", rows[i].count, rows[i].words);
		return;
	}
	ctl_color(ctl, row->sessions != 0 ? COLOR_GOOD : COLOR_QUIET);
	(void)fputs(row->sessions == 0 ? "not running"
		    : json_is_true(json_object_get(service, "withdrawn"))
			    ? "no service any more"
			    : "enforced",
		    stdout);
}

/* What a launcher left out, a line for each session. */
static void skipped_print(const json_t *service)
{
	const json_t *session, *path;
	size_t i, k;

	json_array_foreach(json_object_get(service, "sessions"), i, session) {
		const json_t *paths = json_object_get(session, "skipped_paths");
		const uint64_t skipped = ctl_number(session, "skipped");

		if (skipped == 0)
			continue;
		(void)printf("    pid %" PRIu64 " started without",
			     ctl_number(session, "pid"));
		json_array_foreach(paths, k, path) {
			if (k == PATHS_SHOWN)
				break;
			(void)fputs(k != 0 ? ", " : " ", stdout);
			ctl_put(json_span(path));
		}
		if (skipped > PATHS_SHOWN)
			(void)printf(" and %" PRIu64 " more",
				     skipped - PATHS_SHOWN);
		(void)fputs(": not there\n", stdout);
	}
}

static void row_print(const struct ctl *ctl, const json_t *service)
{
	const struct row row = row_of(service);
	struct buf name;

	buf_init(&name, (size_t)4 * CONTROL_ANSWER_MAX);
	text_escape(&name, span_of(ctl_text(service, "name")), false);
	(void)printf("%-24s %6" PRIu64 " %8" PRIu64 " ", buf_cstr(&name),
		     ctl_number(service, "number"), row.sessions);
	buf_done(&name);
	if (row.oldest == UINT64_MAX)
		(void)printf("%10s  ", "-");
	else
		(void)printf("%10" PRIu64 "  ", row.oldest);
	state_print(ctl, service, &row);
	ctl_color(ctl, COLOR_PLAIN);
	speaker_print(service);
	(void)fputs("\n", stdout);
	skipped_print(service);
}

int verb_services(struct ctl *ctl, int argc, char **argv)
{
	AUTO_JSON *answer = NULL;
	size_t i;
	json_t *service;
	int r = ctl_options(ctl, NULL, argc, argv, NULL);

	if (r == CTL_DONE)
		r = ctl_ask(ctl, "GET", "/v1/services", NULL, &answer);
	if (r != CTL_DONE)
		return r;
	if (ctl->wants_json)
		return ctl_print_json(ctl, answer);
	(void)printf("%-24s %6s %8s %10s  %s\n", "SERVICE", "NUMBER",
		     "SESSIONS", "GENERATION", "STATE");
	json_array_foreach(json_object_get(answer, "services"), i, service)
		row_print(ctl, service);
	return CTL_DONE;
}
