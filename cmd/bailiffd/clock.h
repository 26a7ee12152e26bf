/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h - the node's time: who vouches for the clock, the mark that is kept
 * of it, and what becomes of the policy in force as time goes on.
 *
 * The supervisor looks every second and whenever the clock is set. What it
 * finds goes into status, metrics and the trail; nothing here ever takes a
 * policy out of force.
 */
#ifndef CMD_BAILIFFD_CLOCK_H
#define CMD_BAILIFFD_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/loop.h"
#include "pkg/trust/freshness.h"

/* The mark, in PATH_STATE. */
#define CLOCK_FILE	     "clock"
#define CLOCK_MARK_STEP	     3600 /* seconds between two writes */
#define CLOCK_SENTENCE_BYTES 160

struct supervisor;

struct node_clock {
	struct trust_clock now;	       /* as it was last looked at */
	enum freshness freshness;      /* of the policy in force */
	bool is_told;		       /* the trail knows of it */
	bool is_ending;		       /* the last fifth; the trail knows */
	char mark_error[ERR_TEXT_MAX]; /* why the mark is not used; "" */
	struct source steps;	       /* readable when the clock is set; -1 */
};

/* Look for the first time, and from now on when the clock is set. */
int clock_begin(struct supervisor *s, struct err *e);

/* Look at the clock, judge the policy in force, say what has changed, save the
 * mark when it is due. */
void clock_poll(struct supervisor *s);

/* Another policy is in force: judge it, and tell of it anew. */
void clock_policy_changed(struct supervisor *s);

/* The last mark; then forget the descriptor. */
void clock_end(struct supervisor *s);

/* Where T comes from: "by the system clock, which ...". */
void clock_sentence(const struct trust_clock *c,
		    char text[static CLOCK_SENTENCE_BYTES]);

/* "bailiffd reset-clock-floor": remove the mark. Return: an exit code. */
int clock_reset_main(void);

#endif
