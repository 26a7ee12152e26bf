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

#include "cmd/bailiff-bundle/repo.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/trust/make.h"
#include "pkg/trust/trust.h"

/* Where targets come from, and how their names end. */
static const struct place {
	const char *dir; /* below the policies; "" is themselves */
	const char *suffix;
	bool is_json;
} places[] = {
	{ "", "node.json", true },
	{ "services", ".json", true },
	{ "programs", ".bpf.o", false },
};

struct build {
	const struct repo *repo;
	int policies_fd;
	json_t *document;
	size_t count;
};

static bool name_ends(const char *name, const char *suffix)
{
	const size_t len = strlen(name), want = strlen(suffix);

	return len >= want && strcmp(name + len - want, suffix) == 0;
}

/* Copy one file to staged/targets under the name it will be published by. */
static int target_stage(struct build *b, const char *path, struct span bytes,
			struct err *e)
{
	AUTO_JSON *hashes = trust_file_hashes(bytes);
	AUTO_DONE(buf_done) struct buf name;
	int r = trust_make_target(b->document, path, bytes, e);

	buf_init(&name, 1024);
	if (r < 0)
		return r;
	buf_puts(&name, "staged/");
	trust_target_name(path, json_span(json_object_get(hashes, "sha256")),
			  &name);
	if (hashes == NULL || buf_cstr(&name) == NULL)
		return err_set(e, ENOMEM, "out of memory");
	b->count++;
	return repo_write(b->repo, name.p, bytes, e);
}

static int target_add(struct build *b, const char *path, bool is_json,
		      struct err *e)
{
	AUTO_FD fd = file_open_beneath(b->policies_fd, path,
				       O_RDONLY | O_NONBLOCK, 0, e);
	AUTO_DONE(buf_done) struct buf bytes;
	AUTO_JSON *document = NULL;
	int r;

	buf_init(&bytes, TRUST_TARGET_MAX);
	if (fd < 0)
		return fd;
	r = file_read_fd(fd, TRUST_TARGET_MAX, &bytes, e);
	if (r == 0 && is_json)
		r = json_parse(buf_view(&bytes), TRUST_TARGET_MAX, &document,
			       e);
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
	if (fstatat(b->policies_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_errno(e, "stat %s", path);
	if (S_ISDIR(st.st_mode) && place->dir[0] == '\0')
		return 0;
	if (place->dir[0] != '\0' ? name_ends(name, place->suffix)
				  : strcmp(name, place->suffix) == 0)
		return target_add(b, path, place->is_json, e);
	(void)fprintf(stderr,
		      "bailiff-bundle: build: %s is no policy: "
		      "left out\n",
		      path);
	return 0;
}

static int place_add(struct build *b, const struct place *place, struct err *e)
{
	const int fd = file_open_beneath(b->policies_fd,
					 place->dir[0] ? place->dir : ".",
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

/* The version after the published one, or @wanted if that is higher still. */
static int version_choose(const struct repo *repo, uint64_t wanted,
			  uint64_t *ret, struct err *e)
{
	AUTO_DONE(repo_current_done) struct repo_current current = { 0 };
	const int r = repo_current_read(repo, &current, e);

	if (r < 0)
		return r;
	if (wanted != 0 && wanted <= current.targets.version)
		return err_set(e, EINVAL,
			       "--version %llu: version %llu is published "
			       "already",
			       (unsigned long long)wanted,
			       (unsigned long long)current.targets.version);
	*ret = wanted != 0 ? wanted : current.targets.version + 1;
	return 0;
}

static int targets_stage(struct build *b, struct err *e)
{
	int r = repo_unstage(b->repo, "targets.json", e);

	if (r == 0)
		r = repo_unstage(b->repo, "targets", e);
	for (size_t i = 0; r == 0 && i < sizeof(places) / sizeof(places[0]);
	     i++)
		r = place_add(b, &places[i], e);
	if (r < 0)
		return r;
	if (json_object_get(
		    json_object_get(json_object_get(b->document, "signed"),
				    "targets"),
		    "node.json") == NULL)
		return err_set(e, EBADMSG, "there is no node.json in it");
	return repo_write_json(b->repo, STAGED_TARGETS, b->document, e);
}

int verb_build(int argc, char **argv, struct err *e)
{
	AUTO_DONE(repo_close) struct repo repo = { .fd = -1, .staged_fd = -1 };
	AUTO_FD policies_fd = -1;
	AUTO_JSON *document = NULL;
	const char *path = NULL, *policies = NULL;
	uint64_t wanted = 0, version;
	int64_t now = INT64_MIN;
	struct option_expiry expiry;
	struct build b;
	const struct option_row rows[] = {
		{ "repo", OPTION_TEXT, true, "DIR", "the repository", &path },
		{ "policies", OPTION_TEXT, true, "DIR",
		  "node.json, services/*.json, programs/*.bpf.o", &policies },
		{ "version", OPTION_NUMBER, false, "N",
		  "of the bundle (the published one and 1)", &wanted },
		{ "expires-days", OPTION_DAYS, false, "[targets=]N",
		  "days until the policies expire (180)", &expiry },
		{ "expires", OPTION_DATE, false, "[targets=]DATE",
		  "the date itself", &expiry },
		{ "now", OPTION_TIME, false, "DATE", "instead of the clock",
		  &now },
		{ .kind = OPTION_END },
	};
	int r;

	option_expiry_init(&expiry);
	r = verb_options("build", rows, argc, argv, e);
	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	policies_fd = open(policies, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (policies_fd < 0)
		return err_errno(e, "open %s", policies);
	r = repo_open(path, true, &repo, e);
	if (r == 0)
		r = version_choose(&repo, wanted, &version, e);
	if (r == 0)
		r = trust_make_targets(version,
				       option_expiry_of(&expiry,
							TRUST_ROLE_TARGETS,
							verb_now(now)),
				       &document, e);
	if (r < 0)
		return r;
	b = (struct build){ &repo, policies_fd, document, 0 };
	r = targets_stage(&b, e);
	if (r < 0)
		return err_wrap(e, "%s", policies);
	printf("staged targets version %llu: %zu files\n",
	       (unsigned long long)version, b.count);
	return 0;
}
