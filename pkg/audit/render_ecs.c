/* SPDX-License-Identifier: Apache-2.0 */
/* render_ecs.c - the members that ECS has names for: process, user, file,
 * destination, source, tags.
 */
#include "pkg/audit/rendering.h"

#include <libaudit.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/jsonw.h"
#include "lib/num.h"
#include "pkg/audit/argument.h"
#include "pkg/audit/record.h"
#include "pkg/audit/rules.h"
#include "pkg/audit/sockaddr.h"
#include "pkg/audit/types.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static inline void decoded_json(struct rendering *j, const char *name,
				struct span value)
{
	if (value.p != NULL)
		(void)jsonw_padded_bytes(j->out, span_of(name),
					 value_decode(j, value));
}

/* A decimal number below 2^32, as the kernel prints one. */
static inline bool is_id(struct span value)
{
	uint32_t v;

	/* Of ten digits not all are below it. A padding is behind the value. */
	if (value.len - 1 < 9 && (value.p[0] != '0' || value.len == 1))
		return scan_first(scan_decimal(value.p)) >= value.len;
	return num_parse_u32(value, 0, UINT32_MAX, &v) == 0;
}

/* ,"name":7 when it is a number. Return: whether it was. */
static inline bool id_json(struct buf *out, const char *name, struct span value)
{
	if (!is_id(value))
		return false;
	jsonw_name(out, span_of(name));
	buf_span(out, value);
	return true;
}

/* ---- the argument vector --------------------------------------------------
 */

/* One whole argument, in j->mem->words. */
static bool argument_put(struct rendering *j, struct buf *whole, bool is_base64)
{
	const struct span s = { whole->p != NULL ? whole->p : "", whole->len };

	jsonw_comma(j->out);
	if (!is_base64)
		return jsonw_text(j->out, s);
	jsonw_base64(j->out, s);
	return true;
}

/* The arguments of all EXECVE records in order. Return: false when one is no
 * text and @is_base64 is not set. */
static bool argv_put(struct rendering *j, bool is_base64)
{
	AUTO_DONE(buf_done) struct buf whole = { 0 };
	const struct event *ev = j->about.ev;
	bool is_open = false, is_text = true;

	buf_init(&whole, EVENT_BYTES_MAX);
	for (uint32_t i = 0; i < ev->record_count && is_text; i++) {
		struct span rest, added, key, value;
		struct argument arg;

		if (ev->records[i].type != AUDIT_EXECVE)
			continue;
		rest = record_split(AUDIT_EXECVE, ev->records[i].text, &added);
		while (is_text && record_next(&rest, &key, &value)) {
			if (!argument_parse(key, &arg))
				continue;
			if (!arg.is_part && is_open)
				is_text = argument_put(j, &whole, is_base64);
			if (!arg.is_part)
				buf_reset(&whole);
			record_string(value, &whole);
			is_open = true;
		}
	}
	return is_text && (!is_open || argument_put(j, &whole, is_base64));
}

static void args_json(struct rendering *j)
{
	const size_t before = j->out->len;

	jsonw_key(j->out, "args");
	buf_u8(j->out, '[');
	if (!argv_put(j, false)) {
		j->out->len = before;
		jsonw_key(j->out, "args_b64");
		buf_u8(j->out, '[');
		(void)argv_put(j, true);
	}
	buf_u8(j->out, ']');
}

/* ---- process, user --------------------------------------------------------
 */

/* The arguments with blanks between them; exactly as they are when they are no
 * text. */
static void title_json(struct rendering *j)
{
	const size_t before = j->out->len;
	struct span title = title_decode(j, j->about.title);

	if (title.p == j->mem->title.p)
		for (size_t i = 0; i < title.len; i++)
			if (j->mem->title.p[i] == '\0')
				j->mem->title.p[i] = ' ';
	while (title.len != 0 && title.p[title.len - 1] == ' ')
		title.len--;
	if (jsonw_padded_bytes(j->out, span_of("title"), title))
		return;
	j->out->len = before;
	j->title = (struct span){ 0 };
	(void)jsonw_bytes(j->out, span_of("title"),
			  title_decode(j, j->about.title));
}

void process_json(struct rendering *j)
{
	const struct about *a = &j->about;
	const struct actor *who = &a->actor;
	struct buf *out = j->out;
	const size_t before = out->len;
	size_t open;

	jsonw_key(out, "process");
	buf_u8(out, '{');
	open = out->len;
	if (a->has_argv)
		args_json(j);
	decoded_json(j, "executable", who->exe);
	decoded_json(j, "name", who->comm);
	if (who->ppid.p != NULL) {
		jsonw_key(out, "parent");
		buf_u8(out, '{');
		(void)id_json(out, "pid", who->ppid);
		buf_u8(out, '}');
	}
	(void)id_json(out, "pid", who->pid);
	if (a->title.p != NULL)
		title_json(j);
	decoded_json(j, "working_directory", a->cwd);
	if (out->len == open)
		out->len = before;
	else
		buf_u8(out, '}');
}

/* ECS has ids as keywords. */
static void keyword_json(struct buf *out, struct span id)
{
	jsonw_key(out, "id");
	buf_u8(out, '"');
	buf_span(out, id);
	buf_u8(out, '"');
}

void user_json(struct rendering *j)
{
	const struct actor *who = &j->about.actor;
	struct buf *out = j->out;

	if (!is_id(who->uid))
		return;
	jsonw_key(out, "user");
	buf_u8(out, '{');
	if (is_id(who->euid) && !span_eq(who->euid, who->uid)) {
		jsonw_key(out, "effective");
		buf_u8(out, '{');
		keyword_json(out, who->euid);
		buf_u8(out, '}');
	}
	keyword_json(out, who->uid);
	buf_u8(out, '}');
}

/* ---- the object -----------------------------------------------------------
 */

/* A relative name stands behind the working directory. */
static void path_put(struct rendering *j, struct buf *path)
{
	const struct span name = value_decode(j, j->about.path);
	const bool is_absolute = name.len != 0 && name.p[0] == '/';
	AUTO_DONE(buf_done) struct buf kept = { 0 };

	if (is_absolute || j->about.cwd.p == NULL) {
		buf_span(path, name);
		return;
	}
	/* Both may be decoded into the one place for that. */
	buf_init(&kept, EVENT_BYTES_MAX);
	buf_span(&kept, name);
	buf_span(path, value_decode(j, j->about.cwd));
	if (path->len != 0 && path->p[path->len - 1] != '/')
		buf_u8(path, '/');
	buf_span(path, buf_view(&kept));
}

void file_json(struct rendering *j)
{
	const struct span name = j->about.path;

	if (name.p == NULL || span_eq_str(name, "(null)"))
		return;
	jsonw_key(j->out, "file");
	buf_u8(j->out, '{');
	if (name.len > 2 && name.p[0] == '"' && name.p[1] == '/') {
		decoded_json(j, "path", name);
	} else {
		AUTO_DONE(buf_done) struct buf path = { 0 };

		buf_init(&path, EVENT_BYTES_MAX);
		path_put(j, &path);
		(void)jsonw_bytes(j->out, span_of("path"), buf_view(&path));
	}
	buf_u8(j->out, '}');
}

/* ---- the other end --------------------------------------------------------
 */

/* Calls whose address is where something comes from: their own end (bind) or
 * the peer that speaks (accept). */
static bool is_source_call(struct rendering *j)
{
	static const char *const calls[] = { "bind",	   "accept",
					     "accept4",	   "recvfrom",
					     "recvmsg",	   "getsockname",
					     "getpeername" };

	const char *name = j->has_call ? syscall_name(j->arch, j->call) : NULL;

	for (size_t i = 0; name != NULL && i < COUNT(calls); i++)
		if (strcmp(name, calls[i]) == 0)
			return true;
	return false;
}

static bool is_inet(const struct sockaddr_view *v)
{
	return v->family_name != NULL && (strcmp(v->family_name, "inet") == 0 ||
					  strcmp(v->family_name, "inet6") == 0);
}

void peer_json(struct rendering *j, bool is_source)
{
	struct sockaddr_view v;
	struct buf *out = j->out;

	if (j->about.saddr.p == NULL || is_source_call(j) != is_source ||
	    sockaddr_parse(j->about.saddr, rendering_is_little(j), &v) < 0)
		return;
	if (!is_inet(&v) && v.path.p == NULL)
		return;
	if (is_source)
		jsonw_key(out, "source");
	else
		jsonw_key(out, "destination");
	buf_u8(out, '{');
	if (v.path.p != NULL) {
		(void)jsonw_bytes(out, span_of("address"), v.path);
	} else {
		jsonw_key(out, "address");
		(void)jsonw_text(out, span_of(v.address));
		jsonw_key(out, "ip");
		(void)jsonw_text(out, span_of(v.address));
	}
	if (is_inet(&v) && v.has_port) {
		jsonw_key(out, "port");
		buf_dec(out, v.port);
	}
	buf_u8(out, '}');
}

/* ---- tags -----------------------------------------------------------------
 */

/* The keys of the audit rule that brought the event, without bailiff's own. */
void tags_json(struct rendering *j)
{
	const size_t before = j->out->len;
	struct span rest, key;
	size_t open;

	if (j->about.key.p == NULL || span_eq_str(j->about.key, "(null)"))
		return;
	rest = value_decode(j, j->about.key);
	jsonw_key(j->out, "tags");
	buf_u8(j->out, '[');
	open = j->out->len;
	while (rest.len != 0) {
		key = span_cut(&rest, '\1');
		if (key.len == 0 || span_starts(key, RULE_KEY_PREFIX))
			continue;
		jsonw_comma(j->out);
		if (!jsonw_padded(j->out, key))
			buf_puts(j->out, "null");
	}
	if (j->out->len == open)
		j->out->len = before;
	else
		buf_u8(j->out, ']');
}
