/* SPDX-License-Identifier: Apache-2.0 */
/* keygen.c - bailiff-bundle keygen: an encrypted key and its public half. */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/bailiff-bundle/keyring.h"
#include "lib/auto.h"
#include "lib/file.h"

/* Never over a file that is there: it may be the only copy of a key. */
static int file_create(const char *path, mode_t mode, struct span content,
		       struct err *e)
{
	AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	int r;

	if (fd < 0)
		return err_errno(e, "create %s", path);
	r = file_write_all(fd, content);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlink(path);
		return err_set(e, -r, "write %s: %s", path, strerror(-r));
	}
	return 0;
}

static int public_write(const char *path, const struct trust_signer *s,
			struct err *e)
{
	AUTO_DONE(buf_done) struct buf text;
	char name[4096];

	buf_init(&text, TRUST_KEY_FILE_MAX);
	if (json_pretty(s->object, &text) < 0)
		return err_set(e, ENOMEM, "out of memory");
	if (snprintf(name, sizeof(name), "%s.pub", path) >= (int)sizeof(name))
		return err_set(e, EINVAL, "too long a name: %s", path);
	return file_create(name, 0644, buf_view(&text), e);
}

static int pair_write(const char *path, const struct trust_signer *s,
		      struct keyring *keyring, struct err *e)
{
	AUTO_DONE(buf_done) struct buf pem;
	struct span passphrase;
	int r = keyring_new_passphrase(keyring, &passphrase, e);

	buf_init(&pem, TRUST_KEY_FILE_MAX);
	if (r == 0)
		r = trust_signer_export(s, passphrase, &pem, e);
	if (r == 0)
		r = file_create(path, 0600, buf_view(&pem), e);
	if (r < 0)
		return r;
	r = public_write(path, s, e);
	if (r < 0)
		(void)unlink(path);
	return r;
}

/* What was asked for. */
struct keygen {
	const char *path, *type, *owner, *from;
	uint64_t bits;
};

/* A new key, or the public half of one that is there. */
static int key_make(const struct keygen *k, struct keyring *keyring,
		    struct keyfile *ret, struct err *e)
{
	int r;

	if (k->from != NULL && (k->type != NULL || k->bits != 0))
		return err_set(e, EINVAL,
			       "--from takes a key that is there: no --type, "
			       "no --bits");
	if (k->bits > UINT_MAX)
		return err_set(e, EINVAL, "--bits is too large");
	if (k->from != NULL)
		r = keyfile_open(keyring, k->from, false, ret, e);
	else
		r = trust_signer_new(k->type ? k->type : TRUST_KEYTYPE_ED25519,
				     (unsigned int)k->bits, &ret->signer, e);
	if (r == 0 && k->owner != NULL)
		r = trust_signer_own(&ret->signer, k->owner, e);
	return r;
}

int verb_keygen(int argc, char **argv, struct err *e)
{
	AUTO_DONE(keyring_close) struct keyring keyring = { 0 };
	AUTO_DONE(keyfile_done) struct keyfile f = { 0 };
	struct keyring_options options = { .fd = -1 };
	struct keygen k = { 0 };
	const struct option_row rows[] = {
		{ "key", OPTION_TEXT, true, "FILE",
		  "the key to make; FILE.pub gets its public half", &k.path },
		{ "type", OPTION_TEXT, false, "TYPE",
		  "ed25519 (the default), ecdsa (P-256) or rsa", &k.type },
		{ "bits", OPTION_NUMBER, false, "N",
		  "of an RSA key, 2048 to 8192 (3072)", &k.bits },
		{ "owner", OPTION_TEXT, false, "NAME",
		  "whose key it is; counts in the key id", &k.owner },
		{ "from", OPTION_TEXT, false, "KEY",
		  "make FILE.pub only, for a file or token that is there",
		  &k.from },
		KEYRING_OPTIONS(&options),
		{ .kind = OPTION_END },
	};
	int r = verb_options("keygen", rows, argc, argv, e);

	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	r = keyring_open(&options, &keyring, e);
	if (r == 0)
		r = key_make(&k, &keyring, &f, e);
	if (r == 0 && k.from != NULL)
		r = public_write(k.path, &f.signer, e);
	else if (r == 0)
		r = pair_write(k.path, &f.signer, &keyring, e);
	if (r == 0)
		printf("%s\n", f.signer.id);
	return r;
}
