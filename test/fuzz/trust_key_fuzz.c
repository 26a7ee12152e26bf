/* SPDX-License-Identifier: Apache-2.0 */
/* trust_key_fuzz.c - any bytes as a key object, as PEM, as an encrypted private
 * key, as a signature.
 *
 * The first byte chooses how the rest reaches the parsers: as it is, as the
 * text of a key object of one of the schemes, or as the DER inside a PEM. A
 * key that is taken has a fingerprint, stays the same through its own object,
 * and must not take garbage for a signature. What an encrypted key costs is
 * bounded by the limits that are tested here: a time-out is a finding.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/hex.h"
#include "pkg/trust/pem.h"
#include "pkg/trust/sealed.h"
#include "pkg/trust/signer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A guess costs scrypt at most this: above it only the check is run. */
#define OPENED_MAX 512 /* bytes */

static const struct {
	const char *keytype, *scheme;
} schemes[] = {
	{ "ed25519", "ed25519" },
	{ "ecdsa", "ecdsa-sha2-nistp256" },
	{ "rsa", "rsassa-pss-sha256" },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256" },
};

static void key_use(const struct trust_key *key, struct span bytes)
{
	struct trust_key again = { 0 };

	if (key->pkey == NULL)
		return;
	if (trust_key_verify(key, span_of("message"), bytes))
		abort();
	if (trust_key_of(key->pkey, &again, NULL) < 0 ||
	    !trust_key_is_same(key, &again))
		abort();
	trust_key_done(&again);
}

static void object_try(json_t *object, struct span bytes)
{
	struct trust_key key = { 0 };
	char id[TRUST_KEY_ID_LEN + 1];
	struct err e = { 0 };

	if (object == NULL || trust_key_id(object, id) < 0)
		return;
	if (trust_key_parse(id, object, &key, &e) == 0)
		key_use(&key, bytes);
	else if (e.code == 0 || e.text[0] == '\0')
		abort(); /* a refusal without a sentence */
	trust_key_done(&key);
}

static void public_try(struct span bytes)
{
	struct err e = { 0 };
	json_t *object = NULL;

	if (trust_public_import(bytes, &object, &e) == 0)
		object_try(object, bytes);
	else if (e.code == 0 || e.text[0] == '\0')
		abort();
	json_decref(object);
}

static void private_try(struct span der, struct span pem)
{
	struct trust_signer s = { 0 };
	struct err e = { 0 };

	if (trust_sealed_check(der, &e) < 0) {
		if (e.code == 0 || e.text[0] == '\0')
			abort();
		return;
	}
	if (der.len <= OPENED_MAX &&
	    trust_signer_import(pem, span_of("passphrase"), &s, &e) == 0)
		trust_signer_done(&s);
}

static void pem_write(const char *label, struct span der, struct buf *out)
{
	buf_init(out, SIZE_MAX);
	buf_printf(out, "-----BEGIN %s-----\n", label);
	base64_encode(out, der);
	buf_printf(out, "\n-----END %s-----\n", label);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t count = sizeof(schemes) / sizeof(schemes[0]);
	struct span bytes;
	struct buf text;
	json_t *object;

	if (size == 0)
		return 0;
	bytes = (struct span){ (const char *)data + 1, size - 1 };
	if (data[0] < count) {
		object = json_pack("{s:s, s:s, s:{s:s%}}", "keytype",
				   schemes[data[0]].keytype, "scheme",
				   schemes[data[0]].scheme, "keyval", "public",
				   bytes.p, bytes.len);
		object_try(object, bytes);
		json_decref(object);
	} else if (data[0] == 'P') {
		pem_write(TRUST_PEM_PUBLIC, bytes, &text);
		public_try(buf_view(&text));
		buf_done(&text);
	} else if (data[0] == 'E') {
		pem_write(TRUST_PEM_SEALED, bytes, &text);
		private_try(bytes, buf_view(&text));
		buf_done(&text);
	} else {
		public_try(bytes);
	}
	return 0;
}
