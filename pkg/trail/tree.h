/* SPDX-License-Identifier: Apache-2.0 */
/* tree.h - the Merkle tree of RFC 6962 over the frames of one log.
 *
 * The tree of a growing log is kept as its compact range: for every bit that
 * is set in the number of leaves one hash, of the complete subtree of that
 * many leaves, so at most 64. That is enough to append, to give the root, to
 * prove, and to go on from a segment whose predecessors are gone.
 */
#ifndef PKG_TRAIL_TREE_H
#define PKG_TRAIL_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/span.h"

#define TREE_HASH_LEN  32
#define TREE_LEVEL_MAX 64 /* hashes of a compact range or of a proof */

struct tree_hash {
	unsigned char b[TREE_HASH_LEN];
};

/* SHA-256 with everything allocated once. */
struct hasher;
struct hasher *hasher_new(void); /* NULL: out of memory, or no SHA-256 */
void hasher_free(struct hasher *h);

/* SHA-256 of @a and then @b. Return: 0; -EIO when the library refuses. */
int hasher_sum(struct hasher *h, struct span a, struct span b,
	       struct tree_hash *ret);

/* Of a leaf: SHA-256(0x00, @head, @body); @head is at most 64 bytes.
 * Return: 0; -EIO. */
int tree_leaf(struct hasher *h, struct span head, struct span body,
	      struct tree_hash *ret);

/* The leaf of a frame: its data are the sequence (8 bytes, little-endian), the
 * kind (4 bytes, likewise) and @bytes. Return: 0; -EIO. */
int tree_frame_leaf(struct hasher *h, uint64_t seq, uint32_t kind,
		    struct span bytes, struct tree_hash *ret);

/* Of two subtrees: SHA-256(0x01, @left, @right). @ret may be one of them. */
int tree_node(struct hasher *h, const struct tree_hash *left,
	      const struct tree_hash *right, struct tree_hash *ret);

/* A log's tree: { 0 } is the empty one. */
struct tree {
	uint64_t size; /* leaves */
	/* [i]: of a complete subtree of 2^i leaves, when bit i of @size is set;
	 * the largest is the leftmost. Else it means nothing. */
	struct tree_hash part[TREE_LEVEL_MAX];
};

/* The audit path of a leaf, collected while the tree grows: a path that is
 * begun before its leaf is appended, and handed to every append from then on,
 * has what tree_path_proof() needs, and needs no leaf that was before it. */
struct tree_path {
	uint64_t index;	   /* of the leaf */
	unsigned int base; /* the level at which the path begins */
	bool has_start;
	struct tree_hash start; /* the node it begins with */
	uint64_t have;		/* bit i: sibling[i] is there */
	struct tree_hash sibling[TREE_LEVEL_MAX]; /* by level */
};

/* For tree_path_proof(). @t: the tree so far, of at most @index leaves. */
void tree_path_begin(struct tree_path *p, const struct tree *t, uint64_t index);

/* For tree_growth_proof(). @size: above 0. @t: of at most @size leaves. */
void tree_growth_begin(struct tree_path *p, const struct tree *t,
		       uint64_t size);

/**
 * tree_append() - one more leaf.
 * @path: collects nodes as they come to be; NULL for none.
 *
 * Return: 0; -EIO; -EOVERFLOW after 2^64 - 1 leaves.
 */
int tree_append(struct hasher *h, struct tree *t, const struct tree_hash *leaf,
		struct tree_path *path);

/* MTH of RFC 6962, section 2.1; of no leaf: SHA-256 of nothing.
 * Return: 0; -EIO. */
int tree_root(struct hasher *h, const struct tree *t, struct tree_hash *ret);

/* How many hashes tree_parts() gives: the bits that are set in @size. */
unsigned int tree_parts_count(uint64_t size);

/* The compact range, largest subtree first, and back again.
 * tree_of_parts(): @count must be tree_parts_count(@size), else -EBADMSG. */
unsigned int tree_parts(const struct tree *t,
			struct tree_hash ret[TREE_LEVEL_MAX]);
int tree_of_parts(uint64_t size, const struct tree_hash *parts,
		  unsigned int count, struct tree *ret);

/* PATH(m, D[n]) or PROOF(m, D[n]) of RFC 6962, section 2.1, in its order. */
struct tree_proof {
	unsigned int count;
	struct tree_hash hash[TREE_LEVEL_MAX + 1];
};

/**
 * tree_path_proof() - that the path's leaf is in @t.
 * tree_growth_proof() - that @t begins with the leaves that the path was begun
 * for.
 *
 * Return: 0; -ERANGE when @t has fewer leaves than that; -ENODATA when the path
 * was begun too late; -EIO.
 */
int tree_path_proof(struct hasher *h, const struct tree_path *p,
		    const struct tree *t, struct tree_proof *ret);
int tree_growth_proof(struct hasher *h, const struct tree_path *p,
		      const struct tree *t, struct tree_proof *ret);

/**
 * tree_inclusion_check() - is @leaf number @index of the tree of @size leaves
 * that has this @root?
 *
 * Return: 0 it is; -EBADMSG the proof does not show it; -EIO.
 */
int tree_inclusion_check(struct hasher *h, uint64_t index, uint64_t size,
			 const struct tree_hash *leaf,
			 const struct tree_proof *proof,
			 const struct tree_hash *root);

/**
 * tree_growth_check() - does the tree (@size, @root) begin with the leaves of
 * the tree (@old_size, @old_root)?
 *
 * Return: 0 it does; -EBADMSG the proof does not show it; -EIO.
 */
int tree_growth_check(struct hasher *h, uint64_t old_size,
		      const struct tree_hash *old_root, uint64_t size,
		      const struct tree_hash *root,
		      const struct tree_proof *proof);

static inline bool tree_hash_eq(const struct tree_hash *a,
				const struct tree_hash *b)
{
	return __builtin_memcmp(a->b, b->b, TREE_HASH_LEN) == 0;
}

#endif
