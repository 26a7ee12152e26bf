/* SPDX-License-Identifier: Apache-2.0 */
/* lint.c - bailiff-bundle lint: what policies leave open, the rule that closes
 * each gap, and with --fix that rule in its place. No key, no repository.
 */
#include "cmd/bailiff-bundle/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/bailiff-bundle/absent.h"
#include "cmd/bailiff-bundle/findings.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/json.h"
#include "pkg/landlock/rights.h"
#include "pkg/policy/author.h"
#include "pkg/policy/fix.h"
#include "pkg/policy/policy.h"

#define ALONE	     "document" /* what a file's service is called here */
#define FRAGMENT_MAX 65536

struct lint {
	struct option_list paths;
	const char *root;
	int root_fd; /* where the services' paths are */
	uint64_t abi;
	bool is_json, wants_fix, has_color;
	struct policy_kernel kernel;
	json_t *documents; /* of the answer */
	size_t count, open, accepted;
	bool is_refused; /* a document that is none */
};

/* ---- one document ------------------------------------------------------ */

/* Compiled alone, as the only service of a node that grants it @grants. */
static int document_compile(const struct lint *l, struct span text,
			    const json_t *grants, struct policy **ret,
			    struct err *e)
{
	static const struct policy_origin origin = { .generation = 1,
						     .bundle_version = 1 };
	AUTO_DONE(buf_done) struct buf node;
	AUTO_JSON *object =
		json_pack("{s:{s:{s:i, s:O*}}, s:s}", "services", ALONE,
			  "number", 1, "grant", grants, "unlisted", "deny");
	int r;

	buf_init(&node, FRAGMENT_MAX);
	if (object == NULL || json_text(object, &node) < 0)
		return err_set(e, ENOMEM, "out of memory");
	const struct policy_target targets[] = {
		{ "node.json", buf_view(&node), NULL },
		{ "services/" ALONE ".json", text, NULL },
	};
	r = policy_compile(targets, 2, &origin, &l->kernel, NULL, ret, e);
	if (r < 0 &&
	    strncmp(e->text, targets[1].name, strlen(targets[1].name)) == 0) {
		const size_t skip = strlen(targets[1].name) + strlen(": ");

		memmove(e->text, e->text + skip, strlen(e->text + skip) + 1);
	}
	return r;
}

static json_t *finding_json(const struct policy_finding *f)
{
	json_t *rule = NULL;

	if (f->rule != NULL)
		(void)json_parse(span_of(f->rule), FRAGMENT_MAX, &rule, NULL);
	return json_pack("{s:s, s:b, s:s, s:s, s:o?}", "id", f->id, "accepted",
			 f->is_accepted, "sentence", f->sentence, "closes",
			 f->closes, "rule", rule);
}

static int document_json(struct lint *l, const char *path,
			 const struct policy_service *s,
			 const struct absents *a, struct err *e)
{
	json_t *findings = json_array(), *needless = json_array();
	json_t *absent = json_array();

	for (size_t i = 0; i < s->finding_count; i++) {
		const struct policy_finding f = policy_finding(s, i);

		(void)json_array_append_new(findings, finding_json(&f));
	}
	for (size_t i = 0; s->needless[i] != NULL; i++)
		(void)json_array_append_new(needless,
					    json_string(s->needless[i]));
	for (size_t i = 0; i < a->count; i++)
		(void)json_array_append_new(absent,
					    json_string(a->items[i].path));
	if (json_array_size(findings) != s->finding_count ||
	    json_array_size(absent) != a->count ||
	    json_array_append_new(l->documents,
				  json_pack("{s:s, s:o, s:o, s:o}", "document",
					    path, "findings", findings,
					    "needless", needless, "absent",
					    absent)) < 0)
		return err_set(e, ENOMEM, "out of memory");
	return 0;
}

/* No error: on a kernel with less it may be open. */
static void needless_tell(const struct lint *l, const char *path,
			  const struct policy_service *s)
{
	if (s->needless[0] == NULL)
		return;
	printf("%s: note: accepts ", path);
	for (size_t i = 0; s->needless[i] != NULL; i++)
		printf("%s%s", i != 0 ? ", " : "", s->needless[i]);
	printf(", which %s not open on Landlock ABI %u: take %s out, or what "
	       "opens it later is not found\n",
	       s->needless[1] != NULL ? "are" : "is", l->kernel.landlock_abi,
	       s->needless[1] != NULL ? "them" : "it");
}

static void document_tell(const struct lint *l, const char *path,
			  const struct policy_service *s)
{
	const char *between = "; accepted: ";

	findings_print(stdout, path, s, l->has_color);
	needless_tell(l, path, s);
	if (policy_open_count(s) != 0)
		return;
	printf("%s: clean", path);
	for (size_t i = 0; i < s->finding_count; i++) {
		const struct policy_finding f = policy_finding(s, i);

		if (i != 0 && strcmp(policy_finding(s, i - 1).id, f.id) == 0)
			continue;
		printf("%s%s", between, f.id);
		between = ", ";
	}
	printf("\n");
}

/* What the document without a layer has no findings of. */
static int document_report(struct lint *l, const char *path, struct span text,
			   const json_t *grants, struct err *e)
{
	AUTO_DONE(absents_done) struct absents absent = { 0 };
	struct policy *p = NULL;
	const struct policy_service *s;
	int r = document_compile(l, text, grants, &p, e);

	if (r < 0)
		return r;
	s = policy_service(p, 0);
	r = absents_find(p, s, l->root_fd, &absent, e);
	if (r < 0) {
		policy_free(p);
		return r;
	}
	l->count++;
	l->open += policy_open_count(s);
	l->accepted += s->finding_count - policy_open_count(s);
	if (l->is_json) {
		r = document_json(l, path, s, &absent, e);
	} else {
		absents_tell(&absent, path);
		document_tell(l, path, s);
	}
	policy_free(p);
	return r;
}

/* ---- --fix ------------------------------------------------------------- */

/* The file that @path is in the end, replaced whole. */
static int file_put(const char *path, struct span content, struct err *e)
{
	AUTO_MEM char *real = realpath(path, NULL);
	AUTO_MEM char *copy = real != NULL ? strdup(real) : NULL;
	AUTO_FD dir = -1;
	struct stat st;
	int r;

	if (copy == NULL || stat(real, &st) < 0)
		return err_errno(e, "%s", path);
	dir = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, "open the directory of %s", path);
	r = file_replace(dir, strrchr(real, '/') + 1, st.st_mode & 0777,
			 content, e);
	/* Root gives it back; anybody else's is his own by now. */
	if (r == 0 && geteuid() == 0 &&
	    fchownat(dir, strrchr(real, '/') + 1, st.st_uid, st.st_gid, 0) < 0)
		return err_errno(e, "give %s back to its owner", path);
	return r;
}

/* Messages go where the answer does not. */
static void fix_tell(const struct lint *l, const char *path,
		     const struct lines *done, const struct lines *left)
{
	FILE *out = l->is_json ? stderr : stdout;

	for (size_t i = 0; i < done->count; i++)
		(void)fprintf(out, "%s: fixed %s\n", path, done->items[i]);
	for (size_t i = 0; i < left->count; i++)
		(void)fprintf(out, "%s: left  %s\n", path, left->items[i]);
}

static int document_fix(struct lint *l, const char *path, struct buf *text,
			const json_t *grants, struct err *e)
{
	AUTO_DONE(lines_done) struct lines done = { 0 };
	AUTO_DONE(lines_done) struct lines left = { 0 };
	struct policy *p = NULL;
	int r = policy_fix(text, &l->kernel, &done, &left, e);

	/* What is written compiles and is proved. */
	if (r == 0)
		r = document_compile(l, buf_view(text), grants, &p, e);
	policy_free(p);
	if (r == 0 && done.count != 0)
		r = file_put(path, buf_view(text), e);
	if (r == 0)
		fix_tell(l, path, &done, &left);
	return r;
}

/* ---- files ------------------------------------------------------------- */

static int text_read(const char *path, struct buf *out, struct err *e)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	buf_init(out, POLICY_TARGET_MAX);
	if (fd < 0)
		return err_errno(e, "open %s", path);
	return file_read_fd(fd, POLICY_TARGET_MAX, out, e);
}

/* Docker's superset is read as build would stage it, and not changed. */
static int text_resolve(const struct lint *l, struct buf *text, struct err *e)
{
	AUTO_DONE(buf_done) struct buf what;
	AUTO_JSON *document = NULL;
	int r = json_parse(buf_view(text), POLICY_TARGET_MAX, &document, e);

	buf_init(&what, FRAGMENT_MAX);
	if (r == 0)
		r = author_resolve(document, 0, &what, e);
	if (r < 0 || what.len == 0)
		return r;
	if (l->wants_fix) {
		(void)err_set(e, EBADMSG,
			      "\"seccomp\" is written in Docker's superset: "
			      "--fix changes only a plain object");
		return err_hint(e, "bailiff-bundle compile --seccomp FILE "
				   "--oci makes one");
	}
	buf_reset(text);
	r = json_pretty(document, text);
	return r < 0 ? err_set(e, -r, "%s", strerror(-r)) : 0;
}

static int document_lint(struct lint *l, const char *path, const json_t *grants,
			 struct err *e)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	int r = text_read(path, &text, e);

	if (r == 0)
		r = text_resolve(l, &text, e);
	if (r == 0 && l->wants_fix)
		r = document_fix(l, path, &text, grants, e);
	if (r == 0)
		r = document_report(l, path, buf_view(&text), grants, e);
	if (r == 0)
		return 0;
	/* The others are looked at all the same. */
	(void)fprintf(stderr, "bailiff-bundle: lint: %s: %s\n", path, e->text);
	if (e->hint != NULL)
		(void)fprintf(stderr, "hint: %s\n", e->hint);
	l->is_refused = true;
	if (l->is_json &&
	    json_array_append_new(l->documents,
				  json_pack("{s:s, s:s}", "document", path,
					    "error", e->text)) < 0)
		return err_set(e, ENOMEM, "out of memory");
	return r == -ENOMEM ? r : 0;
}

static int is_document(const struct dirent *entry)
{
	const size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 &&
	       strcmp(entry->d_name + len - 5, ".json") == 0;
}

/* What node.json grants the service of a file; NULL for nothing. */
static const json_t *grants_of(const json_t *node, const char *file)
{
	AUTO_MEM char *name = span_dup((struct span){ file, strlen(file) - 5 });

	return json_object_get(
		json_object_get(json_object_get(node, "services"),
				name != NULL ? name : ""),
		"grant");
}

static int node_read(const char *dir, json_t **ret, struct err *e)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	char path[PATH_MAX];
	int r;

	(void)snprintf(path, sizeof(path), "%s/node.json", dir);
	r = text_read(path, &text, e);
	if (r == 0)
		r = json_parse(buf_view(&text), POLICY_TARGET_MAX, ret, e);
	return r < 0 && r != -ENOENT ? err_wrap(e, "%s", path) : 0;
}

static int directory_lint(struct lint *l, const char *dir, struct err *e)
{
	AUTO_JSON *node = NULL;
	struct dirent **entries = NULL;
	char path[PATH_MAX];
	int count, r;

	(void)snprintf(path, sizeof(path), "%s/services", dir);
	r = node_read(dir, &node, e);
	if (r < 0)
		return r;
	count = scandir(path, &entries, is_document, alphasort);
	if (count < 0) {
		(void)err_errno(e, "read %s", path);
		return err_hint(e, "a directory is one with node.json and "
				   "services/");
	}
	if (count == 0)
		(void)fprintf(stderr, "bailiff-bundle: lint: %s: no document\n",
			      path);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (r == 0 && snprintf(path, sizeof(path), "%s/services/%s",
				       dir, name) < (int)sizeof(path))
			r = document_lint(l, path, grants_of(node, name), e);
		free(entries[i]);
	}
	free(entries);
	return r;
}

static int path_lint(struct lint *l, const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_errno(e, "%s", path);
	if (S_ISDIR(st.st_mode))
		return directory_lint(l, path, e);
	return document_lint(l, path, NULL, e);
}

/* ---- the verb ---------------------------------------------------------- */

static int answer(const struct lint *l, struct err *e)
{
	if (l->is_json) {
		AUTO_JSON *object =
			json_pack("{s:O, s:I, s:I}", "documents", l->documents,
				  "open", (json_int_t)l->open, "accepted",
				  (json_int_t)l->accepted);

		if (verb_print_json(object) < 0)
			return err_set(e, ENOMEM, "out of memory");
	} else if (l->open != 0) {
		printf("%zu %s in %zu %s%s\n", l->open,
		       l->open == 1 ? "finding" : "findings", l->count,
		       l->count == 1 ? "document" : "documents",
		       l->wants_fix ? ""
				    : ": --fix adds the rules; or accept what "
				      "must stay: \"accept\": [\"ID\"]");
	}
	return l->open != 0 || l->is_refused ? EXIT_NO : EXIT_DONE;
}

int verb_lint(int argc, char **argv, struct err *e)
{
	struct lint l = { .has_color = verb_wants_color() };
	const struct option_row rows[] = {
		{ "", OPTION_FILES, false, "FILE|DIR ...",
		  "a service's document, or node.json and services/",
		  &l.paths },
		{ "fix", OPTION_FLAG, false, NULL,
		  "add the rules that close what is found", &l.wants_fix },
		{ "abi", OPTION_NUMBER, false, "N",
		  "the kernel's Landlock ABI (the newest known)", &l.abi },
		{ "root", OPTION_TEXT, false, "DIR",
		  "the services' root directory, where their paths are (/)",
		  &l.root },
		{ "json", OPTION_FLAG, false, NULL, "print one JSON object",
		  &l.is_json },
		{ .kind = OPTION_END },
	};
	AUTO_JSON *documents = NULL;
	AUTO_FD root = -1;
	int r = verb_options("lint", rows, argc, argv, e);

	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	if (l.paths.count == 0)
		return err_set(e, EINVAL, "no file or directory is given");
	if (l.abi > INT32_MAX)
		return err_set(e, EINVAL, "--abi must be below 2^31");
	if (l.root == NULL)
		l.root = "/";
	root = open(l.root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_errno(e, "open %s", l.root);
	l.root_fd = root;
	l.kernel = (struct policy_kernel){
		.landlock_abi =
			l.abi != 0 ? (uint32_t)l.abi : LANDLOCK_ABI_NEWEST,
		.has_seccomp = true,
	};
	l.documents = documents = json_array();
	if (documents == NULL)
		return err_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < l.paths.count && r == 0; i++)
		r = path_lint(&l, l.paths.items[i], e);
	return r < 0 ? r : answer(&l, e);
}
