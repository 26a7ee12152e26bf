/* SPDX-License-Identifier: Apache-2.0 */
/* proof.c - see proof.h. */
#include "pkg/trail/proof.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/cur.h"
#include "lib/hex.h"
#include "lib/num.h"

#define LEAF_HEAD_LEN 12
#define LEAF_MAX      (LEAF_HEAD_LEN + TRAIL_FRAME_MAX)

void proof_init(struct proof *p)
{
	*p = (struct proof){ 0 };
	buf_init(&p->bytes, TRAIL_FRAME_MAX);
}

void proof_done(struct proof *p)
{
	buf_done(&p->bytes);
}

/* ---- writing --------------------------------------------------------------
 */

static void hash_put(struct buf *b, const struct tree_hash *hash)
{
	base64_encode(b, (struct span){ (const char *)hash->b, TREE_HASH_LEN });
	buf_puts(b, "\n");
}

static int leaf_put(struct buf *ret, const struct proof *p)
{
	struct buf leaf;
	int r;

	buf_init(&leaf, LEAF_MAX);
	buf_u64(&leaf, p->seq);
	buf_u32(&leaf, p->kind);
	buf_span(&leaf, buf_view(&p->bytes));
	r = buf_error(&leaf);
	if (r == 0)
		base64_encode(ret, buf_view(&leaf));
	buf_done(&leaf);
	return r;
}

int proof_print(const struct proof *p, struct buf *ret)
{
	if (p->is_growth) {
		buf_printf(ret, "old %" PRIu64 "\n", p->index);
	} else {
		buf_puts(ret, PROOF_TITLE "\nextra ");
		if (leaf_put(ret, p) < 0)
			return -ENOMEM;
		buf_printf(ret, "\nindex %" PRIu64 "\n", p->index);
	}
	for (unsigned int i = 0; i < p->path.count; i++)
		hash_put(ret, &p->path.hash[i]);
	buf_puts(ret, "\n");
	buf_span(ret, p->checkpoint);
	return buf_error(ret);
}

/* ---- reading --------------------------------------------------------------
 */

static int leaf_read(struct span base64, struct proof *p, struct err *e)
{
	AUTO_MEM char *leaf = malloc(LEAF_MAX);
	struct cur c;
	int n;

	if (leaf == NULL)
		return err_set(e, ENOMEM, "out of memory");
	n = base64_decode(base64, leaf, LEAF_MAX);
	if (n < LEAF_HEAD_LEN || note_base64(base64, leaf, (size_t)n) < 0)
		return err_set(e, EBADMSG, "\"extra\" is no frame in base64");
	c = cur_of((struct span){ leaf, (size_t)n });
	p->seq = cur_u64(&c);
	p->kind = cur_u32(&c);
	buf_span(&p->bytes, c.rest);
	return buf_error(&p->bytes) < 0 ? err_set(e, ENOMEM, "out of memory")
					: 0;
}

static int index_read(struct span *rest, const char *name, struct proof *p,
		      struct err *e)
{
	struct span value;

	if (!note_word(note_line(rest), name, &value) ||
	    num_parse_u64(value, 0, UINT64_MAX, &p->index) < 0)
		return err_set(e, EBADMSG, "it has no line \"%s NUMBER\"",
			       name);
	return 0;
}

/* The hashes, up to the empty line. */
static int path_read(struct span *rest, struct proof *p, struct err *e)
{
	for (;;) {
		const struct span line = note_line(rest);

		if (rest->p == NULL)
			return err_set(e, EBADMSG, "it has no checkpoint");
		if (line.len == 0)
			return 0;
		if (p->path.count == TREE_LEVEL_MAX + 1)
			return err_set(e, EBADMSG,
				       "more hashes than any "
				       "proof has");
		if (note_base64(line, p->path.hash[p->path.count].b,
				TREE_HASH_LEN) < 0)
			return err_set(e, EBADMSG,
				       "hash %u is no hash in base64",
				       p->path.count + 1);
		p->path.count++;
	}
}

int proof_parse(struct span text, struct proof *ret, struct err *e)
{
	struct span rest = text, extra;
	int r;

	if (text.len > PROOF_BYTES_MAX)
		return err_set(e, EBADMSG, "longer than any proof");
	ret->is_growth = span_starts(text, "old ");
	if (ret->is_growth) {
		r = index_read(&rest, "old", ret, e);
	} else {
		if (!span_eq_str(note_line(&rest), PROOF_TITLE))
			return err_set(e, EBADMSG,
				       "a proof begins with \"" PROOF_TITLE
				       "\" or \"old SIZE\"");
		if (!note_word(note_line(&rest), "extra", &extra))
			return err_set(e, EBADMSG,
				       "it has no line \"extra FRAME\"");
		r = leaf_read(extra, ret, e);
		if (r == 0)
			r = index_read(&rest, "index", ret, e);
	}
	if (r == 0)
		r = path_read(&rest, ret, e);
	if (r < 0)
		return r;
	ret->checkpoint = rest;
	return 0;
}

int proof_check(const struct proof *p, struct hasher *h,
		const struct checkpoint *c, const struct tree_hash *old_root,
		struct err *e)
{
	struct tree_hash leaf;
	int r;

	if (p->is_growth) {
		r = tree_growth_check(h, p->index, old_root, c->size, &c->root,
				      &p->path);
	} else {
		r = tree_frame_leaf(h, p->seq, p->kind, buf_view(&p->bytes),
				    &leaf);
		if (r == 0)
			r = tree_inclusion_check(h, p->index, c->size, &leaf,
						 &p->path, &c->root);
	}
	if (r == -EBADMSG)
		return err_set(
			e, EBADMSG,
			p->is_growth
				? "it does not show that the log grew from "
				  "there"
				: "it does not show that the frame is in "
				  "the log");
	return r < 0 ? err_set(e, -r, "SHA-256 failed") : 0;
}
