/* SPDX-License-Identifier: Apache-2.0 */
/* segment.c - see segment.h. */
#include "pkg/trail/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/num.h"

static const char segment_magic[8] = { 'b', 'a', 'i', 'l', 't', 'r', 'l', '1' };

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

struct chain {
	EVP_MD *md; /* fetched once: the look-up costs as much as a hash */
	EVP_MD_CTX *ctx;
};

struct chain *chain_new(void)
{
	struct chain *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	c->ctx = EVP_MD_CTX_new();
	if (c->md == NULL || c->ctx == NULL) {
		chain_free(c);
		return NULL;
	}
	return c;
}

void chain_free(struct chain *c)
{
	if (c == NULL)
		return;
	EVP_MD_CTX_free(c->ctx);
	EVP_MD_free(c->md);
	free(c);
}

static int chain_hash(struct chain *c, const void *a, size_t a_len,
		      const void *b, size_t b_len, unsigned char *ret)
{
	unsigned int len = 0;

	if (EVP_DigestInit_ex2(c->ctx, c->md, NULL) != 1 ||
	    EVP_DigestUpdate(c->ctx, a, a_len) != 1 ||
	    (b_len != 0 && EVP_DigestUpdate(c->ctx, b, b_len) != 1) ||
	    EVP_DigestFinal_ex(c->ctx, ret, &len) != 1 || len != TRAIL_HASH_LEN)
		return -EIO;
	return 0;
}

int chain_next(struct chain *c, const unsigned char prev[TRAIL_HASH_LEN],
	       uint64_t seq, struct span bytes,
	       unsigned char ret[TRAIL_HASH_LEN])
{
	unsigned char pre[TRAIL_HASH_LEN + 12];

	memcpy(pre, prev, TRAIL_HASH_LEN);
	put_le(pre + TRAIL_HASH_LEN, seq, 8);
	put_le(pre + TRAIL_HASH_LEN + 8, bytes.len, 4);
	return chain_hash(c, pre, sizeof(pre), bytes.p, bytes.len, ret);
}

int segment_header(struct chain *c, uint64_t first,
		   const unsigned char prev[TRAIL_HASH_LEN],
		   unsigned char ret[SEGMENT_HEADER_LEN])
{
	memcpy(ret, segment_magic, 8);
	put_le(ret + 8, first, 8);
	memcpy(ret + 16, prev, TRAIL_HASH_LEN);
	return chain_hash(c, ret, 48, NULL, 0, ret + 48);
}

void segment_head(uint64_t seq, size_t len,
		  const unsigned char value[TRAIL_HASH_LEN],
		  unsigned char ret[SEGMENT_HEAD_LEN])
{
	put_le(ret, len, 4);
	put_le(ret + 4, ~(uint64_t)len, 4);
	put_le(ret + 8, seq, 8);
	memcpy(ret + 16, value, TRAIL_HASH_LEN);
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

/* ---- walking --------------------------------------------------------------
 */

int scan_init(struct scan *s)
{
	*s = (struct scan){ .fd = -1 };
	s->window = malloc(SEGMENT_WINDOW_BYTES);
	s->chain = chain_new();
	if (s->window == NULL || s->chain == NULL) {
		scan_done(s);
		return -ENOMEM;
	}
	return 0;
}

void scan_done(struct scan *s)
{
	fd_drop(&s->fd);
	free(s->window);
	chain_free(s->chain);
	s->window = NULL;
	s->chain = NULL;
}

/* "00000000000000000041.seg offset 80": the place, for every complaint. */
static int damage(const struct scan *s, struct err *e, const char *what)
{
	char name[SEGMENT_NAME_LEN + 1];

	segment_name(s->first, name);
	return err_set(e, EBADMSG, "trail segment %s offset %" PRIu64 ": %s",
		       name, s->offset, what);
}

/* Have at least @len bytes at s->offset in the window, or all there are.
 * Return: how many there are, at most what fits; -errno. */
static ssize_t window_fill(struct scan *s, size_t len)
{
	size_t have = 0;

	if (s->offset >= s->window_at &&
	    s->offset - s->window_at <= s->window_len)
		have = s->window_len - (size_t)(s->offset - s->window_at);
	if (have >= len)
		return (ssize_t)have;
	if (have != 0)
		memmove(s->window, s->window + (s->offset - s->window_at),
			have);
	s->window_at = s->offset;
	s->window_len = have;
	while (s->window_len < len) {
		const ssize_t n = pread(s->fd, s->window + s->window_len,
					SEGMENT_WINDOW_BYTES - s->window_len,
					(off_t)(s->window_at + s->window_len));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		s->window_len += (size_t)n;
	}
	return (ssize_t)s->window_len;
}

static const unsigned char *window_at(const struct scan *s)
{
	return (const unsigned char *)s->window + (s->offset - s->window_at);
}

static int read_failed(const struct scan *s, ssize_t r, struct err *e)
{
	return err_set(e, (int)-r, "read trail segment %" PRIu64 ": %s",
		       s->first, strerror((int)-r));
}

static int header_check(struct scan *s, struct err *e)
{
	unsigned char want[SEGMENT_HEADER_LEN];
	const unsigned char *got;
	const ssize_t have = window_fill(s, SEGMENT_HEADER_LEN);
	int r;

	if (have < 0)
		return read_failed(s, have, e);
	if (have < SEGMENT_HEADER_LEN)
		return damage(s, e, "the header is cut short");
	got = window_at(s);
	memcpy(s->prev, got + 16, TRAIL_HASH_LEN);
	r = segment_header(s->chain, s->first, s->prev, want);
	if (r < 0)
		return err_set(e, -r, "SHA-256 failed");
	if (memcmp(got, want, SEGMENT_HEADER_LEN) != 0)
		return damage(s, e, "the header was changed");
	memcpy(s->value, s->prev, TRAIL_HASH_LEN);
	s->offset = SEGMENT_HEADER_LEN;
	return 0;
}

int scan_open(struct scan *s, int dirfd, uint64_t first, struct err *e)
{
	char name[SEGMENT_NAME_LEN + 1];
	struct stat st;
	int fd;

	segment_name(first, name);
	fd = file_open_beneath(dirfd, name, O_RDONLY | O_NONBLOCK, 0, e);
	if (fd < 0)
		return fd;
	fd_drop(&s->fd);
	s->fd = fd;
	s->first = first;
	s->next = first;
	s->offset = 0;
	s->tail = 0;
	s->window_at = 0;
	s->window_len = 0;
	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat trail segment %s", name);
	if (!S_ISREG(st.st_mode))
		return damage(s, e, "not a regular file");
	return header_check(s, e);
}

/* A power cut can leave a file longer than what reached the disk: zeros. */
static bool is_zero(const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/* Nothing but zeros from the present offset to the end of the file. */
static bool zeros_to_the_end(struct scan *s)
{
	const uint64_t start = s->offset;
	bool zeros = true;

	while (zeros) {
		const ssize_t n = window_fill(s, 4096);

		if (n <= 0)
			break;
		zeros = is_zero(window_at(s), (size_t)n);
		s->offset += (uint64_t)n;
	}
	if (zeros)
		s->tail = s->offset - start;
	s->offset = start;
	s->window_len = 0;
	s->window_at = start;
	return zeros;
}

/* The end of what is there; what was read ahead may change: forget it. */
static int scan_end(struct scan *s, size_t tail)
{
	s->tail = tail;
	s->window_at = s->offset;
	s->window_len = 0;
	return -EAGAIN;
}

/* One look at the frame at s->offset. Return: as scan_next(). */
static int frame_look(struct scan *s, struct trail_frame *ret,
		      unsigned char value[TRAIL_HASH_LEN], struct err *e)
{
	const unsigned char *head;
	ssize_t have = window_fill(s, SEGMENT_HEAD_LEN);
	size_t len;

	if (have < 0)
		return read_failed(s, have, e);
	if (have < SEGMENT_HEAD_LEN)
		return scan_end(s, (size_t)have);
	head = window_at(s);
	len = (size_t)get_le(head, 4);
	if ((uint32_t)get_le(head + 4, 4) != (uint32_t)~len) {
		if (is_zero(head, SEGMENT_HEAD_LEN) && zeros_to_the_end(s))
			return -EAGAIN;
		return damage(s, e, "the length of a frame was changed");
	}
	if (len > TRAIL_FRAME_MAX)
		return damage(s, e, "a frame is longer than any can be");
	if (get_le(head + 8, 8) != s->next)
		return damage(s, e, "a frame is out of sequence");
	have = window_fill(s, SEGMENT_HEAD_LEN + len);
	if (have < 0)
		return read_failed(s, have, e);
	if ((size_t)have < SEGMENT_HEAD_LEN + len)
		return scan_end(s, (size_t)have);
	head = window_at(s);
	ret->seq = s->next;
	ret->bytes =
		(struct span){ (const char *)head + SEGMENT_HEAD_LEN, len };
	if (chain_next(s->chain, s->value, s->next, ret->bytes, value) < 0)
		return err_set(e, EIO, "SHA-256 failed");
	if (memcmp(head + 16, value, TRAIL_HASH_LEN) != 0)
		return damage(s, e, "a frame does not fit the hash chain");
	return 0;
}

int scan_next(struct scan *s, struct trail_frame *ret, struct err *e)
{
	unsigned char value[TRAIL_HASH_LEN];
	struct trail_frame frame;
	int r = frame_look(s, &frame, value, NULL);

	if (r < 0 && r != -EAGAIN) {
		/* Look again at the file itself: a frame that did not fit on
		 * the disk may have been cut back and another one written
		 * while it was read. */
		(void)scan_end(s, 0);
		r = frame_look(s, &frame, value, e);
	}
	if (r < 0)
		return r;
	s->offset += SEGMENT_HEAD_LEN + frame.bytes.len;
	s->next++;
	s->tail = 0;
	memcpy(s->value, value, TRAIL_HASH_LEN);
	*ret = frame;
	return 0;
}
