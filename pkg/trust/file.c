/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - see file.h. */
#include "pkg/trust/file.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/hex.h"
#include "pkg/trust/body.h"

static const struct {
	const char *name;
	size_t len; /* bytes */
	const EVP_MD *(*digest)(void);
} hashes[] = {
	[TRUST_HASH_SHA256] = { "sha256", 32, EVP_sha256 },
	[TRUST_HASH_SHA512] = { "sha512", 64, EVP_sha512 },
};
_Static_assert(sizeof(hashes) / sizeof(hashes[0]) == TRUST_HASH_COUNT,
	       "a row for every hash");

static int hashes_check(const json_t *object, struct err *e)
{
	const char *name;
	json_t *value;
	size_t known = 0;

	json_object_foreach((json_t *)(uintptr_t)object, name, value)
		if (!json_is_string(value))
			return err_set(e, EBADMSG,
				       "hashes: \"%.32s\" must be a string",
				       name);
	for (size_t i = 0; i < TRUST_HASH_COUNT; i++) {
		const json_t *hash = json_object_get(object, hashes[i].name);
		unsigned char raw[EVP_MAX_MD_SIZE];

		if (hash == NULL)
			continue;
		known++;
		if (hex_decode(json_span(hash), raw, sizeof(raw)) !=
		    (int)hashes[i].len)
			return err_set(e, EBADMSG,
				       "hashes: \"%s\" must be %zu "
				       "hexadecimal digits",
				       hashes[i].name, hashes[i].len * 2);
	}
	if (known == 0)
		return err_set(e, EBADMSG,
			       "hashes: neither sha256 nor sha512 is there");
	return 0;
}

int trust_file_parse(const json_t *entry, enum trust_file_kind kind,
		     struct err *e)
{
	const bool is_target = kind == TRUST_FILE_TARGET;
	json_t *length, *list, *version;
	const struct json_member rows[] = {
		{ "length", JSON_INTEGER, is_target, &length },
		{ "hashes", JSON_OBJECT, is_target, &list },
		{ is_target ? NULL : "version", JSON_INTEGER, true, &version },
		{ NULL, JSON_NULL, false, NULL },
	};
	uint64_t number;

	if (trust_members(entry, rows, e) < 0)
		return -EBADMSG;
	if (length != NULL && json_u64(length, 0, INT64_MAX, &number) < 0)
		return err_set(e, EBADMSG, "\"length\" must not be negative");
	if (!is_target && json_u64(version, 1, INT64_MAX, &number) < 0)
		return err_set(e, EBADMSG, "\"version\" must be 1 or more");
	return list != NULL ? hashes_check(list, e) : 0;
}

struct trust_file trust_file_read(const json_t *entry)
{
	const json_t *list = json_object_get(entry, "hashes");
	struct trust_file f = { 0 };

	f.has_length = json_u64(json_object_get(entry, "length"), 0, INT64_MAX,
				&f.length) == 0;
	(void)json_u64(json_object_get(entry, "version"), 1, INT64_MAX,
		       &f.version);
	for (size_t i = 0; i < TRUST_HASH_COUNT; i++)
		f.hashes[i] = json_span(json_object_get(list, hashes[i].name));
	return f;
}

static bool hash_make(size_t which, struct span bytes,
		      unsigned char raw[static EVP_MAX_MD_SIZE])
{
	return EVP_Digest(bytes.p != NULL ? bytes.p : "", bytes.len, raw, NULL,
			  hashes[which].digest(), NULL) == 1;
}

int trust_file_check(const struct trust_file *f, struct span bytes,
		     struct err *e)
{
	if (f->has_length && f->length != bytes.len)
		return err_set(e, EBADMSG,
			       "it has %zu bytes, the signed length is %llu",
			       bytes.len, (unsigned long long)f->length);
	for (size_t i = 0; i < TRUST_HASH_COUNT; i++) {
		unsigned char want[EVP_MAX_MD_SIZE], got[EVP_MAX_MD_SIZE];

		if (f->hashes[i].p == NULL)
			continue;
		if (!hash_make(i, bytes, got) ||
		    hex_decode(f->hashes[i], want, sizeof(want)) !=
			    (int)hashes[i].len ||
		    memcmp(got, want, hashes[i].len) != 0)
			return err_set(e, EBADMSG,
				       "its %s is not the signed one: it was "
				       "changed",
				       hashes[i].name);
	}
	return 0;
}

json_t *trust_file_hashes(struct span bytes)
{
	AUTO_JSON *object = json_object();
	AUTO_DONE(buf_done) struct buf hex;

	buf_init(&hex, 2 * EVP_MAX_MD_SIZE);
	for (size_t i = 0; i < TRUST_HASH_COUNT; i++) {
		unsigned char raw[EVP_MAX_MD_SIZE];

		buf_reset(&hex);
		if (!hash_make(i, bytes, raw))
			return NULL;
		hex_encode(&hex,
			   (struct span){ (const char *)raw, hashes[i].len });
		if (buf_cstr(&hex) == NULL ||
		    json_object_set_new(object, hashes[i].name,
					json_string(hex.p)) < 0)
			return NULL;
	}
	return ptr_steal(&object);
}

bool trust_target_path_is_safe(const char *path)
{
	struct span rest = span_of(path);

	if (rest.len == 0 || rest.len > TRUST_TARGET_PATH_MAX)
		return false;
	for (size_t i = 0; i < rest.len; i++)
		if ((unsigned char)rest.p[i] < 0x20 || rest.p[i] == 0x7f)
			return false;
	do {
		const struct span part = span_cut(&rest, '/');

		if (part.len == 0 || span_eq_str(part, ".") ||
		    span_eq_str(part, ".."))
			return false;
	} while (rest.p != NULL);
	return true;
}

void trust_target_name(const char *path, struct span prefix, struct buf *out)
{
	const char *slash = strrchr(path, '/');
	const char *last = slash != NULL ? slash + 1 : path;

	buf_puts(out, "targets/");
	buf_put(out, path, (size_t)(last - path));
	if (prefix.len != 0) {
		buf_span(out, prefix);
		buf_puts(out, ".");
	}
	buf_puts(out, last);
}
