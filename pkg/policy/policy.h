/* SPDX-License-Identifier: Apache-2.0 */
/* policy.h - a bundle's documents, compiled, explained and compared.
 *
 * Input are the verified targets of one bundle (node.json, services/NAME.json).
 * policy_compile() checks them all, lowers file and port rules to Landlock and
 * the OCI seccomp object to a program, proves the program against the profile,
 * and keeps the documents for explain and diff. It does no I/O. All of a bundle
 * compiles or none of it does.
 */
#ifndef PKG_POLICY_POLICY_H
#define PKG_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/span.h"

#define POLICY_SERVICES_MAX 1024
#define POLICY_TARGET_MAX   1048576 /* bytes of one document */
#define POLICY_SIGNERS_MAX  16
/* Audit rules: every system call of every process is compared with each. */
#define POLICY_AUDIT_ALL_MAX 1024

/* The role that speaks for a target, and whose signatures on it hold. */
struct policy_speaker {
	const char *role; /* "targets", or the name of a delegated role */
	const char *signers[POLICY_SIGNERS_MAX]; /* key ids, hex */
	size_t signer_count;
	/* The roles between the top-level one and this, NULL-terminated; NULL:
	 * none. What it may grant is within the ceiling of each. */
	const char *const *through;
};

/* One verified target: "node.json" or "services/NAME.json". */
struct policy_target {
	const char *name;
	struct span bytes;
	const struct policy_speaker *speaker; /* NULL: the bundle's own, the
					       * top-level targets role */
};

/* Where the bundle came from; copied by policy_compile(). */
struct policy_origin {
	uint64_t generation;
	uint64_t bundle_version;		 /* targets role */
	const char *signers[POLICY_SIGNERS_MAX]; /* key ids, hex */
	size_t signer_count;
};

/* What the node's kernel can do; probed by the caller. */
struct policy_kernel {
	uint32_t landlock_abi; /* 0: none */
	bool has_seccomp;
	bool has_cgroup_network; /* addresses and ports, per service */
	bool has_cgroup_devices;
	uint32_t major, minor; /* 0.0: unknown, "require" is not held to it */
	const char *lsm; /* as /sys/kernel/security/lsm; "": it cannot be read;
			  * NULL: unknown, as with the version */
	/* One sentence each, living as long as what is compiled; NULL: none. */
	const char *bpf_mute; /* why programs of a listed bpf do not run */
	const char *bpf_mend, *landlock_mend; /* what would mend it */
};

struct policy;
struct finding;

struct policy_collector { /* node.json "collectors" */
	const char *name;
	const char *protocol; /* "syslog-tcp" */
	const char *host;
	uint16_t port;
};

enum policy_unlisted {
	POLICY_UNLISTED_ALLOW,
	POLICY_UNLISTED_AUDIT,
	POLICY_UNLISTED_DENY
};

/* What follows for a container that was started past the gate, rising. */
enum policy_past_gate {
	POLICY_PAST_GATE_UNSAID, /* as report, where there is a gate */
	POLICY_PAST_GATE_REPORT,
	POLICY_PAST_GATE_FREEZE,
	POLICY_PAST_GATE_KILL,
	POLICY_PAST_GATE_COUNT
};

/* As node.json spells it; what is unsaid is "report". */
const char *policy_past_gate_word(enum policy_past_gate p);

/* What node.json demands of the node itself. */
struct policy_demands {
	bool refuses_stale_start; /* "freshness": {"on-stale": "refuse-start"}
				   */
	bool wants_persistence;	  /* "rollback": "persistent" */
	bool stops_on_tighten;	  /* "on-tighten": "stop" */
	enum policy_past_gate past_gate; /* "past-gate" */
};

enum policy_durability {
	POLICY_DURABLE_NONE,
	POLICY_DURABLE_CHECKPOINT,
	POLICY_DURABLE_EACH
};

/* node.json "audit": what the audit process and the kernel are told. */
struct policy_audit {
	uint64_t backlog_limit; /* records; 0: as it is found, at least 8192 */
	uint64_t backlog_wait_ms;
	uint64_t trail_bytes;	 /* 0: min(64 MiB, 5 % of the file system) */
	uint64_t durability;	 /* enum policy_durability */
	uint64_t budget_denials; /* whole ones, per service and second */
	bool execve;		 /* every program that a service starts */
};
#define POLICY_BACKLOG_WAIT_MS 100
#define POLICY_BUDGET_DENIALS  128

#define POLICY_ROLE_TOP "targets"

struct policy_service {
	const char *name;
	uint32_t number;
	const char *role;	    /* which speaks for its document */
	const char *const *signers; /* of that role; NULL-terminated */
	const char *const *through; /* as in struct policy_speaker */
	bool is_best_effort; /* the document says so; what that cost is in
			      * not_enforced */
	const char *const *not_enforced; /* sentences, NULL-terminated: asked
					  * for, and the kernel cannot */
	const char *const *warnings;	 /* likewise: gaps that the document
					  * itself leaves open */
	const char *const *needless;	 /* likewise: ids of gaps that it
					  * accepts and that are not open */
	size_t finding_count;		 /* policy_finding() */
	const struct finding *findings;
};

/* A gap that a document leaves open on this kernel. */
struct policy_finding {
	const char *id; /* as in "accept" */
	bool is_accepted;
	const char *sentence; /* what is open, and where */
	const char *closes;   /* what closes it, in words */
	const char *rule;     /* the same as a fragment of the document; NULL
			       * when no rule can */
};

/**
 * policy_compile() - all documents of one bundle, or nothing.
 * @targets: @count of them, any order; bytes are copied where kept.
 * @kernel: copied.
 * @previous: the policy before this one, or NULL. A service of which nothing
 *            changed (document, number, grants, ceiling, speaker, kernel) is
 *            shared with it, not compiled again. It may be freed before @ret.
 * @ret: the caller's, policy_free().
 *
 * node.json is the top-level targets role's alone: a delegated role that speaks
 * for it would name its own rights.
 *
 * Return: 0; -EBADMSG for a document that is not what it should be (@e: file,
 * member, cause); -EOPNOTSUPP when the kernel lacks what a policy requires, or
 * asks for and does not say best-effort (hint: how to say it); -EPERM when a
 * delegated role grants more than its ceiling in node.json; -EPROTO when the
 * proof of a seccomp program fails; -E2BIG for a limit; -ENOMEM.
 */
int policy_compile(const struct policy_target *targets, size_t count,
		   const struct policy_origin *origin,
		   const struct policy_kernel *kernel,
		   const struct policy *previous, struct policy **ret,
		   struct err *e);
void policy_free(struct policy *p);

/* How many services policy_compile() compiled; the others it took over. */
size_t policy_compiled_count(const struct policy *p);

uint64_t policy_generation(const struct policy *p);
uint64_t policy_bundle_version(const struct policy *p);
enum policy_unlisted policy_unlisted(const struct policy *p);
/* node.json "roles": the delegated roles that it has a ceiling for, or says
 * "unlimited" of; sorted. NULL behind the last. */
const char *policy_role(const struct policy *p, size_t i);
const struct policy_audit *policy_audit(const struct policy *p);
/* What holds before there is a policy. */
void policy_audit_default(struct policy_audit *ret);
/* "none", "checkpoint", "each"; "?" for any other number. */
const char *policy_durability_word(uint64_t durability);

/**
 * policy_audit_rules() - the audit rules of the node and of its services.
 * @out: each is appended as a blob: struct audit_rule_data and its strings, in
 *       the order in which the kernel is to ask them.
 *
 * A policy has at most POLICY_AUDIT_ALL_MAX of them.
 *
 * Return: 0; -E2BIG; -ENOMEM.
 */
int policy_audit_rules(const struct policy *p, struct buf *out, struct err *e);
const struct policy_demands *policy_demands(const struct policy *p);
size_t policy_service_count(const struct policy *p);
const struct policy_service *policy_service(const struct policy *p, size_t i);
const struct policy_service *policy_service_find(const struct policy *p,
						 struct span name);
/* The @i-th of its findings, in a stable order; texts are the policy's. */
struct policy_finding policy_finding(const struct policy_service *s, size_t i);
/* How many of them the document does not accept. */
size_t policy_open_count(const struct policy_service *s);
size_t policy_collector_count(const struct policy *p);
const struct policy_collector *policy_collector(const struct policy *p,
						size_t i);

/* Append service @s's artefact. Return: 0; -ENOENT; from artefact_encode(). */
int policy_artefact(const struct policy *p, const struct policy_service *s,
		    struct buf *out);

/* What was denied, as the audit record tells it. */
enum denial_kind {
	DENIAL_FS,	/* Landlock fs.*: path, right */
	DENIAL_NET,	/* Landlock net.*: port, right */
	DENIAL_SCOPE,	/* Landlock scope.*, ptrace */
	DENIAL_SYSCALL, /* seccomp: arch, syscall */
	DENIAL_INFERRED /* EACCES or EPERM below Landlock ABI 7: path, syscall,
			 * exit; explained only if the model denies it too */
};

struct policy_denial {
	enum denial_kind kind;
	struct span service;
	struct span right; /* "read_file", "connect_tcp": as Landlock's JSON
			    * spells it; the first of several blockers */
	struct span path;  /* in the service's own view */
	uint16_t port;
	uint32_t arch; /* AUDIT_ARCH_* */
	int32_t syscall;
	int32_t exit; /* negative errno; DENIAL_INFERRED only */
	/* DENIAL_INFERRED, where the record has them: a0 to a3, from which the
	 * flags of an open are read. */
	bool has_args;
	uint64_t args[4];
};

/**
 * policy_explain() - why, by which rule, and what would allow it.
 * @out: one JSON object is appended:
 *   { "service", "verdict": "denied"|"not-by-policy", "layer": "landlock"|
 *     "seccomp"|"none", "bundle": N, "generation": N, "signers": [keyid..],
 *     "rule": nearest rule in words or null, "missing": what no rule grants,
 *     "fix": the smallest addition (a fragment of services/NAME.json) or null,
 *     "sentence": all of it in one sentence for people }
 *
 * Return: 0; -ENOENT when the policy has no such service; -ENOMEM, -E2BIG.
 */
int policy_explain(const struct policy *p, const struct policy_denial *d,
		   struct buf *out, struct err *e);

/**
 * policy_what() - may @service do what @words say (action.h)?
 * @out: one JSON object is appended:
 *   { "service", "what": the words, "verdict": "allowed"|"denied"|
 *     "not-enforced", "layer": the one that decides or "none", "bundle",
 *     "generation", "role", "signers", "rule", "missing", "fix": a part of
 *     services/NAME.json or null, "layers": [ { "layer", "verdict": also
 *     "unrestricted", "rule", "missing", "why" } ], "sentence" }
 *
 * Return: 0; -ENOENT when the policy has no such service; -EBADMSG for words
 * that are no action; -ENOMEM, -E2BIG.
 */
int policy_what(const struct policy *p, struct span service, struct span words,
		struct buf *out, struct err *e);

/**
 * policy_tests_check() - do the tests in the services' documents hold? For the
 * build host; tests.h has each of them.
 *
 * Return: 0; -EBADMSG with the first that does not, its document, the decision
 * and the rule; -ENOMEM.
 */
int policy_tests_check(const struct policy *p, struct err *e);

enum policy_change_kind {
	POLICY_TIGHTER,
	POLICY_LOOSER,
	POLICY_CHANGED, /* neither: the same is said or answered otherwise */
	POLICY_ADDED,
	POLICY_REMOVED
};

/* "tighter", "looser" and so on. */
const char *policy_change_word(enum policy_change_kind kind);

/* One difference; everything is borrowed for the call. */
struct policy_change {
	const char *service; /* NULL: the node itself */
	const char *layer;   /* "landlock", "seccomp", "capabilities" ... */
	enum policy_change_kind kind;
	bool needs_restart;   /* what runs is not touched by it */
	const char *sentence; /* without its full stop */
};
typedef void policy_change_fn(void *ctx, const struct policy_change *change);

/**
 * policy_diff() - what @to changes against @from (NULL: everything is new).
 * @out: one JSON object is appended: { "from": N|null, "to": N, "changes":
 *   [ { "service": NAME|null, "layer", "change": "tighter"|"looser"|"changed"|
 *       "added"|"removed", "needs_restart", "sentence" } ],
 *   "services": [ { "service", "tighter": N, "looser": N, "other": N,
 *       "needs_restart", "sentence" } ] }, in a stable order. Changes take at
 *   most half of what @out may hold; those beyond are counted in
 *   "changes_omitted" and in the summaries.
 */
int policy_diff(const struct policy *from, const struct policy *to,
		struct buf *out, struct err *e);

/**
 * policy_restart_diff() - what a restart would change for the processes of
 * @service that @from binds, when @to is in force.
 * @take: called for each difference of what binds them: the layers that only a
 *        new process gets, as this kernel enforces them.
 *
 * A service that @to does not name is one POLICY_REMOVED.
 *
 * Return: 0; -ENOENT when @from does not name the service; -ENOMEM.
 */
int policy_restart_diff(const struct policy *from, const struct policy *to,
			struct span service, policy_change_fn *take, void *ctx,
			struct err *e);

/* Append service @s's policy for people and machines as one JSON object:
 * name, number, generation, bundle, rules in words, capabilities, seccomp
 * summary, not_enforced. */
int policy_show(const struct policy *p, const struct policy_service *s,
		struct buf *out, struct err *e);

#endif
