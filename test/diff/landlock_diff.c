/* SPDX-License-Identifier: Apache-2.0 */
/* landlock_diff.c - random documents, and what this kernel makes of them.
 *
 * usage: landlock_diff [--seed N] [--cases N] [--seconds N] [--quiet]
 *
 * Each seed is one to three landlockconfig documents, merged, resolved and
 * masked for one ABI up to the kernel's. A forked child confines itself to the
 * rules; every probe (landlock_probe.h) is then a child of that one. Held
 * against the plain model: what is handled is denied unless rules at or above
 * grant it. A probe that is allowed must end as it does without Landlock.
 *
 * Exit: 0; 1 for a finding, with its seed and documents; 2 for wrong usage;
 * 77 without Landlock or the right to unshare; 111.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"
#include "pkg/enforce/enforce.h"
#include "pkg/enforce/landlock.h"
#include "pkg/landlock/merge.h"
#include "pkg/landlock/print.h"
#include "pkg/landlock/resolve.h"
#include "test/diff/landlock_probe.h"
#include "test/diff/run.h"
#include "test/unit/landlock_random.h"

#define DOCS_MAX   3
#define PROBES_MAX 512
#define JSON_MAX   (1U << 20)

/* Shared with the children. */
struct counts {
	uint64_t probes, denied;
	int plain[PROBES_MAX]; /* how each probe ends without Landlock */
};

struct live {
	struct diff_run run;
	uint32_t kernel; /* its ABI */
	char root[32];
	struct counts *counts;
	/* of this case: */
	uint64_t seed;
	uint32_t abi;
	struct landlock_rules rules;
	struct buf json; /* its documents */
	size_t at;	 /* the probe's number */
	bool is_plain;	 /* no rules: learn how the probes end */
};

/* ---- the model --------------------------------------------------------- */

/* What rules at or above @path grant. A rule on @path itself, when that is no
 * directory, has only the rights of files. */
static uint64_t granted(const struct landlock_rules *r, const char *path,
			bool is_dir)
{
	uint64_t access = 0;

	for (size_t i = 0; i < r->path_count; i++) {
		const struct landlock_path *p = &r->paths[i];
		const size_t len = strlen(p->path);

		if (strncmp(p->path, path, len) != 0)
			continue;
		if (path[len] == '/' || (path[len] == '\0' && is_dir))
			access |= p->access;
		else if (path[len] == '\0')
			access |= p->access & FS_ON_FILES;
	}
	return access;
}

static bool may(const struct landlock_rules *r, uint64_t needs,
		const char *path, bool is_dir)
{
	return (r->handled[RIGHT_FS] & needs & ~granted(r, path, is_dir)) == 0;
}

/* Between directories refer is needed, also where it is not handled, and what
 * is moved must not gain rights (security/landlock/fs.c,
 * current_check_refer_path()). */
static bool may_leave(const struct landlock_rules *r, const char *from,
		      const char *object, const char *to, bool is_dir)
{
	const uint64_t handled = r->handled[RIGHT_FS];
	const uint64_t counted = is_dir ? handled : handled & FS_ON_FILES;

	return (handled & granted(r, from, true) & granted(r, to, true) &
		FS_REFER) != 0 &&
	       (granted(r, to, true) & counted & ~granted(r, object, is_dir)) ==
		       0;
}

static bool may_move(const struct landlock_rules *r, const struct move_probe *p,
		     const char *from, const char *to)
{
	char a[128], b[128];

	(void)snprintf(a, sizeof(a), "%s/%s", from, p->leaf);
	(void)snprintf(b, sizeof(b), "%s/%s", to, p->to);
	if (r->handled[RIGHT_FS] == 0)
		return true;
	if (!may(r, p->from, from, true) || !may(r, p->into, to, true))
		return false;
	if (strcmp(from, to) == 0)
		return true;
	return may_leave(r, from, a, to, p->is_dir) &&
	       (!p->is_exchange || may_leave(r, to, b, from, p->is_dir));
}

static bool may_port(const struct landlock_rules *r, uint64_t needs,
		     uint16_t port)
{
	uint64_t access = 0;

	for (size_t i = 0; i < r->port_count; i++)
		if (r->ports[i].port == port)
			access |= r->ports[i].access;
	return (r->handled[RIGHT_NET] & needs & ~access) == 0;
}

/* ---- probes ------------------------------------------------------------ */

static void finding(const struct live *l, const char *name, const char *where,
		    bool allowed, int got)
{
	struct buf rules, docs = l->json;

	buf_init(&rules, JSON_MAX);
	landlock_rules_json(&l->rules, &rules);
	printf("FINDING --seed %llu --cases 1: ABI %u, %s at %s: %s by the "
	       "model; the kernel: %s, without Landlock: %s\n%s\n%s\n",
	       (unsigned long long)l->seed, l->abi, name, where,
	       allowed ? "allowed" : "denied", strerror(-got),
	       strerror(-l->counts->plain[l->at]), buf_cstr(&rules),
	       buf_cstr(&docs));
	(void)fflush(stdout);
	buf_done(&rules);
}

static bool is_denial(int got)
{
	return got == -EACCES || got == -EXDEV || got == -EPERM;
}

/* The end of a probe's child: its answer, as an exit code. */
static _Noreturn void answer(int got)
{
	_exit(-got);
}

/* Return: whether it ended as the model has it. */
static bool judge(struct live *l, const char *name, const char *where,
		  bool allowed, int status)
{
	const int got = WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
	int *plain = &l->counts->plain[l->at];
	bool good;

	if (l->is_plain)
		*plain = got;
	good = allowed ? got == *plain : is_denial(got);
	if (!good)
		finding(l, name, where, allowed, got);
	l->counts->probes++;
	l->counts->denied += !allowed;
	l->at++;
	return good;
}

/* A child of its own around one expression. */
#define PROBE(ret_status, expression)                                    \
	do {                                                             \
		const pid_t pid_ = fork();                               \
		if (pid_ == 0)                                           \
			answer(expression);                              \
		if (pid_ < 0 || waitpid(pid_, &(ret_status), 0) != pid_) \
			return false;                                    \
	} while (0)

static bool fs_probes_make(struct live *l, const char *dir)
{
	for (const struct fs_probe *p = fs_probes; p->name != NULL; p++) {
		char path[128];
		int status;

		(void)snprintf(path, sizeof(path), "%s/%s", dir, p->leaf);
		PROBE(status, p->make(path, p->arg));
		/* "list one below": the directory below is the object. */
		if (!judge(l, p->name, path,
			   may(&l->rules, p->needs, p->is_on_dir ? dir : path,
			       p->is_on_dir),
			   status))
			return false;
	}
	return true;
}

static bool moves_make(struct live *l, const char *from, const char *to)
{
	for (const struct move_probe *p = move_probes; p->name != NULL; p++) {
		char a[128], b[128];
		int status;

		(void)snprintf(a, sizeof(a), "%s/%s", from, p->leaf);
		(void)snprintf(b, sizeof(b), "%s/%s", to, p->to);
		PROBE(status, p->make(a, b));
		if (!judge(l, p->name, b, may_move(&l->rules, p, from, to),
			   status))
			return false;
	}
	return true;
}

static bool net_probes_make(struct live *l, int family)
{
	for (uint16_t port = PROBE_PORT; port < PROBE_PORT + PROBE_PORTS;
	     port++)
		for (const struct net_probe *p = net_probes; p->name != NULL;
		     p++) {
			int status;

			PROBE(status, p->make(family, port));
			if (!judge(l, p->name, "a port",
				   may_port(&l->rules, p->needs, port) &&
					   may_port(&l->rules, p->needs_zero,
						    0),
				   status))
				return false;
		}
	return true;
}

static bool scope_probes_make(struct live *l)
{
	for (const struct scope_probe *p = scope_probes; p->name != NULL; p++) {
		int status;

		PROBE(status, p->make());
		if (!judge(l, p->name, "a scope",
			   (l->rules.handled[RIGHT_SCOPE] & p->needs) == 0,
			   status))
			return false;
	}
	return true;
}

static bool probes_make(struct live *l)
{
	const size_t step = l->is_plain ? 1 : l->seed % PROBE_DIRS;

	for (size_t i = 0; i < PROBE_DIRS; i++) {
		char dir[64], to[64];

		(void)snprintf(dir, sizeof(dir), "%s%s", l->root,
			       probe_dirs[i]);
		(void)snprintf(to, sizeof(to), "%s%s", l->root,
			       probe_dirs[(i + step) % PROBE_DIRS]);
		if (!moves_make(l, dir, to) || !fs_probes_make(l, dir))
			return false;
	}
	return net_probes_make(l, AF_INET) && net_probes_make(l, AF_INET6) &&
	       scope_probes_make(l);
}

/* ---- a case ------------------------------------------------------------ */

static int rules_apply(const struct landlock_rules *r, uint32_t kernel,
		       struct err *e)
{
	const struct bailiff_ruleset_attr attr = {
		.handled_access_fs = r->handled[RIGHT_FS],
		.handled_access_net = r->handled[RIGHT_NET],
		.scoped = r->handled[RIGHT_SCOPE],
	};
	AUTO_FD ruleset = landlock_ruleset(&attr, kernel, e);
	int code = ruleset < 0 ? ruleset : 0;

	for (size_t i = 0; i < r->path_count && code == 0; i++) {
		AUTO_FD fd = open(r->paths[i].path, O_PATH | O_CLOEXEC);

		/* Many of the paths that are drawn do not exist. */
		if (fd >= 0)
			code = landlock_allow_path(ruleset, fd,
						   r->paths[i].access, e);
	}
	for (size_t i = 0; i < r->port_count && code == 0; i++)
		code = landlock_allow_port(ruleset, (uint16_t)r->ports[i].port,
					   r->ports[i].access, e);
	if (code == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_errno(e, "no_new_privs");
	return code < 0 ? code
			: landlock_restrict(ruleset, kernel,
					    BAILIFF_LANDLOCK_LOG_SAME_EXEC_OFF,
					    e);
}

/* A process of its own: it cannot be freed again. */
static _Noreturn void confined(struct live *l)
{
	const uint64_t *handled = l->rules.handled;
	struct err e = { 0 };

	if ((handled[0] | handled[1] | handled[2]) != 0 &&
	    rules_apply(&l->rules, l->kernel, &e) < 0) {
		printf("seed %llu: %s\n", (unsigned long long)l->seed, e.text);
		(void)fflush(stdout);
		_exit(1);
	}
	_exit(probes_make(l) ? 0 : 1);
}

/* Return: 0; 1; 111. */
static int tree_probe(struct live *l)
{
	int sockets[PROBE_DIRS], status = -1;
	pid_t pid;

	l->at = 0;
	if (mount("none", l->root, "tmpfs", 0, "mode=755") < 0)
		return 111;
	if (tree_fill(l->root, sockets) == 0) {
		pid = fork();
		if (pid == 0)
			confined(l);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			status = -1;
	}
	tree_done(sockets);
	if (umount2(l->root, MNT_DETACH) < 0 || status == -1)
		return 111;
	return status == 0 ? 0 : 1;
}

/* The document that @d draws; its text is appended to the case's. */
static int document(struct live *l, struct draw *d, struct landlock_doc *ret,
		    struct err *e)
{
	AUTO_DONE(buf_done) struct buf text;
	AUTO_JSON *j = NULL;
	int r;

	buf_init(&text, JSON_MAX);
	draw_document(d, &text);
	buf_span(&l->json, buf_view(&text));
	buf_puts(&l->json, "\n");
	r = json_parse(buf_view(&text), JSON_MAX, &j, e);
	return r < 0 ? r : landlock_doc_parse(j, ret, e);
}

static int rules_draw(struct live *l, struct err *e)
{
	AUTO_DONE(landlock_doc_done) struct landlock_doc all = { 0 };
	struct draw d = { .state = l->seed * 0x9e3779b97f4a7c15ULL | 1,
			  .prefix = l->root,
			  .is_extended = l->seed % 2 };
	uint64_t lost[RIGHT_CLASSES];
	unsigned docs;
	int r = 0;

	l->abi = 1 + draw(&d, l->kernel);
	docs = draw(&d, 2) ? 1 : 1 + draw(&d, DOCS_MAX);
	for (unsigned i = 0; i < docs && r == 0; i++) {
		AUTO_DONE(landlock_doc_done) struct landlock_doc one = { 0 };

		r = document(l, &d, i == 0 ? &all : &one, e);
		if (r == 0 && i != 0)
			r = landlock_doc_merge(&all, &one, e);
	}
	if (r == 0)
		r = landlock_resolve(&all, &l->rules, e);
	if (r == 0)
		landlock_rules_at(&l->rules, l->abi, lost);
	return r;
}

static int case_run(struct live *l)
{
	struct err e = { 0 };
	int code = 1;

	l->seed = l->run.seed + l->run.done;
	buf_reset(&l->json);
	if (rules_draw(l, &e) == 0)
		code = tree_probe(l);
	else
		printf("FINDING --seed %llu --cases 1: %s\n%s\n",
		       (unsigned long long)l->seed, e.text, buf_cstr(&l->json));
	landlock_rules_done(&l->rules);
	return code;
}

/* ---- the run ----------------------------------------------------------- */

static void tell(const struct live *l, const char *end)
{
	printf("landlock: %llu documents on the kernel at ABI 1 to %u, %llu "
	       "probes, %llu of them denied%s",
	       (unsigned long long)l->run.done, l->kernel,
	       (unsigned long long)l->counts->probes,
	       (unsigned long long)l->counts->denied, end);
	(void)fflush(stdout);
}

static int cases_run(struct live *l)
{
	int code;

	l->is_plain = true;
	code = tree_probe(l);
	l->is_plain = false;
	memset(&l->counts->probes, 0, 2 * sizeof(uint64_t));
	for (; code == 0 && diff_goes_on(&l->run); l->run.done++) {
		if (diff_tells(&l->run))
			tell(l, "\r");
		code = case_run(l);
	}
	tell(l, "\n");
	return code;
}

/* Mounts, ports and abstract names of its own, and a session to signal. Nothing
 * of it is left, however it ends. */
static int place_make(struct live *l)
{
	(void)setsid();
	if (l->kernel == 0 || unshare(CLONE_NEWNS | CLONE_NEWNET) < 0)
		return 77;
	l->counts = mmap(NULL, sizeof(*l->counts), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (l->counts == MAP_FAILED ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", "/tmp", "tmpfs", 0, "mode=755") < 0 ||
	    mkdtemp(l->root) == NULL)
		return 111;
	return 0;
}

int main(int argc, char **argv)
{
	struct live l = { .kernel = enforce_landlock_abi(),
			  .root = "/tmp/landlock-diff.XXXXXX" };
	AUTO_FD outside = -1;
	int code = diff_options(argc, argv, &l.run);

	if (code == 0)
		code = place_make(&l);
	if (code != 0)
		return code;
	outside = probe_outside();
	buf_init(&l.json, JSON_MAX);
	code = outside >= 0 ? cases_run(&l) : 111;
	buf_done(&l.json);
	return code;
}
