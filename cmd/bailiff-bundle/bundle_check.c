/* SPDX-License-Identifier: Apache-2.0 */
/* bundle_check.c - see bundle_check.h. */
#include "cmd/bailiff-bundle/bundle_check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/bailiff-bundle/authority.h"
#include "cmd/bailiff-bundle/findings.h"
#include "cmd/bailiff-bundle/speaker.h"
#include "lib/auto.h"
#include "pkg/bundle/verified.h"
#include "pkg/landlock/rights.h"
#include "pkg/trust/trust.h"

const struct policy_kernel bundle_kernel = {
	.landlock_abi = LANDLOCK_ABI_NEWEST,
	.has_seccomp = true,
};

/* Documents and their bytes, as the compiler wants them. */
struct documents {
	struct policy_target targets[TRUST_TARGET_COUNT_MAX];
	struct policy_speaker speakers[TRUST_TARGET_COUNT_MAX];
	struct role_way ways[TRUST_TARGET_COUNT_MAX];
	struct buf bytes[TRUST_TARGET_COUNT_MAX];
	size_t count;
	bool has_node;
};

static void documents_free(struct documents **d)
{
	if (*d == NULL)
		return;
	for (size_t i = 0; i < (*d)->count; i++)
		buf_done(&(*d)->bytes[i]);
	free(*d);
}

/* Those of a role's targets that a node would take from it. Who signs it is not
 * settled yet. */
static int role_documents(const struct stage *s, const struct role_view *v,
			  const struct role *role, struct documents *d,
			  struct err *e)
{
	const char *path;
	json_t *entry;

	json_object_foreach((json_t *)(uintptr_t)role->metadata.files, path,
			    entry) {
		struct buf *bytes = &d->bytes[d->count];
		struct policy_speaker *speaker = &d->speakers[d->count];
		struct role_way way;
		int r;

		if (role_speaker(v, path, &way) != role)
			continue;
		if (d->count == TRUST_TARGET_COUNT_MAX)
			return err_set(e, E2BIG, "more than %d targets",
				       TRUST_TARGET_COUNT_MAX);
		buf_init(bytes, TRUST_TARGET_MAX);
		d->ways[d->count] = way;
		speaker->role = role->name;
		speaker->through = d->ways[d->count].names;
		d->count++;
		r = role_target_read(&s->repo, role, path, bytes, e);
		if (r < 0)
			return r;
		d->targets[d->count - 1] =
			(struct policy_target){ .name = path,
						.bytes = buf_view(bytes),
						.speaker = speaker };
		d->has_node |= strcmp(path, "node.json") == 0;
	}
	return 0;
}

int bundle_compile(const struct stage *s, const struct role_view *v,
		   struct policy **ret, struct err *e)
{
	const struct role *targets = role_find(v, "targets");
	const struct policy_origin origin = {
		.generation = 1,
		.bundle_version =
			targets != NULL ? targets->metadata.version : 0,
	};
	AUTO_DONE(documents_free)
	struct documents *d = calloc(1, sizeof(*d));
	int r = 0;

	if (d == NULL)
		return err_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; r == 0 && i < v->count; i++)
		if (v->items[i]->metadata.role == TRUST_ROLE_TARGETS)
			r = role_documents(s, v, v->items[i], d, e);
	if (r < 0)
		return r;
	if (d->has_node)
		return policy_compile(d->targets, d->count, &origin,
				      &bundle_kernel, NULL, ret, e);
	*ret = NULL;
	return 0;
}

/* Policies whose findings build and publish print. */
#define SHOWN_MAX 20

/* Every gap that no document accepts, and what closes it. A node only warns:
 * what was signed before it learned of a gap stays in force. */
static int findings_check(const struct policy *p, struct err *e)
{
	size_t open = 0, services = 0;

	for (size_t i = 0; i < policy_service_count(p); i++) {
		const struct policy_service *s = policy_service(p, i);
		AUTO_DONE(buf_done) struct buf name = { 0 };

		if (policy_open_count(s) == 0)
			continue;
		open += policy_open_count(s);
		if (++services > SHOWN_MAX)
			continue;
		buf_init(&name, TRUST_TARGET_PATH_MAX + 1);
		buf_printf(&name, "services/%s.json", s->name);
		if (buf_cstr(&name) == NULL)
			return err_set(e, ENOMEM, "out of memory");
		findings_print(stderr, name.p, s, false);
	}
	if (open == 0)
		return 0;
	if (services > SHOWN_MAX)
		(void)fprintf(stderr,
			      "... and in %zu further policies: bailiff-bundle "
			      "lint DIR says all\n",
			      services - SHOWN_MAX);
	(void)err_set(e, EBADMSG, "%zu %s of the lint in %zu %s", open,
		      open == 1 ? "finding" : "findings", services,
		      services == 1 ? "policy" : "policies");
	return err_hint(e, "bailiff-bundle lint --fix DIR adds the rules; what "
			   "must stay open the policy accepts in writing: "
			   "\"accept\": [\"ID\"]; --unchecked goes on all the "
			   "same");
}

/* What compiles does what it says: its tests, and nothing is left open. */
static int content_check(const struct policy *p, struct err *e)
{
	const int r = policy_tests_check(p, e);

	return r < 0 ? r : findings_check(p, e);
}

/* A ceiling of nobody may be a role's whose name is misspelt. */
static void roles_check(const struct stage *s, const struct policy *p)
{
	struct role_authority a;
	const char *role;

	for (size_t i = 0; (role = policy_role(p, i)) != NULL; i++)
		if (!role_authority(&s->roles.next, role, 0, &a))
			fprintf(stderr,
				"warning: node.json: roles: no such role "
				"\"%s\": nobody delegates to it\n",
				role);
}

int bundle_check(const struct stage *s, struct err *e)
{
	struct policy *policy = NULL;
	int r = bundle_compile(s, &s->roles.next, &policy, e);

	if (r < 0)
		return err_hint(e, "build --unchecked stages it all the same; "
				   "nodes will refuse it");
	if (policy != NULL)
		roles_check(s, policy);
	r = policy != NULL ? content_check(policy, e) : 0;
	policy_free(policy);
	return r;
}

int bundle_check_verified(const struct trust_result *result, struct err *e)
{
	struct policy *policy = NULL;
	int r = verified_compile(result, 1, &bundle_kernel, NULL, &policy, e);

	if (r < 0) {
		(void)err_wrap(e, "nodes would refuse these policies");
		return err_hint(e, "publish --unchecked publishes them all the "
				   "same");
	}
	r = content_check(policy, e);
	policy_free(policy);
	return r;
}
