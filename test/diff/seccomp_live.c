/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_live.c - see seccomp_live.h. */
#include "test/diff/seccomp_live.h"

#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOBODY	     65534
#define STEP_NS	     20000 /* between two looks at the thread */
#define STUCK_STEPS  (5000000000LL / STEP_NS)
#define FILTER_FAILS 77 /* exit codes of the child */
#define CHILD_FAILS  78

/* Shared with the child; the thread writes without a system call. */
struct shared {
	struct live_answer answers[LIVE_POINTS];
	struct seccomp_data calls[LIVE_POINTS];
	size_t count;
	unsigned flags;
	struct sock_fprog filter;
	_Atomic size_t at; /* the call that is being made */
	_Atomic int failure;
};

struct live {
	struct shared *shared;
};

struct live *live_new(void)
{
	struct live *l = calloc(1, sizeof(*l));
	void *at = mmap(NULL, sizeof(*l->shared), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (l == NULL || at == MAP_FAILED) {
		free(l);
		return NULL;
	}
	l->shared = at;
	return l;
}

void live_free(struct live *l)
{
	if (l == NULL)
		return;
	(void)munmap(l->shared, sizeof(*l->shared));
	free(l);
}

/* ---- a call ------------------------------------------------------------ */

#ifdef __x86_64__
/* As it is, without libc: -errno or the result. */
static int64_t native_make(const struct seccomp_data *d)
{
	int64_t r = (uint32_t)d->nr;
	register uint64_t r10 __asm__("r10") = d->args[3];
	register uint64_t r8 __asm__("r8") = d->args[4];
	register uint64_t r9 __asm__("r9") = d->args[5];

	__asm__ volatile("syscall"
			 : "+a"(r)
			 : "D"(d->args[0]), "S"(d->args[1]), "d"(d->args[2]),
			   "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory", "cc");
	return r;
}

static int64_t x86_make(const struct seccomp_data *d)
{
	int64_t r = (uint32_t)d->nr;
	uint64_t sixth = d->args[5];

	__asm__ volatile("xchg %%rbp, %1\n\t"
			 "int $0x80\n\t"
			 "xchg %%rbp, %1"
			 : "+a"(r), "+r"(sixth)
			 : "b"(d->args[0]), "c"(d->args[1]), "d"(d->args[2]),
			   "S"(d->args[3]), "D"(d->args[4])
			 : "memory", "cc", "r8", "r9", "r10", "r11");
	return (int32_t)r;
}
#else
static int64_t native_make(const struct seccomp_data *d)
{
	const long r = syscall(d->nr, d->args[0], d->args[1], d->args[2],
			       d->args[3], d->args[4], d->args[5]);

	return r == -1 ? -errno : r;
}

static int64_t x86_make(const struct seccomp_data *d)
{
	(void)d;
	return -ENOSYS;
}
#endif

static int64_t call_make(const struct seccomp_data *d)
{
	return d->arch == AUDIT_ARCH_I386 ? x86_make(d) : native_make(d);
}

/* ---- the thread under the filter --------------------------------------- */

/* A handler has no argument for it; one thread at a time makes calls. */
static void *trap_back[5];
static volatile int trap_data;

/* Leaves by a jump: a return would be a system call, and so would be what
 * libc's longjmp() does under AddressSanitizer. */
__attribute__((no_sanitize("address"))) static void
trapped(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	trap_data = info->si_errno;
	__builtin_longjmp(trap_back, 1);
}

__attribute__((noinline)) static void answer_make(struct shared *s, size_t at)
{
	/* Not inlined: the compiler must know that it may end by the jump. */
	int64_t (*volatile make)(const struct seccomp_data *) = call_make;
	struct live_answer *volatile a = &s->answers[at];

	if (__builtin_setjmp(trap_back) == 0) {
		a->got = make(&s->calls[at]);
		a->kind = LIVE_RETURNED;
	} else {
		a->got = trap_data;
		a->kind = LIVE_TRAPPED;
	}
}

/* Never returns: leaving a thread is a system call too. */
static void *calls_make(void *arg)
{
	struct shared *s = arg;

	for (size_t i = s->at; i < s->count; i++)
		s->answers[i].plain = call_make(&s->calls[i]);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, s->flags,
		    &s->filter) < 0) {
		s->failure = FILTER_FAILS;
		s->at = s->count;
	}
	while (s->at < s->count) {
		answer_make(s, s->at);
		s->at++;
	}
	for (;;)
		__asm__ volatile("" ::: "memory");
	return NULL;
}

/* ---- the child --------------------------------------------------------- */

/* Whatever a call does, it does as nobody. */
static int child_prepare(void)
{
	const struct rlimit none = { 0, 0 };
	struct sigaction trap = { .sa_sigaction = trapped,
				  .sa_flags = SA_SIGINFO | SA_NODEFER };

	if (geteuid() == 0 &&
	    (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	     setresuid(NOBODY, NOBODY, NOBODY) < 0))
		return -1;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)prctl(PR_SET_DUMPABLE, 0);
	return setrlimit(RLIMIT_CORE, &none) < 0 ||
			       sigaction(SIGSYS, &trap, NULL) < 0 ||
			       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
		       ? -1
		       : 0;
}

/* Until all is answered, the thread was ended, or it stands still. */
static int thread_watch(struct shared *s, pthread_t thread)
{
	const struct timespec step = { .tv_nsec = STEP_NS };
	int64_t steps = 0;
	size_t at = s->at;

	while (s->at < s->count) {
		if (pthread_tryjoin_np(thread, NULL) == 0) {
			s->answers[s->at].kind = LIVE_THREAD;
			s->at++;
			return 0;
		}
		steps = s->at == at ? steps + 1 : 0;
		at = s->at;
		if (steps > STUCK_STEPS)
			return -1;
		(void)nanosleep(&step, NULL);
	}
	return 0;
}

/* For one thread: its successor gets a child of its own, since sanitizers do
 * not bear that one vanished. */
static _Noreturn void child(struct shared *s)
{
	pthread_t thread;

	if (child_prepare() < 0 ||
	    pthread_create(&thread, NULL, calls_make, s) != 0 ||
	    thread_watch(s, thread) < 0)
		_exit(CHILD_FAILS);
	_exit(s->failure);
}

int live_run(struct live *l, const struct sock_fprog *filter, unsigned flags,
	     const struct seccomp_data *calls, size_t count,
	     const struct live_answer **ret)
{
	struct shared *s = l->shared;

	memset(s->answers, 0, sizeof(s->answers));
	memcpy(s->calls, calls, count * sizeof(*calls));
	s->count = count;
	s->flags = flags;
	s->filter = *filter;
	s->failure = 0;
	s->at = 0;
	while (s->at < count) {
		const pid_t pid = fork();
		int status;

		if (pid == 0)
			child(s);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			return -errno;
		if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
			return WEXITSTATUS(status) == FILTER_FAILS ? -EINVAL
								   : -ECHILD;
		if (!WIFSIGNALED(status))
			continue;
		if (WTERMSIG(status) != SIGSYS || s->at >= count)
			return -ECHILD;
		s->answers[s->at].kind = LIVE_PROCESS;
		s->at++;
	}
	*ret = s->answers;
	return 0;
}

bool live_has_x86(struct live *l)
{
	const struct sock_filter allow[] = {
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_filter copy[1] = { allow[0] };
	const struct sock_fprog filter = { .len = 1, .filter = copy };
	const struct seccomp_data getpid_x86 = { .nr = 20,
						 .arch = AUDIT_ARCH_I386 };
	const struct live_answer *a;

	return live_run(l, &filter, 0, &getpid_x86, 1, &a) == 0 &&
	       a[0].kind == LIVE_RETURNED && a[0].got > 0;
}

/* ---- the answer -------------------------------------------------------- */

static bool returned(const struct live_answer *a, int64_t value)
{
	return a->kind == LIVE_RETURNED && a->got == value;
}

bool live_agrees(const struct live_answer *a, uint32_t ret)
{
	const uint32_t data = ret & SECCOMP_RET_DATA;

	switch (ret & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
		return returned(a, a->plain);
	case SECCOMP_RET_TRACE: /* nobody traces */
		return returned(a, -ENOSYS);
	case SECCOMP_RET_ERRNO:
		return returned(a, -(int64_t)data);
	case SECCOMP_RET_TRAP:
		return a->kind == LIVE_TRAPPED && a->got == (int64_t)data;
	case SECCOMP_RET_KILL_THREAD:
		return a->kind == LIVE_THREAD;
	default:
		return a->kind == LIVE_PROCESS;
	}
}
