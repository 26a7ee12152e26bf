/* SPDX-License-Identifier: Apache-2.0 */
/* keychange.c - see keychange.h. */
#include "cmd/bailiff-bundle/keychange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/bailiff-bundle/authority.h"
#include "lib/auto.h"

#define ID_DIGITS_MIN 8

static int no_memory(struct err *e)
{
	return err_set(e, ENOMEM, "out of memory");
}

void key_signers_done(struct key_signers *s)
{
	for (size_t i = 0; i < s->count; i++)
		keyfile_done(&s->files[i]);
	free(s->files);
	*s = (struct key_signers){ 0 };
}

void key_list_done(struct key_list *l)
{
	json_decref(l->keys);
	*l = (struct key_list){ 0 };
}

void key_name_done(struct key_name *n)
{
	json_decref(n->object);
	*n = (struct key_name){ 0 };
}

int key_list_read(const struct role_authority *a, struct key_list *ret,
		  struct err *e)
{
	const json_t *body = a->by->metadata.body;
	const json_t *objects = json_object_get(
		a->delegation ? json_object_get(body, "delegations") : body,
		"keys");
	AUTO_JSON *keys = json_array();

	for (size_t i = 0; i < a->keys->count; i++)
		if (json_array_append(
			    keys,
			    json_object_get(objects, a->keys->keys[i]->id)) < 0)
			return no_memory(e);
	*ret = (struct key_list){ ptr_steal(&keys), a->keys->threshold };
	return 0;
}

int key_name_read(const char *text, struct keyring *keyring,
		  struct key_name *ret, struct err *e)
{
	const size_t digits = strspn(text, "0123456789abcdef");
	AUTO_DONE(keyfile_done) struct keyfile f = { 0 };
	struct key_name n = { 0 };
	int r;

	if (text[digits] == '\0' && digits >= ID_DIGITS_MIN &&
	    digits <= TRUST_KEY_ID_LEN && access(text, F_OK) < 0) {
		memcpy(n.id, text, digits + 1);
		*ret = n;
		return 0;
	}
	r = keyfile_open(keyring, text, false, &f, e);
	if (r == -ENOENT)
		return err_set(e, EINVAL,
			       "%s: neither a file nor a key id (%d to %d "
			       "lower-case hexadecimal digits)",
			       text, ID_DIGITS_MIN, TRUST_KEY_ID_LEN);
	if (r < 0)
		return r;
	memcpy(n.id, f.signer.id, sizeof(n.id));
	n.object = json_incref(f.signer.object);
	*ret = n;
	return 0;
}

bool key_name_fits(const struct key_name *n, const json_t *object)
{
	char id[TRUST_KEY_ID_LEN + 1];

	if (n->object != NULL &&
	    json_equal(json_object_get(n->object, "keyval"),
		       json_object_get(object, "keyval")))
		return true;
	return trust_key_id(object, id) == 0 &&
	       strncmp(id, n->id, strlen(n->id)) == 0;
}

/* Keep a private key, so that it can sign. */
static int signer_keep(struct key_signers *signers, struct keyfile *f,
		       struct err *e)
{
	struct keyfile *files;

	if (signers == NULL || f->signer.pkey == NULL)
		return 0;
	files = reallocarray(signers->files, signers->count + 1,
			     sizeof(*files));
	if (files == NULL)
		return no_memory(e);
	signers->files = files;
	signers->files[signers->count++] = *f;
	*f = (struct keyfile){ 0 };
	return 0;
}

static int file_append(const char *path, struct keyring *keyring, json_t *keys,
		       struct key_signers *signers, struct err *e)
{
	AUTO_DONE(keyfile_done) struct keyfile f = { 0 };
	const int r = keyfile_open(keyring, path, false, &f, e);

	if (r < 0)
		return r;
	if (json_array_append(keys, f.signer.object) < 0)
		return no_memory(e);
	return signer_keep(signers, &f, e);
}

static int files_append(const struct option_list *paths,
			struct keyring *keyring, json_t *keys,
			struct key_signers *signers, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < paths->count; i++)
		r = file_append(paths->items[i], keyring, keys, signers, e);
	return r;
}

static size_t fitting_remove(const struct key_name *name, json_t *keys)
{
	size_t removed = 0;

	for (size_t i = json_array_size(keys); i-- > 0;)
		if (key_name_fits(name, json_array_get(keys, i))) {
			(void)json_array_remove(keys, i);
			removed++;
		}
	return removed;
}

static int one_remove(const char *text, const char *role,
		      struct keyring *keyring, json_t *keys, struct err *e)
{
	AUTO_DONE(key_name_done) struct key_name name = { 0 };
	const int r = key_name_read(text, keyring, &name, e);
	size_t removed;

	if (r < 0)
		return r;
	removed = fitting_remove(&name, keys);
	if (removed == 0)
		return err_set(e, EINVAL, "%s is no key of role %s", text,
			       role);
	if (removed > 1 && name.object == NULL)
		return err_set(e, EINVAL,
			       "%s: %zu keys of role %s begin so: give more "
			       "digits",
			       text, removed, role);
	return 0;
}

int key_change_apply(const struct key_change *c, const char *role,
		     struct keyring *keyring, struct key_list *list,
		     struct key_signers *signers, struct err *e)
{
	int r = 0;

	if (c->set.count != 0 || list->keys == NULL) {
		json_decref(list->keys);
		list->keys = json_array();
		if (list->keys == NULL)
			return no_memory(e);
	}
	r = files_append(&c->set, keyring, list->keys, signers, e);
	for (size_t i = 0; r == 0 && i < c->remove.count; i++)
		r = one_remove(c->remove.items[i], role, keyring, list->keys,
			       e);
	if (c->gone != NULL)
		(void)fitting_remove(c->gone, list->keys);
	if (r == 0)
		r = files_append(&c->add, keyring, list->keys, signers, e);
	if (c->threshold != 0)
		list->threshold = c->threshold;
	return r;
}

int key_signers_sign(const struct key_signers *signers,
		     const struct trust_role_keys *const *by, json_t *document,
		     struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < signers->count; i++) {
		r = trust_sign_listed(document, &signers->files[i].signer, by,
				      e);
		if (r == -EKEYREJECTED)
			r = 0;
	}
	return r;
}
