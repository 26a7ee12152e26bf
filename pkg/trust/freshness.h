/* SPDX-License-Identifier: Apache-2.0 */
/* freshness.h - what may be believed of time, and of a bundle's expiry by it.
 *
 * No call here reads a clock or a file: the caller fills a struct trust_clock.
 * T, the time that counts, is never below the floor, and a clock below the
 * floor is no error: it is raised. The floor has two parts: the signed issue
 * time of the newest timestamp that was verified (dropped when root changes the
 * timestamp's keys, TUF 1.0.34, 5.3.11), and the high-water mark, a time that
 * the system clock showed while it was known to be right.
 */
#ifndef PKG_TRUST_FRESHNESS_H
#define PKG_TRUST_FRESHNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"

/* How the system clock was set, the best first. Only the first two are told by
 * the clock's own state now; none of them needs the network. */
enum clock_source {
	CLOCK_SYNCHRONISED, /* adjtimex(2) without STA_UNSYNC */
	CLOCK_RTC,	    /* a hardware clock agrees with it */
	CLOCK_HYPERVISOR,   /* a guest: the host gave it at boot */
	CLOCK_UNKNOWN	    /* nobody vouches for it */
};

/* The system clock may be behind a signer's by this much and still be right. */
#define CLOCK_SKEW 300
/* A mark is no earlier than this (2025-01-01), no later than that after the
 * newest signed time that is known: ten years. */
#define CLOCK_MARK_MIN	1735689600
#define CLOCK_MARK_MAX	4102444800 /* 2100-01-01 */
#define CLOCK_MARK_LEAP 315576000

#define CLOCK_MARK_TEXT_MAX 64 /* bytes of the file */

struct trust_clock {
	int64_t system; /* CLOCK_REALTIME, seconds */
	enum clock_source source;
	int64_t mark;	/* the high-water mark; 0: none */
	int64_t issued; /* signed issue time; 0: none */
};

enum freshness {
	FRESHNESS_UNKNOWN,
	FRESHNESS_FRESH,
	FRESHNESS_STALE
};

const char *freshness_word(enum freshness f);
/* "synchronised", ...; and as the end of a sentence about the clock. */
const char *clock_source_word(enum clock_source s);
const char *clock_source_sentence(enum clock_source s);

int64_t clock_floor(const struct trust_clock *c);
/* T: the later of the clock and the floor. */
int64_t clock_time(const struct trust_clock *c);

/**
 * freshness_judge() - is what expires at @expires fresh?
 *
 * Stale: expired at the floor already, whatever the clock says; or expired at T
 * by a clock that somebody vouches for. Unknown: else, when nobody vouches for
 * the clock or it is more than CLOCK_SKEW below the floor. Fresh: else.
 */
enum freshness freshness_judge(const struct trust_clock *c, int64_t expires);

/* Has less than a fifth of the time from @since to @expires remained at T? */
bool freshness_is_ending(const struct trust_clock *c, int64_t since,
			 int64_t expires);

/* May the system clock become the mark: synchronised, later than the mark by
 * @step at least, and not absurd? */
bool clock_mark_is_due(const struct trust_clock *c, int64_t step);

/**
 * clock_mark_check() - can @mark have been saved by a clock that was right?
 * @issued: the newest signed time that is known; 0: none.
 *
 * Return: 0; -ERANGE (@e says which way).
 */
int clock_mark_check(int64_t mark, int64_t issued, struct err *e);

/* The file that holds the mark: one line, the same form as a date in TUF
 * metadata. Return: 0; -EBADMSG for anything else; as clock_mark_check(). */
int clock_mark_parse(struct span text, int64_t *ret, struct err *e);
void clock_mark_format(int64_t mark, struct buf *out);

#endif
