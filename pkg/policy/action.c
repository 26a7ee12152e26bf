/* SPDX-License-Identifier: Apache-2.0 */
/* action.c - see action.h. */
#include "pkg/policy/action.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/num.h"
#include "pkg/landlock/resolve.h"
#include "pkg/policy/capabilities.h"
#include "pkg/policy/devices.h"
#include "pkg/seccomp/number.h"

#define WORDS_MAX 8  /* "syscall", a name and six arguments */
#define SHOW_MAX  60 /* bytes of somebody's word in a message */

/* clang-format off */
const struct action_word action_words[ACTION_KINDS] = {
	[ACTION_READ]     = { "read",     FORM_PATH,  "read" },
	[ACTION_WRITE]    = { "write",    FORM_PATH,  "write to" },
	[ACTION_LIST]     = { "list",     FORM_PATH,  "list" },
	[ACTION_EXEC]     = { "exec",     FORM_PATH,  "execute" },
	[ACTION_CREATE]   = { "create",   FORM_PATH,  "create and write" },
	[ACTION_MKDIR]    = { "mkdir",    FORM_PATH,  "make the directory" },
	[ACTION_REMOVE]   = { "remove",   FORM_PATH,  "remove the file" },
	[ACTION_RMDIR]    = { "rmdir",    FORM_PATH,  "remove the directory" },
	[ACTION_MKFIFO]   = { "mkfifo",   FORM_PATH,  "make the FIFO" },
	[ACTION_MKSOCK]   = { "mksock",   FORM_PATH,  "make the socket" },
	[ACTION_MKCHAR]   = { "mkchar",   FORM_PATH,  "make the character device" },
	[ACTION_MKBLOCK]  = { "mkblock",  FORM_PATH,  "make the block device" },
	[ACTION_SYMLINK]  = { "symlink",  FORM_PATH,  "make the symbolic link" },
	[ACTION_TRUNCATE] = { "truncate", FORM_PATH,  "truncate" },
	[ACTION_IOCTL]    = { "ioctl",    FORM_PATH,  "use ioctl on the device" },
	[ACTION_RENAME]   = { "rename",   FORM_PATHS, "rename" },
	[ACTION_REPLACE]  = { "replace",  FORM_PATHS, "put" },
	[ACTION_LINK]     = { "link",     FORM_PATHS, "link" },
	[ACTION_STAT]     = { "stat",     FORM_PATH,  "see the status of" },
	[ACTION_CHDIR]    = { "chdir",    FORM_PATH,  "change its directory to" },
	[ACTION_CHMOD]    = { "chmod",    FORM_PATH,  "change the mode of" },
	[ACTION_CHOWN]    = { "chown",    FORM_PATH,  "change the owner of" },
	[ACTION_MOUNT]    = { "mount",    FORM_PATH,  "mount something at" },
	[ACTION_CONNECT]  = { "connect",  FORM_HOST,  "connect to" },
	[ACTION_BIND]     = { "bind",     FORM_HOST,  "bind" },
	[ACTION_LISTEN]   = { "listen",   FORM_HOST,  "listen on" },
	[ACTION_CONNECT_UNIX] = { "connect", FORM_UNIX, "connect to the socket" },
	[ACTION_BIND_UNIX]    = { "bind",    FORM_UNIX, "bind the socket" },
	[ACTION_CONNECT_ABSTRACT] = { "connect", FORM_ABSTRACT,
		"connect to an abstract unix socket outside its sandbox" },
	[ACTION_SIGNAL]   = { "signal",   FORM_OUTSIDE,
		"signal a process outside its sandbox" },
	[ACTION_PTRACE]   = { "ptrace",   FORM_OUTSIDE,
		"trace a process outside its sandbox" },
	[ACTION_SYSCALL]    = { "syscall",    FORM_CALL,   "call" },
	[ACTION_CAPABILITY] = { "capability", FORM_CAP,    "use" },
	[ACTION_DEVICE]     = { "device",     FORM_DEVICE, "" },
};

static const struct {
	const char *word;
	enum device_access access;
	const char *phrase;
} device_words[] = {
	{ "read",  DEVICE_READ,  "read the device" },
	{ "write", DEVICE_WRITE, "write to the device" },
	{ "mknod", DEVICE_MKNOD, "make a node of the device" },
};
/* clang-format on */

#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))

/* ---- words ------------------------------------------------------------- */

struct words {
	struct buf text; /* of all words, without their quotes */
	struct span items[WORDS_MAX];
	size_t count;
};

void words_clean(struct buf *out, struct span raw)
{
	struct buf quoted;

	buf_init(&quoted, (size_t)8 * ACTION_TEXT_MAX);
	json_quote(&quoted, raw);
	if (quoted.len >= 2)
		buf_put(out, quoted.p + 1, quoted.len - 2);
	if (buf_error(&quoted) < 0 && out->error == 0)
		out->error = quoted.error;
	buf_done(&quoted);
}

/* One cause with the word in question, however long or hostile it is. */
static int word_refuse(struct err *e, struct span word, const char *what)
{
	struct buf shown;
	const char *text;
	const bool is_cut = word.len > SHOW_MAX;
	int r;

	buf_init(&shown, (size_t)16 * SHOW_MAX);
	words_clean(&shown,
		    (struct span){ word.p, is_cut ? SHOW_MAX : word.len });
	text = buf_cstr(&shown);
	r = err_set(e, EBADMSG, "\"%s%s\" %s", text != NULL ? text : "",
		    is_cut ? "..." : "", what);
	buf_done(&shown);
	return r;
}

bool action_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* From after the opening quote; @at is then after the closing one. */
static int quoted_take(struct span text, size_t *at, struct buf *out,
		       struct err *e)
{
	const size_t begin = *at;
	size_t i = begin;

	for (; i < text.len && text.p[i] != '"'; i++) {
		if (text.p[i] == '\\') {
			i++;
			if (i == text.len ||
			    (text.p[i] != '"' && text.p[i] != '\\'))
				return err_set(e, EBADMSG,
					       "a backslash in quotes stands "
					       "before \\ or \" only");
		}
		buf_put(out, &text.p[i], 1);
	}
	if (i == text.len)
		return word_refuse(
			e, (struct span){ text.p + begin, text.len - begin },
			"has no closing quote");
	i++;
	if (i < text.len && !action_is_blank(text.p[i]))
		return err_set(e, EBADMSG,
			       "a blank is missing after a closing quote");
	*at = i;
	return 0;
}

static int word_take(struct span text, size_t *at, struct words *w,
		     struct err *e)
{
	const size_t from = w->text.len;
	const size_t begin = *at;
	int r = 0;

	if (text.p[*at] == '"') {
		++*at;
		r = quoted_take(text, at, &w->text, e);
	} else {
		while (*at < text.len && !action_is_blank(text.p[*at]))
			++*at;
		buf_put(&w->text, text.p + begin, *at - begin);
	}
	if (r == 0 && w->count == WORDS_MAX)
		r = word_refuse(e, (struct span){ text.p + begin, *at - begin },
				"is one word too many");
	/* The buffer has room for all from the beginning and does not move. */
	if (r == 0)
		w->items[w->count++] =
			(struct span){ w->text.p + from, w->text.len - from };
	return r;
}

static int words_split(struct span text, struct words *w, struct err *e)
{
	int r = 0;

	if (text.len > ACTION_TEXT_MAX)
		return err_set(e, E2BIG, "is longer than %d bytes",
			       ACTION_TEXT_MAX);
	if (text.len != 0 && memchr(text.p, '\0', text.len) != NULL)
		return err_set(e, EBADMSG, "holds a NUL");
	buf_put(&w->text, text.p, text.len);
	if (buf_error(&w->text) < 0)
		return err_set(e, ENOMEM, "out of memory");
	buf_reset(&w->text);
	for (size_t i = 0; i < text.len && r == 0;) {
		if (action_is_blank(text.p[i]))
			i++;
		else
			r = word_take(text, &i, w, e);
	}
	return r;
}

/* ---- forms ------------------------------------------------------------- */

static int path_parse(struct span word, const char *verb, char **ret,
		      bool *is_dir, struct err *e)
{
	struct span rest = word;
	struct buf out;
	int r = 0;

	if (word.len == 0 || word.p[0] != '/') {
		r = word_refuse(e, word, "is not an absolute path");
		return err_wrap(e, "%s", verb);
	}
	while (rest.len != 0)
		if (span_eq_str(span_cut(&rest, '/'), ".."))
			r = word_refuse(e, word,
					"has \"..\": write the path that it "
					"means");
	if (r < 0)
		return err_wrap(e, "%s", verb);
	buf_init(&out, ACTION_PATH_MAX - 1);
	landlock_path_normalise(word, &out);
	r = buf_error(&out);
	if (r == 0)
		*ret = span_dup(buf_view(&out));
	buf_done(&out);
	if (r == -E2BIG)
		return err_set(e, E2BIG, "%s: a path of more than %d bytes",
			       verb, ACTION_PATH_MAX - 1);
	if (r < 0 || *ret == NULL)
		return err_set(e, ENOMEM, "out of memory");
	*is_dir |= word.p[word.len - 1] == '/';
	return 0;
}

static int paths_parse(const struct words *w, struct action *a, struct err *e)
{
	const char *verb = action_words[a->kind].word;
	int r = path_parse(w->items[1], verb, &a->path, &a->is_dir, e);

	if (r == 0 && action_words[a->kind].form == FORM_PATHS)
		r = path_parse(w->items[2], verb, &a->to, &a->is_dir, e);
	if (r == 0 && a->is_dir && a->kind == ACTION_LINK)
		return err_set(e, EBADMSG,
			       "link: a directory cannot be linked");
	return r;
}

static int port_parse(struct span text, uint16_t *ret)
{
	uint32_t port;

	if (num_parse_u32(text, 0, 65535, &port) < 0)
		return -EINVAL;
	*ret = (uint16_t)port;
	return 0;
}

static int host_parse(struct span text, struct net_prefix *ret)
{
	struct net_prefix host;

	if (memchr(text.p, '/', text.len) != NULL ||
	    net_prefix_parse(text, &host) < 0)
		return -EINVAL;
	*ret = host;
	return 0;
}

static size_t span_last(struct span text, char c)
{
	size_t i = text.len;

	while (i > 0 && text.p[i - 1] != c)
		i--;
	return i;
}

/* "PORT", "ADDRESS:PORT" or "[ADDRESS]:PORT". */
static int endpoint_parse(struct span text, struct action *a)
{
	const size_t colon = span_last(text, ':');
	struct span host;

	if (colon == 0)
		return port_parse(text, &a->port);
	if (port_parse((struct span){ text.p + colon, text.len - colon },
		       &a->port) < 0)
		return -EINVAL;
	host = (struct span){ text.p, colon - 1 };
	if (host.len >= 2 && host.p[0] == '[' && host.p[host.len - 1] == ']')
		return host_parse((struct span){ host.p + 1, host.len - 2 },
				  &a->host);
	/* "::1:80" could be an address and no port. */
	return span_last(host, ':') != 0 ? -EINVAL : host_parse(host, &a->host);
}

static int network_take(const struct words *w, struct action *a, struct err *e)
{
	const char *verb = action_words[a->kind].word;
	const struct net_protocol_row *row = net_protocol_find(w->items[1]);

	if (row == NULL) {
		(void)word_refuse(e, w->items[1],
				  "is not tcp, udp, mptcp, raw, unix or "
				  "abstract");
		return err_wrap(e, "%s", verb);
	}
	a->protocol = row->protocol;
	if (a->kind == ACTION_LISTEN && (a->protocol & (NET_UDP | NET_RAW)))
		return err_set(e, EBADMSG,
			       "listen: only tcp and mptcp listen; write bind");
	if (a->protocol == NET_RAW && host_parse(w->items[2], &a->host) < 0) {
		(void)word_refuse(e, w->items[2],
				  "is no address: raw has no port");
		return err_wrap(e, "%s raw", verb);
	}
	if (a->protocol != NET_RAW && endpoint_parse(w->items[2], a) < 0) {
		(void)word_refuse(e, w->items[2],
				  "is not PORT, ADDRESS:PORT or "
				  "[ADDRESS]:PORT");
		return err_wrap(e, "%s %s", verb, row->word);
	}
	return 0;
}

static int unix_take(const struct words *w, struct action *a, struct err *e)
{
	return path_parse(w->items[2], "unix", &a->path, &a->is_dir, e);
}

/* The last word. */
static int outside_take(const struct words *w, struct action *a, struct err *e)
{
	const struct span word = w->items[w->count - 1];

	if (span_eq_str(word, "outside"))
		return 0;
	(void)word_refuse(e, word,
			  "is not \"outside\": inside its sandbox a service "
			  "is free");
	return err_wrap(e, "%s", action_words[a->kind].word);
}

/* "16", "0xffffff9c" or "-100". */
static int arg_parse(struct span text, uint64_t *ret)
{
	int64_t negative;

	if (span_starts(text, "0x"))
		return num_parse_hex((struct span){ text.p + 2, text.len - 2 },
				     ret);
	if (!span_starts(text, "-"))
		return num_parse_u64(text, 0, UINT64_MAX, ret);
	if (num_parse_i64(text, INT64_MIN, -1, &negative) < 0)
		return -EINVAL;
	*ret = (uint64_t)negative;
	return 0;
}

static int call_parse(const struct words *w, struct action *a, struct err *e)
{
	a->name = span_dup(w->items[1]);
	if (a->name == NULL)
		return err_set(e, ENOMEM, "out of memory");
	a->syscall = seccomp_syscall_resolve_name(a->name);
	if (a->syscall < 0)
		a->syscall = number_young(a->name);
	if (a->syscall < 0) {
		(void)word_refuse(e, w->items[1],
				  "is no system call of this architecture");
		return err_wrap(e, "syscall");
	}
	for (size_t i = 2; i < w->count; i++) {
		if (arg_parse(w->items[i], &a->args[a->arg_count++]) == 0)
			continue;
		(void)word_refuse(e, w->items[i],
				  "is no number, as 16, -1 or 0x10");
		return err_wrap(e, "syscall %s", a->name);
	}
	return 0;
}

static int cap_parse(const struct words *w, struct action *a, struct err *e)
{
	AUTO_MEM char *name = span_dup(w->items[1]);

	if (name == NULL)
		return err_set(e, ENOMEM, "out of memory");
	a->capability = capability_find(name);
	if (a->capability >= 0)
		return 0;
	(void)word_refuse(e, w->items[1],
			  "is no capability: they are written as CAP_CHOWN");
	return err_wrap(e, "capability");
}

static int device_parse(const struct words *w, struct action *a, struct err *e)
{
	struct span minor = w->items[3];
	const struct span major = span_cut(&minor, ':');
	size_t i = 0;

	while (i < COUNTOF(device_words) &&
	       !span_eq_str(w->items[1], device_words[i].word))
		i++;
	if (i == COUNTOF(device_words)) {
		(void)word_refuse(e, w->items[1],
				  "is not read, write or mknod");
		return err_wrap(e, "device");
	}
	a->access = (uint8_t)device_words[i].access;
	if (!span_eq_str(w->items[2], "c") && !span_eq_str(w->items[2], "b")) {
		(void)word_refuse(e, w->items[2],
				  "is not b (block) or c (character)");
		return err_wrap(e, "device");
	}
	a->device = w->items[2].p[0];
	if (num_parse_u32(major, 0, UINT32_MAX, &a->major) < 0 ||
	    num_parse_u32(minor, 0, UINT32_MAX, &a->minor) < 0) {
		(void)word_refuse(e, w->items[3], "is not MAJOR:MINOR");
		return err_wrap(e, "device");
	}
	return 0;
}

/* ---- back to words ----------------------------------------------------- */

/* Quoted where it must be. */
static void path_print(struct buf *out, const char *path, bool is_dir)
{
	const bool needs_quotes = strpbrk(path, " \t\"") != NULL;
	const char *slash = is_dir && strcmp(path, "/") != 0 ? "/" : "";

	if (!needs_quotes) {
		buf_printf(out, "%s%s", path, slash);
		return;
	}
	buf_puts(out, "\"");
	for (const char *p = path; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			buf_puts(out, "\\");
		buf_put(out, p, 1);
	}
	buf_printf(out, "%s\"", slash);
}

static size_t device_at(uint8_t access)
{
	size_t i = 0;

	while (i + 1 < COUNTOF(device_words) &&
	       device_words[i].access != access)
		i++;
	return i;
}

static void host_text(struct buf *out, const struct action *a)
{
	buf_printf(out, " %s ", net_protocol_get(a->protocol)->word);
	if (a->host.family == 6 && a->protocol != NET_RAW)
		buf_puts(out, "[");
	if (a->host.family != 0)
		net_prefix_print(out, &a->host);
	if (a->host.family == 6 && a->protocol != NET_RAW)
		buf_puts(out, "]");
	if (a->protocol != NET_RAW)
		buf_printf(out, "%s%u", a->host.family != 0 ? ":" : "",
			   a->port);
}

static void call_text(struct buf *out, const struct action *a)
{
	buf_printf(out, " %s", a->name);
	for (size_t i = 0; i < a->arg_count; i++)
		buf_printf(out, a->args[i] > 4096 ? " 0x%llx" : " %llu",
			   (unsigned long long)a->args[i]);
}

static void path_text(struct buf *out, const struct action *a)
{
	buf_puts(out, " ");
	path_print(out, a->path, a->is_dir);
	if (a->to == NULL)
		return;
	buf_puts(out, " ");
	path_print(out, a->to, a->is_dir);
}

static void unix_text(struct buf *out, const struct action *a)
{
	buf_puts(out, " unix");
	path_text(out, a);
}

static void outside_text(struct buf *out, const struct action *a)
{
	buf_puts(out, action_words[a->kind].form == FORM_ABSTRACT
			      ? " abstract outside"
			      : " outside");
}

static void cap_text(struct buf *out, const struct action *a)
{
	buf_puts(out, " ");
	capabilities_print(out, 1ULL << a->capability, "");
}

static void device_print(struct buf *out, const char *what,
			 const struct action *a)
{
	buf_printf(out, "%s %c %u:%u", what, a->device, a->major, a->minor);
}

static void device_text(struct buf *out, const struct action *a)
{
	buf_puts(out, " ");
	device_print(out, device_words[device_at(a->access)].word, a);
}

/* ---- in a sentence ------------------------------------------------------ */

static void path_phrase(struct buf *out, const struct action *a)
{
	static const char *const between[ACTION_KINDS] = {
		[ACTION_RENAME] = " to ",
		[ACTION_REPLACE] = " in the place of ",
		[ACTION_LINK] = " as ",
	};

	buf_puts(out, " ");
	words_clean(out, span_of(a->path));
	if (a->to == NULL)
		return;
	buf_puts(out, between[a->kind]);
	words_clean(out, span_of(a->to));
}

/* " TCP port 22 of 1.2.3.4", " raw IP of ::1" */
static void host_phrase(struct buf *out, const struct action *a)
{
	const char *name = net_protocol_get(a->protocol)->name;

	if (a->protocol == NET_RAW)
		buf_printf(out, " %s", name);
	else
		buf_printf(out, " %s port %u", name, a->port);
	if (a->host.family != 0) {
		buf_puts(out, " of ");
		net_prefix_print(out, &a->host);
	}
}

static void device_phrase(struct buf *out, const struct action *a)
{
	device_print(out, device_words[device_at(a->access)].phrase, a);
}

/* What the phrase of the word says already. */
static void no_phrase(struct buf *out, const struct action *a)
{
	(void)out;
	(void)a;
}

/* ---- the whole --------------------------------------------------------- */

/* How many words each form has, how they are written, read and said. */
static const struct {
	size_t least, most;
	const char *usage;
	int (*parse)(const struct words *w, struct action *a, struct err *e);
	void (*text)(struct buf *out, const struct action *a);
	void (*phrase)(struct buf *out, const struct action *a);
} forms[] = {
	/* clang-format off */
	[FORM_PATH] = { 2, 2, "PATH",
		paths_parse, path_text, path_phrase },
	[FORM_PATHS] = { 3, 3, "FROM TO",
		paths_parse, path_text, path_phrase },
	[FORM_HOST] = { 3, 3, "PROTOCOL ADDRESS:PORT",
		network_take, host_text, host_phrase },
	[FORM_UNIX] = { 3, 3, "unix PATH",
		unix_take, unix_text, path_phrase },
	[FORM_OUTSIDE] = { 2, 2, "outside",
		outside_take, outside_text, no_phrase },
	[FORM_ABSTRACT] = { 3, 3, "abstract outside",
		outside_take, outside_text, no_phrase },
	[FORM_CALL] = { 2, 8, "NAME [ARGUMENT ...]",
		call_parse, call_text, call_text },
	[FORM_CAP] = { 2, 2, "CAP_NAME",
		cap_parse, cap_text, cap_text },
	[FORM_DEVICE] = { 4, 4, "read|write|mknod b|c MAJOR:MINOR",
		device_parse, device_text, device_phrase },
	/* clang-format on */
};

/* Of the kinds with one word the second word tells which is meant. */
static int kind_find(const struct words *w, enum action_kind *ret)
{
	const struct span second =
		w->count > 1 ? w->items[1] : (struct span){ 0 };
	int found = -1;

	for (int i = 0; i < ACTION_KINDS; i++) {
		const struct action_word *row = &action_words[i];

		if (!span_eq_str(w->items[0], row->word))
			continue;
		if (found < 0 ||
		    (row->form == FORM_UNIX && span_eq_str(second, "unix")) ||
		    (row->form == FORM_ABSTRACT &&
		     span_eq_str(second, "abstract")))
			found = i;
	}
	if (found < 0)
		return -ENOENT;
	*ret = (enum action_kind)found;
	return 0;
}

static int kind_refuse(struct span word, struct err *e)
{
	struct buf list;
	const char *text, *sep = "";
	int r;

	if (span_eq_str(word, "allow") || span_eq_str(word, "deny"))
		return word_refuse(e, word,
				   "begins a test, not an action: leave it "
				   "out");
	buf_init(&list, ACTION_TEXT_MAX);
	buf_puts(&list, "is no action: write ");
	for (size_t i = 0; i < ACTION_KINDS; i++) {
		if (action_words[i].form == FORM_UNIX ||
		    action_words[i].form == FORM_ABSTRACT)
			continue;
		buf_printf(&list, "%s%s", sep, action_words[i].word);
		sep = i + 2 == ACTION_KINDS ? " or " : ", ";
	}
	text = buf_cstr(&list);
	r = word_refuse(e, word, text != NULL ? text : "is no action");
	buf_done(&list);
	return r;
}

static int words_parse(const struct words *w, struct action *a, struct err *e)
{
	const struct action_word *row;
	enum action_form form;

	if (w->count == 0)
		return err_set(e, EBADMSG,
			       "names no action: write one, as \"read "
			       "/etc/passwd\"");
	if (kind_find(w, &a->kind) < 0)
		return kind_refuse(w->items[0], e);
	row = &action_words[a->kind];
	form = row->form;
	if (w->count > forms[form].most) {
		(void)word_refuse(e, w->items[forms[form].most],
				  "is one word too many");
		return err_hint(e, "a path with blanks stands in double "
				   "quotes");
	}
	if (w->count < forms[form].least)
		return err_set(e, EBADMSG, "%s: a word is missing: write %s %s",
			       row->word, row->word, forms[form].usage);
	return forms[form].parse(w, a, e);
}

int action_parse(struct span text, struct action *ret, struct err *e)
{
	struct action a = { 0 };
	struct words w = { 0 };
	int r;

	buf_init(&w.text, ACTION_TEXT_MAX);
	r = words_split(text, &w, e);
	if (r == 0)
		r = words_parse(&w, &a, e);
	buf_done(&w.text);
	if (r < 0) {
		action_done(&a);
		return r;
	}
	*ret = a;
	return 0;
}

void action_done(struct action *a)
{
	free(a->path);
	free(a->to);
	free(a->name);
	*a = (struct action){ 0 };
}

void action_text(struct buf *out, const struct action *a)
{
	buf_puts(out, action_words[a->kind].word);
	forms[action_words[a->kind].form].text(out, a);
}

void action_phrase(struct buf *out, const struct action *a)
{
	buf_puts(out, action_words[a->kind].phrase);
	forms[action_words[a->kind].form].phrase(out, a);
}
