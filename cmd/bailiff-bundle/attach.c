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

#include "cmd/bailiff-bundle/authority.h"
#include "cmd/bailiff-bundle/signing.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/hex.h"
#include "pkg/trust/name.h"

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
		return base64_decode(packed, raw, SIGNATURE_FILE_MAX);
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
static const struct trust_key *
signer_find(struct found *f, const struct stage *s, const struct role *role)
{
	struct role_authority a;

	if (f->only != NULL)
		return key_signed(f, f->only, &role->metadata) ? f->only : NULL;
	for (size_t i = 0; role_authority(&s->roles.next, role->name, i, &a);
	     i++)
		for (size_t k = 0; k < a.keys->count; k++)
			if (key_signed(f, a.keys->keys[k], &role->metadata))
				return a.keys->keys[k];
	return NULL;
}

/* Say of what it is a signature, if that can be found out. */
static int signature_refused(struct found *f, const struct stage *s,
			     const struct role *role, const char *path,
			     struct err *e)
{
	char hash[PAYLOAD_HASH_LEN + 1];
	int r;

	for (size_t i = 0; i < s->roles.count; i++) {
		const struct role *other = s->roles.items[i];

		if (signer_find(f, s, other) == NULL)
			continue;
		(void)err_set(e, EKEYREJECTED,
			      "%s: a signature of the %s %s version %llu, not "
			      "of the staged %s version %llu",
			      path, other->is_staged ? "staged" : "published",
			      other->name,
			      (unsigned long long)other->metadata.version,
			      role->name,
			      (unsigned long long)role->metadata.version);
		return err_hint(e, "sign the bytes that bailiff-bundle payload "
				   "writes for this role");
	}
	r = payload_hash(&role->metadata, hash, e);
	if (r < 0)
		return r;
	(void)err_set(e, EKEYREJECTED,
		      "%s: not a signature of the staged %s version %llu "
		      "(payload sha256:%s) by %s",
		      path, role->name,
		      (unsigned long long)role->metadata.version, hash,
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

static int signature_attach(const struct stage *s, const struct role *role,
			    const struct trust_key *only, const char *path,
			    struct err *e)
{
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	AUTO_DONE(buf_done) struct buf line = { 0 };
	struct found f = { .only = only };
	const struct trust_key *key;
	int r = file_bytes(path, SIGNATURE_FILE_MAX, &bytes, e);

	if (r < 0)
		return r;
	if (bytes.len == 0)
		return err_set(e, EBADMSG, "%s: it is empty", path);
	buf_init(&f.hex, 2 * TRUST_SIGNATURE_MAX);
	buf_init(&line, SIGNING_LINE_SIZE);
	f.bytes = buf_view(&bytes);
	key = signer_find(&f, s, role);
	r = key == NULL ? signature_refused(&f, s, role, path, e)
			: signing_put(s, role, key->pkey, buf_view(&f.hex), e);
	if (r == 0) {
		buf_printf(&line, "%s: signed %s version %llu: ", path,
			   role->name,
			   (unsigned long long)role->metadata.version);
		role_key_text(&s->roles, key->id, &line);
		signing_print("", buf_view(&line), "");
	}
	buf_done(&f.hex);
	return r;
}

/* The role's own key that the public key file holds. */
static int key_choose(struct stage *s, const struct role *role,
		      const char *path, const struct trust_key **ret,
		      struct err *e)
{
	AUTO_DONE(keyfile_done) struct keyfile f = { 0 };
	AUTO_DONE(buf_done) struct buf names;
	struct trust_key key = { 0 };
	int r;

	buf_init(&names, ERR_TEXT_MAX);
	*ret = NULL;
	if (path == NULL)
		return 0;
	r = keyfile_open(&s->keyring, path, false, &f, e);
	if (r == 0)
		r = trust_key_parse(f.signer.id, f.signer.object, &key, e);
	if (r < 0)
		return r;
	*ret = signing_key(s, role, key.pkey);
	trust_key_done(&key);
	if (*ret != NULL)
		return 0;
	signing_keys_text(s, role, &names);
	return err_set(e, EKEYREJECTED,
		       "%s: key %.16s is not one of role %s; by %s", path,
		       f.signer.id, role->name,
		       buf_cstr(&names) != NULL ? names.p : "others");
}

/* ---- signatures of another copy ----------------------------------------- */

/* The staged role that is in a file of that name: "OTHER/staged/ROLE.json". */
static int role_of_path(const struct stage *s, const char *path,
			const char **ret, struct err *e)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash != NULL ? slash + 1 : path;

	for (size_t i = 0; i < s->roles.staged.count; i++) {
		const char *name = s->roles.staged.items[i]->name;
		AUTO_DONE(buf_done) struct buf file;

		buf_init(&file, REPO_NAME_MAX);
		if (trust_role_file(name, &file) == 0 &&
		    span_eq_str(buf_view(&file), base)) {
			*ret = name;
			return 0;
		}
	}
	(void)err_set(e, EBADMSG, "--from %s: nothing is staged here as %s",
		      path, base);
	return err_hint(e, "name the role with --role, or copy the whole "
			   "staged file here first");
}

static int copy_read(const struct role *role, const char *path,
		     struct trust_metadata *ret, struct err *e)
{
	const enum trust_role kind = role->metadata.role;
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	char theirs[PAYLOAD_HASH_LEN + 1], ours[PAYLOAD_HASH_LEN + 1];
	int r = file_bytes(path, trust_role_max(kind), &bytes, e);

	if (r < 0)
		return r;
	r = trust_metadata_parse(kind, buf_view(&bytes), ret, e);
	if (r < 0)
		return err_wrap(e, "%s", path);
	r = payload_hash(ret, theirs, e);
	if (r == 0)
		r = payload_hash(&role->metadata, ours, e);
	if (r < 0 || strcmp(theirs, ours) == 0)
		return r;
	(void)err_set(e, EKEYREJECTED,
		      "%s: it is %s version %llu with payload %s, but version "
		      "%llu with payload %s is staged here",
		      path, role->name, (unsigned long long)ret->version,
		      theirs, (unsigned long long)role->metadata.version, ours);
	return err_hint(e, "their signatures are for another change: agree on "
			   "one of the two files first");
}

/* Take over each signature by a key of @by that is good and not here yet. */
static int copy_unite(const struct stage *s, const struct role *role,
		      const struct trust_role_keys *by,
		      const struct trust_metadata *copy, struct buf *names,
		      struct err *e)
{
	const struct span payload = buf_view(&copy->canonical);

	for (size_t i = 0; i < by->count; i++) {
		const struct trust_key *key = by->keys[i];
		const struct span sig =
			json_span(json_object_get(copy->signatures, key->id));
		const struct span own = json_span(
			json_object_get(role->metadata.signatures, key->id));
		int r;

		if (!trust_key_verify(key, payload, sig) ||
		    trust_key_verify(key, payload, own))
			continue;
		r = signing_put(s, role, key->pkey, sig, e);
		if (r < 0)
			return r;
		buf_puts(names, names->len != 0 ? ", " : "");
		role_key_text(&s->roles, key->id, names);
	}
	return 0;
}

static int copy_attach(const struct stage *s, const struct role *role,
		       const char *path, struct err *e)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata copy = { 0 };
	AUTO_DONE(buf_done) struct buf names, line;
	struct role_authority a;
	int r = copy_read(role, path, &copy, e);

	buf_init(&names, SIGNING_LINE_SIZE);
	buf_init(&line, SIGNING_LINE_SIZE);
	for (size_t i = 0;
	     r == 0 && role_authority(&s->roles.next, role->name, i, &a); i++)
		r = copy_unite(s, role, a.keys, &copy, &names, e);
	if (r < 0)
		return r;
	buf_printf(&line, "%s: new signatures: %s", path,
		   names.len != 0 && buf_cstr(&names) != NULL ? names.p
							      : "none");
	signing_print("", buf_view(&line), "");
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

static int staged_choose(const struct stage *s, const char *name,
			 const struct role **ret, struct err *e)
{
	*ret = signing_role(s, name, e);
	return *ret == NULL ? -e->code : role_base_check(&s->roles, *ret, e);
}

/* Write it; @role is gone then. */
static int attached_save(struct stage *s, const struct role *role,
			 struct err *e)
{
	AUTO_MEM char *name = strdup(role->name);
	int r;

	if (name == NULL)
		return err_set(e, ENOMEM, "out of memory");
	r = stage_put(s, name, role->metadata.document, e);
	return r < 0 ? r : signing_show_progress(s, name, e);
}

static int signatures_attach(const struct request *q, struct stage *s,
			     struct err *e)
{
	const struct trust_key *only = NULL;
	const struct role *role;
	int r = staged_choose(s, q->role, &role, e);

	if (r == 0)
		r = key_choose(s, role, q->key, &only, e);
	for (size_t i = 0; r == 0 && i < q->signatures.count; i++)
		r = signature_attach(s, role, only, q->signatures.items[i], e);
	return r < 0 ? r : attached_save(s, role, e);
}

static int copies_attach(const struct request *q, struct stage *s,
			 struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < q->copies.count; i++) {
		const char *path = q->copies.items[i];
		const struct role *role;
		const char *name = q->role;

		if (name == NULL)
			r = role_of_path(s, path, &name, e);
		if (r == 0)
			r = staged_choose(s, name, &role, e);
		if (r == 0)
			r = copy_attach(s, role, path, e);
		if (r == 0)
			r = attached_save(s, role, e);
	}
	return r;
}

int verb_attach(int argc, char **argv, struct err *e)
{
	AUTO_DONE(stage_close) struct stage s = STAGE_NONE;
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

	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	r = request_check(&q, e);
	if (r == 0)
		r = signing_open(q.repo, REPO_CHANGE_NEW,
				 &(struct keyring_options){ .fd = -1 }, &s, e);
	if (r == 0 && q.signatures.count != 0)
		r = signatures_attach(&q, &s, e);
	if (r == 0 && q.copies.count != 0)
		r = copies_attach(&q, &s, e);
	return r;
}
