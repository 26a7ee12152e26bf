/* SPDX-License-Identifier: Apache-2.0 */
/* live.c - see live.h. */
#include "cmd/bailiff-bundle/live.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/bailiff-bundle/live_call.h"
#include "lib/auto.h"
#include "pkg/audit/symbols.h"
#include "pkg/enforce/caps.h"
#include "pkg/enforce/enforce.h"
#include "pkg/policy/devices.h"

#define CHILD_SECONDS 5
#define SCRATCH_MODE  0755

/* ---- what each action works on --------------------------------------------
 */

enum scene {
	SCENE_THERE, /* the path as it is */
	SCENE_FRESH, /* a name that is free, in the same directory */
	SCENE_FILE,  /* a file made there, which may go */
	SCENE_DIR,   /* a directory likewise */
	SCENE_MOVE,  /* a file or directory made there, and a free name */
	SCENE_CALL,  /* no path */
	SCENE_NEVER, /* it cannot be done without harm */
};

/* clang-format off */
static const struct {
	enum scene scene;
	bool may_fail;   /* unconfined it fails too, when it has been let in */
	const char *why; /* SCENE_NEVER */
} scenes[ACTION_KINDS] = {
	[ACTION_READ]     = { SCENE_THERE, false, NULL },
	[ACTION_WRITE]    = { SCENE_THERE, false, NULL },
	[ACTION_LIST]     = { SCENE_THERE, false, NULL },
	[ACTION_EXEC]     = { SCENE_THERE, false, NULL },
	[ACTION_STAT]     = { SCENE_THERE, false, NULL },
	[ACTION_CHDIR]    = { SCENE_THERE, false, NULL },
	[ACTION_MOUNT]    = { SCENE_THERE, false, NULL },
	[ACTION_TRUNCATE] = { SCENE_THERE, true,  NULL },
	[ACTION_IOCTL]    = { SCENE_THERE, true,  NULL },
	[ACTION_CONNECT_UNIX] = { SCENE_THERE, false, NULL },
	[ACTION_CREATE]   = { SCENE_FRESH, false, NULL },
	[ACTION_MKDIR]    = { SCENE_FRESH, false, NULL },
	[ACTION_MKFIFO]   = { SCENE_FRESH, false, NULL },
	[ACTION_MKSOCK]   = { SCENE_FRESH, false, NULL },
	[ACTION_MKCHAR]   = { SCENE_FRESH, false, NULL },
	[ACTION_MKBLOCK]  = { SCENE_FRESH, false, NULL },
	[ACTION_SYMLINK]  = { SCENE_FRESH, false, NULL },
	[ACTION_BIND_UNIX] = { SCENE_FRESH, false, NULL },
	[ACTION_REMOVE]   = { SCENE_FILE,  false, NULL },
	[ACTION_RMDIR]    = { SCENE_DIR,   false, NULL },
	[ACTION_RENAME]   = { SCENE_MOVE,  false, NULL },
	[ACTION_REPLACE]  = { SCENE_MOVE,  false, NULL },
	[ACTION_LINK]     = { SCENE_MOVE,  false, NULL },
	[ACTION_CONNECT]  = { SCENE_CALL,  true,  NULL },
	[ACTION_BIND]     = { SCENE_CALL,  true,  NULL },
	[ACTION_LISTEN]   = { SCENE_CALL,  true,  NULL },
	[ACTION_CONNECT_ABSTRACT] = { SCENE_CALL, false, NULL },
	[ACTION_SIGNAL]   = { SCENE_CALL,  false, NULL },
	[ACTION_PTRACE]   = { SCENE_CALL,  false, NULL },
	[ACTION_SYSCALL]  = { SCENE_CALL,  true,  NULL },
	[ACTION_CAPABILITY] = { SCENE_CALL, false, NULL },
	[ACTION_DEVICE]   = { SCENE_NEVER, false,
		"no layer of this kernel holds devices by number" },
	[ACTION_CHMOD]    = { SCENE_NEVER, false,
		"it would change the file's mode" },
	[ACTION_CHOWN]    = { SCENE_NEVER, false,
		"it would change the file's owner" },
};
/* clang-format on */

/* What a child tells, also when it is killed. */
enum stage {
	STAGE_BEGUN,
	STAGE_CONFINED, /* the action is next */
	STAGE_DONE,
	STAGE_FAILED, /* before the action; e has it */
};

struct shared {
	volatile enum stage stage;
	volatile int error;	   /* of the action; 0: it was done */
	const char *volatile name; /* of the call that ended it */
	struct err e;
};

enum how_confined {
	CONFINED_NOT,
	CONFINED_CAPABILITIES, /* by these alone */
	CONFINED_WHOLE,
};

struct live {
	const struct policy_test *test;
	const struct action *a;
	struct artefact artefact;
	struct live_target target;
	struct live_calls calls;
	struct shared *shared; /* with the children */
	char path[PATH_MAX], to[PATH_MAX], abstract[32];
	bool has_path, has_to; /* made, to be removed */
};

/* How one child ended. */
struct outcome {
	bool is_answer; /* else why_not */
	int error;	/* 0: done */
	bool is_killed; /* by the filter */
	const char *name;
	const char *why_not;
};

int live_kernel(struct policy_kernel *ret, struct err *e)
{
	if (geteuid() != 0)
		return err_set(e, EPERM,
			       "--live needs root: it confines processes and "
			       "makes namespaces");
	*ret = (struct policy_kernel){ .landlock_abi = enforce_landlock_abi(),
				       .has_seccomp = true };
	return 0;
}

/* ---- the child ------------------------------------------------------------
 */

/* Before the policy, which may refuse it: a traced process stops when it has
 * executed a program. */
static int trace_begin(const struct live *l, struct err *e)
{
	if (l->a->kind == ACTION_EXEC &&
	    ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		return err_errno(e, "be traced");
	return 0;
}

static int namespaces_enter(const struct live *l, struct err *e)
{
	if (action_words[l->a->kind].form == FORM_HOST)
		return live_net_enter(e);
	if (l->a->kind != ACTION_MOUNT)
		return 0;
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_errno(e, "make a mount namespace");
	return 0;
}

/* As the launcher does, in its order. */
static int confine(const struct live *l, enum how_confined how, struct err *e)
{
	struct enforce_paths paths = { 0 };
	int r;

	if (how == CONFINED_NOT)
		return 0;
	r = enforce_paths_open(&l->artefact, &paths, e);
	if (r == 0)
		r = enforce_caps(&l->artefact.caps, false, e);
	if (r == 0 && how == CONFINED_WHOLE && l->a->kind != ACTION_CAPABILITY)
		r = enforce_apply(&l->artefact, &paths, e);
	return r;
}

static int capability_use(const struct action *a)
{
	struct artefact_caps have;

	if (caps_read(&have, NULL) < 0)
		return EIO;
	return (have.permitted >> a->capability & 1) != 0 ? 0 : EPERM;
}

/* From here on nothing may be possible but what the policy grants. */
static void action_do(const struct live *l)
{
	struct shared *s = l->shared;

	s->stage = STAGE_CONFINED;
	s->error = l->a->kind == ACTION_CAPABILITY
			   ? capability_use(l->a)
			   : live_calls_do(&l->calls, &s->name);
	s->stage = STAGE_DONE;
}

static _Noreturn void child_run(const struct live *l, enum how_confined how)
{
	struct shared *s = l->shared;
	const struct rlimit none = { 0 };

	(void)signal(SIGXFSZ, SIG_IGN);
	(void)alarm(CHILD_SECONDS);
	(void)setrlimit(RLIMIT_CORE, &none);
	/* No file can grow: nor, by truncate(2), shrink. */
	if (l->a->kind == ACTION_TRUNCATE)
		(void)setrlimit(RLIMIT_FSIZE, &none);
	if (trace_begin(l, &s->e) < 0 || namespaces_enter(l, &s->e) < 0 ||
	    confine(l, how, &s->e) < 0)
		s->stage = STAGE_FAILED;
	else
		action_do(l);
	/* The filter may refuse even this. */
	(void)syscall(SYS_exit_group, 0);
	__builtin_trap();
}

/* ---- its parent -----------------------------------------------------------
 */

/* A traced child stops before the first instruction of its new program. */
static void child_end(pid_t child, int *status)
{
	while (waitpid(child, status, 0) < 0 && errno == EINTR)
		;
	if (!WIFSTOPPED(*status))
		return;
	(void)kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

static struct outcome outcome_of(const struct live *l, int status)
{
	const struct shared *s = l->shared;
	const bool has_exec = l->a->kind == ACTION_EXEC && WIFSTOPPED(status) &&
			      WSTOPSIG(status) == SIGTRAP;
	const int killer = WIFSIGNALED(status)	? WTERMSIG(status)
			   : WIFSTOPPED(status) ? WSTOPSIG(status)
						: 0;
	struct outcome o = { .name = s->name, .error = s->error };

	o.is_answer = true;
	if (s->stage == STAGE_DONE)
		return o;
	if (has_exec) {
		o.error = 0;
	} else if (s->stage == STAGE_CONFINED && killer == SIGSYS) {
		o.is_killed = true;
	} else {
		o.is_answer = false;
		o.why_not = killer == SIGALRM ? "no answer within 5 seconds"
					      : "the child that tried it died";
	}
	return o;
}

/* Return: 0; -errno when the child could not even be confined. */
static int child_try(struct live *l, enum how_confined how, struct outcome *ret,
		     struct err *e)
{
	int status = 0;
	pid_t child;

	*l->shared = (struct shared){ .name = "" };
	child = fork();
	if (child < 0)
		return err_errno(e, "fork");
	if (child == 0)
		child_run(l, how);
	child_end(child, &status);
	if (l->shared->stage == STAGE_FAILED) {
		if (e != NULL)
			*e = l->shared->e;
		return l->shared->e.code != 0 ? -l->shared->e.code : -EIO;
	}
	*ret = outcome_of(l, status);
	return 0;
}

/* ---- scenes ---------------------------------------------------------------
 */

static int not_tried(struct live_result *ret, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static int not_tried(struct live_result *ret, const char *fmt, ...)
{
	va_list ap;

	ret->answer = LIVE_NOT_TRIED;
	va_start(ap, fmt);
	(void)vsnprintf(ret->why, sizeof(ret->why), fmt, ap);
	va_end(ap);
	return -ENODATA;
}

/* A name that nobody has, in the directory of @like. */
static int name_make(const char *like, char *ret)
{
	const struct span dir = path_parent(span_of(like));
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	return snprintf(ret, PATH_MAX, "%.*s%s.bailiff-test-%016llx",
			SPAN_FMT(dir), dir.len == 1 ? "" : "/",
			(unsigned long long)random) < PATH_MAX
		       ? 0
		       : -ENAMETOOLONG;
}

static int file_make(const char *path, bool is_dir)
{
	int fd;

	if (is_dir)
		return mkdir(path, SCRATCH_MODE) < 0 ? -errno : 0;
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW,
		  SCRATCH_MODE);
	if (fd < 0)
		return -errno;
	(void)close(fd);
	return 0;
}

static void scene_clear(struct live *l)
{
	if (l->has_path && unlink(l->path) < 0 && errno == EISDIR)
		(void)rmdir(l->path);
	if (l->has_to && unlink(l->to) < 0 && errno == EISDIR)
		(void)rmdir(l->to);
	l->has_path = l->has_to = false;
}

/* Opening some devices starts a clock or rewinds a tape. */
static bool is_quiet_device(const struct stat *st)
{
	static const unsigned minors[] = { 3, 5, 7, 8, 9 };

	if (!S_ISCHR(st->st_mode) || major(st->st_rdev) != 1)
		return false;
	for (size_t i = 0; i < sizeof(minors) / sizeof(minors[0]); i++)
		if (minor(st->st_rdev) == minors[i])
			return true;
	return false;
}

static int there_check(const struct live *l, struct live_result *ret)
{
	const enum action_kind kind = l->a->kind;
	const bool opens = kind == ACTION_READ || kind == ACTION_WRITE ||
			   kind == ACTION_IOCTL;
	struct stat st;

	if (stat(l->a->path, &st) < 0)
		return not_tried(ret, "here it cannot be: %s", strerror(errno));
	if (opens && S_ISDIR(st.st_mode))
		return not_tried(ret, "here it is a directory");
	if (kind == ACTION_IOCTL && !is_quiet_device(&st))
		return not_tried(ret, "ioctl is tried on /dev/null and its "
				      "like only");
	if (opens && (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) &&
	    !is_quiet_device(&st))
		return not_tried(ret, "to open this device may have effects");
	return 0;
}

/* What stands in for a file lacks the rule on that very file. */
static bool has_own_rule(const struct live *l)
{
	const struct landlock_rules *r = &l->test->model->landlock;

	for (size_t i = 0; i < r->path_count; i++)
		if (strcmp(r->paths[i].path, l->a->path) == 0)
			return true;
	return false;
}

static int move_set(struct live *l, struct live_result *ret)
{
	int r = name_make(l->a->to, l->to);

	if (has_own_rule(l))
		return not_tried(ret, "a rule is about that very file, and "
				      "only a stand-in may be moved");
	if (r == 0)
		r = file_make(l->path, l->a->is_dir);
	l->has_path = r == 0;
	if (r == 0 && l->a->kind == ACTION_REPLACE)
		r = file_make(l->to, l->a->is_dir);
	l->has_to = r == 0;
	l->target.to = l->to;
	return r;
}

/* Made anew for every child. */
static int scene_set(struct live *l, struct live_result *ret)
{
	const enum scene scene = scenes[l->a->kind].scene;
	int r;

	l->target.path = l->a->path;
	if (scene == SCENE_NEVER)
		return not_tried(ret, "%s", scenes[l->a->kind].why);
	if (scene == SCENE_CALL)
		return 0;
	if (scene == SCENE_THERE)
		return there_check(l, ret);
	l->target.path = l->path;
	r = name_make(l->a->path, l->path);
	if (r == 0 && scene == SCENE_FRESH)
		l->has_path = true;
	else if (r == 0 && scene == SCENE_MOVE)
		r = move_set(l, ret);
	else if (r == 0)
		r = file_make(l->path, scene == SCENE_DIR);
	if (r == 0)
		l->has_path = true;
	return r == 0 || r == -ENODATA
		       ? r
		       : not_tried(ret, "it cannot be prepared here: %s",
				   strerror(-r));
}

/* ---- a way ----------------------------------------------------------------
 */

static int calls_lay(struct live *l, const struct way *w,
		     struct live_result *ret)
{
	const char *why = NULL;
	int r;

	if (l->a->kind == ACTION_CAPABILITY)
		return 0;
	if (l->a->kind == ACTION_SYSCALL) {
		r = live_syscall_make(l->a, &l->test->model->profile, &l->calls,
				      &why);
		return r < 0 ? not_tried(ret, "%s", why) : 0;
	}
	r = live_calls_make(&l->target, w, &l->calls);
	return r < 0 ? not_tried(ret, "there is no way to try it without harm")
		     : 0;
}

/* One child, with its own scene. */
static int way_run(struct live *l, const struct way *w, enum how_confined how,
		   struct outcome *out, struct live_result *ret, struct err *e)
{
	int r = scene_set(l, ret);

	if (r == 0)
		r = calls_lay(l, w, ret);
	if (r == 0)
		r = child_try(l, how, out, e);
	scene_clear(l);
	return r;
}

/* What the filter answers may look like what the call says anyway. */
static bool is_ambiguous(const struct live *l, const struct way *w, int error)
{
	const struct model *m = l->test->model;

	for (size_t i = 0; i < w->call_count && m->insns != NULL; i++) {
		struct seccomp_data d = { .nr = w->calls[i].nr,
					  .arch = seccomp_arch_native() };

		memcpy(d.args, w->calls[i].args, sizeof(d.args));
		if (profile_verdict(&m->profile, &d) ==
		    (SECCOMP_RET_ERRNO | (uint32_t)error))
			return true;
	}
	return false;
}

static bool same_outcome(const struct outcome *a, const struct outcome *b)
{
	return a->is_killed == b->is_killed && a->error == b->error;
}

static void outcome_say(const struct outcome *o, struct live_result *ret)
{
	const char *name = o->name[0] != '\0' ? o->name : "it";
	const char *error = errno_name(o->error);

	if (o->is_killed)
		(void)snprintf(ret->why, sizeof(ret->why), "%s is killed",
			       name);
	else if (o->error == 0)
		(void)snprintf(ret->why, sizeof(ret->why), "%s succeeds", name);
	else
		(void)snprintf(ret->why, sizeof(ret->why), "%s gives %s", name,
			       error != NULL ? error : strerror(o->error));
}

/* Unconfined first: may it be told at all? */
static int way_baseline(struct live *l, const struct way *w,
			struct outcome *free_, struct live_result *ret,
			struct err *e)
{
	const bool may_fail = scenes[l->a->kind].may_fail;
	int r = way_run(l, w, CONFINED_NOT, free_, ret, e);

	if (r < 0)
		return r;
	if (!free_->is_answer)
		return not_tried(ret, "%s", free_->why_not);
	if (free_->error != 0 && !may_fail)
		return not_tried(ret, "unconfined it fails too: %s",
				 strerror(free_->error));
	if (free_->error == EACCES || free_->error == EPERM ||
	    (free_->error != 0 && is_ambiguous(l, w, free_->error)))
		return not_tried(ret,
				 "unconfined it fails with %s, as a denial "
				 "would",
				 strerror(free_->error));
	return 0;
}

/* Ordinary permissions, once the capabilities are gone, are not the model's
 * affair. */
static int way_blame(struct live *l, const struct way *w,
		     const struct outcome *bound, struct live_result *ret,
		     struct err *e)
{
	struct outcome caps;
	int r;

	if (action_capability(l->a) >= 0)
		return 0;
	r = way_run(l, w, CONFINED_CAPABILITIES, &caps, ret, e);
	if (r < 0)
		return r;
	if (caps.is_answer && caps.error != 0 && same_outcome(&caps, bound))
		return not_tried(ret,
				 "without its capabilities uid 0 may not do it "
				 "here: %s",
				 strerror(caps.error));
	outcome_say(bound, ret);
	return 0;
}

static int way_try(struct live *l, const struct way *w, struct live_result *ret,
		   struct err *e)
{
	struct outcome free_, bound;
	int r = way_baseline(l, w, &free_, ret, e);

	if (r == 0)
		r = way_run(l, w, CONFINED_WHOLE, &bound, ret, e);
	if (r < 0)
		return r;
	if (!bound.is_answer)
		return not_tried(ret, "%s", bound.why_not);
	outcome_say(&bound, ret);
	ret->answer = same_outcome(&free_, &bound) ? LIVE_ALLOWED : LIVE_DENIED;
	if (ret->answer == LIVE_DENIED &&
	    l->test->decision.verdict != VERDICT_DENIED)
		r = way_blame(l, w, &bound, ret, e);
	return r;
}

/* ---- all ways -------------------------------------------------------------
 */

/* The path is not what it says: what the model cannot know. */
static void link_say(const struct live *l, struct live_result *ret)
{
	const size_t len = strlen(ret->why);
	AUTO_MEM char *real =
		l->a->path != NULL ? realpath(l->a->path, NULL) : NULL;

	if (real != NULL && strcmp(real, l->a->path) != 0)
		(void)snprintf(ret->why + len, sizeof(ret->why) - len,
			       ", and the path leads to %.150s", real);
	else if (l->a->kind == ACTION_EXEC)
		(void)snprintf(ret->why + len, sizeof(ret->why) - len,
			       ", perhaps for want of the program's "
			       "interpreter, as ld.so");
}

static bool differs(const struct live *l, const struct live_result *ret)
{
	return ret->answer != LIVE_NOT_TRIED &&
	       (ret->answer == LIVE_DENIED) !=
		       (l->test->decision.verdict == VERDICT_DENIED);
}

/* A sender that may not take any port may still bind one that is granted. */
static bool binds_first(const struct live *l)
{
	const struct landlock_rules *r = &l->test->model->landlock;
	const uint64_t bind = right_find(span_of("bind_udp"))->bit;

	return l->a->kind == ACTION_CONNECT && l->a->protocol == NET_UDP &&
	       (r->handled[RIGHT_NET] & bind) != 0 &&
	       (landlock_rules_port(r, 0) & bind) == 0;
}

/* Allowed as soon as one way is; denied when all that were tried are. What the
 * model allows by a way that was not is left open. */
static int ways_try(struct live *l, struct live_result *ret, struct err *e)
{
	struct way ways[WAYS_MAX];
	const size_t count = action_ways(l->a, ways);
	struct live_result first = { .answer = LIVE_NOT_TRIED };
	bool is_whole = !binds_first(l);

	for (size_t i = 0; i < count; i++) {
		const int r = way_try(l, &ways[i], ret, e);

		if (r < 0 && r != -ENODATA)
			return r;
		if (ret->answer == LIVE_ALLOWED)
			break;
		is_whole &= ret->answer == LIVE_DENIED;
		if (i == 0 || (first.answer == LIVE_NOT_TRIED &&
			       ret->answer == LIVE_DENIED))
			first = *ret;
	}
	if (ret->answer != LIVE_ALLOWED)
		*ret = first;
	if (differs(l, ret) && ret->answer == LIVE_DENIED && !is_whole)
		(void)not_tried(ret, "not every way can be tried without harm");
	if (differs(l, ret))
		link_say(l, ret);
	return 0;
}

/* ---- what the children need ------------------------------------------------
 */

/* An abstract socket outside the sandbox, of each type under one name. */
static int listener_open(const char *name, int type, int *ret, struct err *e)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const size_t len = strlen(name);
	AUTO_FD fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	memcpy(un.sun_path + 1, name, len);
	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&un,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			     len)) < 0 ||
	    (type != SOCK_DGRAM && listen(fd, SOMAXCONN) < 0))
		return err_errno(e, "listen on an abstract socket");
	*ret = fd_steal(&fd);
	return 0;
}

static int listeners_open(struct live *l, int fds[3], struct err *e)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	int r = 0;

	if (l->a->kind != ACTION_CONNECT_ABSTRACT)
		return 0;
	(void)snprintf(l->abstract, sizeof(l->abstract), "bailiff-test-%d",
		       (int)getpid());
	l->target.abstract = l->abstract;
	for (size_t i = 0; i < 3 && r == 0; i++)
		r = listener_open(l->abstract, types[i], &fds[i], e);
	return r;
}

/* A process that anybody of the same user may trace, if policy lets them. */
static pid_t tracee_start(void)
{
	const pid_t child = fork();
	const struct artefact_caps none = { 0 };

	if (child != 0)
		return child;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	(void)caps_write(&none, NULL);
	for (;;)
		(void)pause();
}

static void tracee_stop(pid_t tracee)
{
	if (tracee <= 0)
		return;
	(void)kill(tracee, SIGKILL);
	(void)waitpid(tracee, NULL, 0);
}

static int helpers_try(struct live *l, struct live_result *ret, struct err *e)
{
	int fds[3] = { -1, -1, -1 };
	int r = listeners_open(l, fds, e);

	l->target.outside = getpid();
	if (r == 0 && l->a->kind == ACTION_PTRACE) {
		l->target.tracee = tracee_start();
		if (l->target.tracee < 0)
			r = err_errno(e, "fork");
	}
	if (r == 0)
		r = ways_try(l, ret, e);
	tracee_stop(l->target.tracee);
	for (size_t i = 0; i < 3; i++)
		fd_drop(&fds[i]);
	return r;
}

static struct shared *shared_new(struct err *e)
{
	void *p = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p != MAP_FAILED)
		return p;
	(void)err_errno(e, "share memory");
	return NULL;
}

int live_try(const struct policy *p, const struct policy_test *t,
	     struct live_result *ret, struct err *e)
{
	AUTO_DONE(buf_done) struct buf raw;
	AUTO_MEM struct live *l = calloc(1, sizeof(*l));
	int r;

	buf_init(&raw, ARTEFACT_MAX);
	if (l == NULL || model_artefact(p, t->model, &raw) < 0)
		return err_set(e, ENOMEM, "out of memory");
	r = artefact_decode(buf_view(&raw), &l->artefact, e);
	if (r < 0)
		return r;
	l->test = t;
	l->a = &t->action;
	l->target.action = l->a;
	l->shared = shared_new(e);
	if (l->shared == NULL)
		return -ENOMEM;
	(void)fflush(stdout);
	r = helpers_try(l, ret, e);
	(void)munmap(l->shared, sizeof(*l->shared));
	return r;
}
