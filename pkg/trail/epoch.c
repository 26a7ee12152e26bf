/* SPDX-License-Identifier: Apache-2.0 */
/* epoch.c - see epoch.h. */
#include "pkg/trail/epoch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/cur.h"
#include "lib/file.h"

#define MAGIC	 "bailkey1"
#define FILE_MAX 512 /* bytes; also what is overwritten */

void epoch_forget(struct epoch_secrets *s)
{
	OPENSSL_cleanse(s, sizeof(*s));
}

int epoch_secret_make(uint64_t epoch, struct epoch_secret *ret)
{
	struct epoch_secret secret = { .epoch = epoch };

	if (getrandom(secret.seed, sizeof(secret.seed), 0) !=
	    (ssize_t)sizeof(secret.seed))
		return -errno;
	*ret = secret;
	OPENSSL_cleanse(&secret, sizeof(secret));
	return 0;
}

/* ---- the file -------------------------------------------------------------
 */

static void secret_buf_done(struct buf *b)
{
	if (b->p != NULL)
		OPENSSL_cleanse(b->p, b->cap);
	buf_done(b);
}

/* All of it in one allocation, so that growing leaves no copy. */
static void secret_buf_init(struct buf *b)
{
	static const char blank[FILE_MAX];

	buf_init(b, FILE_MAX);
	buf_put(b, blank, sizeof(blank));
	b->len = 0;
}

static int sum_of(struct span bytes, struct tree_hash *ret)
{
	struct hasher *h = hasher_new();
	const int r = h == NULL ? -ENOMEM
				: hasher_sum(h, bytes, (struct span){ 0 }, ret);

	hasher_free(h);
	return r;
}

static int secrets_parse(struct span bytes, struct epoch_secrets *ret)
{
	struct epoch_secrets s = { 0 };
	struct span boot, sum, body = bytes;
	struct tree_hash want;
	struct cur c;
	int r;

	if (bytes.len < TREE_HASH_LEN)
		return -EBADMSG;
	body.len -= TREE_HASH_LEN;
	sum = (struct span){ body.p + body.len, TREE_HASH_LEN };
	r = sum_of(body, &want);
	if (r < 0)
		return r;
	c = cur_of(body);
	if (!span_eq_str(cur_bytes(&c, sizeof(MAGIC) - 1), MAGIC) ||
	    memcmp(sum.p, want.b, sum.len) != 0)
		return -EBADMSG;
	boot = cur_blob(&c, CHECKPOINT_BOOT_MAX);
	s.count = cur_u32(&c);
	if (c.failed || s.count > EPOCH_SECRETS_MAX)
		return -EBADMSG;
	memcpy(s.boot, boot.p, boot.len);
	for (unsigned int i = 0; i < s.count; i++) {
		s.secret[i].epoch = cur_u64(&c);
		boot = cur_bytes(&c, NOTE_SEED_LEN);
		memcpy(s.secret[i].seed, boot.p != NULL ? boot.p : "",
		       boot.len);
	}
	if (cur_end(&c) == 0)
		*ret = s;
	epoch_forget(&s);
	return cur_end(&c);
}

int epoch_load(int dirfd, struct epoch_secrets *ret, struct err *e)
{
	AUTO_DONE(secret_buf_done) struct buf bytes;
	int r;

	secret_buf_init(&bytes);
	r = file_read(dirfd, EPOCH_FILE, FILE_MAX, &bytes, e);
	if (r == -EFBIG)
		r = -EBADMSG;
	if (r < 0)
		return r;
	r = secrets_parse(buf_view(&bytes), ret);
	return r < 0 ? err_set(e, -r, "the file of the trail's key is damaged")
		     : 0;
}

/* The bytes of a file that has just lost its name. */
static void erase(int fd)
{
	static const char zeros[FILE_MAX];

	if (pwrite(fd, zeros, sizeof(zeros), 0) == (ssize_t)sizeof(zeros))
		(void)fdatasync(fd);
}

int epoch_store(int dirfd, const struct epoch_secrets *s, struct err *e)
{
	AUTO_DONE(secret_buf_done) struct buf bytes;
	AUTO_FD before = file_open_beneath(dirfd, EPOCH_FILE,
					   O_WRONLY | O_NONBLOCK, 0, NULL);
	struct tree_hash sum;
	int r;

	secret_buf_init(&bytes);
	buf_puts(&bytes, MAGIC);
	buf_blob(&bytes, span_of(s->boot));
	buf_u32(&bytes, s->count);
	for (unsigned int i = 0; i < s->count; i++) {
		buf_u64(&bytes, s->secret[i].epoch);
		buf_put(&bytes, s->secret[i].seed, NOTE_SEED_LEN);
	}
	r = buf_error(&bytes);
	if (r == 0)
		r = sum_of(buf_view(&bytes), &sum);
	if (r < 0)
		return err_set(e, -r, "keep the trail's key: %s", strerror(-r));
	buf_put(&bytes, sum.b, sizeof(sum.b));
	r = file_replace(dirfd, EPOCH_FILE, 0600, buf_view(&bytes), e);
	if (r < 0)
		return err_wrap(e, "keep the trail's key");
	if (before >= 0)
		erase(before);
	return 0;
}

const struct epoch_secret *epoch_find(const struct epoch_secrets *s,
				      const unsigned char key[NOTE_PUBLIC_LEN])
{
	for (unsigned int i = 0; i < s->count; i++) {
		unsigned char public[NOTE_PUBLIC_LEN];

		if (note_public(s->secret[i].seed, public) == 0 &&
		    memcmp(public, key, sizeof(public)) == 0)
			return &s->secret[i];
	}
	return NULL;
}
