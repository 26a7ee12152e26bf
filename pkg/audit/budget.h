/* SPDX-License-Identifier: Apache-2.0 */
/* budget.h - so many denials of a service are whole in each second; what is
 * beyond is counted.
 *
 * One service that floods must not push the others' events out of the trail or
 * past the collectors. The first denials of a service in a second pass whole.
 * Further ones are counted by (right, object) and become one own event
 * "audit.suppressed" when the second is over: exact counts, the objects of at
 * most BUDGET_ROWS_MAX rows, and how many denials are in none of them. Services
 * are told apart by the numbers of their rows in the ledger.
 *
 * A service that goes far beyond, in two seconds on end, is worth a rule that
 * keeps the kernel from making the records at all: the caller is told which
 * session it is, and which process if it is one alone.
 */
#ifndef PKG_AUDIT_BUDGET_H
#define PKG_AUDIT_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pkg/audit/assemble.h"
#include "pkg/audit/event.h"

#define BUDGET_DENIALS	  128 /* whole ones of a service in a second */
#define BUDGET_FAR	  64  /* times as many: far beyond */
#define BUDGET_ROWS_MAX	  32  /* of one statement */
#define BUDGET_OBJECT_MAX 255 /* bytes of an object that are kept */

struct budget_limits {
	uint32_t denials; /* at least 1 */
	uint32_t far;	  /* times denials; 0: never */
};

/* Who went far beyond its budget. */
struct budget_far {
	struct span service;
	uint32_t ses, auid; /* of most of its denials */
	int32_t pid;	    /* likewise; 0: of no one process alone */
	uint16_t type;	    /* AUDIT_* of their records */
	uint32_t count;	    /* denials in that second */
};
typedef void budget_far_fn(void *ctx, const struct budget_far *far);

struct budget;

/**
 * budget_new() -
 * @own: gets "audit.suppressed" of each service and second; the service's name
 *       stands in the event.
 *
 * Return: 0; -ENOMEM.
 */
int budget_new(assemble_fn *own, budget_far_fn *far, void *ctx,
	       struct budget **ret);
void budget_free(struct budget *b);
/* At once. */
void budget_set(struct budget *b, const struct budget_limits *limits);

/**
 * budget_take() - one more denial.
 * @row: number of the service's row in the ledger, rising from 0.
 * @ev: attributed.
 * @now_ms: never goes back. @real_ms: since 1970, for own events.
 *
 * Return: true when it passes whole; false when it was counted instead. What
 * cannot be counted, for want of memory, passes.
 */
bool budget_take(struct budget *b, size_t row, const struct event *ev,
		 const struct event_denial *d, uint64_t now_ms,
		 uint64_t real_ms);

/* State the seconds that are over. To be called several times a second. */
void budget_tick(struct budget *b, uint64_t now_ms, uint64_t real_ms);

/* State everything: the end of the process. */
void budget_flush(struct budget *b, uint64_t real_ms);

#endif
