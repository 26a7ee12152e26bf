/* SPDX-License-Identifier: Apache-2.0 */
/* services.c - bailiffctl services. */
#include <inttypes.h>

#include "cmd/bailiffctl/ctl.h"
#include "lib/text.h"
#include "pkg/control/control.h"

struct row {
	uint64_t sessions, pending, oldest; /* oldest generation that binds */
};

static struct row row_of(const json_t *service)
{
	struct row row = { .oldest = UINT64_MAX };
	size_t i;
	json_t *s;

	json_array_foreach(json_object_get(service, "sessions"), i, s) {
		const uint64_t generation = ctl_number(s, "generation");

		row.sessions++;
		row.pending += json_is_true(json_object_get(s, "pending"));
		row.oldest = generation < row.oldest ? generation : row.oldest;
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

static void row_print(const struct ctl *ctl, const json_t *service)
{
	const json_t *lacks = json_object_get(service, "not_enforced");
	const struct row row = row_of(service);
	struct buf name;

	buf_init(&name, (size_t)4 * CONTROL_ANSWER_MAX);
	text_escape(&name, span_of(ctl_text(service, "name")), false);
	(void)printf("%-24s %6" PRIu64 " %8" PRIu64 " ", buf_cstr(&name),
		     ctl_number(service, "number"), row.sessions);
	buf_done(&name);
	if (row.sessions == 0)
		(void)printf("%10s  ", "-");
	else
		(void)printf("%10" PRIu64 "  ", row.oldest);
	if (row.pending != 0) {
		ctl_color(ctl, COLOR_WARN);
		(void)printf("%" PRIu64 " pending a restart", row.pending);
	} else if (json_array_size(lacks) != 0) {
		ctl_color(ctl, COLOR_WARN);
		(void)printf("best effort: %zu not enforced",
			     json_array_size(lacks));
	} else {
		ctl_color(ctl, row.sessions != 0 ? COLOR_GOOD : COLOR_QUIET);
		(void)fputs(row.sessions != 0 ? "enforced" : "not running",
			    stdout);
	}
	ctl_color(ctl, COLOR_PLAIN);
	speaker_print(service);
	(void)fputs("\n", stdout);
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
