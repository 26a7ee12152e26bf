/* SPDX-License-Identifier: Apache-2.0 */
/* render_laurel.c - an event as laurel 0.8 writes it; see render.h, laurel.h.
 */
#include "pkg/audit/render.h"

#include <inttypes.h>
#include <libaudit.h>
#include <string.h>

#include "lib/compat.h"
#include "lib/jsonw.h"
#include "pkg/audit/argument.h"
#include "pkg/audit/laurel.h"
#include "pkg/audit/record.h"
#include "pkg/audit/symbols.h"
#include "pkg/audit/types.h"

#define ARGUMENT_GAP_MAX 1024 /* lost arguments that are shown as null */

/* ---- members --------------------------------------------------------------
 */

static unsigned name_hash(struct span name)
{
	unsigned h = (unsigned)name.len * 7;

	if (name.len != 0)
		h += (unsigned char)name.p[0] * 5U +
		     (unsigned char)name.p[name.len - 1] * 11U +
		     (unsigned char)name.p[name.len / 2] * 3U;
	return h & 63;
}

/* Return: false when the name is taken, or there is no place for it; that is
 * counted. */
static bool name_take(struct laurel *l, struct span name)
{
	/* Most names come once, which one word of bits shows. */
	const uint64_t bit = 1ULL << name_hash(name);
	const bool is_new = (l->name_bits & bit) == 0;

	l->name_bits |= bit;
	for (uint32_t i = l->name_first; !is_new && i < l->name_count; i++)
		if (span_eq(l->names[i], name)) {
			l->left_out++;
			return false;
		}
	if (l->name_count == LAUREL_NAMES_MAX) {
		l->left_out++;
		return false;
	}
	l->names[l->name_count++] = name;
	return true;
}

static void member_open(struct laurel *l, struct span name)
{
	jsonw_comma(l->out);
	laurel_text(l->out, name);
	buf_u8(l->out, ':');
}

/* Of a name that comes twice the first is shown: no reader agrees with another
 * on what two members of one name mean. */
static void field_put(struct laurel *l, struct span key, struct span value,
		      bool is_user)
{
	if (!name_take(l, key))
		return;
	member_open(l, key);
	laurel_value(l, key, value, is_user);
}

static void left_out_put(struct laurel *l)
{
	const uint32_t count = l->left_out;

	l->left_out = 0;
	if (count == 0 || !name_take(l, span_of("left_out")))
		return;
	member_open(l, span_of("left_out"));
	buf_dec(l->out, count);
}

static void word_put(struct laurel *l, const char *name, struct span word)
{
	member_open(l, span_of(name));
	laurel_text(l->out, word);
}

/* ---- SYSCALL, URINGOP -----------------------------------------------------
 */

/* a0 to a3 are a list behind the other fields. */
static bool call_note(struct laurel *l, struct span key, struct span value)
{
	if (key.len == 7 && span_eq_str(key, "syscall"))
		l->call = value;
	if (key.len != 2 || key.p[0] != 'a' || key.p[1] < '0' ||
	    key.p[1] > '3' || l->arg_count == 4)
		return false;
	l->args[l->arg_count++] = value;
	return true;
}

static void call_put(struct laurel *l)
{
	const char *arch = symbol_name(FIELD_ARCH, l->arch, l->arch);
	const char *name = NULL;
	bool is_negative;
	uint64_t nr;

	member_open(l, span_of("ARGV"));
	buf_u8(l->out, '[');
	for (uint32_t i = 0; i < l->arg_count; i++) {
		jsonw_comma(l->out);
		laurel_hex(l, l->args[i]);
	}
	buf_u8(l->out, ']');
	if (l->arch != 0 && arch != NULL)
		word_put(l, "ARCH", span_of(arch));
	if (field_number(FIELD_DEC, l->call, &nr, &is_negative) &&
	    !is_negative && nr <= INT32_MAX)
		name = syscall_name(l->arch, (int32_t)nr);
	if (name != NULL)
		word_put(l, "SYSCALL", span_of(name));
}

static void uring_put(struct laurel *l, struct span text)
{
	const char *name = NULL;
	bool is_negative;
	struct span op;
	uint64_t nr;

	if (record_field(text, "uring_op", &op) &&
	    field_number(FIELD_DEC, op, &nr, &is_negative) && !is_negative)
		name = symbol_name(FIELD_URING_OP, 0, nr);
	if (name != NULL)
		word_put(l, "URING_OP", span_of(name));
}

/* ---- AVC of SELinux -------------------------------------------------------
 */

/* "avc:  denied  { read write } for": ,"denied":["read","write"] */
static void avc_put(struct laurel *l, struct span text)
{
	static const struct {
		const char *start, *name;
	} verdicts[] = {
		{ "avc:  denied  {", "denied" },
		{ "avc:  granted  {", "granted" },
	};

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		const size_t skip = strlen(verdicts[i].start);
		struct span rights;

		if (!span_starts(text, verdicts[i].start) ||
		    !name_take(l, span_of(verdicts[i].name)))
			continue;
		text.p += skip;
		text.len -= skip;
		rights = span_cut(&text, '}');
		member_open(l, span_of(verdicts[i].name));
		buf_u8(l->out, '[');
		while (rights.p != NULL && rights.len != 0) {
			const struct span right = span_cut(&rights, ' ');

			if (right.len == 0)
				continue;
			jsonw_comma(l->out);
			laurel_text(l->out, right);
		}
		buf_u8(l->out, ']');
		return;
	}
}

/* ---- EXECVE, PROCTITLE ----------------------------------------------------
 */

/* The arguments of all EXECVE records. */
struct vector {
	struct buf whole; /* of the argument that is open */
	bool is_open, is_null;
	uint32_t next; /* index of the one after it */
};

static void vector_close(struct laurel *l, struct vector *v)
{
	if (!v->is_open)
		return;
	jsonw_comma(l->out);
	if (v->is_null)
		buf_puts(l->out, "null");
	else
		laurel_text(l->out, buf_view(&v->whole));
	v->is_open = false;
	buf_reset(&v->whole);
}

static void vector_take(struct laurel *l, struct vector *v,
			const struct argument *arg, struct span value)
{
	if (!arg->is_part || !v->is_open) {
		vector_close(l, v);
		for (uint32_t gap = v->next;
		     gap < arg->index && gap - v->next < ARGUMENT_GAP_MAX;
		     gap++) {
			jsonw_comma(l->out);
			buf_puts(l->out, "null");
		}
		v->is_open = true;
		v->next = arg->index + 1;
		v->is_null = span_eq_str(value, "(null)");
	}
	record_string(value, &v->whole);
}

static void vector_put(struct laurel *l, const struct event *ev)
{
	struct vector v = { 0 };

	buf_init(&v.whole, EVENT_BYTES_MAX);
	member_open(l, span_of("ARGV"));
	buf_u8(l->out, '[');
	for (uint32_t i = 0; i < ev->record_count; i++) {
		const struct event_record *r = &ev->records[i];
		struct span key, value, rest = record_trusted(r->type, r->text);
		struct argument arg;

		while (r->type == AUDIT_EXECVE &&
		       record_next(&rest, &key, &value))
			if (argument_parse(key, &arg))
				vector_take(l, &v, &arg, value);
	}
	vector_close(l, &v);
	buf_u8(l->out, ']');
	if (buf_error(&v.whole) < 0)
		l->out->error = v.whole.error;
	buf_done(&v.whole);
}

static void title_put(struct laurel *l, struct span value)
{
	struct span title;

	if (!name_take(l, span_of("proctitle")))
		return;
	if (laurel_is_null(value)) {
		member_open(l, span_of("proctitle"));
		buf_puts(l->out, "null");
		return;
	}
	title = laurel_decode(l, value);
	member_open(l, span_of("ARGV"));
	buf_u8(l->out, '[');
	for (;;) {
		const char *end = memchr(title.p, '\0', title.len);
		const struct span arg = span_cut(&title, '\0');

		jsonw_comma(l->out);
		laurel_text(l->out, arg);
		if (end == NULL)
			break;
	}
	buf_u8(l->out, ']');
}

/* ---- msg='...' ------------------------------------------------------------
 */

/* Is all of it "key=value"? */
static bool is_fields(struct span text)
{
	struct span key, value, rest = text;
	const char *at = text.p;

	while (record_next(&rest, &key, &value)) {
		for (; at < key.p; at++)
			if (*at != ' ')
				return false;
		at = value.p + value.len;
	}
	while (at < text.p + text.len && *at == ' ')
		at++;
	return text.len != 0 && at == text.p + text.len;
}

/* What user space wrote: an object, or the text when it is not made of fields.
 */
static void message_put(struct laurel *l, struct span message)
{
	struct span key, value;

	if (!name_take(l, span_of("msg")))
		return;
	member_open(l, span_of("msg"));
	if (!is_fields(message)) {
		laurel_text(l->out, message);
		return;
	}
	l->name_first = l->name_count;
	buf_u8(l->out, '{');
	while (record_next(&message, &key, &value))
		field_put(l, key, value, true);
	buf_u8(l->out, '}');
	l->name_count = l->name_first;
	l->name_first = 0;
}

/* ---- a record -------------------------------------------------------------
 */

/* Of the vector, "a7_len" included. */
static bool is_argument(struct span key)
{
	return key.len > 1 && key.p[0] == 'a' && key.p[1] >= '0' &&
	       key.p[1] <= '9';
}

static void field_take(struct laurel *l, struct span key, struct span value)
{
	if (l->type == AUDIT_SYSCALL && call_note(l, key, value))
		return;
	if (l->type == AUDIT_EXECVE && is_argument(key))
		return;
	if (l->type == AUDIT_PROCTITLE && span_eq_str(key, "proctitle"))
		title_put(l, value);
	else if (l->type != AUDIT_SOCKADDR || !span_eq_str(key, "saddr"))
		field_put(l, key, value, false);
	else if (name_take(l, key))
		laurel_sockaddr(l, value);
}

/* auditd's own translation, but for what is translated here. */
static void added_put(struct laurel *l, struct span added)
{
	struct span key, value;

	if (l->type == AUDIT_SOCKADDR)
		return;
	while (record_next(&added, &key, &value))
		if (l->type != AUDIT_SYSCALL ||
		    (!span_eq_str(key, "ARCH") && !span_eq_str(key, "SYSCALL")))
			field_put(l, key, value, true);
}

static void fields_put(struct laurel *l, const struct event_record *r)
{
	struct span key, value, message, added;
	struct span rest = record_trusted(r->type, r->text);

	l->type = r->type;
	l->arg_count = 0;
	l->call = (struct span){ 0 };
	while (record_next(&rest, &key, &value))
		field_take(l, key, value);
	if (record_message(r->type, r->text, &message))
		message_put(l, message);
	(void)record_split(r->type, r->text, &added);
	if (added.p != NULL)
		added_put(l, added);
}

/* What is written here has its name, whatever a field is called. */
static void record_open(struct laurel *l, uint16_t type)
{
	static const struct {
		uint16_t type;
		const char *name;
	} own[] = {
		{ AUDIT_SYSCALL, "ARCH" },     { AUDIT_SYSCALL, "ARGV" },
		{ AUDIT_SYSCALL, "SYSCALL" },  { AUDIT_EXECVE, "ARGV" },
		{ AUDIT_PROCTITLE, "ARGV" },   { AUDIT_SOCKADDR, "SADDR" },
		{ AUDIT_URINGOP, "URING_OP" },
	};

	l->name_count = 0;
	l->name_bits = 0;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i].type == type)
			(void)name_take(l, span_of(own[i].name));
	buf_u8(l->out, '{');
}

static void record_put(struct laurel *l, const struct event_record *r)
{
	record_open(l, r->type);
	fields_put(l, r);
	if (r->type == AUDIT_SYSCALL)
		call_put(l);
	else if (r->type == AUDIT_URINGOP)
		uring_put(l, record_trusted(r->type, r->text));
	else if (r->type == AUDIT_AVC)
		avc_put(l, r->text);
	left_out_put(l);
	buf_u8(l->out, '}');
}

/* ---- the event ------------------------------------------------------------
 */

static bool came_before(const struct event *ev, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++)
		if (ev->records[i].type == ev->records[at].type)
			return true;
	return false;
}

static bool comes_again(const struct event *ev, uint32_t at)
{
	for (uint32_t i = at + 1; i < ev->record_count; i++)
		if (ev->records[i].type == ev->records[at].type)
			return true;
	return false;
}

/* Types of which an event has one record: an object. The others are lists. */
static bool is_single(uint16_t type)
{
	return type == AUDIT_SYSCALL || type == AUDIT_CWD ||
	       type == AUDIT_PROCTITLE || record_is_user(type) ||
	       (type >= AUDIT_FIRST_DAEMON && type <= AUDIT_LAST_DAEMON);
}

static void execve_put(struct laurel *l, const struct event *ev)
{
	record_open(l, AUDIT_EXECVE);
	for (uint32_t i = 0; i < ev->record_count; i++)
		if (ev->records[i].type == AUDIT_EXECVE)
			fields_put(l, &ev->records[i]);
	vector_put(l, ev);
	left_out_put(l);
	buf_u8(l->out, '}');
}

/* All records of the type of the one at @at. */
static void type_put(struct laurel *l, const struct event *ev, uint32_t at)
{
	const uint16_t type = ev->records[at].type;
	const bool is_list = !is_single(type) || comes_again(ev, at);

	jsonw_comma(l->out);
	buf_u8(l->out, '"');
	type_print(type, l->out);
	buf_puts(l->out, "\":");
	if (type == AUDIT_EXECVE) {
		execve_put(l, ev);
		return;
	}
	if (is_list)
		buf_u8(l->out, '[');
	for (uint32_t i = at; i < ev->record_count; i++)
		if (ev->records[i].type == type) {
			jsonw_comma(l->out);
			record_put(l, &ev->records[i]);
		}
	if (is_list)
		buf_u8(l->out, ']');
}

static void flag_put(struct laurel *l, const char *name, bool is_set)
{
	if (!is_set)
		return;
	member_open(l, span_of(name));
	buf_puts(l->out, "true");
}

static void missing_put(struct laurel *l, const struct event *ev)
{
	unsigned at = 0;

	member_open(l, span_of("missing"));
	buf_u8(l->out, '[');
	for (;;) {
		buf_reset(&l->scratch);
		if (!event_missing_next(ev, &at, &l->scratch))
			break;
		jsonw_comma(l->out);
		laurel_text(l->out, buf_view(&l->scratch));
	}
	buf_u8(l->out, ']');
}

/* What only bailiff knows of an event; nothing of one that is whole and
 * nobody's. */
static void bailiff_put(struct laurel *l, const struct event *ev)
{
	const bool is_own = ev->kind == EVENT_OWN;

	if (!is_own && ev->service.len == 0 && ev->missing == 0 &&
	    !ev->is_forged && !ev->is_inferred && !ev->is_late)
		return;
	member_open(l, span_of("BAILIFF"));
	buf_puts(l->out, "{\"seq\":");
	buf_dec(l->out, ev->seq);
	if (is_own) {
		word_put(l, "action", ev->action);
		word_put(l, "message", ev->text);
	}
	if (ev->service.len != 0) {
		word_put(l, "service", ev->service);
		word_put(l, "how", span_of(event_how_name(ev->how)));
	}
	flag_put(l, "forged", ev->is_forged);
	flag_put(l, "inferred", ev->is_inferred);
	flag_put(l, "late", ev->is_late);
	if (ev->missing != 0)
		missing_put(l, ev);
	buf_u8(l->out, '}');
}

/* SOCKADDR and so on are read in the byte order of the event's machine. */
static uint32_t arch_find(const struct event *ev)
{
	uint64_t arch;

	for (uint32_t i = 0; i < ev->record_count; i++)
		if (ev->records[i].type == AUDIT_SYSCALL &&
		    record_hex(
			    record_trusted(AUDIT_SYSCALL, ev->records[i].text),
			    "arch", &arch))
			return (uint32_t)arch;
	return 0;
}

int render_laurel(const struct event *ev, const char *node, struct buf *out)
{
	struct laurel l = { .out = out, .arch = arch_find(ev) };

	buf_init(&l.scratch, EVENT_BYTES_MAX);
	buf_printf(out, "{\"ID\":\"%" PRIu64 ".%03u:%" PRIu32 "\"",
		   ev->time_ms / 1000, (unsigned)(ev->time_ms % 1000),
		   ev->serial);
	if (node != NULL)
		word_put(&l, "NODE", span_of(node));
	for (uint32_t i = 0; i < ev->record_count; i++)
		if (!came_before(ev, i))
			type_put(&l, ev, i);
	bailiff_put(&l, ev);
	buf_puts(out, "}\n");
	if (buf_error(&l.scratch) < 0)
		out->error = l.scratch.error;
	buf_done(&l.scratch);
	return buf_error(out);
}
