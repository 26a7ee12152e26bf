/* SPDX-License-Identifier: Apache-2.0 */
/* life.c - see life.h. */
#include "cmd/bailiff-bundle/life.h"

#include <stdio.h>
#include <string.h>

#include "cmd/bailiff-bundle/option.h"
#include "lib/auto.h"
#include "lib/text.h"
#include "lib/when.h"

#define WARN_PART 5 /* the last fifth of the lifetime */

static int64_t lifetime_of(const struct trust_metadata *m)
{
	struct option_expiry defaults;

	if (m->issued != 0)
		return m->expires - m->issued;
	option_expiry_init(&defaults);
	return option_expiry_of(&defaults, m->role, 0);
}

const char *life_state(const struct trust_metadata *m, int64_t now)
{
	if (m->expires <= now)
		return "expired";
	return m->expires - now < lifetime_of(m) / WARN_PART ? "soon" : "ok";
}

bool life_is(const struct role *role, int64_t now, const char *state)
{
	return strcmp(life_state(&role->metadata, now), state) == 0;
}

const char *life_verb(const struct role *role)
{
	static const char *const verbs[TRUST_ROLE_COUNT] = {
		[TRUST_ROLE_ROOT] = "rotate",
		[TRUST_ROLE_TARGETS] = "build",
		[TRUST_ROLE_SNAPSHOT] = "publish",
		[TRUST_ROLE_TIMESTAMP] = "refresh",
	};

	return verbs[role->metadata.role];
}

static void role_warn(const char *by, const struct role *role)
{
	AUTO_DONE(buf_done) struct buf name;
	char date[WHEN_TEXT];

	buf_init(&name, REPO_NAME_MAX);
	text_escape(&name, span_of(role->name), false);
	when_format(role->metadata.expires, date);
	(void)fprintf(stderr,
		      "bailiff-bundle: %s: %s version %llu expires soon, at "
		      "%s: make a new version with bailiff-bundle %s\n",
		      by, buf_cstr(&name) != NULL ? name.p : "?",
		      (unsigned long long)role->metadata.version, date,
		      life_verb(role));
}

void life_warn(const char *by, const struct role_view *v, bool has_snapshot,
	       int64_t now)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct role *role = v->items[i];
		const enum trust_role kind = role->metadata.role;

		if (kind == TRUST_ROLE_TIMESTAMP ||
		    (kind == TRUST_ROLE_SNAPSHOT && !has_snapshot) ||
		    role_find(v, role->name) != role)
			continue; /* replaced, or the root before */
		if (life_is(role, now, "soon"))
			role_warn(by, role);
	}
}
