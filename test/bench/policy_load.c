/* SPDX-License-Identifier: Apache-2.0 */
/* policy_load.c - compile and prove a bundle of many services, then again with
 * one of them changed.
 *
 * usage: policy_load DOCUMENT COUNT [own]. Each of COUNT services has DOCUMENT
 * with a description of its own; with "own" also with a rule of system calls of
 * its own, so that no two programs are alike. Prints "COLD CHANGE NONE
 * COMPILED": milliseconds of processor time for all services, for one that
 * changed, for none, and how many the second compiled.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/num.h"
#include "pkg/landlock/rights.h"
#include "pkg/policy/policy.h"

#define NAME_MAX_ 64

struct bundle {
	struct policy_target targets[POLICY_SERVICES_MAX + 1];
	struct buf bytes[POLICY_SERVICES_MAX + 1];
	char names[POLICY_SERVICES_MAX + 1][NAME_MAX_];
	uint32_t count; /* of services; node.json follows them */
};

static const struct policy_kernel kernel = {
	.landlock_abi = LANDLOCK_ABI_NEWEST,
	.has_seccomp = true,
};

/* What no other service denies: fcntl with a command that nobody has. */
static int rule_add(json_t *document, uint32_t number)
{
	return json_array_append_new(
		json_object_get(json_object_get(document, "seccomp"),
				"syscalls"),
		json_pack("{s:[s],s:s,s:[{s:i,s:i,s:s}]}", "names", "fcntl",
			  "action", "SCMP_ACT_KILL_PROCESS", "args", "index", 1,
			  "value", 1000000 + (int)number, "op", "SCMP_CMP_EQ"));
}

/* Service @number as of @revision. */
static int service_make(struct bundle *b, const json_t *like, uint32_t number,
			unsigned revision, bool has_own, struct err *e)
{
	AUTO_JSON *document = json_deep_copy(like);
	struct buf *bytes = &b->bytes[number];
	char text[NAME_MAX_];
	int r;

	(void)snprintf(text, sizeof(text), "service %u, revision %u", number,
		       revision);
	(void)snprintf(b->names[number], NAME_MAX_, "services/s%u.json",
		       number);
	if (document == NULL ||
	    json_object_set_new(document, "description", json_string(text)) <
		    0 ||
	    (has_own && rule_add(document, number) < 0))
		return err_set(e, ENOMEM, "out of memory");
	buf_reset(bytes);
	r = json_text(document, bytes);
	b->targets[number] = (struct policy_target){ b->names[number],
						     buf_view(bytes), NULL };
	return r < 0 ? err_set(e, -r, "%s", strerror(-r)) : 0;
}

static int node_make(struct bundle *b, struct err *e)
{
	struct buf *bytes = &b->bytes[b->count];

	buf_puts(bytes, "{\"unlisted\":\"deny\",\"services\":{");
	for (uint32_t i = 0; i < b->count; i++)
		buf_printf(bytes, "%s\"s%u\":{\"number\":%u}", i ? "," : "", i,
			   i + 1);
	buf_puts(bytes, "}}");
	b->targets[b->count] =
		(struct policy_target){ "node.json", buf_view(bytes), NULL };
	return buf_error(bytes) < 0 ? err_set(e, ENOMEM, "out of memory") : 0;
}

static double now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* One compilation. Returns its milliseconds; below 0 when it failed. */
static double compile(const struct bundle *b, const struct policy *previous,
		      struct policy **ret, struct err *e)
{
	const struct policy_origin origin = { .generation = 1 };
	const double begin = now_ms();

	if (policy_compile(b->targets, b->count + 1, &origin, &kernel, previous,
			   ret, e) < 0)
		return -1;
	return now_ms() - begin;
}

static int measure(struct bundle *b, const json_t *like, bool has_own,
		   struct err *e)
{
	struct policy *first = NULL, *second = NULL, *third = NULL;
	double cold, change, none = -1;
	int r = 0;

	for (uint32_t i = 0; i < b->count && r == 0; i++)
		r = service_make(b, like, i, 1, has_own, e);
	if (r == 0)
		r = node_make(b, e);
	if (r < 0)
		return r;
	cold = compile(b, NULL, &first, e);
	r = cold < 0 ? -e->code
		     : service_make(b, like, b->count / 2, 2, has_own, e);
	change = r < 0 ? -1 : compile(b, first, &second, e);
	if (change >= 0)
		none = compile(b, second, &third, e);
	if (none >= 0)
		(void)printf("%.2f %.2f %.2f %zu\n", cold, change, none,
			     policy_compiled_count(second));
	policy_free(first);
	policy_free(second);
	policy_free(third);
	return none < 0 ? -e->code : 0;
}

static int document_read(const char *path, json_t **ret, struct err *e)
{
	AUTO_DONE(buf_done) struct buf text;
	int r;

	buf_init(&text, POLICY_TARGET_MAX);
	r = file_read(AT_FDCWD, path, POLICY_TARGET_MAX, &text, e);
	return r < 0 ? r
		     : json_parse(buf_view(&text), POLICY_TARGET_MAX, ret, e);
}

int main(int argc, char **argv)
{
	AUTO_MEM struct bundle *b = calloc(1, sizeof(*b));
	AUTO_JSON *like = NULL;
	struct err e = { 0 };
	int r;

	if (b == NULL || argc < 3 || argc > 4 ||
	    num_parse_u32(span_of(argv[2]), 1, POLICY_SERVICES_MAX, &b->count) <
		    0) {
		(void)fputs("usage: policy_load DOCUMENT COUNT [own]\n",
			    stderr);
		return 2;
	}
	for (uint32_t i = 0; i <= b->count; i++)
		buf_init(&b->bytes[i], POLICY_TARGET_MAX);
	r = document_read(argv[1], &like, &e);
	if (r == 0)
		r = measure(b, like, argc == 4, &e);
	for (uint32_t i = 0; i <= b->count; i++)
		buf_done(&b->bytes[i]);
	if (r < 0)
		(void)fprintf(stderr, "policy_load: %s\n", e.text);
	return r < 0;
}
