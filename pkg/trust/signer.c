/* SPDX-License-Identifier: Apache-2.0 */
/* signer.c - see signer.h. */
#include "pkg/trust/signer.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/trust/pem.h"
#include "pkg/trust/sealed.h"

/* 16 MiB of memory for one guess, five times over; more memory than OpenSSL
 * grants when it reads such a file (32 MiB) would make keys nobody can open. */
#define SCRYPT_N 16384
#define SCRYPT_R 8
#define SCRYPT_P 5

static void bio_drop(BIO **bio)
{
	(void)BIO_free(*bio);
}
#define AUTO_BIO __attribute__((cleanup(bio_drop))) BIO

static int openssl_failed(struct err *e, const char *what)
{
	return err_set(e, EIO, "OpenSSL cannot %s", what);
}

/* Take over @pkey, also on failure. */
static int signer_make(EVP_PKEY *pkey, struct trust_signer *ret, struct err *e)
{
	struct trust_signer s = { .pkey = pkey };
	int r;

	r = trust_key_object(pkey, &s.object, e);

	if (r == 0) {
		r = trust_key_id(s.object, s.id);
		if (r < 0)
			(void)err_set(e, -r, "key id: %s", strerror(-r));
	}
	if (r < 0) {
		trust_signer_done(&s);
		return r;
	}
	*ret = s;
	return 0;
}

static EVP_PKEY *ed25519_make(unsigned int bits)
{
	return bits == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") : NULL;
}

static EVP_PKEY *ecdsa_make(unsigned int bits)
{
	return bits == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256") : NULL;
}

static EVP_PKEY *rsa_make(unsigned int bits)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
}

static const struct {
	const char *keytype;
	unsigned int bits, bits_min, bits_max;
	EVP_PKEY *(*make)(unsigned int bits);
} makers[] = {
	{ TRUST_KEYTYPE_ED25519, 0, 0, 0, ed25519_make },
	{ TRUST_KEYTYPE_ECDSA, 0, 0, 0, ecdsa_make },
	{ TRUST_KEYTYPE_RSA, TRUST_RSA_BITS_DEFAULT, TRUST_RSA_BITS_MIN,
	  TRUST_RSA_BITS_MAX, rsa_make },
};

int trust_signer_new(const char *keytype, unsigned int bits,
		     struct trust_signer *ret, struct err *e)
{
	const size_t count = sizeof(makers) / sizeof(makers[0]);
	EVP_PKEY *pkey;
	size_t i = 0;

	while (i < count && strcmp(makers[i].keytype, keytype) != 0)
		i++;
	if (i == count)
		return err_set(e, EINVAL,
			       "no type of key \"%.40s\": it must be ed25519, "
			       "ecdsa or rsa",
			       keytype);
	if (bits == 0)
		bits = makers[i].bits;
	if (makers[i].bits_max == 0 && bits != 0)
		return err_set(e, EINVAL, "a key of type %s has one size only",
			       keytype);
	if (bits < makers[i].bits_min || bits > makers[i].bits_max)
		return err_set(e, EINVAL, "%u bits: must be %u to %u", bits,
			       makers[i].bits_min, makers[i].bits_max);
	pkey = makers[i].make(bits);
	if (pkey == NULL)
		return openssl_failed(e, "make a key");
	return signer_make(pkey, ret, e);
}

int trust_signer_generate(struct trust_signer *ret, struct err *e)
{
	return trust_signer_new(TRUST_KEYTYPE_ED25519, 0, ret, e);
}

void trust_signer_done(struct trust_signer *s)
{
	EVP_PKEY_free(s->pkey);
	json_decref(s->object);
	*s = (struct trust_signer){ 0 };
}

/* Take over @object; the signer is unchanged on failure. */
static int object_replace(struct trust_signer *s, json_t *object, struct err *e)
{
	char id[TRUST_KEY_ID_LEN + 1];
	const int r = trust_key_id(object, id);

	if (r < 0) {
		json_decref(object);
		return err_set(e, -r, "key id: %s", strerror(-r));
	}
	memcpy(s->id, id, sizeof(id));
	json_decref(s->object);
	s->object = object;
	return 0;
}

static bool owner_is_good(const char *owner)
{
	struct span rest = span_of(owner);

	if (rest.len == 0 || rest.len > TRUST_KEY_OWNER_MAX)
		return false;
	while (rest.len != 0) {
		const size_t len = span_utf8_len(rest);

		if (len == 0 || (unsigned char)rest.p[0] < ' ' ||
		    rest.p[0] == 0x7f)
			return false;
		rest.p += len;
		rest.len -= len;
	}
	return true;
}

int trust_signer_own(struct trust_signer *s, const char *owner, struct err *e)
{
	json_t *object;

	if (!owner_is_good(owner))
		return err_set(e, EINVAL,
			       "the owner's name must have 1 to %d bytes of "
			       "UTF-8 without control characters",
			       TRUST_KEY_OWNER_MAX);
	object = json_copy(s->object);
	if (object == NULL || json_object_set_new(object, TRUST_KEY_OWNER,
						  json_string(owner)) < 0) {
		json_decref(object);
		return err_set(e, ENOMEM, "out of memory");
	}
	return object_replace(s, object, e);
}

int trust_signer_adopt(struct trust_signer *s, const json_t *object,
		       struct err *e)
{
	AUTO_DONE(trust_key_done) struct trust_key own = { 0 }, other = { 0 };
	char id[TRUST_KEY_ID_LEN + 1];
	json_t *copy;
	int r = trust_key_id(object, id);

	if (r < 0)
		return err_set(e, -r, "key id: %s", strerror(-r));
	r = trust_key_parse(id, object, &other, e);
	if (r == 0)
		r = trust_key_of(s->pkey, &own, e);
	if (r < 0)
		return r;
	if (!trust_key_is_same(&own, &other))
		return err_set(e, EKEYREJECTED, "another public key");
	copy = json_deep_copy(object);
	if (copy == NULL)
		return err_set(e, ENOMEM, "out of memory");
	return object_replace(s, copy, e);
}

static int bio_to_buf(BIO *bio, struct buf *out)
{
	char *p;
	const long len = BIO_get_mem_data(bio, &p);

	buf_put(out, p, len > 0 ? (size_t)len : 0);
	return buf_error(out);
}

/* PKCS#8 under the passphrase; NULL when OpenSSL fails. */
static X509_SIG *key_encrypt(EVP_PKEY *pkey, struct span passphrase)
{
	PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(pkey);
	X509_ALGOR *how =
		PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 16, NULL,
				      SCRYPT_N, SCRYPT_R, SCRYPT_P);
	X509_SIG *sealed = NULL;

	if (plain != NULL && how != NULL)
		sealed = PKCS8_set0_pbe(passphrase.p, (int)passphrase.len,
					plain, how);
	if (sealed == NULL)
		X509_ALGOR_free(how);
	PKCS8_PRIV_KEY_INFO_free(plain);
	return sealed;
}

int trust_signer_export(const struct trust_signer *s, struct span passphrase,
			struct buf *pem, struct err *e)
{
	AUTO_BIO *bio = BIO_new(BIO_s_mem());
	X509_SIG *sealed;
	bool is_done;

	if (passphrase.len < TRUST_PASSPHRASE_MIN ||
	    passphrase.len > TRUST_PASSPHRASE_MAX)
		return err_set(e, EINVAL,
			       "the passphrase has %zu bytes, must have %d to "
			       "%d",
			       passphrase.len, TRUST_PASSPHRASE_MIN,
			       TRUST_PASSPHRASE_MAX);
	sealed = key_encrypt(s->pkey, passphrase);
	is_done = bio != NULL && sealed != NULL &&
		  PEM_write_bio_PKCS8(bio, sealed) == 1;
	X509_SIG_free(sealed);
	if (!is_done)
		return openssl_failed(e, "encrypt the key");
	return bio_to_buf(bio, pem);
}

/* For trust_keystore_file(): @ctx is the passphrase. */
static int passphrase_get(void *ctx, char *to, size_t size, struct err *e)
{
	const struct span *passphrase = ctx;

	if (passphrase->len > size)
		return err_set(e, EINVAL, "the passphrase is too long");
	if (passphrase->len != 0)
		memcpy(to, passphrase->p, passphrase->len);
	return (int)passphrase->len;
}

int trust_signer_import(struct span pem, struct span passphrase,
			struct trust_signer *ret, struct err *e)
{
	const struct trust_secret secret = { passphrase_get, &passphrase };
	AUTO_DONE(buf_done) struct buf der;
	EVP_PKEY *pkey = NULL;
	int r;

	buf_init(&der, TRUST_KEY_FILE_MAX);
	if (pem.len > TRUST_KEY_FILE_MAX ||
	    passphrase.len > TRUST_PASSPHRASE_MAX)
		return err_set(e, EBADMSG, "too long for a key file");
	r = trust_pem_read(pem, TRUST_PEM_SEALED, &der, e);
	if (r == 0)
		r = trust_sealed_check(buf_view(&der), e);
	if (r < 0) {
		(void)err_wrap(e, "not an encrypted PKCS#8 key");
		return r;
	}
	r = trust_keystore_file(buf_view(&der), &secret, &pkey, e);
	return r < 0 ? r : signer_make(pkey, ret, e);
}

int trust_signer_token(struct trust_keystore *store, const char *uri,
		       bool wants_private, const struct trust_secret *secret,
		       struct trust_signer *ret, struct err *e)
{
	EVP_PKEY *pkey = NULL;
	int r = trust_keystore_token(store, uri, wants_private, secret, &pkey,
				     e);

	if (r == 0)
		r = signer_make(pkey, ret, e);
	if (r < 0 || wants_private)
		return r;
	EVP_PKEY_free(ret->pkey);
	ret->pkey = NULL;
	return 0;
}

static int public_json(struct span bytes, json_t **ret, struct err *e)
{
	AUTO_JSON *object = NULL;
	struct trust_key key;
	char id[TRUST_KEY_ID_LEN + 1];
	bool is_usable;
	int r = json_parse(bytes, TRUST_KEY_FILE_MAX, &object, e);

	if (r < 0)
		return r;
	r = trust_key_id(object, id);
	if (r < 0)
		return err_set(e, -r, "key id: %s", strerror(-r));
	r = trust_key_parse(id, object, &key, e);
	if (r < 0)
		return r;
	is_usable = key.pkey != NULL;
	trust_key_done(&key);
	if (!is_usable)
		return err_set(e, EOPNOTSUPP,
			       "a type of key that bailiff does "
			       "not have");
	*ret = ptr_steal(&object);
	return 0;
}

int trust_public_import(struct span bytes, json_t **ret, struct err *e)
{
	EVP_PKEY *pkey = NULL;
	int r;

	if (bytes.len > TRUST_KEY_FILE_MAX)
		return err_set(e, EBADMSG, "too long for a key file");
	if (bytes.len != 0 && bytes.p[0] == '{')
		return public_json(bytes, ret, e);
	r = trust_key_from_pem(bytes, &pkey, e);
	if (r < 0) {
		(void)err_wrap(e, "no public key, neither PEM nor a JSON key "
				  "object");
		return r;
	}
	r = trust_key_object(pkey, ret, e);
	EVP_PKEY_free(pkey);
	return r;
}

int trust_public_export(const struct trust_signer *s, struct buf *pem,
			struct err *e)
{
	AUTO_BIO *bio = BIO_new(BIO_s_mem());

	if (bio == NULL || PEM_write_bio_PUBKEY(bio, s->pkey) != 1)
		return openssl_failed(e, "write the public key");
	return bio_to_buf(bio, pem);
}

/* Drop the signature that @id made earlier, if there is one. */
static void signature_drop(json_t *signatures, const char *id)
{
	for (size_t i = json_array_size(signatures); i-- > 0;) {
		const json_t *keyid =
			json_object_get(json_array_get(signatures, i), "keyid");

		if (span_eq_str(json_span(keyid), id))
			(void)json_array_remove(signatures, i);
	}
}

static int not_metadata(struct err *e)
{
	return err_set(e, EBADMSG,
		       "not a metadata file: it lacks \"signed\" or "
		       "\"signatures\"");
}

/* Where the signature of @id belongs: before the first greater key id. */
static size_t signature_place(const json_t *signatures, const char *id)
{
	const size_t count = json_array_size(signatures);
	size_t i = 0;

	while (i < count &&
	       span_cmp(json_span(json_object_get(json_array_get(signatures, i),
						  "keyid")),
			span_of(id)) < 0)
		i++;
	return i;
}

int trust_signature_put(json_t *document, const char *id, struct span hex,
			struct err *e)
{
	json_t *signatures = json_object_get(document, "signatures");

	if (!json_is_array(signatures))
		return not_metadata(e);
	signature_drop(signatures, id);
	if (json_array_insert_new(signatures, signature_place(signatures, id),
				  json_pack("{s:s, s:s%}", "keyid", id, "sig",
					    hex.p, hex.len)) < 0)
		return err_set(e, ENOMEM, "out of memory");
	return 0;
}

/* The signature in hex. */
static int signature_make(const json_t *document, const struct trust_signer *s,
			  struct buf *hex, struct err *e)
{
	const json_t *body = json_object_get(document, "signed");
	AUTO_DONE(buf_done) struct buf canonical;
	int r;

	buf_init(&canonical, SIZE_MAX);
	buf_init(hex, 2 * TRUST_SIGNATURE_MAX);
	if (!json_is_object(body))
		return not_metadata(e);
	r = json_canonical(body, &canonical);
	if (r < 0)
		return err_set(e, r == -EINVAL ? EBADMSG : -r,
			       "no canonical form");
	return trust_key_sign(s->pkey, buf_view(&canonical), hex, e);
}

int trust_sign(json_t *document, const struct trust_signer *s, struct err *e)
{
	AUTO_DONE(buf_done) struct buf hex = { 0 };
	const int r = signature_make(document, s, &hex, e);

	if (r < 0)
		return r;
	return trust_signature_put(document, s->id, buf_view(&hex), e);
}

int trust_sign_listed(json_t *document, const struct trust_signer *s,
		      const struct trust_role_keys *const *by, struct err *e)
{
	AUTO_DONE(trust_key_done) struct trust_key key = { 0 };
	AUTO_DONE(buf_done) struct buf hex = { 0 };
	bool is_listed = false;
	int r = trust_key_of(s->pkey, &key, e);

	if (r == 0)
		r = signature_make(document, s, &hex, e);
	for (; r == 0 && *by != NULL; by++) {
		for (size_t i = 0; r == 0 && i < (*by)->count; i++) {
			if (!trust_key_is_same((*by)->keys[i], &key))
				continue;
			is_listed = true;
			r = trust_signature_put(document, (*by)->keys[i]->id,
						buf_view(&hex), e);
		}
	}
	if (r == 0 && !is_listed)
		return err_set(e, EKEYREJECTED,
			       "key %.16s is not one of the role's keys",
			       s->id);
	return r;
}
