/* SPDX-License-Identifier: Apache-2.0 */
/* build.c - bailiff-bundle build: stage a directory of policies as targets. */
#include "cmd/bailiff-bundle/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/bailiff-bundle/authority.h"
#include "cmd/bailiff-bundle/bundle_check.h"
#include "cmd/bailiff-bundle/speaker.h"
#include "cmd/bailiff-bundle/stage.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/when.h"
#include "pkg/policy/author.h"
#include "pkg/trust/make.h"
#include "pkg/trust/trust.h"

/* Where targets come from, and how their names end. */
static const struct place {
	const char *dir; /* below the policies; "" is themselves */
	const char *suffix;
	bool is_json, is_service;
} places[] = {
	{ "", "node.json", true, false },
	{ "services", ".json", true, true },
	{ "programs", ".bpf.o", false, false },
};

struct build {
	struct stage stage;
	const char *role;
	const char *from;
	int from_fd;
	json_t *document;
	size_t count;
};

static json_t *targets_of(const struct build *b)
{
	return json_object_get(json_object_get(b->document, "signed"),
			       "targets");
}

static bool name_ends(const char *name, const char *suffix)
{
	const size_t len = strlen(name), want = strlen(suffix);

	return len >= want && strcmp(name + len - want, suffix) == 0;
}

/* A role may speak of what it is delegated, and only targets of the node. */
static int scope_check(const struct build *b, const char *path, struct err *e)
{
	AUTO_DONE(buf_done) struct buf patterns = { 0 };
	struct role_authority a;

	if (strcmp(b->role, "targets") == 0 ||
	    (strcmp(path, "node.json") != 0 &&
	     role_may_speak(&b->stage.roles.next, b->role, path)))
		return 0;
	buf_init(&patterns, 300);
	for (size_t i = 0; role_authority(&b->stage.roles.next, b->role, i, &a);
	     i++) {
		buf_printf(&patterns, "%s%s delegates ", i ? "; " : "",
			   a.by->name);
		role_scope_text(a.delegation, &patterns);
	}
	(void)err_set(e, EPERM, "role %s may not speak of %s: %s", b->role,
		      path,
		      patterns.p && buf_cstr(&patterns) ? patterns.p : "");
	return err_hint(e,
			strcmp(path, "node.json") == 0
				? "node.json names the services and what "
				  "happens to all others: only role targets "
				  "speaks of it"
				: "leave the file out, or have the delegation "
				  "widened (bailiff-bundle delegate)");
}

/* Copy one file to staged/targets under the name it will be published by. */
static int target_stage(struct build *b, const char *path, struct span bytes,
			struct err *e)
{
	char name[REPO_NAME_MAX];
	struct trust_file f;
	int r = scope_check(b, path, e);

	if (r == 0)
		r = trust_make_target(b->document, path, bytes, e);
	if (r < 0)
		return r;
	f = trust_file_read(json_object_get(targets_of(b), path));
	r = repo_target_name(path, &f, true, name, e);
	if (r < 0)
		return r;
	b->count++;
	return repo_write(&b->stage.repo, name, bytes, e);
}

/* A node refuses what only an author may write: it gets the plain document. */
static int service_resolve(const char *path, json_t *document,
			   struct buf *bytes, struct err *e)
{
	AUTO_DONE(buf_done) struct buf what;
	int r;

	buf_init(&what, TRUST_TARGET_MAX);
	r = author_resolve(document, 0, &what, e);
	if (r < 0 || what.len == 0)
		return r;
	(void)fprintf(stderr,
		      "bailiff-bundle: build: %s: seccomp was resolved for "
		      "%.*s\n",
		      path, SPAN_FMT(buf_view(&what)));
	buf_reset(bytes);
	r = json_pretty(document, bytes);
	return r < 0 ? err_set(e, -r, "%s", strerror(-r)) : 0;
}

static int target_add(struct build *b, const struct place *place,
		      const char *path, struct err *e)
{
	AUTO_FD fd = file_open_beneath(b->from_fd, path, O_RDONLY | O_NONBLOCK,
				       0, e);
	AUTO_DONE(buf_done) struct buf bytes;
	AUTO_JSON *document = NULL;
	int r;

	buf_init(&bytes, TRUST_TARGET_MAX);
	if (fd < 0)
		return fd;
	r = file_read_fd(fd, TRUST_TARGET_MAX, &bytes, e);
	if (r == 0 && place->is_json)
		r = json_parse(buf_view(&bytes), TRUST_TARGET_MAX, &document,
			       e);
	if (r == 0 && place->is_service)
		r = service_resolve(path, document, &bytes, e);
	if (r < 0)
		return err_wrap(e, "%s", path);
	return target_stage(b, path, buf_view(&bytes), e);
}

static int entry_add(struct build *b, const struct place *place,
		     const char *name, struct err *e)
{
	const char *slash = place->dir[0] != '\0' ? "/" : "";
	char path[TRUST_TARGET_PATH_MAX + 1];
	struct stat st;

	if (name[0] == '.')
		return 0;
	if (snprintf(path, sizeof(path), "%s%s%s", place->dir, slash, name) >=
	    (int)sizeof(path))
		return err_set(e, EINVAL, "too long a name: %s/%s", place->dir,
			       name);
	if (fstatat(b->from_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_errno(e, "stat %s", path);
	if (S_ISDIR(st.st_mode) && place->dir[0] == '\0')
		return 0;
	if (place->dir[0] != '\0' ? name_ends(name, place->suffix)
				  : strcmp(name, place->suffix) == 0)
		return target_add(b, place, path, e);
	(void)fprintf(stderr,
		      "bailiff-bundle: build: %s is no policy: "
		      "left out\n",
		      path);
	return 0;
}

static int place_add(struct build *b, const struct place *place, struct err *e)
{
	const int fd =
		file_open_beneath(b->from_fd, place->dir[0] ? place->dir : ".",
				  O_RDONLY | O_DIRECTORY, 0, e);
	const struct dirent *entry;
	DIR *dir;
	int r = 0;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (dir == NULL) {
		r = err_errno(e, "read %s", place->dir);
		(void)close(fd);
		return r;
	}
	while (r == 0 && (entry = readdir(dir)) != NULL)
		r = entry_add(b, place, entry->d_name, e);
	(void)closedir(dir);
	return r;
}

static int member_set(struct build *b, const char *name, json_t *value,
		      struct err *e)
{
	if (json_object_set_new(json_object_get(b->document, "signed"), name,
				value) < 0)
		return err_set(e, ENOMEM, "out of memory");
	return 0;
}

/* The version that follows the published one, unless @wanted is higher. */
static int version_set(struct build *b, uint64_t wanted, struct err *e)
{
	const struct role *now = role_find(&b->stage.roles.now, b->role);

	if (wanted == 0)
		return 0;
	if (now != NULL && wanted <= now->metadata.version)
		return err_set(e, EINVAL,
			       "--version %llu: version %llu is published "
			       "already",
			       (unsigned long long)wanted,
			       (unsigned long long)now->metadata.version);
	return member_set(b, "version", json_integer((json_int_t)wanted), e);
}

/* Other content, another time to live: not what was staged before. */
static int expiry_set(struct build *b, struct err *e)
{
	char date[WHEN_TEXT];

	when_format(option_expiry_of(&b->stage.expiry, TRUST_ROLE_TARGETS,
				     b->stage.now),
		    date);
	return member_set(b, "expires", json_string(date), e);
}

/* Staged work that is not made from what is published is replaced, aloud. */
static int stale_drop(struct build *b, struct err *e)
{
	const struct role *staged = role_find(&b->stage.roles.staged, b->role);
	struct err why = { 0 };

	if (staged == NULL ||
	    role_base_check(&b->stage.roles, staged, &why) == 0)
		return 0;
	(void)fprintf(stderr, "bailiff-bundle: build: %s: it is replaced\n",
		      why.text);
	return roles_drop_staged(&b->stage.roles, b->role, e);
}

/* The role's draft, with what it delegates and no targets yet. */
static int draft_begin(struct build *b, uint64_t wanted, struct err *e)
{
	struct role_authority a;
	int r;

	if (!role_authority(&b->stage.roles.next, b->role, 0, &a)) {
		(void)err_set(e, EBADMSG, "nobody delegates to role %s",
			      b->role);
		return err_hint(e, "bailiff-bundle delegate --role ROLE "
				   "--paths PATTERN --key FILE");
	}
	r = stale_drop(b, e);
	if (r == 0)
		r = stage_draft(&b->stage, b->role, &b->document, e);
	if (r == 0)
		r = version_set(b, wanted, e);
	if (r == 0)
		r = expiry_set(b, e);
	return r < 0 ? r : member_set(b, "targets", json_object(), e);
}

static int targets_build(struct build *b, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(places) / sizeof(places[0]);
	     i++)
		r = place_add(b, &places[i], e);
	if (r == 0 && strcmp(b->role, "targets") == 0 &&
	    json_object_get(targets_of(b), "node.json") == NULL)
		r = err_set(e, EBADMSG, "there is no node.json in it");
	return r < 0 ? err_wrap(e, "%s", b->from) : 0;
}

/* Say which of the files another role speaks of before this one is asked. */
static void shadows_tell(const struct build *b)
{
	const char *path;
	json_t *entry;

	json_object_foreach(targets_of(b), path, entry) {
		const struct role *by =
			role_speaker(&b->stage.roles.next, path, NULL);

		if (by == NULL || strcmp(by->name, b->role) != 0)
			(void)fprintf(stderr,
				      "bailiff-bundle: build: %s: nodes will "
				      "take it from role %s, not from role "
				      "%s\n",
				      path, by ? by->name : "nobody", b->role);
	}
}

/* All that nodes would get, with the draft in its place: does it compile, for
 * a kernel that can do everything? */
static int policy_check(struct build *b, struct err *e)
{
	AUTO_DONE(buf_done) struct buf text;
	int r;

	buf_init(&text, TRUST_TARGETS_MAX);
	r = json_text(b->document, &text);
	if (r < 0)
		return err_set(e, -r, "%s", strerror(-r));
	r = roles_put(&b->stage.roles, b->role, true, buf_view(&text), e);
	return r < 0 ? r : bundle_check(&b->stage, e);
}

static int build_run(struct build *b, uint64_t wanted, bool is_unchecked,
		     struct err *e)
{
	const struct role *role;
	int r = draft_begin(b, wanted, e);

	if (r == 0)
		r = targets_build(b, e);
	if (r == 0 && !is_unchecked)
		r = policy_check(b, e);
	if (r == 0)
		r = stage_put(&b->stage, b->role, b->document, e);
	if (r < 0)
		return r;
	role = role_find(&b->stage.roles.next, b->role);
	printf("staged %s version %llu: %zu files\n", b->role,
	       (unsigned long long)role->metadata.version, b->count);
	shadows_tell(b);
	return stage_sweep(&b->stage, e);
}

static void build_done(struct build *b)
{
	stage_close(&b->stage);
	fd_drop(&b->from_fd);
	json_decref(b->document);
}

int verb_build(int argc, char **argv, struct err *e)
{
	AUTO_DONE(build_done)
	struct build b = { .stage = STAGE_NONE, .from_fd = -1 };
	struct stage_options options;
	const char *from = NULL, *policies = NULL;
	bool is_unchecked = false;
	uint64_t wanted = 0;
	const struct option_row rows[] = {
		STAGE_OPTIONS(&options, "what is staged"),
		{ "from", OPTION_TEXT, false, "DIR",
		  "node.json, services/*.json, programs/*.bpf.o", &from },
		{ "policies", OPTION_TEXT, false, "DIR", "the same",
		  &policies },
		{ "role", OPTION_TEXT, false, "ROLE",
		  "who is to speak of them (targets)", &b.role },
		{ "version", OPTION_NUMBER, false, "N",
		  "of the role (the published one and 1)", &wanted },
		{ "unchecked", OPTION_FLAG, false, NULL,
		  "do not try whether the whole bundle compiles",
		  &is_unchecked },
		{ .kind = OPTION_END },
	};
	int r;

	stage_options_init(&options);
	r = verb_options("build", rows, argc, argv, e);
	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	if ((from == NULL) == (policies == NULL))
		return err_set(e, EINVAL,
			       "--from DIR is missing, or given "
			       "with --policies");
	b.from = from != NULL ? from : policies;
	if (b.role == NULL)
		b.role = "targets";
	b.from_fd = open(b.from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b.from_fd < 0)
		return err_errno(e, "open %s", b.from);
	r = stage_open(&options, REPO_CHANGE, &b.stage, e);
	return r < 0 ? r : build_run(&b, wanted, is_unchecked, e);
}
