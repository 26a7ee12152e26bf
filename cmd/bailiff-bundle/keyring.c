/* SPDX-License-Identifier: Apache-2.0 */
/* keyring.c - see keyring.h. */
#include "cmd/bailiff-bundle/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/ui.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/hex.h"

/* The PIN stands behind the passphrases. */
#define GIVEN_SIZE ((KEYRING_PASSPHRASES_MAX + 1) * sizeof(struct passphrase))

#define FILE_SCHEME  "file:"
#define TOKEN_SCHEME "pkcs11:"

/* Whatever it is, opening it does not wait. */
static int regular_open(const char *path, int *ret, struct err *e)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return err_errno(e, "open %s", path);
	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EBADMSG, "%s: not a regular file", path);
	*ret = fd_steal(&fd);
	return 0;
}

static int secret_check(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat %s", path);
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

/* A file's first line, if nobody else may read it. */
static int secret_read(const char *path, struct passphrase *to, struct err *e)
{
	AUTO_FD fd = -1;
	int r = regular_open(path, &fd, e);

	if (r == 0)
		r = secret_check(fd, path, e);
	if (r < 0)
		return r;
	r = line_read(fd, to, e);
	return r < 0 ? err_wrap(e, "%s", path) : 0;
}

static int file_add(struct keyring *k, const char *path, struct err *e)
{
	int r;

	if (k->count == KEYRING_PASSPHRASES_MAX)
		return err_set(e, EINVAL, "more than %d passphrases",
			       KEYRING_PASSPHRASES_MAX);
	r = secret_read(path, &k->given[k->count], e);
	if (r == 0)
		k->count++;
	return r;
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
	k.pin = &k.given[KEYRING_PASSPHRASES_MAX];
	if (options->fd >= 0) {
		r = line_read(options->fd, &k.given[0], e);
		k.count = 1;
	}
	for (size_t i = 0; r == 0 && i < options->files.count; i++)
		r = file_add(&k, options->files.items[i], e);
	if (r == 0 && options->pin_file != NULL)
		r = secret_read(options->pin_file, k.pin, e);
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
	trust_keystore_done(&k->store);
	OPENSSL_cleanse(k->given, GIVEN_SIZE);
	(void)munmap(k->given, GIVEN_SIZE);
	*k = (struct keyring){ 0 };
}

/* OpenSSL's own terminal, whatever its default is now. */
static bool terminal_read(const char *prompt, struct passphrase *to,
			  struct passphrase *again)
{
	const int min = again != NULL ? TRUST_PASSPHRASE_MIN : 1;
	UI *ui = UI_new_method(UI_OpenSSL());
	bool is_done =
		ui != NULL && UI_add_input_string(ui, prompt, 0, to->text, min,
						  TRUST_PASSPHRASE_MAX) > 0;

	if (is_done && again != NULL)
		is_done = UI_add_verify_string(ui, prompt, 0, again->text, min,
					       TRUST_PASSPHRASE_MAX,
					       to->text) > 0;
	is_done = is_done && UI_process(ui) == 0;
	UI_free(ui);
	to->len = is_done ? strlen(to->text) : 0;
	return is_done;
}

/* Ask on the terminal; the answer joins those that are tried. */
static int terminal_ask(struct keyring *k, const char *prompt, bool twice,
			struct err *e)
{
	AUTO_FD tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (tty < 0) {
		(void)err_set(e, ENOTTY, "%sno terminal to ask on", prompt);
		return err_hint(e, "give --passphrase-file or --passphrase-fd; "
				   "--pin-file for a token");
	}
	/* Room for the same again as well. */
	if (k->count + 1 >= KEYRING_PASSPHRASES_MAX)
		return err_set(e, EINVAL, "more than %d passphrases",
			       KEYRING_PASSPHRASES_MAX);
	if (!terminal_read(prompt, &k->given[k->count],
			   twice ? &k->given[k->count + 1] : NULL))
		return twice ? err_set(e, EINVAL,
				       "%smust have %d to %d bytes, the same "
				       "twice",
				       prompt, TRUST_PASSPHRASE_MIN,
				       TRUST_PASSPHRASE_MAX)
			     : err_set(e, EINVAL, "%snothing was given",
				       prompt);
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

/* -- files ----------------------------------------------------------------- */

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

static int key_read(int fd, const char *path, struct buf *out, struct err *e)
{
	buf_init(out, TRUST_KEY_FILE_MAX);
	return file_read_fd(fd, TRUST_KEY_FILE_MAX, out, e) < 0
		       ? err_wrap(e, "%s", path)
		       : 0;
}

/* Take FILE.pub, if it is there, for the public half of FILE: it may name the
 * owner, which the private key does not. */
static int sibling_adopt(const char *path, struct trust_signer *s,
			 struct err *e)
{
	AUTO_DONE(trust_signer_done) struct trust_signer public = { 0 };
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	AUTO_FD fd = -1;
	char name[4096];
	int r;

	if (snprintf(name, sizeof(name), "%s.pub", path) >= (int)sizeof(name))
		return err_set(e, EINVAL, "too long a name: %s", path);
	if (access(name, F_OK) < 0 && errno == ENOENT)
		return 0;
	r = regular_open(name, &fd, e);
	if (r == 0)
		r = key_read(fd, name, &bytes, e);
	if (r == 0)
		r = public_open(name, buf_view(&bytes), &public, e);
	if (r < 0)
		return r;
	r = trust_signer_adopt(s, public.object, e);
	if (r == -EKEYREJECTED) {
		(void)err_set(e, EKEYREJECTED,
			      "%s is not the public half of %s", name, path);
		return err_hint(e, "it would name the key's owner: put the "
				   "right one there, or move it away");
	}
	return r;
}

static int path_open(struct keyring *k, const char *path, bool wants_private,
		     struct trust_signer *ret, struct err *e)
{
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	AUTO_FD fd = -1;
	int r = regular_open(path, &fd, e);

	if (r == 0)
		r = key_read(fd, path, &bytes, e);
	if (r < 0)
		return r;
	if (!bytes_are_private(&bytes) && !wants_private)
		return public_open(path, buf_view(&bytes), ret, e);
	/* One that is not private is refused below, with a sentence. */
	if (bytes_are_private(&bytes))
		r = secret_check(fd, path, e);
	if (r == 0)
		r = private_open(k, path, buf_view(&bytes), ret, e);
	if (r == 0 && !wants_private)
		r = sibling_adopt(path, ret, e);
	return r;
}

/* -- URIs ------------------------------------------------------------------ */

static int uri_refuse(const char *uri, const char *why, struct err *e)
{
	return err_set(e, EINVAL, "%s: %s", uri, why);
}

/* RFC 8089: "file:PATH", "file:///PATH", "file://localhost/PATH". */
static int file_uri_path(const char *uri, char *to, size_t size, struct err *e)
{
	const char *p = uri + strlen(FILE_SCHEME);
	size_t len = 0;

	if (strncmp(p, "//", 2) == 0)
		p += strncmp(p, "//localhost/", 12) == 0 ? 11 : 2;
	if (p[0] == '\0' || (p > uri + strlen(FILE_SCHEME) && p[0] != '/'))
		return uri_refuse(uri, "it must name a file on this machine",
				  e);
	for (; *p != '\0' && len + 1 < size; p++) {
		to[len] = *p;
		if (*p == '%' &&
		    hex_decode((struct span){ p + 1, strnlen(p + 1, 2) },
			       &to[len], 1) != 1)
			return uri_refuse(uri, "\"%\" without two digits", e);
		if (to[len] == '\0')
			return uri_refuse(uri, "it has a NUL", e);
		p += *p == '%' ? 2 : 0;
		len++;
	}
	to[len] = '\0';
	return *p == '\0' ? 0 : uri_refuse(uri, "it is too long", e);
}

struct pin_ask {
	struct keyring *keyring;
	const char *uri;
};

/* Which of those given is the PIN; never one after the other. Borrowed. */
static int pin_find(struct keyring *k, const char *uri,
		    const struct passphrase **ret, struct err *e)
{
	char prompt[256];
	int r;

	*ret = k->pin->len != 0 ? k->pin : &k->given[0];
	if (k->pin->len != 0 || k->count == 1)
		return 0;
	if (k->count > 1)
		return err_set(e, EINVAL,
			       "which of the %zu passphrases is the PIN? give "
			       "--pin-file: to try them would lock the token",
			       k->count);
	(void)snprintf(prompt, sizeof(prompt), "PIN for %.200s: ", uri);
	r = terminal_ask(k, prompt, false, e);
	k->count = 0; /* asked for this key alone */
	return r;
}

/* For struct trust_secret. */
static int pin_get(void *ctx, char *to, size_t size, struct err *e)
{
	const struct pin_ask *ask = ctx;
	const struct passphrase *pin;
	const int r = pin_find(ask->keyring, ask->uri, &pin, e);

	if (r < 0)
		return r;
	if (pin->len > size)
		return err_set(e, EINVAL, "the PIN is too long");
	memcpy(to, pin->text, pin->len);
	return (int)pin->len;
}

static int token_open(struct keyring *k, const char *uri, bool wants_private,
		      struct trust_signer *ret, struct err *e)
{
	struct pin_ask ask = { k, uri };
	const struct trust_secret secret = { pin_get, &ask };
	int r;

	if (strstr(uri, "pin-value=") != NULL) {
		(void)err_set(e, EINVAL,
			      "a PIN in a URI can be seen by everybody on this "
			      "machine");
		return err_hint(e, "give --pin-file, or let it be asked for");
	}
	if (strstr(uri, "type=public") == NULL)
		wants_private = true;
	r = trust_signer_token(&k->store, uri, wants_private, &secret, ret, e);
	if (r == -EACCES)
		return err_set(
			e, EKEYREJECTED,
			"%s: wrong PIN, or the token holds no such private key",
			uri);
	if (r < 0)
		(void)err_wrap(e, "%s", uri);
	return r;
}

int keyfile_open(struct keyring *k, const char *name, bool wants_private,
		 struct keyfile *ret, struct err *e)
{
	struct keyfile f = { 0 };
	char path[4096];
	int r;

	if (strncmp(name, TOKEN_SCHEME, strlen(TOKEN_SCHEME)) == 0) {
		r = token_open(k, name, wants_private, &f.signer, e);
	} else if (strncmp(name, FILE_SCHEME, strlen(FILE_SCHEME)) == 0) {
		r = file_uri_path(name, path, sizeof(path), e);
		if (r == 0)
			r = path_open(k, path, wants_private, &f.signer, e);
	} else {
		r = path_open(k, name, wants_private, &f.signer, e);
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
