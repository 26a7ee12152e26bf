/* SPDX-License-Identifier: Apache-2.0 */
/* verify_anchors.c - a trail beside what is known of it; see verifier.h. */
#include "pkg/trail/verifier.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* ---- anchors --------------------------------------------------------------
 */

static const struct anchor *anchor_next(struct verifier *v)
{
	const struct anchors *a = v->options->anchors;

	if (a == NULL)
		return NULL;
	while (v->anchor_at < a->count &&
	       !tree_hash_eq(&a->rows[v->anchor_at].log, &v->log))
		v->anchor_at++;
	return v->anchor_at < a->count ? &a->rows[v->anchor_at] : NULL;
}

int anchors_begin(struct verifier *v, struct err *e)
{
	const struct anchors *a = v->options->anchors;
	const struct anchor *row;

	if (hasher_sum(v->scan.hasher, span_of(v->report->origin),
		       (struct span){ 0 }, &v->log) < 0)
		return err_set(e, EIO, "SHA-256 failed");
	for (size_t i = 0; a != NULL && i < a->count; i++) {
		v->report->anchors++;
		if (!tree_hash_eq(&a->rows[i].log, &v->log))
			v->report->anchors_other++;
	}
	while ((row = anchor_next(v)) != NULL &&
	       row->size < v->scan.tree.size) {
		v->report->anchors_older++;
		v->anchor_at++;
	}
	return 0;
}

/* Is the tree before the present frame the one that @row saw? */
static bool root_fits(struct verifier *v, const struct anchor *row)
{
	struct tree_hash root;

	if (row->kind == TRAIL_KEY)
		return true;
	return tree_root(v->scan.hasher, &v->scan.tree, &root) == 0 &&
	       tree_hash_eq(&root, &row->root);
}

/* Is @frame the very note that was kept? Signatures that were added to the
 * copy do not matter. */
static bool frame_fits(struct verifier *v, const struct anchor *row,
		       const struct trail_frame *frame)
{
	struct tree_hash text;
	struct note note;

	return frame->kind == row->kind &&
	       note_parse(frame->bytes, &note, NULL) == 0 &&
	       hasher_sum(v->scan.hasher, note.text, (struct span){ 0 },
			  &text) == 0 &&
	       tree_hash_eq(&text, &row->text);
}

static const char *anchor_name(const struct anchor *row)
{
	return row->kind == TRAIL_KEY ? "key" : "checkpoint";
}

/* Once: what comes after a fork fits no anchor either. */
static void fork_found(struct verifier *v, const struct anchor *row,
		       const char *what)
{
	if (!v->is_forked)
		flaw_add(v, "the anchor, a %s of size %" PRIu64 ", %s",
			 anchor_name(row), row->size, what);
	v->is_forked = true;
}

bool anchors_meet(struct verifier *v, const struct trail_frame *frame)
{
	const struct anchor *row;
	bool is_met = false;

	while ((row = anchor_next(v)) != NULL &&
	       row->size <= v->scan.tree.size) {
		v->anchor_at++;
		/* Behind what could not be read. */
		if (row->size < v->scan.tree.size)
			continue;
		if (!root_fits(v, row)) {
			fork_found(v, row,
				   "has another root: what was written "
				   "before it is not what is here");
		} else if (!frame_fits(v, row, frame)) {
			fork_found(v, row,
				   "is not the frame that is here: this is "
				   "another trail from here on");
		} else {
			v->report->anchors_met++;
			v->report->anchored = row->size;
			is_met = is_met || row->kind == TRAIL_CHECKPOINT;
		}
	}
	return is_met;
}

void anchors_end(struct verifier *v)
{
	const struct anchors *a = v->options->anchors;
	const uint64_t size = v->end.size;
	const struct anchor *row;
	uint64_t largest = 0;

	while ((row = anchor_next(v)) != NULL) {
		v->anchor_at++;
		if (row->size == size && !root_fits(v, row))
			fork_found(v, row,
				   "has another root: what was written "
				   "before it is not what is here");
		/* It is a frame itself; no log has more than can be counted. */
		if (row->size >= size)
			largest = row->size < UINT64_MAX ? row->size + 1
							 : UINT64_MAX;
	}
	if (largest != 0)
		flaw_add_whole(v,
			       "the trail ends at size %" PRIu64 ", but an "
			       "anchor shows %" PRIu64 " frames: the end was "
			       "cut off, or all of it made anew",
			       size, largest);
	if (a != NULL && a->count != 0 && v->report->anchors_other == a->count)
		flaw_add_whole(v,
			       "the anchor is of the log %s, this one is %s: "
			       "made anew, or another node's",
			       a->origin, v->report->origin);
}

/* ---- proofs ---------------------------------------------------------------
 */

int proof_begin(struct verifier *v, struct err *e)
{
	const struct verify_options *o = v->options;
	const uint64_t size = v->scan.tree.size;
	const uint64_t index = o->prove_seq - v->report->log_first;

	if (o->proof == NULL)
		return 0;
	if (o->is_growth && (o->prove_size == 0 || o->prove_size < size))
		return err_set(e, ERANGE,
			       "the trail now begins at size %" PRIu64
			       ": from size %" PRIu64 " nothing can be proved",
			       size, o->prove_size);
	if (!o->is_growth && o->prove_seq < v->report->first_seq)
		return err_set(e, ERANGE,
			       "#%" PRIu64 " is not in the trail any more: "
			       "it begins with #%" PRIu64,
			       o->prove_seq, v->report->first_seq);
	if (o->is_growth)
		tree_growth_begin(&v->path, &v->scan.tree, o->prove_size);
	else
		tree_path_begin(&v->path, &v->scan.tree, index);
	v->proof.is_growth = o->is_growth;
	v->proof.index = o->is_growth ? o->prove_size : index;
	v->scan.path = &v->path;
	return 0;
}

int proof_frame(struct verifier *v, const struct trail_frame *frame,
		struct err *e)
{
	const struct verify_options *o = v->options;

	if (o->proof == NULL || o->is_growth || frame->seq != o->prove_seq)
		return 0;
	v->proof.seq = frame->seq;
	v->proof.kind = (uint32_t)frame->kind;
	buf_reset(&v->proof.bytes);
	buf_span(&v->proof.bytes, frame->bytes);
	v->has_frame = true;
	return buf_error(&v->proof.bytes) < 0
		       ? err_set(e, ENOMEM, "out of memory")
		       : 0;
}

int proof_checkpoint(struct verifier *v, const struct trail_frame *frame,
		     const struct checkpoint *c, bool is_anchor, struct err *e)
{
	const struct verify_options *o = v->options;
	const uint64_t above =
		o->is_growth ? o->prove_size - 1 : v->proof.index;
	int r;

	if (o->proof == NULL || c->size <= above)
		return 0;
	if (!o->is_growth &&
	    (v->note.len != 0 || (o->anchors != NULL && !is_anchor)))
		return 0;
	if (o->is_growth)
		r = tree_growth_proof(v->scan.hasher, &v->path, &v->scan.tree,
				      &v->proof.path);
	else
		r = tree_path_proof(v->scan.hasher, &v->path, &v->scan.tree,
				    &v->proof.path);
	/* Behind a gap; that there is one is said elsewhere. */
	if (r == -ENODATA)
		return 0;
	if (r < 0)
		return err_set(e, -r, "SHA-256 failed");
	buf_reset(&v->note);
	buf_span(&v->note, frame->bytes);
	return buf_error(&v->note) < 0 ? err_set(e, ENOMEM, "out of memory")
				       : 0;
}

int proof_end(struct verifier *v, struct err *e)
{
	const struct verify_options *o = v->options;

	if (o->proof == NULL)
		return 0;
	if (!o->is_growth && !v->has_frame)
		return err_set(e, ERANGE,
			       "#%" PRIu64 " is not in the trail: it ends "
			       "with #%" PRIu64,
			       o->prove_seq, v->report->last_seq);
	if (v->note.len == 0)
		return err_set(e, ERANGE,
			       o->anchors != NULL && !o->is_growth
				       ? "no anchor covers #%" PRIu64
			       : o->is_growth
				       ? "no checkpoint is as large as %" PRIu64
				       : "no checkpoint covers #%" PRIu64
					 " yet",
			       o->is_growth ? o->prove_size : o->prove_seq);
	v->proof.checkpoint = buf_view(&v->note);
	if (proof_print(&v->proof, o->proof) < 0)
		return err_set(e, ENOMEM, "out of memory");
	return 0;
}
