/* SPDX-License-Identifier: Apache-2.0 */
/* follow.h - rules for the sessions that logins in services begin.
 *
 * The rules that record what services execute, what they are refused and what
 * the policy asks for are bounded by auid. The audit process tells of sessions
 * with another auid that are a service's all the same; they get rules of their
 * own (pkg/audit/follow.h) for as long as a process is in them. Such a rule
 * only records, so that process needs no more trust for it. What is done before
 * the rules stand, a moment after the login, is not recorded by them.
 */
#ifndef CMD_BAILIFFD_FOLLOW_H
#define CMD_BAILIFFD_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/cur.h"
#include "pkg/identity/registry.h"

/* At a time: the kernel looks at each rule in every audited call. */
#define FOLLOW_MAX	 64
#define FOLLOW_RULES_MAX 512
#define FOLLOW_LOOK_MS	 5000 /* who still lives? */
#define FOLLOW_TELL_MS	 10000

struct supervisor;

struct followed {
	char service[SERVICE_NAME_MAX + 1];
	uint32_t ses;
	int32_t pid;
	bool was_empty; /* nobody was in it the last time */
};

struct follows {
	struct followed rows[FOLLOW_MAX];
	size_t count, rules;
	uint64_t refused, refused_told; /* for lack of room */
	uint64_t scan_ms, look_ms, tell_ms;
};

/* WIRE_LOGINS. Return: 0; -EPROTO. */
int follow_ask(struct supervisor *s, struct cur *body);
/* The rules of the policy were set anew. */
void follow_renew(struct supervisor *s);
/* Remove the rules of sessions that are empty. */
void follow_tick(struct supervisor *s, uint64_t now_ms);

#endif
