/* SPDX-License-Identifier: Apache-2.0 */
/* impostor.h - sessions with a reserved auid that nobody registered: in their
 * grace period, then reported, each once.
 */
#ifndef PKG_AUDIT_IMPOSTOR_H
#define PKG_AUDIT_IMPOSTOR_H

#include <stddef.h>

#include "pkg/audit/facts.h"

#define IMPOSTOR_GRACE_MS     1000
#define IMPOSTORS_PENDING_MAX 256 /* sessions in their grace period */
#define IMPOSTORS_TOLD_MAX    64  /* reported lately */
#define IMPOSTOR_TEXT_MAX     1024

struct impostor {
	uint32_t ses, auid;
	uint64_t due_ms;
	char text[IMPOSTOR_TEXT_MAX]; /* "ses= auid= pid= uid= comm= exe=" */
};

/* All zero but for the first three members: none yet. */
struct impostors {
	void (*report)(void *ctx, const struct impostor *i);
	bool (*is_known)(void *ctx, uint32_t ses); /* registered by now? */
	void *ctx;
	struct impostor pending[IMPOSTORS_PENDING_MAX];
	size_t pending_count;
	uint32_t told[IMPOSTORS_TOLD_MAX];
	size_t told_count, told_next;
	uint64_t reported, dropped; /* dropped: reported before their time */
};

/**
 * impostor_check() - an event of a session that claims a reserved auid and is
 * not registered.
 *
 * Return: whether it is forged, rather than in its grace period.
 */
bool impostor_check(struct impostors *i, const struct event *ev,
		    const struct facts *f, uint64_t now_ms);

/* Let go those that are known; report whose time is over. */
void impostors_expire(struct impostors *i, uint64_t now_ms);
/* Milliseconds until the next one's time is over; -1: there is none. */
int impostors_wait_ms(const struct impostors *i, uint64_t now_ms);

/* It was reported before: not again. */
void impostor_told(struct impostors *i, uint32_t ses);

#endif
