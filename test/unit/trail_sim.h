/* SPDX-License-Identifier: Apache-2.0 */
/* trail_sim.h - a trail as a list of frames, for those who would change it.
 *
 * A frame is made when the trail is first written: then its bytes stay, as they
 * do on a disk, whatever happens around them. Who has a key can have frames
 * made again.
 */
#ifndef TEST_UNIT_TRAIL_SIM_H
#define TEST_UNIT_TRAIL_SIM_H

#include "test/unit/harness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "pkg/trail/checkpoint.h"
#include "pkg/trail/segment.h"

#define SIM_MAX 400

struct sim_frame {
	enum trail_kind kind;
	bool begins; /* a segment */
	bool is_made;
	char boot[16];
	uint64_t epoch, time;
	unsigned char key, by; /* a key frame: the key, and who signs */
	char bytes[1024];
	size_t len;
};

struct sim {
	struct sim_frame f[SIM_MAX];
	size_t count;
	uint64_t log_first;
	char origin[64];
	/* of what is added next */
	char boot[16];
	uint64_t epoch, time;
	unsigned char key;
};

static inline struct sim *sim_new(const char *origin)
{
	struct sim *s = calloc(1, sizeof(*s));

	CHECK(s != NULL);
	s->log_first = 1;
	s->time = 1790000000000;
	(void)snprintf(s->origin, sizeof(s->origin), "%s", origin);
	return s;
}

static inline void sim_seed(unsigned char key, unsigned char *ret)
{
	memset(ret, key, NOTE_SEED_LEN);
}

static inline void sim_public(unsigned char key, unsigned char *ret)
{
	unsigned char seed[NOTE_SEED_LEN];

	sim_seed(key, seed);
	CHECK_INT(note_public(seed, ret), 0);
}

static inline struct sim_frame *sim_add(struct sim *s, enum trail_kind kind)
{
	struct sim_frame *f = &s->f[s->count++];
	const bool begins = f->begins;

	CHECK(s->count <= SIM_MAX);
	*f = (struct sim_frame){ .kind = kind,
				 .begins = begins,
				 .epoch = s->epoch,
				 .time = s->time,
				 .key = s->key,
				 .by = s->key };
	memcpy(f->boot, s->boot, sizeof(f->boot));
	return f;
}

static inline void sim_checkpoint(struct sim *s)
{
	s->time += 1000;
	(void)sim_add(s, TRAIL_CHECKPOINT);
}

static inline void sim_events(struct sim *s, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct sim_frame *f = sim_add(s, TRAIL_EVENT);

		f->len = (size_t)snprintf(f->bytes, sizeof(f->bytes),
					  "event %zu", s->count);
		f->is_made = true;
	}
}

/* A boot begins: its first key, which signs itself, and a checkpoint. */
static inline void sim_boot(struct sim *s, const char *boot, unsigned char key)
{
	(void)snprintf(s->boot, sizeof(s->boot), "%s", boot);
	s->epoch = 1;
	s->key = key;
	(void)sim_add(s, TRAIL_KEY);
	sim_checkpoint(s);
}

static inline void sim_epoch(struct sim *s, unsigned char key)
{
	const unsigned char by = s->key;

	s->epoch++;
	s->key = key;
	sim_add(s, TRAIL_KEY)->by = by;
}

static inline void sim_segment(struct sim *s)
{
	s->f[s->count].begins = true;
}

static inline void sim_delete(struct sim *s, size_t at, size_t count)
{
	memmove(&s->f[at], &s->f[at + count],
		(s->count - at - count) * sizeof(s->f[0]));
	s->count -= count;
}

static inline struct sim *sim_copy(const struct sim *s)
{
	struct sim *copy = malloc(sizeof(*copy));

	CHECK(copy != NULL);
	memcpy(copy, s, sizeof(*copy));
	return copy;
}

/* The frame is made again when the trail is written next, by @key. */
static inline void sim_again(struct sim_frame *f, unsigned char key)
{
	f->is_made = false;
	f->key = f->kind == TRAIL_KEY ? f->key : key;
	f->by = key;
}

static inline void sim_make(const struct sim *s, struct sim_frame *f,
			    const struct tree *t, struct hasher *h)
{
	unsigned char seed[NOTE_SEED_LEN];
	struct buf b;

	buf_init(&b, sizeof(f->bytes));
	sim_seed(f->by, seed);
	if (f->kind == TRAIL_KEY) {
		struct key_note k = { .origin = span_of(s->origin),
				      .boot = span_of(f->boot),
				      .epoch = f->epoch,
				      .size = t->size,
				      .time_ms = f->time };

		sim_public(f->key, k.key);
		CHECK_INT(key_note_make(&b, &k, seed, NULL), 0);
	} else {
		struct checkpoint c = { .origin = span_of(s->origin),
					.size = t->size,
					.boot = span_of(f->boot),
					.epoch = f->epoch,
					.time_ms = f->time,
					.lines = span_of("kernel-lost 0\n") };

		CHECK_INT(tree_root(h, t, &c.root), 0);
		CHECK_INT(checkpoint_make(&b, &c, seed, NULL), 0);
	}
	memcpy(f->bytes, b.p, b.len);
	f->len = b.len;
	f->is_made = true;
	buf_done(&b);
}

static inline int sim_segment_open(int dirfd, struct hasher *h,
				   const struct segment_start *start)
{
	unsigned char header[SEGMENT_HEADER_MAX];
	char name[SEGMENT_NAME_LEN + 1];
	const int len = segment_header(h, start, header);
	int fd;

	segment_name(start->first, name);
	fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	CHECK(fd >= 0 && len > 0);
	CHECK_INT(write(fd, header, (size_t)len), len);
	return fd;
}

/* As a writer would lay it out: hashes, headers, trees. What is made already
 * keeps its bytes, whether it fits or not. Only the segments that begin in
 * [@from, @end) are written. */
static inline void sim_write_some(int dirfd, struct sim *s, size_t from,
				  size_t end)
{
	struct hasher *h = hasher_new();
	struct segment_start start = { .log_first = s->log_first };
	int fd = -1;

	CHECK(h != NULL);
	(void)snprintf(start.origin, sizeof(start.origin), "%s", s->origin);
	for (size_t i = 0; i < s->count; i++) {
		struct sim_frame *f = &s->f[i];
		unsigned char bytes[SEGMENT_HEAD_LEN];
		struct segment_head head = { .seq = s->log_first + i,
					     .kind = f->kind };

		start.first = head.seq;
		if (i == 0 || f->begins) {
			if (fd >= 0)
				(void)close(fd);
			fd = i >= from && i < end
				     ? sim_segment_open(dirfd, h, &start)
				     : -1;
		}
		if (!f->is_made)
			sim_make(s, f, &start.tree, h);
		head.len = (uint32_t)f->len;
		CHECK_INT(tree_frame_leaf(h, head.seq, (uint32_t)f->kind,
					  (struct span){ f->bytes, f->len },
					  &head.leaf),
			  0);
		CHECK_INT(tree_append(h, &start.tree, &head.leaf, NULL), 0);
		segment_head_put(&head, bytes);
		if (fd >= 0) {
			CHECK_INT(write(fd, bytes, sizeof(bytes)),
				  sizeof(bytes));
			CHECK_INT(write(fd, f->bytes, f->len), f->len);
		}
		if (f->kind != TRAIL_KEY)
			continue;
		memcpy(start.signer.boot, f->boot, sizeof(f->boot));
		start.signer.epoch = f->epoch;
		sim_public(f->key, start.signer.key);
	}
	if (fd >= 0)
		(void)close(fd);
	hasher_free(h);
}

static inline void sim_write(int dirfd, struct sim *s)
{
	sim_write_some(dirfd, s, 0, s->count);
}

#endif
