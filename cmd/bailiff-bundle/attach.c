/* SPDX-License-Identifier: Apache-2.0 */
/* attach.c - bailiff-bundle attach: signatures that were made elsewhere.
 *
 * Either one that an offline signer made of the bytes that payload wrote, or
 * all those that another copy of the same staged file has. Each is verified
 * before it is put into what is staged here.
 */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "cmd/bailiff-bundle/keyring.h"
#include "cmd/bailiff-bundle/roster.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/hex.h"

#define SIGNATURE_FILE_MAX 8192
#define P256_PART	   32 /* bytes of r and of s */

/* ---- a signature made by another program -------------------------------- */

/* What a signature file may mean: its bytes, its hex, its base64; and each as
 * an ECDSA signature of the two numbers alone. */
enum form {
	FORM_RAW,
	FORM_HEX,
	FORM_BASE64,
	FORM_COUNT
};

/* @bytes without blanks and line ends, NUL-terminated. Return: the length. */
static size_t blanks_drop(struct span bytes, char *text, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < bytes.len && len + 1 < size; i++)
		if (strchr(" \t\r\n", bytes.p[i]) == NULL || bytes.p[i] == '\0')
			text[len++] = bytes.p[i];
	text[len] = '\0';
	return len;
}

static int base64_decode(struct span text, unsigned char *out)
{
	int padding = 0, len;

	while (padding < 2 && text.len > (size_t)padding &&
	       text.p[text.len - 1 - (size_t)padding] == '=')
		padding++;
	len = EVP_DecodeBlock(out, (const unsigned char *)text.p,
			      (int)text.len);
	return len < padding ? -EINVAL : len - padding;
}

/* The file's bytes, read as @form. Return: the length; -EINVAL. */
static int form_read(enum form form, struct span bytes, unsigned char *raw)
{
	char text[SIGNATURE_FILE_MAX + 1];
	const struct span packed = { text,
				     blanks_drop(bytes, text, sizeof(text)) };

	switch (form) {
	case FORM_HEX:
		return hex_decode(packed, raw, SIGNATURE_FILE_MAX);
	case FORM_BASE64:
		return base64_decode(packed, raw);
	case FORM_RAW:
	case FORM_COUNT:
	default:
		memcpy(raw, bytes.p, bytes.len);
		return (int)bytes.len;
	}
}

/* r and s as tokens give them, to the DER that metadata has. Return: the
 * length; -EINVAL. */
static int ecdsa_der(const unsigned char *raw, unsigned char *der, size_t size)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, P256_PART, NULL);
	BIGNUM *s = BN_bin2bn(raw + P256_PART, P256_PART, NULL);
	unsigned char *at = der;
	int len = -EINVAL;

	if (sig != NULL && r != NULL && s != NULL &&
	    ECDSA_SIG_set0(sig, r, s) == 1) {
		r = s = NULL;
		if (i2d_ECDSA_SIG(sig, NULL) <= (int)size)
			len = i2d_ECDSA_SIG(sig, &at);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return len;
}

/* Does it verify, as it is or as r and s? @hex gets what does. */
static bool bytes_verify(const struct trust_key *key, struct span message,
			 const unsigned char *raw, size_t len, struct buf *hex)
{
	unsigned char der[2 * P256_PART + 16];
	int der_len;

	buf_reset(hex);
	hex_encode(hex, (struct span){ (const char *)raw, len });
	if (trust_key_verify(key, message, buf_view(hex)))
		return true;
	if (len != 2 * P256_PART || key->pkey == NULL ||
	    EVP_PKEY_get_base_id(key->pkey) != EVP_PKEY_EC)
		return false;
	der_len = ecdsa_der(raw, der, sizeof(der));
	if (der_len < 0)
		return false;
	buf_reset(hex);
	hex_encode(hex, (struct span){ (const char *)der, (size_t)der_len });
	return trust_key_verify(key, message, buf_view(hex));
}

/* A signature file, of which nothing is known but its bytes. */
struct found {
	struct span bytes;
	const struct trust_key *only; /* NULL: any key of the role */
	struct buf hex;		      /* the signature, once it verified */
};

static bool key_signed(struct found *f, const struct trust_key *key,
		       const struct trust_metadata *m)
{
	unsigned char raw[SIGNATURE_FILE_MAX + 1];

	for (enum form form = 0; form < FORM_COUNT; form++) {
		const int len = form_read(form, f->bytes, raw);

		if (len > 0 && len <= TRUST_SIGNATURE_MAX &&
		    bytes_verify(key, buf_view(&m->canonical), raw, (size_t)len,
				 &f->hex))
			return true;
	}
	return false;
}

/* The key of the role that made it; NULL: none did. */
static const struct trust_key *signer_find(struct found *f,
					   const struct roster_role *role,
					   const struct trust_metadata *m)
{
	if (m == NULL)
		return NULL;
	if (f->only != NULL)
		return key_signed(f, f->only, m) ? f->only : NULL;
	for (size_t i = 0; i < role->by_count; i++) {
		const struct trust_role_keys *keys = role->by[i].keys;

		for (size_t k = 0; k < keys->count; k++)
			if (key_signed(f, keys->keys[k], m))
				return keys->keys[k];
	}
	return NULL;
}

/* Say of what it is a signature, if that can be found out. */
static int signature_refused(struct found *f, struct roster *roster,
			     const struct roster_role *role, const char *path,
			     struct err *e)
{
	for (size_t i = 0; i < roster->count; i++) {
		const struct roster_role *other = roster->roles[i];
		const struct trust_metadata *files[] = { other->staged,
							 other->published };

		for (size_t k = 0; k < 2; k++)
			if (signer_find(f, other, files[k]) != NULL)
				return err_set(
					e, EKEYREJECTED,
					"%s: a signature of the %s %s version "
					"%llu, not of the staged %s version "
					"%llu",
					path, k == 0 ? "staged" : "published",
					other->name,
					(unsigned long long)files[k]->version,
					role->name,
					(unsigned long long)
						role->staged->version);
	}
	(void)err_set(e, EKEYREJECTED,
		      "%s: not a signature of the staged %s version %llu "
		      "(payload sha256:%s) by %s",
		      path, role->name,
		      (unsigned long long)role->staged->version, role->payload,
		      f->only != NULL ? "that key" : "any of its keys");
	return err_hint(e, "sign exactly the bytes that bailiff-bundle payload "
			   "writes, with a key of the role");
}

static int file_bytes(const char *path, size_t max, struct buf *out,
		      struct err *e)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int r;

	buf_init(out, max);
	if (fd < 0)
		return err_errno(e, "open %s", path);
	r = file_read_fd(fd, max, out, e);
	return r < 0 ? err_wrap(e, "%s", path) : 0;
}

static int signature_attach(struct roster *roster, struct roster_role *role,
			    const struct trust_key *only, const char *path,
			    struct err *e)
{
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	AUTO_DONE(buf_done) struct buf name;
	struct found f = { .only = only };
	const struct trust_key *key;
	int r = file_bytes(path, SIGNATURE_FILE_MAX, &bytes, e);

	if (r < 0)
		return r;
	if (bytes.len == 0)
		return err_set(e, EBADMSG, "%s: it is empty", path);
	buf_init(&f.hex, 2 * TRUST_SIGNATURE_MAX);
	buf_init(&name, ERR_TEXT_MAX);
	f.bytes = buf_view(&bytes);
	key = signer_find(&f, role, role->staged);
	r = key == NULL ? signature_refused(&f, roster, role, path, e)
			: roster_put(role, key->pkey, buf_view(&f.hex), e);
	if (r == 0) {
		roster_key_print(&name, role, key->id);
		printf("attached to %s version %llu: the signature of %s\n",
		       role->name, (unsigned long long)role->staged->version,
		       buf_cstr(&name) != NULL ? name.p : "?");
	}
	buf_done(&f.hex);
	return r;
}

/* The role's own key that the public key file holds. */
static int key_choose(const struct roster_role *role, const char *path,
		      const struct trust_key **ret, struct err *e)
{
	AUTO_DONE(keyring_close) struct keyring keyring = { 0 };
	AUTO_DONE(keyfile_done) struct keyfile f = { 0 };
	AUTO_DONE(buf_done) struct buf names;
	struct trust_key key = { 0 };
	int r;

	buf_init(&names, ERR_TEXT_MAX);
	*ret = NULL;
	if (path == NULL)
		return 0;
	r = keyring_open(&(struct keyring_options){ .fd = -1 }, &keyring, e);
	if (r == 0)
		r = keyfile_open(&keyring, path, false, &f, e);
	if (r == 0)
		r = trust_key_parse(f.signer.id, f.signer.object, &key, e);
	if (r < 0)
		return r;
	*ret = roster_key(role, key.pkey);
	trust_key_done(&key);
	if (*ret != NULL)
		return 0;
	roster_keys_print(&names, role);
	return err_set(e, EKEYREJECTED,
		       "%s: key %.16s is not one of role %s: %s", path,
		       f.signer.id, role->name,
		       buf_cstr(&names) != NULL ? names.p : "");
}

/* ---- signatures of another copy ----------------------------------------- */

/* "a/b/targets.json" is targets. */
static int role_of_path(const char *path, char *name, size_t size,
			struct err *e)
{
	const char *slash = strrchr(path, '/');
	const struct span base = span_of(slash != NULL ? slash + 1 : path);

	if (base.len <= 5 || base.len - 5 >= size ||
	    strcmp(base.p + base.len - 5, ".json") != 0) {
		(void)err_set(e, EINVAL, "--from %s: which role is that?",
			      path);
		return err_hint(e, "give --role, or a file that is named as in "
				   "staged/");
	}
	memcpy(name, base.p, base.len - 5);
	name[base.len - 5] = '\0';
	return 0;
}

static int copy_read(const struct roster_role *role, const char *path,
		     struct trust_metadata *ret, struct err *e)
{
	const size_t max = trust_role_max(role->kind);
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	char hash[PAYLOAD_HASH_LEN + 1];
	int r = file_bytes(path, max, &bytes, e);

	if (r < 0)
		return r;
	r = trust_metadata_parse(role->kind, buf_view(&bytes), ret, e);
	if (r < 0)
		return err_wrap(e, "%s", path);
	r = payload_hash(ret, hash, e);
	if (r < 0 || strcmp(hash, role->payload) == 0)
		return r;
	(void)err_set(e, EKEYREJECTED,
		      "%s: it is %s version %llu with payload %s, but %s "
		      "version %llu with payload %s is staged here",
		      path, role->name, (unsigned long long)ret->version, hash,
		      role->name, (unsigned long long)role->staged->version,
		      role->payload);
	return err_hint(e, "their signatures are for another change: agree on "
			   "one of the two files first");
}

/* Take over each signature by a key of @by that is good and not here yet. */
static int copy_unite(struct roster_role *role, const struct authority *by,
		      const struct trust_metadata *copy, struct buf *names,
		      struct err *e)
{
	for (size_t i = 0; i < by->keys->count; i++) {
		const struct trust_key *key = by->keys->keys[i];
		const json_t *sig = json_object_get(copy->signatures, key->id);
		const json_t *own =
			json_object_get(role->staged->signatures, key->id);
		const struct span payload = buf_view(&copy->canonical);
		int r;

		if (sig == NULL ||
		    !trust_key_verify(key, payload, json_span(sig)) ||
		    (own != NULL &&
		     trust_key_verify(key, payload, json_span(own))))
			continue;
		r = roster_put(role, key->pkey, json_span(sig), e);
		if (r < 0)
			return r;
		buf_puts(names, names->len != 0 ? ", " : "");
		roster_key_print(names, role, key->id);
	}
	return 0;
}

static int copy_attach(struct roster_role *role, const char *path,
		       struct err *e)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata copy = { 0 };
	AUTO_DONE(buf_done) struct buf names;
	int r = copy_read(role, path, &copy, e);

	buf_init(&names, ERR_TEXT_MAX);
	for (size_t i = 0; r == 0 && i < role->by_count; i++)
		r = copy_unite(role, &role->by[i], &copy, &names, e);
	if (r < 0)
		return r;
	printf("%s: new signatures: %s\n", path,
	       names.len != 0 && buf_cstr(&names) != NULL ? names.p : "none");
	return 0;
}

/* ---- the verb ----------------------------------------------------------- */

struct request {
	const char *repo, *role, *key;
	struct option_list signatures, copies;
};

static int request_check(const struct request *q, struct err *e)
{
	if (q->signatures.count + q->copies.count == 0)
		return err_set(e, EINVAL,
			       "neither --signature nor --from is given");
	if (q->signatures.count != 0 && q->role == NULL)
		return err_set(e, EINVAL, "--role ROLE is missing");
	if (q->key != NULL && q->signatures.count != 1)
		return err_set(e, EINVAL,
			       "--key goes with exactly one --signature");
	return 0;
}

static int staged_choose(struct roster *roster, const char *name,
			 struct roster_role **ret, struct err *e)
{
	*ret = roster_staged(roster, name, e);
	return *ret == NULL ? -e->code : roster_check_base(*ret, e);
}

static int signatures_attach(const struct request *q, struct roster *roster,
			     struct err *e)
{
	const struct trust_key *only = NULL;
	struct roster_role *role;
	int r = staged_choose(roster, q->role, &role, e);

	if (r == 0)
		r = key_choose(role, q->key, &only, e);
	for (size_t i = 0; r == 0 && i < q->signatures.count; i++)
		r = signature_attach(roster, role, only, q->signatures.items[i],
				     e);
	if (r == 0)
		r = roster_save(roster, role, e);
	return r < 0 ? r : roster_show_progress(roster, role, e);
}

static int copies_attach(const struct request *q, struct roster *roster,
			 struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < q->copies.count; i++) {
		const char *path = q->copies.items[i];
		struct roster_role *role;
		char name[512];

		if (q->role == NULL) {
			r = role_of_path(path, name, sizeof(name), e);
			if (r < 0)
				return r;
		}
		r = staged_choose(roster, q->role != NULL ? q->role : name,
				  &role, e);
		if (r == 0)
			r = copy_attach(role, path, e);
		if (r == 0)
			r = roster_save(roster, role, e);
		if (r == 0)
			r = roster_show_progress(roster, role, e);
	}
	return r;
}

int verb_attach(int argc, char **argv, struct err *e)
{
	AUTO_DONE(roster_done) struct roster roster = { 0 };
	struct request q = { 0 };
	const struct option_row rows[] = {
		{ "repo", OPTION_TEXT, true, "DIR", "the repository", &q.repo },
		{ "role", OPTION_TEXT, false, "ROLE",
		  "a role that is staged; with --from its file's name tells",
		  &q.role },
		{ "signature", OPTION_LIST, false, "FILE",
		  "a signature of the payload: bytes, hex or base64",
		  &q.signatures },
		{ "key", OPTION_TEXT, false, "FILE",
		  "the public key that made it; else each is tried", &q.key },
		{ "from", OPTION_LIST, false, "FILE",
		  "another copy of the staged file, signed by others",
		  &q.copies },
		{ .kind = OPTION_END },
	};
	int r = verb_options("attach", rows, argc, argv, e);

	roster.repo.fd = roster.repo.staged_fd = -1;
	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	r = request_check(&q, e);
	if (r == 0)
		r = roster_open(q.repo, &roster, e);
	if (r == 0 && q.signatures.count != 0)
		r = signatures_attach(&q, &roster, e);
	if (r == 0 && q.copies.count != 0)
		r = copies_attach(&q, &roster, e);
	return r;
}
