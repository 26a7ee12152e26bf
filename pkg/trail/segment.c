/* SPDX-License-Identifier: Apache-2.0 */
/* segment.c - see segment.h. */
#include "pkg/trail/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/num.h"

static const char segment_magic[8] = { 'b', 'a', 'i', 'l', 't', 'r', 'l', '2' };

/* ---- bytes ----------------------------------------------------------------
 */

static void put_le(unsigned char *at, uint64_t v, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (unsigned char)(v >> (8 * i));
}

static uint64_t get_le(const unsigned char *at, size_t size)
{
	uint64_t v = 0;

	for (size_t i = size; i > 0; i--)
		v = v << 8 | at[i - 1];
	return v;
}

static struct span span_at(const unsigned char *p, size_t len)
{
	return (struct span){ (const char *)p, len };
}

/* What the fixed part of a header says of the parts after it. */
struct shape {
	size_t parts, origin, boot; /* hashes, bytes, bytes */
};

static struct shape shape_get(const unsigned char *fixed)
{
	return (struct shape){ get_le(fixed + 24, 4), get_le(fixed + 28, 4),
			       get_le(fixed + 32, 4) };
}

/* 4 bytes of a hash over the fixed part, all but these 4: without it a changed
 * length would look like a header that is cut short. */
static int fixed_check(struct hasher *h, const unsigned char *fixed,
		       unsigned char ret[4])
{
	struct tree_hash sum;
	const int r =
		hasher_sum(h, span_at(fixed, 36),
			   span_at(fixed + 40, SEGMENT_FIXED_LEN - 40), &sum);

	if (r == 0)
		memcpy(ret, sum.b, 4);
	return r;
}

int segment_header(struct hasher *h, const struct segment_start *start,
		   unsigned char ret[SEGMENT_HEADER_MAX])
{
	const struct signer *signer = &start->signer;
	struct tree_hash parts[TREE_LEVEL_MAX], sum;
	const struct shape shape = { tree_parts(&start->tree, parts),
				     strlen(start->origin),
				     strlen(signer->boot) };
	unsigned char *at = ret + SEGMENT_FIXED_LEN;
	int r;

	memcpy(ret, segment_magic, sizeof(segment_magic));
	put_le(ret + 8, start->first, 8);
	put_le(ret + 16, start->log_first, 8);
	put_le(ret + 24, shape.parts, 4);
	put_le(ret + 28, shape.origin, 4);
	put_le(ret + 32, shape.boot, 4);
	put_le(ret + 40, signer->epoch, 8);
	memcpy(ret + 48, signer->key, NOTE_PUBLIC_LEN);
	r = fixed_check(h, ret, ret + 36);
	if (r < 0)
		return r;
	memcpy(at, start->origin, shape.origin);
	at += shape.origin;
	memcpy(at, signer->boot, shape.boot);
	at += shape.boot;
	memcpy(at, parts, shape.parts * sizeof(parts[0]));
	at += shape.parts * sizeof(parts[0]);
	r = hasher_sum(h, span_at(ret, (size_t)(at - ret)), (struct span){ 0 },
		       &sum);
	if (r < 0)
		return r;
	memcpy(at, sum.b, sizeof(sum.b));
	return (int)(at - ret) + TREE_HASH_LEN;
}

int segment_header_len(struct hasher *h,
		       const unsigned char fixed[SEGMENT_FIXED_LEN])
{
	const struct shape shape = shape_get(fixed);
	unsigned char check[4];
	const int r = fixed_check(h, fixed, check);

	if (r < 0)
		return r;
	if (memcmp(fixed, segment_magic, sizeof(segment_magic)) != 0 ||
	    memcmp(fixed + 36, check, sizeof(check)) != 0 ||
	    shape.parts > TREE_LEVEL_MAX || shape.origin > TRAIL_ORIGIN_MAX ||
	    shape.boot > CHECKPOINT_BOOT_MAX)
		return -EBADMSG;
	return (int)(SEGMENT_FIXED_LEN + shape.origin + shape.boot +
		     (shape.parts + 1) * TREE_HASH_LEN);
}

int segment_header_parse(struct hasher *h, const unsigned char *bytes,
			 struct segment_start *ret)
{
	const struct shape shape = shape_get(bytes);
	const unsigned char *at = bytes + SEGMENT_FIXED_LEN;
	struct tree_hash parts[TREE_LEVEL_MAX], sum;
	const int whole = segment_header_len(h, bytes);
	size_t len;
	int r;

	if (whole < 0)
		return whole;
	len = (size_t)whole - TREE_HASH_LEN;
	r = hasher_sum(h, span_at(bytes, len), (struct span){ 0 }, &sum);
	if (r < 0)
		return r;
	*ret = (struct segment_start){ .first = get_le(bytes + 8, 8),
				       .log_first = get_le(bytes + 16, 8) };
	if (memcmp(bytes + len, sum.b, sizeof(sum.b)) != 0 ||
	    ret->log_first > ret->first)
		return -EBADMSG;
	ret->signer.epoch = get_le(bytes + 40, 8);
	memcpy(ret->signer.key, bytes + 48, NOTE_PUBLIC_LEN);
	memcpy(ret->origin, at, shape.origin);
	at += shape.origin;
	memcpy(ret->signer.boot, at, shape.boot);
	at += shape.boot;
	memcpy(parts, at, shape.parts * sizeof(parts[0]));
	return tree_of_parts(ret->first - ret->log_first, parts,
			     (unsigned int)shape.parts, &ret->tree);
}

void segment_head_put(const struct segment_head *head,
		      unsigned char ret[SEGMENT_HEAD_LEN])
{
	put_le(ret, head->len, 4);
	put_le(ret + 4, ~(uint64_t)head->len, 4);
	put_le(ret + 8, head->seq, 8);
	put_le(ret + 16, head->kind, 4);
	put_le(ret + 20, 0, 4);
	memcpy(ret + 24, head->leaf.b, TREE_HASH_LEN);
}

const char *segment_head_get(const unsigned char bytes[SEGMENT_HEAD_LEN],
			     uint64_t want_seq, struct segment_head *ret)
{
	const uint64_t kind = get_le(bytes + 16, 8);

	ret->len = (uint32_t)get_le(bytes, 4);
	ret->seq = get_le(bytes + 8, 8);
	if ((uint32_t)get_le(bytes + 4, 4) != ~ret->len)
		return "the length of a frame was changed";
	if (ret->len > TRAIL_FRAME_MAX)
		return "a frame is longer than any can be";
	if (ret->seq != want_seq)
		return "a frame is out of sequence";
	if (kind >= TRAIL_KIND_COUNT)
		return "a frame is of a kind that there is not";
	ret->kind = (enum trail_kind)kind;
	memcpy(ret->leaf.b, bytes + 24, TREE_HASH_LEN);
	return NULL;
}

bool segment_follows(const struct segment_start *start,
		     const struct segment_start *log, const struct tree *before)
{
	struct tree_hash a[TREE_LEVEL_MAX], b[TREE_LEVEL_MAX];
	const unsigned int count = tree_parts(before, a);

	return start->log_first == log->log_first &&
	       strcmp(start->origin, log->origin) == 0 &&
	       start->tree.size == before->size &&
	       tree_parts(&start->tree, b) == count &&
	       memcmp(a, b, count * sizeof(a[0])) == 0;
}

/* ---- names ----------------------------------------------------------------
 */

void segment_name(uint64_t first, char ret[SEGMENT_NAME_LEN + 1])
{
	(void)snprintf(ret, SEGMENT_NAME_LEN + 1, "%020" PRIu64 ".seg", first);
}

/* Return: true and the sequence when @name is a segment's. */
static bool name_parse(const char *name, uint64_t *ret)
{
	char again[SEGMENT_NAME_LEN + 1];
	struct span digits = { .p = name, .len = 20 };

	if (strlen(name) != SEGMENT_NAME_LEN || strcmp(name + 20, ".seg") != 0)
		return false;
	while (digits.len > 1 && digits.p[0] == '0') {
		digits.p++;
		digits.len--;
	}
	if (num_parse_u64(digits, 1, UINT64_MAX, ret) < 0)
		return false;
	segment_name(*ret, again);
	return strcmp(again, name) == 0;
}

static int u64_order(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int names_read(DIR *dir, uint64_t **list, size_t *count, struct err *e)
{
	size_t room = 0;

	for (;;) {
		const struct dirent *entry;
		uint64_t first;

		errno = 0;
		entry = readdir(dir);
		if (entry == NULL && errno != 0)
			return err_errno(e, "list the trail");
		if (entry == NULL)
			return 0;
		if (!name_parse(entry->d_name, &first))
			continue;
		if (*count == SEGMENT_LIST_MAX)
			return err_set(e, E2BIG, "more than %d segments",
				       SEGMENT_LIST_MAX);
		if (*count == room) {
			uint64_t *more;

			room = room != 0 ? room * 2 : 16;
			more = realloc(*list, room * sizeof(*more));
			if (more == NULL)
				return err_set(e, ENOMEM, "out of memory");
			*list = more;
		}
		(*list)[(*count)++] = first;
	}
}

int segment_list(int dirfd, uint64_t **ret, size_t *ret_count, struct err *e)
{
	AUTO_MEM uint64_t *list = NULL;
	size_t count = 0;
	DIR *dir;
	int r;
	const int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_errno(e, "open the trail directory");
	dir = fdopendir(fd);
	if (dir == NULL) {
		r = err_errno(e, "list the trail");
		(void)close(fd);
		return r;
	}
	r = names_read(dir, &list, &count, e);
	(void)closedir(dir);
	if (r < 0)
		return r;
	if (count > 1)
		qsort(list, count, sizeof(*list), u64_order);
	*ret = ptr_steal(&list);
	*ret_count = count;
	return 0;
}
