/* SPDX-License-Identifier: Apache-2.0 */
/* document.c - see document.h. */
#include "pkg/landlock/document.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"

struct parse {
	struct landlock_doc *doc;
	bool is_extended; /* "bailiff": 1 */
};

/* What a list of words comes to. */
struct words {
	uint64_t mask;
	uint64_t named; /* of these, those written out, not through a group */
};

/* Refuse a member that landlockconfig does not have. */
static int extension_check(const struct parse *p, const json_t *object,
			   const char *const *members, struct err *e)
{
	for (; *members != NULL && !p->is_extended; members++) {
		if (json_object_get(object, *members) == NULL)
			continue;
		(void)err_set(e, EBADMSG, "\"%s\" is not in landlockconfig",
			      *members);
		return err_hint(e, "add \"bailiff\": 1 to the landlock object "
				   "to use what bailiff has more");
	}
	return 0;
}

/* ---- rights ------------------------------------------------------------ */

/* The names that begin with "abi.": what they stand for, and where. */
static int group_parse(const struct parse *p, struct span word,
		       enum right_class class, struct words *w, struct err *e)
{
	const uint32_t abi = p->doc->abi;
	const uint64_t all = rights_of_abi(class, abi);

	if (abi == 0)
		return err_set(e, EBADMSG,
			       "the group \"%.60s\" needs a member \"abi\"",
			       word.p);
	if (span_eq_str(word, "abi.all"))
		w->mask |= all;
	else if (class == RIGHT_FS && span_eq_str(word, "abi.read_execute"))
		w->mask |= all & rights_read_execute();
	else if (class == RIGHT_FS && span_eq_str(word, "abi.read_write"))
		w->mask |= all & ~right_find(span_of("execute"))->bit;
	else
		return err_set(e, EBADMSG, "unknown group \"%.60s\"", word.p);
	return 0;
}

/* Rights by number; an absent one (NULL) adds nothing. */
static int bits_add(const json_t *bits, enum right_class class, struct words *w,
		    struct err *e)
{
	const uint64_t known = rights_of_abi(class, LANDLOCK_ABI_NEWEST);
	uint64_t mask;

	if (bits == NULL)
		return 0;
	if (json_u64(bits, 1, known, &mask) < 0 || (mask & ~known) != 0)
		return err_set(e, EBADMSG,
			       "\"bits\" must be a sum of 0x1 to 0x%llx",
			       (unsigned long long)(known ^ known >> 1));
	w->mask |= mask;
	w->named |= mask;
	return 0;
}

/* {"bits": N} among the words. */
static int bits_parse(const struct parse *p, const json_t *value,
		      enum right_class class, struct words *w, struct err *e)
{
	static const char *const extensions[] = { "bits", NULL };
	json_t *bits;
	const struct json_member rows[] = {
		{ "bits", JSON_INTEGER, true, &bits },
		{ 0 },
	};
	int r = extension_check(p, value, extensions, e);

	if (r == 0)
		r = json_members(value, rows, e);
	return r < 0 ? r : bits_add(bits, class, w, e);
}

static int word_parse(const struct parse *p, const json_t *value,
		      enum right_class class, struct words *w, struct err *e)
{
	static const char *const kinds[] = { "file", "network", "scope" };
	const struct span word = json_span(value);
	const struct right *right;

	if (json_is_object(value))
		return bits_parse(p, value, class, w, e);
	if (word.p == NULL)
		return err_set(e, EBADMSG, "a right must be a string");
	if (span_starts(word, "abi."))
		return group_parse(p, word, class, w, e);
	/* A document has bare names; the prefix is the audit records'. */
	right = memchr(word.p, '.', word.len) ? NULL : right_find(word);
	if (right == NULL)
		return err_set(e, EBADMSG, "unknown right \"%.60s\"", word.p);
	if (right->class != class)
		return err_set(e, EBADMSG,
			       "\"%s\" is a %s right, not a %s right",
			       right->name, kinds[right->class], kinds[class]);
	if (right->abi > LANDLOCK_ABI_CONFIG && !p->is_extended) {
		(void)err_set(e, EBADMSG, "\"%s\" is not in landlockconfig",
			      right->name);
		return err_hint(e, "add \"bailiff\": 1 to the landlock object "
				   "to use rights above ABI 6");
	}
	w->mask |= right->bit;
	w->named |= right->bit;
	return 0;
}

/* A non-empty array of words; an absent one (NULL) adds nothing. */
static int words_parse(const struct parse *p, const json_t *array,
		       const char *member, enum right_class class,
		       struct words *w, struct err *e)
{
	json_t *value;
	size_t i;

	if (array == NULL)
		return 0;
	if (json_array_size(array) == 0)
		return err_set(e, EBADMSG, "\"%s\" is empty", member);
	json_array_foreach(array, i, value) {
		const int r = word_parse(p, value, class, w, e);

		if (r < 0)
			return err_wrap(e, "%s[%zu]", member, i);
	}
	return 0;
}

/* ---- entries ----------------------------------------------------------- */

static void handled_add(struct parse *p, enum right_class class, uint64_t mask,
			const json_t *best_effort)
{
	p->doc->rules.handled[class] |= mask;
	if (!json_is_true(best_effort))
		p->doc->rules.required[class] |= mask;
}

static int ruleset_parse(struct parse *p, const json_t *item, struct err *e)
{
	static const char *const extensions[] = {
		"quietAccessFs",
		"quietAccessNet",
		"quietScoped",
		"bestEffort",
		NULL,
	};
	json_t *sets[RIGHT_CLASSES], *quiet[RIGHT_CLASSES], *best_effort;
	const struct json_member rows[] = {
		{ "handledAccessFs", JSON_ARRAY, false, &sets[RIGHT_FS] },
		{ "handledAccessNet", JSON_ARRAY, false, &sets[RIGHT_NET] },
		{ "scoped", JSON_ARRAY, false, &sets[RIGHT_SCOPE] },
		{ "quietAccessFs", JSON_ARRAY, false, &quiet[RIGHT_FS] },
		{ "quietAccessNet", JSON_ARRAY, false, &quiet[RIGHT_NET] },
		{ "quietScoped", JSON_ARRAY, false, &quiet[RIGHT_SCOPE] },
		{ "bestEffort", JSON_TRUE, false, &best_effort },
		{ 0 },
	};
	int r = extension_check(p, item, extensions, e);

	if (r == 0)
		r = json_members(item, rows, e);
	if (r < 0)
		return r;
	if (!sets[0] && !sets[1] && !sets[2] && !quiet[0] && !quiet[1] &&
	    !quiet[2])
		return err_set(e, EBADMSG, "is empty");
	for (size_t i = 0; i < RIGHT_CLASSES && r == 0; i++) {
		const enum right_class class = (enum right_class)i;
		struct words handled = { 0 }, silent = { 0 };

		r = words_parse(p, sets[i], rows[i].name, class, &handled, e);
		if (r == 0)
			r = words_parse(p, quiet[i],
					rows[RIGHT_CLASSES + i].name, class,
					&silent, e);
		handled_add(p, class, handled.mask, best_effort);
		p->doc->rules.quiet[i] |= silent.mask;
	}
	return r;
}

static int path_add(struct parse *p, const json_t *value,
		    struct landlock_path *rule, struct err *e)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	int r;

	if (!json_is_string(value))
		return err_set(e, EBADMSG, "must be a string");
	buf_init(&text, SIZE_MAX);
	r = template_spell(json_span(value), &text, e);
	if (r < 0)
		return r;
	rule->path = (char *)(uintptr_t)buf_cstr(&text);
	if (rule->path == NULL)
		return err_set(e, ENOMEM, "out of memory");
	return landlock_path_add(&p->doc->rules, rule, e);
}

static int port_add(struct parse *p, const json_t *value,
		    const struct landlock_path *rule, struct err *e)
{
	struct landlock_port port = {
		.access = rule->access,
		.is_quiet = rule->is_quiet,
	};

	if (json_u64(value, 0, UINT64_MAX, &port.port) < 0)
		return err_set(e, EBADMSG, "must be a port number, 0 to 65535");
	return landlock_port_add(&p->doc->rules, &port, e);
}

/* The paths or ports of one entry. */
static int objects_parse(struct parse *p, const json_t *objects,
			 enum right_class class, struct landlock_path *rule,
			 struct err *e)
{
	const char *const on = class == RIGHT_FS ? "parent" : "port";
	json_t *value;
	size_t i;

	if (json_array_size(objects) == 0)
		return err_set(e, EBADMSG, "\"%s\" is empty", on);
	json_array_foreach(objects, i, value) {
		const int r = class == RIGHT_FS ? path_add(p, value, rule, e)
						: port_add(p, value, rule, e);

		if (r < 0)
			return json_is_string(value)
				       ? err_wrap(e, "%s[%zu] \"%.80s\"", on, i,
						  json_string_value(value))
				       : err_wrap(e, "%s[%zu]", on, i);
	}
	return 0;
}

/* One pathBeneath or netPort entry: its rights, and what they are on. */
static int rule_parse(struct parse *p, const json_t *item,
		      enum right_class class, struct err *e)
{
	static const char *const extensions[] = { "bits", "quiet", "bestEffort",
						  "required", NULL };
	json_t *access, *objects, *bits, *quiet, *best_effort;
	json_t *required = NULL;
	const struct json_member rows[] = {
		{ "allowedAccess", JSON_ARRAY, false, &access },
		{ class == RIGHT_FS ? "parent" : "port", JSON_ARRAY, true,
		  &objects },
		{ "bits", JSON_INTEGER, false, &bits },
		{ "quiet", JSON_TRUE, false, &quiet },
		{ "bestEffort", JSON_TRUE, false, &best_effort },
		/* A port is always there: netPort has no such member. */
		{ class == RIGHT_FS ? "required" : NULL, JSON_TRUE, false,
		  &required },
		{ 0 },
	};
	struct landlock_path rule = { 0 };
	struct words w = { 0 };
	int r = extension_check(p, item, extensions, e);

	if (r == 0)
		r = json_members(item, rows, e);
	if (r < 0)
		return r;
	/* A rule that is only quiet grants nothing. */
	if (access == NULL && bits == NULL && !json_is_true(quiet))
		return err_set(e, EBADMSG, "\"allowedAccess\" is missing");
	r = words_parse(p, access, "allowedAccess", class, &w, e);
	if (r == 0)
		r = bits_add(bits, class, &w, e);
	if (r < 0)
		return r;
	handled_add(p, class, w.mask, best_effort);
	rule.access = w.mask;
	rule.named = w.named;
	rule.is_quiet = json_is_true(quiet);
	rule.is_required = json_is_true(required);
	return objects_parse(p, objects, class, &rule, e);
}

static int variable_parse(struct parse *p, const json_t *item, struct err *e)
{
	struct variables *v = &p->doc->variables;
	json_t *name, *literal, *value;
	const struct json_member rows[] = {
		{ "name", JSON_STRING, true, &name },
		{ "literal", JSON_ARRAY, false, &literal },
		{ 0 },
	};
	size_t i;
	int r = json_members(item, rows, e);

	if (r < 0)
		return r;
	r = variable_add(v, json_span(name), (struct span){ 0 }, e);
	if (r < 0)
		return err_wrap(e, "name");
	if (literal != NULL && json_array_size(literal) == 0)
		return err_set(e, EBADMSG, "\"literal\" is empty");
	json_array_foreach(literal, i, value) {
		r = json_is_string(value)
			    ? variable_add(v, json_span(name), json_span(value),
					   e)
			    : err_set(e, EBADMSG, "must be a string");
		if (r < 0)
			return err_wrap(e, "literal[%zu]", i);
	}
	return 0;
}

/* ---- the document ------------------------------------------------------ */

enum member {
	MEMBER_VARIABLE,
	MEMBER_RULESET,
	MEMBER_PATH,
	MEMBER_PORT,
	MEMBERS
};

static int item_parse(struct parse *p, enum member m, const json_t *item,
		      struct err *e)
{
	if (m == MEMBER_VARIABLE)
		return variable_parse(p, item, e);
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

/* "abi" and "bailiff": which rights the words of this document can mean. */
static int abi_parse(const json_t *abi, const json_t *bailiff, struct parse *p,
		     struct err *e)
{
	uint64_t newest = LANDLOCK_ABI_CONFIG, v = 0;

	if (bailiff != NULL) {
		if (json_u64(bailiff, 1, 1, &v) < 0)
			return err_set(e, EBADMSG, "\"bailiff\" must be 1");
		p->is_extended = true;
		newest = LANDLOCK_ABI_NEWEST;
	}
	if (abi == NULL)
		return 0;
	if (json_u64(abi, 1, INT32_MAX, &v) < 0)
		return err_set(e, EBADMSG,
			       "\"abi\" must be 1 or more, below 2^31");
	/* Above the newest known it means the newest known. */
	p->doc->abi = (uint32_t)(v < newest ? v : newest);
	return 0;
}

/* The kernel refuses to be quiet about what is not handled. */
static int quiet_check(const struct landlock_rules *r, struct err *e)
{
	static const char *const members[RIGHT_CLASSES] = { "quietAccessFs",
							    "quietAccessNet",
							    "quietScoped" };

	for (size_t i = 0; i < RIGHT_CLASSES; i++)
		if ((r->quiet[i] & ~r->handled[i]) != 0)
			return err_set(e, EBADMSG,
				       "\"%s\" has rights that are not handled",
				       members[i]);
	return 0;
}

int landlock_doc_parse(const json_t *document, struct landlock_doc *ret,
		       struct err *e)
{
	struct landlock_doc d = { 0 };
	struct parse p = { .doc = &d };
	json_t *arrays[MEMBERS], *abi, *bailiff;
	const struct json_member rows[] = {
		{ "variable", JSON_ARRAY, false, &arrays[MEMBER_VARIABLE] },
		{ "ruleset", JSON_ARRAY, false, &arrays[MEMBER_RULESET] },
		{ "pathBeneath", JSON_ARRAY, false, &arrays[MEMBER_PATH] },
		{ "netPort", JSON_ARRAY, false, &arrays[MEMBER_PORT] },
		{ "abi", JSON_INTEGER, false, &abi },
		{ "bailiff", JSON_INTEGER, false, &bailiff },
		{ 0 },
	};
	int r = json_members(document, rows, e);

	if (r < 0)
		return r;
	if (!arrays[0] && !arrays[1] && !arrays[2] && !arrays[3])
		return err_set(e, EBADMSG,
			       "has none of \"variable\", \"ruleset\", "
			       "\"pathBeneath\" and \"netPort\"");
	r = abi_parse(abi, bailiff, &p, e);
	if (r == 0)
		r = arrays_parse(&p, arrays, rows, e);
	if (r == 0)
		r = quiet_check(&d.rules, e);
	if (r < 0) {
		landlock_doc_done(&d);
		return r;
	}
	variables_unite(&d.variables);
	landlock_rules_unite(&d.rules);
	/* Quiet about no right is not quiet. */
	landlock_rules_mask(&d.rules, d.rules.handled);
	*ret = d;
	return 0;
}

void landlock_doc_done(struct landlock_doc *d)
{
	variables_done(&d->variables);
	landlock_rules_done(&d->rules);
	*d = (struct landlock_doc){ 0 };
}
