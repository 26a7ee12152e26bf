/* SPDX-License-Identifier: Apache-2.0 */
/* laurel_value.c - one field's value as laurel 0.8 writes it; see laurel.h. */
#include "pkg/audit/laurel.h"

#include <inttypes.h>
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
	if (value.len == 0)
		return true;
	if (value.p[0] == '?')
		return value.len == 1;
	return value.p[0] == '(' && span_eq_str(value, "(null)");
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
 * whose name ends in "uid" or "gid". By length, then name. */
struct typed {
	const char *name;
	size_t len;
	enum field_class class;
};

/* clang-format off */
#define ROW(name, class) { name, sizeof(name) - 1, class }
static const struct typed typed[] = {
	ROW("fd", FIELD_DEC),
	ROW("fe", FIELD_DEC),
	ROW("fi", FIELD_HEX),
	ROW("fp", FIELD_HEX),
	ROW("pa", FIELD_HEX),
	ROW("pe", FIELD_HEX),
	ROW("pi", FIELD_HEX),
	ROW("pp", FIELD_HEX),
	ROW("ino", FIELD_DEC),
	ROW("per", FIELD_HEX),
	ROW("pid", FIELD_DEC),
	ROW("res", FIELD_DEC),
	ROW("ses", FIELD_DEC),
	ROW("sig", FIELD_DEC),
	ROW("val", FIELD_DEC),
	ROW("arch", FIELD_HEX),
	ROW("argc", FIELD_DEC),
	ROW("code", FIELD_HEX),
	ROW("exit", FIELD_DEC),
	ROW("fver", FIELD_HEX),
	ROW("item", FIELD_DEC),
	ROW("list", FIELD_DEC),
	ROW("mode", FIELD_OCT),
	ROW("opid", FIELD_DEC),
	ROW("oses", FIELD_DEC),
	ROW("ppid", FIELD_DEC),
	ROW("prom", FIELD_DEC),
	ROW("spid", FIELD_DEC),
	ROW("dport", FIELD_DEC),
	ROW("errno", FIELD_DEC),
	ROW("flags", FIELD_HEX),
	ROW("inode", FIELD_DEC),
	ROW("items", FIELD_DEC),
	ROW("lport", FIELD_DEC),
	ROW("major", FIELD_DEC),
	ROW("minor", FIELD_DEC),
	ROW("nargs", FIELD_DEC),
	ROW("proto", FIELD_DEC),
	ROW("rport", FIELD_DEC),
	ROW("seqno", FIELD_DEC),
	ROW("sport", FIELD_DEC),
	ROW("cap_fe", FIELD_DEC),
	ROW("cap_fi", FIELD_HEX),
	ROW("cap_fp", FIELD_HEX),
	ROW("cap_pa", FIELD_HEX),
	ROW("cap_pe", FIELD_HEX),
	ROW("cap_pi", FIELD_HEX),
	ROW("cap_pp", FIELD_HEX),
	ROW("compat", FIELD_DEC),
	ROW("family", FIELD_DEC),
	ROW("old_pa", FIELD_HEX),
	ROW("old_pe", FIELD_HEX),
	ROW("old_pi", FIELD_HEX),
	ROW("old_pp", FIELD_HEX),
	ROW("qbytes", FIELD_HEX),
	ROW("vm-pid", FIELD_DEC),
	ROW("entries", FIELD_DEC),
	ROW("old-ses", FIELD_DEC),
	ROW("old_val", FIELD_DEC),
	ROW("prog-id", FIELD_DEC),
	ROW("syscall", FIELD_DEC),
	ROW("cap_fver", FIELD_HEX),
	ROW("ioctlcmd", FIELD_HEX),
	ROW("new_lock", FIELD_DEC),
	ROW("old_lock", FIELD_DEC),
	ROW("old_prom", FIELD_DEC),
	ROW("uring_op", FIELD_DEC),
	ROW("enforcing", FIELD_DEC),
	ROW("capability", FIELD_DEC),
	ROW("permissive", FIELD_DEC),
	ROW("old-enabled", FIELD_DEC),
	ROW("sigev_signo", FIELD_DEC),
	ROW("audit_enabled", FIELD_DEC),
	ROW("audit_failure", FIELD_DEC),
	ROW("old_enforcing", FIELD_DEC),
	ROW("audit_backlog_limit", FIELD_DEC),
	ROW("audit_backlog_wait_time", FIELD_DEC),
};
#undef ROW
/* clang-format on */

/* FIELD_DEC, FIELD_HEX, FIELD_OCT; FIELD_UNKNOWN for what is no number. */
static enum field_class typed_class(struct span key)
{
	size_t low = 0, high = sizeof(typed) / sizeof(typed[0]);

	if (key.len >= 3 && key.p[key.len - 1] == 'd' &&
	    key.p[key.len - 2] == 'i' &&
	    (key.p[key.len - 3] == 'u' || key.p[key.len - 3] == 'g'))
		return FIELD_DEC;
	while (low < high) {
		const size_t mid = low + (high - low) / 2;
		const struct typed *t = &typed[mid];
		const int order = key.len != t->len
					  ? (key.len < t->len ? -1 : 1)
					  : memcmp(key.p, t->name, key.len);

		if (order == 0)
			return t->class;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return FIELD_UNKNOWN;
}

/* "0x1f", "0o17": @bits of a digit. */
static void radix_put(struct buf *out, char radix, unsigned bits, uint64_t v)
{
	char text[2 + 22 + 2];
	size_t at = sizeof(text);

	text[--at] = '"';
	do {
		text[--at] = "0123456789abcdef"[v & ((1U << bits) - 1)];
		v >>= bits;
	} while (v != 0);
	text[--at] = radix;
	text[--at] = '0';
	buf_u8(out, '"');
	buf_span(out, (struct span){ text + at, sizeof(text) - at });
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
		radix_put(out, 'x', 4, v);
	} else if (class == FIELD_OCT) {
		radix_put(out, 'o', 3, v);
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
