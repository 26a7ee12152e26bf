/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - strict JSON in, canonical JSON out.
 *
 * Parsing is jansson's with JSON_REJECT_DUPLICATES, and on top of it: a size
 * cap before any parsing, a depth cap, and no real number anywhere: all numbers
 * bailiff reads are integers from -2^63 to 2^64 - 1. Those of 2^63 and above
 * are inside what jansson calls real; json_u64() and the writers know them, and
 * json_members() takes them for integers. What jansson already refuses:
 * trailing bytes, invalid UTF-8, lone surrogates, NUL in strings, leading
 * zeros, comments, control characters.
 *
 * Values are jansson's json_t; ownership follows jansson's own rules: what
 * json_parse() returns is the caller's, to be released with json_decref(); what
 * the getters return is borrowed.
 */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include <jansson.h>

#include "lib/buf.h"
#include "lib/err.h"

#define JSON_DEPTH_MAX 32

static inline void json_auto_decref(json_t **j)
{
	json_decref(*j);
}

#define AUTO_JSON __attribute__((cleanup(json_auto_decref))) json_t

/**
 * json_parse() - one document.
 * @text: the bytes, whole; borrowed for the call.
 * @max: more bytes than this are refused before parsing.
 * @ret: the value; written on success only; the caller's.
 *
 * Return: 0; -EFBIG above @max; -EBADMSG for anything that is not one strict
 * document (line and column in @e); -ENOMEM.
 */
int json_parse(struct span text, size_t max, json_t **ret, struct err *e);

/* One member that an object may or must have: a row for json_members(). */
struct json_member {
	const char *name;
	json_type type; /* JSON_TRUE stands for true and false alike */
	bool required;
	json_t **value; /* written: borrowed value, or NULL when absent */
};

/**
 * json_members() - take an object apart and refuse what is not in the table.
 * @object: any value; anything but an object is refused.
 * @rows: ends with a row whose name is NULL. A member that is null counts as
 *        absent.
 *
 * Return: 0; -EBADMSG with the member's name in @e: wrong type, missing,
 * unknown.
 */
int json_members(const json_t *object, const struct json_member *rows,
		 struct err *e);

/* As json_members(), but members that no row names are left alone (TUF). */
int json_members_open(const json_t *object, const struct json_member *rows,
		      struct err *e);

/**
 * json_u64() - an integer in [@min, @max].
 *
 * Return: 0; -EBADMSG when @value is no integer (true is none); -ERANGE.
 */
int json_u64(const json_t *value, uint64_t min, uint64_t max, uint64_t *ret);

/* The bytes of a string; an empty span with p NULL for any other value. */
struct span json_span(const json_t *value);

/**
 * json_canonical() - append the OLPC canonical form: object keys in order of
 * their UTF-8 bytes, no blanks, only '"' and '\' escaped (TUF 1.0.34, 4.1).
 *
 * Return: 0; -EINVAL for a real number or depth over JSON_DEPTH_MAX; -ENOMEM or
 * -E2BIG from @out.
 */
int json_canonical(const json_t *value, struct buf *out);

/**
 * json_text() - append for machines: sorted keys, one line, everything below
 * 0x20 escaped; what json_parse() reads back as the same value.
 */
int json_text(const json_t *value, struct buf *out);

/* As json_text(), indented by two, with a newline at the end. */
int json_pretty(const json_t *value, struct buf *out);

/* Append one quoted and escaped JSON string; bytes that are not UTF-8 become
 * U+FFFD, so callers keep such bytes elsewhere. */
void json_quote(struct buf *out, struct span text);

#endif
