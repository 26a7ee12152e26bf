/* SPDX-License-Identifier: Apache-2.0 */
/* render.c - see render.h; docs/formats.md has the JSON. */
#include "pkg/audit/render.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <libaudit.h>

#include "lib/auto.h"
#include "lib/compat.h"
#include "lib/hex.h"
#include "lib/json.h"
#include "pkg/audit/record.h"
#include "pkg/audit/rules.h"
#include "pkg/audit/symbols.h"
#include "pkg/audit/types.h"

/* ---- what the event is about ----------------------------------------------
 */

/* ECS event.category and event.type by the record that says most; the first
 * row that an event has a record for. NULL action: the system call's name if
 * names_call, else the type's in lower case. */
static const struct subject {
	uint16_t type;
	bool names_call;
	const char *category, *change, *action;
} subjects[] = {
	/* clang-format off */
	{ AUDIT_EXECVE,         false, "process",        "start",    "execve" },
	{ AUDIT_LOGIN,          false, "session",        "start",    "login" },
	{ AUDIT_CONFIG_CHANGE,  false, "configuration",  "change",   NULL },
	{ AUDIT_FEATURE_CHANGE, false, "configuration",  "change",   NULL },
	{ AUDIT_NETFILTER_CFG,  false, "configuration",  "change",   NULL },
	{ AUDIT_ANOM_ABEND,     false, "process",        "end",      "abend" },
	{ AUDIT_KERN_MODULE,    false, "driver",         "start",    NULL },
	{ AUDIT_USER_AUTH,      false, "authentication", "info",     NULL },
	{ AUDIT_USER_LOGIN,     false, "authentication", "start",    NULL },
	{ AUDIT_USER_LOGOUT,    false, "authentication", "end",      NULL },
	{ AUDIT_ADD_USER,       false, "iam",            "creation", NULL },
	{ AUDIT_DEL_USER,       false, "iam",            "deletion", NULL },
	{ AUDIT_SOCKADDR,       true,  "network",        "info",     NULL },
	{ AUDIT_PATH,           true,  "file",           "access",   NULL },
	{ AUDIT_SECCOMP,        true,  "process",        "info",     NULL },
	{ AUDIT_SYSCALL,        true,  "process",        "info",     NULL },
	/* clang-format on */
};

/* The same of a denial, by its kind. */
static const struct {
	const char *category, *layer, *kind;
} denial_subjects[] = {
	/* clang-format off */
	[DENIED_FS]       = { "file",    "fs",       "fs" },
	[DENIED_NET]      = { "network", "net",      "net" },
	[DENIED_SCOPE]    = { "process", "scope",    "scope" },
	[DENIED_SYSCALL]  = { "process", "syscall",  "syscall" },
	[DENIED_INFERRED] = { "process", "inferred", "inferred" },
	/* clang-format on */
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct event_record *record_find(const struct event *ev,
					      uint16_t type)
{
	for (uint32_t i = 0; i < ev->record_count; i++)
		if (ev->records[i].type == type)
			return &ev->records[i];
	return NULL;
}

/* The record that tells who acted: pid, uid, comm, exe. NULL without one. */
static const struct event_record *actor_find(const struct event *ev)
{
	static const uint16_t types[] = { AUDIT_SYSCALL, AUDIT_URINGOP,
					  AUDIT_SECCOMP, AUDIT_ANOM_ABEND };
	struct span value;

	for (size_t i = 0; i < COUNT(types); i++) {
		const struct event_record *r = record_find(ev, types[i]);

		if (r != NULL)
			return r;
	}
	for (uint32_t i = 0; i < ev->record_count; i++)
		if (ev->records[i].type != AUDIT_LANDLOCK_DOMAIN &&
		    record_field(record_trusted(ev->records[i].type,
						ev->records[i].text),
				 "pid", &value))
			return &ev->records[i];
	return NULL;
}

static struct span actor_text(const struct event *ev)
{
	const struct event_record *r = actor_find(ev);

	return r != NULL ? record_trusted(r->type, r->text)
			 : (struct span){ 0 };
}

static void call_name(const struct event_record *r, struct buf *out)
{
	uint64_t arch;
	int64_t nr;

	if (!record_hex(r->text, "arch", &arch) ||
	    !record_i64(r->text, "syscall", &nr)) {
		buf_puts(out, "syscall");
		return;
	}
	if (!audit_syscall_print((uint32_t)arch, (int32_t)nr, out))
		buf_printf(out, "syscall_%" PRId64, nr);
}

static void lower_name(uint16_t type, struct buf *out)
{
	const char *name = type_name(type);

	if (name == NULL) {
		buf_printf(out, "type_%u", type);
		return;
	}
	for (; *name != '\0'; name++)
		buf_u8(out, (uint8_t)tolower((unsigned char)*name));
}

static const struct subject *subject_find(const struct event *ev)
{
	for (size_t i = 0; i < COUNT(subjects); i++)
		if (record_find(ev, subjects[i].type) != NULL)
			return &subjects[i];
	return NULL;
}

/* "fs.read_file", "syscall.mount", "inferred.openat". */
static void denial_action(const struct event_denial *d, struct buf *out)
{
	buf_printf(out, "%s.", denial_subjects[d->kind].layer);
	if (d->kind != DENIED_SYSCALL && d->kind != DENIED_INFERRED)
		buf_span(out, d->right);
	else if (!audit_syscall_print(d->arch, d->syscall, out))
		buf_printf(out, "%d", d->syscall);
}

static void action_name(const struct event *ev, const struct event_denial *d,
			struct buf *out)
{
	const struct subject *s = subject_find(ev);
	const struct event_record *call = record_find(ev, AUDIT_SYSCALL);

	if (call == NULL)
		call = record_find(ev, AUDIT_SECCOMP);
	if (ev->kind == EVENT_OWN)
		buf_span(out, ev->action);
	else if (d != NULL)
		denial_action(d, out);
	else if (s != NULL && s->action != NULL)
		buf_puts(out, s->action);
	else if (s != NULL && s->names_call && call != NULL)
		call_name(call, out);
	else if (s != NULL)
		lower_name(s->type, out);
	else if (ev->record_count != 0)
		lower_name(ev->records[0].type, out);
	else
		buf_puts(out, "none");
}

static const char *outcome(const struct event *ev, const struct event_denial *d)
{
	static const char *const fields[] = { "success", "res" };

	if (d != NULL)
		return "failure";
	for (uint32_t i = 0; i < ev->record_count; i++)
		for (size_t k = 0; k < COUNT(fields); k++) {
			struct span v;

			if (!record_field(record_trusted(ev->records[i].type,
							 ev->records[i].text),
					  fields[k], &v))
				continue;
			if (span_eq_str(v, "yes") || span_eq_str(v, "1"))
				return "success";
			if (span_eq_str(v, "no") || span_eq_str(v, "0"))
				return "failure";
		}
	return "unknown";
}

/* ---- JSON -----------------------------------------------------------------
 */

/* A comma before all but the first in its object or array. */
static void comma(struct buf *out)
{
	if (out->len != 0 && strchr("{[:", out->p[out->len - 1]) == NULL)
		buf_u8(out, ',');
}

static void member(struct buf *out, const char *name)
{
	comma(out);
	buf_printf(out, "\"%s\":", name);
}

static void member_text(struct buf *out, const char *name, const char *value)
{
	member(out, name);
	json_quote(out, span_of(value));
}

/* A 64-bit number: above 2^53 as a string, since many readers have doubles. */
static void member_u64(struct buf *out, const char *name, uint64_t v)
{
	member(out, name);
	if (v < 1ULL << 53)
		buf_printf(out, "%" PRIu64, v);
	else
		buf_printf(out, "\"%" PRIu64 "\"", v);
}

static void member_bool(struct buf *out, const char *name, bool v)
{
	member(out, name);
	buf_puts(out, v ? "true" : "false");
}

static void member_open(struct buf *out, const char *name)
{
	member(out, name);
	buf_u8(out, '{');
}

/* Text that JSON can carry as it is: UTF-8 without NUL. */
static bool is_text(struct span s)
{
	while (s.len != 0) {
		const size_t n = s.p[0] != '\0' ? span_utf8_len(s) : 0;

		if (n == 0)
			return false;
		s.p += n;
		s.len -= n;
	}
	return true;
}

/* Bytes from outside, none of them lost: "name" when they are text, else
 * "name_b64". */
static void member_bytes(struct buf *out, const char *name, struct span s)
{
	comma(out);
	if (is_text(s)) {
		buf_printf(out, "\"%s\":", name);
		json_quote(out, s);
		return;
	}
	buf_printf(out, "\"%s_b64\":\"", name);
	base64_encode(out, s);
	buf_u8(out, '"');
}

/* A decoded field of @text, when it is there. */
static void member_field(struct buf *out, const char *name, struct span text,
			 const char *key)
{
	AUTO_DONE(buf_done) struct buf value = { 0 };
	struct span raw;

	if (!record_field(text, key, &raw))
		return;
	buf_init(&value, RECORD_BYTES_MAX);
	record_string(raw, &value);
	member_bytes(out, name, buf_view(&value));
}

static void time_iso(uint64_t ms, struct buf *out)
{
	const time_t seconds = (time_t)(ms / 1000);
	struct tm tm = { 0 };

	(void)gmtime_r(&seconds, &tm);
	buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ",
		   tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		   tm.tm_min, tm.tm_sec, (unsigned)(ms % 1000));
}

static void json_denial(const struct event_denial *d, struct buf *out)
{
	member_open(out, "denial");
	if (d->arch != 0)
		member_u64(out, "arch", d->arch);
	if (d->exit != 0) {
		member(out, "exit");
		buf_printf(out, "%d", d->exit);
		if (errno_name(d->exit) != NULL)
			member_text(out, "exit_name", errno_name(d->exit));
	}
	member_text(out, "kind", denial_subjects[d->kind].kind);
	if (d->path[0] != '\0')
		member_bytes(out, "path", span_of(d->path));
	if (d->port != 0)
		member_u64(out, "port", d->port);
	if (d->right.len != 0)
		member_bytes(out, "right", d->right);
	if (d->syscall >= 0) {
		AUTO_DONE(buf_done) struct buf name = { 0 };

		buf_init(&name, 64);
		member_u64(out, "syscall", (uint64_t)d->syscall);
		if (audit_syscall_print(d->arch, d->syscall, &name))
			member_bytes(out, "syscall_name", buf_view(&name));
	}
	buf_u8(out, '}');
}

static void json_event(const struct event *ev, const struct event_denial *d,
		       struct buf *out)
{
	const struct subject *s = subject_find(ev);
	const char *category = s != NULL ? s->category : "host";
	const char *change = s != NULL ? s->change : "info";
	AUTO_DONE(buf_done) struct buf action = { 0 };

	buf_init(&action, 256);
	action_name(ev, d, &action);
	if (d != NULL) {
		category = denial_subjects[d->kind].category;
		change = "denied";
	} else if (ev->is_forged && ev->kind == EVENT_OWN) {
		category = "intrusion_detection";
	}
	member_open(out, "event");
	member_bytes(out, "action", buf_view(&action));
	member(out, "category");
	buf_printf(out, "[\"%s\"]", category);
	member_text(out, "kind",
		    d != NULL || ev->is_forged ? "alert" : "event");
	member_text(out, "outcome", outcome(ev, d));
	member(out, "type");
	buf_printf(out, "[\"%s\"]}", change);
}

static void json_missing(const struct event *ev, struct buf *out)
{
	unsigned at = 0;

	member(out, "missing");
	buf_u8(out, '[');
	for (;;) {
		AUTO_DONE(buf_done) struct buf word = { 0 };

		buf_init(&word, 64);
		if (!event_missing_next(ev, &at, &word))
			break;
		comma(out);
		json_quote(out, buf_view(&word));
	}
	buf_u8(out, ']');
}

/* Who acted: ECS process.* and user.*, from the kernel's part alone. */
static void json_process(const struct event *ev, struct buf *out)
{
	const struct span text = actor_text(ev);
	uint32_t pid;

	if (text.len == 0)
		return;
	member_open(out, "process");
	member_field(out, "executable", text, "exe");
	member_field(out, "name", text, "comm");
	if (record_u32(text, "ppid", &pid)) {
		member_open(out, "parent");
		member_u64(out, "pid", pid);
		buf_u8(out, '}');
	}
	if (record_u32(text, "pid", &pid))
		member_u64(out, "pid", pid);
	buf_u8(out, '}');
}

static void json_user(const struct event *ev, struct buf *out)
{
	const struct span text = actor_text(ev);
	uint32_t uid;

	if (!record_u32(text, "uid", &uid))
		return;
	member_open(out, "user");
	/* ECS has ids as keywords. */
	member(out, "id");
	buf_printf(out, "\"%u\"}", uid);
}

static void json_records(const struct event *ev, struct buf *out)
{
	member(out, "records");
	buf_u8(out, '[');
	for (uint32_t i = 0; i < ev->record_count; i++) {
		AUTO_DONE(buf_done) struct buf name = { 0 };

		buf_init(&name, 64);
		type_print(ev->records[i].type, &name);
		comma(out);
		buf_u8(out, '{');
		if (is_text(ev->records[i].text)) {
			member(out, "text");
			json_quote(out, ev->records[i].text);
		} else {
			member(out, "raw_b64");
			buf_u8(out, '"');
			base64_encode(out, ev->records[i].text);
			buf_u8(out, '"');
		}
		member_bytes(out, "type", buf_view(&name));
		member_u64(out, "type_nr", ev->records[i].type);
		buf_u8(out, '}');
	}
	buf_u8(out, ']');
}

static void json_service(const struct event *ev, struct buf *out)
{
	member_open(out, "service");
	if (ev->auid != UINT32_MAX)
		member_u64(out, "auid", ev->auid);
	if (ev->generation != 0)
		member_u64(out, "generation", ev->generation);
	member_text(out, "how", event_how_name(ev->how));
	if (ev->instance.len != 0)
		member_bytes(out, "instance", ev->instance);
	if (ev->service.len != 0)
		member_bytes(out, "name", ev->service);
	if (ev->ses != UINT32_MAX)
		member_u64(out, "ses", ev->ses);
	buf_u8(out, '}');
}

/* "tags": the keys of the audit rule that brought the event, without bailiff's
 * own. */
static void json_tags(const struct event *ev, struct buf *out)
{
	const struct event_record *call = record_find(ev, AUDIT_SYSCALL);
	AUTO_DONE(buf_done) struct buf keys = { 0 };
	struct span raw, rest;
	size_t count = 0;

	if (call == NULL ||
	    !record_field(record_trusted(call->type, call->text), "key", &raw))
		return;
	buf_init(&keys, RECORD_BYTES_MAX);
	record_string(raw, &keys);
	rest = buf_view(&keys);
	while (rest.len != 0) {
		const struct span key = span_cut(&rest, '\1');

		if (key.len == 0 || span_starts(key, RULE_KEY_PREFIX) ||
		    span_eq_str(raw, "(null)"))
			continue;
		if (count++ == 0) {
			member(out, "tags");
			buf_u8(out, '[');
		} else {
			buf_u8(out, ',');
		}
		json_quote(out, key);
	}
	if (count != 0)
		buf_u8(out, ']');
}

int render_json(const struct event *ev, const struct render_node *node,
		struct buf *out)
{
	struct event_denial denial;
	const struct event_denial *d =
		event_denial(ev, &denial) ? &denial : NULL;

	/* Keys in the order of their bytes: the same event gives the same
	 * line. */
	buf_puts(out, "{\"@timestamp\":\"");
	time_iso(ev->time_ms, out);
	buf_u8(out, '"');
	if (ev->kind == EVENT_AUDIT) {
		member_open(out, "audit");
		member_u64(out, "serial", ev->serial);
		member_u64(out, "time", ev->time_ms);
		buf_u8(out, '}');
	}
	member_open(out, "boot");
	member_text(out, "id", node->boot);
	buf_u8(out, '}');
	member_bool(out, "complete", ev->missing == 0);
	if (d != NULL)
		json_denial(d, out);
	json_event(ev, d, out);
	member_bool(out, "forged", ev->is_forged);
	member_bool(out, "inferred", ev->is_inferred);
	member_bool(out, "late", ev->is_late);
	if (ev->kind == EVENT_OWN)
		member_bytes(out, "message", ev->text);
	json_missing(ev, out);
	member_open(out, "node");
	member_text(out, "id", node->node);
	buf_u8(out, '}');
	json_process(ev, out);
	json_records(ev, out);
	if (ev->records_cut != 0)
		member_u64(out, "records_cut", ev->records_cut);
	member_u64(out, "seq", ev->seq);
	json_service(ev, out);
	json_tags(ev, out);
	json_user(ev, out);
	member_text(out, "v", "bailiff.event.v1");
	buf_puts(out, "}\n");
	return buf_error(out);
}

/* ---- for people -----------------------------------------------------------
 */

/* Text from outside in a line for people: whatever could end the line, move
 * the cursor or start an escape is shown as \xNN; UTF-8 stays. */
static void put_safe(struct buf *out, struct span s)
{
	while (s.len != 0) {
		const unsigned char c = (unsigned char)s.p[0];
		size_t n = span_utf8_len(s);

		/* C1 controls are two bytes in UTF-8: c2 80 to c2 9f. */
		if (n == 0 || c < 0x20 || c == 0x7f ||
		    (c == 0xc2 && (unsigned char)s.p[1] < 0xa0)) {
			buf_printf(out, "\\x%02x", c);
			n = 1;
		} else {
			buf_put(out, s.p, n);
		}
		s.p += n;
		s.len -= n;
	}
}

static void put_field(struct buf *out, const char *label, struct span text,
		      const char *key)
{
	AUTO_DONE(buf_done) struct buf value = { 0 };
	struct span raw;

	if (!record_field(text, key, &raw))
		return;
	buf_init(&value, RECORD_BYTES_MAX);
	record_string(raw, &value);
	buf_printf(out, " %s=", label);
	put_safe(out, buf_view(&value));
}

static void text_denial(const struct event_denial *d, struct buf *out)
{
	AUTO_DONE(buf_done) struct buf action = { 0 };

	buf_init(&action, 256);
	denial_action(d, &action);
	buf_puts(out, " denied ");
	put_safe(out, buf_view(&action));
	if (d->path[0] != '\0') {
		buf_u8(out, ' ');
		put_safe(out, span_of(d->path));
	}
	if (d->port != 0)
		buf_printf(out, " port %u", d->port);
	if (d->kind == DENIED_INFERRED && errno_name(d->exit) != NULL)
		buf_printf(out, " %s", errno_name(d->exit));
}

static void text_plain(const struct event *ev, struct buf *out)
{
	const struct event_record *path = record_find(ev, AUDIT_PATH);
	AUTO_DONE(buf_done) struct buf action = { 0 };
	const char *how = outcome(ev, NULL);

	buf_init(&action, 256);
	action_name(ev, NULL, &action);
	buf_u8(out, ' ');
	put_safe(out, buf_view(&action));
	if (strcmp(how, "failure") == 0)
		buf_puts(out, " failed");
	if (path != NULL)
		put_field(out, "path", path->text, "name");
}

int render_text(const struct event *ev, struct buf *out)
{
	const struct span text = actor_text(ev);
	const uint64_t day_ms = ev->time_ms % 86400000;
	struct event_denial d;
	uint32_t pid;

	buf_printf(out, "%02u:%02u:%02u.%03u #%" PRIu64 " ",
		   (unsigned)(day_ms / 3600000),
		   (unsigned)(day_ms / 60000 % 60),
		   (unsigned)(day_ms / 1000 % 60), (unsigned)(day_ms % 1000),
		   ev->seq);
	if (ev->service.len != 0)
		put_safe(out, ev->service);
	else
		buf_puts(out, ev->kind == EVENT_OWN ? "bailiff" : "-");
	if (event_denial(ev, &d))
		text_denial(&d, out);
	else
		text_plain(ev, out);
	if (ev->kind == EVENT_OWN && ev->text.len != 0) {
		buf_u8(out, ' ');
		put_safe(out, ev->text);
	}
	if (text.len != 0)
		buf_puts(out, " by");
	put_field(out, "exe", text, "exe");
	if (record_u32(text, "pid", &pid))
		buf_printf(out, " pid=%u", pid);
	if (ev->ses != UINT32_MAX && ev->kind == EVENT_AUDIT)
		buf_printf(out, " ses=%u", ev->ses);
	if (ev->is_forged && ev->kind == EVENT_AUDIT)
		buf_puts(out, " FORGED");
	if (ev->is_inferred)
		buf_puts(out, " inferred");
	if (ev->is_late)
		buf_puts(out, " late");
	if (ev->missing != 0)
		buf_puts(out, " incomplete");
	buf_u8(out, '\n');
	return buf_error(out);
}

/* ---- the kernel's lines ---------------------------------------------------
 */

/* One record, one line: what user space wrote may hold newlines. */
static void put_line(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_u8(out, c);
	}
}

int render_raw(const struct event *ev, struct buf *out)
{
	const unsigned millis = (unsigned)(ev->time_ms % 1000);

	if (ev->kind == EVENT_OWN) {
		buf_printf(out,
			   "type=BAILIFF msg=audit(%" PRIu64
			   ".%03u:0): action=",
			   ev->time_ms / 1000, millis);
		put_line(out, ev->action);
		buf_u8(out, ' ');
		put_line(out, ev->text);
		buf_u8(out, '\n');
	}
	for (uint32_t i = 0; i < ev->record_count; i++) {
		buf_puts(out, "type=");
		type_print(ev->records[i].type, out);
		buf_printf(out, " msg=audit(%" PRIu64 ".%03u:%u): ",
			   ev->time_ms / 1000, millis, ev->serial);
		put_line(out, ev->records[i].text);
		buf_u8(out, '\n');
	}
	return buf_error(out);
}
