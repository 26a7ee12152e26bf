/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.h - what became of every event, by service.
 *
 * A row a service, one for nobody and one for all services beyond
 * LEDGER_SERVICES_MAX: a row, once there, is never given away, so that its
 * number means one service for as long as the ledger lives, and the sum over
 * the rows is always the node's total. The counts only rise. Each checkpoint of
 * the trail states the rows that changed, so that a ledger can be read back
 * from the trail after its process ended.
 */
#ifndef PKG_AUDIT_LEDGER_H
#define PKG_AUDIT_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/span.h"

#define LEDGER_SERVICES_MAX 1024 /* with a row of their own */
#define LEDGER_ROWS_MAX	    (LEDGER_SERVICES_MAX + 2)
#define LEDGER_NAME_MAX	    63	/* bytes; a longer name has no row */
#define LEDGER_STATED_MAX   256 /* rows in one statement */
#define LEDGER_NOBODY	    0	/* row numbers */
#define LEDGER_OTHERS	    1

/* What is counted. ledger_names[] has the words. */
enum ledger_count {
	LEDGER_EVENTS,	   /* appended to the trail */
	LEDGER_DENIED,	   /* of these, denials */
	LEDGER_PARTIAL,	   /* of these, incomplete */
	LEDGER_LATE,	   /* of these, parts that came late */
	LEDGER_FORGED,	   /* of these, of impostors */
	LEDGER_SUPPRESSED, /* over the budget: in statements, not whole */
	LEDGER_DROPPED,	   /* the trail could not take them */
	LEDGER_PRUNED,	   /* fell to the size cap, not taken by a collector */
	LEDGER_COUNTS
};
extern const char *const ledger_names[LEDGER_COUNTS];

struct ledger_row {
	/* "-": nobody; "*": all others; neither is a service's name. */
	char name[LEDGER_NAME_MAX + 1];
	uint64_t counts[LEDGER_COUNTS];
};

struct ledger;

/* Return: 0; -ENOMEM. */
int ledger_new(struct ledger **ret);
void ledger_free(struct ledger *l);

/* The number of the row of @service, empty for nobody; a new one when there is
 * none yet. LEDGER_OTHERS when there is no room. */
size_t ledger_find(struct ledger *l, struct span service);

/* These counts replace those of @service, whatever they were. Return: 0;
 * -EBADMSG for a name that no row can have, -E2BIG when there is no room. */
int ledger_set(struct ledger *l, struct span service,
	       const uint64_t counts[LEDGER_COUNTS]);

/* State every row anew, one that did not change too, with the next
 * statements. */
void ledger_restate(struct ledger *l);

/* @n more in row number @row, and in the total. */
void ledger_add(struct ledger *l, size_t row, enum ledger_count what,
		uint64_t n);

/* Count @n less: of events that were appended and then could not be written. At
 * most as many as there are. */
void ledger_take_back(struct ledger *l, size_t row, enum ledger_count what,
		      uint64_t n);

size_t ledger_rows(const struct ledger *l);
const struct ledger_row *ledger_row(const struct ledger *l, size_t row);
const uint64_t *ledger_total(const struct ledger *l);

/**
 * ledger_state() - append a line "service NAME events=N denied=N ..." for each
 * row that changed since it was last stated, at most LEDGER_STATED_MAX; the
 * others follow with the next statement.
 */
void ledger_state(struct ledger *l, struct buf *out);

/**
 * ledger_restore() - read a line that ledger_state() wrote, without newline.
 *
 * Its counts replace the row's: lines are passed in the order in which they
 * were stated.
 *
 * Return: 0; -EBADMSG for anything else, or a service for which there is no
 * room, and then nothing has changed.
 */
int ledger_restore(struct ledger *l, struct span line);

#endif
