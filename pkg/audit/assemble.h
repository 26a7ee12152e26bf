/* SPDX-License-Identifier: Apache-2.0 */
/* assemble.h - records into events.
 *
 * Records of one event share (time, serial); those of several CPUs interleave.
 * EOE ends an event. Records that the kernel sends outside of a system call
 * (SECCOMP, ANOM_ABEND, user messages, a Landlock domain's end) are events of
 * their own and leave at once. LANDLOCK_ACCESS and AVC come before the SYSCALL
 * record of their event and, in a task without an audit context, alone: they
 * wait ASSEMBLE_LONE_MS for it. An event whose EOE was lost leaves after
 * ASSEMBLE_OPEN_MS and says what it lacks. What comes for an event that has
 * left, as the SYSCALL record of a call that blocked for minutes after its AVC
 * record does, is an event with the same stamp, marked late.
 *
 * No clock is read here: the caller says what time it is, in milliseconds that
 * never go back. Memory is bounded by ASSEMBLE_OPEN_MAX events with together
 * ASSEMBLE_BYTES_MAX of text, ASSEMBLE_TEXT_MAX each; the oldest open event
 * leaves when there is no room for more.
 */
#ifndef PKG_AUDIT_ASSEMBLE_H
#define PKG_AUDIT_ASSEMBLE_H

#include <stdint.h>

#include "pkg/audit/event.h"
#include "pkg/audit/record.h"

#define ASSEMBLE_OPEN_MAX  256	  /* events that await more records */
#define ASSEMBLE_LONE_MS   150	  /* after the last record, without a SYSCALL */
#define ASSEMBLE_OPEN_MS   2000	  /* after the last record, with one */
#define ASSEMBLE_TEXT_MAX  122880 /* EVENT_BYTES_MAX less names */
#define ASSEMBLE_BYTES_MAX (4U << 20)

struct assembler;

/* What was counted since assembler_new(). */
struct assemble_counters {
	uint64_t records;
	uint64_t events;
	uint64_t partial; /* events that lack something */
	uint64_t late;	  /* came after the rest of their event */
	uint64_t evicted; /* let go early: no room for another */
	uint64_t cut;	  /* EVENT_RECORDS_MAX or ASSEMBLE_TEXT_MAX */
	/* Numbers the kernel took and never sent; and those that may still
	 * come, since later ones overtook them. */
	uint64_t serials_lost;
	uint64_t serials_awaited;
};

/* @ev: borrowed for the call, its texts too; whose it is stands at "nobody's"
 * and may be written. Order is that of completion. */
typedef void assemble_fn(void *ctx, struct event *ev);

/* Return: 0 and the assembler, freed by assembler_free(); -ENOMEM. */
int assembler_new(assemble_fn *emit, void *ctx, struct assembler **ret);
void assembler_free(struct assembler *a);

/**
 * assemble_feed() - one more record.
 * @r: its text is copied.
 *
 * Calls emit for each event that this record completes.
 *
 * Return: 0; -ENOMEM when the text could not be kept: the record is lost and
 * its event says so (EVENT_CUT).
 */
int assemble_feed(struct assembler *a, const struct record *r, uint64_t now_ms);

/* Let go the events whose time is over. Call it after the socket was drained,
 * not between two reads: records that wait in the socket are not late. */
void assemble_expire(struct assembler *a, uint64_t now_ms);

/* Milliseconds to the next expiry; -1 when nothing is open. */
int assemble_wait_ms(const struct assembler *a, uint64_t now_ms);

/* Let everything go: the end of the process. */
void assemble_flush(struct assembler *a);

const struct assemble_counters *assemble_counted(const struct assembler *a);

/**
 * assemble_judge() - set missing, paths and arguments of @ev as its records
 * prove it: EVENT_LACKS_PATH against the highest items=, EVENT_LACKS_EXECVE
 * against argc= and the lengths of split arguments (want 0: argc= itself is not
 * here, though the call executed a program), EVENT_LACKS_SYSCALL when
 * records that only come beside one have none. EVENT_LACKS_EOE and EVENT_CUT
 * are not for the records to say.
 */
void assemble_judge(struct event *ev);

#endif
