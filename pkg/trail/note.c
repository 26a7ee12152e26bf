/* SPDX-License-Identifier: Apache-2.0 */
/* note.c - see note.h. */
#include "pkg/trail/note.h"

#include <errno.h>
#include <string.h>

#include <openssl/evp.h>

#include "lib/hex.h"

#define KEY_ED25519  '\x01'
#define KEY_HASH_LEN 4
#define BLOB_LEN     (KEY_HASH_LEN + NOTE_SIGNATURE_LEN)
#define BLOB_MAX     8192 /* of another kind of signature, decoded */

/* ---- text -----------------------------------------------------------------
 */

struct span note_line(struct span *rest)
{
	return span_cut(rest, '\n');
}

bool note_word(struct span line, const char *name, struct span *ret)
{
	const size_t len = strlen(name);

	if (!span_starts(line, name) || line.len <= len || line.p[len] != ' ')
		return false;
	*ret = (struct span){ line.p + len + 1, line.len - len - 1 };
	return true;
}

/* One character of a text. Return: its bytes; 0 for none that may stand. */
static size_t char_len(struct span s)
{
	const unsigned char c = s.len != 0 ? (unsigned char)s.p[0] : 0;

	if (c < 0x20 || c == 0x7f)
		return 0;
	return span_utf8_len(s);
}

/* Only characters that a line may have. */
static bool line_ok(struct span s)
{
	while (s.len != 0) {
		const size_t n = char_len(s);

		if (n == 0)
			return false;
		s.p += n;
		s.len -= n;
	}
	return true;
}

/* Lines of which none is empty, the last one ended. */
static bool text_ok(struct span text)
{
	if (text.len == 0 || text.p[text.len - 1] != '\n')
		return false;
	text.len--;
	do {
		const struct span line = note_line(&text);

		if (line.len == 0 || !line_ok(line))
			return false;
	} while (text.p != NULL);
	return true;
}

static bool is_blank(struct span s)
{
	static const char *const blanks[] = { " ",
					      "\xc2\x85",
					      "\xc2\xa0",
					      "\xe1\x9a\x80",
					      "\xe2\x80\xa8",
					      "\xe2\x80\xa9",
					      "\xe2\x80\xaf",
					      "\xe2\x81\x9f",
					      "\xe3\x80\x80" };

	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++)
		if (span_starts(s, blanks[i]))
			return true;
	/* U+2000 to U+200A. */
	return span_starts(s, "\xe2\x80") && s.len > 2 &&
	       (unsigned char)s.p[2] >= 0x80 && (unsigned char)s.p[2] <= 0x8a;
}

bool note_name_ok(struct span name)
{
	if (name.len == 0 || name.len > NOTE_NAME_MAX || !line_ok(name))
		return false;
	for (; name.len != 0; name.p++, name.len--)
		if (name.p[0] == '+' || is_blank(name))
			return false;
	return true;
}

int note_base64(struct span text, void *out, size_t size)
{
	unsigned char *const bytes = out;
	const size_t last = size % 3;
	struct buf again;
	bool is_same;

	if (text.len != (size + 2) / 3 * 4 ||
	    base64_decode(text, bytes, size) != (int)size)
		return -EBADMSG;
	if (last == 0)
		return 0;
	/* The last digit has bits that no byte takes. */
	buf_init(&again, 16);
	base64_encode(&again,
		      (struct span){ (const char *)bytes + size - last, last });
	is_same = buf_error(&again) == 0 && again.len == 4 &&
		  memcmp(again.p, text.p + text.len - 4, 4) == 0;
	buf_done(&again);
	return is_same ? 0 : -EBADMSG;
}

/* ---- keys -----------------------------------------------------------------
 */

int note_public(const unsigned char seed[NOTE_SEED_LEN],
		unsigned char ret[NOTE_PUBLIC_LEN])
{
	size_t len = NOTE_PUBLIC_LEN;
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL,
						     seed, NOTE_SEED_LEN);
	const bool ok = key != NULL &&
			EVP_PKEY_get_raw_public_key(key, ret, &len) == 1 &&
			len == NOTE_PUBLIC_LEN;

	EVP_PKEY_free(key);
	return ok ? 0 : -EIO;
}

int note_key_hash(struct span name, const unsigned char key[NOTE_PUBLIC_LEN],
		  unsigned char ret[4])
{
	static const char kind[] = { '\n', KEY_ED25519 };
	unsigned char sum[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const bool ok = ctx != NULL &&
			EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
			EVP_DigestUpdate(ctx, name.p, name.len) == 1 &&
			EVP_DigestUpdate(ctx, kind, sizeof(kind)) == 1 &&
			EVP_DigestUpdate(ctx, key, NOTE_PUBLIC_LEN) == 1 &&
			EVP_DigestFinal_ex(ctx, sum, NULL) == 1;

	EVP_MD_CTX_free(ctx);
	if (ok)
		memcpy(ret, sum, KEY_HASH_LEN);
	return ok ? 0 : -EIO;
}

/* ---- signing --------------------------------------------------------------
 */

static int text_sign(struct span text, const unsigned char seed[NOTE_SEED_LEN],
		     unsigned char ret[NOTE_SIGNATURE_LEN])
{
	size_t len = NOTE_SIGNATURE_LEN;
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL,
						     seed, NOTE_SEED_LEN);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const bool ok =
		key != NULL && ctx != NULL &&
		EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
		EVP_DigestSign(ctx, ret, &len, (const unsigned char *)text.p,
			       text.len) == 1 &&
		len == NOTE_SIGNATURE_LEN;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ok ? 0 : -EIO;
}

int note_sign(struct buf *note, struct span name,
	      const unsigned char seed[NOTE_SEED_LEN], struct err *e)
{
	unsigned char key[NOTE_PUBLIC_LEN], blob[BLOB_LEN];
	int r = buf_error(note);

	if (r < 0)
		return err_set(e, -r, "sign a note: %s", strerror(-r));
	if (!note_name_ok(name))
		return err_set(e, EINVAL, "\"%.*s\" cannot be a key's name",
			       SPAN_FMT(name));
	if (!text_ok(buf_view(note)))
		return err_set(e, EINVAL, "a text that no note can have");
	r = note_public(seed, key);
	if (r == 0)
		r = note_key_hash(name, key, blob);
	if (r == 0)
		r = text_sign(buf_view(note), seed, blob + KEY_HASH_LEN);
	if (r < 0)
		return err_set(e, -r, "Ed25519 failed");
	buf_puts(note, "\n" NOTE_DASH);
	buf_span(note, name);
	buf_puts(note, " ");
	base64_encode(note, (struct span){ (const char *)blob, sizeof(blob) });
	buf_puts(note, "\n");
	r = buf_error(note);
	return r < 0 ? err_set(e, -r, "sign a note: %s", strerror(-r)) : 0;
}

/* ---- reading --------------------------------------------------------------
 */

struct signature {
	struct span name, base64;
};

/* Standard base64 of some bytes, whoever signs how. */
static bool blob_ok(struct span text)
{
	unsigned char bytes[BLOB_MAX];

	return base64_decode(text, bytes, sizeof(bytes)) > KEY_HASH_LEN;
}

static bool signature_parse(struct span line, struct signature *ret)
{
	if (!span_starts(line, NOTE_DASH))
		return false;
	line.p += sizeof(NOTE_DASH) - 1;
	line.len -= sizeof(NOTE_DASH) - 1;
	ret->name = span_cut(&line, ' ');
	ret->base64 = line;
	return note_name_ok(ret->name) && blob_ok(ret->base64);
}

/* The text ends with the last empty line. */
static bool note_split(struct span bytes, struct note *ret)
{
	for (size_t i = bytes.len; i > 1; i--) {
		if (bytes.p[i - 1] != '\n' || bytes.p[i - 2] != '\n')
			continue;
		ret->text = (struct span){ bytes.p, i - 1 };
		ret->signatures = (struct span){ bytes.p + i, bytes.len - i };
		return true;
	}
	return false;
}

int note_parse(struct span bytes, struct note *ret, struct err *e)
{
	struct note note;
	struct span rest;
	unsigned int count = 0;

	if (bytes.len > NOTE_BYTES_MAX)
		return err_set(e, EBADMSG, "a note of more than %d bytes",
			       NOTE_BYTES_MAX);
	if (bytes.len == 0 || bytes.p[bytes.len - 1] != '\n')
		return err_set(e, EBADMSG, "a note ends with a newline");
	if (!note_split(bytes, &note) || note.signatures.len == 0)
		return err_set(e, EBADMSG,
			       "a note is a text, an empty line, signatures");
	if (!text_ok(note.text))
		return err_set(e, EBADMSG, "a text that no note can have");
	rest = note.signatures;
	while (rest.len != 0) {
		struct signature s;

		if (++count > NOTE_SIGNATURES_MAX)
			return err_set(e, EBADMSG,
				       "a note with more than %d signatures",
				       NOTE_SIGNATURES_MAX);
		if (!signature_parse(note_line(&rest), &s))
			return err_set(e, EBADMSG,
				       "line %u after the empty one is no "
				       "signature",
				       count);
	}
	*ret = note;
	return 0;
}

static bool signature_good(struct span text,
			   const unsigned char key[NOTE_PUBLIC_LEN],
			   const unsigned char signature[NOTE_SIGNATURE_LEN])
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
						     key, NOTE_PUBLIC_LEN);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const bool good =
		pkey != NULL && ctx != NULL &&
		EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
		EVP_DigestVerify(ctx, signature, NOTE_SIGNATURE_LEN,
				 (const unsigned char *)text.p, text.len) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return good;
}

enum note_verdict note_verify(const struct note *note, struct span name,
			      const unsigned char key[NOTE_PUBLIC_LEN])
{
	enum note_verdict verdict = NOTE_NONE;
	struct span rest = note->signatures;
	unsigned char hash[KEY_HASH_LEN];

	if (note_key_hash(name, key, hash) < 0)
		return NOTE_NONE;
	while (rest.len != 0) {
		unsigned char blob[BLOB_LEN];
		struct signature s;

		if (!signature_parse(note_line(&rest), &s) ||
		    !span_eq(s.name, name))
			continue;
		if (note_base64(s.base64, blob, sizeof(blob)) < 0 ||
		    memcmp(blob, hash, sizeof(hash)) != 0) {
			verdict = NOTE_OTHER;
			continue;
		}
		return signature_good(note->text, key, blob + KEY_HASH_LEN)
			       ? NOTE_GOOD
			       : NOTE_FALSE;
	}
	return verdict;
}
