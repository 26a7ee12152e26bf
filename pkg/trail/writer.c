/* SPDX-License-Identifier: Apache-2.0 */
/* writer.c - the one writer of a trail; see trail.h. */
#include "pkg/trail/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "lib/auto.h"
#include "pkg/trail/horizon.h"

#define SYNC_MS 1000 /* TRAIL_AT_CHECKPOINT where nothing is signed */

/* ---- opening --------------------------------------------------------------
 */

static int lock_take(struct trail_writer *w, int dirfd, struct err *e)
{
	/* An open file of its own: a duplicate would share its lock with the
	 * caller's descriptor and let a second writer in. */
	w->dirfd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->dirfd < 0)
		return err_errno(e, "open the trail directory");
	if (flock(w->dirfd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return err_errno(e, "lock the trail");
	(void)err_set(e, EBUSY, "another process writes this trail");
	(void)err_hint(e, "stop the other bailiffd first");
	return -EBUSY;
}

void trail_limits_set(struct trail_writer *w, uint64_t bytes_max,
		      uint64_t segment_max)
{
	w->config.bytes_max = bytes_max;
	/* Pruning drops whole segments: keep at least half the trail. */
	w->config.segment_max =
		segment_max > bytes_max / 2 ? bytes_max / 2 : segment_max;
}

/* What signs, if anything does. */
static int signing_take(struct trail_writer *w, const struct trail_config *c,
			struct err *e)
{
	if (c->origin == NULL)
		return 0;
	if (!note_name_ok(span_of(c->origin)) ||
	    !note_name_ok(span_of(c->boot)) ||
	    strlen(c->boot) > CHECKPOINT_BOOT_MAX)
		return err_set(e, EINVAL,
			       "\"%s\" in boot \"%s\" cannot name a log",
			       c->origin, c->boot != NULL ? c->boot : "");
	(void)strcpy(w->start.origin, c->origin);
	(void)strcpy(w->boot, c->boot);
	w->config.origin = w->config.boot = NULL; /* the caller's */
	if (c->key_dirfd < 0)
		return 0;
	w->key_dirfd = fcntl(c->key_dirfd, F_DUPFD_CLOEXEC, 0);
	return w->key_dirfd < 0 ? err_errno(e, "the key's directory") : 0;
}

static int config_take(struct trail_writer *w, const struct trail_config *c,
		       struct err *e)
{
	w->config = *c;
	trail_limits_set(w, c->bytes_max, c->segment_max);
	w->pending = malloc(TRAIL_PENDING_MAX);
	w->hasher = hasher_new();
	if (w->pending == NULL || w->hasher == NULL)
		return err_set(e, ENOMEM, "no memory, or no SHA-256");
	return signing_take(w, c, e);
}

/* Is it a reason to drop frames, and try again, rather than to end? */
static bool is_full(int r)
{
	return r == -ENOSPC || r == -EDQUOT || r == -EFBIG;
}

/* Tell readers what they may see, and begin a signed log's part of this writer
 * with a key and a checkpoint. What could not be done is tried again by the
 * next call. */
static int writer_begin(struct trail_writer *w, struct err *e)
{
	int r = 0;

	if (w->begun == BEGUN_NOT)
		r = trail_durability_set(w, w->config.durability, e);
	if (r == 0 && w->begun == BEGUN_TOLD && writer_signs(w))
		r = sign_begin(w, e);
	if (r == 0 && w->begun == BEGUN_KEY)
		r = sign_checkpoint(w, e);
	if (r == 0)
		r = trail_flush(w, e);
	if (r < 0)
		return r;
	w->begun = BEGUN_ALL;
	if (w->config.durability != TRAIL_NONE)
		r = writer_sync(w, e);
	return r;
}

static int writer_take_over(struct trail_writer *w, int dirfd,
			    uint64_t *recovered, struct err *e)
{
	int r = lock_take(w, dirfd, e);

	if (r < 0)
		return r;
	w->written.next = w->config.first_seq != 0 ? w->config.first_seq : 1;
	r = segments_recover(w, recovered, e);
	if (r < 0)
		return r;
	if (w->count == 0)
		w->start.log_first = w->written.next;
	w->now = w->written;
	r = writer_begin(w, e);
	return is_full(r) ? 0 : r;
}

int trail_writer_open(int dirfd, const struct trail_config *config,
		      struct trail_writer **ret, uint64_t *ret_recovered,
		      struct err *e)
{
	struct trail_writer *w = calloc(1, sizeof(*w));
	uint64_t recovered = 0;
	int r;

	if (w == NULL)
		return err_set(e, ENOMEM, "out of memory");
	w->dirfd = w->fd = w->key_dirfd = -1;
	r = config_take(w, config, e);
	if (r == 0)
		r = writer_take_over(w, dirfd, &recovered, e);
	if (r < 0) {
		w->begun = BEGUN_NOT; /* nothing to end either */
		trail_writer_close(w);
		return r;
	}
	*ret = w;
	*ret_recovered = recovered;
	return 0;
}

/* Nothing stays without a checkpoint, or unseen, because of an orderly end. */
static void writer_end(struct trail_writer *w)
{
	if (writer_signs(w) && w->now.uncovered != 0)
		(void)sign_checkpoint(w, NULL);
	(void)trail_flush(w, NULL);
	if (w->config.durability != TRAIL_NONE)
		(void)writer_sync(w, NULL);
}

void trail_writer_close(struct trail_writer *w)
{
	if (w == NULL)
		return;
	if (w->begun == BEGUN_ALL)
		writer_end(w);
	OPENSSL_cleanse(&w->secret, sizeof(w->secret));
	fd_drop(&w->fd);
	fd_drop(&w->dirfd);
	fd_drop(&w->key_dirfd);
	hasher_free(w->hasher);
	free(w->pending);
	free(w->segments);
	free(w);
}

/* ---- acknowledging --------------------------------------------------------
 */

/* All that is written may be shown. Under TRAIL_NONE nobody has to be told. */
static int acknowledge(struct trail_writer *w, struct err *e)
{
	const uint64_t last = w->written.next - 1;
	int r = 0;

	if (w->config.durability != TRAIL_NONE && last != w->acked)
		r = horizon_put(w->dirfd, last, e);
	if (r < 0)
		return r;
	w->acked = last;
	w->is_checkpointed = false;
	return 0;
}

int writer_sync(struct trail_writer *w, struct err *e)
{
	if (w->fd >= 0 && w->acked != w->written.next - 1 &&
	    fdatasync(w->fd) < 0)
		return err_errno(e, "sync the trail");
	return acknowledge(w, e);
}

int trail_durability_set(struct trail_writer *w, enum trail_durability d,
			 struct err *e)
{
	const uint64_t before = w->acked;
	int r = trail_flush(w, e);

	if (r < 0)
		return r;
	w->config.durability = d;
	w->acked = HORIZON_ALL; /* said anew in any case */
	if (d != TRAIL_NONE) {
		r = segments_sync(w, e);
		if (r == 0)
			r = acknowledge(w, e);
	} else {
		r = horizon_put(w->dirfd, HORIZON_ALL, e);
		w->acked = w->written.next - 1;
	}
	/* Nothing is appended before readers know what they may not see. */
	if (r < 0) {
		w->begun = BEGUN_NOT;
		w->acked = before;
	} else if (w->begun == BEGUN_NOT) {
		w->begun = BEGUN_TOLD;
	}
	return r;
}

/* ---- appending ------------------------------------------------------------
 */

void place_step(struct place *p, enum trail_kind kind)
{
	p->next++;
	if (kind == TRAIL_EVENT) {
		p->uncovered++;
	} else if (kind == TRAIL_CHECKPOINT) {
		p->uncovered = 0;
		p->checkpoints++;
	} else {
		p->checkpoints = 0;
	}
}

/* Into what is pending; there is room. */
static int pending_add(struct trail_writer *w, enum trail_kind kind,
		       struct span frame, struct err *e)
{
	struct segment_head head = { .seq = w->now.next,
				     .len = (uint32_t)frame.len,
				     .kind = kind };
	unsigned char *at = w->pending + w->pending_len;
	int r = tree_frame_leaf(w->hasher, head.seq, kind, frame, &head.leaf);

	if (r == 0)
		r = tree_append(w->hasher, &w->now.tree, &head.leaf, NULL);
	if (r < 0)
		return err_set(e, -r, "append to the trail: %s", strerror(-r));
	segment_head_put(&head, at);
	if (frame.len != 0)
		memcpy(at + SEGMENT_HEAD_LEN, frame.p, frame.len);
	w->pending_len += SEGMENT_HEAD_LEN + frame.len;
	place_step(&w->now, kind);
	return 0;
}

int writer_append(struct trail_writer *w, enum trail_kind kind,
		  struct span frame, struct err *e)
{
	const uint64_t need = SEGMENT_HEAD_LEN + (uint64_t)frame.len;
	int r;

	if (frame.len > TRAIL_FRAME_MAX ||
	    need + segment_header_bytes(w) > w->config.bytes_max)
		return err_set(e, EMSGSIZE, "a frame of %zu bytes", frame.len);
	r = segment_room(w, need, e);
	return r < 0 ? r : pending_add(w, kind, frame, e);
}

int trail_append(struct trail_writer *w, struct span frame, uint64_t *ret_seq,
		 struct err *e)
{
	int r = 0;

	if (w->begun != BEGUN_ALL)
		r = writer_begin(w, e);
	if (r < 0)
		return r;
	/* One that cannot be made now is due again after as many events. */
	if (writer_signs(w) && w->now.uncovered != 0 &&
	    w->now.uncovered % CHECKPOINT_EVENTS == 0)
		(void)sign_checkpoint(w, NULL);
	r = writer_append(w, TRAIL_EVENT, frame, e);
	if (r == 0)
		*ret_seq = w->now.next - 1;
	return r;
}

/* ---- writing --------------------------------------------------------------
 */

/* Take back what a failed write left; until that works nothing is written, and
 * readers see the half frame as one that is still being written. */
static int cut_back(struct trail_writer *w)
{
	w->is_ragged = ftruncate(w->fd, (off_t)w->offset) < 0;
	return w->is_ragged ? -errno : 0;
}

/* Return: bytes that are in the file; @ret_code: 0, or why that is not all. */
static size_t pending_write(struct trail_writer *w, int *ret_code)
{
	size_t done = 0;

	*ret_code = w->is_ragged ? cut_back(w) : 0;
	while (*ret_code == 0 && done < w->pending_len) {
		const ssize_t n =
			pwrite(w->fd, w->pending + done, w->pending_len - done,
			       (off_t)(w->offset + done));

		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			*ret_code = n == 0 ? -ENOSPC : -errno;
	}
	return done;
}

/* Of the frames that are pending the first ones, in @done bytes, are in the
 * file: the log is what it was before the others were appended. */
static void pending_keep(struct trail_writer *w, size_t done)
{
	uint64_t seq = w->written.next;
	size_t at = 0, kept = 0;

	for (struct segment_head head; at < w->pending_len;
	     at += SEGMENT_HEAD_LEN + head.len) {
		/* Our own: they are whole. */
		(void)segment_head_get(w->pending + at, seq++, &head);
		if (kept == at && at + SEGMENT_HEAD_LEN + head.len <= done &&
		    tree_append(w->hasher, &w->written.tree, &head.leaf,
				NULL) == 0) {
			place_step(&w->written, head.kind);
			kept = at + SEGMENT_HEAD_LEN + head.len;
		} else {
			w->lost += head.kind == TRAIL_EVENT;
		}
	}
	w->now = w->written;
	w->offset += kept;
	if (done != kept)
		(void)cut_back(w);
}

int trail_flush(struct trail_writer *w, struct err *e)
{
	size_t done;
	int r;

	if (w->pending_len == 0)
		return 0;
	done = pending_write(w, &r);
	if (done == w->pending_len) {
		w->offset += done;
		w->written = w->now;
	} else {
		pending_keep(w, done);
	}
	w->pending_len = 0;
	if (w->offset > segment_last(w)->bytes)
		segment_charge(w, w->offset);
	if (r < 0)
		(void)err_set(e, -r, "append to the trail: %s", strerror(-r));
	if (w->config.durability == TRAIL_NONE) {
		(void)acknowledge(w, NULL);
	} else if (w->config.durability == TRAIL_EACH) {
		const int code = writer_sync(w, r == 0 ? e : NULL);

		r = r == 0 ? code : r;
	}
	return r;
}

/* ---- in time --------------------------------------------------------------
 */

/* Milliseconds until a checkpoint is due. */
static uint64_t checkpoint_wait(const struct trail_writer *w, uint64_t now_ms)
{
	const bool is_idle = w->now.uncovered == 0;
	const uint64_t since = is_idle ? w->checkpoint_ms : w->uncovered_ms;
	const uint64_t wait = is_idle ? CHECKPOINT_IDLE_MS : CHECKPOINT_MS;

	if (!is_idle && since == 0)
		return wait;
	return now_ms - since < wait ? wait - (now_ms - since) : 0;
}

/* The checkpoint that is due, and after many of them another key. */
static int checkpoint_tick(struct trail_writer *w, uint64_t now_ms,
			   struct err *e)
{
	int r;

	if (w->checkpoint_ms == 0)
		w->checkpoint_ms = now_ms;
	if (w->now.uncovered == 0)
		w->uncovered_ms = 0;
	else if (w->uncovered_ms == 0)
		w->uncovered_ms = now_ms;
	if (checkpoint_wait(w, now_ms) != 0)
		return 0;
	r = sign_checkpoint(w, e);
	if (r == 0)
		r = trail_flush(w, e);
	w->checkpoint_ms = now_ms;
	w->uncovered_ms = 0;
	return r;
}

static int signed_tick(struct trail_writer *w, uint64_t now_ms, struct err *e)
{
	int r = checkpoint_tick(w, now_ms, e);

	if (r < 0)
		return r;
	if (w->is_checkpointed && w->config.durability == TRAIL_AT_CHECKPOINT)
		r = writer_sync(w, e);
	return r < 0 ? r : sign_succeed(w, now_ms, e);
}

int trail_tick(struct trail_writer *w, uint64_t now_ms, struct err *e)
{
	int r = trail_flush(w, e);

	if (r == 0 && w->begun != BEGUN_ALL)
		r = writer_begin(w, e);
	if (r < 0)
		return r;
	if (writer_signs(w))
		return signed_tick(w, now_ms, e);
	if (w->config.durability != TRAIL_AT_CHECKPOINT ||
	    now_ms - w->synced < SYNC_MS)
		return 0;
	w->synced = now_ms;
	return writer_sync(w, e);
}

uint64_t trail_wait_ms(const struct trail_writer *w, uint64_t now_ms)
{
	const uint64_t since = now_ms - w->synced;

	if (writer_signs(w))
		return checkpoint_wait(w, now_ms);
	return since < SYNC_MS ? SYNC_MS - since : 0;
}

uint64_t trail_next_seq(const struct trail_writer *w)
{
	return w->now.next;
}

uint64_t trail_acked(const struct trail_writer *w)
{
	return w->acked;
}

uint64_t trail_pruned(const struct trail_writer *w)
{
	return w->pruned;
}

uint64_t trail_lost(const struct trail_writer *w)
{
	return w->lost;
}
