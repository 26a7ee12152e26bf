/* SPDX-License-Identifier: Apache-2.0 */
/* policy_service_fuzz.c - any bytes as a service's document: refused with a
 * sentence, or compiled, shown, compared, explained, and closed by the lint.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/json.h"
#include "pkg/policy/artefact.h"
#include "pkg/policy/fix.h"
#include "pkg/policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void json_check(struct buf *out)
{
	AUTO_JSON *j = NULL;

	if (json_parse(buf_view(out), out->len, &j, NULL) < 0)
		abort();
	buf_done(out);
}

static void policy_use(struct policy *p)
{
	const struct policy_denial denials[] = {
		{ .kind = DENIAL_FS,
		  .service = { "web", 3 },
		  .right = { "read_file", 9 },
		  .path = { "/etc/shadow", 11 } },
		{ .kind = DENIAL_NET,
		  .service = { "web", 3 },
		  .right = { "bind_tcp", 8 },
		  .port = 80 },
		{ .kind = DENIAL_SYSCALL,
		  .service = { "web", 3 },
		  .arch = 0xc000003e,
		  .syscall = 41 },
		{ .kind = DENIAL_INFERRED,
		  .service = { "web", 3 },
		  .path = { "/etc/shadow", 11 },
		  .arch = 0xc000003e,
		  .syscall = 257,
		  .exit = -13 },
	};
	static const char *const actions[] = {
		"read /etc/shadow",	    "rename /a/x /b/y",
		"connect tcp 1.2.3.4:22",   "syscall socket",
		"capability CAP_SYS_ADMIN", "device read c 1:3",
	};
	const struct policy_service *s = policy_service(p, 0);
	struct artefact a;
	struct buf out;

	buf_init(&out, ARTEFACT_MAX);
	if (policy_artefact(p, s, &out) < 0 ||
	    artefact_decode(buf_view(&out), &a, NULL) < 0)
		abort();
	buf_done(&out);
	buf_init(&out, 8 << 20);
	if (policy_show(p, s, &out, NULL) < 0)
		abort();
	json_check(&out);
	if (policy_diff(p, p, &out, NULL) < 0)
		abort();
	json_check(&out);
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (policy_what(p, span_of("web"), span_of(actions[i]), &out,
				NULL) == 0)
			json_check(&out);
		buf_done(&out);
	}
	(void)policy_tests_check(p, NULL);
	for (size_t i = 0; i < sizeof(denials) / sizeof(denials[0]); i++) {
		if (policy_explain(p, &denials[i], &out, NULL) == 0)
			json_check(&out);
		buf_done(&out);
	}
}

/* What --fix writes is a document again, and a second time nothing is left to
 * be done. */
static void fix_use(struct span text, const struct policy_kernel *kernel)
{
	struct lines done = { 0 }, left = { 0 }, again = { 0 };
	struct buf b;

	buf_init(&b, POLICY_TARGET_MAX);
	buf_span(&b, text);
	if (policy_fix(&b, kernel, &done, &left, NULL) == 0) {
		lines_done(&left);
		if (policy_fix(&b, kernel, &again, &left, NULL) < 0 ||
		    again.count != 0)
			abort();
	}
	lines_done(&done);
	lines_done(&left);
	lines_done(&again);
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char node[] = "{\"unlisted\":\"deny\",\"services\":{"
				   "\"web\":{\"number\":1}}}";
	const struct policy_target targets[] = {
		{ "node.json", { node, sizeof(node) - 1 }, NULL },
		{ "services/web.json", { (const char *)data, size }, NULL },
	};
	const struct policy_origin origin = { .generation = 1 };
	const struct policy_kernel kernel = { .landlock_abi = 7,
					      .has_seccomp = true };
	struct policy *p = NULL;
	struct err e = { 0 };
	const int r =
		policy_compile(targets, 2, &origin, &kernel, NULL, &p, &e);

	/* The proof failing would be a bug of the generator. */
	if (r == -EPROTO || (r < 0 && (p != NULL || e.text[0] == '\0')))
		abort();
	if (r == 0) {
		policy_use(p);
		fix_use(targets[1].bytes, &kernel);
	}
	policy_free(p);
	return 0;
}
