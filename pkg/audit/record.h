/* SPDX-License-Identifier: Apache-2.0 */
/* record.h - one datagram of the audit socket, and the fields of its text.
 *
 * Record text is "key=value" words that the kernel writes; strings that a
 * process chose are quoted, or upper-case hex when they hold a quote, a blank
 * or a control byte (kernel/audit.c, audit_log_n_untrustedstring()). The one
 * exception is msg='...' of user messages: nothing in it is escaped, so fields
 * of such records are looked for only in front of it.
 */
#ifndef PKG_AUDIT_RECORD_H
#define PKG_AUDIT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/scan.h"
#include "lib/span.h"

#define RECORD_BYTES_MAX 8970 /* MAX_AUDIT_MESSAGE_LENGTH of the kernel */

struct record {
	uint16_t type;
	uint32_t serial;
	uint64_t time_ms;
	struct span text; /* after "audit(...): "; raw bytes, borrowed */
};

/**
 * record_view() - the one record inside an audit netlink datagram.
 * @datagram: as received, whole (MSG_TRUNC already refused).
 * @ret: points into @datagram.
 *
 * The text length is the datagram's size less the header's, never nlmsg_len: on
 * the daemon's unicast socket the kernel stores the payload's size there, on
 * the multicast group the standard size (kernel/audit.c, audit_log_end()).
 * Control replies are not for this function.
 *
 * Return: 0; -EBADMSG for a datagram shorter than its header, or text that does
 * not begin with "audit(SECONDS.MILLIS:SERIAL): ".
 */
int record_view(struct span datagram, struct record *ret);

/* One record from its stamp on: "audit(SECONDS.MILLIS:SERIAL): TEXT". Return:
 * as record_view(). */
int record_stamped(uint16_t type, struct span text, struct record *ret);

/* The type of a datagram; 0 when it is shorter than a header. */
uint16_t record_type(struct span datagram);

/* Types that user space sends: 1005, 1100 to 1199 and 2100 to 2999. */
bool record_is_user(uint16_t type);

/* The byte that auditd, with log_format = ENRICHED, puts between what the
 * kernel sent and its own translation of it. */
#define RECORD_ENRICHED 0x1d

/**
 * record_split() - what the kernel sent, without auditd's translation.
 * @ret_added: what comes after RECORD_ENRICHED; p is NULL without that byte.
 *
 * Where user space's msg='...' stands the byte counts only behind its last
 * quote, since user space may have written one inside.
 */
struct span record_split(uint16_t type, struct span text,
			 struct span *ret_added);

/* The part of a record's text that the kernel wrote. */
struct span record_trusted(uint16_t type, struct span text);

/* What user space wrote: the inside of msg='...', to the end when the last
 * quote is missing. Return: false in a record that has none. */
bool record_message(uint16_t type, struct span text, struct span *ret);

/**
 * record_field() - the value of the first field called @key.
 * @text: what record_trusted() gave.
 * @ret: the value as it stands, quotes included.
 *
 * A key is matched as a whole word in front of '=': "pid" finds neither
 * "ppid=" nor anything inside a quoted value.
 */
bool record_field(struct span text, const char *key, struct span *ret);

/**
 * record_fields() - record_field() of several keys, in one pass.
 * @ret: one for each of @count keys; of one that is not there p is NULL.
 *
 * Return: how many were found.
 */
size_t record_fields(struct span text, const struct span keys[], size_t count,
		     struct span ret[]);

/* Most fields, with the blank behind them, are within sixteen bytes of @p.
 * Return: where that blank is; NULL when this one is not, or is no plain word.
 */
static inline const char *record_short(const char *p, const char *end,
				       struct span *ret_key,
				       struct span *ret_value)
{
	unsigned equals, blanks, key, stop;

	if (end - p < SCAN_BYTES)
		return NULL;
	equals = scan_is(p, '=');
	blanks = scan_is(p, ' ');
	key = scan_before(equals);
	stop = scan_before(blanks);
	if (key == 0 || key >= stop || stop == SCAN_BYTES || p[key + 1] == '"')
		return NULL;
	*ret_key = (struct span){ p, key };
	*ret_value = (struct span){ p + key + 1, stop - key - 1 };
	return p + stop;
}

/* record_next() of a field that is not short. */
bool record_next_any(struct span *rest, struct span *ret_key,
		     struct span *ret_value);

/* One field after another: cuts it off the front of @rest. Words without '='
 * are passed over, but for the first of "old auid=" and "new auid=", which
 * belongs to the key. Return: false at the end. */
static inline bool record_next(struct span *rest, struct span *ret_key,
			       struct span *ret_value)
{
	const char *p = rest->p, *at, *end = p + rest->len;

	if (rest->len == 0)
		return false;
	at = record_short(p + (*p == ' '), end, ret_key, ret_value);
	if (at == NULL)
		return record_next_any(rest, ret_key, ret_value);
	*rest = (struct span){ at, (size_t)(end - at) };
	return true;
}

/* The value at the front of @text, behind its '=': to the closing quote of a
 * quoted one, else to the next blank or the end. */
struct span record_value(struct span text);

/* Numeric fields. Return: false when absent or not such a number. auid and ses
 * are unsigned; exit and the like signed; arch, code and a0..a3 hex. */
bool record_u32(struct span text, const char *key, uint32_t *ret);
bool record_i64(struct span text, const char *key, int64_t *ret);
bool record_hex(struct span text, const char *key, uint64_t *ret);

/**
 * record_string() - append an encoded field's value, decoded.
 * @value: what record_field() gave: quoted, hex, or a bare word.
 *
 * A bare value is hex if it has an even number of upper-case digits and nothing
 * else; everything else, "(null)" and "?" included, is taken as it is. Only for
 * fields that the kernel encodes (comm, exe, path, name, proctitle, ...).
 */
void record_string(struct span value, struct buf *out);

/* As record_string() of a field, into @size bytes with a final NUL. Return:
 * false when absent, too long, or the value holds a NUL; then "" is stored. */
bool record_cstr(struct span text, const char *key, char *ret, size_t size);

#endif
