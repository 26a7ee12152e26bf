/* SPDX-License-Identifier: Apache-2.0 */
/* writer_sign.c - checkpoints and keys of the trail's writer; see writer.h.
 *
 * A key that follows another goes like this: both secrets into the file, the
 * key frame signed by the one before, the frame flushed, then only the new
 * secret in the file. Whenever the writer is killed, the one after it finds the
 * secret of the key that is in force in the trail.
 */
#include "pkg/trail/writer.h"

#include <errno.h>
#include <string.h>

#include <openssl/crypto.h>

#include "lib/auto.h"
#include "lib/loop.h"

/* ---- checkpoints ----------------------------------------------------------
 */

static int checkpoint_build(struct trail_writer *w, struct buf *lines,
			    struct buf *ret, struct err *e)
{
	struct checkpoint c = { .origin = span_of(w->start.origin),
				.size = w->now.tree.size,
				.boot = span_of(w->boot),
				.epoch = w->signer.epoch,
				.time_ms = clock_real_ms() };
	int r;

	if (w->config.statement != NULL)
		w->config.statement(w->config.ctx, lines);
	r = buf_error(lines);
	if (r < 0)
		return err_set(e, -r, "the statement of a checkpoint");
	c.lines = buf_view(lines);
	if (tree_root(w->hasher, &w->now.tree, &c.root) < 0)
		return err_set(e, EIO, "SHA-256 failed");
	return checkpoint_make(ret, &c, w->secret.seed, e);
}

/* Append a note that says what the tree is now; making room for it must not
 * change that. */
static int note_append(struct trail_writer *w, enum trail_kind kind,
		       const struct buf *note, struct err *e)
{
	const int r = writer_append(w, kind, buf_view(note), e);

	return r < 0 ? err_wrap(e, "a note of the trail") : 0;
}

int sign_checkpoint(struct trail_writer *w, struct err *e)
{
	AUTO_DONE(buf_done) struct buf lines, note;
	int r;

	buf_init(&lines, NOTE_BYTES_MAX / 2);
	buf_init(&note, NOTE_BYTES_MAX);
	r = checkpoint_build(w, &lines, &note, e);
	if (r == 0)
		r = note_append(w, TRAIL_CHECKPOINT, &note, e);
	if (r == 0)
		w->is_checkpointed = true;
	return r;
}

/* ---- keys -----------------------------------------------------------------
 */

static void secrets_add(struct epoch_secrets *s,
			const struct epoch_secret *secret)
{
	s->secret[s->count++] = *secret;
}

/* Put them into the file. That a writer which follows cannot go on is not worth
 * an end of this one. */
static void secrets_keep(struct trail_writer *w, const struct epoch_secrets *s)
{
	struct trail_key_state *state = &w->key_state;

	state->is_kept = false;
	if (w->key_dirfd < 0)
		(void)err_set(&state->why_not, ENOTDIR, "no directory for it");
	else
		state->is_kept =
			epoch_store(w->key_dirfd, s, &state->why_not) == 0;
}

/* Append and flush the frame that says who @next is. */
static int key_announce(struct trail_writer *w, const struct signer *next,
			const unsigned char seed[NOTE_SEED_LEN], struct err *e)
{
	struct key_note k = { .origin = span_of(w->start.origin),
			      .boot = span_of(next->boot),
			      .epoch = next->epoch,
			      .time_ms = clock_real_ms() };
	AUTO_DONE(buf_done) struct buf note;
	uint64_t seq;
	int r = trail_flush(w, e);

	buf_init(&note, NOTE_BYTES_MAX);
	if (r < 0)
		return r;
	k.size = w->now.tree.size;
	memcpy(k.key, next->key, sizeof(k.key));
	seq = w->now.next;
	r = key_note_make(&note, &k, seed, e);
	if (r == 0)
		r = note_append(w, TRAIL_KEY, &note, e);
	if (r == 0)
		r = trail_flush(w, e);
	/* It may be written and not be on the disk yet. */
	return w->written.next > seq ? 0 : r;
}

/* Let the key of @epoch, which is made here, follow @before (NULL: sign itself
 * as the first of a chain). */
static int key_step(struct trail_writer *w, const struct epoch_secret *before,
		    uint64_t epoch, struct err *e)
{
	AUTO_DONE(epoch_forget) struct epoch_secrets s = { 0 };
	struct signer signer = { .epoch = epoch };
	struct epoch_secret *next = &s.secret[before != NULL ? 1 : 0];
	int r;

	(void)strcpy(s.boot, w->boot);
	(void)strcpy(signer.boot, w->boot);
	if (before != NULL)
		secrets_add(&s, before);
	s.count++;
	r = epoch_secret_make(epoch, next);
	if (r == 0)
		r = note_public(next->seed, signer.key);
	if (r < 0)
		return err_set(e, -r, "make a key: %s", strerror(-r));
	secrets_keep(w, &s);
	r = key_announce(w, &signer, before != NULL ? before->seed : next->seed,
			 e);
	if (r < 0) {
		s.count--;
		secrets_keep(w, &s);
		return r;
	}
	w->signer = signer;
	w->secret = *next;
	w->key_state.epoch = epoch;
	memcpy(w->key_state.key, signer.key, sizeof(signer.key));
	if (before == NULL)
		return 0;
	s.secret[0] = *next;
	s.count = 1;
	secrets_keep(w, &s);
	return 0;
}

/* What the file holds for this boot. Return: why it is of no use to go on with
 * the key in force; TRAIL_KEY_NONE when it can be. */
static enum trail_key_how secrets_find(struct trail_writer *w,
				       struct epoch_secrets *s)
{
	const int r =
		w->key_dirfd < 0 ? -ENOENT : epoch_load(w->key_dirfd, s, NULL);

	if (r == -ENOENT)
		return TRAIL_KEY_MISSING;
	if (r == -EBADMSG)
		return TRAIL_KEY_DAMAGED;
	if (r < 0)
		return TRAIL_KEY_UNREADABLE;
	if (strcmp(s->boot, w->boot) != 0) {
		epoch_forget(s);
		return TRAIL_KEY_OTHER;
	}
	return TRAIL_KEY_NONE;
}

/* The newest epoch of this boot that anything knows of; 0: none. */
static uint64_t epoch_newest(const struct trail_writer *w,
			     const struct epoch_secrets *s)
{
	uint64_t newest = 0;

	if (strcmp(w->signer.boot, w->boot) == 0)
		newest = w->signer.epoch;
	for (unsigned int i = 0; i < s->count; i++)
		if (s->secret[i].epoch > newest)
			newest = s->secret[i].epoch;
	return newest;
}

int sign_begin(struct trail_writer *w, struct err *e)
{
	AUTO_DONE(epoch_forget) struct epoch_secrets s = { 0 };
	enum trail_key_how how = secrets_find(w, &s);
	const uint64_t newest = epoch_newest(w, &s);
	const struct epoch_secret *before = NULL;
	int r;

	if (newest == 0)
		how = TRAIL_KEY_FIRST;
	else if (strcmp(w->signer.boot, w->boot) != 0)
		how = w->written.tree.size == 0 ? TRAIL_KEY_NEW_LOG
						: TRAIL_KEY_OTHER;
	else if (how == TRAIL_KEY_NONE) {
		before = epoch_find(&s, w->signer.key);
		how = before != NULL ? TRAIL_KEY_SUCCEEDED : TRAIL_KEY_OTHER;
	}
	/* A successor that was made and not announced is not in force. */
	r = key_step(w, before, (before != NULL ? before->epoch : newest) + 1,
		     e);
	if (r < 0)
		return r;
	w->key_state.how = how;
	w->begun = BEGUN_KEY;
	return 0;
}

int sign_succeed(struct trail_writer *w, uint64_t now_ms, struct err *e)
{
	int r;

	if (w->epoch_ms == 0)
		w->epoch_ms = now_ms;
	if ((w->written.checkpoints < EPOCH_CHECKPOINTS &&
	     now_ms - w->epoch_ms < EPOCH_MS) ||
	    w->now.uncovered != 0)
		return 0;
	struct epoch_secret before = w->secret;

	r = key_step(w, &before, before.epoch + 1, e);
	OPENSSL_cleanse(&before, sizeof(before));
	if (r == 0)
		r = sign_checkpoint(w, e);
	if (r == 0)
		r = trail_flush(w, e);
	if (r == 0)
		w->epoch_ms = now_ms;
	return r;
}

const struct trail_key_state *trail_key_state(const struct trail_writer *w)
{
	return &w->key_state;
}

const char *trail_key_how_name(enum trail_key_how how)
{
	static const char *const names[] = { [TRAIL_KEY_NONE] = "none",
					     [TRAIL_KEY_FIRST] = "first",
					     [TRAIL_KEY_SUCCEEDED] =
						     "succeeded",
					     [TRAIL_KEY_NEW_LOG] = "new_log",
					     [TRAIL_KEY_MISSING] = "missing",
					     [TRAIL_KEY_DAMAGED] = "damaged",
					     [TRAIL_KEY_UNREADABLE] =
						     "unreadable",
					     [TRAIL_KEY_OTHER] = "other" };

	return names[how];
}
