/* SPDX-License-Identifier: Apache-2.0 */
/* service.c - services/NAME.json: the layers of one service (model.h,
 * bailiff-policy(5)).
 */
#include <cap-ng.h>
#include <errno.h>
#include <string.h>

#include "lib/auto.h"
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

static int cap_set_parse(const json_t *array, uint64_t *mask, struct err *e)
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
		r = cap_set_parse(values[i], sets[i], e);
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

static int best_effort_parse(const json_t *value, struct best_effort *b,
			     struct err *e)
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

enum layer {
	LAYER_LANDLOCK,
	LAYER_SECCOMP,
	LAYER_CAPS,
	LAYERS
};

static const struct {
	const char *member, *accept;
} layers[] = {
	[LAYER_LANDLOCK] = { "landlock", "no-landlock" },
	[LAYER_SECCOMP] = { "seccomp", "no-seccomp" },
	[LAYER_CAPS] = { "capabilities", "no-capabilities" },
};

/* Every layer is either there or given up in writing, never both. */
static int accept_check(const json_t *accept, json_t *const values[LAYERS],
			struct err *e)
{
	bool accepted[LAYERS] = { false };
	json_t *word;
	size_t i;

	json_array_foreach(accept, i, word) {
		size_t k = 0;

		while (k < LAYERS &&
		       !span_eq_str(json_span(word), layers[k].accept))
			k++;
		if (k == LAYERS)
			return err_set(e, EBADMSG,
				       "accept[%zu]: must be no-landlock, "
				       "no-seccomp or no-capabilities",
				       i);
		accepted[k] = true;
	}
	for (size_t k = 0; k < LAYERS; k++) {
		if (accepted[k] && values[k] != NULL)
			return err_set(e, EBADMSG,
				       "has \"%s\" and accepts \"%s\": take "
				       "one out",
				       layers[k].member, layers[k].accept);
		if (accepted[k] || values[k] != NULL)
			continue;
		(void)err_set(e, EBADMSG, "\"%s\" is missing",
			      layers[k].member);
		return err_hint(e, "a service that does without a layer says "
				   "so: \"accept\": [\"no-landlock\"], "
				   "\"no-seccomp\", \"no-capabilities\"");
	}
	return 0;
}

/* A member whose type json_members() cannot check: true or an array. */
static int best_effort_split(const json_t *document, json_t **ret_rest,
			     json_t **ret_value)
{
	json_t *rest = json_copy((json_t *)(uintptr_t)document);

	if (rest == NULL)
		return -ENOMEM;
	*ret_value = json_object_get(document, "best-effort");
	if (json_is_null(*ret_value))
		*ret_value = NULL;
	(void)json_object_del(rest, "best-effort");
	*ret_rest = rest;
	return 0;
}

static int layers_parse(json_t *const values[LAYERS], struct model *m,
			struct err *e)
{
	int r = 0;

	if (values[LAYER_LANDLOCK] != NULL) {
		r = landlock_doc_parse(values[LAYER_LANDLOCK], &m->landlock, e);
		m->has_landlock = r == 0;
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
		{ "landlock", JSON_OBJECT, false, &values[LAYER_LANDLOCK] },
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
	if (best_effort_split(document, &rest, &best_effort) < 0)
		return err_set(e, ENOMEM, "out of memory");
	r = json_members(rest, rows, e);
	if (r == 0)
		r = accept_check(accept, values, e);
	if (r < 0)
		return r;
	r = best_effort_parse(best_effort, &m->best_effort, e);
	if (r < 0)
		return err_wrap(e, "best-effort");
	return layers_parse(values, m, e);
}
