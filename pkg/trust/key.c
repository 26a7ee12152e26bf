/* SPDX-License-Identifier: Apache-2.0 */
/* key.c - see key.h. */
#include "pkg/trust/key.h"

#include <errno.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/hex.h"

/* One way to sign. The scheme, never the key's own encoding, chooses the
 * algorithm. A new scheme is a new row. */
struct trust_key_scheme {
	const char *keytype, *scheme;
	int type; /* EVP_PKEY_*: what load() must give */
	/* "keyval.public" to a key; NULL when it is malformed. */
	EVP_PKEY *(*load)(struct span text);
	/* The other way: append "keyval.public". */
	int (*text)(const EVP_PKEY *pkey, struct buf *out);
	const EVP_MD *(*digest)(void); /* NULL: the scheme hashes itself */
	const char *form;	       /* what "public" must be, for messages */
};

static EVP_PKEY *ed25519_load(struct span text)
{
	unsigned char raw[32];

	if (hex_decode(text, raw, sizeof(raw)) != (int)sizeof(raw))
		return NULL;
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw,
					   sizeof(raw));
}

static int ed25519_text(const EVP_PKEY *pkey, struct buf *out)
{
	unsigned char raw[32];
	size_t len = sizeof(raw);

	if (EVP_PKEY_get_raw_public_key(pkey, raw, &len) != 1)
		return -EIO;
	hex_encode(out, (struct span){ .p = (const char *)raw, .len = len });
	return buf_error(out);
}

static const struct trust_key_scheme schemes[] = {
	{ TRUST_KEYTYPE_ED25519, "ed25519", EVP_PKEY_ED25519, ed25519_load,
	  ed25519_text, NULL, "64 hexadecimal digits" },
};

static const struct trust_key_scheme *scheme_find(const char *keytype,
						  const char *scheme)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strcmp(schemes[i].keytype, keytype) == 0 &&
		    strcmp(schemes[i].scheme, scheme) == 0)
			return &schemes[i];
	return NULL;
}

static const struct trust_key_scheme *scheme_of(const EVP_PKEY *pkey)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (EVP_PKEY_get_base_id(pkey) == schemes[i].type)
			return &schemes[i];
	return NULL;
}

int trust_key_id(const json_t *object, char ret[static TRUST_KEY_ID_LEN + 1])
{
	AUTO_DONE(buf_done) struct buf canonical, hex;
	unsigned char raw[SHA256_DIGEST_LENGTH];
	int r;

	buf_init(&canonical, SIZE_MAX);
	buf_init(&hex, TRUST_KEY_ID_LEN);
	r = json_canonical(object, &canonical);
	if (r < 0)
		return r == -EINVAL ? -EBADMSG : r;
	(void)SHA256((const unsigned char *)canonical.p, canonical.len, raw);
	hex_encode(&hex, (struct span){ (const char *)raw, sizeof(raw) });
	if (buf_error(&hex) < 0)
		return buf_error(&hex);
	memcpy(ret, hex.p, TRUST_KEY_ID_LEN);
	ret[TRUST_KEY_ID_LEN] = '\0';
	return 0;
}

static int fingerprint_make(struct trust_key *k)
{
	unsigned char *der = NULL;
	const int len = i2d_PUBKEY(k->pkey, &der);

	if (len <= 0)
		return -ENOMEM;
	(void)SHA256(der, (size_t)len, k->fingerprint);
	OPENSSL_free(der);
	return 0;
}

/* Fill @k from the key's members; an unknown scheme leaves it unusable. */
static int key_load(struct trust_key *k, const json_t *object, struct err *e)
{
	json_t *keytype, *scheme, *keyval, *public;
	const struct json_member rows[] = {
		{ "keytype", JSON_STRING, true, &keytype },
		{ "scheme", JSON_STRING, true, &scheme },
		{ "keyval", JSON_OBJECT, true, &keyval },
		{ NULL, JSON_NULL, false, NULL },
	};
	const struct json_member keyval_rows[] = {
		{ "public", JSON_STRING, true, &public },
		{ NULL, JSON_NULL, false, NULL },
	};

	if (json_members_open(object, rows, e) < 0)
		return -EBADMSG;
	k->scheme = scheme_find(json_string_value(keytype),
				json_string_value(scheme));
	if (k->scheme == NULL)
		return 0;
	if (json_members_open(keyval, keyval_rows, e) < 0)
		return err_wrap(e, "keyval");
	k->pkey = k->scheme->load(json_span(public));
	if (k->pkey == NULL || EVP_PKEY_get_base_id(k->pkey) != k->scheme->type)
		return err_set(e, EBADMSG,
			       "the public key of scheme %s is "
			       "not %s",
			       k->scheme->scheme, k->scheme->form);
	if (fingerprint_make(k) < 0)
		return err_set(e, ENOMEM, "out of memory");
	return 0;
}

int trust_key_parse(const char *id, const json_t *object, struct trust_key *ret,
		    struct err *e)
{
	struct trust_key k = { 0 };
	int r = json_is_object(object) ? trust_key_id(object, k.id) : -EBADMSG;

	if (r < 0)
		return err_set(e, -r, "key %.16s: %s", id,
			       r == -ENOMEM ? "out of memory"
					    : "must be an object");
	if (strcmp(id, k.id) != 0)
		return err_set(e, EBADMSG, "key %.16s: its id is really %.16s",
			       id, k.id);
	r = key_load(&k, object, e);
	if (r < 0) {
		trust_key_done(&k);
		(void)err_wrap(e, "key %.16s", id);
		return r;
	}
	*ret = k;
	return 0;
}

void trust_key_done(struct trust_key *k)
{
	EVP_PKEY_free(k->pkey);
	*k = (struct trust_key){ 0 };
}

bool trust_key_verify(const struct trust_key *k, struct span message,
		      struct span hex)
{
	unsigned char raw[TRUST_SIGNATURE_MAX];
	EVP_MD_CTX *ctx;
	bool is_good;
	int len;

	if (k->pkey == NULL)
		return false;
	len = hex_decode(hex, raw, sizeof(raw));
	if (len <= 0)
		return false;
	ctx = EVP_MD_CTX_new();
	is_good = ctx != NULL &&
		  EVP_DigestVerifyInit(ctx, NULL,
				       k->scheme->digest != NULL
					       ? k->scheme->digest()
					       : NULL,
				       NULL, k->pkey) == 1 &&
		  EVP_DigestVerify(ctx, raw, (size_t)len,
				   (const unsigned char *)message.p,
				   message.len) == 1;
	EVP_MD_CTX_free(ctx);
	return is_good;
}

int trust_key_object(const EVP_PKEY *pkey, json_t **ret, struct err *e)
{
	const struct trust_key_scheme *scheme = scheme_of(pkey);
	AUTO_DONE(buf_done) struct buf text;
	json_t *object;
	int r;

	buf_init(&text, 65536);
	if (scheme == NULL)
		return err_set(e, EOPNOTSUPP, "not a key of type %s",
			       schemes[0].keytype);
	r = scheme->text(pkey, &text);
	if (r < 0)
		return err_set(e, -r, "cannot read the public key");
	object = json_pack("{s:s, s:s, s:{s:s%}}", "keytype", scheme->keytype,
			   "scheme", scheme->scheme, "keyval", "public", text.p,
			   text.len);
	if (object == NULL)
		return err_set(e, ENOMEM, "out of memory");
	*ret = object;
	return 0;
}

int trust_key_sign(EVP_PKEY *pkey, struct span message, struct buf *out,
		   struct err *e)
{
	const struct trust_key_scheme *scheme = scheme_of(pkey);
	unsigned char raw[TRUST_SIGNATURE_MAX];
	size_t len = sizeof(raw);
	EVP_MD_CTX *ctx;
	bool is_done;

	if (scheme == NULL)
		return err_set(e, EOPNOTSUPP, "cannot sign with such a key");
	ctx = EVP_MD_CTX_new();
	is_done =
		ctx != NULL &&
		EVP_DigestSignInit(ctx, NULL,
				   scheme->digest != NULL ? scheme->digest()
							  : NULL,
				   NULL, pkey) == 1 &&
		EVP_DigestSign(ctx, raw, &len, (const unsigned char *)message.p,
			       message.len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!is_done)
		return err_set(e, EIO, "OpenSSL cannot sign");
	hex_encode(out, (struct span){ (const char *)raw, len });
	return buf_error(out);
}
