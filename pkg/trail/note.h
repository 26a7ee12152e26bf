/* SPDX-License-Identifier: Apache-2.0 */
/* note.h - signed notes (c2sp.org/signed-note), with Ed25519.
 *
 * A text of lines, an empty line, and signature lines: "— NAME BASE64", where
 * the base64 holds 4 bytes that name the key and then the signature of the
 * text, its last newline included, the empty line not. What is parsed is
 * borrowed from the bytes that were given.
 */
#ifndef PKG_TRAIL_NOTE_H
#define PKG_TRAIL_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/span.h"

#define NOTE_BYTES_MAX	    131072
#define NOTE_SIGNATURES_MAX 64 /* a log's own, and those of witnesses */
#define NOTE_NAME_MAX	    255
#define NOTE_DASH	    "\xe2\x80\x94 " /* begins a signature line */
#define NOTE_SEED_LEN	    32		    /* an Ed25519 private key */
#define NOTE_PUBLIC_LEN	    32
#define NOTE_SIGNATURE_LEN  64

/* Is it a key's name: 1 to NOTE_NAME_MAX bytes of UTF-8 without blanks, control
 * characters and plus signs? Only ASCII and ideographic blanks are known. */
bool note_name_ok(struct span name);

/* The public half of @seed. Return: 0; -EIO. */
int note_public(const unsigned char seed[NOTE_SEED_LEN],
		unsigned char ret[NOTE_PUBLIC_LEN]);

/* The 4 bytes that name a key in a signature line: the first of SHA-256(NAME,
 * newline, 0x01, key). Return: 0; -EIO. */
int note_key_hash(struct span name, const unsigned char key[NOTE_PUBLIC_LEN],
		  unsigned char ret[4]);

/**
 * note_sign() - make the text in @note a signed note.
 * @note: the text, and nothing else; the empty line and one signature line are
 *        appended.
 * @name: of the key; note_name_ok().
 *
 * Return: 0; -EINVAL when @note holds no text that can be signed (empty, no
 * newline at the end, an empty line, control characters, not UTF-8) or @name is
 * no name; -E2BIG, -ENOMEM from @note; -EIO.
 */
int note_sign(struct buf *note, struct span name,
	      const unsigned char seed[NOTE_SEED_LEN], struct err *e);

struct note {
	struct span text;	/* what is signed */
	struct span signatures; /* the lines after the empty one */
};

/**
 * note_parse() - take a signed note apart.
 * @bytes: all of it, nothing after its last newline.
 *
 * The signature lines are checked for their form only; there is at least one.
 *
 * Return: 0; -EBADMSG, why in @e.
 */
int note_parse(struct span bytes, struct note *ret, struct err *e);

enum note_verdict {
	NOTE_GOOD,  /* @name's key signed this text */
	NOTE_OTHER, /* @name signed, but with another key */
	NOTE_NONE,  /* @name did not sign */
	NOTE_FALSE  /* a signature that claims to be this key's is not */
};

/* Did @name's @key sign? */
enum note_verdict note_verify(const struct note *note, struct span name,
			      const unsigned char key[NOTE_PUBLIC_LEN]);

/* The next line of @rest without its newline, as span_cut(). */
struct span note_line(struct span *rest);

/* A line "NAME VALUE": true and @ret the value when @line begins with @name
 * and one blank. */
bool note_word(struct span line, const char *name, struct span *ret);

/* Base64 of exactly @size bytes, in the one form that an encoder gives: a
 * changed digit is never overlooked. Return: 0; -EBADMSG. */
int note_base64(struct span text, void *out, size_t size);

#endif
