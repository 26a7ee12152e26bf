/* SPDX-License-Identifier: Apache-2.0 */
/* passed.h - containers that were started past the gate.
 *
 * The gate cannot see that it was passed by: somebody called the real runtime,
 * or a container engine that has another one. The supervisor sees it. Every new
 * cgroup, task directory of containerd and state directory of a runtime is
 * looked at PASSED_MS after it appeared: by then the gate has registered a
 * session for the container. So is every session of a named service: by then
 * its launcher has left a receipt. What has neither is an alarm, "gate.passed",
 * and "past-gate" in node.json says whether it is frozen or killed; that only
 * where its cgroup holds nothing else (pkg/identity/alone.h).
 *
 * Of what is found there only names are read and, from containerd, a number:
 * never a runtime's own documents. What gate.conf names is nobody's alarm. On a
 * node without the gate nothing is, unless the policy has "past-gate".
 */
#ifndef CMD_BAILIFFD_PASSED_H
#define CMD_BAILIFFD_PASSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/loop.h"
#include "pkg/identity/registry.h"
#include "pkg/policy/policy.h"

#define PASSED_MS	 2000
#define PASSED_ROWS_MAX	 64   /* alarms that are shown and acted on */
#define PASSED_LATER_MAX 4096 /* that wait to be looked at */
#define PASSED_DIRS_MAX	 4096 /* that are watched */
#define PASSED_PATH_MAX	 1023

struct supervisor;

/* What made somebody look. */
enum passed_by {
	PASSED_TASK,	/* containerd made a task directory */
	PASSED_CGROUP,	/* a cgroup is there */
	PASSED_STATE,	/* a runtime made a state directory */
	PASSED_SESSION, /* the gate registered a session */
	PASSED_BY_COUNT
};

/* How it came to be seen. */
enum passed_how {
	PASSED_MADE, /* it was made just now */
	PASSED_FOUND /* it was there when somebody looked */
};

/* To be looked at when it is due. */
struct passed_later {
	enum passed_by by;
	enum passed_how how;
	char *id;   /* owned; of the container, or the session's number */
	char *path; /* owned; the directory, a cgroup's below its mount */
	uint64_t seen_ms, due_ms;
	uint64_t running_ms; /* a session: since when it runs; 0: not yet */
};

/* A container past the gate, while it lives. */
struct passed_row {
	char id[256];
	char cgroup[CGROUP_PATH_MAX + 1]; /* "" while not known */
	int32_t pid;			  /* its first process; 0: not known */
	uint64_t start;			  /* of that, by the kernel's clock */
	uint64_t since_ms;
	const char *reason;	   /* "no-registration", "no-receipt" */
	enum policy_past_gate did; /* what was done */
	enum policy_past_gate tried;
	uint64_t tried_ms;
	char why[192]; /* it was not what the policy asks for; or "" */
};

/* One directory that is watched. */
struct passed_dir {
	int wd;
	size_t place; /* row of the table of places */
	unsigned depth;
	char *path; /* owned; of a cgroup: below the mount */
};

struct passed {
	struct source inotify;
	int cgroup_fd; /* the mount of cgroup v2; -1: there is none */
	char mount[PASSED_PATH_MAX + 1];
	char ours[CGROUP_PATH_MAX + 1], first[CGROUP_PATH_MAX + 1];
	bool has_gate; /* something came through it, or it is installed */
	struct passed_later *later;
	size_t later_count;
	struct passed_row *rows;
	size_t row_count;
	struct passed_dir *dirs;
	size_t dir_count;
	uint64_t alarms;     /* ever */
	uint64_t overlooked; /* for lack of room */
	uint64_t scan_ms, tick_ms, told_ms;
	bool has_scanned, is_lossy; /* look at everything again */
};

/* ---- passed.c: what is an alarm -------------------------------------------
 */

/* Before the supervisor is confined. A node where nothing can be watched is
 * told of, not refused. Return: 0; -ENOMEM. */
int passed_begin(struct supervisor *s, struct err *e);
void passed_tick(struct supervisor *s, uint64_t now_ms);
void passed_end(struct supervisor *s);

/* Look at it when it is due. */
void passed_suspect(struct supervisor *s, enum passed_by by,
		    enum passed_how how, const char *id, const char *path);

/* Append ,"past_gate":{...} of GET /v1/status. */
void passed_write(const struct supervisor *s, struct buf *out);
/* The sentence about what lives; false when nothing does. */
bool passed_problem(const struct supervisor *s, struct err *ret);

/* ---- passed_watch.c: what appears -----------------------------------------
 */

/* Return: 0; as inotify_init1(2). */
int passed_watch_begin(struct supervisor *s, struct err *e);
/* Watch what was not there before; when it is time, look at everything. */
void passed_watch_tick(struct supervisor *s, uint64_t now_ms);
void passed_watch_end(struct passed *p);

/* ---- passed_act.c: cgroups, freeze and kill -------------------------------
 */

struct alone_member;

/* What /proc says of a process. Return: 0; -ESRCH when it has ended. */
int passed_process(int32_t pid, struct alone_member *ret);
/* When a process was started, in the kernel's ticks; 0 when it has ended. */
uint64_t passed_start(int32_t pid);

/**
 * passed_members() - the processes of a cgroup, by pid.
 * @dirfd: of the cgroup.
 * @ret: an array that the caller frees.
 *
 * Return: 0; -E2BIG with more than ALONE_MEMBERS_MAX; -ENODEV, -ENOENT when the
 * cgroup is gone; -ENOMEM.
 */
int passed_members(int dirfd, struct alone_member **ret, size_t *ret_count);

/* Do to @row what the policy asks for; row->did and row->why say what came of
 * it. */
void passed_act(struct supervisor *s, struct passed_row *row,
		enum policy_past_gate wanted);

#endif
