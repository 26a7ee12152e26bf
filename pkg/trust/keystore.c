/* SPDX-License-Identifier: Apache-2.0 */
/* keystore.c - see keystore.h. */
#include "pkg/trust/keystore.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/store.h>

#define PROVIDER "pkcs11"

/* One key being loaded. */
struct loading {
	const struct trust_secret *secret;
	struct err *e;
	bool was_asked, is_broken;
	int failed;    /* what the secret's get() gave, below 0 */
	EVP_PKEY *key; /* owned */
	size_t count;  /* keys seen */
};

/* For UI_UTIL_wrap_read_pem_callback(). */
static int secret_read(char *to, int size, int wants_twice, void *ctx)
{
	struct loading *l = ctx;
	int len;

	(void)wants_twice;
	if (l->was_asked)
		return -1;
	l->was_asked = true;
	len = l->secret->get(l->secret->ctx, to, (size_t)size, l->e);
	if (len < 0)
		l->failed = len;
	return len < 0 ? -1 : len;
}

static void key_take(struct loading *l, const OSSL_STORE_INFO *info)
{
	EVP_PKEY *key = NULL;

	if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
		key = OSSL_STORE_INFO_get1_PKEY(info);
	else if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PUBKEY)
		key = OSSL_STORE_INFO_get1_PUBKEY(info);
	if (key == NULL)
		return;
	l->count++;
	EVP_PKEY_free(l->key);
	l->key = key;
}

/* Close @store after all of it was read. */
static void store_read(OSSL_STORE_CTX *store, int expected, struct loading *l)
{
	(void)OSSL_STORE_expect(store, expected);
	while (l->failed == 0 && OSSL_STORE_eof(store) == 0) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (info != NULL)
			key_take(l, info);
		OSSL_STORE_INFO_free(info);
		if (info != NULL || OSSL_STORE_error(store) == 0)
			continue;
		l->is_broken = true;
		break;
	}
	(void)OSSL_STORE_close(store);
}

/* The key, or why there is none. */
static int loading_end(struct loading *l, EVP_PKEY **ret)
{
	ERR_clear_error();
	if (l->failed == 0 && l->count == 1) {
		*ret = l->key;
		return 0;
	}
	EVP_PKEY_free(l->key);
	if (l->failed != 0)
		return l->failed;
	if (l->count > 1)
		return err_set(l->e, EINVAL, "it names %zu keys, must be one",
			       l->count);
	if (l->was_asked && l->is_broken)
		return -EACCES;
	return err_set(l->e, EBADMSG, "it names no key");
}

int trust_keystore_file(struct span der, const struct trust_secret *secret,
			EVP_PKEY **ret, struct err *e)
{
	struct loading l = { .secret = secret, .e = e };
	UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(secret_read, 0);
	BIO *bio = BIO_new_mem_buf(der.p, (int)der.len);
	OSSL_STORE_CTX *store = NULL;
	int r;

	if (ui != NULL && bio != NULL)
		store = OSSL_STORE_attach(bio, "file", NULL, NULL, ui, &l, NULL,
					  NULL, NULL);
	if (store != NULL)
		store_read(store, OSSL_STORE_INFO_PKEY, &l);
	(void)BIO_free(bio);
	UI_destroy_method(ui);
	if (store == NULL)
		return err_set(e, EIO, "OpenSSL cannot read key files");
	l.is_broken = true;
	r = loading_end(&l, ret);
	if (r == -EBADMSG)
		return err_set(e, EBADMSG, "no usable private key inside");
	if (r == -EACCES)
		return err_set(e, EACCES,
			       "wrong passphrase, or the file is damaged");
	return r;
}

void trust_keystore_done(struct trust_keystore *k)
{
	OSSL_LIB_CTX_free(k->lib);
	if (k->silent != NULL)
		UI_set_default_method(UI_OpenSSL());
	UI_destroy_method(k->silent);
	*k = (struct trust_keystore){ 0 };
}

/* openssl.cnf may load the provider and say which module it is for. */
static OSSL_LIB_CTX *library_open(void)
{
	OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
	char *config = CONF_get1_default_config_file();

	if (lib != NULL && config != NULL)
		(void)OSSL_LIB_CTX_load_config(lib, config);
	OPENSSL_free(config);
	if (lib != NULL && OSSL_PROVIDER_load(lib, "default") != NULL &&
	    (OSSL_PROVIDER_available(lib, PROVIDER) == 1 ||
	     OSSL_PROVIDER_load(lib, PROVIDER) != NULL))
		return lib;
	OSSL_LIB_CTX_free(lib);
	return NULL;
}

static int nothing_read(UI *ui, UI_STRING *string)
{
	(void)ui;
	(void)string;
	return 0; /* failed */
}

static int library_need(struct trust_keystore *k, struct err *e)
{
	if (k->silent == NULL) {
		k->silent = UI_create_method("silent");
		if (k->silent == NULL)
			return err_set(e, ENOMEM, "out of memory");
		(void)UI_method_set_reader(k->silent, nothing_read);
		UI_set_default_method(k->silent);
	}
	if (k->lib == NULL)
		k->lib = library_open();
	ERR_clear_error();
	if (k->lib != NULL)
		return 0;
	(void)err_set(e, EOPNOTSUPP,
		      "OpenSSL's provider \"" PROVIDER "\" cannot be loaded");
	return err_hint(e, "install pkcs11-provider, and name the token's "
			   "module in openssl.cnf or in "
			   "PKCS11_PROVIDER_MODULE");
}

int trust_keystore_token(struct trust_keystore *k, const char *uri,
			 bool wants_private, const struct trust_secret *secret,
			 EVP_PKEY **ret, struct err *e)
{
	struct loading l = { .secret = secret, .e = e };
	OSSL_STORE_CTX *store = NULL;
	UI_METHOD *ui;
	int r = library_need(k, e);

	if (r < 0)
		return r;
	ui = UI_UTIL_wrap_read_pem_callback(secret_read, 0);
	if (ui != NULL)
		store = OSSL_STORE_open_ex(uri, k->lib, NULL, ui, &l, NULL,
					   NULL, NULL);
	if (store != NULL)
		store_read(store,
			   wants_private ? OSSL_STORE_INFO_PKEY
					 : OSSL_STORE_INFO_PUBKEY,
			   &l);
	UI_destroy_method(ui);
	l.is_broken |= store == NULL;
	r = loading_end(&l, ret);
	if (store == NULL && !l.was_asked)
		return err_set(e, EIO, "OpenSSL cannot open it");
	return r == -EACCES ? err_set(e, EACCES, "wrong PIN") : r;
}
