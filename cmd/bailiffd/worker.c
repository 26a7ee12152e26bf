/* SPDX-License-Identifier: Apache-2.0 */
/* worker.c - see worker.h. */
#include "cmd/bailiffd/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/msg.h"
#include "pkg/enforce/enforce.h"

static const char *const role_names[ROLE_COUNT] = {
	[ROLE_AUDIT] = "audit",
	[ROLE_POLICY] = "policy",
	[ROLE_CONTROL] = "control",
	[ROLE_SHIP] = "ship",
};

const char *role_name(enum role role)
{
	return role < ROLE_COUNT ? role_names[role] : "unknown";
}

/* A worker has no environment. A confined process cannot be walked by the leak
 * checker of a sanitizer; the unit tests look for leaks. */
#ifdef __SANITIZE_ADDRESS__
static const char *const worker_env[] = { "ASAN_OPTIONS=detect_leaks=0", NULL };
#else
static const char *const worker_env[] = { NULL };
#endif

/* In the child, between fork and exec: async-signal-safe calls only. */
static _Noreturn void child_exec(const char *name, int channel, int stream)
{
	char *const argv[] = { (char *)(uintptr_t) "bailiffd",
			       (char *)(uintptr_t) "--role",
			       (char *)(uintptr_t)name, NULL };
	const int first = stream >= 0 ? STREAM_FD + 1 : CHANNEL_FD + 1;
	struct err e;
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* Above both: neither is written over while it is needed. */
	if (stream >= 0 && stream <= STREAM_FD)
		stream = fcntl(stream, F_DUPFD, STREAM_FD + 1);
	if (channel == STREAM_FD)
		channel = fcntl(channel, F_DUPFD, STREAM_FD + 1);
	if (channel == CHANNEL_FD) {
		if (fcntl(channel, F_SETFD, 0) < 0)
			_exit(111);
	} else if (dup2(channel, CHANNEL_FD) < 0) {
		_exit(111);
	}
	if (stream >= 0 && dup2(stream, STREAM_FD) < 0)
		_exit(111);
	if (enforce_close_from(first, NULL, 0, &e) < 0)
		_exit(111);
	(void)execve("/proc/self/exe", argv,
		     (char *const *)(uintptr_t)worker_env);
	_exit(111);
}

int worker_spawn(struct worker *w, struct err *e)
{
	AUTO_FD ours = -1;
	AUTO_FD theirs = -1;
	AUTO_FD exit_fd = -1;
	int ends[2], r;
	pid_t pid;

	r = msg_pair(ends, e);
	if (r < 0)
		return r;
	ours = ends[0];
	theirs = ends[1];
	pid = fork();
	if (pid < 0)
		return err_errno(e, "fork");
	if (pid == 0)
		child_exec(role_name(w->role), theirs, w->stream_fd);
	exit_fd = child_open(pid, e);
	if (exit_fd < 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		return exit_fd;
	}
	w->pid = pid;
	w->is_ready = false;
	w->restart_ms = 0;
	w->started_ms = clock_boot_ms();
	w->channel.fd = fd_steal(&ours);
	w->exit.fd = fd_steal(&exit_fd);
	return 0;
}

int worker_bury(struct worker *w, uint64_t now_ms)
{
	int status = 0;

	if (waitpid(w->pid, &status, 0) != w->pid)
		status = 0;
	fd_drop(&w->channel.fd);
	fd_drop(&w->exit.fd);
	if (now_ms - w->started_ms > WORKER_STEADY_MS || w->pause_ms == 0)
		w->pause_ms = WORKER_PAUSE_MIN_MS;
	w->restart_ms = now_ms + w->pause_ms;
	w->pause_ms = w->pause_ms * 2 < WORKER_PAUSE_MAX_MS
			      ? w->pause_ms * 2
			      : WORKER_PAUSE_MAX_MS;
	w->pid = 0;
	w->is_ready = false;
	w->restarts++;
	return status;
}
