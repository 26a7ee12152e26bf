/* SPDX-License-Identifier: Apache-2.0 */
/* service.c - services/NAME.json: the layers of one service (model.h,
 * bailiff-policy(5)).
 */
#include <errno.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/landlock/merge.h"
#include "pkg/landlock/resolve.h"
#include "pkg/policy/audit_rules.h"
#include "pkg/policy/model.h"

/* Their members; NULL where absent. */
struct layers {
	json_t *landlock, *seccomp, *capabilities, *network, *devices;
};

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
		return err_set(
			e, EBADMSG,
			"is empty: write a document, or leave it out and accept no-landlock");
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

/* What is a module of its own. */
static int layers_parse(const struct layers *l, struct model *m, struct err *e)
{
	int r = 0;

	if (l->landlock != NULL) {
		r = model_landlock_parse(l->landlock, &m->landlock, e);
		m->has_landlock = r == 0;
		m->is_landlock_list = json_is_array(l->landlock);
	}
	if (r < 0)
		return err_wrap(e, "landlock");
	if (l->seccomp != NULL) {
		r = m->token == 0 ? profile_parse(l->seccomp, &m->profile, e)
				  : profile_parse_for(l->seccomp, m->token,
						      &m->profile, e);
		m->has_seccomp = r == 0;
	}
	if (r < 0)
		return err_wrap(e, "seccomp");
	if (l->capabilities != NULL) {
		r = caps_parse(l->capabilities, &m->caps, e);
		m->has_caps = r == 0;
	}
	if (r < 0)
		return err_wrap(e, "capabilities");
	if (l->network != NULL) {
		r = network_parse(l->network, &m->network, e);
		m->has_network = r == 0;
	}
	if (r < 0)
		return err_wrap(e, "network");
	if (l->devices != NULL) {
		r = devices_parse(l->devices, &m->devices, e);
		m->has_devices = r == 0;
	}
	return r < 0 ? err_wrap(e, "devices") : 0;
}

/* What goes with the layers. */
static int terms_parse(const json_t *require, const json_t *audit,
		       const json_t *tests, struct model *m, struct err *e)
{
	int r = 0;

	if (require != NULL)
		r = require_parse(require, &m->require, e);
	if (r < 0)
		return err_wrap(e, "require");
	r = lines_parse(audit, POLICY_AUDIT_RULES_MAX, &m->audit_rules, e);
	if (r == 0)
		r = audit_rules_check(&m->audit_rules, e);
	if (r < 0)
		return err_wrap(e, "audit");
	r = lines_parse(tests, POLICY_TESTS_MAX, &m->tests, e);
	return r < 0 ? err_wrap(e, "tests") : 0;
}

static int document_take(json_t *document, json_t *rest, struct model *m,
			 struct err *e)
{
	struct layers l = { .landlock =
				    member_take(document, rest, "landlock") };
	json_t *best_effort = member_take(document, rest, "best-effort");
	json_t *accept, *require, *audit, *tests, *description;
	const struct json_member rows[] = {
		{ "seccomp", JSON_OBJECT, false, &l.seccomp },
		{ "capabilities", JSON_OBJECT, false, &l.capabilities },
		{ "network", JSON_OBJECT, false, &l.network },
		{ "devices", JSON_ARRAY, false, &l.devices },
		{ "require", JSON_OBJECT, false, &require },
		{ "audit", JSON_ARRAY, false, &audit },
		{ "tests", JSON_ARRAY, false, &tests },
		{ "accept", JSON_ARRAY, false, &accept },
		{ "description", JSON_STRING, false, &description },
		{ 0 },
	};
	int r = json_members(rest, rows, e);

	if (r == 0)
		r = accepts_parse(accept, &m->accepts, e);
	if (r == 0)
		r = layers_check(&m->accepts,
				 (bool[LAYERS]){
					 [LAYER_LANDLOCK] = l.landlock != NULL,
					 [LAYER_SECCOMP] = l.seccomp != NULL,
					 [LAYER_CAPS] = l.capabilities != NULL,
				 },
				 e);
	if (r < 0)
		return r;
	r = best_effort_parse(best_effort, &m->best_effort, e);
	if (r < 0)
		return err_wrap(e, "best-effort");
	r = layers_parse(&l, m, e);
	return r < 0 ? r : terms_parse(require, audit, tests, m, e);
}

int service_parse(struct span text, struct model *m, struct err *e)
{
	AUTO_JSON *document = NULL;
	AUTO_JSON *rest = NULL;
	int r = json_parse(text, POLICY_TARGET_MAX, &document, e);

	if (r < 0)
		return r;
	if (!json_is_object(document))
		return err_set(e, EBADMSG, "must be an object");
	rest = json_copy(document);
	if (rest == NULL)
		return err_set(e, ENOMEM, "out of memory");
	return document_take(document, rest, m, e);
}
