/* SPDX-License-Identifier: Apache-2.0 */
/* delegation.c - see delegation.h. */
#include "pkg/trust/delegation.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "pkg/trust/body.h"
#include "pkg/trust/trust.h"

/* -- reading --------------------------------------------------------------- */

/* "7.root" would lie where the seventh root lies. */
static bool name_is_of_a_root(const char *name)
{
	const size_t digits = strspn(name, "0123456789");

	return digits != 0 && strcmp(name + digits, ".root") == 0;
}

static int name_check(const struct trust_metadata *m, const char *name,
		      struct err *e)
{
	if (name[0] == '\0')
		return err_set(e, EBADMSG, "a delegated role has no name");
	if (trust_role_find(span_of(name)) >= 0 || name_is_of_a_root(name))
		return err_set(e, EBADMSG,
			       "\"%.100s\" cannot be delegated: it is the name "
			       "of a top-level role's file",
			       name);
	for (size_t i = 0; i < m->delegation_count; i++)
		if (strcmp(m->delegations[i].role, name) == 0)
			return err_set(e, EBADMSG,
				       "role \"%.100s\" is delegated to twice",
				       name);
	return 0;
}

static int strings_check(const json_t *list, const char *member, struct err *e)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!json_is_string(json_array_get(list, i)))
			return err_set(e, EBADMSG,
				       "\"%s\"[%zu] must be a string", member,
				       i);
	return 0;
}

/* The next of m->delegations; counted at once, so that it is released. */
static int delegation_parse(struct trust_metadata *m, const json_t *object,
			    struct err *e)
{
	struct trust_delegation *d = &m->delegations[m->delegation_count];
	json_t *name, *terminating, *paths, *prefixes;
	const struct json_member rows[] = {
		{ "name", JSON_STRING, true, &name },
		{ "terminating", JSON_TRUE, true, &terminating },
		{ "paths", JSON_ARRAY, false, &paths },
		{ "path_hash_prefixes", JSON_ARRAY, false, &prefixes },
		{ NULL, JSON_NULL, false, NULL },
	};

	if (trust_members(object, rows, e) < 0 ||
	    name_check(m, json_string_value(name), e) < 0)
		return -EBADMSG;
	*d = (struct trust_delegation){
		.role = json_string_value(name),
		.is_terminating = json_is_true(terminating),
		.paths = paths,
		.hash_prefixes = prefixes,
	};
	m->delegation_count++;
	if ((paths != NULL) == (prefixes != NULL))
		return err_set(e, EBADMSG,
			       "it must have either \"paths\" or "
			       "\"path_hash_prefixes\"");
	if (strings_check(paths, "paths", e) < 0 ||
	    strings_check(prefixes, "path_hash_prefixes", e) < 0)
		return -EBADMSG;
	return trust_role_keys_parse(&m->keys, object, d->role, &d->by, e);
}

static int roles_parse(struct trust_metadata *m, const json_t *roles,
		       struct err *e)
{
	const size_t count = json_array_size(roles);

	if (count > TRUST_DELEGATION_MAX)
		return err_set(e, E2BIG,
			       "it delegates to %zu roles, at most %d are "
			       "allowed",
			       count, TRUST_DELEGATION_MAX);
	m->delegations = calloc(count + 1, sizeof(*m->delegations));
	if (m->delegations == NULL)
		return err_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++) {
		const int r = delegation_parse(m, json_array_get(roles, i), e);

		if (r < 0) {
			(void)err_wrap(e, "roles[%zu]", i);
			return r;
		}
	}
	return 0;
}

int trust_delegations_parse(struct trust_metadata *m, struct err *e)
{
	json_t *delegations, *keys, *roles, *succinct;
	const struct json_member rows[] = {
		{ "delegations", JSON_OBJECT, false, &delegations },
		{ NULL, JSON_NULL, false, NULL },
	};
	const struct json_member inner[] = {
		{ "keys", JSON_OBJECT, true, &keys },
		{ "roles", JSON_ARRAY, false, &roles },
		{ "succinct_roles", JSON_OBJECT, false, &succinct },
		{ NULL, JSON_NULL, false, NULL },
	};
	int r;

	if (trust_members(m->body, rows, e) < 0)
		return -EBADMSG;
	if (delegations == NULL)
		return 0;
	if (trust_members(delegations, inner, e) < 0)
		return err_wrap(e, "delegations");
	if (succinct != NULL)
		return err_set(e, EOPNOTSUPP,
			       "delegations: \"succinct_roles\" are not "
			       "supported: write the roles out");
	if (roles == NULL)
		return err_set(e, EBADMSG, "delegations: \"roles\" is missing");
	r = trust_key_table_parse(keys, &m->keys, e);
	if (r == 0)
		r = roles_parse(m, roles, e);
	if (r < 0)
		(void)err_wrap(e, "delegations");
	return r;
}

/* -- matching -------------------------------------------------------------- */

/* How many bytes of @s the pattern's first character takes; 0: it does not. */
static size_t character_fits(char pattern, struct span s)
{
	if (s.len == 0)
		return 0;
	if (pattern == '?')
		return span_utf8_len(s);
	return s.p[0] == pattern ? 1 : 0;
}

static struct span span_skip(struct span s, size_t count)
{
	return (struct span){ s.p + count, s.len - count };
}

/* Both without a '/'. On a mismatch the last '*' takes one byte more; earlier
 * ones need never be tried again. */
static bool part_matches(struct span pattern, struct span s)
{
	struct span star = { 0 }, star_at = { 0 }; /* what follows the '*' */

	while (s.len != 0 || pattern.len != 0) {
		const size_t count =
			pattern.len ? character_fits(pattern.p[0], s) : 0;

		if (pattern.len != 0 && pattern.p[0] == '*') {
			pattern = span_skip(pattern, 1);
			star = pattern;
			star_at = s;
		} else if (count != 0) {
			pattern = span_skip(pattern, 1);
			s = span_skip(s, count);
		} else if (star_at.len != 0) {
			star_at = span_skip(star_at, 1);
			pattern = star;
			s = star_at;
		} else {
			return false;
		}
	}
	return true;
}

bool trust_pattern_matches(const char *pattern, const char *path)
{
	struct span p = span_of(pattern), s = span_of(path);

	do {
		const struct span part = span_cut(&p, '/');

		if (!part_matches(part, span_cut(&s, '/')))
			return false;
	} while (p.p != NULL && s.p != NULL);
	return p.p == NULL && s.p == NULL;
}

/* Is @prefix what @raw begins with, in lower-case hex? */
static bool prefix_is_of(const char *prefix,
			 const unsigned char raw[static SHA256_DIGEST_LENGTH])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; prefix[i] != '\0'; i++) {
		if (i == 2 * SHA256_DIGEST_LENGTH ||
		    prefix[i] != digits[raw[i / 2] >> (i % 2 ? 0 : 4) & 15])
			return false;
	}
	return true;
}

static bool prefix_fits(const json_t *prefixes, const char *path)
{
	unsigned char raw[SHA256_DIGEST_LENGTH];
	json_t *prefix;
	size_t i;

	(void)SHA256((const unsigned char *)path, strlen(path), raw);
	json_array_foreach(prefixes, i, prefix)
		if (prefix_is_of(json_string_value(prefix), raw))
			return true;
	return false;
}

bool trust_delegation_matches(const struct trust_delegation *d,
			      const char *path)
{
	json_t *pattern;
	size_t i;

	if (d->paths == NULL)
		return prefix_fits(d->hash_prefixes, path);
	json_array_foreach(d->paths, i, pattern)
		if (trust_pattern_matches(json_string_value(pattern), path))
			return true;
	return false;
}
