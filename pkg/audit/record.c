/* SPDX-License-Identifier: Apache-2.0 */
/* record.c - see record.h. */
#include "pkg/audit/record.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/hex.h"
#include "lib/num.h"

/* ---- the datagram ---------------------------------------------------------
 */

uint16_t record_type(struct span datagram)
{
	struct nlmsghdr h;

	if (datagram.len < sizeof(h))
		return 0;
	memcpy(&h, datagram.p, sizeof(h));
	return h.nlmsg_type;
}

/* Digits up to @end, which is taken too. Not num_parse: the kernel pads the
 * milliseconds with zeros. */
static bool stamp_number(struct span *rest, char end, size_t digits_max,
			 uint64_t *ret)
{
	uint64_t v = 0;
	size_t i = 0;

	while (i < rest->len && i < digits_max && rest->p[i] >= '0' &&
	       rest->p[i] <= '9')
		v = v * 10 + (uint64_t)(rest->p[i++] - '0');
	if (i == 0 || i >= rest->len || rest->p[i] != end)
		return false;
	rest->p += i + 1;
	rest->len -= i + 1;
	*ret = v;
	return true;
}

int record_view(struct span datagram, struct record *ret)
{
	static const char prefix[] = "audit(";
	const uint16_t type = record_type(datagram);
	struct span rest = datagram;
	uint64_t seconds, millis, serial;

	if (rest.len < sizeof(struct nlmsghdr))
		return -EBADMSG;
	rest.p += sizeof(struct nlmsghdr);
	rest.len -= sizeof(struct nlmsghdr);
	if (!span_starts(rest, prefix))
		return -EBADMSG;
	rest.p += sizeof(prefix) - 1;
	rest.len -= sizeof(prefix) - 1;
	if (!stamp_number(&rest, '.', 12, &seconds) ||
	    !stamp_number(&rest, ':', 3, &millis) ||
	    !stamp_number(&rest, ')', 10, &serial) || serial > UINT32_MAX)
		return -EBADMSG;
	if (rest.len != 0 && rest.p[0] == ':') {
		rest.p++;
		rest.len--;
	}
	if (rest.len != 0 && rest.p[0] == ' ') {
		rest.p++;
		rest.len--;
	}
	/* Some senders count the final NUL in. */
	if (rest.len != 0 && rest.p[rest.len - 1] == '\0')
		rest.len--;
	*ret = (struct record){
		.type = type,
		.serial = (uint32_t)serial,
		.time_ms = seconds * 1000 + millis,
		.text = rest,
	};
	return 0;
}

/* ---- fields ---------------------------------------------------------------
 */

bool record_is_user(uint16_t type)
{
	return type == AUDIT_USER ||
	       (type >= AUDIT_FIRST_USER_MSG && type <= AUDIT_LAST_USER_MSG) ||
	       (type >= AUDIT_FIRST_USER_MSG2 && type <= AUDIT_LAST_USER_MSG2);
}

struct span record_trusted(uint16_t type, struct span text)
{
	static const char mark[] = "msg='";
	const char *at;

	if (!record_is_user(type) || text.len == 0)
		return text;
	at = memmem(text.p, text.len, mark, sizeof(mark) - 1);
	if (at != NULL)
		text.len = (size_t)(at - text.p);
	return text;
}

static void span_skip(struct span *s, size_t n)
{
	s->p += n;
	s->len -= n;
}

/* The length of the value at the front of @s: to the closing quote of a quoted
 * one, else to the next blank. */
static size_t value_len(struct span s)
{
	const char *end;
	size_t i = 0;

	if (s.len > 1 && s.p[0] == '"') {
		end = memchr(s.p + 1, '"', s.len - 1);
		return end != NULL ? (size_t)(end - s.p) + 1 : s.len;
	}
	/* Most are a few bytes: no call pays. */
	while (i < s.len && s.p[i] != ' ')
		i++;
	return i;
}

bool record_next(struct span *rest, struct span *ret_key,
		 struct span *ret_value)
{
	while (rest->len != 0) {
		size_t i = 0;

		while (i < rest->len && rest->p[i] != ' ' && rest->p[i] != '=')
			i++;
		if (i == 0 || i == rest->len || rest->p[i] == ' ') {
			span_skip(rest, i == rest->len ? i : i + 1);
			continue;
		}
		*ret_key = (struct span){ rest->p, i };
		span_skip(rest, i + 1);
		i = value_len(*rest);
		*ret_value = (struct span){ rest->p, i };
		span_skip(rest, i);
		return true;
	}
	return false;
}

size_t record_fields(struct span text, const struct span keys[], size_t count,
		     struct span ret[])
{
	struct span name, value;
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		ret[i] = (struct span){ 0 };
	while (found < count && record_next(&text, &name, &value))
		for (size_t i = 0; i < count; i++)
			if (name.len == keys[i].len && ret[i].p == NULL &&
			    memcmp(name.p, keys[i].p, name.len) == 0) {
				ret[i] = value;
				found++;
				break;
			}
	return found;
}

bool record_field(struct span text, const char *key, struct span *ret)
{
	const struct span wanted = span_of(key);
	struct span value;

	if (record_fields(text, &wanted, 1, &value) == 0)
		return false;
	*ret = value;
	return true;
}

bool record_u32(struct span text, const char *key, uint32_t *ret)
{
	struct span value;

	return record_field(text, key, &value) &&
	       num_parse_u32(value, 0, UINT32_MAX, ret) == 0;
}

bool record_i64(struct span text, const char *key, int64_t *ret)
{
	struct span value;

	return record_field(text, key, &value) &&
	       num_parse_i64(value, INT64_MIN, INT64_MAX, ret) == 0;
}

bool record_hex(struct span text, const char *key, uint64_t *ret)
{
	struct span value;

	if (!record_field(text, key, &value))
		return false;
	if (span_starts(value, "0x"))
		span_skip(&value, 2);
	return num_parse_hex(value, ret) == 0;
}

/* ---- strings --------------------------------------------------------------
 */

static bool is_upper_hex(struct span s)
{
	if (s.len == 0 || s.len % 2 != 0)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') &&
		    !(s.p[i] >= 'A' && s.p[i] <= 'F'))
			return false;
	return true;
}

void record_string(struct span value, struct buf *out)
{
	if (value.len >= 2 && value.p[0] == '"' &&
	    value.p[value.len - 1] == '"') {
		buf_put(out, value.p + 1, value.len - 2);
		return;
	}
	if (!is_upper_hex(value)) {
		buf_span(out, value);
		return;
	}
	for (size_t i = 0; i + 1 < value.len; i += 2)
		buf_u8(out, (uint8_t)(hex_digit(value.p[i]) << 4 |
				      hex_digit(value.p[i + 1])));
}

bool record_cstr(struct span text, const char *key, char *ret, size_t size)
{
	AUTO_DONE(buf_done) struct buf out = { 0 };
	struct span value;

	ret[0] = '\0';
	buf_init(&out, size - 1);
	if (!record_field(text, key, &value))
		return false;
	record_string(value, &out);
	if (buf_error(&out) < 0 ||
	    (out.len != 0 && memchr(out.p, '\0', out.len) != NULL))
		return false;
	if (out.len != 0)
		memcpy(ret, out.p, out.len);
	ret[out.len] = '\0';
	return true;
}
