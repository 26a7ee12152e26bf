/* SPDX-License-Identifier: Apache-2.0 */
/* spec.c - see spec.h. */
#include "pkg/oci/spec.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "lib/json.h"
#include "pkg/identity/paths.h"

#define DUMP_FLAGS JSON_COMPACT

/* ---- numbers ------------------------------------------------------------- */

/* Any number becomes the string MARK followed by its text, and back again
 * after dumping. The mark is random, so that no text from outside can be taken
 * for a number. */
static int mark_make(struct spec *s, struct err *e)
{
	uint64_t nonce[2];

	if (getrandom(nonce, sizeof(nonce), 0) != sizeof(nonce))
		return err_errno(e, "getrandom");
	(void)snprintf(s->mark, sizeof(s->mark), "#%016" PRIx64 "%016" PRIx64,
		       nonce[0], nonce[1]);
	return 0;
}

static bool is_number_char(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' ||
	       c == 'e' || c == 'E';
}

/* Length of the string at @text, both quotes included; what is unterminated
 * ends with the text, and the parser refuses it. */
static size_t string_len(struct span text)
{
	size_t i = 1;

	for (; i < text.len && text.p[i] != '"'; i++)
		if (text.p[i] == '\\')
			i++;
	return i < text.len ? i + 1 : text.len;
}

/* The grammar of RFC 8259, since the parser will not see it. */
static bool is_number(struct span n)
{
	size_t i = 0, digits = 0;

	if (i < n.len && n.p[i] == '-')
		i++;
	if (i < n.len && n.p[i] == '0' && i + 1 < n.len && n.p[i + 1] >= '0' &&
	    n.p[i + 1] <= '9')
		return false;
	for (; i < n.len && n.p[i] >= '0' && n.p[i] <= '9'; i++)
		digits++;
	if (digits == 0)
		return false;
	if (i < n.len && n.p[i] == '.') {
		for (i++, digits = 0;
		     i < n.len && n.p[i] >= '0' && n.p[i] <= '9'; i++)
			digits++;
		if (digits == 0)
			return false;
	}
	if (i < n.len && (n.p[i] == 'e' || n.p[i] == 'E')) {
		i++;
		if (i < n.len && (n.p[i] == '-' || n.p[i] == '+'))
			i++;
		for (digits = 0; i < n.len && n.p[i] >= '0' && n.p[i] <= '9';
		     i++)
			digits++;
		if (digits == 0)
			return false;
	}
	return i == n.len;
}

static int numbers_hide(const struct spec *s, struct span text, struct buf *out,
			struct err *e)
{
	size_t i = 0;

	while (i < text.len) {
		const struct span rest = { text.p + i, text.len - i };
		size_t len = 1;

		if (rest.p[0] == '"') {
			len = string_len(rest);
		} else if ((rest.p[0] >= '0' && rest.p[0] <= '9') ||
			   rest.p[0] == '-') {
			while (len < rest.len && is_number_char(rest.p[len]))
				len++;
			if (!is_number((struct span){ rest.p, len }))
				return err_set(e, EBADMSG, "malformed number");
			buf_puts(out, "\"");
			buf_puts(out, s->mark);
			buf_put(out, rest.p, len);
			buf_puts(out, "\"");
			i += len;
			continue;
		}
		buf_put(out, rest.p, len);
		i += len;
	}
	return buf_error(out) < 0 ? err_set(e, -buf_error(out), "%s",
					    strerror(-buf_error(out)))
				  : 0;
}

static void numbers_show(const struct spec *s, struct span text,
			 struct buf *out)
{
	const size_t mark = strlen(s->mark);
	size_t i = 0;

	while (i < text.len) {
		const struct span rest = { text.p + i, text.len - i };
		size_t len = 1;

		if (rest.p[0] == '"')
			len = string_len(rest);
		i += len;
		if (len > mark + 2 && memcmp(rest.p + 1, s->mark, mark) == 0)
			buf_put(out, rest.p + 1 + mark, len - mark - 2);
		else
			buf_put(out, rest.p, len);
	}
}

/* ---- ambiguity ----------------------------------------------------------- */

/* Members that the gate reads or writes, by the object that holds them. */
static const char *const root_keys[] = { "process", "mounts",	   "hooks",
					 "root",    "annotations", NULL };
static const char *const process_keys[] = { "args", "capabilities",
					    "noNewPrivileges", NULL };
static const char *const hooks_keys[] = { "createRuntime", NULL };
static const char *const root_path_keys[] = { "path", NULL };
static const char *const mount_keys[] = { "destination", "source", "type",
					  "options", NULL };

/* Go folds case with Unicode's rules, in which two characters beyond ASCII
 * (U+017F, U+212A) are letters: no such key is taken here. */
static bool is_ascii(const char *key)
{
	for (; *key != '\0'; key++)
		if ((unsigned char)*key >= 0x80)
			return false;
	return true;
}

static int object_check(const json_t *object, const char *const *keys,
			struct err *e)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		if (!is_ascii(key))
			return err_set(e, EBADMSG,
				       "a member's name is not ASCII");
		for (size_t i = 0; keys[i] != NULL; i++)
			if (strcasecmp(key, keys[i]) == 0 &&
			    strcmp(key, keys[i]) != 0)
				return err_set(e, EBADMSG,
					       "member \"%s\": is it \"%s\"?",
					       key, keys[i]);
	}
	return 0;
}

/* A member that is there must have its type; null counts as not there. */
static int type_check(const json_t *object, const char *key, json_type type,
		      struct err *e)
{
	const json_t *value = json_object_get(object, key);

	if (value == NULL || json_is_null(value) || json_typeof(value) == type)
		return 0;
	return err_set(e, EBADMSG, "%s: wrong type", key);
}

static int mounts_check(const json_t *root, struct err *e)
{
	const json_t *mounts = json_object_get(root, "mounts");
	json_t *mount;
	size_t i;

	json_array_foreach(mounts, i, mount) {
		if (!json_is_object(mount))
			return err_set(e, EBADMSG, "mounts[%zu]: no object", i);
		if (object_check(mount, mount_keys, e) < 0)
			return err_wrap(e, "mounts[%zu]", i);
	}
	return 0;
}

static int document_check(const json_t *root, struct err *e)
{
	static const struct {
		const char *key;
		json_type type;
		const char *const *keys;
	} parts[] = {
		{ "process", JSON_OBJECT, process_keys },
		{ "hooks", JSON_OBJECT, hooks_keys },
		{ "root", JSON_OBJECT, root_path_keys },
		{ "annotations", JSON_OBJECT, NULL },
		{ "mounts", JSON_ARRAY, NULL },
	};

	if (object_check(root, root_keys, e) < 0 ||
	    object_check(root, process_keys, e) < 0)
		return -EBADMSG;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (type_check(root, parts[i].key, parts[i].type, e) < 0)
			return -EBADMSG;
		if (parts[i].keys != NULL &&
		    object_check(json_object_get(root, parts[i].key),
				 parts[i].keys, e) < 0)
			return err_wrap(e, "%s", parts[i].key);
	}
	return mounts_check(root, e);
}

/* ---- reading and writing ------------------------------------------------- */

static int document_load(struct span text, json_t **ret, struct err *e)
{
	json_error_t why;
	json_t *root =
		json_loadb(text.p, text.len, JSON_REJECT_DUPLICATES, &why);

	if (root == NULL)
		return err_set(e, EBADMSG, "%s", why.text);
	if (!json_is_object(root)) {
		json_decref(root);
		return err_set(e, EBADMSG, "not a JSON object");
	}
	*ret = root;
	return 0;
}

int spec_parse(struct span text, struct spec *ret, struct err *e)
{
	struct spec s = { 0 };
	struct buf hidden;
	int r;

	if (text.len > SPEC_MAX)
		return err_set(e, EFBIG, "over %d bytes", SPEC_MAX);
	r = mark_make(&s, e);
	if (r < 0)
		return r;
	/* A digit at worst becomes a string of 35 bytes and more. */
	buf_init(&hidden, (size_t)SPEC_MAX * 40);
	r = numbers_hide(&s, text, &hidden, e);
	if (r == 0)
		r = document_load(buf_view(&hidden), &s.root, e);
	buf_done(&hidden);
	if (r == 0)
		r = document_check(s.root, e);
	if (r < 0) {
		spec_done(&s);
		return r;
	}
	*ret = s;
	return 0;
}

void spec_done(struct spec *s)
{
	json_decref(s->root);
	s->root = NULL;
}

int spec_text(const struct spec *s, struct buf *out, struct err *e)
{
	char *text = json_dumps(s->root, DUMP_FLAGS);

	if (text == NULL)
		return err_set(e, ENOMEM, "write JSON: out of memory");
	numbers_show(s, span_of(text), out);
	free(text);
	if (buf_error(out) < 0)
		return err_set(e, -buf_error(out), "write JSON: %s",
			       strerror(-buf_error(out)));
	return 0;
}

const char *spec_service(const struct spec *s)
{
	const json_t *all = json_object_get(s->root, "annotations");

	return json_string_value(json_object_get(all, SPEC_ANNOTATION));
}

const char *spec_rootfs(const struct spec *s)
{
	const json_t *root = json_object_get(s->root, "root");

	return json_string_value(json_object_get(root, "path"));
}

/* ---- capabilities -------------------------------------------------------- */

static const char *const cap_names[] = {
	"CHOWN",
	"DAC_OVERRIDE",
	"DAC_READ_SEARCH",
	"FOWNER",
	"FSETID",
	"KILL",
	"SETGID",
	"SETUID",
	"SETPCAP",
	"LINUX_IMMUTABLE",
	"NET_BIND_SERVICE",
	"NET_BROADCAST",
	"NET_ADMIN",
	"NET_RAW",
	"IPC_LOCK",
	"IPC_OWNER",
	"SYS_MODULE",
	"SYS_RAWIO",
	"SYS_CHROOT",
	"SYS_PTRACE",
	"SYS_PACCT",
	"SYS_ADMIN",
	"SYS_BOOT",
	"SYS_NICE",
	"SYS_RESOURCE",
	"SYS_TIME",
	"SYS_TTY_CONFIG",
	"MKNOD",
	"LEASE",
	"AUDIT_WRITE",
	"AUDIT_CONTROL",
	"SETFCAP",
	"MAC_OVERRIDE",
	"MAC_ADMIN",
	"SYSLOG",
	"WAKE_ALARM",
	"BLOCK_SUSPEND",
	"AUDIT_READ",
	"PERFMON",
	"BPF",
	"CHECKPOINT_RESTORE",
};

static json_t *cap_set(uint64_t mask)
{
	json_t *set = json_array();

	for (size_t i = 0; i < sizeof(cap_names) / sizeof(cap_names[0]); i++)
		if (mask & 1ULL << i)
			(void)json_array_append_new(
				set, json_sprintf("CAP_%s", cap_names[i]));
	return set;
}

static json_t *caps_object(const struct spec_caps *c)
{
	return json_pack(
		"{s:o,s:o,s:o,s:o,s:o}", "bounding", cap_set(c->bounding),
		"effective", cap_set(c->effective), "permitted",
		cap_set(c->permitted), "inheritable", cap_set(c->inheritable),
		"ambient", cap_set(c->ambient));
}

/* ---- wrapping ------------------------------------------------------------ */

static bool is_word(const json_t *value, const char *word)
{
	const char *text = json_string_value(value);

	return text != NULL && strcmp(text, word) == 0;
}

/* "exec --artefact-fd N --receipt-fd M --" in front of the arguments. */
static void args_unwrap(json_t *process)
{
	json_t *args = json_object_get(process, "args");

	while (is_word(json_array_get(args, 0), PATH_LAUNCHER_IN_CONTAINER)) {
		while (json_array_size(args) != 0 &&
		       !is_word(json_array_get(args, 0), "--"))
			(void)json_array_remove(args, 0);
		(void)json_array_remove(args, 0);
	}
}

static bool mount_is_ours(const json_t *mount)
{
	const json_t *source = json_object_get(mount, "source");

	return is_word(json_object_get(mount, "destination"),
		       PATH_LAUNCHER_IN_CONTAINER) ||
	       is_word(source, SPEC_MASK) || is_word(source, SPEC_HOLD);
}

static bool hook_is_ours(const json_t *hook)
{
	return is_word(json_array_get(json_object_get(hook, "args"), 1),
		       "bailiff-hook");
}

static void array_remove(json_t *array, bool (*is_ours)(const json_t *item))
{
	for (size_t i = json_array_size(array); i > 0; i--)
		if (is_ours(json_array_get(array, i - 1)))
			(void)json_array_remove(array, i - 1);
}

void spec_unwrap(struct spec *s)
{
	args_unwrap(json_object_get(s->root, "process"));
	array_remove(json_object_get(s->root, "mounts"), mount_is_ours);
	array_remove(json_object_get(json_object_get(s->root, "hooks"),
				     "createRuntime"),
		     hook_is_ours);
}

static int no_memory(struct err *e)
{
	return err_set(e, ENOMEM, "edit JSON: out of memory");
}

/* Each number as a string of its own: these are words of a command. */
static int args_wrap(json_t *process, const struct spec_edit *edit,
		     struct err *e)
{
	json_t *args = json_object_get(process, "args");
	json_t *words;
	int r;

	if (json_array_size(args) == 0)
		return err_set(e, EBADMSG, "process.args: no command");
	words = json_pack(
		"[s,s,o,s,o,s]", PATH_LAUNCHER_IN_CONTAINER, "--artefact-fd",
		json_sprintf("%" PRIu32, edit->artefact_fd), "--receipt-fd",
		json_sprintf("%" PRIu32, edit->receipt_fd), "--");
	if (words == NULL)
		return no_memory(e);
	r = json_array_extend(words, args);
	if (json_object_set_new(process, "args", words) < 0 || r < 0)
		return no_memory(e);
	return 0;
}

static int process_wrap(json_t *process, const struct spec_edit *edit,
			struct err *e)
{
	int r;

	if (!json_is_object(process))
		return err_set(e, EBADMSG, "process: there is none");
	args_unwrap(process);
	r = args_wrap(process, edit, e);
	if (r < 0)
		return r;
	if ((!edit->keeps_caps &&
	     json_object_set_new(process, "capabilities",
				 caps_object(&edit->caps)) < 0) ||
	    json_object_set_new(process, "noNewPrivileges", json_true()) < 0)
		return no_memory(e);
	return 0;
}

int spec_process_wrap(struct spec *s, const struct spec_edit *edit,
		      struct err *e)
{
	return process_wrap(s->root, edit, e);
}

/* The member of @object, made when it is not there. Borrowed; NULL when out of
 * memory. */
static json_t *member_make(json_t *object, const char *key,
			   json_t *(*make)(void))
{
	json_t *value = json_object_get(object, key);

	if (value != NULL && !json_is_null(value))
		return value;
	if (json_object_set_new(object, key, make()) < 0)
		return NULL;
	return json_object_get(object, key);
}

static int mount_add(struct spec *s, json_t *mount)
{
	json_t *mounts = member_make(s->root, "mounts", json_array);

	return json_array_append_new(mounts, mount) < 0 ? -ENOMEM : 0;
}

int spec_hook(struct spec *s, const char *gate)
{
	json_t *hooks = member_make(s->root, "hooks", json_object);
	json_t *list = member_make(hooks, "createRuntime", json_array);
	json_t *hook = json_pack("{s:s,s:[s,s]}", "path", gate, "args",
				 "bailiff-gate", "bailiff-hook");

	return json_array_insert_new(list, 0, hook) < 0 ? -ENOMEM : 0;
}

int spec_wrap(struct spec *s, const struct spec_edit *edit, struct err *e)
{
	int r;

	spec_unwrap(s);
	r = process_wrap(json_object_get(s->root, "process"), edit, e);
	if (r < 0)
		return r;
	if (mount_add(s, json_pack("{s:s,s:s,s:s,s:[s,s,s,s]}", "destination",
				   PATH_LAUNCHER_IN_CONTAINER, "type", "bind",
				   "source", edit->launcher, "options", "bind",
				   "ro", "nosuid", "nodev")) < 0 ||
	    spec_hook(s, edit->hook) < 0)
		return no_memory(e);
	return 0;
}

int spec_mask(struct spec *s, const char *path)
{
	return mount_add(s, json_pack("{s:s,s:s,s:s,s:[s,s,s,s,s,s]}",
				      "destination", path, "type", "tmpfs",
				      "source", SPEC_MASK, "options", "ro",
				      "nosuid", "nodev", "noexec", "size=4k",
				      "mode=000"));
}

int spec_hold(struct spec *s, const char *path)
{
	return mount_add(s, json_pack("{s:s,s:s,s:s,s:[s,s,s,s,s]}",
				      "destination", path, "type", "bind",
				      "source", SPEC_HOLD, "options", "bind",
				      "ro", "nosuid", "nodev", "noexec"));
}

/* Return: 0: no bind; 1: a bind; 2: a recursive one. */
static int bind_kind(const json_t *mount)
{
	const json_t *options = json_object_get(mount, "options");
	int kind = is_word(json_object_get(mount, "type"), "bind");
	const json_t *option;
	size_t i;

	json_array_foreach(options, i, option) {
		if (is_word(option, "rbind"))
			return 2;
		if (is_word(option, "bind"))
			kind = 1;
	}
	return kind;
}

int spec_binds(const struct spec *s,
	       int (*each)(void *ctx, const char *source,
			   const char *destination, bool is_recursive),
	       void *ctx)
{
	const json_t *mounts = json_object_get(s->root, "mounts");
	const json_t *mount;
	size_t i;

	json_array_foreach(mounts, i, mount) {
		const char *from =
			json_string_value(json_object_get(mount, "source"));
		const char *to = json_string_value(
			json_object_get(mount, "destination"));
		const int kind = bind_kind(mount);
		int r;

		if (kind == 0 || from == NULL || to == NULL)
			continue;
		r = each(ctx, from, to, kind == 2);
		if (r < 0)
			return r;
	}
	return 0;
}
