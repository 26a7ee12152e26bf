/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - bailiff-bundle verify: a repository as a fresh node sees it. */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/trust/source_dir.h"
#include "pkg/trust/time.h"

/* The verified files of a run, in the order in which they were verified. */
struct verified {
	struct trust_memory stored;
	struct trust_result result;
	struct trust_metadata roles[TRUST_ROLE_COUNT];
};

static void verified_done(struct verified *v)
{
	trust_memory_done(&v->stored);
	trust_result_done(&v->result);
	for (size_t i = 0; i < TRUST_ROLE_COUNT; i++)
		trust_metadata_done(&v->roles[i]);
}

/* Parse what the client left, to tell versions and dates. */
static int roles_read(struct verified *v, struct err *e)
{
	for (enum trust_role i = 0; i < TRUST_ROLE_COUNT; i++) {
		char name[32];
		int r;

		(void)snprintf(name, sizeof(name), "%s.json",
			       trust_role_name(i));
		r = trust_metadata_parse(i, trust_memory_get(&v->stored, name),
					 &v->roles[i], e);
		if (r < 0)
			return err_wrap(e, "%s", trust_role_name(i));
	}
	return 0;
}

/* Is it a no of the client, or did the machine fail? */
static bool code_is_refusal(int code)
{
	return strcmp(trust_reason(code), "failed") != 0;
}

static int json_print(json_t *object)
{
	AUTO_DONE(buf_done) struct buf text;
	const char *line;

	buf_init(&text, SIZE_MAX);
	if (object == NULL || json_text(object, &text) < 0)
		return -ENOMEM;
	line = buf_cstr(&text);
	if (line == NULL)
		return -ENOMEM;
	printf("%s\n", line);
	return 0;
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
	if (json_print(object) < 0)
		return err_set(e, ENOMEM, "out of memory");
	return EXIT_NO;
}

static void text_print(const struct verified *v)
{
	const struct trust_speaker *targets = &v->result.speakers[0];
	char date[TRUST_TIME_TEXT];

	printf("accepted: bundle version %llu, %zu files\n",
	       (unsigned long long)v->result.targets_version,
	       v->result.target_count);
	for (size_t i = 0; i < TRUST_ROLE_COUNT; i++) {
		trust_time_format(v->roles[i].expires, date);
		printf("%-10s version %llu, expires %s\n",
		       trust_role_name((enum trust_role)i),
		       (unsigned long long)v->roles[i].version, date);
	}
	if (v->result.issued != 0) {
		trust_time_format(v->result.issued, date);
		printf("issued     %s\n", date);
	}
	for (size_t i = 0; i < targets->signer_count; i++)
		printf("signed by  %s\n", targets->signers[i]);
	for (size_t i = 0; i < v->result.target_count; i++)
		printf("file       %s, %zu bytes\n", v->result.targets[i].name,
		       v->result.targets[i].bytes.len);
}

static json_t *accepted_object(const struct verified *v)
{
	const struct trust_speaker *targets = &v->result.speakers[0];
	AUTO_JSON *roles = json_object();
	AUTO_JSON *signers = json_array();
	AUTO_JSON *files = json_array();
	char date[TRUST_TIME_TEXT];

	for (size_t i = 0; i < TRUST_ROLE_COUNT; i++) {
		trust_time_format(v->roles[i].expires, date);
		(void)json_object_set_new(
			roles, trust_role_name((enum trust_role)i),
			json_pack("{s:I, s:s}", "version",
				  (json_int_t)v->roles[i].version, "expires",
				  date));
	}
	for (size_t i = 0; i < targets->signer_count; i++)
		(void)json_array_append_new(signers,
					    json_string(targets->signers[i]));
	for (size_t i = 0; i < v->result.target_count; i++)
		(void)json_array_append_new(
			files, json_string(v->result.targets[i].name));
	trust_time_format(v->result.issued, date);
	return json_pack("{s:b, s:I, s:O, s:O, s:O, s:s}", "accepted", 1,
			 "version", (json_int_t)v->result.targets_version,
			 "roles", roles, "signers", signers, "files", files,
			 "issued", date);
}

static int acceptance_print(bool is_json, struct verified *v, struct err *e)
{
	AUTO_JSON *object = NULL;
	const int r = roles_read(v, e);

	if (r < 0)
		return r;
	if (!is_json) {
		text_print(v);
		return EXIT_DONE;
	}
	object = accepted_object(v);
	if (json_print(object) < 0)
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
