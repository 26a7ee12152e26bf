/* SPDX-License-Identifier: Apache-2.0 */
/* refresh.c - bailiff-bundle refresh: the same content, a later expiry.
 *
 * Also of what has expired: an expired file is still what its keys signed, and
 * the base of the next version.
 */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <stdio.h>

#include "cmd/bailiff-bundle/candidate.h"
#include "cmd/bailiff-bundle/signing.h"
#include "lib/auto.h"
#include "lib/when.h"

/* Stage the same content as the next version. */
static int role_extend(struct stage *s, const char *name, struct err *e)
{
	const struct role *role = role_find(&s->roles.next, name);
	const int kind = trust_role_find(span_of(name));
	char date[WHEN_TEXT];
	AUTO_JSON *document = NULL;
	int r;

	if (kind == TRUST_ROLE_TIMESTAMP || kind == TRUST_ROLE_SNAPSHOT)
		return err_set(
			e, EINVAL,
			"--role %s: give --%s-key, which signs it at once",
			name, name);
	if (role == NULL)
		return err_set(e, EBADMSG, "there is no role %s", name);
	if (role->is_staged)
		return err_set(e, EBADMSG,
			       "%s version %llu is staged already: sign and "
			       "publish it, or build it again",
			       name,
			       (unsigned long long)role->metadata.version);
	r = stage_draft(s, name, &document, e);
	if (r == 0)
		r = stage_put(s, name, document, e);
	if (r < 0)
		return r;
	role = role_find(&s->roles.next, name);
	when_format(role->metadata.expires, date);
	printf("staged %s version %llu with the same content, expires %s\n",
	       name, (unsigned long long)role->metadata.version, date);
	return signing_show_progress(s, name, e);
}

static int roles_extend(struct stage *s, const struct option_list *names,
			struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->count; i++)
		r = role_extend(s, names->items[i], e);
	return r;
}

int verb_refresh(int argc, char **argv, struct err *e)
{
	AUTO_DONE(stage_close) struct stage s = STAGE_NONE;
	struct option_list roles = { 0 };
	struct sealing keys = { 0 };
	struct stage_options options;
	const struct option_row rows[] = {
		STAGE_OPTIONS(&options, "what is made"),
		{ "timestamp-key", OPTION_LIST, false, "FILE ...",
		  "signs a new timestamp, which is published at once",
		  &keys.timestamp_keys },
		{ "snapshot-key", OPTION_LIST, false, "FILE ...",
		  "signs a new snapshot too", &keys.snapshot_keys },
		{ "role", OPTION_LIST, false, "ROLE ...",
		  "instead: stage it again, to be signed and published",
		  &roles },
		KEYRING_OPTIONS(&options.keyring),
		{ .kind = OPTION_END },
	};
	int r;

	stage_options_init(&options);
	r = verb_options("refresh", rows, argc, argv, e);
	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	if ((roles.count == 0) == (keys.timestamp_keys.count == 0))
		return err_set(e, EINVAL,
			       "give either --timestamp-key FILE or "
			       "--role ROLE");
	if (roles.count != 0 && keys.snapshot_keys.count != 0)
		return err_set(e, EINVAL,
			       "--snapshot-key goes with --timestamp-key");
	r = stage_open(&options, REPO_CHANGE, &s, e);
	if (r < 0)
		return r;
	if (roles.count != 0)
		return roles_extend(&s, &roles, e);
	return candidate_refresh(&s, &keys, e);
}
