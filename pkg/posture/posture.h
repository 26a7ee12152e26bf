/* SPDX-License-Identifier: Apache-2.0 */
/* posture.h - what this kernel and this boot can and cannot enforce: facts,
 * each with how it was found out, and the tier that follows from them.
 *
 * A fact is yes, no or unknown, and the last two say why in one sentence. What
 * only root can see, or only the host, is unknown to others and never guessed.
 * Looking changes nothing: the one thing that is loaded (bpf_lsm.h) is gone
 * again, and has a time limit.
 */
#ifndef PKG_POSTURE_POSTURE_H
#define PKG_POSTURE_POSTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "pkg/audit/source.h"

enum posture_fact {
	FACT_KERNEL,
	FACT_PLACE,
	FACT_SECURITYFS,
	FACT_LSM,
	FACT_LANDLOCK,
	FACT_LANDLOCK_ERRATA,
	FACT_LANDLOCK_RECORDS,
	FACT_BTF,
	FACT_BPF_LSM,
	FACT_APPARMOR,
	FACT_LOCKDOWN,
	FACT_SECCOMP,
	FACT_SECCOMP_RECORDS,
	FACT_AUDIT,
	FACT_AUDIT_BOOT,
	FACT_AUDIT_BACKLOG,
	FACT_LOGINUID,
	FACT_CGROUP,
	FACT_CGROUP_BPF,
	/* of the node, not of its kernel */
	FACT_TRAIL,
	FACT_GATE,
	FACT_RUNTIME,
	FACT_ARMED,
	FACT_COUNT
};
#define FACT_KERNEL_COUNT FACT_TRAIL

enum posture_state {
	POSTURE_UNKNOWN,
	POSTURE_YES,
	POSTURE_NO
};

#define POSTURE_TEXT_MAX 512

struct posture_value {
	enum posture_state state;
	uint64_t number;  /* ABI, errata, limit, generation; else 0 */
	const char *mend; /* static: what makes it yes; NULL: nothing does */
	char text[POSTURE_TEXT_MAX]; /* yes: the value; else: why */
};

struct posture {
	struct posture_value facts[FACT_COUNT];
};

/* What holds for a fact whatever was found. */
struct posture_row {
	const char *name;  /* in JSON: "landlock-errata" */
	const char *title; /* for people */
	const char *costs; /* what is lost where the answer is no */
};
extern const struct posture_row posture_rows[FACT_COUNT];

const char *posture_state_word(enum posture_state state);

/* ---- looking ------------------------------------------------------------ */

#define POSTURE_LSM_MAX 32

/* What is asked of the kernel by system calls; a test puts its own answers in.
 * All return 0 or more, or -errno. */
struct posture_calls {
	int (*release)(char *ret, size_t size);
	int (*landlock_abi)(void);
	int (*landlock_errata)(uint32_t *ret);
	/* Numbers as linux/lsm.h has them. Return: how many. */
	int (*lsm_list)(uint64_t ret[POSTURE_LSM_MAX]);
	int (*bpf_lsm)(struct err *e); /* 0: what it denied was denied */
	int (*seccomp)(void);
	int (*audit)(struct audit_state *ret);
	int (*audit_features)(uint32_t *ret);
	int (*cgroup_mount)(char *ret, size_t size);
	int (*cgroup_bpf)(const char *mount);
	int (*generation)(uint64_t *ret);
};
extern const struct posture_calls posture_kernel;

struct posture_look {
	const struct posture_calls *calls;
	int root; /* /proc and /sys are read below it; borrowed */
	int host; /* the host's root, for gate and trail; -1: not to be seen */
	bool is_host_pidns; /* this process is in the first pid namespace */
	bool is_host_mounts;
};

/**
 * posture_look_open() - as the calling process sees this machine.
 *
 * In a container with the host's processes the host's root is that of pid 1,
 * where this process may look there.
 *
 * Return: 0, also when little can be seen; -errno when not even / opens.
 */
int posture_look_open(struct posture_look *ret, struct err *e);
void posture_look_close(struct posture_look *look);

/* Find out the first @count facts; what cannot be found out is unknown. May
 * take seconds on a slow machine, never longer than POSTURE_MS. */
#define POSTURE_MS 20000
void posture_find(const struct posture_look *look, size_t count,
		  struct posture *ret);

/* ---- what follows ------------------------------------------------------- */

enum posture_tier {
	TIER_FULL,
	TIER_NO_LSM_BPF,
	TIER_OLD_LANDLOCK,
	TIER_STOCK,
	TIER_SECCOMP_ONLY,
	TIER_COUNT
};

/* A function of the facts alone; what is unknown counts as not there. */
enum posture_tier posture_tier(const struct posture *p);
/* Nothing that the tier depends on is unknown. */
bool posture_tier_is_certain(const struct posture *p);
const char *posture_tier_word(enum posture_tier tier);
const char *posture_tier_sentence(enum posture_tier tier);

/* What no policy can make this kernel deny: the @nth sentence; NULL: no more.
 */
const char *posture_not_denied(const struct posture *p, size_t nth);

/* The first @count facts as members of a JSON object: "name":{"state",...}.
 * @needs: for each, whether something in force needs it; NULL: not told. */
void posture_write(const struct posture *p, size_t count, const bool *needs,
		   struct buf *out);

/* ---- shared with others -------------------------------------------------- */

/* Does the file system that @fd lies on outlive a reboot? What lies under an
 * overlay cannot be seen: it counts as memory. */
bool posture_persists(int fd);

#endif
