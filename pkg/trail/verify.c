/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - see verify.h. */
#include "pkg/trail/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/auto.h"
#include "pkg/trail/verifier.h"

#define PAUSE_MS   20
#define PAUSES_MAX 25  /* half a second for a writer to end a frame */
#define AGAIN_MAX  100 /* the oldest segment is pruned while it is read */

/* ---- flaws ----------------------------------------------------------------
 */

static struct trail_flaw *flaw_new(struct verifier *v)
{
	static const struct trail_flaw none;
	struct trail_report *report = v->report;
	struct trail_flaw *flaw;

	if (report->flaws >= TRAIL_FLAWS_MAX) {
		report->flaws++;
		return NULL;
	}
	flaw = &report->flaw[report->flaws++];
	*flaw = none;
	flaw->after = report->last_seq_checkpoint;
	return flaw;
}

void flaw_add(struct verifier *v, const char *fmt, ...)
{
	struct trail_flaw *flaw = flaw_new(v);
	va_list ap;

	if (flaw == NULL)
		return;
	flaw->seq = v->scan.next;
	flaw->segment = v->scan.start.first;
	flaw->offset = v->scan.offset;
	va_start(ap, fmt);
	(void)vsnprintf(flaw->what, sizeof(flaw->what), fmt, ap);
	va_end(ap);
}

void flaw_add_whole(struct verifier *v, const char *fmt, ...)
{
	struct trail_flaw *flaw = flaw_new(v);
	va_list ap;

	if (flaw == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(flaw->what, sizeof(flaw->what), fmt, ap);
	va_end(ap);
}

/* What scan found: its sentence without the place, which a flaw has itself. */
static void flaw_add_scan(struct verifier *v, const struct err *e)
{
	const char *what = strstr(e->text, ": ");

	flaw_add(v, "%s", what != NULL ? what + 2 : e->text);
}

/* ---- a segment ------------------------------------------------------------
 */

static int frame_judge(struct verifier *v, const struct trail_frame *frame,
		       struct err *e)
{
	const bool is_anchor = anchors_meet(v, frame);
	struct checkpoint c;
	int r = proof_frame(v, frame, e);

	if (r == 0 && frame->kind == TRAIL_CHECKPOINT &&
	    checkpoint_judge(v, frame, &c))
		r = proof_checkpoint(v, frame, &c, is_anchor, e);
	else if (frame->kind == TRAIL_KEY)
		key_judge(v, frame);
	if (r < 0)
		return r;
	v->pending++;
	v->report->frames++;
	v->report->last_seq = frame->seq;
	r = scan_take(&v->scan);
	return r < 0 ? err_set(e, -r, "SHA-256 failed") : 0;
}

/* Go behind a frame whose bytes are not what its hash says. If the hash is what
 * was signed, the next checkpoint shows that nothing else was changed. */
static int frame_pass(struct verifier *v, struct err *e)
{
	int r;

	v->report->disputed++;
	v->report->frames++;
	v->report->last_seq = v->scan.next;
	r = scan_take(&v->scan);
	return r < 0 ? err_set(e, -r, "SHA-256 failed") : 0;
}

/* Nothing more of the present segment can be read. */
static void segment_leave(struct verifier *v, bool is_broken)
{
	v->has_gap = is_broken;
	v->expect = v->scan.next;
	v->end = v->scan.tree;
}

/* Half a frame at the end may be one that is being written. Return: true after
 * a pause. */
static bool may_grow(const struct verifier *v, unsigned int *pauses)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };

	if (v->scan.tail == 0 || v->options->is_at_rest ||
	    *pauses == PAUSES_MAX)
		return false;
	++*pauses;
	(void)nanosleep(&pause, NULL);
	return true;
}

/* The frames of the open segment. */
static int segment_walk(struct verifier *v, bool is_last, struct err *e)
{
	unsigned int pauses = 0;
	int r = 0;

	while (r == 0) {
		struct trail_frame frame;

		r = scan_peek(&v->scan, &frame, e);
		if (r == 0) {
			pauses = 0;
			r = frame_judge(v, &frame, e);
		} else if (r == -EBADMSG) {
			flaw_add_scan(v, e);
			if (v->scan.can_pass)
				r = frame_pass(v, e);
		} else if (r == -EAGAIN && is_last && may_grow(v, &pauses)) {
			r = 0;
		}
	}
	if (r != -EAGAIN && r != -EBADMSG)
		return r;
	if (r == -EAGAIN && v->scan.tail != 0)
		flaw_add(v, "cut in the middle of a frame");
	segment_leave(v, r == -EBADMSG || v->scan.tail != 0);
	return 0;
}

static int log_begin(struct verifier *v, struct err *e)
{
	const struct segment_start *start = &v->scan.start;
	int r;

	memcpy(v->report->origin, start->origin, sizeof(start->origin));
	v->report->log_first = start->log_first;
	v->report->first_seq = start->first;
	v->report->last_seq = start->first - 1;
	r = anchors_begin(v, e);
	return r == 0 ? proof_begin(v, e) : r;
}

static void pending_drop(struct verifier *v)
{
	v->report->disputed += v->pending;
	v->pending = 0;
}

/* Does the segment that was opened begin where the one before it ended? */
static void segment_joins(struct verifier *v)
{
	const struct segment_start *start = &v->scan.start;
	struct tree_hash is, should;

	if (strcmp(start->origin, v->report->origin) != 0 ||
	    start->log_first != v->report->log_first) {
		flaw_add(v, "a segment of another log, %s", start->origin);
		return;
	}
	if (v->has_gap)
		return;
	if (tree_root(v->scan.hasher, &start->tree, &is) < 0 ||
	    tree_root(v->scan.hasher, &v->end, &should) < 0 ||
	    start->tree.size != v->end.size || !tree_hash_eq(&is, &should)) {
		if (!v->is_astray)
			flaw_add(v, "does not continue the segment before it");
		v->has_gap = true;
	}
}

static int segment_enter(struct verifier *v, struct err *e)
{
	int r = 0;

	if (v->has_begun)
		segment_joins(v);
	else
		r = log_begin(v, e);
	if (r < 0)
		return r;
	/* From here on the header's tree counts: what led to another one stays
	 * behind without anybody to vouch for it. */
	if (v->has_gap || v->is_astray)
		pending_drop(v);
	v->is_astray = false;
	signer_enter(v, &v->scan.start.signer);
	v->has_begun = true;
	return 0;
}

/* Segment @i of the list: does it follow? A gap is told by both of its ends. */
static void segment_gap(struct verifier *v, uint64_t first)
{
	if (!v->has_begun || v->has_gap || first == v->expect)
		return;
	if (first > v->expect)
		flaw_add(v,
			 "the segment after it is missing: #%" PRIu64
			 " to #%" PRIu64,
			 v->expect, first - 1);
	else
		flaw_add(v, "the segment after it begins before its end");
	v->has_gap = true;
}

static int segment_verify(struct verifier *v, int dirfd, uint64_t first,
			  bool is_last, struct err *e)
{
	int r;

	segment_gap(v, first);
	r = scan_open(&v->scan, dirfd, first, e);
	if (r == -ENOENT)
		return r;
	v->report->segments++;
	if (r == -EBADMSG || r == -ENODATA) {
		flaw_add_scan(v, e);
		v->has_gap = true;
		return 0;
	}
	if (r == 0)
		r = segment_enter(v, e);
	return r == 0 ? segment_walk(v, is_last, e) : r;
}

/* ---- the whole ------------------------------------------------------------
 */

static int verifier_init(struct verifier *v)
{
	*v = (struct verifier){ .scan.fd = -1 };
	proof_init(&v->proof);
	buf_init(&v->note, NOTE_BYTES_MAX);
	return scan_init(&v->scan);
}

static void verifier_done(struct verifier *v)
{
	scan_done(&v->scan);
	proof_done(&v->proof);
	buf_done(&v->note);
	free(v->boots);
}

static int trail_end(struct verifier *v, struct err *e)
{
	struct trail_report *report = v->report;

	if (v->is_astray)
		pending_drop(v);
	report->open = v->pending;
	v->scan.tree = v->end;
	anchors_end(v);
	/* A log without a name is not signed. */
	if (report->frames != 0 && report->checkpoints == 0 &&
	    report->origin[0] != '\0')
		flaw_add_whole(v, "no checkpoint holds: nothing vouches for "
				  "any of it");
	if (report->flaws != 0)
		return -EBADMSG;
	if (report->anchors_met == 0 && report->anchors_older != 0)
		return err_set(e, ENODATA,
			       "the anchors are older than the oldest frame "
			       "that is left, #%" PRIu64
			       ": whether they fit cannot be told",
			       report->first_seq);
	return proof_end(v, e);
}

/* One pass. Return: -ENOENT when a segment was pruned meanwhile. */
static int trail_pass(int dirfd, struct verifier *v, struct err *e)
{
	AUTO_MEM uint64_t *list = NULL;
	size_t count;
	int r = segment_list(dirfd, &list, &count, e);

	if (r == 0 && count == 0)
		return err_set(e, ESRCH, "there is no trail here");
	for (size_t i = 0; i < count && r == 0; i++)
		r = segment_verify(v, dirfd, list[i], i + 1 == count, e);
	return r == 0 ? trail_end(v, e) : r;
}

/* "trail segment NAME offset N: what". */
static int first_flaw(const struct trail_report *report, struct err *e)
{
	const struct trail_flaw *flaw = &report->flaw[0];
	char name[SEGMENT_NAME_LEN + 1];

	if (flaw->segment == 0)
		return err_set(e, EBADMSG, "%s", flaw->what);
	segment_name(flaw->segment, name);
	return err_set(e, EBADMSG, "trail segment %s offset %" PRIu64 ": %s",
		       name, flaw->offset, flaw->what);
}

int trail_verify(int dirfd, const struct verify_options *options,
		 struct trail_report *ret, struct err *e)
{
	static const struct verify_options none;
	struct err why = { 0 }; /* flaws are made of it: never NULL */
	unsigned int tries = 0;
	int r;

	do {
		AUTO_DONE(verifier_done) struct verifier v;

		*ret = (struct trail_report){ 0 };
		r = verifier_init(&v);
		if (r < 0)
			return err_set(e, -r, "out of memory");
		v.options = options != NULL ? options : &none;
		v.report = ret;
		r = trail_pass(dirfd, &v, &why);
	} while (r == -ENOENT && ++tries < AGAIN_MAX);
	if (r == -EBADMSG && ret->flaws != 0)
		return first_flaw(ret, e);
	if (r == -ESRCH)
		return err_set(e, ENOENT, "there is no trail here");
	return r < 0 ? err_set(e, -r, "%s", why.text) : 0;
}
