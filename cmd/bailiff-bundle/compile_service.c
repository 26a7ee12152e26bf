/* SPDX-License-Identifier: Apache-2.0 */
/* compile_service.c - see compile_service.h. */
#include "cmd/bailiff-bundle/compile_service.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/bailiff-bundle/bundle.h"
#include "cmd/bailiff-bundle/compile_file.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/identity/registry.h"
#include "pkg/policy/stage.h"

#define NAME_NONE "service" /* of a document on standard input */

static int stages_list(bool is_json)
{
	for (size_t i = 0; i < STAGE_KINDS; i++)
		if (is_json)
			(void)printf("%s\"%s\"", i == 0 ? "[" : ",",
				     stage_table[i].name);
		else
			(void)printf("%-10s %s\n", stage_table[i].name,
				     stage_table[i].what);
	(void)fputs(is_json ? "]\n" : "", stdout);
	return EXIT_DONE;
}

/* "nginx" of "policies/services/nginx.json". */
static int name_make(const struct service_question *q, char **ret,
		     struct err *e)
{
	const char *slash = strrchr(q->file, '/');
	struct span name = span_of(q->name);
	const size_t suffix = strlen(".json");

	if (q->name == NULL)
		name = span_of(strcmp(q->file, "-") == 0 ? NAME_NONE
			       : slash != NULL		 ? slash + 1
							 : q->file);
	if (q->name == NULL && name.len > suffix &&
	    strcmp(name.p + name.len - suffix, ".json") == 0)
		name.len -= suffix;
	if (service_name_check(name, e) < 0) {
		(void)err_set(e, EINVAL, "\"%.*s\" is no service name",
			      name.len < 80 ? (int)name.len : 80, name.p);
		return err_hint(e, "--name NAME says what it is called: a-z "
				   "0-9 . _ -");
	}
	*ret = span_dup(name);
	return *ret != NULL ? 0 : err_set(e, ENOMEM, "out of memory");
}

int service_compile(const struct service_question *q, struct err *e)
{
	const struct policy_kernel kernel = {
		.landlock_abi = q->abi,
		.has_seccomp = true,
	};
	const int kind = stage_find(span_of(q->stage));
	AUTO_DONE(buf_done) struct buf text;
	AUTO_DONE(buf_done) struct buf out;
	struct stage_input in = { .kernel = &kernel,
				  .token = q->token,
				  .is_json = q->is_json,
				  .is_raw = q->is_raw };
	AUTO_MEM char *name = NULL;
	bool is_refused = false;
	int r;

	buf_init(&text, POLICY_TARGET_MAX);
	buf_init(&out, COMPILE_OUTPUT_MAX);
	if (strcmp(q->stage, "list") == 0)
		return stages_list(q->is_json);
	if (kind < 0) {
		(void)err_set(e, EINVAL, "--stage %.40s is none", q->stage);
		return err_hint(e, "--stage list names them");
	}
	if (q->is_raw && kind != STAGE_ARTEFACT)
		return err_set(e, EINVAL, "--raw goes with --stage artefact");
	r = name_make(q, &name, e);
	if (r == 0)
		r = compile_read(q->file, &text, e);
	if (r < 0)
		return r;
	in.name = name;
	in.text = buf_view(&text);
	r = stage_print((enum stage_kind)kind, &in, &out, &is_refused, e);
	if (r < 0)
		return err_wrap(e, "%s", compile_file_name(q->file));
	r = compile_write(STDOUT_FILENO, &out, e);
	return r < 0 ? r : is_refused ? EXIT_NO : EXIT_DONE;
}
