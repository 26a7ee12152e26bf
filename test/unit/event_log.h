/* SPDX-License-Identifier: Apache-2.0 */
/* event_log.h - what an assembler let go, as text, for tests. */
#ifndef TEST_UNIT_EVENT_LOG_H
#define TEST_UNIT_EVENT_LOG_H

#include <stdio.h>

#include "pkg/audit/event.h"

/* "serial:types,...;missing" a line. */
struct log {
	char text[65536];
	size_t len;
	unsigned count;
	struct event last;
};

static void log_event(void *ctx, struct event *ev)
{
	struct log *l = ctx;

	l->count++;
	l->last = *ev;
	if (l->len > sizeof(l->text) - 1024)
		return;
	l->len += (size_t)snprintf(l->text + l->len, sizeof(l->text) - l->len,
				   "%u", ev->serial);
	for (uint32_t i = 0; i < ev->record_count && i < 16; i++)
		l->len += (size_t)snprintf(l->text + l->len,
					   sizeof(l->text) - l->len, ":%u",
					   ev->records[i].type);
	l->len += (size_t)snprintf(l->text + l->len, sizeof(l->text) - l->len,
				   ";%x%s\n", ev->missing,
				   ev->is_late ? " late" : "");
}

#endif
