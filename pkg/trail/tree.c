/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c - see tree.h. */
#include "pkg/trail/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#define FRAME_HEAD_LEN 12 /* sequence and kind, before a frame's bytes */

/* ---- hashing --------------------------------------------------------------
 */

struct hasher {
	EVP_MD *md; /* fetched once: the look-up costs as much as a hash */
	EVP_MD_CTX *ctx;
};

struct hasher *hasher_new(void)
{
	struct hasher *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	h->ctx = EVP_MD_CTX_new();
	if (h->md == NULL || h->ctx == NULL) {
		hasher_free(h);
		return NULL;
	}
	return h;
}

void hasher_free(struct hasher *h)
{
	if (h == NULL)
		return;
	EVP_MD_CTX_free(h->ctx);
	EVP_MD_free(h->md);
	free(h);
}

int hasher_sum(struct hasher *h, struct span a, struct span b,
	       struct tree_hash *ret)
{
	unsigned int len = 0;

	if (EVP_DigestInit_ex2(h->ctx, h->md, NULL) != 1 ||
	    (a.len != 0 && EVP_DigestUpdate(h->ctx, a.p, a.len) != 1) ||
	    (b.len != 0 && EVP_DigestUpdate(h->ctx, b.p, b.len) != 1) ||
	    EVP_DigestFinal_ex(h->ctx, ret->b, &len) != 1 ||
	    len != TREE_HASH_LEN)
		return -EIO;
	return 0;
}

int tree_leaf(struct hasher *h, struct span head, struct span body,
	      struct tree_hash *ret)
{
	char first[1 + 64] = { 0x00 };

	if (head.len > sizeof(first) - 1)
		return -EIO;
	if (head.len != 0)
		memcpy(first + 1, head.p, head.len);
	return hasher_sum(h, (struct span){ first, 1 + head.len }, body, ret);
}

int tree_frame_leaf(struct hasher *h, uint64_t seq, uint32_t kind,
		    struct span bytes, struct tree_hash *ret)
{
	char head[FRAME_HEAD_LEN];

	for (unsigned int i = 0; i < 8; i++)
		head[i] = (char)(seq >> (8 * i));
	for (unsigned int i = 0; i < 4; i++)
		head[8 + i] = (char)(kind >> (8 * i));
	return tree_leaf(h, (struct span){ head, sizeof(head) }, bytes, ret);
}

int tree_node(struct hasher *h, const struct tree_hash *left,
	      const struct tree_hash *right, struct tree_hash *ret)
{
	char both[1 + 2 * TREE_HASH_LEN] = { 0x01 };

	memcpy(both + 1, left->b, TREE_HASH_LEN);
	memcpy(both + 1 + TREE_HASH_LEN, right->b, TREE_HASH_LEN);
	return hasher_sum(h, (struct span){ both, sizeof(both) },
			  (struct span){ 0 }, ret);
}

/* ---- growing --------------------------------------------------------------
 */

static bool bit_of(uint64_t v, unsigned int bit)
{
	return bit < 64 && (v >> bit & 1) != 0;
}

/* Bits needed to write @v; 0 for 0. */
static unsigned int bits_of(uint64_t v)
{
	return v != 0 ? 64 - (unsigned int)__builtin_clzll(v) : 0;
}

/* Node @nr of @level came to be: is it wanted? */
static void path_see(struct tree_path *p, unsigned int level, uint64_t nr,
		     const struct tree_hash *hash)
{
	const uint64_t own = p->index >> level;

	if (level < p->base)
		return;
	if (nr == (own ^ 1)) {
		p->sibling[level] = *hash;
		p->have |= 1ULL << level;
	} else if (level == p->base && nr == own) {
		p->start = *hash;
		p->has_start = true;
	}
}

static void path_begin(struct tree_path *p, const struct tree *t,
		       uint64_t index, unsigned int base)
{
	*p = (struct tree_path){ .index = index, .base = base };
	for (unsigned int level = 0; level < TREE_LEVEL_MAX; level++)
		if (bit_of(t->size, level))
			path_see(p, level, (t->size >> level) - 1,
				 &t->part[level]);
}

void tree_path_begin(struct tree_path *p, const struct tree *t, uint64_t index)
{
	path_begin(p, t, index, 0);
}

void tree_growth_begin(struct tree_path *p, const struct tree *t, uint64_t size)
{
	/* The smallest of the complete subtrees of @size leaves is the last
	 * node that both trees have. */
	path_begin(p, t, size - 1, (unsigned int)__builtin_ctzll(size));
}

int tree_append(struct hasher *h, struct tree *t, const struct tree_hash *leaf,
		struct tree_path *path)
{
	struct tree_hash node = *leaf;
	unsigned int level = 0;

	if (t->size == UINT64_MAX)
		return -EOVERFLOW;
	if (path != NULL)
		path_see(path, 0, t->size, &node);
	for (; bit_of(t->size, level); level++) {
		if (tree_node(h, &t->part[level], &node, &node) < 0)
			return -EIO;
		if (path != NULL)
			path_see(path, level + 1, t->size >> (level + 1),
				 &node);
	}
	t->part[level] = node;
	t->size++;
	return 0;
}

/* The root over the leaves that the parts below @end cover: the last @size
 * modulo 2^@end ones, of which there is at least one. */
static int root_below(struct hasher *h, const struct tree *t, unsigned int end,
		      struct tree_hash *ret)
{
	bool is_first = true;
	struct tree_hash sum = { { 0 } };

	for (unsigned int level = 0; level < end; level++) {
		if (!bit_of(t->size, level))
			continue;
		if (is_first)
			sum = t->part[level];
		else if (tree_node(h, &t->part[level], &sum, &sum) < 0)
			return -EIO;
		is_first = false;
	}
	*ret = sum;
	return 0;
}

int tree_root(struct hasher *h, const struct tree *t, struct tree_hash *ret)
{
	if (t->size == 0)
		return hasher_sum(h, (struct span){ 0 }, (struct span){ 0 },
				  ret);
	return root_below(h, t, TREE_LEVEL_MAX, ret);
}

unsigned int tree_parts_count(uint64_t size)
{
	return (unsigned int)__builtin_popcountll(size);
}

unsigned int tree_parts(const struct tree *t,
			struct tree_hash ret[TREE_LEVEL_MAX])
{
	unsigned int count = 0;

	for (unsigned int level = TREE_LEVEL_MAX; level > 0; level--)
		if (bit_of(t->size, level - 1))
			ret[count++] = t->part[level - 1];
	return count;
}

int tree_of_parts(uint64_t size, const struct tree_hash *parts,
		  unsigned int count, struct tree *ret)
{
	unsigned int at = 0;

	if (count != tree_parts_count(size))
		return -EBADMSG;
	*ret = (struct tree){ .size = size };
	for (unsigned int level = TREE_LEVEL_MAX; level > 0; level--)
		if (bit_of(size, level - 1))
			ret->part[level - 1] = parts[at++];
	return 0;
}

/* ---- proving --------------------------------------------------------------
 */

/* The siblings of the path from its base to the root of @t, lowest first. Up
 * to where the path leaves that of the last leaf there is one on every level,
 * and the topmost of those may be incomplete; above, only those on the left. */
static int siblings_put(struct hasher *h, const struct tree_path *p,
			const struct tree *t, struct tree_proof *ret)
{
	const unsigned int inner = bits_of(p->index ^ (t->size - 1));

	for (unsigned int level = p->base; level < TREE_LEVEL_MAX; level++) {
		struct tree_hash *to = &ret->hash[ret->count];

		if (level >= inner && !bit_of(p->index, level))
			continue;
		if (level + 1 == inner &&
		    (t->size & ((1ULL << level) - 1)) != 0) {
			if (root_below(h, t, level, to) < 0)
				return -EIO;
		} else if (bit_of(p->have, level)) {
			*to = p->sibling[level];
		} else {
			return -ENODATA;
		}
		ret->count++;
	}
	return 0;
}

int tree_path_proof(struct hasher *h, const struct tree_path *p,
		    const struct tree *t, struct tree_proof *ret)
{
	ret->count = 0;
	if (p->index >= t->size)
		return -ERANGE;
	return siblings_put(h, p, t, ret);
}

int tree_growth_proof(struct hasher *h, const struct tree_path *p,
		      const struct tree *t, struct tree_proof *ret)
{
	const uint64_t size = p->index + 1;

	ret->count = 0;
	if (size > t->size)
		return -ERANGE;
	if (size == t->size)
		return 0;
	/* Of a complete tree the other side has the root already. */
	if (size != 1ULL << p->base) {
		if (!p->has_start)
			return -ENODATA;
		ret->hash[ret->count++] = p->start;
	}
	return siblings_put(h, p, t, ret);
}

/* ---- checking: RFC 9162, sections 2.1.3.2 and 2.1.4.2 ---------------------
 */

/* Where a path stands: its node's number on the present level, and that of the
 * level's last node. */
struct climb {
	uint64_t own, last;
};

static void climb_one(struct climb *c)
{
	c->own >>= 1;
	c->last >>= 1;
}

/* Is the sibling on the left? If so, go up to where the next one is. */
static bool climb_left(struct climb *c)
{
	if (!bit_of(c->own, 0) && c->own != c->last)
		return false;
	while (!bit_of(c->own, 0) && c->own != 0)
		climb_one(c);
	return true;
}

int tree_inclusion_check(struct hasher *h, uint64_t index, uint64_t size,
			 const struct tree_hash *leaf,
			 const struct tree_proof *proof,
			 const struct tree_hash *root)
{
	struct climb c = { .own = index, .last = size - 1 };
	struct tree_hash sum = *leaf;

	if (index >= size)
		return -EBADMSG;
	for (unsigned int i = 0; i < proof->count; i++) {
		const struct tree_hash *sibling = &proof->hash[i];
		int r;

		if (c.last == 0)
			return -EBADMSG;
		if (climb_left(&c))
			r = tree_node(h, sibling, &sum, &sum);
		else
			r = tree_node(h, &sum, sibling, &sum);
		if (r < 0)
			return r;
		climb_one(&c);
	}
	return c.last == 0 && tree_hash_eq(&sum, root) ? 0 : -EBADMSG;
}

/* From the last node that both trees have, both roots. */
static int growth_climb(struct hasher *h, struct climb c,
			const struct tree_proof *proof, unsigned int at,
			struct tree_hash *old_sum, struct tree_hash *sum)
{
	for (; at < proof->count; at++) {
		const struct tree_hash *sibling = &proof->hash[at];
		int r = 0;

		if (c.last == 0)
			return -EBADMSG;
		if (climb_left(&c)) {
			r = tree_node(h, sibling, old_sum, old_sum);
			if (r == 0)
				r = tree_node(h, sibling, sum, sum);
		} else {
			r = tree_node(h, sum, sibling, sum);
		}
		if (r < 0)
			return r;
		climb_one(&c);
	}
	return c.last == 0 ? 0 : -EBADMSG;
}

int tree_growth_check(struct hasher *h, uint64_t old_size,
		      const struct tree_hash *old_root, uint64_t size,
		      const struct tree_hash *root,
		      const struct tree_proof *proof)
{
	struct climb c = { .own = old_size - 1, .last = size - 1 };
	struct tree_hash old_sum, sum;
	unsigned int at = 0;
	int r;

	if (old_size == 0 || old_size > size)
		return -EBADMSG;
	if (old_size == size)
		return proof->count == 0 && tree_hash_eq(old_root, root)
			       ? 0
			       : -EBADMSG;
	while (bit_of(c.own, 0))
		climb_one(&c);
	if (c.own == 0)
		sum = *old_root; /* a complete tree: its root is the node */
	else if (proof->count != 0)
		sum = proof->hash[at++];
	else
		return -EBADMSG;
	old_sum = sum;
	r = growth_climb(h, c, proof, at, &old_sum, &sum);
	if (r < 0)
		return r;
	return tree_hash_eq(&old_sum, old_root) && tree_hash_eq(&sum, root)
		       ? 0
		       : -EBADMSG;
}
