/* SPDX-License-Identifier: Apache-2.0 */
/* live_call.h - the system calls of one way (pkg/policy/ways.h), with arguments
 * that do what is meant and no more.
 *
 * Everything is laid out before a child is confined: after that it may be
 * unable to take memory.
 */
#ifndef CMD_BAILIFF_BUNDLE_LIVE_CALL_H
#define CMD_BAILIFF_BUNDLE_LIVE_CALL_H

#include <linux/openat2.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "pkg/policy/model.h"
#include "pkg/policy/ways.h"

/* What the calls are done to. */
struct live_target {
	const struct action *action;
	const char *path, *to; /* of the action, or made up in its place */
	const char *abstract;  /* name of a listening abstract socket */
	pid_t outside;	       /* a process outside, which gets signal 0 */
	pid_t tracee;	       /* one that may be traced */
};

struct live_call {
	const char *name;
	long nr;
	uint64_t args[6];
	bool wants_fd; /* the first argument is what the first call gave */
};

/* Points into itself: it is not to be copied. */
struct live_calls {
	struct live_call items[WAY_CALLS_MAX];
	size_t count;
	struct open_how how;
	char *argv[2];
	char *envp[1];
	struct sockaddr_storage address;
	char buffer[4096];
};

/**
 * live_calls_make() - the calls of @w on @t.
 *
 * Return: 0; -EOPNOTSUPP: this way cannot be tried without harm; -ENAMETOOLONG
 * for a socket's path of more than 107 bytes.
 */
int live_calls_make(const struct live_target *t, const struct way *w,
		    struct live_calls *ret);

/**
 * live_syscall_make() - a system call by name, as far as it does no harm: what
 * the profile looks at is as the test has it, the rest is invalid.
 * @why: written when it is not tried.
 *
 * Return: 0; -EOPNOTSUPP.
 */
int live_syscall_make(const struct action *a, const struct profile *p,
		      struct live_calls *ret, const char **why);

/* Do them. Return: 0, or the errno of the one in @ret_name that failed. */
int live_calls_do(const struct live_calls *c, const char *volatile *ret_name);

/* A network namespace of its own in which every address is the machine's own:
 * no packet leaves it. Return: 0; -errno. */
int live_net_enter(struct err *e);

#endif
