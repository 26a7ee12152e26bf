/* SPDX-License-Identifier: Apache-2.0 */
/* keyring.c - see keyring.h. */
#include "cmd/bailiff-bundle/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"

#define GIVEN_SIZE (KEYRING_PASSPHRASES_MAX * sizeof(struct passphrase))

static int secret_check(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EINVAL, "%s: not a regular file", path);
	if ((st.st_mode & 077) == 0)
		return 0;
	(void)err_set(e, EPERM, "%s: mode %04o, others may read it", path,
		      st.st_mode & 07777);
	return err_hint(e, "chmod 600 it; if others may have read it, make a "
			   "new one");
}

/* The first line of @fd, byte by byte: what follows is not ours to read. */
static int line_read(int fd, struct passphrase *to, struct err *e)
{
	to->len = 0;
	for (;;) {
		char c;
		const ssize_t n = read(fd, &c, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "read the passphrase");
		if (n == 0 || c == '\n')
			break;
		if (to->len == TRUST_PASSPHRASE_MAX)
			return err_set(e, EINVAL,
				       "the passphrase has more than %d bytes",
				       TRUST_PASSPHRASE_MAX);
		to->text[to->len++] = c;
	}
	to->text[to->len] = '\0';
	if (to->len == 0)
		return err_set(e, EINVAL, "the passphrase is empty");
	return 0;
}

static int file_add(struct keyring *k, const char *path, struct err *e)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int r;

	if (fd < 0)
		return err_errno(e, "open %s", path);
	r = secret_check(fd, path, e);
	if (r < 0)
		return r;
	if (k->count == KEYRING_PASSPHRASES_MAX)
		return err_set(e, EINVAL, "more than %d passphrases",
			       KEYRING_PASSPHRASES_MAX);
	r = line_read(fd, &k->given[k->count], e);
	if (r < 0)
		return err_wrap(e, "%s", path);
	k->count++;
	return 0;
}

int keyring_open(const struct keyring_options *options, struct keyring *ret,
		 struct err *e)
{
	struct keyring k = { 0 };
	void *memory = mmap(NULL, GIVEN_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int r = 0;

	if (memory == MAP_FAILED)
		return err_errno(e, "memory for passphrases");
	/* Best effort: without the right to lock, it is still wiped. */
	(void)mlock(memory, GIVEN_SIZE);
	(void)madvise(memory, GIVEN_SIZE, MADV_DONTDUMP);
	k.given = memory;
	if (options->fd >= 0) {
		r = line_read(options->fd, &k.given[0], e);
		k.count = 1;
	}
	for (size_t i = 0; r == 0 && i < options->files.count; i++)
		r = file_add(&k, options->files.items[i], e);
	if (r < 0) {
		keyring_close(&k);
		return r;
	}
	*ret = k;
	return 0;
}

void keyring_close(struct keyring *k)
{
	if (k->given == NULL)
		return;
	OPENSSL_cleanse(k->given, GIVEN_SIZE);
	(void)munmap(k->given, GIVEN_SIZE);
	*k = (struct keyring){ 0 };
}

/* Ask on the terminal; the answer joins those that are tried. */
static int terminal_ask(struct keyring *k, const char *prompt, bool twice,
			struct err *e)
{
	AUTO_FD tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct passphrase *to = &k->given[k->count];

	if (tty < 0) {
		(void)err_set(e, ENOTTY, "%sno terminal to ask on", prompt);
		return err_hint(e, "give --passphrase-file or --passphrase-fd");
	}
	if (k->count == KEYRING_PASSPHRASES_MAX)
		return err_set(e, EINVAL, "more than %d passphrases",
			       KEYRING_PASSPHRASES_MAX);
	if (EVP_read_pw_string_min(to->text, twice ? TRUST_PASSPHRASE_MIN : 0,
				   (int)sizeof(to->text) - 1, prompt,
				   twice ? 1 : 0) != 0)
		return err_set(e, EINVAL, "%sno passphrase was given%s", prompt,
			       twice ? ", or not the same one twice" : "");
	to->len = strlen(to->text);
	k->count++;
	return 0;
}

int keyring_new_passphrase(struct keyring *k, struct span *ret, struct err *e)
{
	int r = 0;

	if (k->count == 0)
		r = terminal_ask(k, "Passphrase for the new key: ", true, e);
	if (r < 0)
		return r;
	*ret = (struct span){ k->given[0].text, k->given[0].len };
	return 0;
}

void keyfile_done(struct keyfile *f)
{
	trust_signer_done(&f->signer);
}

/* Try every passphrase there is, then ask for one. */
static int private_open(struct keyring *k, const char *path, struct span pem,
			struct trust_signer *ret, struct err *e)
{
	char prompt[256];
	int r = -EACCES;

	for (size_t i = 0; i < k->count && r == -EACCES; i++)
		r = trust_signer_import(
			pem, (struct span){ k->given[i].text, k->given[i].len },
			ret, e);
	if (r == -EACCES && k->count != 0)
		return err_set(e, EKEYREJECTED, "%s: wrong passphrase", path);
	if (r == -EACCES) {
		(void)snprintf(prompt, sizeof(prompt),
			       "Passphrase for %.200s: ", path);
		r = terminal_ask(k, prompt, false, e);
		if (r < 0)
			return r;
		r = trust_signer_import(
			pem, (struct span){ k->given[0].text, k->given[0].len },
			ret, e);
		k->count = 0; /* asked for this key alone */
		if (r == -EACCES)
			return err_set(e, EKEYREJECTED, "%s: wrong passphrase",
				       path);
	}
	return r < 0 ? err_wrap(e, "%s", path) : 0;
}

static int public_open(const char *path, struct span bytes,
		       struct trust_signer *ret, struct err *e)
{
	int r = trust_public_import(bytes, &ret->object, e);

	if (r == 0)
		r = trust_key_id(ret->object, ret->id);
	if (r < 0 && (e == NULL || e->code == 0))
		return err_set(e, -r, "%s: no key id", path);
	return r < 0 ? err_wrap(e, "%s", path) : 0;
}

static bool bytes_are_private(struct buf *bytes)
{
	const char *text = buf_cstr(bytes);

	return text != NULL && strstr(text, "PRIVATE KEY-----") != NULL;
}

int keyfile_open(struct keyring *k, const char *path, bool wants_private,
		 struct keyfile *ret, struct err *e)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	AUTO_DONE(buf_done) struct buf bytes;
	struct keyfile f = { 0 };
	int r;

	buf_init(&bytes, TRUST_KEY_FILE_MAX);
	if (fd < 0)
		return err_errno(e, "open %s", path);
	r = file_read_fd(fd, TRUST_KEY_FILE_MAX, &bytes, e);
	if (r < 0)
		return err_wrap(e, "%s", path);
	if (!bytes_are_private(&bytes)) {
		if (wants_private)
			return err_set(e, EBADMSG,
				       "%s: not an encrypted PKCS#8 key", path);
		r = public_open(path, buf_view(&bytes), &f.signer, e);
	} else {
		r = secret_check(fd, path, e);
		if (r == 0)
			r = private_open(k, path, buf_view(&bytes), &f.signer,
					 e);
	}
	if (r < 0) {
		keyfile_done(&f);
		return r;
	}
	*ret = f;
	return 0;
}

int keyring_sign(struct keyring *k, const struct option_list *paths,
		 const struct trust_role_keys *const *by, json_t *document,
		 struct err *e)
{
	for (size_t i = 0; i < paths->count; i++) {
		AUTO_DONE(keyfile_done) struct keyfile f = { 0 };
		int r = keyfile_open(k, paths->items[i], true, &f, e);

		if (r < 0)
			return r;
		r = trust_sign_listed(document, &f.signer, by, e);
		if (r < 0) {
			(void)err_wrap(e, "%s", paths->items[i]);
			return r;
		}
	}
	return 0;
}
