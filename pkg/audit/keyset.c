/* SPDX-License-Identifier: Apache-2.0 */
/* keyset.c - see keyset.h. */
#include "pkg/audit/keyset.h"

#include <string.h>

void keyset_reset(struct keyset *s)
{
	s->count = 0;
	memset(s->slots, 0, sizeof(s->slots));
}

/* The character in lower case; 0 when it has no place in a key. */
static char key_char(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		return c;
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	if (c == ' ') /* "old auid" */
		return '-';
	return c != '\0' && strchr("_-.:/@[]", c) != NULL ? c : '\0';
}

/* @ret: @key and @suffix. Return: their length; 0 when it is no name. */
static size_t name_make(struct span key, const char *suffix, char *ret)
{
	const size_t more = strlen(suffix);

	if (key.len == 0 || key.len + more > KEYSET_NAME_MAX)
		return 0;
	for (size_t i = 0; i < key.len; i++) {
		ret[i] = key_char(key.p[i]);
		if (ret[i] == '\0')
			return 0;
	}
	memcpy(ret + key.len, suffix, more);
	return key.len + more;
}

static uint32_t name_hash(const char *p, size_t len)
{
	uint32_t h = 2166136261U;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)p[i]) * 16777619U;
	return h ^ h >> 15;
}

enum keyset_result keyset_add(struct keyset *s, struct span key,
			      const char *suffix, struct span *ret_name)
{
	char name[KEYSET_NAME_MAX];
	const size_t len = name_make(key, suffix, name);
	uint32_t at = name_hash(name, len) % KEYSET_SLOTS;
	struct keyset_name *n;

	if (len == 0)
		return KEYSET_NONE;
	for (; s->slots[at] != 0; at = (at + 1) % KEYSET_SLOTS) {
		n = &s->names[s->slots[at] - 1];
		if (n->len == len && memcmp(n->text, name, len) == 0) {
			*ret_name = (struct span){ n->text, len };
			return KEYSET_REPEATED;
		}
	}
	if (s->count == KEYSET_MAX)
		return KEYSET_NONE;
	n = &s->names[s->count++];
	s->slots[at] = (unsigned char)s->count;
	n->len = (uint32_t)len;
	memcpy(n->text, name, len);
	*ret_name = (struct span){ n->text, len };
	return KEYSET_NEW;
}
