/* SPDX-License-Identifier: Apache-2.0 */
/* policy_action_fuzz.c - any bytes as an action: refused with a sentence, or
 * said again in words that mean the same, and decided by a policy with every
 * layer.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "pkg/policy/policy.h"
#include "pkg/policy/tests.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char document[] =
	"{\"best-effort\":true,\"landlock\":{\"bailiff\":1,\"abi\":11,"
	"\"ruleset\":[{\"handledAccessFs\":[\"abi.all\"],\"handledAccessNet\":"
	"[\"abi.all\"],\"scoped\":[\"abi.all\"]}],\"pathBeneath\":[{"
	"\"allowedAccess\":[\"abi.all\"],\"parent\":[\"/a\"]},{"
	"\"allowedAccess\":[\"read_file\",\"refer\",\"make_reg\"],\"parent\":["
	"\"/\"]}],\"netPort\":[{\"allowedAccess\":[\"bind_tcp\","
	"\"connect_send_udp\"],\"port\":[80]}]},\"seccomp\":{"
	"\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"action\":"
	"\"SCMP_ACT_ALLOW\",\"names\":[\"openat\",\"bind\",\"socket\"]},{"
	"\"action\":\"SCMP_ACT_ALLOW\",\"names\":[\"ioctl\",\"clone\"],"
	"\"args\":[{\"index\":1,\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":255,"
	"\"valueTwo\":3},{\"index\":0,\"op\":\"SCMP_CMP_GT\",\"value\":7}]}]},"
	"\"capabilities\":{},\"network\":{\"connect\":[{\"protocol\":[\"tcp\"],"
	"\"address\":[\"10.0.0.0/8\"]}]},\"devices\":[{\"allow\":true,"
	"\"type\":\"c\",\"major\":1,\"access\":\"r\"}]}";

static struct policy *policy_new(void)
{
	static const char node[] = "{\"unlisted\":\"deny\",\"services\":{"
				   "\"web\":{\"number\":1}}}";
	const struct policy_target targets[] = {
		{ "node.json", { node, sizeof(node) - 1 }, NULL },
		{ "services/web.json",
		  { document, sizeof(document) - 1 },
		  NULL },
	};
	const struct policy_origin origin = { .generation = 1 };
	const struct policy_kernel kernel = { .landlock_abi = 7,
					      .has_seccomp = true };
	struct policy *p = NULL;

	if (policy_compile(targets, 2, &origin, &kernel, NULL, &p, NULL) < 0)
		abort();
	return p;
}

/* Its own words mean the same action. */
static void words_check(const struct action *a)
{
	struct action again;
	struct buf once, twice;

	buf_init(&once, 1 << 20);
	buf_init(&twice, 1 << 20);
	action_text(&once, a);
	if (once.len <= ACTION_TEXT_MAX) {
		if (action_parse(buf_view(&once), &again, NULL) < 0)
			abort();
		action_text(&twice, &again);
		if (again.kind != a->kind ||
		    !span_eq(buf_view(&once), buf_view(&twice)))
			abort();
		action_done(&again);
	}
	buf_done(&once);
	buf_done(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct policy *p;
	const struct span words = { (const char *)data, size };
	struct action a;
	struct err e = { 0 };
	AUTO_JSON *j = NULL;
	struct buf out;

	if (p == NULL)
		p = policy_new();
	buf_init(&out, 8 << 20);
	if (action_parse(words, &a, &e) < 0) {
		if (e.text[0] == '\0' ||
		    policy_what(p, span_of("web"), words, &out, &e) == 0)
			abort();
		return 0;
	}
	words_check(&a);
	action_done(&a);
	if (policy_what(p, span_of("web"), words, &out, &e) < 0 ||
	    json_parse(buf_view(&out), out.len, &j, NULL) < 0)
		abort();
	buf_done(&out);
	return 0;
}
