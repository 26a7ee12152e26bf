/* SPDX-License-Identifier: Apache-2.0 */
/* stats.h - the counters that workers push to the supervisor: the bodies of
 * WIRE_STATS, one form a role.
 */
#ifndef CMD_BAILIFFD_STATS_H
#define CMD_BAILIFFD_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/cur.h"
#include "pkg/audit/ledger.h"

/* Of this boot, as far as the trail tells, are the sums of the ledger's rows:
 * the first five, dropped and untaken. The others begin with the process. */
struct audit_stats {
	uint64_t events;     /* appended to the trail */
	uint64_t denied;     /* of these, denials */
	uint64_t partial;    /* of these, incomplete */
	uint64_t late;	     /* of these, parts that came late */
	uint64_t suppressed; /* denials over a budget: counted, not whole */
	uint64_t forged;     /* identity.forged */
	uint64_t gaps;	     /* serials that never came */
	uint64_t dropped;    /* events the trail could not take (full disk) */
	uint64_t first_seq, last_seq; /* of the trail */
	uint64_t bytes_max;
	uint64_t pruned;  /* frames that fell to the size cap */
	uint64_t untaken; /* of these, events a collector had not taken */
};

/* The body of WIRE_LEDGER: @count rows from @first on, round the end. */
void ledger_encode(const struct ledger *l, size_t first, size_t count,
		   struct buf *out);
/* Take them over into @l. More rows than one message may have, a name that no
 * row can have, or more names than there is room for fail the cursor. */
void ledger_decode(struct cur *c, struct ledger *l);

#define SHIP_COLLECTORS_MAX 16
#define SHIP_TEXT_MAX	    255

struct ship_stats {
	uint32_t count;
	struct ship_stat {
		char name[64];
		bool is_connected;
		uint64_t acked_seq;
		char error[SHIP_TEXT_MAX + 1]; /* "" when there is none */
	} rows[SHIP_COLLECTORS_MAX];
};

void audit_stats_encode(const struct audit_stats *s, struct buf *out);
void audit_stats_decode(struct cur *c, struct audit_stats *ret);
void ship_stats_encode(const struct ship_stats *s, struct buf *out);
/* Too many rows or too long a text fails the cursor. */
void ship_stats_decode(struct cur *c, struct ship_stats *ret);

#endif
