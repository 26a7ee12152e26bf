/* SPDX-License-Identifier: Apache-2.0 */
/* policy_members_fuzz.c - any bytes as the members "network", "devices" and
 * "require": refused with a sentence, or rules that cover themselves and mean
 * the same when reduced.
 */
#include <stdlib.h>

#include "lib/auto.h"
#include "pkg/policy/devices.h"
#include "pkg/policy/network.h"
#include "pkg/policy/require.h"

#define RULES_MAX 64 /* more are parsed, not compared */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void refused_check(int r, const struct err *e)
{
	if (r >= 0 || e->text[0] == '\0')
		abort();
}

static void network_use(const json_t *value)
{
	AUTO_DONE(network_done) struct network n = { 0 };
	AUTO_DONE(network_done) struct network less = { 0 };
	AUTO_DONE(buf_done) struct buf out;
	struct err e = { 0 };
	const int r = network_parse(value, &n, &e);

	buf_init(&out, 1 << 20);
	if (r < 0) {
		refused_check(r, &e);
		return;
	}
	if (n.count > RULES_MAX)
		return;
	if (network_reduce(&n, &less) < 0 || less.count > n.count)
		abort();
	for (size_t i = 0; i < n.count; i++) {
		net_rule_print(&out, &n.rules[i]);
		if (!network_covers(&n, &n.rules[i]) ||
		    !network_covers(&less, &n.rules[i]))
			abort();
	}
}

static void devices_use(const json_t *value)
{
	AUTO_DONE(devices_done) struct devices d = { 0 };
	AUTO_DONE(devices_done) struct devices less = { 0 };
	struct err e = { 0 };
	const int r = devices_parse(value, &d, &e);

	if (r < 0) {
		refused_check(r, &e);
		return;
	}
	if (d.count > RULES_MAX)
		return;
	if (devices_reduce(&d, &less) < 0 || less.count > d.count)
		abort();
	for (size_t i = 0; i < d.count; i++) {
		const struct device_rule *rule = &d.rules[i];
		const uint32_t major =
			rule->major < 0 ? 9 : (uint32_t)rule->major;
		const uint32_t minor =
			rule->minor < 0 ? 9 : (uint32_t)rule->minor;

		for (uint8_t access = 1; access < 8; access++)
			if (devices_allow(&d, 'c', major, minor, access) !=
				    devices_allow(&less, 'c', major, minor,
						  access) ||
			    devices_allow(&d, 'b', major, minor, access) !=
				    devices_allow(&less, 'b', major, minor,
						  access))
				abort();
	}
}

static void require_use(const json_t *value)
{
	AUTO_DONE(require_done) struct require q = { 0 };
	const struct policy_kernel kernel = { .landlock_abi = 7,
					      .major = 6,
					      .lsm = "landlock,bpf" };
	struct err e = { 0 };
	int r = require_parse(value, &q, &e);

	if (r == 0)
		r = require_check(&q, &kernel, &e);
	if (r < 0)
		refused_check(r, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span text = { (const char *)data, size };
	AUTO_JSON *document = NULL;

	if (json_parse(text, 1 << 20, &document, NULL) < 0)
		return 0;
	network_use(json_object_get(document, "network"));
	devices_use(json_object_get(document, "devices"));
	require_use(json_object_get(document, "require"));
	return 0;
}
