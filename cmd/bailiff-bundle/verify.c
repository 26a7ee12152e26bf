/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - bailiff-bundle verify: a repository as a fresh node sees it. */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/bailiff-bundle/authority.h"
#include "cmd/bailiff-bundle/roles.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/when.h"
#include "pkg/trust/name.h"
#include "pkg/trust/source_dir.h"
#include "pkg/trust/trust.h"

/* The verified files of a run. */
struct verified {
	struct trust_memory stored;
	struct trust_result result;
	struct roles roles; /* what the client left, as published */
};

static void verified_done(struct verified *v)
{
	trust_memory_done(&v->stored);
	trust_result_done(&v->result);
	roles_done(&v->roles);
}

static int role_take(struct verified *v, const char *name, struct err *e)
{
	AUTO_DONE(buf_done) struct buf file;
	int r;

	buf_init(&file, REPO_NAME_MAX);
	if (trust_role_file(name, &file) < 0 || buf_cstr(&file) == NULL)
		return err_set(e, ENAMETOOLONG, "role %s", name);
	r = roles_put(&v->roles, name, false,
		      trust_memory_get(&v->stored, file.p), e);
	return r < 0 ? err_wrap(e, "%s", name) : 0;
}

/* Root, timestamp, snapshot, and whoever speaks. */
static int roles_take(struct verified *v, struct err *e)
{
	static const char *const top[] = { "root", "timestamp", "snapshot" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(top) / sizeof(top[0]); i++)
		r = role_take(v, top[i], e);
	for (size_t i = 0; r == 0 && i < v->result.speaker_count; i++)
		r = role_take(v, v->result.speakers[i].role, e);
	return r;
}

/* Is it a no of the client, or did the machine fail? */
static bool code_is_refusal(int code)
{
	return strcmp(trust_reason(code), "failed") != 0;
}

static int refusal_print(bool is_json, int code, const struct err *why,
			 struct err *e)
{
	AUTO_JSON *object = NULL;

	if (!is_json) {
		printf("refused (%s): %s\n", trust_reason(code), why->text);
		if (why->hint != NULL)
			printf("hint: %s\n", why->hint);
		return EXIT_NO;
	}
	object = json_pack("{s:b, s:s, s:s}", "accepted", 0, "reason",
			   trust_reason(code), "error", why->text);
	if (verb_print_json(object) < 0)
		return err_set(e, ENOMEM, "out of memory");
	return EXIT_NO;
}

/* Who signed it, for people; the text is the buffer's. */
static const char *signers_of(const struct verified *v, const struct role *role,
			      struct buf *text)
{
	buf_reset(text);
	role_signers_text(&v->roles, role, text);
	return buf_cstr(text) != NULL ? text->p : "";
}

static void roles_print(const struct verified *v)
{
	AUTO_DONE(buf_done) struct buf text;
	char date[WHEN_TEXT];

	buf_init(&text, SIZE_MAX);
	for (size_t i = 0; i < v->roles.now.count; i++) {
		const struct role *role = v->roles.now.items[i];

		when_format(role->metadata.expires, date);
		printf("%-10s version %llu, expires %s, signed by %s\n",
		       role->name, (unsigned long long)role->metadata.version,
		       date, signers_of(v, role, &text));
	}
}

static void text_print(const struct verified *v)
{
	const struct trust_speaker *speakers = v->result.speakers;
	char date[WHEN_TEXT];

	printf("accepted: bundle version %llu, %zu files\n",
	       (unsigned long long)v->result.targets_version,
	       v->result.target_count);
	roles_print(v);
	if (v->result.issued != 0) {
		when_format(v->result.issued, date);
		printf("issued     %s\n", date);
	}
	for (size_t i = 0; i < speakers[0].signer_count; i++)
		printf("signed by  %s\n", speakers[0].signers[i]);
	for (size_t i = 0; i < v->result.target_count; i++)
		printf("file       %s, %zu bytes, by %s\n",
		       v->result.targets[i].name,
		       v->result.targets[i].bytes.len,
		       speakers[v->result.targets[i].speaker].role);
}

static json_t *ids_of(const struct trust_speaker *speaker)
{
	json_t *ids = json_array();

	for (size_t i = 0; i < speaker->signer_count; i++)
		(void)json_array_append_new(ids,
					    json_string(speaker->signers[i]));
	return ids;
}

/* Each role's version, expiry and, in words, signers. */
static json_t *roles_object(const struct verified *v)
{
	AUTO_DONE(buf_done) struct buf text;
	json_t *roles = json_object();
	char date[WHEN_TEXT];

	buf_init(&text, SIZE_MAX);
	for (size_t i = 0; i < v->roles.now.count; i++) {
		const struct role *role = v->roles.now.items[i];

		when_format(role->metadata.expires, date);
		(void)json_object_set_new(
			roles, role->name,
			json_pack("{s:I, s:s, s:s}", "version",
				  (json_int_t)role->metadata.version, "expires",
				  date, "signed_by",
				  signers_of(v, role, &text)));
	}
	return roles;
}

static json_t *accepted_object(const struct verified *v)
{
	AUTO_JSON *roles = roles_object(v);
	AUTO_JSON *signers = ids_of(&v->result.speakers[0]);
	AUTO_JSON *files = json_array();
	AUTO_JSON *speakers = json_object();
	char date[WHEN_TEXT];

	for (size_t i = 0; i < v->result.target_count; i++) {
		const struct trust_target *t = &v->result.targets[i];

		(void)json_array_append_new(files, json_string(t->name));
		(void)json_object_set_new(
			speakers, t->name,
			json_string(v->result.speakers[t->speaker].role));
	}
	when_format(v->result.issued, date);
	return json_pack("{s:b, s:I, s:O, s:O, s:O, s:O, s:s}", "accepted", 1,
			 "version", (json_int_t)v->result.targets_version,
			 "roles", roles, "signers", signers, "files", files,
			 "speakers", speakers, "issued", date);
}

static int acceptance_print(bool is_json, struct verified *v, struct err *e)
{
	AUTO_JSON *object = NULL;
	const int r = roles_take(v, e);

	if (r < 0)
		return r;
	if (!is_json) {
		text_print(v);
		return EXIT_DONE;
	}
	object = accepted_object(v);
	if (verb_print_json(object) < 0)
		return err_set(e, ENOMEM, "out of memory");
	return EXIT_DONE;
}

/* What the user asked for. */
struct question {
	int repo_fd, after_fd; /* after_fd: -1 when there was none before */
	struct span pinned;
	int64_t now;
	bool is_json;
};

static int client_run(const struct question *q, int fd, struct verified *v,
		      struct err *e)
{
	struct trust_source_dir dir = { .fd = fd };
	const struct trust_source source = trust_source_dir(&dir);
	const struct trust_store store = trust_memory_store(&v->stored);
	const struct trust_config config = {
		.pinned = q->pinned,
		.store = &store,
		.source = &source,
		.now = q->now,
		.uses_issued = true,
	};

	trust_result_done(&v->result);
	return trust_update(&config, &v->result, e);
}

static int verify_run(const struct question *q, struct err *e)
{
	AUTO_DONE(verified_done) struct verified v = { 0 };
	int r = 0;

	if (q->after_fd >= 0)
		r = client_run(q, q->after_fd, &v, e);
	if (r < 0)
		return err_wrap(e, "the repository of --after");
	r = client_run(q, q->repo_fd, &v, e);
	if (r < 0 && code_is_refusal(r)) {
		const struct err why = *e;

		return refusal_print(q->is_json, r, &why, e);
	}
	return r < 0 ? r : acceptance_print(q->is_json, &v, e);
}

static int dir_open(const char *path, struct err *e)
{
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? err_errno(e, "open the repository %s", path) : fd;
}

int verb_verify(int argc, char **argv, struct err *e)
{
	AUTO_DONE(buf_done) struct buf pinned;
	AUTO_FD repo_fd = -1;
	AUTO_FD after_fd = -1;
	AUTO_FD root_fd = -1;
	const char *path = NULL, *root = NULL, *after = NULL;
	int64_t now = INT64_MIN;
	bool is_json = false;
	const struct option_row rows[] = {
		{ "repo", OPTION_TEXT, true, "DIR", "the repository", &path },
		{ "root", OPTION_TEXT, true, "FILE",
		  "the root.json that the node trusts", &root },
		{ "after", OPTION_TEXT, false, "DIR",
		  "a repository that the node took before", &after },
		{ "now", OPTION_TIME, false, "DATE", "instead of the clock",
		  &now },
		{ "json", OPTION_FLAG, false, NULL, "print one JSON object",
		  &is_json },
		{ .kind = OPTION_END },
	};
	int r = verb_options("verify", rows, argc, argv, e);

	buf_init(&pinned, TRUST_ROOT_MAX);
	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	repo_fd = dir_open(path, e);
	if (repo_fd < 0)
		return repo_fd;
	after_fd = after != NULL ? dir_open(after, e) : -1;
	if (after != NULL && after_fd < 0)
		return after_fd;
	root_fd = open(root, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (root_fd < 0)
		return err_errno(e, "open %s", root);
	r = file_read_fd(root_fd, TRUST_ROOT_MAX, &pinned, e);
	if (r < 0)
		return err_wrap(e, "%s", root);
	return verify_run(&(struct question){ .repo_fd = repo_fd,
					      .after_fd = after_fd,
					      .pinned = buf_view(&pinned),
					      .now = verb_now(now),
					      .is_json = is_json },
			  e);
}
