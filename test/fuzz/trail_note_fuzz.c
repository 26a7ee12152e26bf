/* SPDX-License-Identifier: Apache-2.0 */
/* trail_note_fuzz.c - signed notes, checkpoints and key notes, as they come
 * from a collector.
 *
 * What is read as a checkpoint or key note must give the same text when it is
 * written again, and what is signed here must verify. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pkg/trail/anchor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const unsigned char seed[NOTE_SEED_LEN] = { 7 };

/* @made is signed: is its text @text, and the signature good? */
static void check_made(const struct buf *made, struct span text,
		       struct span name)
{
	unsigned char key[NOTE_PUBLIC_LEN];
	struct note note;

	if (note_public(seed, key) < 0 ||
	    note_parse(buf_view(made), &note, NULL) < 0 ||
	    !span_eq(note.text, text) ||
	    note_verify(&note, name, key) != NOTE_GOOD)
		abort();
}

static void checkpoint_again(const struct checkpoint *c)
{
	struct buf again;

	buf_init(&again, (size_t)2 * NOTE_BYTES_MAX);
	if (checkpoint_make(&again, c, seed, NULL) < 0)
		abort();
	if (again.len <= NOTE_BYTES_MAX)
		check_made(&again, c->note.text, c->origin);
	buf_done(&again);
}

static void key_note_again(const struct key_note *k)
{
	struct buf again;

	buf_init(&again, (size_t)2 * NOTE_BYTES_MAX);
	if (key_note_make(&again, k, seed, NULL) < 0)
		abort();
	if (again.len <= NOTE_BYTES_MAX)
		check_made(&again, k->note.text, k->origin);
	buf_done(&again);
}

/* The same bytes as a collector's file. */
static void file_read_again(struct anchors *a, struct hasher *h,
			    struct span bytes)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("anchors", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 0) < 0 ||
	    pwrite(fd, bytes.p, bytes.len, 0) != (ssize_t)bytes.len ||
	    lseek(fd, 0, SEEK_SET) != 0)
		abort();
	(void)anchors_read(a, h, fd, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span bytes = { (const char *)data, size };
	struct hasher *h = hasher_new();
	struct anchors a = { 0 };
	struct checkpoint c;
	struct key_note k;
	const int is_checkpoint = checkpoint_parse(bytes, &c, NULL) == 0;
	const int is_key = key_note_parse(bytes, &k, NULL) == 0;

	if (h == NULL || (is_checkpoint && is_key))
		abort();
	if (is_checkpoint)
		checkpoint_again(&c);
	if (is_key)
		key_note_again(&k);
	if ((anchors_add(&a, h, bytes, NULL) == 0) != (is_checkpoint || is_key))
		abort();
	file_read_again(&a, h, bytes);
	anchors_done(&a);
	hasher_free(h);
	return 0;
}
