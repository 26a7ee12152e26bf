/* SPDX-License-Identifier: Apache-2.0 */
/* verify_proof.c - bailiffctl verify --proof: what a proof shows, without the
 * trail. */
#include "cmd/bailiffctl/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/audit/event.h"
#include "pkg/audit/render.h"
#include "pkg/trail/proof.h"

struct proof_case {
	struct hasher *h;
	struct buf text; /* of the file; what follows is borrowed from it */
	struct proof proof;
	struct checkpoint c;
	const struct anchors *anchors;
	struct tree_hash log, boot, note; /* of the checkpoint */
	/* What was found. */
	const struct anchor *same; /* the checkpoint itself */
	const struct anchor *key;  /* the key that should have signed it */
	const struct anchor *old;  /* of a growth: the checkpoint before */
};

static void case_done(struct proof_case *p)
{
	hasher_free(p->h);
	buf_done(&p->text);
	proof_done(&p->proof);
}

static int case_hash(struct proof_case *p, struct span text,
		     struct tree_hash *ret)
{
	return hasher_sum(p->h, text, (struct span){ 0 }, ret);
}

static int case_read(struct proof_case *p, const char *path, struct err *e)
{
	int r;

	p->h = hasher_new();
	if (p->h == NULL)
		return err_set(e, ENOMEM, "out of memory");
	r = file_read(AT_FDCWD, path, PROOF_BYTES_MAX, &p->text, e);
	if (r == 0 && proof_parse(buf_view(&p->text), &p->proof, e) < 0)
		r = err_wrap(e, "%s", path);
	if (r == 0 && checkpoint_parse(p->proof.checkpoint, &p->c, e) < 0)
		r = err_wrap(e, "%s: its checkpoint", path);
	if (r == 0 && (case_hash(p, p->c.origin, &p->log) < 0 ||
		       case_hash(p, p->c.boot, &p->boot) < 0 ||
		       case_hash(p, p->c.note.text, &p->note) < 0))
		r = err_set(e, EIO, "SHA-256 failed");
	return r;
}

/* Which of the anchors speak of this proof? */
static void anchors_choose(struct proof_case *p)
{
	for (size_t i = 0; i < p->anchors->count; i++) {
		const struct anchor *row = &p->anchors->rows[i];

		if (!tree_hash_eq(&row->log, &p->log))
			continue;
		if (row->kind == TRAIL_KEY) {
			if (row->epoch == p->c.epoch &&
			    tree_hash_eq(&row->boot, &p->boot))
				p->key = row;
			continue;
		}
		if (tree_hash_eq(&row->text, &p->note))
			p->same = row;
		if (p->proof.is_growth && row->size == p->proof.index)
			p->old = row;
	}
}

/* Return: 0; -EBADMSG it shows nothing, or something false; -ENODATA what it
 * shows cannot be told with these anchors. */
static int case_judge(struct proof_case *p, struct err *e)
{
	int r;

	anchors_choose(p);
	if (p->proof.is_growth && p->old == NULL)
		return err_set(e, ENODATA,
			       "the proof begins at size %" PRIu64
			       ": give the checkpoint of that size with "
			       "--anchor",
			       p->proof.index);
	r = proof_check(&p->proof, p->h, &p->c,
			p->old != NULL ? &p->old->root : NULL, e);
	if (r < 0)
		return r;
	if (p->key != NULL &&
	    note_verify(&p->c.note, p->c.origin, p->key->key) != NOTE_GOOD)
		return err_set(e, EBADMSG,
			       "its checkpoint was not signed by the key that "
			       "the anchor names");
	if (p->anchors->count != 0 && p->same == NULL && p->key == NULL &&
	    p->old == NULL)
		return err_set(e, ENODATA,
			       "no anchor is its checkpoint, of size %" PRIu64
			       ", or the key of its epoch, %" PRIu64,
			       p->c.size, p->c.epoch);
	return 0;
}

/* ---- printing -------------------------------------------------------------
 */

static void frame_put(const struct proof_case *p, struct buf *out)
{
	const struct span bytes = buf_view(&p->proof.bytes);
	struct event ev;

	if (p->proof.kind == TRAIL_EVENT && event_decode(bytes, &ev, NULL) == 0)
		(void)render_text(&ev, out);
	else
		buf_span(out, bytes);
}

static const char *anchor_word(const struct proof_case *p)
{
	if (p->same != NULL)
		return "anchored: the checkpoint is the anchor";
	if (p->key != NULL)
		return "anchored: the key that the anchor names signed the "
		       "checkpoint";
	if (p->old != NULL)
		return "anchored at the older size; the newer checkpoint is "
		       "believed as it is";
	return "not anchored: whoever wrote the proof can have made the "
	       "checkpoint too";
}

static void text_print(const struct proof_case *p)
{
	const struct proof *proof = &p->proof;

	(void)fputs("log         ", stdout);
	ctl_put(p->c.origin);
	(void)printf("\ncheckpoint  size %" PRIu64 ", epoch %" PRIu64
		     " of boot ",
		     p->c.size, p->c.epoch);
	ctl_put(p->c.boot);
	if (proof->is_growth) {
		(void)printf("\nshows       that the log of size %" PRIu64
			     " begins with the one of size %" PRIu64,
			     p->c.size, proof->index);
	} else {
		AUTO_DONE(buf_done) struct buf frame;

		buf_init(&frame, (size_t)8 * TRAIL_FRAME_MAX);
		frame_put(p, &frame);
		(void)printf("\nshows       that frame #%" PRIu64
			     " is in it, at %" PRIu64 ":\n  ",
			     proof->seq, proof->index);
		ctl_put(buf_view(&frame));
	}
	(void)printf("\nanchor      %s\n", anchor_word(p));
}

static int json_print(const struct ctl *ctl, const struct proof_case *p,
		      int code, const struct err *e)
{
	AUTO_JSON *out = json_pack(
		"{s:b, s:b, s:b, s:I}", "shown", code == 0, "anchored",
		code == 0 && (p->same != NULL || p->key != NULL), "growth",
		p->proof.is_growth, p->proof.is_growth ? "old_size" : "seq",
		(json_int_t)(p->proof.is_growth ? p->proof.index
						: p->proof.seq));

	if (out == NULL ||
	    json_object_set_new(out, "size",
				json_integer((json_int_t)p->c.size)) < 0 ||
	    (code < 0 &&
	     json_object_set_new(out, "reason", json_string(e->text)) < 0))
		return CTL_SYSTEM;
	return ctl_print_json(ctl, out);
}

int verify_proof(struct ctl *ctl, const char *path,
		 const struct anchors *anchors)
{
	AUTO_DONE(case_done) struct proof_case p = { .anchors = anchors };
	struct err e = { 0 };
	int r;

	buf_init(&p.text, PROOF_BYTES_MAX);
	proof_init(&p.proof);
	r = case_read(&p, path, &e);
	if (r < 0) {
		(void)ctl_fail(ctl, &e);
		return r == -EBADMSG ? CTL_NO : CTL_SYSTEM;
	}
	r = case_judge(&p, &e);
	if (r < 0 && r != -EBADMSG && r != -ENODATA)
		return ctl_fail(ctl, &e);
	if (ctl->wants_json) {
		const int done = json_print(ctl, &p, r, &e);

		return done != CTL_DONE ? done : r < 0 ? CTL_NO : CTL_DONE;
	}
	if (r < 0) {
		(void)ctl_fail(ctl, &e);
		return CTL_NO;
	}
	text_print(&p);
	return CTL_DONE;
}
