/* SPDX-License-Identifier: Apache-2.0 */
/* key.c - see key.h. */
#include "pkg/trust/key.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/hex.h"
#include "pkg/trust/pem.h"

/* An RSA exponent above this makes verifying slow; below 3 anybody signs. */
#define RSA_EXPONENT_BITS_MAX 64
/* A PEM of TRUST_RSA_BITS_MAX has 1,500 bytes. */
#define PUBLIC_TEXT_MAX 4096

/* One way to sign. The scheme, never the key's own encoding, chooses the
 * algorithm. A new scheme is a new row. */
struct trust_key_scheme {
	const char *keytype, *scheme;
	const char *type; /* what EVP_PKEY_is_a() must say of the key */
	/* "keyval.public" to a key; NULL when it is malformed. */
	EVP_PKEY *(*load)(struct span text);
	/* The other way: append "keyval.public". */
	int (*text)(const EVP_PKEY *pkey, struct buf *out);
	/* Append what makes it this key and no other of its type, in the one
	 * form that it has, however the key was written. */
	int (*numbers)(const EVP_PKEY *pkey, struct buf *out);
	/* Is a key of the type good enough? */
	bool (*allows)(const EVP_PKEY *pkey);
	const char *digest; /* NULL: the scheme hashes itself */
	/* Parameters; NULL: none. */
	bool (*set_up)(EVP_PKEY_CTX *ctx, int salt_len);
	const char *form; /* what "public" must be, for messages */
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

/* The 32 bytes of RFC 8032. */
static int ed25519_numbers(const EVP_PKEY *pkey, struct buf *out)
{
	unsigned char raw[32];
	size_t len = sizeof(raw);

	if (EVP_PKEY_get_raw_public_key(pkey, raw, &len) != 1)
		return -EIO;
	buf_put(out, raw, len);
	return buf_error(out);
}

/* Numbers by their parameters, each after its length: 1 and 23 is not 12 and
 * 3. */
static int bignums_put(const EVP_PKEY *pkey, const char *const names[static 2],
		       struct buf *out)
{
	unsigned char raw[TRUST_RSA_BITS_MAX / 8];

	for (size_t i = 0; i < 2; i++) {
		BIGNUM *n = NULL;
		int len = -1;

		if (EVP_PKEY_get_bn_param(pkey, names[i], &n) == 1 &&
		    BN_num_bytes(n) <= (int)sizeof(raw))
			len = BN_bn2bin(n, raw);
		BN_free(n);
		if (len < 0)
			return -EIO;
		buf_blob(out, (struct span){ (const char *)raw, (size_t)len });
	}
	return buf_error(out);
}

/* The point's coordinates: compressed or not, they are the same. */
static int ec_numbers(const EVP_PKEY *pkey, struct buf *out)
{
	static const char *const names[] = { OSSL_PKEY_PARAM_EC_PUB_X,
					     OSSL_PKEY_PARAM_EC_PUB_Y };

	return bignums_put(pkey, names, out);
}

static int rsa_numbers(const EVP_PKEY *pkey, struct buf *out)
{
	static const char *const names[] = { OSSL_PKEY_PARAM_RSA_N,
					     OSSL_PKEY_PARAM_RSA_E };

	return bignums_put(pkey, names, out);
}

static bool any_allowed(const EVP_PKEY *pkey)
{
	return pkey != NULL;
}

/* Points as every key object has them: not compressed. */
static void key_normalize(EVP_PKEY *pkey)
{
	if (EVP_PKEY_is_a(pkey, "EC"))
		(void)EVP_PKEY_set_utf8_string_param(
			pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
			"uncompressed");
}

int trust_key_from_pem(struct span pem, EVP_PKEY **ret, struct err *e)
{
	AUTO_DONE(buf_done) struct buf der;
	const unsigned char *p, *end;
	EVP_PKEY *pkey;
	int r;

	buf_init(&der, PUBLIC_TEXT_MAX);
	if (pem.len > PUBLIC_TEXT_MAX)
		return err_set(e, EBADMSG, "too long for a public key");
	r = trust_pem_read(pem, TRUST_PEM_PUBLIC, &der, e);
	if (r < 0)
		return r;
	p = (const unsigned char *)der.p;
	end = p + der.len;
	pkey = d2i_PUBKEY(NULL, &p, (long)der.len);
	if (pkey == NULL || p != end) {
		EVP_PKEY_free(pkey);
		return err_set(e, EBADMSG,
			       "the PEM is damaged: no public key inside");
	}
	key_normalize(pkey);
	*ret = pkey;
	return 0;
}

static EVP_PKEY *pem_load(struct span text)
{
	EVP_PKEY *pkey = NULL;

	return trust_key_from_pem(text, &pkey, NULL) == 0 ? pkey : NULL;
}

static int pem_text(const EVP_PKEY *pkey, struct buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;
	long len = 0;

	if (bio != NULL && PEM_write_bio_PUBKEY(bio, pkey) == 1)
		len = BIO_get_mem_data(bio, &p);
	buf_put(out, p, len > 0 ? (size_t)len : 0);
	(void)BIO_free(bio);
	return len > 0 ? buf_error(out) : -EIO;
}

/* The curve by its name: parameters spelled out could be anything. */
static bool p256_allowed(const EVP_PKEY *pkey)
{
	char name[32];
	int is_explicit = 0;

	if (EVP_PKEY_get_group_name(pkey, name, sizeof(name), NULL) != 1)
		return false;
	/* A key in a token does not have this parameter. */
	(void)EVP_PKEY_get_int_param(
		pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
		&is_explicit);
	return is_explicit == 0 &&
	       (strcmp(name, "prime256v1") == 0 || strcmp(name, "P-256") == 0);
}

static bool rsa_allowed(const EVP_PKEY *pkey)
{
	const int bits = EVP_PKEY_get_bits(pkey);
	BIGNUM *exponent = NULL;
	bool is_good;

	if (bits < TRUST_RSA_BITS_MIN || bits > TRUST_RSA_BITS_MAX ||
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1)
		return false;
	is_good = BN_is_odd(exponent) && !BN_is_one(exponent) &&
		  BN_num_bits(exponent) <= RSA_EXPONENT_BITS_MAX;
	BN_free(exponent);
	return is_good;
}

static bool pss_set_up(EVP_PKEY_CTX *ctx, int salt_len)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt_len) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1;
}

/* The first row for a type of key is the one that new keys get. */
static const struct trust_key_scheme schemes[] = {
	{ TRUST_KEYTYPE_ED25519, "ed25519", "ED25519", ed25519_load,
	  ed25519_text, ed25519_numbers, any_allowed, NULL, NULL,
	  "64 hexadecimal digits" },
	{ TRUST_KEYTYPE_ECDSA, "ecdsa-sha2-nistp256", "EC", pem_load, pem_text,
	  ec_numbers, p256_allowed, "SHA256", NULL,
	  "one PEM public key on the named curve P-256" },
	/* As securesystemslib wrote it before 2019; python-tuf reads it. */
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", "EC", pem_load,
	  pem_text, ec_numbers, p256_allowed, "SHA256", NULL,
	  "one PEM public key on the named curve P-256" },
	{ TRUST_KEYTYPE_RSA, "rsassa-pss-sha256", "RSA", pem_load, pem_text,
	  rsa_numbers, rsa_allowed, "SHA256", pss_set_up,
	  "one PEM public key of RSA, 2048 to 8192 bits, with an odd exponent "
	  "from 3 to 64 bits" },
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

/* The row that a key is used by; NULL, with a sentence, when there is none. */
static const struct trust_key_scheme *scheme_of(const EVP_PKEY *pkey,
						struct err *e)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (!EVP_PKEY_is_a(pkey, schemes[i].type))
			continue;
		if (schemes[i].allows(pkey))
			return &schemes[i];
		(void)err_set(e, EOPNOTSUPP, "the key is not %s",
			      schemes[i].form);
		return NULL;
	}
	(void)err_set(e, EOPNOTSUPP,
		      "a key of a type that bailiff does not have: it must be "
		      "ed25519, ECDSA on P-256 or RSA");
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

/* The type stands first: keys of two types are never one. An SPKI would say the
 * same, but encoding it costs 50 times as much. */
static int fingerprint_make(struct trust_key *k)
{
	AUTO_DONE(buf_done) struct buf bytes;
	int r;

	buf_init(&bytes, SIZE_MAX);
	buf_blob(&bytes, span_of(k->scheme->type));
	r = k->scheme->numbers(k->pkey, &bytes);
	if (r < 0)
		return r;
	(void)SHA256((const unsigned char *)bytes.p, bytes.len, k->fingerprint);
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
	if (k->pkey == NULL || !EVP_PKEY_is_a(k->pkey, k->scheme->type) ||
	    !k->scheme->allows(k->pkey))
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
	EVP_PKEY_CTX *how; /* the context's own */
	EVP_MD_CTX *ctx;
	bool is_good;
	int len;

	if (k->pkey == NULL)
		return false;
	len = hex_decode(hex, raw, sizeof(raw));
	if (len <= 0)
		return false;
	ctx = EVP_MD_CTX_new();
	/* Signers choose the digest's length or the longest for the salt. */
	is_good = ctx != NULL &&
		  EVP_DigestVerifyInit_ex(ctx, &how, k->scheme->digest, NULL,
					  NULL, k->pkey, NULL) == 1 &&
		  (k->scheme->set_up == NULL ||
		   k->scheme->set_up(how, RSA_PSS_SALTLEN_AUTO)) &&
		  EVP_DigestVerify(ctx, raw, (size_t)len,
				   (const unsigned char *)message.p,
				   message.len) == 1;
	EVP_MD_CTX_free(ctx);
	return is_good;
}

/* The public half as OpenSSL's default provider has it: a token's own writes
 * other forms. */
static EVP_PKEY *public_half(const EVP_PKEY *pkey, const char *type)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *half = NULL;

	if (ctx == NULL ||
	    EVP_PKEY_todata(pkey, EVP_PKEY_PUBLIC_KEY, &params) != 1 ||
	    EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &half, EVP_PKEY_PUBLIC_KEY, params) != 1)
		half = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	if (half != NULL)
		key_normalize(half);
	return half;
}

int trust_key_object(const EVP_PKEY *pkey, json_t **ret, struct err *e)
{
	const struct trust_key_scheme *scheme = scheme_of(pkey, e);
	AUTO_DONE(buf_done) struct buf text;
	EVP_PKEY *half;
	json_t *object;
	int r;

	buf_init(&text, PUBLIC_TEXT_MAX);
	if (scheme == NULL)
		return -EOPNOTSUPP;
	half = public_half(pkey, scheme->type);
	r = half != NULL ? scheme->text(half, &text) : -EIO;
	EVP_PKEY_free(half);
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

const char *trust_key_owner(const json_t *object)
{
	return json_string_value(json_object_get(object, TRUST_KEY_OWNER));
}

int trust_key_of(const EVP_PKEY *pkey, struct trust_key *ret, struct err *e)
{
	AUTO_JSON *object = NULL;
	char id[TRUST_KEY_ID_LEN + 1];
	int r = trust_key_object(pkey, &object, e);

	if (r < 0)
		return r;
	r = trust_key_id(object, id);
	if (r < 0)
		return err_set(e, -r, "key id: %s", strerror(-r));
	return trust_key_parse(id, object, ret, e);
}

bool trust_key_is_same(const struct trust_key *a, const struct trust_key *b)
{
	return a->pkey != NULL && b->pkey != NULL &&
	       memcmp(a->fingerprint, b->fingerprint, TRUST_FINGERPRINT_LEN) ==
		       0;
}

/* Return: the length of the signature; -EIO. */
static int message_sign(EVP_PKEY *pkey, const struct trust_key_scheme *scheme,
			struct span message, unsigned char *raw, size_t size)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how; /* the context's own */
	const bool is_done =
		ctx != NULL &&
		EVP_DigestSignInit_ex(ctx, &how, scheme->digest, NULL, NULL,
				      pkey, NULL) == 1 &&
		(scheme->set_up == NULL ||
		 scheme->set_up(how, RSA_PSS_SALTLEN_DIGEST)) &&
		EVP_DigestSign(ctx, raw, &size,
			       (const unsigned char *)message.p,
			       message.len) == 1;

	EVP_MD_CTX_free(ctx);
	return is_done ? (int)size : -EIO;
}

int trust_key_sign(EVP_PKEY *pkey, struct span message, struct buf *out,
		   struct err *e)
{
	AUTO_DONE(trust_key_done) struct trust_key public = { 0 };
	AUTO_DONE(buf_done) struct buf hex;
	unsigned char raw[TRUST_SIGNATURE_MAX];
	int r = trust_key_of(pkey, &public, e);

	buf_init(&hex, 2 * sizeof(raw));
	if (r < 0)
		return r;
	r = message_sign(pkey, public.scheme, message, raw, sizeof(raw));
	if (r < 0)
		return err_set(e, EIO, "OpenSSL cannot sign");
	hex_encode(&hex, (struct span){ (const char *)raw, (size_t)r });
	if (!trust_key_verify(&public, message, buf_view(&hex)))
		return err_set(e, EIO,
			       "key %.16s made a signature that does not "
			       "verify: its private half is damaged, or that "
			       "of another key",
			       public.id);
	buf_span(out, buf_view(&hex));
	return buf_error(out) < 0 ? err_set(e, -buf_error(out), "%s",
					    strerror(-buf_error(out)))
				  : 0;
}
