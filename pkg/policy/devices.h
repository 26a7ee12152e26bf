/* SPDX-License-Identifier: Apache-2.0 */
/* devices.h - "devices" of a service: OCI device cgroup rules.
 *
 * For each way of access the last rule that matches decides; none: denied.
 */
#ifndef PKG_POLICY_DEVICES_H
#define PKG_POLICY_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/json.h"

#define DEVICES_RULES_MAX 512

enum device_access {
	DEVICE_READ = 1,
	DEVICE_WRITE = 2,
	DEVICE_MKNOD = 4
};

struct device_rule {
	bool allows;
	char type;	      /* 'a' (both), 'b', 'c' */
	int64_t major, minor; /* -1: any */
	uint8_t access;	      /* enum device_access, at least one */
};

struct devices {
	struct device_rule *rules; /* as written */
	size_t count;
};

/**
 * devices_parse() - the member's value.
 * @ret: the caller's, devices_done(); written on success only.
 *
 * Return: 0; -EBADMSG with entry and cause in @e; -E2BIG above
 * DEVICES_RULES_MAX; -ENOMEM.
 */
int devices_parse(const json_t *array, struct devices *ret, struct err *e);
void devices_done(struct devices *d);

/**
 * devices_allow() - may this device node be used in all of these ways?
 * @type: 'b' or 'c'.
 * @access: enum device_access, at least one.
 */
bool devices_allow(const struct devices *d, char type, uint32_t major,
		   uint32_t minor, uint8_t access);

/**
 * devices_reduce() - the same without rules after which others always decide.
 * @ret: the caller's, devices_done(); written on success only.
 *
 * Return: 0; -ENOMEM.
 */
int devices_reduce(const struct devices *d, struct devices *ret);

/* "allow c 1:3 rw", "deny a *:* rwm", "allow c 136:* rw". */
void device_rule_print(struct buf *out, const struct device_rule *r);

#endif
