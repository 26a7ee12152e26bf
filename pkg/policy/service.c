/* SPDX-License-Identifier: Apache-2.0 */
/* service.c - services/NAME.json: the layers of one service (model.h,
 * bailiff-policy(5)).
 */
#include <cap-ng.h>
#include <errno.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/landlock/merge.h"
#include "pkg/landlock/resolve.h"
#include "pkg/policy/model.h"

int capability_find(const char *name)
{
	int cap;

	if (strncmp(name, "CAP_", 4) != 0)
		return -1;
	cap = capng_name_to_capability(name + 4);
	return cap >= 0 && cap < 64 ? cap : -1;
}

void capabilities_print(struct buf *out, uint64_t mask, const char *between)
{
	const char *sep = "";

	for (unsigned i = 0; i < 64; i++) {
		const char *name;

		if ((mask >> i & 1) == 0)
			continue;
		name = capng_capability_to_name(i);
		buf_puts(out, sep);
		sep = between;
		if (name == NULL) {
			buf_printf(out, "CAP_%u", i);
			continue;
		}
		buf_puts(out, "CAP_");
		for (; *name != '\0'; name++)
			buf_u8(out, (uint8_t)(*name >= 'a' && *name <= 'z'
						      ? *name - 32
						      : *name));
	}
}

int capabilities_parse(const json_t *array, uint64_t *mask, struct err *e)
{
	json_t *value;
	size_t i;

	json_array_foreach(array, i, value) {
		const char *name =
			json_is_string(value) ? json_string_value(value) : "";
		const int cap = capability_find(name);

		if (cap < 0)
			return err_set(e, EBADMSG,
				       "[%zu]: \"%.40s\" is no capability", i,
				       name);
		*mask |= 1ULL << cap;
	}
	return 0;
}

static int caps_parse(const json_t *object, struct artefact_caps *c,
		      struct err *e)
{
	uint64_t *const sets[] = { &c->bounding, &c->effective, &c->permitted,
				   &c->inheritable, &c->ambient };
	json_t *values[5];
	const struct json_member rows[] = {
		{ "bounding", JSON_ARRAY, false, &values[0] },
		{ "effective", JSON_ARRAY, false, &values[1] },
		{ "permitted", JSON_ARRAY, false, &values[2] },
		{ "inheritable", JSON_ARRAY, false, &values[3] },
		{ "ambient", JSON_ARRAY, false, &values[4] },
		{ 0 },
	};
	int r = json_members(object, rows, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < 5; i++) {
		r = capabilities_parse(values[i], sets[i], e);
		if (r < 0)
			return err_wrap(e, "%s", rows[i].name);
	}
	if ((c->permitted & ~c->bounding) != 0)
		return err_set(e, EBADMSG,
			       "\"permitted\" has what \"bounding\" has not");
	if ((c->effective & ~c->permitted) != 0)
		return err_set(e, EBADMSG,
			       "\"effective\" has what \"permitted\" has not");
	if ((c->ambient & ~(c->permitted & c->inheritable)) != 0)
		return err_set(e, EBADMSG,
			       "\"ambient\" has what \"permitted\" or "
			       "\"inheritable\" has not");
	return 0;
}

static int best_effort_word(struct span word, struct best_effort *b,
			    struct err *e)
{
	const size_t prefix = strlen("landlock.");
	const struct right *right = NULL;

	if (span_eq_str(word, "landlock")) {
		b->landlock = true;
		return 0;
	}
	if (span_eq_str(word, "seccomp")) {
		b->seccomp = true;
		return 0;
	}
	if (span_starts(word, "landlock."))
		right = right_find(
			(struct span){ word.p + prefix, word.len - prefix });
	if (right == NULL)
		return err_set(e, EBADMSG,
			       "\"%.60s\" is not landlock, seccomp or "
			       "landlock.RIGHT",
			       word.p != NULL ? word.p : "");
	b->rights[right->class] |= right->bit;
	return 0;
}

int best_effort_parse(const json_t *value, struct best_effort *b, struct err *e)
{
	json_t *word;
	size_t i;

	if (value == NULL)
		return 0;
	if (json_is_true(value)) {
		b->is_all = true;
		return 0;
	}
	if (!json_is_array(value) || json_array_size(value) == 0)
		return err_set(e, EBADMSG,
			       "must be true or a list of what may be missing");
	json_array_foreach(value, i, word) {
		const int r = best_effort_word(json_span(word), b, e);

		if (r < 0)
			return r;
	}
	return 0;
}

const struct layer_row layer_table[LAYERS] = {
	[LAYER_LANDLOCK] = { "landlock", "no-landlock" },
	[LAYER_SECCOMP] = { "seccomp", "no-seccomp" },
	[LAYER_CAPS] = { "capabilities", "no-capabilities" },
};

int accepts_parse(const json_t *array, struct accepts *ret, struct err *e)
{
	json_t *word;
	size_t i;

	json_array_foreach(array, i, word) {
		size_t k = 0;

		while (k < LAYERS &&
		       !span_eq_str(json_span(word), layer_table[k].accept))
			k++;
		if (k == LAYERS)
			return err_set(e, EBADMSG,
				       "accept[%zu]: must be no-landlock, "
				       "no-seccomp or no-capabilities",
				       i);
		ret->layers[k] = true;
	}
	return 0;
}

/* Every layer is either there or given up in writing, never both. */
static int accept_check(const json_t *array, json_t *const values[LAYERS],
			struct accepts *ret, struct err *e)
{
	const bool *accepted = ret->layers;
	const int r = accepts_parse(array, ret, e);

	if (r < 0)
		return r;
	for (size_t k = 0; k < LAYERS; k++) {
		if (accepted[k] && values[k] != NULL)
			return err_set(e, EBADMSG,
				       "has \"%s\" and accepts \"%s\": take "
				       "one out",
				       layer_table[k].member,
				       layer_table[k].accept);
		if (accepted[k] || values[k] != NULL)
			continue;
		(void)err_set(e, EBADMSG, "\"%s\" is missing",
			      layer_table[k].member);
		return err_hint(e, "a service that does without a layer says "
				   "so: \"accept\": [\"no-landlock\"], "
				   "\"no-seccomp\", \"no-capabilities\"");
	}
	return 0;
}

json_t *member_take(const json_t *object, json_t *rest, const char *name)
{
	json_t *value = json_object_get(object, name);

	(void)json_object_del(rest, name);
	return json_is_null(value) ? NULL : value;
}

/* What a service's rules must be besides what landlockconfig asks for. */
static int landlock_check(const struct landlock_rules *r, struct err *e)
{
	if ((r->handled[0] | r->handled[1] | r->handled[2]) == 0) {
		(void)err_set(e, EBADMSG,
			      "restricts nothing: no right is "
			      "handled");
		return err_hint(e, "name what is denied in \"ruleset\", or "
				   "\"accept\": [\"no-landlock\"]");
	}
	if (r->path_count > ARTEFACT_RULES_MAX ||
	    r->port_count > ARTEFACT_RULES_MAX)
		return err_set(e, E2BIG, "more than %d rules",
			       ARTEFACT_RULES_MAX);
	for (size_t i = 0; i < r->path_count; i++) {
		const char *path = r->paths[i].path;
		struct span rest = span_of(path);

		if (path[0] != '/')
			return err_set(e, EBADMSG,
				       "\"%.200s\" is not an absolute path",
				       path);
		while (rest.len != 0)
			if (span_eq_str(span_cut(&rest, '/'), ".."))
				return err_set(e, EBADMSG,
					       "\"%.200s\" has \"..\": write "
					       "the path that it means",
					       path);
	}
	return 0;
}

/* Several documents in an array are one. */
static int landlock_merge(const json_t *array, struct landlock_doc *ret,
			  struct err *e)
{
	json_t *item;
	size_t i;

	if (json_array_size(array) == 0)
		return err_set(e, EBADMSG, "is empty");
	if (json_array_size(array) > LANDLOCK_DOCS_MAX)
		return err_set(e, E2BIG, "more than %d documents",
			       LANDLOCK_DOCS_MAX);
	json_array_foreach(array, i, item) {
		AUTO_DONE(landlock_doc_done) struct landlock_doc d = { 0 };
		int r = landlock_doc_parse(item, i == 0 ? ret : &d, e);

		if (r == 0 && i != 0)
			r = landlock_doc_merge(ret, &d, e);
		if (r < 0)
			return err_wrap(e, "[%zu]", i);
	}
	return 0;
}

int model_landlock_parse(const json_t *value, struct landlock_rules *ret,
			 struct err *e)
{
	AUTO_DONE(landlock_doc_done) struct landlock_doc d = { 0 };
	int r = json_is_array(value) ? landlock_merge(value, &d, e)
				     : landlock_doc_parse(value, &d, e);

	if (r == 0)
		r = landlock_resolve(&d, ret, e);
	return r < 0 ? r : landlock_check(ret, e);
}

static int layers_parse(json_t *const values[LAYERS], struct model *m,
			struct err *e)
{
	int r = 0;

	if (values[LAYER_LANDLOCK] != NULL) {
		r = model_landlock_parse(values[LAYER_LANDLOCK], &m->landlock,
					 e);
		m->has_landlock = r == 0;
		m->is_landlock_list = json_is_array(values[LAYER_LANDLOCK]);
	}
	if (r < 0)
		return err_wrap(e, "landlock");
	if (values[LAYER_SECCOMP] != NULL) {
		r = profile_parse(values[LAYER_SECCOMP], &m->profile, e);
		m->has_seccomp = r == 0;
	}
	if (r < 0)
		return err_wrap(e, "seccomp");
	if (values[LAYER_CAPS] != NULL) {
		r = caps_parse(values[LAYER_CAPS], &m->caps, e);
		m->has_caps = true;
	}
	return r < 0 ? err_wrap(e, "capabilities") : 0;
}

int service_parse(struct span text, struct model *m, struct err *e)
{
	AUTO_JSON *document = NULL;
	AUTO_JSON *rest = NULL;
	json_t *values[LAYERS], *accept, *best_effort, *description;
	const struct json_member rows[] = {
		{ "seccomp", JSON_OBJECT, false, &values[LAYER_SECCOMP] },
		{ "capabilities", JSON_OBJECT, false, &values[LAYER_CAPS] },
		{ "accept", JSON_ARRAY, false, &accept },
		{ "description", JSON_STRING, false, &description },
		{ 0 },
	};
	int r = json_parse(text, POLICY_TARGET_MAX, &document, e);

	if (r < 0)
		return r;
	if (!json_is_object(document))
		return err_set(e, EBADMSG, "must be an object");
	rest = json_copy(document);
	if (rest == NULL)
		return err_set(e, ENOMEM, "out of memory");
	best_effort = member_take(document, rest, "best-effort");
	values[LAYER_LANDLOCK] = member_take(document, rest, "landlock");
	r = json_members(rest, rows, e);
	if (r == 0)
		r = accept_check(accept, values, &m->accepts, e);
	if (r < 0)
		return r;
	r = best_effort_parse(best_effort, &m->best_effort, e);
	if (r < 0)
		return err_wrap(e, "best-effort");
	return layers_parse(values, m, e);
}
