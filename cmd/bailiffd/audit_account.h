/* SPDX-License-Identifier: Apache-2.0 */
/* audit_account.h - what became of every event, by service: the ledger, the
 * budgets and the reconciliation of Landlock domains (pkg/audit) in the audit
 * process, and their lines in the trail's checkpoints:
 *
 *	service NAME events=N denied=N ...	ledger.h
 *	kernel-lost N	events that the kernel dropped, in this boot
 *	last-serial N	of the newest event of the kernel's
 *	rules HEX	SHA-256 of the kernel's audit rules
 *
 * What a predecessor stated in this boot is taken up again from the trail.
 */
#ifndef CMD_BAILIFFD_AUDIT_ACCOUNT_H
#define CMD_BAILIFFD_AUDIT_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/bailiffd/audit_hook.h"
#include "lib/cur.h"
#include "lib/msg.h"
#include "pkg/audit/budget.h"
#include "pkg/audit/drift.h"
#include "pkg/audit/ledger.h"
#include "pkg/audit/reconcile.h"

/* Appended, and perhaps not yet written. */
struct account_pending {
	uint64_t seq;
	uint16_t row;
	uint16_t is; /* bit N: counted as ledger count N */
	uint32_t suppressed;
};

struct audit_account {
	struct ledger *ledger;
	struct budget *budget;
	struct reconciler *reconciler;
	struct account_pending *pending; /* owned */
	size_t pending_count;
	size_t next_row;	/* that is told the supervisor */
	uint64_t *pruned_told;	/* owned: of each row's LEDGER_PRUNED */
	uint64_t untaken_told;	/* of their sum */
	uint64_t segments_seen; /* trail_pruned() */
	bool is_this_boot;
	/* Serials that never came: the fewest since a time, and those told. */
	uint64_t missing_least, missing_since_ms, gaps;
	bool has_serial;
	uint32_t last_serial;
	uint64_t kernel_lost;
	bool has_rules;
	unsigned char rules[RULES_HASH_LEN];
};

extern const struct audit_hook audit_account_hook;

void audit_account_end(struct audit_role *role);
/* The kernel dropped @count more. */
void audit_account_lost(struct audit_role *role, uint32_t count);
/* WIRE_RULES of the supervisor. */
int audit_account_rules(void *ctx, struct msg *m, struct cur *body);
/* The sums of the ledger's rows. */
struct audit_stats;
void audit_account_stats(const struct audit_role *role,
			 struct audit_stats *ret);
/* Tell the supervisor some rows of the ledger (WIRE_LEDGER). */
void audit_account_tell(struct audit_role *role);

#endif
