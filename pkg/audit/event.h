/* SPDX-License-Identifier: Apache-2.0 */
/* event.h - one audit event: its records as the kernel sent them, and whose
 * they are. The flat form of an event is a frame of the trail; everything that
 * people or collectors see is rendered from a frame on demand (render.h).
 *
 * An event of bailiff's own (identity.forged, audit.lost, policy.loaded, ...)
 * has the same form: kind EVENT_OWN, no records, an action and key=value text.
 */
#ifndef PKG_AUDIT_EVENT_H
#define PKG_AUDIT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/span.h"

#define EVENT_RECORDS_MAX 256	 /* further ones are counted, not kept */
#define EVENT_BYTES_MAX	  131072 /* of one frame */

enum event_kind {
	EVENT_AUDIT = 1,
	EVENT_OWN = 2
};

/* How the service was found: the strongest that was there. */
enum event_how {
	HOW_NONE,
	HOW_SESSION,
	HOW_LANDLOCK,
	HOW_CGROUP,
	HOW_EXIT, /* the cgroup in which it ended */
	HOW_COUNT
};

/* Bits of event.missing. */
#define EVENT_LACKS_EOE	    (1U << 0)
#define EVENT_LACKS_PATH    (1U << 1)
#define EVENT_LACKS_EXECVE  (1U << 2)
#define EVENT_LACKS_SYSCALL (1U << 3)
#define EVENT_CUT	    (1U << 4) /* EVENT_RECORDS_MAX or EVENT_BYTES_MAX */

/* Of something that an event says it has: how many are here. */
struct event_part {
	uint32_t have, want;
};

struct event_record {
	uint16_t type;
	struct span text; /* after "audit(...): "; raw bytes */
};

struct event {
	enum event_kind kind;
	uint64_t seq;	  /* the trail's; 0 before it was appended */
	uint64_t time_ms; /* audit: as the kernel stamped it; own: realtime */
	uint32_t serial;  /* audit: the kernel's; own: 0 */
	uint32_t missing; /* EVENT_LACKS_*; 0: complete */
	struct event_part paths;     /* while EVENT_LACKS_PATH is set, */
	struct event_part arguments; /* while EVENT_LACKS_EXECVE is; else 0;
				      * want 0: nobody knows how many */
	uint32_t records_cut;	     /* further ones that were not kept */

	struct span action; /* own: "identity.forged"; audit: empty */
	struct span text;   /* own: key=value pairs, written by bailiff */

	/* whose */
	enum event_how how;
	bool is_forged;	  /* a reserved auid in a session nobody registered */
	bool is_inferred; /* a denial found by its errno, not by a record */
	bool is_late;	  /* came after the rest of its event was let go */
	struct span service; /* empty: nobody's */
	struct span instance;
	uint32_t ses, auid;  /* UINT32_MAX: unset */
	uint64_t generation; /* of the policy that binds the session; 0: none */

	uint32_t record_count;
	struct event_record records[EVENT_RECORDS_MAX]; /* borrowed bytes */
};

/**
 * event_missing_next() - what an event lacks, a word a call.
 * @at: 0 first; moved past the word that is returned.
 * @out: gets the word: "EOE", "PATH 2/3" (two of three are here), "EXECVE 1/2"
 *       (arguments), "EXECVE" (none is here, or how many there were is not),
 *       "SYSCALL", "cut".
 *
 * Return: false when there are no more; nothing was appended then.
 */
bool event_missing_next(const struct event *ev, unsigned *at, struct buf *out);

/* "session", "exit", ...: as it stands in service.how. */
const char *event_how_name(enum event_how how);

/* Append the flat form. Return: 0; -E2BIG, -ENOMEM from @out. */
int event_encode(const struct event *ev, struct buf *out);

/* @ret points into @frame; its seq is 0: the trail's reader knows it. Return:
 * 0; -EBADMSG, and then @ret holds nothing to be used. */
int event_decode(struct span frame, struct event *ret, struct err *e);

/* What was denied; the facts that pkg/policy explains. */
struct event_denial {
	enum {
		DENIED_FS,
		DENIED_NET,
		DENIED_SCOPE,
		DENIED_SYSCALL,
		DENIED_INFERRED
	} kind;
	struct span right; /* "read_file": first blocker without its "fs." */
	char path[4096];   /* decoded, NUL-terminated; "" without one */
	uint16_t port;
	uint32_t arch;
	int32_t syscall, exit;
	bool has_args; /* DENIED_INFERRED: the record has a0 to a3 */
	uint64_t args[4];
};

/* Return: true and @ret when the event is a denial: LANDLOCK_ACCESS, SECCOMP
 * with an action other than log or allow, AVC apparmor="DENIED", or
 * is_inferred. */
bool event_denial(const struct event *ev, struct event_denial *ret);

#endif
