/* SPDX-License-Identifier: Apache-2.0 */
/* tuf_client.c - a plain TUF client: bailiff's own, with a web server as its
 * source and a directory as its store. For conformance tests.
 *
 * Exit: 0 done, 1 anything else. It knows no time but the clock's.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/hex.h"
#include "pkg/trust/trust.h"
#include "test/peers/tuf_fetch.h"
#include "test/peers/tuf_store.h"

#define TARGETS_MAX 1024 /* --target-name, in one call */

/* What was asked for. Texts point into argv. */
struct request {
	const char *metadata_dir, *metadata_url, *target_dir, *target_url;
	const char *targets[TARGETS_MAX];
	size_t target_count;
	const char *root; /* of init */
};

/* One run of refresh or download. */
struct run {
	struct tuf_store store;
	struct tuf_fetch fetch;
	struct buf anchor;
	struct trust_store store_ops;
	struct trust_source source;
	struct trust_client *client;
};

/* A test's clock is preloaded, and then the sanitizer's library cannot be the
 * first one: it need not insist. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "verify_asan_link_order=0";
}

static int client_new(struct span anchor, struct run *run, struct err *e)
{
	const struct trust_config config = {
		.pinned = anchor,
		.store = &run->store_ops,
		.source = &run->source,
		.now = (int64_t)time(NULL),
	};

	return trust_client_new(&config, &run->client, e);
}

static void run_done(struct run *run)
{
	trust_client_free(run->client);
	buf_done(&run->anchor);
	tuf_fetch_close(&run->fetch);
	tuf_store_close(&run->store);
}

static const struct run run_empty = { .store = { -1, -1 } };

/* Nothing may be asked before there is a good anchor. */
static int run_open(struct run *run, const struct request *q, struct err *e)
{
	int r = tuf_store_open(&run->store, q->metadata_dir, false, e);

	buf_init(&run->anchor, TRUST_ROOT_MAX);
	if (r == 0)
		r = tuf_store_anchor(&run->store, &run->anchor, e);
	if (r == 0)
		r = tuf_fetch_open(&run->fetch, q->metadata_url, q->target_url,
				   e);
	if (r < 0)
		return r;
	run->store_ops = tuf_store_callbacks(&run->store);
	run->source = tuf_fetch_source(&run->fetch);
	r = client_new(buf_view(&run->anchor), run, e);
	if (r == 0)
		r = tuf_store_adopt(&run->store, buf_view(&run->anchor), e);
	return r < 0 ? r : trust_client_refresh(run->client, e);
}

/* -- init ------------------------------------------------------------------ */

static int root_check(struct span root, struct err *e)
{
	AUTO_DONE(run_done) struct run run = run_empty;

	return client_new(root, &run, e);
}

static int verb_init(const struct request *q, struct err *e)
{
	AUTO_DONE(buf_done) struct buf root;
	AUTO_DONE(tuf_store_close) struct tuf_store store = { -1, -1 };
	AUTO_FD fd = open(q->root, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int r;

	buf_init(&root, TRUST_ROOT_MAX);
	if (fd < 0)
		return err_errno(e, "open %s", q->root);
	r = file_read_fd(fd, TRUST_ROOT_MAX, &root, e);
	if (r == 0)
		r = root_check(buf_view(&root), e);
	if (r < 0)
		return err_wrap(e, "%s", q->root);
	r = tuf_store_open(&store, q->metadata_dir, true, e);
	return r < 0 ? r : tuf_store_begin(&store, buf_view(&root), e);
}

/* -- refresh --------------------------------------------------------------- */

static int verb_refresh(const struct request *q, struct err *e)
{
	AUTO_DONE(run_done) struct run run = run_empty;

	return run_open(&run, q, e);
}

/* -- download -------------------------------------------------------------- */

/* The target's path as one file name; a leading dot is encoded too, since
 * temporary files begin with one. Names that are too long for a file become a
 * hash, which no encoded path looks like. */
static int file_name(const char *path, struct buf *out, struct err *e)
{
	const struct span s = span_of(path);
	unsigned char hash[EVP_MAX_MD_SIZE];
	const bool is_dot = span_starts(s, ".");

	if (is_dot)
		buf_puts(out, "%2E");
	tuf_percent_encode(span_of(path + is_dot), "", out);
	if (buf_error(out) == 0 && out->len > TUF_NAME_MAX) {
		buf_reset(out);
		buf_puts(out, "%sha256-");
		if (EVP_Digest(path, s.len, hash, NULL, EVP_sha256(), NULL) !=
		    1)
			return err_set(e, EIO, "SHA-256 failed");
		hex_encode(out, (struct span){ (const char *)hash, 32 });
	}
	if (buf_cstr(out) == NULL)
		return err_set(e, -buf_error(out), "%s",
			       strerror(-buf_error(out)));
	return 0;
}

/* Does the file that lies there still fit? */
static bool is_cached(int dirfd, const char *name, const struct trust_file *f)
{
	AUTO_DONE(buf_done) struct buf bytes;

	buf_init(&bytes, (size_t)f->length);
	return file_read(dirfd, name, (size_t)f->length, &bytes, NULL) == 0 &&
	       trust_file_check(f, buf_view(&bytes), NULL) == 0;
}

static int target_get(struct run *run, int dirfd, const char *path,
		      struct err *e)
{
	AUTO_DONE(buf_done) struct buf name;
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	struct trust_found found = { 0 };
	int r = trust_client_find(run->client, path, &found, e);

	buf_init(&name, 4 * TRUST_TARGETS_MAX);
	if (r == 0)
		r = file_name(path, &name, e);
	if (r < 0 || is_cached(dirfd, name.p, &found.file))
		return r;
	r = trust_client_target(run->client, &found, &bytes, e);
	if (r < 0)
		return r;
	return file_replace(dirfd, name.p, 0644, buf_view(&bytes), e);
}

static int target_dir_open(const struct request *q, const struct run *run,
			   struct err *e)
{
	AUTO_FD fd = -1;
	struct stat here, there;

	if (mkdir(q->target_dir, 0755) < 0 && errno != EEXIST)
		return err_errno(e, "make %s", q->target_dir);
	fd = open(q->target_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, "open %s", q->target_dir);
	if (fstat(fd, &here) < 0 || fstat(run->store.dir_fd, &there) < 0)
		return err_errno(e, "stat %s", q->target_dir);
	if (here.st_dev == there.st_dev && here.st_ino == there.st_ino)
		return err_set(e, EINVAL,
			       "targets and metadata cannot lie in one "
			       "directory: %s",
			       q->target_dir);
	return fd_steal(&fd);
}

static int verb_download(const struct request *q, struct err *e)
{
	AUTO_DONE(run_done) struct run run = run_empty;
	AUTO_FD dirfd = -1;
	int r = run_open(&run, q, e);

	if (r < 0)
		return r;
	dirfd = target_dir_open(q, &run, e);
	if (dirfd < 0)
		return dirfd;
	for (size_t i = 0; i < q->target_count; i++) {
		r = target_get(&run, dirfd, q->targets[i], e);
		if (r < 0) {
			(void)err_wrap(e, "%s", q->targets[i]);
			return r;
		}
	}
	return 0;
}

/* -- the command line ------------------------------------------------------ */

enum {
	WANTS_URL = 1,	   /* --metadata-url */
	WANTS_TARGETS = 2, /* --target-name, --target-dir, --target-base-url */
	WANTS_ROOT = 4	   /* ROOT */
};

static const struct verb {
	const char *name;
	unsigned wants;
	int (*run)(const struct request *q, struct err *e);
} verbs[] = {
	{ "init", WANTS_ROOT, verb_init },
	{ "refresh", WANTS_URL, verb_refresh },
	{ "download", WANTS_URL | WANTS_TARGETS, verb_download },
};

static int usage(struct err *e)
{
	(void)err_set(e, EINVAL, "wrong usage");
	return err_hint(e,
			"tuf-client --metadata-dir D init ROOT\n"
			"tuf-client --metadata-url U --metadata-dir D refresh\n"
			"tuf-client --metadata-url U --metadata-dir D "
			"--target-name P [--target-name P ...]\n"
			"    --target-dir T --target-base-url B download");
}

static int options_read(int argc, char **argv, struct request *q, struct err *e)
{
	static const struct option rows[] = {
		{ "metadata-dir", required_argument, NULL, 'd' },
		{ "metadata-url", required_argument, NULL, 'u' },
		{ "target-dir", required_argument, NULL, 't' },
		{ "target-base-url", required_argument, NULL, 'b' },
		{ "target-name", required_argument, NULL, 'n' },
		{ NULL, 0, NULL, 0 },
	};

	for (;;) {
		switch (getopt_long(argc, argv, "", rows, NULL)) {
		case -1:
			return 0;
		case 'd':
			q->metadata_dir = optarg;
			break;
		case 'u':
			q->metadata_url = optarg;
			break;
		case 't':
			q->target_dir = optarg;
			break;
		case 'b':
			q->target_url = optarg;
			break;
		case 'n':
			if (q->target_count == TARGETS_MAX)
				return err_set(e, EINVAL,
					       "more than %d target names",
					       TARGETS_MAX);
			q->targets[q->target_count++] = optarg;
			break;
		default:
			return usage(e);
		}
	}
}

/* What the verb needs must be there, and nothing may be left over. */
static bool is_complete(const struct verb *v, const struct request *q, int left)
{
	const bool has_targets = q->target_count > 0 && q->target_dir != NULL &&
				 q->target_url != NULL;

	return q->metadata_dir != NULL &&
	       (!(v->wants & WANTS_URL) || q->metadata_url != NULL) &&
	       (!(v->wants & WANTS_TARGETS) || has_targets) &&
	       left == ((v->wants & WANTS_ROOT) ? 1 : 0);
}

static int request_run(int argc, char **argv, struct err *e)
{
	struct request q = { 0 };
	int r = options_read(argc, argv, &q, e);

	if (r < 0)
		return r;
	for (size_t i = 0;
	     optind < argc && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(argv[optind], verbs[i].name) != 0)
			continue;
		q.root = argv[optind + 1];
		if (!is_complete(&verbs[i], &q, argc - optind - 1))
			break;
		return verbs[i].run(&q, e);
	}
	return usage(e);
}

int main(int argc, char **argv)
{
	struct err e = { 0 };

	(void)signal(SIGPIPE, SIG_IGN);
	if (request_run(argc, argv, &e) == 0)
		return EXIT_SUCCESS;
	(void)fprintf(stderr, "tuf-client: %s\n", e.text);
	if (e.hint != NULL)
		(void)fprintf(stderr, "hint: %s\n", e.hint);
	return EXIT_FAILURE;
}
