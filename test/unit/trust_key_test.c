/* SPDX-License-Identifier: Apache-2.0 */
/* trust_key_test.c - key objects of every scheme, and what each refuses. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "lib/auto.h"
#include "lib/hex.h"
#include "pkg/trust/pem.h"
#include "pkg/trust/sealed.h"
#include "pkg/trust/signer.h"
#include "test/unit/harness.h"

static const struct span message = { "what is signed", 14 };

/* -- helpers --------------------------------------------------------------- */

/* The PEM of the public half, or of what @edit makes of its SPKI. */
static void public_pem(EVP_PKEY *pkey, struct buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p;

	CHECK(pkey != NULL);
	CHECK_INT(PEM_write_bio_PUBKEY(bio, pkey), 1);
	buf_init(out, SIZE_MAX);
	buf_put(out, BIO_get_mem_data(bio, &p) > 0 ? p : "",
		(size_t)BIO_get_mem_data(bio, &p));
	(void)BIO_free(bio);
}

static json_t *key_object(const char *keytype, const char *scheme,
			  struct span public)
{
	return json_pack("{s:s, s:s, s:{s:s%}}", "keytype", keytype, "scheme",
			 scheme, "keyval", "public", public.p, public.len);
}

static int parse(const json_t *object, struct trust_key *ret, struct err *e)
{
	char id[TRUST_KEY_ID_LEN + 1];

	CHECK_INT(trust_key_id(object, id), 0);
	return trust_key_parse(id, object, ret, e);
}

/* The object is refused, and the sentence has @part. */
static void check_refused(json_t *object, const char *part)
{
	struct trust_key key = { 0 };
	struct err e = { 0 };

	CHECK_INT(parse(object, &key, &e), -EBADMSG);
	CHECK_HAS(e.text, part);
	CHECK(key.pkey == NULL);
	json_decref(object);
}

static void check_pem_refused(const char *keytype, const char *scheme,
			      EVP_PKEY *pkey)
{
	AUTO_DONE(buf_done) struct buf pem;

	public_pem(pkey, &pem);
	check_refused(key_object(keytype, scheme, buf_view(&pem)),
		      "is not one PEM public key");
	EVP_PKEY_free(pkey);
}

static EVP_PKEY *ec_new(const char *curve)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);
}

static EVP_PKEY *rsa_new(size_t bits)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);
}

/* -- schemes --------------------------------------------------------------- */

static const struct {
	const char *keytype, *scheme;
	unsigned int bits;
} types[] = {
	{ "ed25519", "ed25519", 0 },
	{ "ecdsa", "ecdsa-sha2-nistp256", 0 },
	{ "rsa", "rsassa-pss-sha256", 2048 },
};
#define TYPE_COUNT (sizeof(types) / sizeof(types[0]))

TEST(every_scheme_verifies_its_own_signature_and_no_other)
{
	for (size_t i = 0; i < TYPE_COUNT; i++) {
		struct trust_signer a = { 0 }, b = { 0 };
		struct trust_key key;
		AUTO_DONE(buf_done) struct buf hex;

		buf_init(&hex, SIZE_MAX);
		CHECK_INT(trust_signer_new(types[i].keytype, types[i].bits, &a,
					   NULL),
			  0);
		CHECK_INT(trust_signer_new(types[i].keytype, types[i].bits, &b,
					   NULL),
			  0);
		CHECK_STR(
			json_string_value(json_object_get(a.object, "keytype")),
			types[i].keytype);
		CHECK_STR(
			json_string_value(json_object_get(a.object, "scheme")),
			types[i].scheme);
		CHECK_INT(trust_key_parse(a.id, a.object, &key, NULL), 0);
		CHECK_INT(trust_key_sign(a.pkey, message, &hex, NULL), 0);
		CHECK(trust_key_verify(&key, message, buf_view(&hex)));
		CHECK(!trust_key_verify(&key, span_of("what is Signed"),
					buf_view(&hex)));
		CHECK(!trust_key_verify(&key, message,
					(struct span){ hex.p, hex.len - 2 }));
		CHECK(!trust_key_verify(&key, message, span_of("")));
		CHECK(!trust_key_verify(&key, message, span_of("00")));
		buf_puts(&hex, "00");
		CHECK(!trust_key_verify(&key, message, buf_view(&hex)));
		buf_reset(&hex);
		CHECK_INT(trust_key_sign(b.pkey, message, &hex, NULL), 0);
		CHECK(!trust_key_verify(&key, message, buf_view(&hex)));
		trust_key_done(&key);
		trust_signer_done(&a);
		trust_signer_done(&b);
	}
}

TEST(every_changed_byte_of_a_signature_spoils_it)
{
	for (size_t i = 0; i < TYPE_COUNT; i++) {
		struct trust_signer s = { 0 };
		struct trust_key key;
		AUTO_DONE(buf_done) struct buf hex;

		buf_init(&hex, SIZE_MAX);
		CHECK_INT(trust_signer_new(types[i].keytype, types[i].bits, &s,
					   NULL),
			  0);
		CHECK_INT(trust_key_parse(s.id, s.object, &key, NULL), 0);
		CHECK_INT(trust_key_sign(s.pkey, message, &hex, NULL), 0);
		for (size_t at = 0; at < hex.len; at++) {
			const char was = hex.p[at];

			hex.p[at] = was == '0' ? '1' : '0';
			CHECK(!trust_key_verify(&key, message, buf_view(&hex)));
			hex.p[at] = was;
		}
		CHECK(trust_key_verify(&key, message, buf_view(&hex)));
		trust_key_done(&key);
		trust_signer_done(&s);
	}
}

/* Sign with RSA in a way of the test's own choice. */
static void rsa_sign(EVP_PKEY *pkey, int padding, int salt, const char *digest,
		     struct buf *hex)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how;
	unsigned char raw[TRUST_SIGNATURE_MAX];
	size_t len = sizeof(raw);

	CHECK_INT(EVP_DigestSignInit_ex(ctx, &how, digest, NULL, NULL, pkey,
					NULL),
		  1);
	CHECK_INT(EVP_PKEY_CTX_set_rsa_padding(how, padding), 1);
	if (padding == RSA_PKCS1_PSS_PADDING)
		CHECK_INT(EVP_PKEY_CTX_set_rsa_pss_saltlen(how, salt), 1);
	CHECK_INT(EVP_DigestSign(ctx, raw, &len,
				 (const unsigned char *)message.p, message.len),
		  1);
	EVP_MD_CTX_free(ctx);
	buf_reset(hex);
	hex_encode(hex, (struct span){ (const char *)raw, len });
}

TEST(rsa_takes_any_salt_but_no_other_padding_or_digest)
{
	struct trust_signer s = { 0 };
	struct trust_key key;
	AUTO_DONE(buf_done) struct buf hex;
	static const int salts[] = { RSA_PSS_SALTLEN_DIGEST,
				     RSA_PSS_SALTLEN_MAX, 0, 20 };

	buf_init(&hex, SIZE_MAX);
	CHECK_INT(trust_signer_new("rsa", 2048, &s, NULL), 0);
	CHECK_INT(trust_key_parse(s.id, s.object, &key, NULL), 0);
	for (size_t i = 0; i < 4; i++) {
		rsa_sign(s.pkey, RSA_PKCS1_PSS_PADDING, salts[i], "SHA256",
			 &hex);
		CHECK(trust_key_verify(&key, message, buf_view(&hex)));
	}
	rsa_sign(s.pkey, RSA_PKCS1_PADDING, 0, "SHA256", &hex);
	CHECK(!trust_key_verify(&key, message, buf_view(&hex)));
	rsa_sign(s.pkey, RSA_PKCS1_PSS_PADDING, 32, "SHA512", &hex);
	CHECK(!trust_key_verify(&key, message, buf_view(&hex)));
	trust_key_done(&key);
	trust_signer_done(&s);
}

TEST(a_key_size_that_is_not_allowed_is_not_made)
{
	struct trust_signer s = { 0 };
	struct err e = { 0 };

	CHECK_INT(trust_signer_new("rsa", 2047, &s, &e), -EINVAL);
	CHECK_HAS(e.text, "2047 bits: must be 2048 to 8192");
	CHECK_INT(trust_signer_new("rsa", 8193, &s, &e), -EINVAL);
	CHECK_INT(trust_signer_new("ecdsa", 256, &s, &e), -EINVAL);
	CHECK_HAS(e.text, "one size only");
	CHECK_INT(trust_signer_new("dsa", 0, &s, &e), -EINVAL);
	CHECK_HAS(e.text, "ed25519, ecdsa or rsa");
}

/* -- keys that their scheme does not allow --------------------------------- */

TEST(the_scheme_binds_the_type_of_key)
{
	AUTO_DONE(buf_done) struct buf ec, rsa, ed;
	EVP_PKEY *keys[] = { ec_new("P-256"), rsa_new(2048),
			     EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") };

	public_pem(keys[0], &ec);
	public_pem(keys[1], &rsa);
	public_pem(keys[2], &ed);
	check_refused(key_object("rsa", "rsassa-pss-sha256", buf_view(&ec)),
		      "one PEM public key of RSA");
	check_refused(
		key_object("ecdsa", "ecdsa-sha2-nistp256", buf_view(&rsa)),
		"named curve P-256");
	check_refused(key_object("ecdsa", "ecdsa-sha2-nistp256", buf_view(&ed)),
		      "named curve P-256");
	check_refused(key_object("ed25519", "ed25519", buf_view(&ed)),
		      "64 hexadecimal digits");
	for (size_t i = 0; i < 3; i++)
		EVP_PKEY_free(keys[i]);
}

TEST(a_type_that_is_not_its_schemes_spoils_that_key_only)
{
	static const struct {
		const char *keytype, *scheme;
	} rows[] = {
		{ "rsa", "ecdsa-sha2-nistp256" },
		{ "ecdsa", "rsassa-pss-sha256" },
		{ "ecdsa", "ecdsa-sha2-nistp384" },
		{ "rsa", "rsa-pkcs1v15-sha256" },
		{ "ed25519", "ed25519ph" },
		{ "RSA", "rsassa-pss-sha256" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_JSON *object = key_object(rows[i].keytype, rows[i].scheme,
					       span_of("whatever"));
		struct trust_key key = { 0 };

		CHECK_INT(parse(object, &key, NULL), 0);
		CHECK(key.pkey == NULL);
		CHECK(!trust_key_verify(&key, message, span_of("00")));
		trust_key_done(&key);
	}
}

TEST(weak_and_foreign_keys_are_refused)
{
	check_pem_refused("rsa", "rsassa-pss-sha256", rsa_new(1024));
	check_pem_refused("rsa", "rsassa-pss-sha256", rsa_new(2040));
	check_pem_refused("rsa", "rsassa-pss-sha256",
			  EVP_PKEY_Q_keygen(NULL, NULL, "X25519"));
	check_pem_refused("ecdsa", "ecdsa-sha2-nistp256", ec_new("P-384"));
	check_pem_refused("ecdsa", "ecdsa-sha2-nistp256", ec_new("P-224"));
	check_pem_refused("ecdsa", "ecdsa-sha2-nistp256", ec_new("secp256k1"));
}

/* A public RSA key of a test's own numbers. */
static EVP_PKEY *rsa_of(const BIGNUM *n, const BIGNUM *exponent)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params;

	CHECK(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n));
	CHECK(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent));
	params = OSSL_PARAM_BLD_to_param(build);
	CHECK_INT(EVP_PKEY_fromdata_init(ctx), 1);
	CHECK_INT(EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params),
		  1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

TEST(rsa_exponents_and_sizes_that_are_a_trap_are_refused)
{
	BIGNUM *n = BN_new(), *exponent = BN_new();
	AUTO_DONE(buf_done) struct buf pem;
	struct trust_key key = { 0 };
	AUTO_JSON *object = NULL;
	EVP_PKEY *pkey;

	/* Only the numbers count: nothing needs to factor. */
	CHECK_INT(BN_rand(n, 2048, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD), 1);
	CHECK_INT(BN_set_word(exponent, 3), 1);
	pkey = rsa_of(n, exponent);
	public_pem(pkey, &pem);
	EVP_PKEY_free(pkey);
	object = key_object("rsa", "rsassa-pss-sha256", buf_view(&pem));
	CHECK_INT(parse(object, &key, NULL), 0);
	CHECK(key.pkey != NULL);
	trust_key_done(&key);
	for (BN_ULONG word = 0; word < 3; word++) {
		CHECK_INT(BN_set_word(exponent, word), 1);
		check_pem_refused("rsa", "rsassa-pss-sha256",
				  rsa_of(n, exponent));
	}
	CHECK_INT(BN_rand(exponent, 65, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD),
		  1);
	check_pem_refused("rsa", "rsassa-pss-sha256", rsa_of(n, exponent));
	CHECK_INT(BN_set_word(exponent, 65537), 1);
	CHECK_INT(BN_rand(n, 8193, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD), 1);
	check_pem_refused("rsa", "rsassa-pss-sha256", rsa_of(n, exponent));
	BN_free(n);
	BN_free(exponent);
}

/* -- one key, however it is written ---------------------------------------- */

static void ec_write_as(EVP_PKEY *pkey, const char *param, const char *how)
{
	CHECK_INT(EVP_PKEY_set_utf8_string_param(pkey, param, how), 1);
}

TEST(a_compressed_point_is_the_same_key_and_explicit_parameters_are_none)
{
	AUTO_DONE(buf_done) struct buf plain, compressed, explicit;
	EVP_PKEY *pkey = ec_new("P-256");
	struct trust_key a = { 0 }, b = { 0 };
	json_t *objects[2];

	public_pem(pkey, &plain);
	ec_write_as(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
		    "compressed");
	public_pem(pkey, &compressed);
	CHECK(!span_eq(buf_view(&plain), buf_view(&compressed)));
	ec_write_as(pkey, OSSL_PKEY_PARAM_EC_ENCODING, "explicit");
	public_pem(pkey, &explicit);
	EVP_PKEY_free(pkey);
	objects[0] =
		key_object("ecdsa", "ecdsa-sha2-nistp256", buf_view(&plain));
	objects[1] = key_object("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256",
				buf_view(&compressed));
	CHECK_INT(parse(objects[0], &a, NULL), 0);
	CHECK_INT(parse(objects[1], &b, NULL), 0);
	CHECK(strcmp(a.id, b.id) != 0);
	CHECK(memcmp(a.fingerprint, b.fingerprint, TRUST_FINGERPRINT_LEN) == 0);
	trust_key_done(&a);
	trust_key_done(&b);
	json_decref(objects[0]);
	json_decref(objects[1]);
	check_refused(
		key_object("ecdsa", "ecdsa-sha2-nistp256", buf_view(&explicit)),
		"named curve P-256");
}

TEST(a_fingerprint_is_that_of_the_key_whatever_its_type_and_owner)
{
	enum {
		TYPES = sizeof(types) / sizeof(types[0]),
		COUNT = 2 * TYPES
	};
	struct trust_key keys[COUNT] = { 0 };

	for (size_t i = 0; i < COUNT; i++) {
		AUTO_DONE(trust_signer_done) struct trust_signer s = { 0 };
		struct trust_key owned = { 0 };

		CHECK_INT(trust_signer_new(types[i / 2].keytype,
					   types[i / 2].bits, &s, NULL),
			  0);
		CHECK_INT(trust_key_parse(s.id, s.object, &keys[i], NULL), 0);
		CHECK_INT(trust_signer_own(&s, "another id", NULL), 0);
		CHECK_INT(trust_key_parse(s.id, s.object, &owned, NULL), 0);
		CHECK(strcmp(owned.id, keys[i].id) != 0);
		CHECK(trust_key_is_same(&owned, &keys[i]));
		trust_key_done(&owned);
	}
	for (size_t i = 0; i < COUNT; i++)
		for (size_t k = 0; k < i; k++)
			CHECK(!trust_key_is_same(&keys[i], &keys[k]));
	for (size_t i = 0; i < COUNT; i++)
		trust_key_done(&keys[i]);
}

TEST(public_keys_in_pem_are_taken_strictly)
{
	AUTO_DONE(buf_done) struct buf pem, text;
	EVP_PKEY *pkey = ec_new("P-256");
	struct trust_key key = { 0 };
	static const struct {
		const char *before, *after;
		bool is_good;
	} rows[] = {
		{ "", "", true },
		{ "\r\n ", " \t\n\n", true },
		{ "text\n", "", false },
		{ "", "text\n", false },
		{ "", "-----BEGIN PUBLIC KEY-----\n", false },
	};

	public_pem(pkey, &pem);
	EVP_PKEY_free(pkey);
	buf_init(&text, SIZE_MAX);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_JSON *object = NULL;

		buf_reset(&text);
		buf_puts(&text, rows[i].before);
		buf_span(&text, buf_view(&pem));
		buf_puts(&text, rows[i].after);
		object = key_object("ecdsa", "ecdsa-sha2-nistp256",
				    buf_view(&text));
		CHECK_INT(parse(object, &key, NULL),
			  rows[i].is_good ? 0 : -EBADMSG);
		trust_key_done(&key);
	}
	buf_reset(&text);
	buf_span(&text, buf_view(&pem));
	buf_span(&text, buf_view(&pem));
	check_refused(
		key_object("ecdsa", "ecdsa-sha2-nistp256", buf_view(&text)),
		"one PEM public key");
	buf_reset(&text);
	while (text.len < 5000)
		buf_puts(&text, "          ");
	buf_span(&text, buf_view(&pem));
	check_refused(
		key_object("ecdsa", "ecdsa-sha2-nistp256", buf_view(&text)),
		"one PEM public key");
	check_refused(key_object("ecdsa", "ecdsa-sha2-nistp256", span_of("")),
		      "one PEM public key");
}

/* The SPKI with bytes after it, as PEM. */
TEST(bytes_after_the_key_inside_the_pem_are_refused)
{
	AUTO_DONE(buf_done) struct buf text;
	EVP_PKEY *pkey = ec_new("P-256");
	unsigned char *der = NULL;
	const int len = i2d_PUBKEY(pkey, &der);
	AUTO_DONE(buf_done) struct buf raw;

	buf_init(&text, SIZE_MAX);
	buf_init(&raw, SIZE_MAX);
	CHECK_INT(len, 91);
	buf_put(&raw, der, (size_t)len);
	OPENSSL_free(der);
	EVP_PKEY_free(pkey);
	buf_u8(&raw, 0);
	buf_puts(&text, "-----BEGIN PUBLIC KEY-----\n");
	base64_encode(&text, buf_view(&raw));
	buf_puts(&text, "\n-----END PUBLIC KEY-----\n");
	check_refused(
		key_object("ecdsa", "ecdsa-sha2-nistp256", buf_view(&text)),
		"one PEM public key");
}

TEST(pem_says_what_it_found_instead)
{
	static const struct {
		const char *text, *part;
	} rows[] = {
		{ "", "not PEM: it must begin with \"-----BEGIN A KEY-----\"" },
		{ "-----BEGIN CERTIFICATE-----\n", "a PEM \"CERTIFICATE\"" },
		{ "-----BEGIN A KEY-----\nAAAA", "does not end with" },
		{ "-----BEGIN A KEY-----\nAAAA\n-----END B KEY-----",
		  "does not end with" },
		{ "-----BEGIN A KEY-----\nAAA\n-----END A KEY-----",
		  "not base64" },
		{ "-----BEGIN A KEY-----\n-----END A KEY-----", "not base64" },
		{ "-----BEGIN A KEY-----\nA=AA\n-----END A KEY-----",
		  "not base64" },
		{ "-----BEGIN A KEY-----\nA===\n-----END A KEY-----",
		  "not base64" },
		{ "-----BEGIN A KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n"
		  "-----END A KEY-----",
		  "does not end with" },
		{ "-----BEGIN A KEY-----\nAAAA\n-----END A KEY-----x",
		  "something follows" },
	};
	AUTO_DONE(buf_done) struct buf der;
	struct err e = { 0 };

	buf_init(&der, 64);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_INT(trust_pem_read(span_of(rows[i].text), "A KEY", &der,
					 &e),
			  -EBADMSG);
		CHECK_HAS(e.text, rows[i].part);
		CHECK_INT(der.len, 0);
	}
	CHECK_INT(trust_pem_read(span_of("-----BEGIN A KEY-----\nAQ I\r\nD\n"
					 "-----END A KEY-----\n"),
				 "A KEY", &der, &e),
		  0);
	CHECK(span_eq_str(buf_view(&der), "\x01\x02\x03"));
}

/* -- owners and ids -------------------------------------------------------- */

TEST(the_owner_counts_in_the_key_id)
{
	struct trust_signer s = { 0 }, bare = { 0 };
	char before[TRUST_KEY_ID_LEN + 1], id[TRUST_KEY_ID_LEN + 1];
	struct err e = { 0 };
	AUTO_JSON *first = NULL;

	CHECK_INT(trust_signer_generate(&s, NULL), 0);
	CHECK(trust_key_owner(s.object) == NULL);
	memcpy(before, s.id, sizeof(before));
	first = json_incref(s.object);
	CHECK_INT(trust_signer_own(&s, "Zo\xc3\xab", NULL), 0);
	CHECK_STR(trust_key_owner(s.object), "Zo\xc3\xab");
	CHECK(trust_key_owner(first) == NULL);
	CHECK(strcmp(before, s.id) != 0);
	CHECK_INT(trust_key_id(s.object, id), 0);
	CHECK_STR(s.id, id);
	CHECK_INT(trust_signer_own(&s, "", &e), -EINVAL);
	CHECK_INT(trust_signer_own(&s, "a\nb", &e), -EINVAL);
	CHECK_INT(trust_signer_own(&s, "\xff", &e), -EINVAL);
	CHECK_HAS(e.text, "1 to 256 bytes");
	CHECK_STR(s.id, id);

	/* Adopted from the file: id and owner; never another key's. */
	CHECK_INT(trust_signer_generate(&bare, NULL), 0);
	CHECK_INT(trust_signer_adopt(&bare, s.object, &e), -EKEYREJECTED);
	CHECK_HAS(e.text, "another public key");
	trust_signer_done(&bare);
	EVP_PKEY_up_ref(s.pkey);
	bare = (struct trust_signer){ .pkey = s.pkey,
				      .object = json_incref(first) };
	memcpy(bare.id, before, sizeof(before));
	CHECK_INT(trust_signer_adopt(&bare, s.object, &e), 0);
	CHECK_STR(bare.id, s.id);
	trust_signer_done(&bare);
	trust_signer_done(&s);
}

TEST(a_key_signs_under_every_id_by_which_it_is_listed)
{
	struct trust_signer s = { 0 };
	struct trust_key bare = { 0 }, owned = { 0 }, unknown = { 0 };
	const struct trust_key *listed[3] = { &unknown, &bare, &owned };
	struct trust_role_keys old = { .keys = &listed[1], .count = 1 };
	struct trust_role_keys new = { .keys = &listed[0], .count = 3 };
	struct trust_role_keys none = { .keys = &listed[0], .count = 1 };
	const struct trust_role_keys *const both[] = { &old, &new, NULL };
	const struct trust_role_keys *const nobody[] = { &none, NULL };
	AUTO_JSON *document = json_pack("{s:{}, s:[]}", "signed", "signatures");
	const json_t *signatures = json_object_get(document, "signatures");
	struct err e = { 0 };

	CHECK_INT(trust_signer_generate(&s, NULL), 0);
	CHECK_INT(trust_key_parse(s.id, s.object, &bare, NULL), 0);
	CHECK_INT(trust_signer_own(&s, "alice", NULL), 0);
	CHECK_INT(trust_key_parse(s.id, s.object, &owned, NULL), 0);
	CHECK_INT(trust_signer_own(&s, "renamed since", NULL), 0);

	CHECK_INT(trust_sign_listed(document, &s, nobody, &e), -EKEYREJECTED);
	CHECK_HAS(e.text, "is not one of the role's keys");
	CHECK_INT(json_array_size(signatures), 0);
	CHECK_INT(trust_sign_listed(document, &s, both, &e), 0);
	CHECK_INT(trust_sign_listed(document, &s, both, &e), 0);
	CHECK_INT(json_array_size(signatures), 2);
	for (size_t i = 0; i < 2; i++) {
		const json_t *one = json_array_get(signatures, i);
		const char *id =
			json_string_value(json_object_get(one, "keyid"));
		const struct trust_key *key =
			strcmp(id, bare.id) == 0 ? &bare : &owned;

		CHECK_STR(id, key->id);
		CHECK(trust_key_verify(key, span_of("{}"),
				       json_span(json_object_get(one, "sig"))));
	}
	trust_key_done(&bare);
	trust_key_done(&owned);
	trust_signer_done(&s);
}

/* As an editor of files could make it: one key's scalar, another's point. */
TEST(a_private_key_that_is_not_the_public_ones_does_not_sign)
{
	EVP_PKEY *a = ec_new("P-256"), *b = ec_new("P-256");
	unsigned char *plain = NULL, *other = NULL;
	const int len = i2d_PrivateKey(a, &plain);
	const unsigned char *p;
	AUTO_DONE(buf_done) struct buf hex;
	struct err e = { 0 };
	EVP_PKEY *mixed;

	buf_init(&hex, SIZE_MAX);
	CHECK_INT(i2d_PrivateKey(b, &other), len);
	memcpy(plain + len - 64, other + len - 64, 64);
	p = plain;
	mixed = d2i_AutoPrivateKey(NULL, &p, len);
	if (mixed != NULL) {
		CHECK_INT(trust_key_sign(mixed, message, &hex, &e), -EIO);
		CHECK_HAS(e.text, "a signature that does not verify");
		CHECK_INT(hex.len, 0);
	}
	OPENSSL_free(plain);
	OPENSSL_free(other);
	EVP_PKEY_free(mixed);
	EVP_PKEY_free(a);
	EVP_PKEY_free(b);
}

/* -- what an encrypted key costs --------------------------------------------
 */

/* An EncryptedPrivateKeyInfo of @how, with nothing sensible inside. */
static void sealed_of(X509_ALGOR *how, struct buf *der)
{
	X509_SIG *sealed = X509_SIG_new();
	ASN1_OCTET_STRING *content;
	unsigned char *raw = NULL;
	X509_ALGOR *place;
	int len;

	X509_SIG_getm(sealed, &place, &content);
	CHECK_INT(X509_ALGOR_copy(place, how), 1);
	CHECK_INT(
		ASN1_OCTET_STRING_set(
			content, (const unsigned char *)"sixteen bytes...", 16),
		1);
	len = i2d_X509_SIG(sealed, &raw);
	CHECK(len > 0);
	buf_reset(der);
	buf_put(der, raw, (size_t)len);
	OPENSSL_free(raw);
	X509_SIG_free(sealed);
	X509_ALGOR_free(how);
}

/* PBES2 with scrypt of any numbers: OpenSSL would refuse to write some. */
static void scrypt_of(uint64_t n, uint64_t r, uint64_t p, struct buf *der)
{
	X509_ALGOR *how = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 16,
						NULL, 16384, 8, 1);
	PBE2PARAM *outer = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM),
						     how->parameter);
	SCRYPT_PARAMS *inner = ASN1_TYPE_unpack_sequence(
		ASN1_ITEM_rptr(SCRYPT_PARAMS), outer->keyfunc->parameter);

	CHECK_INT(ASN1_INTEGER_set_uint64(inner->costParameter, n), 1);
	CHECK_INT(ASN1_INTEGER_set_uint64(inner->blockSize, r), 1);
	CHECK_INT(ASN1_INTEGER_set_uint64(inner->parallelizationParameter, p),
		  1);
	CHECK(ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), inner,
				      &outer->keyfunc->parameter) != NULL);
	CHECK(ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(PBE2PARAM), outer,
				      &how->parameter) != NULL);
	SCRYPT_PARAMS_free(inner);
	PBE2PARAM_free(outer);
	sealed_of(how, der);
}

TEST(an_encrypted_key_that_asks_for_too_much_is_refused_before_it_is_paid)
{
	static const struct {
		uint64_t n, r, p;
		bool is_good;
	} rows[] = {
		{ 16384, 8, 1, true },	     { 16384, 8, 5, true },
		{ 32768, 8, 32, true },	     { 32768, 8, 33, false },
		{ 65536, 8, 1, false },	     { 1 << 30, 8, 1, false },
		{ 2, 1, 1 << 30, false },    { 2, 1 << 30, 1, false },
		{ UINT64_MAX, 8, 1, false }, { 2, UINT64_MAX, 2, false },
		{ 2, 2, UINT64_MAX, false }, { 0, 8, 1, false },
		{ 16384, 0, 1, false },	     { 16384, 8, 0, false },
	};
	AUTO_DONE(buf_done) struct buf der;
	struct err e = { 0 };

	buf_init(&der, SIZE_MAX);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scrypt_of(rows[i].n, rows[i].r, rows[i].p, &der);
		CHECK_INT(trust_sealed_check(buf_view(&der), &e),
			  rows[i].is_good ? 0 : -EOPNOTSUPP);
		if (!rows[i].is_good)
			CHECK_HAS(e.text, "under scrypt with N=");
	}
	sealed_of(PKCS5_pbe2_set(EVP_aes_256_cbc(), 2048, NULL, 0), &der);
	CHECK_INT(trust_sealed_check(buf_view(&der), &e), 0);
	sealed_of(PKCS5_pbe2_set(EVP_aes_256_cbc(), 10000001, NULL, 0), &der);
	CHECK_INT(trust_sealed_check(buf_view(&der), &e), -EOPNOTSUPP);
	CHECK_HAS(e.text, "PBKDF2 with 10000001 rounds");
	sealed_of(PKCS5_pbe_set(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, 2048,
				NULL, 0),
		  &der);
	CHECK_INT(trust_sealed_check(buf_view(&der), &e), -EOPNOTSUPP);
	CHECK_HAS(e.text, "not encrypted by PBES2");
	buf_u8(&der, 0);
	CHECK_INT(trust_sealed_check(buf_view(&der), &e), -EBADMSG);
	CHECK_INT(trust_sealed_check(span_of(""), &e), -EBADMSG);
}

TEST(keys_of_every_type_come_back_from_their_files)
{
	for (size_t i = 0; i < TYPE_COUNT; i++) {
		struct trust_signer made = { 0 }, read = { 0 };
		AUTO_DONE(buf_done) struct buf pem;
		char longest[TRUST_PASSPHRASE_MAX + 1] = { 0 };
		struct err e = { 0 };

		memset(longest, 'x', TRUST_PASSPHRASE_MAX);
		buf_init(&pem, TRUST_KEY_FILE_MAX);
		CHECK_INT(trust_signer_new(types[i].keytype, types[i].bits,
					   &made, NULL),
			  0);
		CHECK_INT(trust_signer_export(&made, span_of(longest), &pem,
					      NULL),
			  0);
		CHECK_INT(trust_signer_import(buf_view(&pem), span_of(longest),
					      &read, NULL),
			  0);
		CHECK_STR(read.id, made.id);
		trust_signer_done(&read);
		longest[TRUST_PASSPHRASE_MAX - 1] = 'y';
		CHECK_INT(trust_signer_import(buf_view(&pem), span_of(longest),
					      &read, &e),
			  -EACCES);
		CHECK_HAS(e.text, "wrong passphrase");
		CHECK(read.pkey == NULL);
		buf_span(&pem, span_of("x"));
		CHECK_INT(trust_signer_import(buf_view(&pem), span_of(longest),
					      &read, &e),
			  -EBADMSG);
		CHECK_HAS(e.text, "something follows");
		trust_signer_done(&made);
	}
}
