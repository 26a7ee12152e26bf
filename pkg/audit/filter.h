/* SPDX-License-Identifier: Apache-2.0 */
/* filter.h - which events a reader wants: by service, record type, key,
 * outcome, time, and whether they are denials. What is not set lets all pass;
 * what is set must all hold.
 */
#ifndef PKG_AUDIT_FILTER_H
#define PKG_AUDIT_FILTER_H

#include "pkg/audit/event.h"

#define FILTER_TYPES_MAX 32
#define FILTER_KEY_MAX	 256 /* AUDIT_MAX_KEY_LEN */

struct event_filter {
	char service[64]; /* "": any; "-": events of no service */
	uint16_t types[FILTER_TYPES_MAX];
	size_t type_count;
	bool wants_own; /* among the types: events of bailiff's own */
	char key[FILTER_KEY_MAX + 1];
	const char *outcome; /* static; NULL: any */
	uint64_t since_ms;   /* from then on, */
	uint64_t until_ms;   /* and before; 0: no end */
	bool wants_denied;
	bool hides_checkpoints; /* of the trail, and its keys */
};

/**
 * event_filter_set() - one condition.
 * @name: "service"; "type" (names or numbers of records, commas between them;
 *        "BAILIFF" for events of bailiff's own, as raw lines call them); "key"
 *        (of an audit rule, whole); "outcome" ("success", "failure",
 *        "unknown"); "since", "until" (when_about(), lib/when.h).
 * @now_ms: since 1970.
 *
 * Return: 0; -ENOENT and no sentence when @name is no condition; -EINVAL.
 */
int event_filter_set(struct event_filter *f, const char *name,
		     struct span value, uint64_t now_ms, struct err *e);

bool event_filter_passes(const struct event_filter *f, const struct event *ev);

#endif
