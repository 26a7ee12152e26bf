/* SPDX-License-Identifier: Apache-2.0 */
/* ask.c - see ctl.h: requests to the daemon. */
#include "cmd/bailiffctl/ctl.h"

#include <errno.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/text.h"
#include "pkg/control/control.h"
#include "pkg/identity/paths.h"

#define ASK_MS 30000 /* a reload verifies and compiles a bundle */

const char *ctl_socket(const struct ctl *ctl, bool changes)
{
	if (ctl->socket != NULL)
		return ctl->socket;
	return changes ? PATH_CONTROL_SOCK : PATH_EVENTS_SOCK;
}

/* The daemon's refusal in its own words. */
static int refusal_print(const struct ctl *ctl, unsigned status,
			 const json_t *answer)
{
	const char *text = ctl_text(answer, "error");
	const char *hint = ctl_text(answer, "hint");
	const char *kind = ctl_text(answer, "refused");
	struct buf out;

	if (ctl->wants_json && json_is_object(answer)) {
		(void)ctl_print_json(ctl, answer);
		return status >= 500 ? CTL_SYSTEM : CTL_NO;
	}
	(void)fflush(stdout);
	buf_init(&out, CONTROL_BODY_MAX);
	if (kind[0] != '\0')
		buf_printf(&out, "refused (%s): ", kind);
	buf_puts(&out, text);
	if (text[0] == '\0')
		buf_printf(&out, "the answer is HTTP status %u", status);
	if (hint[0] != '\0')
		buf_printf(&out, "\n  hint: %s", hint);
	(void)fputs("bailiffctl: ", stderr);
	(void)fprintf(stderr, "%s: ", ctl->verb);
	for (struct span rest = buf_view(&out); rest.p != NULL;) {
		struct buf line;

		buf_init(&line, (size_t)4 * CONTROL_BODY_MAX);
		text_escape(&line, span_cut(&rest, '\n'), false);
		(void)fprintf(stderr, "%s\n", buf_cstr(&line));
		buf_done(&line);
	}
	buf_done(&out);
	return status >= 500 ? CTL_SYSTEM : CTL_NO;
}

int ctl_ask(const struct ctl *ctl, const char *method, const char *path,
	    const json_t *body, json_t **ret)
{
	const bool changes = strcmp(method, "GET") != 0;
	struct control_client_answer answer;
	AUTO_DONE(buf_done) struct buf request;
	AUTO_JSON *json = NULL;
	struct err e = { 0 };
	int r;

	buf_init(&request, CONTROL_BODY_MAX);
	if (body != NULL && json_text(body, &request) < 0) {
		(void)err_set(&e, E2BIG, "the request is too large");
		return ctl_fail(ctl, &e);
	}
	r = control_call(ctl_socket(ctl, changes), method, path,
			 buf_view(&request), ASK_MS, &answer, &e);
	if (r < 0)
		return ctl_fail(ctl, &e);
	r = json_parse(buf_view(&answer.body), CONTROL_ANSWER_MAX, &json, &e);
	buf_done(&answer.body);
	if (answer.status != 200)
		return refusal_print(ctl, answer.status, json);
	if (r < 0 || !json_is_object(json)) {
		if (r == 0)
			(void)err_set(&e, EBADMSG, "must be an object");
		(void)err_wrap(&e, "the daemon's answer");
		return ctl_fail(ctl, &e);
	}
	*ret = ptr_steal(&json);
	return CTL_DONE;
}

void ctl_query_value(struct buf *out, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_.";

	for (; *text != '\0'; text++) {
		if (strchr(plain, *text) != NULL)
			buf_put(out, text, 1);
		else
			buf_printf(out, "%%%02x", (unsigned char)*text);
	}
}
