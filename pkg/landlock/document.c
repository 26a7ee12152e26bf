/* SPDX-License-Identifier: Apache-2.0 */
/* document.c - see document.h. */
#include "pkg/landlock/document.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"

/* How a word may stand for rights. */
struct words {
	enum right_class class;
	uint32_t abi;	    /* for the groups; 0: the document has none */
	uint32_t abi_named; /* rights above are not known to the document */
};

/* The names that begin with "abi.": what they stand for, and where. */
static int group_parse(struct span word, const struct words *w, uint64_t *mask,
		       struct err *e)
{
	const uint64_t all = rights_of_abi(w->class, w->abi);
	const uint64_t execute = right_find(span_of("execute"))->bit;
	const uint64_t reads = execute | right_find(span_of("read_file"))->bit |
			       right_find(span_of("read_dir"))->bit |
			       right_find(span_of("refer"))->bit;

	if (w->abi == 0)
		return err_set(e, EBADMSG,
			       "the group \"%.*s\" needs a member \"abi\"",
			       SPAN_FMT(word));
	if (span_eq_str(word, "abi.all"))
		*mask |= all;
	else if (w->class == RIGHT_FS && span_eq_str(word, "abi.read_execute"))
		*mask |= all & reads;
	else if (w->class == RIGHT_FS && span_eq_str(word, "abi.read_write"))
		*mask |= all & ~execute;
	else
		return err_set(e, EBADMSG, "unknown group \"%.60s\"", word.p);
	return 0;
}

static int word_parse(const json_t *value, const struct words *w,
		      uint64_t *mask, uint64_t *named, struct err *e)
{
	static const char *const kinds[] = { "file", "network", "scope" };
	const struct span word = json_span(value);
	const struct right *right;

	if (word.p == NULL)
		return err_set(e, EBADMSG, "a right must be a string");
	if (span_starts(word, "abi."))
		return group_parse(word, w, mask, e);
	/* A document has bare names; the prefix is the audit records'. */
	right = memchr(word.p, '.', word.len) ? NULL : right_find(word);
	if (right == NULL)
		return err_set(e, EBADMSG, "unknown right \"%.60s\"", word.p);
	if (right->class != w->class)
		return err_set(
			e, EBADMSG, "\"%s\" is a %s right, not a %s right",
			right->name, kinds[right->class], kinds[w->class]);
	if (right->abi > w->abi_named) {
		(void)err_set(e, EBADMSG, "\"%s\" is not in landlockconfig",
			      right->name);
		return err_hint(e, "add \"bailiff\": 1 to the landlock object "
				   "to use rights above ABI 6");
	}
	*mask |= right->bit;
	if (named != NULL)
		*named |= right->bit;
	return 0;
}

/* A non-empty array of words; an absent one (NULL) adds nothing. */
static int words_parse(const json_t *array, const char *member,
		       const struct words *w, uint64_t *mask, uint64_t *named,
		       struct err *e)
{
	json_t *value;
	size_t i;

	if (array == NULL)
		return 0;
	if (json_array_size(array) == 0)
		return err_set(e, EBADMSG, "\"%s\" is empty", member);
	json_array_foreach(array, i, value) {
		const int r = word_parse(value, w, mask, named, e);

		if (r < 0)
			return err_wrap(e, "%s[%zu]", member, i);
	}
	return 0;
}

struct parse {
	struct words words; /* class is set by whoever uses it */
	struct landlock_doc *doc;
	size_t path_cap, port_cap;
};

static struct words words_of(const struct parse *p, enum right_class class)
{
	struct words w = p->words;

	w.class = class;
	return w;
}

static int ruleset_parse(struct parse *p, const json_t *item, struct err *e)
{
	json_t *sets[RIGHT_CLASSES];
	const struct json_member rows[] = {
		{ "handledAccessFs", JSON_ARRAY, false, &sets[RIGHT_FS] },
		{ "handledAccessNet", JSON_ARRAY, false, &sets[RIGHT_NET] },
		{ "scoped", JSON_ARRAY, false, &sets[RIGHT_SCOPE] },
		{ 0 },
	};
	int r = json_members(item, rows, e);

	if (r < 0)
		return r;
	if (!sets[RIGHT_FS] && !sets[RIGHT_NET] && !sets[RIGHT_SCOPE])
		return err_set(e, EBADMSG, "is empty");
	for (size_t i = 0; i < RIGHT_CLASSES && r == 0; i++) {
		const struct words w = words_of(p, (enum right_class)i);

		r = words_parse(sets[i], rows[i].name, &w, &p->doc->handled[i],
				NULL, e);
	}
	return r;
}

/* Append one component with its slash; "." and empty ones vanish. */
static int component_add(struct span part, struct buf *out, struct err *e)
{
	if (part.len == 0 || span_eq_str(part, "."))
		return 0;
	if (span_eq_str(part, ".."))
		return err_set(e, EBADMSG,
			       "has \"..\": write the path that it means");
	buf_puts(out, "/");
	for (size_t i = 0; i < part.len; i++) {
		if (part.p[i] == '$' && i + 1 < part.len) {
			if (part.p[i + 1] == '{')
				return err_set(e, EBADMSG,
					       "has a variable: variables are "
					       "not supported, write the path "
					       "out");
			if (part.p[i + 1] == '$')
				i++;
		}
		buf_put(out, &part.p[i], 1);
	}
	return 0;
}

static int path_normalise(struct span raw, struct buf *out, struct err *e)
{
	struct span rest = raw;

	if (raw.len == 0 || raw.p[0] != '/')
		return err_set(e, EBADMSG, "is not an absolute path");
	while (rest.len != 0) {
		const int r = component_add(span_cut(&rest, '/'), out, e);

		if (r < 0)
			return r;
	}
	if (out->len == 0)
		buf_puts(out, "/");
	if (buf_error(out) == -E2BIG)
		return err_set(e, EBADMSG, "is longer than %d bytes",
			       LANDLOCK_PATH_MAX - 1);
	return buf_error(out) < 0 ? err_set(e, ENOMEM, "out of memory") : 0;
}

/* Room for one more element of @size bytes in *@array. */
static int array_room(void **array, size_t count, size_t *cap, size_t size,
		      struct err *e)
{
	void *grown;

	if (count >= LANDLOCK_RULES_MAX)
		return err_set(e, E2BIG, "more than %d rules",
			       LANDLOCK_RULES_MAX);
	if (count < *cap)
		return 0;
	*cap = *cap != 0 ? *cap * 2 : 16;
	grown = reallocarray(*array, *cap, size);
	if (grown == NULL)
		return err_set(e, ENOMEM, "out of memory");
	*array = grown;
	return 0;
}

static int path_add(struct parse *p, const json_t *value, uint64_t access,
		    uint64_t named, struct err *e)
{
	struct landlock_doc *d = p->doc;
	void *array = d->paths;
	struct buf text;
	int r;

	if (!json_is_string(value))
		return err_set(e, EBADMSG, "must be a string");
	buf_init(&text, LANDLOCK_PATH_MAX - 1);
	r = path_normalise(json_span(value), &text, e);
	if (r == 0)
		r = array_room(&array, d->path_count, &p->path_cap,
			       sizeof(*d->paths), e);
	d->paths = array;
	if (r == 0) {
		char *path = span_dup(buf_view(&text));

		if (path == NULL)
			r = err_set(e, ENOMEM, "out of memory");
		else
			d->paths[d->path_count++] = (struct landlock_path){
				.path = path,
				.access = access,
				.named = named,
			};
	}
	buf_done(&text);
	return r;
}

static int port_add(struct parse *p, const json_t *value, uint64_t access,
		    struct err *e)
{
	struct landlock_doc *d = p->doc;
	void *array = d->ports;
	uint64_t port;
	int r;

	if (json_u64(value, 0, UINT16_MAX, &port) < 0)
		return err_set(e, EBADMSG, "must be a port number, 0 to 65535");
	r = array_room(&array, d->port_count, &p->port_cap, sizeof(*d->ports),
		       e);
	d->ports = array;
	if (r < 0)
		return r;
	d->ports[d->port_count++] = (struct landlock_port){
		.port = (uint16_t)port,
		.access = access,
	};
	return 0;
}

/* One pathBeneath or netPort entry: its rights, and what they are on. */
static int rule_parse(struct parse *p, const json_t *item,
		      enum right_class class, struct err *e)
{
	const char *const on = class == RIGHT_FS ? "parent" : "port";
	const struct words w = words_of(p, class);
	json_t *access, *objects, *value;
	const struct json_member rows[] = {
		{ "allowedAccess", JSON_ARRAY, true, &access },
		{ on, JSON_ARRAY, true, &objects },
		{ 0 },
	};
	uint64_t mask = 0, named = 0;
	size_t i;
	int r = json_members(item, rows, e);

	if (r == 0)
		r = words_parse(access, "allowedAccess", &w, &mask, &named, e);
	if (r < 0)
		return r;
	if (json_array_size(objects) == 0)
		return err_set(e, EBADMSG, "\"%s\" is empty", on);
	p->doc->handled[class] |= mask;
	json_array_foreach(objects, i, value) {
		if (class == RIGHT_FS)
			r = path_add(p, value, mask, named, e);
		else
			r = port_add(p, value, mask, e);
		if (r < 0)
			return json_is_string(value)
				       ? err_wrap(e, "%s[%zu] \"%.80s\"", on, i,
						  json_string_value(value))
				       : err_wrap(e, "%s[%zu]", on, i);
	}
	return 0;
}

enum member {
	MEMBER_RULESET,
	MEMBER_PATH,
	MEMBER_PORT,
	MEMBERS
};

static int item_parse(struct parse *p, enum member m, const json_t *item,
		      struct err *e)
{
	if (m == MEMBER_RULESET)
		return ruleset_parse(p, item, e);
	return rule_parse(p, item, m == MEMBER_PATH ? RIGHT_FS : RIGHT_NET, e);
}

static int arrays_parse(struct parse *p, json_t *const arrays[MEMBERS],
			const struct json_member *rows, struct err *e)
{
	json_t *item;
	size_t i;

	for (size_t m = 0; m < MEMBERS; m++) {
		if (arrays[m] == NULL)
			continue;
		if (json_array_size(arrays[m]) == 0)
			return err_set(e, EBADMSG, "\"%s\" is empty",
				       rows[m].name);
		json_array_foreach(arrays[m], i, item) {
			const int r = item_parse(p, (enum member)m, item, e);

			if (r < 0)
				return err_wrap(e, "%s[%zu]", rows[m].name, i);
		}
	}
	return 0;
}

static int path_order(const void *a, const void *b)
{
	return strcmp(((const struct landlock_path *)a)->path,
		      ((const struct landlock_path *)b)->path);
}

static int port_order(const void *a, const void *b)
{
	return ((const struct landlock_port *)a)->port -
	       ((const struct landlock_port *)b)->port;
}

/* Sort; OR the rights of equal paths and ports; drop rules without a right
 * (a group that is empty at this ABI), which landlockconfig drops too. */
static void rules_unite(struct landlock_doc *d)
{
	size_t n = 0;

	if (d->path_count != 0)
		qsort(d->paths, d->path_count, sizeof(*d->paths), path_order);
	for (size_t i = 0; i < d->path_count; i++) {
		struct landlock_path *p = &d->paths[i];

		if (n != 0 && strcmp(d->paths[n - 1].path, p->path) == 0) {
			d->paths[n - 1].access |= p->access;
			d->paths[n - 1].named |= p->named;
			free(p->path);
		} else if (p->access == 0) {
			free(p->path);
		} else {
			d->paths[n++] = *p;
		}
	}
	d->path_count = n;
	n = 0;
	if (d->port_count != 0)
		qsort(d->ports, d->port_count, sizeof(*d->ports), port_order);
	for (size_t i = 0; i < d->port_count; i++) {
		if (n != 0 && d->ports[n - 1].port == d->ports[i].port)
			d->ports[n - 1].access |= d->ports[i].access;
		else if (d->ports[i].access != 0)
			d->ports[n++] = d->ports[i];
	}
	d->port_count = n;
}

/* "abi" and "bailiff": which rights the words of this document can mean. */
static int abi_parse(const json_t *abi, const json_t *bailiff, struct parse *p,
		     struct err *e)
{
	uint64_t v = 0;

	p->words.abi_named = LANDLOCK_ABI_CONFIG;
	if (bailiff != NULL) {
		if (json_u64(bailiff, 1, 1, &v) < 0)
			return err_set(e, EBADMSG, "\"bailiff\" must be 1");
		p->words.abi_named = LANDLOCK_ABI_NEWEST;
	}
	if (abi == NULL)
		return 0;
	if (json_u64(abi, 1, INT32_MAX, &v) < 0)
		return err_set(e, EBADMSG,
			       "\"abi\" must be 1 or more, below 2^31");
	p->doc->abi = (uint32_t)v;
	/* Above the newest known it means the newest known. */
	p->words.abi =
		v < p->words.abi_named ? (uint32_t)v : p->words.abi_named;
	return 0;
}

int landlock_doc_parse(const json_t *document, struct landlock_doc *ret,
		       struct err *e)
{
	struct landlock_doc d = { 0 };
	struct parse p = { .doc = &d };
	json_t *arrays[MEMBERS], *abi, *bailiff, *variable;
	const struct json_member rows[] = {
		{ "ruleset", JSON_ARRAY, false, &arrays[MEMBER_RULESET] },
		{ "pathBeneath", JSON_ARRAY, false, &arrays[MEMBER_PATH] },
		{ "netPort", JSON_ARRAY, false, &arrays[MEMBER_PORT] },
		{ "variable", JSON_ARRAY, false, &variable },
		{ "abi", JSON_INTEGER, false, &abi },
		{ "bailiff", JSON_INTEGER, false, &bailiff },
		{ 0 },
	};
	int r = json_members(document, rows, e);

	if (r < 0)
		return r;
	if (variable != NULL)
		return err_set(e, EBADMSG,
			       "\"variable\" is not supported: "
			       "write the paths out");
	if (!arrays[0] && !arrays[1] && !arrays[2])
		return err_set(e, EBADMSG,
			       "has none of \"ruleset\", "
			       "\"pathBeneath\" and \"netPort\"");
	r = abi_parse(abi, bailiff, &p, e);
	if (r == 0)
		r = arrays_parse(&p, arrays, rows, e);
	if (r < 0) {
		landlock_doc_done(&d);
		return r;
	}
	rules_unite(&d);
	*ret = d;
	return 0;
}

void landlock_doc_done(struct landlock_doc *d)
{
	for (size_t i = 0; i < d->path_count; i++)
		free(d->paths[i].path);
	free(d->paths);
	free(d->ports);
	*d = (struct landlock_doc){ 0 };
}

/* @path is @rule or lies below it. */
static bool path_holds(const char *rule, struct span path)
{
	const size_t len = strlen(rule);

	if (len == 1)
		return path.len >= 1 && path.p[0] == '/';
	return span_starts(path, rule) &&
	       (path.len == len || path.p[len] == '/');
}

const struct landlock_path *landlock_doc_nearest(const struct landlock_doc *d,
						 struct span path,
						 uint64_t *ret_access)
{
	const struct landlock_path *nearest = NULL;

	*ret_access = 0;
	for (size_t i = 0; i < d->path_count; i++) {
		const struct landlock_path *p = &d->paths[i];

		if (!path_holds(p->path, path))
			continue;
		*ret_access |= p->access;
		/* Sorted, so that a longer prefix comes later. */
		nearest = p;
	}
	return nearest;
}

uint64_t landlock_doc_port(const struct landlock_doc *d, uint16_t port)
{
	for (size_t i = 0; i < d->port_count; i++)
		if (d->ports[i].port == port)
			return d->ports[i].access;
	return 0;
}
