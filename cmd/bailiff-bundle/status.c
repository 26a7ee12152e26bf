/* SPDX-License-Identifier: Apache-2.0 */
/* status.c - bailiff-bundle status: what is signed by whom, what expires when,
 * and whose turn it is.
 *
 * One JSON object is made; people get it as text.
 */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/bailiff-bundle/authority.h"
#include "cmd/bailiff-bundle/life.h"
#include "cmd/bailiff-bundle/signing.h"
#include "lib/auto.h"
#include "lib/text.h"
#include "lib/when.h"

#define DAY 86400

struct status {
	struct stage stage;
	const char *path; /* of the repository, for the commands shown */
	int64_t now;
	json_t *steps;	  /* owned: sentences, in order */
	bool is_complete; /* nothing is missing, damaged or expired */
	bool is_cut;	  /* out of memory on the way */
	struct err *e;
};

/* Note a step; one that must be taken makes the status incomplete. */
static void step_add(struct status *s, bool must, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void step_add(struct status *s, bool must, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text == NULL ||
	    json_array_append_new(s->steps, json_string(text)) < 0)
		s->is_cut = true;
	free(text);
	if (must)
		s->is_complete = false;
}

/* ---- dates -------------------------------------------------------------- */

static bool is_state(const struct status *s, const struct role *role,
		     const char *state)
{
	return life_is(role, s->now, state);
}

static json_t *file_object(const struct status *s, const struct role *role)
{
	char date[WHEN_TEXT];

	if (role == NULL)
		return json_null();
	when_format(role->metadata.expires, date);
	return json_pack("{s:I, s:s, s:I, s:s}", "version",
			 (json_int_t)role->metadata.version, "expires", date,
			 "seconds_left",
			 (json_int_t)(role->metadata.expires - s->now), "state",
			 life_state(&role->metadata, s->now));
}

/* ---- signatures --------------------------------------------------------- */

static json_t *keys_array(const struct tally *t, bool has_signed)
{
	json_t *array = json_array();

	for (size_t i = 0; i < t->by.keys->count; i++) {
		const char *id = t->by.keys->keys[i]->id;

		if (t->has_signed[i] == has_signed)
			(void)json_array_append_new(
				array,
				json_pack("{s:s, s:s?}", "keyid", id, "owner",
					  role_key_owner(t->roles, id)));
	}
	return array;
}

static json_t *tally_object(const struct tally *t)
{
	AUTO_DONE(buf_done) struct buf words, sentence;

	buf_init(&words, SIGNING_LINE_SIZE);
	buf_init(&sentence, SIGNING_LINE_SIZE);
	tally_words(&words, t);
	tally_sentence(&sentence, t);
	if (buf_cstr(&words) == NULL || buf_cstr(&sentence) == NULL)
		return NULL;
	return json_pack("{s:s, s:I, s:I, s:b, s:o, s:o, s:s}", "by", words.p,
			 "needed", (json_int_t)t->by.keys->threshold, "count",
			 (json_int_t)t->count, "met", tally_is_met(t), "signed",
			 keys_array(t, true), "missing", keys_array(t, false),
			 "sentence", sentence.p);
}

/* Who signed what will be in force, against each list of keys. @missing gets
 * whose signatures it still needs. */
static int signatures_add(struct status *s, const struct role *role,
			  json_t *array, struct buf *missing)
{
	const struct role_view *next = &s->stage.roles.next;
	struct role_authority a;

	for (size_t i = 0; role_authority(next, role->name, i, &a); i++) {
		AUTO_DONE(tally_done) struct tally t = { 0 };
		const int r = tally_count(&s->stage.roles, role, &a, &t, s->e);

		if (r < 0)
			return r;
		if (json_array_append_new(array, tally_object(&t)) < 0)
			return err_set(s->e, ENOMEM, "out of memory");
		if (tally_is_met(&t))
			continue;
		buf_puts(missing, missing->len ? "; by " : "by ");
		tally_words(missing, &t);
		buf_puts(missing, ": ");
		tally_missing(missing, &t);
	}
	return 0;
}

/* ---- whose turn it is --------------------------------------------------- */

/* What keeps the staged file from being published. */
static void staged_steps(struct status *s, const struct role *role,
			 const char *missing)
{
	struct err why = { 0 };

	if (role_base_check(&s->stage.roles, role, &why) < 0)
		step_add(s, true, "%s; %s", why.text, why.hint);
	else if (is_state(s, role, "expired"))
		step_add(s, true,
			 "what is staged for %s has expired: stage it again "
			 "with bailiff-bundle %s",
			 role->name, life_verb(role));
	else if (missing[0] != '\0')
		step_add(s, true,
			 "sign %s version %llu (missing %s): bailiff-bundle "
			 "sign --repo %s --role %s --key FILE",
			 role->name, (unsigned long long)role->metadata.version,
			 missing, s->path, role->name);
}

/* The same, of what is published and will stay. */
static void published_steps(struct status *s, const struct role *role,
			    const char *missing)
{
	if (missing[0] != '\0')
		step_add(s, true,
			 "the published %s no longer has enough signatures "
			 "(missing %s): stage it again with bailiff-bundle %s",
			 role->name, missing, life_verb(role));
	else if (!is_state(s, role, "ok"))
		step_add(s, is_state(s, role, "expired"),
			 "%s %s: stage a new version with bailiff-bundle %s",
			 role->name,
			 is_state(s, role, "expired") ? "has expired"
						      : "expires soon",
			 life_verb(role));
}

/* Snapshot and timestamp are made by publish, and signed on the way. */
static void online_steps(struct status *s, const struct role *role,
			 const char *missing)
{
	const bool is_snapshot = role->metadata.role == TRUST_ROLE_SNAPSHOT;
	const bool is_expired = is_state(s, role, "expired");
	AUTO_DONE(buf_done) struct buf names = { 0 };

	if (missing[0] == '\0' && is_state(s, role, "ok"))
		return;
	buf_init(&names, SIGNING_LINE_SIZE);
	signing_keys_text(&s->stage, role, &names);
	step_add(s, missing[0] != '\0' || is_expired,
		 "%s %s: bailiff-bundle %s --repo %s, with %s", role->name,
		 missing[0] != '\0' ? "has other keys now"
		 : is_expired	    ? "has expired"
				    : "expires soon",
		 is_snapshot || missing[0] != '\0' ? "publish" : "refresh",
		 s->path, buf_cstr(&names) != NULL ? names.p : "its key");
}

static void steps_add(struct status *s, const struct role *role,
		      const char *missing)
{
	const enum trust_role kind = role->metadata.role;

	if (kind == TRUST_ROLE_SNAPSHOT || kind == TRUST_ROLE_TIMESTAMP)
		online_steps(s, role, missing);
	else if (role->is_staged)
		staged_steps(s, role, missing);
	else
		published_steps(s, role, missing);
}

/* @next: what will be in force. */
static int role_add(struct status *s, const struct role *next, json_t *roles)
{
	const struct role *now = role_find(&s->stage.roles.now, next->name);
	AUTO_JSON *signatures = json_array();
	AUTO_JSON *staged = file_object(s, next->is_staged ? next : NULL);
	AUTO_DONE(buf_done) struct buf missing;
	char hash[PAYLOAD_HASH_LEN + 1];
	int r;

	buf_init(&missing, SIGNING_LINE_SIZE);
	r = signatures_add(s, next, signatures, &missing);
	if (r == 0)
		r = payload_hash(&next->metadata, hash, s->e);
	if (r < 0)
		return r;
	if (buf_cstr(&missing) == NULL)
		return err_set(s->e, ENOMEM, "out of memory");
	steps_add(s, next, missing.p);
	if (next->is_staged)
		(void)json_object_set_new(staged, "payload", json_string(hash));
	if (json_array_append_new(roles,
				  json_pack("{s:s, s:o, s:O, s:O, s:b}", "role",
					    next->name, "published",
					    file_object(s, now), "staged",
					    staged, "signatures", signatures,
					    "signed", missing.len == 0)) < 0)
		return err_set(s->e, ENOMEM, "out of memory");
	return 0;
}

/* Each role once, as it will be in force: of two roots the newer. */
static int roles_add(struct status *s, json_t *array)
{
	const struct roles *roles = &s->stage.roles;
	const char *const online[] = { "snapshot", "timestamp" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < roles->next.count; i++) {
		const struct role *role = roles->next.items[i];

		if (role_find(&roles->next, role->name) == role)
			r = role_add(s, role, array);
	}
	for (size_t i = 0; r == 0 && i < 2; i++) {
		const struct role *role = role_find(&roles->now, online[i]);

		if (role != NULL)
			r = role_add(s, role, array);
	}
	return r;
}

static void publish_steps(struct status *s)
{
	const struct roles *roles = &s->stage.roles;

	if (role_find(&roles->next, "targets") == NULL)
		step_add(s, true,
			 "there are no policies yet: bailiff-bundle build "
			 "--repo %s --from DIR",
			 s->path);
	if (roles->staged.count != 0 && s->is_complete)
		step_add(s, false,
			 "everything that is staged is signed: bailiff-bundle "
			 "publish --repo %s",
			 s->path);
}

static int status_make(struct status *s, json_t **ret)
{
	AUTO_JSON *roles = json_array();
	int r;

	s->steps = json_array();
	s->is_complete = true;
	r = roles_add(s, roles);
	if (r < 0)
		return r;
	publish_steps(s);
	*ret = json_pack("{s:b, s:O, s:O}", "complete", s->is_complete, "roles",
			 roles, "next", s->steps);
	if (*ret == NULL || s->is_cut)
		return err_set(s->e, ENOMEM, "out of memory");
	return 0;
}

/* ---- for people --------------------------------------------------------- */

static const struct {
	const char *state, *color;
} colors[] = {
	{ "good", "\x1b[32m" },
	{ "soon", "\x1b[33m" },
	{ "expired", "\x1b[31m" },
	{ "bad", "\x1b[31m" },
};

static void line_print(const char *state, const char *text)
{
	AUTO_DONE(buf_done) struct buf safe;
	const char *color = NULL;

	for (size_t i = 0; i < sizeof(colors) / sizeof(colors[0]); i++)
		if (strcmp(colors[i].state, state) == 0)
			color = colors[i].color;
	buf_init(&safe, (size_t)4 * SIGNING_LINE_SIZE);
	text_escape(&safe, span_of(text), false);
	if (!verb_wants_color())
		color = NULL;
	printf("%s%s%s\n", color != NULL ? color : "",
	       buf_cstr(&safe) != NULL ? safe.p : "?",
	       color != NULL ? "\x1b[0m" : "");
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

/* "364 days left", "5 hours left", "expired 2 days ago". */
static void left_print(struct buf *out, int64_t seconds)
{
	const int64_t span = seconds < 0 ? -seconds : seconds;
	const int64_t count = span >= 2 * DAY ? span / DAY : span / 3600;
	const char *unit = span >= 2 * DAY ? "day" : "hour";

	buf_printf(out, "%s%lld %s%s %s", seconds <= 0 ? "expired " : "",
		   (long long)count, unit, count == 1 ? "" : "s",
		   seconds <= 0 ? "ago" : "left");
}

static void file_print(const char *label, const char *what, const json_t *file)
{
	AUTO_DONE(buf_done) struct buf line;

	buf_init(&line, SIGNING_LINE_SIZE);
	buf_printf(
		&line, "%s  %s version %lld, expires %.10s (", label, what,
		(long long)json_integer_value(json_object_get(file, "version")),
		text_of(file, "expires"));
	left_print(&line,
		   json_integer_value(json_object_get(file, "seconds_left")));
	buf_puts(&line, ")");
	line_print(text_of(file, "state"), buf_cstr(&line) ? line.p : "?");
}

static void signatures_print(const char *label, const json_t *role)
{
	const json_t *tally;
	size_t i;

	json_array_foreach(json_object_get(role, "signatures"), i, tally) {
		AUTO_DONE(buf_done) struct buf line;
		const bool is_met = json_is_true(json_object_get(tally, "met"));

		buf_init(&line, SIGNING_LINE_SIZE);
		buf_printf(&line, "%s  %s", label, text_of(tally, "sentence"));
		line_print(is_met ? "good" : "bad",
			   buf_cstr(&line) != NULL ? line.p : "?");
	}
}

/* The role's name stands before its first line only. */
static void role_print(const json_t *role, int width)
{
	const json_t *published = json_object_get(role, "published");
	const json_t *staged = json_object_get(role, "staged");
	AUTO_DONE(buf_done) struct buf first, blank, line;

	buf_init(&first, SIGNING_LINE_SIZE);
	buf_init(&blank, SIGNING_LINE_SIZE);
	buf_init(&line, SIGNING_LINE_SIZE);
	buf_printf(&first, "%-*s", width, text_of(role, "role"));
	buf_printf(&blank, "%*s", width, "");
	if (buf_cstr(&first) == NULL || buf_cstr(&blank) == NULL)
		return;
	if (json_is_object(published)) {
		file_print(first.p, "published", published);
	} else {
		buf_printf(&line, "%s  not published", first.p);
		line_print("", buf_cstr(&line) != NULL ? line.p : "?");
	}
	if (json_is_object(staged)) {
		file_print(blank.p, "staged", staged);
		printf("%s  payload sha256:%s\n", blank.p,
		       text_of(staged, "payload"));
	}
	signatures_print(blank.p, role);
}

static void status_print(const json_t *status)
{
	const json_t *roles = json_object_get(status, "roles");
	const json_t *steps = json_object_get(status, "next");
	const json_t *item;
	size_t i, width = 0;

	json_array_foreach(roles, i, item)
		if (json_string_length(json_object_get(item, "role")) > width)
			width = json_string_length(
				json_object_get(item, "role"));
	json_array_foreach(roles, i, item)
		role_print(item, (int)width);
	if (json_array_size(steps) == 0)
		puts("nothing to do");
	json_array_foreach(steps, i, item) {
		AUTO_DONE(buf_done) struct buf line;

		buf_init(&line, SIGNING_LINE_SIZE);
		buf_printf(&line, "next: %s", json_string_value(item));
		line_print("", buf_cstr(&line) != NULL ? line.p : "?");
	}
}

static void status_done(struct status *s)
{
	stage_close(&s->stage);
	json_decref(s->steps);
}

int verb_status(int argc, char **argv, struct err *e)
{
	AUTO_DONE(status_done)
	struct status s = {
		.stage = STAGE_NONE,
		.now = INT64_MIN,
		.e = e,
	};
	AUTO_JSON *status = NULL;
	bool is_json = false;
	const struct option_row rows[] = {
		{ "repo", OPTION_TEXT, true, "DIR", "the repository", &s.path },
		{ "now", OPTION_TIME, false, "DATE", "instead of the clock",
		  &s.now },
		{ "json", OPTION_FLAG, false, NULL, "print one JSON object",
		  &is_json },
		{ .kind = OPTION_END },
	};
	int r = verb_options("status", rows, argc, argv, e);

	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	s.now = verb_now(s.now);
	r = signing_open(s.path, REPO_LOOK, NULL, &s.stage, e);
	if (r == 0)
		r = status_make(&s, &status);
	if (r < 0)
		return r;
	if (!is_json)
		status_print(status);
	else if (verb_print_json(status) < 0)
		return err_set(e, ENOMEM, "out of memory");
	return s.is_complete ? EXIT_DONE : EXIT_NO;
}
