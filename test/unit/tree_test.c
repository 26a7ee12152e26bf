/* SPDX-License-Identifier: Apache-2.0 */
/* tree_test.c - the Merkle tree, against RFC 6962 written down as it reads. */
#include "test/unit/harness.h"

#include <stdlib.h>

#include "lib/buf.h"
#include "lib/hex.h"
#include "pkg/trail/tree.h"

#define LEAVES 70 /* the oracle below is slow, and 64 is a boundary */

struct forest {
	struct hasher *h;
	struct tree_hash leaf[LEAVES];
	struct tree at[LEAVES + 1];
	struct tree_hash root[LEAVES + 1]; /* by the oracle */
};

/* ---- the oracle: sections 2.1, 2.1.1 and 2.1.2, word for word -------------
 */

static uint64_t split_of(uint64_t n)
{
	uint64_t k = 1;

	while (k * 2 < n)
		k *= 2;
	return k;
}

static struct tree_hash oracle_mth(const struct forest *f, uint64_t from,
				   uint64_t n)
{
	struct tree_hash left, right;

	if (n == 1)
		return f->leaf[from];
	left = oracle_mth(f, from, split_of(n));
	right = oracle_mth(f, from + split_of(n), n - split_of(n));
	CHECK_INT(tree_node(f->h, &left, &right, &left), 0);
	return left;
}

static void oracle_path(const struct forest *f, uint64_t m, uint64_t from,
			uint64_t n, struct tree_proof *ret)
{
	const uint64_t k = split_of(n);

	if (n == 1)
		return;
	if (m < k)
		oracle_path(f, m, from, k, ret);
	else
		oracle_path(f, m - k, from + k, n - k, ret);
	ret->hash[ret->count++] =
		m < k ? oracle_mth(f, from + k, n - k) : oracle_mth(f, from, k);
}

static void oracle_subproof(const struct forest *f, uint64_t m, uint64_t from,
			    uint64_t n, bool is_known, struct tree_proof *ret)
{
	const uint64_t k = split_of(n);

	if (m == n) {
		if (!is_known)
			ret->hash[ret->count++] = oracle_mth(f, from, n);
		return;
	}
	if (m <= k)
		oracle_subproof(f, m, from, k, is_known, ret);
	else
		oracle_subproof(f, m - k, from + k, n - k, false, ret);
	ret->hash[ret->count++] = m <= k ? oracle_mth(f, from + k, n - k)
					 : oracle_mth(f, from, k);
}

static struct forest *forest_new(void)
{
	struct forest *f = calloc(1, sizeof(*f));

	CHECK(f != NULL);
	f->h = hasher_new();
	CHECK(f->h != NULL);
	for (uint64_t i = 0; i < LEAVES; i++) {
		const struct span body = { "seventeen leaves!", i % 18 };

		CHECK_INT(tree_frame_leaf(f->h, i, 0, body, &f->leaf[i]), 0);
		f->at[i + 1] = f->at[i];
		CHECK_INT(tree_append(f->h, &f->at[i + 1], &f->leaf[i], NULL),
			  0);
		f->root[i + 1] = oracle_mth(f, 0, i + 1);
	}
	return f;
}

static void forest_free(struct forest *f)
{
	hasher_free(f->h);
	free(f);
}

static void check_proof(const struct tree_proof *got,
			const struct tree_proof *want)
{
	CHECK_INT(got->count, want->count);
	for (unsigned int i = 0; i < want->count; i++)
		CHECK(tree_hash_eq(&got->hash[i], &want->hash[i]));
}

static void check_hex(const struct tree_hash *hash, const char *want)
{
	struct buf hex;

	buf_init(&hex, 256);
	hex_encode(&hex, (struct span){ (const char *)hash->b, TREE_HASH_LEN });
	CHECK_STR(buf_cstr(&hex), want);
	buf_done(&hex);
}

/* ---- roots ----------------------------------------------------------------
 */

TEST(the_roots_are_those_that_other_logs_compute)
{
	/* The leaves and roots that Certificate Transparency's own
	 * implementations test themselves with. */
	static const struct {
		const char *leaf;
		size_t len;
		const char *root;
	} rows[] = {
		{ "", 0,
		  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
		{ "\x00", 1,
		  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
		{ "\x10", 1,
		  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
		{ "\x20\x21", 2,
		  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
		{ "\x30\x31", 2,
		  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
		{ "\x40\x41\x42\x43", 4,
		  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
		{ "\x50\x51\x52\x53\x54\x55\x56\x57", 8,
		  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
		{ "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
		  16,
		  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
	};
	struct hasher *h = hasher_new();
	struct tree t = { 0 };
	struct tree_hash hash;

	CHECK(h != NULL);
	CHECK_INT(tree_root(h, &t, &hash), 0);
	check_hex(
		&hash,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_INT(tree_leaf(h, (struct span){ 0 },
				    (struct span){ rows[i].leaf, rows[i].len },
				    &hash),
			  0);
		CHECK_INT(tree_append(h, &t, &hash, NULL), 0);
		CHECK_INT(tree_root(h, &t, &hash), 0);
		check_hex(&hash, rows[i].root);
	}
	CHECK_INT(t.size, 8);
	hasher_free(h);
}

TEST(the_leaf_of_a_frame_binds_its_sequence_and_its_kind)
{
	/* Computed with Python's hashlib: sha256(b"\0" + struct.pack("<QI",
	 * 0x0102030405060708, 2) + b"body"). */
	struct hasher *h = hasher_new();
	struct tree_hash hash;

	CHECK_INT(tree_frame_leaf(h, 0x0102030405060708, 2, span_of("body"),
				  &hash),
		  0);
	check_hex(
		&hash,
		"3750c5dee3dfb3b32857aee1d6eea498d7cbfa1bf0aae48e5dcaffe02f5fd0c1");
	hasher_free(h);
}

TEST(the_root_at_every_size_is_the_oracles)
{
	struct forest *f = forest_new();

	for (uint64_t n = 1; n <= LEAVES; n++) {
		struct tree_hash root;

		CHECK_INT(tree_root(f->h, &f->at[n], &root), 0);
		CHECK(tree_hash_eq(&root, &f->root[n]));
	}
	forest_free(f);
}

TEST(a_compact_range_comes_back_from_its_hashes)
{
	struct forest *f = forest_new();

	for (uint64_t n = 0; n <= LEAVES; n++) {
		struct tree_hash parts[TREE_LEVEL_MAX], root;
		struct tree again;
		const unsigned int count = tree_parts(&f->at[n], parts);

		CHECK_INT(count, tree_parts_count(n));
		CHECK_INT(tree_of_parts(n, parts, count, &again), 0);
		CHECK_INT(tree_of_parts(n, parts, count + 1, &again), -EBADMSG);
		if (n == 0 || n == LEAVES)
			continue;
		CHECK_INT(tree_append(f->h, &again, &f->leaf[n], NULL), 0);
		CHECK_INT(tree_root(f->h, &again, &root), 0);
		CHECK(tree_hash_eq(&root, &f->root[n + 1]));
	}
	forest_free(f);
}

TEST(a_tree_takes_no_leaf_beyond_what_its_size_can_count)
{
	struct hasher *h = hasher_new();
	struct tree t = { .size = UINT64_MAX };
	struct tree_hash leaf = { { 0 } };

	CHECK_INT(tree_append(h, &t, &leaf, NULL), -EOVERFLOW);
	t.size--;
	CHECK_INT(tree_append(h, &t, &leaf, NULL), 0);
	CHECK_INT(tree_root(h, &t, &leaf), 0);
	hasher_free(h);
}

/* ---- proofs ---------------------------------------------------------------
 */

/* The tree grows from @begin to @n leaves under the path's eyes. */
static void path_grow(const struct forest *f, struct tree_path *p,
		      uint64_t begin, uint64_t n)
{
	struct tree t = f->at[begin];

	while (t.size < n)
		CHECK_INT(tree_append(f->h, &t, &f->leaf[t.size], p), 0);
}

TEST(the_proof_of_every_leaf_in_every_tree_is_the_oracles)
{
	struct forest *f = forest_new();

	for (uint64_t m = 0; m < LEAVES; m++) {
		for (uint64_t n = m + 1; n <= LEAVES; n++) {
			struct tree_proof got, want = { 0 };
			struct tree_path p;

			/* Begun anywhere before its leaf. */
			tree_path_begin(&p, &f->at[m * n % (m + 1)], m);
			path_grow(f, &p, m * n % (m + 1), n);
			CHECK_INT(tree_path_proof(f->h, &p, &f->at[n], &got),
				  0);
			oracle_path(f, m, 0, n, &want);
			check_proof(&got, &want);
			CHECK_INT(tree_inclusion_check(f->h, m, n, &f->leaf[m],
						       &got, &f->root[n]),
				  0);
		}
	}
	forest_free(f);
}

TEST(the_proof_of_every_growth_is_the_oracles)
{
	struct forest *f = forest_new();

	for (uint64_t m = 1; m <= LEAVES; m++) {
		for (uint64_t n = m; n <= LEAVES; n++) {
			struct tree_proof got, want = { 0 };
			struct tree_path p;
			const uint64_t begin = n % 3 == 0 ? m : n % (m + 1);

			tree_growth_begin(&p, &f->at[begin], m);
			path_grow(f, &p, begin, n);
			CHECK_INT(tree_growth_proof(f->h, &p, &f->at[n], &got),
				  0);
			oracle_subproof(f, m, 0, n, true, &want);
			check_proof(&got, &want);
			CHECK_INT(tree_growth_check(f->h, m, &f->root[m], n,
						    &f->root[n], &got),
				  0);
		}
	}
	forest_free(f);
}

TEST(a_path_that_was_begun_too_late_proves_nothing)
{
	struct forest *f = forest_new();
	struct tree_proof got;
	struct tree_path p;

	tree_path_begin(&p, &f->at[9], 3);
	path_grow(f, &p, 9, 20);
	CHECK_INT(tree_path_proof(f->h, &p, &f->at[20], &got), -ENODATA);
	tree_growth_begin(&p, &f->at[9], 6);
	path_grow(f, &p, 9, 20);
	CHECK_INT(tree_growth_proof(f->h, &p, &f->at[20], &got), -ENODATA);
	tree_path_begin(&p, &f->at[3], 3);
	path_grow(f, &p, 3, 20);
	CHECK_INT(tree_path_proof(f->h, &p, &f->at[3], &got), -ERANGE);
	tree_growth_begin(&p, &f->at[3], 6);
	CHECK_INT(tree_growth_proof(f->h, &p, &f->at[5], &got), -ERANGE);
	forest_free(f);
}

TEST(a_proof_with_anything_changed_proves_nothing)
{
	struct forest *f = forest_new();

	for (uint64_t n = 2; n <= 20; n++) {
		for (uint64_t m = 0; m < n; m++) {
			struct tree_proof proof;
			struct tree_path p;

			tree_path_begin(&p, &f->at[0], m);
			path_grow(f, &p, 0, n);
			CHECK_INT(tree_path_proof(f->h, &p, &f->at[n], &proof),
				  0);
			/* Another place, size, leaf, root. (A path says
			 * nothing of a size that has the same shape: the
			 * checkpoint binds size and root together.) */
			for (uint64_t k = 0; k < n; k++)
				CHECK_INT(tree_inclusion_check(
						  f->h, k, n, &f->leaf[m],
						  &proof, &f->root[n]),
					  k == m ? 0 : -EBADMSG);
			CHECK_INT(tree_inclusion_check(f->h, m, n,
						       &f->leaf[(m + 1) % n],
						       &proof, &f->root[n]),
				  -EBADMSG);
			CHECK_INT(tree_inclusion_check(f->h, m, n, &f->leaf[m],
						       &proof, &f->root[n - 1]),
				  -EBADMSG);
			for (unsigned int i = 0; i < proof.count; i++) {
				proof.hash[i].b[i] ^= 1;
				CHECK_INT(tree_inclusion_check(
						  f->h, m, n, &f->leaf[m],
						  &proof, &f->root[n]),
					  -EBADMSG);
				proof.hash[i].b[i] ^= 1;
			}
			proof.count--;
			CHECK_INT(tree_inclusion_check(f->h, m, n, &f->leaf[m],
						       &proof, &f->root[n]),
				  -EBADMSG);
			proof.count += 2;
			proof.hash[proof.count - 1] = f->leaf[0];
			CHECK_INT(tree_inclusion_check(f->h, m, n, &f->leaf[m],
						       &proof, &f->root[n]),
				  -EBADMSG);
		}
	}
	forest_free(f);
}

TEST(a_growth_that_was_not_one_has_no_proof)
{
	struct forest *f = forest_new();

	for (uint64_t m = 1; m < 20; m++) {
		for (uint64_t n = m + 1; n <= 20; n++) {
			struct tree_proof proof;
			struct tree_path p;

			tree_growth_begin(&p, &f->at[0], m);
			path_grow(f, &p, 0, n);
			CHECK_INT(
				tree_growth_proof(f->h, &p, &f->at[n], &proof),
				0);
			CHECK_INT(tree_growth_check(f->h, m, &f->root[m + 1], n,
						    &f->root[n], &proof),
				  -EBADMSG);
			CHECK_INT(tree_growth_check(f->h, m, &f->root[m], n,
						    &f->root[n - 1], &proof),
				  -EBADMSG);
			CHECK_INT(tree_growth_check(f->h, n, &f->root[n], m,
						    &f->root[m], &proof),
				  -EBADMSG);
			for (unsigned int i = 0; i < proof.count; i++) {
				proof.hash[i].b[31] ^= 0x80;
				CHECK_INT(tree_growth_check(
						  f->h, m, &f->root[m], n,
						  &f->root[n], &proof),
					  -EBADMSG);
				proof.hash[i].b[31] ^= 0x80;
			}
			proof.count--;
			CHECK_INT(tree_growth_check(f->h, m, &f->root[m], n,
						    &f->root[n], &proof),
				  -EBADMSG);
		}
	}
	/* The same size: only of the same root. */
	CHECK_INT(tree_growth_check(f->h, 5, &f->root[5], 5, &f->root[5],
				    &(struct tree_proof){ 0 }),
		  0);
	CHECK_INT(tree_growth_check(f->h, 5, &f->root[4], 5, &f->root[5],
				    &(struct tree_proof){ 0 }),
		  -EBADMSG);
	forest_free(f);
}
