/* SPDX-License-Identifier: Apache-2.0 */
/* file.h - what metadata says of another file: length, hashes, version, name
 * (TUF 1.0.34, sections 4.4 to 4.6, 5.7.3, 6.2).
 */
#ifndef PKG_TRUST_FILE_H
#define PKG_TRUST_FILE_H

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/json.h"

#define TRUST_TARGET_PATH_MAX 255

enum trust_file_kind {
	TRUST_FILE_META,  /* version required; length and hashes may be there */
	TRUST_FILE_TARGET /* length required, and a hash that bailiff knows */
};

enum trust_hash {
	TRUST_HASH_SHA256,
	TRUST_HASH_SHA512,
	TRUST_HASH_COUNT
};

struct trust_file {
	bool has_length;
	uint64_t length;
	uint64_t version;		      /* 0 in a target */
	struct span hashes[TRUST_HASH_COUNT]; /* hex, borrowed; p NULL: none */
};

/**
 * trust_file_parse() - check one entry.
 *
 * Hashes of unknown algorithms are ignored, but a "hashes" in which none is
 * known is refused.
 *
 * Return: 0; -EBADMSG.
 */
int trust_file_parse(const json_t *entry, enum trust_file_kind kind,
		     struct err *e);

/* What an entry says that trust_file_parse() accepted. */
struct trust_file trust_file_read(const json_t *entry);

/**
 * trust_file_check() - is this the file that was listed?
 *
 * The length, if stated, and every listed hash that bailiff knows must fit.
 *
 * Return: 0; -EBADMSG (@e: what does not fit).
 */
int trust_file_check(const struct trust_file *f, struct span bytes,
		     struct err *e);

/**
 * trust_file_hashes() - the "hashes" object for @bytes: SHA-256 and SHA-512.
 *
 * Return: the caller's reference; NULL when out of memory.
 */
json_t *trust_file_hashes(struct span bytes);

/* Relative, without "." and "..", empty parts, control characters; at most
 * TRUST_TARGET_PATH_MAX bytes: can be joined to a directory. */
bool trust_target_path_is_safe(const char *path);

/**
 * trust_target_name() - append the name that a target has in the repository.
 * @path: a safe one.
 * @prefix: the hash that goes before the last part ("services/HASH.web.json");
 *          empty without consistent snapshots.
 */
void trust_target_name(const char *path, struct span prefix, struct buf *out);

#endif
