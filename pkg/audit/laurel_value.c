/* SPDX-License-Identifier: Apache-2.0 */
/* laurel_value.c - one field's value as laurel 0.8 writes it; see laurel.h. */
#include "pkg/audit/laurel.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/hex.h"
#include "lib/jsonw.h"
#include "pkg/audit/record.h"
#include "pkg/audit/sockaddr.h"

/* ---- text -----------------------------------------------------------------
 */

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '%' &&
	       c != '+';
}

/* One character that is not plain. Return: its bytes. */
static size_t special_put(struct buf *out, struct span rest)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char c = (unsigned char)rest.p[0];
	const size_t len = c >= 0x80 ? span_utf8_len(rest) : 0;

	if (len != 0) {
		buf_span(out, (struct span){ rest.p, len });
		return len;
	}
	if (c == '"' || c == '\\') {
		buf_u8(out, '\\');
		buf_u8(out, c);
		return 1;
	}
	buf_u8(out, '%');
	buf_u8(out, (uint8_t)digits[c >> 4]);
	buf_u8(out, (uint8_t)digits[c & 15]);
	return 1;
}

void laurel_text(struct buf *out, struct span text)
{
	buf_u8(out, '"');
	while (text.len != 0) {
		size_t n = 0;

		while (n < text.len && is_plain((unsigned char)text.p[n]))
			n++;
		buf_span(out, (struct span){ text.p, n });
		if (n < text.len)
			n += special_put(
				out, (struct span){ text.p + n, text.len - n });
		text.p += n;
		text.len -= n;
	}
	buf_u8(out, '"');
}

bool laurel_is_null(struct span value)
{
	return value.len == 0 || span_eq_str(value, "(null)") ||
	       span_eq_str(value, "?");
}

static struct span unquoted(struct span s)
{
	if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"')
		return (struct span){ s.p + 1, s.len - 2 };
	return s;
}

struct span laurel_decode(struct laurel *l, struct span value)
{
	const struct span inner = unquoted(value);

	if (inner.p != value.p)
		return inner;
	buf_reset(&l->scratch);
	record_string(value, &l->scratch);
	return l->scratch.len != 0 ? buf_view(&l->scratch)
				   : (struct span){ "", 0 };
}

/* ---- numbers --------------------------------------------------------------
 */

/* What laurel takes for a number, whatever the record's type: these, and all
 * whose name ends in "uid" or "gid". By name. */
struct typed {
	const char *name;
	enum field_class class;
};

/* clang-format off */
static const struct typed typed[] = {
	{ "arch", FIELD_HEX },
	{ "argc", FIELD_DEC },
	{ "audit_backlog_limit", FIELD_DEC },
	{ "audit_backlog_wait_time", FIELD_DEC },
	{ "audit_enabled", FIELD_DEC },
	{ "audit_failure", FIELD_DEC },
	{ "cap_fe", FIELD_DEC },
	{ "cap_fi", FIELD_HEX },
	{ "cap_fp", FIELD_HEX },
	{ "cap_fver", FIELD_HEX },
	{ "cap_pa", FIELD_HEX },
	{ "cap_pe", FIELD_HEX },
	{ "cap_pi", FIELD_HEX },
	{ "cap_pp", FIELD_HEX },
	{ "capability", FIELD_DEC },
	{ "code", FIELD_HEX },
	{ "compat", FIELD_DEC },
	{ "dport", FIELD_DEC },
	{ "enforcing", FIELD_DEC },
	{ "entries", FIELD_DEC },
	{ "errno", FIELD_DEC },
	{ "exit", FIELD_DEC },
	{ "family", FIELD_DEC },
	{ "fd", FIELD_DEC },
	{ "fe", FIELD_DEC },
	{ "fi", FIELD_HEX },
	{ "flags", FIELD_HEX },
	{ "fp", FIELD_HEX },
	{ "fver", FIELD_HEX },
	{ "ino", FIELD_DEC },
	{ "inode", FIELD_DEC },
	{ "ioctlcmd", FIELD_HEX },
	{ "item", FIELD_DEC },
	{ "items", FIELD_DEC },
	{ "list", FIELD_DEC },
	{ "lport", FIELD_DEC },
	{ "major", FIELD_DEC },
	{ "minor", FIELD_DEC },
	{ "mode", FIELD_OCT },
	{ "nargs", FIELD_DEC },
	{ "new_lock", FIELD_DEC },
	{ "old-enabled", FIELD_DEC },
	{ "old-ses", FIELD_DEC },
	{ "old_enforcing", FIELD_DEC },
	{ "old_lock", FIELD_DEC },
	{ "old_pa", FIELD_HEX },
	{ "old_pe", FIELD_HEX },
	{ "old_pi", FIELD_HEX },
	{ "old_pp", FIELD_HEX },
	{ "old_prom", FIELD_DEC },
	{ "old_val", FIELD_DEC },
	{ "opid", FIELD_DEC },
	{ "oses", FIELD_DEC },
	{ "pa", FIELD_HEX },
	{ "pe", FIELD_HEX },
	{ "per", FIELD_HEX },
	{ "permissive", FIELD_DEC },
	{ "pi", FIELD_HEX },
	{ "pid", FIELD_DEC },
	{ "pp", FIELD_HEX },
	{ "ppid", FIELD_DEC },
	{ "prog-id", FIELD_DEC },
	{ "prom", FIELD_DEC },
	{ "proto", FIELD_DEC },
	{ "qbytes", FIELD_HEX },
	{ "res", FIELD_DEC },
	{ "rport", FIELD_DEC },
	{ "seqno", FIELD_DEC },
	{ "ses", FIELD_DEC },
	{ "sig", FIELD_DEC },
	{ "sigev_signo", FIELD_DEC },
	{ "spid", FIELD_DEC },
	{ "sport", FIELD_DEC },
	{ "syscall", FIELD_DEC },
	{ "uring_op", FIELD_DEC },
	{ "val", FIELD_DEC },
	{ "vm-pid", FIELD_DEC },
};
/* clang-format on */

static int typed_cmp(const void *key, const void *row)
{
	const struct typed *t = row;

	return span_cmp(*(const struct span *)key, span_of(t->name));
}

/* FIELD_DEC, FIELD_HEX, FIELD_OCT; FIELD_UNKNOWN for what is no number. */
static enum field_class typed_class(struct span key)
{
	const struct typed *t;

	if (key.len >= 3 && memcmp(key.p + key.len - 2, "id", 2) == 0 &&
	    (key.p[key.len - 3] == 'u' || key.p[key.len - 3] == 'g'))
		return FIELD_DEC;
	t = bsearch(&key, typed, sizeof(typed) / sizeof(typed[0]),
		    sizeof(typed[0]), typed_cmp);
	return t != NULL ? t->class : FIELD_UNKNOWN;
}

/* Return: false, and nothing appended, when it is no such number, or one that
 * laurel has no room for. */
static bool number_put(struct buf *out, enum field_class class,
		       struct span value)
{
	bool is_negative;
	uint64_t v;

	if (!field_number(class, value, &v, &is_negative))
		return false;
	if (class != FIELD_DEC && is_negative)
		return false;
	if (class == FIELD_HEX) {
		buf_printf(out, "\"0x%" PRIx64 "\"", v);
	} else if (class == FIELD_OCT) {
		buf_printf(out, "\"0o%" PRIo64 "\"", v);
	} else {
		if (v > INT64_MAX)
			return false;
		if (is_negative)
			buf_u8(out, '-');
		buf_dec(out, v);
	}
	return true;
}

void laurel_hex(struct laurel *l, struct span value)
{
	if (!number_put(l->out, FIELD_HEX, value))
		laurel_text(l->out, value);
}

void laurel_value(struct laurel *l, struct span key, struct span value,
		  bool is_user)
{
	enum field_class class;

	if (laurel_is_null(value)) {
		buf_puts(l->out, "null");
		return;
	}
	class = is_user ? FIELD_UNKNOWN : typed_class(key);
	if (class != FIELD_UNKNOWN && number_put(l->out, class, value))
		return;
	switch ((unsigned)field_class(l->type, key)) {
	case FIELD_ENCODED:
	case FIELD_BYTES:
	case FIELD_PROCTITLE:
	case FIELD_KEYS:
		laurel_text(l->out, laurel_decode(l, value));
		return;
	default:
		laurel_text(l->out, unquoted(value));
	}
}

/* ---- addresses ------------------------------------------------------------
 */

static void member_text(struct buf *out, const char *name, struct span value)
{
	jsonw_name(out, span_of(name));
	laurel_text(out, value);
}

static void member_u32(struct buf *out, const char *name, uint32_t v)
{
	jsonw_name(out, span_of(name));
	buf_dec(out, v);
}

static void inet_put(struct buf *out, const struct sockaddr_view *v)
{
	uint32_t flow;

	member_text(out, "saddr_fam", span_of(v->family_name));
	member_text(out, "addr", span_of(v->address));
	member_u32(out, "port", v->port);
	if (v->family != AF_INET6)
		return;
	flow = (uint32_t)v->bytes[4] << 24 | (uint32_t)v->bytes[5] << 16 |
	       (uint32_t)v->bytes[6] << 8 | v->bytes[7];
	member_u32(out, "flowinfo", flow);
	member_u32(out, "scope_id", v->scope);
}

/* An abstract name keeps the NUL that makes it one: laurel drops it. */
static void unix_put(struct laurel *l, const struct sockaddr_view *v)
{
	member_text(l->out, "saddr_fam", span_of("local"));
	buf_reset(&l->scratch);
	if (v->is_abstract)
		buf_u8(&l->scratch, '\0');
	if (v->path.p != NULL)
		buf_span(&l->scratch, v->path);
	member_text(l->out, "path", buf_view(&l->scratch));
}

static void netlink_put(struct buf *out, const struct sockaddr_view *v)
{
	member_text(out, "saddr_fam", span_of("netlink"));
	member_u32(out, "pid", v->port);
	jsonw_name(out, span_of("groups"));
	buf_printf(out, "\"0x%" PRIx32 "\"", v->groups);
}

/* Of the families that laurel has a form for. */
static bool view_put(struct laurel *l, const struct sockaddr_view *v)
{
	const bool is_inet = (v->family == AF_INET || v->family == AF_INET6) &&
			     v->address[0] != '\0' && v->has_port;

	if (!is_inet && !(v->family == AF_NETLINK && v->has_port) &&
	    !(v->family == AF_UNIX && v->path.p != NULL))
		return false;
	buf_puts(l->out, "\"SADDR\":{");
	if (is_inet)
		inet_put(l->out, v);
	else if (v->family == AF_UNIX)
		unix_put(l, v);
	else
		netlink_put(l->out, v);
	buf_u8(l->out, '}');
	return true;
}

void laurel_sockaddr(struct laurel *l, struct span value)
{
	/* __AUDIT_ARCH_LE; this machine's order if not known */
	const bool is_little =
		l->arch != 0 ? (l->arch & 0x40000000U) != 0
			     : __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	struct sockaddr_view v;
	bool is_parsed;

	jsonw_comma(l->out);
	is_parsed = sockaddr_parse(value, is_little, &v) == 0;
	if (is_parsed && view_put(l, &v))
		return;
	buf_puts(l->out, "\"saddr\":");
	if (laurel_is_null(value))
		buf_puts(l->out, "null");
	else if (is_parsed)
		laurel_text(l->out,
			    (struct span){ (const char *)v.bytes, v.len });
	else
		laurel_text(l->out, laurel_decode(l, value));
}
