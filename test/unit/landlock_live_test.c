/* SPDX-License-Identifier: Apache-2.0 */
/* landlock_live_test.c - random documents, against their own algebra and
 * against this kernel.
 *
 * Each case on the kernel is a document resolved for one ABI, applied to a
 * forked child, and a probe of every right at every directory of a small tree,
 * held against the plain model: a handled right is denied unless a rule at or
 * above grants it. BAILIFF_LANDLOCK_CASES=N runs N cases (100);
 * BAILIFF_LANDLOCK_SEED=N starts elsewhere.
 */
#include "test/unit/harness.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pkg/enforce/enforce.h"
#include "pkg/enforce/landlock.h"
#include "pkg/landlock/merge.h"
#include "pkg/landlock/print.h"
#include "pkg/landlock/resolve.h"
#include "test/unit/landlock_random.h"

#define BIT(name) (right_find(span_of(name))->bit)

static uint64_t number(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);

	return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static struct draw draw_from(uint64_t seed, const char *prefix, bool extended)
{
	return (struct draw){ .state = seed * 0x9e3779b97f4a7c15ULL | 1,
			      .prefix = prefix,
			      .is_extended = extended };
}

static void document(struct draw *d, struct landlock_doc *ret)
{
	AUTO_JSON *j = NULL;
	struct err e = { 0 };
	struct buf text;

	buf_init(&text, 1 << 20);
	draw_document(d, &text);
	if (json_parse(buf_view(&text), 1 << 20, &j, &e) < 0 ||
	    landlock_doc_parse(j, ret, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", buf_cstr(&text),
			  e.text);
	buf_done(&text);
}

/* The documents drawn from @seeds, merged in this order, spelled out. */
static char *merge_spelled(const uint64_t *seeds, size_t count)
{
	struct landlock_doc all = { 0 };
	struct landlock_rules r;
	struct buf out;
	char *text;

	for (size_t i = 0; i < count; i++) {
		struct draw d = draw_from(seeds[i], "", seeds[i] % 2);
		struct landlock_doc one = { 0 };

		document(&d, i == 0 ? &all : &one);
		if (i != 0)
			CHECK_INT(landlock_doc_merge(&all, &one, NULL), 0);
		landlock_doc_done(&one);
	}
	CHECK_INT(landlock_resolve(&all, &r, NULL), 0);
	buf_init(&out, 1 << 20);
	landlock_rules_json(&all.rules, &out);
	landlock_rules_json(&r, &out);
	buf_printf(&out, " abi %u, %zu values, required %llx %llx %llx",
		   all.abi, all.variables.count,
		   (unsigned long long)r.required[0],
		   (unsigned long long)r.required[1],
		   (unsigned long long)r.required[2]);
	text = span_dup(buf_view(&out));
	buf_done(&out);
	landlock_rules_done(&r);
	landlock_doc_done(&all);
	return text;
}

static void same(const uint64_t *a, size_t a_count, const uint64_t *b,
		 size_t b_count)
{
	char *x = merge_spelled(a, a_count), *y = merge_spelled(b, b_count);

	if (strcmp(x, y) != 0)
		test_fail(__FILE__, __LINE__, "seed %llu: %s\nis not\n%s",
			  (unsigned long long)a[0], x, y);
	free(x);
	free(y);
}

TEST(merging_is_idempotent_and_in_any_order_the_same)
{
	const uint64_t first = number("BAILIFF_LANDLOCK_SEED", 1);

	for (uint64_t i = first; i < first + 300; i++) {
		const uint64_t a = i, b = i + 1000, c = i + 2000;

		same((uint64_t[]){ a }, 1, (uint64_t[]){ a, a }, 2);
		same((uint64_t[]){ a, b }, 2, (uint64_t[]){ b, a }, 2);
		same((uint64_t[]){ a, b }, 2, (uint64_t[]){ a, b, a, b }, 4);
		same((uint64_t[]){ a, b, c }, 3, (uint64_t[]){ c, a, b }, 3);
		same((uint64_t[]){ a, b, c }, 3, (uint64_t[]){ b, c, b, a }, 4);
	}
}

/* ---- the model --------------------------------------------------------- */

/* What is granted at @path, which is normal and without ".". */
static uint64_t granted(const struct landlock_rules *r, const char *path)
{
	uint64_t access = 0;

	for (size_t i = 0; i < r->path_count; i++) {
		const size_t len = strlen(r->paths[i].path);

		if (strncmp(r->paths[i].path, path, len) == 0 &&
		    (path[len] == '\0' || path[len] == '/'))
			access |= r->paths[i].access;
	}
	return access;
}

static bool may(const struct landlock_rules *r, uint64_t bit, const char *path)
{
	return (r->handled[RIGHT_FS] & bit) == 0 ||
	       (granted(r, path) & bit) != 0;
}

/* The kernel opens a program for reading too (hook_file_open()). */
static bool may_use(const struct landlock_rules *r, const struct right *right,
		    const char *path)
{
	return may(r, right->bit, path) &&
	       (right->bit != BIT("execute") || may(r, BIT("read_file"), path));
}

/* Linking a file from @from to @to: refer is denied also where it is not
 * handled, and the file must not gain rights (security/landlock/fs.c,
 * current_check_refer_path()). */
static bool may_link(const struct landlock_rules *r, const char *from,
		     const char *to)
{
	const uint64_t handled = r->handled[RIGHT_FS];
	const uint64_t files = handled & rights_on_files();

	if (handled == 0)
		return true;
	if (!may(r, BIT("make_reg"), to))
		return false;
	if (strcmp(from, to) == 0)
		return true;
	return (handled & granted(r, from) & granted(r, to) & BIT("refer")) !=
		       0 &&
	       (granted(r, to) & files & ~granted(r, from)) == 0;
}

/* ---- the tree ---------------------------------------------------------- */

static const char *const dirs[] = { "",	   "/d0",    "/d0/e0", "/d0/e1",
				    "/d1", "/d1/e0", "/d1/e1" };
#define DIRS (sizeof(dirs) / sizeof(dirs[0]))

struct tree {
	char root[32];
	bool has_device;
};

static void file_make(const char *dir, const char *name, mode_t mode)
{
	char path[128];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
	CHECK(fd >= 0);
	CHECK_INT(write(fd, "x\n", 2), 2);
	(void)close(fd);
}

/* A tmpfs of the test's own, so that one umount is the whole clean-up. */
static void tree_fill(struct tree *t)
{
	char path[128];

	CHECK_INT(mount("none", t->root, "tmpfs", 0, "mode=755"), 0);
	t->has_device = true;
	for (size_t i = 0; i < DIRS; i++) {
		char dir[64];

		(void)snprintf(dir, sizeof(dir), "%s%s", t->root, dirs[i]);
		CHECK(i == 0 || mkdir(dir, 0755) == 0);
		(void)snprintf(path, sizeof(path), "%s/empty", dir);
		CHECK_INT(mkdir(path, 0755), 0);
		file_make(dir, "file", 0644);
		file_make(dir, "victim", 0644);
		file_make(dir, "program", 0755);
		(void)snprintf(path, sizeof(path), "%s/null", dir);
		if (mknod(path, S_IFCHR | 0666, makedev(1, 3)) < 0)
			t->has_device = false;
	}
}

/* ---- probes ------------------------------------------------------------ */

enum probe_answer {
	ALLOWED,
	DENIED,
	UNKNOWN
};

/* @r: of a system call; 0 or an errno that is not Landlock's is allowed. */
static enum probe_answer answer(int r)
{
	return r < 0 && (errno == EACCES || errno == EXDEV) ? DENIED : ALLOWED;
}

static enum probe_answer open_probe(const char *path, int flags)
{
	const int fd = open(path, flags | O_CLOEXEC);
	const enum probe_answer a = answer(fd);

	if (fd >= 0)
		(void)close(fd);
	return a;
}

static enum probe_answer ioctl_probe(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum probe_answer a = UNKNOWN;
	int word;

	if (fd < 0)
		return a;
	a = answer(ioctl(fd, _IOR('b', 1, int), &word));
	(void)close(fd);
	return a;
}

static enum probe_answer node_probe(const char *path, mode_t type)
{
	return answer(mknod(path, type | 0600, makedev(1, 3)));
}

/* Every probe leaves what the others need. */
static enum probe_answer fs_probe(const char *right, const char *dir)
{
	char *const argv[] = { (char[]){ "x" }, NULL };
	static const struct {
		const char *right;
		mode_t type;
	} nodes[] = { { "make_char", S_IFCHR },
		      { "make_reg", S_IFREG },
		      { "make_sock", S_IFSOCK },
		      { "make_fifo", S_IFIFO },
		      { "make_block", S_IFBLK } };
	char path[128];

#define AT(name) (snprintf(path, sizeof(path), "%s/%s", dir, name), path)
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		if (strcmp(right, nodes[i].right) == 0)
			return node_probe(AT(right), nodes[i].type);
	if (strcmp(right, "execute") == 0) /* ENOEXEC where it is allowed */
		return answer(execv(AT("program"), argv));
	if (strcmp(right, "write_file") == 0)
		return open_probe(AT("file"), O_WRONLY);
	if (strcmp(right, "read_file") == 0)
		return open_probe(AT("file"), O_RDONLY);
	if (strcmp(right, "read_dir") == 0)
		return open_probe(AT("empty"), O_RDONLY | O_DIRECTORY);
	if (strcmp(right, "remove_dir") == 0)
		return answer(rmdir(AT("empty")));
	if (strcmp(right, "remove_file") == 0)
		return answer(unlink(AT("victim")));
	if (strcmp(right, "make_dir") == 0)
		return answer(mkdir(AT("new"), 0700));
	if (strcmp(right, "make_sym") == 0)
		return answer(symlink("file", AT("link")));
	if (strcmp(right, "truncate") == 0)
		return answer(truncate(AT("file"), 1));
	if (strcmp(right, "ioctl_dev") == 0)
		return ioctl_probe(AT("null"));
	return UNKNOWN;
#undef AT
}

static enum probe_answer port_probe(const char *right, uint16_t port)
{
	const struct sockaddr_in a = { .sin_family = AF_INET,
				       .sin_port = htons(port) };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	enum probe_answer got = UNKNOWN;

	if (strcmp(right, "bind_tcp") == 0)
		got = answer(bind(fd, (const struct sockaddr *)&a, sizeof(a)));
	if (strcmp(right, "connect_tcp") == 0)
		got = answer(
			connect(fd, (const struct sockaddr *)&a, sizeof(a)));
	(void)close(fd);
	return got;
}

static const struct sockaddr_un outside = { .sun_family = AF_UNIX,
					    .sun_path = "\0bailiff-test" };
#define OUTSIDE_LEN (offsetof(struct sockaddr_un, sun_path) + 13)

static enum probe_answer scope_probe(const char *right)
{
	int fd, r;

	if (strcmp(right, "signal") == 0) {
		r = kill(getppid(), 0);
	} else {
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		r = connect(fd, (const struct sockaddr *)&outside, OUTSIDE_LEN);
		(void)close(fd);
	}
	return r < 0 && errno == EPERM ? DENIED : ALLOWED;
}

/* ---- a case ------------------------------------------------------------ */

struct live {
	const struct tree *tree;
	const struct landlock_rules *rules;
	uint64_t seed;
	uint32_t abi;
	unsigned probes;
};

static void compare(struct live *l, const char *right, const char *where,
		    bool allowed, enum probe_answer got)
{
	struct buf out;

	l->probes += got != UNKNOWN;
	if (got == UNKNOWN || allowed == (got == ALLOWED))
		return;
	buf_init(&out, 1 << 20);
	landlock_rules_json(l->rules, &out);
	test_fail(__FILE__, __LINE__,
		  "seed %llu, ABI %u: %s at %s is %s by the kernel (%s), %s by "
		  "the model: %s",
		  (unsigned long long)l->seed, l->abi, right, where,
		  got == DENIED ? "denied" : "allowed", strerror(errno),
		  allowed ? "allowed" : "denied", buf_cstr(&out));
}

static void dir_compare(struct live *l, size_t at)
{
	char dir[64], to[64], from_file[80], to_file[80];
	const size_t next = (at + 1 + l->seed % (DIRS - 1)) % DIRS;

	(void)snprintf(dir, sizeof(dir), "%s%s", l->tree->root, dirs[at]);
	(void)snprintf(to, sizeof(to), "%s%s", l->tree->root, dirs[next]);
	(void)snprintf(from_file, sizeof(from_file), "%s/program", dir);
	(void)snprintf(to_file, sizeof(to_file), "%s/linked%zu", to, at);
	compare(l, "refer", to_file, may_link(l->rules, dir, to),
		answer(link(from_file, to_file)));
	for (const struct right *r = right_table; r->name != NULL; r++) {
		if (r->class != RIGHT_FS ||
		    (strcmp(r->name, "ioctl_dev") == 0 && !l->tree->has_device))
			continue;
		compare(l, r->name, dir, may_use(l->rules, r, dir),
			fs_probe(r->name, dir));
	}
}

static void net_compare(struct live *l)
{
	for (uint16_t port = 20001; port <= 20004; port++)
		for (const struct right *r = right_table; r->name != NULL; r++)
			if (r->class == RIGHT_NET)
				compare(l, r->name, "a port",
					(l->rules->handled[RIGHT_NET] &
					 r->bit) == 0 ||
						(landlock_rules_port(l->rules,
								     port) &
						 r->bit) != 0,
					port_probe(r->name, port));
	for (const struct right *r = right_table; r->name != NULL; r++)
		if (r->class == RIGHT_SCOPE)
			compare(l, r->name, "the outside",
				(l->rules->handled[RIGHT_SCOPE] & r->bit) == 0,
				scope_probe(r->name));
}

/* For good: this process is a child of the case's own. */
static void rules_apply(const struct landlock_rules *r, uint32_t kernel)
{
	const struct bailiff_ruleset_attr attr = {
		.handled_access_fs = r->handled[RIGHT_FS],
		.handled_access_net = r->handled[RIGHT_NET],
		.scoped = r->handled[RIGHT_SCOPE],
	};
	struct err e = { 0 };
	const int ruleset = landlock_ruleset(&attr, kernel, &e);

	if (ruleset < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	for (size_t i = 0; i < r->path_count; i++) {
		const int fd = open(r->paths[i].path, O_PATH | O_CLOEXEC);

		/* Half of the paths that are drawn do not exist. */
		if (fd < 0)
			continue;
		CHECK_INT(landlock_allow_path(ruleset, fd, r->paths[i].access,
					      &e),
			  0);
		(void)close(fd);
	}
	for (size_t i = 0; i < r->port_count; i++)
		CHECK_INT(landlock_allow_port(ruleset,
					      (uint16_t)r->ports[i].port,
					      r->ports[i].access, &e),
			  0);
	CHECK_INT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	CHECK_INT(landlock_restrict(ruleset, kernel,
				    BAILIFF_LANDLOCK_LOG_SAME_EXEC_OFF, &e),
		  0);
	(void)close(ruleset);
}

/* In a child; its exit code is 0 or the test's failure. */
static unsigned case_run(struct live *l, uint32_t kernel)
{
	int channel[2], status = 0;
	unsigned probes = 0;
	pid_t child;

	CHECK_INT(pipe(channel), 0);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		if ((l->rules->handled[0] | l->rules->handled[1] |
		     l->rules->handled[2]) != 0)
			rules_apply(l->rules, kernel);
		for (size_t i = 0; i < DIRS; i++)
			dir_compare(l, i);
		net_compare(l);
		CHECK_INT(write(channel[1], &l->probes, sizeof(l->probes)),
			  sizeof(l->probes));
		_exit(0);
	}
	(void)close(channel[1]);
	CHECK(waitpid(child, &status, 0) == child);
	if (status == 0)
		CHECK_INT(read(channel[0], &probes, sizeof(probes)),
			  sizeof(probes));
	(void)close(channel[0]);
	if (status != 0)
		test_fail(__FILE__, __LINE__, "seed %llu failed",
			  (unsigned long long)l->seed);
	return probes;
}

static unsigned one_case(struct tree *t, uint64_t seed, uint32_t kernel)
{
	struct draw d = draw_from(seed, t->root, seed % 2);
	struct landlock_doc doc;
	struct landlock_rules rules;
	struct live l = { .tree = t, .rules = &rules, .seed = seed };
	uint64_t lost[RIGHT_CLASSES];
	unsigned probes;

	l.abi = 1 + draw(&d, kernel);
	document(&d, &doc);
	CHECK_INT(landlock_resolve(&doc, &rules, NULL), 0);
	landlock_rules_at(&rules, l.abi, lost);
	tree_fill(t);
	probes = case_run(&l, kernel);
	CHECK_INT(umount2(t->root, MNT_DETACH), 0);
	landlock_rules_done(&rules);
	landlock_doc_done(&doc);
	return probes;
}

TEST(the_kernel_decides_as_the_model_does)
{
	const uint64_t first = number("BAILIFF_LANDLOCK_SEED", 1);
	const uint64_t cases = number("BAILIFF_LANDLOCK_CASES", 100);
	const uint32_t abi = enforce_landlock_abi();
	struct tree t = { .root = "/tmp/landlock-live.XXXXXX" };
	unsigned probes = 0;
	int listener;

	if (abi == 0)
		test_skip("no Landlock");
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) < 0)
		test_skip("no right to unshare");
	(void)alarm((unsigned)(60 + cases / 50)); /* the harness gives less */
	CHECK_INT(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	CHECK(mkdtemp(t.root) != NULL);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK_INT(
		bind(listener, (const struct sockaddr *)&outside, OUTSIDE_LEN),
		0);
	CHECK_INT(listen(listener, 4096), 0);
	for (uint64_t i = 0; i < cases; i++)
		probes += one_case(&t, first + i, abi);
	CHECK_INT(rmdir(t.root), 0);
	/* 16 rights at 7 directories, 2 at 4 ports, 2 scopes; ioctl only where
	 * the device may be opened. */
	CHECK(probes > cases * 115);
}
