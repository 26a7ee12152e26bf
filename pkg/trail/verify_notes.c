/* SPDX-License-Identifier: Apache-2.0 */
/* verify_notes.c - the signed frames of a trail; see verifier.h. */
#include "pkg/trail/verifier.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- boots ----------------------------------------------------------------
 */

/* Is it the first chain of keys in this boot? It is remembered. */
static bool boot_is_new(struct verifier *v, struct span boot)
{
	struct tree_hash sum;
	uint64_t hash;

	if (hasher_sum(v->scan.hasher, boot, (struct span){ 0 }, &sum) < 0)
		return true;
	memcpy(&hash, sum.b, sizeof(hash));
	for (size_t i = 0; i < v->boot_count; i++)
		if (v->boots[i] == hash)
			return false;
	if (v->boot_count == v->boot_room && v->boot_room < VERIFY_BOOTS_MAX) {
		const size_t room = v->boot_room != 0 ? v->boot_room * 2 : 16;
		uint64_t *more = realloc(v->boots, room * sizeof(*more));

		if (more == NULL)
			return true;
		v->boots = more;
		v->boot_room = room;
	}
	if (v->boot_count < v->boot_room)
		v->boots[v->boot_count++] = hash;
	return true;
}

/* ---- keys -----------------------------------------------------------------
 */

static bool signer_is_known(const struct verifier *v)
{
	return v->signer.boot[0] != '\0';
}

static void signer_set(struct verifier *v, const struct signer *s)
{
	v->signer = *s;
	if (v->report->epochs == 0)
		v->report->first = *s;
	v->report->epochs++;
	v->report->last = *s;
}

void signer_enter(struct verifier *v, const struct signer *named)
{
	const bool is_same =
		strcmp(named->boot, v->signer.boot) == 0 &&
		named->epoch == v->signer.epoch &&
		memcmp(named->key, v->signer.key, NOTE_PUBLIC_LEN) == 0;

	if (is_same)
		return;
	if (v->has_begun && !v->has_gap)
		flaw_add(v, "the header names another key than the one that "
			    "signs");
	if (named->boot[0] == '\0')
		return;
	if (!v->has_begun)
		v->report->is_first_pruned = true;
	if (boot_is_new(v, span_of(named->boot)))
		v->report->boots++;
	signer_set(v, named);
}

static bool signed_by(const struct key_note *k,
		      const unsigned char key[NOTE_PUBLIC_LEN])
{
	return note_verify(&k->note, k->origin, key) == NOTE_GOOD;
}

/* A key that follows another of its boot. */
static void key_follows(struct verifier *v, const struct key_note *k)
{
	const struct signer *s = &v->signer;

	if (k->epoch == s->epoch + 1 && signed_by(k, s->key))
		return;
	if (signed_by(k, k->key))
		flaw_add(v,
			 "a second chain of keys begins in the same boot, "
			 "with epoch %" PRIu64 ": the key before it was lost, "
			 "or somebody went on without it",
			 k->epoch);
	else if (k->epoch != s->epoch + 1)
		flaw_add(v,
			 "the key of epoch %" PRIu64 " follows that of epoch "
			 "%" PRIu64,
			 k->epoch, s->epoch);
	else
		flaw_add(v,
			 "the key of epoch %" PRIu64 " is not signed by the "
			 "key of the epoch before",
			 k->epoch);
}

/* The first key of a boot. */
static void key_begins(struct verifier *v, const struct key_note *k)
{
	if (!signed_by(k, k->key))
		flaw_add(v,
			 "the first key of boot %.*s is not signed by itself",
			 SPAN_FMT(k->boot));
	if (boot_is_new(v, k->boot))
		v->report->boots++;
	else
		flaw_add(v, "a second chain of keys begins in boot %.*s",
			 SPAN_FMT(k->boot));
}

void key_judge(struct verifier *v, const struct trail_frame *frame)
{
	struct signer next = { 0 };
	struct key_note k;
	struct err e = { 0 };

	if (key_note_parse(frame->bytes, &k, &e) < 0) {
		flaw_add(v, "a key that cannot be read: %s", e.text);
		return;
	}
	if (!span_eq_str(k.origin, v->report->origin))
		flaw_add(v, "a key of another log, %.*s", SPAN_FMT(k.origin));
	else if (k.size != v->scan.tree.size)
		flaw_add(v,
			 "a key that was made at size %" PRIu64 " stands at "
			 "size %" PRIu64,
			 k.size, v->scan.tree.size);
	if (signer_is_known(v) && span_eq_str(k.boot, v->signer.boot))
		key_follows(v, &k);
	else
		key_begins(v, &k);
	memcpy(next.boot, k.boot.p, k.boot.len);
	next.epoch = k.epoch;
	memcpy(next.key, k.key, sizeof(next.key));
	signer_set(v, &next);
}

/* ---- checkpoints ----------------------------------------------------------
 */

/* Does it stand where it was made, over the frames that it was made over? */
static bool root_holds(struct verifier *v, const struct checkpoint *c)
{
	struct tree_hash root;

	if (!span_eq_str(c->origin, v->report->origin)) {
		flaw_add(v, "a checkpoint of another log, %.*s",
			 SPAN_FMT(c->origin));
		return false;
	}
	if (v->is_astray)
		return false;
	if (c->size != v->scan.tree.size) {
		flaw_add(v,
			 "a checkpoint that was made at size %" PRIu64
			 " stands at size %" PRIu64,
			 c->size, v->scan.tree.size);
		return false;
	}
	if (tree_root(v->scan.hasher, &v->scan.tree, &root) < 0 ||
	    !tree_hash_eq(&root, &c->root)) {
		flaw_add(v, "the frames before this checkpoint are not those "
			    "that it signed");
		v->is_astray = true;
		return false;
	}
	return true;
}

static bool signature_holds(struct verifier *v, const struct checkpoint *c)
{
	const struct signer *s = &v->signer;

	if (!signer_is_known(v)) {
		flaw_add(v, "a checkpoint before any key");
		return false;
	}
	if (!span_eq_str(c->boot, s->boot) || c->epoch != s->epoch) {
		flaw_add(v,
			 "a checkpoint of epoch %" PRIu64 " of boot %.*s, "
			 "while the key is that of epoch %" PRIu64
			 " of boot %s",
			 c->epoch, SPAN_FMT(c->boot), s->epoch, s->boot);
		return false;
	}
	if (note_verify(&c->note, c->origin, s->key) != NOTE_GOOD) {
		flaw_add(v,
			 "a checkpoint that the key of its epoch, %" PRIu64
			 ", did not sign",
			 c->epoch);
		return false;
	}
	return true;
}

static void checkpoint_count(struct verifier *v, const struct checkpoint *c,
			     uint64_t seq)
{
	struct trail_report *report = v->report;

	report->checkpoints++;
	report->covered += v->pending;
	v->pending = 0;
	if (report->checkpoints > 1 && c->time_ms < report->last_time_ms)
		report->clock_backs++;
	report->last_seq_checkpoint = seq;
	report->last_size = c->size;
	report->last_time_ms = c->time_ms;
	for (size_t i = 0; i < TRAIL_FLAWS_MAX && i < report->flaws; i++)
		if (report->flaw[i].before == 0)
			report->flaw[i].before = seq;
}

bool checkpoint_judge(struct verifier *v, const struct trail_frame *frame,
		      struct checkpoint *ret)
{
	struct err e = { 0 };
	bool holds;

	if (checkpoint_parse(frame->bytes, ret, &e) < 0) {
		flaw_add(v, "a checkpoint that cannot be read: %s", e.text);
		return false;
	}
	holds = signature_holds(v, ret);
	holds = root_holds(v, ret) && holds;
	if (holds)
		checkpoint_count(v, ret, frame->seq);
	return holds;
}
