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
#include "lib/scan.h"

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

int record_stamped(uint16_t type, struct span text, struct record *ret)
{
	static const char prefix[] = "audit(";
	uint64_t seconds, millis, serial;
	struct span rest = text;

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
	*ret = (struct record){
		.type = type,
		.serial = (uint32_t)serial,
		.time_ms = seconds * 1000 + millis,
		.text = rest,
	};
	return 0;
}

int record_view(struct span datagram, struct record *ret)
{
	struct span text = datagram;

	if (datagram.len < sizeof(struct nlmsghdr))
		return -EBADMSG;
	text.p += sizeof(struct nlmsghdr);
	text.len -= sizeof(struct nlmsghdr);
	/* Some senders count the final NUL in. */
	if (text.len != 0 && text.p[text.len - 1] == '\0')
		text.len--;
	return record_stamped(record_type(datagram), text, ret);
}

/* ---- fields ---------------------------------------------------------------
 */

bool record_is_user(uint16_t type)
{
	return type == AUDIT_USER ||
	       (type >= AUDIT_FIRST_USER_MSG && type <= AUDIT_LAST_USER_MSG) ||
	       (type >= AUDIT_FIRST_USER_MSG2 && type <= AUDIT_LAST_USER_MSG2);
}

static const char message_mark[] = "msg='";
#define MARK_LEN (sizeof(message_mark) - 1)

/* Where msg=' begins; NULL without. */
static const char *message_find(uint16_t type, struct span text)
{
	if (!record_is_user(type) || text.len == 0)
		return NULL;
	return memmem(text.p, text.len, message_mark, MARK_LEN);
}

struct span record_split(uint16_t type, struct span text,
			 struct span *ret_added)
{
	const char *from = message_find(type, text), *end, *at;

	*ret_added = (struct span){ 0 };
	if (text.len == 0)
		return text;
	end = text.p + text.len;
	if (from != NULL) {
		from += MARK_LEN;
		at = memrchr(from, '\'', (size_t)(end - from));
		from = at != NULL ? at + 1 : end;
		at = from < end && *from == RECORD_ENRICHED ? from : NULL;
	} else {
		at = memchr(text.p, RECORD_ENRICHED, text.len);
	}
	if (at == NULL)
		return text;
	*ret_added = (struct span){ at + 1, (size_t)(end - at - 1) };
	text.len = (size_t)(at - text.p);
	return text;
}

struct span record_trusted(uint16_t type, struct span text)
{
	const char *at = message_find(type, text);
	struct span added;

	if (at == NULL)
		return record_split(type, text, &added);
	text.len = (size_t)(at - text.p);
	return text;
}

bool record_message(uint16_t type, struct span text, struct span *ret)
{
	const char *at = message_find(type, text);
	struct span added;

	if (at == NULL)
		return false;
	text = record_split(type, text, &added);
	at += MARK_LEN;
	ret->p = at;
	ret->len = (size_t)(text.p + text.len - at);
	if (ret->len != 0 && ret->p[ret->len - 1] == '\'')
		ret->len--;
	return true;
}

static void span_skip(struct span *s, size_t n)
{
	s->p += n;
	s->len -= n;
}

/* The length of the value at the front of @s: to the closing quote of a quoted
 * one, else to the next blank. */
static inline size_t value_len(struct span s)
{
	const char *end;
	size_t i = 0;

	if (s.len > 1 && s.p[0] == '"') {
		if (s.len > SCAN_BYTES)
			i = scan_is(s.p + 1, '"');
		if (i != 0)
			return scan_before((unsigned)i) + 2;
		end = memchr(s.p + 1, '"', s.len - 1);
		return end != NULL ? (size_t)(end - s.p) + 1 : s.len;
	}
	/* Most are a few bytes: no call pays. */
	if (s.len >= SCAN_BYTES)
		i = scan_before(scan_is(s.p, ' '));
	while (i < s.len && s.p[i] != ' ')
		i++;
	return i;
}

/* "old auid=1 new auid=2", as kernels before 4.11 wrote: the word in front is
 * part of the key. @p: behind a word at @key. Return: where the key ends, at
 * its
 * '='; NULL when this is no such key. */
static const char *spaced_key(const char *key, const char *p, const char *end)
{
	if (p - key != 3 ||
	    (memcmp(key, "old", 3) != 0 && memcmp(key, "new", 3) != 0))
		return NULL;
	for (key = ++p; p < end && *p != ' '; p++)
		if (*p == '=')
			return p > key ? p : NULL;
	return NULL;
}

struct span record_value(struct span text)
{
	return (struct span){ text.p, value_len(text) };
}

/* Where the '=' of a key is that begins at @p; or some place that is not behind
 * it, when the next bytes are not simply a key. */
static inline const char *key_skip(const char *p, const char *end)
{
	unsigned equals, blanks;

	if (end - p < SCAN_BYTES)
		return p;
	equals = scan_is(p, '=');
	blanks = scan_is(p, ' ');
	/* The bits below the first '='. */
	return equals != 0 && ((equals - 1) & ~equals & blanks) == 0
		       ? p + scan_before(equals)
		       : p;
}

bool record_next_any(struct span *rest, struct span *ret_key,
		     struct span *ret_value)
{
	const char *p = rest->p, *key, *at, *end;

	if (rest->len == 0)
		return false;
	end = p + rest->len;
	p += *p == ' ';
	key = p;
	for (p = key_skip(p, end); p < end; p++) {
		if (*p == ' ') {
			at = spaced_key(key, p, end);
			key = p + 1;
			if (at == NULL)
				continue;
			key = p - 3;
			p = at;
		}
		if (*p != '=')
			continue;
		if (p == key) {
			key = p + 1;
			continue;
		}
		*ret_key = (struct span){ key, (size_t)(p - key) };
		ret_value->p = ++p;
		ret_value->len = (size_t)(end - p);
		ret_value->len = value_len(*ret_value);
		rest->p = p + ret_value->len;
		rest->len = (size_t)(end - rest->p);
		return true;
	}
	*rest = (struct span){ end, 0 };
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
			/* Most differ in the first byte: no call pays. */
			if (name.len == keys[i].len && ret[i].p == NULL &&
			    name.p[0] == keys[i].p[0] &&
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

/* Each pair of upper-case digits a byte. Return: false, and nothing appended,
 * when there is anything else. */
static bool hex_append(struct span s, struct buf *out)
{
	/* clang-format off */
	static const signed char values[256] = { /* one more; 0: no digit */
		['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
		['A'] = 11, 12, 13, 14, 15, 16,
	};
	/* clang-format on */
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0;
	char *to;

	if (s.len == 0 || s.len % 2 != 0 || !buf_room(out, s.len / 2))
		return false;
	to = out->p + out->len;
	while (s.len - i >= SCAN_BYTES && scan_unhex(s.p + i, to)) {
		i += SCAN_BYTES;
		to += SCAN_BYTES / 2;
	}
	for (; i < s.len; i += 2) {
		const int high = values[p[i]] - 1, low = values[p[i + 1]] - 1;

		if ((high | low) < 0)
			return false;
		*to++ = (char)(high << 4 | low);
	}
	out->len += s.len / 2;
	return true;
}

void record_string(struct span value, struct buf *out)
{
	if (value.len >= 2 && value.p[0] == '"' &&
	    value.p[value.len - 1] == '"')
		buf_put(out, value.p + 1, value.len - 2);
	else if (!hex_append(value, out))
		buf_span(out, value);
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
