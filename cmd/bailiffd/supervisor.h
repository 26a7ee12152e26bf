/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor.h - the process that holds the privilege and parses nothing that
 * came from outside.
 *
 * It makes the directories and sockets, starts the workers and starts them
 * anew, installs audit rules, writes out what the policy process compiled, and
 * answers what only it knows. Its stages are in supervisor.c; what it does on
 * request is in dirs.c, load.c, status.c and kernel.c.
 */
#ifndef CMD_BAILIFFD_SUPERVISOR_H
#define CMD_BAILIFFD_SUPERVISOR_H

#include "cmd/bailiffd/clock.h"
#include "cmd/bailiffd/exclude.h"
#include "cmd/bailiffd/follow.h"
#include "cmd/bailiffd/info.h"
#include "cmd/bailiffd/passed.h"
#include "cmd/bailiffd/restart.h"
#include "cmd/bailiffd/stats.h"
#include "cmd/bailiffd/stop.h"
#include "cmd/bailiffd/watch.h"
#include "cmd/bailiffd/worker.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/msg.h"
#include "pkg/audit/source.h"
#include "pkg/identity/exitmap.h"
#include "pkg/identity/registry.h"
#include "pkg/posture/posture.h"

#define PROBLEMS_MAX 16

/* Descriptors of bailiff's own directories; -1 while not open. */
struct dirs {
	int private_fd; /* PATH_PRIVATE; holds the lock of the one daemon */
	int policy, sessions, receipts, trail_key;
	int state, trust, bundle, ship;
	int trail;
};

/* A bundle being verified and compiled by the policy process. */
enum load_reason {
	LOAD_IDLE,
	LOAD_IMAGE,
	LOAD_STORED,
	LOAD_ASKED
};
struct load_state {
	enum load_reason reason;
	uint32_t flags;	      /* LOAD_* of wire.h */
	uint32_t request_id;  /* of the control process, when LOAD_ASKED */
	uint64_t generation;  /* it will be published as */
	uint64_t deadline_ms; /* then the policy process is killed */
};

/* What observe.c knows of the daemon that owns the kernel's audit. */
struct observed {
	uint32_t owner; /* its pid; 0: nobody owns it */
	char comm[32];
	bool is_off;   /* audit is not enabled */
	uint32_t seen; /* copies lost, by the socket's counter, which wraps */
	uint64_t lost; /* those that were told */
};

struct supervisor {
	struct log log;
	struct log_loss log_loss;
	struct loop *loop;
	struct msg_store *store;
	bool is_arming;	   /* "bailiffd arm": publish, then end */
	bool is_observing; /* another daemon owns the kernel's audit */
	bool is_stopping;
	int exit_code;
	uint64_t start_ms, stop_deadline_ms; /* CLOCK_BOOTTIME */
	char node[65], boot[37];
	struct posture posture; /* the kernel's facts, as this daemon began */

	struct dirs dirs;
	int listen_fds[2]; /* SOCKET_CONTROL, SOCKET_EVENTS */
	int ready_fd;	   /* told "READY\n" once, or -1 */
	bool was_ready, boot_load_done;
	struct worker workers[ROLE_COUNT];
	struct source signals, timer, receipts;

	struct buf early;     /* events until the audit process runs */
	bool has_audit_begun; /* it was started once */
	struct node_clock clock;
	int64_t issued; /* of the newest timestamp that was verified and that
			 * root still stands for; 0: none */

	struct policy_info info;  /* what is published; generation 0: nothing */
	struct restart plan;	  /* likewise: for what older ones bind */
	struct stops stops;	  /* sessions that are being ended */
	uint64_t last_generation; /* the highest ever used in this boot */
	struct load_state load;
	char load_error[ERR_TEXT_MAX]; /* why the last boot load failed */

	struct exit_program exits;
	char exits_error[ERR_TEXT_MAX]; /* why there is none */
	int audit_control_fd;		/* requests; -1 while not open */
	int audit_fd;	     /* the event socket; the audit process claims
			      * it, this duplicate keeps it registered */
	bool has_rules;	     /* ours may be installed */
	bool has_exec_rule;  /* among them that of started programs */
	size_t policy_rules; /* those of the policy that stand */
	char rules_error[ERR_TEXT_MAX]; /* why they are an older policy's */
	bool has_posture;		/* audit_before must be put back */
	struct audit_posture audit_before, audit_posture; /* found, set */
	uint32_t kernel_seen;	  /* the kernel's own counter, which wraps */
	uint32_t kernel_lost;	  /* since this daemon began */
	uint64_t kernel_lost_ms;  /* when it last lost one */
	struct observed observed; /* while is_observing */
	struct audit_stats audit_stats;
	struct ledger *ledger; /* as the audit process told it */
	struct watch watch;
	struct excludes excludes;
	struct follows follows;
	struct passed passed;
	struct ship_stats ship_stats;
};

/* ---- supervisor.c ---- */
struct supervisor_options {
	bool is_arming, is_observing;
	int ready_fd; /* -1, or where to write "READY\n" */
};
/* Return: an exit code. */
int supervisor_main(const struct supervisor_options *o);
/* Tell the audit process to put an event of bailiff's own into the trail; a
 * daemon without that process (arming) drops it. Before that process runs it
 * waits: the trail's first event says what is in force. */
void supervisor_event(struct supervisor *s, const char *action, const char *fmt,
		      ...) __attribute__((format(printf, 3, 4)));
/* @text as JSON, for such an event; an empty one when it does not fit.
 * @room: holds it; the caller's, buf_done(). */
const char *event_quote(struct span text, struct buf *room);
void supervisor_end(struct supervisor *s, int code);
/* The load at boot has ended, well or not. */
void supervisor_loaded(struct supervisor *s);
/* Send @json to the control process, as WIRE_STATUS_IS or WIRE_RELOADED.
 * Return: 0; as msg_send(), memfd_create(2). */
int supervisor_answer(struct supervisor *s, uint16_t type, uint32_t id,
		      uint32_t status, const struct buf *json);
/* Tell the ship process which collectors the policy names. */
void supervisor_collectors(struct supervisor *s);
/* Tell the audit process the policy's settings. */
void supervisor_audit_config(struct supervisor *s);

/* ---- dirs.c ---- */
/* Make and open everything; -EBUSY when another daemon holds the lock. */
int dirs_open(struct dirs *d, struct err *e);
void dirs_close(struct dirs *d);
/* Does PATH_STATE outlive a reboot (a disk, not memory)? "persistent" or
 * "image-floor". What lies under an overlay cannot be seen: it counts as
 * memory. */
bool dirs_are_persistent(const struct dirs *d);
const char *dirs_rollback(const struct dirs *d);
/* The two sockets. */
int sockets_open(int ret[2], struct err *e);
/* The generation that "current" names; 0 when nothing is published. */
int current_read(const struct dirs *d, uint64_t *ret, struct err *e);
/* Open the directory of a generation. */
int generation_open(const struct dirs *d, uint64_t generation, struct err *e);
/* The highest number in the policy directory, published or not; or 0. */
uint64_t generations_highest(const struct dirs *d);
/* Remove a file, or a directory of at most three levels; absent is fine. */
void entry_remove(int dirfd, const char *name);
/* Remove generations that are neither recent nor in use. */
void generations_prune(const struct supervisor *s);

/* ---- load.c ---- */
/* Ask the policy process for @path ("": the image's bundle, then the stored
 * one). Return: 0; -EBUSY while another load runs; as open(2). */
int load_begin(struct supervisor *s, enum load_reason reason, const char *path,
	       uint32_t flags, uint32_t request_id, struct err *e);
/* WIRE_LOADED arrived. Return: 0; -EPROTO. */
int load_finish(struct supervisor *s, struct msg *m, struct cur *body);
/* The policy process ended with this wait status, of its own or because it took
 * too long. */
void load_abort(struct supervisor *s, int status);
/* Append the object of a refused reload (docs/http-api.md). */
void load_refusal_write(const struct supervisor *s, enum load_stage stage,
			const struct err *e, struct buf *json);
/* Tell a policy process that just started what is published. */
int load_restore(struct supervisor *s, struct err *e);

/* ---- status.c ---- */
int status_write(struct supervisor *s, struct buf *out);
/* Append members "audit" and "trail" of the status. */
void status_audit_write(const struct supervisor *s, struct buf *out);
/* Append "bundle=N generation=N signers=... freshness=... rollback=...
 * tier=...": what the first event of a trail states, and each that loads a
 * policy. */
void statement_write(const struct supervisor *s, struct buf *out);
/* Forget sessions without a process, after a grace. */
void sessions_sweep(struct supervisor *s);

/* ---- kernel.c ---- */
/* Take a session of our own, open the sockets, switch audit on, install the
 * rules; while observing the first two only. Return: 0; -EEXIST beside a living
 * audit daemon; -EPROTONOSUPPORT without audit; -EPERM. */
int kernel_begin(struct supervisor *s, struct err *e);
/* The policy that is in force brings these audit rules (blobs, as the policy
 * process made them: each is checked). When they cannot be installed, those of
 * the policy before stand, and log, event and status say so. */
void kernel_rules_take(struct supervisor *s, struct span rules);
/* The policy that is in force says whether started programs are audited. When
 * that cannot be changed, the log says so. */
void kernel_execve_take(struct supervisor *s);
/* The policy that is in force brings a length of the kernel's queue and a wait
 * for room in it. When they cannot be set, log and event say so. */
void kernel_posture_take(struct supervisor *s);
/* Read the kernel's lost counter and tell the audit process. */
void kernel_poll(struct supervisor *s);
/* Tell log and audit process of @count lost, by LOST_BY_*. Return: false when
 * nobody took it: then it is to be told again. */
bool kernel_lost_tell(struct supervisor *s, uint32_t count, uint8_t by);
/* Does @pid live, and what is it called? */
bool kernel_owner_is_alive(uint32_t pid, char comm[32]);
/* Remove the rules, put audit back as it was found. */
void kernel_end(struct supervisor *s);

/* ---- observe.c ---- */
/* Join the multicast group. Return: 0; -EPERM without CAP_AUDIT_READ or outside
 * of the first network namespace. */
int observe_begin(struct supervisor *s, const struct audit_state *state,
		  struct err *e);
/* Tell of copies that were lost and of another owner. */
void observe_poll(struct supervisor *s, const struct audit_state *state);
/* For "audit.start"; nothing unless observing. */
void observe_statement(const struct supervisor *s, struct buf *out);
/* The members mode, owner and multicast_lost of the status, with commas. */
void observe_write(const struct supervisor *s, struct buf *out);
/* The @nth sentence about what is wrong; NULL: there are no more. */
const char *observe_problem(const struct supervisor *s, size_t nth);

#endif
